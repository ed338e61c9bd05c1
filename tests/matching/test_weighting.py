"""Weights: R's answers, exact balance, what trimming does, refusals; and the sandwich against derivatives taken by hand."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    InvalidColumn,
    InvalidOption,
    MissingValues,
    NoComparisonGroup,
    NotConverged,
    NotIdentified,
    TooFewUnits,
)

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
NUMERIC = ["age", "need", "prior_contacts", "prior_outcome"]
ENTRIES = {
    **{f"ipw/{estimand}": {"estimand": estimand} for estimand in ("ATT", "ATC", "ATE", "ATO")},
    "entropy_balancing/ATT": {"method": "entropy"},
    "entropy_balancing/ATE": {"method": "entropy", "estimand": "ATE"},
    "entropy_balancing/ATT_two_moments": {"method": "entropy", "moments": 2},
}


def weigh(df, **options):
    return ww.matching.weight(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def effect(sample, **options):
    headline = ww.matching.estimate(sample, **{"outcome": "outcome", **options}).headline
    return headline.estimate, headline.std_error


def check(of, name):
    return next(check for check in of.checks if check.name == name)


def means(df, sample, arm):
    rows = df["treated"] == arm
    columns = pd.get_dummies(df[COVARIATES], dtype=float)[rows]
    return np.average(columns, axis=0, weights=sample.weights[rows])


# --- R's answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES)
def test_weights_are_those_of_r(services, answers, entry):
    sample = weigh(services, **ENTRIES[entry])
    assert sample.weights.to_numpy() == pytest.approx(answers[entry]["weights_in_row_order"], rel=1e-9)
    ess = sample.counts.set_index("arm")["ess"]
    assert ess["treated"] == pytest.approx(answers[entry]["ess_treated"], rel=1e-9)
    assert ess["comparison"] == pytest.approx(answers[entry]["ess_control"], rel=1e-9)


@pytest.mark.parametrize("entry", ENTRIES)
def test_effects_and_errors_with_weights_are_those_of_r(services, answers, entry):
    sample, expected = weigh(services, **ENTRIES[entry]), answers[entry]
    additive = {"covariates": COVARIATES, "interact": False}
    for vcov in ("HC0", "HC3"):
        assert effect(sample, vcov=vcov) == pytest.approx((expected["hajek"], expected[f"hajek_se_{vcov}"]), rel=1e-9)
    assert effect(sample, vcov="HC0", **additive) == pytest.approx((expected["additive"], expected["additive_se_HC0"]), rel=1e-9)
    if "hajek_se_m_estimation" in expected:
        assert effect(sample)[1] == pytest.approx(expected["hajek_se_m_estimation"], rel=1e-9)
    if "additive_se_m_estimation" in expected:
        assert effect(sample, **additive)[1] == pytest.approx(expected["additive_se_m_estimation"], rel=1e-9)


@pytest.mark.parametrize("estimand", ["ATT", "ATE"])
def test_the_balancing_score_is_that_of_r_where_rs_solver_stops(services, answers, estimand):
    # WeightIt's optimiser stops at about 1e-6 of balance; ours goes on to the exact solution.
    sample, expected = weigh(services, method="cbps", estimand=estimand), answers[f"cbps/{estimand}"]
    assert effect(sample) == pytest.approx((expected["hajek"], expected["hajek_se_m_estimation"]), rel=1e-4)
    ess = sample.counts["ess"].tolist()
    assert ess == pytest.approx([expected["ess_treated"], expected["ess_control"]], rel=1e-4)


def test_the_balancing_score_and_entropy_balancing_of_one_arm_are_one(services):
    for estimand in ("ATT", "ATC"):
        by_score, by_entropy = (weigh(services, method=method, estimand=estimand) for method in ("cbps", "entropy"))
        assert by_score.weights.to_numpy() == pytest.approx(by_entropy.weights.to_numpy(), rel=1e-12)


# --- exact balance -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["entropy", "cbps"])
@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
def test_covariate_means_agree_to_the_last_digits(services, method, estimand):
    sample = weigh(services, method=method, estimand=estimand)
    spread = pd.get_dummies(services[COVARIATES], dtype=float).std().to_numpy()
    assert np.abs((means(services, sample, 1) - means(services, sample, 0)) / spread).max() < 1e-11
    assert check(sample, "balance").statistics["worst_smd"] < 1e-11


@pytest.mark.parametrize("moments", [2, 3])
def test_moments_asked_for_are_balanced_and_no_others(services, moments):
    sample = weigh(services, method="entropy", moments=moments)
    treated = (services["treated"] == 1).to_numpy()
    for column in NUMERIC:
        for power in (1, 2, 3):
            values = services[column].to_numpy(dtype=float) ** power
            gap = values[treated].mean() - np.average(values[~treated], weights=sample.weights[~treated])
            balanced = bool(abs(gap) / values.std() < 1e-10)
            assert balanced is (power <= moments)


def test_overlap_weights_balance_exactly_though_nobody_asked(services):
    sample = weigh(services, estimand="ATO")
    assert means(services, sample, 1) == pytest.approx(means(services, sample, 0), rel=1e-9)


def test_matching_weights_cut_what_the_other_arm_cannot_match(services):
    sample = weigh(services, estimand="ATM")
    e, t = sample.propensity, services["treated"] == 1
    by_hand = np.minimum(e, 1 - e) / np.where(t, e, 1 - e)
    assert sample.weights.to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-12)


# --- properties ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"method": "entropy", "moments": 2}, {"method": "cbps", "estimand": "ATE"}])
def test_row_order_labels_and_units_of_measurement_change_no_weight(services, options):
    here = weigh(services, **options).weights
    scaled = services.assign(age=services["age"] / 10 + 3, prior_outcome=1e6 * services["prior_outcome"])
    moved = scaled.sample(frac=1, random_state=3).rename(index=lambda label: f"p{label}")
    there = weigh(moved, **options).weights.rename(index=lambda label: int(label[1:])).reindex(here.index)
    assert there.to_numpy() == pytest.approx(here.to_numpy(), rel=1e-8)


@pytest.mark.parametrize("options", [{}, {"method": "entropy"}, {"method": "entropy", "estimand": "ATE"}, {"method": "cbps"}])
def test_weighing_a_row_twice_is_counting_it_twice(services, options):
    twice = 1 + (services["sex"] == "woman").astype(int)
    weighted = weigh(services.assign(w=twice), weights="w", **options)
    repeated = services.loc[services.index.repeat(twice)].reset_index(drop=True)
    assert effect(weighted)[0] == pytest.approx(effect(weigh(repeated, **options))[0], rel=1e-9)


def test_doubling_the_outcome_doubles_effect_and_error(services):
    doubled = services.assign(outcome=2 * services["outcome"])
    for options in ({}, {"covariates": COVARIATES}):
        expected = [2 * number for number in effect(weigh(services), **options)]
        assert effect(weigh(doubled), **options) == pytest.approx(expected, rel=1e-9)


BY_HAND = {
    "ipw ATT": ({}, {}),
    "ipw ATE, probit": ({"estimand": "ATE", "link": "probit"}, {}),
    "overlap, interacted": ({"estimand": "ATO"}, {"covariates": ["need", "age"]}),
    "matching weights": ({"estimand": "ATM"}, {}),
    "ipw ATT, interacted": ({}, {"covariates": ["need"]}),
    "entropy ATE, interacted": ({"method": "entropy", "estimand": "ATE"}, {"covariates": ["prior_outcome"]}),
    "entropy ATC": ({"method": "entropy", "estimand": "ATC"}, {}),
    "balancing score ATE": ({"method": "cbps", "estimand": "ATE"}, {}),
    "risk ratio by a logit": ({}, {"outcome": "well", "measure": "risk_ratio", "covariates": ["need"]}),
    "odds ratio": ({"estimand": "ATE"}, {"outcome": "well", "measure": "odds_ratio"}),
}


@pytest.mark.parametrize("design", BY_HAND)
def test_the_sandwich_is_the_sum_of_squared_derivatives_in_every_rows_weight(services, design):
    # An estimate's influence function is its derivative in a row's weight: all is fitted again with a row a little heavier.
    weighing, estimating = BY_HAND[design]
    few = services.sample(50, random_state=11).assign(well=lambda df: (df["outcome"] > 42).astype(int), w=1.0)
    asked = {"covariates": ["age", "need", "prior_outcome"], "weights": "w", **weighing}
    step = 1e-4
    derivatives = []
    for row in few.index:
        sides = [effect(weigh(few.assign(w=few["w"].where(few.index != row, 1 + side)), **asked), **estimating)[0]
                 for side in (step, -step)]  # fmt: skip
        derivatives.append((sides[0] - sides[1]) / (2 * step))
    assert effect(weigh(few, **asked), **estimating)[1] == pytest.approx(np.sqrt(np.sum(np.square(derivatives))), rel=1e-5)


# --- trimming ------------------------------------------------------------------------------------------------------------


def test_trimming_by_score_leaves_people_out_and_says_whom_the_effect_is_about(services):
    sample = weigh(services, estimand="ATE", trim=0.1)
    e = sample.propensity
    kept = (e >= 0.1) & (e <= 0.9)
    assert ((sample.weights > 0) == kept).all()
    assert sample.estimand == f"ATE among people with a score from 0.1 to 0.9 ({kept.sum()} of 500)"
    failed = check(sample, "trimmed")
    assert failed.passed is False
    assert failed.statistics == {"n_trimmed": (~kept).sum(), "n_trimmed_meant": (~kept).sum(), "n": 500}
    assert ww.matching.estimate(sample, outcome="outcome").statistics["n_dropped"] == (~kept).sum()


def test_trimming_only_comparison_people_leaves_the_treated_whom_the_effect_is_about(services):
    sample = weigh(services, trim=("score", 0.05))
    assert check(sample, "trimmed").passed is True
    assert (sample.weights[services["treated"] == 1] == 1).all()


def test_a_few_people_left_out_are_not_counted_in_the_published_estimand(services):
    sample = weigh(services, estimand="ATE", trim=0.05)
    assert check(sample, "trimmed").statistics["n_trimmed"] == 2
    assert sample.estimand == "ATE among people with a score from 0.05 to 0.95 (fewer than 5 have another)"


def test_capped_weights_stay_below_their_quantile_and_everybody_stays(services):
    plain, capped = weigh(services), weigh(services, trim=("weight", 0.9))
    comparison = services["treated"] == 0
    limit = np.quantile(plain.weights[comparison], 0.9, method="inverted_cdf")
    assert capped.weights[comparison].to_numpy() == pytest.approx(np.minimum(plain.weights[comparison], limit).to_numpy())
    assert capped.estimand == "ATT, with weights capped at their quantile 0.9"
    assert capped.counts["dropped"].tolist() == [0, 0]
    assert check(capped, "trimmed").passed is False


@pytest.mark.parametrize("trim", [0.7, -0.1, ("weight", 0.3), ("age", 0.1), "much", ("score", "0.1"), ("score",)])
def test_a_trimming_rule_that_means_nothing_is_refused(services, trim):
    with pytest.raises(InvalidOption, match="between 0 and 0.5"):
        weigh(services, trim=trim)


def test_trimming_everybody_of_an_arm_is_refused():
    df = pd.DataFrame({"treated": [1, 1] + [0] * 98, "x": [1.0, -1.0] + [0.5, -0.5] * 49})
    with pytest.raises(TooFewUnits, match="0 treated and 0 comparison"):
        ww.matching.weight(df, treatment="treated", covariates="x", trim=0.3)


# --- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "energy"}, "'cbps'"),
        ({"estimand": "LATE"}, "'ATO'"),
        ({"method": "ipw", "moments": 2}, "method='entropy'"),
        ({"method": "entropy", "moments": 4}, "moments must be 1, 2 or 3"),
        ({"method": "entropy", "estimand": "ATO"}, "is for method='ipw'"),
        ({"method": "cbps", "estimand": "ATM"}, "is for method='ipw'"),
        ({"method": "entropy", "link": "probit"}, "is for method='ipw'"),
        ({"method": "entropy", "trim": 0.1}, "exact balance"),
        ({"link": "cloglog"}, "'probit'"),
        ({"covariates": []}, "empty"),
        ({"covariates": ["age", "treated"]}, "the treatment 'treated' itself"),
    ],
)
def test_options_a_method_cannot_use_are_refused(services, options, words):
    with pytest.raises(InvalidOption, match=words):
        weigh(services, **options)


@pytest.mark.parametrize("method", ["entropy", "cbps"])
def test_a_target_outside_the_comparison_range_is_refused_by_name(services, method):
    apart = services.assign(age=services["age"] + 60 * services["treated"])
    with pytest.raises(NotConverged, match="outside the range .* of the 354 people to be weighted, for 'age'"):
        weigh(apart, method=method)


def test_a_level_that_only_the_comparison_people_have_is_refused_by_column_without_its_value(services):
    one_sided = services.assign(living=services["living"].mask(services["treated"].eq(1), "own"))
    with pytest.raises(NotConverged, match=r"for 'living' \(one of its levels\)") as caught:
        weigh(one_sided, method="entropy")
    assert "shelter" not in str(caught.value)


def test_arms_without_overlap_are_refused_without_a_word_from_numpy(recwarn):
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"treated": np.repeat([0, 1], 60), "need": rng.normal(size=120), "age": rng.normal(size=120)})
    df["need"] += 100 * df["treated"]
    for words, options in (
        ("overlap too little", {"method": "cbps", "estimand": "ATE"}),
        ("'need'", {"method": "cbps"}),
        ("'need'", {"method": "entropy", "estimand": "ATE"}),
        ("'need'", {}),
    ):
        with pytest.raises((NotConverged, NotIdentified), match=words):
            ww.matching.weight(df, treatment="treated", covariates=["need", "age"], **options)
    assert not recwarn.list


def test_means_that_can_be_met_one_by_one_but_not_together_are_refused():
    # Each mean lies within the comparison range; the point (1, 1) does not lie within the triangle of the three.
    comparison = pd.DataFrame({"x": [0.0, 2, 0, 0.1], "z": [0.0, 0, 2, 0.1]})
    treated = pd.DataFrame({"x": [1.5, 1.3], "z": [1.3, 1.5]})
    df = pd.concat([treated.assign(treated=1), comparison.assign(treated=0)], ignore_index=True)
    for options in ({"method": "entropy"}, {"method": "cbps"}, {"method": "cbps", "estimand": "ATE"}):
        with pytest.raises(NotConverged, match=r"all 2 (means|covariate means)"):
            ww.matching.weight(df, treatment="treated", covariates=["x", "z"], **options)


def test_perfect_separation_is_refused_by_name(services):
    told = services.assign(offered=services["treated"] * 2.0 + services["need"] / 100)
    with pytest.raises(NotIdentified, match="'offered' splits the arms"):
        weigh(told, covariates=["age", "offered"])


@pytest.mark.parametrize("method", ["ipw", "entropy", "cbps"])
def test_a_combination_of_other_covariates_is_refused_by_name(services, method):
    with pytest.raises(NotIdentified, match="'copy' are exact combinations"):
        weigh(services.assign(copy=2 * services["age"] - services["need"]), covariates=["age", "need", "copy"], method=method)


@pytest.mark.parametrize("method", ["ipw", "entropy", "cbps"])
def test_faulty_columns_are_refused(services, method):
    with pytest.raises(InvalidColumn, match="3 distinct values"):
        weigh(services.assign(treated=services["treated"] + services["sex"].eq("man")), method=method)
    with pytest.raises(NoComparisonGroup, match="1 in all 500 rows"):
        weigh(services.assign(treated=1), method=method)
    with pytest.raises(InvalidColumn, match="'age' has 1 infinite"):
        weigh(services.assign(age=services["age"].astype(float).where(services.index != 3, np.inf)), method=method)
    with pytest.raises(MissingValues, match="'need' 1"):
        weigh(services.assign(need=services["need"].where(services.index != 3)), method=method)
    with pytest.raises(InvalidColumn, match="'same' have the same value in all 500 rows"):
        weigh(services.assign(same=1.0), covariates=["age", "same"], method=method)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_sampling_weights_that_are_not_positive_are_refused_with_counts(services, value):
    with pytest.raises(InvalidColumn, match="zero or negative in 1 of 500"):
        weigh(services.assign(w=np.where(services.index == 3, value, 1.0)), weights="w")


@pytest.mark.parametrize("method", ["ipw", "entropy", "cbps"])
def test_three_rows_are_weighed_and_called_too_few_and_one_person_tells_no_effect(method):
    df = pd.DataFrame({"treated": [1, 0, 0], "x": [0.5, 0.0, 1.0], "y": [1.0, 2.0, 4.0]})
    sample = ww.matching.weight(df, treatment="treated", covariates="x", method=method)
    assert sample.weights.to_numpy() == pytest.approx([1, 0.5, 0.5])
    assert check(sample, "effective_sample_size").passed is False
    with pytest.raises(TooFewUnits, match="one person with weight, who shows no spread"):
        ww.matching.estimate(sample, outcome="y")


# --- doubts --------------------------------------------------------------------------------------------------------------


def test_balance_after_weighting_is_that_of_the_balance_table(services):
    for options in ({}, {"estimand": "ATE"}, {"trim": 0.1}):
        sample = weigh(services, **options)
        table = ww.matching.balance(sample)
        after = table[(table["stage"] == "after") & (table["covariate"] != "propensity")]
        assert check(sample, "balance").statistics["worst_smd"] == pytest.approx(after["smd"].abs().max(), rel=1e-9)


def test_one_person_who_makes_up_an_arm_fails_a_check(services):
    rare = services.assign(need=services["need"].where(services.index != 500, 9.9))
    lifted = rare.assign(treated=services["treated"].where((services["need"] < 6.5) | (services.index == 500), 1))
    largest = check(weigh(lifted, covariates=["need"]), "extreme_weights")
    assert largest.passed is False
    assert largest.statistics["largest_share"] > 0.05


def test_support_without_a_score_is_looked_at_covariate_by_covariate(services):
    sample = weigh(services, method="entropy", estimand="ATE", covariates=["age", "need"])
    assert sample.propensity is None
    outside = pd.Series(False, index=services.index)
    for column in ("age", "need"):
        for arm in (0, 1):
            other = services.loc[services["treated"] != arm, column]
            outside |= (services["treated"] == arm) & ~services[column].between(other.min(), other.max())
    assert check(sample, "common_support").statistics["share_outside"] == pytest.approx(outside.mean())


def test_a_weighted_sample_tells_no_values_of_people_in_its_text(services):
    text = repr(weigh(services))
    assert str(services["prior_outcome"].iloc[0]) not in text


def test_weights_of_elsewhere_are_taken_as_known(services):
    ours = weigh(services)
    fields = ("data", "treatment", "covariates", "weights", "propensity", "counts", "estimand", "call", "checks")
    bare = ww.core.samples.WeightedSample(**{name: getattr(ours, name) for name in fields})
    assert effect(bare) == effect(ours, vcov="HC1")
    with pytest.raises(InvalidOption, match="whose equations it stacks"):
        effect(bare, vcov="sandwich")
