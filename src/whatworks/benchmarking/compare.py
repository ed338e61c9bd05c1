"""Providers held against what would be expected of their citizens, with how sure that is, and a gate that refuses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.benchmarking.citizens import FAMILIES, Citizens, read_citizens, refuse_what_came_after
from whatworks.benchmarking.comparison_checks import comparison_checks
from whatworks.benchmarking.comparison_rows import comparison_rows
from whatworks.benchmarking.gate import Gate, fair_comparison, few_events
from whatworks.benchmarking.inputs import one_value
from whatworks.benchmarking.mixed import fit_random_effects
from whatworks.benchmarking.overdispersion import additive_tau2, paule_mandel, winsorised_phi
from whatworks.benchmarking.shrinkage import Shrunken, shrink
from whatworks.benchmarking.standardisation import Standardised, fitted_values, standardise
from whatworks.core import EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.disclosure import is_small
from whatworks.core.options import confidence, one_of
from whatworks.inference import checked_draws

MODELS = ("standardised", "random")
OVERDISPERSION = ("additive", "multiplicative", "none")
_MEASURES = {
    ("standardised", "linear"): ("MD", "units of the outcome"),
    ("standardised", "logistic"): ("RD", "difference in proportions"),
    ("standardised", "poisson"): ("ratio", "observed / expected"),
    ("random", "linear"): ("MD", "units of the outcome"),
    ("random", "logistic"): ("logOR", "log odds ratio"),
    ("random", "poisson"): ("logIRR", "log rate ratio"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What the rows of the result are made from; arrays over all J providers, models over those that can be compared."""

    citizens: Citizens
    gate: Gate
    standardised: Standardised
    estimate: np.ndarray
    std_error: np.ndarray
    target: float
    phi: float
    limits_tau2: float
    tau2: float
    tau2_limits: tuple[float, float]
    shrunken: Shrunken
    cells: Standardised | None


def compare(
    df: pd.DataFrame,
    *,
    provider: str,
    outcome: str,
    case_mix: str | Sequence[str] = (),
    measured_after: str | Sequence[str] = (),
    family: str = "auto",
    model: str = "standardised",
    overdispersion: str = "additive",
    exposure: str | None = None,
    ownership: str | None = None,
    period: str | None = None,
    same: str | Sequence[str] = (),
    good: str | None = None,
    unit: str | None = None,
    min_citizens: int = 20,
    max_difference: float = 1.0,
    k: int = 5,
    draws: int = 1000,
    seed: int | None = 0,
    conf_level: float = 0.95,
) -> EffectResult:
    """Whether providers differ in what comes of their citizens by more than chance and case mix, and which may be looked into.

    Parameters
    ----------
    df : one row per citizen (or course); providers of all owners in one frame
    provider, outcome : columns
    case_mix : factors known before the effort: baseline score, support need, age. Text columns become categories
    measured_after : columns measured after the effort began (staff ratio, hours, length of stay); as case mix they are refused
    family : "linear", "logistic" (0/1), "poisson" (counts), or "auto": logistic for 0/1, poisson where there is an exposure
    model : "standardised": observed against expected by indirect standardisation; "random": a random intercept for every
        provider, linear by restricted maximum likelihood, logistic and Poisson by adaptive quadrature
    overdispersion : how the funnel is widened where providers differ by more than chance: "additive" (a variance between
        providers), "multiplicative" (a factor) or "none"
    exposure : column with time at risk, for counts
    ownership : column with the owner (municipal, regional, private): an attribute, never adjusted for
    period : column with the period; providers are then held against others in the same period, and each period has rows
    same : columns that must hold one value in all rows: instrument, informant, paragraph, price level
    good : "up" or "down", the direction that is good for the citizen; without it nothing is ranked
    unit : unit of the outcome, readable aloud
    min_citizens, max_difference : what the gate asks for (see :func:`~whatworks.benchmarking.gate.fair_comparison`)
    k : smallest published count; below it a provider's numbers are not in the result
    draws : for rank intervals; 0 leaves ranks out
    seed : of the draws
    conf_level : coverage of intervals

    Returns
    -------
    EffectResult
        Headline: the standard deviation between providers beyond chance and case mix, with its Q-profile interval and the test
        that there is none. Parts, in Danish alphabetical order, with ``level`` "provider", "ownership" or "provider_period":
        provider, ownership, period, n, observed, expected (means per citizen; sums for counts), unadjusted, estimate (adjusted
        difference per citizen, or observed / expected for counts) with its interval under chance alone, shrunken with
        shrunken_low and shrunken_high, reliability, limit_low_95, limit_high_95, limit_low_998, limit_high_998 (funnel), place
        ("as_expected", "outside_95", "outside_998"), rank_low, rank_high, top_third, bottom_third, comparable, reason,
        suppressed. Those that cannot be compared have reasons in place of numbers. Statistics: nobs, n_dropped, n_providers,
        n_comparable, phi (Winsorised), tau2 (between providers), tau2_limits (in the funnel), q, q_df, target, within_variance
        (average variance of one citizen's outcome), persistence (with periods: how far a difference lasts from one period to
        the next). Checks: dropped_rows, fair_comparison, overdispersion, chance_alarms, small_expected.

    Raises
    ------
    MeasuredAfterStart
        If a factor of the case mix is measured after the start.
    TooFewUnits
        If there is one provider.
    NotIdentified
        If the outcome is constant, factors say the same, or the case mix tells yes from no perfectly.
    InvalidColumn, InvalidOption, MissingColumn, MissingValues, EmptyData, DisclosureRisk, NotConverged

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202 (funnel, over-dispersion); Efron & Morris (1975), J. Amer. Statist.
    Assoc. 70:311-319 (shrinkage); Goldstein & Spiegelhalter (1996), J. R. Statist. Soc. A 159:385-443 (ranks).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> need = rng.normal(size=400)
    >>> stays = pd.DataFrame({"home": np.repeat(list("ABCDEFGH"), 50), "need": need, "score": rng.normal(size=400) - 4 * need})
    >>> result = ww.benchmarking.compare(stays, provider="home", outcome="score", case_mix="need", good="up")
    >>> result.parts[["provider", "n", "estimate", "place"]].round(2).head(3)
      provider     n  estimate        place
    0        A  50.0      0.20  as_expected
    1        B  50.0     -0.16  as_expected
    2        C  50.0      0.14  as_expected
    """
    _check_options(family=family, model=model, overdispersion=overdispersion, good=good, conf_level=conf_level, draws=draws)
    case_mix, measured_after = as_list(case_mix), as_list(measured_after)
    refuse_what_came_after(case_mix, measured_after, [each for each in (provider, outcome, exposure, ownership, period) if each])
    one_value(df, same)
    citizens = read_citizens(
        df,
        provider=provider,
        outcome=outcome,
        case_mix=case_mix,
        family=family,
        exposure=exposure,
        ownership=ownership,
        period=period,
    )
    gate = fair_comparison(citizens, min_citizens=min_citizens, max_difference=max_difference, k=k)
    found = _compared(citizens, gate, model=model, overdispersion=overdispersion, conf_level=conf_level)
    measure, default_unit = _MEASURES[model, citizens.family]
    columns = [provider, outcome, *case_mix, *[each for each in (exposure, ownership, period) if each]]
    arguments = {
        "provider": provider, "outcome": outcome, "case_mix": case_mix, "measured_after": measured_after,
        "family": citizens.family, "model": model, "overdispersion": overdispersion, "exposure": exposure,
        "ownership": ownership, "period": period,
        "same": as_list(same), "good": good, "min_citizens": min_citizens, "max_difference": max_difference, "k": k,
        "draws": draws, "conf_level": conf_level,
    }  # fmt: skip
    rows, persistence = comparison_rows(
        found, overdispersion=overdispersion, good=good, k=k, draws=draws, seed=seed, conf_level=conf_level
    )
    return EffectResult(
        method="benchmarking.compare",
        estimand="standard deviation between providers beyond chance and case mix",
        measure=measure,
        unit=unit or default_unit,
        good=good,
        conf_level=conf_level,
        effects=rows,
        statistics=_statistics(found, len(df), persistence, k),
        checks=comparison_checks(found, rows, dropped=len(df) - len(citizens.y)),
        provenance=Provenance(
            data_fingerprint=fingerprint(df, columns), arguments=arguments, seed=seed if draws and good else None
        ),
    )


def _check_options(*, family: str, model: str, overdispersion: str, good: str | None, conf_level: float, draws: int) -> None:
    one_of(family, ("auto", *FAMILIES), name="family")
    one_of(model, MODELS, name="model")
    one_of(overdispersion, OVERDISPERSION, name="overdispersion")
    if good is not None:
        one_of(good, ("up", "down"), name="good")
    confidence(conf_level)
    checked_draws(draws, fewest=0)


def _compared(citizens: Citizens, gate: Gate, *, model: str, overdispersion: str, conf_level: float) -> Comparison:
    fitted, variance = fitted_values(citizens)
    standardised = standardise(citizens, fitted, variance, citizens.codes, citizens.count)
    estimate, std_error, target = standardised.estimate, standardised.std_error, standardised.target
    effects = fit_random_effects(citizens) if model == "random" else None
    if effects is not None:
        estimate, std_error, target = effects.estimate, effects.std_error, 0.0
    fair = gate.comparable
    y, s = estimate[fair], std_error[fair]
    phi, limits_tau2, tau2, between = np.nan, np.nan, np.nan, (np.nan, np.nan)
    if fair.sum() > 1:
        phi = winsorised_phi((y - target) / s)
        limits_tau2 = additive_tau2(s, phi) if overdispersion == "additive" else 0.0
        tail = (1 - conf_level) / 2
        between = (paule_mandel(y, s, target, level=tail), paule_mandel(y, s, target, level=1 - tail))
        tau2 = paule_mandel(y, s, target) if effects is None else effects.tau2
    shrunken = shrink(estimate, std_error, target=target, tau2=tau2)
    if effects is not None:
        shrunken = Shrunken(estimate=effects.shrunken, std_error=effects.shrunken_error, reliability=shrunken.reliability)
    cells = None
    if citizens.period is not None:
        count = citizens.count * len(citizens.periods)
        cells = standardise(citizens, fitted, variance, citizens.codes * len(citizens.periods) + citizens.period, count)
    return Comparison(
        citizens=citizens,
        gate=gate,
        standardised=standardised,
        estimate=estimate,
        std_error=std_error,
        target=target,
        phi=phi,
        limits_tau2=limits_tau2,
        tau2=tau2,
        tau2_limits=between,
        shrunken=shrunken,
        cells=cells,
    )


def _statistics(found: Comparison, rows: int, persistence: float, k: int) -> dict[str, float]:
    fair, n = found.gate.comparable, found.standardised.n
    z = (found.estimate[fair] - found.target) / found.std_error[fair]
    hidden = n[found.gate.hidden]
    # With one provider hidden, or a handful of citizens or events in several, the total would give them back.
    gives_back = hidden.size == 1 or bool(is_small(float(hidden.sum()), k))
    if found.citizens.family != "linear":
        gives_back |= bool(few_events(found.citizens, found.gate.hidden[found.citizens.codes].astype(int), 2, k)[1])
    return {
        "nobs": float("nan") if gives_back else len(found.citizens.y),
        "n_dropped": rows - len(found.citizens.y),
        "n_providers": found.citizens.count,
        "n_comparable": int(fair.sum()),
        "phi": found.phi,
        "tau2": found.tau2,
        "tau2_limits": found.limits_tau2,
        "q": float(z @ z),
        "q_df": max(int(fair.sum()) - 1, 0),
        "target": found.target,
        "within_variance": float((found.std_error[fair] ** 2 * n[fair]).mean()) if fair.any() else float("nan"),
        "persistence": persistence,
    }
