"""Rates per day, the occupancy they are budgeted with, and where surplus and deficit go."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DuplicateRows, EmptyData, MissingColumn, MissingValues
from whatworks.economics.errors import ImplausibleAmount, ImplausibleRate, MissingPrice, MixedPriceLevels, UnknownPayer


@pytest.fixture(scope="module")
def rules() -> pd.DataFrame:
    return ww.evidence.prices()["rate_rules"]


def home(**changes) -> pd.DataFrame:
    row = {"service_id": "a", "year": 2024, "cost": 19_440_000.0, "places_budgeted": 20, "days": 365,
           "occupancy_budgeted": 0.96, "price_level": 2024}  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


def rate(df: pd.DataFrame, **options):
    return ww.economics.daily_rate(df, **{"costs": ["cost"], "income": None, **options})


def test_the_worked_rate_to_the_last_printed_digit():
    # 19,440,000 kr. / (20 x 365 x 0.96) = 2,773.97 kr. a day.
    result = rate(home())
    assert round(result.headline.estimate, 2) == 2773.97
    assert result.unit == "kroner per day, 2024 prices"
    assert result.headline.payer == "municipality"
    assert result.parts["term"].tolist() == ["a 2024"]


def test_all_parts_of_the_cost_enter_with_their_sign():
    full = pd.DataFrame(
        [{"service_id": "a", "year": 2024, "cost_direct": 15e6, "cost_indirect": 2e6, "overhead": 1e6, "depreciation": 8e5,
          "interest": 4e5, "pension": 3e5, "supervision_fee": 1e5, "other_income": 2e5, "deficit": 4e4, "places_budgeted": 20,
          "days": 365, "occupancy_budgeted": 0.96, "price_level": 2024}]
    )  # fmt: skip
    assert round(ww.economics.daily_rate(full, adjustment="deficit").headline.estimate, 2) == 2773.97
    surplus = ww.economics.daily_rate(full.assign(deficit=-4e4), adjustment="deficit")
    assert surplus.headline.estimate < 2773


def test_the_headline_is_all_costs_over_all_days():
    two = pd.concat([home(), home(service_id="b", cost=1e6, places_budgeted=2)])
    result = rate(two)
    assert result.headline.estimate == pytest.approx(20_440_000 / (22 * 365 * 0.96))
    assert result.statistics["nobs"] == 2


def test_occupancy_is_held_to_the_agreed_limits(rules):
    five = pd.concat([home(service_id=str(share), occupancy_budgeted=share) for share in (0.92, 0.95, 0.98, 0.99, 1.02)])
    result = rate(five, rules=rules)
    assert result.parts["reason"].tolist() == ["below 95%", "", "", "above the recommended 98%", "above 100%"]
    check = {each.name: each for each in result.checks}["occupancy_rules"]
    assert (check.passed, check.statistics) == (False, {"services": 2.0, "above_recommended": 1.0})
    short = rate(five, rules=rules, provision="short_stay")
    assert short.parts["reason"].iloc[0] == ""
    assert rate(five).checks[0].passed is None


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"cost": 0.0}, ImplausibleAmount, "net costs of zero or below"),
        ({"cost": -1.0}, ImplausibleAmount, "'cost' is negative in 1 of 1"),
        ({"cost": np.nan}, MissingValues, "'cost' lacks a value"),
        ({"places_budgeted": 0}, ImplausibleAmount, "'places_budgeted' is zero or negative"),
        ({"occupancy_budgeted": 1.3}, ImplausibleAmount, "96 per cent is 0.96"),
        ({"occupancy_budgeted": 96.0}, ImplausibleAmount, "outside 0 to 1.2"),
        ({"occupancy_budgeted": 0.0}, ImplausibleAmount, "outside 0 to 1.2"),
        ({"days": 12}, ImplausibleRate, "rates per month"),
    ],
)
def test_what_cannot_be_a_rate_is_refused(changes, error, words):
    with pytest.raises(error, match=words):
        rate(home(**changes))


def test_mixed_levels_wrong_payers_and_double_rows_are_refused():
    with pytest.raises(MixedPriceLevels, match="services mixes price levels"):
        rate(pd.concat([home(), home(service_id="b", price_level=2023)]))
    with pytest.raises(UnknownPayer, match="neither a column"):
        rate(home(), payer="kommunen")
    with pytest.raises(DuplicateRows, match="1 rows"):
        rate(pd.concat([home(), home()]))
    with pytest.raises(MissingColumn, match="no column 'cost_direct'"):
        ww.economics.daily_rate(home())
    with pytest.raises(EmptyData):
        rate(home().iloc[:0])


def test_a_very_low_rate_is_doubted():
    assert rate(home(cost=500_000.0)).failed_checks[0].name == "low_rates"


def test_a_rate_is_proportional_to_costs_and_falls_with_occupancy():
    base = rate(home()).headline.estimate
    assert rate(home(cost=2 * 19_440_000.0)).headline.estimate == pytest.approx(2 * base)
    assert rate(home(occupancy_budgeted=0.98)).headline.estimate == pytest.approx(base * 0.96 / 0.98)


def test_budgeted_occupancy_is_the_mean_of_two_years_within_limits(rules):
    shares = {"low": (0.90, 0.92), "middle": (0.95, 0.98), "high": (1.0, 1.02)}
    years = pd.DataFrame(
        [{"service_id": name, "year": year, "occupancy_actual": share}
         for name, pair in shares.items() for year, share in zip((2022, 2023), pair, strict=True)]
    )  # fmt: skip
    found = ww.economics.budgeted_occupancy(years, to=2024, rules=rules).set_index("term")
    assert found["estimate"].to_dict() == pytest.approx({"low": 0.95, "middle": 0.965, "high": 0.98})
    assert found["bounded"].to_dict() == {"low": "raised", "middle": "", "high": "lowered"}
    allowed = ww.economics.budgeted_occupancy(years, to=2024, rules=rules, cap="allowed").set_index("term")
    assert allowed.loc["high", "estimate"] == 1.0
    with pytest.raises(MissingValues, match="3 of 3 services lack"):
        ww.economics.budgeted_occupancy(years, to=2025, rules=rules)
    with pytest.raises(MissingPrice, match="0 rows for occupancy_min/night"):
        ww.economics.budgeted_occupancy(years, to=2024, rules=rules, provision="night")


def test_surplus_and_deficit_beyond_five_per_cent_enter_the_rate_two_years_later(rules):
    accounts = pd.DataFrame(
        {"service_id": ["surplus", "deficit", "small"], "year": 2022, "rate": 2_800.0, "occupied_days": 7_000,
         "accounts": [18e6, 21e6, 19.5e6], "budget": 19e6, "price_level": 2022}
    )  # fmt: skip
    over = ww.economics.carry_over(accounts, rules=rules).set_index(accounts["service_id"])
    assert over["estimate"].tolist() == [1.6e6, -1.4e6, 1e5]
    assert over["carried"].tolist() == [950_000, -950_000, 1e5]
    # A surplus lowers a later rate, a deficit raises it; nothing is lost on the way.
    assert over["later_adjustment"].tolist() == [-650_000, 450_000, 0]
    assert (over["carried"] - over["later_adjustment"]).tolist() == over["estimate"].tolist()
    assert over["adjustment_year"].tolist() == [2024, 2024, 2024]
    with pytest.raises(ImplausibleRate, match="per month"):
        ww.economics.carry_over(accounts.assign(rate=85_000.0), rules=rules)
