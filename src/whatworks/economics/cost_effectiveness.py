"""Extra cost beside extra effect: more for the same, the same for fewer, or a price to be weighed."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.errors import InvalidEffect, InvalidOption, NoComparisonGroup, NotIdentified, NoTreatedGroup
from whatworks.core.options import one_of
from whatworks.economics.cost_effect_draws import bootstrap_draws, estimate_draws
from whatworks.economics.cost_effect_result import answer
from whatworks.economics.errors import ImplausibleAmount
from whatworks.economics.money import above_zero
from whatworks.economics.ranges import Z95, Ranged, triple
from whatworks.economics.successes import causal_checks, half_width
from whatworks.inference import few_clusters

Array = np.ndarray


def cost_effectiveness(
    df: pd.DataFrame,
    *,
    cost: str,
    effect: str,
    treatment: str,
    price_level: int,
    good: str,
    effect_unit: str,
    cluster: str | None = None,
    weights: str | None = None,
    randomised: bool = False,
    thresholds: Sequence[float] | None = None,
    margin: float | None = None,
    population: float | None = None,
    draws: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> EffectResult:
    """Extra cost and improvement per citizen from citizens' own costs and outcomes, drawn together by the bootstrap.

    Parameters
    ----------
    df : one row per citizen
    cost : column with kroner spent on the citizen, 0 or more, all in ``price_level`` prices
    effect : column with the outcome, in ``effect_unit``
    treatment : 0/1 column
    price_level : the year whose prices ``cost`` is in
    good : "up" or "down", the direction of ``effect`` that is good for the citizen
    effect_unit : unit of the outcome, readable aloud
    cluster : column of groups that were given the effort together; drawn whole
    weights : column of weights that make the groups alike
    randomised : a draw of lots decided who got the effort; otherwise groups without weights are compared as they are, and a
        check says so
    thresholds : values of one unit of improvement in kroner, for the acceptability curve; 41 round ones by default
    margin : largest loss of effect, in ``effect_unit``, that still counts as the same; for the view "same for fewer"
    population : citizens whom the decision is about, for the value of perfect information in all
    draws : bootstrap draws, at least 1,000
    seed : of the draws
    conf_level : coverage of all intervals (percentile)

    Returns
    -------
    EffectResult
        Headline: extra cost per citizen; its ``item`` is the quadrant: "dominant" (better and cheaper), "more_for_more",
        "less_for_less", "dominated". Parts by quantity: improvement (positive is better), quadrant (share of draws), ratio
        (kroner per unit; missing where it would be negative, without an interval where the draws cross an axis),
        acceptability, net_benefit and perfect_information by ``threshold``, more_for_same (share more citizens for the same
        money), same_for_fewer (kroner saved per citizen), and 100 dots (cost as ``estimate``, ``effect``). Checks:
        quadrant_clear, saving_with_loss, unadjusted, few_clusters.

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn, EmptyData, ImplausibleAmount
        If a column is absent, incomplete or no number, or a cost is negative.
    NoTreatedGroup, NoComparisonGroup, TooFewUnits
        If an arm is empty, or has one cluster only.
    InvalidOption

    References
    ----------
    Black (1990), Medical Decision Making 10:212-214 (the plane); van Hout et al. (1994), Health Economics 3:309-319
    (acceptability); Stinnett & Mullahy (1998), Medical Decision Making 18:S68-S80 (net benefit); Claxton (1999), Journal of
    Health Economics 18:341-364 (value of information).

    Examples
    --------
    >>> people = pd.DataFrame({"kroner": [40.0, 44, 50, 46, 52, 58], "score": [5.0, 6, 7, 4, 5, 5],
    ...                        "treated": [1, 1, 1, 0, 0, 0]})
    >>> result = ww.economics.cost_effectiveness(people, cost="kroner", effect="score", treatment="treated", price_level=2024,
    ...                                          good="up", effect_unit="points", randomised=True)
    >>> round(result.headline.estimate, 2), result.headline.item
    (-7.33, 'dominant')
    """
    one_of(good, ("up", "down"), name="good")
    require_columns(df, [cost, effect, treatment])
    joint = bootstrap_draws(
        _costs(df, cost),
        _outcomes(df, effect) * (1 if good == "up" else -1),
        _arms(df, treatment),
        np.ones(len(df)) if weights is None else above_zero(df, weights, zero=True),
        _clusters(df, cluster),
        draws=_enough(draws),
        seed=seed,
    )
    alike = randomised or weights is not None
    adjusted = Check(
        name="unadjusted",
        passed=alike,
        message="Groups are randomised or weighted." if alike else "Groups are compared as they are.",
    )
    groups = () if cluster is None else (few_clusters(int(df[cluster].nunique())),)
    columns = [column for column in (cost, effect, treatment, cluster, weights) if column is not None]
    arguments = {"columns": columns, "good": good, "cluster": cluster, "weights": weights, "randomised": randomised}
    treated = binary(df, treatment)
    counts = {"nobs": len(df), "n_treated": int(treated.sum()), "n_comparison": int((~treated).sum())}
    return answer(
        joint, price_level=price_level, effect_unit=effect_unit, thresholds=thresholds, margin=margin, population=population,
        conf_level=conf_level, checks=(adjusted, *groups), statistics=counts,
        provenance=Provenance(data_fingerprint=fingerprint(df, columns), arguments=arguments, seed=seed),
    )  # fmt: skip


def cost_effectiveness_of(
    effect: EffectResult,
    cost: EffectResult | Ranged,
    *,
    price_level: int,
    correlation: float = 0.0,
    cost_without: Ranged | None = None,
    effect_unit: str | None = None,
    thresholds: Sequence[float] | None = None,
    margin: float | None = None,
    population: float | None = None,
    allow_not_causal: bool = False,
    draws: int = 5000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> EffectResult:
    """Extra cost and improvement per citizen from two estimates: an effect, and what the effort costs more.

    Parameters
    ----------
    effect : causal effect with an interval, on a scale where differences add up ("MD", "SMD", "RD")
    cost : extra kroner per citizen: an estimate (measure "money" or "MD"), a number, or (central, low, high) with a 95 per
        cent range; negative where the effort is cheaper
    price_level : the year whose prices the cost is in
    correlation : of the errors of cost and effect, -1 to 1; 0 by default, which a check says is assumed
    cost_without : kroner per citizen without the effort, for the view "more for the same"
    effect_unit : unit of the effect; its own by default
    allow_not_causal : accept an effect that is none, with a failed check
    thresholds, margin, population, draws, seed, conf_level : as in :func:`cost_effectiveness`

    Returns
    -------
    EffectResult
        As :func:`cost_effectiveness`, with the checks causal_effect, effect_doubts, correlation_assumed.

    Raises
    ------
    NotCausal, InvalidEffect, InvalidOption

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [5.0], "std_error": [1.0],
    ...                         "conf_low": [3.0], "conf_high": [7.0], "p_value": [0.0]})
    >>> effect = ww.EffectResult(method="did.aggregate", estimand="ATT", measure="MD", unit="points", good="up",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> result = ww.economics.cost_effectiveness_of(effect, (10_000, 8_000, 12_000), price_level=2024)
    >>> float(result.parts.set_index("quantity").loc["ratio", "estimate"])
    2000.0
    """
    checks = causal_checks(effect, allow_not_causal)
    if effect.measure not in ("MD", "SMD", "RD"):
        raise InvalidOption(
            f"An effect of measure {effect.measure!r} is no difference, so kroner per unit mean nothing. Use MD, SMD or RD."
        )
    if effect.good not in ("up", "down"):
        raise InvalidOption(f"{effect.method} does not say which direction is good. Estimate it with good='up' or 'down'.")
    central, low, high = _interval(effect)
    improvement = (central, low, high) if effect.good == "up" else (-central, -high, -low)
    if not -1 <= correlation <= 1:
        raise InvalidOption(f"correlation is {correlation:g}; it lies from -1 to 1.")
    spent = _interval(cost) if isinstance(cost, EffectResult) else triple(cost, name="cost", least=-math.inf, most=math.inf)
    without = None if cost_without is None else triple(cost_without, name="cost_without", least=0.0, most=math.inf)
    joint = estimate_draws(spent, improvement, correlation=correlation, without=without, draws=_enough(draws), seed=seed)
    assumed = Check(
        name="correlation_assumed",
        passed=None if correlation == 0 else True,
        message=f"The errors of cost and effect are taken to have a correlation of {correlation:g}.",
        statistics={"correlation": float(correlation)},
    )
    inputs = [effect.to_json(), cost.to_json() if isinstance(cost, EffectResult) else repr(cost), repr(cost_without)]
    arguments = {"effect": effect.method, "correlation": correlation, "good": effect.good, "allow_not_causal": allow_not_causal}
    return answer(
        joint, price_level=price_level, effect_unit=effect_unit or effect.unit, thresholds=thresholds, margin=margin,
        population=population, conf_level=conf_level, checks=(*checks, assumed), statistics={},
        provenance=Provenance(data_fingerprint=fingerprint(pd.DataFrame({"input": inputs})), arguments=arguments, seed=seed),
    )  # fmt: skip


def _arms(df: pd.DataFrame, treatment: str) -> Array:
    treated = binary(df, treatment)
    if not treated.any():
        raise NoTreatedGroup(f"Column {treatment!r} has no treated citizen, so nothing costs more or less. Check the selection.")
    if treated.all():
        raise NoComparisonGroup(f"Column {treatment!r} has no comparison citizen to hold costs against. Check the selection.")
    return treated


def _costs(df: pd.DataFrame, cost: str) -> Array:
    """What each citizen cost; some may cost nothing, not all."""
    values = above_zero(df, cost, zero=True)
    if not values.any():
        raise ImplausibleAmount(
            f"frame column {cost!r} is zero in all {len(df)} rows, so nothing costs more or less. Fill it in."
        )
    return values


def _outcomes(df: pd.DataFrame, effect: str) -> Array:
    values = numeric(df, effect)
    if len(values) and values.min() == values.max():
        raise NotIdentified(f"The outcome {effect!r} is the same for all {len(df)} citizens, so the groups cannot differ in it.")
    return values


def _clusters(df: pd.DataFrame, cluster: str | None) -> Array:
    if cluster is None:
        return np.arange(len(df))
    require_columns(df, [cluster])
    codes, _levels = pd.factorize(df[cluster])
    if (codes < 0).any():
        raise InvalidOption(f"Column {cluster!r} lacks a cluster in {int((codes < 0).sum())} of {len(df)} rows. Fill it in.")
    return np.asarray(codes)


def _enough(draws: int) -> int:
    if draws < 1000:
        raise InvalidOption(f"draws is {draws}; a percentile interval needs at least 1,000 draws.")
    return draws


def _interval(result: Any) -> tuple[float, float, float]:
    """Estimate and 95 per cent range of a headline."""
    head = result.headline
    values = np.array([head.estimate, head.conf_low, head.conf_high], dtype=float)
    if not np.isfinite(values).all() or not values[1] < values[2]:
        raise InvalidEffect(f"The headline of {result.method} has no interval. Estimate it with a standard error.")
    central, low, high = (values[0] + (values - values[0]) * Z95 / half_width(result.conf_level)).tolist()
    return central, low, high
