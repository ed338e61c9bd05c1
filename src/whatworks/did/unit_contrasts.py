"""Contrasts within units, compared between those who start and those who do not, with Welch's t-test."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A difference between arms.

    Attributes
    ----------
    difference, std_error : in units of the contrast
    p_value : of no difference; NaN where an arm has fewer than two independent units
    n_treated, n_comparison : units with a contrast
    """

    difference: float
    std_error: float
    p_value: float
    n_treated: int
    n_comparison: int


def compare_cohorts(contrasts: np.ndarray, cohort: np.ndarray, cohorts: np.ndarray, cluster: np.ndarray | None) -> Comparison:
    """Average over cohorts, by their size, of the cohort's mean contrast less that of the never treated.

    Parameters
    ----------
    contrasts : (n, cohorts) each unit's contrast around each cohort's start; NaN where it cannot be formed
    cohort : (n,) start of each unit, infinite for never
    cohorts : (cohorts,) starts
    cluster : (n,) whole numbers from 0, or None; no small-sample correction beyond Welch's degrees of freedom

    References
    ----------
    Welch (1947), Biometrika 34:28-35.

    Examples
    --------
    >>> contrasts = np.array([[1.0], [3.0], [0.0], [2.0]])
    >>> found = compare_cohorts(contrasts, np.array([5.0, 5.0, np.inf, np.inf]), np.array([5.0]), None)
    >>> found.difference, round(found.p_value, 3)
    (1.0, 0.553)
    """
    known = ~np.isnan(contrasts)
    never = np.isinf(cohort)
    parts, used = [], np.zeros(len(cohort), dtype=bool)
    for place, start in enumerate(cohorts):
        treated, comparison = known[:, place] & (cohort == start), known[:, place] & never
        if treated.any() and comparison.any():
            parts.append((place, treated, comparison))
            used |= treated | comparison
    counts = {"n_treated": int((used & ~never).sum()), "n_comparison": int((used & never).sum())}
    if not parts:
        return Comparison(difference=np.nan, std_error=np.nan, p_value=np.nan, **counts)
    total = sum(int(treated.sum()) for _, treated, _ in parts)
    shares = np.zeros(len(cohort))
    for place, treated, comparison in parts:
        shares[treated] += contrasts[treated, place] / total
        shares[comparison] -= contrasts[comparison, place] * treated.sum() / total / comparison.sum()
    # Every cohort, and the never treated, is a sample of its own.
    variances = [
        _variance(shares[used & (cohort == start)], cluster, used & (cohort == start)) for start in np.unique(cohort[used])
    ]
    variance = sum(value for value, _ in variances)
    difference = float(shares.sum())
    if not (np.isfinite(variance) and variance > 0):
        return Comparison(difference=difference, std_error=np.nan, p_value=np.nan, **counts)
    df = variance**2 / sum(value**2 / (n - 1) for value, n in variances if value > 0)
    std_error = float(np.sqrt(variance))
    p_value = float(2 * stats.t.sf(abs(difference / std_error), df))
    return Comparison(difference=difference, std_error=std_error, p_value=p_value, **counts)


def _variance(shares: np.ndarray, cluster: np.ndarray | None, members: np.ndarray) -> tuple[float, int]:
    """Variance of a sum of independent shares, and how many they are; NaN for one alone."""
    if cluster is not None:
        codes = np.unique(cluster[members], return_inverse=True)[1]
        shares = np.bincount(codes, shares)
    n = len(shares)
    return (float(((shares - shares.mean()) ** 2).sum() * n / (n - 1)), n) if n > 1 else (np.nan, n)
