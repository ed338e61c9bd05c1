"""Contributions of rows: sums, clusters, crossings, and uncertainty passed on from weights."""

import numpy as np
import pytest

from whatworks.core.errors import TooFewUnits
from whatworks.inference import (
    WeightEquations,
    cluster_vcov,
    covariance_of_sums,
    fit_binary,
    fit_least_squares,
    heteroskedastic_vcov,
    weighted_gram,
)


@pytest.fixture
def design():
    rng = np.random.default_rng(20260914)
    X = np.column_stack([np.ones(300), rng.normal(size=(300, 3))])
    return X, X @ [1.0, 0.5, -0.5, 0.2] + rng.normal(size=300) * np.exp(0.3 * X[:, 1]), rng.integers(0, 25, 300)


def test_a_gram_in_pieces_is_the_gram(design):
    X = np.tile(design[0], (40, 1))
    weights = np.linspace(-1, 1, len(X))
    assert weighted_gram(X, weights) == pytest.approx(X.T @ (X * weights[:, None]), rel=1e-10, abs=1e-8)


def test_contributions_of_least_squares_give_its_robust_and_clustered_covariance(design):
    X, y, cluster = design
    fit = fit_least_squares(X, y)
    each = (X * fit.residuals[:, None]) @ fit.bread
    assert covariance_of_sums(each) == pytest.approx(heteroskedastic_vcov(fit, kind="HC0"), rel=1e-10)
    factor = (len(y) - 1) / (len(y) - X.shape[1])
    clustered = covariance_of_sums(each, [cluster], factor=factor)
    assert clustered == pytest.approx(cluster_vcov(fit, cluster), rel=1e-10)


def test_crossed_groupings_are_the_sum_less_the_crossing(design):
    X, y, one = design
    fit = fit_least_squares(X, y)
    each = (X * fit.residuals[:, None]) @ fit.bread
    other = np.arange(len(y)) % 17
    crossed = covariance_of_sums(each, [one * 17 + other])
    by_hand = covariance_of_sums(each, [one]) + covariance_of_sums(each, [other]) - crossed
    assert covariance_of_sums(each, [one, other]) == pytest.approx(by_hand, rel=1e-10)


def test_a_crossing_that_leaves_less_than_nothing_gives_way_to_the_larger_grouping():
    each = np.array([[1.0], [-1.0], [-1.0], [1.0]])
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert covariance_of_sums(each, [rows, columns]).item() == 0.0


def test_one_cluster_is_refused(design):
    X, y, _ = design
    with pytest.raises(TooFewUnits, match="at least 2 clusters; found 1"):
        covariance_of_sums(X * y[:, None], [np.zeros(len(y))])


def test_uncertainty_of_odds_is_passed_on_as_their_derivative_says(design):
    # Lunceford & Davidian (2004): the logit's contributions times how the weighted sum moves with its coefficients.
    X, y, _ = design
    t = (np.random.default_rng(4).random(len(y)) < 0.4).astype(float)
    fit = fit_binary(X, t)
    odds = fit.fitted / (1 - fit.fitted)
    gaps = (1 - t) * (y - 0.7)
    curvature = fit.fitted * (1 - fit.fitted)
    equations = WeightEquations(X=X, score=t - fit.fitted, information=curvature, slope=(1 - t) * odds)
    coefficients = X * (t - fit.fitted)[:, None] @ fit.vcov
    step = 1e-6
    moves = []
    for place in range(X.shape[1]):
        nudge = np.zeros(X.shape[1])
        nudge[place] = step
        sums = [np.exp(X @ (fit.coefficients + side * nudge)) @ gaps for side in (1, -1)]
        moves.append((sums[0] - sums[1]) / (2 * step))
    assert equations.passed_on(gaps[:, None])[:, 0] == pytest.approx(coefficients @ moves, rel=1e-6, abs=1e-9)
