"""Dates in order, and laws in force."""

import pandas as pd
import pytest

from whatworks.documentation.rules.dates import (
    adopted_in_the_future,
    dates_out_of_order,
    measured_outside_the_episode,
    paragraphs_not_in_force,
)


def test_nothing_is_found_where_dates_are_in_order(tables):
    for rule in (adopted_in_the_future, dates_out_of_order, measured_outside_the_episode, paragraphs_not_in_force):
        assert rule(tables) == []


def test_ends_before_starts_and_full_operation_before_the_start_are_found(tables):
    tables["episode"].loc[2, "end"] = pd.Timestamp("2019-12-31")
    tables["adoption"]["full_operation"] = pd.Timestamp("2020-05-31")
    assert [(one.rule, one.table, one.column) for one in dates_out_of_order(tables)] == [
        ("V19", "adoption", "full_operation"),
        ("V06", "episode", "end"),
    ]


def test_a_quarter_that_is_not_its_dates_is_found(tables):
    tables["measurement"].loc[1, "quarter"] = "2020K2"
    (found,) = dates_out_of_order(tables)
    assert (found.rule, found.rows.tolist()) == ("agreement", [1])


def test_measurements_before_the_referral_or_a_year_after_the_end_are_found(tables):
    measurement = tables["measurement"]
    measurement["date"] = pd.to_datetime(["2022-01-01", "2019-11-30", "2019-12-01"]).astype("datetime64[s]")
    early, late = measured_outside_the_episode(tables)
    assert (early.rows.tolist(), late.rows.tolist()) == ([1], [0])
    measurement["measurement_point"] = pd.Series(["after", "baseline", "baseline"], dtype="str")
    assert [one.rows.tolist() for one in measured_outside_the_episode(tables)] == [[1]]


def test_a_method_that_begins_in_the_future_is_found(tables):
    tables["adoption"]["start"] = pd.Timestamp.today().normalize() + pd.Timedelta(days=1)
    (found,) = adopted_in_the_future(tables)
    assert found.rule == "V19"


@pytest.mark.parametrize(
    ("law", "paragraph", "start", "held"),
    [
        ("SEL", "52", "2023-12-31", True),
        ("SEL", "52, stk. 3", "2024-01-01", False),
        ("Serviceloven", "§ 66", "2024-01-01", False),
        ("SEL", "107", "2024-01-01", True),
        ("SEL", "140", "2024-06-01", False),
        ("BL", "32", "2023-12-31", False),
        ("Barnets lov", "32", "2024-01-01", True),
    ],
)
def test_the_act_on_children_follows_on_1_january_2024(tables, law, paragraph, start, held):
    tables["episode"] = (
        tables["episode"]
        .assign(law=law, paragraph=paragraph, start=pd.Timestamp(start))
        .astype({"law": "str", "paragraph": "str", "start": "datetime64[s]"})
    )
    assert [one.rule for one in paragraphs_not_in_force(tables)] == ([] if held else ["V12"])
