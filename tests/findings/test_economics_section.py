"""What it costs on a finding's page: cost, pay-back per payer with its chance, scaling advice, and what never stands alone."""

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidResult
from whatworks.findings import Finding, money_question, never_alone, page
from whatworks.findings.economics_words import chance, quantity
from whatworks.findings.investment_page import LIKELY

LANGUAGES = ("da", "en")
YEARS = {
    "first_year": 1,
    "last_year": 5,
    "price_level": 2024,
    "consequence": "support",
    "units": 0.02,
    "units_low": 0.01,
    "units_high": 0.03,
}
PRICED = {
    "consequences": pd.DataFrame(
        [{**YEARS, "payer": "municipality", "price": 80_000.0}, {**YEARS, "payer": "state", "price": 40_000.0}]
    ),
    "costs": pd.DataFrame(
        [{"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 25_000.0, "per": "citizen",
          "first_year": 0, "last_year": 5, "price_level": 2024}]
    ),
    "price_level": 2024,
    "discount_rates": 0.035,
}  # fmt: skip
DISTRICTS = pd.DataFrame({"district": ["Nord", "Syd"], "citizens": [60, 90], "staff": [4.0, 5.0]})


@pytest.fixture
def rollout_finding(samples):
    return samples.rollout


@pytest.fixture(scope="module")
def costs(samples):
    """The investment case of the Lark Model: it pays back for everyone, and less so where it is spread."""
    effect = samples.effect(5.0, 3.5, 6.5, method="did.aggregate")
    question = money_question(samples.rollout(), names=ww.findings.item_names({"support": {"da": "Støtte", "en": "Support"}}))
    results = {
        "case": ww.economics.investment_case(effect, citizens=100, draws=2000, **PRICED),
        "scaling": ww.economics.scaling_plan(effect, districts=DISTRICTS, ratio=15, draws=2000, **PRICED),
        "cost_effectiveness": ww.economics.cost_effectiveness_of(effect, (25_000, 20_000, 30_000), price_level=2024, draws=1000),
    }
    return question.answered(results=results, answer="case", source={"da": "Opdigtet.", "en": "Invented."})


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_finding_page_says_cost_pay_back_chance_and_whether_to_spread_it(costs, language, rollout_finding):
    html = page(rollout_finding(), language, case=costs)
    told = text_of(html)
    for words in {
        "da": ["Hvad koster det, og hvem får pengene igen?", "pr. borger", "Kommunen", "Staten", "Skal indsatsen udbredes?"],
        "en": ["What does it cost, and who gets the money back?", "per citizen", "The municipality", "The state", "Should it be"],
    }[language]:
        assert words in told
    assert never_alone(language) in told
    assert f"../laerkemodellen_investment/report.{language}.html" in html
    shown = ww.findings.pay_back_table(costs.results["case"], language)
    for row in shown.itertuples(index=False):
        assert all(text_of(str(cell)) in told for cell in row), row
    advice = ww.findings.rules_table(costs.results["scaling"], language)
    assert len(advice) == 2
    assert all(text_of(str(cell)) in told for row in advice.itertuples(index=False) for cell in row)


def test_the_strip_no_longer_says_that_nobody_has_calculated_it(costs, rollout_finding):
    before, after = page(rollout_finding(), "en"), page(rollout_finding(), "en", case=costs)
    assert "Not calculated yet" in before
    assert "Not calculated yet" not in after
    assert "What it costs, and who gets the gain." in before
    assert "What it costs, and who gets the gain." not in after


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_case_has_a_page_of_its_own_that_leads_to_the_effect(costs, language):
    html = page(costs, language)
    assert f"../laerkemodellen/finding.{language}.html" in html
    assert html.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert "&lt;h" not in html
    assert never_alone(language) in text_of(html)
    assert {"da": "Støtte", "en": "Support"}[language].lower() in text_of(html).lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_amounts_are_called_so_on_the_page_and_on_every_figure(costs, language):
    banner = {"da": "EKSEMPEL MED SIMULEREDE DATA", "en": "EXAMPLE WITH SIMULATED DATA"}[language]
    html = page(costs, language)
    figures = re.findall(r"<figure\b.*?</figure>", html, re.S)
    assert len(figures) == 5
    assert all(banner in figure for figure in figures)
    assert banner in re.sub(r"<figure\b.*?</figure>", "", html, flags=re.S)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_effect_that_is_not_reliable_has_a_cost_but_no_gain(costs, language, rollout_finding):
    labels = {**costs.labels, "trusted": False}
    doubted = Finding(
        **{name: getattr(costs, name) for name in ("target_group", "method", "outcome", "design", "synthetic", "answer")},
        labels=labels, results=costs.results, source=costs.source,
    )  # fmt: skip
    for html in (page(doubted, language), page(rollout_finding(), language, case=doubted)):
        told = text_of(html)
        cost = ww.findings.pay_back_table(costs.results["case"], language).iloc[0, 1]
        assert text_of(cost) in told
        assert {"da": "Vi viser ingen gevinst i penge", "en": "We show no gain in money"}[language] in told
        assert {"da": "Nettoresultat", "en": "Net result"}[language] not in told
        assert never_alone(language) in told


def test_without_a_plan_for_spreading_nothing_is_said_about_it(costs, rollout_finding):
    alone = money_question(rollout_finding()).answered(results={"case": costs.results["case"]}, answer="case")
    assert "Should it be spread?" not in page(alone, "en")


def test_published_reviews_alone_are_no_effect_to_calculate_with():
    with pytest.raises(InvalidResult, match="has no effect of our own"):
        money_question(Finding(target_group="a", method="b", outcome=None, design="reviews", labels={}))


def test_the_question_is_about_the_same_as_the_effect_and_as_invented(rollout_finding):
    question = money_question(rollout_finding())
    assert (question.target_group, question.method, question.design) == (*about(rollout_finding()), "investment")
    assert question.synthetic
    assert question.labels["trusted"]


def about(finding):
    return finding.target_group, finding.method


def test_costs_and_consequences_are_told_with_names_ranges_and_sources():
    inputs = ww.evidence.read_investment("evidence/investments/trappestoette")
    names = ww.findings.item_names(inputs.names)
    costs = ww.findings.costs_table(ww.economics.implementation_costs(**inputs.staffing), "da", names=names)
    assert costs.iloc[0].tolist()[:3] == [
        "medarbejdere hos borgerne",
        "hvert år",
        "2,8\N{NO-BREAK SPACE}mio.\N{NO-BREAK SPACE}kr.",
    ]
    told = ww.findings.consequences_table(inputs.consequences, "en", names=names)
    assert told.iloc[0].tolist()[1:] == [
        "The municipality", "+16.00", "9.00 to 23.00", "480\N{NO-BREAK SPACE}kr.", "1–4", "invented for examples",
    ]  # fmt: skip


def test_a_case_says_first_what_its_chance_becomes_where_it_is_spread_and_what_it_rests_on(costs):
    told = text_of(page(costs, "en"))
    case, plan = costs.results["case"], costs.results["scaling"]
    runs = float(quantity(case, "pays_back", payer="municipality").estimate)
    spread = float(quantity(plan, "pays_back", item="").estimate)
    assert f"is {chance(runs, 'en')}. Spread to 2 places it is {chance(spread, 'en')}." in told
    assert f"{len(case.failed_checks)} of the calculation&#39;s {len(case.checks)} checks are not passed" in told
    assert ("Probably yes where it runs now." in told) == (runs >= LIKELY > spread)


def test_where_it_is_likely_to_pay_only_where_it_runs_the_answer_says_so(costs):
    plan = costs.results["scaling"]
    effects = plan.effects.copy()
    effects.loc[(effects["quantity"] == "pays_back") & (effects["item"] == ""), "estimate"] = 0.3
    case = costs.results["case"].effects.copy()
    case.loc[case["quantity"] == "pays_back", "estimate"] = 0.9
    changed = {
        **costs.results,
        "scaling": replace(plan, effects=effects),
        "case": replace(costs.results["case"], effects=case),
    }
    told = text_of(page(replace(costs, results=changed), "en"))
    assert "Probably yes where it runs now." in told
    alone = text_of(page(replace(costs, results={name: each for name, each in changed.items() if name != "scaling"}), "en"))
    assert "Probably yes." in alone
    assert "Spread to" not in alone


def test_what_is_worth_choosing_is_priced_first_where_nobody_has(samples, costs):
    def step(**more):
        return text_of(page(samples.matched(), "en", **more))

    assert "Work out the price first" in step()
    assert "Work out the price first" not in step(case=costs)
