"""How the outcome moved, cohort by cohort."""

import pandas as pd
import pytest

from whatworks.core.errors import DuplicateRows, EmptyData, InvalidColumn, MissingColumn
from whatworks.findings import charts


def test_a_quarter_is_started_from_the_cohorts_own_start(make):
    data = charts.trends_data(make.trend_table())
    assert data[data["started"]].groupby("cohort")["quarter"].min().to_dict() == {"2020Q3": "2020Q3", "2021Q1": "2021Q1"}
    assert data["cohort"].unique().tolist() == ["2020Q3", "2021Q1", "never"]


def test_cells_with_fewer_than_five_people_are_blank_and_said_to_be(make):
    table = make.trend_table()
    table.loc[3, "n"] = 4
    assert charts.trends_data(table)["mean"].isna().sum() == 1
    html = charts.trends_figure(table, language="en")
    assert "because they rest on fewer than 5 people: 1." in html
    assert "not shown" in html


def test_a_count_hidden_by_whoever_made_the_table_stays_hidden(make):
    table = make.trend_table().astype({"n": "Int64"})
    table.loc[3, "n"] = pd.NA
    data = charts.trends_data(table)
    assert data["suppressed"].sum() == data["mean"].isna().sum() == 1


def test_periods_and_missing_starts_are_read_like_text(make):
    table = make.trend_table()
    typed = table.assign(
        cohort=pd.PeriodIndex(table["cohort"].where(table["cohort"] != "never"), freq="Q"),
        quarter=pd.PeriodIndex(table["quarter"], freq="Q"),
    )
    pd.testing.assert_frame_equal(charts.trends_data(typed), charts.trends_data(table))


def test_the_caption_has_both_groups_first_and_last(make):
    assert charts.trends_alt(make.trend_table(), language="da").startswith(
        "De, der startede, lå mellem 48,0 og 48,2 til at begynde med og mellem 50,1 og 50,3 til sidst. "
        "De, der ikke startede, gik fra 47,0 til 48,1. Linjer, én for hver gruppe"
    )


def test_cohorts_count_by_their_municipalities_where_these_are_known(make):
    table = make.trend_table()
    table["units"] = table["cohort"].map({"2020Q3": 3, "2021Q1": 1, "never": 5})
    table["n"] = table["cohort"].map({"2020Q3": 10, "2021Q1": 100_000, "never": 10})
    # (3 * 48.0 + 48.2) / 4 and (3 * 50.1 + 50.3) / 4, whatever the number of citizens.
    assert charts.trends_alt(table, language="en").startswith("Those that started went from 48.0 to 50.2.")


def test_only_cohorts_seen_at_both_ends_are_in_the_caption(make):
    table = make.trend_table()
    table.loc[(table["cohort"] == "2021Q1") & (table["quarter"] == "2021Q4"), "n"] = 3
    assert charts.trends_alt(table, language="en").startswith("Those that started went from 48.0 to 50.1.")


def test_a_table_of_hidden_counts_is_read(make):
    for kind in ("float64", "Int64"):
        table = make.trend_table().astype({"n": kind})
        table.loc[table["cohort"] == "2021Q1", ["n", "mean"]] = float("nan")
        assert charts.trends_data(table)["suppressed"].sum() == 12
        assert "ikke vises" in charts.trends_figure(table, language="da")


def test_lines_are_named_at_their_end(make):
    html = charts.trends_figure(make.trend_table(), language="da")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert "fra 3. kvt. 2020" in drawing
    assert "ikke startet" in drawing


def test_many_lines_that_end_together_are_named_apart(make, language):
    table = pd.concat(
        [make.trend_table().query("cohort == 'never'").assign(cohort=f"20{year}Q{q}") for year in (20, 21) for q in (1, 2, 3, 4)]
    )
    assert make.faults(charts.trends_figure(table, language=language)) == []


def test_everything_hidden_gives_a_figure_that_says_so(make):
    table = make.trend_table().assign(n=2)
    html = charts.trends_figure(table, language="da")
    assert "Der er for få personer til at vise udviklingen." in html
    assert "NaN" not in html


def test_wrong_tables_are_refused(make):
    table = make.trend_table()
    with pytest.raises(MissingColumn, match="'n'"):
        charts.trends_data(table.drop(columns="n"))
    with pytest.raises(EmptyData, match="trends has no rows"):
        charts.trends_data(table.iloc[:0])
    with pytest.raises(DuplicateRows, match="36 rows"):
        charts.trends_data(pd.concat([table, table]))
    with pytest.raises(InvalidColumn, match="is not a quarter"):
        charts.trends_data(table.assign(quarter=[f"spring {row}" for row in range(len(table))]))
