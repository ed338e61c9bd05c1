"""The stochastic frontier: densities by convolution, known truth, what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import expon, norm, truncnorm

import whatworks as ww
from whatworks.benchmarking.composed_error import ComposedError, inefficiency, log_density, mean_efficiency
from whatworks.core.errors import InvalidColumn, InvalidOption, NotIdentified, TooFewUnits

ERRORS = [
    ComposedError(distribution="half_normal", sigma_v=0.3, sigma_u=0.5),
    ComposedError(distribution="exponential", sigma_v=0.3, sigma_u=0.4),
    ComposedError(distribution="truncated_normal", sigma_v=0.2, sigma_u=0.6, mu=-0.3),
]


def of_inefficiency(error):
    """Density of u by scipy."""
    if error.distribution == "exponential":
        return expon(scale=error.sigma_u).pdf
    return truncnorm(-error.mu / error.sigma_u, np.inf, loc=error.mu, scale=error.sigma_u).pdf


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.distribution)
def test_density_and_what_an_error_says_of_its_unit_are_those_of_brute_force_integration(error):
    density = of_inefficiency(error)
    for e in (-1.2, -0.1, 0.4):

        def joint(u, e=e):
            return density(u) * norm.pdf(e + u, scale=error.sigma_v)

        whole = quad(joint, 0, 6, epsrel=1e-11)[0]
        told = inefficiency(np.array([e]), error, conf_level=0.9)
        assert log_density(np.array([e]), error)[0] == pytest.approx(np.log(whole), abs=1e-9)
        # Jondrow et al. (1982), and Battese & Coelli (1988).
        assert told.inefficiency[0] == pytest.approx(quad(lambda u: u * joint(u), 0, 6)[0] / whole, rel=1e-7)
        mean = quad(lambda u: np.exp(-u) * joint(u), 0, 6)[0] / whole
        assert told.efficiency[0] == pytest.approx(mean, rel=1e-7)
        square = quad(lambda u: np.exp(-2 * u) * joint(u), 0, 6)[0] / whole
        assert told.spread[0] == pytest.approx(np.sqrt(square - mean**2), rel=1e-5)
        assert quad(joint, -np.log(told.high[0]), -np.log(told.low[0]))[0] / whole == pytest.approx(0.9, abs=1e-6)
    assert mean_efficiency(error) == pytest.approx(quad(lambda u: np.exp(-u) * density(u), 0, 8)[0], rel=1e-8)


def made(n, *, seed, scale=0.4, noise=0.15, cost=False):
    rng = np.random.default_rng(seed)
    staff, rooms = rng.uniform(2, 20, n), rng.uniform(5, 40, n)
    u = np.abs(rng.normal(0, scale, n))
    log_made = 0.5 + 0.6 * np.log(staff) + 0.3 * np.log(rooms) + rng.normal(0, noise, n) + (u if cost else -u)
    return pd.DataFrame({"staff": staff, "rooms": rooms, "made": np.exp(log_made), "truth": np.exp(-u)})


@pytest.mark.parametrize("cost", [False, True])
def test_truth_is_found_again_for_production_and_for_cost(cost):
    frame = made(1500, seed=1, cost=cost)
    call = {"inputs": "made", "outputs": ["staff", "rooms"], "frontier": "cost"}
    if not cost:
        call = {"inputs": ["staff", "rooms"], "outputs": "made"}
    result = ww.benchmarking.stochastic_frontier(frame, **call)
    slopes = result.parts.query("level == 'coefficient'").set_index("term")
    assert slopes.loc["log staff", "conf_low"] < 0.6 < slopes.loc["log staff", "conf_high"]
    assert result.statistics["sigma_u"] == pytest.approx(0.4, abs=0.06)
    assert result.statistics["sigma_v"] == pytest.approx(0.15, abs=0.03)
    units = result.parts.query("level == 'unit'")
    held = (units["conf_low"].to_numpy() <= frame["truth"]) & (frame["truth"] <= units["conf_high"].to_numpy())
    assert held.mean() == pytest.approx(0.95, abs=0.03)
    assert result.headline.conf_low < frame["truth"].mean() < result.headline.conf_high
    assert result.headline.p_value < 1e-6


@pytest.mark.parametrize("distribution", ["exponential", "truncated_normal"])
def test_other_distributions_reach_at_least_a_likelihood_near_the_half_normal(distribution):
    frame = made(400, seed=2)
    call = {"inputs": ["staff", "rooms"], "outputs": "made"}
    half = ww.benchmarking.stochastic_frontier(frame, **call)
    other = ww.benchmarking.stochastic_frontier(frame, **call, distribution=distribution)
    # The half-normal is a truncated normal with mean zero.
    slack = 1e-3 if distribution == "truncated_normal" else 6.0
    assert other.statistics["log_likelihood"] > half.statistics["log_likelihood"] - slack
    assert other.parts.query("level == 'unit'")["estimate"].between(0, 1).all()


def test_efficiencies_do_not_depend_on_units_of_measurement():
    frame = made(200, seed=3)
    one, two = (
        ww.benchmarking.stochastic_frontier(each, inputs=["staff", "rooms"], outputs="made").parts.query("level == 'unit'")
        for each in (frame, frame.assign(staff=frame["staff"] * 1000, made=frame["made"] / 7))
    )
    np.testing.assert_allclose(one["estimate"], two["estimate"], rtol=2e-4)


def test_errors_that_lean_to_the_wrong_side_are_refused():
    with pytest.raises(NotIdentified, match="lean to the wrong side"):
        ww.benchmarking.stochastic_frontier(made(300, seed=1, cost=True), inputs=["staff", "rooms"], outputs="made")


def test_calls_that_cannot_be_answered_are_refused():
    frame = made(60, seed=5)
    with pytest.raises(TooFewUnits, match="29 units; at least 30"):
        ww.benchmarking.stochastic_frontier(frame.head(29), inputs="staff", outputs="made")
    with pytest.raises(InvalidOption, match="explains one column; 2 were named"):
        ww.benchmarking.stochastic_frontier(frame, inputs="staff", outputs=["made", "rooms"])
    nothing = frame.assign(rooms=frame["rooms"].where(frame.index > 0, 0.0))
    with pytest.raises(InvalidColumn, match="'rooms' is zero in 1 of 60"):
        ww.benchmarking.stochastic_frontier(nothing, inputs="made", outputs=["staff", "rooms"], frontier="cost")


def test_much_noise_is_a_failed_check():
    frame = made(1000, seed=8, scale=0.2, noise=0.3)
    result = ww.benchmarking.stochastic_frontier(frame, inputs=["staff", "rooms"], outputs="made")
    assert next(each for each in result.checks if each.name == "mostly_noise").passed is False
