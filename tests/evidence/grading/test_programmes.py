import pytest

from whatworks.evidence.grading.body import Body
from whatworks.evidence.grading.programmes import blueprints, cebc, eif, knowledge_declaration, nesta, social_programs, som

_ONCE = ("studies", "controlled", "trials", "rigorous", "positive", "positive_trials", "controlled_positive", "any_positive")
ONE_TRIAL = dict.fromkeys((*_ONCE, "som_best", "peer_reviewed"), 1) | {"sizeable": True}


def body(**more):
    return Body(**(ONE_TRIAL | more))


@pytest.mark.parametrize(
    ("rule", "counts", "value"),
    [
        (eif, body(rigorous=2, positive=2, positive_year=1), "4"),
        (eif, body(rigorous=2, positive=2), "3"),
        (eif, Body(studies=2, rigorous=2), "NE"),
        (eif, Body(studies=1, preliminary=1), "2"),
        (eif, Body(), "NL2"),
        (cebc, body(positive_trials=2, positive_trials_year=1, manual_available=True), "1"),
        (cebc, body(positive_trials=2, positive_trials_year=1), "3"),
        (cebc, body(positive_trials_half=1, manual_available=True), "2"),
        (cebc, body(positive_trials_half=1, manual_available=True, harm=True), "5"),
        (cebc, Body(studies=2, trials=2), "4"),
        (cebc, Body(studies=1, trials=1), "NR"),
        (blueprints, body(manual_available=True), "promising"),
        (blueprints, Body(positive_quasi=2, positive=2, manual_available=True), "promising"),
        (blueprints, body(positive_quasi=1, positive_year=1, manual_available=True), "model"),
        (blueprints, body(positive_trials=2, positive_year=1, manual_available=True, independent_replication=True), "model_plus"),
        (blueprints, body(positive_trials=2, positive_year=1), "not_listed"),
        (social_programs, body(positive_trials=2, positive_trials_year=1), "top"),
        (social_programs, body(multi_site_trials=1, positive_trials_year=1), "top"),
        (social_programs, body(positive_trials_year=1), "near_top"),
        (social_programs, body(), "suggestive"),
        (social_programs, Body(positive_quasi=5), "none"),
        (nesta, body(independent_positive=1, unit_cost_known=True, sites_positive=2, prediction_above_zero=True), "5"),
        (nesta, body(independent_positive=1, unit_cost_known=True), "4"),
        (nesta, body(), "3"),
        (nesta, Body(any_positive=1), "2"),
        (nesta, Body(account_of_impact=True), "1"),
        (nesta, Body(), "0"),
        (som, body(), "1"),
        (som, Body(som_second=1), "2"),
        (som, Body(before_after=3), "3"),
        (knowledge_declaration, body(nordic_positive=1), "A"),
        (knowledge_declaration, body(), "B"),
        (knowledge_declaration, Body(som_second=2), "B"),
        (knowledge_declaration, Body(som_second=1), "C"),
        (knowledge_declaration, Body(before_after=4), "D"),
    ],
)
def test_each_register_by_its_own_rule(rule, counts, value):
    assert rule(counts).value == value
