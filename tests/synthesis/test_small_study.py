"""Small-study effects against metafor 5.1-12 on the reference studies (tests/reference/meta.json)."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, NotConverged, NotIdentified, TooFewStudies
from whatworks.synthesis.selection import selection_model
from whatworks.synthesis.trim_and_fill import trim_and_fill

FAVOURED = {"smd": "up", "lor": "down"}


@pytest.fixture(scope="module")
def looks(effects):
    return {name: ww.synthesis.small_study_effects(es).set_index("test") for name, es in effects.items()}


@pytest.mark.parametrize("name", ["smd", "lor"])
@pytest.mark.parametrize(("test", "entry", "df"), [("egger", "lm", 12.0), ("egger_random", "rma", np.inf)])
def test_eggers_slope_is_that_of_metafor(looks, answers, name, test, entry, df):
    row, answer = looks[name].loc[test], answers[f"egger/{name}/{entry}"]
    assert row["estimate"] == pytest.approx(answer["estimate"][1], rel=1e-9)
    assert row["std_error"] == pytest.approx(answer["se"][1], rel=1e-9)
    assert row["statistic"] == pytest.approx(answer["statistic"], rel=1e-9)
    assert row["p_value"] == pytest.approx(answer["p_value"], rel=1e-9)
    assert row["df"] == df


@pytest.mark.parametrize("name", ["smd", "lor"])
def test_beggs_rank_correlation_is_that_of_metafor(looks, answers, name):
    row, answer = looks[name].loc["begg"], answers[f"begg/{name}"]
    assert row["estimate"] == pytest.approx(answer["kendall_tau"], rel=1e-9)
    assert row["p_value"] == pytest.approx(answer["p_value"], rel=1e-9)


@pytest.mark.parametrize("name", ["smd", "lor"])
@pytest.mark.parametrize("test", ["pet", "peese"])
def test_the_effect_at_standard_error_zero_is_that_of_weighted_least_squares(looks, answers, name, test):
    row, answer = looks[name].loc[test], answers[f"{test.upper()}/{name}/wls"]
    assert row["estimate"] == pytest.approx(answer["estimate"][0], rel=1e-9)
    assert row["std_error"] == pytest.approx(answer["se"][0], rel=1e-9)
    assert row["p_value"] == pytest.approx(answer["p_value"][0], rel=1e-9)


@pytest.mark.parametrize("name", ["smd", "lor"])
def test_trim_and_fill_in_the_common_effect_model_is_that_of_metafor(effects, answers, name):
    es, answer = effects[name], answers[f"trim_and_fill/{name}/EE"]
    filled = trim_and_fill(es["yi"].to_numpy(), es["vi"].to_numpy(), tau2="EE")
    assert (filled.side, filled.missing) == (answer["side"], answer["k0"])
    assert filled.std_error == pytest.approx(answer["se_k0"], rel=1e-9)
    assert filled.fit.coefficients[0] == pytest.approx(answer["estimate"], rel=1e-9)
    assert np.sqrt(filled.fit.covariance[0, 0]) == pytest.approx(answer["se"], rel=1e-9)
    assert filled.fit.q == pytest.approx(answer["Q"], rel=1e-9)


@pytest.mark.parametrize("name", ["smd", "lor"])
def test_trim_and_fill_with_a_variance_between_studies_is_that_of_metafor(effects, answers, name):
    es, answer = effects[name], answers[f"trim_and_fill/{name}/REML"]
    filled = trim_and_fill(es["yi"].to_numpy(), es["vi"].to_numpy(), tau2="REML")
    assert (filled.side, filled.missing) == (answer["side"], answer["k0"])
    assert filled.std_error == pytest.approx(answer["se_k0"], rel=1e-9)
    assert filled.fit.q == pytest.approx(answer["Q"], rel=1e-9)
    # The stored fit over filled studies stopped at the package's default tolerance: tau2 0.0101310835 where the peak of the
    # restricted likelihood is at 0.0101314248.
    assert filled.fit.tau2 == pytest.approx(answer["tau2"], rel=1e-4)
    assert filled.fit.coefficients[0] == pytest.approx(answer["estimate"], rel=1e-6)


@pytest.mark.parametrize("name", ["smd", "lor"])
def test_the_selection_model_is_that_of_metafor(effects, answers, name):
    es, answer = effects[name], answers[f"selection_model_3PSM/{name}"]
    model = selection_model(es["yi"].to_numpy(), es["vi"].to_numpy(), favoured=FAVOURED[name])
    assert model.log_likelihood == pytest.approx(answer["log_likelihood"], abs=1e-7)
    assert model.log_likelihood >= answer["log_likelihood"] - 1e-10
    assert model.estimate == pytest.approx(answer["estimate"], rel=1e-4)
    assert model.std_error == pytest.approx(answer["se"], rel=1e-4)
    assert model.tau2 == pytest.approx(answer["tau2"], rel=1e-4)
    assert model.delta == pytest.approx(answer["delta"][1], rel=1e-4)
    assert model.delta_std_error == pytest.approx(answer["se_delta"][1], rel=1e-4)
    assert model.p_value == pytest.approx(answer["likelihood_ratio_p"], rel=1e-6)


@pytest.mark.parametrize("name", ["smd", "lor"])
def test_turning_the_scale_round_turns_every_look_round(effects, name):
    es = effects[name]
    there = ww.synthesis.small_study_effects(es).set_index("test")
    back = ww.synthesis.small_study_effects(es.assign(yi=-es["yi"])).set_index("test")
    assert back["estimate"].to_numpy() == pytest.approx(-there["estimate"].to_numpy(), rel=1e-6)
    assert back["p_value"].to_numpy() == pytest.approx(there["p_value"].to_numpy(), rel=1e-6)


def test_pet_peese_takes_peese_where_an_effect_is_left_at_standard_error_zero():
    rng = np.random.default_rng(4)
    vi = rng.uniform(0.01, 0.1, 40)
    es = pd.DataFrame({"yi": 0.5 + rng.normal(0, np.sqrt(vi)), "vi": vi})
    rows = ww.synthesis.small_study_effects(es).set_index("test")
    assert rows.loc["pet_peese", "note"] == "PEESE"
    assert rows.loc["pet_peese", "estimate"] == rows.loc["peese", "estimate"]


def test_studies_left_out_for_what_they_found_are_noticed_and_the_effect_is_lowered():
    rng = np.random.default_rng(11)
    vi = rng.uniform(0.005, 0.2, 2000)
    yi = rng.normal(0.1, np.sqrt(vi + 0.01))
    published = (yi / np.sqrt(vi) > 1.96) | (rng.uniform(size=2000) < 0.15)
    es = pd.DataFrame({"yi": yi[published], "vi": vi[published]})
    rows = ww.synthesis.small_study_effects(es).set_index("test")
    naive = ww.synthesis.pool(es).headline.estimate
    assert naive > 0.2
    assert rows.loc["selection_3psm", "estimate"] == pytest.approx(0.1, abs=0.05)
    assert rows.loc["selection_3psm", "p_value"] < 0.001
    assert rows.loc["egger", "p_value"] < 0.01


def test_few_studies_are_said_to_have_little_power(effects):
    rows = ww.synthesis.small_study_effects(effects["smd"].head(6))
    assert rows["note"].str.contains("6 studies: little power below 10").all()


def test_two_studies_are_refused(effects):
    with pytest.raises(TooFewStudies, match="at least 3 studies; got 2"):
        ww.synthesis.small_study_effects(effects["smd"].head(2))


def test_a_selection_model_without_contrast_says_so_and_the_rest_goes_on():
    es = pd.DataFrame({"yi": [0.01, 0.02, -0.01, 0.0], "vi": [0.1, 0.2, 0.15, 0.3]})
    row = ww.synthesis.small_study_effects(es).set_index("test").loc["selection_3psm"]
    assert np.isnan(row["estimate"])
    assert "lie on one side" in row["note"]
    with pytest.raises(NotConverged, match="one side"):
        selection_model(es["yi"].to_numpy(), es["vi"].to_numpy())


def test_an_unknown_direction_is_refused(effects):
    with pytest.raises(InvalidOption, match="favoured"):
        ww.synthesis.small_study_effects(effects["smd"], favoured="better")


def test_studies_of_one_size_are_refused_in_words_of_their_own():
    es = pd.DataFrame({"yi": np.arange(6) / 10, "vi": 0.1})
    with pytest.raises(NotIdentified, match="same variance, so none is smaller"):
        ww.synthesis.small_study_effects(es)
