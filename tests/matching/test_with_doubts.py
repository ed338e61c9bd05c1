"""Doubts of a matched sample on results of another room."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check
from whatworks.core.errors import InvalidOption

DOUBTS_OF_MATCHING = ["balance", "dropped_treated", "common_support", "far_pairs", "effective_sample_size", "ties_broken"]


@pytest.fixture
def people():
    """Earnings in thousands of dollars, as in NSW: the treated earned less before; two of them like nobody else."""
    rng = np.random.default_rng(11)
    treated = np.repeat([1, 0], [30, 90])
    before = rng.gamma(2, np.where(treated, 1.5, 4.0))
    before[:2] = [60, 70]
    after = before + 1.5 * treated + rng.normal(size=120)
    return pd.DataFrame({"treated": treated, "educ": rng.integers(8, 13, 120), "re75": before, "re78": after})


@pytest.fixture
def sample(people):
    return ww.matching.match(
        people, treatment="treated", covariates=["educ", "re75"], distance="mahalanobis", caliper={"re75": ("raw", 5)}
    )


@pytest.fixture
def effect(people, sample):
    matched = people.assign(person=people.index, weight=sample.weights).query("weight > 0")
    long = matched.melt(id_vars=["person", "treated", "weight"], value_vars=["re75", "re78"], var_name="year", value_name="re")
    long["year"] = 1900 + long["year"].str[2:].astype(int)
    return ww.did.two_by_two(long, outcome="re", unit="person", time="year", treated="treated", weights="weight")


def test_a_difference_in_differences_on_matched_people_carries_the_doubts_of_the_matching(effect, sample):
    result = ww.matching.with_doubts(effect, sample)
    assert [check.name for check in result.checks] == [*DOUBTS_OF_MATCHING, *(check.name for check in effect.checks)]
    checks = {check.name: check for check in result.checks}
    assert checks["dropped_treated"].statistics == {"n_dropped": 2, "n_treated": 30}
    assert checks["dropped_treated"].passed is False


def test_the_doubts_are_those_that_estimate_carries(effect, sample):
    carried = {check.name: check for check in ww.matching.with_doubts(effect, sample).checks}
    for check in ww.matching.estimate(sample, outcome="re78").checks:
        assert carried[check.name] == check


def test_only_the_checks_change_and_a_second_time_changes_nothing(effect, sample):
    once = ww.matching.with_doubts(effect, sample)
    assert replace(once, checks=effect.checks) == effect
    assert ww.matching.with_doubts(once, sample) == once


@pytest.mark.parametrize("passed_here", [True, False])
def test_of_two_checks_of_one_name_the_failed_one_stays(effect, sample, passed_here):
    def rows(passed):
        return Check(name="dropped_rows", passed=passed, message=f"passed: {passed}")

    here = replace(effect, checks=(rows(passed_here),))
    there = replace(sample, checks=(rows(not passed_here),))
    kept = [check for check in ww.matching.with_doubts(here, there).checks if check.name == "dropped_rows"]
    assert kept == [rows(False)]


def test_a_sample_that_was_not_matched_is_refused(effect, people):
    with pytest.raises(InvalidOption, match="no matching to doubt"):
        ww.matching.with_doubts(effect, ww.matching.unmatched(people, treatment="treated"))
