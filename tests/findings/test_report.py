"""Tables of the method report say what the results say, in both languages."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import UnknownCode


@pytest.fixture(scope="module")
def registry():
    return ww.evidence.load()


@pytest.fixture
def matched(samples):
    return samples.matched()


@pytest.fixture
def counts():
    rows = [("treated", 185, 183, 2, 183.0), ("comparison", 15992, 183, 15809, 183.0)]
    return pd.DataFrame(rows, columns=["arm", "all", "matched", "dropped", "ess"])


def test_a_question_knows_its_names_unit_and_that_its_method_is_invented(registry):
    question = ww.findings.ask(registry, target_group="adults_autism", method="klare_billeder", outcome="who5", design="rollout")
    assert question.synthetic
    assert question.unit == registry.outcomes["who5"].fields["unit"]
    html = ww.findings.question_table(question, "da")
    assert "Klare Billeder" in html
    assert "Voksne med autisme" in html


@pytest.mark.parametrize("wrong", [{"target_group": "nobody"}, {"method": "magic"}, {"outcome": "joy"}])
def test_a_code_outside_the_catalogue_is_refused_with_those_that_exist(registry, wrong):
    codes = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5", **wrong}
    with pytest.raises(UnknownCode, match=next(iter(wrong.values()))):
        ww.findings.ask(registry, design="rollout", **codes)


def test_results_take_the_unit_and_the_direction_of_good_from_the_catalogue(registry, matched):
    question = ww.findings.ask(
        registry, target_group="adults_social_psychiatry", method="trappestoette", outcome="honos", design="rollout"
    )
    finding = question.answered(results={"overall": matched.results["matched"]}, answer="overall")
    assert finding.answering.good == "down"
    assert finding.answering.unit == "points"
    assert finding.synthetic


def test_few_people_left_out_are_not_counted_and_cannot_be_subtracted(counts):
    danish, english = ww.findings.counts_table(counts, "da"), ww.findings.counts_table(counts, "en")
    assert "færre end 5" in danish
    assert "183" not in danish + english
    assert "fewer than 5" in english
    assert "15,809" not in english


def test_many_left_out_are_counted_in_both_groups(counts):
    html = ww.findings.counts_table(counts.assign(matched=[150, 150], dropped=[35, 15842], ess=150.0), "en")
    assert "35" in html
    assert "15,842" in html


def test_both_rules_for_the_standard_error_stand_side_by_side(matched):
    rules = ww.findings.std_error_rules({"classical": matched.results["matched"], "HC1": matched.results["matched_did"]})
    assert rules["rule"].tolist() == ["classical", "HC1"]
    assert "klassisk" in ww.findings.std_errors_table(rules, "da")


def test_designs_and_checks_stand_in_words(matched):
    designs = ww.findings.designs_table(matched, "da")
    assert "Rå forskel" in designs
    assert "−8.498" in designs
    checks = ww.findings.checks_table(matched, "en")
    assert checks.index("Failed") < checks.index("Passed")


def test_a_review_without_interval_says_so_and_hostile_text_stays_text(registry):
    reviews = ww.findings.published(registry, "autism_children").assign(method_da="<script>alert(1)</script>")
    html = ww.findings.reviews_table(reviews, "da")
    assert "interval ikke oplyst" in html
    assert "<script>" not in html
    assert "Ikke bekræftet endnu" in html


def test_published_numbers_keep_their_decimals_and_a_turned_scale_is_told(registry):
    html = ww.findings.reviews_table(ww.findings.published(registry, "families_at_risk_of_maltreatment"), "da")
    # Gubbels et al. (2019): d = 0.416 (0.334 to 0.498); positive favours the programmes.
    assert "0,416 (d). Kilden har vendt skalaen: Over nul er et fald i omsorgssvigt og overgreb, og det er godt." in html
    assert "0,334 til 0,498" in html


def test_every_row_printed_the_other_way_round_is_told_in_the_report(registry):
    groups = registry.reviews["target_group"].unique()
    told = sum(
        ww.findings.reviews_table(ww.findings.published(registry, group), "en").count("turned the scale") for group in groups
    )
    assert told == 15


def test_headings_of_the_report_are_plain_danish(matched, counts):
    assert "Svarer til (antal personer)" in ww.findings.counts_table(counts, "da")
    assert "Kontroller, der ikke er bestået" in ww.findings.designs_table(matched, "da")
