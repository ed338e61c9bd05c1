"""What holds for every design: calipers, strata, weights, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    InvalidColumn,
    InvalidOption,
    MissingValues,
    NoComparisonGroup,
    NoMatches,
    NoTreatedGroup,
    WhatworksError,
)
from whatworks.matching.options import USES

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
METHODS = tuple(USES)
LIMITED = [
    {"method": "nearest"},
    {"method": "nearest", "order": "closest"},
    {"method": "nearest", "replace": True, "ratio": 2},
    {"method": "nearest", "ratio": 2},
    {"method": "optimal"},
    {"method": "optimal", "ratio": 2},
    {"method": "full"},
    {"method": "full", "max_controls": 2},
]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.integers(6, 40),
    width=st.floats(0.5, 20),
    options=st.sampled_from(LIMITED),
    distance=st.sampled_from(["mahalanobis", "robust_mahalanobis", "inverse_variance"]),
)
def test_no_pair_is_ever_outside_a_caliper_or_a_stratum(seed, size, width, options, distance):
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"age": rng.integers(18, 70, size), "need": rng.normal(size=size), "sex": rng.choice(list("mw"), size)})
    df["treated"] = (np.arange(size) % 3 == 0).astype(int)
    limits = {"treatment": "treated", "covariates": ["age", "need"], "caliper": {"age": ("raw", width)}, "exact": "sex"}
    try:
        sample = ww.matching.match(df, **limits, distance=distance, **options)
    except NoMatches:
        pairs = [(a, b) for a in df.index[df["treated"] == 1] for b in df.index[df["treated"] == 0]]
        assert not any(abs(df["age"][a] - df["age"][b]) <= width and df["sex"][a] == df["sex"][b] for a, b in pairs)
        return
    treated, control = (df.loc[sample.pairs[arm]].reset_index() for arm in ("treated", "control"))
    assert (treated["treated"] == 1).all()
    assert (control["treated"] == 0).all()
    assert ((treated["age"] - control["age"]).abs() <= width).all()
    assert (treated["sex"] == control["sex"]).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("estimand", ["ATT", "ATC"])
def test_weights_sum_to_the_rows_they_are_given_to(services, method, estimand):
    covariates = ["sex", "living"] if method == "exact" else ["sex", "age"] if method == "cem" else COVARIATES
    sample = ww.matching.match(services, treatment="treated", covariates=covariates, method=method, estimand=estimand)
    weighted = sample.weights > 0
    for arm in (0, 1):
        member = weighted & (services["treated"] == arm)
        assert sample.weights[member].sum() == pytest.approx(member.sum())
    meant = weighted & (services["treated"] == (1 if estimand == "ATT" else 0))
    assert sample.weights[meant].to_numpy() == pytest.approx(1.0)
    assert sample.subclass[weighted].notna().all()
    assert sample.subclass[~weighted].isna().all()
    assert sample.call["method"] == method


@pytest.mark.parametrize("method", METHODS)
def test_columns_of_other_types_are_read_alike(services, method):
    covariates = ["sex", "living"] if method == "exact" else ["sex", "age"]
    other = services.assign(
        treated=services["treated"].astype("boolean"),
        age=services["age"].astype(object),
        sex=services["sex"].astype("string"),
        living=services["living"].astype("category"),
    )
    here, there = (ww.matching.match(df, treatment="treated", covariates=covariates, method=method) for df in (services, other))
    assert there.weights.to_numpy() == pytest.approx(here.weights.to_numpy())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ({"treated": [1, 0, 2] * 4}, InvalidColumn, "0/1"),
        ({"treated": [1] * 12}, NoComparisonGroup, "all 12 rows"),
        ({"treated": [0] * 12}, NoTreatedGroup, "all 12 rows"),
        ({"treated": [1, 0, None] * 4}, MissingValues, "4 of 12"),
        ({"need": [1.0, None, 3] * 4}, MissingValues, "'need' 4"),
        ({"need": [1.0, 2, -np.inf] * 4}, InvalidColumn, "'need' has 4 infinite"),
        ({"need": [2.0] * 12}, InvalidColumn, "'need'.*same value in all 12 rows"),
        ({"need": pd.date_range("2024-01-01", periods=12)}, WhatworksError, "need|strata"),
    ],
)
def test_every_design_refuses_what_it_cannot_read(method, columns, error, words):
    df = pd.DataFrame({"treated": [1, 0, 0] * 4, "need": [1.0, 2, 3, 4] * 3, **columns})
    with pytest.raises(error, match=words):
        ww.matching.match(df, treatment="treated", covariates=["need"], method=method)


@pytest.mark.parametrize("method", METHODS)
def test_repeated_labels_are_refused_by_every_design(services, method):
    with pytest.raises(DuplicateRows, match="repeats a label in 499 of 500"):
        ww.matching.match(services.set_index(pd.Index([7] * 500)), treatment="treated", covariates=["sex"], method=method)


@pytest.mark.parametrize("method", METHODS)
def test_three_rows_and_separated_arms_are_answered_or_refused_but_never_crash(method):
    for need in ([2.0, 1, 3], [2.0, 2, 3], [9.0, 1, 3]):
        df = pd.DataFrame({"treated": [1, 0, 0], "need": need})
        try:
            sample = ww.matching.match(df, treatment="treated", covariates=["need"], method=method)
        except WhatworksError:
            continue
        assert np.isfinite(sample.weights).all()
        assert sample.weights.iloc[0] == 1


@pytest.mark.parametrize("method", [method for method in METHODS if method != "nearest"])
def test_an_option_of_another_design_is_refused_with_those_it_knows(services, method):
    for name, value in {"replace": True, "order": "closest", "tie_tolerance": 0.1, "cutpoints": {"age": 3}}.items():
        if name in USES[method]:
            continue
        with pytest.raises(InvalidOption, match=f"method='{method}' cannot use {name}="):
            ww.matching.match(services, treatment="treated", covariates=["age"], method=method, **{name: value})


def test_ties_are_counted_and_fail_the_check_when_many_are_broken():
    rng = np.random.default_rng(6)
    df = pd.DataFrame({"need": rng.integers(0, 4, 400), "treated": np.arange(400) % 4 == 0})
    options = {"treatment": "treated", "covariates": "need", "replace": True}
    for distance in ("propensity", "mahalanobis"):
        broken, averaged = (
            next(check for check in ww.matching.match(df, distance=distance, ties=ties, **options).checks if "ties" in check.name)
            for ties in ("first", "average")
        )
        assert broken.passed is False
        assert averaged.passed is True
        # Every one of the hundred treated has several comparison people with the same need.
        assert broken.statistics == averaged.statistics == {"n_ties": 100, "share": 1.0}


def test_no_tie_is_counted_where_there_is_none(services):
    sample = ww.matching.match(services, treatment="treated", covariates=COVARIATES)
    check = next(check for check in sample.checks if check.name == "ties_broken")
    assert check.passed
    assert check.statistics["n_ties"] == 0
