"""Estimates that rest on other estimates: equations solved one after the other, and the covariance of what comes out.

Every row contributes a little to the error of every estimate, and the contributions sum to that error. Where an estimate uses
weights that were themselves estimated, a row contributes through the weights as well (Stefanski & Boos 2002, The American
Statistician 56:29-38).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.inference.gram import weighted_gram
from whatworks.inference.sandwich import cluster_codes


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightEquations:
    """The equations that coefficients of weights solve: the sum of ``score`` times ``X`` is zero.

    Attributes
    ----------
    X : (n, q) design
    score : (n,)
    information : (n,) minus the derivative of ``score`` with respect to the linear predictor
    slope : (n,) derivative of each row's weight with respect to the linear predictor

    Examples
    --------
    >>> X, t = np.ones((4, 1)), np.array([1.0, 0, 0, 0])
    >>> WeightEquations(X=X, score=t - 0.25, information=np.full(4, 0.1875), slope=(1 - t) / 3).score.sum()
    np.float64(0.0)
    """

    X: np.ndarray = field(repr=False)
    score: np.ndarray = field(repr=False)
    information: np.ndarray = field(repr=False)
    slope: np.ndarray = field(repr=False)

    def passed_on(self, gaps: np.ndarray) -> np.ndarray:
        """What the weights' own uncertainty adds to sums of weight times ``gaps``.

        Parameters
        ----------
        gaps : (n, m) what the weights multiply in an estimate's equation, at the solution

        Returns
        -------
        (n, m) contributions of the rows to the sums.

        References
        ----------
        Stefanski & Boos (2002), section 2; Lunceford & Davidian (2004), Statistics in Medicine 23:2937-2960, section 3.

        Examples
        --------
        >>> X, t = np.ones((4, 1)), np.array([1.0, 0, 0, 0])
        >>> odds = WeightEquations(X=X, score=t - 0.25, information=np.full(4, 0.1875), slope=(1 - t) / 3)
        >>> odds.passed_on(np.array([[0.0], [1.0], [1.0], [1.0]])).ravel().round(3).tolist()
        [1.0, -0.333, -0.333, -0.333]
        """
        sensitivity = self.X.T @ (self.slope[:, None] * gaps)
        moved = np.linalg.solve(weighted_gram(self.X, self.information), sensitivity)
        return self.score[:, None] * (self.X @ moved)


def covariance_of_sums(contributions: np.ndarray, groupings: Sequence[np.ndarray] = (), *, factor: float = 1.0) -> np.ndarray:
    """Covariance of estimates whose errors are sums of the rows' contributions.

    Parameters
    ----------
    contributions : (n, m) in units of the estimates
    groupings : none where rows are independent, else one or two clusterings of the rows. Each is multiplied by G/(G-1)
    factor : what everything is multiplied by besides, e.g. (n-1)/(n-k)

    Returns
    -------
    (m, m) covariance. With two groupings it is the sum of both less that of their crossing; where that falls below nothing for
    an estimate, the larger of the two is taken for all.

    Raises
    ------
    TooFewUnits
        If a grouping has one cluster only.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73:13-22; Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics
    29:238-249.

    Examples
    --------
    >>> each = np.array([[0.1], [0.2], [-0.1], [-0.2]])
    >>> covariance_of_sums(each).round(3).tolist()
    [[0.1]]
    >>> covariance_of_sums(each, [np.array([0, 0, 1, 1])]).round(3).tolist()
    [[0.36]]
    """
    if not groupings:
        return contributions.T @ contributions * factor
    single = [_clustered(contributions, codes) for codes in groupings]
    if len(single) == 1:
        return single[0] * factor
    crossed = pd.MultiIndex.from_arrays([pd.factorize(codes)[0] for codes in groupings])
    total = single[0] + single[1] - _clustered(contributions, pd.factorize(crossed)[0])
    if (np.diag(total) <= 0).any():
        # In small samples the sum can fall below a variance that either grouping alone calls for.
        total = max(single, key=lambda each: float(np.trace(each)))
    return total * factor


def _clustered(contributions: np.ndarray, labels: np.ndarray) -> np.ndarray:
    codes, groups = cluster_codes(labels)
    sums = np.column_stack([np.bincount(codes, column, minlength=groups) for column in contributions.T])
    return sums.T @ sums * groups / (groups - 1)
