"""Independent columns: the earlier one stays, the later one goes."""

import numpy as np

from whatworks.inference import independent_columns


def test_the_later_of_two_collinear_columns_goes_and_the_rest_stays():
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(2, 50))
    X = np.column_stack([np.ones(50), x, 2 * x + 1, z, np.zeros(50)])
    assert independent_columns(X).tolist() == [True, True, False, True, False]


def test_scale_and_a_large_mean_do_not_look_like_collinearity():
    rng = np.random.default_rng(4)
    year = 2020 + rng.integers(0, 5, 60)
    X = np.column_stack([np.ones(60), year, 1e-6 * rng.normal(size=60), 1e9 * rng.normal(size=60)])
    assert independent_columns(X).all()


def test_no_more_columns_than_rows_are_kept():
    X = np.random.default_rng(5).normal(size=(3, 5))
    assert independent_columns(X).tolist() == [True, True, True, False, False]
