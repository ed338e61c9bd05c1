"""The cheapest set of pairs in which everybody stands: full matching without limits on the size of a set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from whatworks.matching.calipers import Caliper
from whatworks.matching.reach import blocks, edges


@dataclass(frozen=True, eq=False)
class Links:
    """Possible or chosen pairs between two arms, by place within each.

    Attributes
    ----------
    left, right : (p,) places
    apart : (p,) distances
    """

    left: np.ndarray
    right: np.ndarray
    apart: np.ndarray

    def of(self, chosen: np.ndarray) -> "Links":
        """Some of the links, by place or by mark."""
        return Links(self.left[chosen], self.right[chosen], self.apart[chosen])

    def joined(self, other: "Links", width: int) -> "Links":
        """Both lists, each link once, row by row; ``width`` is the size of the right arm."""
        left, right = np.concatenate([self.left, other.left]), np.concatenate([self.right, other.right])
        first = np.unique(left * width + right, return_index=True)[1]
        return Links(left[first], right[first], np.concatenate([self.apart, other.apart])[first])


def nearest_links(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper], *, bent: bool = True
) -> tuple[Links, Links]:
    """The nearest partner of everybody in either arm; people without any partner in reach have no link."""
    size = len(ours), len(theirs)
    best_left, to_right = np.full(size[0], np.inf), np.zeros(size[0], dtype=np.int64)
    best_right, to_left = np.full(size[1], np.inf), np.zeros(size[1], dtype=np.int64)
    for first, distances in blocks(positions, ours, theirs, calipers, bent=bent):
        rows = slice(first, first + len(distances))
        to_right[rows] = distances.argmin(axis=1)
        best_left[rows] = distances.min(axis=1)
        nearer = distances.min(axis=0) < best_right
        to_left[nearer] = distances.argmin(axis=0)[nearer] + first
        best_right[nearer] = distances.min(axis=0)[nearer]
    has_left, has_right = np.flatnonzero(np.isfinite(best_left)), np.flatnonzero(np.isfinite(best_right))
    return (
        Links(has_left, to_right[has_left], best_left[has_left]),
        Links(to_left[has_right], has_right, best_right[has_right]),
    )


def cheapest_cover(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]) -> Links:
    """Links of least total distance that leave nobody with a partner in reach alone.

    Everybody could take the nearest partner; a link serves two people at once and pays where it is shorter than both nearest
    links together. So the best links for two are a matching of greatest saving, and the others take their nearest.

    References
    ----------
    Schrijver (2003), Combinatorial Optimization, sections 19.3 and 27.1 (edge covers by matchings).
    """
    from_left, from_right = nearest_links(positions, ours, theirs, calipers)
    if len(from_left.left) == 0:
        return from_left
    least_left, least_right = np.zeros(len(ours)), np.zeros(len(theirs))
    least_left[from_left.left], least_right[from_right.right] = from_left.apart, from_right.apart

    def saves(first: int, distances: np.ndarray) -> np.ndarray:
        return distances < least_left[first : first + len(distances), None] + least_right

    shared = Links(*edges(positions, ours, theirs, calipers, saves))
    saving = least_left[shared.left] + least_right[shared.right] - shared.apart
    kept = shared.of(_greatest_saving(shared, saving, len(ours), len(theirs)))
    alone_left = from_left.of(~np.isin(from_left.left, kept.left))
    alone_right = from_right.of(~np.isin(from_right.right, kept.right))
    cover = kept.joined(alone_left, len(theirs)).joined(alone_right, len(theirs))
    return without_spare(cover, np.ones(len(ours), dtype=np.int64), np.ones(len(theirs), dtype=np.int64))


def without_spare(cover: Links, least_left: np.ndarray, least_right: np.ndarray) -> Links:
    """Leave out links that neither end needs: what is left are sets around one person each."""
    degree_left = np.bincount(cover.left, minlength=len(least_left))
    degree_right = np.bincount(cover.right, minlength=len(least_right))
    keep = np.ones(len(cover.left), dtype=bool)
    spare = (degree_left[cover.left] > least_left[cover.left]) & (degree_right[cover.right] > least_right[cover.right])
    for link in np.flatnonzero(spare):
        left, right = cover.left[link], cover.right[link]
        if degree_left[left] > least_left[left] and degree_right[right] > least_right[right]:
            keep[link] = False
            degree_left[left] -= 1
            degree_right[right] -= 1
    return cover.of(keep)


def _greatest_saving(links: Links, saving: np.ndarray, n_left: int, n_right: int) -> np.ndarray:
    """Places of the links of a matching with the greatest sum of savings; nobody must be matched."""
    if len(saving) == 0:
        return np.empty(0, dtype=np.int64)
    # Everybody on the left may also stay alone, in a column of their own, at a price above every saving: a price of 0 would
    # be read as no link at all.
    alone = 2 * float(saving.max())
    rows = np.concatenate([links.left, np.arange(n_left)])
    columns = np.concatenate([links.right, n_right + np.arange(n_left)])
    costs = np.concatenate([alone - saving, np.full(n_left, alone)])
    graph = coo_array((costs, (rows, columns)), shape=(n_left, n_right + n_left)).tocsr()
    left, right = min_weight_full_bipartite_matching(graph)
    taken = right < n_right
    keys = links.left * n_right + links.right
    return np.searchsorted(keys, left[taken].astype(np.int64) * n_right + right[taken])
