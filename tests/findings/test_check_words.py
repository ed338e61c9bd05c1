"""Every check that an estimator makes has plain words, and they ask only for numbers that the check carries."""

import ast
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import whatworks
from whatworks.core import Check
from whatworks.findings import check_sentence
from whatworks.findings.check_words import BEFORE, ROBUST_TO_BENDS, SENTENCES, TOO_FEW_GROUPS

ROOMS = Path(whatworks.__file__).parent
PLACES = re.compile(r"\{(\w+)\}")
# What a practitioner cannot be asked to know.
JARGON = re.compile(
    r"cluster|covariate|standard error|\bp-value|\bestimat|propensity|bootstrap|\bdonor|\bcohort|heterogene|regression|placebo|"
    r"klynge|kovariat|standardfejl|p-værdi|\bestimer|kohorte|heterogen",
    re.IGNORECASE,
)


def checks_made() -> Iterator[tuple[str, str, tuple[int, ...], set[str]]]:
    """Place, name, sentences it can need and names of the numbers of every ``Check(...)`` in the source."""
    for path in sorted(ROOMS.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        seen: set[ast.Call] = set()
        # Innermost functions come last in the walk, so they are asked first.
        for function in reversed([node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Check" and call not in seen:
                    seen.add(call)
                    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
                    for name in texts(given.get("name")):
                        place = f"{path.relative_to(ROOMS)}:{call.lineno}"
                        yield place, name, outcomes(given.get("passed")), numbers(given.get("statistics"), function)


def texts(value: ast.expr | None) -> list[str]:
    """Texts an expression can be: one, or either side of a condition."""
    if isinstance(value, ast.IfExp):
        return texts(value.body) + texts(value.orelse)
    return [value.value] if isinstance(value, ast.Constant) and isinstance(value.value, str) else []


def outcomes(passed: ast.expr | None) -> tuple[int, ...]:
    """Places among the three sentences: one where the outcome is written out, all where it is calculated."""
    return ({True: 0, False: 1, None: 2}[passed.value],) if isinstance(passed, ast.Constant) else (0, 1, 2)


def numbers(value: ast.expr | None, function: ast.FunctionDef) -> set[str]:
    """Keys of a literal mapping, or of everything that a name of the function is given."""
    if not isinstance(value, ast.Name):
        return keys(value)
    found: set[str] = set()
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and target.id == value.id:
                found |= keys(node.value)
            elif isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == value.id:
                found |= set(texts(target.slice))
    return found


def keys(value: ast.expr | None) -> set[str]:
    return {text for key in value.keys for text in texts(key)} if isinstance(value, ast.Dict) else set()


MADE = list(checks_made())


def test_the_checks_of_every_room_were_found():
    names = {name for _place, name, *_ in MADE}
    assert {place.split("/")[0] for place, *_ in MADE} >= {"core", "did", "inference", "matching", "synthesis"}
    assert {"balance", "parallel_pretrends", "dropped_treated", "dropped_rows", "placebo", "conflict"} <= names
    assert ("few_clusters", {"clusters", "limit"}) in [(name, carried) for _place, name, _outcomes, carried in MADE]


def test_no_check_is_named_in_a_way_that_the_search_overlooks():
    """A check whose name is not written out where it is made could go without words; decoding saved ones is the exception."""
    named = {place for place, *_ in MADE}
    overlooked = [
        f"{path.relative_to(ROOMS)}:{node.lineno}"
        for path in sorted(ROOMS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Check"
    ]
    assert {place.split(":")[0] for place in set(overlooked) - named} == {"core/result.py"}


def test_every_check_that_is_made_has_words():
    assert sorted({f"{name} ({place})" for place, name, *_ in MADE if name not in SENTENCES}) == []


def test_no_words_are_kept_for_a_check_that_nobody_makes():
    assert sorted(set(SENTENCES) - {name for _place, name, *_ in MADE}) == []


@pytest.mark.parametrize(("place", "name", "states", "carried"), MADE, ids=[f"{name} in {place}" for place, name, *_ in MADE])
def test_words_ask_only_for_numbers_that_the_check_carries(place, name, states, carried):
    words = [SENTENCES[name], *([ROBUST_TO_BENDS] if name == "robust_to_trends" else [])]
    for sentence in (sentences[state] for sentences in words for state in states):
        assert set(PLACES.findall(sentence)) <= carried, f"{place}: {sentence}"


@pytest.mark.parametrize("language", ["da", "en"])
def test_words_are_for_those_who_do_the_work(language):
    told = [sentence for sentences in SENTENCES.values() for sentence in sentences]
    told += [*BEFORE.values(), *ROBUST_TO_BENDS, TOO_FEW_GROUPS]
    translated = [str(say(name, passed, language)) for name in SENTENCES for passed in (True, False, None)]
    assert [sentence for sentence in [*told, *translated] if JARGON.search(PLACES.sub("", sentence))] == []


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_sentence_of_a_check_is_long(language):
    """Plain language: one thought to a sentence."""
    for name in SENTENCES:
        for passed in (True, False, None):
            for sentence in re.split(r"(?<=[.])\s", say(name, passed, language)):
                assert len(sentence.split()) <= 30, sentence


def say(name: str, passed: bool | None, language: str, statistics: Mapping[str, float] | None = None) -> str:
    carried = set().union(*(numbers for _place, made, _states, numbers in MADE if made == name))
    check = Check(name=name, passed=passed, message="Raw message.", statistics=statistics or dict.fromkeys(carried, 7.0))
    return str(check_sentence(check, language))


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_check_with_all_its_numbers_never_falls_back_to_the_message(language):
    told = [say(name, passed, language) for name in SENTENCES for passed in (True, False, None)]
    assert [sentence for sentence in told if "Raw message" in sentence or "{" in sentence] == []


def test_a_share_of_the_average_is_per_cent_and_a_gap_between_shares_is_points():
    assert say("extreme_weights", False, "da", {"largest_share": 0.113}).startswith("Én person tæller for 11\N{NO-BREAK SPACE}%")
    assert "Forskellen er 12 procentpoint." in say("composition", False, "da", {"difference": -0.12})
    assert "34% of such studies" in say("many_subgroups", False, "en", {"subgroups": 8, "false_alarm": 0.3366})
    assert "0.41 standard deviations" in say("transport", False, "en", {"worst": 0.412})
    assert "bør være under 0,10" in say("balance_within_subgroups", False, "da", {"worst_smd": 0.3, "limit": 0.1})


def test_drift_and_bends_after_the_start_have_words_of_their_own():
    drift = say("robust_to_trends", True, "en", {"breakdown": math.inf, "bound": 1.0})
    bends = say("robust_to_trends", True, "en", {"breakdown": 0.3, "bound": 0.0})
    assert "as they did at most before it" in drift
    assert "do not move quite alike" in bends
    # Both say where it ends: no result holds whatever happened.
    assert "does not hold for every" in drift
    assert "does not hold for every" in bends
    assert "no result that drifting groups could upset" in say("robust_to_trends", None, "en", {"breakdown": 0.0, "bound": 0.0})


def test_open_trends_before_the_start_say_whether_groups_or_measurements_are_too_few():
    assert "too few independent groups" in say("parallel_pretrends", None, "en", {"df": 5.0, "p_value": math.nan})
    assert "too few earlier measurements" in say("parallel_pretrends", None, "en", {"df": 0.0, "p_value": math.nan})


def test_few_left_out_are_hidden_in_every_sentence_that_counts_them():
    for name in ("incomplete_windows", "sizes_overlap"):
        assert "færre end 5" in say(name, False, "da", {"units": math.nan})
    assert "not shown" in say("outside_sample", True, "en", {"n_outside": math.nan})


@pytest.mark.parametrize("name", ["placebo", "hidden_factor", "robust_to_trends", "specification_curve", "anticipation"])
def test_a_passed_test_of_an_assumption_does_not_say_that_it_holds(name):
    said = say(name, True, "en")
    assert re.search(r"clear|nearly always|could|does not hold for every", said), said
