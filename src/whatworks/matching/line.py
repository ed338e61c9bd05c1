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


def in_turn_on_line(
    pool: np.ndarray, focal: np.ndarray, turns: list[int], *, ratio: int, limit: float
) -> tuple[np.ndarray, np.ndarray, int]:
    """The nearest free row of the pool for one focal row after the other; nobody gets a second before all had a first.

    The same search as :class:`Line`, without further conditions and in one loop, which a million rows need.

    Returns
    -------
    Focal rows and pool rows of the pairs in the order they were made, and how many focal rows had to choose between
    equally near ones.
    """
    order = np.argsort(pool, kind="stable")
    ordered = pool[order].astype(float)
    scores = [-np.inf, *ordered.tolist(), np.inf]
    # Place p is free while both pointers stand on it; the ends never are taken.
    right, left = list(range(len(scores))), list(range(len(scores)))
    starts = (np.searchsorted(ordered, focal, side="left") + 1).tolist()
    where = focal.astype(float).tolist()
    limit = min(limit, np.finfo(float).max)
    served: list[int] = []
    places: list[int] = []
    undecided: set[int] = set()
    for _ in range(ratio):
        turns, taken = _one_round(scores, right, left, starts, where, turns, limit=limit, undecided=undecided)
        served += turns
        places += taken
    return np.array(served, dtype=np.int64), order[np.array(places, dtype=np.int64) - 1], len(undecided)


def _one_round(
    scores: list[float],
    right: list[int],
    left: list[int],
    starts: list[int],
    where: list[float],
    turns: list[int],
    *,
    limit: float,
    undecided: set[int],
) -> tuple[list[int], list[int]]:
    """A neighbour for everybody whose turn it is and who finds one: focal rows and places on the line."""
    served: list[int] = []
    places: list[int] = []
    for person in turns:
        score = where[person]
        above = starts[person]
        while right[above] != above:
            right[above] = right[right[above]]
            above = right[above]
        below = starts[person] - 1
        while left[below] != below:
            left[below] = left[left[below]]
            below = left[below]
        up, down = scores[above] - score, score - scores[below]
        if down <= up:
            if down > limit:
                continue
            place = below
            if down == up or (scores[below - 1] == scores[below] and scores[_free(left, below - 1)] == scores[below]):
                undecided.add(person)
        else:
            if up > limit:
                continue
            place = above
            if scores[above + 1] == up + score and scores[_free(right, above + 1)] == scores[above]:
                undecided.add(person)
        right[place] = place + 1
        left[place] = place - 1
        served.append(person)
        places.append(place)
    return served, places


def nearest_on_line(pool: np.ndarray, focal: np.ndarray, *, count: int, limit: float) -> tuple[np.ndarray, np.ndarray, int]:
    """The ``count`` nearest rows of the pool for every focal row, all at once, nobody being taken.

    Returns
    -------
    Focal rows and pool rows of the pairs, focal row by focal row and nearest first, and how many focal rows had to choose
    between equally near ones. Same order of search as :class:`Line`.
    """
    order = np.argsort(pool, kind="stable")
    ordered = pool[order].astype(float)
    edges = np.concatenate([[-np.inf], ordered, [np.inf]])
    above = np.searchsorted(ordered, focal, side="left") + 1
    below = above - 1
    limit = min(limit, np.finfo(float).max)
    chosen = np.full((len(focal), count), -1, dtype=np.int64)
    distance = np.full(len(focal), np.nan)
    for place in range(count + 1):
        up, down = edges[above] - focal, focal - edges[below]
        take_below = down <= up
        nearest = np.minimum(up, down)
        if place == count:
            break
        near = nearest <= limit
        chosen[near, place] = np.where(take_below, below, above)[near] - 1
        distance = np.where(near, nearest, np.nan)
        below -= near & take_below
        above += near & ~take_below
    rows, _ = np.nonzero(chosen >= 0)
    return rows, order[chosen[chosen >= 0]], int((nearest == distance).sum())
