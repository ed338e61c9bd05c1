"""Strata within which pairs must stay, and the pairs found in each put together."""

from collections.abc import Callable, Iterator

import numpy as np

from whatworks.matching.samples import Pairs

Finder = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, int]]


def groups_with_both(groups: np.ndarray, focal: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Row numbers of focal and other rows, for every group that holds both."""
    if not groups.any():
        yield np.flatnonzero(focal), np.flatnonzero(~focal)
        return
    by_group = np.argsort(groups, kind="stable")
    for rows in np.split(by_group, np.flatnonzero(np.diff(groups[by_group])) + 1):
        ours, theirs = rows[focal[rows]], rows[~focal[rows]]
        if len(ours) and len(theirs):
            yield ours, theirs


def pairs_in_groups(positions: np.ndarray, focal: np.ndarray, groups: np.ndarray, find: Finder) -> Pairs:
    """Pairs of every group, as ``find`` makes them from the row numbers of focal and other rows: places within each, and ties.

    They stand row by row of the frame; a person's own neighbours stay in the order they were found.
    """
    lefts, rights, ties = [], [], 0
    for ours, theirs in groups_with_both(groups, focal):
        left, right, undecided = find(ours, theirs)
        ties += undecided
        lefts.append(ours[left])
        rights.append(theirs[right])
    if not lefts:
        return Pairs.none()
    left, right = np.concatenate(lefts), np.concatenate(rights)
    by_row = np.argsort(left, kind="stable")
    return Pairs.made_for(left[by_row], right[by_row], positions, ties=ties)
