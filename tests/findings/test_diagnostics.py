"""Tables that put an answer to the test, in both languages."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check
from whatworks.core.errors import MissingColumn
from whatworks.findings import Finding


@pytest.fixture
def tested(samples):
    """A finding whose answer was put to the test in four ways."""
    matched = samples.matched()
    dollars = {"unit": "dollars a year"}
    robustness = {
        "entropy": samples.effect(1271, 7, 2535, method="matching.estimate", **dollars),
        "placebo": samples.effect(-966, -1624, -307, method="matching.placebo", **dollars),
        "e_value": samples.effect(1.6, 1.2, 2.0, method="matching.e_value", measure="ratio"),
        "specification_curve": samples.effect(1279, np.nan, np.nan, method="matching.specification_curve", **dollars),
    }
    return dataclasses.replace(matched, robustness=robustness)


@pytest.mark.parametrize(("language", "answer"), [("en", "(the answer)"), ("da", "(svaret)")])
def test_other_designs_stand_beside_the_answer_and_other_questions_do_not(tested, language, answer):
    html = ww.findings.robustness_table(tested, language)
    assert answer in html
    assert "1,271" in html if language == "en" else "1.271" in html
    assert "1,279" not in html.replace("1.279", "1,279")
    assert list(ww.findings.same_question(tested)) == [tested.answer, "entropy", "placebo"]


def test_what_was_tested_is_saved_and_read_back(tested, tmp_path):
    ww.findings.save(tested, tmp_path)
    again = ww.findings.load(tmp_path)
    assert again == tested
    assert list(again.robustness) == list(tested.robustness)
    rows = pd.read_csv(tmp_path / "results.csv")
    assert {"entropy", "placebo"} <= set(rows["result"])


def test_a_finding_saved_before_there_were_tests_can_still_be_read(samples):
    content = json.loads(samples.matched().to_json())
    del content["robustness"]
    assert Finding.from_json(json.dumps(content)).robustness == {}


def test_only_doubts_about_the_answer_itself_become_its_checks(samples):
    question = ww.findings.ask(
        ww.evidence.load(),
        target_group="adults_outside_labour_market",
        method="supported_work",
        outcome="earnings",
        design="matched",
    )
    answer = samples.effect(1463, 118, 2809, method="did.two_by_two")
    failed = Check(name="placebo", passed=False, message="An effect where there can be none.", statistics={"p_value": 0.004})
    about_itself = Check(name="balance", passed=False, message="Worst is 0.2.", statistics={"worst_smd": 0.2, "limit": 0.1})
    seen = Check(name="composition", passed=True, message="Alike.", statistics={"difference": 0.0})
    hidden = samples.effect(1, 0, 2, checks=(Check(name="hidden_factor", passed=False, message="x"), about_itself))
    placebo = samples.effect(-966, -1624, -307, method="matching.placebo", checks=(failed, about_itself))
    finding = question.answered(
        results={"matched_did": answer}, answer="matched_did", robustness={"placebo": placebo}, doubts=[seen, hidden]
    )
    assert [check.name for check in finding.answering.checks] == ["composition", "placebo", "hidden_factor"]
    assert "omitted" not in finding.to_json()


def test_counts_that_differ_by_few_people_from_row_to_row_are_left_out(samples):
    parts = pd.DataFrame(
        [["a", "part", 1.0, 0.1, 0.8, 1.2, 0.0, 185, 185], ["b", "part", 1.0, 0.1, 0.8, 1.2, 0.0, 183, 183]],
        columns=["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n_treated", "n_comparison"],
    )
    curve = samples.effect(1.0, 0.8, 1.2, parts=parts, method="matching.specification_curve")
    finding = dataclasses.replace(samples.matched(), robustness={"specification_curve": curve})
    assert "n_treated" not in finding.robustness["specification_curve"].effects
    wide = dataclasses.replace(curve, effects=curve.effects.assign(n_treated=[np.nan, 185, 150], n_comparison=[np.nan, 185, 150]))
    kept = dataclasses.replace(samples.matched(), robustness={"specification_curve": wide})
    assert "n_treated" in kept.robustness["specification_curve"].effects


def test_a_drift_that_could_be_overlooked_is_told_with_what_it_would_look_like(samples):
    parts = pd.DataFrame({"event_time": [-2, 0, 1], "hypothesised": [-0.2, 0.2, 0.4]})
    parts = parts.assign(term="t", kind="part", estimate=0.0, std_error=1.0, conf_low=-1.0, conf_high=1.0, p_value=0.5)
    columns = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "event_time", "hypothesised"]
    power = samples.effect(
        1, 0, 2, parts=parts[columns], method="did.pretrend_power", statistics={"slope_50": 0.2, "slope_80": 0.4}
    )
    html = ww.findings.pretrend_power_table(power, unit={"da": "point", "en": "points"}, language="en")
    assert "half of the time (points)" in html
    # The mean of 0.2 and 0.4 after the start, and twice that for the steeper drift.
    assert ">0.30<" in html
    assert ">0.60<" in html


def test_hidden_factors_are_told_by_every_measure_given(samples):
    strengths = {
        "rosenbaum": samples.effect(1, 0, 2, statistics={"gamma_tolerated": 1.066}),
        "omitted_variable": samples.effect(1, 0, 2, statistics={"robustness_value": 0.109, "robustness_value_interval": 0.011}),
    }
    html = ww.findings.hidden_factor_table(strengths, "da")
    assert "1,07" in html
    assert "11\N{NO-BREAK SPACE}%" in html
    assert "E-værdi" not in html


def test_who_was_compared_keeps_hidden_what_is_hidden():
    who = pd.DataFrame(
        {
            "covariate": ["people", "age", "living", "married"],
            "level": [None, None, "own home", None],
            "kind": ["people", "mean", "share", "share"],
            "treated_before": [185, 25.8, 0.5, 0.19],
            "comparison_before": [15992, 33.2, 0.6, 0.71],
            "treated_after": [np.nan, np.nan, np.nan, np.nan],
            "comparison_after": [np.nan, 23.8, 0.5, 0.14],
            "smd_before": [np.nan, -1.04, 0.2, -1.33],
            "smd_after": [np.nan, 0.29, 0.0, np.nan],
        }
    )
    html = ww.findings.compared_table(who, "en")
    assert "Number of people" in html
    assert "15,992" in html
    assert "living: own home" in html
    assert "71%" in html
    assert html.count("–") >= 6
    with pytest.raises(MissingColumn):
        ww.findings.compared_table(who.drop(columns="smd_after"), "en")
