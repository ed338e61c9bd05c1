"""Plane, acceptability curve, net benefit and value of information: rows from joint draws of cost and effect."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whatworks.economics.cost_effect_draws import JointDraws

Array = np.ndarray
Row = dict[str, Any]

# Better and cheaper, better and dearer, worse and cheaper, worse and dearer.
QUADRANTS = ("dominant", "more_for_more", "less_for_less", "dominated")
# Only in these does a ratio of cost to effect have a meaning.
_TRADE_OFFS = ("more_for_more", "less_for_less")
# Dots of the plane: few enough to count, and parts of a hundred.
DOTS = 100
_THRESHOLDS = 41


def quadrant(cost: float, effect: float) -> str:
    """Where extra cost and improvement lie; no difference counts with cheaper and better.

    Examples
    --------
    >>> quadrant(-5000.0, 1.2), quadrant(5000.0, 1.2), quadrant(5000.0, -1.2)
    ('dominant', 'more_for_more', 'dominated')
    """
    return QUADRANTS[(0 if effect >= 0 else 2) + (1 if cost > 0 else 0)]


def default_thresholds(joint: JointDraws) -> Array:
    """41 values of a unit of effect in kroner, from 0 to about twice what a unit costs here."""
    scale = max(abs(joint.effect), float(joint.effects.std(ddof=1)), 1e-12)
    top = 2 * max(abs(joint.cost), float(joint.costs.std(ddof=1)), 1e-12) / scale
    size = 10.0 ** math.floor(math.log10(top))
    return np.linspace(0.0, math.ceil(top / size) * size, _THRESHOLDS)


def plane_rows(joint: JointDraws, *, effect_unit: str, conf_level: float) -> list[Row]:
    """Extra cost, improvement, shares of the quadrants, the ratio where it means something, and dots to draw."""
    cost = _ranged("extra_cost", joint.cost, joint.costs, measured_in="kr. per citizen", conf_level=conf_level)
    effect = _ranged("improvement", joint.effect, joint.effects, measured_in=effect_unit, conf_level=conf_level)
    return [cost, effect, *_quadrant_rows(joint), _ratio_row(joint, effect_unit, conf_level), *_dot_rows(joint)]


def curve_rows(joint: JointDraws, thresholds: Array, *, population: float | None, conf_level: float) -> list[Row]:
    """For every value of a unit of effect: probability that the effort is worth it, net benefit, value of knowing.

    ``net benefit = value * improvement - extra cost``; the value of perfect information is the mean of the larger of net
    benefit and 0, less the larger of mean net benefit and 0.

    References
    ----------
    van Hout, Al, Gordon & Rutten (1994), Health Economics 3:309-319; Stinnett & Mullahy (1998), Medical Decision Making
    18:S68-S80; Claxton (1999), Journal of Health Economics 18:341-364.
    """
    rows: list[Row] = []
    people = 1.0 if population is None else population
    for value in thresholds:
        benefit = value * joint.effects - joint.costs
        about = {"threshold": float(value)}
        central = value * joint.effect - joint.cost
        rows.append(_part("acceptability", float((benefit > 0).mean()), "probability", about))
        rows.append({**_ranged("net_benefit", central, benefit, measured_in="kr. per citizen", conf_level=conf_level), **about})
        information = float(np.maximum(benefit, 0).mean() - max(0.0, float(benefit.mean())))
        rows.append(_part("perfect_information", people * information, "kr." if population else "kr. per citizen", about))
    return rows


def view_rows(joint: JointDraws, *, conf_level: float) -> list[Row]:
    """Two views of the same numbers: more citizens for the same money, and the same citizens for less."""
    saving = _ranged("same_for_fewer", -joint.cost, -joint.costs, measured_in="kr. per citizen", conf_level=conf_level)
    if not math.isfinite(joint.without) or (joint.withouts + joint.costs <= 0).any():
        return [saving]
    central = joint.without / (joint.without + joint.cost) - 1
    drawn = joint.withouts / (joint.withouts + joint.costs) - 1
    return [_ranged("more_for_same", central, drawn, measured_in="share", conf_level=conf_level), saving]


def share_in(joint: JointDraws, name: str) -> float:
    """Share of the draws in a quadrant."""
    return float(_inside(joint.costs, joint.effects)[name].mean())


def _quadrant_rows(joint: JointDraws) -> list[Row]:
    inside = _inside(joint.costs, joint.effects)
    return [
        _part("quadrant", float(inside[name].mean()), "probability", {"item": name, "term": f"quadrant {name}"})
        for name in QUADRANTS
    ]


def _inside(costs: Array, effects: Array) -> Mapping[str, Array]:
    better, dearer = effects >= 0, costs > 0
    return dict(zip(QUADRANTS, (better & ~dearer, better & dearer, ~better & ~dearer, ~better & dearer), strict=True))


def _ratio_row(joint: JointDraws, effect_unit: str, conf_level: float) -> Row:
    """Kroner per unit of effect. A negative ratio, or one that the draws take across an axis, is not given.

    References
    ----------
    Stinnett & Mullahy (1997), Health Economics 6:491-495 (negative ratios mislead); Briggs & Fenn (1998), Health Economics
    7:723-740 (an interval for a ratio needs draws on one side).
    """
    place = quadrant(joint.cost, joint.effect)
    about = {"item": place, "measured_in": f"kr. per {effect_unit}"}
    if place not in _TRADE_OFFS or joint.effect == 0:
        return {**_part("ratio", math.nan, "", {}), **about}
    row = {**_part("ratio", joint.cost / joint.effect, "", {}), **about}
    if share_in(joint, place) < conf_level:
        return row
    ratios = joint.costs / joint.effects
    low, high = np.quantile(ratios, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    return {**row, "conf_low": float(low), "conf_high": float(high)}


def _dot_rows(joint: JointDraws) -> list[Row]:
    """Every so-manieth draw in the order of its direction from the origin: the quadrants keep their shares."""
    scaled = np.arctan2(joint.costs / (joint.costs.std() or 1.0), joint.effects / (joint.effects.std() or 1.0))
    order = np.argsort(scaled, kind="stable")
    count = min(DOTS, len(order))
    chosen = order[((np.arange(count) + 0.5) * len(order) / count).astype(int)]
    return [
        _part("dot", float(joint.costs[place]), "kr. per citizen", {"term": f"dot {turn}", "effect": float(joint.effects[place])})
        for turn, place in enumerate(chosen, start=1)
    ]


def _part(quantity: str, estimate: float, measured_in: str, about: Mapping[str, Any]) -> Row:
    term = f"{quantity} {about['threshold']:g}" if "threshold" in about else quantity
    return {"term": term, "kind": "part", "quantity": quantity, "estimate": estimate, "measured_in": measured_in, **about}


def _ranged(quantity: str, central: float, drawn: Array, *, measured_in: str, conf_level: float) -> Row:
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    row = _part(quantity, float(central), measured_in, {})
    return {**row, "std_error": float(drawn.std(ddof=1)), "conf_low": float(low), "conf_high": float(high)}


def thresholds_of(thresholds: Sequence[float] | None, joint: JointDraws) -> Array:
    """The values asked for, or the default ones."""
    return default_thresholds(joint) if thresholds is None else np.asarray(thresholds, dtype=float)
