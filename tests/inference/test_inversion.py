"""Intervals from tests."""

import numpy as np
import pytest
from scipy import stats

from whatworks.inference import confidence_limits


@pytest.mark.parametrize("step", [1e-3, 1.0, 500.0])
def test_a_normal_test_gives_the_normal_interval_from_any_first_stride(step):
    low, high = confidence_limits(
        lambda x: 2 * stats.norm.sf(abs(x - 3) / 2), centre=3.0, step=step, conf_level=0.9, tolerance=1e-12
    )
    assert (low, high) == (pytest.approx(3 - 2 * 1.6448536), pytest.approx(3 + 2 * 1.6448536))


def test_a_test_that_never_rejects_above_has_no_upper_end():
    low, high = confidence_limits(lambda x: 1.0 if x > -1 else 0.0, centre=0.0, step=1.0, conf_level=0.95)
    assert low == pytest.approx(-1)
    assert high == np.inf


def test_a_p_value_equal_to_the_level_rejects():
    _, high = confidence_limits(lambda x: 1.0 if x < 2 else 0.05, centre=0.0, step=1.0, conf_level=0.95)
    assert high == pytest.approx(2)
