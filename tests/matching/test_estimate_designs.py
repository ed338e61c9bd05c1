"""Effects in strata and sets, bootstraps, ratios for yes-or-no outcomes, and subgroups."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    InvalidColumn,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NotConverged,
    NotIdentified,
    TooFewUnits,
)

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
CUTPOINTS = {"age": [29.5, 39.5, 49.5], "need": [3.995, 4.995, 5.995], "prior_outcome": [34.995, 44.995]}
COARSENED = {"method": "cem", "covariates": ["age", "need", "prior_outcome", "sex"], "cutpoints": CUTPOINTS}
STRATA = {
    "subclass6": {"method": "subclass", "subclasses": 6},
    "subclass5_ATE": {"method": "subclass", "subclasses": 5, "estimand": "ATE"},
    "cem": COARSENED,
    "cem_ATE": {**COARSENED, "estimand": "ATE"},
    "exact": {"method": "exact", "covariates": ["sex", "living"]},
}
MODELS = {
    "unadjusted": {},
    "additive": {"covariates": COVARIATES, "interact": False},
    "interacted_g_computation": {"covariates": COVARIATES},
}


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def weigh_services(df, **options):
    return ww.matching.weight(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def estimate(sample, **options):
    return ww.matching.estimate(sample, **{"outcome": "outcome", **options})


def effect(sample, **options):
    headline = estimate(sample, **options).headline
    return headline.estimate, headline.std_error


def check(of, name):
    return next(check for check in of.checks if check.name == name)


@pytest.fixture
def well(services):
    """Services with a yes-or-no outcome."""
    return services.assign(well=(services["outcome"] > 45).astype(int))


# --- strata: R's answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("design", STRATA)
def test_effects_and_errors_in_strata_are_those_of_r(services, answers, design, model):
    expected = answers[f"matchit/{design}"]["effect"][model]
    sample = match_services(services, **STRATA[design])
    for vcov, name in (("HC3", "se_HC3"), ("HC1", "se_HC1"), ("cluster", "se_cluster_HC1")):
        found = effect(sample, vcov=vcov, **MODELS[model])
        assert found == pytest.approx((expected["estimate"], expected[name]), rel=1e-9, abs=1e-11)


def test_the_standard_error_follows_the_design(services):
    chosen = {}
    for method in ("optimal", "full", "subclass", "exact"):
        options = {"covariates": ["sex", "living"]} if method == "exact" else {}
        chosen[method] = estimate(match_services(services, method=method, **options)).provenance.arguments["vcov"]
    assert chosen == {"optimal": "cluster", "full": "cluster", "subclass": "stratified", "exact": "stratified"}
    assert estimate(weigh_services(services)).provenance.arguments["vcov"] == "sandwich"
    reused = match_services(services, replace=True)
    assert estimate(reused).provenance.arguments["vcov"] == "abadie_imbens"
    assert estimate(reused, by="sex").provenance.arguments["vcov"] == "cluster"


def test_errors_of_optimal_pairs_are_clustered_by_pair(services):
    sample = match_services(services, method="optimal")
    used = services[sample.weights > 0].assign(pair=sample.subclass[sample.weights > 0])
    wide = used.pivot_table(index="pair", columns="treated", values="outcome")
    gaps = wide[1] - wide[0]
    n, pairs = len(used), len(wide)
    # One observation per arm and pair: the clustered variance is that of the pairs' differences, with R's factors.
    variance = ((gaps - gaps.mean()) ** 2).sum() / pairs**2 * (n - 1) / (n - 2) * pairs / (pairs - 1)
    assert effect(sample) == pytest.approx((gaps.mean(), np.sqrt(variance)), rel=1e-9)


# --- clusters ------------------------------------------------------------------------------------------------------------


def test_clusters_of_one_person_change_the_sandwich_by_their_factor_alone(services):
    sample = weigh_services(services.assign(own=range(500)))
    assert effect(sample, cluster="own")[1] == pytest.approx(effect(sample)[1] * np.sqrt(500 / 499), rel=1e-9)


def test_one_cluster_is_refused_and_few_are_doubted(services):
    sample = weigh_services(services.assign(one=1))
    with pytest.raises(TooFewUnits, match="at least 2 clusters; found 1"):
        estimate(sample, cluster="one")
    few = check(estimate(sample, cluster="municipality"), "few_clusters")
    assert few.passed is False
    assert few.statistics["clusters"] == services["municipality"].nunique()


# --- bootstrap -----------------------------------------------------------------------------------------------------------


def designs(services):
    return {
        "ipw": weigh_services(services, covariates=["need", "age"]),
        "entropy": weigh_services(services, covariates=["need", "age"], method="entropy", estimand="ATE"),
        "trimmed": weigh_services(services, covariates=["need", "age"], trim=0.1),
        "pairs": match_services(services, caliper=0.2),
        "strata": match_services(services, method="exact", covariates=["sex", "living"]),
        "subclasses": match_services(services, method="subclass", covariates=["need", "age"]),
        "as they are": ww.matching.unmatched(services, treatment="treated"),
    }


@pytest.mark.slow
def test_the_bootstrap_agrees_with_the_formula_of_the_design(services):
    # 300 draws tell a standard deviation to about 4 %.
    for name, sample in designs(services).items():
        by_formula, drawn = effect(sample), effect(sample, vcov="bootstrap", draws=300, seed=7)
        assert drawn[0] == by_formula[0]
        assert drawn[1] == pytest.approx(by_formula[1], rel=0.15), name


def test_equal_seeds_give_equal_bytes_and_other_seeds_other_errors(services):
    sample = weigh_services(services, covariates=["need"])
    first, again, other = (estimate(sample, vcov="bootstrap", draws=30, seed=seed) for seed in (1, 1, 2))
    assert first.to_json() == again.to_json()
    assert first.headline.std_error != other.headline.std_error
    assert first.statistics["draws"] == 30
    assert first.statistics["draws_failed"] == 0
    assert first.provenance.seed == 1


def test_clusters_are_drawn_whole(services):
    sample = weigh_services(services, covariates=["need", "age"])
    drawn = effect(sample, vcov="bootstrap", draws=150, seed=3, cluster="municipality")[1]
    assert drawn == pytest.approx(effect(sample, cluster="municipality")[1], rel=0.35)
    assert drawn != effect(sample, vcov="bootstrap", draws=150, seed=3)[1]


def test_subgroups_are_drawn_too(services):
    sample = match_services(services, exact="sex")
    by_formula = estimate(sample, by="sex").parts["std_error"].to_numpy()
    drawn = estimate(sample, by="sex", vcov="bootstrap", draws=200, seed=3).parts["std_error"].to_numpy()
    assert drawn == pytest.approx(by_formula, rel=0.25)


def test_draws_without_an_answer_are_refused_where_they_are_many():
    # Two treated people: one draw in seven has none of them.
    rng = np.random.default_rng(2)
    df = pd.DataFrame({"treated": [1, 1] + [0] * 30, "x": rng.normal(size=32), "y": rng.normal(size=32)})
    few = {"treatment": "treated", "covariates": "x"}
    for sample in (
        ww.matching.unmatched(df, **few),
        ww.matching.weight(df, **few),
        ww.matching.weight(df, **few, estimand="ATC"),
    ):
        with pytest.raises(NotConverged, match="of 100 bootstrap draws have no answer"):
            ww.matching.estimate(sample, outcome="y", vcov="bootstrap", draws=100, seed=1)


def test_a_bootstrap_of_reused_people_is_refused_with_the_way_out(services):
    with pytest.raises(InvalidOption, match=r"Abadie & Imbens 2008.*vcov='abadie_imbens'"):
        estimate(match_services(services, replace=True), vcov="bootstrap", seed=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"vcov": "bootstrap"}, "needs a seed"),
        ({"vcov": "bootstrap", "seed": 1, "draws": 1}, "2 or more"),
        ({"draws": 100}, "belong to vcov='bootstrap'"),
        ({"seed": 1, "vcov": "HC1"}, "belong to vcov='bootstrap'"),
        ({"vcov": "classical"}, "which weights undo"),
        ({"vcov": "HC1", "cluster": "municipality"}, "vcov='sandwich'"),
        ({"vcov": "abadie_imbens"}, "replace=True"),
        ({"vcov": "cluster"}, "'sandwich'"),
        ({"conf_level": 0}, "between 0 and 1"),
        ({"measure": "hazard"}, "'odds_ratio'"),
        ({"by": "treated"}, "the treatment itself"),
    ],
)
def test_options_that_do_not_fit_a_weighted_sample_are_refused(services, options, words):
    with pytest.raises(InvalidOption, match=words):
        estimate(weigh_services(services), **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"vcov": "abadie_imbens", "by": "sex"}, "by='sex' needs vcov='cluster'"),
        ({"vcov": "abadie_imbens", "measure": "risk_ratio", "outcome": "well"}, "measure='risk_ratio' needs vcov='cluster'"),
        ({"vcov": "classical", "measure": "risk_difference", "outcome": "well"}, "use 'HC1'"),
    ],
)
def test_options_that_do_not_fit_pairs_are_refused(well, options, words):
    with pytest.raises(InvalidOption, match=words):
        estimate(match_services(well, replace=True), **options)


def test_the_interval_follows_the_level(services):
    wide, narrow = (estimate(weigh_services(services), conf_level=level) for level in (0.99, 0.9))
    for result, reach in ((wide, 2.5758293), (narrow, 1.6448536)):
        assert result.headline.conf_high - result.headline.estimate == pytest.approx(reach * result.headline.std_error, rel=1e-6)
    assert (wide.conf_level, narrow.conf_level) == (0.99, 0.9)


# --- yes-or-no outcomes --------------------------------------------------------------------------------------------------


def test_measures_without_covariates_are_those_of_the_weighted_shares(well):
    for sample in (weigh_services(well), match_services(well)):
        used = sample.weights > 0
        share = {arm: np.average(well.loc[used & (well["treated"] == arm), "well"],
                                 weights=sample.weights[used & (well["treated"] == arm)]) for arm in (0, 1)}  # fmt: skip
        found = {name: estimate(sample, outcome="well", measure=name).headline.estimate for name in
                 ("difference", "risk_difference", "risk_ratio", "odds_ratio")}  # fmt: skip
        assert found["difference"] == pytest.approx(share[1] - share[0], rel=1e-9)
        assert found["risk_difference"] == found["difference"]
        assert found["risk_ratio"] == pytest.approx(np.log(share[1] / share[0]), rel=1e-9)
        odds = {arm: value / (1 - value) for arm, value in share.items()}
        assert found["odds_ratio"] == pytest.approx(np.log(odds[1] / odds[0]), rel=1e-9)


def test_the_error_of_a_raw_log_odds_ratio_is_woolfs(well):
    # Woolf (1955), Annals of Human Genetics 19:251-253: root of the sum of the four inverse counts.
    counts = pd.crosstab(well["treated"], well["well"]).to_numpy()
    trial = ww.matching.unmatched(well, treatment="treated", randomised=True)
    result = estimate(trial, outcome="well", measure="odds_ratio", vcov="HC0")
    assert result.headline.std_error == pytest.approx(np.sqrt((1 / counts).sum()), rel=1e-9)
    assert result.headline.estimate == pytest.approx(np.log(counts[1, 1] * counts[0, 0] / counts[1, 0] / counts[0, 1]), rel=1e-9)


def test_a_logits_predictions_are_averaged_over_the_people_meant(well):
    from scipy import optimize

    sample = weigh_services(well)
    columns = ["need", "age"]
    scaled = (well[columns] - well[columns].mean()) / well[columns].std()
    chances = []
    for arm in (0, 1):
        rows = well["treated"] == arm
        X, y, w = np.column_stack([np.ones(rows.sum()), scaled[rows]]), well.loc[rows, "well"], sample.weights[rows]

        def loss(b, X=X, y=y, w=w):
            return np.sum(w * (np.logaddexp(0, X @ b) - y * (X @ b)))

        b = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
        treated = scaled[well["treated"] == 1]
        chances.append((1 / (1 + np.exp(-(b[0] + treated.to_numpy() @ b[1:])))).mean())
    result = estimate(sample, outcome="well", covariates=columns, measure="risk_difference")
    assert result.headline.estimate == pytest.approx(chances[1] - chances[0], rel=1e-6)
    assert result.measure == "RD"


def test_swapping_yes_and_no_turns_the_odds_ratio_round_and_keeps_its_error(well):
    turned = well.assign(well=1 - well["well"])
    for options in ({}, {"covariates": COVARIATES}, {"covariates": COVARIATES, "interact": False, "vcov": "HC3"}):
        there = effect(weigh_services(well), outcome="well", measure="odds_ratio", **options)
        back = effect(weigh_services(turned), outcome="well", measure="odds_ratio", **options)
        assert back == pytest.approx((-there[0], there[1]), rel=1e-8)


def test_a_share_of_nothing_and_a_measured_outcome_have_no_ratio(services, well):
    sample = weigh_services(services)
    with pytest.raises(InvalidColumn, match=r"measure='risk_ratio' is for a yes-or-no outcome; 'outcome' holds \d+ distinct"):
        estimate(sample, measure="risk_ratio")
    never = well.assign(well=well["well"] * well["treated"])
    with pytest.raises(NotIdentified, match="divides by a share that is 0"):
        estimate(weigh_services(never), outcome="well", measure="risk_ratio")


def test_a_covariate_that_tells_the_outcome_perfectly_is_refused_by_a_logit(well):
    told = well.assign(said=well["outcome"])
    with pytest.raises(NotIdentified, match="separate yes from no perfectly"):
        estimate(weigh_services(told), outcome="well", measure="odds_ratio", covariates=["said"])


# --- subgroups -----------------------------------------------------------------------------------------------------------


def test_each_part_is_the_effect_among_its_own_rows(services):
    for sample in (weigh_services(services), match_services(services)):
        parts = estimate(sample, by="living").parts.set_index("subgroup")
        for label, part in parts.iterrows():
            rows = (services["living"] == label) & (sample.weights > 0)
            y = {arm: np.average(services.loc[rows & (services["treated"] == arm), "outcome"],
                                 weights=sample.weights[rows & (services["treated"] == arm)]) for arm in (0, 1)}  # fmt: skip
            assert part["estimate"] == pytest.approx(y[1] - y[0], rel=1e-9)
            assert part["n_treated"] == (rows & (services["treated"] == 1)).sum()


def test_parts_of_strata_alone_have_the_errors_of_samples_of_their_own(services):
    sample = match_services(services, method="exact", covariates=["sex", "living"])
    result = estimate(sample, by="sex", vcov="HC1")
    for label, part in result.parts.set_index("subgroup").iterrows():
        own = services[services["sex"] == label]
        alone = match_services(own, method="exact", covariates=["living"])
        assert effect(alone, vcov="HC1") == pytest.approx((part["estimate"], part["std_error"]), rel=1e-9)
    # Exact strata hang together within a part only.
    assert result.vcov.to_numpy()[0, 1] == pytest.approx(0, abs=1e-12)
    gap = np.diff(result.parts["estimate"]).item()
    by_hand = gap**2 / np.diag(result.vcov).sum()
    assert result.statistics["interaction_statistic"] == pytest.approx(by_hand, rel=1e-9)
    assert result.statistics["interaction_df"] == 1


def test_looking_often_is_said_and_counted(services):
    sample = weigh_services(services)
    two, many = (
        estimate(sample, by="sex"),
        estimate(weigh_services(services.assign(tenth=pd.qcut(services["age"], 6, labels=False))), by="tenth"),
    )
    assert check(two, "many_subgroups").passed is True
    assert check(many, "many_subgroups").passed is False
    assert check(many, "many_subgroups").statistics["false_alarm"] == pytest.approx(1 - 0.95**6)
    parts = many.parts.sort_values("p_value")
    holm = np.minimum(np.maximum.accumulate(parts["p_value"].to_numpy() * np.arange(6, 0, -1)), 1)
    assert parts["p_value_holm"].to_numpy() == pytest.approx(holm)


def test_balance_is_looked_at_within_subgroups(services):
    loose = check(estimate(weigh_services(services), by="living"), "balance_within_subgroups")
    assert loose.passed is False
    sample = match_services(services, method="exact", covariates=["sex", "living"])
    assert check(estimate(sample, by="sex"), "balance_within_subgroups").statistics["worst_smd"] < 1e-9


def test_parts_that_cannot_be_told_are_refused(services):
    sample = weigh_services(services)
    with pytest.raises(InvalidColumn, match="'prior_outcome' has .* distinct values .* from 2 to 20"):
        estimate(sample, by="prior_outcome")
    thin = services.assign(part=np.where((services["need"] > 9) & (services["treated"] == 1), "a", "b"))
    with pytest.raises(TooFewUnits, match="1 of 2 groups of 'part' have fewer than 2 people of an arm"):
        estimate(weigh_services(thin), by="part")
    with pytest.raises(MissingValues, match="weighted rows lack a value .'gap'"):
        estimate(weigh_services(services.assign(gap=services["sex"].where(services.index > 9))), by="gap")


# --- outcomes that cannot be used ----------------------------------------------------------------------------------------


def test_outcomes_that_cannot_be_compared_are_refused(services):
    for sample_of in (weigh_services, match_services):
        with pytest.raises(InvalidColumn, match="'outcome' has the same value in all"):
            estimate(sample_of(services.assign(outcome=3.0)))
        with pytest.raises(InvalidColumn, match="infinite"):
            estimate(sample_of(services.assign(outcome=np.where(services["treated"] == 1, np.inf, 1.0))))
        with pytest.raises(MissingValues, match="'outcome' 146"):
            estimate(sample_of(services.assign(outcome=services["outcome"].where(services["treated"] == 0))))


def test_the_outcome_or_a_late_column_among_the_covariates_is_doubted(services):
    plain = estimate(weigh_services(services))
    assert "outcome_among_covariates" not in [each.name for each in plain.checks]
    looped = estimate(weigh_services(services, covariates=["age", "outcome"]))
    assert check(looped, "outcome_among_covariates").passed is False
    late = estimate(match_services(services), covariates=["living"], interact=False, measured_after="living")
    assert check(late, "outcome_among_covariates").message.startswith("Covariates that are the outcome, or measured after")
    followed = weigh_services(services.assign(later=services["outcome"]))
    assert check(estimate(followed, measured_after="later"), "outcome_among_covariates").passed is True
    with pytest.raises(MissingColumn, match="'latre'"):
        estimate(followed, measured_after="latre")
