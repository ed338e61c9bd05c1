"""What the state pays back: worked cases of every rule, months, siblings, and people past the age limit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingValues
from whatworks.economics.errors import ImplausibleAmount, MissingPrice, MissingPriceLink, MixedPriceLevels

LIMITS = ww.evidence.prices()["refund_limits"]


@pytest.fixture
def limits() -> pd.DataFrame:
    return LIMITS


def cases(*costs: float, level: int = 2020, **columns) -> pd.DataFrame:
    names = [f"c{place}" for place in range(len(costs))]
    return pd.DataFrame({"citizen_id": names, "year": 2021, "cost": costs, "price_level": level}).assign(**columns)


@pytest.mark.parametrize(
    ("rule", "level", "cost", "refund"),
    [
        # The worked cases.
        ("sel_176_from_2021", 2020, 2_500_000, 747_500),
        ("bl_198", 2022, 1_160_000, 75_000),
        ("bl_198", 2022, 3_000_000, 1_085_000),
        # By hand: 25 % of 960,000 and 50 % of 450,000; 25 % of 800,000 and 50 % of 870,000.
        ("sel_176_until_2020", 2020, 2_500_000, 0.25 * 960_000 + 0.5 * 450_000),
        ("sel_176a_until_2020", 2020, 2_500_000, 0.25 * 800_000 + 0.5 * 870_000),
        ("sel_176_from_2021", 2020, 830_000, 0),
        ("sel_109", 2016, 100_000, 50_000),
    ],
)
def test_worked_refunds_to_the_last_krone(limits, rule, level, cost, refund):
    result = ww.economics.refund(cases(cost, level=level), limits=limits, rule=rule)
    assert result.headline.estimate == refund
    assert result.statistics["net"] == cost - refund
    assert result.headline.payer == "state"
    assert result.parts["estimate"].sum() == refund


def test_the_net_cost_of_the_worked_case(limits):
    person = ww.economics.refund_by_person(cases(2_500_000), limits=limits, rule="sel_176_from_2021")
    assert person[["cost", "refund", "net"]].to_numpy().tolist() == [[2_500_000, 747_500, 1_752_500]]


def test_brackets_are_marginal(limits):
    parts = ww.economics.refund(cases(2_500_000), limits=limits, rule="sel_176_from_2021").parts
    assert parts["amount"].tolist() == [800_000, 420_000, 450_000]
    assert parts["estimate"].tolist() == [200_000, 210_000, 337_500]
    assert parts["cases"].tolist() == [1, 1, 1]


def test_cost_lines_of_a_citizen_are_added_up_before_the_limits(limits):
    lines = pd.DataFrame(
        {"citizen_id": ["a", "a", "b"], "year": 2021, "cost": [2_000_000, 500_000, 100_000], "price_level": 2020}
    )
    result = ww.economics.refund(lines, limits=limits, rule="sel_176_from_2021")
    assert result.headline.estimate == 747_500
    assert (result.statistics["nobs"], result.statistics["cases_with_refund"]) == (2, 1)


def test_a_month_is_held_to_a_twelfth_of_the_limits(limits):
    month = cases(2_500_000 / 12, months=1)
    result = ww.economics.refund(month, limits=limits, rule="sel_176_from_2021", months="months")
    assert result.headline.estimate == pytest.approx(747_500 / 12)
    # Half a year at the same monthly cost gives half the refund, though the year's cost lies below more of the limits.
    half = ww.economics.refund(cases(1_250_000, months=6), limits=limits, rule="sel_176_from_2021", months="months")
    assert half.headline.estimate == pytest.approx(747_500 / 2)
    whole = ww.economics.refund(cases(1_250_000), limits=limits, rule="sel_176_from_2021")
    assert whole.headline.estimate < half.headline.estimate


def test_siblings_are_added_up_where_the_rule_allows_it(limits):
    pair = cases(700_000, 460_000, 300_000, level=2022, house=["h", "h", None])
    alone = ww.economics.refund(pair, limits=limits, rule="bl_198")
    together = ww.economics.refund(pair, limits=limits, rule="bl_198", household="house")
    assert (alone.headline.estimate, together.headline.estimate) == (0, 75_000)
    people = ww.economics.refund_by_person(pair, limits=limits, rule="bl_198", household="house")
    assert people["refund"].tolist() == pytest.approx([75_000 * 700 / 1160, 75_000 * 460 / 1160, 0])
    with pytest.raises(InvalidOption, match="'sel_176_until_2020' does not add up siblings"):
        ww.economics.refund(pair.assign(price_level=2020), limits=limits, rule="sel_176_until_2020", household="house")


def test_from_67_only_those_covered_before_get_a_refund(limits):
    old = cases(2_500_000, 2_500_000, 2_500_000, age=[66, 67, 70], before=[False, True, False])
    call = {"limits": limits, "rule": "sel_176_from_2021"}
    result = ww.economics.refund(old, age="age", covered_before="before", **call)
    assert result.headline.estimate == 2 * 747_500
    assert ww.economics.refund(old, age="age", **call).headline.estimate == 747_500
    untold = {each.name: each.passed for each in ww.economics.refund(old, **call).checks}
    assert untold["refund_age"] is None


def test_limits_of_another_level_are_never_used_silently(limits):
    with pytest.raises(MixedPriceLevels, match="costs are in 2023 prices and the limits of 'bl_198' of the level of 2022"):
        ww.economics.refund(cases(3_000_000, level=2023), limits=limits, rule="bl_198")
    with pytest.raises(MixedPriceLevels, match="costs mixes price levels"):
        ww.economics.refund(cases(1.0, 2.0, price_level=[2022, 2023]), limits=limits, rule="bl_198")
    index = ww.evidence.prices()["price_index"]
    later = ww.economics.regulated_limits(limits, rule="bl_198", to=2023, index=index, series="benefit_regulation")
    assert later["above"].tolist() == pytest.approx([860_000 * 1.027, 1_680_000 * 1.027, 2_120_000 * 1.027])
    result = ww.economics.refund(cases(3_000_000, level=2023), limits=later, rule="bl_198")
    assert "limits_extrapolated" in {each.name for each in result.failed_checks}
    assert result.headline.estimate < 1_085_000
    with pytest.raises(MissingPriceLink, match="2023 to 2024"):
        ww.economics.regulated_limits(limits, rule="bl_198", to=2025, index=index, series="benefit_regulation")
    with pytest.raises(MissingPrice, match="no limits to regulate"):
        ww.economics.regulated_limits(limits, rule="sel_109", to=2023, index=index, series="benefit_regulation")


def test_a_limit_nobody_has_read_is_marked(limits):
    result = ww.economics.refund(cases(100_000, level=2020), limits=limits, rule="sel_110")
    assert "synthetic_prices" in {each.name for each in result.failed_checks}
    assert "synthetic_prices" not in {
        each.name for each in ww.economics.refund(cases(1e6), limits=limits, rule="sel_176_from_2021").failed_checks
    }


def test_rules_in_force_change_with_the_day(limits):
    def on(day: str) -> set[str]:
        return set(ww.economics.refund_rules_in_force(limits, on=day)["rule"]) - {"sel_109", "sel_110"}

    assert on("2020-12-31") == {"sel_176_until_2020", "sel_176a_until_2020"}
    assert on("2021-01-01") == {"sel_176_from_2021"}
    assert on("2024-01-01") == {"sel_176_from_2021", "bl_198"}


@pytest.mark.parametrize(
    ("changes", "options", "error", "words"),
    [
        ({"cost": 0.0}, {}, ImplausibleAmount, "'cost' is zero or negative"),
        ({"cost": -5.0}, {}, ImplausibleAmount, "'cost' is zero or negative"),
        ({"cost": np.nan}, {}, MissingValues, "'cost' lacks a value"),
        ({"citizen_id": None}, {}, MissingValues, "costs lack citizen_id or year in 1 of 1"),
        ({"months": 13}, {"months": "months"}, ImplausibleAmount, "outside 1 to 12"),
        ({"months": 0}, {"months": "months"}, ImplausibleAmount, "outside 1 to 12"),
        ({}, {"rule": "sel_177"}, MissingPrice, "no rule 'sel_177'; they have sel_176_until_2020"),
    ],
)
def test_what_cannot_be_refunded_is_refused(limits, changes, options, error, words):
    with pytest.raises(error, match=words):
        ww.economics.refund(cases(1e6).assign(**changes), **{"limits": limits, "rule": "sel_176_from_2021", **options})


def test_uneven_months_within_a_case_are_refused(limits):
    pair = cases(7e5, 4e5, level=2022, house="h", months=[12, 6])
    with pytest.raises(InvalidOption, match="Give one row per month"):
        ww.economics.refund(pair, limits=limits, rule="bl_198", household="house", months="months")


@settings(max_examples=15, deadline=None)
@given(st.floats(1, 1e7), st.floats(1, 1e6))
def test_more_cost_never_gives_less_refund_and_never_more_than_75_per_cent_of_it(cost, more):
    both = ww.economics.refund_by_person(cases(cost, cost + more), limits=LIMITS, rule="sel_176_from_2021")["refund"]
    assert -1e-6 <= both[1] - both[0] <= 0.75 * more + 1e-6
