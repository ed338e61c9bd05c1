"""The largest balanced sample: proved, balanced, paired, refused."""

import itertools

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, NoMatches
from whatworks.matching import cardinality
from whatworks.matching.cardinality import largest_balanced_sample

NUMERIC = ["age", "need", "prior_contacts", "prior_outcome"]


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": NUMERIC, "method": "cardinality", **options})


def check_of(sample):
    return next(check for check in sample.checks if check.name == "optimum_proved")


def test_no_larger_balanced_sample_exists():
    rng = np.random.default_rng(4)
    for _ in range(12):
        focal = np.arange(9) < 4
        values = np.round(rng.normal(size=(9, 1)) + focal[:, None], 1)
        found = largest_balanced_sample(values, focal, np.zeros(9, dtype=int), ratio=1, tolerance=0.1, time_limit=20)
        best = 0
        for number in range(1, 5):
            ours = [values[list(rows)].mean() for rows in itertools.combinations(range(4), number)]
            theirs = [values[list(rows)].mean() for rows in itertools.combinations(range(4, 9), number)]
            if np.abs(np.subtract.outer(ours, theirs)).min() <= 0.1 + 1e-9:
                best = number
        assert found.focal_kept == best
        assert found.check.passed


def test_means_are_within_the_tolerance_and_the_estimand_reached_is_told(services):
    sample = match_services(services, covariates=[*NUMERIC, "sex", "living"], tolerance=0.01, ratio=2)
    table = ww.matching.balance(sample)
    after = table[(table["stage"] == "after") & (table["covariate"] != "propensity")]
    continuous = after[after["covariate"].isin(NUMERIC)]
    assert np.abs(continuous["smd"]).max() <= 0.01 + 1e-9
    assert check_of(sample).passed
    kept = sample.counts["matched"].tolist()
    assert kept[1] == 2 * kept[0]
    assert kept[0] < 146
    assert sample.estimand == f"ATT among the {kept[0]} of 146 treated who have a match"


def test_groups_keep_their_ratio_and_people_are_paired_within(services):
    sample = match_services(services, exact="sex", distance="mahalanobis")
    treated, control = (services.loc[sample.pairs[arm], "sex"].to_numpy() for arm in ("treated", "control"))
    assert (treated == control).all()


def test_a_wider_tolerance_keeps_no_fewer(services):
    kept = [match_services(services, tolerance=size, ratio=2).counts["matched"].iloc[0] for size in (0.001, 0.05, 0.3)]
    assert kept == sorted(kept)


def test_the_comparison_arm_can_be_the_one_the_sample_is_made_for(services):
    # There are fewer treated than comparison people, so that many of these must go.
    sample = match_services(services, estimand="ATC")
    assert sample.counts["matched"].nunique() == 1
    assert sample.estimand.startswith("ATC among the")


def test_people_alike_are_counted_not_listed():
    df = pd.DataFrame({"treated": [1] * 300 + [0] * 700, "kind": ["a"] * 200 + ["b"] * 100 + ["a"] * 150 + ["b"] * 550})
    sample = ww.matching.match(
        df, treatment="treated", covariates="kind", method="cardinality", tolerance=1e-6, distance="mahalanobis"
    )
    # 150 of each arm are of kind a, and 100 of each of kind b: nobody else balances them exactly.
    assert sample.counts["matched"].tolist() == [250, 250]


def test_a_search_cut_short_says_that_it_proved_nothing():
    sample = cardinality.LargestSample(kept=np.ones(4, dtype=bool), focal_kept=2, most=5)
    assert sample.check.passed is False
    assert "up to 5 could not be ruled out" in sample.check.message


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"estimand": "ATE"}, InvalidOption, "no estimand='ATE'"),
        ({"caliper": 0.2}, InvalidOption, "cannot use caliper"),
        ({"tolerance": 0}, InvalidOption, "positive number"),
        ({"time_limit": -1}, InvalidOption, "positive number"),
    ],
)
def test_what_cannot_be_done_is_refused(services, options, error, words):
    with pytest.raises(error, match=words):
        match_services(services, **options)


def test_nobody_alike_is_refused():
    df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0], "x": [5.0, 6, 7, 1, 2, 3]})
    with pytest.raises(NoMatches, match="tolerance=0.05"):
        ww.matching.match(df, treatment="treated", covariates="x", method="cardinality", distance="mahalanobis")


def test_more_different_people_than_a_solver_can_choose_among_are_refused(services, monkeypatch):
    monkeypatch.setattr(cardinality, "MOST_VARIABLES", 100)
    with pytest.raises(InvalidOption, match="500 different people"):
        match_services(services)
