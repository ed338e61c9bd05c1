"""From a call of ``att_gt`` to its results: what is read once and shared, and what every outcome needs anew."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core import Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import confidence, is_finite, one_of, seed_or_none, shown, truth
from whatworks.core.timeline import read_start, read_time
from whatworks.did.att_gt_result import Found, att_gt_result
from whatworks.did.cells import Rules, plan_cells
from whatworks.did.cohort_effects import CohortEffects, Scores, cohort_effects
from whatworks.did.cross_sections import CrossSections, read_cross_sections
from whatworks.did.from_sample import Data, FromSample, Weights, from_sample
from whatworks.did.group_time import AttGtResult, GroupTime
from whatworks.did.observed import Columns
from whatworks.did.one_treated import WAYS_OUT, refuse_lone_treated
from whatworks.did.panel import Panel, Units, read_units
from whatworks.did.panel_effects import ESTIMATORS, WEIGHTING
from whatworks.inference import checked_draws
from whatworks.inference.influence import normal_draws

CONTROLS = ("never", "not_yet")
BASE_PERIODS = ("varying", "universal")
# Fewer draws than this cannot place the 97.5th percentile.
_FEWEST_DRAWS = 99


@dataclass(frozen=True, kw_only=True, eq=False)
class AttGtCall:
    """The arguments of :func:`whatworks.did.att_gt` but the frame and the outcome, as they came."""

    unit: str | None
    time: str
    first_treated: str
    covariates: Sequence[str]
    control: str
    estimator: str
    base_period: str
    anticipation: int
    weights: Weights
    cluster: str | None
    panel: bool
    bootstrap: int
    seed: int | None
    conf_level: float

    def checked(self) -> "AttGtCall":
        """Itself, if the options exist and fit each other.

        Raises
        ------
        InvalidOption
        """
        one_of(self.control, CONTROLS, name="control")
        one_of(self.base_period, BASE_PERIODS, name="base_period")
        one_of(self.estimator, ESTIMATORS, name="estimator")
        if not (is_finite(self.anticipation) and self.anticipation >= 0 and self.anticipation == int(self.anticipation)):
            raise InvalidOption(f"anticipation={shown(self.anticipation)} must be a whole number of times, 0 or more.")
        confidence(self.conf_level)
        truth("panel", self.panel)
        seed_or_none(self.seed)
        if not (is_finite(self.bootstrap) and self.bootstrap == 0):
            checked_draws(self.bootstrap, name="bootstrap", fewest=_FEWEST_DRAWS)
        if self.bootstrap and self.seed is None:
            raise InvalidOption("bootstrap needs a seed, so that the same call gives the same numbers. Add seed=1, say.")
        if self.panel and self.unit is None:
            raise InvalidOption("unit=None has no panel to follow. Name the column of units, or use panel=False.")
        return self

    @property
    def rules(self) -> Rules:
        """How cells are formed."""
        return Rules(control=self.control, base_period=self.base_period, anticipation=int(self.anticipation))

    @property
    def with_scores(self) -> bool:
        """Whether a propensity score is fitted on covariates."""
        return bool(as_list(self.covariates)) and self.estimator in WEIGHTING

    def columns(self, outcome: str, given: FromSample) -> Columns:
        """What is read for an outcome."""
        unit = self.unit if self.panel else None
        covariates = as_list(self.covariates)
        return Columns(
            outcome=outcome, unit=unit, time=self.time, covariates=covariates, weights=given.weights, cluster=given.cluster
        )

    def arguments(self, outcome: str, given: FromSample) -> dict[str, object]:
        """The call as the provenance keeps it."""
        return {
            "outcome": outcome, "unit": self.unit, "time": self.time, "first_treated": self.first_treated,
            "covariates": as_list(self.covariates), "control": self.control, "estimator": self.estimator,
            "base_period": self.base_period, "anticipation": self.anticipation, "weights": given.weights,
            "cluster": given.cluster, "panel": self.panel, "bootstrap": self.bootstrap, "conf_level": self.conf_level,
        }  # fmt: skip


def att_gt_results(df: Data, outcomes: Sequence[str], call: AttGtCall) -> dict[str, AttGtResult]:
    """One result per outcome; units, covariates and starts are read once, scores fitted once where the same units are seen."""
    call = call.checked()
    given = from_sample(df, unit=call.unit if call.panel else None, weights=call.weights, cluster=call.cluster)
    units: Units | None = None
    scores: Scores = {}
    out = {}
    for outcome in outcomes:
        columns = call.columns(outcome, given)
        if call.panel and units is None:
            units = read_units(given.df, columns, call.first_treated, anticipation=int(call.anticipation))
        data = _rows_of(given.df, columns, call) if units is None else units.panel(outcome)
        provenance = Provenance(
            data_fingerprint=fingerprint(given.df, columns.used(call.first_treated)),
            arguments=call.arguments(outcome, given),
            seed=call.seed,
        )
        out[outcome] = given.noted(att_gt_result(_estimate(data, call, scores), provenance))
    return out


def _rows_of(df: pd.DataFrame, columns: Columns, call: AttGtCall) -> CrossSections:
    when, timeline = read_time(df, columns.time)
    start = read_start(df, call.first_treated, timeline)
    start[start > timeline.ordinals[-1] + call.anticipation] = np.inf
    return read_cross_sections(df, columns, when, timeline, start)


def _estimate(data: Panel | CrossSections, call: AttGtCall, scores: Scores) -> Found:
    # Units without a clean time before their start can neither be estimated nor compared with.
    always = data.cohort - call.anticipation <= data.timeline.ordinals[0]
    if always.any():
        data = data.take(~always)
    cells = plan_cells(data.cohort, data.timeline.ordinals, call.rules)
    refuse_lone_treated(data)
    effects = cohort_effects(data, cells, estimator=call.estimator, scores=scores)
    _refuse_without_answer(effects)
    basis = _group_time(data, effects, call)
    return Found(data=data, effects=effects, basis=basis, always=int(always.sum()), with_scores=call.with_scores)


def _refuse_without_answer(effects: CohortEffects) -> None:
    after = [i for i, cell in enumerate(effects.cells) if cell.event_time >= 0]
    if np.isnan(effects.estimates[after]).all():
        reason = effects.reasons[after[0]].rstrip(".")
        raise TooFewUnits(
            f"None of {len(after)} cells at or after the start can be estimated; the first: {reason}. "
            f"Gather more treated units, or use fewer covariates. Cohorts of single units have other ways. {WAYS_OUT}."
        )


def _group_time(data: Panel | CrossSections, effects: CohortEffects, call: AttGtCall) -> GroupTime:
    cohorts = np.unique([cell.cohort for cell in effects.cells])
    weight = data.unit_weights / data.unit_weights.sum()
    rows = [slice(*np.searchsorted(data.cohort, [g, g + 1])) for g in cohorts]
    influence = effects.influence(weight, rows, data.cluster)
    vcov = influence.covariance()
    from_limit = call.bootstrap > 0 and influence.has_many_clusters
    draws = None
    if call.bootstrap:
        seed = int(call.seed or 0)
        draws = normal_draws(vcov, call.bootstrap, seed) if from_limit else influence.multiplier_draws(call.bootstrap, seed)
    return GroupTime(
        cells=tuple(effects.cells),
        estimates=effects.estimates,
        n_treated=effects.n_treated,
        n_comparison=effects.n_comparison,
        cohorts=cohorts,
        shares=np.array([weight[each].sum() for each in rows]),
        vcov=vcov,
        draws=draws,
        from_limit=from_limit,
        influence=influence,
        timeline=data.timeline,
        rules=call.rules,
    )
