"""Imputed effects by cohort and time, and the scores from which their covariance comes."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from whatworks.did.imputation_data import ImputationData
from whatworks.did.imputation_fit import UntreatedFit
from whatworks.did.regression import sum_by

# A prediction moves by this much along a direction that the untreated rows say nothing about: it is not identified.
_MOVED = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class CellEffects:
    """Sums over the treated rows of each cohort and time.

    Attributes
    ----------
    rows, weight : (C, T) imputed rows and their weight
    total : (C, T) weighted sum of outcome minus imputed outcome
    design : (C, T, K) weighted sum of the design's columns, unit means taken out
    auxiliary : (C, T) the average effect from which residuals are taken
    squares : (C, T) sum of squared weights, summed within clusters before
    in_clusters : C times (G, T - start) weights summed within clusters
    member : C times (units,) the cluster of each unit of the cohort, 0 ... G-1
    """

    rows: np.ndarray
    weight: np.ndarray
    total: np.ndarray
    design: np.ndarray = field(repr=False)
    auxiliary: np.ndarray = field(repr=False)
    squares: np.ndarray
    in_clusters: list[np.ndarray] = field(repr=False)
    member: list[np.ndarray] = field(repr=False)


def only_identified(data: ImputationData, fit: UntreatedFit) -> ImputationData:
    """Leave out treated rows whose untreated outcome the untreated rows cannot predict, and count them.

    That is so in a time without untreated units, where units and times fall into unconnected groups, and where a covariate takes
    values that no untreated row has.
    """
    q = fit.n_x
    empty = ~(np.diag(fit.gram)[: fit.n_times * q : q] > 0)
    late = np.arange(fit.n_times) >= data.starts[:, None]
    seen = data.seen
    if (empty & late).any():
        seen = seen & ~((empty & late)[np.searchsorted(data.cohorts, data.panel.cohort)])
    # One period's columns say nothing beside unit effects; of those of empty times neither do.
    if (~fit.kept).sum() > q * (1 + empty.sum()):
        seen = seen.copy() if seen is data.seen else seen
        periods, slopes = fit.split(fit.null_directions())
        for block in data.blocks():
            moved = np.zeros(block.y.shape, dtype=bool)
            for direction in range(slopes.shape[1]):
                moved |= np.abs(block.fitted(periods[..., direction], slopes[:, direction])) > _MOVED
            moved[:, : block.start] = False
            seen[block.units] &= ~moved
    if seen is data.seen:
        return data
    return replace(data, seen=seen, unpredicted=int(data.seen.sum() - seen.sum()))


def cell_effects(data: ImputationData, fit: UntreatedFit) -> CellEffects:
    """Sum treated rows by cohort and time, with the auxiliary averages of the variance.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91:3253-3285, section 4.3: within a cell, effects are averaged
    with weights proportional to their squared weights in the estimate, summed within clusters.
    """
    C, T = len(data.cohorts), data.n_times
    cells = CellEffects(
        rows=np.zeros((C, T)),
        weight=np.zeros((C, T)),
        total=np.zeros((C, T)),
        design=np.zeros((C, T, T * data.x.shape[1] + data.z.shape[2])),
        auxiliary=np.zeros((C, T)),
        squares=np.zeros((C, T)),
        in_clusters=[],
        member=[],
    )
    for c, k in enumerate(data.starts):
        weights, effects = _treated_rows(data, fit, c, cells.design[c])
        cells.rows[c, k:] = (weights > 0).sum(axis=0)
        cells.weight[c, k:] = weights.sum(axis=0)
        cells.total[c, k:] = effects.sum(axis=0)
        member = _members(data, c)
        weights, effects = sum_by(member, weights), sum_by(member, effects)
        cells.squares[c, k:] = np.einsum("gt,gt->t", weights, weights)
        cells.auxiliary[c, k:] = _ratio(np.einsum("gt,gt->t", weights, effects), cells.squares[c, k:])
        cells.in_clusters.append(weights)
        cells.member.append(member)
    return cells


def _treated_rows(data: ImputationData, fit: UntreatedFit, c: int, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and weighted effects (n, T - start) of a cohort; the weighted columns are added to ``design``."""
    T, q, k = data.n_times, data.x.shape[1], int(data.starts[c])
    weights, effects = [np.zeros((0, T - k))], [np.zeros((0, T - k))]
    for block in data.blocks_of(c) if k < T else ():
        s = block.weights[:, k:]
        weights.append(s)
        effects.append(s * fit.residuals(block)[:, k:])
        for a in range(q):
            sx = s if a == 0 else s * block.x[:, a, None]
            design[k:, np.arange(k) * q + a] -= sx.T @ block.share
            design[np.arange(k, T), np.arange(k, T) * q + a] += sx.sum(axis=0)
        design[k:, T * q :] += np.einsum("nt,ntm->tm", s, block.z[:, k:])
    return np.vstack(weights), np.vstack(effects)


def _members(data: ImputationData, c: int) -> np.ndarray:
    """The clusters of a cohort's units, numbered from 0; each unit its own without clusters."""
    units = data.units_of(c)
    if data.panel.cluster is None:
        return np.arange(units.stop - units.start)
    return pd.factorize(data.panel.cluster[units])[0]


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotients; 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
