"""Events that hit everybody: harmless when alike, flagged when the arms move differently, and counted over cells."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}


def roll_out(rng, *, on_all=0.0, on_starters=0.0, units=60, start=14):
    """Half start at 14 of 16; something happens at 8."""
    starters, time = np.arange(units) % 2 == 0, np.arange(1, 17)
    y = rng.normal(size=(units, 1)) + rng.normal(size=(units, 16)) + (on_all + on_starters * starters)[:, None] * (time >= 8)
    return pd.DataFrame({"unit": np.repeat(np.arange(units), 16), "time": np.tile(time, units), "y": y.ravel(),
                         "start": np.repeat(np.where(starters, start, 0), 16)})  # fmt: skip


def test_a_shock_common_to_all_passes_though_the_comparison_breaks():
    found = ww.did.national_event(roll_out(np.random.default_rng(1), on_all=-4.0), events={8: "lockdown"}, **COLUMNS)
    # The base is the time before the start, after the event: no cell reaches over it.
    assert found.statistics["straddling_cells"] == 0
    assert found.passed is True
    assert found.statistics["comparison_p_value"] < 0.001
    assert found.statistics["comparison_break"] == pytest.approx(-4.0, abs=0.5)


def test_a_shock_that_hits_later_starters_harder_fails_where_cells_reach_over_it():
    df = roll_out(np.random.default_rng(2), on_all=-4.0, on_starters=-2.0)
    # A second, early cohort makes cells whose base is before the event.
    early = df["unit"].isin(range(1, 12, 2))
    df["start"] = np.where(early, 6, df["start"])
    found = ww.did.national_event(df, events={8: "lockdown"}, **COLUMNS)
    assert found.passed is False
    # The early cohort's cells at 8 to 16 have their base at 5; all its cells are 6 to 16, the late cohort's 14 to 16.
    assert (found.statistics["straddling_cells"], found.statistics["cells"]) == (9, 14)
    assert found.statistics["difference"] == pytest.approx(-2.0, abs=0.7)
    assert "lockdown (8): touches 9 of 14 cells" in found.message


def test_a_difference_at_an_event_that_touches_no_cell_does_no_harm():
    found = ww.did.national_event(roll_out(np.random.default_rng(3), on_starters=-2.0), events={8: "reform"}, **COLUMNS)
    assert found.statistics["p_value"] < 0.001
    assert found.passed is True


def test_when_everybody_has_started_nobody_shows_what_the_event_would_have_done():
    df = roll_out(np.random.default_rng(4), start=6)
    found = ww.did.national_event(df, events={8: "reform"}, **COLUMNS)
    assert found.passed is None
    assert "no later cohort" in found.message


def test_times_may_be_quarters():
    df = roll_out(np.random.default_rng(5))
    quarters = pd.period_range("2019Q1", periods=16, freq="Q")
    df = df.assign(
        time=quarters[df["time"] - 1],
        start=[quarters[start - 1] if start else pd.NaT for start in df["start"]],
    )
    found = ww.did.national_event(df, events={pd.Period("2020Q4", "Q"): "lockdown"}, **COLUMNS)
    assert found.statistics["cells"] == 3
    assert "lockdown (2020Q4)" in found.message


@pytest.mark.parametrize(("events", "words"), [({}, "empty"), ({40: "later"}, "outside"), ({1: "first"}, "outside")])
def test_events_outside_the_observed_times_are_refused(events, words):
    with pytest.raises(ww.errors.InvalidOption, match=words):
        ww.did.national_event(roll_out(np.random.default_rng(6)), events=events, **COLUMNS)
