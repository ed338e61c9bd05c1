"""Covariance of imputed effects and of the leads that test them, from sums of scores within clusters."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import TooFewUnits
from whatworks.did.imputation_data import Block, ImputationData
from whatworks.did.imputation_effects import CellEffects
from whatworks.did.imputation_fit import UntreatedFit
from whatworks.did.imputation_leads import LeadFit
from whatworks.did.regression import sum_by


@dataclass(frozen=True, kw_only=True, eq=False)
class Averages:
    """Weighted means of cell effects, one for each event time.

    Attributes
    ----------
    event_times, estimates, rows, weight : (J,)
    per_weight : (C, T, J) what a treated row's weight is multiplied by in each mean
    """

    event_times: np.ndarray
    estimates: np.ndarray
    rows: np.ndarray
    weight: np.ndarray
    per_weight: np.ndarray = field(repr=False)


def averages(cells: CellEffects, event_times: np.ndarray, picked: np.ndarray) -> Averages:
    """Means over the (J, C, T) picked cells, by the weight of their rows."""
    chosen = np.moveaxis(picked & (cells.weight > 0), 0, 2)
    weight = np.einsum("ctj,ct->j", chosen, cells.weight)
    per_weight = chosen / weight
    return Averages(
        event_times=event_times,
        estimates=np.einsum("ctj,ct->j", per_weight, cells.total),
        rows=np.einsum("ctj,ct->j", chosen, cells.rows),
        weight=weight,
        per_weight=per_weight,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """How each unit moves the leads and the averages.

    A unit's score is the sum of its weights in the estimate times residuals. Weights on untreated rows are minus the regression's
    prediction of the weights on treated rows; treated residuals are taken from the average effect of the unit's cell, because an
    effect and its noise cannot be told apart: the variance is conservative where effects differ within a cell.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91:3253-3285, theorem 3 and section 4.3 (the variance), and
    section 4.4 (leads in the untreated rows' own regression).
    """

    data: ImputationData
    cells: CellEffects
    means: Averages
    fit: UntreatedFit
    leads: LeadFit
    leave_out: bool

    def covariance(self) -> np.ndarray:
        """(l + J, l + J) of leads and averages: the outer products of scores summed within clusters."""
        target = np.einsum("ctj,ctk->kj", self.means.per_weight, self.cells.design)
        imputed = self.fit.split(-self.fit.inverse @ target)
        leads = self.leads.fit.split(self.leads.fit.inverse[:, self.leads.columns])
        of_units = []
        width = len(self.leads.columns) + len(self.means.estimates)
        meat = np.zeros((width, width))
        for block in self.data.blocks():
            before = block.score(self.leads.fit.residuals(block), *leads)
            residuals = self.fit.residuals(block)
            after = block.score(residuals, *imputed) + self._treated(block, residuals)
            scores = np.hstack([before, after])
            if self.data.panel.cluster is None:
                meat += scores.T @ scores
            else:
                of_units.append(scores)
        if self.data.panel.cluster is None:
            return meat
        summed = sum_by(self.data.panel.cluster, np.vstack(of_units))
        return summed.T @ summed

    def _treated(self, block: Block, residuals: np.ndarray) -> np.ndarray:
        """(m, J) sums over a block's treated rows."""
        c, k = block.cohort, block.start
        apart = block.weights[:, k:] * (residuals[:, k:] - self.cells.auxiliary[c, k:])
        if self.leave_out and k < residuals.shape[1]:
            first = self.data.units_of(c).start
            member = self.cells.member[c][block.units.start - first : block.units.stop - first]
            left = self.cells.squares[c, k:] - self.cells.in_clusters[c][member] ** 2
            # A time without imputed rows has nothing to leave out; its residuals weigh nothing.
            apart = apart * np.divide(self.cells.squares[c, k:], left, out=np.zeros_like(left), where=left > 0)
        return apart @ self.means.per_weight[c, k:]


def refuse_lone_clusters(cells: CellEffects) -> None:
    """Without its own cluster, a cell of one cluster has no average.

    Raises
    ------
    TooFewUnits
    """
    lone = sum(int(((weights > 0).sum(axis=0) == 1).sum()) for weights in cells.in_clusters)
    if lone:
        raise TooFewUnits(
            f"leave_out=True averages the other clusters of a cell, and {lone} cells of cohort and time have one cluster only. "
            "Use leave_out=False, or leave those cohorts out."
        )
