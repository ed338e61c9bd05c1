"""Nearest free neighbour on a line: sorted once, then pointers that skip whoever is taken."""

from collections.abc import Callable

import numpy as np

Allowed = Callable[[int, int], bool]


class Line:
    """Rows of a pool in order of their score, and of the frame where scores are equal.

    A search starts where the focal row's score would stand, before rows of the same score, and walks outward. So among
    rows of one score the first row is met first from below and at the score itself, the last row from above; and of two
    rows equally far off, the one below is taken. Taken rows are skipped with union-find pointers (Tarjan 1975, Journal
    of the ACM 22:215-225), so a whole pass is close to linear.

    Parameters
    ----------
    pool, focal : scores, on one scale
    limit : largest distance that counts as a match
    allowed : further conditions on (focal row, pool row); None allows every pair
    """

    def __init__(self, pool: np.ndarray, focal: np.ndarray, *, limit: float, allowed: Allowed | None = None) -> None:
        order = np.argsort(pool, kind="stable")
        ordered = pool[order]
        self._rows = order.tolist()
        self._place = np.argsort(order).tolist()
        self._scores = ordered.tolist()
        self._focal = focal.tolist()
        self._starts = np.searchsorted(ordered, focal, side="left").tolist()
        # Place p is free while right[p] == p; left is shifted by one so that 0 means nobody.
        self._right = list(range(len(pool) + 1))
        self._left = list(range(len(pool) + 1))
        self._limit = limit
        self._allowed = allowed

    def nearest(self, focal: int, count: int = 1) -> list[tuple[float, int]]:
        """Up to ``count`` free rows of the pool with their distances, nearest first."""
        score = self._focal[focal]
        found: list[tuple[float, int]] = []
        above = _free(self._right, self._starts[focal])
        below = _free(self._left, self._starts[focal])
        while len(found) < count:
            up = self._scores[above] - score if above < len(self._rows) else np.inf
            down = score - self._scores[below - 1] if below else np.inf
            distance = min(up, down)
            if distance > self._limit or distance == np.inf:
                break
            if down <= up:
                place, below = below - 1, _free(self._left, below - 1)
            else:
                place, above = above, _free(self._right, above + 1)
            row = self._rows[place]
            if self._allowed is None or self._allowed(focal, row):
                found.append((distance, row))
        return found

    def take(self, row: int) -> None:
        """Nobody else gets this row."""
        place = self._place[row]
        self._right[place] = place + 1
        self._left[place + 1] = place

    def is_free(self, row: int) -> bool:
        """True until the row is taken."""
        place = self._place[row]
        return self._right[place] == place


def _free(pointers: list[int], place: int) -> int:
    """Follow pointers to the first free place, shortening the way for the next visitor."""
    while pointers[place] != place:
        pointers[place] = pointers[pointers[place]]
        place = pointers[place]
    return place


def nearest_on_line(pool: np.ndarray, focal: np.ndarray, *, count: int, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """The ``count`` nearest rows of the pool for every focal row, all at once, nobody being taken.

    Returns
    -------
    Focal rows and pool rows of the pairs, focal row by focal row and nearest first. Same order of search as :class:`Line`.
    """
    order = np.argsort(pool, kind="stable")
    ordered = pool[order].astype(float)
    edges = np.concatenate([[-np.inf], ordered, [np.inf]])
    above = np.searchsorted(ordered, focal, side="left") + 1
    below = above - 1
    chosen = np.full((len(focal), count), -1, dtype=np.int64)
    for place in range(count):
        up, down = edges[above] - focal, focal - edges[below]
        take_below = down <= up
        near = np.minimum(up, down) <= min(limit, np.finfo(float).max)
        chosen[near, place] = np.where(take_below, below, above)[near] - 1
        below -= near & take_below
        above += near & ~take_below
    rows, _ = np.nonzero(chosen >= 0)
    return rows, order[chosen[chosen >= 0]]
