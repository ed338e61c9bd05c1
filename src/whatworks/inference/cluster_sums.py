"""A regression summed up cluster by cluster, for one of its coefficients: all that few-cluster inference has to know.

Columns are turned into directions that are orthonormal over the whole sample; the last is the regressor asked about, cleared of
all the others. Its sums within clusters are enough for the wild bootstrap and for CR2, however many rows a cluster has.
"""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import InvalidOption, NotIdentified
from whatworks.inference.sandwich import cluster_codes
from whatworks.inference.two_way import TwoWayDesign

# Directions shorter than this share of the longest, and a regressor of which less than this is its own, are rounding.
_TOLERANCE = 1e-10
# Numbers held at once: 400 MB. Only thousands of clusters with many columns reach it, and they need no such inference.
_MOST_NUMBERS = 50_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class ClusterSums:
    """One coefficient of a least squares fit, and what each cluster adds to it.

    Attributes
    ----------
    gram : (G, r, r) sums of products of the directions within clusters; over all clusters they are the identity
    cross : (G, r) sums of products of the directions with the outcome
    length : of the regressor cleared of the other columns; the coefficient is the last direction's over this

    References
    ----------
    Frisch & Waugh (1933), Econometrica 1:387-401; Roodman, MacKinnon, Nielsen & Webb (2019), Stata Journal 19:4-60, section 5.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> sums = sum_by_cluster(X, np.array([1.0, 3, 5, 7]), np.array([0, 0, 1, 1]), column=1)
    >>> round(sums.estimate, 10)
    2.0
    """

    gram: np.ndarray = field(repr=False)
    cross: np.ndarray = field(repr=False)
    length: float

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return len(self.cross)

    @property
    def estimate(self) -> float:
        """The coefficient, in units of the outcome per unit of the regressor."""
        return float(self.cross[:, -1].sum() / self.length)


def sum_by_cluster(
    X: np.ndarray, y: np.ndarray, cluster: np.ndarray, *, column: int, weights: np.ndarray | None = None
) -> ClusterSums:
    """Sum a regression up by cluster.

    Parameters
    ----------
    X : (n, k) design matrix; add the column of ones yourself
    y : (n,) outcome, any unit
    cluster : (n,) labels
    column : position in ``X`` of the regressor asked about
    weights : (n,) weights >= 0; None weighs every row alike

    Returns
    -------
    :class:`ClusterSums`

    Raises
    ------
    NotIdentified
        If the regressor is a combination of the other columns.
    TooFewUnits
        If there is one cluster only.
    InvalidOption
        If there are so many clusters that ordinary clustered inference is the better choice.

    References
    ----------
    Roodman, MacKinnon, Nielsen & Webb (2019), Stata Journal 19:4-60, section 5.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> sums = sum_by_cluster(X, np.array([1.0, 3, 5, 7]), np.array(["a", "a", "b", "b"]), column=1)
    >>> round(sums.estimate, 10), sums.clusters
    (2.0, 2)
    """
    codes, groups = cluster_codes(cluster)
    k = X.shape[1]
    _refuse_too_many(groups, k)
    order = np.argsort(codes, kind="stable")
    last = [other for other in range(k) if other != column] + [column]
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    rows, outcome = (np.asarray(X, dtype=float)[:, last] * root[:, None])[order], (y * root)[order]
    starts = np.searchsorted(codes[order], np.arange(groups))
    gram, cross = np.empty((groups, k, k)), np.empty((groups, k))
    for g, (start, stop) in enumerate(zip(starts, [*starts[1:], len(y)], strict=True)):
        gram[g], cross[g] = rows[start:stop].T @ rows[start:stop], rows[start:stop].T @ outcome[start:stop]
    return _orthonormal(gram, cross)


def sum_two_way_by_cluster(design: TwoWayDesign) -> ClusterSums:
    """Sum a regression with unit and period effects and one regressor up by cluster.

    Unit effects lie within clusters and are taken out first; period effects stay as columns, since every cluster shares them.

    Parameters
    ----------
    design : :class:`~whatworks.inference.TwoWayDesign` with one regressor

    Returns
    -------
    :class:`ClusterSums`; weights are worked in.

    Raises
    ------
    NotIdentified
        If the regressor is a combination of unit and period effects.
    InvalidOption
        If there are so many clusters that ordinary clustered inference is the better choice.

    References
    ----------
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36:672-683, theorem 2 (absorbing effects nested in
    clusters changes neither CR2 nor its degrees of freedom).

    Examples
    --------
    >>> treated = np.array([[[0.0], [0.0]], [[0.0], [1.0]]])
    >>> design = ww.inference.TwoWayDesign(outcome=np.array([[1.0, 2], [2, 4], [3, 9], [5, 10]]), regressors=treated,
    ...     profile=np.array([0, 0, 1, 1]), period_weights=np.ones((2, 2)), unit_weights=np.ones(4))
    >>> round(sum_two_way_by_cluster(design).estimate, 10)
    4.0
    """
    weights, P = design.period_weights, len(design.period_weights)
    within = _within_units(design)
    cluster = np.arange(len(design.profile)) if design.cluster is None else design.cluster
    groups = int(cluster.max()) + 1
    k = within.shape[2]
    _refuse_too_many(groups, k)
    pairs, code = np.unique(cluster * P + design.profile, return_inverse=True)
    cluster_of, profile_of = np.divmod(pairs, P)
    used = weights[design.profile] > 0
    y = np.where(used, design.outcome, 0.0) * design.unit_weights[:, None]
    y_sum = np.column_stack([np.bincount(code, column, minlength=len(pairs)) for column in y.T])
    weight_sum = np.bincount(code, design.unit_weights, minlength=len(pairs))
    weighted = within * weights[:, :, None]
    gram, cross = np.zeros((groups, k, k)), np.zeros((groups, k))
    np.add.at(gram, cluster_of, np.einsum("ptk,ptl->pkl", weighted, within)[profile_of] * weight_sum[:, None, None])
    np.add.at(cross, cluster_of, np.einsum("ptk,pt->pk", weighted[profile_of], y_sum))
    return _orthonormal(gram, cross)


def _within_units(design: TwoWayDesign) -> np.ndarray:
    """Period dummies, then the regressor, minus their unit means: (P, T, T); 0 where unobserved."""
    weights = design.period_weights
    P, T = weights.shape
    columns = np.concatenate([np.broadcast_to(np.eye(T)[:, 1:], (P, T, T - 1)), design.regressors], axis=2)
    means = np.einsum("pt,ptk->pk", weights, columns) / weights.sum(axis=1)[:, None]
    return np.where((weights > 0)[:, :, None], columns - means[:, None, :], 0.0)


def _orthonormal(gram: np.ndarray, cross: np.ndarray) -> ClusterSums:
    """Change to orthonormal directions; columns that say nothing of their own vanish, the last column must not."""
    total = gram.sum(axis=0)
    scale = np.sqrt(np.diag(total))
    scale = np.where(scale > 0, scale, 1.0)
    total = total / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(total[:-1, :-1]) if len(total) > 1 else (np.empty(0), np.empty((0, 0)))
    keep = values > _TOLERANCE * max(1.0, values[-1] if len(values) else 0.0)
    basis = vectors[:, keep] / np.sqrt(values[keep])
    projection = basis @ (basis.T @ total[:-1, -1])
    own = total[-1, -1] - total[-1, :-1] @ projection
    if own <= _TOLERANCE:
        raise NotIdentified(
            "The regressor asked about is a linear combination of the other columns and effects. Leave one of them out."
        )
    turn = np.zeros((len(total), basis.shape[1] + 1))
    turn[:-1, :-1] = basis
    turn[:-1, -1], turn[-1, -1] = -projection / np.sqrt(own), 1 / np.sqrt(own)
    turn /= scale[:, None]
    return ClusterSums(gram=turn.T @ gram @ turn, cross=cross @ turn, length=float(scale[-1] * np.sqrt(own)))


def _refuse_too_many(groups: int, k: int) -> None:
    if groups * k * k > _MOST_NUMBERS:
        raise InvalidOption(
            f"{groups} clusters with {k} columns are too many for CR2 and the wild bootstrap, which are made for few. "
            "Use ordinary clustered standard errors: with so many clusters they are right."
        )
