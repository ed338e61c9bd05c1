"""Group-time effects as a result: the table, its statistics, its doubts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core import Check, Provenance
from whatworks.core.timeline import time_text
from whatworks.did import checks
from whatworks.did.cells import Cell
from whatworks.did.cohort_effects import CohortEffects
from whatworks.did.credibility import composition_of
from whatworks.did.cross_sections import CrossSections
from whatworks.did.group_time import AttGtResult, GroupTime
from whatworks.did.panel import Panel
from whatworks.did.pretrends import group_time_leads, parallel_pretrends
from whatworks.did.regression import cluster_checks
from whatworks.did.table import critical_value, effects_table, vcov_table, whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What was estimated, from what.

    Attributes
    ----------
    data : units or rows, without those treated from the first time on
    effects, basis : the cells, and what averages them
    always : units left out because they are treated from the first time on
    with_scores : whether a propensity score was fitted on covariates
    """

    data: Panel | CrossSections
    effects: CohortEffects
    basis: GroupTime
    always: int
    with_scores: bool


def att_gt_result(found: Found, provenance: Provenance) -> AttGtResult:
    """The cells and their average, with every doubt."""
    data, basis = found.data, found.basis
    terms = [cell_term(basis, cell) for cell in basis.cells]
    m = len(terms)
    unknown = ~np.isfinite(basis.estimates)
    vcov = basis.vcov[:m, :m].copy()
    vcov[unknown], vcov[:, unknown] = np.nan, np.nan
    n_treated = sum(int(np.diff(np.searchsorted(data.cohort, [g, g + 1]))[0]) for g in basis.cohorts)
    conf_level = float(provenance.arguments["conf_level"])
    overall = basis.average(np.flatnonzero(~unknown & (basis.event_times >= 0)))
    return AttGtResult(
        method="did.att_gt",
        estimand="Average effect on the treated, from the start on, over all groups and times",
        measure="MD",
        unit=f"units of {provenance.arguments['outcome']}",
        effects=effects_table(
            ["ATT", *terms],
            ["headline", *["part"] * m],
            np.append(overall.estimate, basis.estimates),
            np.where(np.append(False, unknown), np.nan, basis.standard_errors([overall, *basis.each_cell()])),
            critical=critical_value(conf_level, basis.df),
            df=basis.df,
            extras=_extras(basis, found.effects.reasons, n_treated, len(data.cohort) - n_treated),
        ),
        provenance=provenance,
        conf_level=conf_level,
        statistics=_statistics(data, basis, n_treated),
        checks=_doubts(found),
        vcov=vcov_table(terms, vcov),
        group_time=basis,
    )


def _extras(basis: GroupTime, reasons: Mapping[int, str], n_treated: int, n_comparison: int) -> dict[str, pd.Series]:
    """Columns beside the seven common ones, the headline's row first."""
    times = [basis.timeline.ordinals[cell.time] for cell in basis.cells]
    reference = np.array([cell.is_reference for cell in basis.cells])
    # A reference cell compares nothing, so it has no counts.
    treated, comparison = (np.where(reference, np.nan, count) for count in (basis.n_treated, basis.n_comparison))
    return {
        "group": basis.timeline.column_of([np.nan, *(cell.cohort for cell in basis.cells)]),
        "time": basis.timeline.column_of([np.nan, *times]),
        "event_time": whole([np.nan, *basis.event_times]),
        "n_treated": whole([n_treated, *treated]),
        "n_comparison": whole([n_comparison, *comparison]),
        "reason": pd.Series(["", *(reasons.get(place, "") for place in range(len(times)))], dtype="str"),
    }


def _statistics(data: Panel | CrossSections, basis: GroupTime, n_treated: int) -> dict[str, float]:
    out: dict[str, float] = {
        "nobs": data.n_rows - data.n_dropped,
        "n_units": len(data.cohort),
        "n_treated": n_treated,
        "n_comparison": len(data.cohort) - n_treated,
        "n_dropped": data.n_dropped,
        "clusters": basis.influence.n_clusters,
        "df": basis.df,
    }
    if isinstance(data, Panel):
        out["n_incomplete_units"] = 0 if data.is_complete else int(np.isnan(data.outcome).any(axis=1).sum())
    if basis.draws is not None:
        out |= {"bootstrap_draws": len(basis.draws), "bootstrap_limit": int(basis.from_limit)}
    return out


def cell_term(basis: GroupTime, cell: Cell) -> str:
    """``ATT(group, time)`` in the caller's own labels."""
    group, time = (time_text(basis.timeline.label(ordinal)) for ordinal in (cell.cohort, basis.timeline.ordinals[cell.time]))
    return f"ATT({group}, {time})"


def _doubts(found: Found) -> tuple[Check, ...]:
    data, effects, basis = found.data, found.effects, found.basis
    estimated = np.array([not cell.is_reference for cell in basis.cells]) & np.isfinite(basis.estimates)
    terms = {cell_term(basis, basis.cells[place]): reason for place, reason in effects.reasons.items()}
    doubts = [
        parallel_pretrends(group_time_leads(basis)),
        checks.dropped_rows(data.n_dropped, data.n_rows, found.always),
        *cluster_checks(data, basis.influence.n_clusters),
        checks.small_cells(basis.n_treated[estimated], basis.n_comparison[estimated]),
        checks.unestimated_cells(terms, len(basis.cells)),
    ]
    if data.cluster is not None:
        doubts.append(checks.cohorts_of_one_cluster(_cohorts_of_one_cluster(data, basis), len(basis.cohorts)))
    if isinstance(data, Panel) and not data.is_complete:
        doubts.append(composition_of(data))
    if found.with_scores:
        doubts.append(checks.overlap(int(effects.beyond.sum())))
    if effects.lost_covariates:
        doubts.append(checks.collinear_covariates(effects.lost_covariates))
    if not np.isinf(data.cohort[-1]):
        doubts.append(checks.no_never_treated())
    return tuple(doubts)


def _cohorts_of_one_cluster(data: Panel | CrossSections, basis: GroupTime) -> int:
    assert data.cluster is not None
    bounds = [np.searchsorted(data.cohort, [g, g + 1]) for g in basis.cohorts]
    return sum(int((data.cluster[first:last] == data.cluster[first]).all()) for first, last in bounds)
