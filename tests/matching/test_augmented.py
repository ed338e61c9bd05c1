"""Augmented weighting: R's answers, double robustness, folds, subgroups, refusals."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues, NotIdentified, TooFewUnits

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def augmented(df, **options):
    asked = {"outcome": "outcome", "treatment": "treated", "covariates": COVARIATES, **options}
    return ww.matching.aipw(df, **asked)


def effect(df, **options):
    headline = augmented(df, **options).headline
    return headline.estimate, headline.std_error


@pytest.fixture
def well(services):
    """Services with a yes-or-no outcome."""
    return services.assign(well=(services["outcome"] > 45).astype(int))


@pytest.mark.parametrize("estimand", ["ATE", "ATT"])
def test_effects_and_errors_are_those_of_r(services, answers, estimand):
    expected = answers["aipw"][estimand]
    assert effect(services, estimand=estimand) == pytest.approx((expected["estimate"], expected["se"]), rel=1e-9)


def test_row_order_and_labels_change_no_number(services):
    moved = services.sample(frac=1, random_state=5).rename(index=lambda label: f"p{label}")
    assert effect(moved) == pytest.approx(effect(services), rel=1e-9)


def test_doubling_the_outcome_doubles_effect_and_error(services):
    doubled = services.assign(outcome=2 * services["outcome"])
    for options in ({}, {"estimand": "ATT", "folds": 3, "seed": 1}):
        assert effect(doubled, **options) == pytest.approx([2 * number for number in effect(services, **options)], rel=1e-9)


def test_weighing_a_row_twice_is_counting_it_twice(services):
    twice = 1 + (services["sex"] == "woman").astype(int)
    repeated = services.loc[services.index.repeat(twice)].reset_index(drop=True)
    for estimand in ("ATE", "ATT"):
        weighted = effect(services.assign(w=twice), weights="w", estimand=estimand)
        assert weighted[0] == pytest.approx(effect(repeated, estimand=estimand)[0], rel=1e-9)


def test_either_model_alone_is_enough():
    # The score is a logit in x; the outcome is a square of it, which a straight line misses. And the other way round.
    rng = np.random.default_rng(20260301)
    n = 40_000
    x = rng.normal(size=n)
    noise = rng.normal(size=n)
    by_line = rng.random(n) < 1 / (1 + np.exp(-x))
    by_square = rng.random(n) < 1 / (1 + np.exp(1 - x**2))
    outcome_missed = pd.DataFrame({"t": by_line, "x": x, "y": 2 * by_line + x**2 + noise})
    score_missed = pd.DataFrame({"t": by_square, "x": x, "y": 2 * by_square + 3 * x + noise})
    for df in (outcome_missed, score_missed):
        headline = ww.matching.aipw(df, outcome="y", treatment="t", covariates="x").headline
        assert abs(headline.estimate - 2) < 3 * headline.std_error


@pytest.mark.parametrize("estimand", ["ATE", "ATT"])
def test_risk_difference_and_ratio_speak_of_the_same_shares(well, estimand):
    told = {name: augmented(well, outcome="well", estimand=estimand, measure=name) for name in
            ("risk_difference", "risk_ratio", "odds_ratio")}  # fmt: skip
    assert [result.measure for result in told.values()] == ["RD", "logRR", "logOR"]
    gap, ratio, odds = (result.headline.estimate for result in told.values())
    comparison = gap / (np.exp(ratio) - 1)
    treated = comparison + gap
    if estimand == "ATT":
        assert treated == pytest.approx(well.loc[well["treated"] == 1, "well"].mean(), rel=1e-9)
    assert np.exp(odds) == pytest.approx(treated / (1 - treated) / (comparison / (1 - comparison)), rel=1e-9)


def test_folds_are_drawn_by_seed_and_said_in_the_statistics(services):
    first, again, other = (augmented(services, folds=5, seed=seed) for seed in (1, 1, 2))
    assert first.to_json() == again.to_json()
    assert first.headline.estimate != other.headline.estimate
    assert first.statistics["folds"] == 5
    assert "folds" not in augmented(services).statistics


def test_folds_predict_for_people_they_have_not_seen(services):
    # With as many covariates as that, models fitted on everybody follow them too closely, and errors come out too small.
    rng = np.random.default_rng(8)
    noise = pd.DataFrame(rng.normal(size=(500, 40)), columns=[f"x{place}" for place in range(40)], index=services.index)
    wide = {"covariates": ["need", *noise.columns]}
    df = services.join(noise)
    assert effect(df, **wide, folds=5, seed=1)[1] > 1.1 * effect(df, **wide)[1]


def test_clusters_are_kept_whole_and_counted(services):
    result = augmented(services, cluster="municipality", folds=4, seed=1)
    few = next(check for check in result.checks if check.name == "few_clusters")
    assert few.statistics["clusters"] == services["municipality"].nunique()
    alone = services.assign(own=range(500))
    n = len(services)
    plain, single = effect(services, estimand="ATT"), effect(alone, estimand="ATT", cluster="own")
    assert single[1] == pytest.approx(plain[1] * np.sqrt(n / (n - 1)), rel=1e-9)


def test_parts_weighed_by_their_people_make_up_the_whole(services):
    for estimand, people in (("ATE", services), ("ATT", services[services["treated"] == 1])):
        result = augmented(services, estimand=estimand, by="living")
        shares = people["living"].value_counts(normalize=True)
        parts = result.parts.set_index("subgroup")["estimate"]
        assert (parts * shares).sum() == pytest.approx(result.headline.estimate, rel=1e-9)
        assert result.statistics["interaction_df"] == 2
        assert {"many_subgroups", "balance_within_subgroups"} <= {check.name for check in result.checks}


def test_checks_speak_of_overlap_and_of_late_covariates(services):
    names = [check.name for check in augmented(services).checks]
    assert names == ["balance", "common_support", "effective_sample_size", "extreme_weights"]
    late = augmented(services, measured_after=["prior_contacts"])
    assert late.failed_checks[-1].name == "outcome_among_covariates"
    assert "'prior_contacts'" in late.failed_checks[-1].message


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"estimand": "ATC"}, InvalidOption, "'ATT'"),
        ({"measure": "hazard"}, InvalidOption, "'risk_ratio'"),
        ({"folds": 1, "seed": 1}, InvalidOption, "at least 2"),
        ({"folds": 5}, InvalidOption, "with a seed"),
        ({"seed": 1}, InvalidOption, "folds=5"),
        ({"conf_level": 95}, InvalidOption, "between 0 and 1"),
        ({"measure": "risk_ratio"}, InvalidColumn, "yes-or-no outcome"),
        ({"folds": 200, "seed": 1}, TooFewUnits, "as many treated people; found 146"),
        ({"folds": 30, "seed": 1, "cluster": "municipality"}, TooFewUnits, "as many clusters; found 20"),
        ({"by": "treated"}, TooFewUnits, "fewer than 2 people"),
    ],
)
def test_what_cannot_be_answered_is_refused(services, options, error, words):
    with pytest.raises(error, match=words):
        augmented(services, **options)


def test_faulty_outcomes_and_separated_arms_are_refused(services):
    with pytest.raises(MissingValues, match="'outcome' 1"):
        augmented(services.assign(outcome=services["outcome"].where(services.index != 3)))
    with pytest.raises(InvalidColumn, match="1 infinite"):
        augmented(services.assign(outcome=services["outcome"].where(services.index != 3, np.inf)))
    with pytest.raises(InvalidColumn, match="same value in all 500 rows"):
        augmented(services.assign(outcome=1.0))
    with pytest.raises(NotIdentified, match="'offered' splits the arms"):
        augmented(services.assign(offered=services["treated"] + services["need"] / 100), covariates=["offered"])
    with pytest.raises(TooFewUnits, match="at least 2 clusters"):
        augmented(services.assign(one=1), cluster="one")
