"""Explorers without a browser: a control is moved, and the figure's numbers follow."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingColumn
from whatworks.findings import explore_honest, explore_investment, explore_specifications
from whatworks.findings.notebook import FRAGMENTS, show

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def curve():
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"age": rng.normal(40, 8, 120), "skill": rng.normal(0, 1, 120), "method": np.arange(120) % 4 == 0})
    people["days"] = people["age"] / 8 + people["skill"] + people["method"] + rng.normal(0, 1, 120)
    return ww.matching.specification_curve(
        people,
        outcome="days",
        treatment="method",
        covariates=["age", "skill"],
        methods=["nearest", "regression"],
        calipers=[None],
    )


@pytest.fixture(scope="module")
def study():
    rng = np.random.default_rng(1)
    panel = pd.DataFrame({"unit": np.repeat(range(60), 5), "year": [2016, 2017, 2018, 2019, 2020] * 60})
    panel["start"] = np.where(panel["unit"] < 30, 2019, 0)
    panel["score"] = rng.normal(0, 1, 300) + 3.0 * ((panel["unit"] < 30) & (panel["year"] >= 2019))
    return ww.did.event_study(panel, outcome="score", unit="unit", time="year", first_treated="start")


@pytest.fixture(scope="module")
def case():
    row = {"term": "ATT", "kind": "headline", "estimate": 0.10, "std_error": 0.03, "conf_low": 0.04, "conf_high": 0.16}
    effects = pd.DataFrame([{**row, "p_value": 0.0}])
    effect = ww.EffectResult(
        method="matching.estimate", estimand="ATT", measure="RD", unit="share", good="up", effects=effects,
        provenance=ww.Provenance(data_fingerprint="0"),
    )  # fmt: skip
    years = {"first_year": 1, "last_year": 5, "price_level": 2024}
    consequences = pd.DataFrame(
        [
            {"consequence": "placement", "payer": "municipality", "units": 1, "price": 80000, **years},
            {"consequence": "benefits", "payer": "state", "units": 1, "price": 40000, **years},
        ]
    )
    course = {"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 3e6, "per": "year"}
    costs = pd.DataFrame([{**course, "first_year": 0, "last_year": 0, "price_level": 2024}])
    return effect, {
        "consequences": consequences, "costs": costs, "citizens": 100, "price_level": 2024, "discount_rates": 0.035,
        "scale": (0.8, 0.6, 1.0),
    }  # fmt: skip


def test_choosing_specifications_leaves_those_and_keeps_the_answer(curve):
    explorer = explore_specifications(curve, language="en")
    everything = explorer.data
    before = explorer.shown.fragments["en"]
    explorer.controls["method"].value = ("nearest",)
    assert set(explorer.data["method"]) == {"nearest"}
    assert 0 < len(explorer.data) < len(everything)
    assert explorer.shown.fragments["en"] != before
    assert explorer.result.headline.estimate == curve.headline.estimate
    explorer.controls["method"].value = ("nearest", "regression")
    pd.testing.assert_frame_equal(explorer.data, everything)


def test_only_balanced_specifications_can_be_asked_for(curve):
    explorer = explore_specifications(curve, language="en")
    explorer.controls["balanced"].value = True
    wanted = curve.parts[[each is not pd.NA and each == 1 for each in curve.parts["balanced"]]]["estimate"].dropna()
    shown = explorer.data["estimate"] if not explorer.message else pd.Series(dtype=float)
    assert sorted(shown) == sorted(wanted)


def test_when_nothing_is_left_the_reader_is_told_and_the_figure_stays(curve):
    explorer = explore_specifications(curve, language="da")
    before = explorer.data
    explorer.controls["method"].value = ()
    assert explorer.message.startswith("Der er ingen måde")
    assert "Der er ingen måde" in explorer._page.value
    pd.testing.assert_frame_equal(explorer.data, before)
    explorer.controls["method"].value = ("nearest",)
    assert explorer.message == ""


def test_the_bound_moves_the_robust_interval_to_what_honest_says(study):
    explorer = explore_honest(study, language="en")
    explorer.controls["bound"].value = 2.0
    told = ww.did.honest(study, bounds=(1.0, 2.0)).parts
    robust = explorer.data.dropna(subset=["bound"])
    assert robust["conf_low"].tolist() == pytest.approx(told["conf_low"].tolist())
    width = explorer.data.iloc[0]["conf_high"]
    explorer.controls["event_time"].value = 1
    assert explorer.data.iloc[0]["conf_high"] != width


def test_assumptions_of_an_investment_case_move_its_cash_flow(case):
    effect, inputs = case
    explorer = explore_investment(effect, language="en", **inputs)
    assert explorer.controls["scale"].value == 0.8
    end = explorer.data.query("payer == 'all'")["estimate"].iloc[-1]
    explorer.controls["dropout"].value = 0.5
    worse = explorer.data.query("payer == 'all'")["estimate"].iloc[-1]
    told = ww.economics.investment_case(effect, **{**inputs, "scale": 0.8, "dropout": 0.5, "draws": 2000})
    assert worse < end
    assert worse == pytest.approx(ww.findings.cash_flow_data(told).query("payer == 'all'")["estimate"].iloc[-1])
    explorer.controls["discount_rates"].value = 0.0
    assert explorer.data.query("payer == 'all'")["estimate"].iloc[-1] > worse


def test_one_output_holds_the_widget_and_the_static_twin(study):
    explorer = explore_honest(study, unit={"da": "point", "en": "points"}, language="en")
    bundle = explorer._repr_mimebundle_()
    assert WIDGET in bundle
    twin = show(ww.findings.honest_figure, explorer.result, unit={"da": "point", "en": "points"}, language="en")
    assert bundle["text/html"] == twin._repr_mimebundle_()["text/html"]
    assert set(bundle[FRAGMENTS]) == {"da", "en"}
    assert bundle["text/plain"] == str(twin)


def test_what_cannot_be_explored_is_refused(study):
    with pytest.raises(MissingColumn):
        explore_specifications(study)
    with pytest.raises(InvalidOption, match="above 0"):
        explore_honest(study, most=0)
    with pytest.raises(InvalidOption, match="language"):
        explore_honest(study, language="fr")
