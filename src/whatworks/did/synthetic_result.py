"""A synthetic comparison in the one shape of a result: table, statistics, checks, weights."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import EffectResult, Provenance
from whatworks.did import checks
from whatworks.did.few_treated import few_controls
from whatworks.did.synthetic_checks import leave_one_donor_out, synthetic_fit
from whatworks.did.synthetic_data import Data
from whatworks.did.synthetic_inference import Ranks, Replicates
from whatworks.did.synthetic_paths import CohortFit, Path
from whatworks.did.table import effects_table, standard_errors, vcov_table, whole
from whatworks.did.twfe_inference import bounded_interval
from whatworks.inference import few_treated_clusters

_ESTIMANDS = {
    "sdid": "Average effect on the treated from the start on, against a weighted comparison at weighted times",
    "control": "Average effect on the treated unit from the start on, against its synthetic control",
    "did": "Average effect on the treated from the start on, against the plain mean of the never treated",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticResult(EffectResult):
    """An :class:`whatworks.EffectResult` that also remembers its weights; they are not written to JSON.

    Attributes
    ----------
    unit_weights : one row per cohort and comparison unit: group, unit, weight, largest first
    time_weights : one row per cohort and time before its start: group, time, weight

    Examples
    --------
    >>> panel = pd.DataFrame({"town": np.repeat(range(9), 8), "year": np.tile(range(8), 9), "start": np.repeat([6, 0], [8, 64])})
    >>> panel["y"] = np.random.default_rng(1).normal(size=72) + 5.0 * ((panel["start"] > 0) & (panel["year"] >= 6))
    >>> result = ww.did.synthetic(panel, outcome="y", unit="town", time="year", first_treated="start", draws=50, seed=1)
    >>> round(float(result.unit_weights["weight"].sum()), 6)
    1.0
    """

    unit_weights: pd.DataFrame = field(repr=False)
    time_weights: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """Everything estimated, before it is put in a table."""

    data: Data
    fits: list[CohortFit]
    path: Path
    replicates: Replicates
    ranks: Ranks | None
    donors_out: np.ndarray


def spread_of(data: Data) -> float:
    """Standard deviation of the never treated units' outcomes around each time's mean, before the last start."""
    design = data.design
    never = design.outcome[np.isinf(design.cohort)]
    before = never[:, design.ordinals < design.cohort[np.isfinite(design.cohort)].max()]
    return float(np.sqrt(((before - before.mean(axis=0)) ** 2).mean()))


def synthetic_result(answer: Answer, provenance: Provenance) -> SyntheticResult:
    """Put what was estimated in the one shape of a result."""
    arguments, data, path = provenance.arguments, answer.data, answer.path
    terms = [f"event time {e}" for e in path.event_times]
    vcov = answer.replicates.covariance()
    effects = _table(answer, terms, standard_errors(vcov), conf_level := float(arguments["conf_level"]))
    head = effects.iloc[0]
    doubts = [
        checks.dropped_rows(data.n_dropped, data.n_rows, data.always),
        synthetic_fit(path.rmspe, spread_of(data)),
        *([few_treated_clusters(data.design.n_treated)] if arguments["variance"] != "placebo" else []),
        *([few_controls(len(data.design.cohort) - data.design.n_treated)] if answer.ranks is None else []),
        *([bounded_interval(float(head["conf_low"]), float(head["conf_high"]))] if answer.ranks else []),
        *([leave_one_donor_out(path.overall, answer.donors_out)] if len(answer.donors_out) else []),
        *([checks.collinear_covariates(dict.fromkeys(data.lost, len(answer.fits)))] if data.lost else []),
    ]
    return SyntheticResult(
        method="did.synthetic",
        estimand=_ESTIMANDS[str(arguments["method"])],
        measure="MD",
        unit=f"units of {arguments['outcome']}",
        effects=effects,
        provenance=provenance,
        conf_level=conf_level,
        statistics=_statistics(answer),
        checks=tuple(doubts),
        vcov=vcov_table(terms, vcov[1:, 1:]),
        unit_weights=_unit_weights(answer),
        time_weights=_time_weights(answer),
    )


def _table(answer: Answer, terms: Sequence[str], spread: np.ndarray, conf_level: float) -> pd.DataFrame:
    path, alone = answer.path, answer.ranks
    estimates = np.append(path.overall, path.estimates)
    treated, comparison = _people(answer.data)
    table = effects_table(
        ["ATT", *terms],
        ["headline", *["part"] * len(terms)],
        estimates,
        spread,
        critical=float(stats.norm.ppf(0.5 + conf_level / 2)),
        extras={
            "event_time": whole([np.nan, *path.event_times]),
            "treated": np.append(np.nan, path.treated),
            "synthetic": np.append(np.nan, path.synthetic),
            "n_treated": whole(treated),
            "n_comparison": whole(comparison),
        },
    )
    if alone is None:
        return table
    return table.assign(
        conf_low=estimates - alone.half_widths, conf_high=estimates + alone.half_widths, p_value=alone.p_values
    )  # fmt: skip


def _people(data: Data) -> tuple[list[float], list[float]]:
    """People, or units where nobody told, behind the headline and each time since start: the fewest at any of its times."""
    design = data.design
    never = data.people[np.isinf(design.cohort)].sum(axis=0)
    treated: dict[int, float] = {}
    comparison: dict[int, float] = {}
    for start in np.unique(design.cohort[np.isfinite(design.cohort)]):
        there = data.people[design.cohort == start].sum(axis=0)
        for place, event_time in enumerate((design.ordinals - start).astype(int)):
            treated[event_time] = treated.get(event_time, 0.0) + there[place]
            comparison[event_time] = min(comparison.get(event_time, np.inf), never[place])
    at = sorted(treated)
    fewest = data.people[np.isfinite(design.cohort)].sum(axis=0).min()
    return [fewest, *(treated[e] for e in at)], [never.min(), *(comparison[e] for e in at)]


def _statistics(answer: Answer) -> dict[str, float]:
    data, path = answer.data, answer.path
    design = data.design
    treated, comparison = _people(data)
    weights = np.array([[fit.unit_weights @ fit.unit_weights, (fit.unit_weights > 0).sum(), fit.zeta] for fit in answer.fits])
    share = np.array([len(fit.treated) for fit in answer.fits]) / design.n_treated
    out = {
        "nobs": float(design.outcome.size),
        "n_units": float(len(design.cohort)),
        "n_treated": float(treated[0]),
        "n_comparison": float(comparison[0]),
        "treated_units": float(design.n_treated),
        "comparison_units": float(len(design.cohort) - design.n_treated),
        "n_dropped": float(data.n_dropped),
        "replicates": float(len(answer.replicates.paths)),
        "enumerated": float(answer.replicates.enumerated),
        "rmspe": path.rmspe,
        "rmspe_share": path.rmspe / spread_of(data) if spread_of(data) else np.nan,
        "donors": float(share @ weights[:, 1]),
        "effective_donors": float(share @ (1 / weights[:, 0])),
        "zeta": float(share @ weights[:, 2]),
    }
    if answer.ranks is not None:
        out |= {"rmspe_ratio": answer.ranks.rmspe_ratio, "rmspe_ratio_p_value": answer.ranks.rmspe_ratio_p_value}
    if len(answer.donors_out):
        out |= {"leave_one_out_low": float(answer.donors_out.min()), "leave_one_out_high": float(answer.donors_out.max())}
    return out


def _unit_weights(answer: Answer) -> pd.DataFrame:
    rows = [
        pd.DataFrame({"place": fit.cohort, "unit": answer.data.labels[fit.donors], "weight": fit.unit_weights})
        for fit in answer.fits
    ]
    table = pd.concat(rows, ignore_index=True).sort_values(["place", "weight"], ascending=[True, False], ignore_index=True)
    table.insert(0, "group", answer.data.timeline.column_of(table.pop("place").tolist()))
    return table


def _time_weights(answer: Answer) -> pd.DataFrame:
    timeline = answer.data.timeline
    before = [
        (fit.cohort, when, weight)
        for fit in answer.fits
        for when, weight in zip(timeline.ordinals, fit.time_weights, strict=False)
    ]
    groups, times, weights = zip(*before, strict=True)
    return pd.DataFrame({"group": timeline.column_of(groups), "time": timeline.column_of(times), "weight": weights})
