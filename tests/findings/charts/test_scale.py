"""Axes people can read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.findings.charts.scale import Scale, decimals_for, spanning, tick_decimals
from whatworks.findings.charts.times import NEVER, code, ordinal, quarter_name, short_quarter, year_ticks
from whatworks.findings.charts.words import verdict


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_every_value_stands_between_the_ends(values):
    scale = spanning(values, start=0, end=100)
    assert all(-1e-6 <= scale(value) <= 100 + 1e-6 for value in values)


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=20))
def test_ratio_ticks_are_positive_and_few(values):
    scale = spanning(values, start=0, end=100, log=True)
    assert len(scale.ticks()) <= 8
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks())


def test_no_values_still_give_an_axis():
    assert spanning([math.nan], start=0, end=1).ticks()
    assert Scale(0, 1, 0, 1).ticks()


def test_decimals_tell_ticks_apart_and_fit_the_size():
    assert tick_decimals([0.0, 0.25, 0.5]) == 2
    assert tick_decimals([0.0, 5000.0]) == 0
    assert decimals_for([]) == 2


def test_quarters_are_named_as_people_say_them():
    assert quarter_name("2021Q2", "da") == "2. kvartal 2021"
    assert short_quarter("2021Q2", "da") == "2. kvt. 2021"
    assert code(0) == code(math.inf) == code(None) == NEVER
    assert [name for _, name in year_ticks("2018Q3", "2021Q1")] == ["2019", "2020", "2021"]
    assert ordinal("2021Q1") - ordinal("2020Q4") == 1


@pytest.mark.parametrize(
    ("low", "high", "good", "said"),
    [
        (0.1, 0.2, "up", "better"),
        (0.1, 0.2, "down", "worse"),
        (-1, 1, "up", "unclear"),
        (0.1, 0.2, None, "different"),
        (math.nan, 1, "up", "unknown"),
    ],
)
def test_a_verdict_needs_an_interval_and_a_direction(low, high, good, said):
    assert verdict(low, high, 0.0, good) == said
