"""The smoothed bootstrap: the same draws solved by HiGHS, and intervals that hold the truth."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from whatworks.benchmarking.smoothed_bootstrap import bandwidth, bootstrap_scores, smoothed_sample
from whatworks.benchmarking.technology import read_units


def by_highs(X, Y, x, y, *, vrs):
    """Input-oriented score of one unit against a technology, straight from the textbook."""
    n, m = X.shape
    limits = np.zeros((m + Y.shape[1], n + 1))
    limits[:m, 1:], limits[m:, 1:], limits[:m, 0] = X.T, -Y.T, -x
    equal = {"A_eq": np.concatenate([[0.0], np.ones(n)])[None, :], "b_eq": [1.0]} if vrs else {}
    return linprog([1.0, *np.zeros(n)], A_ub=limits, b_ub=[*np.zeros(m), *-y], **equal).x[0]


@pytest.mark.parametrize("returns", ["vrs", "crs"])
def test_every_score_of_a_draw_is_the_optimum_that_highs_finds(homes, returns):
    units = read_units(homes, unit="unit", inputs=["cost", "staff"], outputs=["stays", "points"])
    drawn = bootstrap_scores(units, returns=returns, orientation="input", draws=1, seed=7)
    factor = smoothed_sample(drawn.distance, drawn.bandwidth, np.random.default_rng(7)) / drawn.distance
    X = units.X * factor[:, None]
    highs = [by_highs(X, units.Y, units.X[k], units.Y[k], vrs=returns == "vrs") for k in range(units.n)]
    assert 1 / drawn.draws[0] == pytest.approx(np.array(highs), abs=1e-9)


def test_output_draws_are_input_draws_turned_round_under_constant_returns(homes):
    units = read_units(homes, unit="unit", inputs=["cost", "staff"], outputs=["stays", "points"])
    ways = [bootstrap_scores(units, returns="crs", orientation=way, draws=3, seed=1).draws for way in ("input", "output")]
    assert ways[0] == pytest.approx(ways[1], abs=1e-9)


def test_corrected_scores_are_lower_and_their_intervals_do_not_hold_the_plain_score(homes):
    units = read_units(homes, unit="unit", inputs="cost", outputs="stays")
    drawn = bootstrap_scores(units, returns="vrs", orientation="input", draws=100, seed=3)
    low, high = drawn.limits(0.95)
    assert (drawn.corrected() >= drawn.distance).all()
    assert (low >= drawn.distance - 1e-12).all()
    assert (low <= high).all()


def test_a_sample_stays_beyond_one_and_keeps_spread_and_frontier():
    rng = np.random.default_rng(0)
    distance = 1 + np.abs(rng.normal(0, 0.5, 4000))
    drawn = smoothed_sample(distance, bandwidth(distance), rng)
    assert drawn.min() >= 1
    assert ((drawn - 1) ** 2).mean() == pytest.approx(((distance - 1) ** 2).mean(), rel=0.06)
    # The density does not fall away from the frontier: as many are within a tenth of it as in the sample.
    assert (drawn < 1.1).mean() == pytest.approx((distance < 1.1).mean(), abs=0.03)


@pytest.mark.slow
def test_intervals_hold_the_true_efficiency_about_as_often_as_they_say():
    # y = sqrt(x) exp(-u): the true output distance is exp(u). With 60 units the homogeneous smoothed bootstrap's 95 per cent
    # intervals fall short, at the ends of the frontier most (Simar & Wilson 2000, J. Productivity Analysis 13:49-78).
    held, bias, left = [], [], []
    for seed in range(14):
        rng = np.random.default_rng(seed)
        used, truth = rng.uniform(1, 9, 60), np.exp(np.abs(rng.normal(0, 0.4, 60)))
        units = read_units(pd.DataFrame({"used": used, "made": np.sqrt(used) / truth}), unit=None, inputs="used", outputs="made")
        drawn = bootstrap_scores(units, returns="vrs", orientation="output", draws=60, seed=seed)
        low, high = drawn.limits(0.95)
        held.append(((low <= truth) & (truth <= high)).mean())
        bias.append((drawn.distance - truth).mean())
        left.append((drawn.corrected() - truth).mean())
    assert 0.7 < np.mean(held) <= 0.97
    assert abs(np.mean(left)) < 0.6 * abs(np.mean(bias))


@pytest.mark.slow
def test_the_bootstrap_measures_the_bias_that_there_is():
    # Under constant returns the best of n units is all that matters: the bias is that of a minimum.
    bias, measured = [], []
    for seed in range(18):
        rng = np.random.default_rng(100 + seed)
        used, truth = rng.uniform(1, 9, 60), np.exp(np.abs(rng.normal(0, 0.4, 60)))
        units = read_units(pd.DataFrame({"used": used, "made": used / truth}), unit=None, inputs="used", outputs="made")
        drawn = bootstrap_scores(units, returns="crs", orientation="output", draws=60, seed=seed)
        bias.append((drawn.distance - truth).mean())
        measured.append((drawn.draws.mean(axis=0) - drawn.distance).mean())
    assert np.mean(measured) == pytest.approx(np.mean(bias), rel=0.4)
