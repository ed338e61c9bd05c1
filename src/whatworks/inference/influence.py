"""Covariance and bootstrap draws from influence functions, held in blocks so that nothing of size units x estimates arises.

An estimate that is asymptotically a sum over units has the variance of that sum. Each unit's contribution is its influence
function divided by the number of units, so that covariances are plain sums of products.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

# Rows held densely at a time: small enough to stay in the processor's cache with some fifty estimates.
_CHUNK = 8192
# Above this many independent parts a sum with random signs is normal for every practical purpose (its kurtosis is off by less
# than 6/10,000 where no part dominates), and drawing signs costs more than all the rest.
MANY_CLUSTERS = 10_000


@dataclass(frozen=True, kw_only=True, eq=False)
class InfluenceBlock:
    """Contributions of some units to some estimates.

    Attributes
    ----------
    rows : (r,) positions of the units, ascending; a slice where they stand side by side
    columns : (m,) positions of the estimates
    values : (r, m) contributions, in units of the estimate; or a function that computes them for a slice of the rows as
        (m, rows), so that they need not be held

    Examples
    --------
    >>> block = InfluenceBlock(rows=np.arange(2), columns=np.array([0]), values=np.array([[0.1], [-0.1]]))
    >>> block.values.shape
    (2, 1)
    """

    rows: np.ndarray | slice
    columns: np.ndarray
    values: np.ndarray | Callable[[slice], np.ndarray] = field(repr=False)

    def between(self, start: int, stop: int) -> tuple[slice, slice | np.ndarray]:
        """Which of the block's rows lie in a run of units, and their places there."""
        if isinstance(self.rows, slice):
            low, high = max(start, self.rows.start), min(stop, self.rows.stop)
            return slice(low - self.rows.start, max(low, high) - self.rows.start), slice(low - start, max(low, high) - start)
        low, high = np.searchsorted(self.rows, (start, stop))
        return slice(int(low), int(high)), self.rows[low:high] - start

    def part(self, own: slice) -> np.ndarray:
        """(m, rows) contributions of some of the block's rows."""
        return self.values[own].T if isinstance(self.values, np.ndarray) else self.values(own)


@dataclass(frozen=True, kw_only=True, eq=False)
class Influence:
    """Contributions of all units to all estimates.

    Parameters
    ----------
    n_rows, n_columns : units, estimates
    blocks : each unit's part in an estimate in one block only; what no block holds is zero
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

    @property
    def has_many_clusters(self) -> bool:
        """True where sums with random signs have reached their normal limit, so that :func:`normal_draws` can stand for them."""
        return self.n_clusters > MANY_CLUSTERS

    def dense(self) -> np.ndarray:
        """All contributions as one array (n_rows, n_columns)."""
        out = np.zeros((self.n_rows, self.n_columns))
        for start, stop, columns, values in self._chunks():
            out[start:stop, columns] = values.T
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
            out[np.ix_(columns, columns)] += values @ values.T
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
            chunks = ((i, i + _CHUNK, everything, sums[i : i + _CHUNK].T) for i in range(0, len(sums), _CHUNK))
        for _, _, columns, values in chunks:
            signs = 2.0 * rng.integers(0, 2, size=(count, values.shape[1]), dtype=np.int8) - 1.0
            out[:, columns] += signs @ values.T
        return out

    def _cluster_sums(self, cluster: np.ndarray) -> np.ndarray:
        sums = np.zeros((self.n_clusters, self.n_columns))
        for start, stop, columns, values in self._chunks():
            present, codes = np.unique(cluster[start:stop], return_inverse=True)
            members = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(present), len(codes)))
            sums[np.ix_(present, columns)] += members @ values.T
        return sums

    def _chunks(self) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """Runs of rows with the estimates they touch, (estimates, rows), dense over those alone."""
        for start in range(0, self.n_rows, _CHUNK):
            stop = min(start + _CHUNK, self.n_rows)
            places = [(block, *block.between(start, stop)) for block in self.blocks]
            touching = [each for each in places if each[1].stop > each[1].start]
            if not touching:
                continue
            columns = np.unique(np.concatenate([block.columns for block, _, _ in touching]))
            values = np.zeros((len(columns), stop - start))
            for block, own, here in touching:
                for column, contributions in zip(np.searchsorted(columns, block.columns), block.part(own), strict=True):
                    values[column, here] = contributions
            yield start, stop, columns, values


def normal_draws(vcov: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Draws (count, m) from N(0, vcov), the limit of the multiplier bootstrap; ``vcov`` may be singular.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, theorem 3.

    Examples
    --------
    >>> normal_draws(np.array([[4.0, -4.0], [-4.0, 4.0]]), 3, seed=1).sum(axis=1).round(6).tolist()
    [0.0, 0.0, 0.0]
    """
    values, vectors = np.linalg.eigh(vcov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.random.default_rng(seed).standard_normal((count, len(vcov))) @ root.T
