"""Covariance of least squares coefficients when rows differ in spread or hang together in clusters."""

import numpy as np
import pandas as pd

from whatworks.core.errors import TooFewUnits
from whatworks.core.options import one_of
from whatworks.inference.least_squares import LeastSquaresFit

HC_KINDS = ("HC0", "HC1", "HC2", "HC3")


def heteroskedastic_vcov(fit: LeastSquaresFit, *, kind: str = "HC1") -> np.ndarray:
    """Covariance that holds when rows have different variances.

    Parameters
    ----------
    fit : of :func:`fit_least_squares`
    kind : ``"HC0"`` plain, ``"HC1"`` times n/(n-k), ``"HC2"`` residuals over sqrt(1-h), ``"HC3"`` over (1-h)

    Returns
    -------
    (k, k) covariance in squared units of the coefficients.

    References
    ----------
    White (1980), Econometrica 48:817-838; MacKinnon & White (1985), Journal of Econometrics 29:305-325.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> fit = ww.inference.fit_least_squares(X, np.array([1.0, 2, 6, 7]))
    >>> heteroskedastic_vcov(fit, kind="HC0").round(3).tolist()
    [[0.185, -0.049], [-0.049, 0.032]]
    """
    one_of(kind, HC_KINDS, name="kind")
    weighted = fit.residuals * fit.weights
    if kind in ("HC2", "HC3"):
        leverage = np.einsum("ij,jk,ik->i", fit.X, fit.bread, fit.X) * fit.weights
        weighted = weighted / (1 - leverage) ** (0.5 if kind == "HC2" else 1.0)
    scores = fit.X * weighted[:, None]
    vcov = fit.bread @ (scores.T @ scores) @ fit.bread
    k = fit.X.shape[1]
    return vcov * fit.nobs / (fit.nobs - k) if kind == "HC1" else vcov


def cluster_vcov(fit: LeastSquaresFit, cluster: np.ndarray | pd.Series, *, small_sample: bool = True) -> np.ndarray:
    """Covariance that holds when rows of one cluster hang together in any way.

    Parameters
    ----------
    fit : of :func:`fit_least_squares`
    cluster : (n,) labels
    small_sample : multiply by (n-1)/(n-k) x G/(G-1), as ``vcovCL`` of R's sandwich and Stata do

    Returns
    -------
    (k, k) covariance in squared units of the coefficients.

    Raises
    ------
    TooFewUnits
        If there is one cluster only.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73:13-22; Cameron & Miller (2015), Journal of Human Resources 50:317-372.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> fit = ww.inference.fit_least_squares(X, np.array([1.0, 2, 6, 7]))
    >>> cluster_vcov(fit, np.array(["a", "b", "b", "a"]), small_sample=False).round(3).tolist()
    [[0.146, -0.097], [-0.097, 0.065]]
    """
    codes, groups = cluster_codes(cluster)
    meat = clustered_meat(fit.X * (fit.residuals * fit.weights)[:, None], codes, groups)
    vcov = fit.bread @ meat @ fit.bread
    return vcov * small_sample_factor(fit.nobs, fit.X.shape[1], groups) if small_sample else vcov


def cluster_codes(cluster: np.ndarray | pd.Series) -> tuple[np.ndarray, int]:
    """Clusters as whole numbers from 0, and how many there are; one alone is refused.

    Parameters
    ----------
    cluster : (n,) the cluster of each row, in any type

    Returns
    -------
    (n,) whole numbers from 0 to G - 1, and G.

    Raises
    ------
    TooFewUnits
        If all rows are in one cluster.

    Examples
    --------
    >>> codes, clusters = cluster_codes(np.array(["b", "a", "b"]))
    >>> clusters
    2
    """
    codes, labels = pd.factorize(cluster)
    if len(labels) < 2:
        raise TooFewUnits(f"Clustered standard errors need at least 2 clusters; found {len(labels)}. Cluster at a finer level.")
    return codes, len(labels)


def clustered_meat(scores: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """Sum the rows' scores (n, k) within clusters, and the outer products of the sums: (k, k)."""
    sums = np.column_stack([np.bincount(codes, column, minlength=groups) for column in scores.T])
    return sums.T @ sums


def small_sample_factor(nobs: int, k: int, groups: int) -> float:
    """What the variance is multiplied by: (n-1)/(n-k) x G/(G-1)."""
    return (nobs - 1) / (nobs - k) * groups / (groups - 1)
