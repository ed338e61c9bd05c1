"""The deliveries that come with the package give typical results: their seeds were numbered on, not chosen."""

import json
from pathlib import Path

import pytest

import whatworks as ww

ROOT = Path(__file__).resolve().parents[2]
TRUTHS = json.loads((ROOT / "tests/reference/synthetic_truth.json").read_text(encoding="utf-8"))
ASKED = {"unit": "municipality", "time": "quarter", "first_treated": "first_treated"}


@pytest.fixture(scope="module", params=list(TRUTHS))
def answered(request):
    truth = TRUTHS[request.param]
    tables = ww.documentation.read_delivery(ROOT / "evidence/documentation" / request.param)
    panel = ww.documentation.build_panel(tables, target_group=request.param, method=truth["method"], outcome=truth["outcome"])
    group_time = ww.did.att_gt(panel, outcome=truth["outcome"], **ASKED)
    return truth, ww.did.aggregate(group_time, by="simple").headline


def test_the_interval_of_the_embedded_delivery_covers_the_truth(answered):
    truth, overall = answered
    assert overall.conf_low <= truth["att_overall"] <= overall.conf_high


def test_the_embedded_method_without_effect_is_not_found_to_work_and_the_others_are(answered):
    truth, overall = answered
    assert (overall.conf_low <= 0 <= overall.conf_high) == truth["null"]


def test_two_way_fixed_effects_miss_the_embedded_effect_that_grows():
    truth = TRUTHS["adults_social_psychiatry"]
    tables = ww.documentation.read_delivery(ROOT / "evidence/documentation/adults_social_psychiatry")
    panel = ww.documentation.build_panel(
        tables, target_group="adults_social_psychiatry", method=truth["method"], outcome=truth["outcome"]
    )
    static = ww.did.twfe(panel, outcome=truth["outcome"], **ASKED).headline
    # Fewer points are better: the whole interval says less improvement than there is.
    assert static.conf_low > truth["att_overall"]
