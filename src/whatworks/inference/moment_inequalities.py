"""Tests that several means are at most zero: least favourable, conditional on which one binds, and both after one another.

Every moment is a combination of two jointly normal estimates, which is what bounds on relative magnitudes lead to: critical
values are then integrals over a circle and nothing is simulated.
"""

import numpy as np
from scipy import optimize, special

# Directions at which the circle is sampled; 1024 give the critical value to six digits.
_DIRECTIONS = 2048
# Moments whose correlation with the binding one is this near to 1 move with it and cannot limit it.
_SAME = 1e-9
# Andrews, Roth & Pakes recommend a tenth of the level for the first stage.
FIRST_STAGE_SHARE = 0.1


def least_favourable_value(loadings: np.ndarray, size: float) -> float:
    """What the largest moment exceeds with probability ``size`` when every mean is exactly zero.

    Parameters
    ----------
    loadings : (q, 2) moments as combinations of two independent standard normal variables
    size : probability, between 0 and 1

    Returns
    -------
    The value, in the moments' units; 0 when the largest moment is positive less often than that.

    References
    ----------
    Andrews, Roth & Pakes (2023), Review of Economic Studies 90:2763-2791, section 4.2 (the least favourable test). In polar
    coordinates the largest moment exceeds c along direction u with probability exp(-(c / h(u))² / 2), h(u) its largest loading.

    Examples
    --------
    >>> round(least_favourable_value(np.array([[1.0, 0.0]]), 0.05), 3)
    1.645
    >>> round(least_favourable_value(np.array([[1.0, 0.0], [-1.0, 0.0]]), 0.05), 2)
    1.96
    """
    angles = 2 * np.pi * (np.arange(_DIRECTIONS) + 0.5) / _DIRECTIONS
    reach = (loadings @ np.array([np.cos(angles), np.sin(angles)])).max(axis=0)
    reach = reach[reach > 0]
    if len(reach) <= size * _DIRECTIONS:
        return 0.0

    def excess(value: float) -> float:
        return float(np.exp(-0.5 * (value / reach) ** 2).sum() / _DIRECTIONS - size)

    highest = float(reach.max() * np.sqrt(-2 * np.log(size)))
    return float(optimize.brentq(excess, 0.0, highest, xtol=1e-12 * highest))


def hybrid_accepts(moments: np.ndarray, covariance: np.ndarray, *, first_stage: float, level: float) -> np.ndarray:
    """Is it compatible with the data that every mean is at most zero?

    Parameters
    ----------
    moments : (n, q) n sets of moments to test, all with one covariance
    covariance : (q, q)
    first_stage : :func:`least_favourable_value` at a tenth of ``level``; larger moments are rejected at once
    level : of the whole test, e.g. 0.05

    Returns
    -------
    (n,) True where the hypothesis stands. The second stage asks how surprising the largest moment is among normal values
    between the two limits within which this moment stays the largest and the first stage does not reject.

    References
    ----------
    Andrews, Roth & Pakes (2023), Review of Economic Studies 90:2763-2791, section 4.3 (hybrid) with lemma 2 (limits).
    """
    rows = np.arange(len(moments))
    binding = moments.argmax(axis=1)
    largest = moments[rows, binding]
    variance = np.diag(covariance)[binding]
    share = covariance[:, binding].T / np.where(variance > 0, variance, np.inf)[:, None]
    away = np.abs(1 - share) > _SAME
    limit = (moments - share * largest[:, None]) / np.where(away, 1 - share, 1.0)
    low = np.where(away & (share < 1), limit, -np.inf).max(axis=1)
    high = np.minimum(np.where(away & (share > 1), limit, np.inf).min(axis=1), first_stage)
    first = FIRST_STAGE_SHARE * level
    surprise = log_tail_share(largest, low, high, np.sqrt(variance))
    return (largest <= 0) | ((largest <= first_stage) & (surprise >= np.log((level - first) / (1 - first))))


def log_tail_share(value: np.ndarray, low: np.ndarray, high: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Logarithm of the probability of a normal value above ``value``, given that it lies between ``low`` and ``high``.

    Taken on the logarithmic scale, since all three often lie far out in the tail.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        above, below, beyond = (special.log_ndtr(-place / spread) for place in (value, low, high))
        upper = above + np.log1p(-np.exp(np.minimum(beyond - above, 0.0)))
        total = below + np.log1p(-np.exp(np.minimum(beyond - below, 0.0)))
        out: np.ndarray = upper - total
    return np.where(np.isnan(out), -np.inf, out)
