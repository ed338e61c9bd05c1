"""The effect before and after the start."""

import re

import numpy as np
import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_every_time_is_before_the_reference_or_after(make):
    data = charts.event_study_data(make.event_result()).set_index("event_time")["period"]
    assert data.loc[-1] == "reference"
    assert set(data.loc[:-2]) == {"before"}
    assert set(data.loc[0:]) == {"after"}


def test_a_reference_left_out_of_the_parts_is_put_back(make):
    parts = [
        {"term": str(time), "kind": "part", "estimate": 0.1, "std_error": 0.2, "event_time": time} for time in (-3, -2, 0, 1)
    ]
    data = charts.event_study_data(make.effect(1, 1, parts=parts, method="did.event_study"))
    assert data["event_time"].tolist() == [-3, -2, -1, 0, 1]
    assert data.loc[2, "period"] == "reference"
    # The averages of att_gt with a varying base have no common reference.
    assert -1 not in charts.event_study_data(make.effect(1, 1, parts=parts, method="did.aggregate"))["event_time"].tolist()


def test_blanked_points_are_counted_not_drawn(make):
    parts = [
        {"term": "0", "kind": "part", "estimate": 1.0, "std_error": 0.2, "event_time": 0},
        {"term": "1", "kind": "part", "estimate": np.nan, "std_error": np.nan, "event_time": 1},
    ]
    html = charts.event_study_figure(make.effect(1, 1, parts=parts), language="da")
    assert html.count("<circle") == 1
    assert "bygger på for få personer: 1." in html
    assert "vises ikke: for få personer" in html


def test_before_is_hollow_and_after_is_filled(make):
    html = charts.event_study_figure(make.event_result())
    assert html.count('fill="var(--card)"') == 5
    assert html.count("<circle") == 14


def test_the_band_reaches_as_far_as_the_largest_difference_before_the_start(make):
    parts = [
        {"term": str(time), "kind": "part", "estimate": value, "std_error": 0.1, "event_time": time}
        for time, value in ((-3, 0.5), (-2, -1.0), (0, 2.0), (1, 4.0))
    ]
    html = charts.event_study_figure(make.effect(1, 1, parts=parts), language="en")
    band = re.search(r'<path d="([^"]+)" fill="var\(--muted-fill\)"', html).group(1)
    top, *_, bottom = sorted({float(pair.split()[1]) for pair in re.findall(r"[ML]([\d. ]+)", band)})
    dots = sorted(float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', html))
    # From the top: 4, 2, 0.5, -1; the last lies on the band's lower edge, and zero in its middle.
    assert bottom == pytest.approx(dots[-1], abs=0.2)
    assert (top + bottom) / 2 - (bottom - top) == pytest.approx(dots[1], abs=0.3)
    assert "The band reaches as far from zero" in html
    assert "band" not in charts.event_study_figure(make.effect(1, 1, parts=parts[2:]), language="en")


def test_the_note_says_what_the_intervals_hold_for(make):
    pointwise = charts.event_study_figure(make.event_result(), language="en")
    together = charts.event_study_figure(make.event_result(arguments={"bands": "simultaneous"}), language="en")
    assert "Each interval holds for its own point" in pointwise
    assert "all at once, with 95% certainty" in together


@pytest.mark.parametrize(
    ("base", "danish", "english"),
    [
        ("universal", "forskellen fra det sidste kvartal før start", "the difference from the last quarter before the start"),
        ("varying", "ændringen fra et kvartal til det næste", "the change from one quarter to the next"),
    ],
)
def test_the_note_says_what_the_dots_before_the_start_are(make, base, danish, english):
    result = make.event_result(arguments={"base_period": base})
    assert danish in charts.event_study_figure(result, language="da")
    assert english in charts.event_study_figure(result, language="en")
    assert "quarter" not in charts.event_study_figure(result, period="months", language="en")
    assert english not in charts.event_study_figure(make.event_result(), language="en")


def test_the_caption_counts_what_differs_before_and_after_the_start(make):
    assert charts.event_study_alt(make.event_result(), language="da").startswith(
        "Før start er forskellen tydelig i 0 af 5 kvartaler; efter start i 7 af 9."
    )
    parts = [{"term": str(t), "kind": "part", "estimate": 1.0, "std_error": 0.2, "event_time": t} for t in (0, 1)]
    only = charts.event_study_alt(make.effect(1, 1, parts=parts), period="months", language="en")
    assert only.startswith("After the start 2 of 2 months differ clearly.")


def test_results_without_event_times_are_refused(make):
    with pytest.raises(EmptyData, match="no event times"):
        charts.event_study_data(make.effect(1, 1))
    with pytest.raises(MissingColumn, match="'event_time'"):
        charts.event_study_data(make.effect(1, 1, parts=[{"term": "a", "kind": "part", "estimate": 1.0, "std_error": 1.0}]))


@pytest.mark.parametrize("times", [range(0, 1), range(-2, 3), range(-30, 41)])
def test_few_and_many_times_have_room(make, times, language):
    parts = [{"term": str(t), "kind": "part", "estimate": 0.1 * t + 0.01, "std_error": 0.2, "event_time": t} for t in times]
    assert make.faults(charts.event_study_figure(make.effect(1, 1, parts=parts), language=language)) == []
