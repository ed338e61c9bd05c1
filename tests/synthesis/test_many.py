import numpy as np
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEffect, InvalidOption, MissingValues, TooFewStudies
from whatworks.synthesis.many import TAU2_ESTIMATORS

NAMES = {
    "estimate": "estimate",
    "std_error": "se",
    "conf_low": "ci_lower",
    "conf_high": "ci_upper",
    "p_value": "p_value",
    "tau2": "tau2",
    "i2": "I2",
    "h2": "H2",
    "q": "Q",
    "q_pvalue": "Q_p",
    "prediction_low": "prediction_lower",
    "prediction_high": "prediction_upper",
}


def _simulated(rng, m, k, *, tau2=0.05, effect=0.0, vi=(0.02, 0.2)):
    v = rng.uniform(*vi, (m, k))
    return rng.normal(effect, np.sqrt(v + tau2)), v


FITS = [("EE", "z"), ("REML", "t"), ("REML", "adhoc")]
FITS += [(tau2, test) for tau2 in TAU2_ESTIMATORS if tau2 != "EE" for test in ("z", "knha")]


@pytest.mark.parametrize("data", ["smd", "lor"])
@pytest.mark.parametrize(("tau2", "test"), FITS)
def test_every_estimator_and_test_equals_metafor(effects, answers, data, tau2, test):
    expected = answers[f"pool/{data}/{tau2}/{test}"]
    es = effects[data]
    row = ww.synthesis.pool_many(es[["yi"]].to_numpy().T, es[["vi"]].to_numpy().T, tau2=tau2, test=test).iloc[0]
    assert row["k"] == expected["k"]
    for ours, theirs in NAMES.items():
        if theirs in expected:
            assert row[ours] == pytest.approx(expected[theirs], rel=1e-9, abs=1e-12), ours


def test_no_answer_of_the_reference_is_left_out(answers):
    pooled = [tuple(entry.split("/")[2:]) for entry in answers if entry.startswith("pool/")]
    assert set(pooled) == set(FITS)


def test_a_subset_of_studies_equals_metafor(effects, two_means, answers):
    es = effects["smd"]
    present = np.stack([(two_means["rob"] == level).to_numpy() for level in ("low", "some", "high")])
    yi, vi = (np.tile(es[column].to_numpy(), (3, 1)) for column in ("yi", "vi"))
    table = ww.synthesis.pool_many(yi, vi, test="z", present=present)
    for (_, row), level in zip(table.iterrows(), ("low", "some", "high"), strict=True):
        for ours, theirs in NAMES.items():
            expected = answers[f"subgroup/rob_{level}"][theirs]
            assert row[ours] == pytest.approx(expected, rel=1e-9, abs=1e-12), ours


def test_sixty_three_effects_equal_metafor(multilevel, answers):
    row = ww.synthesis.pool_many(multilevel[["yi"]].to_numpy().T, multilevel[["vi"]].to_numpy().T, test="z").iloc[0]
    expected = answers["two_level_CR2"]
    assert row["tau2"] == pytest.approx(expected["tau2"], rel=1e-9)
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert row["std_error"] == pytest.approx(expected["model_se"], rel=1e-9)


@pytest.mark.parametrize("tau2", list(TAU2_ESTIMATORS))
def test_each_row_is_pooled_as_if_it_were_alone_whatever_is_missing(tau2):
    rng = np.random.default_rng(4)
    yi, vi = _simulated(rng, 40, 9)
    gone = rng.random(yi.shape) < 0.4
    gone[:, 0] = False
    yi[gone], vi[gone] = np.nan, np.nan
    together = ww.synthesis.pool_many(yi, vi, tau2=tau2, test="z")
    for row in range(40):
        there = ~gone[row]
        alone = ww.synthesis.pool_many(yi[[row]][:, there], vi[[row]][:, there], tau2=tau2, test="z")
        assert together.iloc[row].to_numpy() == pytest.approx(alone.iloc[0].to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True)


def test_more_meta_analyses_than_one_block_come_back_in_order():
    yi, vi = _simulated(np.random.default_rng(5), 7_000, 12)
    whole = ww.synthesis.pool_many(yi, vi)
    some = [0, 2_729, 2_730, 6_999]
    again = ww.synthesis.pool_many(yi[some], vi[some])
    assert whole.iloc[some].to_numpy() == pytest.approx(again.to_numpy(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("tau2", list(TAU2_ESTIMATORS))
def test_doubling_the_unit_doubles_the_effect_and_quadruples_the_variance(tau2):
    yi, vi = _simulated(np.random.default_rng(6), 50, 8)
    once = ww.synthesis.pool_many(yi, vi, tau2=tau2, test="z")
    twice = ww.synthesis.pool_many(2 * yi, 4 * vi, tau2=tau2, test="z")
    assert twice["estimate"].to_numpy() == pytest.approx(2 * once["estimate"].to_numpy(), rel=1e-12)
    assert twice["tau2"].to_numpy() == pytest.approx(4 * once["tau2"].to_numpy(), rel=1e-9, abs=1e-15)
    assert twice["i2"].to_numpy() == pytest.approx(once["i2"].to_numpy(), rel=1e-9, abs=1e-12)


def test_a_single_study_comes_back_as_it_is():
    row = ww.synthesis.pool_many(np.array([[0.4, np.nan]]), np.array([[0.04, np.nan]])).iloc[0]
    assert (row["k"], row["estimate"], row["std_error"]) == (1, 0.4, pytest.approx(0.2))
    assert row["conf_high"] == pytest.approx(0.4 + 1.959963984540054 * 0.2)
    assert row[["tau2", "i2", "prediction_low"]].isna().all()


def test_wrong_arrays_and_options_are_refused():
    yi, vi = np.zeros((2, 3)), np.ones((2, 3))
    with pytest.raises(InvalidOption, match="one shape"):
        ww.synthesis.pool_many(yi, vi[:, :2])
    with pytest.raises(InvalidOption, match="tau2='XX' is not known"):
        ww.synthesis.pool_many(yi, vi, tau2="XX")
    with pytest.raises(TooFewStudies, match="1 of 2 meta-analyses have no study"):
        ww.synthesis.pool_many(yi, vi, present=np.array([[True] * 3, [False] * 3]))
    with pytest.raises(MissingValues, match="1 studies lack an effect or a variance"):
        ww.synthesis.pool_many(np.where(np.eye(2, 3) * [[1], [0]], np.nan, yi), vi)
    with pytest.raises(InvalidEffect, match="6 studies have a variance that is not above 0"):
        ww.synthesis.pool_many(yi, 0 * vi)


def test_numbers_too_large_or_too_small_to_compute_with_are_refused():
    for yi, vi in (([1e200, 0.0], [1.0, 1.0]), ([0.1, 0.2], [1e-200, 1.0]), ([0.1, 0.2], [1e200, 1e-200])):
        with pytest.raises(InvalidEffect, match="too large or too small to compute with"):
            ww.synthesis.pool_many(np.array([yi]), np.array([vi]))


@pytest.mark.parametrize("tau2", list(TAU2_ESTIMATORS))
def test_numbers_of_any_size_that_is_allowed_give_an_answer(tau2):
    for unit in (1e-20, 1.0, 1e20):
        yi, vi = _simulated(np.random.default_rng(9), 20, 6)
        table = ww.synthesis.pool_many(yi * unit, vi * unit**2, tau2=tau2, test="z")
        usual = ww.synthesis.pool_many(yi, vi, tau2=tau2, test="z")
        assert (table["tau2"] / unit**2).to_numpy() == pytest.approx(usual["tau2"].to_numpy(), rel=1e-9, abs=1e-15)


def test_a_hundred_thousand_studies_are_pooled():
    yi, vi = _simulated(np.random.default_rng(8), 1, 100_000, tau2=0.0449, effect=0.2)
    row = ww.synthesis.pool_many(yi, vi).iloc[0]
    assert row["tau2"] == pytest.approx(0.0449, abs=0.002)


def _coverage(k, *, vi, test="knha", runs=40_000):
    yi, vi = _simulated(np.random.default_rng(k), runs, k, effect=0.3, vi=vi)
    table = ww.synthesis.pool_many(yi, vi, test=test)
    return ((table["conf_low"] <= 0.3) & (table["conf_high"] >= 0.3)).mean()


@pytest.mark.slow
@pytest.mark.parametrize("k", [5, 10, 20])
def test_knapp_hartung_intervals_of_studies_of_like_size_cover_95_percent(k):
    # 3 Monte Carlo standard errors of 40,000 runs.
    assert _coverage(k, vi=(0.04, 0.08)) == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 40_000))


@pytest.mark.slow
@pytest.mark.parametrize("k", [5, 10, 20])
def test_knapp_hartung_intervals_cover_93_to_97_percent_when_sizes_differ_tenfold(k):
    assert 0.93 <= _coverage(k, vi=(0.02, 0.2)) <= 0.97


@pytest.mark.slow
def test_normal_intervals_cover_too_rarely_with_five_studies():
    assert _coverage(5, vi=(0.02, 0.2), test="z") < 0.93
