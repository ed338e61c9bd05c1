"""Chained links by vintage: what a krone of one year is in another's prices."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.core.errors import DuplicateRows, InvalidOption, MissingValues
from whatworks.economics.errors import MissingPrice, MissingPriceLink


def index_of(links: list[tuple[int, float, str]], **columns) -> pd.DataFrame:
    table = pd.DataFrame(links, columns=["year_from", "pct", "vintage_date"])
    return table.assign(series="s", year_to=table["year_from"] + 1, vintage_date=pd.to_datetime(table["vintage_date"]), **columns)


INDEX = index_of([(2020, 2.0, "2019-07-01"), (2021, 3.0, "2020-07-01"), (2021, 1.5, "2022-07-01"), (2022, -1.0, "2021-07-01")])
COSTS = pd.DataFrame({"kroner": [100.0, 200.0], "level": [2020, 2022]})


def test_links_are_chained_and_never_added():
    real = ww.economics.price_level(COSTS, amount="kroner", price_level="level", to=2023, index=INDEX, series="s")
    assert real["kroner"].to_numpy() == pytest.approx([100 * 1.02 * 1.015 * 0.99, 200 * 0.99], rel=1e-14)
    assert real["level"].tolist() == [2023, 2023]
    # Adding the steps would give 1.025.
    assert round(real["index_factor"].iloc[0], 6) == 1.024947


def test_the_vintage_known_on_a_day_counts_and_the_newest_without_one():
    def factor(**options) -> float:
        real = ww.economics.price_level(COSTS[:1], amount="kroner", price_level=2021, to=2022, index=INDEX, series="s", **options)
        return real["index_factor"].iloc[0]

    assert factor() == pytest.approx(1.015)
    assert factor(known_on="2021-12-31") == pytest.approx(1.03)
    assert factor(known_on="2022-07-01") == pytest.approx(1.015)


def test_a_missing_link_is_an_error_and_not_nought_per_cent():
    for to in (2024, 2018):
        with pytest.raises(MissingPriceLink, match="missing link is not 0 per cent"):
            ww.economics.price_level(COSTS, amount="kroner", price_level="level", to=to, index=INDEX, series="s")
    hole = INDEX[INDEX["year_from"] != 2021]
    with pytest.raises(MissingPriceLink, match="lacks 1 of 3 links from 2020 to 2023: 2021 to 2022"):
        ww.economics.price_level(COSTS, amount="kroner", price_level="level", to=2023, index=hole, series="s")


def test_a_vintage_that_is_missing_is_told():
    with pytest.raises(MissingPriceLink, match="No link of the index 's' was known on 2018-01-01; the first is of 2019-07-01"):
        ww.economics.price_links(INDEX, series="s", known_on="2018-01-01")
    # Known in part: the step that was not yet estimated is the one that is missing.
    with pytest.raises(MissingPriceLink, match="2022 to 2023"):
        ww.economics.price_level(
            COSTS, amount="kroner", price_level="level", to=2023, index=INDEX, series="s", known_on="2020-12-31"
        )


def test_the_correction_of_a_level_can_be_taken_out():
    index = ww.evidence.prices()["price_index"]
    with_it = ww.economics.price_links(index, series="state_general").set_index("year_from")["pct"]
    without = ww.economics.price_links(index, series="state_general", level_corrections=False).set_index("year_from")["pct"]
    # Printed: 2.3 (+1.6 level = 3.9) and 2.8 (+0.2 = 3.0).
    assert with_it.to_dict() == {2022: 3.9, 2024: 3.0}
    assert without.round(10).to_dict() == {2022: 2.3, 2024: 2.8}


def test_an_invented_index_marks_every_row_it_moved_and_no_other():
    index = pd.concat([INDEX.assign(synthetic=False), index_of([(2023, 2.0, "2023-07-01")], synthetic=True)])
    costs = pd.DataFrame({"kroner": [1.0, 1.0, 1.0], "level": [2022, 2023, 2024]})
    to = ww.economics.price_level(costs, amount="kroner", price_level="level", to=2024, index=index, series="s")
    assert to["index_synthetic"].tolist() == [True, True, False]
    back = ww.economics.price_level(costs, amount="kroner", price_level="level", to=2023, index=index, series="s")
    assert back["index_synthetic"].tolist() == [False, False, True]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-10, 20), min_size=6, max_size=6),
    st.integers(2020, 2026),
    st.integers(2020, 2026),
    st.integers(2020, 2026),
)
def test_a_detour_over_another_year_changes_nothing(pcts, a, b, c):
    links = pd.DataFrame({"year_from": range(2020, 2026), "pct": pcts})
    direct = ww.economics.index_factor(links, a, c)
    assert ww.economics.index_factor(links, a, b) * ww.economics.index_factor(links, b, c) == pytest.approx(direct, rel=1e-12)


def test_wrong_indices_and_options_are_refused():
    call = {"amount": "kroner", "price_level": "level", "series": "s"}
    with pytest.raises(MissingPrice, match="no series 'kl'; it has s"):
        ww.economics.price_level(COSTS, to=2023, index=INDEX, **{**call, "series": "kl"})
    with pytest.raises(InvalidOption, match="to=23 is not a year"):
        ww.economics.price_level(COSTS, to=23, index=INDEX, **call)
    with pytest.raises(InvalidOption, match="known_on='soon' is not a day"):
        ww.economics.price_links(INDEX, series="s", known_on="soon")
    with pytest.raises(InvalidOption, match="1 links that do not run from a year to the next"):
        ww.economics.price_links(INDEX.assign(year_to=[2021, 2022, 2022, 2024]), series="s")
    with pytest.raises(DuplicateRows, match="1 links of the same step and vintage"):
        ww.economics.price_links(INDEX.assign(vintage_date=pd.Timestamp("2020-01-01")), series="s")
    with pytest.raises(MissingValues, match="lacks a value in 1 of 4"):
        ww.economics.price_links(INDEX.assign(pct=[2.0, np.nan, 1.0, 1.0]), series="s")
    with pytest.raises(MissingValues, match="'kroner' lacks a value in 1 of 2"):
        ww.economics.price_level(COSTS.assign(kroner=[1.0, np.nan]), to=2023, index=INDEX, **call)


def test_the_frame_given_is_left_as_it_was():
    before = COSTS.copy()
    ww.economics.price_level(COSTS, amount=["kroner"], price_level="level", to=2023, index=INDEX, series="s")
    pd.testing.assert_frame_equal(COSTS, before)
