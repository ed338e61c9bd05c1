from dataclasses import replace

import pandas as pd
import pytest

from whatworks.core.errors import InvalidEffect
from whatworks.evidence.grading.emmie import best_review, coverage, effect_category, majority, quality
from whatworks.evidence.grading.locks import LockFacts, locks, months_of_progress
from whatworks.evidence.grading.rating import NOT_ASSESSABLE

FINE = LockFacts(solid=15, not_randomised=0.1, old=0.1, developer=0.1, next_place_doubtful=False, nordic=1)


@pytest.mark.parametrize(
    ("g", "months"),
    [(0.0, 0), (0.01, 0), (0.02, 1), (0.09, 1), (0.095, 2), (0.10, 2), (0.18, 2), (0.19, 3), (-0.20, -3), (0.26, 3), (0.27, 4),
     (0.36, 5), (0.44, 5), (0.45, 6), (0.52, 6), (0.53, 7), (0.62, 8), (0.70, 9), (0.79, 10), (0.88, 11), (0.96, 12), (1.00, 12)],
)  # fmt: skip
def test_months_of_progress_by_the_table(g, months):
    assert months_of_progress(g).months == months


def test_an_effect_above_the_table_says_so():
    assert months_of_progress(1.01).above_table
    assert not months_of_progress(1.00).above_table
    assert [months_of_progress(g).word for g in (0.0, 0.1, 0.2, 0.5, 0.96)] == [
        "very low",
        "low",
        "moderate",
        "high",
        "very high",
    ]


@pytest.mark.parametrize(("solid", "count"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (14, 4), (15, 5), (99, 5)])
def test_locks_by_the_number_of_solid_studies(solid, count):
    assert locks(replace(FINE, solid=solid)).order == count


@pytest.mark.parametrize(
    ("change", "lost"),
    [({"not_randomised": 0.6}, "not_randomised"), ({"old": 0.6}, "old"), ({"developer": 0.6}, "developer"),
     ({"next_place_doubtful": True}, "next_place"), ({"nordic": 0}, "no_nordic")],
)  # fmt: skip
def test_each_threat_takes_a_lock_and_is_listed(change, lost):
    found = locks(replace(FINE, **change))
    assert found.order == 4
    assert [reason.code for reason in found.reasons] == ["base", lost]


def test_locks_never_fall_below_none_and_wait_for_what_is_missing():
    assert locks(LockFacts(solid=1, not_randomised=1, old=1, developer=1, next_place_doubtful=True, nordic=0)).order == 0
    assert locks(replace(FINE, old=None)).value == NOT_ASSESSABLE
    # One lock, one threat: nothing that is missing could change it.
    assert locks(LockFacts(solid=1, not_randomised=1.0)).order == 0


@pytest.mark.parametrize(
    ("ways", "people", "value"),
    [
        ([True, True, False], [100, 100, 50], "consistently_positive"),
        ([True, True, False], [100, 100, 500], "tends_positive"),
        ([True, False], [100, 100], "mixed"),
        ([True, False], [50, 100], "tends_negative"),
        ([False, False, True], [100, 100, 50], "consistently_negative"),
    ],
)
def test_the_majority_rule_counts_studies_and_people(ways, people, value):
    assert majority(ways, people).value == value


def test_the_majority_rule_needs_every_direction_and_every_number_of_people():
    assert majority([], []).value == NOT_ASSESSABLE
    assert majority([True, None], [10, 10]).value == NOT_ASSESSABLE
    assert majority([True, False], [10, -1]).value == NOT_ASSESSABLE


def test_where_all_studies_point_one_way_the_number_of_people_changes_nothing():
    assert majority([True, True], [10, -1]).value == "consistently_positive"
    assert majority([False, False], [-1, -1]).value == "consistently_negative"


def test_effect_categories():
    assert effect_category(-0.4, -0.1, ["negative"]).value == "reliable_worsening"
    assert effect_category(-0.1, 0.1, ["unclear"]).value == "no_reliable_effect"
    assert effect_category(-0.1, 0.1, ["positive", "negative"]).value == "mixed"
    assert effect_category(None, None, []).value == NOT_ASSESSABLE


def test_coverage_is_drawn_with_four_signs_and_waits_for_all_answers():
    known = {"mechanism": "none", "moderator": "described", "implementation": "data", "economics": "tested"}
    assert coverage(known).value == "○◔◑●"
    assert coverage({**known, "economics": None}).missing == ("emmie_economics",)


def test_each_dimension_comes_from_the_review_that_is_best_on_it():
    qualities = pd.DataFrame(
        {
            "review": ["a", "b", "a", "b"],
            "dimension": ["effect", "effect", "moderator", "moderator"],
            "share": [0.9, 0.4, 0.2, 0.5],
        }
    )
    assert best_review(qualities).to_numpy().tolist() == [["effect", "a", 3], ["moderator", "b", 2]]
    with pytest.raises(InvalidEffect, match="0 to 1"):
        quality(1.2)
