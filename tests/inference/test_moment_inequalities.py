"""Tests of moment inequalities against simulation, and against the same test written out for one and two moments."""

import numpy as np
import pytest
from scipy import stats

from whatworks.inference.moment_inequalities import hybrid_accepts, least_favourable_value, log_tail_share


def test_the_least_favourable_value_is_the_quantile_of_the_largest_moment():
    rng = np.random.default_rng(1)
    loadings = rng.normal(size=(6, 2))
    draws = (rng.normal(size=(400_000, 2)) @ loadings.T).max(axis=1)
    for size in (0.2, 0.05, 0.005):
        assert (draws > least_favourable_value(loadings, size)).mean() == pytest.approx(size, rel=0.06)


def test_moments_that_are_never_positive_have_a_critical_value_of_zero():
    # Two opposite moments of one variable are positive half the time each; one along a single direction half the time.
    assert least_favourable_value(np.array([[1.0, 0.0]]), 0.6) == 0.0


def test_a_single_moment_is_a_one_sided_normal_test_but_for_the_first_stage():
    # Without a rival the moment is always the largest: nothing limits it below, the first stage does above.
    level, spread = 0.05, 2.0
    first = least_favourable_value(np.array([[spread, 0.0]]), 0.1 * level)
    values = np.linspace(-6, 8, 1401)
    accepted = hybrid_accepts(values[:, None], np.array([[spread**2]]), first_stage=first, level=level)
    # Together the two stages reject with probability 0.005 + 0.995 * 0.045 / 0.995 = 0.05.
    assert values[accepted].max() == pytest.approx(spread * stats.norm.ppf(0.95), abs=0.011)
    assert accepted[values <= 0].all()


def test_the_test_rejects_as_often_as_its_level_when_every_mean_is_zero():
    rng = np.random.default_rng(3)
    loadings = np.array([[1.0, 0.0], [-0.6, 0.8], [0.0, -1.0], [0.7, 0.7]])
    first = least_favourable_value(loadings, 0.005)
    moments = rng.normal(size=(60_000, 2)) @ loadings.T
    rejected = 1 - hybrid_accepts(moments, loadings @ loadings.T, first_stage=first, level=0.05).mean()
    assert rejected == pytest.approx(0.05, abs=0.004)


def test_means_far_below_zero_do_not_cost_the_binding_moment_its_power():
    # A far negative moment never competes: the critical value is that of the other alone, unlike the least favourable test's.
    loadings = np.array([[1.0, 0.0], [0.0, 1.0]])
    first = least_favourable_value(loadings, 0.005)
    moments = np.array([[1.70, -50.0], [1.60, -50.0], [1.70, 1.69]])
    assert hybrid_accepts(moments, np.eye(2), first_stage=first, level=0.05).tolist() == [False, True, True]


def test_tail_shares_far_out_keep_their_digits():
    value, low, high = np.array([40.1]), np.array([40.0]), np.array([np.inf])
    # Beyond 40 standard deviations the tail falls like an exponential of rate 40.
    assert log_tail_share(value, low, high, np.ones(1))[0] == pytest.approx(-(40.1**2 - 40**2) / 2 - np.log(40.1 / 40), abs=1e-3)
    near = log_tail_share(np.array([1.0]), np.array([0.0]), np.array([2.0]), np.ones(1))[0]
    assert np.exp(near) == pytest.approx((stats.norm.cdf(2) - stats.norm.cdf(1)) / (stats.norm.cdf(2) - 0.5))
