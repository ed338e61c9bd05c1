"""What a service may do, what it costs, what became of it."""

import pandas as pd

from whatworks.documentation.rules.services import (
    closed_without_successor,
    rates_above_projection,
    unapproved_paragraphs,
    unlikely_sizes,
)


def rates(*each: tuple[str, float, str]) -> pd.DataFrame:
    start, amount, unit = zip(*each, strict=True)
    frame = pd.DataFrame({"service_id": "s1", "paragraph": "107", "provision": "ophold", "level": "1", "rate_unit": unit}).astype(
        "str"
    )
    return frame.assign(amount=amount, valid_from=pd.to_datetime(list(start)).astype("datetime64[s]"))


def test_an_episode_without_an_approval_on_its_first_day_is_found(tables):
    approval = pd.DataFrame({"service_id": ["s1", "s1"], "paragraph": ["§ 107", "108"]}).astype("str")
    dates = pd.to_datetime(["2015-01-01", "2015-01-01"]).astype("datetime64[s]")
    tables["approval"] = approval.assign(valid_from=dates, valid_to=pd.Timestamp("2020-06-30"))
    assert unapproved_paragraphs(tables) == []
    tables["episode"].loc[1, "start"] = pd.Timestamp("2020-07-01")
    (found,) = unapproved_paragraphs(tables)
    assert (found.rule, found.rows.tolist()) == ("V13", [1])


def test_percentages_for_shares_and_monthly_rates_for_daily_ones_are_found():
    year = pd.DataFrame({"occupancy_actual": [0.96, 1.2, 96.0]})
    rate = rates(("2020-01-01", 2600.0, "day_and_night"), ("2020-01-01", 78_000.0, "day_and_night"), ("2020-01-01", 0.0, "hour"))
    found = unlikely_sizes({"service_year": year, "rate": rate})
    assert [(one.table, one.rows.tolist()) for one in found] == [("service_year", [2]), ("rate", [2]), ("rate", [1])]


def test_a_rate_above_the_projection_is_found_unless_it_says_why():
    index = pd.DataFrame({"year_from": [2019, 2020], "year_to": [2020, 2021], "pct": [2.0, 2.0]})
    index = index.assign(vintage_date=pd.Timestamp("2019-06-01"))
    rate = rates(
        ("2019-01-01", 1000.0, "day_and_night"), ("2020-01-01", 1020.0, "day_and_night"), ("2021-01-01", 1045.0, "day_and_night")
    )
    (found,) = rates_above_projection({"rate": rate, "price_index": index})
    assert (found.rule, found.rows.tolist()) == ("V16", [2])
    rate["adjustment_reason"] = pd.Series([None, None, "service_change"], dtype="str")
    assert rates_above_projection({"rate": rate, "price_index": index}) == []


def test_a_service_that_closed_with_the_method_must_say_what_followed(tables):
    tables["adoption"] = tables["adoption"].assign(level="service", unit_id="s2", start=pd.Timestamp("2017-01-01"))
    assert closed_without_successor(tables) == []
    tables["service"]["successor_id"] = pd.Series([None, None], dtype="str")
    (found,) = closed_without_successor(tables)
    assert found.rule == "V22"
    tables["adoption"]["end"] = pd.Timestamp("2018-06-30")
    assert closed_without_successor(tables) == []
