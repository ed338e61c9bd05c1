"""How many will need it: by age, by cohort, by trend; and what that costs."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DuplicateRows, InvalidColumn, InvalidOption, MissingValues, NotIdentified
from whatworks.economics.errors import HorizonBeyondPrices, ImplausibleAmount, MissingPriceLink, UnknownPayer

PRICES = ww.evidence.prices()
COST = ww.economics.Money(amount=300_000.0, price_level=2023, payer="municipality")


def band(year: int, low: int, high: int, **values) -> dict:
    return {"year": year, "age_from": low, "age_to": high, **values}


def people(years: range, *counts: tuple[int, int, float]) -> pd.DataFrame:
    return pd.DataFrame([band(year, low, high, population=count) for year in years for low, high, count in counts])


def shares(*rows: tuple[int, int, int, float], interval: float = 1.2) -> pd.DataFrame:
    return pd.DataFrame(
        [band(year, low, high, per_1000=per, conf_low=per / interval, conf_high=per * interval) for year, low, high, per in rows]
    )


def demand(population: pd.DataFrame, prevalence: pd.DataFrame, **options):
    return ww.economics.demand(population, prevalence, **{"base": 2023, "horizon": 2028, "unit_cost": COST, **options})


FLAT = people(range(2023, 2029), (0, 9, 1000.0), (10, 19, 1000.0), (20, 29, 1000.0))
NOW = shares((2023, 0, 9, 20.0), (2023, 10, 19, 20.0), (2023, 20, 29, 10.0))


def test_by_age_only_the_population_moves():
    still = demand(FLAT, NOW, prevalence_follows="age")
    assert still.headline.estimate == pytest.approx(0)
    assert still.parts["estimate"].to_numpy() == pytest.approx(np.full(6, 50.0))
    grown = FLAT.assign(population=FLAT["population"] * 1.02 ** (FLAT["year"] - 2023))
    more = demand(grown, NOW, prevalence_follows="age", share_served=0.4)
    assert more.headline.estimate == pytest.approx(0.4 * 50 * (1.02**5 - 1))
    assert more.statistics["from_population"] == pytest.approx(more.headline.estimate)
    assert more.statistics["from_prevalence"] == pytest.approx(0, abs=1e-9)


def test_by_cohort_those_who_have_a_diagnosis_take_it_with_them():
    # Five years on, the ages 20 to 24 are those who were 15 to 19: 5 x 100 people at 20 instead of 10 per 1,000.
    result = demand(FLAT, NOW)
    assert result.headline.estimate == pytest.approx(500 * 0.010)
    assert result.statistics["from_population"] == pytest.approx(0, abs=1e-9)
    assert result.statistics["from_prevalence"] == pytest.approx(5.0)
    assert result.statistics["extra_cost"] == pytest.approx(5 * 300_000)


def test_only_the_ages_asked_for_are_counted_and_younger_ones_still_grow_into_them():
    result = demand(FLAT, NOW, ages=(18, 29))
    assert result.statistics["people_base"] == pytest.approx(200 * 0.02 + 1000 * 0.01)
    assert result.headline.estimate == pytest.approx(500 * 0.010)


def test_a_trend_goes_on_as_it_was():
    past = shares(*[(year, low, low + 9, base * 1.05 ** (year - 2015)) for year in (2015, 2019, 2023)
                    for low, base in ((0, 10.0), (10, 12.0), (20, 5.0))])  # fmt: skip
    result = demand(FLAT, past, prevalence_follows="trend")
    first = 27 * 1.05**8
    assert result.statistics["trend"] == pytest.approx(0.05)
    assert result.headline.estimate == pytest.approx(first * (1.05**5 - 1))
    assert {each.name: each.passed for each in result.checks}["short_trend"] is False
    with pytest.raises(NotIdentified, match="3 years and 3 age bands"):
        demand(FLAT, NOW, prevalence_follows="trend")


def test_the_range_is_that_of_prevalence():
    result = demand(FLAT, NOW, prevalence_follows="age", draws=20_000)
    first = result.parts.iloc[0]
    assert (first["conf_low"], first["conf_high"]) == pytest.approx((50 / 1.2, 50 * 1.2), rel=0.02)
    assert first["cost_high"] == pytest.approx(first["conf_high"] * 300_000)
    wider = demand(FLAT, shares(*[(2023, low, low + 9, 20.0) for low in (0, 10, 20)], interval=1.5))
    assert wider.parts["conf_high"].iloc[0] > 60 * 1.4
    without = demand(FLAT, NOW.drop(columns=["conf_low", "conf_high"]))
    assert {each.name: each.passed for each in without.checks}["prevalence_interval"] is False


def test_the_same_seed_gives_the_same_bytes():
    assert demand(FLAT, NOW, seed=7).to_json() == demand(FLAT, NOW, seed=7).to_json()
    assert demand(FLAT, NOW, seed=7).to_json() != demand(FLAT, NOW, seed=8).to_json()


def test_people_whose_prevalence_is_not_known_are_counted_out_loud():
    older = pd.concat([FLAT, people(range(2023, 2029), (30, 39, 400.0))])
    result = demand(older, NOW)
    assert result.headline.estimate == pytest.approx(5.0)
    left = {each.name: each for each in result.checks}["ages_without_prevalence"]
    assert (left.passed, left.statistics) == (False, {"people": 400.0})


def test_costs_in_each_years_own_prices_need_an_index_that_reaches():
    result = demand(FLAT, NOW, index=PRICES["price_index"], series="synthetic")
    last = result.parts.iloc[-1]
    assert last["cost_current"] == pytest.approx(last["cost"] * 1.02**5)
    assert "synthetic_prices" in {each.name for each in result.failed_checks}
    with pytest.raises(MissingPriceLink, match="a missing link|missing link is not 0"):
        demand(FLAT, NOW, index=PRICES["price_index"], series="state_general")


def test_autism_in_the_example_grows_by_prevalence_more_than_by_population():
    # Invented figures; they only have to show the working parts together.
    group = PRICES["prevalence"].query("target_group == 'adults_autism'")
    result = demand(PRICES["population"], group, horizon=2040, ages=(18, 66), share_served=0.3)
    assert result.statistics["from_prevalence"] > abs(result.statistics["from_population"])
    assert result.headline.conf_low < result.headline.estimate < result.headline.conf_high
    assert "synthetic_prices" in {each.name for each in result.failed_checks}
    growth = result.parts["estimate"] - result.parts["estimate"].iloc[0]
    assert (result.parts["from_population"] + result.parts["from_prevalence"]).to_numpy() == pytest.approx(growth.to_numpy())


@pytest.mark.parametrize(
    ("population", "prevalence", "options", "error", "words"),
    [
        (FLAT, NOW, {"horizon": 2035}, HorizonBeyondPrices, "known from 2023 to 2028; 7 of the years 2023 to 2035 are missing"),
        (FLAT, NOW.assign(year=2030), {}, HorizonBeyondPrices, "No prevalence is known in 2023 or before"),
        (FLAT, NOW, {"horizon": 2023}, InvalidOption, "must lie after"),
        (FLAT, NOW, {"share_served": 40}, InvalidOption, "40 per cent is 0.4"),
        (FLAT, NOW, {"share_served": float("nan")}, InvalidOption, "share_served=nan"),
        (FLAT, NOW, {"draws": 1}, InvalidOption, "draws=1"),
        (FLAT, NOW, {"ages": (60, 66)}, ImplausibleAmount, "Nobody aged 60 to 66"),
        (FLAT, NOW, {"prevalence_follows": "hope"}, InvalidOption, "use one of 'age', 'cohort', 'trend'"),
        (FLAT.assign(population=0), NOW, {}, ImplausibleAmount, "population is zero or negative in 18 of 18"),
        (FLAT.assign(population=-1.0), NOW, {}, ImplausibleAmount, "population is zero or negative"),
        (FLAT.assign(population=np.nan), NOW, {}, MissingValues, "lacks a value in 18 of 18"),
        (FLAT, NOW.assign(per_1000=1500.0), {}, ImplausibleAmount, "not above 0 and at most 1000"),
        (FLAT, NOW.assign(age_to=15), {}, InvalidColumn, "do not run upwards"),
        (FLAT, NOW.assign(conf_low=0.0), {}, InvalidColumn, "begin at 0"),
        (pd.concat([FLAT, FLAT]), NOW, {}, DuplicateRows, "overlap another"),
    ],
)
def test_what_cannot_be_projected_is_refused(population, prevalence, options, error, words):
    with pytest.raises(error, match=words):
        demand(population, prevalence, **options)


def test_a_unit_cost_is_above_zero_and_has_a_payer():
    with pytest.raises(ImplausibleAmount, match="unit_cost is 0 kroner"):
        demand(FLAT, NOW, unit_cost=ww.economics.Money(amount=0.0, price_level=2023, payer="state"))
    with pytest.raises(UnknownPayer):
        ww.economics.Money(amount=1.0, price_level=2023, payer="nobody")
