"""Which units stand behind which cells: cells that rest on the same units, covariates and weights are gathered once."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from whatworks.did.arms import Arms, Run
from whatworks.did.cells import Cell, compares
from whatworks.did.design import Design
from whatworks.did.panel import Panel


@dataclass(frozen=True, kw_only=True, eq=False)
class Gathered:
    """Cells that are estimated together.

    Attributes
    ----------
    places : their positions in the list of cells
    arms : the units
    key : the same for the same units, whatever the outcome
    """

    places: list[int]
    arms: Arms
    key: tuple


def gather(panel: Panel, cells: Sequence[Cell]) -> Iterator[Gathered]:
    """Cells with the units they rest on: those observed at both times, with covariates at the base time and a positive weight.

    Parameters
    ----------
    panel : units sorted by cohort
    cells : reference cells are passed over
    """
    gatherer = _Gatherer(panel)
    groups: dict[tuple, list[int]] = {}
    for place, cell in enumerate(cells):
        if not cell.is_reference:
            groups.setdefault(gatherer.key(cell), []).append(place)
    for key, places in groups.items():
        arms = gatherer.arms([cells[place] for place in places])
        yield Gathered(places=places, arms=arms, key=(*key, gatherer.pattern))


class _Gatherer:
    """Looks up the units of cells in one panel."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.design = Design.of(panel.covariates)
        self.cohorts, self.first = np.unique(panel.cohort, return_index=True)
        self.last = np.append(self.first[1:], len(panel.cohort))
        self.seen: np.ndarray | None = None
        self.pattern = b""
        if not (panel.covariates.ndim == 2 and panel.weights.ndim == 1 and panel.is_complete and panel.weights.min() > 0):
            self.seen = ~np.isnan(panel.outcome)
            self.pattern = hashlib.sha256(np.packbits(self.seen).tobytes()).digest()

    def key(self, cell: Cell) -> tuple:
        """Equal for cells that rest on the same units, covariates and weights."""
        comparison = tuple(self.cohorts[compares(cell, self.cohorts)])
        if self.seen is None:
            return cell.cohort, comparison
        return cell.cohort, comparison, cell.base, cell.time

    def arms(self, cells: Sequence[Cell]) -> Arms:
        """The units of cells with equal keys."""
        cell = cells[0]
        own = int(np.searchsorted(self.cohorts, cell.cohort))
        treated = self._run(slice(int(self.first[own]), int(self.last[own])), cell)
        comparison = tuple(self._run(rows, cell) for rows in self._side_by_side(compares(cell, self.cohorts)))
        if self.seen is None:
            return Arms(treated=treated, comparison=comparison, late=[c.time for c in cells], base=[c.base for c in cells])
        return Arms(treated=treated, comparison=comparison, late=[1] * len(cells), base=[0] * len(cells))

    def _side_by_side(self, marked: np.ndarray) -> Iterator[slice]:
        """Rows of the marked cohorts; neighbours make one slice."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]])))
        for start, stop in edges.reshape(-1, 2):
            yield slice(int(self.first[start]), int(self.last[stop - 1]))

    def _run(self, rows: slice, cell: Cell) -> Run:
        panel = self.panel
        if self.seen is None:
            return Run(rows=rows, X=self.design.at(rows, cell.base), w=panel.weights[rows], y=panel.outcome[rows].T)
        covariates = panel.covariates[rows] if panel.covariates.ndim == 2 else panel.covariates[rows, cell.base]
        weights = panel.weights[rows] if panel.weights.ndim == 1 else panel.weights[rows, cell.base]
        used = self.seen[rows, cell.time] & self.seen[rows, cell.base] & ~np.isnan(covariates).any(axis=1) & (weights > 0)
        where = np.flatnonzero(used)
        return Run(
            rows=rows.start + where,
            X=self.design.at(rows.start + where, cell.base),
            w=weights[where],
            y=np.stack([panel.outcome[rows.start + where, time] for time in (cell.base, cell.time)]),
        )
