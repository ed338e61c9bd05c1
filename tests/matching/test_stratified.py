"""People compared stratum by stratum: R's strata and weights, properties, refusals."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues, NoMatches
from whatworks.matching.coarsened import coarsened_strata
from whatworks.matching.stratified import stratum_weights

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
# As in the answers: no value lies on a cut.
CUTS = {"age": [29.5, 39.5, 49.5], "need": [3.995, 4.995, 5.995], "prior_outcome": [34.995, 44.995]}
CEM = {"method": "cem", "covariates": ["age", "need", "prior_outcome", "sex"], "cutpoints": CUTS}
DESIGNS = {
    "exact": {"method": "exact", "covariates": ["sex", "living"]},
    "cem": CEM,
    "cem_ATE": {**CEM, "estimand": "ATE"},
    "subclass6": {"method": "subclass"},
    "subclass5_ATE": {"method": "subclass", "subclasses": 5, "estimand": "ATE"},
}


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def together(subclass):
    """Which rows stand together, whatever the subclasses are called."""
    return pd.factorize(pd.Series(subclass, dtype="float64"), use_na_sentinel=True)[0].tolist()


@pytest.mark.parametrize("design", DESIGNS)
def test_strata_weights_and_counts_are_those_of_matchit(services, answers, design):
    expected = answers[f"matchit/{design}"]
    sample = match_services(services, **DESIGNS[design])
    assert together(sample.subclass.to_numpy(dtype=float, na_value=np.nan)) == together(expected["subclass_in_row_order"])
    assert sample.weights.to_numpy() == pytest.approx(np.array(expected["weights_in_row_order"]), rel=1e-9)
    counts = sample.counts.set_index("arm")
    assert counts["matched"].to_dict() == {"treated": expected["n_treated"], "comparison": expected["n_control"]}
    assert counts["ess"].to_list() == pytest.approx([expected["ess_treated"], expected["ess_control"]], rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_weighted_difference_in_means_is_that_of_matchit(services, answers, design):
    sample = match_services(services, **DESIGNS[design])
    assert difference(sample, "outcome") == pytest.approx(
        answers[f"matchit/{design}"]["effect"]["unadjusted"]["estimate"], rel=1e-9
    )


@pytest.mark.parametrize(
    ("method", "published"),
    # MatchIt 4.7 on the same frame with its defaults: equally wide bins by Sturges' rule, six subclasses.
    [("cem", 3627.634), ("subclass", 60.668)],
)
def test_supported_work_gives_matchits_difference(supported_work, method, published):
    covariates = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]
    sample = ww.matching.match(supported_work, treatment="treat", covariates=covariates, method=method)
    assert difference(sample, "re78") == pytest.approx(published, abs=5e-4)


def difference(sample, outcome):
    y, treated = sample.data[outcome], sample.data[sample.treatment] == 1
    return np.average(y[treated], weights=sample.weights[treated]) - np.average(y[~treated], weights=sample.weights[~treated])


@pytest.mark.parametrize("design", DESIGNS)
def test_row_order_changes_nothing(services, design):
    shuffled = services.sample(frac=1, random_state=4)
    here, there = (match_services(df, **DESIGNS[design]) for df in (services, shuffled))
    assert there.weights.reindex(here.weights.index).to_numpy() == pytest.approx(here.weights.to_numpy(), abs=1e-12)


@pytest.mark.parametrize("method", ["exact", "cem", "subclass"])
def test_matching_for_the_comparison_arm_mirrors_matching_for_the_treated(services, method):
    covariates = ["sex", "living", "age"] if method != "exact" else ["sex", "living"]
    covariates = COVARIATES if method == "subclass" else covariates
    flipped = services.assign(treated=1 - services["treated"])
    here = match_services(services, method=method, covariates=covariates, estimand="ATC")
    there = match_services(flipped, method=method, covariates=covariates, estimand="ATT")
    assert here.weights.to_numpy() == pytest.approx(there.weights.to_numpy())
    assert (here.weights[services["treated"] == 0].isin([0.0, 1.0])).all()


def test_averages_of_everybody_have_the_strata_sizes_of_everybody(services):
    sample = match_services(services, method="exact", covariates=["sex", "living"], estimand="ATE")
    cells = services.groupby(["sex", "living"]).size() / len(services)
    for arm in (0, 1):
        member = services["treated"] == arm
        shares = sample.weights[member].groupby([services["sex"][member], services["living"][member]]).sum()
        assert (shares / shares.sum()).to_numpy() == pytest.approx(cells.to_numpy())


def test_sampling_weights_count_as_many_people(services):
    twice = services.assign(stands_for=np.where(services["sex"] == "man", 2.0, 1.0))
    doubled = pd.concat([services, services[services["sex"] == "man"]], ignore_index=True)
    options = {"method": "exact", "covariates": ["sex", "living"], "estimand": "ATE"}
    weighted = match_services(twice, weights="stands_for", **options)
    assert difference(weighted, "outcome") == pytest.approx(difference(match_services(doubled, **options), "outcome"))


def test_people_without_a_counterpart_are_left_out_and_told():
    df = pd.DataFrame({"treated": [1] * 12 + [0] * 12, "kind": list("aabbccdddddd") + list("aabbccddeeee")})
    sample = ww.matching.match(df, treatment="treated", covariates="kind", method="exact")
    assert sample.estimand == "ATT"
    assert sample.weights[df["kind"] == "e"].tolist() == [0.0] * 4
    other = ww.matching.match(df, treatment="treated", covariates="kind", method="exact", estimand="ATC")
    assert other.estimand == "ATC among the comparison people who have a match (fewer than 5 have none)"
    assert [check.name for check in sample.checks] == ["dropped_treated", "effective_sample_size"]


def test_equal_people_never_stand_in_different_subclasses(services):
    sample = match_services(services, method="subclass", covariates=["sex", "living", "prior_contacts"])
    kinds = sample.subclass.groupby([services["sex"], services["living"], services["prior_contacts"]])
    assert (kinds.nunique() <= 1).all()


def test_nobody_alike_is_refused_with_the_counts(services):
    with pytest.raises(NoMatches, match="146 and 354"):
        match_services(services.assign(code=range(500)), method="exact", covariates=["code"])


def test_a_level_that_only_one_arm_has_is_left_out():
    df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0], "kind": list("aabaac")})
    sample = ww.matching.match(df, treatment="treated", covariates="kind", method="cem")
    assert sample.weights.tolist() == [1, 1, 0, 1, 1, 0]
    assert sample.subclass.isna().tolist() == [False, False, True, False, False, True]


def test_bins_are_as_many_as_asked_for_and_equally_wide():
    df = pd.DataFrame({"x": np.arange(101) / 10, "y": np.r_[np.zeros(50), np.ones(51)]})
    strata = coarsened_strata(df, ["x", "y"], cutpoints={"x": 4})
    assert np.bincount(strata).tolist() == [25, 25, 25, 26]


def test_many_covariates_with_many_bins_do_not_overflow():
    rng = np.random.default_rng(1)
    df = pd.DataFrame(rng.integers(0, 2, (400, 20)) * 1.0, columns=[f"x{i}" for i in range(20)])
    strata = coarsened_strata(df, list(df.columns), cutpoints={name: 50 for name in df.columns})
    assert strata.max() + 1 == len(df.drop_duplicates())


def test_weights_of_a_stratum_follow_its_size():
    number, treated = np.array([1, 1, 1, 2, 2, 2, 0]), np.array([True, False, False, True, True, False, True])
    weights = stratum_weights(number, treated, np.ones(7), "ATT")
    assert weights.tolist() == pytest.approx([1, 0.5, 0.5, 1, 1, 2, 0])


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"cutpoints": {"sex": 3}}, InvalidOption, "no number"),
        ({"cutpoints": {"height": 3}}, InvalidOption, "'height'"),
        ({"cutpoints": {"age": [50, 30]}}, InvalidOption, "increasing"),
        ({"cutpoints": {"age": [30, np.nan]}}, InvalidOption, "increasing"),
        ({"cutpoints": {"age": "q4"}}, InvalidOption, "number of bins"),
        ({"cutpoints": {"age": 0}}, InvalidOption, "whole number"),
        ({"covariates": ["age", "same"]}, InvalidColumn, "'same' has the same value"),
        ({"covariates": ["age", "gap"]}, MissingValues, "'gap' 3"),
        ({"covariates": ["age", "endless"]}, InvalidColumn, "1 infinite"),
        ({"method": "subclass", "subclasses": 1}, InvalidOption, "whole number of 2"),
        ({"method": "subclass", "subclasses": 400}, InvalidOption, "Ask for fewer"),
        ({"method": "subclass", "caliper": 0.2}, InvalidOption, "cannot use caliper=0.2"),
        ({"method": "exact", "distance": "mahalanobis"}, InvalidOption, "cannot use distance"),
        ({"method": "cem", "ratio": 2}, InvalidOption, "cannot use ratio=2"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_is_needed(services, options, error, words):
    df = services.assign(same=1.0, gap=[None] * 3 + [1.0] * 497, endless=[np.inf] + [1.0] * 499)
    with pytest.raises(error, match=words):
        match_services(df, **{"method": "cem", "covariates": ["age", "sex"], **options})
