"""Finding where a falling function crosses zero, for many meta-analyses at once and without ever giving up."""

from collections.abc import Callable

import numpy as np

from whatworks.core.errors import NotConverged

Array = np.ndarray
FallingFunction = Callable[[Array], tuple[Array, Array]]

# A Newton step of relative size 1e-9 leaves an error near 1e-18, because each step squares the error.
_LAST_STEP = 1e-9
# The bracket cannot become narrower than neighbouring floating-point numbers.
_NARROWEST = 4 * np.finfo(float).eps
# Every eighth step halves the bracket, and 60 halvings reach the last bit of any double: the search ends.
_HALVE_EVERY = 8
_MOST_STEPS = 60 * _HALVE_EVERY


def falling_root(function: FallingFunction, low: Array, high: Array, *, scale: Array, start: Array | None = None) -> Array:
    """Where a function falls through zero, by Newton's method held inside a bracket.

    Parameters
    ----------
    function : takes (m,) arguments, returns their (m,) values and (m,) slopes; must fall where it crosses zero
    low, high : (m,) brackets, with the function positive at ``low`` and zero or negative at ``high``
    scale : (m,) size below which differences in the argument do not matter, same units as the argument
    start : (m,) where to begin, inside the brackets; at ``low`` by default

    Returns
    -------
    (m,) roots; each lies in its bracket.

    Raises
    ------
    NotConverged
        If the function returns something that is not a number.

    References
    ----------
    Press et al. (2007), Numerical Recipes, section 9.4 (Newton's method with bisection as its safeguard).

    Examples
    --------
    >>> falling_root(lambda x: (2 - x**2, -2 * x), np.array([0.0]), np.array([9.0]), scale=np.array([1.0]))
    array([1.41421356])
    """
    root, low, high = (low if start is None else start).astype(float), low.astype(float), high.astype(float)
    settled = np.zeros(len(root), dtype=bool)
    for step in range(1, _MOST_STEPS + 1):
        value, slope = function(root)
        if np.isnan(value).any():
            break
        low, high = np.where(value > 0, root, low), np.where(value > 0, high, root)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = root - value / slope
        inside = np.isfinite(slope) & (newton >= low) & (newton <= high) & (step % _HALVE_EVERY != 0)
        new = np.where(inside, newton, (low + high) / 2)
        small_step = inside & (np.abs(new - root) <= _LAST_STEP * (new + scale))
        # A root that has settled stays: further steps would only follow rounding errors.
        root = np.where(settled, root, new)
        settled |= small_step | (high - low <= _NARROWEST * (high + scale))
        if settled.all():
            return root
    raise NotConverged(
        f"The search for a between-study variance stopped after {step} steps in {len(root)} meta-analyses. "
        "Check that effects and variances are on one scale and not of extreme size."
    )
