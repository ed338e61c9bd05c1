import numpy as np
import pytest

from whatworks.synthesis.heterogeneity import generalised_q, q_profile, tau2_paule_mandel, tau2_where_q_is


@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
@pytest.mark.parametrize("data", ["smd", "lor"])
def test_q_profile_limits_equal_metafor(effects, answers, data, method):
    es, limits = effects[data], answers[f"q_profile/{data}/{method}"]
    low, high = q_profile(es[["yi"]].to_numpy(), es[["vi"]].to_numpy())
    assert low[0] == pytest.approx(limits["ci_lower"][0], rel=1e-9)
    assert high[0] == pytest.approx(limits["ci_upper"][0], rel=1e-9)


def test_paule_mandel_brings_q_to_its_degrees_of_freedom(effects):
    yi, vi = effects["lor"][["yi"]].to_numpy(), effects["lor"][["vi"]].to_numpy()
    assert generalised_q(yi, vi, tau2_paule_mandel(yi, vi))[0] == pytest.approx(13, rel=1e-12)


def test_q_meets_any_target_from_tiny_to_huge_variances():
    rng = np.random.default_rng(1)
    yi, vi = rng.normal(0, 1e3, (6, 200)), np.exp(rng.normal(0, 4, (6, 200)))
    target = np.full(200, 0.01)
    assert generalised_q(yi, vi, tau2_where_q_is(yi, vi, target)) == pytest.approx(target, rel=1e-9)


def test_effects_closer_than_chance_have_both_limits_at_zero():
    low, high = q_profile(np.array([[0.1], [0.1], [0.1]]), np.ones((3, 1)))
    assert (low[0], high[0]) == (0.0, 0.0)
