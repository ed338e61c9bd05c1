"""Effects by time since start from one regression: Sun and Abraham's, or the plain two-way one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.errors import InvalidOption, NoComparisonGroup, NotIdentified, NoTreatedGroup
from whatworks.core.options import confidence, is_finite, one_of, shown
from whatworks.did import checks
from whatworks.did.from_sample import Data, Weights, from_sample
from whatworks.did.one_treated import refuse_one_treated
from whatworks.did.panel import Columns, Panel
from whatworks.did.pretrends import Leads, parallel_pretrends
from whatworks.did.regression import (
    RollOut,
    cluster_checks,
    group_into_profiles,
    read_roll_out_panel,
    regression_statistics,
)
from whatworks.did.table import critical_value, effects_table, standard_errors, vcov_table, whole
from whatworks.did.twfe import forbidden_share
from whatworks.inference import TwoWayFit

METHODS = ("sun_abraham", "twfe")


@dataclass(frozen=True, kw_only=True, eq=False)
class EventCells:
    """Coefficients of a roll-out regression, one per cohort and event time (or per event time alone).

    Attributes
    ----------
    cohort : (k,) ordinal; NaN where a coefficient is common to all cohorts
    event_time : (k,) time since start
    rows : (k,) weight of the rows behind the coefficient
    """

    cohort: np.ndarray
    event_time: np.ndarray
    rows: np.ndarray
    fit: TwoWayFit = field(repr=False)

    def average(self, picked: np.ndarray) -> np.ndarray:
        """(k,) weights that average the picked coefficients by their rows."""
        weights = np.where(picked, self.rows, 0.0)
        return weights / weights.sum()


def event_study(
    df: Data,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    method: str = "sun_abraham",
    reference: int = -1,
    weights: Weights = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Average effect on the treated by time since start, against one time before it.

    Parameters
    ----------
    df : one row per unit and time; may be unbalanced
    outcome : numeric column, in any unit
    unit : column with labels of units
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    method : ``"sun_abraham"`` estimates every cohort's own path and averages the paths by cohort size; ``"twfe"`` forces one path
        on all cohorts, and mixes them where paths differ
    reference : event time, below 0, that the others are compared with
    weights : sampling weights >= 0; or a matched or weighted sample with one row per unit
    cluster : column that holds whole units together; None clusters by unit
    conf_level : of the pointwise intervals

    Returns
    -------
    :class:`whatworks.EffectResult`; parts carry event_time, n_treated, n_comparison, the reference as a zero without standard
    error. The headline is the plain mean over event times >= 0; ``statistics`` also holds ``att``, the mean over treated rows,
    and ``att_std_error``. ``vcov`` is the full covariance of the parts. Standard errors as in :func:`whatworks.did.twfe`; the
    cohort shares are taken as known, as the field's software does.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows, TreatmentReversal
    NoTreatedGroup, NoComparisonGroup
        If nobody starts within the observed times, or everybody starts at once.
    TooFewUnits
        If one unit or one cluster is treated, which has no normal interval.
    NotIdentified
        If a path cannot be told from unit and period effects.

    References
    ----------
    Sun & Abraham (2021), Journal of Econometrics 225:175-199. Without never treated units the last cohort is the comparison, and
    times from its start on are left out.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 3), "year": [2020, 2021, 2022] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 3),
    ...                       "days": [10, 6, 5, 12, 7, 7, 11, 8, 6, 10, 9, 9, 13, 12, 12, 12, 12, 11]})
    >>> study = ww.did.event_study(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> study.parts[["event_time", "estimate"]].round(3).to_dict("records")
    [{'event_time': -1, 'estimate': 0.0}, {'event_time': 0, 'estimate': -3.333}, {'event_time': 1, 'estimate': -4.0}]
    """
    _check_options(method, reference, conf_level)
    given = from_sample(df, unit=unit, weights=weights, cluster=cluster)
    columns = Columns(outcome=outcome, unit=unit, time=time, weights=given.weights, cluster=given.cluster)
    panel = read_roll_out_panel(given.df, columns, first_treated)
    always = panel.cohort <= panel.timeline.ordinals[0]
    panel = panel.take(~always)
    if not np.isfinite(panel.cohort).any():
        raise NoTreatedGroup("No unit starts treatment after the first observed time. Check the column, or add earlier times.")
    everybody_starts = bool(np.isfinite(panel.cohort[-1]))
    if everybody_starts and method == "sun_abraham":
        panel = last_cohort_as_comparison(panel)
    roll_out = group_into_profiles(panel)
    refuse_one_treated(roll_out.panel)
    cells = fit_event_cells(roll_out, reference=int(reference), by_cohort=method == "sun_abraham")
    doubts = [
        checks.dropped_rows(panel.n_rows - cells.fit.nobs, panel.n_rows, int(always.sum())),
        *cluster_checks(roll_out.panel, cells.fit.clusters),
    ]
    if method == "twfe":
        doubts.append(checks.forbidden_comparisons(forbidden_share(panel)))
    elif everybody_starts:
        doubts.append(checks.no_never_treated())
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "method": method, "reference": reference,
        "weights": given.weights, "cluster": given.cluster, "conf_level": conf_level,
    }  # fmt: skip
    provenance = Provenance(data_fingerprint=fingerprint(given.df, columns.used(first_treated)), arguments=arguments)
    return given.noted(_result(roll_out, cells, doubts, provenance))


def _check_options(method: str, reference: int, conf_level: float) -> None:
    one_of(method, METHODS, name="method")
    if not (is_finite(reference) and reference < 0 and reference == int(reference)):
        raise InvalidOption(f"reference={shown(reference)} must be a whole event time before the start, such as -1.")
    confidence(conf_level)


def last_cohort_as_comparison(panel: Panel) -> Panel:
    """Leave out the times from the last cohort's start on, where nobody untreated is left, and let it stand for never."""
    last = panel.cohort[-1]
    if panel.cohort[0] == last:
        raise NoComparisonGroup(
            "Every unit starts at the same time, so there is nobody to compare with. Add units that start later."
        )
    before = panel.timeline.ordinals < last
    timeline = replace(panel.timeline, ordinals=panel.timeline.ordinals[before], labels=panel.timeline.labels[before])
    return replace(
        panel,
        timeline=timeline,
        outcome=panel.outcome[:, before],
        weights=panel.weights if panel.weights.ndim == 1 else panel.weights[:, before],
        covariates=panel.covariates if panel.covariates.ndim == 2 else panel.covariates[:, before],
        cohort=np.where(panel.cohort == last, np.inf, panel.cohort),
    )


def fit_event_cells(roll_out: RollOut, *, reference: int, by_cohort: bool) -> EventCells:
    """Regress the outcome on event times (within cohorts, if asked), unit and period effects.

    Raises
    ------
    NotIdentified
        If a coefficient cannot be told from unit effects, period effects and the other coefficients.
    """
    event_times = roll_out.panel.timeline.ordinals - roll_out.cohort[:, None]
    mass = roll_out.weight_by_period()
    shown = np.isfinite(event_times) & (event_times != reference) & (mass > 0)
    cohort = np.broadcast_to(roll_out.cohort[:, None], mass.shape)
    keys = np.column_stack([cohort[shown] if by_cohort else np.zeros(shown.sum()), event_times[shown]])
    cells, codes = np.unique(keys, axis=0, return_inverse=True)
    regressors = np.zeros((*mass.shape, len(cells)))
    profile, period = np.nonzero(shown)
    regressors[profile, period, codes.ravel()] = 1.0
    try:
        fit = roll_out.fit(regressors)
    except NotIdentified as error:
        raise NotIdentified(
            f"Event times cannot be told from calendar time and unit effects: every cohort needs rows at event time {reference}, "
            f"and a comparison that starts later or never. {_shared_leads(event_times, mass, cohort)} ({error})"
        ) from None
    return EventCells(
        cohort=cells[:, 0] if by_cohort else np.full(len(cells), np.nan),
        event_time=cells[:, 1].astype(int),
        rows=np.bincount(codes.ravel(), mass[shown], minlength=len(cells)),
        fit=fit,
    )


def _shared_leads(event_times: np.ndarray, mass: np.ndarray, cohort: np.ndarray) -> str:
    """Which event times before the start all cohorts have rows at."""
    before = (mass > 0) & (event_times < 0) & np.isfinite(event_times)
    starts = np.unique(cohort[np.isfinite(cohort)])
    seen = [set(event_times[before & (cohort == start)].astype(int).tolist()) for start in starts]
    shared = sorted(set.intersection(*seen), reverse=True) if seen else []
    return f"All cohorts have rows at event times {', '.join(map(str, shared))} before the start." if shared else ""


def _result(roll_out: RollOut, cells: EventCells, doubts: Sequence[Check], provenance: Provenance) -> EffectResult:
    arguments = provenance.arguments
    at = np.unique(np.append(cells.event_time, arguments["reference"]))
    if not (at >= 0).any():
        raise NoTreatedGroup("No treated unit is observed at or after its start. Add later times.")
    estimates, covariance = _averages(cells, at)
    spread = standard_errors(covariance)
    parts = covariance[1:-1, 1:-1]
    terms = [f"event time {e}" for e in at]
    conf_level = float(arguments["conf_level"])
    counts = regression_statistics(roll_out.panel, cells.fit)
    pretrends = parallel_pretrends(*_leads(cells, at, estimates[1:-1], parts, counts))
    return EffectResult(
        method="did.event_study",
        estimand="Average effect on the treated, mean over the times since start",
        measure="MD",
        unit=f"units of {arguments['outcome']}",
        effects=effects_table(
            ["ATT", *terms],
            ["headline", *["part"] * len(terms)],
            estimates[:-1],
            spread[:-1],
            critical=critical_value(conf_level, counts["df"]),
            df=counts["df"],
            extras={
                "event_time": whole([np.nan, *at]),
                "n_treated": whole([counts["n_treated"], *_treated_units(roll_out, at)]),
                "n_comparison": whole([counts["n_comparison"]] * (len(at) + 1)),
            },
        ),
        provenance=provenance,
        conf_level=conf_level,
        statistics={**counts, "att": float(estimates[-1]), "att_std_error": float(spread[-1])},
        checks=(pretrends, *doubts),
        vcov=vcov_table(terms, parts),
    )


def _averages(cells: EventCells, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and covariance: the mean over event times >= 0, each event time of ``at``, the mean over treated rows."""
    averaging = np.array([_weights_at(cells, e) for e in at])
    everything = np.vstack([averaging[at >= 0].mean(axis=0), averaging, cells.average(cells.event_time >= 0)])
    return everything @ cells.fit.coefficients, everything @ cells.fit.vcov @ everything.T


def _leads(
    cells: EventCells, at: np.ndarray, estimates: np.ndarray, vcov: np.ndarray, counts: Mapping[str, float]
) -> tuple[Leads, Leads]:
    """The event times before the start, among all of ``at``, and the coefficients behind them."""
    before, early = at < 0, cells.event_time < 0
    share = min(1.0, counts["clusters"] / counts["n_units"])
    averages = Leads(
        estimates=estimates[before],
        vcov=vcov[np.ix_(before, before)],
        event_times=at[before],
        sizes=np.ones(int(before.sum())),
        clusters=cells.fit.clusters,
        reference=int(at[before][~np.isin(at[before], cells.event_time)][0]),
        arms=(counts["n_treated"] * share, counts["n_comparison"] * share),
    )
    each = replace(
        averages,
        estimates=cells.fit.coefficients[early],
        vcov=cells.fit.vcov[np.ix_(early, early)],
        event_times=cells.event_time[early],
        sizes=cells.rows[early],
        cohorts=pd.factorize(cells.cohort[early], use_na_sentinel=False)[0],
    )
    return averages, each


def _weights_at(cells: EventCells, event_time: int) -> np.ndarray:
    """Weights over the coefficients of one event time; none at the reference, which is zero by construction."""
    picked = cells.event_time == event_time
    return cells.average(picked) if picked.any() else np.zeros(len(picked))


def _treated_units(roll_out: RollOut, at: np.ndarray) -> list[float]:
    """Units observed at each event time."""
    event_times = roll_out.panel.timeline.ordinals - roll_out.cohort[:, None]
    units = roll_out.units_by_period()
    return [float(units[event_times == e].sum()) for e in at]
