"""A number with a range around it: read from a caller, and drawn from."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from whatworks.core.errors import InvalidOption

Array = np.ndarray
# A number, or (number, low, high) with a 95 per cent range.
Ranged = float | int | Sequence[float]

# Half the width of a 95 per cent range in standard deviations.
Z95 = float(norm.ppf(0.975))


def triple(value: Ranged, *, name: str, least: float, most: float) -> tuple[float, float, float]:
    """Central value, low and high of an argument; a plain number is its own range.

    Raises
    ------
    InvalidOption
        If it is neither a number nor three numbers, is not finite, lies outside ``least`` to ``most``, or the range does
        not hold the number.

    Examples
    --------
    >>> triple(0.7, name="scale", least=0, most=1), triple((0.7, 0.4, 1.0), name="scale", least=0, most=1)
    ((0.7, 0.7, 0.7), (0.7, 0.4, 1.0))
    """
    given = np.atleast_1d(np.asarray(value, dtype=float))
    if given.shape == (1,):
        given = np.repeat(given, 3)
    if given.shape != (3,) or not np.isfinite(given).all():
        raise InvalidOption(f"{name} needs a number, or the three numbers (central, low, high); it holds {value!r}.")
    central, low, high = (float(each) for each in given)
    if not least <= low <= central <= high <= most:
        raise InvalidOption(
            f"{name} is {central:g} with the range {low:g} to {high:g}; it must lie from {least:g} to {most:g}, and the range "
            "must hold the number."
        )
    return central, low, high


def spread(z: Array, central: Array | float, low: Array | float, high: Array | float) -> Array:
    """Turn standard normal draws into draws of a number whose 95 per cent range is ``low`` to ``high``.

    Parameters
    ----------
    z : standard normal draws
    central : median of the draws, in the unit of the number
    low, high : their 2.5 and 97.5 per cent quantiles; they need not lie equally far from the middle

    Returns
    -------
    Draws from the two-piece normal distribution, in the shape of ``z`` broadcast with the others. Where both ends lie
    equally far from the middle, it is the normal distribution.

    References
    ----------
    John (1982), Communications in Statistics: Theory and Methods 11:879-885 (the two-piece normal; scaled here so that the
    central value is the median).

    Examples
    --------
    >>> spread(np.array([-1.959964, 0.0, 1.959964]), 10.0, 8.0, 16.0).round(3).tolist()
    [8.0, 10.0, 16.0]
    """
    below, above = (np.asarray(central) - low) / Z95, (np.asarray(high) - central) / Z95
    return central + z * np.where(z < 0, below, above)
