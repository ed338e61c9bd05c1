"""How much studies differ beyond chance: the between-study variance tau2, by moments, and its Q-profile interval.

All functions take studies down the rows and meta-analyses across the columns. A study that a meta-analysis does not
have carries the variance infinity, hence the weight zero, and the effect 0.
"""

import numpy as np
from scipy import special

from whatworks.synthesis.search import falling_root

Array = np.ndarray


def total(*factors: Array) -> Array:
    """Sum over studies of the product of the factors, without arrays in between.

    Not by BLAS: its threads wait for each other on a machine that has other things to do, and took 13 ms for what takes 0.05.
    """
    return np.asarray(np.einsum(",".join(["k..."] * len(factors)) + "->...", *factors))


def weights(vi: Array, tau2: Array | float = 0.0, out: Array | None = None) -> Array:
    """Inverse of the variance of each effect about the common mean, written into ``out`` where that is given."""
    w = np.add(vi, tau2, out=out)
    return np.asarray(np.divide(1.0, w, out=w))


def weighted_mean(yi: Array, w: Array) -> Array:
    """Mean of the effects of each meta-analysis under the weights ``w``."""
    return np.asarray(total(w, yi) / w.sum(axis=0))


def generalised_q(yi: Array, vi: Array, tau2: Array | float = 0.0) -> Array:
    """Weighted squared distance of the effects from their mean, with weights 1 / (vi + tau2).

    With ``tau2 = 0`` it is Cochran's Q; it falls as ``tau2`` grows.

    Parameters
    ----------
    yi : (k, m) effects, k studies in m meta-analyses, all on one scale
    vi : (k, m) sampling variances in squared units of ``yi``, all > 0; infinity where there is no study
    tau2 : (m,) between-study variances in squared units of ``yi``

    Returns
    -------
    (m,) statistics without unit.

    References
    ----------
    DerSimonian & Kacker (2007), Contemporary Clinical Trials 28:105-114.

    Examples
    --------
    >>> float(generalised_q(np.array([0.0, 2.0]), np.array([1.0, 1.0])))
    2.0
    """
    w = weights(vi, tau2)
    residual = yi - weighted_mean(yi, w)
    return total(w, residual, residual)


def count_studies(vi: Array) -> Array:
    """Number of studies that each meta-analysis has."""
    return np.asarray(np.isfinite(vi).sum(axis=0))


def plain_squares(yi: Array, vi: Array) -> Array:
    """Sum of squared distances of the effects from their unweighted mean."""
    present = np.isfinite(vi)
    return np.asarray((present * (yi - yi.sum(axis=0) / present.sum(axis=0)) ** 2).sum(axis=0))


def tau2_dersimonian_laird(yi: Array, vi: Array) -> Array:
    """Between-study variance by the method of moments on Cochran's Q (DL).

    Parameters
    ----------
    yi, vi : as in :func:`generalised_q`, at least 2 studies each

    Returns
    -------
    (m,) variances in squared units of ``yi``; 0 where Q <= k - 1.

    References
    ----------
    DerSimonian & Laird (1986), Controlled Clinical Trials 7:177-188.

    Examples
    --------
    >>> float(tau2_dersimonian_laird(np.array([0.0, 2.0]), np.array([1.0, 1.0])))
    1.0
    """
    w = weights(vi)
    c = w.sum(axis=0) - total(w, w) / w.sum(axis=0)
    # Q below its expectation gives a negative moment estimate; a variance is not.
    return np.maximum(0.0, (generalised_q(yi, vi) - (count_studies(vi) - 1)) / c)


def tau2_hedges(yi: Array, vi: Array) -> Array:
    """Between-study variance as the plain variance of the effects less the mean sampling variance (HE).

    Parameters
    ----------
    yi, vi : as in :func:`generalised_q`, at least 2 studies each

    Returns
    -------
    (m,) variances in squared units of ``yi``, not below 0.

    References
    ----------
    Hedges (1983), Psychological Bulletin 93:388-395; Hedges & Olkin (1985), Statistical Methods for Meta-Analysis, ch. 9.

    Examples
    --------
    >>> float(tau2_hedges(np.array([0.0, 2.0]), np.array([0.5, 0.7])))
    1.4
    """
    k = count_studies(vi)
    mean_vi = np.where(np.isfinite(vi), vi, 0.0).sum(axis=0) / k
    return np.maximum(0.0, plain_squares(yi, vi) / (k - 1) - mean_vi)


def tau2_hunter_schmidt(yi: Array, vi: Array) -> Array:
    """Between-study variance by Hunter and Schmidt's moments: (Q - k) over the sum of weights (HS).

    Parameters
    ----------
    yi, vi : as in :func:`generalised_q`, at least 2 studies each

    Returns
    -------
    (m,) variances in squared units of ``yi``, not below 0; too small on average with few studies.

    References
    ----------
    Hunter & Schmidt (2004), Methods of Meta-Analysis; Viechtbauer (2005), J. Educ. Behav. Statist. 30:261-293.

    Examples
    --------
    >>> float(tau2_hunter_schmidt(np.array([0.0, 4.0]), np.array([1.0, 1.0])))
    3.0
    """
    return np.maximum(0.0, (generalised_q(yi, vi) - count_studies(vi)) / weights(vi).sum(axis=0))


def tau2_sidik_jonkman(yi: Array, vi: Array) -> Array:
    """Between-study variance by Sidik and Jonkman's two steps, started at the variance of the effects (SJ).

    Parameters
    ----------
    yi, vi : as in :func:`generalised_q`, at least 2 studies each

    Returns
    -------
    (m,) variances in squared units of ``yi``; above 0 unless all effects are equal.

    References
    ----------
    Sidik & Jonkman (2005), Applied Statistics 54:367-384.

    Examples
    --------
    >>> float(tau2_sidik_jonkman(np.array([0.0, 2.0]), np.array([1.0, 1.0])))
    1.0
    """
    k = count_studies(vi)
    start = plain_squares(yi, vi) / k
    return np.asarray(start * generalised_q(yi, vi, start) / (k - 1))


def tau2_paule_mandel(yi: Array, vi: Array) -> Array:
    """Between-study variance that brings the generalised Q to its expectation k - 1 (PM).

    The empirical Bayes estimate (EB) solves the same equation.

    Parameters
    ----------
    yi, vi : (k, m) as in :func:`generalised_q`, at least 2 studies each

    Returns
    -------
    (m,) variances in squared units of ``yi``; 0 where Q <= k - 1.

    References
    ----------
    Paule & Mandel (1982), J. Res. Natl. Bur. Stand. 87:377-385; Morris (1983), J. Am. Stat. Assoc. 78:47-55.

    Examples
    --------
    >>> tau2_paule_mandel(np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]]))
    array([1.])
    """
    return tau2_where_q_is(yi, vi, count_studies(vi) - 1.0)


def q_profile(yi: Array, vi: Array, *, conf_level: float = 0.95) -> tuple[Array, Array]:
    """Confidence limits of the between-study variance: where the generalised Q meets its chi-squared quantiles.

    Parameters
    ----------
    yi, vi : (k, m) as in :func:`generalised_q`, at least 2 studies each
    conf_level : coverage

    Returns
    -------
    (m,) lower and (m,) upper limits in squared units of ``yi``; 0 is the boundary, and both are 0 where the effects
    differ less than chance alone would make them.

    References
    ----------
    Viechtbauer (2007), Statistics in Medicine 26:37-52.

    Examples
    --------
    >>> low, high = q_profile(np.array([[0.0], [2.0]]), np.array([[0.5], [0.5]]))
    >>> low.tolist(), high.round(1).tolist()
    ([0.0], [2036.0])
    """
    tail = (1 - conf_level) / 2
    df = count_studies(vi) - 1.0
    return tau2_where_q_is(yi, vi, special.chdtri(df, tail)), tau2_where_q_is(yi, vi, special.chdtri(df, 1 - tail))


def tau2_where_q_is(yi: Array, vi: Array, target: Array) -> Array:
    """(m,) between-study variances at which the generalised Q equals ``target``; 0 where it is below it already."""

    room = np.empty((2, *yi.shape))

    # The reciprocal of Q is nearly straight in tau2, so Newton needs few steps from 0.
    def below_target(tau2: Array) -> tuple[Array, Array]:
        w = weights(vi, tau2, out=room[0])
        residual = np.subtract(yi, weighted_mean(yi, w), out=room[1])
        q = total(w, residual, residual)
        with np.errstate(divide="ignore", invalid="ignore"):
            value, slope = 1 / target - 1 / q, -total(w, w, residual, residual) / q**2
        # Equal effects make Q zero for every tau2: no between-study variance.
        return np.where(q > 0, value, -np.inf), np.where(q > 0, slope, -1.0)

    zero = np.zeros(yi.shape[1])
    # Q(tau2) <= plain sum of squares / tau2, so no root lies above the sum over the target.
    high = np.where(below_target(zero)[0] > 0, plain_squares(yi, vi) / target, 0.0)
    return falling_root(below_target, zero, high, scale=vi.min(axis=0))
