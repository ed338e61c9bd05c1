"""The curve of specifications."""

import numpy as np
import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_answers_stand_from_the_lowest_to_the_highest_without_those_that_failed(make):
    data = charts.specification_curve_data(make.curve_result())
    assert data["rank"].tolist() == list(range(1, 12))
    assert data["estimate"].is_monotonic_increasing
    assert data["method"].tolist().count("entropy") == 3


def test_the_caption_counts_what_the_ways_found(make):
    assert charts.specification_curve_alt(make.curve_result(), unit=make.unit, language="en") == (
        "Of 11 ways to make the comparison, 7 find a difference above zero, 0 find one below zero, and 4 cannot tell. "
        "Measured in points on WHO-5: the answers lie between +0.25 and +2.75, half of them below +1.50."
    )


def test_choices_are_named_in_words(make):
    html = charts.specification_curve_figure(make.curve_result(), labels={"need": "Support need"}, language="en")
    for words in (
        "the nearest one",
        "weights by balance",
        "no limit",
        "at most 0.2 SD apart",
        "without Support need",
        "all of them",
    ):
        assert words in html, words
    assert "nearest_" not in html


def test_the_note_says_how_many_ways_gave_no_answer_and_how_odd_the_curve_is(make):
    html = charts.specification_curve_figure(make.curve_result(), language="da")
    assert "hvor svaret bygger på for få: 1." in html
    assert "forekomme i 0,2\xa0% af tilfældene" in html


def test_a_preferred_way_is_called_the_one_reported(make):
    html = charts.specification_curve_figure(make.curve_result(term="preferred: nearest"), language="en")
    assert "reported: +1.50" in html
    assert "the middle one" not in html


def test_a_hundred_and_more_ways_stay_small_and_legible(make):
    html = charts.specification_curve_figure(make.curve_result(times=15), good="up", language="da")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert len(drawing.encode()) < 30_000
    assert make.faults(html) == []


def test_long_and_hostile_names_stay_in_their_column(make):
    html = charts.specification_curve_figure(make.curve_result(), labels={"nearest": make.hostile * 3}, language="en")
    assert "<script" not in html
    assert make.faults(html) == []


def test_other_results_are_refused(make):
    with pytest.raises(MissingColumn, match="'method'"):
        charts.specification_curve_data(
            make.effect(1.0, 0.5, parts=[{"term": "a", "kind": "part", "estimate": 1.0, "std_error": 1.0}])
        )
    with pytest.raises(EmptyData, match="None of the 12"):
        charts.specification_curve_data(make.curve_result(scale=np.nan))
