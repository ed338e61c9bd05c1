"""All group-time effects: cells that rest on the same units are estimated together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.did.arms import Arms, gram
from whatworks.did.cells import Cell, compares
from whatworks.did.cross_section_effects import cross_section_effects
from whatworks.did.cross_sections import CrossSections
from whatworks.did.gathering import Gathered, gather
from whatworks.did.panel import Panel
from whatworks.did.panel_effects import WEIGHTING, Effects, panel_effects
from whatworks.did.propensity import Propensity, propensity
from whatworks.inference import Influence, InfluenceBlock, independent_columns
from whatworks.inference.rank import is_surely_of_full_rank

# One unit has no spread, so it has no standard error.
_FEWEST = 2
# Units that are looked at first to see whether covariates are independent.
_ENOUGH = 20_000


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

    def note_lost(self, names: Sequence[str], keep: np.ndarray, cells: int) -> None:
        """Count the covariates left out; levels of one covariate share its name, and a cell counts once."""
        for name in dict.fromkeys(name for name, kept in zip(names, keep[1:], strict=True) if not kept):
            self.lost_covariates[name] = self.lost_covariates.get(name, 0) + cells

    def influence(self, shares: np.ndarray, cohorts: Sequence[slice], cluster: np.ndarray | None) -> Influence:
        """Contributions to the cells, and after them to each cohort's share of all units.

        Parameters
        ----------
        shares : (n,) each unit's share of the total weight
        cohorts : rows of the estimated cohorts, in their order
        cluster : (n,) or None
        """
        m = len(self.cells)
        own = [InfluenceBlock(rows=rows, columns=np.array([m + g]), values=shares[rows, None]) for g, rows in enumerate(cohorts)]
        return Influence(n_rows=len(shares), n_columns=m + len(cohorts), blocks=(*self.blocks, *own), cluster=cluster)


Scores = dict[tuple, Propensity | NotIdentified | NotConverged]


def cohort_effects(
    data: Panel | CrossSections, cells: Sequence[Cell], *, estimator: str, scores: Scores | None = None
) -> CohortEffects:
    """Estimate every cell, in the way that fits how units were observed; arguments as below."""
    if isinstance(data, Panel):
        return cohort_effects_on_panel(data, cells, estimator=estimator, scores=scores)
    return cohort_effects_on_cross_sections(data, cells, estimator=estimator)


def cohort_effects_on_panel(
    panel: Panel, cells: Sequence[Cell], *, estimator: str, scores: Scores | None = None
) -> CohortEffects:
    """Estimate every cell from the units observed at both of its times.

    Parameters
    ----------
    panel : units sorted by cohort
    cells : of :func:`whatworks.did.cells.plan_cells`
    estimator : as in :func:`whatworks.did.panel_effects.panel_effects`
    scores : propensity scores of other outcomes of the same units, taken where the same units are seen; those that are found
        here are added

    Returns
    -------
    :class:`CohortEffects`. Covariates and weights that change over time are taken at the base time.
    """
    out = CohortEffects.empty(cells, len(panel.cohort))
    scores = {} if scores is None else scores
    for gathered in gather(panel, cells):
        arms = gathered.arms
        out.n_treated[gathered.places], out.n_comparison[gathered.places] = len(arms.treated), arms.n_comparison
        if min(len(arms.treated), arms.n_comparison) < _FEWEST:
            reason = (
                f"{len(arms.treated)} treated and {arms.n_comparison} comparison units; at least {_FEWEST} of each are needed"
            )
            out.reasons.update(dict.fromkeys(gathered.places, reason))
            continue
        keep = _independent(arms)
        out.note_lost(panel.names, keep, len(gathered.places))
        arms = arms.only(keep)
        _record(out, gathered.places, [run.rows for run in arms.runs], partial(_estimate, arms, estimator, gathered, scores))
    return out


def _estimate(arms: Arms, estimator: str, gathered: Gathered, scores: Scores) -> Effects:
    if estimator not in WEIGHTING:
        return panel_effects(arms, estimator=estimator)
    if gathered.key not in scores:
        try:
            scores[gathered.key] = propensity(arms, estimator)
        except (NotIdentified, NotConverged) as error:
            scores[gathered.key] = error
    score = scores[gathered.key]
    if isinstance(score, Exception):
        raise score
    return panel_effects(arms, estimator=estimator, score=score)


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
        out.n_treated[place], out.n_comparison[place] = int(treated.sum()), int((~treated).sum())
        if min(np.bincount(2 * treated + post, minlength=4)) < _FEWEST:
            out.reasons[place] = "fewer than 2 treated or 2 comparison rows at one of the two times"
            continue
        X = np.column_stack([np.ones(len(rows)), data.covariates[rows]])
        keep = independent_columns(X)
        out.note_lost(data.names, keep, 1)
        y = data.outcome[rows]
        _record(out, [place], [rows], partial(cross_section_effects, y, post, X[:, keep], treated, w, estimator=estimator))
    return out


def _record(out: CohortEffects, places: list[int], rows: Sequence[slice | np.ndarray], estimate: Callable[[], Effects]) -> None:
    """Estimate some cells and write down the answer, or why there is none."""
    try:
        effects = estimate()
    except (NotIdentified, NotConverged) as error:
        out.reasons.update(dict.fromkeys(places, str(error)))
        return
    out.estimates[places] = effects.estimates
    for where, beyond in zip(rows, effects.beyond, strict=False):
        out.beyond[where] |= beyond
    for where, values in zip(rows, effects.contributions, strict=True):
        out.blocks.append(InfluenceBlock(rows=where, columns=np.array(places), values=values))


def _independent(arms: Arms) -> np.ndarray:
    """Mark the covariates that say something of their own among these units."""
    k = len(arms.treated.X)
    # Columns that are independent among some of the units are so among all.
    some = arms.thinned(1 + (len(arms.treated) + arms.n_comparison) // _ENOUGH)
    if k == 1 or is_surely_of_full_rank(np.sum([gram(run) for run in some.runs], axis=0)):
        return np.ones(k, dtype=bool)
    return independent_columns(arms.stacked()[0])
