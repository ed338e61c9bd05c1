"""The propensity score: R's fitted values, properties, refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues, NotIdentified

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def test_scores_are_those_of_r(services, answers):
    scores = ww.matching.propensity_score(services, treatment="treated", covariates=COVARIATES)
    assert scores.to_numpy() == pytest.approx(np.array(answers["propensity_score"]["fitted_in_row_order"]), rel=1e-9)
    assert scores.index.equals(services.index)


def test_a_probit_is_that_of_statsmodels(services):
    numeric = ["age", "need", "prior_outcome"]
    theirs = sm.Probit(services["treated"], sm.add_constant(services[numeric])).fit(disp=0, tol=1e-12).predict()
    ours = ww.matching.propensity_score(services, treatment="treated", covariates=numeric, link="probit")
    assert ours.to_numpy() == pytest.approx(theirs, rel=1e-7)


def test_a_weight_of_two_is_the_row_twice(services):
    doubled = services["sex"].eq("woman").to_numpy()
    weighted = ww.matching.propensity_score(
        services.assign(w=np.where(doubled, 2.0, 1.0)), treatment="treated", covariates=["age", "need"], weights="w"
    )
    repeated = pd.concat([services, services[doubled]], ignore_index=True)
    counted = ww.matching.propensity_score(repeated, treatment="treated", covariates=["age", "need"])
    assert weighted.to_numpy() == pytest.approx(counted.to_numpy()[: len(services)], rel=1e-9)


def test_a_change_of_unit_changes_no_score(services):
    here = ww.matching.propensity_score(services, treatment="treated", covariates=COVARIATES)
    moved = services.assign(prior_outcome=1e6 * services["prior_outcome"] + 3e7, age=services["age"] / 1e5)
    there = ww.matching.propensity_score(moved, treatment="treated", covariates=COVARIATES)
    assert there.to_numpy() == pytest.approx(here.to_numpy(), rel=1e-8)


def test_mean_score_is_the_share_treated(services):
    scores = ww.matching.propensity_score(services, treatment="treated", covariates=COVARIATES)
    assert scores.mean() == pytest.approx(146 / 500, rel=1e-10)


def test_missing_values_are_refused_with_a_count_for_each_column(services):
    gaps = services.assign(age=services["age"].mask(services["age"] > 60), living=services["living"].mask(services["need"] > 8))
    counts = gaps[["age", "living"]].isna().sum()
    either = int(gaps[["age", "living"]].isna().any(axis=1).sum())
    with pytest.raises(MissingValues) as caught:
        ww.matching.propensity_score(gaps, treatment="treated", covariates=COVARIATES)
    assert f"{either} of 500 rows" in str(caught.value)
    assert f"'age' {counts['age']}, 'living' {counts['living']}" in str(caught.value)


def test_a_column_that_separates_the_arms_is_named(services):
    told = services.assign(offered=services["treated"] * 2.0 + services["need"] / 100)
    with pytest.raises(NotIdentified, match="'offered' splits the arms"):
        ww.matching.propensity_score(told, treatment="treated", covariates=["age", "offered"])


def test_a_level_that_splits_the_arms_is_refused_by_column_and_no_value_is_shown(services):
    contact = (
        pd.Series("Bodil Dam", index=services.index)
        .mask(services["need"] > 5, "Per Holm")
        .mask(services["treated"] == 0, "Ida Madsen")
    )
    with pytest.raises(NotIdentified, match=r"Column 'contact' \(one of its levels\) splits the arms") as caught:
        ww.matching.propensity_score(services.assign(contact=contact), treatment="treated", covariates=["age", "contact"])
    assert not any(value in str(caught.value) for value in contact.unique())


def test_levels_that_repeat_another_column_are_refused_by_column_and_no_value_is_shown(services):
    contact = services["living"].map({level: f"Ida {place}" for place, level in enumerate(services["living"].unique())})
    with pytest.raises(NotIdentified, match=r"Covariates 'contact' \(one of its levels\) are exact combinations") as caught:
        ww.matching.propensity_score(services.assign(contact=contact), treatment="treated", covariates=["living", "contact"])
    assert "Ida" not in str(caught.value)


def test_separation_by_several_columns_together_is_refused_too():
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=(2, 60))
    df = pd.DataFrame({"treated": x + z > 0, "x": x, "z": z, "age": rng.normal(size=60)})
    with pytest.raises(NotIdentified, match="Columns 'x' and 'z' together separate the arms .*yes from no perfectly"):
        ww.matching.propensity_score(df, treatment="treated", covariates=["age", "x", "z"])


def test_persons_numbers_are_no_covariate(services):
    numbered = services.assign(number=[f"person {place}" for place in range(500)])
    with pytest.raises(InvalidColumn, match="'number' has 500 levels"):
        ww.matching.propensity_score(numbered, treatment="treated", covariates=["age", "number"])


def test_an_unknown_link_is_refused(services):
    with pytest.raises(InvalidOption, match="'probit'"):
        ww.matching.propensity_score(services, treatment="treated", covariates=["age"], link="cloglog")


def test_two_columns_of_one_name_are_refused(services):
    twice = pd.concat([services, services[["age"]]], axis=1)
    with pytest.raises(InvalidColumn, match="2 columns named 'age'"):
        ww.matching.propensity_score(twice, treatment="treated", covariates=["age"])


def test_many_rows_start_from_a_slice_and_end_at_the_same_scores(monkeypatch):
    rng = np.random.default_rng(8)
    df = pd.DataFrame({"x": rng.normal(size=3000), "z": rng.normal(size=3000)})
    df["treated"] = rng.random(3000) < 1 / (1 + np.exp(1 - df["x"]))
    whole = ww.matching.propensity_score(df, treatment="treated", covariates=["x", "z"])
    monkeypatch.setattr("whatworks.inference.binary._SLICE", 300)
    sliced = ww.matching.propensity_score(df, treatment="treated", covariates=["x", "z"])
    assert sliced.to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-12)


def test_a_slice_that_cannot_tell_is_no_reason_to_refuse(monkeypatch):
    monkeypatch.setattr("whatworks.inference.binary._SLICE", 10)
    df = pd.DataFrame({"treated": [0] * 50 + [1, 0] * 50, "x": np.arange(150) % 17 / 10})
    df.loc[::15, "treated"] = 0
    assert ww.matching.propensity_score(df, treatment="treated", covariates=["x"]).between(0, 1).all()
