from dataclasses import replace

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import EffectResult, Provenance
from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.evidence.outcome_ranges import OutcomeEvidence, outcome_evidence

T = 0.2
KNOWN = OutcomeEvidence(outcome="who5", conf_low=0.15, conf_high=0.45, certainty="moderate", smallest_important=T)


def about(low, high, certainty="moderate", **more):
    return replace(KNOWN, conf_low=low, conf_high=high, certainty=certainty, **more)


@pytest.mark.parametrize(
    ("outcomes", "code", "reason"),
    [
        ([], "unknown", "no_study"),
        ([replace(KNOWN, studies=0)], "unknown", "no_study"),
        ([replace(KNOWN, critical=False)], "unknown", "no_study"),
        ([about(0.3, 0.5, "very_low")], "unknown", "very_low"),
        ([about(0.3, 0.5, None)], "unknown", "not_assessed"),
        ([about(None, None)], "unknown", "no_range"),
        ([about(0.1, 0.4), about(-0.4, -0.1, "low")], "trade_off", "better_and_worse"),
        ([about(-0.4, -0.01, "low")], "harmful", "worse"),
        ([about(-0.1, 0.3), about(-0.4, -0.01, "low")], "harmful", "worse"),
        ([about(-0.19, 0.19)], "no_clear_difference", "inside_limits"),
        ([about(0.01, 0.19)], "no_clear_difference", "inside_limits"),
        ([about(-0.19, 0.19, "low")], "unknown", "inconclusive"),
        ([about(-0.20, 0.19)], "unknown", "inconclusive"),
        ([about(-0.19, 0.20)], "unknown", "inconclusive"),
        ([about(0.30, 0.50), about(-0.40, -0.10, studies=0)], "unknown", "no_study"),
        ([about(0.30, 0.50), about(None, -0.10)], "unknown", "no_range"),
        ([about(0.30, 0.50), about(-0.50, -0.20, "very_low")], "unknown", "very_low"),
        ([about(0.30, 0.50, "very_low"), about(-0.50, -0.20)], "harmful", "worse"),
        ([about(-0.40, 0.00, "low")], "unknown", "inconclusive"),
        ([about(-0.10, -0.01)], "harmful", "worse"),
        ([about(0.11, 0.40)], "works", "above_half"),
        ([about(0.10, 0.40)], "promising", "above_zero"),
        ([about(0.11, 0.40, "low")], "promising", "above_zero"),
        ([about(0.05, 0.40, "low"), about(-0.10, 0.30, "low")], "promising", "above_zero"),
        ([about(-0.02, 0.40, "low", probability_better=0.90)], "promising", "likely_better"),
        ([about(-0.02, 0.40, "low", probability_better=0.89)], "unknown", "inconclusive"),
        ([about(-0.30, 0.40, "high")], "unknown", "inconclusive"),
    ],
)
def test_the_first_rule_that_holds_decides(outcomes, code, reason):
    found = ww.evidence.verdict(outcomes)
    assert (found.code, found.reason) == (code, reason)


def test_a_very_uncertain_second_outcome_stops_a_claim_but_never_hides_harm():
    doubtful = about(-0.5, 0.9, "very_low")
    assert ww.evidence.verdict([about(0.2, 0.5), doubtful]).reason == "very_low"
    assert ww.evidence.verdict([about(-0.5, -0.2), doubtful]).code == "harmful"


def test_the_headline_takes_the_lowest_certainty_of_what_is_critical():
    assert ww.evidence.verdict([about(0.2, 0.5, "high"), about(0.2, 0.5, "low")]).certainty == "low"
    spared = about(-0.5, 0.9, "very_low", critical=False)
    assert ww.evidence.verdict([about(0.2, 0.5, "high"), spared]).certainty == "high"


@pytest.mark.parametrize(
    ("low", "high", "certainty", "code"),
    [
        (-0.19, 0.10, "moderate", "works"),
        (-0.19, 0.10, "low", "promising"),
        (-0.19, -0.05, "moderate", "works"),
        (-0.20, 0.10, "moderate", "unknown"),
        (-0.40, -0.05, "moderate", "harmful"),
        (0.05, 0.40, "moderate", "works"),
        (-0.19, 0.10, "very_low", "unknown"),
    ],
)
def test_where_the_goal_is_to_maintain_holding_on_is_success(low, high, certainty, code):
    assert ww.evidence.verdict([about(low, high, certainty)], goal="maintain").code == code


def test_unknown_and_no_difference_never_look_alike():
    unknown, same = ww.evidence.verdict([]), ww.evidence.verdict([about(-0.1, 0.1)])
    for part in ("code", "reason", "label_en", "label_da", "reason_en", "reason_da"):
        assert getattr(unknown, part) != getattr(same, part)


def test_every_verdict_carries_words_in_two_languages_and_the_date_of_its_rules():
    found = ww.evidence.verdict([about(0.2, 0.5)])
    assert (found.label_en, found.label_da, found.rule_version) == ("Works", "Virker", "2026-11-22")


def test_an_effect_where_down_is_good_is_turned_round_once():
    row = {
        "term": "ATT",
        "kind": "headline",
        "estimate": -0.3,
        "std_error": 0.1,
        "conf_low": -0.5,
        "conf_high": -0.1,
        "p_value": 0.0,
    }
    effects = pd.DataFrame([row])
    result = EffectResult(
        method="m",
        estimand="e",
        measure="SMD",
        unit="sd",
        good="down",
        effects=effects,
        provenance=Provenance(data_fingerprint="0"),
    )
    known = outcome_evidence(result, outcome="honos", certainty="low", smallest_important=T)
    assert (known.conf_low, known.conf_high) == (0.1, 0.5)
    with pytest.raises(InvalidEffect, match="which direction is good is not known"):
        outcome_evidence(replace(result, good=None), outcome="honos", certainty="low", smallest_important=T)
    logged = outcome_evidence(replace(result, measure="ROM"), outcome="honos", certainty="low", smallest_important=T)
    assert logged == known, "a log ratio of means is a logarithm already"
    for ratio in ("RR", "OR", "IRR", "HR", "ratio"):
        with pytest.raises(InvalidEffect, match="needs its logarithm"):
            outcome_evidence(replace(result, measure=ratio), outcome="honos", certainty="low", smallest_important=T)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"conf_low": 0.5, "conf_high": 0.1}, InvalidEffect),
        ({"smallest_important": 0.0}, InvalidEffect),
        ({"smallest_important": float("nan")}, InvalidEffect),
        ({"probability_better": 1.2}, InvalidEffect),
        ({"certainty": "sure"}, InvalidOption),
    ],
)
def test_what_cannot_be_is_refused(change, error):
    with pytest.raises(error):
        replace(KNOWN, **change)


def test_an_unknown_goal_is_refused():
    with pytest.raises(InvalidOption, match="'develop', 'maintain', 'limit_loss'"):
        ww.evidence.verdict([KNOWN], goal="cure")


def test_without_a_limit_nothing_is_large_enough_and_nothing_too_small():
    good = OutcomeEvidence(outcome="x", conf_low=0.1, conf_high=9.0, certainty="high", smallest_important=None)
    assert ww.evidence.verdict([good]).code == "promising"
    close = replace(good, conf_low=-0.01, conf_high=0.01)
    assert ww.evidence.verdict([close]).reason == "inconclusive"
    worse = replace(good, conf_low=-2.0, conf_high=-1.0)
    assert ww.evidence.verdict([worse], goal="maintain").code == "harmful"
