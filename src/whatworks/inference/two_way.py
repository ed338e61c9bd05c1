"""Least squares with unit and period effects, exact on unbalanced and weighted panels, without a dummy per unit.

Units with the same regressors, the same observed periods and proportional weights form a *profile*: within it, the regressors
after unit means are taken out are the same for all. So sums over units become sums over profiles, period effects are solved for
beside the slopes, and nothing iterates. In a roll-out the regressors depend on cohort and period alone, and profiles are few.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from whatworks.core.errors import NotIdentified, TooFewUnits
from whatworks.inference.rank import independent_columns
from whatworks.inference.sandwich import small_sample_factor

# What is left of a column after unit means, as a share of it, that is only rounding.
_ABSORBED = 1e-10
# Units handled at once: few enough for their arrays to stay in the processor's cache.
_CHUNK = 8192
# With fewer units to a profile than this, profiles one by one cost more than regressors unit by unit.
_SHARED = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoWayFit:
    """Slopes of a regression with unit and period effects.

    Attributes
    ----------
    coefficients : (k,) slopes
    vcov : (k, k) clustered, with the factor (n-1)/(n-K) x G/(G-1); K counts slopes and periods, not the unit effects that
        are nested in the clusters
    vcov_no_small_sample : without that factor
    nobs, clusters : rows used, clusters

    Examples
    --------
    >>> treated = np.array([[[0.0], [0.0]], [[0.0], [1.0]]])
    >>> design = TwoWayDesign(outcome=np.array([[1.0, 2], [2, 4], [3, 9], [5, 10]]), regressors=treated,
    ...                       profile=np.array([0, 0, 1, 1]), period_weights=np.ones((2, 2)),
    ...                       unit_weights=np.ones(4), cluster=None)
    >>> fit_two_way(design).nobs
    8
    """

    coefficients: np.ndarray
    vcov: np.ndarray = field(repr=False)
    vcov_no_small_sample: np.ndarray = field(repr=False)
    nobs: int
    clusters: int


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoWayDesign:
    """The regression to fit, in wide form.

    Parameters
    ----------
    outcome : (n, T) one row per unit, NaN where unobserved
    regressors : (P, T, K) per profile
    profile : (n,) profile of each unit, whole numbers from 0
    period_weights : (P, T) weight within the profile; 0 where its units are unobserved
    unit_weights : (n,) what a unit's weights are multiplied by
    cluster : (n,) whole numbers from 0, or None to cluster by unit

    Examples
    --------
    >>> treated = np.array([[[0.0], [0.0]], [[0.0], [1.0]]])
    >>> design = TwoWayDesign(outcome=np.array([[1.0, 2], [2, 4], [3, 9], [5, 10]]), regressors=treated,
    ...                       profile=np.array([0, 0, 1, 1]), period_weights=np.ones((2, 2)),
    ...                       unit_weights=np.ones(4), cluster=None)
    >>> design.outcome.shape
    (4, 2)
    """

    outcome: np.ndarray = field(repr=False)
    regressors: np.ndarray = field(repr=False)
    profile: np.ndarray = field(repr=False)
    period_weights: np.ndarray = field(repr=False)
    unit_weights: np.ndarray = field(repr=False)
    cluster: np.ndarray | None = field(default=None, repr=False)


def fit_two_way(design: TwoWayDesign) -> TwoWayFit:
    """Slopes of the outcome on the regressors, given unit and period effects, with clustered covariance.

    Parameters
    ----------
    design : :class:`TwoWayDesign`

    Returns
    -------
    :class:`TwoWayFit`, in units of the outcome per unit of the regressor.

    Raises
    ------
    NotIdentified
        If a regressor is a combination of unit effects, period effects and the other regressors.
    TooFewUnits
        If there are fewer than two clusters or too few rows.

    References
    ----------
    Frisch & Waugh (1933), Econometrica 1:387-401; Cameron & Miller (2015), Journal of Human Resources 50:317-372.

    Examples
    --------
    >>> treated = np.array([[[0.0], [0.0]], [[0.0], [1.0]]])
    >>> design = TwoWayDesign(outcome=np.array([[1.0, 2], [2, 4], [3, 9], [5, 10]]), regressors=treated,
    ...     profile=np.array([0, 0, 1, 1]), period_weights=np.ones((2, 2)), unit_weights=np.ones(4))
    >>> fit_two_way(design).coefficients.round(10).tolist()
    [4.0]
    """
    weights = design.period_weights
    unit_sum = np.bincount(design.profile, design.unit_weights, minlength=len(weights))
    periods, slopes = _regressors_within_units(design)
    joint = np.concatenate([periods, slopes], axis=2)
    n_periods = periods.shape[2]
    flat = joint.reshape(weights.size, -1)
    gram = flat.T @ (flat * (weights * unit_sum[:, None]).reshape(-1, 1))
    right = flat.T @ (weights * _outcome_by_profile(design)).ravel()
    solution = np.linalg.solve(gram, right)
    projected, bread = _without_periods(gram, periods, slopes)
    meat, clusters = _meat(design, projected * weights[:, :, None], joint @ solution)
    vcov = bread @ meat @ bread
    nobs = int((weights > 0).sum(axis=1)[design.profile].sum())
    k = len(right) - n_periods
    charged = k + weights.shape[1]
    if nobs <= charged:
        raise TooFewUnits(f"{charged} slopes and periods need more rows than that; found {nobs}. Use a simpler model.")
    return TwoWayFit(
        coefficients=solution[n_periods:],
        vcov=vcov * small_sample_factor(nobs, charged, clusters),
        vcov_no_small_sample=vcov,
        nobs=nobs,
        clusters=clusters,
    )


@dataclass(frozen=True, eq=False)
class _Units:
    """Some units, their profile (one for all, or one each), and their outcome minus unit means, 0 where unobserved."""

    rows: slice | np.ndarray
    profile: int | np.ndarray
    outcome: np.ndarray
    weights: np.ndarray


def _units(design: TwoWayDesign) -> Iterator[_Units]:
    """All units, some at a time; of one profile where profiles are few, so that their regressors are shared."""
    n, P = len(design.outcome), len(design.period_weights)
    order = None if (np.diff(design.profile) >= 0).all() else np.argsort(design.profile, kind="stable")
    if n < _SHARED * P:
        for first in range(0, n, _CHUNK):
            rows = slice(first, first + _CHUNK)
            yield _within_units(design, rows, design.profile[rows])
        return
    ends = np.cumsum(np.bincount(design.profile, minlength=P))
    for p, end in enumerate(ends):
        for first in range(ends[p - 1] if p else 0, end, _CHUNK):
            rows = slice(first, min(first + _CHUNK, end))
            yield _within_units(design, rows if order is None else order[rows], p)


def _within_units(design: TwoWayDesign, rows: slice | np.ndarray, profile: int | np.ndarray) -> _Units:
    weights = np.atleast_2d(design.period_weights[profile])
    used = weights > 0
    y = design.outcome[rows]
    y = y.copy() if used.all() else np.where(used, y, 0.0)
    y -= np.einsum("nt,nt->n", np.broadcast_to(weights / weights.sum(axis=1, keepdims=True), y.shape), y)[:, None]
    if not used.all():
        y *= used
    return _Units(rows, profile, y, design.unit_weights[rows])


def _outcome_by_profile(design: TwoWayDesign) -> np.ndarray:
    """(P, T) weighted sums of the outcome minus unit means."""
    sums = np.zeros(design.period_weights.shape)
    for units in _units(design):
        if isinstance(units.profile, int):
            sums[units.profile] += units.weights @ units.outcome
        else:
            np.add.at(sums, units.profile, units.weights[:, None] * units.outcome)
    return sums


def _regressors_within_units(design: TwoWayDesign) -> tuple[np.ndarray, np.ndarray]:
    """Period dummies and regressors minus their unit means, without period dummies that say nothing."""
    weights = design.period_weights
    P, T = weights.shape
    dummies = np.broadcast_to(np.eye(T)[:, 1:], (P, T, T - 1))
    joint = np.concatenate([dummies, design.regressors], axis=2)
    means = np.einsum("pt,ptk->pk", weights, joint) / weights.sum(axis=1)[:, None]
    seen = (weights > 0)[:, :, None]
    within = np.where(seen, joint - means[:, None, :], 0.0)
    length = np.sqrt(np.einsum("ptk,ptk->k", np.where(seen, joint, 0.0), np.where(seen, joint, 0.0)))
    left = np.sqrt(np.einsum("ptk,ptk->k", within, within))
    within[:, :, left <= _ABSORBED * length] = 0.0
    keep = independent_columns((within * np.sqrt(weights)[:, :, None]).reshape(P * T, -1))
    lost = np.flatnonzero(~keep[T - 1 :])
    if len(lost):
        raise NotIdentified(
            f"{len(lost)} of {design.regressors.shape[2]} regressors cannot be told from unit effects, period effects and the "
            f"regressors before them (positions {', '.join(map(str, lost))}, counted from 0). Leave them out."
        )
    return within[:, :, : T - 1][:, :, keep[: T - 1]], within[:, :, T - 1 :]


def _without_periods(gram: np.ndarray, periods: np.ndarray, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Regressors with period effects projected out, and the inverse of their sum of squares."""
    m = periods.shape[2]
    projection = np.linalg.solve(gram[:m, :m], gram[:m, m:])
    return slopes - periods @ projection, np.linalg.inv(gram[m:, m:] - gram[m:, :m] @ projection)


def _meat(design: TwoWayDesign, regressors: np.ndarray, fitted: np.ndarray) -> tuple[np.ndarray, int]:
    """Outer products of the scores summed within clusters, and the number of clusters."""
    k = regressors.shape[2]
    clusters = len(design.outcome) if design.cluster is None else int(design.cluster.max()) + 1
    if clusters < 2:
        raise TooFewUnits(f"Clustered standard errors need at least 2 clusters; found {clusters}. Cluster at a finer level.")
    meat = np.zeros((k, k))
    sums = np.zeros((0 if design.cluster is None else clusters, k))
    for units in _units(design):
        weighted = (units.outcome - fitted[units.profile]) * units.weights[:, None]
        if design.cluster is not None:
            members, codes = np.unique(design.cluster[units.rows], return_inverse=True)
            sums[members] += _summed_scores(units, weighted, regressors, codes, len(members))
        elif isinstance(units.profile, int):
            # With few times and many regressors, residuals are far cheaper to multiply than scores.
            meat += regressors[units.profile].T @ (weighted.T @ weighted) @ regressors[units.profile]
        else:
            scores = np.einsum("ntk,nt->nk", regressors[units.profile], weighted)
            meat += scores.T @ scores
    return (meat if design.cluster is None else sums.T @ sums), clusters


def _summed_scores(units: _Units, weighted: np.ndarray, regressors: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """(groups, k) sums of regressor times residual within groups of these units."""
    members = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(groups, len(codes)))
    if isinstance(units.profile, int):
        return np.asarray(members @ weighted @ regressors[units.profile])
    return np.asarray(members @ np.einsum("ntk,nt->nk", regressors[units.profile], weighted))
