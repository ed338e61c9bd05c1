"""Balance: R's table, properties, refusals."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingColumn, MissingValues

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
NUMERIC = ["age", "need", "prior_contacts", "prior_outcome"]
DESIGNS = {
    "nearest": {},
    "nearest_smallest": {"order": "smallest"},
    "nearest_closest": {"order": "closest"},
    "nearest_caliper": {"caliper": 0.2},
    "nearest_caliper_age": {"caliper": {"propensity": 0.2, "age": ("raw", 5)}},
    "nearest_ratio2": {"ratio": 2},
    "nearest_replace": {"replace": True},
    "nearest_replace_ratio2": {"replace": True, "ratio": 2},
    "nearest_exact_sex": {"exact": "sex"},
    "nearest_mahalanobis": {"covariates": NUMERIC, "distance": "mahalanobis", "order": "data"},
    "nearest_mahalanobis_replace": {"covariates": NUMERIC, "distance": "mahalanobis", "replace": True},
}
# Our rows by R's names; R also prints the first level of a covariate with two.
ROWS = {
    "distance": "propensity",
    "age": "age",
    "need": "need",
    "prior_contacts": "prior_contacts",
    "sexwoman": "sex=woman",
    "livingown": "living=own",
    "livingshelter": "living=shelter",
    "livingsupported": "living=supported",
    "prior_outcome": "prior_outcome",
}
COLUMNS = {
    "Means Treated": "mean_treated",
    "Means Control": "mean_comparison",
    "Std. Mean Diff.": "smd",
    "Var. Ratio": "variance_ratio",
    "eCDF Mean": "ecdf_mean",
    "eCDF Max": "ks",
}


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


@pytest.mark.parametrize("stage", ["before", "after"])
@pytest.mark.parametrize("design", DESIGNS)
def test_balance_is_that_of_matchit(services, answers, design, stage):
    expected = answers[f"matchit/{design}"][f"balance_{stage}"]
    table = ww.matching.balance(match_services(services, **DESIGNS[design]))
    table = table[table["stage"] == stage].set_index("covariate")
    for place, variable in enumerate(expected["variable"]):
        if variable not in ROWS:
            continue
        for theirs, ours in COLUMNS.items():
            found, wanted = table.loc[ROWS[variable], ours], expected[theirs][place]
            if wanted is None:
                assert found is pd.NA
            else:
                assert found == pytest.approx(wanted, rel=1e-9, abs=1e-11), (variable, ours)


def test_each_covariate_has_one_row_before_and_one_after(services):
    table = ww.matching.balance(match_services(services))
    assert list(table.columns) == ["covariate", "stage", *list(COLUMNS.values())[:4], "ks", "ecdf_mean"]
    assert (table.groupby("covariate")["stage"].apply(list).map(tuple) == ("before", "after")).all()
    assert table["covariate"].iloc[0] == "propensity"


def test_covariates_that_were_not_matched_on_can_be_looked_at(services):
    table = ww.matching.balance(match_services(services, covariates=["age", "need"]), covariates=["prior_outcome", "sex"])
    assert list(table["covariate"].unique()) == ["propensity", "prior_outcome", "sex=woman"]


def test_the_denominator_is_the_one_named(services):
    sample = match_services(services)
    spread = services.groupby("treated")["need"].std()
    wanted = {"treated": spread[1], "comparison": spread[0], "pooled": np.sqrt((spread**2).mean())}
    for sd, denominator in wanted.items():
        row = ww.matching.balance(sample, covariates="need", sd=sd).set_index(["covariate", "stage"]).loc[("need", "before")]
        assert row["smd"] == pytest.approx((row["mean_treated"] - row["mean_comparison"]) / denominator, rel=1e-9)


def test_a_change_of_unit_changes_no_standardised_number(services):
    sample = match_services(services)
    here = ww.matching.balance(sample, covariates="need")
    moved = match_services(services.assign(other=1000 * services["need"] - 3))
    there = ww.matching.balance(moved, covariates="other")
    for column in ("smd", "variance_ratio", "ks", "ecdf_mean"):
        assert there[column].to_numpy(float) == pytest.approx(here[column].to_numpy(float), rel=1e-7)


def test_a_difference_where_nobody_treated_differs_is_endless_and_no_difference_is_none():
    df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0], "need": [2.0, 3, 5, 1, 4, 6], "a": [1.0, 1, 1, 2, 2, 3], "b": [7.0] * 6})
    sample = ww.matching.match(df, treatment="treated", covariates="need")
    table = ww.matching.balance(sample, covariates=["a", "b"]).set_index(["covariate", "stage"])
    assert table.loc[("a", "before"), "smd"] == -np.inf
    assert table.loc[("b", "before"), "smd"] == 0


def test_an_unmatched_sample_is_as_different_after_as_before(services):
    table = ww.matching.balance(ww.matching.unmatched(services, treatment="treated", covariates=COVARIATES))
    before, after = (table[table["stage"] == stage].drop(columns="stage").reset_index(drop=True) for stage in ("before", "after"))
    pd.testing.assert_frame_equal(before, after)


def test_what_cannot_be_compared_is_refused_by_name(services):
    sample = match_services(services.assign(gap=services["age"].mask(services["age"] > 60)))
    with pytest.raises(MissingColumn, match="'weight_of_heart'"):
        ww.matching.balance(sample, covariates=["weight_of_heart"])
    with pytest.raises(MissingValues, match="'gap'"):
        ww.matching.balance(sample, covariates=["gap"])
    with pytest.raises(InvalidOption, match="'pooled'"):
        ww.matching.balance(sample, sd="both")
