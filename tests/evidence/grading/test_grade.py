from dataclasses import replace

import pytest

from whatworks.evidence.grading.grade import GradeFacts, grade, grade_steps, optimal_information_size
from whatworks.evidence.grading.rating import NOT_ASSESSABLE

TRIALS = GradeFacts(
    randomised=True, k=12, n=1500, estimate=0.30, conf_low=0.20, conf_high=0.40, prediction_low=0.05, prediction_high=0.55, i2=30,
    high_risk_share=0.1, high_risk_shift=0.05, mismatches=0, egger_p=0.4, developer_share=0.2,
)  # fmt: skip
OTHERS = replace(TRIALS, randomised=False, bias="serious", high_risk_share=None, high_risk_shift=None)


def steps(facts):
    return [step.down for step in grade_steps(facts)[:5]]


@pytest.mark.parametrize(
    ("facts", "down", "level"),
    [
        (TRIALS, [0, 0, 0, 0, 0], "high"),
        (
            replace(TRIALS, k=6, i2=60, prediction_low=-0.2, prediction_high=0.8, conf_low=0.12, conf_high=0.48, n=500),
            [0, 1, 0, 1, 0],
            "low",
        ),
        # The printed example gives no I2; any from 50 to 75 takes the one step it states.
        (replace(OTHERS, k=4, i2=60, conf_low=0.05, conf_high=0.45, mismatches=1, n=260), [2, 1, 1, 1, 0], "very_low"),
        (replace(OTHERS, k=1, bias="low", conf_low=0.22, conf_high=0.50, n=800), [1, 0, 0, 0, 0], "moderate"),
    ],
)
def test_worked_examples(facts, down, level):
    assert steps(facts) == down
    assert grade(facts).value == level


@pytest.mark.parametrize(("smallest", "people"), [(0.10, 3140), (0.15, 1396), (0.20, 786), (0.25, 504), (0.30, 350), (0.50, 126)])
def test_optimal_information_size(smallest, people):
    assert optimal_information_size(smallest) == people


def test_services_with_many_citizens_each_need_more_people():
    assert optimal_information_size(0.2, inflation=1 + 19 * 0.1) == pytest.approx(786 * 2.9, abs=3)


@pytest.mark.parametrize(
    ("change", "domain", "down"),
    [
        ({"high_risk_share": 0.25, "high_risk_shift": 0.24}, 0, 0),
        ({"high_risk_share": 0.25, "high_risk_shift": 0.25}, 0, 1),
        ({"high_risk_share": 0.26}, 0, 1),
        ({"high_risk_share": 0.51}, 0, 2),
        ({"i2": 49.9}, 1, 0),
        ({"i2": 50.0}, 1, 1),
        ({"prediction_low": -0.01}, 1, 1),
        ({"i2": 75.0, "prediction_low": -0.21, "prediction_high": 0.81}, 1, 2),
        ({"i2": 75.0, "prediction_low": -0.19, "prediction_high": 0.81}, 1, 1),
        ({"mismatches": 4}, 2, 2),
        ({"conf_low": 0.19}, 3, 1),
        ({"conf_low": -0.21, "conf_high": 0.21}, 3, 2),
        ({"n": 785}, 3, 1),
        ({"n": 235}, 3, 2),
        ({"egger_p": 0.099}, 4, 1),
        ({"k": 9, "egger_p": 0.001}, 4, 0),
        ({"developer_share": 0.51}, 4, 1),
    ],
)
def test_each_domain_steps_at_its_threshold(change, domain, down):
    assert steps(replace(TRIALS, **change))[domain] == down


@pytest.mark.parametrize(("bias", "down"), [("low", 1), ("moderate", 1), ("serious", 2), ("critical", 3)])
def test_other_studies_start_high_and_fall_by_their_risk_of_bias(bias, down):
    assert steps(replace(OTHERS, bias=bias))[0] == down


def test_a_large_effect_raises_only_where_nothing_else_lowers():
    good = replace(OTHERS, bias="low", risk_ratio=2.1)
    assert grade(good).value == "high"
    assert grade(replace(good, mismatches=1)).value == "low"
    assert grade(replace(TRIALS, risk_ratio=6.0, mismatches=1)).value == "moderate"
    assert grade(replace(OTHERS, bias="low", risk_ratio=1 / 2.1)).value == "high"


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"mismatches": None}, "match_population"),
        ({"high_risk_share": None}, "rob2_overall"),
        ({"i2": None}, "I2"),
        ({"n": None}, "number of people"),
        ({"developer_share": None}, "developer_involved"),
        ({"egger_p": None}, "Egger"),
        ({"k": 0}, "a study"),
    ],
)
def test_a_missing_input_is_named_and_never_a_pass(change, missing):
    found = grade(replace(TRIALS, **change))
    assert found.value == NOT_ASSESSABLE
    assert missing in " ".join(found.missing)


def test_with_two_studies_disagreement_is_told_as_not_assessed_and_costs_nothing():
    found = grade(replace(TRIALS, k=2, i2=None, prediction_low=None, prediction_high=None))
    assert found.value == "high"
    assert "few_studies" in [reason.code for reason in found.reasons]


def test_reasons_say_how_many_levels_in_both_languages():
    reason = grade(replace(TRIALS, mismatches=2)).reasons[0]
    assert reason.en == "the studies are not about quite our question (-2)"
    assert reason.da == "undersøgelserne handler ikke helt om vores spørgsmål (−2)"
