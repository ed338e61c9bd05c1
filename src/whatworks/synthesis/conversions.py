"""Effect sizes from what else studies print: test statistics, proportions, correlations, and the same people twice.

As in :mod:`whatworks.synthesis.measures`, arrays of equal length go in, one entry per study, and ``(yi, vi)`` come out.
"""

import numpy as np
from scipy import stats

from whatworks.synthesis.measures import Effect, small_sample_correction

Array = np.ndarray


def smd_from_t(t: Array, n1: Array, n2: Array) -> Effect:
    """Hedges' g from the t statistic of two independent groups.

    Parameters
    ----------
    t : statistics, positive where the treated have more
    n1, n2 : numbers of treated and of the comparison group

    References
    ----------
    Borenstein (2009), Handbook of Research Synthesis and Meta-Analysis, 2nd ed., table 12.1.

    Examples
    --------
    >>> g, v = smd_from_t(np.array([2.0]), np.array([20.0]), np.array([20.0]))
    >>> g.round(4), v.round(4)
    (array([0.6199]), array([0.1048]))
    """
    g = small_sample_correction(n1 + n2 - 2) * t * np.sqrt(1 / n1 + 1 / n2)
    return g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def t_from_p(p: Array, sign: Array, n1: Array, n2: Array) -> Array:
    """The t statistic behind a two-sided p-value, with the sign that the study reports in words.

    Examples
    --------
    >>> t_from_p(np.array([0.05]), np.array([-1.0]), np.array([30.0]), np.array([32.0])).round(2)
    array([-2.])
    """
    return np.asarray(np.sign(sign) * stats.t.isf(p / 2, n1 + n2 - 2))


def logit_proportion(events: Array, n: Array) -> Effect:
    """Log odds of one group's proportion; no empty cells.

    References
    ----------
    Lipsey & Wilson (2001), Practical Meta-Analysis, ch. 3.

    Examples
    --------
    >>> y, v = logit_proportion(np.array([20.0]), np.array([50.0]))
    >>> y.round(4), v.round(4)
    (array([-0.4055]), array([0.0833]))
    """
    return np.log(events / (n - events)), 1 / events + 1 / (n - events)


def fisher_z(r: Array, n: Array) -> Effect:
    """Fisher's transformation of a correlation, whose variance does not hang on the correlation.

    References
    ----------
    Fisher (1921), Metron 1:3-32.

    Examples
    --------
    >>> y, v = fisher_z(np.array([0.5]), np.array([103.0]))
    >>> y.round(4), v.round(4)
    (array([0.5493]), array([0.01]))
    """
    return np.arctanh(r), 1 / (n - 3)


def standardised_mean_change(before: Array, after: Array, sd_before: Array, n: Array, r: Array) -> Effect:
    """Change of the same people in standard deviations of the start, so that it is on the scale of two groups' SMD.

    Parameters
    ----------
    before, after : means
    sd_before : standard deviation at the start
    n : people measured twice
    r : correlation of the two measurements; a study that does not print it needs an assumption, and a second look with another

    Notes
    -----
    A change without a comparison group holds everything that time brings: it is no effect of a service.

    References
    ----------
    Becker (1988), Br. J. Math. Stat. Psychol. 41:257-278; Morris & DeShon (2002), Psychological Methods 7:105-125.

    Examples
    --------
    >>> y, v = standardised_mean_change(*np.array([[10.0], [12.0], [4.0], [50], [0.6]]))
    >>> y.round(4), v.round(4)
    (array([0.4923]), array([0.0184]))
    """
    g = small_sample_correction(n - 1) * (after - before) / sd_before
    return g, 2 * (1 - r) / n + g**2 / (2 * n)


def smd_from_odds(log_odds: Array, variance: Array) -> Effect:
    """A log odds ratio on the scale of standardised differences, were the outcome a logistic variable cut in two.

    References
    ----------
    Chinn (2000), Statistics in Medicine 19:3127-3131.

    Examples
    --------
    >>> y, v = smd_from_odds(np.array([1.0]), np.array([0.2]))
    >>> y.round(4), v.round(4)
    (array([0.5513]), array([0.0608]))
    """
    factor = np.sqrt(3) / np.pi
    return factor * log_odds, factor**2 * variance
