"""How wrong may parallel trends be before the answer changes? Robust intervals and the breakdown value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, is_finite, one_of, shown
from whatworks.did.event_path import EventPath, read_event_path
from whatworks.did.pretrends import CLUSTERS_PER_EFFECT
from whatworks.did.relative_magnitude import relative_magnitude_interval
from whatworks.did.smoothness import fixed_length_interval

RESTRICTIONS = ("relative_magnitude", "smoothness")
# The breakdown value is looked for in these steps: of the ratio, or of the standard error of the effect.
RESOLUTION = 0.01
# In such steps: ratios up to 100, and bends up to 100 standard errors.
_MOST_STEPS = 10_000
_COUNTS = ("nobs", "n_units", "n_treated", "n_comparison", "n_dropped", "clusters")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Question:
    """What is asked of an event study."""

    path: EventPath
    weights: np.ndarray
    restriction: str
    conf_level: float
    effect: float = field(init=False)
    std_error: float = field(init=False)

    def __post_init__(self) -> None:
        n = self.path.n_before
        object.__setattr__(self, "effect", float(self.weights @ self.path.estimates[n:]))
        object.__setattr__(self, "std_error", float(np.sqrt(self.weights @ self.path.vcov[n:, n:] @ self.weights)))

    def interval(self, bound: float) -> dict[str, float]:
        """Estimate, standard error and robust interval under one bound."""
        asked = {"n_before": self.path.n_before, "weights": self.weights, "bound": bound, "conf_level": self.conf_level}
        if self.restriction == "relative_magnitude":
            low, high = relative_magnitude_interval(self.path.estimates, self.path.vcov, **asked)  # type: ignore[arg-type]
            return {"estimate": self.effect, "std_error": np.nan, "conf_low": low, "conf_high": high, "bias": np.nan}
        found = fixed_length_interval(self.path.estimates, self.path.vcov, **asked)  # type: ignore[arg-type]
        return {
            "estimate": found.estimate,
            "std_error": found.std_error,
            "conf_low": found.estimate - found.half_length,
            "conf_high": found.estimate + found.half_length,
            "bias": found.bias,
        }

    def covers_zero(self, bound: float) -> bool:
        """Does the robust interval hold zero?"""
        interval = self.interval(bound)
        return interval["conf_low"] <= 0 <= interval["conf_high"]


def honest(
    event_study_result: EffectResult,
    *,
    restriction: str = "relative_magnitude",
    bounds: Sequence[float] | None = None,
    event_time: int | Mapping[int, float] = 0,
    leads: int | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Confidence intervals for an effect that hold although trends are not quite parallel.

    Parallel trends are replaced by a bound on how far they may differ after the start, in the light of how far they differed
    before it. The interval covers the effect with the stated probability whenever the bound is true.

    Parameters
    ----------
    event_study_result : of :func:`whatworks.did.event_study`, or of :func:`whatworks.did.aggregate` by event time after
        ``att_gt(base_period="universal")``: every effect against one time before the start
    restriction : ``"relative_magnitude"``: from one time to the next, the arms drift apart by at most ``bound`` times the largest
        such drift before the start; ``"smoothness"``: they may differ by any straight line, whose slope changes by at most
        ``bound`` from one time to the next
    bounds : values of the bound, 0 or more; a ratio, or for smoothness in units of the outcome per time. None means 0.5, 1, 1.5
        and 2; for smoothness 0, 0.5, 1 and 2 times the largest bend in the estimates before the start
    event_time : the time since start whose effect is asked for, or weights by time since start: ``{0: 0.5, 1: 0.5}``
    leads : only so many times before the reference, the nearest; None uses all
    conf_level : of the intervals

    Returns
    -------
    :class:`whatworks.EffectResult`. The headline is the effect with the usual normal interval, as if trends were parallel. One
    part per bound: ``bound``, conf_low and conf_high the robust interval, ``bias`` the worst bias (smoothness). With smoothness,
    estimate and std_error are those of the best affine estimator under the bound. ``statistics["breakdown"]`` is the smallest
    bound whose interval holds zero, to 0.01 (smoothness: to 0.01 standard errors of the effect), infinite beyond 100 (100
    standard errors). The check ``robust_to_trends`` passes when it exceeds 1 (smoothness: 0, any straight line);
    ``many_leads`` (smoothness) fails when there are fewer than ten clusters for each effect before the start.

    Raises
    ------
    InvalidOption
        If the result does not compare with one reference time (a varying base), or an option is out of range.
    NotIdentified
        If there are no effects before the start, times in between have no estimate, or (smoothness) there are more leads than
        clusters can tell apart.

    References
    ----------
    Rambachan & Roth (2023), Review of Economic Studies 90:2555-2591. Relative magnitudes: the hybrid of the conditional and the
    least favourable test of Andrews, Roth & Pakes (2023), Review of Economic Studies 90:2763-2791. Smoothness: fixed-length
    intervals of Armstrong & Kolesár (2018), Econometrica 86:655-683. Times between the reference and the start, left free for
    anticipation, count as affected.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"unit": np.repeat(range(60), 6), "year": [2016, 2017, 2018, 2019, 2020, 2021] * 60})
    >>> panel["start"] = np.where(panel["unit"] < 30, 2020, 0)
    >>> panel["score"] = rng.normal(0, 1, 360) + 3.0 * ((panel["unit"] < 30) & (panel["year"] >= 2020))
    >>> study = ww.did.event_study(panel, outcome="score", unit="unit", time="year", first_treated="start")
    >>> robust = ww.did.honest(study, bounds=[0.5, 1])
    >>> robust.parts[["bound", "conf_low", "conf_high"]].round(1).to_dict("records")
    [{'bound': 0.5, 'conf_low': 2.6, 'conf_high': 4.4}, {'bound': 1.0, 'conf_low': 2.5, 'conf_high': 4.8}]
    """
    one_of(restriction, RESTRICTIONS, name="restriction")
    confidence(conf_level)
    path = read_event_path(event_study_result).latest(leads).without_gaps(event_time)
    question = _Question(path=path, weights=path.weights(event_time), restriction=restriction, conf_level=conf_level)
    chosen = _checked_bounds(bounds, question)
    parts = [question.interval(bound) for bound in chosen]
    breakdown = _breakdown(question)
    arguments = {
        "restriction": restriction, "bounds": chosen, "event_time": event_time, "leads": leads, "conf_level": conf_level,
        "study": dict(event_study_result.provenance.arguments), "study_method": event_study_result.method,
    }  # fmt: skip
    return EffectResult(
        method="did.honest",
        estimand=f"Average effect on the treated, {_target_text(event_time)}",
        measure=event_study_result.measure,
        unit=event_study_result.unit,
        good=event_study_result.good,
        effects=_effects(question, chosen, parts),
        provenance=replace(event_study_result.provenance, arguments=arguments),
        conf_level=conf_level,
        statistics={
            **{name: value for name, value in event_study_result.statistics.items() if name in _COUNTS},
            "breakdown": breakdown,
            "leads": float(path.n_before),
        },
        checks=(
            _robust_to_trends(question, breakdown),
            *_many_leads(question, event_study_result.statistics.get("clusters")),
            *event_study_result.checks,
        ),
    )


def _checked_bounds(bounds: Sequence[float] | None, question: _Question) -> list[float]:
    if bounds is None:
        return [0.5, 1.0, 1.5, 2.0] if question.restriction == "relative_magnitude" else _bends(question.path)
    chosen: list[Any] = list(bounds) if isinstance(bounds, (Sequence, np.ndarray)) else [bounds]
    if not chosen or not all(is_finite(bound) and bound >= 0 for bound in chosen):
        raise InvalidOption(f"bounds={shown(bounds)} must be one or more finite numbers, 0 or more.")
    return [float(bound) for bound in chosen]


def _bends(path: EventPath) -> list[float]:
    """No bend at all, and multiples of the largest one that the estimates themselves show before the start."""
    before = np.append(path.estimates[: path.n_before], 0.0)
    if len(before) < 3:
        raise InvalidOption("One effect before the start shows no bend to take as a measure. Give bounds=, in units per time.")
    largest = float(np.abs(np.diff(before, 2)).max())
    return [0.0, 0.5 * largest, largest, 2 * largest]


def _breakdown(question: _Question) -> float:
    """Smallest bound, in steps of the resolution, whose interval holds zero; infinite if none does."""
    step = RESOLUTION if question.restriction == "relative_magnitude" else RESOLUTION * question.std_error
    return step * _first_step(lambda steps: question.covers_zero(steps * step))


def _first_step(holds: Callable[[int], bool]) -> float:
    """The first whole number from 0 at which something holds that, once it holds, holds on."""
    if holds(0):
        return 0.0
    low, high = 0, 64
    while not holds(high):
        low, high = high, 2 * high
        if low > _MOST_STEPS:
            return np.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return float(high)


def _effects(question: _Question, bounds: list[float], parts: list[dict[str, float]]) -> pd.DataFrame:
    reach = float(stats.norm.ppf(0.5 + question.conf_level / 2)) * question.std_error
    headline = {
        "term": "ATT",
        "kind": "headline",
        "estimate": question.effect,
        "std_error": question.std_error,
        "conf_low": question.effect - reach,
        "conf_high": question.effect + reach,
        "p_value": float(2 * stats.norm.sf(abs(question.effect) / question.std_error)),
        "bound": np.nan,
        "bias": np.nan,
    }
    name = question.restriction.replace("_", " ")
    rows = [
        {"term": f"{name} {bound:g}", "kind": "part", "p_value": np.nan, "bound": bound, **part}
        for bound, part in zip(bounds, parts, strict=True)
    ]
    return pd.DataFrame([headline, *rows])[list(headline)].astype({"term": "str", "kind": "str"})


def _robust_to_trends(question: _Question, breakdown: float) -> Check:
    """Does the effect stay clear of zero when trends are as unparallel after the start as before it?"""
    relative = question.restriction == "relative_magnitude"
    limit = 1.0 if relative else 0.0
    statistics = {"breakdown": breakdown, "bound": limit}
    critical = float(stats.norm.ppf(0.5 + question.conf_level / 2))
    if abs(question.effect) <= critical * question.std_error:
        message = "The effect cannot be told from zero even if trends are parallel, so there is no finding to upset."
        return Check(name="robust_to_trends", passed=None, message=message, statistics=statistics)
    size = f"{breakdown:.3g} times the largest before the start" if relative else f"bends of {breakdown:.3g} per time"
    end = "no violation looked at reaches zero" if np.isinf(breakdown) else f"the interval reaches zero at {size}"
    message = f"Allowing for violations of parallel trends, {end} (needed: beyond {limit:g})."
    return Check(name="robust_to_trends", passed=bool(breakdown > limit), message=message, statistics=statistics)


def _many_leads(question: _Question, clusters: float | None) -> tuple[Check, ...]:
    """Are there clusters enough to choose the weights of that many effects by their covariance?"""
    if question.restriction != "smoothness" or clusters is None:
        return ()
    leads, limit = question.path.n_before, float(clusters // CLUSTERS_PER_EFFECT)
    return (
        Check(
            name="many_leads",
            passed=leads <= limit,
            message=f"The estimator weighs {leads} effects before the start by a covariance from {clusters:g} clusters; with "
            f"more than {limit:g} (one for every {CLUSTERS_PER_EFFECT} clusters) intervals tend to be too short. Use leads=.",
            statistics={"leads": float(leads), "clusters": float(clusters), "limit": limit},
        ),
    )


def _target_text(event_time: int | Mapping[int, float]) -> str:
    if not isinstance(event_time, Mapping):
        return f"{event_time} times after the start" if event_time else "the first time"
    return "weighted over times since start " + ", ".join(f"{time} ({weight:g})" for time, weight in event_time.items())
