"""Effects and standard errors: R's answers, published NSW numbers, properties, refusals, and a simulation."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingColumn, MissingValues, NotIdentified, TooFewUnits

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
NUMERIC = ["age", "need", "prior_contacts", "prior_outcome"]
WITHOUT_REPLACEMENT = {
    "nearest": {},
    "nearest_smallest": {"order": "smallest"},
    "nearest_closest": {"order": "closest"},
    "nearest_caliper": {"caliper": 0.2},
    "nearest_caliper_age": {"caliper": {"propensity": 0.2, "age": ("raw", 5)}},
    "nearest_ratio2": {"ratio": 2},
    "nearest_exact_sex": {"exact": "sex"},
    "nearest_mahalanobis": {"covariates": NUMERIC, "distance": "mahalanobis", "order": "data"},
}
WITH_REPLACEMENT = {
    "nearest_replace": {"replace": True},
    "nearest_replace_ratio2": {"replace": True, "ratio": 2},
    "nearest_mahalanobis_replace": {"covariates": NUMERIC, "distance": "mahalanobis", "replace": True},
}
# R's three outcome models in our words.
MODELS = {
    "unadjusted": {},
    "additive": {"covariates": COVARIATES, "interact": False},
    "interacted_g_computation": {"covariates": COVARIATES},
}
EARNINGS_COVARIATES = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def match_supported_work(df, **options):
    return ww.matching.match(df, treatment="treat", covariates=EARNINGS_COVARIATES, **options)


def effect(sample, **options):
    """Estimate and standard error of the headline."""
    headline = ww.matching.estimate(sample, **{"outcome": "outcome", **options}).headline
    return headline.estimate, headline.std_error


# --- R's answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("design", WITHOUT_REPLACEMENT)
def test_effects_and_errors_in_pairs_are_those_of_r(services, answers, design, model):
    expected = answers[f"matchit/{design}"]["effect"][model]
    sample = match_services(services, **WITHOUT_REPLACEMENT[design])
    for vcov, name in (("auto", "se_cluster_HC1"), ("HC1", "se_HC1"), ("HC3", "se_HC3")):
        estimate, std_error = effect(sample, vcov=vcov, **MODELS[model])
        assert estimate == pytest.approx(expected["estimate"], rel=1e-9)
        assert std_error == pytest.approx(expected[name], rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("design", WITH_REPLACEMENT)
def test_effects_and_errors_with_reused_neighbours_are_those_of_r(services, answers, design, model):
    expected = answers[f"matchit/{design}"]["effect"][model]
    sample = match_services(services, **WITH_REPLACEMENT[design])
    for vcov in ("HC1", "HC3"):
        estimate, std_error = effect(sample, vcov=vcov, **MODELS[model])
        assert estimate == pytest.approx(expected["estimate"], rel=1e-9)
        assert std_error == pytest.approx(expected[f"se_{vcov}"], rel=1e-9)


@pytest.mark.parametrize("model", ["unadjusted", "interacted_g_computation"])
@pytest.mark.parametrize("design", WITH_REPLACEMENT)
def test_two_way_errors_by_pair_and_person_are_those_of_r(services, answers, design, model):
    expected = answers[f"matchit/{design}"]["effect_get_matches"][model]
    sample = match_services(services, **WITH_REPLACEMENT[design])
    estimate, std_error = effect(sample, vcov="cluster", **MODELS[model])
    assert estimate == pytest.approx(expected["estimate"], rel=1e-9)
    assert std_error == pytest.approx(expected["se_two_way_HC1"], rel=1e-9)


@pytest.mark.parametrize("design", WITH_REPLACEMENT)
def test_the_way_of_counting_errors_never_moves_an_effect_as_it_does_in_r(services, answers, design):
    # R's additive model on one row per pair member weighs the two arms alike (4.2291 in the first design); on one row per
    # person it weighs the comparison arm by its distinct people (4.2183). Ours is the second whatever the standard error,
    # so the two-way error differs a little from R's, which belongs to the first.
    sample = match_services(services, **WITH_REPLACEMENT[design])
    found = {vcov: effect(sample, vcov=vcov, **MODELS["additive"]) for vcov in ("auto", "cluster", "HC1", "HC3")}
    expected = answers[f"matchit/{design}"]
    for estimate, _ in found.values():
        assert estimate == pytest.approx(expected["effect"]["additive"]["estimate"], rel=1e-9)
    assert found["auto"] == found["cluster"]
    assert found["cluster"][1] == pytest.approx(expected["effect_get_matches"]["additive"]["se_two_way_HC1"], rel=0.02)


def abadie_imbens_entries(answers):
    return [name for name in answers if name.startswith("match/") and not name.endswith("default_tolerance")]


def abadie_imbens_call(name):
    """An answer's id in our words: estimand / matched on / neighbours / metric / bias adjustment / variance."""
    _, estimand, on, count, metric, bias, variance = name.split("/")
    distance = {"inverse_variance": "inverse_variance", "mahalanobis": "sample_mahalanobis"}[metric]
    columns = {"ps": COVARIATES, "XN": NUMERIC, "XT": ["age", "prior_contacts"]}[on]
    matching = {
        "covariates": columns,
        "distance": "propensity" if on == "ps" else distance,
        "estimand": estimand,
        "ratio": int(count[1:]),
        "replace": True,
        "ties": "average",
    }
    adjusting = {"covariates": COVARIATES, "bias_adjust": True} if bias == "bias_adjusted" else {}
    return matching, {"vcov": "abadie_imbens" if variance == "varcalc0" else "abadie_imbens_robust", **adjusting}


def test_every_abadie_imbens_answer_is_that_of_r(services, answers):
    names = abadie_imbens_entries(answers)
    assert len(names) == 52
    samples = {}
    for name in names:
        matching, estimating = abadie_imbens_call(name)
        key = str(matching)
        samples.setdefault(key, match_services(services, **matching))
        expected = answers[name]
        assert len(samples[key].pairs) == expected["rows_matched"], name
        estimate, std_error = effect(samples[key], **estimating)
        # Estimates near zero are held to the absolute difference that a plain recomputation reached.
        assert estimate == pytest.approx(expected["estimate"], rel=1e-9, abs=1e-11), name
        assert std_error == pytest.approx(expected["se"], rel=1e-9), name


def test_wider_ties_give_the_answer_of_rs_default(services, answers):
    expected = answers["match/ATT/ps/M1/default_tolerance"]
    sample = match_services(services, replace=True, ties="average", tie_tolerance=1e-5)
    assert len(sample.pairs) == expected["rows_matched"]
    assert effect(sample) == pytest.approx((expected["estimate"], expected["se"]), rel=1e-9)


# --- supported work: NSW and CPS -----------------------------------------------------------------------------------------

# Published to three decimals: MatchIt 4.7 on the same rows, plain and with the covariates added to the regression.
SUPPORTED_WORK = {
    "caliper": ({"caliper": 0.2}, 1684.287, 1581.602),
    "no_caliper": ({}, 1706.814, 1625.117),
    "replacement": ({"replace": True}, 1712.157, 1658.031),
    "mahalanobis": ({"distance": "mahalanobis"}, 692.406, 967.118),
}


@pytest.mark.parametrize("design", SUPPORTED_WORK)
def test_supported_work_matched_gives_the_published_effects(supported_work, design):
    options, plain, additive = SUPPORTED_WORK[design]
    sample = match_supported_work(supported_work, **options)
    assert effect(sample, outcome="re78")[0] == pytest.approx(plain, abs=5e-4)
    adjusted = effect(sample, outcome="re78", covariates=EARNINGS_COVARIATES, interact=False)
    assert adjusted[0] == pytest.approx(additive, abs=5e-4)


def test_supported_work_with_wide_ties_gives_the_published_abadie_imbens_answer(supported_work):
    sample = match_supported_work(supported_work, replace=True, ties="average", tie_tolerance=1e-5)
    estimate, std_error = effect(sample, outcome="re78")
    assert estimate == pytest.approx(1440.372, abs=5e-4)
    assert std_error == pytest.approx(819.776, abs=5e-4)


def test_supported_work_bias_adjusted_gives_the_published_answer(supported_work):
    sample = match_supported_work(supported_work, replace=True, ties="average", tie_tolerance=1e-5)
    estimate, std_error = effect(sample, outcome="re78", bias_adjust=True)
    assert estimate == pytest.approx(1449.320, abs=5e-4)
    assert std_error == pytest.approx(817.291, abs=5e-4)


def test_the_experiment_itself_gives_the_published_difference(experiment):
    # Dehejia & Wahba (1999), Journal of the American Statistical Association 94:1053-1062: 1,794 with standard error 633.
    trial = ww.matching.unmatched(experiment, treatment="treat", randomised=True)
    assert effect(trial, outcome="re78", vcov="classical") == pytest.approx((1794.342, 632.853), abs=2e-3)
    estimate, std_error = effect(trial, outcome="re78")
    assert round(std_error) == 671
    result = ww.matching.estimate(trial, outcome="re78")
    assert result.headline.conf_low == pytest.approx(estimate - 1.959964 * std_error, abs=1e-3)
    assert not result.failed_checks


def test_the_raw_gap_is_the_published_one_and_says_that_it_is_raw(supported_work):
    result = ww.matching.estimate(ww.matching.unmatched(supported_work, treatment="treat"), outcome="re78")
    assert result.headline.estimate == pytest.approx(-8497.516, abs=5e-4)
    assert [check.name for check in result.failed_checks] == ["unadjusted"]
    assert result.headline.term == "difference"


# --- properties ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, MODELS["additive"], MODELS["interacted_g_computation"], {"vcov": "HC3"}])
def test_doubling_the_outcome_doubles_the_effect(services, options):
    sample = match_services(services)
    doubled = match_services(services.assign(outcome=2 * services["outcome"]))
    assert effect(doubled, **options) == pytest.approx([2 * number for number in effect(sample, **options)], rel=1e-9)


@pytest.mark.parametrize("vcov", ["abadie_imbens", "abadie_imbens_robust"])
def test_doubling_the_outcome_doubles_the_matching_estimate(services, vcov):
    sample = match_services(services, replace=True)
    doubled = match_services(services.assign(outcome=2 * services["outcome"]), replace=True)
    assert effect(doubled, vcov=vcov) == pytest.approx([2 * number for number in effect(sample, vcov=vcov)], rel=1e-9)


def test_row_order_and_index_labels_change_no_number(services):
    here = effect(match_services(services), **MODELS["additive"])
    moved = services.sample(frac=1, random_state=2).rename(index=lambda label: f"p{label}")
    assert effect(match_services(moved), **MODELS["additive"]) == pytest.approx(here, rel=1e-9)


def test_an_effect_put_in_by_hand_is_found_exactly_in_identical_twins():
    half = pd.DataFrame({"need": np.arange(30.0), "days": np.arange(30.0) ** 2})
    twins = pd.concat([half.assign(treated=1, days=half["days"] - 7), half.assign(treated=0)], ignore_index=True)
    sample = ww.matching.match(twins, treatment="treated", covariates="need", distance="mahalanobis")
    result = ww.matching.estimate(sample, outcome="days")
    assert result.headline.estimate == pytest.approx(-7)
    assert result.headline.std_error == pytest.approx(0, abs=1e-9)


def test_weighing_a_row_twice_is_counting_it_twice_in_the_difference(experiment):
    few = experiment.iloc[::3].reset_index(drop=True)
    weighted = ww.matching.unmatched(few.assign(w=1.0 + few["black"]), treatment="treat", weights="w")
    repeated = few.loc[few.index.repeat(1 + few["black"].astype(int))].reset_index(drop=True)
    counted = ww.matching.unmatched(repeated, treatment="treat")
    assert effect(weighted, outcome="re78")[0] == pytest.approx(effect(counted, outcome="re78")[0], rel=1e-9)


def test_weighing_treated_people_twice_is_counting_them_twice(services):
    doubled = services["sex"].eq("woman") & services["treated"].eq(1)
    weighted = match_services(
        services.assign(w=1.0 + doubled), covariates=NUMERIC, distance="inverse_variance", replace=True, weights="w"
    )
    focal = weighted.pairs.drop_duplicates("treated")
    by_hand = services["outcome"][focal["treated"]].to_numpy() - services["outcome"][focal["control"]].to_numpy()
    counted = np.average(by_hand, weights=1.0 + doubled[focal["treated"]].to_numpy())
    for vcov in ("auto", "HC1", "cluster"):
        assert effect(weighted, vcov=vcov)[0] == pytest.approx(counted, rel=1e-9)


def test_equal_sampling_weights_change_no_number(services):
    weighted = services.assign(w=3.0)
    for matching in ({}, {"replace": True}, {"replace": True, "estimand": "ATE"}):
        plain = effect(match_services(services, **matching))
        assert effect(match_services(weighted, weights="w", **matching)) == pytest.approx(plain, rel=1e-9)


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
def test_g_computation_averages_predictions_over_the_people_meant(services, estimand):
    sample = match_services(services, replace=True, estimand=estimand)
    headline = ww.matching.estimate(sample, outcome="outcome", covariates=["age", "need"], vcov="HC1").headline
    meant = {"ATT": services["treated"] == 1, "ATC": services["treated"] == 0, "ATE": services["treated"] >= 0}[estimand]
    predictions = []
    for arm in (1, 0):
        rows = services[(services["treated"] == arm) & (sample.weights > 0)]
        design = np.column_stack([np.ones(len(rows)), rows[["age", "need"]]])
        root = np.sqrt(sample.weights[rows.index].to_numpy())
        slopes = np.linalg.lstsq(design * root[:, None], rows["outcome"] * root, rcond=None)[0]
        predictions.append(slopes[0] + services.loc[meant, ["age", "need"]].to_numpy() @ slopes[1:])
    assert headline.estimate == pytest.approx((predictions[0] - predictions[1]).mean(), rel=1e-9)
    assert headline.term == estimand


def test_an_abadie_imbens_error_that_lets_spreads_differ_works_among_distinct_scores(services):
    first, average = (match_services(services, replace=True, ties=ties) for ties in ("first", "average"))
    assert effect(first, vcov="abadie_imbens_robust") == pytest.approx(effect(average, vcov="abadie_imbens_robust"), rel=1e-9)


def test_a_yes_or_no_outcome_is_a_difference_between_shares(services):
    sample = match_services(services.assign(well=services["outcome"] > 45))
    result = ww.matching.estimate(sample, outcome="well")
    matched = sample.data[sample.weights > 0]
    shares = matched.groupby("treated")["well"].mean()
    assert result.measure == "RD"
    assert result.headline.estimate == pytest.approx(shares[1] - shares[0])


def test_clusters_that_hold_whole_pairs_replace_the_pairs(services):
    sample = match_services(services, exact="sex")
    by_hand = pd.Series(np.where(services["sex"] == "man", 0, 1), index=services.index)
    blocks = sample.subclass.astype("Float64").fillna(0).astype(int) % 25 + 25 * by_hand
    with_clusters = match_services(services.assign(block=blocks), exact="sex")
    result = ww.matching.estimate(with_clusters, outcome="outcome", cluster="block")
    check = next(check for check in result.checks if check.name == "few_clusters")
    used = with_clusters.weights > 0
    assert check.statistics["clusters"] == blocks[used].nunique()
    y = services.loc[used, "outcome"].to_numpy()
    treated = services.loc[used, "treated"].to_numpy() == 1
    residual = y - np.where(treated, y[treated].mean(), y[~treated].mean())
    scores = np.where(treated, residual / treated.sum(), -residual / (~treated).sum())
    sums = pd.Series(scores).groupby(blocks[used].to_numpy()).sum()
    n, clusters = len(y), len(sums)
    variance = (sums**2).sum() * (n - 1) / (n - 2) * clusters / (clusters - 1)
    assert result.headline.std_error == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_few_clusters_fail_their_check(services):
    result = ww.matching.estimate(match_services(services), outcome="outcome", cluster="municipality")
    check = next(check for check in result.checks if check.name == "few_clusters")
    assert check.passed is False
    assert check.statistics["clusters"] == services["municipality"].nunique()


def test_statistics_count_people_and_those_left_out(services):
    statistics = ww.matching.estimate(match_services(services, caliper=0.2), outcome="outcome").statistics
    assert statistics == {
        "nobs": 282,
        "n_treated": 141,
        "n_comparison": 141,
        "ess_treated": pytest.approx(141),
        "ess_comparison": pytest.approx(141),
        "n_dropped": 5,
    }


def test_balance_that_is_not_reached_fails_its_check(services):
    for caliper, passed in ((None, False), (0.02, True)):
        sample = match_services(services, covariates=NUMERIC, caliper=caliper)
        result = ww.matching.estimate(sample, outcome="outcome")
        check = next(check for check in result.checks if check.name == "balance")
        table = ww.matching.balance(sample)
        worst = table.loc[(table["stage"] == "after") & (table["covariate"] != "propensity"), "smd"].abs().max()
        assert check.statistics == {"worst_smd": pytest.approx(worst), "limit": 0.1}
        assert check.passed is passed


def test_a_regression_alone_is_neither_raw_nor_matched(services):
    sample = ww.matching.unmatched(services, treatment="treated")
    result = ww.matching.estimate(sample, outcome="outcome", covariates=COVARIATES, interact=False)
    assert next(check for check in result.checks if check.name == "unadjusted").passed is None


def test_equal_input_gives_equal_bytes_and_no_rows_of_people(services):
    first = ww.matching.estimate(match_services(services), outcome="outcome", covariates=COVARIATES)
    second = ww.matching.estimate(match_services(services.copy()), outcome="outcome", covariates=COVARIATES)
    assert first.to_json() == second.to_json()
    assert ww.EffectResult.from_json(first.to_json()) == first
    assert len(first.to_json()) < 5000


def test_people_left_out_may_lack_the_outcome(services):
    sample = match_services(services)
    gaps = services["outcome"].mask(sample.weights == 0)
    assert effect(match_services(services.assign(outcome=gaps))) == effect(sample)


# --- refusals ------------------------------------------------------------------------------------------------------------


def test_a_missing_outcome_among_matched_rows_is_refused_with_counts(services):
    gaps = services["outcome"].mask(services["treated"].eq(1) & services["age"].lt(25))
    lacking = int(gaps.isna().sum())
    with pytest.raises(MissingValues, match=f"{lacking} of 292 matched rows lack a value .'outcome' {lacking}"):
        effect(match_services(services.assign(outcome=gaps)))
    with pytest.raises(MissingColumn, match="'earnings'"):
        effect(match_services(services), outcome="earnings")


@pytest.mark.parametrize(
    ("matching", "estimating", "words"),
    [
        ({}, {"vcov": "HC2"}, "'HC3'"),
        ({}, {"vcov": "bootstrap"}, "needs a seed"),
        ({}, {"vcov": "sandwich"}, "ww.matching.weight"),
        ({}, {"vcov": "abadie_imbens"}, "replace=True"),
        ({}, {"bias_adjust": True}, "replace=True"),
        ({}, {"vcov": "HC1", "cluster": "municipality"}, "vcov='cluster'"),
        ({"replace": True}, {"vcov": "abadie_imbens", "covariates": ["age"]}, "bias_adjust=True"),
    ],
)
def test_a_standard_error_that_does_not_fit_the_design_is_refused(services, matching, estimating, words):
    with pytest.raises(InvalidOption, match=words):
        effect(match_services(services, **matching), **estimating)


def test_clusters_are_asked_for_where_there_are_no_pairs(services):
    with pytest.raises(InvalidOption, match="no pairs"):
        effect(ww.matching.unmatched(services, treatment="treated"), vcov="cluster")


def test_a_level_only_one_arm_has_among_the_matched_is_refused_by_column_without_its_value(services):
    sample = match_services(services)
    matched_others = (sample.weights > 0) & (services["treated"] == 0)
    one_sided = services.assign(living=services["living"].mask(matched_others & (services["living"] == "shelter"), "own"))
    sample = match_services(
        one_sided.assign(living_before=services["living"]), covariates=[*COVARIATES[:-2], "living_before", "prior_outcome"]
    )
    with pytest.raises(NotIdentified, match=r"'living' \(one of its levels\) cannot be told") as caught:
        effect(sample, covariates=["age", "living"])
    assert "shelter" not in str(caught.value)


def test_a_covariate_that_is_the_treatment_again_is_refused(services):
    with pytest.raises(NotIdentified, match="'copy'"):
        effect(match_services(services.assign(copy=services["treated"])), covariates=["copy"], interact=False)


def test_a_covariate_without_variation_among_the_matched_costs_nothing(services):
    men = match_services(services[services["sex"] == "man"], covariates=NUMERIC)
    assert effect(men, covariates=["age", "sex"]) == pytest.approx(effect(men, covariates=["age"]), rel=1e-9)


def test_more_coefficients_than_rows_are_refused(services):
    few = services.groupby("treated").head(5)
    sample = ww.matching.match(few, treatment="treated", covariates=["age"])
    with pytest.raises(TooFewUnits, match="10 matched rows"):
        effect(sample, covariates=COVARIATES)


# --- simulation ----------------------------------------------------------------------------------------------------------


def needy_people(rng, size=800):
    """Worse-off people are treated more often and do worse: the raw gap hides almost the whole effect of 5 points."""
    need = rng.normal(size=size)
    motivation = rng.normal(size=size)
    treated = rng.random(size) < 1 / (1 + np.exp(1.4 - 0.9 * need - 0.5 * motivation))
    points = 48 - 6 * need + 2 * motivation + rng.normal(0, 8, size) + 5 * treated
    return pd.DataFrame({"treated": treated, "need": need, "motivation": motivation, "points": points})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("matching", "estimating"),
    [
        ({"caliper": 0.2}, {"covariates": ["need", "motivation"]}),
        ({"ratio": 3, "replace": True}, {"vcov": "abadie_imbens", "bias_adjust": True}),
        ({"ratio": 3, "replace": True}, {"vcov": "abadie_imbens_robust", "bias_adjust": True}),
        ({"replace": True}, {"vcov": "cluster", "covariates": ["need", "motivation"]}),
    ],
)
def test_matching_on_observed_need_finds_what_the_raw_gap_hides(matching, estimating):
    rng = np.random.default_rng(20260101)
    raw, found, covered = [], [], []
    for _ in range(40):
        people = needy_people(rng)
        raw.append(effect(ww.matching.unmatched(people, treatment="treated"), outcome="points")[0])
        sample = ww.matching.match(people, treatment="treated", covariates=["need", "motivation"], **matching)
        headline = ww.matching.estimate(sample, outcome="points", **estimating).headline
        found.append(headline.estimate)
        covered.append(headline.conf_low <= 5 <= headline.conf_high)
    assert np.mean(raw) < 2.5
    assert np.mean(found) == pytest.approx(5, abs=0.3)
    # 40 replications put a true 95 percent at 34 or more in all but one case in a hundred.
    assert sum(covered) >= 34
