import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.core import EffectResult, Provenance
from whatworks.core.errors import InvalidEffect, InvalidOption, MissingValues
from whatworks.synthesis.conversions import smd_from_odds


@pytest.fixture
def people():
    rng = np.random.default_rng(3)
    return rng.normal(1.0, 2.0, 40), rng.normal(0.0, 2.0, 35)


def as_means(treated, comparison):
    arms = {"mean_treated": treated.mean(), "sd_treated": treated.std(ddof=1), "n_treated": len(treated)}
    arms |= {"mean_comparison": comparison.mean(), "sd_comparison": comparison.std(ddof=1), "n_comparison": len(comparison)}
    return ww.synthesis.effect_sizes(pd.DataFrame([arms]), measure="SMD")[["yi", "vi"]].iloc[0]


@pytest.mark.parametrize("source", ["t", "F", "p"])
def test_a_test_statistic_gives_the_effect_that_the_means_give(people, source):
    test = stats.ttest_ind(*people)
    value = {"t": test.statistic, "F": test.statistic**2, "p": test.pvalue}[source]
    row = pd.DataFrame({"printed": [value], "n_treated": [40], "n_comparison": [35], "more": [1]})
    options = {} if source == "t" else {"sign": "more"}
    found = ww.synthesis.reported_effects(row, source=source, value="printed", **options).iloc[0]
    expected = as_means(*people)
    assert found["yi"] == pytest.approx(expected["yi"], rel=1e-9)
    assert found["vi"] == pytest.approx(expected["vi"], rel=1e-9)
    assert found["measure"] == "SMD"


def test_the_sign_of_a_p_value_comes_from_the_words_of_the_study():
    rows = pd.DataFrame({"p": [0.03, 0.03], "n_treated": [20, 20], "n_comparison": [20, 20], "sign": [1, -1]})
    there, back = ww.synthesis.reported_effects(rows, source="p", sign="sign")["yi"]
    assert there == -back > 0


def test_a_correlation_becomes_fishers_z():
    row = ww.synthesis.reported_effects(pd.DataFrame({"correlation": [0.4], "n": [53]}), source="correlation").iloc[0]
    assert (row["yi"], row["vi"], row["measure"]) == (pytest.approx(0.4236489), pytest.approx(0.02), "z")


def test_a_proportion_of_nobody_is_finite():
    rows = ww.synthesis.reported_effects(pd.DataFrame({"events": [0, 10], "n": [20, 20]}), source="proportion")
    assert np.isfinite(rows[["yi", "vi"]]).all().all()
    assert rows["yi"][1] == 0.0


def test_a_change_of_the_same_people_has_the_variance_that_simulation_gives():
    rng = np.random.default_rng(5)
    before = rng.normal(10, 4, (4000, 60))
    after = 10 + 0.6 * (before - 10) + 2 + rng.normal(0, 4 * 0.8, (4000, 60))
    sums = pd.DataFrame({"mean_before": before.mean(1), "mean_after": after.mean(1), "sd_before": before.std(1, ddof=1)})
    es = ww.synthesis.reported_effects(sums.assign(n=60, correlation=0.6), source="pre_post")
    assert es["yi"].mean() == pytest.approx(0.5, abs=0.01)
    assert es["vi"].mean() == pytest.approx(es["yi"].var(), rel=0.06)


def test_log_odds_and_standardised_differences_tell_the_same_story_in_a_logistic_outcome():
    y, v = smd_from_odds(np.array([np.pi / np.sqrt(3)]), np.array([0.3]))
    assert y[0] == pytest.approx(1.0)
    assert v[0] == pytest.approx(0.3 * 3 / np.pi**2)


@pytest.mark.parametrize(
    ("rows", "options", "error", "words"),
    [
        ({"p": [0.03], "n_treated": [9], "n_comparison": [9]}, {"source": "p"}, InvalidOption, "no direction"),
        ({"t": [2.0], "n_treated": [9], "n_comparison": [9]}, {"source": "t", "sign": "t"}, InvalidOption, "of its own"),
        (
            {"p": [0.0], "s": [1], "n_treated": [9], "n_comparison": [9]},
            {"source": "p", "sign": "s"},
            InvalidEffect,
            "exact value",
        ),
        ({"F": [-1.0], "s": [1], "n_treated": [9], "n_comparison": [9]}, {"source": "F", "sign": "s"}, InvalidEffect, "below 0"),
        ({"t": [2.0], "n_treated": [1], "n_comparison": [9]}, {"source": "t"}, InvalidEffect, "fewer than 2"),
        ({"correlation": [1.0], "n": [9]}, {"source": "correlation"}, InvalidEffect, "1 or beyond"),
        ({"correlation": [0.2], "n": [3]}, {"source": "correlation"}, InvalidEffect, "3 citizens or fewer"),
        ({"events": [7], "n": [5]}, {"source": "proportion"}, InvalidEffect, "above the number"),
        ({"t": [np.nan], "n_treated": [9], "n_comparison": [9]}, {"source": "t"}, MissingValues, "1 of 1"),
        ({"t": [2.0]}, {"source": "chi"}, InvalidOption, "source"),
    ],
)
def test_what_cannot_be_an_effect_is_refused(rows, options, error, words):
    with pytest.raises(error, match=words):
        ww.synthesis.reported_effects(pd.DataFrame(rows), **options)


def our_own(**changes):
    effects = pd.DataFrame([["ATT", "headline", 4.0, 1.0, 2.0, 6.0, 0.0]], columns=ww.core.result.COMMON_COLUMNS)
    options = {"method": "did.aggregate", "estimand": "ATT", "measure": "MD", "unit": "points", "good": "up", "effects": effects}
    return EffectResult(**{**options, **changes}, provenance=Provenance(data_fingerprint="0"))


def test_our_own_result_becomes_a_standardised_row():
    row = ww.synthesis.own_effect(our_own(), study="Our roll-out", sd_comparison=20.0).iloc[0]
    assert (row["yi"], row["vi"], row["measure"], row["study"]) == (0.2, pytest.approx(0.0025), "SMD", "Our roll-out")


def test_our_own_result_is_turned_where_good_points_the_other_way():
    assert ww.synthesis.own_effect(our_own(), study="x", good="down")["yi"].tolist() == [-4.0]
    assert ww.synthesis.own_effect(our_own(good="down"), study="x", good="down")["yi"].tolist() == [4.0]


@pytest.mark.parametrize(
    ("changes", "options", "error", "words"),
    [
        ({"measure": "RD"}, {"sd_comparison": 2.0}, InvalidOption, "this result is a RD"),
        ({}, {"sd_comparison": 0.0}, InvalidOption, "above 0"),
        ({"good": None}, {"good": "up"}, InvalidOption, "does not say which direction"),
    ],
)
def test_an_own_result_that_does_not_fit_is_refused(changes, options, error, words):
    with pytest.raises(error, match=words):
        ww.synthesis.own_effect(our_own(**changes), study="x", **options)


def test_an_own_result_without_standard_error_has_no_weight():
    result = our_own()
    bare = dataclasses.replace(result, effects=result.effects.assign(std_error=np.nan))
    with pytest.raises(InvalidEffect, match="Show its interval beside them"):
        ww.synthesis.own_effect(bare, study="x")


def test_turning_twice_is_not_turning_and_intervals_follow():
    es = pd.DataFrame({"yi": [0.2, -0.3], "conf_low": [0.1, -0.5], "conf_high": [0.3, -0.1], "better": ["up", "down"]})
    once = ww.synthesis.flip(es, good="better")
    assert once["yi"].tolist() == [0.2, 0.3]
    assert once[["conf_low", "conf_high"]].to_numpy().tolist() == [[0.1, 0.3], [0.1, 0.5]]
    twice = ww.synthesis.flip(once.assign(better=["up", "down"]), good="better")
    assert twice["yi"].tolist() == es["yi"].tolist()


def test_an_unknown_direction_is_refused():
    with pytest.raises(InvalidEffect, match="1 of 1 rows have something else"):
        ww.synthesis.flip(pd.DataFrame({"yi": [0.1], "better": ["higher"]}), good="better")
    with pytest.raises(MissingValues, match="1 of 1"):
        ww.synthesis.flip(pd.DataFrame({"yi": [0.1], "better": [None]}), good="better")
