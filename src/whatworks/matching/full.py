"""Full matching: everybody in a set around one treated or one comparison person, the sum of distances being least."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from whatworks.core.errors import InvalidOption
from whatworks.core.options import positive, whole
from whatworks.matching.calipers import Caliper
from whatworks.matching.capped_cover import cheapest_capped_cover
from whatworks.matching.cover import Links, cheapest_cover
from whatworks.matching.groups import groups_with_both
from whatworks.matching.limited_cover import Bounds, cheapest_limited_cover
from whatworks.matching.reach import in_order, refuse_too_many_looks, with_a_choice
from whatworks.matching.samples import Pairs

NO_LIMIT = int(np.iinfo(np.int32).max)
# People in a stratum whose sets a linear programme finds in a minute.
MOST_IN_PROGRAMME = 2_500


def full_pairs(
    positions: np.ndarray,
    treated: np.ndarray,
    groups: np.ndarray,
    calipers: Sequence[Caliper],
    *,
    estimand: str,
    min_controls: float | None = None,
    max_controls: int | None = None,
) -> tuple[Pairs, np.ndarray]:
    """Sets of one treated with one or more comparison people, or of one comparison person with one or more treated.

    Parameters
    ----------
    positions : (n, k) coordinates of everybody; the Euclidean distance is the one wanted
    treated : (n,) boolean
    groups : (n,) sets never cross groups
    estimand : whom the pairs are listed for: the treated, the comparison people, or (``"ATE"``) both
    min_controls, max_controls : comparison people per treated person in a set. A ``min_controls`` below 1, e.g. 1/3, lets that
        many treated share one comparison person; None sets no limit

    Returns
    -------
    Pairs of the sets (each member with the person its set is around), and (n,) the number of each row's set from 1, 0 for people
    without anybody in reach. The sum of distances is the least there is, among the sets that leave as few people out as possible.
    Several sets may have that sum: without ``min_controls`` those with the least sum of squares are taken, which on a score cross
    nobody. People are taken in order of where they stand, so that the order of rows decides only between those in one place;
    ``ties`` counts who could stand with somebody else as near.

    Raises
    ------
    InvalidOption
        If the limits exclude each other, or a group has more possible pairs than can be looked at.

    References
    ----------
    Rosenbaum (1991), Journal of the Royal Statistical Society B 53:597-610; Hansen (2004), Journal of the American Statistical
    Association 99:609-618.

    Examples
    --------
    >>> positions, treated = np.array([[0.0], [0.1], [5.0], [5.2]]), np.array([True, False, False, True])
    >>> full_pairs(positions, treated, np.zeros(4, dtype=int), [], estimand="ATT")[1].tolist()
    [1, 1, 2, 2]
    """
    limits = _limits(min_controls, max_controls, estimand)
    lefts, rights, ties = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)], 0
    for some, others in groups_with_both(groups, treated):
        refuse_too_many_looks(len(some), len(others))
        ours, theirs = some[in_order(positions, some)], others[in_order(positions, others)]
        cover = _cover(positions, ours, theirs, calipers, limits)
        ties += _choices(cover, positions, ours, theirs, calipers)
        lefts.append(ours[cover.left])
        rights.append(theirs[cover.right])
    ours, theirs = np.concatenate(lefts), np.concatenate(rights)
    apart = _apart(positions, ours, theirs)
    sides = {"ATT": [(ours, theirs)], "ATC": [(theirs, ours)], "ATE": [(ours, theirs), (theirs, ours)]}[estimand]
    pairs = Pairs.joined([_listed(focal, neighbour, apart, len(treated)) for focal, neighbour in sides])
    pairs = replace(pairs, ties=ties)
    return pairs, _set_numbers(ours, theirs, len(treated))


def _limits(min_controls: float | None, max_controls: int | None, estimand: str) -> tuple[Bounds, Bounds] | None:
    """Bounds for the treated and for the comparison people; None without limits."""
    if min_controls is None and max_controls is None:
        return None
    most = np.inf if max_controls is None else whole("max_controls", max_controls)
    least = 0.0 if min_controls is None else positive("min_controls", min_controls)
    sharing = np.inf if least == 0 else 1 / least
    if least > most:
        raise InvalidOption(f"min_controls={min_controls!r} is above max_controls={max_controls!r}. Lower it.")
    of_one = max(least, sharing) if least > 0 else 1.0
    if abs(of_one - round(of_one)) > 1e-9:
        raise InvalidOption(f"min_controls={min_controls!r}; a whole number, or one over a whole number, is needed.")
    # Where there is no room for all, the arm the effect is not about is left out first.
    dear, cheap = 3.0, 1.0
    ours = Bounds(int(max(least, 1)), _count(most), cheap if estimand == "ATC" else dear)
    theirs = Bounds(1, 1 if least >= 1 else _count(sharing), cheap if estimand == "ATT" else dear)
    return ours, theirs


def _choices(cover: Links, positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]) -> int:
    """How many people could have been put with somebody else just as near: of every link the end that has no other link."""
    around_theirs = np.bincount(cover.left, minlength=len(ours))[cover.left] == 1
    apart = _apart(positions, ours[cover.left], theirs[cover.right])
    some, others = ours[cover.left[around_theirs]], theirs[cover.right[~around_theirs]]
    of_ours = with_a_choice(positions, some, theirs, calipers, apart[around_theirs])
    of_theirs = with_a_choice(positions, others, ours, calipers, apart[~around_theirs])
    return int(of_ours.sum() + of_theirs.sum())


def _apart(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return np.sqrt(((positions[ours] - positions[theirs]) ** 2).sum(axis=1))


def _count(number: float) -> int:
    return round(number) if np.isfinite(number) else NO_LIMIT


def _cover(
    positions: np.ndarray,
    ours: np.ndarray,
    theirs: np.ndarray,
    calipers: Sequence[Caliper],
    limits: tuple[Bounds, Bounds] | None,
) -> Links:
    free = cheapest_cover(positions, ours, theirs, calipers)
    if limits is None or _within(free, *limits):
        return free
    left, right = limits
    if left.least == 1 and right.most == NO_LIMIT:
        return cheapest_capped_cover(positions, ours, theirs, calipers, most=left.most)
    if len(ours) + len(theirs) > MOST_IN_PROGRAMME:
        raise InvalidOption(
            f"min_controls needs a linear programme, and a stratum has {len(ours) + len(theirs):,} people; at most "
            f"{MOST_IN_PROGRAMME:,} can be taken. Leave min_controls out, or match within exact= strata."
        )
    room = left.least == 1 or len(theirs) >= left.least * len(ours)
    cover = cheapest_limited_cover(positions, ours, theirs, calipers, left, right) if room else None
    if cover is None or (np.bincount(cover.left)[np.unique(cover.left)] < left.least).any():
        raise InvalidOption(
            f"min_controls={left.least} cannot be kept: a stratum has {len(ours)} treated and {len(theirs)} comparison people, "
            "and some treated have too few of these in reach. Lower it, or widen the caliper."
        )
    return cover


def _within(cover: Links, left: Bounds, right: Bounds) -> bool:
    """Whether the cheapest sets of all keep the limits unasked."""
    own, other = np.bincount(cover.left), np.bincount(cover.right)
    return bool((own <= left.most).all() and (own[own > 0] >= left.least).all() and (other <= right.most).all())


def _listed(focal: np.ndarray, neighbour: np.ndarray, apart: np.ndarray, size: int) -> Pairs:
    """Pairs row by row of the frame; nearest first; each neighbour an equal share of the focal person's set."""
    order = np.lexsort((apart, focal))
    share = 1 / np.bincount(focal, minlength=size)[focal]
    return Pairs(focal[order], neighbour[order], share[order], apart[order])


def _set_numbers(ours: np.ndarray, theirs: np.ndarray, size: int) -> np.ndarray:
    """Sets numbered from 1 by their first row; 0 for rows in none."""
    links = coo_array((np.ones(len(ours)), (ours, theirs)), shape=(size, size))
    component = connected_components(links, directed=False)[1]
    member = np.zeros(size, dtype=bool)
    member[ours] = member[theirs] = True
    number = np.zeros(size, dtype=np.int64)
    first = np.unique(component[member], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first[1]))
    number[member] = rank[first[2]] + 1
    return number
