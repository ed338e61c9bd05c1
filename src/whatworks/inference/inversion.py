"""Confidence intervals from tests: the interval holds every value that the test does not reject."""

from collections.abc import Callable

import numpy as np

# Doublings outwards: beyond a million standard errors an interval has no end.
_DOUBLINGS = 20


def confidence_limits(
    p_value_at: Callable[[float], float], *, centre: float, step: float, conf_level: float, tolerance: float = 1e-9
) -> tuple[float, float]:
    """Ends of the interval of values that a test does not reject.

    Parameters
    ----------
    p_value_at : p-value of the test that the parameter equals its argument
    centre : the estimate, which no test rejects
    step : first stride outwards, e.g. a standard error, > 0
    conf_level : 1 minus the level of the test
    tolerance : the ends are found to within this many strides

    Returns
    -------
    Lower and upper limit in units of ``centre``; infinite where the test accepts everything within a million strides. Where
    accepted and rejected values alternate, the first rejected value met while striding out in doubled steps bounds the search.

    References
    ----------
    Cox & Hinkley (1974), Theoretical Statistics, section 7.2.

    Examples
    --------
    >>> from scipy import stats
    >>> low, high = confidence_limits(lambda x: 2 * stats.norm.sf(abs(x)), centre=0.0, step=1.0, conf_level=0.95)
    >>> round(low, 6), round(high, 6)
    (-1.959964, 1.959964)
    """
    level = 1 - conf_level
    low, high = (_limit(p_value_at, centre, sign * step, level, tolerance * step) for sign in (-1.0, 1.0))
    return low, high


def _limit(p_value_at: Callable[[float], float], centre: float, step: float, level: float, within: float) -> float:
    accepted, rejected = centre, centre + step
    for _ in range(_DOUBLINGS):
        # A p-value that equals the level rejects; 1 - 0.95 is a rounding above 0.05.
        if p_value_at(rejected) <= level + 1e-12:
            break
        accepted, rejected = rejected, centre + 2 * (rejected - centre)
    else:
        return float(np.copysign(np.inf, step))
    while abs(rejected - accepted) > within:
        middle = (accepted + rejected) / 2
        if middle in (accepted, rejected):
            break
        if p_value_at(middle) <= level + 1e-12:
            rejected = middle
        else:
            accepted = middle
    return accepted
