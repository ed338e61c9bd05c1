"""Fixed-length intervals: against R, against direct minimisation, and over repeated samples at the worst allowed bend."""

import numpy as np
import pytest
from scipy import optimize, stats

from whatworks.core.errors import NotIdentified
from whatworks.did.smoothness import fixed_length_interval, folded_critical_value

# Benzarti & Carloni (2019) as in Rambachan & Roth (2023), section 6.1: profits, four times before and four after, with the
# answers of R's HonestDiD to the effect in the first time, as published with its translation to Julia.
PROFITS = np.array([0.006696351804, 0.02934503369, -0.006472972222, 0.0730149895, 0.1959611177, 0.3120639026, 0.2395415455,
                    0.1260425001])  # fmt: skip
PROFITS_VCOV = np.array([
    [0.0008428358124, 0.0004768686777, 0.0002618051076, 0.0002354220342, 0.0001676371467, 0.0001128707663, 1.992816215e-05,
     -0.0001368265366],
    [0.0004768686777, 0.0006425420288, 0.0003987425007, 0.0002435515198, 0.0002201960306, 0.0001804591157, 3.84376508e-05,
     -2.960421989e-05],
    [0.0002618051076, 0.0003987425007, 0.0005229949602, 0.000211768609, 0.0001840722252, 0.000145852784, 7.005197403e-05,
     5.952994979e-05],
    [0.0002354220342, 0.0002435515198, 0.000211768609, 0.0003089595411, 0.0001197866077, 0.0001334081317, 0.0001016335009,
     0.0001079051726],
    [0.0001676371467, 0.0002201960306, 0.0001840722252, 0.0001197866077, 0.000359970436, 0.0002478818642, 0.0001749579242,
     0.0001654256921],
    [0.0001128707663, 0.0001804591157, 0.000145852784, 0.0001334081317, 0.0002478818642, 0.0004263949813, 0.0002171437809,
     0.0002892747871],
    [1.992816215e-05, 3.84376508e-05, 7.005197403e-05, 0.0001016335009, 0.0001749579242, 0.0002171437809, 0.0004886697861,
     0.0003805322049],
    [-0.0001368265366, -2.960421989e-05, 5.952994979e-05, 0.0001079051726, 0.0001654256921, 0.0002892747871, 0.0003805322049,
     0.000761739444],
])  # fmt: skip
FIRST = np.array([1.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("bound", "low", "high"),
    [(0.0, 0.131411316, 0.2161696482), (0.1, 0.1194440001, 0.4185082143), (0.2, 0.0194440002, 0.5185082143)],
)
def test_profits_of_french_restaurants_as_in_r(bound, low, high):
    # R searches 100 standard errors and simulates the critical value: its ends are good to about 1e-4.
    found = fixed_length_interval(PROFITS, PROFITS_VCOV, n_before=4, weights=FIRST, bound=bound)
    assert found.estimate - found.half_length == pytest.approx(low, abs=1.2e-4)
    assert found.estimate + found.half_length == pytest.approx(high, abs=1.2e-4)


def worst_bias(on_leads, weights, bound):
    """The largest bias over all paths whose slope changes by at most the bound, by linear programming."""
    n = len(on_leads)
    at = np.append(np.arange(-n, 0), np.arange(0, len(weights) + 1))
    combination = np.concatenate([on_leads, [0.0], weights])
    bends = np.zeros((len(at) - 2, len(at)))
    for row in range(len(at) - 2):
        bends[row, row : row + 3] = 1.0, -2.0, 1.0
    reference = np.zeros((1, len(at)))
    reference[0, n] = 1.0
    answer = optimize.linprog(
        -combination,
        A_ub=np.vstack([bends, -bends]),
        b_ub=np.full(2 * len(bends), bound),
        A_eq=reference,
        b_eq=[0.0],
        bounds=[(None, None)] * len(at),
        method="highs",
    )
    return -answer.fun


@pytest.mark.parametrize("weights", [FIRST, np.full(4, 0.25), np.array([0.0, 0.0, -1.0, 1.0])])
@pytest.mark.parametrize("bound", [0.0, 0.004, 0.02, 0.1])
def test_the_stated_bias_is_the_worst_there_is(weights, bound):
    found = fixed_length_interval(PROFITS, PROFITS_VCOV, n_before=4, weights=weights, bound=bound)
    assert found.bias == pytest.approx(worst_bias(found.on_leads, weights, bound), abs=1e-8)


@pytest.mark.parametrize("bound", [0.0, 0.002, 0.006, 0.02, 0.06, 0.2])
def test_no_other_weights_give_a_shorter_interval(bound):
    weights = np.array([0.0, 1.0, 0.0, 0.0])
    ours = fixed_length_interval(PROFITS, PROFITS_VCOV, n_before=4, weights=weights, bound=bound)

    def half_length(free):
        # Lines must cancel: the last weight follows from the others.
        on_leads = np.append(free, 2.0 - 4 * free[0] - 3 * free[1] - 2 * free[2])
        both = np.append(on_leads, weights)
        spread = np.sqrt(both @ PROFITS_VCOV @ both)
        kinks = np.concatenate([[np.maximum(i + np.arange(4, 0, -1), 0) @ on_leads for i in (-3, -2, -1)]])
        bias = bound * (np.abs(kinks).sum() + 3.0)
        return spread * folded_critical_value(bias / spread, 0.95)

    best = min(
        optimize.minimize(half_length, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}).fun
        for start in (ours.on_leads[:3], ours.on_leads[:3] + 0.05, np.zeros(3))
    )
    assert ours.half_length <= best + 1e-9
    assert half_length(ours.on_leads[:3]) == pytest.approx(ours.half_length, rel=1e-9)


def test_a_single_lead_leaves_no_choice():
    # The line through the one lead and the reference is carried on.
    found = fixed_length_interval(np.array([-0.5, 2.0]), np.diag([0.01, 0.04]), n_before=1, weights=np.ones(1), bound=0.3)
    assert found.estimate == pytest.approx(1.5)
    assert found.bias == pytest.approx(0.3)
    assert found.std_error == pytest.approx(np.sqrt(0.05))


def test_many_leads_are_followed_along_the_whole_path():
    rng = np.random.default_rng(3)
    root = rng.normal(size=(20, 200))
    vcov = root @ root.T / 200 + 1.0
    lengths = []
    for bound in (0.0, 0.01, 0.05, 0.2, 1.0):
        found = fixed_length_interval(rng.normal(size=20), vcov, n_before=15, weights=np.eye(5)[0], bound=bound)
        assert found.bias == pytest.approx(worst_bias(found.on_leads, np.eye(5)[0], bound), abs=1e-7)
        lengths.append(found.half_length)
    assert lengths == sorted(lengths)


def test_a_covariance_without_full_rank_is_refused_with_the_way_out():
    vcov = np.ones((4, 4)) + np.diag([0.0, 0.0, 1.0, 1.0])
    with pytest.raises(NotIdentified, match="leads=4"):
        fixed_length_interval(np.zeros(4), vcov, n_before=3, weights=np.ones(1), bound=0.1)


@pytest.mark.slow
def test_the_interval_covers_at_the_worst_allowed_bend():
    rng = np.random.default_rng(8)
    bound, draws = 0.02, 2000
    found = fixed_length_interval(PROFITS, PROFITS_VCOV, n_before=4, weights=FIRST, bound=bound)
    both = np.append(found.on_leads, FIRST)
    # A path that bends by the bound the same way as the estimator responds, plus any line.
    at = np.array([-4, -3, -2, -1, 1, 2, 3, 4.0])
    path = 0.3 * at
    for kink in (-3, -2, -1, 0, 1, 2, 3):
        bend = np.maximum(kink - at, 0) if kink < 0 else np.maximum(at - kink, 0)
        path = path + bound * np.sign(both @ bend) * bend
    assert both @ path == pytest.approx(found.bias)
    estimates = rng.multivariate_normal(path, PROFITS_VCOV, size=draws) @ both
    covered = (np.abs(estimates) <= found.half_length).sum()
    low, high = stats.binom.ppf([0.005, 0.995], draws, 0.95)
    assert low <= covered <= high
