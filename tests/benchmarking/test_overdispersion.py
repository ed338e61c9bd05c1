"""Over-dispersion, limits of a funnel and ranks: formulas by hand."""

import numpy as np
import pytest
from scipy.stats import chi2, norm

import whatworks as ww
from whatworks.benchmarking.overdispersion import additive_tau2, paule_mandel, winsorised_phi
from whatworks.benchmarking.shrinkage import rank_intervals


def test_winsorising_pulls_the_extremes_in_to_the_deciles():
    z = np.array([-9.0, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 8])
    low, high = np.quantile(z, [0.1, 0.9])
    assert winsorised_phi(z) == pytest.approx(np.mean(np.clip(z, low, high) ** 2))
    assert winsorised_phi(z) < winsorised_phi(z, share=0.0) == pytest.approx(np.mean(z**2))


def test_additive_variance_is_the_moment_estimate_and_never_negative():
    rng = np.random.default_rng(1)
    s = rng.uniform(0.1, 0.5, 40)
    y = rng.normal(0, np.hypot(s, 0.4))
    phi = np.mean((y / s) ** 2)
    w = s**-2
    expected = (w @ y**2 - 39) / (w.sum() - (w @ w) / w.sum())
    assert additive_tau2(s, phi) == pytest.approx(expected)
    assert additive_tau2(s, 0.9) == 0


def test_paule_mandel_sets_the_squared_z_scores_to_their_expectation_and_its_limits_to_quantiles():
    rng = np.random.default_rng(2)
    s = rng.uniform(0.1, 0.5, 30)
    y = rng.normal(0, np.hypot(s, 0.5))
    for level, aim in ((None, 29), (0.025, chi2.isf(0.025, 29)), (0.975, chi2.isf(0.975, 29))):
        tau2 = paule_mandel(y, s, 0.0, level=level)
        assert (y**2 / (s**2 + tau2)).sum() == pytest.approx(aim, rel=1e-9)
    assert paule_mandel(0.01 * y, s, 0.0) == 0


@pytest.mark.parametrize("overdispersion", ["additive", "multiplicative", "none"])
def test_funnel_limits_are_those_of_the_formula(make_citizens, overdispersion):
    result = ww.benchmarking.compare(
        make_citizens(spread=1.0), provider="home", outcome="y", case_mix=["need", "age"], overdispersion=overdispersion
    )
    rows = result.parts[result.parts["comparable"] & (result.parts["level"] == "provider")]
    phi, tau2 = result.statistics["phi"], result.statistics["tau2_limits"]
    assert phi == pytest.approx(winsorised_phi((rows["estimate"] / rows["std_error"]).to_numpy()))
    width = {
        "additive": np.sqrt(rows["std_error"] ** 2 + tau2),
        "multiplicative": rows["std_error"] * np.sqrt(phi),
        "none": rows["std_error"],
    }[overdispersion]
    assert phi > 1
    for name, coverage in (("95", 0.95), ("998", 0.998)):
        assert rows[f"limit_high_{name}"].to_numpy() == pytest.approx((norm.ppf((1 + coverage) / 2) * width).to_numpy())
        assert rows[f"limit_low_{name}"].to_numpy() == pytest.approx(-rows[f"limit_high_{name}"].to_numpy())
    outside = rows["estimate"].abs() > rows["limit_high_95"]
    assert (rows["place"] != "as_expected").tolist() == outside.tolist()


def test_ranks_turn_round_with_the_good_direction_and_are_wide_where_nothing_is_known():
    middle, error = np.arange(10.0), np.full(10, 0.6)
    up, down = (rank_intervals(middle, error, good=good, draws=400, seed=0, conf_level=0.95) for good in ("up", "down"))
    assert np.array_equal(up.low, 11 - down.high)
    assert up.top_third[-1] > 0.95 > 0.05 > up.top_third[0]
    # Three of ten are the top third.
    assert up.top_third.sum() == pytest.approx(3.0)
    unknown = rank_intervals(np.zeros(10), np.ones(10), good="up", draws=400, seed=0, conf_level=0.95)
    assert (unknown.high - unknown.low >= 8).all()
