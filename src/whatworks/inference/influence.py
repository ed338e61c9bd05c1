"""Covariance and bootstrap draws from influence functions, held in blocks so that nothing of size units x estimates arises.

An estimate that is asymptotically a sum over units has the variance of that sum. Each unit's contribution is its influence
function divided by the number of units, so that covariances are plain sums of products.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

# Rows held densely at a time: small enough to stay in the processor's cache with some fifty estimates.
_CHUNK = 8192


@dataclass(frozen=True, kw_only=True, eq=False)
class InfluenceBlock:
    """Contributions of some units to some estimates.

    Attributes
    ----------
    rows : (r,) positions of the units, ascending
    columns : (m,) positions of the estimates
    values : (r, m) contributions, in units of the estimate
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Influence:
    """Contributions of all units to all estimates.

    Parameters
    ----------
    n_rows, n_columns : units, estimates
    blocks : each estimate in one block only; what no block holds is zero
    cluster : (n_rows,) whole numbers from 0; None where every unit stands alone

    Examples
    --------
    >>> values = np.array([[0.1], [-0.1], [0.2], [-0.2]])
    >>> block = ww.inference.InfluenceBlock(rows=np.arange(4), columns=np.array([0]), values=values)
    >>> ww.inference.Influence(n_rows=4, n_columns=1, blocks=(block,)).covariance().round(10).tolist()
    [[0.1]]
    >>> paired = ww.inference.Influence(n_rows=4, n_columns=1, blocks=(block,), cluster=np.array([0, 1, 0, 1]))
    >>> paired.covariance().round(10).tolist()
    [[0.18]]
    """

    n_rows: int
    n_columns: int
    blocks: Sequence[InfluenceBlock] = field(repr=False)
    cluster: np.ndarray | None = field(default=None, repr=False)

    @property
    def n_clusters(self) -> int:
        """Units that may be summed independently: clusters, or rows where there are none."""
        return self.n_rows if self.cluster is None else int(self.cluster.max()) + 1

    def dense(self) -> np.ndarray:
        """All contributions as one array (n_rows, n_columns)."""
        out = np.zeros((self.n_rows, self.n_columns))
        for start, stop, columns, values in self._chunks():
            out[start:stop, columns] = values
        return out

    def covariance(self) -> np.ndarray:
        """Covariance of the estimates: sums over clusters of products of summed contributions; no small-sample factor.

        References
        ----------
        Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, section 4 and remark 10.
        """
        if self.cluster is not None:
            sums = self._cluster_sums(self.cluster)
            return sums.T @ sums
        out = np.zeros((self.n_columns, self.n_columns))
        for _, _, columns, values in self._chunks():
            out[np.ix_(columns, columns)] += values.T @ values
        return out

    def multiplier_draws(self, count: int, seed: int) -> np.ndarray:
        """Bootstrap deviations (count, n_columns): contributions summed with a random sign per cluster.

        References
        ----------
        Callaway & Sant'Anna (2021), section 4.1, algorithm 1, with Rademacher multipliers.
        """
        rng = np.random.default_rng(seed)
        out = np.zeros((count, self.n_columns))
        chunks: Iterator = self._chunks()
        if self.cluster is not None:
            sums = self._cluster_sums(self.cluster)
            everything = np.arange(self.n_columns)
            chunks = ((i, i + _CHUNK, everything, sums[i : i + _CHUNK]) for i in range(0, len(sums), _CHUNK))
        for _, _, columns, values in chunks:
            signs = 2.0 * rng.integers(0, 2, size=(count, len(values)), dtype=np.int8) - 1.0
            out[:, columns] += signs @ values
        return out

    def _cluster_sums(self, cluster: np.ndarray) -> np.ndarray:
        sums = np.zeros((self.n_clusters, self.n_columns))
        for start, stop, columns, values in self._chunks():
            codes = cluster[start:stop]
            members = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(self.n_clusters, len(codes)))
            sums[:, columns] += members @ values
        return sums

    def _chunks(self) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """Runs of rows with the estimates they touch, dense over those alone."""
        for start in range(0, self.n_rows, _CHUNK):
            stop = min(start + _CHUNK, self.n_rows)
            places = [np.searchsorted(block.rows, (start, stop)) for block in self.blocks]
            touching = [(block, a, b) for block, (a, b) in zip(self.blocks, places, strict=True) if b > a]
            if not touching:
                continue
            columns = np.concatenate([block.columns for block, _, _ in touching])
            values = np.zeros((stop - start, len(columns)))
            first = 0
            for block, a, b in touching:
                values[block.rows[a:b] - start, first : first + len(block.columns)] = block.values[a:b]
                first += len(block.columns)
            yield start, stop, columns, values
