"""Every group's effect at every time."""

import numpy as np
import pandas as pd
import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_every_cell_is_before_after_or_without_an_answer(make):
    data = charts.group_time_map_data(make.group_time_result()).set_index(["group", "time"])
    assert data.loc[(2022, 2021), "state"] == "before"
    assert data.loc[(2021, 2021), "state"] == "after"
    assert data.loc[(2022, 2023), "state"] == "unknown"
    assert data.loc[(2022, 2023), "reason"] == "1 treated unit; 2 are needed."


def test_values_are_printed_and_colour_follows_sign_and_size(make):
    html = charts.group_time_map_figure(make.group_time_result(), language="en")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    for value in ("+1.20", "+2.40", "+3.60", "−0.30"):
        assert f">{value}</text>" in drawing
    legend = 5
    assert drawing.count('fill="var(--accent)"') == 4 + legend
    assert drawing.count('fill="var(--warn)"') == 1 + legend
    # The largest effect has the strongest colour, and no other.
    assert drawing.count('fill="var(--accent)" opacity="0.5"') == 2


def test_a_cell_without_an_answer_is_hatched_and_its_reason_is_in_the_table(make):
    html = charts.group_time_map_figure(make.group_time_result(), language="en")
    assert "no answer: 1 treated unit; 2 are needed" in html
    assert "Hatched cells have no answer: 1." in html
    # One hatched cell and its key.
    assert html[html.index("<svg") :].count('stroke="var(--muted-fill)"') == 2
    hidden = make.group_time_result().effects.assign(reason="")
    shown = charts.group_time_map_figure(make.effect(1, 1, parts=hidden.iloc[1:].to_dict("records")), language="en")
    assert "not shown: too few people" in shown


def test_the_caption_counts_effects_after_start(make):
    assert charts.group_time_map_alt(make.group_time_result(), language="da").startswith(
        "Efter start ligger 4 af 4 forskelle over nul; de går fra +1,20 til +3,60."
    )


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (list(pd.period_range("2021Q1", periods=4, freq="Q")), "Q2 of 2021"),
        (list(pd.date_range("2021-01-01", periods=4, freq="MS")), "2021-02-01"),
        ([0, 1, 2, 3], ">1</text>"),
        (["2021Q1", "2021Q2", "2021Q3", "2021Q4"], "Q2 of 2021"),
    ],
)
def test_times_are_written_as_they_are_read(make, times, words):
    html = charts.group_time_map_figure(make.group_time_result(times), language="en")
    assert words in html
    assert make.faults(html) == []


@pytest.mark.parametrize("groups", [1, 4, 9, 16])
def test_many_groups_and_times_leave_no_text_over_text(make, groups):
    parts = [
        {"term": f"{g} {t}", "kind": "part", "group": g, "time": t, "event_time": t - g,
         "estimate": (t - g) / 3, "std_error": 0.1}
        for g in range(1, groups + 1) for t in range(24)
    ]  # fmt: skip
    html = charts.group_time_map_figure(make.effect(1, 0.2, parts=parts), language="da")
    assert make.faults(html) == []


def test_no_answer_after_start_is_said(make):
    parts = make.group_time_result().effects.iloc[1:].assign(estimate=np.nan, std_error=np.nan, conf_low=np.nan, conf_high=np.nan)
    html = charts.group_time_map_figure(make.effect(1, 1, parts=parts.to_dict("records")), language="en")
    assert "Nothing after start could be estimated: 6 groups" in html


def test_other_results_are_refused(make):
    with pytest.raises(EmptyData, match="att_gt"):
        charts.group_time_map_data(make.effect(1, 1))
    with pytest.raises(MissingColumn, match="'group'"):
        charts.group_time_map_data(make.event_result())
