"""Intervals under bounded relative magnitudes: against linear programmes, against every basis, and over repeated samples."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import optimize, stats

from whatworks.did.relative_magnitude import _pieces, relative_magnitude_interval

LEVEL = 0.05


def random_study(rng, n_before, n_after):
    root = rng.normal(size=(n_before + n_after, n_before + n_after + 3))
    vcov = root @ root.T / 20
    return rng.multivariate_normal(rng.normal(size=n_before + n_after), vcov), vcov


def inequalities(n_before, n_after, weights, bound, change, sign):
    """|change after the start| <= bound * the chosen change: rows on the estimates, and on each effect after the start."""
    changes = np.diff(np.insert(np.eye(n_before + n_after), n_before, 0.0, axis=0), axis=0)
    largest, after = sign * changes[change], changes[n_before:]
    return np.vstack([after - bound * largest, -after - bound * largest])


def basis_with(weights):
    """An invertible matrix whose first row is the weights: the effect asked for, and nuisance."""
    pivot = int(np.flatnonzero(weights)[0])
    return np.vstack([weights, np.delete(np.eye(len(weights)), pivot, axis=0)])


def programme(estimates, vcov, n_before, weights, bound, change, sign, value):
    """Moments, what the nuisance does to them, and their standard errors, at a hypothesised effect."""
    n_after = len(estimates) - n_before
    rows = inequalities(n_before, n_after, weights, bound, change, sign)
    on_effects = rows[:, n_before:] @ np.linalg.inv(basis_with(weights))
    moments = rows @ estimates - on_effects[:, 0] * value
    covariance = rows @ vcov @ rows.T
    return moments, on_effects[:, 1:], covariance


def vertices(nuisance, spread):
    """All corners of {p >= 0, p'nuisance = 0, p'spread = 1}, found by trying every basis."""
    constraints = np.column_stack([spread, nuisance]).T
    size, found = len(constraints), []
    for picked in combinations(range(len(spread)), size):
        square = constraints[:, picked]
        if abs(np.linalg.det(square)) < 1e-10:
            continue
        weights = np.linalg.solve(square, np.eye(size)[0])
        if (weights >= -1e-12).all():
            corner = np.zeros(len(spread))
            corner[list(picked)] = weights
            if not any(np.allclose(corner, other) for other in found):
                found.append(corner)
    return np.array(found)


CASES = [(2, 1, [1.0]), (3, 2, [1.0, 0.0]), (3, 2, [0.5, 0.5]), (2, 3, [0.0, 1.0, 0.0]), (4, 3, [0.5, -1.0, 0.5])]


@pytest.mark.parametrize(("n_before", "n_after", "weights"), CASES)
def test_the_largest_moment_is_the_optimum_of_the_linear_programme(n_before, n_after, weights):
    rng = np.random.default_rng(n_before + 10 * n_after)
    estimates, vcov = random_study(rng, n_before, n_after)
    weights, bound = np.array(weights), 1.3
    pieces = _pieces(estimates, vcov, n_before, weights, bound, LEVEL)
    for place, piece in enumerate(pieces):
        change, sign = place // 2, (1.0, -1.0)[place % 2]
        for value in (-1.0, 0.2, 2.5):
            moments, nuisance, covariance = programme(estimates, vcov, n_before, weights, bound, change, sign, value)
            spread = np.sqrt(np.diag(covariance))
            answer = optimize.linprog(
                np.append(1.0, np.zeros(nuisance.shape[1])),
                A_ub=-np.column_stack([spread, nuisance]),
                b_ub=-moments,
                bounds=[(None, None)] * (1 + nuisance.shape[1]),
                method="highs",
            )
            ours = piece.coefficients @ np.array([piece.estimates[0] - value, piece.estimates[1]])
            assert ours.max() == pytest.approx(answer.fun, abs=1e-9)


@pytest.mark.parametrize(("n_before", "n_after", "weights"), CASES)
def test_acceptance_equals_the_test_written_out_over_every_basis_with_simulated_first_stage(n_before, n_after, weights):
    rng = np.random.default_rng(100 + n_before + 10 * n_after)
    estimates, vcov = random_study(rng, n_before, n_after)
    weights, bound, first = np.array(weights), 0.8, 0.1 * LEVEL
    values = np.linspace(-4, 4, 41)
    for place, piece in enumerate(_pieces(estimates, vcov, n_before, weights, bound, LEVEL)[:4]):
        change, sign = place // 2, (1.0, -1.0)[place % 2]
        accepted = piece.accepts(values, LEVEL)
        for value, ours in zip(values, accepted, strict=True):
            moments, nuisance, covariance = programme(estimates, vcov, n_before, weights, bound, change, sign, value)
            corners = vertices(nuisance, np.sqrt(np.diag(covariance)))
            at, between = corners @ moments, corners @ covariance @ corners.T
            draws = np.random.default_rng(5).multivariate_normal(np.zeros(len(moments)), covariance, size=4000, method="eigh")
            critical = np.quantile((draws @ corners.T).max(axis=1), 1 - first)
            assert critical == pytest.approx(piece.first_stage, rel=0.2)
            largest = at.max()
            expected = largest <= 0 or (
                largest <= piece.first_stage
                and conditional_p_value(at, between, piece.first_stage) >= (LEVEL - first) / (1 - first)
            )
            assert bool(ours) == bool(expected)


def conditional_p_value(at, between, high):
    """Share of a normal variable's values beyond the largest moment, where that moment would still be the largest."""
    binding = int(at.argmax())
    share = between[binding] / between[binding, binding]
    rest = at - share * at[binding]
    places = np.linspace(-12, 12, 120_001) * np.sqrt(between[binding, binding])
    largest = np.ones(len(places), dtype=bool)
    for other in range(len(at)):
        largest &= rest[other] + share[other] * places <= places + 1e-9
    allowed = places[largest & (places <= high)]
    low, top = allowed.min(), allowed.max()
    spread = np.sqrt(between[binding, binding])
    tail = stats.norm.sf(np.array([low, at[binding], top]) / spread)
    return (tail[1] - tail[2]) / (tail[0] - tail[2])


def test_without_any_violation_the_interval_is_the_usual_one():
    estimates, vcov = np.array([0.3, -0.2, 1.0]), np.diag([0.04, 0.05, 0.09])
    low, high = relative_magnitude_interval(estimates, vcov, n_before=2, weights=np.ones(1), bound=0.0)
    assert (low, high) == (pytest.approx(1 - 1.96 * 0.3, abs=1e-3), pytest.approx(1 + 1.96 * 0.3, abs=1e-3))


def test_intervals_grow_with_the_bound_and_with_the_confidence():
    estimates, vcov = random_study(np.random.default_rng(4), 4, 3)
    ends = [
        relative_magnitude_interval(estimates, vcov, n_before=4, weights=np.array([1.0, 0.0, 0.0]), bound=bound)
        for bound in (0.0, 0.5, 1.0, 2.0, 4.0)
    ]
    assert all(b[0] < a[0] and b[1] > a[1] for a, b in pairwise(ends))
    wide = relative_magnitude_interval(estimates, vcov, n_before=4, weights=np.array([1.0, 0.0, 0.0]), bound=1.0, conf_level=0.99)
    assert wide[0] < ends[2][0]
    assert wide[1] > ends[2][1]


def test_units_and_sign_of_the_outcome_carry_over():
    estimates, vcov = random_study(np.random.default_rng(6), 3, 2)
    weights = np.array([0.5, 0.5])
    low, high = relative_magnitude_interval(estimates, vcov, n_before=3, weights=weights, bound=1.0)
    turned = relative_magnitude_interval(-10 * estimates, 100 * vcov, n_before=3, weights=weights, bound=1.0)
    assert turned == (pytest.approx(-10 * high, rel=1e-6), pytest.approx(-10 * low, rel=1e-6))


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.3, 0.03])
def test_the_interval_covers_at_the_edge_of_what_the_bound_allows(noise):
    # The largest change before the start is 1; afterwards trends part by 1.5 at once. No other path is worse for bound 1.5.
    rng = np.random.default_rng(8)
    violation = np.array([-1.2, -1.0, 0.0, 1.5, 3.0])
    effect = np.array([0.0, 0.0, 0.0, 2.0, 2.0])
    vcov = noise**2 * (np.eye(5) + 1.0)
    draws, covered = 300, 0
    for _ in range(draws):
        estimates = rng.multivariate_normal(violation + effect, vcov)
        low, high = relative_magnitude_interval(estimates, vcov, n_before=3, weights=np.array([1.0, 0.0]), bound=1.5)
        covered += low <= 2.0 <= high
    assert covered >= stats.binom.ppf(0.005, draws, 0.95)
    if noise == 0.03:
        # With little noise the largest change is known, and the interval is not wider than it need be: one side binds.
        assert covered <= stats.binom.ppf(0.995, draws, 0.975)
