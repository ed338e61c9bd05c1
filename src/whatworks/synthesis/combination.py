"""Our own estimate beside the published ones: what both say together, how much each counts, and whether they agree."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.core.options import confidence, not_negative
from whatworks.synthesis.place_posterior import PlacePosterior, known_spread, unknown_spread

# Evans & Moshonov (2006): a prior-predictive p-value this small says that the two sources contradict each other.
_CONFLICT = 0.05
# Standardised differences above this are large in the matching literature (Stuart 2010) and in transport (Tipton 2014).
_FAR = 0.25
_FROM_POOLS = {"synthesis.pool": ("tau2",), "synthesis.multilevel": ("sigma2_study", "sigma2_effect")}


def combine(
    local: EffectResult,
    published: EffectResult,
    *,
    tau2: float | None = None,
    transport: pd.DataFrame | None = None,
    threshold: float = 0.0,
    conf_level: float = 0.95,
) -> EffectResult:
    """The effect here, given what we measured and what studies elsewhere found: a posterior, with the weight of each shown.

    Studies elsewhere say what to expect in a place like ours: their average, give or take how much places differ. Our own
    estimate then moves that expectation. Where studies agree and are many, they count much; where places differ, ours does. How
    much places differ is itself unsure with few studies, so the answer is averaged over everything that it may be. Few clusters
    of ours have intervals by Student's t, wider than normal ones: ours enters with the spread of the normal distribution whose
    interval is as wide. Of :func:`multilevel`, whose effects depend on each other, the variance between places is taken as
    estimated, and the whole with the width of its interval.

    Parameters
    ----------
    local : our own estimate, on the scale of the published ones (for an SMD see :func:`own_effect`; good in the same direction)
    published : of :func:`pool` or :func:`multilevel`
    tau2 : variance between places; by default what the published studies and our own show. A single study shows none: then give
        it. Studies pooled with ``tau2="EE"`` are held to differ by chance alone
    transport : how our citizens differ from the studies', one row per characteristic with columns covariate, ours, studies, sd
    threshold : smallest effect that matters, on the common scale
    conf_level : coverage of the intervals

    Returns
    -------
    EffectResult
        Headline: the combined effect. Parts: "published" (what to expect in a place like ours, before ours is looked at) and
        "ours". Columns ``half_low`` and ``half_high`` hold each by 50 per cent, ``weight`` says how many per cent it is of the
        headline. Statistics: weight_local, weight_published, conflict_pvalue, prob_positive,
        prob_above_threshold, k, tau2, transport_worst. Checks: conflict (fails where the sources contradict each other: then the
        headline is no answer, and both stand beside it), transport (None without a frame), and the published result's own.

    Raises
    ------
    InvalidOption
        If measures or directions of good differ, the published result is no pool, or ``tau2`` is missing for one study.
    InvalidEffect
        If either has no standard error above 0.
    MissingColumn, MissingValues, EmptyData, InvalidColumn
        If ``transport`` lacks a column or values.

    References
    ----------
    Higgins, Thompson & Spiegelhalter (2009), J. R. Statist. Soc. A 172:137-159 (the predictive distribution as a prior); Gelman
    (2006), Bayesian Analysis 1:515-534, and Röver (2020), J. Statist. Software 93(6) (averaging over the spread); Box
    (1980), J. R. Statist. Soc. A 143:383-430 and Evans & Moshonov (2006), Bayesian Analysis 1:893-914 (conflict); Tipton (2014),
    J. Educ. Behav. Statist. 39:478-501 (how populations differ).

    Examples
    --------
    >>> es = pd.DataFrame({"yi": [0.2, 0.3, 0.25, 0.35], "vi": [0.01, 0.01, 0.02, 0.02]})
    >>> elsewhere = ww.synthesis.pool(es, measure="SMD", tau2="EE", test="z")
    >>> here = ww.synthesis.pool(pd.DataFrame({"yi": [0.1], "vi": [0.01]}), measure="SMD")
    >>> both = ww.synthesis.combine(here, elsewhere)
    >>> round(both.headline.estimate, 3), round(both.statistics["weight_local"])
    (0.225, 25)
    """
    _refuse(local, published, conf_level)
    threshold = not_negative("threshold", threshold)
    ours, ours_variance, ours_widening = _headline(local)
    theirs, theirs_variance, widening = _headline(published)
    between = _between(published, tau2)
    ours_variance *= ours_widening
    # A variance between places that is itself estimated from few studies is as unsure as their mean; one that is given is not.
    expected_variance = theirs_variance * widening + between * (widening if tau2 is None else 1.0)
    if tau2 is None and _has_unknown_spread(published):
        studies = published.parts
        both = unknown_spread(ours, ours_variance, studies["estimate"].to_numpy(), studies["std_error"].to_numpy() ** 2)
    else:
        both = known_spread(ours, ours_variance, theirs, expected_variance)
    conflict = float(2 * stats.norm.sf(abs(ours - theirs) / np.sqrt(expected_variance + ours_variance)))
    away, worst = _transport(transport)
    effects = pd.DataFrame(
        [
            _together(both, conf_level),
            _row("published", theirs, expected_variance, conf_level, 100 * (1 - both.weight)),
            _row("ours", ours, ours_variance, conf_level, 100 * both.weight),
        ]
    )
    good = local.good or published.good
    arguments = {"tau2": tau2, "threshold": threshold, "conf_level": conf_level, "transport": transport is not None}
    return EffectResult(
        method="synthesis.combine",
        estimand="effect in a place like ours, given our own estimate and the published studies",
        measure=published.measure,
        unit=published.unit,
        good=good,
        conf_level=conf_level,
        effects=effects,
        statistics={
            "weight_local": 100 * both.weight,
            "weight_published": 100 * (1 - both.weight),
            "conflict_pvalue": conflict,
            "prob_positive": 1 - both.below(0.0),
            "prob_above_threshold": both.below(-threshold) if good == "down" else 1 - both.below(threshold),
            "k": published.statistics.get("n_studies", np.nan),
            "tau2": between,
            "transport_worst": worst,
        },
        checks=(_conflict(conflict, ours, theirs), away, *published.checks),
        provenance=Provenance(data_fingerprint=_fingerprint(local, published), arguments=arguments),
    )


def _refuse(local: EffectResult, published: EffectResult, conf_level: float) -> None:
    if published.method not in _FROM_POOLS:
        raise InvalidOption(f"published must come from ww.synthesis.pool or multilevel; this result is of {published.method}.")
    if local.measure != published.measure:
        raise InvalidOption(
            f"Our estimate is a {local.measure}, the published one a {published.measure}: no average of the two means anything. "
            "Bring ours onto their scale first, for an SMD with ww.synthesis.own_effect(result, sd_comparison=...)."
        )
    if local.good and published.good and local.good != published.good:
        raise InvalidOption(
            f"Good is {local.good!r} in our estimate and {published.good!r} in the published one. Turn one: ww.synthesis.flip."
        )
    confidence(conf_level)


def _headline(result: EffectResult) -> tuple[float, float, float]:
    """Estimate, variance, and what the variance is multiplied by for an interval wider than the normal one."""
    estimate, std_error = float(result.headline.estimate), float(result.headline.std_error)
    if not (np.isfinite(estimate) and np.isfinite(std_error) and std_error > 0):
        raise InvalidEffect(
            f"{result.method} has no estimate with a standard error above 0, so it cannot be weighed. Show it beside."
        )
    reach = (float(result.headline.conf_high) - float(result.headline.conf_low)) / 2
    widening = reach / (float(stats.norm.ppf(0.5 + result.conf_level / 2)) * std_error)
    return estimate, std_error**2, max(1.0, widening**2) if np.isfinite(widening) else 1.0


def _between(published: EffectResult, tau2: float | None) -> float:
    """Variance between places: as asked, else what the published studies show."""
    if tau2 is not None:
        return not_negative("tau2", tau2)
    if published.statistics.get("n_studies", 0) < 2:
        raise InvalidOption(
            "One published study does not show how much places differ. Give tau2=, for example from reviews of the outcome."
        )
    return float(sum(published.statistics[name] for name in _FROM_POOLS[published.method]))


def _has_unknown_spread(published: EffectResult) -> bool:
    """Whether the studies stand there one by one, and are not held to differ by chance alone."""
    return published.method == "synthesis.pool" and published.provenance.arguments.get("tau2") != "EE"


def _together(both: PlacePosterior, conf_level: float) -> dict[str, Any]:
    below = both.below(0.0)
    return {
        "term": "combined",
        "kind": "headline",
        "estimate": both.estimate,
        "std_error": both.std_error,
        "conf_low": both.quantile((1 - conf_level) / 2),
        "conf_high": both.quantile((1 + conf_level) / 2),
        "p_value": 2 * min(below, 1 - below),
        "half_low": both.quantile(0.25),
        "half_high": both.quantile(0.75),
        "weight": 100.0,
    }


def _row(term: str, estimate: float, variance: float, conf_level: float, weight: float) -> dict[str, Any]:
    std_error = float(np.sqrt(variance))
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * std_error
    return {
        "term": term,
        "kind": "part",
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": estimate - reach,
        "conf_high": estimate + reach,
        "p_value": float(2 * stats.norm.sf(abs(estimate) / std_error)),
        "half_low": estimate + float(stats.norm.ppf(0.25)) * std_error,
        "half_high": estimate + float(stats.norm.ppf(0.75)) * std_error,
        "weight": weight,
    }


def _conflict(p: float, ours: float, theirs: float) -> Check:
    passed = p >= _CONFLICT
    message = f"Ours is {ours:.3g}, the published {theirs:.3g}: a gap this large has probability {p:.3f} (limit {_CONFLICT})."
    if not passed:
        message += " The two contradict each other; do not average them, find out why."
    return Check(name="conflict", passed=passed, message=message, statistics={"p_value": p, "limit": _CONFLICT})


def _transport(table: pd.DataFrame | None) -> tuple[Check, float]:
    """How far our citizens are from the studies', in standard deviations."""
    if table is None:
        message = "Nothing is known here about how our citizens differ from those studied."
        return Check(name="transport", passed=None, message=message), float("nan")
    require_columns(table, ["covariate", "ours", "studies", "sd"], what="transport")
    ours, studies, sd = (numeric(table, column, what="transport") for column in ("ours", "studies", "sd"))
    if (sd <= 0).any():
        raise InvalidEffect(f"transport column 'sd' is not above 0 in {int((sd <= 0).sum())} rows. Give standard deviations.")
    gap = np.abs(ours - studies) / sd
    place = int(np.argmax(gap))
    worst = float(gap[place])
    name = table["covariate"].iloc[place]
    message = f"Our citizens differ most from the studies' in {name}: {worst:.2f} standard deviations (limit {_FAR})."
    return Check(name="transport", passed=worst <= _FAR, message=message, statistics={"worst": worst, "limit": _FAR}), worst


def _fingerprint(local: EffectResult, published: EffectResult) -> str:
    both = pd.DataFrame({"fingerprint": [local.provenance.data_fingerprint, published.provenance.data_fingerprint]})
    return fingerprint(both, ["fingerprint"])
