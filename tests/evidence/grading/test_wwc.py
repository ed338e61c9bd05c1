import pytest

from whatworks.evidence.grading.attrition import Attrition
from whatworks.evidence.grading.rating import NOT_ASSESSABLE
from whatworks.evidence.grading.wwc import StudyFacts, baseline_equivalence, effectiveness, finding, study_rating

HIGH, LOW = Attrition(overall=0.30, differential=0.10), Attrition(overall=0.10, differential=0.01)
JUDGED = {"confounding_factor": False, "invalid_outcome": False}


@pytest.mark.parametrize(
    ("facts", "value", "reason"),
    [
        (
            StudyFacts(design="rct", attrition=HIGH, compromised=False, baseline=0.12, adjusted=False, **JUDGED),
            "dnm",
            "baseline_differs",
        ),
        (
            StudyFacts(design="rct", attrition=HIGH, compromised=False, baseline=0.12, adjusted=True, **JUDGED),
            "mwr",
            "baseline_alike",
        ),
        (StudyFacts(design="matching", baseline=0.26, adjusted=True, **JUDGED), "dnm", "baseline_differs"),
        (StudyFacts(design="matching", baseline=0.25, adjusted=True, **JUDGED), "mwr", "baseline_alike"),
        (StudyFacts(design="matching", baseline=0.05, adjusted=False, **JUDGED), "mwr", "baseline_alike"),
        (StudyFacts(design="rct", attrition=LOW, compromised=False, **JUDGED), "mwor", "low_attrition"),
        (
            StudyFacts(design="rct", attrition=LOW, compromised=True, baseline=0.30, adjusted=True, **JUDGED),
            "dnm",
            "baseline_differs",
        ),
        (StudyFacts(design="rct", attrition=LOW, compromised=False, confounding_factor=True), "dnm", "confounded"),
        (StudyFacts(design="did", invalid_outcome=True), "dnm", "invalid_outcome"),
        (StudyFacts(design="did", **JUDGED), "dnm", "baseline_missing"),
        (StudyFacts(design="rdd"), "not_covered", "not_covered"),
        (StudyFacts(design="single_case"), "not_covered", "not_covered"),
        (StudyFacts(design="before_after"), "dnm", "no_comparison"),
    ],
)
def test_the_first_rule_that_fits_decides(facts, value, reason):
    found = study_rating(facts)
    assert (found.value, found.reasons[0].code) == (value, reason)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (StudyFacts(design="did", baseline=0.0), ("confounding_factor", "invalid_outcome")),
        (StudyFacts(design="rct", attrition=LOW, **JUDGED), ("compromised",)),
        (StudyFacts(design="rct", compromised=False, **JUDGED), ("assigned and analysed numbers",)),
        (StudyFacts(design="did", baseline=0.2, **JUDGED), ("baseline_adjusted",)),
    ],
)
def test_what_nobody_judged_is_never_a_pass(facts, missing):
    found = study_rating(facts)
    assert (found.value, found.missing) == (NOT_ASSESSABLE, missing)


@pytest.mark.parametrize(
    ("share", "n", "sites", "tier"),
    [(0.8, 400, 3, "tier_1"), (0.3, 400, 3, "tier_2"), (0.8, 340, 3, "tier_3"), (0.8, 400, 1, "tier_3"), (0.5, 350, 2, "tier_2")],
)
def test_tiers_follow_people_sites_and_weight(share, n, sites, tier):
    assert effectiveness(rated=3, result="positive", n=n, sites=sites, share_without_reservations=share).value == tier


def test_what_is_not_clearly_good_is_negative_uncertain_or_unrated():
    def rate(result, rated=2):
        return effectiveness(rated=rated, result=result, n=400, sites=3, share_without_reservations=1.0).value

    assert [rate("negative"), rate("unclear"), rate("positive", rated=0), rate(None)] == [
        "negative",
        "uncertain",
        "no_rating",
        NOT_ASSESSABLE,
    ]


def test_a_tier_without_the_number_of_people_is_not_assessable():
    found = effectiveness(rated=3, result="positive", n=None, sites=None, share_without_reservations=0.8)
    assert found.missing == ("n", "sites")


def test_baseline_limits_hold_on_both_sides_of_zero():
    assert [baseline_equivalence(size, adjusted=True) for size in (-0.25, -0.26, 0.30 - 0.05)] == [True, False, True]


def test_findings_are_two_sided_at_five_per_cent():
    assert [finding(0.2, 0.049), finding(-0.2, 0.049), finding(0.2, 0.05), finding(None, 0.01)] == [
        "positive",
        "negative",
        "unclear",
        None,
    ]
