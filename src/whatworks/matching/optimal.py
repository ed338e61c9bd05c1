"""Optimal pair matching: of all ways to pair people, the one with the smallest sum of distances."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from whatworks.matching.calipers import Caliper
from whatworks.matching.even_line import cheapest_on_line
from whatworks.matching.groups import pairs_in_groups
from whatworks.matching.reach import MOST_CELLS, edges, in_order, matrix, refuse_too_many_looks, too_large, with_a_choice
from whatworks.matching.samples import Pairs


def optimal_pairs(
    positions: np.ndarray, focal: np.ndarray, groups: np.ndarray, calipers: Sequence[Caliper], *, ratio: int = 1
) -> Pairs:
    """Neighbours without replacement so that the sum of distances is least among all ways to serve as many as can be served.

    First as many focal rows as possible get a neighbour within the calipers and their group, then as many as possible a second,
    and so on up to ``ratio``; of all ways to do that the cheapest is taken, to the true optimum. On one coordinate without
    calipers a single pass finds it at any size; else every group's matrix of distances (or, where calipers leave few pairs, the
    list of these) must fit a stated size.

    Parameters
    ----------
    positions : (n, k) coordinates of everybody; the Euclidean distance is the one wanted
    focal : (n,) True for the rows that get neighbours
    groups : (n,) pairs never cross groups

    Raises
    ------
    InvalidOption
        If a group has more possible pairs than memory should hold.

    References
    ----------
    Rosenbaum (1989), Journal of the American Statistical Association 84:1024-1032; Crouse (2016), IEEE Transactions on
    Aerospace and Electronic Systems 52:1679-1696 (the assignment algorithm); Jonker & Volgenant (1987), Computing 38:325-340.

    Examples
    --------
    >>> positions = np.array([[0.0], [1.0], [0.9], [-3.0]])
    >>> pairs = optimal_pairs(positions, np.array([True, True, False, False]), np.zeros(4, dtype=int), [])
    >>> pairs.neighbour.tolist()
    [3, 2]
    """

    def find(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
        by_place, their_places = in_order(positions, ours), in_order(positions, theirs)
        left, right = _cheapest(positions, ours[by_place], theirs[their_places], calipers, ratio)
        left, right = by_place[left], their_places[right]
        return left, right, _choices(positions, ours[left], theirs, theirs[right], calipers)

    return pairs_in_groups(positions, focal, groups, find)


def _choices(positions: np.ndarray, focal: np.ndarray, theirs: np.ndarray, given: np.ndarray, calipers: Sequence[Caliper]) -> int:
    """How many people could have been given somebody else just as near."""
    apart = np.sqrt(((positions[focal] - positions[given]) ** 2).sum(axis=1))
    return len(np.unique(focal[with_a_choice(positions, focal, theirs, calipers, apart)]))


def _cheapest(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper], ratio: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of one group, by the way that its size and calipers allow."""
    if positions.shape[1] == 1 and not calipers and ratio * len(ours) <= len(theirs):
        return cheapest_on_line(positions[ours, 0], positions[theirs, 0], copies=ratio)
    if ratio * len(ours) * len(theirs) <= MOST_CELLS:
        return _assigned(matrix(positions, ours, theirs, calipers), ratio)
    if not calipers:
        raise too_large(ratio * len(ours) * len(theirs), MOST_CELLS)
    refuse_too_many_looks(len(ours), len(theirs))
    near = edges(positions, ours, theirs, calipers, lambda _, distances: np.isfinite(distances))
    return _assigned_sparsely(*near, len(ours), len(theirs), ratio)


def _assigned(distances: np.ndarray, ratio: int) -> tuple[np.ndarray, np.ndarray]:
    """Dense assignment; pairs outside a caliper cost more than any other choice could save, and are taken out again."""
    allowed = np.isfinite(distances)
    penalties = _penalties(float(distances[allowed].max(initial=0.0)), len(distances), ratio)
    # A focal row's first neighbour is worth more than anybody's second.
    costs = np.vstack([np.where(allowed, distances - penalty, 0.0) for penalty in penalties])
    slots, columns = linear_sum_assignment(costs)
    rows = slots % len(distances)
    kept = allowed[rows, columns]
    return _nearest_first(rows[kept], columns[kept], distances[rows[kept], columns[kept]])


def _assigned_sparsely(
    rows: np.ndarray, columns: np.ndarray, distances: np.ndarray, n_rows: int, n_columns: int, ratio: int
) -> tuple[np.ndarray, np.ndarray]:
    """Assignment over the pairs listed; every place may also stay empty, in a column of its own."""
    penalties = _penalties(float(distances.max(initial=0.0)), n_rows, ratio)
    empty = 2 * penalties[0]
    slots = np.concatenate([rows + copy * n_rows for copy in range(ratio)] + [np.arange(ratio * n_rows)])
    places = np.concatenate([columns] * ratio + [n_columns + np.arange(ratio * n_rows)])
    costs = np.concatenate([empty + distances - penalty for penalty in penalties] + [np.full(ratio * n_rows, empty)])
    graph = coo_array((costs, (slots, places)), shape=(ratio * n_rows, n_columns + ratio * n_rows)).tocsr()
    slot, place = min_weight_full_bipartite_matching(graph)
    left, right = slot[place < n_columns] % n_rows, place[place < n_columns]
    # Pairs are listed row by row and column by column, so their numbers are in order.
    listed = np.searchsorted(rows * n_columns + columns, left.astype(np.int64) * n_columns + right)
    return _nearest_first(left, right, distances[listed])


def _penalties(largest: float, focal: int, ratio: int) -> list[float]:
    """What an empty first, second ... place costs: more than all distances a change elsewhere could save."""
    step = 2.0 * (largest if largest > 0 else 1.0) * (ratio * focal + 1)
    return [step * (ratio - copy) for copy in range(ratio)]


def _nearest_first(rows: np.ndarray, columns: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((distances, rows))
    return rows[order], columns[order]
