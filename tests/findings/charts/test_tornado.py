"""The tornado: order, names, and what decides alone."""

import pytest

from whatworks.core.errors import EmptyData
from whatworks.findings import charts


def test_the_widest_bar_comes_first_and_five_are_shown(make):
    data = charts.tornado_data(make.investment_answer())
    width = data["high"] - data["low"]
    assert len(data) == 5
    assert width.is_monotonic_decreasing
    assert data["kind"].iloc[0] == "effect"
    assert set(data["kind"]) <= {"effect", "dropout", "price", "units", "cost", "scale"}


def test_more_who_drop_out_mean_less_at_the_high_end(make):
    row = charts.tornado_data(make.investment_answer(), shown=9).set_index("kind").loc["dropout"]
    assert row["at_high"] < row["estimate"] < row["at_low"]


def test_the_one_who_runs_it_has_a_tornado_too(make):
    own = charts.tornado_data(make.investment_answer(), payer="municipality")
    assert own["estimate"].iloc[0] < charts.tornado_data(make.investment_answer())["estimate"].iloc[0]
    with pytest.raises(EmptyData, match="'state'"):
        charts.tornado_data(make.investment_answer(), payer="state")


def test_it_names_what_matters_most_and_counts_what_decides_alone(make):
    told = charts.tornado_alt(make.investment_answer(), language="en")
    assert told.startswith("“How well it works” matters most. Assumptions that alone decide whether it pays: 1 of 5.")
    assert "kr.." not in told


def test_hostile_names_stay_text(make):
    labels = {"placement": make.hostile, "advisers": make.hostile}
    figure = charts.tornado_figure(make.investment_answer(), labels=labels, language="en")
    assert "<script>" not in figure
