"""Assignments and permutation tests: against enumeration by hand, and against the test inverted value by value."""

from itertools import permutations

import numpy as np
import pytest

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.inference import count_assignments, draw_assignments, permutation_test


@pytest.mark.parametrize(
    ("groups", "strata"),
    [([0, 0, 1, 2, 2], None), ([1, 1, 1], None), ([0, 1, 2, 2, 0, 1], [0, 0, 0, 1, 1, 1]), ([0, 2, 2, 1], [1, 0, 1, 0])],
)
def test_all_distinct_assignments_are_gone_through_once(groups, strata):
    groups, strata = np.array(groups), None if strata is None else np.array(strata)

    def keeps_strata(way):
        labels = np.zeros(len(groups), dtype=int) if strata is None else strata
        return all(sorted(np.array(way)[labels == s]) == sorted(groups[labels == s]) for s in np.unique(labels))

    by_hand = {way for way in permutations(groups.tolist()) if keeps_strata(way)}
    drawn = draw_assignments(groups, strata=strata)
    assert drawn.exact
    assert len(drawn.groups) == len(by_hand) == count_assignments(groups, strata)
    assert {tuple(way) for way in drawn.groups.tolist()} == by_hand


def test_random_assignments_keep_counts_within_strata_and_follow_the_seed():
    groups, strata = np.tile([0, 0, 1, 2, 2, 2, 2, 2], 10), np.repeat(np.arange(2), 40)
    drawn = draw_assignments(groups, strata=strata, draws=50, seed=1)
    assert not drawn.exact
    for stratum in (0, 1):
        ways = np.sort(drawn.groups[:, strata == stratum], axis=1)
        assert (ways == np.sort(groups[strata == stratum])).all()
    assert (drawn.groups == draw_assignments(groups, strata=strata, draws=50, seed=1).groups).all()
    with pytest.raises(InvalidOption, match="need seed="):
        draw_assignments(groups, strata=strata)


def test_totals_add_each_unit_s_score_under_its_group():
    scores = np.array([[1.0, 10], [2, 20], [3, 30]])
    assert draw_assignments(np.array([0, 0, 1])).totals(scores).tolist() == [33.0, 24.0, 15.0]


def test_the_interval_holds_exactly_the_effects_that_are_not_rejected():
    rng = np.random.default_rng(2)
    estimate, a, b = 1.3, rng.normal(size=200), rng.uniform(-1, 1, 200)
    a[0], b[0] = estimate, 1.0  # the data's own assignment
    a[1], b[1] = -estimate, -1.0  # its mirror image
    test = permutation_test(estimate, a, b, with_data=True, conf_level=0.9)

    def p_value(effect):
        return np.mean(np.abs(a - effect * b) >= abs(estimate - effect) * (1 - 1e-9))

    assert test.p_value == p_value(0.0)
    for end, outwards in ((test.conf_low, -1), (test.conf_high, 1)):
        assert p_value(end - outwards * 1e-7) > 0.1 >= p_value(end + outwards * 1e-7)


def test_nineteen_placebos_are_the_fewest_for_95_per_cent():
    placebos = np.arange(1.0, 20.0)
    assert permutation_test(30.0, placebos, np.zeros(19), with_data=False, conf_level=0.95).p_value == 1 / 20
    with pytest.raises(TooFewUnits, match="needs at least 19 others"):
        permutation_test(30.0, placebos[:18], np.zeros(18), with_data=False, conf_level=0.95)
    assert permutation_test(30.0, placebos[:9], np.zeros(9), with_data=False, conf_level=0.9).conf_high == 39.0
