"""The regression on untreated rows that imputation rests on: unit effects, period effects, covariates and, to test it, leads."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from whatworks.did.imputation_data import Block, ImputationData

# What must be left of a column's squared length after the columns before it; sums of squares carry about thirteen digits.
_ABSORBED = 1e-11


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """Cross-products of the untreated rows, unit means taken out, by cohort.

    Columns are the (time, x) pairs, time by time, then the changing covariates: K = T q + m.

    Attributes
    ----------
    gram : (C, K, K); right : (C, K)
    n_times, n_x : T and q
    """

    gram: np.ndarray = field(repr=False)
    right: np.ndarray = field(repr=False)
    n_times: int
    n_x: int


@dataclass(frozen=True, kw_only=True, eq=False)
class UntreatedFit:
    """Coefficients of the untreated rows' regression.

    Attributes
    ----------
    columns : the design's columns as combinations of the moments' K columns, by cohort: (C, K, P)
    coefficients : (P,); 0 for those left out
    inverse : (P, P) of the cross-product of the kept columns, 0 elsewhere
    kept : (P,)
    gram : (P, P) of all columns
    """

    columns: np.ndarray = field(repr=False)
    coefficients: np.ndarray
    inverse: np.ndarray = field(repr=False)
    kept: np.ndarray
    gram: np.ndarray = field(repr=False)
    n_times: int
    n_x: int

    def split(self, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(P, J) directions as (C, T, q, J) per cohort and time, and (m, J) for the changing covariates."""
        size = self.n_times * self.n_x
        spread = self.columns @ directions
        shape = (len(spread), self.n_times, self.n_x, directions.shape[1])
        # Leads are made of time columns alone, so every cohort has the same slopes on changing covariates.
        return spread[:, :size].reshape(shape), spread[0, size:]

    @cached_property
    def _prediction(self) -> tuple[np.ndarray, np.ndarray]:
        periods, slopes = self.split(self.coefficients[:, None])
        return periods[..., 0], slopes[:, 0]

    def residuals(self, block: Block) -> np.ndarray:
        """(m, T) outcome minus its prediction: noise where untreated, with the effect where treated."""
        return block.y - block.fitted(*self._prediction)

    def null_directions(self) -> np.ndarray:
        """(P, r) combinations of columns that are zero on every untreated row, one for each column left out."""
        out = np.eye(len(self.kept))[:, ~self.kept]
        out[self.kept] = -self.inverse[np.ix_(self.kept, self.kept)] @ self.gram[np.ix_(self.kept, ~self.kept)]
        return out


def untreated_moments(data: ImputationData) -> Moments:
    """Sum the cross-products of the untreated rows; no design matrix is made."""
    T, q, m = data.n_times, data.x.shape[1], data.z.shape[2]
    K, C = T * q + m, len(data.cohorts)
    gram, right = np.zeros((C, K, K)), np.zeros((C, K))
    for block in data.blocks():
        k, x = block.start, block.x
        s, y, z = block.weights[:, :k], block.y[:, :k], block.z[:, :k]
        own, into = gram[block.cohort], right[block.cohort]
        for a in range(q):
            at = np.arange(k) * q + a
            sx = s if a == 0 else s * x[:, a, None]
            into[at] += np.einsum("nt,nt->t", sx, y)
            own[at, T * q :] += np.einsum("nt,ntm->tm", sx, z)
            for b in range(a, q):
                sxx = sx if b == 0 else sx * x[:, b, None]
                product = np.diag(sxx.sum(axis=0)) - block.share.T @ sxx
                own[np.ix_(at, np.arange(k) * q + b)] += product
                if a != b:
                    own[np.ix_(np.arange(k) * q + b, at)] += product.T
        if m:
            flat = z.reshape(-1, m)
            own[T * q :, T * q :] += (flat * s.reshape(-1, 1)).T @ flat
            into[T * q :] += flat.T @ (s * y).ravel()
    gram[:, T * q :, : T * q] = np.swapaxes(gram[:, : T * q, T * q :], 1, 2)
    return Moments(gram=gram, right=right, n_times=T, n_x=q)


def fit_untreated(moments: Moments, leads: np.ndarray | None = None) -> UntreatedFit:
    """Solve for the period effects, covariate slopes and, if asked, leads.

    Parameters
    ----------
    moments : of :func:`untreated_moments`
    leads : (C, T, l) marks of the times before each cohort's start that get a coefficient; None fits none
    """
    C, K = moments.right.shape
    columns = np.broadcast_to(np.eye(K), (C, K, K))
    if leads is not None:
        marks = np.zeros((C, K, leads.shape[2]))
        marks[:, : moments.n_times * moments.n_x : moments.n_x] = leads
        columns = np.concatenate([columns, marks], axis=2)
    gram = np.einsum("ckp,ckl,clr->pr", columns, moments.gram, columns, optimize=True)
    right = np.einsum("ckp,ck->p", columns, moments.right)
    kept = independent_in_gram(gram)
    inverse = np.zeros_like(gram)
    inverse[np.ix_(kept, kept)] = np.linalg.inv(gram[np.ix_(kept, kept)])
    coefficients = np.zeros(len(kept))
    coefficients[kept] = np.linalg.solve(gram[np.ix_(kept, kept)], right[kept])
    return UntreatedFit(
        columns=columns,
        coefficients=coefficients,
        inverse=inverse,
        kept=kept,
        gram=gram,
        n_times=moments.n_times,
        n_x=moments.n_x,
    )


def independent_in_gram(gram: np.ndarray) -> np.ndarray:
    """Mark the columns of a design, known by its cross-product, that are no combination of the columns before them.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [1.0, 2, 3, 4], [3.0, 5, 7, 9]])
    >>> independent_in_gram(X.T @ X).tolist()
    [True, True, False]
    """
    left = gram.copy()
    length = np.diag(gram).copy()
    keep = np.zeros(len(gram), dtype=bool)
    for column in range(len(gram)):
        pivot = left[column, column]
        keep[column] = pivot > _ABSORBED * length[column]
        if keep[column]:
            left -= np.outer(left[column], left[column]) / pivot
    return keep
