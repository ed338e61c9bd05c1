"""The drift before the start: the right slope, whatever the base, and the right degrees of freedom."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.did.pretrends import Leads, drift_before_start, group_time_leads, parallel_pretrends

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}


def roll_out(rng, *, trend=0.0, noise=1.0, starts=(9, 13, 0), units=(14, 14, 13), times=20):
    """Cohorts of the given sizes; those that start drift by ``trend`` a time, from the first time on."""
    start = np.repeat(starts, units)
    time = np.arange(1, times + 1)
    y = rng.normal(size=(len(start), 1)) + trend * (start > 0)[:, None] * time + noise * rng.normal(size=(len(start), times))
    return pd.DataFrame({"unit": np.repeat(np.arange(len(start)), times), "time": np.tile(time, len(start)), "y": y.ravel(),
                         "start": np.repeat(start, times)})  # fmt: skip


def pretrends(result):
    return next(check for check in result.checks if check.name == "parallel_pretrends")


def results(df):
    for base in ("varying", "universal"):
        cells = ww.did.att_gt(df, **COLUMNS, base_period=base)
        yield cells
        yield ww.did.aggregate(cells, by="event")
    yield ww.did.event_study(df, **COLUMNS)
    yield ww.did.event_study(df, **COLUMNS, method="twfe")


def test_a_drift_without_noise_is_found_exactly_by_every_estimator():
    df = roll_out(np.random.default_rng(1), trend=0.25, noise=1e-6)
    for result in results(df):
        assert pretrends(result).statistics["slope"] == pytest.approx(0.25, abs=1e-5)
        assert pretrends(result).passed is False


def test_the_slope_is_that_of_least_squares_with_a_level_for_every_cohort():
    df = roll_out(np.random.default_rng(2))
    wide = df.pivot(index="unit", columns="time", values="y").to_numpy()
    start = df.groupby("unit")["start"].first().to_numpy()
    above = below = 0.0
    for g in (9, 13):
        gap = wide[start == g][:, : g - 1].mean(axis=0) - wide[start == 0][:, : g - 1].mean(axis=0)
        centred = np.arange(g - 1) - (g - 2) / 2
        above, below = above + 14 * centred @ gap, below + 14 * centred @ centred
    for result in list(results(df))[:4]:
        assert pretrends(result).statistics["slope"] == pytest.approx(above / below, rel=1e-9)


def test_a_slow_drift_is_seen_by_its_slope_where_the_joint_test_of_the_last_times_mostly_sees_nothing():
    found = [
        pretrends(ww.did.att_gt(roll_out(np.random.default_rng(seed), trend=0.1), **COLUMNS)).statistics for seed in range(20)
    ]
    by_slope = sum(statistics["slope_p_value"] < 0.05 for statistics in found)
    jointly = sum(statistics["p_value"] < 0.05 for statistics in found)
    assert by_slope >= 14
    assert jointly <= 8


def test_either_test_fails_the_check_at_half_the_level():
    vcov, times = np.diag(np.full(4, 0.01)), np.array([-5, -4, -3, -2])
    leads = Leads(estimates=np.zeros(4), vcov=vcov, event_times=times, sizes=np.ones(4), clusters=400, reference=-1)
    assert parallel_pretrends(leads).passed is True
    # One effect 2.9 standard errors off: 0.078 jointly, and it tilts the line little. 4 off: jointly below 0.025.
    for size, passed in ((0.29, True), (0.40, False)):
        jump = Leads(
            estimates=np.array([0.0, 0.0, size, 0.0]), vcov=vcov, event_times=times, sizes=np.ones(4), clusters=400, reference=-1
        )
        found = parallel_pretrends(jump)
        assert found.statistics["slope_p_value"] > 0.025
        assert found.passed is passed


def test_degrees_of_freedom_are_welch_s_for_the_smaller_arm():
    leads = Leads(estimates=np.zeros(1), vcov=np.eye(1), event_times=np.array([-2]), sizes=np.ones(1), clusters=41, arms=(31, 10))
    expected = (1 / 31 + 1 / 10) ** 2 / (1 / (31**2 * 30) + 1 / (10**2 * 9))
    assert leads.df == pytest.approx(expected)
    alone = Leads(estimates=np.zeros(1), vcov=np.eye(1), event_times=np.array([-2]), sizes=np.ones(1), clusters=41)
    assert alone.df == 40
    drift = drift_before_start(
        Leads(estimates=np.array([2.0]), vcov=np.eye(1), event_times=np.array([-2]), sizes=np.ones(1), clusters=41, reference=-1)
    )
    assert drift.slope == pytest.approx(-2.0)
    assert drift.p_value == pytest.approx(2 * stats.t.sf(2.0, 40))


def test_a_broken_path_of_changes_is_added_up_only_as_far_as_it_reaches():
    # The change into -4 is missing: only -3, -2 and -1 hang together.
    times = np.array([-6, -5, -3, -2, -1])
    changes = np.array([9.0, 9.0, 0.5, 0.5, 0.5])
    leads = Leads(estimates=changes, vcov=0.01 * np.eye(5), event_times=times, sizes=np.ones(5), clusters=50)
    assert drift_before_start(leads).slope == pytest.approx(0.5)


def test_anticipation_and_reference_cells_are_no_leads():
    cells = ww.did.att_gt(roll_out(np.random.default_rng(3)), **COLUMNS, base_period="universal", anticipation=2)
    leads = group_time_leads(cells.group_time)
    assert leads.event_times.max() == -4
    assert leads.reference == -3
    assert leads.arms == (28.0, 13.0)
