"""Omitted variable bias: R's answers, the printed Darfur example, a hidden factor that is then shown."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingValues, NotIdentified, TooFewUnits
from whatworks.matching.hidden_factor import effect_left, robustness_value, strength_implied

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def ask(df, **options):
    return ww.matching.omitted_variable_bias(
        df, **{"outcome": "outcome", "treatment": "treated", "covariates": COVARIATES, **options}
    )


def test_the_answers_are_those_of_sensemakr(services, answers):
    expected = answers["omitted_variable_bias"]
    result = ask(services, benchmark="need")
    head, bounds = result.headline, expected["bounds"]
    assert (head.estimate, head.std_error) == pytest.approx((expected["estimate"], expected["se"]), rel=1e-9)
    for ours, theirs in (
        ("t_value", "t"), ("df", "dof"), ("partial_r2", "partial_r2_yd"), ("robustness_value", "robustness_value"),
        ("robustness_value_interval", "robustness_value_alpha"),
    ):  # fmt: skip
        assert result.statistics[ours] == pytest.approx(expected[theirs], rel=1e-9), ours
    for ours, theirs in (
        ("r2_treatment", "r2_dz_x"), ("r2_outcome", "r2_yz_dx"), ("estimate", "adjusted_estimate"), ("std_error", "adjusted_se"),
        ("conf_low", "adjusted_lower"), ("conf_high", "adjusted_upper"),
    ):  # fmt: skip
        assert result.parts[ours].to_numpy() == pytest.approx(bounds[theirs], rel=1e-9), ours


def test_the_numbers_printed_for_darfur_are_reached():
    # Cinelli & Hazlett (2020), table 1: 0.097 (0.023), t 4.18 on 783 degrees of freedom; robustness values 13.9 % and 7.6 %.
    assert robustness_value(4.18, 783) == pytest.approx(0.139, abs=5e-4)
    assert robustness_value(4.18, 783, conf_level=0.95) == pytest.approx(0.076, abs=5e-4)
    # Bound of once "female": 0.9 % of the treatment, 12.5 % of the outcome; figure 2 leaves 0.075 of the effect, 0.053 of twice.
    assert effect_left(0.097, 0.0233, 783, 0.009, 0.125)[0] == pytest.approx(0.075, abs=2e-3)


def test_a_robustness_value_is_where_the_effect_ends(services):
    result = ask(services)
    head, statistics = result.headline, result.statistics
    gone = statistics["robustness_value"]
    assert effect_left(head.estimate, head.std_error, statistics["df"], gone, gone)[0] == pytest.approx(0, abs=1e-9)
    half = robustness_value(statistics["t_value"], statistics["df"], q=0.5)
    left = effect_left(head.estimate, head.std_error, statistics["df"], half, half)[0]
    assert left == pytest.approx(head.estimate / 2, rel=1e-9)


def test_what_is_left_is_what_a_regression_with_the_hidden_factor_finds():
    rng = np.random.default_rng(8)
    df = pd.DataFrame(rng.normal(size=(300, 2)), columns=["need", "hidden"])
    df["treated"] = (df["need"] + df["hidden"] + rng.normal(size=300) > 0).astype(int)
    df["outcome"] = 2 * df["treated"] + df["need"] + 1.5 * df["hidden"] + rng.normal(size=300)
    short, long = ask(df, covariates="need"), ask(df, covariates=["need", "hidden"])
    # The strength of the hidden factor itself, from the regressions that hold it.
    own = long.parts.set_index("benchmark").loc["hidden"].query("multiple == 1").iloc[0]
    r2_treatment, r2_outcome = partial_shares(df)
    estimate, error = effect_left(
        short.headline.estimate, short.headline.std_error, short.statistics["df"], r2_treatment, r2_outcome
    )
    assert estimate == pytest.approx(long.headline.estimate, rel=1e-9)
    assert error == pytest.approx(long.headline.std_error, rel=1e-9)
    assert own["r2_treatment"] == pytest.approx(r2_treatment / (1 - r2_treatment), rel=1e-9)


def partial_shares(df):
    """What the hidden factor explains of what is left of treatment and outcome."""

    def left(y, *columns):
        X = np.column_stack([np.ones(len(df)), *columns])
        return np.sum((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2)

    need, hidden, treated, outcome = (df[name].to_numpy(float) for name in ("need", "hidden", "treated", "outcome"))
    return (
        1 - left(treated, need, hidden) / left(treated, need),
        1 - left(outcome, need, treated, hidden) / left(outcome, need, treated),
    )


def test_a_categorical_benchmark_counts_as_a_whole(services):
    result = ask(services, benchmark="living", multiples=(1,))
    assert result.parts["term"].tolist() == ["1 x living"]
    alone = ask(services, benchmark="sex", multiples=(1,)).parts.iloc[0]
    coded = ask(services.assign(sex=(services["sex"] == "woman").astype(int)), benchmark="sex", multiples=(1,)).parts.iloc[0]
    assert alone["estimate"] == pytest.approx(coded["estimate"], rel=1e-12)


def test_the_check_is_about_a_factor_as_strong_as_the_strongest_in_both_respects(services):
    result = ask(services)
    (check,) = result.checks
    once = result.parts[result.parts["multiple"] == 1].set_index("benchmark")
    strongest = once.loc["strongest observed"]
    assert check.name == "hidden_factor"
    assert check.statistics["estimate_left"] == strongest["estimate"]
    assert strongest["estimate"] < once["estimate"].drop("strongest observed").min()
    assert strongest["r2_treatment"] == once.loc["need", "r2_treatment"]
    assert check.passed


def test_with_one_benchmark_it_is_the_strongest(services):
    result = ask(services, benchmark="need")
    assert result.parts["benchmark"].unique().tolist() == ["need"]
    assert result.checks[0].statistics["estimate_left"] == result.parts["estimate"].iloc[0]


def test_the_check_fails_where_a_factor_as_strong_would_leave_nothing(services):
    weak = services.assign(outcome=services["outcome"] - 2.0 * services["treated"])
    (check,) = ask(weak).checks
    assert ask(weak).headline.p_value < 0.05
    assert check.passed is False
    (check,) = ask(services.assign(outcome=-weak["outcome"])).checks
    assert check.passed is False


def test_the_check_cannot_tell_where_nothing_was_found(services):
    (check,) = ask(services.assign(outcome=np.random.default_rng(2).normal(size=500))).checks
    assert check.passed is None


def test_the_unit_changes_the_effect_alone(services):
    here, there = ask(services), ask(services.assign(outcome=1000 * services["outcome"] + 5))
    assert there.parts["estimate"].to_numpy() == pytest.approx(1000 * here.parts["estimate"].to_numpy(), rel=1e-9)
    assert there.statistics["robustness_value"] == pytest.approx(here.statistics["robustness_value"], rel=1e-9)


def test_a_sample_brings_its_people_and_weights(services):
    sample = ww.matching.match(services, treatment="treated", covariates=COVARIATES)
    result = ww.matching.omitted_variable_bias(sample, outcome="outcome")
    plain = ww.matching.estimate(sample, outcome="outcome", covariates=COVARIATES, interact=False, vcov="classical").headline
    assert (result.headline.estimate, result.headline.std_error) == pytest.approx((plain.estimate, plain.std_error), rel=1e-9)
    assert result.statistics["nobs"] == 292


def test_a_factor_that_cannot_exist_is_left_missing():
    assert np.isnan(strength_implied(0.4, 0.1, times=2.0)).all()
    assert strength_implied(0.01, 0.6, times=3.0)[1] == 1.0


def test_what_cannot_be_answered_is_refused_by_name(services):
    with pytest.raises(InvalidOption, match="treatment="):
        ww.matching.omitted_variable_bias(services, outcome="outcome")
    with pytest.raises(InvalidOption, match="'shoe_size'"):
        ask(services, benchmark="shoe_size")
    with pytest.raises(InvalidOption, match="outcome 'age' itself"):
        ask(services, outcome="age")
    with pytest.raises(InvalidOption, match="multiples"):
        ask(services, multiples=(0,))
    with pytest.raises(InvalidOption, match="q="):
        ask(services, q=0)
    with pytest.raises(MissingValues, match="'age'"):
        ask(services.assign(age=services["age"].mask(services["age"] > 60)))
    with pytest.raises(NotIdentified, match="'twin'"):
        ask(services.assign(twin=services["treated"]), covariates=["age", "twin"])
    with pytest.raises(TooFewUnits, match="5"):
        ask(services.groupby("treated").head(4).groupby("treated").head(2), covariates=["age", "need", "prior_outcome"])
    sample = ww.matching.match(services, treatment="treated", covariates=COVARIATES)
    with pytest.raises(InvalidOption, match="'treated'"):
        ww.matching.omitted_variable_bias(sample, outcome="outcome", treatment="age")


def test_the_doubts_of_a_sample_stand_beside_those_of_a_hidden_factor(services):
    sample = ww.matching.match(services, treatment="treated", covariates=["age", "need"])
    names = [check.name for check in ww.matching.omitted_variable_bias(sample, outcome="outcome").checks]
    assert names[0] == "hidden_factor"
    assert {"balance", "common_support", "effective_sample_size"} <= set(names)


def test_an_outcome_made_of_the_covariates_leaves_nothing_to_explain(services):
    made = services.assign(outcome=services["age"] + 2 * services["treated"])
    with pytest.raises(NotIdentified, match="explain the outcome without remainder"):
        ww.matching.omitted_variable_bias(made, outcome="outcome", treatment="treated", covariates=["age", "need"])
