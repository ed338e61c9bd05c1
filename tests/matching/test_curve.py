"""Specification curve: every row is the estimate its choices name, failures stay, the null is a null."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingColumn, MissingValues, NoMatches, NoTreatedGroup

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def curve_of(df, **options):
    asked = {"outcome": "outcome", "treatment": "treated", "covariates": COVARIATES, **options}
    return ww.matching.specification_curve(df, **asked)


@pytest.fixture
def few():
    """Choices that are quickly made."""
    return {"methods": ["nearest", "entropy", "regression"], "covariate_sets": {"all": COVARIATES, "need": ["need"]}}


def test_every_row_is_the_estimate_that_its_choices_name(services, few):
    parts = curve_of(services, **few, estimators=("difference", "additive", "g_computation")).parts
    rows = parts.set_index(["method", "caliper", "covariate_set", "estimator"])
    sample = ww.matching.match(services, treatment="treated", covariates=["need"], caliper=0.2)
    plain = ww.matching.estimate(sample, outcome="outcome", covariates=["need"], interact=False).headline
    row = rows.loc[("nearest", "0.2", "need", "additive")]
    assert (row["estimate"], row["std_error"], row["p_value"]) == (plain.estimate, plain.std_error, plain.p_value)
    assert row["n_comparison"] == sample.counts.loc[1, "matched"]
    weighted = ww.matching.weight(services, treatment="treated", covariates=COVARIATES, method="entropy")
    plain = ww.matching.estimate(weighted, outcome="outcome").headline
    assert rows.loc[("entropy", "none", "all", "difference"), "estimate"] == plain.estimate
    assert len(parts) == 2 * (2 * 3 + 3 + 2)


def test_a_caliper_is_about_the_score_whatever_people_are_matched_by(services):
    parts = curve_of(services, methods=["mahalanobis"], calipers=(0.2,), covariate_sets={"all": COVARIATES}).parts
    sample = ww.matching.match(
        services, treatment="treated", covariates=COVARIATES, distance="mahalanobis", caliper={"propensity": 0.2}
    )
    assert parts["estimate"].iloc[0] == ww.matching.estimate(sample, outcome="outcome").headline.estimate


def test_own_designs_can_be_named(services):
    own = {"three": {"method": "nearest", "ratio": 3}, "two moments": {"method": "entropy", "moments": 2}}
    parts = curve_of(services, methods=own, calipers=({"age": ("raw", 10)},), covariate_sets={"all": COVARIATES}).parts
    assert parts[["method", "caliper"]].drop_duplicates().to_numpy().tolist() == [["three", "age 10"], ["two moments", "none"]]


def test_balance_is_that_of_all_covariates_also_those_left_out(services, few):
    parts = curve_of(services, **few).parts.set_index(["method", "covariate_set", "estimator", "caliper"])
    matched_on_need = ww.matching.match(services, treatment="treated", covariates=["need"])
    table = ww.matching.balance(matched_on_need, covariates=COVARIATES)
    worst = table[(table["stage"] == "after") & (table["covariate"] != "propensity")]["smd"].abs().max()
    assert parts.loc[("nearest", "need", "difference", "none"), "worst_smd"] == pytest.approx(worst)
    assert parts.loc[("entropy", "all", "difference", "none"), "balanced"]
    assert parts.loc[("regression", "all", "g_computation", "none"), "balanced"] is pd.NA


def test_without_a_preference_the_median_is_the_headline(services, few):
    result = curve_of(services, **few)
    assert result.headline.estimate == result.parts["estimate"].median()
    assert np.isnan(result.headline.std_error)
    assert result.statistics["lowest"] == result.parts["estimate"].min()
    assert result.statistics["share_significant"] == (result.parts["p_value"] < 0.05).mean()


def test_the_specification_decided_on_beforehand_is_the_headline(services, few):
    preferred = {"method": "nearest", "caliper": "0.2", "covariate_set": "all", "estimator": "difference"}
    result = curve_of(services, **few, preferred=preferred, expected="down")
    row = result.parts.query("method == 'nearest' and caliper == '0.2' and covariate_set == 'all' and estimator == 'difference'")
    assert result.headline.conf_low == row["conf_low"].iloc[0]
    assert result.statistics["share_significant_expected"] == 0
    with pytest.raises(InvalidOption, match="exactly one"):
        curve_of(services, **few, preferred={**preferred, "caliper": "0.3"})


def test_a_specification_that_fails_is_kept_with_its_reason(services):
    apart = services.assign(apart=services["treated"] * 10.0 + services["age"])
    result = curve_of(
        apart, covariates=["age", "need", "apart"], methods=["nearest", "mahalanobis"], calipers=(None,),
        covariate_sets={"without": ["age", "need"], "with": ["age", "need", "apart"]}, estimators=["difference"],
    )  # fmt: skip
    failed = result.parts[result.parts["reason"] != ""]
    assert failed["term"].tolist() == ["nearest, none, with, difference"]
    assert failed["estimate"].isna().all()
    assert failed["reason"].str.contains("separate").all()
    check = {check.name: check for check in result.checks}["failed_specifications"]
    assert check.passed is False
    assert check.statistics["n_failed"] == 1
    assert result.statistics["n_failed"] == 1


def test_nothing_but_failures_is_refused_with_the_first_reason(services):
    apart = services.assign(apart=services["treated"] * 100.0 + services["age"])
    with pytest.raises(NoMatches, match="separate"):
        curve_of(apart, covariates=["apart"], methods=["nearest", "ipw"])


def test_the_check_fails_where_specifications_point_both_ways(services, few):
    passed = {check.name: check.passed for check in curve_of(services, **few).checks}
    assert passed["specification_curve"] is True
    torn = services.assign(outcome=services["outcome"] - 2.6 * services["treated"])
    result = curve_of(torn, **few)
    assert {check.name: check.passed for check in result.checks}["specification_curve"] is False
    assert 0 < result.statistics["share_positive"] < 1


def test_draws_without_an_effect_put_a_number_on_the_whole_curve(services, few):
    result = curve_of(services, **few, resamples=99, seed=3)
    assert result.statistics["p_median"] == 0.01
    assert result.headline.p_value == 0.01
    assert result.statistics == curve_of(services, **few, resamples=99, seed=3).statistics
    with pytest.raises(InvalidOption, match="seed"):
        curve_of(services, **few, resamples=99)


def test_an_estimate_is_a_weighted_sum_of_outcomes(services):
    from whatworks.matching.shuffled_null import Specified
    from whatworks.matching.specifications import estimate_options

    for sample in (
        ww.matching.match(services, treatment="treated", covariates=COVARIATES, replace=True, ratio=2),
        ww.matching.weight(services, treatment="treated", covariates=COVARIATES),
    ):
        for estimator in ("difference", "additive", "g_computation"):
            options = estimate_options(estimator, COVARIATES)
            person, pull = Specified(sample, "outcome", options, 1.0).weights_of_outcomes()
            found = pull @ services["outcome"].to_numpy()[person]
            assert found == pytest.approx(ww.matching.estimate(sample, outcome="outcome", **options).headline.estimate, rel=1e-9)


def test_unmatched_people_may_lack_the_outcome(services, few):
    sample = ww.matching.match(services, treatment="treated", covariates=COVARIATES)
    gone = services.assign(outcome=services["outcome"].mask((sample.weights == 0).to_numpy()))
    options = {"methods": ["nearest"], "calipers": (None,), "covariate_sets": {"all": COVARIATES}}
    here, there = (curve_of(df, **options, resamples=20, seed=1) for df in (services, gone))
    assert here.parts["estimate"].equals(there.parts["estimate"])


def test_the_result_reads_back(services, few):
    result = curve_of(services, **few)
    assert ww.EffectResult.from_json(result.to_json()) == result


def test_bad_choices_are_refused_by_name(services):
    with pytest.raises(InvalidOption, match="'magic'"):
        curve_of(services, methods=["magic"])
    with pytest.raises(InvalidOption, match="method="):
        curve_of(services, methods={"own": {"ratio": 2}})
    with pytest.raises(InvalidOption, match="'median'"):
        curve_of(services, estimators=["median"])
    with pytest.raises(InvalidOption, match="most=10"):
        curve_of(services, most=10)
    with pytest.raises(InvalidOption, match="calipers is empty"):
        curve_of(services, calipers=())
    with pytest.raises(InvalidOption, match="'up'"):
        curve_of(services, expected="more")
    with pytest.raises(InvalidOption, match="No estimator"):
        curve_of(services, methods=["regression"], estimators=["difference"])
    with pytest.raises(InvalidOption, match="bias_adjusted"):
        curve_of(services, methods=["nearest_replace"], estimators=["bias_adjusted"], resamples=5, seed=1)


def test_bad_data_are_refused_at_once(services):
    with pytest.raises(MissingColumn, match="'shoe_size'"):
        curve_of(services, covariates=["age", "shoe_size"])
    with pytest.raises(MissingValues, match="'age'"):
        curve_of(services.assign(age=services["age"].mask(services["age"] > 60)))
    with pytest.raises(NoTreatedGroup):
        curve_of(services.assign(treated=0))


@pytest.mark.slow
def test_without_an_effect_the_whole_curve_is_odd_once_in_twenty_times():
    p_values = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        df = pd.DataFrame(rng.normal(size=(200, 2)), columns=["need", "age"])
        df["treated"] = (0.7 * df["need"] + rng.logistic(size=200) > 0.8).astype(int)
        df["outcome"] = df["need"] + 0.5 * df["age"] + rng.normal(size=200)
        options = {"methods": ["nearest", "entropy"], "calipers": (0.2,), "covariate_sets": {"all": ["need", "age"]}}
        result = curve_of(df, covariates=["need", "age"], **options, resamples=99, seed=seed)
        p_values.append(result.statistics["p_median"])
    assert 0 <= np.mean(np.array(p_values) <= 0.05) <= 0.15
    assert 0.35 < np.mean(p_values) < 0.65


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"weights": "negative"}, InvalidColumn, "zero or negative in 1 of 500"),
        ({"weights": "nowhere"}, MissingColumn, "'nowhere'"),
        ({"covariate_sets": {"odd": ["treated"]}}, InvalidOption, "the treatment 'treated' itself"),
    ],
)
def test_what_would_fail_every_specification_is_refused_by_its_own_name(services, options, error, words):
    df = services.assign(negative=np.where(services.index == 3, -1.0, 1.0))
    with pytest.raises(error, match=words):
        ww.matching.specification_curve(
            df, outcome="outcome", treatment="treated", covariates=["age", "need"], methods=["nearest"], **options
        )
