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
# Of the widest distance: what rounding in a score may be taken for no difference.
_SAME_PLACE = 1e-9
# How much of its own share of the widest distance is added to a distance. Among sums that are equal so far, one with less spread
# wins: on a line the one whose pairs do not cross. Sums that differ in the eighth digit are told apart as before.
_BEND = 1e-8


def blocks(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper], *, bent: bool = True
) -> Iterator[tuple[int, np.ndarray]]:
    """Distances from ``ours`` to ``theirs``, some rows at a time: the first row's place, and (rows, m) distances.

    A pair outside a caliper is infinitely far apart. ``bent`` makes, of several choices with the same sum of distances, that with
    the least sum of squares the cheaper one by a hair.
    """
    step = max(1, _BLOCK_CELLS // max(len(theirs), 1))
    bend = _BEND / widest(positions, ours, theirs) if bent else 0.0
    for first in range(0, len(ours), step):
        rows = ours[first : first + step]
        if positions.shape[1] == 1:
            distances = np.abs(positions[rows] - positions[theirs, 0])
        else:
            distances = cdist(positions[rows], positions[theirs])
        if bend:
            distances += bend * distances * distances
        for caliper in calipers:
            outside = np.abs(caliper.values[rows][:, None] - caliper.values[theirs]) > caliper.width
            distances[outside] = np.inf
        yield first, distances


def widest(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> float:
    """How far apart two people of a stratum can be at most; 1 where all stand in one place."""
    reach = float(np.linalg.norm(np.ptp(positions[np.concatenate([ours, theirs])], axis=0)))
    return reach if reach > 0 else 1.0


def in_order(positions: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Places of the rows in order of where they stand, so that a frame's order decides only between people in the same place."""
    spread = np.ptp(positions[rows], axis=0)
    steps = np.rint((positions[rows] - positions[rows].min(axis=0)) / (_SAME_PLACE * np.where(spread > 0, spread, 1.0)))
    return np.lexsort(steps.T[::-1])


def with_a_choice(
    positions: np.ndarray, focal: np.ndarray, others: np.ndarray, calipers: Sequence[Caliper], apart: np.ndarray
) -> np.ndarray:
    """(m,) True for focal rows with more than one of the others as near as ``apart``, the distance to whom they were given."""
    near = np.zeros(len(focal), dtype=bool)
    slack = _SAME_PLACE * widest(positions, focal, others)
    if positions.shape[1] == 1 and not calipers:
        line, where = np.sort(positions[others, 0]), positions[focal, 0]
        counts = [np.searchsorted(line, where + way * apart + slack, "right") - np.searchsorted(line, where + way * apart - slack)
                  for way in (-1, 1)]  # fmt: skip
        # Somebody who stands in one's own place is met from both sides.
        return np.where(apart <= slack, counts[0], counts[0] + counts[1]) > 1
    for first, distances in blocks(positions, focal, others, calipers, bent=False):
        given = apart[first : first + len(distances), None]
        near[first : first + len(distances)] = (np.abs(distances - given) <= slack).sum(axis=1) > 1
    return near


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
    *,
    bent: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places and distances of the pairs that ``wanted`` marks, given the first row's place and a block of distances.

    Raises
    ------
    InvalidOption
        If more pairs are wanted than memory should hold.
    """
    left, right, apart = [], [], []
    kept = 0
    for first, distances in blocks(positions, ours, theirs, calipers, bent=bent):
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
