"""The cheapest set of pairs when only comparison people per treated person are limited: an assignment to numbered places."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from whatworks.matching.calipers import Caliper
from whatworks.matching.cover import Links, nearest_links, without_spare
from whatworks.matching.reach import MOST_CELLS, matrix, too_large


def cheapest_capped_cover(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper], *, most: int
) -> Links:
    """Links of least total distance in which no treated person has more than ``most``, leaving as few people out as possible.

    Everybody treated could share the nearest comparison person. A comparison person who takes a treated person's first place
    spares that link; one who takes a later place does not. So comparison people are assigned to places, ``most`` for each
    treated person, where a first place is cheaper by the distance to the nearest.

    Raises
    ------
    InvalidOption
        If comparison people times places are more than memory should hold.

    References
    ----------
    Hansen & Klopfer (2006), Journal of Computational and Graphical Statistics 15:609-627, for the problem.
    """
    from_left, _ = nearest_links(positions, ours, theirs, calipers)
    if len(from_left.left) == 0:
        return from_left
    places = min(most, len(theirs))
    if len(theirs) * len(ours) * places > MOST_CELLS:
        raise too_large(len(theirs) * len(ours) * places, MOST_CELLS)
    distances = matrix(positions, ours, theirs, calipers)
    allowed = np.isfinite(distances)
    spared = np.zeros(len(ours))
    spared[from_left.left] = from_left.apart
    # To have a place is worth more than all distances that giving it up could save.
    bonus = 2.0 * max(float(distances[allowed].max()), np.finfo(float).tiny) * (len(ours) + len(theirs) + 1)
    later = np.where(allowed, distances - bonus, 0.0)
    first = np.where(allowed, later - spared[:, None], 0.0)
    place, right = linear_sum_assignment(np.vstack([first] + [later] * (places - 1)))
    left = place % len(ours)
    linked = allowed[left, right]
    left, right = left[linked], right[linked]
    alone = from_left.of(~np.isin(from_left.left, left))
    cover = Links(left, right, distances[left, right]).joined(alone, len(theirs))
    return without_spare(cover, np.ones(len(ours), dtype=np.int64), np.ones(len(theirs), dtype=np.int64))
