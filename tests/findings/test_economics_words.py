"""Costs and gains in words: kroner, chances, when money is back, and what never stands alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import EffectResult, Provenance
from whatworks.core.errors import InvalidOption
from whatworks.findings import economics_sentence, ledger_table, never_alone, pay_back_table, rules_table, scaling_table
from whatworks.findings.economics_words import chance, kroner, kroner_range


def effect(estimate=0.10, half=0.06, **about) -> EffectResult:
    row = {"term": "ATT", "kind": "headline", "estimate": estimate, "std_error": half / 1.96}
    effects = pd.DataFrame([{**row, "conf_low": estimate - half, "conf_high": estimate + half, "p_value": np.nan}])
    known = {"method": "matching.estimate", "estimand": "ATT", "measure": "RD", "unit": "share", "good": "up"}
    return EffectResult(effects=effects, provenance=Provenance(data_fingerprint="0"), **{**known, **about})


def gains(price: float) -> pd.DataFrame:
    known = {"consequence": "support", "units": 1.0, "first_year": 1, "last_year": 5, "price_level": 2024}
    return pd.DataFrame([{**known, "payer": "municipality", "price": 2 * price}, {**known, "payer": "state", "price": price}])


COSTS = pd.DataFrame(
    [
        {"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 25_000.0, "per": "citizen",
         "first_year": 0, "last_year": 5, "price_level": 2024}
    ]
)  # fmt: skip


def case(price=40_000.0, result=None, **options) -> EffectResult:
    return ww.economics.investment_case(
        result or effect(),
        consequences=gains(price),
        costs=COSTS,
        citizens=100,
        price_level=2024,
        discount_rates=0.035,
        **options,
    )


def plan(price=40_000.0, result=None) -> EffectResult:
    districts = pd.DataFrame({"district": ["Nord", "Syd"], "citizens": [60, 90], "staff": [4.0, 5.0]})
    return ww.economics.scaling_plan(
        result or effect(),
        districts=districts,
        consequences=gains(price),
        costs=COSTS,
        ratio=15,
        price_level=2024,
        discount_rates=0.035,
    )


@pytest.mark.parametrize(
    ("value", "danish"),
    [
        (0, "0 kr."),
        (84.4, "84 kr."),
        (-1_234, "−1.200 kr."),
        (24_181, "24.000 kr."),
        (999_600, "1,0 mio. kr."),
        (2.5e9, "2.500 mio. kr."),
    ],
)
def test_kroner_are_rounded_as_people_say_them(value, danish):
    assert kroner(value, "da").replace("\N{NO-BREAK SPACE}", " ") == danish


def test_a_range_has_one_unit():
    assert kroner_range(-13_190, 52_800, "da").replace("\N{NO-BREAK SPACE}", " ") == "−13.000 til +53.000 kr."
    assert kroner_range(-400, 2.4e6, "en").replace("\N{NO-BREAK SPACE}", " ") == "0.0 to +2.4 million kr."


def test_a_simulation_never_says_0_or_100_per_cent():
    assert (chance(0.0, "en"), chance(1.0, "en"), chance(0.5, "en")) == ("under 1%", "over 99%", "50%")


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("price", [100.0, 40_000.0, 1e7])
def test_the_sentence_of_a_case_says_cost_pay_back_and_chance_and_ends_with_the_caveat(language, price):
    said = economics_sentence(case(price), language)
    assert said.endswith(never_alone(language))
    assert "2024" in said
    assert "25" in said
    assert said.count("%") == 2
    assert "kr.." not in said
    assert "{" not in said


def test_danish_and_english_say_the_same():
    assert economics_sentence(case(), "en").startswith(
        "The intervention costs 25,000\N{NO-BREAK SPACE}kr. per citizen (2024 prices)."
    )
    danish = economics_sentence(case(), "da")
    assert danish.startswith("Indsatsen koster 25.000\N{NO-BREAK SPACE}kr. pr. borger (2024-priser).")
    assert "tjent hjem efter 3 år for det offentlige samlet" in danish
    assert "For kommunen alene er de tjent hjem" in danish


def test_money_that_never_comes_back_is_said_to_be_gone():
    assert "not back within 5 years" in economics_sentence(case(100.0), "en")
    assert "ikke tjent hjem inden for 5 år" in economics_sentence(case(100.0), "da")


def test_the_unit_can_be_given_in_the_readers_language():
    result = ww.economics.cost_effectiveness_of(
        effect(5.0, 2.0, measure="MD", unit="points"), (1e4, 8e3, 1.2e4), price_level=2024
    )
    assert "5,0 point på WHO-5 bedre" in economics_sentence(result, "da", unit="point på WHO-5")
    assert "5.0 points better" in economics_sentence(result, "en")


def test_a_plan_says_how_many_when_to_go_on_and_when_to_stop():
    said = economics_sentence(plan(), "en")
    assert "2 places the intervention would reach 135 citizens" in said
    assert "go on if" in said
    assert said.endswith(never_alone("en"))
    nights = effect(-22.0, 8.0, measure="MD", unit="nights", good="down", method="did.aggregate")
    assert "out of 100" not in economics_sentence(plan(200.0, nights), "en")


def test_what_is_no_effect_and_what_costs_citizens_is_said_with_the_numbers():
    rate = case(result=effect(method="documentation.before_after"), allow_not_causal=True)
    assert "ikke er sammenlignet med, hvad der ville være sket" in economics_sentence(rate, "da")
    points = effect(-3.0, 1.5, measure="MD", unit="points")
    cheap = ww.economics.cost_effectiveness_of(points, (-1e4, -1.2e4, -8e3), price_level=2024)
    assert economics_sentence(cheap, "en").endswith("That is no gain, and it should be discussed before it is spread.")


def test_an_effect_is_not_about_money():
    with pytest.raises(InvalidOption, match=r"ww\.findings\.sentence"):
        economics_sentence(effect())


@pytest.mark.parametrize("language", ["da", "en"])
def test_tables_have_a_row_for_everyone_and_no_empty_cell(language):
    sizes = [
        (pay_back_table(case(), language), 4), (ledger_table(case(), language), 6), (scaling_table(plan(), language), 3),
        (rules_table(plan(), language), 2),
    ]  # fmt: skip
    for table, rows in sizes:
        assert len(table) == rows
        assert table.notna().all(axis=None)
        assert not table.astype("str").apply(lambda column: column.str.contains(r"nan|inf|\{")).any(axis=None)


def test_one_who_pays_nothing_has_nothing_to_get_back():
    table = pay_back_table(case(), "en").set_index("Who")
    assert table.loc["The state", "When is the money back?"] == "pays nothing per citizen"
    assert table.loc["The state", "Chance"] == "–"


def test_one_who_gives_one_off_money_and_gains_nothing_is_said_to_lose():
    result = case()
    effects = result.effects.copy()
    at = (effects["quantity"] == "npv_per_citizen") & (effects["payer"] == "state")
    effects.loc[at, "estimate"] = -3200.0
    table = pay_back_table(replace(result, effects=effects), "en").set_index("Who")
    assert table.loc["The state", "When is the money back?"] == "loses without paying per citizen"


def test_no_rule_is_given_where_no_effect_is_enough():
    worthless = ww.economics.scaling_plan(
        effect(), districts=pd.DataFrame({"district": ["Nord"], "citizens": [60], "staff": [4.0]}),
        consequences=gains(40_000.0).assign(units=-1.0), costs=COSTS, ratio=15, price_level=2024, discount_rates=0.035,
    )  # fmt: skip
    assert rules_table(worthless, "en").empty
    assert "Go on if" not in economics_sentence(worthless, "en")


def test_results_read_from_a_file_say_the_same():
    again = EffectResult.from_json(case().to_json())
    assert economics_sentence(again, "da") == economics_sentence(case(), "da")
    pd.testing.assert_frame_equal(pay_back_table(again), pay_back_table(case()))
