import pytest
from scipy.optimize import brentq

from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.evidence.grading.attrition import ASSUMED, LIMITS, Attrition, attrition, attrition_bias, low_attrition


def test_the_boundary_tables_have_their_length_and_sum():
    assert {name: len(limits) for name, limits in LIMITS.items()} == {"cautious": 58, "optimistic": 66}
    assert sum(LIMITS["cautious"]) == pytest.approx(226.0)
    assert sum(LIMITS["optimistic"]) == pytest.approx(458.0)


@pytest.mark.parametrize(
    ("boundary", "limits"),
    [
        ("cautious", {0: 5.7, 5: 6.1, 10: 6.3, 15: 5.9, 20: 5.4, 25: 4.8, 30: 4.1, 40: 2.6, 45: 1.8, 50: 1.0, 55: 0.3, 57: 0.0}),
        ("optimistic", {0: 10.0, 5: 10.5, 10: 10.9, 15: 10.7, 20: 10.0, 25: 9.2, 35: 7.2, 45: 4.9, 55: 2.6, 57: 2.1, 65: 0.3}),
    ],
)
def test_the_tables_hold_the_printed_values(boundary, limits):
    assert {percent: LIMITS[boundary][percent] for percent in limits} == limits


def test_the_optimistic_table_is_not_the_one_with_a_value_too_many():
    # An older R package has one 10.9 more, which shifts every value from 13 per cent on.
    assert LIMITS["optimistic"].count(10.9) == 5
    assert LIMITS["optimistic"][13] == 10.8


@pytest.mark.parametrize(("boundary", "span", "tolerance"), [("cautious", (6, 56), 0.08), ("optimistic", (6, 64), 0.165)])
def test_the_bias_model_gives_the_tables_back(boundary, span, tolerance):
    # Deke & Chiang (2017): the boundary is where the worst-case bias reaches what is tolerated.
    tolerated = ASSUMED[boundary][2]
    for percent in range(span[0], span[1] + 1):
        limit = brentq(lambda gap, share=percent / 100: attrition_bias(share, gap, boundary=boundary) - tolerated, -0.05, 0.11)
        assert 100 * limit == pytest.approx(LIMITS[boundary][percent], abs=tolerance)


@pytest.mark.parametrize(
    ("people", "overall", "gap", "cautious", "optimistic"),
    [((200, 180, 200, 164), 0.140, 0.080, False, True), ((150, 110, 150, 101), 0.297, 0.060, False, True)],
)
def test_published_examples(people, overall, gap, cautious, optimistic):
    found = attrition(*people)
    assert found.overall == pytest.approx(overall, abs=5e-4)
    assert found.differential == pytest.approx(gap, abs=5e-4)
    assert low_attrition(found) is cautious
    assert low_attrition(found, boundary="optimistic") is optimistic


def test_a_tie_with_the_limit_is_low_and_beyond_the_table_is_high():
    assert low_attrition(Attrition(overall=0.20, differential=0.054))
    assert not low_attrition(Attrition(overall=0.20, differential=0.0541))
    assert low_attrition(Attrition(overall=0.57, differential=0.0))
    assert not low_attrition(Attrition(overall=0.58, differential=0.0))
    assert not low_attrition(Attrition(overall=0.66, differential=0.0), boundary="optimistic")


def test_overall_attrition_is_rounded_to_the_nearest_per_cent():
    assert low_attrition(Attrition(overall=0.574, differential=0.0))
    assert not low_attrition(Attrition(overall=0.575, differential=0.0))


@pytest.mark.parametrize("people", [(100, 101, 100, 90), (0, 0, 100, 90), (100, -1, 100, 90)])
def test_counts_that_cannot_be_are_refused(people):
    with pytest.raises(InvalidEffect, match="analysed of"):
        attrition(*people)


def test_an_unknown_boundary_is_refused():
    with pytest.raises(InvalidOption, match="'cautious', 'optimistic'"):
        low_attrition(Attrition(overall=0.1, differential=0.0), boundary="brave")
