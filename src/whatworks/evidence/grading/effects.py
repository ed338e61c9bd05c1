"""Effects as the What Works Clearinghouse counts them: Hedges' g, the Cox index, clusters, the improvement index."""

from dataclasses import dataclass
from math import log, sqrt

from scipy.stats import norm, t

from whatworks.core.errors import InvalidEffect

# 1.65 makes a logistic difference resemble a normal one: What Works Clearinghouse after Cox (1970).
COX_DIVISOR = 1.65
# Handbook default for outcomes that are not school achievement (0.20 there).
DEFAULT_ICC = 0.10


@dataclass(frozen=True, kw_only=True)
class Clustered:
    """A t statistic corrected for clusters: ``t``, its degrees of freedom ``df``, and the two-sided ``p_value``."""

    t: float
    df: float
    p_value: float


def small_sample_factor(n: float) -> float:
    """The factor that takes the upward bias out of a standardised difference: 1 - 3 / (4N - 9).

    Examples
    --------
    >>> small_sample_factor(6)
    0.8
    """
    if n < 4:
        raise InvalidEffect(f"N is {n:g}; a standardised difference needs 4 people or more in all.")
    return 1 - 3 / (4 * n - 9)


def hedges_g(
    mean_treated: float, mean_comparison: float, sd_treated: float, sd_comparison: float, n_treated: float, n_comparison: float
) -> float:
    """W1. Standardised mean difference with the pooled standard deviation, corrected for small samples.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6:107-128.

    Examples
    --------
    >>> hedges_g(6, 5, 1, 1, 3, 3)
    0.8
    """
    n = n_treated + n_comparison
    squares = (n_treated - 1) * sd_treated**2 + (n_comparison - 1) * sd_comparison**2
    if n <= 2 or squares <= 0:
        raise InvalidEffect(
            f"standard deviations {sd_treated:g} and {sd_comparison:g} need a spread above 0 and 2 people per arm."
        )
    return small_sample_factor(n) * (mean_treated - mean_comparison) / sqrt(squares / (n - 2))


def cox_index(share_treated: float, share_comparison: float, n: float) -> float:
    """W2. A difference between two shares as a standardised difference: the log odds ratio over 1.65.

    Raises
    ------
    InvalidEffect
        If a share is not strictly between 0 and 1: its odds do not exist.

    References
    ----------
    Sanchez-Meca, Marin-Martinez & Chacon-Moscoso (2003), Psychological Methods 8:448-467.

    Examples
    --------
    >>> round(cox_index(0.6, 0.5, 200), 4)
    0.2448
    """
    for share in (share_treated, share_comparison):
        if not 0 < share < 1:
            raise InvalidEffect(
                f"a share is {share:g}; the Cox index needs shares above 0 and below 1. Add half a person to each cell."
            )
    odds = log(share_treated / (1 - share_treated)) - log(share_comparison / (1 - share_comparison))
    return small_sample_factor(n) * odds / COX_DIVISOR


def clustered_t(statistic: float, *, n: float, cluster_size: float, icc: float = DEFAULT_ICC) -> Clustered:
    """W8. Correct a t statistic of an analysis that took people in the same cluster for independent.

    Parameters
    ----------
    statistic : t as reported, from an analysis of people
    n : people in all
    cluster_size : people per cluster
    icc : share of the variance that lies between clusters, from 0 to 1

    References
    ----------
    Hedges (2007), Journal of Educational and Behavioral Statistics 32:151-179.

    Examples
    --------
    >>> found = clustered_t(2.5, n=400, cluster_size=20)
    >>> round(found.t, 3), round(found.df, 1)
    (1.461, 338.4)
    """
    if not (0 <= icc < 1 and 1 <= cluster_size < n / 2):
        raise InvalidEffect(f"icc {icc:g} must lie from 0 to 1 and cluster_size {cluster_size:g} from 1 to half of N = {n:g}.")
    room = (n - 2) - 2 * (cluster_size - 1) * icc
    corrected = statistic * sqrt(room / ((n - 2) * (1 + (cluster_size - 1) * icc)))
    spread = (
        (n - 2) * (1 - icc) ** 2 + cluster_size * (n - 2 * cluster_size) * icc**2 + 2 * (n - 2 * cluster_size) * icc * (1 - icc)
    )
    df = room**2 / spread
    return Clustered(t=corrected, df=df, p_value=float(2 * t.sf(abs(corrected), df)))


def improvement_index(g: float) -> float:
    """W9. Points of percentile rank that an average comparison person would gain, from -50 to 50.

    It knows nothing of chance or design: never print it without a range and a certainty.

    Examples
    --------
    >>> round(improvement_index(0.25), 1)
    9.9
    """
    return float(100 * (norm.cdf(g) - 0.5))
