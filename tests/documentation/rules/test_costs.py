"""Costs say whose they are and in which prices, and agree with rate and days."""

import pandas as pd
import pytest

from whatworks.documentation.rules.costs import cost_of_one, mixed_price_levels, paid_unlike_rate


def costs(**columns) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"cost_id": ["c1", "c2"], "episode_id": ["e1", "e1"], "quarter": ["2020K1", "2020K2"], "cost_type": "rate"} | columns
    )
    return frame.astype({"cost_id": "str", "episode_id": "str", "quarter": "str", "cost_type": "str"})


def test_a_cost_of_both_or_neither_is_found():
    cost = costs(adoption_id=["a1", None], episode_id=["e1", None], amount=1.0)
    cost["adoption_id"], cost["episode_id"] = (pd.Series(one, dtype="str") for one in (["a1", None], ["e1", None]))
    (found,) = cost_of_one({"cost": cost})
    assert found.rows.tolist() == [0, 1]
    cost["adoption_id"] = pd.Series([None, "a1"], dtype="str")
    assert cost_of_one({"cost": cost}) == []


@pytest.mark.parametrize(
    ("quarters", "levels", "bad"),
    [
        (["2020K1", "2021K1"], [2020, 2020], []),
        (["2020K1", "2021K1"], [2020, 2021], []),
        (["2020K1", "2021K1"], [2020, 2023], [0, 1]),
        (["2020K1", "2021K1"], [2020, pd.NA], [1]),
    ],
)
def test_prices_are_of_one_year_or_of_each_its_own(quarters, levels, bad):
    cost = costs(quarter=quarters, amount=1.0, price_level=pd.array(levels, dtype="Int64"))
    found = mixed_price_levels({"cost": cost})
    assert sorted({row for one in found for row in one.rows}) == bad
    assert {one.rule for one in found} <= {"V17"}


def test_what_was_paid_is_the_rate_times_the_days(tables):
    rate = pd.DataFrame(
        {"service_id": ["s1"], "paragraph": "107", "provision": "ophold", "level": "1", "rate_unit": "day_and_night"}
    )
    rate = rate.astype("str").assign(amount=1000.0, valid_from=pd.Timestamp("2019-01-01")).astype({"valid_from": "datetime64[s]"})
    # 91 days of the first two quarters of 2020 each.
    tables |= {"rate": rate, "cost": costs(amount=[91_000.0, 91_000.0])}
    assert paid_unlike_rate(tables) == []
    tables["cost"]["amount"] = [91_000.0, 95_000.0]
    (found,) = paid_unlike_rate(tables)
    assert (found.rule, found.rows.tolist()) == ("V18", [0])


def test_two_levels_of_a_rate_say_nothing_about_which_was_agreed(tables):
    rate = pd.DataFrame({"service_id": ["s1", "s1"], "paragraph": "107", "provision": "ophold", "level": ["1", "2"]})
    rate = (
        rate.assign(rate_unit="day_and_night")
        .astype("str")
        .assign(amount=[1000.0, 5000.0], valid_from=pd.Timestamp("2019-01-01"))
    )
    tables |= {"rate": rate, "cost": costs(amount=[1.0, 1.0])}
    assert paid_unlike_rate(tables) == []
