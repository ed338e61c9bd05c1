"""Sums of weighted products of a design's columns, without a weighted copy of it."""

import numpy as np

# Rows multiplied at a time: they stay in the processor's cache.
_CHUNK = 4096


def weighted_gram(X: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """X'WX without a weighted copy of X.

    Parameters
    ----------
    X : (n, k)
    weights : (n,) of any sign

    Returns
    -------
    (k, k)

    Examples
    --------
    >>> weighted_gram(np.array([[1.0], [2.0]]), np.array([1.0, 0.5])).tolist()
    [[3.0]]
    """
    total = np.zeros((X.shape[1], X.shape[1]))
    for start in range(0, len(X), _CHUNK):
        part = X[start : start + _CHUNK]
        total += part.T @ (part * weights[start : start + _CHUNK, None])
    return total
