"""Providers differ by more than chance: how much more, and how wide a funnel has to be."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

# Spiegelhalter (2005) winsorises 10 per cent at either end, so that true outliers do not hide themselves.
WINSORISED = 0.1


def winsorised_phi(z: np.ndarray, *, share: float = WINSORISED) -> float:
    """Over-dispersion factor: the mean of squared z-scores after the most extreme are pulled in to the quantiles.

    Parameters
    ----------
    z : (J,) standardised differences from the target
    share : pulled in at either end

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, appendix A.3.

    Examples
    --------
    >>> winsorised_phi(np.array([-2.0, -1, 0, 1, 2]), share=0.0)
    2.0
    """
    low, high = np.quantile(z, [share, 1 - share])
    return float(np.mean(np.clip(z, low, high) ** 2))


def additive_tau2(std_error: np.ndarray, phi: float) -> float:
    """Variance between providers by the method of moments, from the over-dispersion factor; 0 where phi is no surprise.

    Parameters
    ----------
    std_error : (J,) of the estimates under chance alone
    phi : from :func:`winsorised_phi`

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202; DerSimonian & Laird (1986), Controlled Clinical Trials 7:177-188.

    Examples
    --------
    >>> round(additive_tau2(np.ones(5), 2.5), 4)
    2.125
    """
    count = len(std_error)
    weights = std_error**-2.0
    if count * phi <= count - 1:
        return 0.0
    return float((count * phi - (count - 1)) / (weights.sum() - (weights**2).sum() / weights.sum()))


def paule_mandel(y: np.ndarray, std_error: np.ndarray, target: float, *, level: float | None = None) -> float:
    """Variance between providers at which the squared z-scores add up to what chance gives, or to a quantile of it.

    Parameters
    ----------
    y, std_error : (J,) estimates with their errors under chance alone
    target : what providers on average show; it is fitted, so one degree of freedom is spent
    level : a tail probability for a limit of the interval; by default the expectation, which gives the estimate

    References
    ----------
    Paule & Mandel (1982), J. Res. Nat. Bur. Stand. 87:377-385; Viechtbauer (2007), Statistics in Medicine 26:37-52.

    Examples
    --------
    >>> round(paule_mandel(np.array([-2.0, -1, 0, 1, 2]), np.ones(5), 0.0), 4)
    1.5
    """
    freedom = len(y) - 1
    aim = freedom if level is None else float(chi2.isf(level, freedom))

    def surplus(tau2: float) -> float:
        return float(((y - target) ** 2 / (std_error**2 + tau2)).sum()) - aim

    if surplus(0.0) <= 0:
        return 0.0
    most = float(((y - target) ** 2).sum()) / aim
    return float(brentq(surplus, 0.0, most, xtol=1e-14 * max(most, 1e-300), rtol=1e-13))
