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
# Units scored at once where nearly every unit is its own profile.
_CHUNK = 4096


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
    y = _outcome_within_units(design)
    unit_sum = np.bincount(design.profile, design.unit_weights, minlength=len(weights))
    y_sum = np.column_stack([np.bincount(design.profile, design.unit_weights * column, minlength=len(weights)) for column in y.T])
    periods, slopes = _regressors_within_units(design)
    joint = np.concatenate([periods, slopes], axis=2)
    n_periods = periods.shape[2]
    flat = joint.reshape(weights.size, -1)
    gram = flat.T @ (flat * (weights * unit_sum[:, None]).reshape(-1, 1))
    right = flat.T @ (weights * y_sum).ravel()
    solution = np.linalg.solve(gram, right)
    residuals = y - (joint @ solution)[design.profile]
    projected, bread = _without_periods(gram, periods, slopes)
    meat, clusters = _meat(design, projected * weights[:, :, None], residuals)
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


def _outcome_within_units(design: TwoWayDesign) -> np.ndarray:
    """The outcome (n, T) minus each unit's weighted mean; 0 where unobserved."""
    weights = design.period_weights[design.profile]
    used = weights > 0
    y = np.where(used, design.outcome, 0.0)
    means = np.einsum("nt,nt->n", weights, y) / weights.sum(axis=1)
    return np.where(used, y - means[:, None], 0.0)


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


def _meat(design: TwoWayDesign, regressors: np.ndarray, residuals: np.ndarray) -> tuple[np.ndarray, int]:
    """Outer products of the scores summed within clusters, and the number of clusters."""
    k = regressors.shape[2]
    clusters = len(residuals) if design.cluster is None else int(design.cluster.max()) + 1
    if clusters < 2:
        raise TooFewUnits(f"Clustered standard errors need at least 2 clusters; found {clusters}. Cluster at a finer level.")
    meat = np.zeros((k, k))
    sums = None if design.cluster is None else np.zeros((clusters, k))
    for units, scores in _scores(design, regressors, residuals):
        if sums is None or design.cluster is None:
            meat += scores.T @ scores
            continue
        members = sparse.csr_array(
            (np.ones(len(units)), (design.cluster[units], np.arange(len(units)))), shape=(clusters, len(units))
        )
        sums += members @ scores
    return (meat if sums is None else sums.T @ sums), clusters


def _scores(design: TwoWayDesign, regressors: np.ndarray, residuals: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each unit's sum of regressor times residual, some units at a time."""
    weighted = residuals * design.unit_weights[:, None]
    order = np.argsort(design.profile, kind="stable")
    P = len(regressors)
    if len(residuals) // 8 < P:
        for start in range(0, len(order), _CHUNK):
            units = order[start : start + _CHUNK]
            yield units, np.einsum("ntk,nt->nk", regressors[design.profile[units]], weighted[units])
        return
    ends = np.searchsorted(design.profile[order], np.arange(P + 1))
    for p in range(P):
        units = order[ends[p] : ends[p + 1]]
        yield units, weighted[units] @ regressors[p]
