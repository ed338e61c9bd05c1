"""Service per krone and effect per krone: two measures that are not each other."""

import math

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks import EffectResult, Provenance
from whatworks.core.errors import InvalidEffect, MissingValues, NotIdentified
from whatworks.economics.errors import ImplausibleAmount, MixedPriceLevels

HOMES = pd.DataFrame({"home": ["a", "b"], "persons": [10.0, 20.0], "cost": [8e6, 20e6], "price_level": 2024})


def effect(estimate: float, error: float) -> EffectResult:
    row = {"term": "ATT", "kind": "headline", "estimate": estimate, "std_error": error,
           "conf_low": estimate - 1.96 * error, "conf_high": estimate + 1.96 * error, "p_value": 0.01}  # fmt: skip
    return EffectResult(
        method="did.att_gt", estimand="ATT", measure="MD", unit="points", effects=pd.DataFrame([row]), good="up",
        provenance=Provenance(data_fingerprint="0"),
    )  # fmt: skip


def money(amount: float) -> ww.economics.Money:
    return ww.economics.Money(amount=amount, price_level=2024, payer="municipality")


def productivity(df: pd.DataFrame, **options) -> EffectResult:
    call = {"unit": "home", "output": "persons", "cost": "cost", "output_unit": "full-year persons"}
    return ww.economics.productivity(df, **{**call, **options})


def test_productivity_is_service_per_million_kroner():
    result = productivity(HOMES)
    assert result.headline.estimate == pytest.approx(30 / 28)
    assert result.parts["estimate"].tolist() == [1.25, 1.0]
    assert result.parts["relative"].tolist() == pytest.approx([1.25 * 28 / 30, 28 / 30])
    assert result.unit == "full-year persons per million kroner, 2024 prices"


def test_productivity_never_stands_without_the_question_of_quality():
    assert {each.name: each.passed for each in productivity(HOMES).checks}["quality_beside"] is None


def test_effect_per_krone_scales_the_effect_and_its_interval():
    per = ww.economics.effectiveness(effect(5.0, 1.0), cost=money(50_000))
    assert per.headline.estimate == pytest.approx(10.0)
    assert (per.headline.conf_low, per.headline.conf_high) == pytest.approx((10 - 1.959964 * 2, 10 + 1.959964 * 2), abs=1e-5)
    assert (per.headline.price_level, per.headline.payer) == (2024, "municipality")


def test_an_uncertain_cost_gives_fiellers_interval():
    # Roots of (a - r b)^2 = z^2 (va + r^2 vb), the definition of the interval.
    a, va, b, vb, z = 5.0, 1.0, 0.5, 0.08**2, 1.959963984540054
    roots = np.sort(np.roots([b**2 - z**2 * vb, -2 * a * b, a**2 - z**2 * va]))
    per = ww.economics.effectiveness(effect(a, 1.0), cost=money(50_000), cost_error=8_000).headline
    assert (per.conf_low, per.conf_high) == pytest.approx(tuple(roots), rel=1e-9)
    assert per.conf_high - per.estimate > per.estimate - per.conf_low


def test_no_effect_per_krone_where_nothing_is_surely_spent():
    for amount, error in ((-50_000, 0.0), (0.0, 0.0), (10_000, 9_000), (50_000, math.nan), (50_000, -1.0)):
        with pytest.raises(NotIdentified, match="cost_effectiveness"):
            ww.economics.effectiveness(effect(5.0, 1.0), cost=money(amount), cost_error=error)
    with pytest.raises(InvalidEffect, match="no standard error"):
        ww.economics.effectiveness(effect(5.0, math.nan), cost=money(50_000))


def test_wrong_services_are_refused():
    with pytest.raises(ImplausibleAmount, match="'persons' is zero or negative in 1 of 2"):
        productivity(HOMES.assign(persons=[0, 1]))
    with pytest.raises(MissingValues, match="'cost' lacks a value"):
        productivity(HOMES.assign(cost=[np.nan, 1]))
    with pytest.raises(MixedPriceLevels):
        productivity(HOMES.assign(price_level=[2023, 2024]))
