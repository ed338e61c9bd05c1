"""All neighbours within reach of the M-th nearest: matching with ties kept, as Abadie and Imbens define it."""

import numpy as np
from scipy.spatial import cKDTree

from whatworks.core.errors import InvalidOption, TooFewUnits

# Pairs are held in memory; with this many, ties are so many that exact strata are the better design.
MOST_PAIRS = 50_000_000
# Half an ulp either way must not decide whether a tie at the edge counts.
_EDGE = 1 + 1e-14


def tied_neighbours(focal: np.ndarray, pool: np.ndarray, *, count: int, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Pool rows no further from each focal row than the ``count``-th nearest, give or take ``tolerance``.

    Parameters
    ----------
    focal, pool : (m, k) and (n, k) coordinates
    count : neighbours wanted, at most n
    tolerance : squared distances this close are equal

    Returns
    -------
    Focal rows and pool rows of the pairs, in order of both; at least ``count`` for every focal row.

    Raises
    ------
    TooFewUnits
        If the pool has fewer rows than neighbours are wanted.
    InvalidOption
        If ties make more pairs than memory should hold.

    References
    ----------
    Abadie & Imbens (2006), Econometrica 74:235-267, section 2.

    Examples
    --------
    >>> focal, pool = np.array([[0.0]]), np.array([[1.0], [-1.0], [3.0]])
    >>> tied_neighbours(focal, pool, count=1, tolerance=1e-8)[1].tolist()
    [0, 1]
    """
    if count > len(pool):
        raise TooFewUnits(f"{count} neighbours are wanted and {len(pool)} people are there to choose from. Ask for fewer.")
    if len(focal) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if pool.shape[1] == 1:
        return _on_a_line(focal[:, 0], pool[:, 0], count, tolerance)
    tree = cKDTree(pool, balanced_tree=False)
    farthest = tree.query(focal, k=[count])[0][:, 0]
    reach = np.sqrt(farthest**2 + tolerance) * _EDGE
    _refuse_too_many(int(tree.query_ball_point(focal, reach, return_length=True).sum()))
    found = tree.query_ball_point(focal, reach, return_sorted=True)
    lengths = np.array([len(rows) for rows in found])
    return np.repeat(np.arange(len(focal)), lengths), np.concatenate([np.asarray(rows, dtype=np.int64) for rows in found])


def variances_in_reach(coordinates: np.ndarray, y: np.ndarray, *, count: int, tolerance: float) -> np.ndarray:
    """Variance of ``y`` among every row and its ``count`` nearest, ties included.

    Parameters
    ----------
    coordinates : (n, k) where the rows stand
    y : (n,)
    count : neighbours beside the row itself, at most n - 1
    tolerance : squared distances this close are equal

    Returns
    -------
    (n,) in squared units of ``y``, divisor one less than the rows counted.

    Examples
    --------
    >>> variances_in_reach(np.array([[0.0], [1.0], [9.0]]), np.array([2.0, 4.0, 4.0]), count=1, tolerance=0.0).tolist()
    [2.0, 2.0, 0.0]
    """
    # Squares of small deviations, not of large levels, keep the digits.
    y = y - y.mean()
    if coordinates.shape[1] == 1:
        order, first, last = _runs(coordinates[:, 0], coordinates[:, 0], count + 1, tolerance)
        size = last - first
        total, squares = (np.concatenate([[0.0], np.cumsum(part[order])]) for part in (y, y**2))
        centre = (total[last] - total[first]) / size
        return np.maximum(squares[last] - squares[first] - size * centre**2, 0.0) / (size - 1)
    own, other = tied_neighbours(coordinates, coordinates, count=count + 1, tolerance=tolerance)
    size = np.bincount(own)
    centre = np.bincount(own, y[other]) / size
    return np.bincount(own, (y[other] - centre[own]) ** 2) / (size - 1)


def _on_a_line(focal: np.ndarray, pool: np.ndarray, count: int, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    order, first, last = _runs(focal, pool, count, tolerance)
    lengths = last - first
    _refuse_too_many(int(lengths.sum()))
    rows = np.repeat(np.arange(len(focal)), lengths)
    places = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
    neighbours = order[places]
    by_row = np.lexsort((neighbours, rows))
    return rows, neighbours[by_row]


def _runs(focal: np.ndarray, pool: np.ndarray, count: int, tolerance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """On one dimension neighbours stand side by side: the sorted pool's order, and where each run begins and ends."""
    order = np.argsort(pool, kind="stable")
    ordered = pool[order]
    # The best run of `count` is found by bisection on its first place.
    low = np.zeros(len(focal), dtype=np.int64)
    high = np.full(len(focal), len(pool) - count, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        after = ordered[np.minimum(middle + count, len(pool) - 1)]
        shift = (focal - ordered[middle] > after - focal) & (low < high)
        low, high = np.where(shift, middle + 1, low), np.where(shift | (low >= high), high, middle)
    farthest = np.maximum(np.abs(focal - ordered[low]), np.abs(focal - ordered[low + count - 1]))
    reach = np.sqrt(farthest**2 + tolerance) * _EDGE
    return order, np.searchsorted(ordered, focal - reach, side="left"), np.searchsorted(ordered, focal + reach, side="right")


def _refuse_too_many(pairs: int) -> None:
    if pairs > MOST_PAIRS:
        raise InvalidOption(
            f"Ties make {pairs} pairs; at most {MOST_PAIRS} are kept. Match with ties='first', or within exact= strata."
        )
