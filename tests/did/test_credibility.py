"""Composition and anticipation: flagged when they are there, silent when they are not, and exact against hand counts."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.did.credibility import composition_of
from whatworks.did.observed import Columns
from whatworks.did.regression import read_roll_out_panel

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}


def roll_out(rng, *, units=120, times=8):
    """A quarter each start at 4 and 6, half never."""
    start = np.resize([4, 6, 0, 0], units)
    return pd.DataFrame({"unit": np.repeat(np.arange(units), times), "time": np.tile(np.arange(1, times + 1), units),
                         "y": rng.normal(size=units * times), "start": np.repeat(start, times)})  # fmt: skip


def lose(df, rng, *, treated, comparison):
    """Rows at or after time 4 go missing, at a rate of their own in either arm."""
    rate = np.where(df["start"] > 0, treated, comparison) * (df["time"] >= 4)
    return df[rng.random(len(df)) >= rate]


def test_equal_attrition_passes_and_unequal_attrition_fails():
    rng = np.random.default_rng(1)
    df = roll_out(rng)
    assert ww.did.composition(lose(df, rng, treated=0.2, comparison=0.2), **COLUMNS).passed is True
    found = ww.did.composition(lose(df, rng, treated=0.1, comparison=0.3), **COLUMNS)
    assert found.passed is False
    assert found.statistics["difference"] == pytest.approx(0.2, abs=0.07)
    assert found.statistics["p_value"] < 0.01


def test_a_missing_outcome_counts_like_a_missing_row():
    rng = np.random.default_rng(2)
    df = roll_out(rng)
    kept = lose(df, rng, treated=0.1, comparison=0.3)
    blank = df.assign(y=df["y"].where(df.index.isin(kept.index)))
    assert ww.did.composition(blank, **COLUMNS) == ww.did.composition(kept, **COLUMNS)


def test_shares_are_those_counted_by_hand():
    # Four starters all observed; of four never treated, two are lost from the start on.
    df = pd.DataFrame({"unit": np.repeat(range(8), 4), "time": [1, 2, 3, 4] * 8, "y": 1.0})
    df["start"] = np.where(df["unit"] < 4, 3, 0)
    df.loc[(df["unit"] > 5) & (df["time"] >= 3), "y"] = np.nan
    found = ww.did.composition(df, **COLUMNS).statistics
    assert (found["share_treated"], found["share_comparison"], found["difference"]) == (0.0, -0.5, 0.5)
    # The never treated's changes are 0, 0, -1, -1: variance 1/3 over 4.
    t = 0.5 / np.sqrt(1 / 12)
    assert found["p_value"] == pytest.approx(2 * stats.t.sf(t, 3))


def test_a_complete_panel_passes_without_a_test():
    found = ww.did.composition(roll_out(np.random.default_rng(3)), **COLUMNS)
    assert found.passed is True
    assert found.statistics["difference"] == 0.0


def test_persons_behind_a_mean_are_followed_when_named():
    # Every municipality is seen at every time, but fewer of the never treated's citizens are measured later on.
    rng = np.random.default_rng(4)
    df = roll_out(rng, units=40)
    lost = 0.25 * ((df["start"] == 0) & (df["time"] >= 4))
    df["persons"] = rng.binomial(60, 1 - lost)
    assert ww.did.composition(df, **COLUMNS).passed is True
    found = ww.did.composition(df, **COLUMNS, weights="persons")
    assert found.passed is False
    assert found.statistics["difference"] == pytest.approx(0.28, abs=0.08)


def test_without_never_treated_units_it_cannot_be_said():
    df = roll_out(np.random.default_rng(5)).query("start > 0")
    assert ww.did.composition(df.iloc[3:], **COLUMNS).passed is None


def test_the_check_can_be_made_from_a_panel_already_read():
    rng = np.random.default_rng(6)
    df = lose(roll_out(rng), rng, treated=0.1, comparison=0.3)
    panel = read_roll_out_panel(df, Columns(outcome="y", unit="unit", time="time"), "start")
    assert composition_of(panel) == ww.did.composition(df, **COLUMNS)


def test_towns_that_lose_all_their_starters_are_few_towns_not_many_units():
    df = roll_out(np.random.default_rng(7)).assign(town=lambda d: d["unit"] // 12)
    df = df[~((df["town"] < 3) & (df["start"] > 0) & (df["time"] >= 7))]
    alone, together = (ww.did.composition(df, **COLUMNS, **extra).statistics for extra in ({}, {"cluster": "town"}))
    assert together["difference"] == pytest.approx(alone["difference"])
    assert alone["p_value"] < 1e-4
    assert together["p_value"] > 0.01


def study(rng, dip):
    start = np.repeat(np.where(np.arange(80) < 40, 9, 0), 12)
    time = np.tile(np.arange(1, 13), 80)
    y = rng.normal(size=960) + dip * ((start == 9) & (time == 8)) + 2.0 * ((start == 9) & (time >= 9))
    df = pd.DataFrame({"unit": np.repeat(np.arange(80), 12), "time": time, "y": y, "start": start})
    return ww.did.event_study(df, **COLUMNS)


def test_a_dip_before_the_start_is_flagged_and_its_size_found():
    found = ww.did.anticipation(study(np.random.default_rng(1), dip=-1.0))
    assert found.passed is False
    assert found.statistics["jump"] == pytest.approx(-1.0, abs=0.5)
    assert found.statistics["times"] == 4
    # The reference against the mean of four times is an average of four effects, signs turned.
    result = study(np.random.default_rng(1), dip=-1.0)
    leads = result.parts.query("-5 <= event_time <= -2")
    assert found.statistics["jump"] == pytest.approx(-leads["estimate"].mean())


@pytest.mark.slow
def test_without_a_dip_five_in_a_hundred_are_flagged():
    flagged = sum(ww.did.anticipation(study(np.random.default_rng(seed), dip=0.0)).passed is False for seed in range(150))
    assert flagged <= 15


def test_a_jump_cannot_be_seen_against_a_varying_base():
    rng = np.random.default_rng(2)
    varying = ww.did.aggregate(ww.did.att_gt(roll_out(rng), **COLUMNS), by="event")
    with pytest.raises(ww.errors.InvalidOption, match="universal"):
        ww.did.anticipation(varying)
