"""How what clusters add to a contrast goes together under a working model, without a table of clusters by clusters."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class ClusterShares:
    """The (G, G) covariances of what clusters add to contrasts s and t, as a diagonal less a product of thin matrices.

    Attributes
    ----------
    own : (q, q, G) diagonals
    left, right : (G, m, q); the matrix taken from the diagonal of contrasts s, t is left[:, :, s] @ right[:, :, t].T
    """

    own: np.ndarray = field(repr=False)
    left: np.ndarray = field(repr=False)
    right: np.ndarray = field(repr=False)

    def expected(self) -> np.ndarray:
        """(q, q) sums of the diagonals: the covariance of the contrasts under the working model."""
        return np.asarray(self.own.sum(axis=2) - np.einsum("gms,gmt->st", self.left, self.right))

    def inner(self, first: tuple[int, int], second: tuple[int, int]) -> float:
        """Sum over all pairs of clusters of the products of two of the matrices, without making either."""
        (s, t), (u, v) = first, second
        own, other = self.own[s, t], self.own[u, v]
        taken = np.einsum("gm,gm->g", self.left[:, :, s], self.right[:, :, t])
        also = np.einsum("gm,gm->g", self.left[:, :, u], self.right[:, :, v])
        lefts, rights = self.left[:, :, s].T @ self.left[:, :, u], self.right[:, :, t].T @ self.right[:, :, v]
        return float(own @ other - own @ also - other @ taken + (lefts * rights).sum())
