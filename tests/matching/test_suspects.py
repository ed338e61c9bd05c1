"""Covariates that may have been measured after treatment."""

import numpy as np
import pytest

import whatworks as ww
from whatworks.matching.suspects import suspect_covariates

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def suspects(df, covariates=COVARIATES, **options):
    """The check, or None where there is none."""
    found = suspect_covariates(df, covariates, **{"outcome": "outcome", **options})
    assert len(found) <= 1
    return found[0] if found else None


def test_ordinary_covariates_are_not_suspected(services):
    assert suspects(services) is None


def test_the_outcome_itself_and_what_was_said_to_come_after_fail(services):
    assert suspects(services, [*COVARIATES, "outcome"]).passed is False
    check = suspects(services, measured_after=["need", "income"])
    assert check.passed is False
    assert "'need'" in check.message
    assert check.statistics["suspects"] == 1


def test_saying_which_come_after_settles_it_for_the_others(services):
    assert suspects(services.assign(need_after=1.0), [*COVARIATES, "need_after"], measured_after=["income"]).passed is True


@pytest.mark.parametrize("name", ["need_after", "post_need", "need_efter_forløb", "Need-Followup"])
def test_a_name_that_says_after_is_suspect(services, name):
    check = suspects(services.rename(columns={"need": name}), [name, "age"])
    assert check.passed is None
    assert f"'{name}'" in check.message


@pytest.mark.parametrize("name", ["postcode", "poster", "need_before", "aftercare_before", "prior_outcome"])
def test_a_name_that_only_begins_so_is_not(services, name):
    assert suspects(services.rename(columns={"need": name}) if name != "prior_outcome" else services, [name]) is None


def test_names_that_are_no_text_say_nothing(services):
    numbered = services.rename(columns={"need": 7, "age": ("person", "age")})
    assert suspects(numbered, [7, ("person", "age")]) is None


def test_endless_outcomes_of_people_left_out_are_no_reason_to_warn(services, recwarn):
    assert suspects(services.assign(outcome=services["outcome"].where(services.index != 3, np.inf)), ["age", "need"]) is None
    assert not recwarn.list


def test_a_covariate_that_all_but_equals_the_outcome_is_suspect(services):
    noise = np.random.default_rng(1).normal(size=500)
    nearly = services.assign(nearly=-3 * services["outcome"] + 0.5 * noise, alike=services["outcome"] + 3 * noise)
    check = suspects(nearly, ["age", "nearly", "alike"])
    assert check.passed is None
    assert "'nearly' (it all but equals the outcome)" in check.message
    assert "'alike'" not in check.message


def test_yes_or_no_answers_that_happen_to_agree_are_not(services):
    few = services.head(3).assign(twin=services["outcome"].head(3))
    assert suspects(few, ["twin"]) is None
    yes = services.assign(outcome=services["treated"], twin=services["treated"])
    assert suspects(yes, ["twin"]) is None


def test_every_estimate_looks_at_its_covariates(services):
    late = services.assign(need_after=services["need"] + 1.0 * (services["age"] > 40))
    sample = ww.matching.match(late, treatment="treated", covariates=["age", "need_after"])
    known = {check.name: check for check in ww.matching.estimate(sample, outcome="outcome").checks}
    assert known["outcome_among_covariates"].passed is None
    assert "'need_after'" in known["outcome_among_covariates"].message
