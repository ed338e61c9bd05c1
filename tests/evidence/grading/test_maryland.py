import pytest

from whatworks.evidence.grading.maryland import ScaleFacts, maryland_level

MET = {"conditions": "met"}


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (ScaleFacts(design="rct", low_attrition=True, balance=0.25, **MET), "5"),
        (ScaleFacts(design="rct", low_attrition=False, balance=0.1, **MET), "3"),
        (ScaleFacts(design="rct", low_attrition=True, balance=0.26, **MET), "3"),
        (ScaleFacts(design="rct", low_attrition=True, balance=0.1, conditions="fails_mildly"), "4"),
        (ScaleFacts(design="cluster_rct", low_attrition=True, balance=0.1, conditions="not_met"), "3"),
        (ScaleFacts(design="iv", first_stage_f=10, **MET), "4"),
        (ScaleFacts(design="iv", first_stage_f=9.9, **MET), "3"),
        (ScaleFacts(design="rdd", density_p=0.4, **MET), "4"),
        (ScaleFacts(design="rdd", density_p=0.04, **MET), "3"),
        (ScaleFacts(design="did", pretrend_p=0.3, pretrend_gap=0.09, **MET), "3"),
        (ScaleFacts(design="did", pretrend_p=0.01, **MET), "2"),
        (ScaleFacts(design="event_study", pretrend_p=0.3, pretrend_gap=0.10, **MET), "2"),
        (ScaleFacts(design="matching", balance=0.10, **MET), "3"),
        (ScaleFacts(design="matching", balance=0.11, **MET), "2"),
        (ScaleFacts(design="synthetic_control", **MET), "3"),
        (ScaleFacts(design="cross_section", **MET), "2"),
        (ScaleFacts(design="cross_section", conditions="not_met"), "1"),
        (ScaleFacts(design="before_after", **MET), "2"),
        (ScaleFacts(design="before_after", conditions="not_met"), "1"),
        (ScaleFacts(design="raw_comparison"), "1"),
        (ScaleFacts(design="modelling"), "not_scoreable"),
    ],
)
def test_the_level_is_the_ceiling_of_the_design_unless_a_condition_fails(facts, level):
    assert maryland_level(facts).value == level


def test_the_reason_says_ceiling_and_what_was_reached_in_both_languages():
    reason = maryland_level(ScaleFacts(design="did", pretrend_p=0.01, **MET)).reasons[0]
    assert reason.en == "design ceiling 3, achieved 2: trends before start differ (p = 0.01)"
    assert reason.da == "designet kan højst nå 3, nåede 2: udviklingen før start er forskellig (p = 0,01)"


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (ScaleFacts(design="rct"), ("design_conditions", "assigned and analysed numbers", "balance_smd")),
        (ScaleFacts(design="did", **MET), ("pretrend_p", "pretrend_gap")),
        (ScaleFacts(design="matching", balance=0.05), ("design_conditions",)),
        (ScaleFacts(design="iv", **MET), ("first_stage_f",)),
        (ScaleFacts(design="rdd", **MET), ("density_p",)),
    ],
)
def test_a_condition_nobody_looked_at_is_no_pass(facts, missing):
    assert maryland_level(facts).missing == missing
