"""Nearest points among many where some coordinates take few values: one k-d tree for each combination of these."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

# With more combinations than this, or fewer points in each than that, trees of their own cost more than they save.
_MOST_PATTERNS = 300
_FEWEST_POINTS = 40
_ROUNDING = 1e-9


class Forest:
    """Points, kept apart by the combination of values that their leading coordinates take.

    Categories make clusters that lie far apart, and a search in one k-d tree looks into all of them. Here it starts with the own
    cluster and visits another only while that cluster's corner is nearer than the farthest neighbour found.

    Parameters
    ----------
    points : (n, k) coordinates

    References
    ----------
    Bentley (1975), Communications of the ACM 18:509-517 (k-d trees).

    Examples
    --------
    >>> forest = Forest(np.array([[0.0, 1.0], [0.0, 3.0], [5.0, 1.0]]))
    >>> forest.query(np.array([[0.0, 2.5]]), 2)[1].tolist()
    [[1, 0]]
    """

    def __init__(self, points: np.ndarray) -> None:
        self._size = len(points)
        self._lead = _leading_with_few_values(points)
        patterns = _patterns(points[:, : self._lead])
        order = np.argsort(patterns, kind="stable")
        starts = np.searchsorted(patterns[order], np.arange(patterns.max() + 1))
        self._rows = np.split(order, starts[1:])
        self._corners = points[order[starts], : self._lead]
        # Split at the middle of the space, not of the points: built and searched faster, and no less exact.
        self._trees = [cKDTree(points[rows, self._lead :], balanced_tree=False) for rows in self._rows]

    def query(self, where: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Distances and numbers of the ``count`` nearest points of every row of ``where``, nearest first; both (m, count).

        ``count`` must not be above the number of points.
        """
        if not 1 <= count <= self._size:
            raise ValueError(f"{count} neighbours among {self._size} points")
        distances = np.full((len(where), count), np.inf)
        points = np.full((len(where), count), -1, dtype=np.int64)
        own = _patterns(where[:, : self._lead])
        order = np.argsort(own, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(own[order])) + 1):
            distances[rows], points[rows] = self._from_one_pattern(where[rows], count)
        return distances, points

    def _from_one_pattern(self, where: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """For rows that share their leading coordinates: clusters from the nearest corner outward."""
        distances = np.full((len(where), count), np.inf)
        points = np.full((len(where), count), -1, dtype=np.int64)
        corner = cdist(where[:1, : self._lead], self._corners)[0] if self._lead else np.zeros(1)
        for cluster in np.argsort(corner, kind="stable"):
            open_ = np.flatnonzero(distances[:, -1] >= corner[cluster])
            if len(open_) == 0:
                break
            reach = float(np.sqrt(np.maximum(distances[open_, -1].max() ** 2 - corner[cluster] ** 2, 0.0))) * (1 + _ROUNDING)
            apart, found = self._trees[cluster].query(
                where[open_, self._lead :], k=range(1, count + 1), distance_upper_bound=np.nextafter(reach, np.inf)
            )
            both = np.hstack([distances[open_], np.hypot(apart, corner[cluster])])
            named = np.append(self._rows[cluster], -1)
            numbers = np.hstack([points[open_], named[found]])
            nearest = np.argsort(both, axis=1, kind="stable")[:, :count]
            distances[open_] = np.take_along_axis(both, nearest, axis=1)
            points[open_] = np.take_along_axis(numbers, nearest, axis=1)
        return distances, points


def _leading_with_few_values(points: np.ndarray) -> int:
    """How many leading coordinates make so few combinations that each keeps many points; the last one never counts."""
    most = min(_MOST_PATTERNS, len(points) // _FEWEST_POINTS)
    for lead in range(1, points.shape[1]):
        # A glance at some rows spares counting where there are too many values to be seen at once.
        if len(np.unique(np.round(points[:1000, lead - 1], 9))) > most or _patterns(points[:, :lead]).max() + 1 > most:
            return lead - 1
    return points.shape[1] - 1


def _patterns(coordinates: np.ndarray) -> np.ndarray:
    """A number from 0 for each combination of values, rounding aside."""
    if coordinates.shape[1] == 0:
        return np.zeros(len(coordinates), dtype=np.int64)
    codes = np.zeros(len(coordinates), dtype=np.int64)
    for column in coordinates.T:
        values, found = pd.factorize(np.round(column, 9) + 0.0)
        codes = pd.factorize(codes * len(found) + values)[0]
    return codes.astype(np.int64)
