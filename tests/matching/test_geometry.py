"""Distances between people, against the textbook formulas written out."""

import numpy as np
import pytest
from scipy.stats import rankdata

from whatworks.matching.geometry import stretch


@pytest.fixture
def people():
    rng = np.random.default_rng(12)
    matrix = np.column_stack([rng.normal(40, 9, 60), rng.integers(0, 4, 60), rng.exponential(2, 60)])
    return matrix, rng.random(60) < 0.4


def squared_distances(matrix, inverse):
    gaps = matrix[:, None, :] - matrix[None, :, :]
    return np.einsum("ijk,kl,ijl->ij", gaps, inverse, gaps)


def euclidean(coordinates):
    return ((coordinates[:, None, :] - coordinates[None, :, :]) ** 2).sum(axis=2)


def test_mahalanobis_uses_the_covariance_within_arms(people):
    matrix, treated = people
    within = sum(np.cov(matrix[arm], rowvar=False) * (arm.sum() - 1) for arm in (treated, ~treated)) / 58
    assert euclidean(stretch(matrix, treated, "mahalanobis")) == pytest.approx(squared_distances(matrix, np.linalg.inv(within)))


def test_sample_mahalanobis_uses_the_covariance_of_everybody(people):
    matrix, treated = people
    inverse = np.linalg.inv(np.cov(matrix, rowvar=False, bias=True))
    assert euclidean(stretch(matrix, treated, "sample_mahalanobis")) == pytest.approx(squared_distances(matrix, inverse))


def test_inverse_variance_adds_up_squared_standard_deviations(people):
    matrix, treated = people
    inverse = np.diag(1 / matrix.var(axis=0))
    assert euclidean(stretch(matrix, treated, "inverse_variance")) == pytest.approx(squared_distances(matrix, inverse))


def test_robust_mahalanobis_gives_tied_ranks_the_variance_of_untied_ones(people):
    # Rosenbaum (2010), section 8.3: ranks, then the covariance scaled up to the variance of 1, 2, ..., n.
    matrix, treated = people
    ranks = np.column_stack([rankdata(column) for column in matrix.T])
    covariance = np.cov(ranks, rowvar=False)
    stretch_up = np.diag(np.sqrt(np.var(np.arange(1, 61), ddof=1) / np.diag(covariance)))
    inverse = np.linalg.inv(stretch_up @ covariance @ stretch_up)
    assert euclidean(stretch(matrix, treated, "robust_mahalanobis")) == pytest.approx(squared_distances(ranks, inverse))


def test_an_outlier_moves_no_robust_distance(people):
    matrix, treated = people
    wild = matrix.copy()
    wild[wild[:, 0].argmax(), 0] *= 1000
    here, there = (stretch(values, treated, "robust_mahalanobis") for values in (matrix, wild))
    assert there == pytest.approx(here)


@pytest.mark.parametrize("distance", ["mahalanobis", "sample_mahalanobis"])
def test_units_and_repeated_columns_change_no_mahalanobis_distance(people, distance):
    matrix, treated = people
    moved = np.column_stack([1e6 * matrix[:, 0], matrix[:, 1] + 5, matrix[:, 2] / 1e3, matrix[:, 0] + 2 * matrix[:, 2]])
    here, there = (euclidean(stretch(values, treated, distance)) for values in (matrix, moved))
    assert there == pytest.approx(here, rel=1e-6)
