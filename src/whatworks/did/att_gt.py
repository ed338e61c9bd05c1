"""Group-time average treatment effects of a staggered roll-out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, Provenance, fingerprint
from whatworks.core.columns import as_list, one_of
from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.did import checks
from whatworks.did.cells import Cell, Rules, plan_cells
from whatworks.did.cohort_effects import CohortEffects, cohort_effects
from whatworks.did.cross_sections import CrossSections, read_cross_sections
from whatworks.did.group_time import AttGtResult, GroupTime
from whatworks.did.observed import Columns
from whatworks.did.panel import Panel, read_units
from whatworks.did.panel_effects import ESTIMATORS, WEIGHTING
from whatworks.did.pretrends import group_time_leads, parallel_pretrends
from whatworks.did.table import effects_table, vcov_table, whole
from whatworks.did.timeline import read_start, read_time
from whatworks.inference import few_clusters

CONTROLS = ("never", "not_yet")
BASE_PERIODS = ("varying", "universal")
# Fewer draws than this cannot place the 97.5th percentile.
_FEWEST_DRAWS = 99


def att_gt(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str | None,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    control: str = "never",
    estimator: str = "dr",
    base_period: str = "varying",
    anticipation: int = 0,
    weights: str | None = None,
    cluster: str | None = None,
    panel: bool = True,
    bootstrap: int = 0,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> AttGtResult:
    """Average effect on the treated, for every cohort and every time.

    Cohorts are units first treated at the same time. Each cell compares a cohort's change since its base time with the change
    among units that are untreated throughout, so already treated units never serve as comparison.

    Parameters
    ----------
    df : one row per unit and time; missing rows and outcomes are allowed: a cell uses the units observed at both its times
    outcome : numeric column, in any unit
    unit : column with labels of units; not used with ``panel=False``
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment, constant within a unit; 0, NaN, NaT, None and inf mean never
    covariates : columns given which trends are parallel, taken at the base time; text becomes one 0/1 column per level
    control : compare with units treated ``"never"``, or also those ``"not_yet"`` treated
    estimator : ``"dr"`` doubly robust, ``"ipw"`` weighting, ``"reg"`` regression (also ``"dr_improved"``, ``"ipw_unnormalised"``)
    base_period : before the start, compare with the time before (``"varying"``) or with the last clean time (``"universal"``)
    anticipation : times before the start in which an effect may already show
    weights : sampling weights >= 0, taken at the base time; averages weigh by each unit's first
    cluster : column that holds whole units together, e.g. municipality; None lets each unit stand alone
    panel : False when every time has other people
    bootstrap : multiplier bootstrap draws; 0 gives analytic standard errors
    seed : of the draws; needed with ``bootstrap``
    conf_level : of the pointwise intervals

    Returns
    -------
    :class:`AttGtResult`; parts carry group, time, event_time, n_treated, n_comparison, reason. The headline is the average over
    cells at or after the start, weighted by cohort size. Averages of other kinds: :func:`whatworks.did.aggregate`.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows
    TreatmentReversal
        If the start changes within a unit.
    NoTreatedGroup, NoComparisonGroup
        If nobody is treated in time, or nobody can be compared with.
    NotIdentified
        If there is only one time.
    TooFewUnits
        If no cell can be estimated, as with a single treated unit.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230; Sant'Anna & Zhao (2020), Journal of Econometrics
    219:101-122.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 2),
    ...                       "days": [10, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> result = ww.did.att_gt(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> result.parts[["group", "time", "estimate", "n_treated"]].round(3).to_dict("records")
    [{'group': 2021, 'time': 2021, 'estimate': -3.333, 'n_treated': 3}]
    """
    rules = _checked_rules(control, base_period, anticipation)
    one_of(estimator, ESTIMATORS, name="estimator")
    _check_draws(bootstrap, seed, conf_level)
    columns = Columns(
        outcome=outcome, unit=unit if panel else None, time=time, covariates=as_list(covariates), weights=weights, cluster=cluster
    )
    if panel and unit is None:
        raise InvalidOption("unit=None has no panel to follow. Name the column of units, or use panel=False.")
    data, always = _read(df, columns, first_treated, anticipation)
    cells = plan_cells(data.cohort, data.timeline.ordinals, rules)
    effects = cohort_effects(data, cells, estimator=estimator)
    _refuse_without_answer(effects)
    basis = _group_time(data, effects, rules, bootstrap, seed)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "covariates": as_list(covariates),
        "control": control, "estimator": estimator, "base_period": base_period, "anticipation": anticipation, "weights": weights,
        "cluster": cluster, "panel": panel, "bootstrap": bootstrap, "conf_level": conf_level,
    }  # fmt: skip
    doubts = _doubts(data, effects, basis, always, with_scores=bool(columns.covariates) and estimator in WEIGHTING)
    provenance = Provenance(data_fingerprint=fingerprint(df, columns.used(first_treated)), arguments=arguments, seed=seed)
    return _result(data, effects, basis, doubts, provenance)


def _checked_rules(control: str, base_period: str, anticipation: int) -> Rules:
    one_of(control, CONTROLS, name="control")
    one_of(base_period, BASE_PERIODS, name="base_period")
    if anticipation < 0 or anticipation != int(anticipation):
        raise InvalidOption(f"anticipation={anticipation!r} must be a whole number of times, 0 or more.")
    return Rules(control=control, base_period=base_period, anticipation=int(anticipation))


def _check_draws(bootstrap: int, seed: int | None, conf_level: float) -> None:
    if not 0 < conf_level < 1:
        raise InvalidOption(f"conf_level={conf_level!r} must lie between 0 and 1, e.g. 0.95.")
    if bootstrap and bootstrap < _FEWEST_DRAWS:
        raise InvalidOption(f"bootstrap={bootstrap!r} is too few draws; use 999, or 0 for analytic standard errors.")
    if bootstrap and seed is None:
        raise InvalidOption("bootstrap needs a seed, so that the same call gives the same numbers. Add seed=1, say.")


def _read(df: pd.DataFrame, columns: Columns, first_treated: str, anticipation: int) -> tuple[Panel | CrossSections, int]:
    """What can be used, and the number of units left out because they are treated from the first time on."""
    if columns.unit is not None:
        units = read_units(df, columns, first_treated, anticipation=anticipation)
        return _without_always_treated(units.panel(columns.outcome), anticipation)
    when, timeline = read_time(df, columns.time)
    start = read_start(df, first_treated, timeline)
    start[start > timeline.ordinals[-1] + anticipation] = np.inf
    return _without_always_treated(read_cross_sections(df, columns, when, timeline, start), anticipation)


def _without_always_treated(data: Panel | CrossSections, anticipation: int) -> tuple[Panel | CrossSections, int]:
    """Units without a clean time before their start can neither be estimated nor compared with."""
    always = data.cohort - anticipation <= data.timeline.ordinals[0]
    return (data.take(~always), int(always.sum())) if always.any() else (data, 0)


def _refuse_without_answer(effects: CohortEffects) -> None:
    after = [i for i, cell in enumerate(effects.cells) if cell.event_time >= 0]
    if np.isnan(effects.estimates[after]).all():
        reason = effects.reasons[after[0]].rstrip(".")
        raise TooFewUnits(
            f"None of {len(after)} cells at or after the start can be estimated; the first: {reason}. "
            "With one treated unit no normal interval exists: gather more treated units, or use its parts (services, citizens) "
            "as units and treat the answer as a case study."
        )


def _group_time(data: Panel | CrossSections, effects: CohortEffects, rules: Rules, bootstrap: int, seed: int | None) -> GroupTime:
    cohorts = np.unique([cell.cohort for cell in effects.cells])
    weight = data.unit_weights / data.unit_weights.sum()
    codes = np.searchsorted(cohorts, data.cohort)
    codes = np.where(np.isin(data.cohort, cohorts), codes, -1)
    if data.cluster is not None and data.cluster.max() == 0:
        raise TooFewUnits("Clustered standard errors need at least 2 clusters; found 1. Cluster at a finer level.")
    influence = effects.influence(weight, codes, data.cluster)
    return GroupTime(
        cells=tuple(effects.cells),
        estimates=effects.estimates,
        n_treated=effects.n_treated,
        n_comparison=effects.n_comparison,
        cohorts=cohorts,
        shares=np.bincount(codes[codes >= 0], weight[codes >= 0]),
        vcov=influence.covariance(),
        draws=influence.draws(bootstrap, int(seed or 0))[0] if bootstrap else None,
        influence=influence,
        timeline=data.timeline,
        rules=rules,
    )


def _doubts(
    data: Panel | CrossSections, effects: CohortEffects, basis: GroupTime, always: int, with_scores: bool
) -> tuple[Check, ...]:
    estimated = np.array([not cell.is_reference for cell in basis.cells]) & np.isfinite(basis.estimates)
    terms = {cell_term(basis, basis.cells[place]): reason for place, reason in effects.reasons.items()}
    doubts = [
        parallel_pretrends(group_time_leads(basis)),
        checks.dropped_rows(data.n_dropped, data.n_rows, always),
        few_clusters(basis.influence.n_clusters),
        checks.small_cells(basis.n_treated[estimated], basis.n_comparison[estimated]),
        checks.unestimated_cells(terms, len(basis.cells)),
    ]
    if with_scores:
        doubts.append(checks.overlap(int(effects.beyond.sum())))
    if effects.lost_covariates:
        doubts.append(checks.collinear_covariates(effects.lost_covariates))
    if not np.isinf(data.cohort[-1]):
        doubts.append(checks.no_never_treated())
    return tuple(doubts)


def cell_term(basis: GroupTime, cell: Cell) -> str:
    """``ATT(group, time)`` in the caller's own labels."""
    group, time = (time_text(basis.timeline.label(ordinal)) for ordinal in (cell.cohort, basis.timeline.ordinals[cell.time]))
    return f"ATT({group}, {time})"


def time_text(label: Any) -> str:
    """A time for reading: a date without its midnight."""
    return str(label.date()) if isinstance(label, pd.Timestamp) else str(label)


def _result(
    data: Panel | CrossSections, effects: CohortEffects, basis: GroupTime, doubts: tuple[Check, ...], provenance: Provenance
) -> AttGtResult:
    terms = [cell_term(basis, cell) for cell in basis.cells]
    m = len(terms)
    unknown = ~np.isfinite(basis.estimates)
    vcov = basis.vcov[:m, :m].copy()
    vcov[unknown], vcov[:, unknown] = np.nan, np.nan
    treated = np.isin(data.cohort, basis.cohorts)
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
            critical=float(stats.norm.ppf(0.5 + conf_level / 2)),
            extras=_extras(basis, effects.reasons, int(treated.sum()), int((~treated).sum())),
        ),
        provenance=provenance,
        conf_level=conf_level,
        statistics=_statistics(data, basis, treated),
        checks=doubts,
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


def _statistics(data: Panel | CrossSections, basis: GroupTime, treated: np.ndarray) -> dict[str, float]:
    out: dict[str, float] = {
        "nobs": data.n_rows - data.n_dropped,
        "n_units": len(data.cohort),
        "n_treated": int(treated.sum()),
        "n_comparison": int((~treated).sum()),
        "n_dropped": data.n_dropped,
        "clusters": basis.influence.n_clusters,
    }
    if isinstance(data, Panel):
        out["n_incomplete_units"] = int(np.isnan(data.outcome).any(axis=1).sum())
    return out
