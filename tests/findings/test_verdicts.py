"""What a result means follows rules anyone can read, and failed checks make it softer."""

import math

import pytest

from whatworks.core import Check
from whatworks.findings import verdict
from whatworks.findings.check_words import SENTENCES
from whatworks.findings.verdicts import DISQUALIFYING, NOT_A_DOUBT, TURNING, failed_doubts
from whatworks.findings.wording import certainty


def failing(*names):
    return tuple(Check(name=name, passed=False, message="No.") for name in names)


# The first rule that fits decides: estimate, low, high, smallest important, good, verdict.
@pytest.mark.parametrize(
    ("values", "limit", "good", "code"),
    [
        ((15, 11, 19), 10, "up", "helps"),
        ((-15, -19, -11), 10, "down", "helps"),
        ((12, 4, 20), 10, "up", "probably_helps"),
        ((12, 4, 20), None, "up", "probably_helps"),
        ((5, 3, 7), 10, "up", "too_small"),
        ((-5, -7, -3), 10, "up", "too_small"),
        ((0.5, -3, 4), 10, "up", "no_important_difference"),
        ((0.5, -3, 4), None, "up", "cannot_tell"),
        ((6, -3, 15), 10, "up", "cannot_tell"),
        ((-12, -20, -4), 10, "up", "worse"),
        ((12, 4, 20), 10, "down", "worse"),
        ((12, math.nan, math.nan), 10, "up", "cannot_tell"),
        ((12, 4, 20), 10, None, "cannot_tell"),
    ],
)
def test_verdicts_follow_the_printed_rules(samples, values, limit, good, code):
    assert verdict(samples.effect(*values, good=good), limit).code == code


def test_turning_the_scale_round_turns_no_verdict(samples):
    for low, high in ((1, 5), (-1, 5), (-5, -1), (11, 20)):
        middle = (low + high) / 2
        up = verdict(samples.effect(middle, low, high, good="up"), 10.0)
        down = verdict(samples.effect(-middle, -high, -low, good="down"), 10.0)
        assert up == down


def test_a_ratio_is_judged_against_one(samples):
    assert verdict(samples.effect(1.6, 1.4, 1.8, measure="RR")).code == "probably_helps"
    assert verdict(samples.effect(0.7, 0.5, 0.9, measure="RR")).code == "worse"
    assert verdict(samples.effect(0.7, 0.5, 0.9, measure="RR", good="down")).code == "probably_helps"


@pytest.mark.parametrize("name", ["parallel_pretrends", "unadjusted"])
def test_a_failed_deciding_check_leaves_no_verdict_on_the_effect(samples, name):
    judged = verdict(samples.effect(15, 11, 19, checks=(Check(name=name, passed=False, message="No."),)), 10, language="da")
    assert (judged.code, judged.word, judged.tone) == ("not_trustworthy", "Ikke pålideligt", "unknown")


def test_any_other_failed_check_lowers_helps_to_probably_helps(samples):
    doubt = Check(name="few_clusters", passed=False, message="Few.", statistics={"clusters": 9, "limit": 30})
    assert verdict(samples.effect(15, 11, 19, checks=(doubt,)), 10).code == "probably_helps"


@pytest.mark.parametrize(
    ("values", "code", "word"),
    [
        ((-15, -19, -11), "may_be_worse", "Måske dårligere end uden"),
        ((0.5, -3, 4), "may_be_no_important_difference", "Ingen tydelig forskel af betydning"),
        ((5, 3, 7), "may_be_too_small", "Måske for lille til at betyde noget"),
    ],
)
def test_a_failed_check_softens_the_other_verdicts_too_and_they_say_so(samples, values, code, word):
    doubt = Check(name="few_clusters", passed=False, message="Few.", statistics={"clusters": 9})
    judged = verdict(samples.effect(*values, checks=(doubt,)), 10, language="da")
    assert (judged.code, judged.word) == (code, word)
    assert "ikke alle kontroller er bestået" in judged.reason
    assert "kontroller" not in verdict(samples.effect(*values), 10, language="da").reason


def test_unknown_and_no_difference_do_not_share_a_tone(samples):
    nothing = verdict(None, language="da")
    none = verdict(samples.effect(0.1, -1, 1), 10, language="da")
    assert nothing.word == "Vi ved det ikke"
    assert none.word == "Ingen forskel af betydning"
    assert nothing.tone != none.tone


def test_certainty_comes_from_the_checks_and_is_never_high(samples):
    def level(*passed, name="balance"):
        checks = tuple(Check(name=name, passed=each, message="") for each in passed)
        return certainty(samples.effect(1, 0, 2, checks=checks), language="en").code

    assert level(True, True) == "moderate"
    assert level(True, False) == level(True, None) == level() == "low"
    assert level(False, name="parallel_pretrends") == "very_low"
    assert level(None, name="disclosure") == "low"
    assert certainty(None).code == "unknown"


@pytest.mark.parametrize("name", TURNING)
def test_a_doubt_that_can_turn_the_answer_round_leaves_a_perhaps(samples, name):
    judged = verdict(samples.effect(15, 11, 19, checks=failing(name)), 10, language="da")
    assert (judged.code, judged.word) == ("may_help", "Hjælper måske")
    assert "ikke alle kontroller er bestået" in judged.reason
    # Without a direction that is clear there is nothing to soften.
    assert verdict(samples.effect(6, -3, 15, checks=failing(name)), 10).code == "cannot_tell"
    assert verdict(samples.effect(-15, -19, -11, checks=failing(name)), 10).code == "may_be_worse"


@pytest.mark.parametrize("name", NOT_A_DOUBT)
def test_a_note_that_speaks_of_something_else_than_the_answer_changes_no_verdict(samples, name):
    for values in ((15, 11, 19), (5, 3, 7), (0.5, -3, 4), (-15, -19, -11)):
        noted = samples.effect(*values, checks=failing(name))
        assert verdict(noted, 10) == verdict(samples.effect(*values), 10)
        assert failed_doubts(noted) == ()


def test_a_note_neither_adds_to_nor_takes_from_the_certainty(samples):
    passed = Check(name="balance", passed=True, message="")
    notes = (*failing("optimum_proved", "many_subgroups"), Check(name="outside_sample", passed=True, message=""))
    noted = certainty(samples.effect(1, 0, 2, checks=(passed, *notes)), language="en")
    assert noted.reason.startswith("1 of 1 checks were passed")
    assert certainty(samples.effect(1, 0, 2, checks=notes), language="en").reason == "No checks were made."


@pytest.mark.parametrize("name", DISQUALIFYING)
def test_the_reason_for_no_verdict_is_the_sentence_of_the_check_that_decided(samples, name):
    both = failing("placebo", name)
    judged = verdict(samples.effect(15, 11, 19, checks=both), 10, language="en")
    assert (judged.code, judged.reason) == ("not_trustworthy", SENTENCES[name][1])
    assert certainty(samples.effect(15, 11, 19, checks=both)).code == "very_low"


def test_lists_of_checks_are_of_checks_that_have_words_and_do_not_overlap():
    lists = [*DISQUALIFYING, *TURNING, *NOT_A_DOUBT]
    assert set(lists) <= set(SENTENCES)
    assert len(lists) == len(set(lists))
