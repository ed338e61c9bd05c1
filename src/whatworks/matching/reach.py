"""Distances between the people of a stratum, a block at a time, and the size above which no matrix of them is made."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.spatial.distance import cdist

from whatworks.core.errors import InvalidOption
from whatworks.matching.calipers import Caliper

# Twenty-five million distances take 200 MB; a larger matrix is refused.
MOST_CELLS = 25_000_000
# Distances looked at one after the other, without being kept: about half a minute of work.
MOST_LOOKS = 2_000_000_000
_BLOCK_CELLS = 2_000_000


def blocks(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]
) -> Iterator[tuple[int, np.ndarray]]:
    """Distances from ``ours`` to ``theirs``, some rows at a time: the first row's place, and (rows, m) distances.

    A pair outside a caliper is infinitely far apart.
    """
    step = max(1, _BLOCK_CELLS // max(len(theirs), 1))
    for first in range(0, len(ours), step):
        rows = ours[first : first + step]
        if positions.shape[1] == 1:
            distances = np.abs(positions[rows] - positions[theirs, 0])
        else:
            distances = cdist(positions[rows], positions[theirs])
        for caliper in calipers:
            outside = np.abs(caliper.values[rows][:, None] - caliper.values[theirs]) > caliper.width
            distances[outside] = np.inf
        yield first, distances


def matrix(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]) -> np.ndarray:
    """All distances from ``ours`` to ``theirs``; infinite outside a caliper."""
    parts = [distances for _, distances in blocks(positions, ours, theirs, calipers)]
    return np.vstack(parts) if parts else np.empty((0, len(theirs)))


def edges(
    positions: np.ndarray,
    ours: np.ndarray,
    theirs: np.ndarray,
    calipers: Sequence[Caliper],
    wanted: Callable[[int, np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places and distances of the pairs that ``wanted`` marks, given the first row's place and a block of distances.

    Raises
    ------
    InvalidOption
        If more pairs are wanted than memory should hold.
    """
    left, right, apart = [], [], []
    kept = 0
    for first, distances in blocks(positions, ours, theirs, calipers):
        rows, columns = np.nonzero(wanted(first, distances) & np.isfinite(distances))
        kept += len(rows)
        if kept > MOST_CELLS:
            raise too_large(kept, MOST_CELLS, "at least ")
        left.append(rows + first)
        right.append(columns)
        apart.append(distances[rows, columns])
    return np.concatenate(left), np.concatenate(right), np.concatenate(apart)


def refuse_too_many_looks(ours: int, theirs: int) -> None:
    """Refuse a stratum whose pairs cannot even be looked at one by one.

    Raises
    ------
    InvalidOption
    """
    if ours * theirs > MOST_LOOKS:
        raise too_large(ours * theirs, MOST_LOOKS)


def too_large(cells: int, limit: int, about: str = "") -> InvalidOption:
    """What to say about a stratum with too many pairs."""
    return InvalidOption(
        f"The design has {about}{cells:,} possible pairs in one stratum; at most {limit:,} are taken. Match within exact= "
        "strata, set a narrower caliper, or use method='nearest'."
    )
