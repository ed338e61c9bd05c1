"""Weighted least squares, with what a sandwich needs kept at hand."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotIdentified, TooFewUnits
from whatworks.inference.rank import independent_columns


@dataclass(frozen=True, kw_only=True, eq=False)
class LeastSquaresFit:
    """A fitted linear model.

    Attributes
    ----------
    coefficients : (k,) one per column of the design matrix
    residuals : (n,) outcome minus fit, in units of the outcome
    bread : (k, k) inverse of X'WX
    X, weights : what was fitted; weights are ones where none were given

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> fit_least_squares(X, np.array([1.0, 3, 5, 7])).residuals.round(10).tolist()
    [0.0, 0.0, 0.0, 0.0]
    """

    coefficients: np.ndarray
    residuals: np.ndarray = field(repr=False)
    bread: np.ndarray = field(repr=False)
    X: np.ndarray = field(repr=False)
    weights: np.ndarray = field(repr=False)

    @property
    def nobs(self) -> int:
        """Rows with a positive weight."""
        return int((self.weights > 0).sum())


def fit_least_squares(X: np.ndarray, y: np.ndarray, *, weights: np.ndarray | None = None) -> LeastSquaresFit:
    """Coefficients that minimise the weighted sum of squared residuals.

    Parameters
    ----------
    X : (n, k) design matrix; add the column of ones yourself
    y : (n,) outcome, any unit
    weights : (n,) weights >= 0; None weighs every row alike

    Returns
    -------
    :class:`LeastSquaresFit`

    Raises
    ------
    TooFewUnits
        If fewer rows than columns have a positive weight.
    NotIdentified
        If columns are collinear.

    References
    ----------
    Golub & Van Loan (2013), Matrix Computations, 4th ed., section 5.3 (solved by QR).

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> fit_least_squares(X, np.array([1.0, 3, 5, 7])).coefficients.round(10).tolist()
    [1.0, 2.0]
    """
    X = np.asarray(X, dtype=float)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    used = int((w > 0).sum())
    if used < X.shape[1]:
        raise TooFewUnits(f"{X.shape[1]} coefficients need at least as many rows; found {used}. Use fewer covariates.")
    root = np.sqrt(w)
    scaled = X * root[:, None]
    dependent = np.flatnonzero(~independent_columns(scaled))
    if len(dependent):
        raise NotIdentified(
            f"{len(dependent)} of {X.shape[1]} columns of the design matrix are linear combinations of the columns before them "
            f"(positions {', '.join(map(str, dependent))}, counted from 0). Leave them out."
        )
    Q, R = np.linalg.qr(scaled)
    inverse = np.linalg.inv(R)
    coefficients = inverse @ (Q.T @ (root * y))
    return LeastSquaresFit(coefficients=coefficients, residuals=y - X @ coefficients, bread=inverse @ inverse.T, X=X, weights=w)
