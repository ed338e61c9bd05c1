"""Weights on the simplex: optimal by the conditions of Karush, Kuhn and Tucker."""

import numpy as np
import pytest
from scipy.optimize import minimize

from whatworks.did.synthetic_weights import (
    donor_weights,
    level_weights,
    noise_level,
    optimality_gap,
    simplex_weights,
    time_weights,
)


@pytest.mark.parametrize("shape", [(5, 3), (12, 40), (40, 12), (3, 200), (60, 60)])
@pytest.mark.parametrize("ridge", [0.0, 1e-10, 0.1, 50.0])
def test_no_feasible_direction_improves_the_weights(shape, ridge):
    rng = np.random.default_rng(shape[0] + shape[1])
    columns, target = rng.normal(size=shape).cumsum(axis=0), rng.normal(size=shape[0])
    weights = simplex_weights(columns, target, ridge=ridge)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights >= 0).all()
    off = np.vstack([columns - target[:, None], np.sqrt(ridge) * np.eye(shape[1])])
    scale = (off**2).sum(axis=0).mean()
    assert optimality_gap(off, weights) <= 1e-9 * scale
    # Where weight is put, all pull alike; elsewhere none pulls harder.
    pull = off.T @ (off @ weights) / scale
    assert np.ptp(pull[weights > 0]) < 1e-7
    assert pull.min() >= pull[weights > 0].max() - 1e-7


def test_a_general_optimiser_finds_nothing_better():
    rng = np.random.default_rng(8)
    columns, target = rng.normal(size=(15, 6)), rng.normal(size=15)

    def loss(w):
        return ((columns @ w - target) ** 2).sum() + 0.5 * (w @ w)

    ours = simplex_weights(columns, target, ridge=0.5)
    theirs = minimize(
        loss, np.full(6, 1 / 6), bounds=[(0, 1)] * 6, constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, tol=1e-14
    )
    assert loss(ours) <= theirs.fun + 1e-9
    np.testing.assert_allclose(ours, theirs.x, atol=1e-5)


def test_a_target_among_the_columns_is_reproduced_and_equal_columns_share():
    columns = np.array([[1.0, 4.0, 9.0], [2.0, 0.0, 5.0]])
    np.testing.assert_allclose(simplex_weights(columns, columns[:, 1]), [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(simplex_weights(np.ones((4, 5)), np.ones(4)), 0.2)
    np.testing.assert_allclose(simplex_weights(np.ones((4, 5)), np.zeros(4), ridge=1.0), 0.2)


def test_a_strong_pull_makes_unit_weights_equal_and_none_follows_the_path():
    rng = np.random.default_rng(1)
    comparison = rng.normal(size=(8, 10)).cumsum(axis=1)
    treated = 0.5 * comparison[2] + 0.5 * comparison[5] + 100
    np.testing.assert_allclose(donor_weights(comparison, treated, zeta=1e6), 1 / 8, atol=1e-6)
    np.testing.assert_allclose(donor_weights(comparison, treated, zeta=1e-9)[[2, 5]], 0.5, atol=1e-6)
    np.testing.assert_allclose(level_weights(comparison, treated - 100, (np.empty((8, 0)), np.empty(0)))[[2, 5]], 0.5, atol=1e-4)


def test_time_weights_find_the_time_that_is_like_afterwards():
    rng = np.random.default_rng(1)
    before = rng.normal(size=(30, 5))
    weights = time_weights(before, before[:, 3] + 7)
    np.testing.assert_allclose(weights, [0, 0, 0, 1, 0], atol=1e-6)


def test_noise_is_the_spread_of_changes_not_of_levels():
    assert noise_level(np.array([[0.0, 1.0, 2.0], [50.0, 51.0, 52.0]])) == 0
    assert noise_level(np.array([[0.0, 2.0, 2.0]])) == 1.0
