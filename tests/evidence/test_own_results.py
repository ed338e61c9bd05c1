"""Our own results among the studies that the standards rate."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check
from whatworks.core.errors import InvalidEffect, InvalidOption

CODES = {"target_group": "homelessness", "method": "housing_first", "outcome": "hospitalisation"}


@pytest.fixture
def result():
    rng = np.random.default_rng(4)
    people = pd.DataFrame({"treated": np.repeat([1, 0], 40), "days": rng.normal(size=80) - np.repeat([1.0, 0.0], 40)})
    sample = ww.matching.unmatched(people, treatment="treated", randomised=True)
    return replace(ww.matching.estimate(sample, outcome="days"), good="down")


def test_a_row_says_what_the_result_says_and_nothing_more(result):
    row = ww.evidence.own_study(result, design="rct", **CODES).iloc[0]
    head = result.headline
    assert row[["effect", "std_error", "conf_low"]].tolist() == [head.estimate, head.std_error, head.conf_low]
    assert row[["n_treated", "n_comparison", "direction_of_good", "measure"]].tolist() == [40, 40, "down", "MD"]
    assert row["developer_involved"] == "" and pd.isna(row["year"])  # noqa: PT018 (one claim: nothing is filled in)


def test_places_are_sites_and_not_people(result):
    row = ww.evidence.own_study(result, design="did", people=False, **CODES).iloc[0]
    assert row["sites"] == 80
    assert pd.isna(row["n_treated"])


def test_a_standard_deviation_turns_it_into_a_standardised_effect(result):
    row = ww.evidence.own_study(result, design="rct", sd=2.0, **CODES).iloc[0]
    assert row["measure"] == "SMD"
    assert row["effect"] == pytest.approx(result.headline.estimate / 2)
    assert row["std_error"] == pytest.approx(result.headline.std_error / 2)


@pytest.mark.parametrize(("measure", "printed"), [("logRR", "RR"), ("logOR", "OR"), ("ROM", "ROM")])
def test_log_ratios_stand_as_ratios(result, measure, printed):
    row = ww.evidence.own_study(replace(result, measure=measure), design="rct", **CODES).iloc[0]
    assert row["measure"] == printed
    assert row["effect"] == pytest.approx(np.exp(result.headline.estimate))
    assert np.isnan(row["std_error"])


def test_the_test_of_paths_before_the_start_comes_along(result):
    check = Check(name="parallel_pretrends", passed=True, message="fine", statistics={"p_value": 0.42})
    row = ww.evidence.own_study(replace(result, checks=(check,)), design="did", **CODES).iloc[0]
    assert row["pretrend_p"] == 0.42


def test_the_standards_rate_it_like_any_other_study(result):
    panel = ww.evidence.standards(ww.evidence.own_study(result, design="rct", **CODES)).set_index("standard")
    assert panel.loc["som", "rating"] == "1"
    assert panel.loc["grade", "rating"] == "not_assessable"


def test_bad_input_is_refused_with_the_next_step(result):
    with pytest.raises(InvalidOption, match="design"):
        ww.evidence.own_study(result, design="guess", **CODES)
    with pytest.raises(InvalidEffect, match="good is None"):
        ww.evidence.own_study(replace(result, good=None), design="rct", **CODES)
    with pytest.raises(InvalidEffect, match="turns a difference of means"):
        ww.evidence.own_study(result, design="rct", sd=0.0, **CODES)
    with pytest.raises(InvalidEffect, match="turns a difference of means"):
        ww.evidence.own_study(replace(result, measure="logRR"), design="rct", sd=2.0, **CODES)
