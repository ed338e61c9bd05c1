"""Power of the test before the start: published numbers, brute-force samples, and what is refused."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import EffectResult, Provenance

TIMES = np.array([-4, -3, -2, 0, 1, 2, 3])


def event_study(estimates, vcov, times):
    """An event study with reference -1 as an estimator would return it."""
    at = np.sort(np.append(times, -1))
    place = np.flatnonzero(at == -1)[0]
    full = np.insert(np.insert(vcov, place, 0.0, axis=0), place, 0.0, axis=1)
    values, spread = np.insert(estimates, place, 0.0), np.sqrt(np.diag(full))
    terms = [f"event time {e}" for e in at]
    effects = pd.DataFrame({"term": ["ATT", *terms], "kind": ["headline"] + ["part"] * len(at),
                            "estimate": np.append(values[at >= 0].mean(), values),
                            "std_error": np.where(np.append(1.0, spread) > 0, np.append(1.0, spread), np.nan),
                            "conf_low": np.nan, "conf_high": np.nan, "p_value": np.nan,
                            "event_time": pd.array([pd.NA, *at], dtype="Int64")})  # fmt: skip
    return EffectResult(method="did.event_study", estimand="ATT", measure="MD", unit="points", effects=effects,
                        provenance=Provenance(data_fingerprint="0"),
                        vcov=pd.DataFrame(full, index=terms, columns=terms))  # fmt: skip


# He & Wang (2017), American Economic Journal: Applied Economics 9:262-286, figure 2A, as printed with R's pretrends package: the
# estimates and standard errors, the line found with probability one half, and what remains of it among samples that pass.
ESTIMATES = np.array([-0.08942866, -0.08939153, -0.06860359, 0.09308024, 0.18774731, 0.18067996, 0.09727819])
SPREAD = np.array([0.12228981, 0.10185069, 0.07761490, 0.07494899, 0.10177085, 0.10727871, 0.15696300])
SLOPE_50 = 0.06991527
IF_PASSED = np.array([-0.12249504, -0.07515163, -0.03060731])


def he_and_wang(correlations):
    """The study with the given correlations among its three effects before the start, and none after it."""
    between = np.eye(7)
    between[np.triu_indices(3, 1)] = between[(1, 2, 2), (0, 0, 1)] = 0.0
    for (i, j), value in zip([(0, 1), (0, 2), (1, 2)], correlations, strict=True):
        between[i, j] = between[j, i] = value
    return event_study(ESTIMATES, between * np.outer(SPREAD, SPREAD), TIMES)


def test_power_bayes_factor_and_likelihood_ratio_of_he_and_wang_match_r():
    # The covariance is not printed. These three correlations reproduce the three printed means after passing, found by least
    # squares; the four numbers below were not used to find them.
    found = ww.did.pretrend_power(he_and_wang([0.65203, 0.49961, 0.63680]), slope=SLOPE_50)
    assert found.parts["bias_if_passed"].to_numpy()[:3] == pytest.approx(IF_PASSED, abs=4e-4)
    assert found.statistics["power"] == pytest.approx(0.4997, abs=2e-3)
    assert found.statistics["slope_50"] == pytest.approx(SLOPE_50, abs=2e-4)
    assert found.statistics["bayes_factor"] == pytest.approx(0.5671, abs=2e-3)
    assert found.statistics["likelihood_ratio"] == pytest.approx(0.8589, abs=2e-3)


@pytest.fixture
def correlated():
    rng = np.random.default_rng(4)
    root = rng.normal(size=(7, 9))
    vcov = root @ root.T / 100
    return event_study(rng.multivariate_normal(np.zeros(7), vcov), vcov, TIMES), vcov


@pytest.mark.parametrize("test", ["individual", "joint"])
def test_power_and_bias_agree_with_brute_force_samples(correlated, test):
    study, vcov = correlated
    found = ww.did.pretrend_power(study, slope=0.12, test=test)
    trend = 0.12 * (TIMES + 1)
    draws = np.random.default_rng(9).multivariate_normal(trend, vcov, size=400_000)
    early = draws[:, :3]
    if test == "individual":
        passed = (np.abs(early) <= 1.959964 * np.sqrt(np.diag(vcov)[:3])).all(axis=1)
    else:
        passed = np.einsum("ij,jk,ik->i", early, np.linalg.inv(vcov[:3, :3]), early) <= 7.814728
    assert found.statistics["power"] == pytest.approx(1 - passed.mean(), abs=3e-3)
    assert found.statistics[f"power_{test}"] == found.statistics["power"]
    error = 5 * draws[passed].std(axis=0) / np.sqrt(passed.sum()) + 1e-3
    assert (np.abs(found.parts["bias_if_passed"].to_numpy() - draws[passed].mean(axis=0)) <= error).all()
    assert found.parts["hypothesised"].to_numpy() == pytest.approx(trend)
    assert found.headline.bias_if_passed == pytest.approx(found.parts["bias_if_passed"].to_numpy()[3:].mean())


@pytest.mark.parametrize("test", ["individual", "joint"])
def test_the_slope_for_a_power_has_that_power(correlated, test):
    study, _ = correlated
    for power in (0.3, 0.5, 0.8):
        found = ww.did.pretrend_power(study, power=power, test=test).statistics
        assert found["power"] == pytest.approx(power, abs=1e-3)
    assert found["slope_50"] < found["slope_80"]


def test_one_effect_before_the_start_has_the_power_of_a_two_sided_normal_test():
    study = event_study(np.array([0.1, 1.0]), np.diag([0.04, 0.09]), np.array([-2, 0]))
    # A shift of 1.96 standard errors is found half the time, 2.80 eight times in ten.
    found = ww.did.pretrend_power(study).statistics
    assert found["slope_50"] == pytest.approx(0.2 * 1.96, abs=2e-3)
    assert found["slope_80"] == pytest.approx(0.2 * 2.8016, abs=3e-3)


def test_any_path_may_be_hypothesised(correlated):
    study, _ = correlated
    quadratic = {int(e): -0.05 * (int(e) + 1) ** 2 for e in TIMES}
    found = ww.did.pretrend_power(study, slope=quadratic)
    assert found.parts["hypothesised"].tolist() == pytest.approx(list(quadratic.values()))


def test_the_seed_fixes_the_draws_and_hardly_matters(correlated):
    study, _ = correlated
    first, again, other = (ww.did.pretrend_power(study, slope=0.1, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.provenance.seed == 1
    assert other.statistics["power"] == pytest.approx(first.statistics["power"], abs=2e-3)
    assert EffectResult.from_json(first.to_json()) == first


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"power": 0.01}, "level of the test"),
        ({"test": "wald"}, "joint"),
        ({"slope": {-9: 0.1}}, "-9"),
        ({"leads": 1.5}, "whole"),
    ],
)
def test_options_that_cannot_be_used_are_refused(correlated, options, words):
    with pytest.raises(ww.errors.InvalidOption, match=words):
        ww.did.pretrend_power(correlated[0], **options)


def test_a_singular_covariance_is_refused_with_fewer_leads_as_the_way_out():
    vcov = np.ones((4, 4)) + np.diag([0.0, 0.0, 1.0, 1.0])
    study = event_study(np.zeros(4), vcov, np.array([-3, -2, 0, 1]))
    with pytest.raises(ww.errors.NotIdentified, match="leads="):
        ww.did.pretrend_power(study)
    assert ww.did.pretrend_power(study, leads=1).statistics["leads"] == 1


def test_many_leads_that_find_something_without_any_trend_are_refused_with_the_way_out():
    times = np.r_[np.arange(-30, -1), 0]
    study = event_study(np.zeros(len(times)), np.eye(len(times)), times)
    with pytest.raises(ww.core.errors.InvalidOption, match=r"of 29 leads finds something with probability 0\.7\d.*fewer leads="):
        ww.did.pretrend_power(study)
    seen = ww.did.pretrend_power(study, slope=0.01)
    assert np.isnan(seen.statistics["slope_50"])
    assert ww.did.pretrend_power(study, test="joint").statistics["power"] == pytest.approx(0.5)
