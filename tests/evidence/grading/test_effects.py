import numpy as np
import pytest

from whatworks.core.errors import InvalidEffect
from whatworks.evidence.grading.effects import clustered_t, cox_index, hedges_g, improvement_index


def test_hedges_g_of_the_manuals_example():
    # baselinr 0.6, example of hedges_g: means 6 and 5, standard deviations 1, three people per arm.
    assert hedges_g(6, 5, 1, 1, 3, 3) == pytest.approx(0.80)


def test_cox_index_of_two_shares():
    assert cox_index(0.6, 0.5, 200) == pytest.approx(0.2448, abs=5e-5)
    assert cox_index(0.5, 0.6, 200) == pytest.approx(-cox_index(0.6, 0.5, 200))


@pytest.mark.parametrize(("g", "points"), [(0.10, 4.0), (0.20, 7.9), (0.25, 9.9), (0.50, 19.1), (0.80, 28.8), (-0.25, -9.9)])
def test_improvement_index(g, points):
    assert improvement_index(g) == pytest.approx(points, abs=0.05)


@pytest.mark.parametrize(("icc", "t", "df"), [(0.10, 1.461, 338.4), (0.20, 1.130, 231.7)])
def test_a_t_statistic_that_passed_over_clusters_is_corrected(icc, t, df):
    found = clustered_t(2.5, n=400, cluster_size=20, icc=icc)
    assert found.t == pytest.approx(t, abs=5e-4)
    assert found.df == pytest.approx(df, abs=0.05)


def test_without_anything_in_common_clusters_change_nothing():
    found = clustered_t(2.5, n=400, cluster_size=20, icc=0.0)
    assert (found.t, found.df) == (2.5, 398)


@pytest.mark.parametrize(
    "call",
    [
        lambda: cox_index(1.0, 0.5, 100),
        lambda: cox_index(0.5, 0.0, 100),
        lambda: hedges_g(1, 0, 0, 0, 10, 10),
        lambda: hedges_g(1, 0, 1, 1, 1, 1),
        lambda: clustered_t(2.0, n=40, cluster_size=30),
        lambda: clustered_t(2.0, n=40, cluster_size=2, icc=1.5),
    ],
)
def test_values_that_have_no_effect_size_are_refused(call):
    with pytest.raises(InvalidEffect):
        call()


def test_doubling_the_unit_leaves_a_standardised_difference_alone():
    rng = np.random.default_rng(1)
    mean, sd = rng.normal(size=2), rng.uniform(1, 2, size=2)
    assert hedges_g(*(2 * mean), *(2 * sd), 30, 40) == pytest.approx(hedges_g(*mean, *sd, 30, 40))
