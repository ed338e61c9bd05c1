"""Rows of a comparison: the spread between providers, each provider, owners, and periods; nothing about too few people."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from whatworks.benchmarking.gate import few_events
from whatworks.benchmarking.overdispersion import paule_mandel
from whatworks.benchmarking.shrinkage import rank_intervals, shrink

if TYPE_CHECKING:
    from whatworks.benchmarking.compare import Comparison

# Spiegelhalter's two funnels: about one provider in 20, and one in 500, lies outside by chance.
FUNNELS = {"95": 0.95, "998": 0.998}
_TEXT = ("term", "kind", "level", "provider", "ownership", "period", "place", "reason")
_NUMBERS = (
    "estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "observed", "expected", "unadjusted", "shrunken",
    "shrunken_low", "shrunken_high", "reliability", "limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998",
    "rank_low", "rank_high", "top_third", "bottom_third",
)  # fmt: skip
_ORDER = (
    "term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "level", "provider", "ownership", "period", "n",
    "observed", "expected", "unadjusted", "shrunken", "shrunken_low", "shrunken_high", "reliability", "limit_low_95",
    "limit_high_95", "limit_low_998", "limit_high_998", "place", "rank_low", "rank_high", "top_third", "bottom_third",
    "comparable", "reason", "suppressed",
)  # fmt: skip


def comparison_rows(
    found: "Comparison", *, overdispersion: str, good: str | None, k: int, draws: int, seed: int | None, conf_level: float
) -> tuple[pd.DataFrame, float]:
    """All rows of the result, and how far differences last from one period to the next."""
    providers = _providers(found, overdispersion=overdispersion, conf_level=conf_level)
    if good is not None and draws and found.gate.comparable.sum() > 1:
        fair = found.gate.comparable
        ranks = rank_intervals(
            found.shrunken.estimate[fair],
            found.shrunken.std_error[fair],
            good=good,
            draws=draws,
            seed=seed,
            conf_level=conf_level,
        )
        for column in ("low", "high"):
            providers.loc[fair, f"rank_{column}"] = getattr(ranks, column)
        providers.loc[fair, "top_third"], providers.loc[fair, "bottom_third"] = ranks.top_third, ranks.bottom_third
    providers.loc[~found.gate.comparable, [column for column in _NUMBERS if column != "n"]] = np.nan
    providers.loc[found.gate.hidden, "n"] = np.nan
    frames = [_headline(found), providers, _owners(found, conf_level)]
    cells, persistence = _cells(found, k=k, conf_level=conf_level)
    rows = pd.concat([frame.reindex(columns=list(_ORDER)) for frame in [*frames, cells] if len(frame)], ignore_index=True)
    flags = {column: rows[column].eq(True) for column in ("comparable", "suppressed")}
    rows = rows.assign(**flags).astype(dict.fromkeys(_NUMBERS, float))
    return rows.astype(dict.fromkeys(_TEXT, "str")), persistence


def _headline(found: "Comparison") -> pd.DataFrame:
    fair = found.gate.comparable
    low, high = (float(np.sqrt(each)) for each in found.tau2_limits)
    z = (found.estimate[fair] - found.target) / found.std_error[fair]
    p_value = float(chi2.sf(z @ z, len(z) - 1)) if len(z) > 1 else np.nan
    row: dict[str, Any] = {
        "term": "spread between providers", "kind": "headline", "estimate": float(np.sqrt(found.tau2)), "conf_low": low,
        "conf_high": high, "p_value": p_value, "level": "all", "comparable": bool(fair.any()), "suppressed": False,
    }  # fmt: skip
    return pd.DataFrame([row])


def _providers(found: "Comparison", *, overdispersion: str, conf_level: float) -> pd.DataFrame:
    citizens, standardised = found.citizens, found.standardised
    reach = float(norm.ppf((1 + conf_level) / 2))
    counts = citizens.family == "poisson"
    n = standardised.n
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.ones_like(n) if counts else n
        observed, expected = standardised.observed / per, standardised.expected / per
        z = (found.estimate - found.target) / found.std_error
    shrunken = found.shrunken
    out = pd.DataFrame(
        {
            "term": list(citizens.providers),
            "kind": "part",
            "estimate": found.estimate,
            "std_error": found.std_error,
            "conf_low": found.estimate - reach * found.std_error,
            "conf_high": found.estimate + reach * found.std_error,
            "p_value": 2 * norm.sf(np.abs(z)),
            "level": "provider",
            "provider": list(citizens.providers),
            "ownership": list(citizens.ownership) if citizens.ownership is not None else None,
            "n": n,
            "observed": observed,
            "expected": expected,
            "unadjusted": _unadjusted(found),
            "shrunken": shrunken.estimate,
            "shrunken_low": shrunken.estimate - reach * shrunken.std_error,
            "shrunken_high": shrunken.estimate + reach * shrunken.std_error,
            "reliability": shrunken.reliability,
            "rank_low": np.nan,
            "rank_high": np.nan,
            "top_third": np.nan,
            "bottom_third": np.nan,
            "comparable": found.gate.comparable,
            "reason": list(found.gate.reasons),
            "suppressed": found.gate.hidden,
        }
    )
    if found.target == 1.0:
        # A ratio of counts cannot be below 0, whatever a symmetric interval says.
        out[["conf_low", "shrunken_low"]] = out[["conf_low", "shrunken_low"]].clip(lower=0.0)
    return _with_funnel(out, found, overdispersion)


def _unadjusted(found: "Comparison") -> np.ndarray:
    """The same comparison without case mix: difference of means, or ratio of rates."""
    citizens = found.citizens
    observed, at_risk = citizens.sums(citizens.y), citizens.sums(citizens.exposure)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, average = observed / at_risk, citizens.y.sum() / citizens.exposure.sum()
        return np.asarray(rate / average if citizens.family == "poisson" else rate - average)


def _with_funnel(rows: pd.DataFrame, found: "Comparison", overdispersion: str) -> pd.DataFrame:
    width = np.sqrt(found.std_error**2 + np.nan_to_num(found.limits_tau2))
    if overdispersion == "multiplicative":
        # Less variation than chance gives is no reason to narrow the funnel.
        width = found.std_error * np.sqrt(np.fmax(found.phi, 1.0))
    distance = np.abs(found.estimate - found.target) / width
    place = np.full(len(rows), "as_expected", dtype=object)
    for name, coverage in FUNNELS.items():
        reach = float(norm.ppf((1 + coverage) / 2))
        low = found.target - reach * width
        rows[f"limit_low_{name}"] = np.maximum(low, 0.0) if found.target == 1.0 else low
        rows[f"limit_high_{name}"] = found.target + reach * width
        place[distance > reach] = f"outside_{name}"
    place[~found.gate.comparable] = ""
    return rows.assign(place=place)


def _owners(found: "Comparison", conf_level: float) -> pd.DataFrame:
    """Average of each owner's providers, weighted as in a random-effects model; owners differ in more than who owns them."""
    if found.citizens.ownership is None:
        return pd.DataFrame()
    reach = float(norm.ppf((1 + conf_level) / 2))
    owners, rows = np.array(found.citizens.ownership, dtype=object), []
    for owner in sorted(set(owners)):
        ours = (owners == owner) & found.gate.comparable
        row: dict[str, Any] = {"term": f"ownership: {owner}", "kind": "part", "level": "ownership", "ownership": owner}
        if ours.any() and np.isfinite(found.tau2):
            weights = 1 / (found.std_error[ours] ** 2 + found.tau2)
            estimate, error = float(np.average(found.estimate[ours], weights=weights)), float(weights.sum() ** -0.5)
            low, high = estimate - reach * error, estimate + reach * error
            p_value = float(2 * norm.sf(abs(estimate - found.target) / error))
            row |= {"estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high, "p_value": p_value}
        rows.append({**row, "comparable": bool(ours.any()), "suppressed": False})
    return pd.DataFrame(rows)


def _cells(found: "Comparison", *, k: int, conf_level: float) -> tuple[pd.DataFrame, float]:
    """Every provider in every period, and the correlation of true differences in neighbouring periods."""
    cells, citizens = found.cells, found.citizens
    if cells is None:
        return pd.DataFrame(), float("nan")
    shape = (citizens.count, len(citizens.periods))
    groups = citizens.codes * shape[1] + citizens.period
    small = ((cells.n > 0) & (cells.n < k)).reshape(shape)
    if citizens.family != "linear":
        small |= few_events(citizens, groups, len(cells.n), k).reshape(shape)
    # One hidden period could be computed from the provider's total, so the whole series goes.
    shown = found.gate.comparable & ~small.any(axis=1)
    usable = (np.repeat(shown, shape[1])) & (cells.n > 0)
    y, s = np.where(usable, cells.estimate, np.nan), np.where(usable, cells.std_error, np.nan)
    tau2 = paule_mandel(y[usable], s[usable], cells.target) if usable.sum() > 1 else np.nan
    reach = float(norm.ppf((1 + conf_level) / 2))
    pulled = shrink(y, s, target=cells.target, tau2=tau2)
    per = np.where(usable, cells.n if cells.target == 0 else 1.0, np.nan)
    rows = pd.DataFrame(
        {
            "term": [f"{name}, {period}" for name in citizens.providers for period in citizens.periods],
            "kind": "part",
            "estimate": y,
            "std_error": s,
            "conf_low": np.maximum(y - reach * s, 0.0) if cells.target == 1 else y - reach * s,
            "conf_high": y + reach * s,
            "p_value": 2 * norm.sf(np.abs(y - cells.target) / s),
            "level": "provider_period",
            "provider": np.repeat(citizens.providers, shape[1]),
            "ownership": np.repeat(citizens.ownership, shape[1]) if citizens.ownership is not None else None,
            "period": list(citizens.periods) * shape[0],
            "n": np.where(usable, cells.n, np.nan),
            "observed": cells.observed / per,
            "expected": cells.expected / per,
            "shrunken": pulled.estimate,
            "shrunken_low": pulled.estimate - reach * pulled.std_error,
            "shrunken_high": pulled.estimate + reach * pulled.std_error,
            "reliability": pulled.reliability,
            "comparable": np.repeat(shown, shape[1]),
            "reason": np.repeat(found.gate.reasons, shape[1]),
            "suppressed": np.repeat(found.gate.hidden | small.any(axis=1), shape[1]),
        }
    )
    return rows[np.repeat(citizens.rows > 0, shape[1]) & (cells.n > 0)], _persistence(y.reshape(shape), cells.target, tau2)


def _persistence(y: np.ndarray, target: float, tau2: float) -> float:
    """Covariance of neighbouring periods over the variance beyond chance: 1 lasts, 0 does not."""
    products = ((y - target)[:, :-1] * (y - target)[:, 1:]).ravel()
    products = products[np.isfinite(products)]
    # Without spread beyond chance, or with a handful of pairs, nothing can be said about how it lasts.
    if products.size < 5 or not tau2 > 0:
        return float("nan")
    return float(np.clip(products.mean() / tau2, -1.0, 1.0))
