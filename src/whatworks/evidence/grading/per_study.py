"""One row per study: its effect on one scale, and what the clearinghouse, the Maryland scale and SØM make of it."""

from collections.abc import Mapping
from math import isfinite, log, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from whatworks.core.errors import InvalidEffect
from whatworks.evidence.designs import DESIGNS, NORDIC
from whatworks.evidence.grading.attrition import Attrition, attrition, low_attrition
from whatworks.evidence.grading.effects import COX_DIVISOR, DEFAULT_ICC, clustered_t, cox_index, hedges_g
from whatworks.evidence.grading.maryland import ScaleFacts, maryland_level
from whatworks.evidence.grading.rating import NOT_ASSESSABLE
from whatworks.evidence.grading.wwc import SIGNIFICANT, StudyFacts, finding, study_rating
from whatworks.evidence.judgements import answer_of
from whatworks.evidence.measures import MEASURES

_WIDTH = 2 * norm.ppf(0.975)
_PEOPLE = ("assigned_treated", "n_treated", "assigned_comparison", "n_comparison")
_FLAGS: Mapping[str, bool] = {"yes": True, "no": False}


def grade_studies(studies: pd.DataFrame, judgements: pd.DataFrame, *, boundary: str = "cautious") -> pd.DataFrame:
    """Rate each study of a body on one outcome.

    Parameters
    ----------
    studies : a study table (:mod:`whatworks.evidence.study_table`), all rows on one outcome
    judgements : coded judgements
    boundary : which attrition boundary the protocol chose

    Returns
    -------
    One row per study: study_id, design, randomised, g and se (standard deviations, above 0 is better; several effects of one
    study are averaged as if they moved together, so its weight is never too large), finding ("positive", "negative", "unclear",
    or None), better (whether its effect points the good way), n, sites, year, nordic, developer, months_after_end (longest at
    which an effect was found), peer_reviewed, validated, wwc, wwc_missing, sms, sms_ceiling, sms_reason, sms_missing, som, risk.

    References
    ----------
    Several effects of one study: Borenstein et al. (2009), Introduction to Meta-Analysis, chapter 24.
    """
    rows = [_study(str(name), group, judgements, boundary) for name, group in studies.groupby("study_id", sort=False)]
    return pd.DataFrame(rows)


def standardised(row: Mapping[str, Any] | pd.Series) -> tuple[float, float]:
    """An effect in standard deviations, above 0 is better, and its standard error; missing where it cannot be had.

    Standardised differences stay, odds ratios and events follow the Cox index, means and standard deviations Hedges' g. An
    analysis that took people in one cluster for independent gets a wider standard error.
    """
    g, se = _unsigned(row)
    if not isfinite(g):
        return nan, nan
    se = _clustered(row, se)
    return (g if row["direction_of_good"] == "up" else -g), se


def _unsigned(row: Mapping[str, Any] | pd.Series) -> tuple[float, float]:
    n = (_float(row["n_treated"]), _float(row["n_comparison"]))
    effect, measure = _float(row["effect"]), str(row["measure"])
    if isfinite(effect) and MEASURES[measure].family == "SMD":
        return effect, _printed_error(row, effect, n)
    arms = [_float(row[name]) for name in ("mean_treated", "mean_comparison", "sd_treated", "sd_comparison")]
    if all(map(isfinite, (*arms, *n))):
        g = hedges_g(arms[0], arms[1], arms[2], arms[3], n[0], n[1])
        return g, _error_from_people(g, n)
    if isfinite(effect) and measure == "OR":
        low, high = _float(row["conf_low"]), _float(row["conf_high"])
        return log(effect) / COX_DIVISOR, (log(high) - log(low)) / _WIDTH / COX_DIVISOR if isfinite(low) else nan
    return _from_events(row, n)


def _from_events(row: Mapping[str, Any] | pd.Series, n: tuple[float, float]) -> tuple[float, float]:
    events = (_float(row["events_treated"]), _float(row["events_comparison"]))
    if not all(map(isfinite, (*events, *n))):
        return nan, nan
    # Half a person in each cell where one is empty: odds of 0 have no logarithm.
    add = 0.5 if 0 in events or events[0] == n[0] or events[1] == n[1] else 0.0
    cells = [events[0] + add, n[0] - events[0] + add, events[1] + add, n[1] - events[1] + add]
    share = (cells[0] / (cells[0] + cells[1]), cells[2] / (cells[2] + cells[3]))
    return cox_index(*share, sum(n)), sqrt(sum(1 / cell for cell in cells)) / COX_DIVISOR


def _printed_error(row: Mapping[str, Any] | pd.Series, effect: float, n: tuple[float, float]) -> float:
    se, low, high = (_float(row[name]) for name in ("std_error", "conf_low", "conf_high"))
    if isfinite(se):
        return se
    return (high - low) / _WIDTH if isfinite(low) and isfinite(high) else _error_from_people(effect, n)


def _error_from_people(g: float, n: tuple[float, float]) -> float:
    """Borenstein et al. (2009), formula 4.20."""
    return sqrt(sum(n) / (n[0] * n[1]) + g**2 / (2 * sum(n))) if all(map(isfinite, n)) and min(n) > 0 else nan


def _clustered(row: Mapping[str, Any] | pd.Series, se: float) -> float:
    """A wider error where clusters were passed over; missing where nobody knows."""
    adjusted, size = str(row["cluster_adjusted"]), _float(row["cluster_size"])
    in_clusters = row["design"] == "cluster_rct" or isfinite(size)
    if not in_clusters or adjusted == "yes":
        return se
    people = _float(row["n_treated"]) + _float(row["n_comparison"])
    if adjusted == "" or not (isfinite(size) and isfinite(people) and isfinite(se)):
        return nan
    icc = _float(row["icc"])
    unit = clustered_t(1.0, n=people, cluster_size=size, icc=icc if isfinite(icc) else DEFAULT_ICC)
    return se / unit.t


def _significance(row: Mapping[str, Any] | pd.Series, g: float, se: float) -> str | None:
    """The finding of one row: by its standard error, else by whether its printed interval leaves out no effect."""
    if isfinite(g) and isfinite(se) and se > 0:
        return finding(g, float(2 * norm.sf(abs(g) / se)))
    if isfinite(g):
        return None
    low, high, none = _float(row["conf_low"]), _float(row["conf_high"]), MEASURES[str(row["measure"])].no_effect
    if not (isfinite(low) and isfinite(high)):
        return None
    side = 1.0 if low > none else -1.0 if high < none else 0.0
    good = side if row["direction_of_good"] == "up" else -side
    return finding(good, 0.0 if side else SIGNIFICANT)


def _study(name: str, group: pd.DataFrame, judgements: pd.DataFrame, boundary: str) -> dict[str, Any]:
    designs = set(group["design"])
    if len(designs) > 1:
        raise InvalidEffect(f"study {name[:80]!r} stands with {len(designs)} designs; give each analysis its own study_id.")
    rows = [row for _, row in group.iterrows()]
    effects = np.array([standardised(row) for row in rows])
    findings = [_significance(row, *pair) for row, pair in zip(rows, effects, strict=True)]
    # Mean of effects that may move together: with correlation 1 its error is the mean of their errors.
    g, se = (float(value) for value in effects.mean(axis=0))
    one = findings[0] if len(rows) == 1 else _significance(rows[0], g, se) if isfinite(g) else _agreed(findings)
    months = [_float(row["months_after_end"]) for row, found in zip(rows, findings, strict=True) if found == "positive"]
    design, drop = DESIGNS[str(rows[0]["design"])], _worst_attrition(rows)
    return {
        "study_id": name,
        "design": str(rows[0]["design"]),
        "randomised": design.randomised,
        "g": g,
        "se": se,
        "finding": one,
        "better": _better(rows[0], g),
        "n": float(np.nanmax([_float(row["n_treated"]) + _float(row["n_comparison"]) for row in rows] + [-1.0])),
        "sites": float(np.nanmax([_float(row["sites"]) for row in rows] + [-1.0])),
        "year": _float(rows[0]["year"]),
        "nordic": str(rows[0]["country"]) in NORDIC if rows[0]["country"] else None,
        "developer": _FLAGS.get(str(rows[0]["developer_involved"])),
        "peer_reviewed": _FLAGS.get(str(rows[0]["peer_reviewed"])),
        "validated": _FLAGS.get(str(rows[0]["validated_measure"])),
        "months_after_end": max((month for month in months if isfinite(month)), default=nan),
        "months_known": not months or any(map(isfinite, months)),
        "som": design.som,
        "risk": answer_of(judgements, "rob2_overall" if design.randomised else "robins_overall", name),
        **_rated(name, rows, drop, judgements, boundary),
    }


def _rated(name: str, rows: list[pd.Series], drop: Attrition | None, judgements: pd.DataFrame, boundary: str) -> dict[str, Any]:
    def judged(question: str) -> bool | None:
        return _FLAGS.get(answer_of(judgements, question, name) or "")

    first = rows[0]
    facts = StudyFacts(
        design=str(first["design"]),
        attrition=drop,
        boundary=boundary,
        baseline=_worst(rows, "baseline_smd"),
        adjusted=_FLAGS.get(str(first["baseline_adjusted"])),
        confounding_factor=judged("confounding_factor"),
        invalid_outcome=judged("invalid_outcome"),
        compromised=judged("compromised"),
    )
    scale = ScaleFacts(
        design=facts.design,
        conditions=answer_of(judgements, "design_conditions", name),
        low_attrition=None if drop is None else low_attrition(drop, boundary=boundary),
        balance=_worst(rows, "balance_smd"),
        pretrend_p=_or_none(first["pretrend_p"]),
        pretrend_gap=_worst(rows, "pretrend_gap"),
        first_stage_f=_or_none(first["first_stage_f"]),
        density_p=_or_none(first["density_p"]),
    )
    wwc, sms = study_rating(facts), maryland_level(scale)
    return {
        "wwc": None if wwc.value == NOT_ASSESSABLE else wwc.value,
        "wwc_missing": wwc.missing,
        "sms": sms.order,
        "sms_ceiling": DESIGNS[facts.design].maryland,
        "sms_reason": sms.reasons[0],
        "sms_missing": sms.missing,
    }


def _worst_attrition(rows: list[pd.Series]) -> Attrition | None:
    """The largest drop-out among the effects of one study; None where the numbers were not given."""
    found = []
    for row in rows:
        people = [_float(row[name]) for name in _PEOPLE]
        if all(map(isfinite, people)) and min(people[0], people[2]) > 0:
            found.append(attrition(*people))
    return max(found, key=lambda drop: drop.overall, default=None)


def _better(row: pd.Series, g: float) -> bool | None:
    """Whether the effect points the good way; None where there is none to read."""
    if isfinite(g):
        return g > 0
    effect, none = _float(row["effect"]), MEASURES[str(row["measure"])].no_effect
    return None if not isfinite(effect) else (effect > none) == (row["direction_of_good"] == "up") and effect != none


def _agreed(findings: list[str | None]) -> str | None:
    known = set(findings)
    return findings[0] if len(known) == 1 else None if None in known else "unclear"


def _worst(rows: list[pd.Series], column: str) -> float | None:
    values = [abs(_float(row[column])) for row in rows]
    known = [value for value in values if isfinite(value)]
    return max(known) if known else None


def _or_none(value: Any) -> float | None:
    number = _float(value)
    return number if isfinite(number) else None


def _float(value: Any) -> float:
    return nan if value is None or pd.isna(value) or value == "" else float(value)
