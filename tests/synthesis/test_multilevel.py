"""Three-level models against metafor 5.1-12 and clubSandwich 0.6.0 on the reference effects (tests/reference/meta.json)."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, NotIdentified, TooFewStudies

NAMED = {"study": "study", "effect": "effect"}
MODELS = {"none": (), "fidelity_months": ("fidelity", "months"), "domain": ("domain", "fidelity")}
RHO = {"three_level": 0.0, "correlated_hierarchical": 0.6}


@pytest.fixture(scope="module")
def several(multilevel):
    levels = pd.Categorical(multilevel["domain"], ["employment", "health", "housing"])
    return multilevel.assign(domain=levels)


def fitted(several, model, dependence, **options):
    return ww.synthesis.multilevel(several, moderators=MODELS[model], rho=RHO[dependence], **NAMED, **options)


def coefficients(result):
    return result.parts if "df" in result.parts else result.effects.head(1)


@pytest.mark.parametrize("dependence", RHO)
@pytest.mark.parametrize(("model", "method"), [("none", "REML"), ("none", "ML"), ("fidelity_months", "REML"), ("domain", "REML")])
def test_variances_likelihood_and_coefficients_are_those_of_metafor(several, answers, model, dependence, method):
    answer = answers[f"{dependence}/{model}/{method}"]
    result = fitted(several, model, dependence, vcov="model", method=method)
    found = [result.statistics["sigma2_study"], result.statistics["sigma2_effect"]]
    assert found == pytest.approx(answer["sigma2"], rel=1e-9, abs=1e-10)
    assert result.statistics["log_likelihood"] == pytest.approx(answer["log_likelihood"], rel=1e-9)
    assert coefficients(result)["estimate"].to_numpy() == pytest.approx(answer["estimate"], rel=1e-9)
    assert coefficients(result)["std_error"].to_numpy() == pytest.approx(answer["se"], rel=1e-9)
    assert coefficients(result)["conf_low"].to_numpy() == pytest.approx(answer["ci_lower"], rel=1e-9)
    assert result.statistics["q"] == pytest.approx(answer["Q"], rel=1e-9)
    if model == "none":
        ahead = result.effects[result.effects["kind"] == "prediction"].iloc[0]
        assert ahead["conf_low"] == pytest.approx(answer["prediction_lower"], rel=1e-9)
        assert ahead["conf_high"] == pytest.approx(answer["prediction_upper"], rel=1e-9)


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
@pytest.mark.parametrize("dependence", RHO)
@pytest.mark.parametrize("model", MODELS)
def test_standard_errors_robust_to_dependence_are_those_of_clubsandwich(several, answers, model, dependence, kind):
    answer = answers[f"{dependence}/{model}/REML/{kind}"]
    rows = coefficients(result := fitted(several, model, dependence, vcov=kind))
    assert rows["std_error"].to_numpy() == pytest.approx(answer["se"], rel=1e-7)
    assert rows["p_value"].to_numpy() == pytest.approx(answer["p_value"], rel=1e-7)
    assert rows["conf_high"].to_numpy() == pytest.approx(answer["ci_upper"], rel=1e-7)
    df = rows["df"].to_numpy() if "df" in rows else [result.statistics["df"]]
    assert df == pytest.approx(np.atleast_1d(answer["df"]), rel=1e-7)


@pytest.mark.parametrize("dependence", RHO)
@pytest.mark.parametrize("model", ["fidelity_months", "domain"])
def test_the_joint_test_of_two_coefficients_is_that_of_clubsandwich(several, answers, model, dependence):
    from whatworks.synthesis.moderators import moderator_matrix
    from whatworks.synthesis.nested import blocks_of, by_row, fit_nested, whole_covariance
    from whatworks.synthesis.robust import robust_coefficients

    X, _ = moderator_matrix(several, MODELS[model])
    blocks = blocks_of(
        several["yi"].to_numpy(), several["vi"].to_numpy(), X, several["study"].to_numpy() - 1, rho=RHO[dependence]
    )
    sigma2, point = fit_nested(blocks)
    working = whole_covariance(blocks, sigma2)
    residuals = by_row(blocks, point.residuals)
    rows = robust_coefficients(point.coefficients, residuals, X, several["study"].to_numpy(), working=working, kind="CR2")
    found, answer = rows.joint(np.array([1, 2])), answers[f"{dependence}/{model}/REML/wald_HTZ"]
    assert found["qm"] == pytest.approx(answer["F"], rel=1e-7)
    assert found["qm_df_residual"] == pytest.approx(answer["df_denom"], rel=1e-7)
    assert found["qm_pvalue"] == pytest.approx(answer["p_value"], rel=1e-7)


def test_the_weights_reproduce_the_average(several):
    result = ww.synthesis.multilevel(several, **NAMED)
    parts = result.parts
    assert parts["weight"].sum() == pytest.approx(100)
    assert parts["weight"] @ parts["estimate"] / 100 == pytest.approx(result.headline.estimate, rel=1e-12)


def test_row_order_and_names_of_studies_change_nothing(several):
    result = ww.synthesis.multilevel(several, **NAMED)
    shuffled = several.sample(frac=1, random_state=3).assign(study=lambda es: es["study"].map("Trial {}".format))
    again = ww.synthesis.multilevel(shuffled, **NAMED)
    for name in ("estimate", "std_error", "conf_low", "p_value"):
        assert getattr(again.headline, name) == pytest.approx(getattr(result.headline, name), rel=1e-9)


def test_turning_the_scale_round_turns_the_answer_round(several):
    there, back = (ww.synthesis.multilevel(es, **NAMED).headline for es in (several, several.assign(yi=-several["yi"])))
    assert back.estimate == pytest.approx(-there.estimate, rel=1e-9)
    assert back.conf_low == pytest.approx(-there.conf_high, rel=1e-9)


def test_one_effect_a_study_is_a_matter_for_pooling(several):
    with pytest.raises(NotIdentified, match=r"ww\.synthesis\.pool"):
        ww.synthesis.multilevel(several.drop_duplicates("study"), **NAMED)


def test_one_study_is_refused(several):
    with pytest.raises(TooFewStudies, match="1 study"):
        ww.synthesis.multilevel(several[several["study"] == 2], **NAMED)


@pytest.mark.parametrize("rho", [-0.1, 1.0, float("nan")])
def test_an_impossible_correlation_is_refused(several, rho):
    with pytest.raises(InvalidOption, match="rho"):
        ww.synthesis.multilevel(several, rho=rho, **NAMED)


@pytest.mark.slow
def test_ten_studies_with_dependent_effects_are_covered_by_cr2_about_95_times_in_100():
    rng = np.random.default_rng(20261122)
    draws, covered = 60, 0
    for _ in range(draws):
        sizes = rng.integers(1, 5, 10)
        sizes[0] = 3
        study = np.repeat(np.arange(10), sizes)
        vi = rng.uniform(0.02, 0.1, len(study))
        shared = rng.normal(0, 1, 10)[study]
        error = np.sqrt(vi) * (np.sqrt(0.8) * shared + np.sqrt(0.2) * rng.normal(size=len(study)))
        yi = 0.3 + rng.normal(0, 0.2, 10)[study] + rng.normal(0, 0.1, len(study)) + error
        es = pd.DataFrame({"study": study, "effect": np.arange(len(study)), "yi": yi, "vi": vi})
        head = ww.synthesis.multilevel(es, **NAMED).headline
        covered += head.conf_low <= 0.3 <= head.conf_high
    # Monte Carlo standard error 2.8 points: 93 to 97 per cent with two of them around it.
    assert 0.93 - 0.056 <= covered / draws <= 0.97 + 0.03
