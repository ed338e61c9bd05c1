"""Joint tests and simultaneous bands."""

import numpy as np
import pytest
from scipy import stats

from whatworks.inference import simultaneous_critical_value, wald_test


def test_wald_statistic_does_not_depend_on_units():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(4, 4))
    estimates, vcov, scale = rng.normal(size=4), root @ root.T, np.array([1e-6, 1, 1e3, 1e9])
    plain = wald_test(estimates, vcov)
    scaled = wald_test(estimates * scale, vcov * np.outer(scale, scale))
    assert plain.statistic == pytest.approx(estimates @ np.linalg.inv(vcov) @ estimates)
    assert scaled.statistic == pytest.approx(plain.statistic)
    assert plain.p_value == pytest.approx(stats.chi2.sf(plain.statistic, 4))


def test_a_covariance_without_full_rank_gives_no_verdict():
    few_clusters = np.random.default_rng(2).normal(size=(3, 5))
    assert np.isnan(wald_test(np.ones(5), few_clusters.T @ few_clusters).p_value)
    assert np.isnan(wald_test(np.array([]), np.empty((0, 0))).p_value)


def test_independent_estimates_need_the_sidak_value():
    exact = stats.norm.ppf(0.5 + 0.95 ** (1 / 6) / 2)
    assert simultaneous_critical_value(np.diag([1.0, 4, 9, 1, 1, 100]), conf_level=0.95) == pytest.approx(exact, abs=0.02)


def test_one_estimate_said_many_times_needs_the_pointwise_value_and_empty_rows_do_not_count():
    vcov = np.full((4, 4), 2.0)
    vcov[3], vcov[:, 3] = 0.0, 0.0
    assert simultaneous_critical_value(vcov, conf_level=0.9) == pytest.approx(stats.norm.ppf(0.95), abs=0.02)
