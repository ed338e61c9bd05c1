"""The wild cluster bootstrap: against its definition written out, theory, and another package."""

from itertools import product

import numpy as np
import pytest

from whatworks.core.errors import InvalidOption, NotIdentified, TooFewUnits
from whatworks.inference import sum_by_cluster, wild_cluster_bootstrap
from whatworks.inference.wild_bootstrap import _WEBB


def regression(clusters, seed=0, weights=False):
    rng = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(clusters), rng.integers(0, clusters, 50)])
    n = len(cluster)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 2)), (cluster < clusters / 2.5).astype(float)])
    y = X[:, 3] + rng.normal(size=clusters)[cluster] + rng.normal(size=n)
    return X, y, cluster, (rng.uniform(0.3, 2, n) if weights else np.ones(n))


def p_value_written_out(X, y, cluster, weights, null, patterns):
    """Refit under the null, rebuild the outcome, refit, studentise: the bootstrap as the paper tells it, pattern by pattern."""
    bread = np.linalg.inv((X.T * weights) @ X)

    def t_value(outcome):
        b = bread @ (X.T * weights) @ outcome
        scores = X * (weights * (outcome - X @ b))[:, None]
        sums = np.array([scores[cluster == g].sum(axis=0) for g in np.unique(cluster)])
        return (b[3] - null) / np.sqrt((bread @ sums.T @ sums @ bread)[3, 3])

    Z = X[:, :3]
    under_null = Z @ np.linalg.solve((Z.T * weights) @ Z, (Z.T * weights) @ (y - null * X[:, 3])) + null * X[:, 3]
    drawn = [t_value(under_null + (y - under_null) * np.asarray(pattern)[cluster]) for pattern in patterns]
    return float(np.mean(np.abs(drawn) >= abs(t_value(y)) * (1 - 1e-9)))


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("null", [0.0, 0.7, -1.3])
def test_enumerated_p_values_equal_the_bootstrap_written_out(null, weights):
    X, y, cluster, w = regression(7, weights=weights)
    sums = sum_by_cluster(X, y, cluster, column=3, weights=w)
    result = wild_cluster_bootstrap(sums, null=null, multipliers="rademacher")
    assert result.p_value == p_value_written_out(X, y, cluster, w, null, product((-1, 1), repeat=7))
    assert (result.exact, result.draws, result.points) == (True, 128, 2)
    assert result.estimate == pytest.approx(np.linalg.lstsq(X * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)[0][3])


def test_the_interval_ends_where_the_written_out_p_value_crosses_the_level():
    X, y, cluster, w = regression(7)
    result = wild_cluster_bootstrap(sum_by_cluster(X, y, cluster, column=3), multipliers="rademacher")
    for end, outwards in ((result.conf_low, -1), (result.conf_high, 1)):
        inside, outside = (
            p_value_written_out(X, y, cluster, w, end + outwards * step, product((-1, 1), repeat=7)) for step in (-1e-6, 1e-6)
        )
        assert inside > 0.05 >= outside


def test_webb_draws_equal_the_bootstrap_written_out_with_the_same_draws():
    X, y, cluster, w = regression(6, seed=2)
    sums = sum_by_cluster(X, y, cluster, column=3)
    result = wild_cluster_bootstrap(sums, multipliers="webb", draws=199, seed=4)
    patterns = _WEBB[np.random.default_rng(4).integers(0, 6, size=(199, 6), dtype=np.int8)]
    codes = np.argsort(np.unique(cluster, return_index=True)[1])  # sums are in order of appearance
    # Draws go to clusters in the order of what they add to the coefficient.
    share = p_value_written_out(X, y, codes[cluster], w, 0.0, patterns[:, np.argsort(np.argsort(sums.cross[:, -1]))])
    assert result.p_value == pytest.approx((share * 199 + 1) / 200)


def test_webb_points_have_mean_zero_and_variance_one():
    assert (_WEBB.mean(), (_WEBB**2).mean(), len(set(_WEBB))) == (pytest.approx(0), pytest.approx(1), 6)


def test_a_mean_over_equal_clusters_is_the_exact_sign_test():
    # With equal clusters the studentised mean is monotone in the mean, so the bootstrap is Fisher's sign-flip test: where all six
    # cluster means have one sign, 2 of 64 patterns are as extreme.
    sums = sum_by_cluster(np.ones((18, 1)), np.repeat(np.arange(1.0, 7), 3), np.repeat(range(6), 3), column=0)
    assert wild_cluster_bootstrap(sums, multipliers="rademacher").p_value == 2 / 64


def test_webb_is_chosen_below_twelve_clusters():
    points = [
        wild_cluster_bootstrap(sum_by_cluster(*regression(clusters)[:3], column=3), draws=99, seed=1).points
        for clusters in (11, 12)
    ]
    assert points == [6, 2]


def test_the_data_count_as_a_draw_where_diff_diff_leaves_them_out():
    # diff-diff 3.13.0, wild_bootstrap_se(X, y, residuals, cluster, 2, n_bootstrap=9999, weight_type="rademacher") on these data
    # gives 0.03125 = 16/512: it counts patterns strictly farther out. Ours adds the data's own pattern and its mirror image.
    rng = np.random.default_rng(11)
    cluster = np.repeat(np.arange(9), 8)
    X = np.column_stack([np.ones(72), rng.normal(size=(72, 1)), (cluster < 3) * 1.0 * (rng.random(72) < 0.8)])
    y = 0.4 * X[:, 2] + rng.normal(size=72) + 0.5 * rng.normal(size=9)[cluster]
    result = wild_cluster_bootstrap(sum_by_cluster(X, y, cluster, column=2), multipliers="rademacher")
    assert result.p_value == 0.03125 + 2 / 512


def test_random_draws_come_near_the_enumeration():
    X, y, cluster, _ = regression(13, seed=5)
    sums = sum_by_cluster(X, y, cluster, column=3)
    exact = wild_cluster_bootstrap(sums, multipliers="rademacher")
    drawn = wild_cluster_bootstrap(sums, multipliers="rademacher", draws=8000, seed=1)
    assert (exact.exact, drawn.exact) == (True, False)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * np.sqrt(exact.p_value / 8000))
    assert drawn.conf_high == pytest.approx(exact.conf_high, abs=0.1)


def test_units_scale_the_interval_and_leave_the_p_value():
    X, y, cluster, _ = regression(8, seed=6)
    first = wild_cluster_bootstrap(sum_by_cluster(X, y, cluster, column=3), seed=1)
    doubled = wild_cluster_bootstrap(sum_by_cluster(X * [1, 5, 1, 1], 2 * y, cluster, column=3), seed=1)
    assert doubled.p_value == first.p_value
    assert (doubled.conf_low, doubled.conf_high) == (pytest.approx(2 * first.conf_low), pytest.approx(2 * first.conf_high))


def test_what_cannot_be_answered_is_refused_with_the_way_out():
    X, y, cluster, _ = regression(5)
    sums = sum_by_cluster(X, y, cluster, column=3)
    with pytest.raises(TooFewUnits, match="32 sign patterns"):
        wild_cluster_bootstrap(sums, multipliers="rademacher")
    with pytest.raises(InvalidOption, match="need seed="):
        wild_cluster_bootstrap(sums, multipliers="webb")
    with pytest.raises(InvalidOption, match="draws=9 cannot reject"):
        wild_cluster_bootstrap(sums, multipliers="webb", draws=9, seed=1)
    with pytest.raises(InvalidOption, match="'normal' is not known"):
        wild_cluster_bootstrap(sums, multipliers="normal")
    with pytest.raises(NotIdentified, match="linear combination"):
        sum_by_cluster(np.column_stack([X, X[:, 1] + X[:, 2]]), y, cluster, column=4)
