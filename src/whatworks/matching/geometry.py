"""Distances between people: covariates stretched so that the plain distance between two rows is the wanted one."""

import numpy as np
from scipy.stats import rankdata

from whatworks.core.errors import NotIdentified

# Directions with less than this share of the largest variance are combinations of others and carry no distance.
_NO_VARIANCE = 1e-10

# A column with at most this many values among so many first rows is taken for a category.
_FEW, _LOOK = 10, 1000

# Distances that compare covariates one level at a time need every level of a category, or the reference would be special.
LEVELS = {
    "mahalanobis": "reference",
    "sample_mahalanobis": "reference",
    "robust_mahalanobis": "every",
    "inverse_variance": "every",
}
DISTANCES = ("propensity", *LEVELS)


def stretch(matrix: np.ndarray, treated: np.ndarray, distance: str) -> np.ndarray:
    """Coordinates in which the Euclidean distance between rows is the named distance between people.

    Parameters
    ----------
    matrix : (n, k) covariates, any units
    treated : (n,) boolean
    distance : ``"mahalanobis"`` (covariance within arms), ``"sample_mahalanobis"`` (covariance of everybody),
        ``"inverse_variance"`` (each covariate in its own standard deviations), ``"robust_mahalanobis"`` (ranks)

    Returns
    -------
    (n, k) or fewer columns, without unit.

    References
    ----------
    Rubin (1980), Biometrics 36:293-298 (within arms). Abadie, Drukker, Herr & Imbens (2004), Stata Journal 4:290-311
    (everybody, inverse variance). Rosenbaum (2010), Design of Observational Studies, section 8.3 (ranks).

    Examples
    --------
    >>> matrix = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]])
    >>> stretch(matrix, np.array([True, False, False, True]), "inverse_variance").tolist()
    [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]
    """
    if distance == "inverse_variance":
        return matrix / matrix.std(axis=0)
    if distance == "robust_mahalanobis":
        return _robust(matrix)
    if distance == "sample_mahalanobis":
        return _whiten(matrix, np.cov(matrix, rowvar=False, bias=True))
    return _whiten(matrix, pooled_covariance(matrix, treated))


def pooled_covariance(matrix: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Covariance around each arm's own mean, (k, k), divisor n - 2."""
    centred = np.where(treated[:, None], matrix - matrix[treated].mean(axis=0), matrix - matrix[~treated].mean(axis=0))
    return centred.T @ centred / max(len(matrix) - 2, 1)


def _robust(matrix: np.ndarray) -> np.ndarray:
    """Ranks in place of values, with the variance untied ranks would have: an outlier or a rare category cannot rule."""
    ranks = rankdata(matrix, axis=0)
    covariance = np.atleast_2d(np.cov(ranks, rowvar=False))
    n = len(matrix)
    scale = np.sqrt(n * (n + 1) / 12 / np.diag(covariance))
    return _whiten(ranks, covariance * np.outer(scale, scale))


def _whiten(matrix: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    covariance = np.atleast_2d(covariance)
    # On one scale before the eigenvalues, so that a covariate in small units is not taken for no variance.
    spread = np.sqrt(np.diag(covariance))
    spread = np.where(spread > 0, spread, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(spread, spread))
    kept = values > _NO_VARIANCE * values[-1]
    if not kept.any():
        raise NotIdentified(
            f"The covariates do not vary within the arms of these {len(matrix)} rows, so no distance between people can be told. "
            "Take distance='inverse_variance', or gather more people."
        )
    return _few_values_first(matrix, (vectors[:, kept] / np.sqrt(values[kept])) / spread[:, None])


def _few_values_first(matrix: np.ndarray, stretching: np.ndarray) -> np.ndarray:
    """The stretched matrix, turned so that its leading coordinates mix only columns with few values, such as categories.

    Turning changes no distance; but rows that agree on those columns then agree on these coordinates, which a search can use.
    """
    many = [len(np.unique(column[:_LOOK])) > _FEW for column in matrix.T]
    order = np.argsort(~np.array(many), kind="stable")
    turned = np.linalg.qr(stretching[order].T)[1].T[:, ::-1]
    return matrix[:, order] @ turned
