"""Sentences give size, range, unit and direction, and never say more than the numbers do."""

import math
import re
from string import Formatter

import pytest

from whatworks.core import Check
from whatworks.findings import check_sentence, covariate_name, design_explanation, design_name, sentence, verdict
from whatworks.findings.check_words import SENTENCES
from whatworks.findings.names import COVARIATES, DESIGN_NAMES
from whatworks.findings.wording import shown, shown_decimals, size_word

BANNED = re.compile(
    r"significan|signifikan|\bproven\b|(?<!not )\bproves?\b|bevis(?!er ikke)|"
    r"no effect|ingen effekt|evidence-based|evidensbaseret|best method|"
    r"bedste metode",
    re.IGNORECASE,
)
# The numbers that the rooms put into each check.
_CHOSEN = {
    "n_outside": 12.0,
    "n_dropped": 13, "n_treated": 185, "clusters": 12, "limit": 30, "cells": 3, "units": 2, "share": 0.27, "share_outside": 0.04,
    "worst_smd": 0.31, "ess": 40, "n_comparison": 900, "k": 4, "low": -0.2, "high": 0.9, "hidden_parts": 2,
    "p_value": 0.03, "df": 3, "studies": 7, "covariates": 2, "i2": 0.8,
    "treated": 6, "leads": 8, "difference": -0.12, "cohorts": 2, "of": 9, "rows": 14, "turned": 2, "largest_share": 0.11,
    "n_specifications": 96, "share_other_way": 0.21, "n_failed": 3, "subgroups": 8, "false_alarm": 0.34, "treatments": 2,
    "worst": 0.41, "bound": 1.0,
}  # fmt: skip
# A number for every place that a sentence has; tests/findings/test_check_words.py holds that checks carry them.
STATISTICS = {
    **{name: 4.0 for words in SENTENCES.values() for text in words for _, name, *_ in Formatter().parse(text) if name},
    **_CHOSEN,
}
# Estimators whose answers a method report sets beside one another.
SIDE_BY_SIDE = (
    "sun_abraham", "imputation", "stacked", "synthetic", "conley_taber", "ferman_pinto", "randomisation", "wild_bootstrap",
    "honest", "mahalanobis", "optimal", "full", "cem", "exact", "subclass", "cardinality", "ipw", "entropy", "cbps", "aipw",
    "g_computation", "placebo", "specification_curve", "rosenbaum", "e_value", "omitted_variable", "combined", "published",
    "ours",
)  # fmt: skip


def say(samples, estimate, low, high, language="en", **about):
    unit, decimals = about.pop("said_unit", None), about.pop("decimals", None)
    return sentence(samples.effect(estimate, low, high, **about), language, unit=unit, decimals=decimals)


def test_a_clear_difference_is_told_with_its_range_and_its_good_direction(samples):
    money = {"measure": "money", "unit": "dollars a year"}
    assert say(samples, 1794, 551, 3038, "en", **money) == (
        "With the intervention the average is 1,794 dollars a year higher than without it (probably 551 to 3,038 higher). "
        "Higher is better."
    )
    assert say(samples, 1794, 551, 3038, "da", said_unit="dollar om året", **money) == (
        "Med indsatsen er gennemsnittet 1.794 dollar om året højere end uden (sandsynligvis 551 til 3.038 højere). "
        "Højere er bedre."
    )


def test_a_negative_difference_is_told_without_minus_signs(samples):
    assert say(samples, -22, -32, -12, "da", unit="nætter", good="down") == (
        "Med indsatsen er gennemsnittet 22 nætter lavere end uden (sandsynligvis 12 til 32 lavere). Lavere er bedre."
    )


def test_a_range_over_both_sides_names_both(samples):
    assert say(samples, -1.2, -3.1, 0.7, "da", unit="point", good="down") == (
        "Med indsatsen er gennemsnittet 1,2 point lavere end uden, men tallene passer med alt fra 3,1 lavere til 0,7 højere. "
        "Lavere er bedre."
    )


def test_a_risk_difference_is_told_in_people_out_of_100(samples):
    said = say(samples, 0.11, 0.04, 0.18, "da", measure="RD")
    assert (
        said == "Ud af 100 personer gælder det 11 flere med indsatsen end uden (sandsynligvis 4 til 18 flere). Højere er bedre."
    )
    assert "fewer with the intervention" in say(samples, -0.11, -0.18, -0.04, measure="RD")
    assert "3 fewer to 9 more" in say(samples, 0.03, -0.03, 0.09, measure="RD")


@pytest.mark.parametrize(
    ("measure", "noun"),
    [
        ("logRR", "andelen"),
        ("RR", "andelen"),
        ("OR", "oddsene"),
        ("logIRR", "antallet"),
        ("ROM", "gennemsnittet"),
        ("HR", "hazarden"),
        ("logHR", "hazarden"),
    ],
)
def test_ratios_are_told_as_times_and_logs_are_turned_back(samples, measure, noun):
    values = (1.63, 1.46, 1.82)
    if measure.startswith("log") or measure == "ROM":
        values = tuple(map(math.log, values))
    said = say(samples, *values, "da", measure=measure)
    assert noun in said
    assert "1,63 gange" in said
    assert "(sandsynligvis 1,46 til 1,82 gange)" in said


def test_a_ratio_over_both_sides_of_one_is_not_told_as_probable(samples):
    said = say(samples, 0.9, 0.7, 1.2, "en", measure="RR", good="down")
    assert "but the numbers fit anything from 0.70 to 1.20 times. Below 1 is better." in said
    assert "probably" not in said


def test_standardised_differences_are_in_standard_deviations(samples):
    assert "0,19 standardafvigelser højere" in say(samples, 0.19, 0.11, 0.27, "da", measure="SMD", unit="noget andet")


def test_an_effect_without_a_range_says_so(samples):
    said = say(samples, 0.21, math.nan, math.nan, "da", measure="SMD")
    assert "+0,21 standardafvigelser uden interval" in said
    assert shown(samples.effect(0.21, math.nan, math.nan, measure="SMD"), "da") == ("+0,21 standardafvigelser", "")


def test_a_missing_number_is_not_told_as_nothing(samples):
    assert say(samples, math.nan, math.nan, math.nan, "da") == "Vi ved det ikke: Der er ikke noget tal for effekten."


def test_doubling_the_unit_doubles_the_numbers(samples):
    def numbers(text):
        return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]

    once, twice = (numbers(say(samples, 100 * k, 20 * k, 180 * k, measure="MD")) for k in (1, 2))
    assert twice == [2 * number for number in once]


def test_hostile_units_are_only_text(samples):
    assert "{size} {0} <b>" in say(samples, 5, 1, 9, unit="{size} {0} <b>")


def test_decimals_follow_the_range_unless_the_outcome_decides(samples):
    assert shown_decimals(1794, 551, 3038) == 0
    assert shown_decimals(0.004, 0.001, 0.007) == 4
    assert shown_decimals(3, 3, 3) == 1
    assert shown_decimals(0, 0, 0) == 0
    assert "4.60 points higher" in say(samples, 4.6, 3.1, 6.1, decimals=2)


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_sentence_holds_a_p_value_or_a_word_that_overclaims(samples, language):
    results = [
        samples.effect(estimate, estimate - width, estimate + width, measure=measure, good=good)
        for estimate in (-2.0, 0.0, 0.4)
        for width in (0.1, 3.0)
        for measure in ("MD", "money", "RD", "SMD", "logRR", "logOR")
        for good in ("up", "down", None)
    ]
    for result in results:
        for limit in (None, 0.5, 10.0):
            judged = verdict(result, limit, language=language)
            for text in (sentence(result, language), judged.word, judged.reason):
                assert not BANNED.search(text), text
                assert "p =" not in text


def test_a_passed_pre_trend_says_where_it_looked_and_that_it_proves_nothing():
    def said(df, language="da", **about):
        statistics = {} if df is None else {"df": df, "p_value": 0.4}
        check = Check(name="parallel_pretrends", passed=True, message="p", statistics=statistics)
        return str(check_sentence(check, language, **about))

    proof = " Det beviser ikke, at grupperne ville have fulgtes ad bagefter."
    assert said(4.0, quarters=True) == "I de 4 kvartaler lige før start ser vi ingen tydelig forskel." + proof
    assert said(1.0, quarters=True) == "I kvartalet lige før start ser vi ingen tydelig forskel." + proof
    assert said(3.0) == "I de 3 målinger lige før start ser vi ingen tydelig forskel." + proof
    assert said(1.0) == "I målingen lige før start ser vi ingen tydelig forskel." + proof
    assert said(None) == "Lige før start ser vi ingen tydelig forskel." + proof
    assert said(4.0, "en", quarters=True).startswith("In the 4 quarters just before the start we see no clear difference.")


def test_few_groups_are_few_whatever_the_limit_was():
    check = Check(name="few_clusters", passed=False, message="Few.", statistics={"clusters": 12})
    assert check_sentence(check, "da") == ("Der er kun få uafhængige grupper: 12. Usikkerheden kan være større, end vi viser.")


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_every_check_has_words_for_passed_failed_and_open(name, language):
    said = [
        str(check_sentence(Check(name=name, passed=passed, message="Raw message.", statistics=STATISTICS), language))
        for passed in (True, False, None)
    ]
    assert not [text for text in said if "Raw message" in text or "{" in text or "<span" in text or BANNED.search(text)]
    assert "0.03" not in "".join(said) + "".join(said).replace(",", ".")
    assert said[0] != said[1]


def test_numbers_in_checks_are_written_as_the_language_writes_them():
    balance = Check(name="balance", passed=False, message="", statistics={"worst_smd": 0.314, "limit": 0.1})
    assert "0,31 standardafvigelser og bør være under 0,10" in check_sentence(balance, "da")
    outside = Check(name="common_support", passed=False, message="", statistics={"share_outside": 0.043})
    assert "4% of those" in check_sentence(outside, "en")


def test_a_hidden_count_is_said_to_be_small_and_still_begins_a_sentence():
    check = Check(name="dropped_treated", passed=False, message="", statistics={"n_dropped": math.nan, "n_treated": 185})
    assert check_sentence(check, "da").startswith("Færre end 5 af de 185, der fik indsatsen, er udeladt.")


@pytest.mark.parametrize("statistics", [{}, {"worst_smd": math.nan, "limit": 0.1}])
def test_a_check_without_its_numbers_falls_back_to_the_researchers_message(statistics):
    check = Check(name="balance", passed=False, message="Dropped <some> of them.", statistics=statistics)
    assert check_sentence(check, "da") == '<span lang="en">Dropped &lt;some&gt; of them.</span>'
    assert check_sentence(check, "en") == "Dropped &lt;some&gt; of them."


def test_designs_and_covariates_have_plain_names_in_both_languages():
    for key in DESIGN_NAMES:
        assert design_name(key, "da") != design_name(key, "en")
        assert design_explanation(key, "da").endswith(".")
        assert not BANNED.search(design_explanation(key, "en") + design_explanation(key, "da"))
    shown = {design_name(key, language) for key in DESIGN_NAMES for language in ("da", "en")}
    assert len(shown) == 2 * len(DESIGN_NAMES), "two designs in one table would have the same name"
    assert {"age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"} <= set(COVARIATES)
    assert covariate_name("marr", "da") == "Gift"
    assert design_name("some_new_design", "da") == "some new design"
    assert design_explanation("some_new_design", "da") == ""


@pytest.mark.parametrize("language", ["da", "en"])
def test_estimators_that_stand_side_by_side_are_explained_in_short_sentences_without_jargon(language):
    for key in SIDE_BY_SIDE:
        told = f"{design_name(key, language)}. {design_explanation(key, language)}"
        assert design_name(key, language) != key.replace("_", " ")
        assert max(len(part.split()) for part in told.split(". ")) <= 26, told
        assert not re.search(r"bootstrap|placebo|propensity|regress|estimat|covariate|kovariat|cluster|klynge|donor", told), told


@pytest.mark.parametrize(("smd", "word"), [(0.05, "meget lille"), (-0.2, "lille"), (0.5, "moderat"), (-0.6, "stor")])
def test_standardised_differences_are_sized_in_words(smd, word):
    assert size_word(smd, "da") == word
