import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    EmptyData,
    InvalidColumn,
    InvalidEffect,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NotIdentified,
)

FIVE = pd.DataFrame({"study": list("ABCDE"), "yi": [0.1, 0.4, 0.3, -0.2, 0.5], "vi": [0.01, 0.02, 0.04, 0.03, 0.02]})


def test_random_effects_on_bcg_trials_match_stata(bcg):
    # Stata: metan tpos tneg cpos cneg, randomi nograph rr log. Trials: Colditz et al. (1994), JAMA 271:698-702.
    result = ww.synthesis.pool(bcg, study="study", tau2="DL", test="z")
    assert result.statistics["tau2"] == pytest.approx(0.3088, abs=5e-5)
    assert result.headline.estimate == pytest.approx(-0.7141, abs=5e-5)
    assert result.headline.conf_low == pytest.approx(-1.0644, abs=5e-5)
    assert result.measure == "logRR"


def test_restricted_likelihood_on_bcg_trials_matches_published_software(bcg):
    # metafor 5.1-12, tight iteration. Its Q-profile limits 0.119695 and 1.111486 come from a root search that stops at
    # 1.2e-4; the roots are 0.119718 and 1.111479, and with a tight search metafor finds them (test_heterogeneity.py).
    result = ww.synthesis.pool(bcg, study="study")
    assert result.statistics["tau2"] == pytest.approx(0.313243, abs=5e-7)
    assert result.statistics["tau2_conf_low"] == pytest.approx(0.119695, abs=1.2e-4)
    assert result.statistics["tau2_conf_high"] == pytest.approx(1.111486, abs=1.2e-4)
    assert result.statistics["i2"] == pytest.approx(92.2214, abs=5e-5)
    assert result.statistics["q"] == pytest.approx(152.2330, abs=5e-5)
    row = result.headline
    assert (row.estimate, row.std_error) == (pytest.approx(-0.714532, abs=5e-7), pytest.approx(0.180792, abs=5e-7))
    assert (row.conf_low, row.conf_high) == (pytest.approx(-1.108444, abs=5e-7), pytest.approx(-0.320621, abs=5e-7))
    assert row.p_value == pytest.approx(0.001920, abs=5e-7)


@pytest.mark.parametrize(
    ("tau2", "printed"),
    [("HE", 0.328564), ("HS", 0.228363), ("SJ", 0.345516), ("ML", 0.280028), ("EB", 0.318068), ("PM", 0.318068)],
)
def test_between_study_variances_of_bcg_trials_match_published_software(bcg, tau2, printed):
    # metafor 5.1-12. Its default EB stops at 0.318069 and its default PM at 0.318094; the tight fit is 0.318068.
    assert ww.synthesis.pool(bcg, tau2=tau2).statistics["tau2"] == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize("data", ["smd", "lor"])
def test_weights_equal_metafor(effects, answers, data):
    result = ww.synthesis.pool(effects[data], study="study", test="z")
    assert result.parts["weight"].to_numpy() == pytest.approx(answers[f"influence/{data}"]["weight"], rel=1e-9)
    assert result.parts["weight"].sum() == pytest.approx(100)


def test_the_result_holds_headline_prediction_and_every_study(effects, answers):
    result = ww.synthesis.pool(effects["smd"], study="study", good="up")
    expected = answers["pool/smd/REML/knha"]
    assert result.effects["kind"].tolist() == ["headline", "prediction"] + ["part"] * 14
    prediction = result.effects.iloc[1]
    assert prediction["conf_low"] == pytest.approx(expected["prediction_lower"], rel=1e-9)
    assert prediction["conf_high"] == pytest.approx(expected["prediction_upper"], rel=1e-9)
    assert result.parts["study"].tolist() == result.parts["term"].tolist() == effects["smd"]["study"].tolist()
    assert {key: result.statistics[key] for key in ("k", "nobs", "n_studies", "n_dropped", "q_df")} == {
        "k": 14,
        "nobs": 14,
        "n_studies": 14,
        "n_dropped": 0,
        "q_df": 13,
    }
    assert (result.measure, result.unit, result.good) == ("SMD", "standard deviations", "up")


def test_the_result_reads_back_from_json_and_is_the_same_bytes_each_time(effects):
    result = ww.synthesis.pool(effects["lor"], study="study")
    assert ww.EffectResult.from_json(result.to_json()) == result
    assert ww.synthesis.pool(effects["lor"], study="study").to_json() == result.to_json()


def test_the_order_of_studies_changes_nothing(effects):
    es = effects["lor"]
    result = ww.synthesis.pool(es, study="study")
    turned = ww.synthesis.pool(es.sample(frac=1, random_state=3), study="study")
    assert list(turned.statistics.values()) == pytest.approx(list(result.statistics.values()), rel=1e-9)
    assert turned.headline[2:7] == pytest.approx(result.headline[2:7], rel=1e-9)
    weights = [r.parts.set_index("study")["weight"].sort_index().to_numpy() for r in (result, turned)]
    assert weights[0] == pytest.approx(weights[1], rel=1e-9)


def test_doubling_the_unit_doubles_the_pooled_effect(effects):
    es = effects["smd"]
    result = ww.synthesis.pool(es)
    doubled = ww.synthesis.pool(es.assign(yi=2 * es["yi"], vi=4 * es["vi"]))
    assert doubled.headline.estimate == pytest.approx(2 * result.headline.estimate, rel=1e-12)
    assert doubled.headline.conf_low == pytest.approx(2 * result.headline.conf_low, rel=1e-9)
    assert doubled.statistics["tau2_conf_high"] == pytest.approx(4 * result.statistics["tau2_conf_high"], rel=1e-9)


def test_the_common_effect_model_predicts_nothing_and_has_no_between_study_variance(effects, answers):
    result = ww.synthesis.pool(effects["smd"], tau2="EE", test="z")
    assert set(result.effects["kind"]) == {"headline", "part"}
    assert result.statistics["tau2"] == 0
    assert np.isnan(result.statistics["tau2_conf_high"])
    assert result.headline.estimate == pytest.approx(answers["pool/smd/EE/z"]["estimate"], rel=1e-9)
    with pytest.raises(InvalidOption, match="Use test='z' with the common-effect model"):
        ww.synthesis.pool(effects["smd"], tau2="EE")


def test_checks_say_whether_studies_are_few_differ_or_leave_the_sign_open(bcg, effects):
    verdicts = {check.name: check.passed for check in ww.synthesis.pool(bcg).checks}
    assert verdicts == {"few_studies": True, "heterogeneity": False, "prediction_spans_zero": False}
    verdicts = {check.name: check.passed for check in ww.synthesis.pool(effects["smd"]).checks}
    assert verdicts == {"few_studies": True, "heterogeneity": True, "prediction_spans_zero": False}
    check = next(check for check in ww.synthesis.pool(bcg).checks if check.name == "heterogeneity")
    assert check.statistics == {"i2": pytest.approx(92.2214, abs=5e-5), "limit": 75.0}


def test_one_study_is_shown_as_it_is_and_flagged():
    result = ww.synthesis.pool(FIVE.head(1), study="study", measure="SMD")
    assert result.headline.estimate == 0.1
    assert result.headline.conf_low == pytest.approx(0.1 - 1.959963984540054 * 0.1)
    assert result.effects["kind"].tolist() == ["headline", "part"]
    assert result.parts["weight"].tolist() == [100.0]
    assert np.isnan(result.statistics["tau2"])
    (check,) = result.checks
    assert (check.name, check.passed, check.statistics) == ("few_studies", False, {"k": 1})
    assert "one study" in check.message
    assert ww.EffectResult.from_json(result.to_json()) == result


def test_two_studies_give_a_wide_interval_and_a_note():
    result = ww.synthesis.pool(FIVE.head(2), study="study")
    assert result.headline.conf_high - result.headline.conf_low > 2
    assert [check.name for check in result.failed_checks] == ["few_studies", "prediction_spans_zero"]
    assert "Only 2 studies" in result.checks[0].message


def test_no_study_is_an_error():
    with pytest.raises(EmptyData, match="no rows"):
        ww.synthesis.pool(FIVE.head(0))


def test_equal_effects_leave_knapp_and_hartung_without_a_variance():
    same = FIVE.assign(yi=0.3)
    with pytest.raises(NotIdentified, match=r"All 5 effects are equal.*test='adhoc'"):
        ww.synthesis.pool(same)
    assert ww.synthesis.pool(same, test="adhoc").headline.std_error == pytest.approx(np.sqrt(1 / (1 / same["vi"]).sum()))


@pytest.mark.parametrize("wrong", [0.0, -0.01])
def test_variances_that_are_not_positive_are_refused_by_row(wrong):
    with pytest.raises(InvalidEffect, match=r"1 of 5 rows have a variance in 'vi' that is not above 0 \(rows 2\)"):
        ww.synthesis.pool(FIVE.assign(vi=[0.01, 0.02, wrong, 0.03, 0.02]))


def test_missing_values_and_columns_are_refused_with_counts():
    with pytest.raises(MissingValues, match="'vi' lacks a value in 1 of 5 rows"):
        ww.synthesis.pool(FIVE.assign(vi=[0.01, np.nan, 0.04, 0.03, 0.02]))
    with pytest.raises(MissingValues, match="'yi' lacks a value in 5 of 5 rows"):
        ww.synthesis.pool(FIVE.assign(yi=np.nan))
    with pytest.raises(MissingValues, match="'study' lacks a name in 1 of 5 rows"):
        ww.synthesis.pool(FIVE.assign(study=["A", None, "C", "D", "E"]), study="study")
    with pytest.raises(MissingColumn, match="'trial'"):
        ww.synthesis.pool(FIVE, study="trial")
    with pytest.raises(InvalidColumn, match="'yi' is of type str"):
        ww.synthesis.pool(FIVE.assign(yi="much"))


def test_a_study_that_stands_twice_is_refused_unless_its_effects_have_names():
    twice = FIVE.assign(study=["A", "A", "C", "D", "E"], outcome=["work", "home", "work", "work", "work"])
    with pytest.raises(DuplicateRows, match=r"1 rows repeat a 'study' .*effect="):
        ww.synthesis.pool(twice, study="study")
    result = ww.synthesis.pool(twice, study="study", effect="outcome")
    assert result.parts["term"].tolist()[:2] == ["A: work", "A: home"]
    assert result.statistics["n_studies"] == 4
    assert {"dependent_effects", "few_studies"} <= {check.name for check in result.failed_checks}
    with pytest.raises(DuplicateRows, match="'study' and 'outcome'"):
        ww.synthesis.pool(twice.assign(outcome="work"), study="study", effect="outcome")
    with pytest.raises(InvalidOption, match="needs study="):
        ww.synthesis.pool(twice, effect="outcome")


def test_mixed_measures_are_refused_and_contradicted_ones_too():
    with pytest.raises(InvalidColumn, match="names 2 measures; a pool needs one scale"):
        ww.synthesis.pool(FIVE.assign(measure=["SMD", "SMD", "logOR", "SMD", "SMD"]))
    with pytest.raises(InvalidOption, match="measure='MD', but es column 'measure' says 'SMD'"):
        ww.synthesis.pool(FIVE.assign(measure="SMD"), measure="MD")
    assert ww.synthesis.pool(FIVE.assign(measure="SMD")).measure == "SMD"
    assert ww.synthesis.pool(FIVE).measure == "GEN"


def test_unknown_options_are_refused():
    for option in ({"tau2": "reml"}, {"test": "hksj"}, {"good": "left"}, {"conf_level": 95}):
        with pytest.raises(InvalidOption, match=next(iter(option))):
            ww.synthesis.pool(FIVE, **option)


def test_names_of_any_type_are_kept_as_text():
    for study in (pd.Categorical(list("ABCDE")), np.arange(5), pd.array(list("ABCDE"), dtype="string")):
        result = ww.synthesis.pool(FIVE.assign(study=study), study="study")
        assert result.parts["term"].tolist() == [str(name) for name in study]


def test_a_name_of_five_thousand_characters_with_markup_is_kept_and_escaped():
    long = FIVE.assign(study=["<b>" + "x" * 5_000, *"BCDE"])
    result = ww.synthesis.pool(long, study="study")
    assert result.parts["term"][0] == long["study"][0]
    assert "<b>x" not in result._repr_html_()


def test_effects_of_opposite_sign_convention_are_flagged_until_they_are_turned():
    es = FIVE.assign(direction_of_good=["up", "up", "down", "up", "up"])
    flags = {check.name: check for check in ww.synthesis.pool(es, study="study").checks}
    assert flags["mixed_directions"].passed is False
    assert flags["mixed_directions"].statistics == {"effects": 1.0, "of": 5.0}
    assert "ww.synthesis.flip" in flags["mixed_directions"].message
    turned = ww.synthesis.flip(es, good="direction_of_good")
    assert "mixed_directions" not in {check.name for check in ww.synthesis.pool(turned, study="study").checks}
    same = ww.synthesis.pool(es.assign(direction_of_good="down"), study="study")
    assert "mixed_directions" not in {check.name for check in same.failed_checks}
    assert "mixed_directions" not in {check.name for check in ww.synthesis.pool(FIVE, study="study").checks}


def test_every_model_of_effects_flags_them(several_ways):
    for result in (
        ww.synthesis.multilevel(several_ways, study="study", effect="effect"),
        ww.synthesis.meta_regression(several_ways, moderators="months"),
    ):
        assert "mixed_directions" in {check.name for check in result.failed_checks}


@pytest.fixture
def several_ways():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"study": np.repeat(np.arange(8), 2), "effect": np.tile([0, 1], 8), "vi": 0.04})
    return frame.assign(yi=rng.normal(0.3, 0.3, 16), months=rng.normal(size=16), good=["up", "down"] * 8)
