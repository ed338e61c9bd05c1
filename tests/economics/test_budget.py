"""Spending rolled up, and its growth taken apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.core.errors import EmptyData, InvalidOption, MissingValues
from whatworks.economics.budget import COMPONENTS
from whatworks.economics.errors import ImplausibleAmount, MissingPriceLink, MixedPriceLevels, UnknownPayer

INDEX = pd.DataFrame(
    {"series": "pl", "year_from": [2022], "year_to": [2023], "pct": [4.0], "vintage_date": pd.to_datetime(["2022-07-01"])}
)


def stays(rows: list[tuple[str, int, float, float]], level: int | None = None) -> pd.DataFrame:
    df = pd.DataFrame(rows, columns=["paragraph", "year", "days", "amount"])
    return df.assign(price_level=df["year"] if level is None else level)


TWO = stays([("107", 2022, 3650, 9e6), ("108", 2022, 3650, 11e6), ("107", 2023, 3650, 9e6), ("108", 2023, 5475, 17e6)], 2023)


def components(result) -> dict[str, float]:
    return result.parts.query("part_of == 'component'").set_index("term")["estimate"].to_dict()


def test_a_growth_taken_apart_by_hand():
    # 20 to 25 full-year persons; unit cost 1,000,000 to 1,040,000; 108 from half to three fifths of the places.
    result = ww.economics.budget(TWO, base=2022, year=2023, by="paragraph")
    assert result.headline.estimate == 6e6
    volume = 5 * (1_000_000 + 1_040_000) / 2
    price = 22.5 * 0.55 * (17e6 / 15 - 1_100_000)
    mix = 22.5 * (0.9e6 * -0.1 + (1.1e6 + 17e6 / 15) / 2 * 0.1)
    assert components(result) == pytest.approx({"index": 0.0, "volume": volume, "price": price, "mix": mix})
    groups = result.parts.query("part_of == 'group'").set_index("term")
    assert groups["estimate"].to_dict() == pytest.approx({"107": 0.0, "108": 6e6})
    assert result.statistics["unit_cost"] == pytest.approx(1_040_000)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(*[st.floats(1, 1e4)] * 2, *[st.floats(1e3, 1e7)] * 2), min_size=1, max_size=5), st.booleans())
def test_the_parts_add_up_to_the_growth(groups, drop):
    rows = [(str(place), 2022, one[0], one[2]) for place, one in enumerate(groups)]
    rows += [(str(place), 2023, one[1], one[3]) for place, one in enumerate(groups) if place or not drop]
    rows += [("new", 2023, 100.0, 1e5)]
    result = ww.economics.budget(stays(rows), base=2022, year=2023, by="paragraph", index=INDEX, series="pl")
    growth = sum(row[3] for row in rows if row[1] == 2023) - sum(row[3] for row in rows if row[1] == 2022)
    assert result.headline.estimate == pytest.approx(growth, abs=1e-3)
    assert sum(components(result).values()) == pytest.approx(growth, abs=1e-3)
    groups_of = result.parts.query("part_of == 'group'")
    assert groups_of[list(COMPONENTS)].sum(axis=1).to_numpy() == pytest.approx(groups_of["estimate"].to_numpy(), abs=1e-3)


def test_each_part_answers_to_its_own_cause():
    start = [("a", 2022, 3650, 9e6), ("b", 2022, 3650, 11e6)]

    def parts(rows, **options) -> dict[str, float]:
        return components(ww.economics.budget(stays(start + rows, 2023), base=2022, year=2023, by="paragraph", **options))

    more = parts([("a", 2023, 7300, 18e6), ("b", 2023, 7300, 22e6)])
    assert more == pytest.approx({"index": 0, "volume": 20e6, "price": 0, "mix": 0}, abs=1e-6)
    dearer = parts([("a", 2023, 3650, 9.9e6), ("b", 2023, 3650, 12.1e6)])
    assert dearer == pytest.approx({"index": 0, "volume": 0, "price": 2e6, "mix": 0}, abs=1e-6)
    moved = parts([("a", 2023, 1825, 4.5e6), ("b", 2023, 5475, 16.5e6)])
    assert moved == pytest.approx({"index": 0, "volume": 0, "price": 0, "mix": 1e6}, abs=1e-6)


def test_growth_in_current_prices_splits_off_the_index():
    start = stays([("a", 2022, 3650, 1e6), ("a", 2023, 3650, 1.04e6)])
    with pytest.raises(MixedPriceLevels, match="2022 is in 2022 prices and that of 2023 in 2023 prices"):
        ww.economics.budget(start, base=2022, year=2023, by="paragraph")
    result = ww.economics.budget(start, base=2022, year=2023, by="paragraph", index=INDEX, series="pl")
    assert components(result) == pytest.approx({"index": 40_000, "volume": 0, "price": 0, "mix": 0}, abs=1e-6)
    assert result.unit == "kroner a year, from 2022 prices to 2023 prices"
    later = start.assign(year=start["year"] + 1, price_level=start["year"] + 1)
    with pytest.raises(MissingPriceLink, match="2023 to 2024"):
        ww.economics.budget(later, base=2023, year=2024, by="paragraph", index=INDEX, series="pl")


def test_spending_is_rolled_up_by_payer_with_refund_off():
    rows = pd.DataFrame(
        {"service": ["a", "a", "b"], "days": [365, 365, 0], "rate": 1000.0, "hours": [0, 10, 100], "hour": 400.0,
         "transfers": [0, 0, 5000.0], "refund": [100_000, 0, 0], "payer": ["municipality", "municipality", "region"]}
    )  # fmt: skip
    total = ww.economics.spending(
        rows, by="service", days="days", rate="rate", hours="hours", hour_price="hour", transfers="transfers", refund="refund",
        payer="payer", price_level=2024,
    ).set_index("term")  # fmt: skip
    assert total["estimate"].to_dict() == {"a": 365_000 * 2 + 4_000 - 100_000, "b": 40_000 + 5_000}
    assert total["full_year_persons"].to_dict() == {"a": 2.0, "b": 0.0}
    assert total["payer"].to_dict() == {"a": "municipality", "b": "region"}
    with pytest.raises(InvalidOption, match="days with rate"):
        ww.economics.spending(rows, by="service", days="days", price_level=2024)


@pytest.mark.parametrize(
    ("df", "options", "error", "words"),
    [
        (TWO.assign(amount=0.0), {}, ImplausibleAmount, "'amount' is zero or negative"),
        (TWO.assign(days=-1.0), {}, ImplausibleAmount, "'days' is zero or negative"),
        (TWO.assign(amount=np.nan), {}, MissingValues, "'amount' lacks a value in 4 of 4"),
        (TWO, {"base": 2020}, EmptyData, "no spending in 2020; years are 2022, 2023"),
        (TWO, {"base": 2023}, InvalidOption, "both 2023"),
        (TWO, {"payer": "citizen"}, UnknownPayer, "neither a column"),
        (TWO.assign(price_level=[2022, 2023, 2023, 2023]), {}, MixedPriceLevels, "spending of 2022 mixes price levels"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(df, options, error, words):
    with pytest.raises(error, match=words):
        ww.economics.budget(df, **{"base": 2022, "year": 2023, "by": "paragraph", **options})
