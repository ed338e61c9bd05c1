"""Dividing people into folds for cross-fitting."""

import numpy as np

from whatworks.core.errors import TooFewUnits


def in_folds(treated: np.ndarray, clusters: np.ndarray | None, count: int, seed: int) -> np.ndarray:
    """(n,) the fold of every row: arms in equal parts, or clusters whole.

    Parameters
    ----------
    treated : (n,) boolean
    clusters : (n,) whole numbers from 0; None lets every row fall by itself
    count, seed : how many folds, and where the draw starts

    Raises
    ------
    TooFewUnits
        If there are fewer clusters, or people of an arm, than folds.

    Examples
    --------
    >>> in_folds(np.array([True, True, False, False]), None, 2, seed=1).tolist()
    [0, 1, 0, 1]
    """
    rng = np.random.default_rng(seed)
    if clusters is not None:
        return _dealt(rng, int(clusters.max()) + 1, count, "clusters")[clusters]
    folds = np.empty(len(treated), dtype=np.int64)
    for arm, name in ((treated, "treated people"), (~treated, "comparison people")):
        folds[arm] = _dealt(rng, int(arm.sum()), count, name)
    return folds


def _dealt(rng: np.random.Generator, size: int, count: int, what: str) -> np.ndarray:
    if size < count:
        raise TooFewUnits(f"{count} folds need at least as many {what}; found {size}. Use fewer folds.")
    return rng.permutation(np.arange(size) % count)
