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
    tree = cKDTree(pool)
    farthest = tree.query(focal, k=[count])[0][:, 0]
    reach = np.sqrt(farthest**2 + tolerance) * _EDGE
    _refuse_too_many(int(tree.query_ball_point(focal, reach, return_length=True).sum()))
    found = tree.query_ball_point(focal, reach, return_sorted=True)
    lengths = np.array([len(rows) for rows in found])
    return np.repeat(np.arange(len(focal)), lengths), np.concatenate([np.asarray(rows, dtype=np.int64) for rows in found])


def _on_a_line(focal: np.ndarray, pool: np.ndarray, count: int, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """On one dimension the neighbours stand side by side, so two searches bound them."""
    order = np.argsort(pool, kind="stable")
    ordered = pool[order]
    # The count nearest are a run of the sorted pool; the best run is found by bisection on its first place.
    low = np.zeros(len(focal), dtype=np.int64)
    high = np.full(len(focal), len(pool) - count, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        shift = (focal - ordered[middle] > ordered[np.minimum(middle + count, len(pool) - 1)] - focal) & (low < high)
        low, high = np.where(shift, middle + 1, low), np.where(shift | (low >= high), high, middle)
    farthest = np.maximum(np.abs(focal - ordered[low]), np.abs(focal - ordered[low + count - 1]))
    reach = np.sqrt(farthest**2 + tolerance) * _EDGE
    first = np.searchsorted(ordered, focal - reach, side="left")
    last = np.searchsorted(ordered, focal + reach, side="right")
    lengths = last - first
    _refuse_too_many(int(lengths.sum()))
    places = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
    rows = np.repeat(np.arange(len(focal)), lengths)
    neighbours = order[places]
    by_row = np.lexsort((neighbours, rows))
    return rows, neighbours[by_row]


def _refuse_too_many(pairs: int) -> None:
    if pairs > MOST_PAIRS:
        raise InvalidOption(
            f"Ties make {pairs} pairs; at most {MOST_PAIRS} are kept. Match with ties='first', or within exact= strata."
        )
