"""Between-study variance by maximum likelihood, full (ML) or restricted (REML): every peak is looked for, the highest taken."""

import numpy as np

from whatworks.synthesis.heterogeneity import count_studies, generalised_q, plain_squares, total, weighted_mean, weights
from whatworks.synthesis.search import falling_root

Array = np.ndarray

# Ratio between neighbouring values of tau2 + smallest variance in the first look. In 490,000 simulated meta-analyses of 5 to 25
# studies a ratio of 2 overlooked the highest peak 4 times, 1.5 once, 1.25 and 1.15 never. With many studies the likelihood has
# one peak, and a look costs more.
_STEP_RATIO, _STEP_RATIO_OF_MANY, _MANY = 1.25, 2.0, 1000
# So many studies are searched from where every sixteenth of them has its peak; theirs is then within a few per cent.
_VERY_MANY, _STRIDE, _NEAR = 32_000, 16, 1.3


def step_ratio(k: int) -> float:
    """How far apart the first looks at the likelihood of k studies stand."""
    return _STEP_RATIO if k < _MANY else _STEP_RATIO_OF_MANY


def tau2_likelihood(yi: Array, vi: Array, *, restricted: bool) -> Array:
    """Between-study variance with the highest likelihood.

    The likelihood may have several peaks, and Fisher scoring may end on a low one or on none. Here the sign of its
    slope is read on a grid that reaches from 0 to a bound above which the slope is negative; each change from rising
    to falling brackets a peak.

    Parameters
    ----------
    yi : (k, m) effects, k studies in m meta-analyses, all on one scale
    vi : (k, m) sampling variances in squared units of ``yi``, all > 0; infinity where there is no study
    restricted : True for REML, which allows for the estimated mean; False for ML

    Returns
    -------
    (m,) variances in squared units of ``yi``, 0 where the likelihood is highest at the boundary.

    References
    ----------
    Viechtbauer (2005), J. Educ. Behav. Statist. 30:261-293 (the likelihoods); Harville (1977), J. Am. Stat. Assoc.
    72:320-338 (their slope).

    Examples
    --------
    >>> tau2_likelihood(np.array([[0.0], [2.0]]), np.array([[0.5], [0.5]]), restricted=True)
    array([1.5])
    >>> tau2_likelihood(np.array([[0.0], [2.0]]), np.array([[0.5], [0.5]]), restricted=False)
    array([0.5])
    """
    if len(yi) >= _VERY_MANY:
        found = _near_that_of_a_part(yi, vi, restricted=restricted)
        if found is not None:
            return found
    smallest = vi.min(axis=0)
    grid = _grid(smallest, _highest_peak(yi, vi, restricted=restricted), step_ratio(len(yi)))
    room = np.empty((2, *yi.shape))
    slopes = np.stack([slope(yi, vi, tau2, restricted=restricted, room=room) for tau2 in grid])
    # The bound was proved; rounding shall not undo it.
    slopes[-1] = -1.0
    cell, column = np.nonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    y, v = yi, vi
    if not np.array_equal(column, np.arange(yi.shape[1])):
        y, v, room = yi[:, column], vi[:, column], np.empty((2, len(yi), len(column)))
    peaks = falling_root(
        lambda tau2: slope_and_curvature(y, v, tau2, restricted=restricted, room=room),
        grid[cell, column],
        grid[cell + 1, column],
        scale=smallest[column],
    )
    at_zero = np.flatnonzero(slopes[0] <= 0)
    return _highest(yi, vi, np.r_[column, at_zero], np.r_[peaks, np.zeros(len(at_zero))], restricted=restricted)


def _near_that_of_a_part(yi: Array, vi: Array, *, restricted: bool) -> Array | None:
    """The peak next to that of every sixteenth study; None where it is not there or a meta-analysis has few of them."""
    part, errors = yi[::_STRIDE], vi[::_STRIDE]
    if count_studies(errors).min() < _MANY:
        return None
    start = tau2_likelihood(part, errors, restricted=restricted)
    room = np.empty((2, *yi.shape))
    low, high = start / _NEAR, start * _NEAR
    rising = slope(yi, vi, low, restricted=restricted, room=room) > 0
    falling = slope(yi, vi, high, restricted=restricted, room=room) <= 0
    if not (rising & falling).all():
        return None
    return falling_root(
        lambda tau2: slope_and_curvature(yi, vi, tau2, restricted=restricted, room=room),
        low,
        high,
        scale=vi.min(axis=0),
        start=start,
    )


def log_likelihood(yi: Array, vi: Array, tau2: Array, *, restricted: bool) -> Array:
    """(m,) log-likelihoods of ``tau2`` with the mean at its best, up to a constant."""
    w = weights(vi, tau2)
    log_weights = np.log(np.where(w > 0, w, 1.0)).sum(axis=0)
    return np.asarray(0.5 * (log_weights - generalised_q(yi, vi, tau2) - (np.log(w.sum(axis=0)) if restricted else 0.0)))


def slope(yi: Array, vi: Array, tau2: Array, *, restricted: bool, room: Array | None = None) -> Array:
    """(m,) derivatives of :func:`log_likelihood` in ``tau2``; ``room`` is a (2, k, m) work space, overwritten."""
    w, pull = _weights_and_pull(yi, vi, tau2, room)
    w1 = w.sum(axis=0)
    expected = w1 - total(w, w) / w1 if restricted else w1
    return np.asarray(0.5 * (total(pull, pull) - expected))


def slope_and_curvature(yi: Array, vi: Array, tau2: Array, *, restricted: bool, room: Array | None = None) -> tuple[Array, Array]:
    """(m,) first and (m,) second derivatives of :func:`log_likelihood` in ``tau2``; ``room`` as in :func:`slope`."""
    w, pull = _weights_and_pull(yi, vi, tau2, room)
    w1, w2 = w.sum(axis=0), total(w, w)
    observed, weighted = total(pull, pull), total(w, pull, pull) - total(w, pull) ** 2 / w1
    if not restricted:
        return 0.5 * (observed - w1), 0.5 * w2 - weighted
    return 0.5 * (observed - w1 + w2 / w1), 0.5 * (w2 - 2 * total(w, w, w) / w1 + (w2 / w1) ** 2) - weighted


def _weights_and_pull(yi: Array, vi: Array, tau2: Array, room: Array | None) -> tuple[Array, Array]:
    """Weights, and weights times distances from the mean. With 100,000 studies, making arrays costs more than filling them."""
    room = np.empty((2, *yi.shape)) if room is None else room
    w = weights(vi, tau2, out=room[0])
    pull = np.subtract(yi, weighted_mean(yi, w), out=room[1])
    pull *= w
    return w, pull


def _highest_peak(yi: Array, vi: Array, *, restricted: bool) -> Array:
    """(m,) values of tau2 above which the likelihood only falls.

    The slope is at most half of S / tau2**2 - d / (tau2 + largest variance), with S the plain sum of squares and d the
    degrees of freedom, because no weight exceeds 1 / tau2 or falls below 1 / (tau2 + largest variance).
    """
    s = plain_squares(yi, vi) / (count_studies(vi) - (1 if restricted else 0))
    largest = np.where(np.isfinite(vi), vi, 0.0).max(axis=0)
    return np.asarray((s + np.sqrt(s**2 + 4 * s * largest)) / 2)


def _grid(smallest: Array, highest: Array, step: float) -> Array:
    """(steps + 1, m) values of tau2 from 0 to ``highest``, in equal ratios of tau2 + ``smallest``."""
    ratio = (highest + smallest) / smallest
    steps = max(1, int(np.ceil(np.log(ratio.max()) / np.log(step))))
    grid = smallest * (ratio ** (np.arange(steps + 1)[:, None] / steps) - 1)
    grid[-1] = highest
    return grid


def _highest(yi: Array, vi: Array, column: Array, tau2: Array, *, restricted: bool) -> Array:
    """Of the peaks in ``tau2``, which belong to the meta-analyses in ``column``, the highest of each."""
    best = np.empty(yi.shape[1])
    best[column] = tau2
    several = np.flatnonzero(np.bincount(column, minlength=yi.shape[1])[column] > 1)
    if several.size:
        column, tau2 = column[several], tau2[several]
        height = log_likelihood(yi[:, column], vi[:, column], tau2, restricted=restricted)
        order = np.lexsort((height, column))
        # Of repeated places the last assignment stays, so the highest peak does.
        best[column[order]] = tau2[order]
    return best
