"""Least squares and its sandwiches, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from whatworks.core.errors import NotIdentified, TooFewUnits
from whatworks.inference import cluster_vcov, fit_least_squares, heteroskedastic_vcov


@pytest.fixture
def people():
    rng = np.random.default_rng(7)
    X = np.column_stack([np.ones(120), rng.normal(50, 10, 120), rng.integers(0, 2, 120)])
    y = X @ [2, 0.3, -1] + rng.normal(size=120) * (1 + X[:, 2])
    return X, y, rng.uniform(0.5, 2, 120), rng.integers(0, 15, 120)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_heteroskedastic_covariance_equals_that_of_statsmodels(people, kind):
    X, y, w, _ = people
    theirs = sm.WLS(y, X, weights=w).fit(cov_type=kind)
    fit = fit_least_squares(X, y, weights=w)
    assert fit.coefficients == pytest.approx(theirs.params, rel=1e-10)
    assert heteroskedastic_vcov(fit, kind=kind) == pytest.approx(theirs.cov_params(), rel=1e-9)


@pytest.mark.parametrize("small_sample", [True, False])
def test_clustered_covariance_equals_that_of_statsmodels(people, small_sample):
    X, y, w, cluster = people
    kwds = {"groups": cluster, "use_correction": small_sample}
    theirs = sm.WLS(y, X, weights=w).fit(cov_type="cluster", cov_kwds=kwds)
    ours = cluster_vcov(fit_least_squares(X, y, weights=w), cluster, small_sample=small_sample)
    assert ours == pytest.approx(theirs.cov_params(), rel=1e-9)


def test_labels_of_clusters_do_not_matter(people):
    X, y, _, cluster = people
    fit = fit_least_squares(X, y)
    named = np.array([f"municipality {code}" for code in cluster])
    assert cluster_vcov(fit, named) == pytest.approx(cluster_vcov(fit, cluster), rel=1e-12)


def test_collinear_columns_are_refused(people):
    X, y, _, _ = people
    with pytest.raises(NotIdentified, match="positions 3"):
        fit_least_squares(np.column_stack([X, X[:, 1] - 3]), y)


def test_one_cluster_is_refused(people):
    X, y, _, _ = people
    with pytest.raises(TooFewUnits, match="found 1"):
        cluster_vcov(fit_least_squares(X, y), np.zeros(len(y)))


def test_more_columns_than_rows_are_refused(people):
    X, y, _, _ = people
    with pytest.raises(TooFewUnits, match="found 2"):
        fit_least_squares(X[:2], y[:2])
