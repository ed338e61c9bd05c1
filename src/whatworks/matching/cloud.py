"""Nearest free neighbour among several covariates: k-d trees of distinct points, each with a queue of rows."""

from collections.abc import Callable
from itertools import islice

import numpy as np
import pandas as pd

from whatworks.matching.forest import Forest
from whatworks.matching.line import Allowed

Permitted = Callable[[int], np.ndarray]

# Neighbours fetched for everybody at once; the few who find them all taken ask again for twice as many.
_FIRST_FETCH = 8
# Of these a caliper leaves some.
_FIRST_FETCH_LIMITED = 48
# Permitted rows are looked at all together, so that many of them are kept.
_FIRST_LOOK = 128


class Cloud:
    """Rows of a pool as points; equal points share a place and queue in order of rank.

    Parameters
    ----------
    pool, focal : (n, k) and (m, k) coordinates; the Euclidean distance is the one wanted
    rank : (n,) which pool row wins among equally distant ones: the lowest
    tolerance : distances are counted in steps of this size, so that equal ones are equal
    allowed : further conditions on (focal row, pool row); None allows every pair
    permitted : all pool rows that the conditions allow for a focal row; where it is given, nobody else is looked at
    """

    def __init__(
        self,
        pool: np.ndarray,
        focal: np.ndarray,
        *,
        rank: np.ndarray,
        tolerance: float,
        allowed: Allowed | None = None,
        permitted: Permitted | None = None,
    ) -> None:
        self._focal, self._rank, self._allowed, self._permitted = focal, rank.tolist(), allowed, permitted
        self._step = max(tolerance, np.finfo(float).eps)
        self._point_of, self._points = _distinct(pool, self._step)
        # Queues are stacks, last in line first, so that taking the next row costs nothing.
        self._queues: list[list[int]] = [[] for _ in range(len(self._points))]
        stands = self._point_of.tolist()
        for row in np.argsort(rank, kind="stable")[::-1].tolist():
            self._queues[stands[row]].append(row)
        self._grow_tree(np.arange(len(self._points)))
        fetch = min(_FIRST_FETCH if permitted is None else _FIRST_FETCH_LIMITED, len(self._points))
        distances, points = self._forest.query(focal, fetch)
        everybody = fetch == len(self._points)
        self._lists = {row: (distances[row], points[row], everybody) for row in range(len(focal))}

    def nearest(self, focal: int, count: int = 1) -> list[tuple[float, int]]:
        """Up to ``count`` free rows of the pool with their distances, nearest first."""
        while True:
            distances, points, everybody = self._lists[focal]
            found = self._free_rows(focal, count, distances.tolist(), points.tolist())
            # The list says nothing about ties with its last entry, unless nobody is left outside it.
            if everybody or (len(found) == count and found[-1][0] < self._steps(distances[-1])):
                return [(steps * self._step, row) for steps, _, row in found]
            self._fetch(focal, 2 * len(points))

    def take(self, row: int) -> None:
        """Nobody else gets this row."""
        queue = self._queues[self._point_of[row]]
        if queue[-1] == row:
            queue.pop()
        else:
            queue.remove(row)
        if not queue:
            self._empty += 1

    def is_free(self, row: int) -> bool:
        """True until the row is taken."""
        return row in self._queues[self._point_of[row]]

    def _free_rows(self, focal: int, count: int, distances: list, points: list) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        for distance, point in zip(distances, points, strict=True):
            steps = self._steps(distance)
            if len(found) >= count and steps > found[count - 1][0]:
                break
            queue = reversed(self._queues[point])
            free = (row for row in queue if self._allowed is None or self._allowed(focal, row))
            found.extend((steps, self._rank[row], row) for row in islice(free, count))
            found.sort()
        return found[:count]

    def _steps(self, distance: float) -> int:
        return round(distance / self._step)

    def _fetch(self, focal: int, count: int) -> None:
        if self._permitted is not None:
            self._lists[focal] = self._nearest_permitted(self._permitted(focal), focal, max(_FIRST_LOOK, 4 * count))
            return
        if 2 * self._empty > self._alive:
            self._grow_tree(np.array([point for point in self._names if self._queues[point]], dtype=np.int64))
        if self._alive == 0:
            self._lists[focal] = (np.empty(0), np.empty(0, dtype=np.int64), True)
            return
        count = min(count, self._alive)
        distances, places = self._forest.query(self._focal[focal : focal + 1], count)
        self._lists[focal] = (distances[0], self._names[places[0]], count == self._alive)

    def _nearest_permitted(self, rows: np.ndarray, focal: int, count: int) -> tuple[np.ndarray, np.ndarray, bool]:
        """The nearest of the points on which permitted rows stand, and whether these are all."""
        points = self._point_of[rows] if len(self._points) == len(self._point_of) else np.unique(self._point_of[rows])
        distances = np.sqrt(((self._points[points] - self._focal[focal]) ** 2).sum(axis=1))
        if len(points) > count:
            nearest = np.argpartition(distances, count - 1)[:count]
            points, distances, everybody = points[nearest], distances[nearest], False
        else:
            everybody = True
        order = np.argsort(distances, kind="stable")
        return distances[order], points[order], everybody

    def _grow_tree(self, points: np.ndarray) -> None:
        """A tree of the points that still have somebody; older lists stay valid, as they hold no fewer of those."""
        self._names = points
        self._alive = len(points)
        self._empty = 0
        if len(points):
            self._forest = Forest(self._points[points])


def _distinct(pool: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """The point each row stands on, and the coordinates of the points."""
    rounded = pd.DataFrame(np.round(pool / step))
    point_of = rounded.groupby(list(rounded.columns), sort=False).ngroup().to_numpy()
    first = np.unique(point_of, return_index=True)[1]
    return point_of, pool[first]
