"""Two measures that are often taken for one: how much service a krone buys, and how much effect."""

import math

import pandas as pd
from scipy.stats import norm

from whatworks.core.check import Check
from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidEffect, NotIdentified
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.money import Money, above_zero, levels_of, one_level, one_payer
from whatworks.economics.table import effects_of, records

_PER = 1_000_000.0


def productivity(
    df: pd.DataFrame,
    *,
    unit: str,
    output: str,
    cost: str,
    output_unit: str,
    price_level: int | str = "price_level",
    payer: str = "municipality",
) -> EffectResult:
    """Productivity (produktivitet): service delivered per million kroner. It says nothing about what the service does.

    Parameters
    ----------
    df : one row per service, or per service and year, all in the prices of one year
    unit : column that names a row
    output : column with what was delivered: full-year persons, days, courses
    cost : column of kroner
    output_unit : what the output is counted in, readable aloud: ``"full-year persons"``
    price_level : the year whose prices the costs are in, or a column of it
    payer : who pays, or a column of it

    Returns
    -------
    Headline: all output per million kroner of all costs. Parts: one per unit, with output, cost and relative (its productivity
    over the headline's). Check ``quality_beside`` always stands open: productivity alone cannot tell more for the same from less
    care for each. Nothing has a standard error.

    Raises
    ------
    ImplausibleAmount
        If an output or cost is not above 0.
    MixedPriceLevels, UnknownPayer, MissingColumn, MissingValues, EmptyData, InvalidColumn

    References
    ----------
    Farrell (1957), Journal of the Royal Statistical Society A 120:253-290, for productivity against efficiency.

    Examples
    --------
    >>> homes = pd.DataFrame({"home": ["a", "b"], "persons": [10.0, 20.0], "cost": [8e6, 20e6]})
    >>> result = ww.economics.productivity(
    ...     homes, unit="home", output="persons", cost="cost", output_unit="full-year persons", price_level=2024)
    >>> result.parts["estimate"].tolist()
    [1.25, 1.0]
    """
    require_columns(df, [unit], what="services")
    level = one_level(levels_of(df, price_level, what="services"), what="services")
    paid_by = one_payer(df, payer, what="services")
    outputs, costs = above_zero(df, output, what="services"), above_zero(df, cost, what="services")
    overall = float(outputs.sum() / costs.sum() * _PER)
    each = outputs / costs * _PER
    rows = pd.DataFrame({"term": df[unit].astype(str), "kind": "part", "estimate": each, "output": outputs, "cost": costs})
    total = {"term": "productivity", "kind": "headline", "estimate": overall, "output": outputs.sum(), "cost": costs.sum()}
    effects = effects_of([total, *records(rows)])
    return EffectResult(
        method="economics.productivity",
        estimand="Productivity: service delivered per million kroner",
        measure="ratio",
        unit=f"{output_unit} per million kroner, {level} prices",
        effects=effects.assign(relative=effects["estimate"] / overall, price_level=level, payer=paid_by),
        statistics={"nobs": len(df), "n_dropped": 0, "price_level": level},
        checks=(_quality_beside(), synthetic_prices(df)),
        provenance=Provenance(
            data_fingerprint=fingerprint(df), arguments={"unit": unit, "output": output, "cost": cost, "output_unit": output_unit}
        ),
    )


def effectiveness(effect: EffectResult, *, cost: Money, cost_error: float = 0.0) -> EffectResult:
    """Effect per krone (effektivitet): an effect divided by what it costs to bring about, per 100,000 kroner.

    Parameters
    ----------
    effect : an effect per person with a standard error, from a comparison
    cost : what the effort costs more per person than what it is compared with; above 0
    cost_error : standard error of that cost in kroner; 0 where it is known

    Returns
    -------
    Headline: effect per 100,000 kroner, with Fieller's interval where the cost is uncertain (effect and cost independent).
    The checks of the effect come along: a ratio is no surer than its numerator.

    Raises
    ------
    NotIdentified
        If the cost is not clearly above 0: an effect per krone saved has no meaning. Ask ww.economics.cost_effectiveness.
    InvalidEffect
        If the effect has no standard error.

    References
    ----------
    Fieller (1954), Journal of the Royal Statistical Society B 16:175-185.

    Examples
    --------
    >>> people = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0, 6.0, 5.0], "treated": [0, 0, 0, 1, 1, 1]})
    >>> sample = ww.matching.unmatched(people, treatment="treated", covariates=[])
    >>> effect = ww.matching.estimate(sample, outcome="y")
    >>> per = ww.economics.effectiveness(effect, cost=ww.economics.Money(amount=50_000, price_level=2024, payer="municipality"))
    >>> round(per.headline.estimate, 6)
    6.0
    """
    line = effect.headline
    if not (math.isfinite(line.estimate) and math.isfinite(line.std_error) and line.std_error > 0):
        raise InvalidEffect(f"{effect.method} has no standard error, so an effect per krone would look surer than it is.")
    z = float(norm.ppf(0.5 + effect.conf_level / 2))
    least = cost.amount - z * cost_error
    if not (math.isfinite(least) and cost_error >= 0 and least > 0):
        raise NotIdentified(
            f"The extra cost is {cost.amount:,.0f} kroner with standard error {cost_error:,.0f}: not clearly above 0, so effect "
            "per krone has no meaning. Ask ww.economics.cost_effectiveness, which says the four cases in words."
        )
    hundred = cost.amount / 100_000.0
    ratio = line.estimate / hundred
    low, high = _fieller(line.estimate, line.std_error, hundred, cost_error / 100_000.0, z)
    error = math.hypot(line.std_error / hundred, ratio * cost_error / cost.amount)
    row = {"term": "effect per 100,000 kroner", "kind": "headline", "estimate": ratio, "std_error": error, "conf_low": low,
           "conf_high": high, "p_value": line.p_value, "price_level": cost.price_level, "payer": cost.payer}  # fmt: skip
    return EffectResult(
        method="economics.effectiveness",
        estimand=f"Effect per 100,000 kroner: {effect.estimand}",
        measure="ratio",
        unit=f"{effect.unit} per 100,000 kroner, {cost.price_level} prices",
        good=effect.good,
        conf_level=effect.conf_level,
        effects=effects_of([row]),
        statistics={"cost": cost.amount, "cost_error": cost_error, "effect": line.estimate, "price_level": cost.price_level},
        checks=effect.checks,
        provenance=Provenance(
            data_fingerprint=effect.provenance.data_fingerprint,
            arguments={"effect": effect.method, "cost": str(cost), "cost_error": cost_error},
        ),
    )


def _fieller(a: float, se_a: float, b: float, se_b: float, z: float) -> tuple[float, float]:
    """Interval of a / b for independent normal a and b, where b is clearly above 0."""
    g = (z * se_b / b) ** 2
    spread = z / b * math.sqrt(se_a**2 * (1 - g) + (a / b) ** 2 * se_b**2)
    middle = a / b
    return float((middle - spread) / (1 - g)), float((middle + spread) / (1 - g))


def _quality_beside() -> Check:
    return Check(
        name="quality_beside",
        passed=None,
        message="Productivity counts what is delivered, not what it does: read it with quality or effect beside it.",
    )
