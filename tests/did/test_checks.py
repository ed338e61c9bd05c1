"""Doubts come true when they should, and only then."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww


def check(result, name):
    return next(check for check in result.checks if check.name == name)


def roll_out(rng, *, trend=0.0, units=200, shift=0.0):
    """Half start at time 5 of 8; before that they may already drift away by ``trend`` a time; ``shift`` moves their covariate."""
    treated, time = np.arange(units) % 2 == 0, np.arange(1, 9)
    z = rng.normal(size=units) + shift * treated
    y = rng.normal(size=(units, 1)) + trend * treated[:, None] * time + rng.normal(size=(units, 8))
    return pd.DataFrame({"unit": np.repeat(np.arange(units), 8), "time": np.tile(time, units), "y": y.ravel(),
                         "start": np.repeat(np.where(treated, 5, 0), 8), "z": np.repeat(z, 8)})  # fmt: skip


@pytest.fixture
def columns():
    return {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}


def test_drifting_trends_are_flagged_and_parallel_ones_are_not(columns):
    rng = np.random.default_rng(8)
    drifting, parallel = roll_out(rng, trend=0.3), roll_out(rng)
    for estimate in (
        lambda df: ww.did.aggregate(ww.did.att_gt(df, **columns, base_period="universal"), by="event"),
        lambda df: ww.did.att_gt(df, **columns),
        lambda df: ww.did.event_study(df, **columns),
    ):
        assert check(estimate(drifting), "parallel_pretrends").passed is False
        assert check(estimate(parallel), "parallel_pretrends").passed is True


def test_one_time_before_the_start_cannot_say_whether_trends_were_parallel(columns):
    df = roll_out(np.random.default_rng(9)).query("time >= 4")
    pretrends = check(ww.did.att_gt(df, **columns), "parallel_pretrends")
    assert pretrends.passed is None
    assert pretrends.statistics["df"] == 0


def test_more_pretrends_than_clusters_cannot_be_tested_jointly(columns):
    df = roll_out(np.random.default_rng(9)).assign(town=lambda d: d["unit"] % 3)
    assert check(ww.did.att_gt(df, **columns, cluster="town"), "parallel_pretrends").passed is None


def test_few_clusters_and_small_cells_are_counted(columns):
    df = roll_out(np.random.default_rng(9), units=8)
    result = ww.did.att_gt(df, **columns)
    assert check(result, "few_clusters").statistics == {"clusters": 8, "limit": 40}
    assert check(result, "small_cells").statistics["cells"] == 7
    large = ww.did.att_gt(roll_out(np.random.default_rng(9)), **columns)
    assert check(large, "few_clusters").passed is True
    assert check(large, "small_cells").passed is True


def test_units_outside_overlap_are_counted_and_such_comparison_units_left_out(columns):
    # Shifts of this size leave a few units whose chance of treatment is above 0.995, on both sides.
    df = roll_out(np.random.default_rng(12), shift=2.5, units=400)
    far = check(ww.did.att_gt(df, **columns, covariates=["z"]), "overlap")
    assert far.passed is False
    assert 1 <= far.statistics["units"] <= 100
    near = roll_out(np.random.default_rng(12), shift=0.5)
    assert check(ww.did.att_gt(near, **columns, covariates=["z"]), "overlap").passed is True
    assert "overlap" not in [check.name for check in ww.did.att_gt(df, **columns).checks]


@pytest.mark.slow
def test_the_pretrend_test_keeps_its_level_with_forty_municipalities_and_sees_a_steep_drift(columns):
    # 41 municipalities and 28 leads: the chi-squared test of all of them rejected every clean roll-out.
    def share_flagged(trend, draws):
        flagged = 0
        for seed in range(draws):
            rng = np.random.default_rng(seed)
            start = np.repeat([15, 21, 0], [14, 14, 13])
            time = np.arange(1, 31)
            drift = trend * (start > 0)[:, None] * time
            y = rng.normal(size=(41, 1)) + drift + rng.normal(size=(41, 30))
            df = pd.DataFrame({"unit": np.repeat(np.arange(41), 30), "time": np.tile(time, 41), "y": y.ravel()})
            result = ww.did.aggregate(ww.did.att_gt(df.assign(start=np.repeat(start, 30)), **columns), by="event")
            pretrends = check(result, "parallel_pretrends")
            assert pretrends.statistics["df"] == 4
            flagged += pretrends.passed is False
        return flagged / draws

    assert share_flagged(0.0, 150) <= 0.10
    assert share_flagged(1.0, 30) >= 0.8
