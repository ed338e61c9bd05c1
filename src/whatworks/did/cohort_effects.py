"""All group-time effects: cells that rest on the same units are estimated together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.did.cells import Cell, compares
from whatworks.did.cross_section_effects import cross_section_effects
from whatworks.did.cross_sections import CrossSections
from whatworks.did.panel import Panel
from whatworks.did.panel_effects import Effects, panel_effects
from whatworks.inference import Influence, InfluenceBlock, independent_columns

# One unit has no spread, so it has no standard error.
_FEWEST = 2


@dataclass(kw_only=True, eq=False)
class CohortEffects:
    """Group-time effects with what is needed to average them.

    Attributes
    ----------
    cells : what was asked
    estimates : (m,) in units of the outcome; NaN where a cell cannot be estimated
    n_treated, n_comparison : (m,) units (rows, in cross-sections) with a positive weight
    reasons : why a cell has no estimate, by its position
    lost_covariates : covariates left out of a cell because they add nothing there, by name, with the number of cells
    beyond : (n,) units outside overlap in some cell
    blocks : contributions of units to estimates
    """

    cells: Sequence[Cell]
    estimates: np.ndarray
    n_treated: np.ndarray
    n_comparison: np.ndarray
    beyond: np.ndarray
    reasons: dict[int, str] = field(default_factory=dict)
    lost_covariates: dict[str, int] = field(default_factory=dict)
    blocks: list[InfluenceBlock] = field(default_factory=list)

    @classmethod
    def empty(cls, cells: Sequence[Cell], n: int) -> "CohortEffects":
        """Nothing estimated yet; reference cells are zero by construction."""
        estimates = np.array([0.0 if cell.is_reference else np.nan for cell in cells])
        counts = np.zeros((2, len(cells)), dtype=np.int64)
        return cls(cells=cells, estimates=estimates, n_treated=counts[0], n_comparison=counts[1], beyond=np.zeros(n, dtype=bool))

    def influence(self, shares: np.ndarray, codes: np.ndarray, cluster: np.ndarray | None) -> Influence:
        """Contributions to the cells, and after them to each cohort's share of all units.

        Parameters
        ----------
        shares : (n,) each unit's share of the total weight
        codes : (n,) position of the unit's cohort among the estimated ones, -1 for others
        cluster : (n,) or None
        """
        m, cohorts = len(self.cells), int(codes.max()) + 1
        blocks = list(self.blocks)
        for g in range(cohorts):
            rows = np.flatnonzero(codes == g)
            blocks.append(InfluenceBlock(rows=rows, columns=np.array([m + g]), values=shares[rows, None]))
        return Influence(n_rows=len(codes), n_columns=m + cohorts, blocks=tuple(blocks), cluster=cluster)


def cohort_effects(data: Panel | CrossSections, cells: Sequence[Cell], *, estimator: str) -> CohortEffects:
    """Estimate every cell, in the way that fits how units were observed; arguments as below."""
    if isinstance(data, Panel):
        return cohort_effects_on_panel(data, cells, estimator=estimator)
    return cohort_effects_on_cross_sections(data, cells, estimator=estimator)


def cohort_effects_on_panel(panel: Panel, cells: Sequence[Cell], *, estimator: str) -> CohortEffects:
    """Estimate every cell from the units observed at both of its times.

    Parameters
    ----------
    panel : units sorted by cohort
    cells : of :func:`whatworks.did.cells.plan_cells`
    estimator : as in :func:`whatworks.did.panel_effects.panel_effects`

    Returns
    -------
    :class:`CohortEffects`. Covariates and weights that change over time are taken at the base time.
    """
    out = CohortEffects.empty(cells, len(panel.cohort))
    seen = ~np.isnan(panel.outcome)
    if panel.covariates.ndim == 3:
        known = ~np.isnan(panel.covariates).any(axis=2)
    else:
        known = np.broadcast_to(~np.isnan(panel.covariates).any(axis=1)[:, None], seen.shape)
    complete = bool(seen.all() and known.all())
    constant = panel.covariates.ndim == 2 and panel.weights.ndim == 1
    for places in _together(cells, complete, constant):
        cell = cells[places[0]]
        treated_or_not = (panel.cohort == cell.cohort) | compares(cell, panel.cohort)
        if not complete:
            treated_or_not &= seen[:, cell.time] & seen[:, cell.base] & known[:, cell.base]
        weights = panel.weights if panel.weights.ndim == 1 else panel.weights[:, cell.base]
        rows = np.flatnonzero(treated_or_not & (weights > 0))
        dy = panel.outcome[rows]
        dy = dy[:, [cells[i].time for i in places]] - dy[:, [cells[i].base for i in places]]
        X = panel.covariates[rows] if panel.covariates.ndim == 2 else panel.covariates[rows, cell.base]
        treated = panel.cohort[rows] == cell.cohort
        w = weights[rows]
        _record(
            out,
            places,
            rows,
            treated,
            _with_constant(X, w, panel.names, out, len(places)),
            partial(panel_effects, dy, treated=treated, w=w, estimator=estimator),
        )
    return out


def cohort_effects_on_cross_sections(data: CrossSections, cells: Sequence[Cell], *, estimator: str) -> CohortEffects:
    """Estimate every cell from the rows of its two times, each row another person.

    Parameters
    ----------
    data : rows sorted by cohort
    cells, estimator : as in :func:`cohort_effects_on_panel`
    """
    out = CohortEffects.empty(cells, len(data.cohort))
    for place, cell in enumerate(cells):
        if cell.is_reference:
            continue
        here = (data.time == cell.time) | (data.time == cell.base)
        rows = np.flatnonzero(here & ((data.cohort == cell.cohort) | compares(cell, data.cohort)) & (data.weights > 0))
        treated, post, w = data.cohort[rows] == cell.cohort, data.time[rows] == cell.time, data.weights[rows]
        if min(np.bincount(2 * treated + post, minlength=4)) < _FEWEST:
            out.n_treated[place], out.n_comparison[place] = int(treated.sum()), int((~treated).sum())
            out.reasons[place] = "fewer than 2 treated or 2 comparison rows at one of the two times"
            continue
        y = data.outcome[rows]
        _record(
            out,
            [place],
            rows,
            treated,
            _with_constant(data.covariates[rows], w, data.names, out, 1),
            partial(cross_section_effects, y, post, treated=treated, w=w, estimator=estimator),
        )
    return out


def _together(cells: Sequence[Cell], complete: bool, constant: bool) -> Iterator[list[int]]:
    """Positions of cells that rest on the same units, covariates and weights."""
    groups: dict[tuple, list[int]] = {}
    for place, cell in enumerate(cells):
        if cell.is_reference:
            continue
        key = (cell.cohort, cell.not_yet_after, None if complete and constant else cell.base, None if complete else cell.time)
        groups.setdefault(key, []).append(place)
    yield from groups.values()


def _record(
    out: CohortEffects,
    places: list[int],
    rows: np.ndarray,
    treated: np.ndarray,
    design: np.ndarray,
    estimate: Callable[[np.ndarray], Effects],
) -> None:
    """Estimate some cells and write down the answer, or why there is none."""
    n_treated, n_comparison = int(treated.sum()), int((~treated).sum())
    out.n_treated[places], out.n_comparison[places] = n_treated, n_comparison
    reason = ""
    if min(n_treated, n_comparison) < _FEWEST:
        reason = f"{n_treated} treated and {n_comparison} comparison units; at least {_FEWEST} of each are needed"
    else:
        try:
            effects = estimate(design)
        except (NotIdentified, NotConverged) as error:
            reason = str(error)
    if reason:
        out.reasons.update(dict.fromkeys(places, reason))
        return
    out.estimates[places] = effects.estimates
    out.beyond[rows] |= effects.beyond
    out.blocks.append(InfluenceBlock(rows=rows, columns=np.array(places), values=effects.contributions))


def _with_constant(X: np.ndarray, w: np.ndarray, names: Sequence[str], out: CohortEffects, cells: int) -> np.ndarray:
    """Covariates with the constant first, without those that add nothing among these units; their names are noted."""
    design = np.column_stack([np.ones(len(X)), X])
    if X.shape[1] == 0 or len(X) == 0:
        return design
    keep = independent_columns(design)
    # Levels of one covariate share its name, and a cell counts once.
    for name in dict.fromkeys(name for name, kept in zip(names, keep[1:], strict=True) if not kept):
        out.lost_covariates[name] = out.lost_covariates.get(name, 0) + cells
    return design[:, keep]
