"""The treated and those they are compared with, walked through in pieces that stay in the processor's cache."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

# Units taken at a time: with ten periods and a few covariates their numbers fit the second-level cache.
_PIECE = 8192


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """Units of one arm.

    Attributes
    ----------
    rows : positions among all units, ascending; a slice where they stand side by side
    X : (k, n) covariates, the constant first
    w : (n,) weights > 0
    y : (T, n) outcomes
    """

    rows: slice | np.ndarray
    X: np.ndarray = field(repr=False)
    w: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.w)

    def pieces(self) -> Iterator[slice]:
        """Consecutive slices of the units."""
        for start in range(0, len(self), _PIECE):
            yield slice(start, min(start + _PIECE, len(self)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Arms:
    """Two arms and the changes in which they are compared.

    Attributes
    ----------
    treated : the one treated run
    comparison : one run or several
    late, base : (m,) rows of ``y``: a change is the outcome at ``late`` minus that at ``base``
    """

    treated: Run
    comparison: Sequence[Run]
    late: Sequence[int] = ()
    base: Sequence[int] = ()

    @classmethod
    def of_rows(cls, X: np.ndarray, treated: np.ndarray, w: np.ndarray, y: np.ndarray | None = None) -> "Arms":
        """Two arms from (n, k) covariates, (n,) marks, (n,) weights and (n, m) changes, if any."""
        changes = np.zeros((0, len(w))) if y is None else np.vstack([np.zeros(len(w)), y.T])

        def run(mark: np.ndarray) -> Run:
            return Run(rows=np.flatnonzero(mark), X=np.ascontiguousarray(X[mark].T), w=w[mark], y=changes[:, mark])

        m = max(len(changes) - 1, 0)
        return cls(treated=run(treated), comparison=(run(~treated),), late=range(1, m + 1), base=[0] * m)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The treated first."""
        return (self.treated, *self.comparison)

    @property
    def n_comparison(self) -> int:
        """Number of comparison units."""
        return sum(map(len, self.comparison))

    def only(self, keep: np.ndarray) -> "Arms":
        """With the marked covariates alone."""
        if keep.all():
            return self
        treated, *comparison = (replace(run, X=run.X[keep]) for run in self.runs)
        return replace(self, treated=treated, comparison=tuple(comparison))

    def thinned(self, stride: int) -> "Arms":
        """Every so many units."""
        treated, *comparison = (
            replace(run, rows=slice(0), X=run.X[:, ::stride], w=run.w[::stride], y=run.y[:, ::stride]) for run in self.runs
        )
        return replace(self, treated=treated, comparison=tuple(comparison))

    def stacked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(n, k) covariates, (n,) marks of the treated, (n,) weights; the treated first."""
        marks = np.arange(len(self.treated) + self.n_comparison) < len(self.treated)
        return np.concatenate([run.X for run in self.runs], axis=1).T, marks, np.concatenate([run.w for run in self.runs])

    def changes(self, run: Run, piece: slice, out: np.ndarray) -> np.ndarray:
        """(m, units of the piece) written into ``out``."""
        out = out[:, : len(run.w[piece])]
        for row, late, base in zip(out, self.late, self.base, strict=True):
            np.subtract(run.y[late, piece], run.y[base, piece], out=row)
        return out

    def buffer(self, rows: int) -> np.ndarray:
        """Room for so many numbers per unit of a piece."""
        return np.empty((rows, min(_PIECE, max(map(len, self.runs)))))


def gram(run: Run, weights: np.ndarray | None = None) -> np.ndarray:
    """(k, k) sums of products of covariates, weighted if asked."""
    k = len(run.X)
    out, room = np.zeros((k, k)), np.empty((k, min(_PIECE, len(run))))
    for piece in run.pieces():
        X = run.X[:, piece]
        out += (X if weights is None else np.multiply(X, weights[piece], out=room[:, : X.shape[1]])) @ X.T
    return out
