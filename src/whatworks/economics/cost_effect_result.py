"""The same rows and checks for every cost-effectiveness analysis, wherever its draws came from."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence
from whatworks.economics.cost_effect_draws import JointDraws
from whatworks.economics.cost_effect_rows import Row, curve_rows, plane_rows, quadrant, share_in, thresholds_of, view_rows
from whatworks.economics.money import known_year
from whatworks.economics.table import effects_of

_EXTRAS = ("quantity", "item", "measured_in")


def answer(
    joint: JointDraws,
    *,
    price_level: int,
    effect_unit: str,
    thresholds: Sequence[float] | None,
    margin: float | None,
    population: float | None,
    conf_level: float,
    checks: tuple[Check, ...],
    statistics: Mapping[str, float],
    provenance: Provenance,
) -> EffectResult:
    """The same rows and checks, wherever the draws came from."""
    known_year(price_level, name="price_level")
    confidence(conf_level)
    for name, value in (("margin", margin), ("population", population)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InvalidOption(f"{name} is {value!r}; it must be above 0.")
    values = thresholds_of(thresholds, joint)
    if not len(values) or not np.isfinite(values).all() or (values < 0).any():
        raise InvalidOption("thresholds are kroner per unit of improvement, 0 or more.")
    rows = plane_rows(joint, effect_unit=effect_unit, conf_level=conf_level)
    rows += view_rows(joint, conf_level=conf_level) + curve_rows(joint, values, population=population, conf_level=conf_level)
    place = quadrant(joint.cost, joint.effect)
    arguments = {
        **provenance.arguments,
        "price_level": price_level,
        "effect_unit": effect_unit,
        "margin": margin,
        "population": population,
    }
    return EffectResult(
        method="economics.cost_effectiveness",
        estimand="Extra cost per citizen, beside the improvement",
        measure="money",
        unit=f"kr. per citizen, {price_level} prices",
        conf_level=conf_level,
        effects=_effects(rows, place),
        statistics={**statistics, "n_dropped": 0, "draws": len(joint.costs), "share_in_quadrant": share_in(joint, place)},
        checks=(_quadrant_clear(joint, place, conf_level), _saving_with_loss(joint, rows, margin), *checks),
        provenance=Provenance(data_fingerprint=provenance.data_fingerprint, arguments=arguments, seed=provenance.seed),
    )


def _effects(rows: list[Row], place: str) -> pd.DataFrame:
    headline = {**rows[0], "term": "extra cost per citizen", "kind": "headline", "item": place}
    frame = effects_of([headline, *rows])
    for column in _EXTRAS:
        frame[column] = frame[column].fillna("").astype("str")
    return frame


def _quadrant_clear(joint: JointDraws, place: str, conf_level: float) -> Check:
    share = share_in(joint, place)
    return Check(
        name="quadrant_clear",
        passed=share >= conf_level,
        message=f"{share:.0%} of the draws lie in the quadrant of the estimate ({place}).",
        statistics={"share": share},
    )


def _saving_with_loss(joint: JointDraws, rows: list[Row], margin: float | None) -> Check:
    """Money saved on citizens who are worse off is no gain: failed where the loss is measured, or cannot be called small."""
    effect = next(row for row in rows if row["quantity"] == "improvement")
    saves, low, high = joint.cost < 0, effect["conf_low"], effect["conf_high"]
    passed: bool | None = True
    if saves and joint.effect < 0 and (high < 0 or (margin is not None and low <= -margin)):
        passed = False
    elif saves and low < 0 and (margin is None or low <= -margin):
        passed = None
    return Check(
        name="saving_with_loss",
        passed=passed,
        message=f"Cost changes by {joint.cost:,.0f} kr. a citizen, the outcome by {joint.effect:.3g} ({low:.3g} to {high:.3g}).",
        statistics={"cost": joint.cost, "effect": joint.effect, "low": float(low), "high": float(high)},
    )
