"""The formulas of effect sizes: summary numbers of two arms in, effect and sampling variance out.

All take arrays of equal length, one entry per study, and give ``(yi, vi)``: treated against comparison, so that a
positive effect means more of the outcome among the treated. Columns, missing values and impossible numbers are the
caller's business (:mod:`whatworks.synthesis.effect_size`).
"""

import numpy as np
from scipy import special

from whatworks.core.options import one_of

Array = np.ndarray
Effect = tuple[Array, Array]

SMD_VARIANCES = ("LS", "LS2", "UB", "AV")


def small_sample_correction(df: Array) -> Array:
    """Hedges' exact factor that makes a standardised mean difference unbiased.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6:107-128, eq. 6e.

    Examples
    --------
    >>> small_sample_correction(np.array([10.0, 100.0])).round(4)
    array([0.9227, 0.9925])
    """
    return np.asarray(np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def standardised_mean_difference(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array, *, variance: str) -> Effect:
    """Hedges' g: difference of means in pooled standard deviations, corrected for small samples.

    Parameters
    ----------
    m1, sd1, n1 : mean, standard deviation (of the citizens, not of the mean) and number of the treated
    m2, sd2, n2 : the same of the comparison group
    variance : "LS" the usual large-sample variance with g; "LS2" the variance of the uncorrected difference times the
        squared correction; "UB" the unbiased one; "AV" as "LS" with the mean effect over studies in place of each own,
        so that weights do not depend on the effects

    Returns
    -------
    g and its variance, in standard deviations and their square.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6:107-128; Hedges (1983), Psychological Bulletin 93:388-395 (UB);
    Borenstein (2009), Handbook of Research Synthesis and Meta-Analysis, 2nd ed., eq. 12.17 (LS2).

    Examples
    --------
    >>> g, v = standardised_mean_difference(*np.array([[12.0], [4.0], [20], [10.0], [4.0], [20]]), variance="LS")
    >>> g.round(4), v.round(4)
    (array([0.4901]), array([0.103]))
    """
    one_of(variance, SMD_VARIANCES, name="smd_variance")
    n, df = n1 + n2, n1 + n2 - 2
    correction = small_sample_correction(df)
    d = (m1 - m2) / np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
    g = correction * d
    base = 1 / n1 + 1 / n2
    if variance == "UB":
        return g, base + (1 - (df - 2) / (df * correction**2)) * g**2
    if variance == "LS2":
        return g, correction**2 * (base + d**2 / (2 * n))
    centre = np.average(g, weights=n) if variance == "AV" else g
    return g, base + centre**2 / (2 * n)


def mean_difference(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Effect:
    """Difference of means in the outcome's own unit, variances not assumed equal.

    References
    ----------
    Deeks & Higgins (2010), Statistical algorithms in Review Manager 5, section on mean differences.

    Examples
    --------
    >>> mean_difference(*np.array([[12.0], [4.0], [16], [10.0], [4.0], [16]]))
    (array([2.]), array([2.]))
    """
    return m1 - m2, sd1**2 / n1 + sd2**2 / n2


def log_ratio_of_means(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Effect:
    """Log of the ratio of two means of one sign, with the first-order correction for small samples.

    References
    ----------
    Hedges, Gurevitch & Curtis (1999), Ecology 80:1150-1156 (variance); Lajeunesse (2015), Ecology 96:2056-2063 (correction).

    Examples
    --------
    >>> y, v = log_ratio_of_means(*np.array([[12.0], [4.0], [16], [10.0], [4.0], [16]]))
    >>> y.round(4), v.round(4)
    (array([0.1808]), array([0.0169]))
    """
    c1, c2 = sd1**2 / (n1 * m1**2), sd2**2 / (n2 * m2**2)
    return np.log(m1 / m2) + (c1 - c2) / 2, c1 + c2


def log_odds_ratio(a: Array, n1: Array, c: Array, n2: Array) -> Effect:
    """Log odds ratio of ``a`` events in ``n1`` treated against ``c`` in ``n2`` of the comparison group; no zero cells.

    References
    ----------
    Woolf (1955), Annals of Human Genetics 19:251-253.

    Examples
    --------
    >>> y, v = log_odds_ratio(*np.array([[20.0], [40.0], [10.0], [40.0]]))
    >>> y.round(4), v.round(4)
    (array([1.0986]), array([0.2333]))
    """
    b, d = n1 - a, n2 - c
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def log_risk_ratio(a: Array, n1: Array, c: Array, n2: Array) -> Effect:
    """Log risk ratio of ``a`` events in ``n1`` treated against ``c`` in ``n2`` of the comparison group; no zero events.

    References
    ----------
    Katz et al. (1978), Biometrics 34:469-474.

    Examples
    --------
    >>> y, v = log_risk_ratio(*np.array([[20.0], [40.0], [10.0], [40.0]]))
    >>> y.round(4), v.round(4)
    (array([0.6931]), array([0.1]))
    """
    return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2


def risk_difference(a: Array, n1: Array, c: Array, n2: Array) -> Effect:
    """Difference of two proportions, as a proportion (0.05 is five percentage points).

    References
    ----------
    Deeks & Higgins (2010), Statistical algorithms in Review Manager 5, section on risk differences.

    Examples
    --------
    >>> y, v = risk_difference(*np.array([[20.0], [40.0], [10.0], [40.0]]))
    >>> y.round(4), v.round(4)
    (array([0.25]), array([0.0109]))
    """
    p1, p2 = a / n1, c / n2
    return p1 - p2, p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
