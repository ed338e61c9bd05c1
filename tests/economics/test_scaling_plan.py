"""Spreading an effort: districts, staff, what is left of the effect, and when to go on or stop."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import DuplicateRows, InvalidColumn, InvalidOption, MissingValues
from whatworks.economics.errors import ImplausibleAmount

approx = pytest.approx


def effect(estimate=0.10, half=0.06) -> EffectResult:
    row = {"term": "ATT", "kind": "headline", "estimate": estimate, "std_error": half / 1.96}
    effects = pd.DataFrame([{**row, "conf_low": estimate - half, "conf_high": estimate + half, "p_value": np.nan}])
    known = {"method": "matching.estimate", "estimand": "ATT", "measure": "RD", "unit": "share", "good": "up"}
    return EffectResult(effects=effects, provenance=Provenance(data_fingerprint="0"), **known)


DISTRICTS = pd.DataFrame({"district": ["North", "South"], "citizens": [60, 90], "staff": [4.0, 5.0]})
YEARS = {"first_year": 1, "last_year": 5, "price_level": 2024}
GAINS = pd.DataFrame(
    [
        {"consequence": "support", "payer": "municipality", "units": 1.0, "price": 120_000.0, "cashable_share": 0.5, **YEARS},
        {"consequence": "support", "payer": "state", "units": 1.0, "price": 40_000.0, "cashable_share": 1.0, **YEARS},
    ]
)
COST = {"payer": "municipality", "ledger": "recurring", "first_year": 0, "last_year": 0, "price_level": 2024}
COSTS = pd.DataFrame(
    [
        {"item": "adviser", "amount": 25_000.0, "per": "citizen", **COST},
        {"item": "start", "amount": 200_000.0, "per": "year", **COST, "ledger": "one_off"},
    ]
)


def plan(result=None, **changes) -> EffectResult:
    inputs = {"districts": DISTRICTS, "consequences": GAINS, "costs": COSTS, "ratio": 15, "price_level": 2024}
    known = {**inputs, "discount_rates": 0.035, "draws": 2000}
    return ww.economics.scaling_plan(effect() if result is None else result, **{**known, **changes})


def value(result: EffectResult, quantity: str, item: str = "", payer: str = "municipality") -> float:
    rows = result.parts[
        (result.parts["quantity"] == quantity) & (result.parts["item"] == item) & (result.parts["payer"] == payer)
    ]
    assert len(rows) == 1
    return float(rows["estimate"].iloc[0])


def check(result: EffectResult, name: str) -> Check:
    return next(each for each in result.checks if each.name == name)


def test_staff_sets_how_many_can_be_served():
    result = plan()
    assert value(result, "citizens", "North", "") == 60
    assert value(result, "citizens", "South", "") == 75
    assert value(result, "staff_lacking", "South", "") == approx(1.0)
    assert check(result, "capacity").statistics == {"districts": 1.0, "of": 2.0, "staff": 1.0}


def test_each_district_is_an_investment_case_of_its_own():
    north = ww.economics.investment_case(
        effect(), consequences=GAINS, costs=COSTS, citizens=60, price_level=2024, discount_rates=0.035, scale=(0.7, 0.4, 1.0)
    )
    rows = north.parts[(north.parts["quantity"] == "npv") & (north.parts["payer"] == "municipality")]
    assert value(plan(), "npv", "North") == approx(float(rows["estimate"].iloc[0]))


def test_districts_add_up():
    result = plan()
    for payer in ("all", "municipality", "state"):
        parts = value(result, "npv", "North", payer) + value(result, "npv", "South", payer)
        assert value(result, "npv", "", payer) == approx(parts)
    assert result.headline.estimate == value(result, "npv")


def test_by_default_seven_tenths_of_the_effect_are_left():
    gains = 0.07 * 135 * 120_000 * (1.035 ** -np.arange(1.0, 6.0)).sum()
    assert value(plan(), "npv") == approx(gains - 135 * 25_000 - 2 * 200_000)
    assert check(plan(), "scaled_effect").statistics == {"share": 0.7, "share_low": 0.4, "share_high": 1.0}
    assert check(plan(), "scaled_effect").passed is None


def test_a_district_that_starts_later_pays_and_gains_later():
    later = plan(districts=DISTRICTS.assign(start_year=[0, 1]), horizon=6)
    assert value(later, "npv", "South") == approx(value(plan(), "npv", "South") / 1.035)


def test_at_the_stop_effect_nothing_is_gained():
    result = plan()
    stop = value(result, "rule", "stop")
    # The effect where the effort is spread is the given one times what is left of it.
    assert value(plan(effect(stop / 0.7)), "npv") == approx(0, abs=1e-6)
    assert stop < value(result, "rule", "go")


def test_the_go_effect_gives_the_wanted_probability_when_the_scale_is_certain():
    go = value(plan(scale=1.0, draws=8000), "rule", "go")
    assert value(plan(effect(go), scale=1.0, draws=8000), "pays_back") == approx(0.75, abs=0.01)


def test_going_on_needs_the_wanted_probability():
    result = plan()
    share = value(result, "pays_back")
    assert check(result, "go_rule").passed is (share >= 0.75)
    assert check(plan(go=0.05), "go_rule").passed is True


def test_what_cannot_be_taken_home_is_left_out_of_the_cashable_answer():
    result = plan()
    full = value(result, "npv") + 135 * 25_000 + 2 * 200_000
    assert value(result, "cashable_npv") == approx(value(result, "npv") - 0.5 * full)


def test_a_ramp_starts_with_the_district():
    later = plan(districts=DISTRICTS.assign(start_year=[0, 1], years=[1, 1]), ramp=[0.5] * 4, horizon=6)
    assert value(later, "npv", "South", "state") == approx(0.5 * value(plan(), "npv", "South", "state") / 1.035)


def test_the_same_seed_gives_the_same_bytes_and_reads_back():
    assert plan().to_json() == plan().to_json()
    assert EffectResult.from_json(plan().to_json()) == plan()


def test_districts_that_cannot_be_are_refused():
    with pytest.raises(DuplicateRows, match="1 districts twice"):
        plan(districts=DISTRICTS.assign(district="North"))
    with pytest.raises(ImplausibleAmount, match="'citizens' is zero or negative in 1"):
        plan(districts=DISTRICTS.assign(citizens=[0, 90]))
    with pytest.raises(ImplausibleAmount, match="'staff'"):
        plan(districts=DISTRICTS.assign(staff=[-1.0, 5.0]))
    with pytest.raises(MissingValues, match="'district'"):
        plan(districts=DISTRICTS.assign(district=["North", None]))
    with pytest.raises(InvalidColumn, match="'start_year'"):
        plan(districts=DISTRICTS.assign(start_year=[0.5, 1]))
    with pytest.raises(ImplausibleAmount, match="ratio"):
        plan(ratio=0)
    with pytest.raises(InvalidOption, match="go is"):
        plan(go=75)
    with pytest.raises(InvalidOption, match="scale"):
        plan(scale=(0.7, 0.8, 1.0))


def test_implementation_costs_follow_staff_and_turnover():
    costs = ww.economics.implementation_costs(
        150, price_level=2024, years=4, ratio=15, salary=500_000, span=10, leader_salary=650_000, training=30_000,
        turnover=0.2, supervision=12_000, start={"evaluation": 400_000}, margin=0.1,
    )  # fmt: skip
    amounts = costs.set_index("item")["amount"]
    expected = {"advisers": 5e6, "leaders": 650_000, "supervision": 120_000, "initial_training": 300_000, "retraining": 60_000}
    assert amounts.to_dict() == approx({**expected, "evaluation": 400_000})
    assert costs.query("ledger == 'one_off'")["item"].tolist() == ["initial_training", "evaluation"]
    assert (costs["amount_high"] / costs["amount"]).tolist() == approx([1.1] * 6)
    case = ww.economics.investment_case(
        effect(), consequences=GAINS, costs=costs, citizens=[150] * 4, price_level=2024, discount_rates=0.035
    )
    assert np.isfinite(case.headline.estimate)


def test_implementation_costs_that_cannot_be_are_refused():
    known = {"price_level": 2024, "years": 3, "ratio": 15, "salary": 500_000}
    for changes in ({"ratio": 0}, {"salary": -1}, {"training": -5}, {"start": {"evaluation": -1}}):
        with pytest.raises(ImplausibleAmount):
            ww.economics.implementation_costs(100, **{**known, **changes})
    for changes in ({"turnover": 20}, {"years": 0}, {"span": 8}, {"margin": 2}):
        with pytest.raises(InvalidOption):
            ww.economics.implementation_costs(100, **{**known, **changes})
    with pytest.raises(ImplausibleAmount):
        ww.economics.implementation_costs(0, **known)
