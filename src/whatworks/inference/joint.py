"""Several estimates at once: are they all zero, and how wide must bands be to hold them all?"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

# Draws behind a simultaneous band: the critical value then varies by about 0.005 from seed to seed.
_DRAWS = 100_000
# Eigenvalues below this share of the largest are rounding: that many restrictions are not told apart by the data.
_RANK_TOLERANCE = 1e-10


@dataclass(frozen=True, kw_only=True)
class WaldTest:
    """A joint test that all estimates are zero; ``p_value`` is NaN where the covariance cannot carry the test.

    Attributes
    ----------
    statistic : chi-squared
    df : rank of the covariance
    p_value : of all estimates being zero

    Examples
    --------
    >>> WaldTest(statistic=9.0, df=2, p_value=0.011).df
    2
    """

    statistic: float
    df: int
    p_value: float


def wald_test(estimates: np.ndarray, vcov: np.ndarray) -> WaldTest:
    """Test that all estimates are zero.

    Parameters
    ----------
    estimates : (q,)
    vcov : (q, q) their covariance

    Returns
    -------
    :class:`WaldTest` with q degrees of freedom. With no estimate, or a covariance without full rank (fewer clusters than
    estimates), the statistic and the p-value are NaN: the data cannot say.

    References
    ----------
    Wald (1943), Transactions of the American Mathematical Society 54:426-482.

    Examples
    --------
    >>> test = wald_test(np.array([1.0, 2.0]), np.eye(2))
    >>> test.statistic, test.df, round(test.p_value, 4)
    (5.0, 2, 0.0821)
    """
    q = len(estimates)
    scale = np.sqrt(np.diag(vcov))
    if q == 0 or not np.isfinite(vcov).all() or not (scale > 0).all():
        return WaldTest(statistic=np.nan, df=q, p_value=np.nan)
    correlation = vcov / np.outer(scale, scale)
    values = np.linalg.eigvalsh(correlation)
    if values[0] <= _RANK_TOLERANCE * values[-1]:
        return WaldTest(statistic=np.nan, df=q, p_value=np.nan)
    z = estimates / scale
    statistic = float(z @ np.linalg.solve(correlation, z))
    return WaldTest(statistic=statistic, df=q, p_value=float(stats.chi2.sf(statistic, q)))


def simultaneous_critical_value(vcov: np.ndarray, *, conf_level: float, seed: int = 0) -> float:
    """How many standard errors a band must reach to hold all estimates at once.

    Parameters
    ----------
    vcov : (q, q) covariance of the estimates; rows without variance are left aside
    conf_level : joint coverage, e.g. 0.95
    seed : of the 100,000 normal draws

    Returns
    -------
    Quantile of the largest absolute t-value under joint normality; between the pointwise and the Bonferroni value.

    References
    ----------
    Montiel Olea & Plagborg-Møller (2019), Journal of Applied Econometrics 34:1-17.

    Examples
    --------
    >>> round(simultaneous_critical_value(np.eye(1), conf_level=0.95), 1)
    2.0
    >>> round(simultaneous_critical_value(np.eye(10), conf_level=0.95), 1)
    2.8
    """
    spread = np.diag(vcov)
    used = np.isfinite(spread) & (spread > 0)
    if not used.any():
        return float(stats.norm.ppf(0.5 + conf_level / 2))
    scale = np.sqrt(spread[used])
    correlation = vcov[np.ix_(used, used)] / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0))
    draws = np.random.default_rng(seed).standard_normal((_DRAWS, len(scale))) @ root.T
    return float(np.quantile(np.abs(draws).max(axis=1), conf_level))
