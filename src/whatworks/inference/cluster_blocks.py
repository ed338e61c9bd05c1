"""Clusters of equal size taken together, so that what is done to each is done to all at once."""

from collections.abc import Iterator

import numpy as np

# Directions in which a cluster has no variance left after the fit (its leverage is 1) are left out of the square root.
NO_VARIANCE = 1e-12
# Numbers held at a time for a batch of clusters: 16 MB.
_CELLS = 2**21


def batches(
    codes: np.ndarray, groups: int, columns: int, working: np.ndarray | None, weights: np.ndarray | None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Clusters of equal size together: numbers, rows (m, n), weights and working covariances as (m, n, n) or diagonals (m, n)."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes, minlength=groups)
    starts = np.cumsum(sizes) - sizes
    for n in np.unique(sizes):
        same = np.flatnonzero(sizes == n)
        height = max(1, _CELLS // (n * max(n, columns)))
        for first in range(0, len(same), height):
            g = same[first : first + height]
            at = order[starts[g][:, None] + np.arange(n)]
            W, Phi = _block(weights, at), _block(working, at)
            if W is None:
                W = np.ones(at.shape) if Phi is None else _inverse(Phi)
            yield g, at, W, _inverse(W) if Phi is None else Phi


def _block(values: np.ndarray | None, at: np.ndarray) -> np.ndarray | None:
    """Clusters' parts of a diagonal, or of a matrix."""
    if values is None:
        return None
    return values[at] if values.ndim == 1 else values[at[:, :, None], at[:, None, :]]


def _inverse(M: np.ndarray) -> np.ndarray:
    return 1 / M if M.ndim == 2 else np.linalg.inv(M)


def times(M: np.ndarray, A: np.ndarray) -> np.ndarray:
    """A diagonal (m, n) or a matrix (m, n, n) times (m, n, k)."""
    return M[:, :, None] * A if M.ndim == 2 else M @ A


def on_right(A: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Each of (m, n, k) times one matrix (k, l), as a single product."""
    return (A.reshape(-1, A.shape[2]) @ M).reshape(*A.shape[:2], M.shape[1])


def on_left(M: np.ndarray, A: np.ndarray) -> np.ndarray:
    """One matrix (l, k) times each of (m, k, n), as a single product."""
    return on_right(A.swapaxes(1, 2), M.T).swapaxes(1, 2)


def crossed(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Products over all rows of all clusters: (m, n, k) and (m, n, l) to (k, l)."""
    return np.asarray(A.reshape(-1, A.shape[2]).T @ B.reshape(-1, B.shape[2]))


def left_of_residuals(X: np.ndarray, WXM: np.ndarray, Phi: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Covariance of clusters' residuals under the working model: their blocks of (I - H) Phi (I - H)'."""
    taken = X @ times(Phi, WXM).swapaxes(1, 2)
    left = on_right(X, middle) @ X.swapaxes(1, 2) - taken - taken.swapaxes(1, 2)
    if Phi.ndim == 3:
        return left + Phi
    place = np.arange(Phi.shape[1])
    left[:, place, place] += Phi
    return left


def root_adjusted(left: np.ndarray, Phi: np.ndarray, B: np.ndarray) -> np.ndarray:
    """A'B with A left A' = Phi, A as near to symmetric as Phi allows: Pustejovsky & Tipton (2018), equation 7."""
    D = np.sqrt(Phi) if Phi.ndim == 2 else np.linalg.cholesky(Phi).swapaxes(1, 2)
    values, vectors = np.linalg.eigh(times(D, times(D, left).swapaxes(1, 2)))
    keep = values > NO_VARIANCE * np.maximum(values[:, -1:], 1.0)
    scaled = np.where(keep, 1 / np.sqrt(np.where(keep, values, 1.0)), 0.0)
    turned = scaled[:, :, None] * (vectors.swapaxes(1, 2) @ times(D, B))
    return times(D if D.ndim == 2 else D.swapaxes(1, 2), vectors @ turned)
