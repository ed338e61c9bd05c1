"""The plan of comparisons, before any outcome is looked at."""

import numpy as np
import pytest

from whatworks.core.errors import NoComparisonGroup, NoTreatedGroup
from whatworks.did.cells import Rules, compares, plan_cells

COHORTS = np.array([3.0, 5.0, np.inf])
TIMES = np.arange(1, 7)


def bases(rules, cohort):
    return {int(TIMES[cell.time]): int(TIMES[cell.base]) for cell in plan_cells(COHORTS, TIMES, rules) if cell.cohort == cohort}


def test_a_varying_base_is_the_time_before_until_the_start_and_the_last_clean_time_after():
    assert bases(Rules(), 5) == {2: 1, 3: 2, 4: 3, 5: 4, 6: 4}


def test_a_universal_base_is_the_last_clean_time_throughout():
    assert bases(Rules(base_period="universal"), 5) == dict.fromkeys(range(1, 7), 4)


def test_times_of_anticipation_are_compared_with_the_last_time_before_them():
    assert bases(Rules(anticipation=2), 5) == {2: 1, 3: 2, 4: 2, 5: 2, 6: 2}


def test_not_yet_treated_units_compare_only_while_they_are_clean():
    cells = plan_cells(COHORTS, TIMES, Rules(control="not_yet", anticipation=1))
    partners = {int(TIMES[cell.time]): compares(cell, COHORTS).tolist() for cell in cells if cell.cohort == 3}
    assert partners[3] == [False, True, True]
    assert partners[4] == [False, False, True]


def test_a_cohort_whose_start_is_not_followed_by_any_comparison_is_not_estimated():
    cells = plan_cells(np.array([3.0, 5.0]), TIMES, Rules(control="not_yet"))
    assert {cell.cohort for cell in cells} == {3}
    assert max(TIMES[cell.time] for cell in cells) == 4


def test_nobody_to_compare_with_and_nobody_treated_are_refused():
    with pytest.raises(NoComparisonGroup, match="still untreated"):
        plan_cells(np.array([3.0]), TIMES, Rules(control="not_yet"))
    with pytest.raises(NoTreatedGroup, match="1 times of anticipation"):
        plan_cells(np.array([2.0, np.inf]), TIMES, Rules(anticipation=1))
