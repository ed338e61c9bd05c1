"""Rates against their ceilings: who complies, why a rate moved, and what hides behind an average."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DuplicateRows, EmptyData, InvalidOption, MissingColumn, MissingValues
from whatworks.economics.errors import (
    ImplausibleAmount,
    ImplausibleRate,
    MissingPrice,
    MissingPriceLink,
    MixedPriceLevels,
    UnknownPayer,
)
from whatworks.economics.rate_change import COMPONENTS

INDEX = pd.DataFrame(
    {"series": "pl", "year_from": [2022, 2023, 2023], "year_to": [2023, 2024, 2024], "pct": [3.0, 2.0, 4.0],
     "vintage_date": pd.to_datetime(["2021-07-01", "2022-07-01", "2024-07-01"]), "synthetic": False}
)  # fmt: skip
KEY = ("service_id", "paragraph", "provision", "level", "rate_unit")


def line(service: str, before: float | None, now: float | None, *, days=(1000.0, 1000.0), **now_only) -> list[dict]:
    common = {"service_id": service, "paragraph": "108", "provision": "stay", "level": "1", "rate_unit": "day_and_night"}
    rest = {"occupancy": 0.96, "carry": 0.0, "content": "", "content_amount": np.nan, "set_on": "2023-10-01"}
    rows = []
    if before is not None:
        rows.append({**common, **rest, "year": 2023, "amount": before, "days": days[0]})
    if now is not None:
        rows.append({**common, **rest, "year": 2024, "amount": now, "days": days[1], **now_only})
    return rows


def rates(*lines: list[dict]) -> pd.DataFrame:
    return pd.DataFrame([row for rows in lines for row in rows])


def check(df: pd.DataFrame, **options):
    columns = {"occupancy": "occupancy", "carry_over": "carry", "content": "content", "content_amount": "content_amount"}
    return ww.economics.rate_check(
        df, **{"year": 2024, "index": INDEX, "series": "pl", "known_on": "2023-10-01", **columns, **options}
    )


EVERY = rates(
    line("complies", 2000.0, 2040.0),
    line("rounding", 2000.0, 2040.9),
    line("exceeds", 2000.0, 2100.0, days=(1000.0, 900.0)),
    line("adjusted", 2000.0, 2100.0, carry=70.0),
    line("changed", 2000.0, 2400.0, content="night watch added", content_amount=300.0),
    line("new", None, 3000.0),
    line("closed", 1500.0, None),
    line("fuller", 2000.0, 2030.0, occupancy=0.98),
)


def test_every_line_gets_the_name_that_fits():
    status = check(EVERY).parts.set_index("service_id")["status"].to_dict()
    assert status == {
        "complies": "complies", "rounding": "complies", "exceeds": "exceeds", "adjusted": "later_adjustment",
        "changed": "changed_content", "new": "new_provision", "closed": "discontinued", "fuller": "complies",
    }  # fmt: skip


def test_breaches_are_listed_and_add_up():
    result = check(EVERY)
    # (2,100 - 2,040) x 900 days.
    assert result.headline.estimate == pytest.approx(54_000)
    listed = ww.economics.breaches(result)
    assert listed["service_id"].tolist() == ["exceeds"]
    assert listed["estimate"].sum() == pytest.approx(result.headline.estimate)
    assert listed["deviation"].iloc[0] == pytest.approx(2100 / 2040 - 1)
    zero = {each.name: each for each in result.checks}["zero_growth"]
    assert (zero.passed, zero.statistics) == (False, {"exceeds": 1.0, "lines": 8.0, "kroner": pytest.approx(54_000)})


def test_the_ceiling_is_last_years_rate_with_index_and_agreed_saving():
    parts = check(EVERY, efficiency=0.01).parts.set_index("service_id")
    assert parts.loc["complies", "ceiling"] == pytest.approx(2000 * 1.02 * 0.99)
    assert parts.loc["complies", "status"] == "exceeds"


def test_the_agreed_saving_is_that_of_the_area_and_the_year():
    targets = ww.evidence.prices()["efficiency_targets"].drop_duplicates("area").assign(year_from=2023, year_to=2024)
    agreed = check(EVERY, efficiency=targets, area="kkr_sjaelland")
    assert agreed.headline.estimate == check(EVERY, efficiency=0.02).headline.estimate
    with pytest.raises(MissingPrice, match="hold 0 rows for kkr_nordjylland"):
        check(EVERY, efficiency=targets, area="kkr_nordjylland")
    with pytest.raises(InvalidOption, match="area goes with a table"):
        check(EVERY, efficiency=targets)


def test_the_parts_of_a_change_add_up_to_it_and_say_what_they_should():
    result = check(EVERY, efficiency=0.01)
    parts = result.parts.dropna(subset=["rate", "rate_before"]).set_index("service_id")
    total = parts[[f"part_{name}" for name in COMPONENTS]].sum(axis=1)
    assert total.to_numpy() == pytest.approx((parts["rate"] - parts["rate_before"]).to_numpy(), abs=1e-9)
    assert parts.loc["complies", "part_index"] == pytest.approx(40.0)
    assert parts.loc["complies", "part_efficiency"] == pytest.approx(-20.4)
    assert parts.loc["adjusted", "part_carry_over"] == pytest.approx(70.0)
    assert parts.loc["changed", "part_content"] == pytest.approx(300.0)
    assert parts.loc["fuller", "part_occupancy"] == pytest.approx(2000 * 1.02 * 0.99 * (0.96 / 0.98 - 1))
    kroner = sum(result.statistics[f"kroner_{name}"] for name in COMPONENTS)
    assert kroner == pytest.approx(((parts["rate"] - parts["rate_before"]) * parts["days"]).sum())


def test_content_without_a_price_takes_what_is_left():
    df = rates(line("a", 2000.0, 2400.0, content="night watch added"))
    part = check(df).parts.iloc[0]
    assert (part.part_content, part.part_rest) == (pytest.approx(360.0), 0.0)


def test_a_rate_that_fell_only_for_a_fuller_house_is_told():
    result = check(EVERY)
    assert result.parts.set_index("service_id")["by_occupancy"].to_dict()["fuller"]
    assert {each.name: each for each in result.checks}["fuller_house"].statistics == {"rates": 1.0}


def test_fixed_and_current_weights_differ_where_days_move():
    # The dear place grows beyond the index and days move to it, which last year's days do not show.
    df = rates(line("dear", 4000.0, 4160.0, days=(100.0, 900.0)), line("cheap", 1000.0, 1010.0, days=(900.0, 100.0)))
    result = check(df)
    fixed = (100 * 4160 + 900 * 1010) / (100 * 4000 + 900 * 1000) - 1
    current = (900 * 4160 + 100 * 1010) / (900 * 4000 + 100 * 1000) - 1
    assert result.statistics["growth_fixed"] == pytest.approx(fixed)
    assert result.statistics["growth_current"] == pytest.approx(current)
    assert fixed < 0.02 < current
    assert {each.name: each for each in result.checks}["weights_agree"].passed is False
    average = (900 * 4160 + 100 * 1010) / 1000 / ((100 * 4000 + 900 * 1000) / 1000) - 1
    assert result.statistics["growth_average"] == pytest.approx(average)
    assert result.statistics["growth_mix"] == pytest.approx((1 + average) / (1 + fixed) - 1)


def test_the_index_known_when_a_rate_was_set_counts():
    df = rates(line("early", 2000.0, 2080.0, set_on="2023-10-01"), line("late", 2000.0, 2080.0, set_on="2024-08-01"))
    assert check(df, known_on="set_on").parts.set_index("service_id")["status"].to_dict() == {
        "early": "exceeds", "late": "complies",
    }  # fmt: skip
    newest = check(df, known_on=None)
    assert newest.parts["status"].tolist() == ["complies", "complies"]
    vintage = {each.name: each.passed for each in newest.checks}
    assert vintage["index_vintage"] is None
    assert {each.name: each for each in check(df).checks}["index_vintage"].statistics == {"newer": 1.0}
    with pytest.raises(InvalidOption, match="1 rates of 2024 have no day"):
        check(rates(line("a", 2000.0, 2080.0, set_on=None), line("b", 2000.0, 2080.0)), known_on="set_on")


def test_invented_links_are_marked_in_the_result():
    result = ww.economics.rate_check(
        EVERY.drop(columns="content"), year=2024, index=ww.evidence.prices()["price_index"], series="synthetic"
    )
    assert "synthetic_prices" in {each.name for each in result.failed_checks}
    assert "synthetic_prices" not in {each.name for each in check(EVERY).failed_checks}


def test_scaling_all_rates_scales_the_breach_and_no_growth():
    twice = EVERY.assign(amount=EVERY["amount"] * 2, carry=EVERY["carry"] * 2, content_amount=EVERY["content_amount"] * 2)
    once, double = check(EVERY), check(twice)
    assert double.headline.estimate == pytest.approx(2 * once.headline.estimate)
    assert double.statistics["growth_fixed"] == pytest.approx(once.statistics["growth_fixed"])


@pytest.mark.parametrize(
    ("df", "options", "error", "words"),
    [
        (EVERY, {"index": INDEX[INDEX["year_from"] != 2023]}, MissingPriceLink, "2023 to 2024"),
        (EVERY, {"known_on": "2020-01-01"}, MissingPriceLink, "No link of the index 'pl' was known on 2020-01-01"),
        (EVERY, {"series": "kl"}, MissingPrice, "no series 'kl'"),
        (EVERY, {"year": 2030}, EmptyData, "A check of 2030 needs rates of 2030 and of 2029; there are rates of 2023, 2024"),
        (EVERY, {"efficiency": 1.0}, InvalidOption, "1 per cent is 0.01"),
        (EVERY, {"efficiency": float("nan")}, InvalidOption, "efficiency=nan"),
        (EVERY, {"payer": "stat"}, UnknownPayer, "neither a column of the rates nor a payer"),
        (EVERY.assign(amount=np.nan), {}, MissingValues, "'amount' lacks a value"),
        (EVERY.assign(amount=0.0), {}, ImplausibleAmount, "'amount' is zero or negative"),
        (EVERY.assign(occupancy=1.25), {}, ImplausibleAmount, "outside 0 to 1.2"),
        (EVERY.assign(price_level=2024), {}, MixedPriceLevels, "not in the prices of their own year"),
        (EVERY.drop(columns="level"), {}, MissingColumn, "no column 'level'"),
        (EVERY.assign(level=None), {}, MissingValues, "rates lack service_id"),
        (pd.concat([EVERY, EVERY]), {}, DuplicateRows, "already has one"),
        (rates(line("a", 2800.0, 85_000.0)), {}, ImplausibleRate, "look like rates per month"),
        (rates(line("a", 600.0, 18_300.0)), {}, ImplausibleRate, "a rate per month beside one per day"),
    ],
)
def test_what_cannot_be_checked_is_refused(df, options, error, words):
    with pytest.raises(error, match=words):
        check(df, **options)


def test_rates_of_other_units_are_not_taken_for_rates_per_day():
    monthly = EVERY.assign(amount=EVERY["amount"] * 30, rate_unit="month", carry=EVERY["carry"] * 30)
    assert check(monthly).parts["status"].tolist() == check(EVERY).parts["status"].tolist()


def test_the_same_input_gives_the_same_bytes():
    assert check(EVERY).to_json() == check(EVERY).to_json()
    assert ww.EffectResult.from_json(check(EVERY).to_json()) == check(EVERY)
