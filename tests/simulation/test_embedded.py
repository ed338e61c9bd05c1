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


def test_the_embedded_year_of_all_services_is_drawn_again_as_it_stands(tmp_path):
    tables, _truth = ww.documentation.simulate(scenario="region", seed=20261104)
    episode, year = tables["episode"], tables["service_year"]
    running = episode[(episode["start"] < "2024-01-01") & (episode["end"].isna() | (episode["end"] >= "2023-01-01"))]
    people = tables["citizen"]["citizen_id"].isin(running["citizen_id"])
    staff = ["full_time_equivalents", "share_trained", "sick_leave_days"]
    kept = {name: tables[name] for name in ("municipality", "organisation", "service", "approval")}
    kept["service_year"] = year.loc[
        year["year"] == 2023, ["service_id", "year", "places_budgeted", "occupancy_budgeted", "occupancy_actual", *staff]
    ]
    kept["target_group"] = tables["target_group"]
    kept["citizen"] = tables["citizen"].loc[people, ["citizen_id", "birth_year"]]
    groups = ["target_group_code", "law", "paragraph", "service_id", "acting_municipality"]
    kept["episode"] = running[["episode_id", "citizen_id", *groups, "start", "end"]]
    drawn = ww.documentation.write_delivery(
        {name: frame.reset_index(drop=True) for name, frame in kept.items()}, tmp_path / "drawn", synthetic=True, seed=20261104
    )
    embedded = ROOT / "evidence/documentation/region_2023"
    assert {path.name: path.read_bytes() for path in drawn.iterdir()} == {
        path.name: path.read_bytes() for path in embedded.iterdir()
    }
