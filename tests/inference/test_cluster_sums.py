"""Regressions summed by cluster: whole rows, absorbed effects, columns that say nothing."""

import numpy as np
import pytest

from whatworks.core.errors import InvalidOption, NotIdentified, TooFewUnits
from whatworks.inference import TwoWayDesign, fit_two_way, sum_by_cluster, sum_two_way_by_cluster


@pytest.fixture
def design():
    rng = np.random.default_rng(3)
    n, T = 40, 6
    profile = rng.integers(0, 5, n)
    start = np.array([3, 4, 5, 99, 99])
    regressors = (np.arange(1, T + 1) >= start[:, None]).astype(float)[:, :, None]
    weights = (rng.random((5, T)) < 0.9).astype(float)
    outcome = np.where(weights[profile] > 0, rng.normal(size=(n, T)), np.nan)
    return TwoWayDesign(
        outcome=outcome, regressors=regressors, profile=profile, period_weights=weights, unit_weights=rng.uniform(0.5, 2, n),
        cluster=np.arange(n) % 9,
    )  # fmt: skip


def test_directions_are_orthonormal_and_the_coefficient_is_the_two_way_fit(design):
    sums = sum_two_way_by_cluster(design)
    assert sums.gram.sum(axis=0) == pytest.approx(np.eye(sums.gram.shape[1]), abs=1e-10)
    assert sums.estimate == pytest.approx(fit_two_way(design).coefficients[0], rel=1e-9)
    assert sums.clusters == 9


def test_columns_without_anything_of_their_own_change_nothing():
    rng = np.random.default_rng(4)
    X = np.column_stack([np.ones(30), rng.normal(size=(30, 2))])
    y, cluster = rng.normal(size=30), np.repeat(range(6), 5)
    plain = sum_by_cluster(X, y, cluster, column=2)
    doubled = sum_by_cluster(np.column_stack([X, 3 * X[:, 1]]), y, cluster, column=2)
    assert doubled.estimate == pytest.approx(plain.estimate)
    assert doubled.gram[:, -1, -1] == pytest.approx(plain.gram[:, -1, -1])


def test_a_regressor_that_unit_effects_absorb_is_refused(design):
    constant = TwoWayDesign(
        outcome=design.outcome, regressors=np.ones_like(design.regressors), profile=design.profile,
        period_weights=design.period_weights, unit_weights=design.unit_weights,
    )  # fmt: skip
    with pytest.raises(NotIdentified, match="linear combination"):
        sum_two_way_by_cluster(constant)


def test_one_cluster_or_a_million_are_refused():
    X = np.column_stack([np.ones(6), np.arange(6.0)])
    with pytest.raises(TooFewUnits, match="found 1"):
        sum_by_cluster(X, np.arange(6.0), np.zeros(6), column=1)
    many = TwoWayDesign(
        outcome=np.broadcast_to(np.zeros(10), (600_000, 10)), regressors=np.ones((1, 10, 1)),
        profile=np.zeros(600_000, dtype=int), period_weights=np.ones((1, 10)), unit_weights=np.ones(600_000),
    )  # fmt: skip
    with pytest.raises(InvalidOption, match="600000 clusters"):
        sum_two_way_by_cluster(many)
