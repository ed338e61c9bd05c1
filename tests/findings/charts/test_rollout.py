"""Who starts when."""

import pandas as pd
import pytest

from whatworks.core.errors import DuplicateRows, EmptyData, MissingColumn
from whatworks.findings import charts


def test_starts_are_counted_once_per_place():
    quarters = pd.period_range("2020Q1", "2020Q4", freq="Q")
    starts = {"Aarhus": pd.Period("2020Q3"), "Odense": pd.Period("2020Q3"), "Ærø": pd.NaT}
    panel = pd.DataFrame(
        [
            {"municipality": name, "quarter": quarter, "first_treated": start}
            for name, start in starts.items()
            for quarter in quarters
        ]
    )
    table = charts.rollout_data(panel)
    assert table.to_dict("list") == {
        "cohort": ["2020Q3", "never"], "units": [2, 1], "first_quarter": ["2020Q1"] * 2, "last_quarter": ["2020Q4"] * 2,
    }  # fmt: skip


def test_the_finished_table_is_ordered_by_start(make):
    assert charts.rollout_data(make.rollout_table())["cohort"].tolist() == ["2020Q3", "2021Q1", "never"]
    again = charts.rollout_data(charts.rollout_data(make.rollout_table()))
    pd.testing.assert_frame_equal(again, charts.rollout_data(make.rollout_table()))


def test_the_caption_names_first_and_last_start(make):
    assert charts.rollout_alt(make.rollout_table(), language="da") == (
        "23 af 54 kommuner startede, de første i 3. kvartal 2020 og de sidste i 1. kvartal 2021. "
        "Start 3. kvartal 2020: 9; start 1. kvartal 2021: 14; ikke startet: 31."
    )
    one = make.rollout_table().query("cohort != '2021Q1'")
    assert "all in Q3 2020" in charts.rollout_alt(one, language="en")
    none = make.rollout_table().query("cohort == 'never'")
    assert "None of 31 municipalities started." in charts.rollout_alt(none, language="en")


def test_a_strip_is_as_long_as_its_time_with_the_method(make):
    html = charts.rollout_figure(make.rollout_table())
    assert html.count('fill="var(--accent)"') == 2
    assert make.faults(charts.rollout_figure(make.rollout_table().query("cohort == 'never'"))) == []


def test_plain_numbers_are_times_too():
    table = pd.DataFrame({"cohort": [3, 5, 0], "units": [2, 2, 4], "first_quarter": 1, "last_quarter": 8})
    assert charts.rollout_data(table)["cohort"].tolist() == ["3", "5", "never"]
    assert "start 3" in charts.rollout_figure(table, language="en")


def test_wrong_tables_are_refused(make):
    with pytest.raises(MissingColumn, match="neither 'units' nor 'first_treated'"):
        charts.rollout_data(pd.DataFrame({"a": [1]}))
    with pytest.raises(EmptyData, match="rollout has no rows"):
        charts.rollout_data(make.rollout_table().iloc[:0])
    with pytest.raises(DuplicateRows, match="3 cohorts"):
        charts.rollout_data(pd.concat([make.rollout_table()] * 2))
