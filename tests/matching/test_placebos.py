"""Placebo tests: an effect where there can be none, what could be hidden, and tests that would be none."""

import numpy as np
import pytest
from scipy import stats

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingColumn, MissingValues

COVARIATES = ["age", "need", "prior_contacts", "sex", "living"]


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def test_the_estimate_is_that_of_the_same_design(services):
    sample = match_services(services)
    result, plain = (ask(sample, outcome="prior_outcome") for ask in (ww.matching.placebo, ww.matching.estimate))
    assert result.effects.equals(plain.effects)
    assert result.method == "matching.placebo"


def test_it_fails_where_the_arms_differed_before(services):
    # The prior outcome differs by half a standard deviation and was not matched on.
    check = ww.matching.placebo(match_services(services, covariates=["age", "sex"]), outcome="prior_outcome").checks[0]
    assert check.name == "placebo"
    assert check.passed is False


def test_what_could_be_hidden_is_where_two_one_sided_tests_end(services):
    noise = services.assign(noise=np.random.default_rng(6).normal(size=500))
    result = ww.matching.placebo(match_services(noise), outcome="noise")
    head, could_hide = result.headline, result.statistics["could_hide"]
    assert stats.norm.sf((could_hide - abs(head.estimate)) / head.std_error) == pytest.approx(0.05)
    assert result.checks[0].passed


def test_a_margin_asks_for_more_than_finding_nothing(services):
    sample = match_services(services.assign(noise=np.random.default_rng(6).normal(size=500)))
    could_hide = ww.matching.placebo(sample, outcome="noise").statistics["could_hide"]
    assert ww.matching.placebo(sample, outcome="noise", margin=1.1 * could_hide).checks[0].passed is True
    narrow = ww.matching.placebo(sample, outcome="noise", margin=0.9 * could_hide)
    assert narrow.checks[0].passed is None
    assert narrow.statistics["margin"] == 0.9 * could_hide


def test_a_weighted_design_is_put_to_the_test_too(services):
    sample = ww.matching.weight(services, treatment="treated", covariates=["age", "sex"], method="entropy")
    assert ww.matching.placebo(sample, outcome="prior_outcome").checks[0].passed is False


def test_an_outcome_that_was_matched_on_tests_nothing_and_is_refused(services):
    sample = match_services(services, exact="municipality")
    for outcome in ("need", "municipality"):
        with pytest.raises(InvalidOption, match="by construction"):
            ww.matching.placebo(sample, outcome=outcome)
    with pytest.raises(InvalidOption, match="by construction"):
        ww.matching.placebo(sample, outcome="prior_outcome", covariates=["prior_outcome"])


def test_what_cannot_be_asked_is_refused_by_name(services):
    sample = match_services(services.assign(gap=services["outcome"].mask(services["age"] > 40)))
    with pytest.raises(InvalidOption, match="margin"):
        ww.matching.placebo(sample, outcome="prior_outcome", margin=-1)
    with pytest.raises(MissingColumn, match="'shoe_size'"):
        ww.matching.placebo(sample, outcome="shoe_size")
    with pytest.raises(MissingValues, match="'gap'"):
        ww.matching.placebo(sample, outcome="gap")


def test_placebo_outcomes_and_late_covariates_are_doubted_on_request(services):
    sample = ww.matching.match(services, treatment="treated", covariates=["age", "sex"])
    result = ww.matching.estimate(sample, outcome="outcome")
    doubted = ww.matching.with_doubts(result, sample, placebo="prior_outcome", measured_after="sex")
    known = {check.name: check.passed for check in doubted.checks}
    assert known["placebo"] is False
    assert known["outcome_among_covariates"] is False
    assert doubted.effects.equals(result.effects)
    plain = ww.matching.with_doubts(result, sample)
    assert {"placebo", "outcome_among_covariates"}.isdisjoint(check.name for check in plain.checks)


def test_a_weighted_sample_can_be_doubted_too(services):
    sample = ww.matching.weight(services, treatment="treated", covariates=["age", "sex"], method="entropy")
    doubted = ww.matching.with_doubts(ww.matching.estimate(sample, outcome="outcome"), sample, placebo="prior_outcome")
    assert {"placebo", "balance", "effective_sample_size"} <= {check.name for check in doubted.checks}


@pytest.mark.slow
def test_a_placebo_is_rejected_once_in_twenty_times_where_matching_did_its_work(services):
    rng = np.random.default_rng(11)
    sample = match_services(services)
    rejected = []
    for _ in range(200):
        drawn = services.assign(noise=rng.normal(size=500))
        object.__setattr__(sample, "data", drawn)
        rejected.append(ww.matching.placebo(sample, outcome="noise").checks[0].passed is False)
    assert 0.02 <= np.mean(rejected) <= 0.08


def test_an_outcome_that_a_caliper_keeps_alike_tests_nothing(services):
    sample = ww.matching.match(services, treatment="treated", covariates=["age", "need"], caliper={"prior_outcome": 0.5})
    with pytest.raises(InvalidOption, match="alike in it by construction"):
        ww.matching.placebo(sample, outcome="prior_outcome")
