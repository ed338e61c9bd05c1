"""What would raise the certainty follows from the checks that lower it."""

import pytest

from whatworks.core import Check
from whatworks.findings.check_words import SENTENCES
from whatworks.findings.doubts import _LIFTS, lifts
from whatworks.findings.verdicts import verdict


def asked_for(samples, *checks, language="en"):
    result = samples.effect(15, 11, 19, checks=checks)
    return lifts(samples.rollout(results={"overall": result}), "overall", result, verdict(result, 10), language)


@pytest.mark.parametrize(
    ("name", "lift"),
    [
        ("few_treated_clusters", "More places or people to compare with."),
        ("robust_to_trends", "A comparison group that developed in the same way before the start."),
        ("sizes_overlap", "A comparison group that is more like those who get the intervention."),
        ("hidden_factor", "Measurements of more of what the groups may differ in."),
        ("outcome_among_covariates", "Background that is measured before the start."),
        ("composition", "Measurements of everyone, the whole way and without gaps."),
        ("anticipation", "Measurements from long before the start, before anyone knew that it would come."),
        ("spillover", "Someone to compare with who is not a neighbour."),
    ],
)
def test_a_failed_check_asks_for_what_would_mend_it(samples, name, lift):
    assert lift in asked_for(samples, Check(name=name, passed=False, message="No."))
    assert lift not in asked_for(samples, Check(name=name, passed=True, message="Yes."))


def test_an_open_check_asks_too_unless_there_is_no_result_to_upset(samples):
    assert len(asked_for(samples, Check(name="placebo", passed=None, message="Open."))) == len(asked_for(samples)) + 1
    for name in ("hidden_factor", "robust_to_trends"):
        assert asked_for(samples, Check(name=name, passed=None, message="Open.")) == asked_for(samples)


def test_two_checks_that_ask_for_the_same_ask_once(samples):
    failed = [Check(name=name, passed=False, message="No.") for name in ("few_clusters", "few_controls", "many_leads")]
    told = asked_for(samples, *failed, language="da")
    assert told.count("Flere steder eller personer at sammenligne med.") == 1


def test_every_check_that_asks_for_something_has_words_and_asks_for_one_thing():
    names = [name for names, _message in _LIFTS for name in names]
    assert set(names) <= set(SENTENCES)
    assert len(names) == len(set(names))
