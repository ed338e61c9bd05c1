"""Intervals from A to Å: shrunken beside unadjusted, and no rank alone."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption
from whatworks.findings import charts


def test_the_estimate_is_the_shrunken_one_and_the_open_dot_the_unadjusted(make):
    result = make.services_compared()
    data = charts.caterpillar_data(result).set_index("label")
    row = result.parts.query("provider == 'Engvej' and level == 'provider'").iloc[0]
    assert data.loc["Engvej", "estimate"] == row["shrunken"]
    assert data.loc["Engvej", "other"] == row["unadjusted"]


def test_the_table_gives_places_only_as_a_range(make):
    html = charts.caterpillar_figure(make.services_compared(), language="en")
    assert "Possible places" in html
    assert "1 to 1<" in html or " to " in html
    assert "The order is alphabetical." in html


def test_a_frontier_has_a_caption_of_its_own(make):
    said = charts.caterpillar_alt(make.services_frontier(), language="en")
    assert "may be the most efficient" in said
    assert "better for the person" not in charts.caterpillar_figure(make.services_frontier(), language="en")


def test_the_caption_counts_intervals_on_one_side(make):
    data = charts.caterpillar_data(make.services_compared())
    shown = data[data["comparable"]]
    outside = int(((shown["conf_low"] > 0) | (shown["conf_high"] < 0)).sum())
    assert f"The intervals of {outside} of 9 services" in charts.caterpillar_alt(make.services_compared(), language="en")


def test_a_figure_too_long_to_read_is_refused():
    stays = pd.DataFrame({"home": [f"{home:03d}" for home in range(121) for _ in range(20)], "y": [0.0, 1.0, 2.0, 5.0] * 605})
    with pytest.raises(InvalidOption, match="121 units; a figure holds 120"):
        charts.caterpillar_chart(ww.benchmarking.compare(stays, provider="home", outcome="y"))
