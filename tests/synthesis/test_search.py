import numpy as np
import pytest

from whatworks.core.errors import NotConverged
from whatworks.synthesis.search import falling_root

ONE = np.ones(1)


def test_each_function_gets_its_own_root():
    target = np.array([2.0, 9.0, 1e6])
    root = falling_root(lambda x: (target - x**2, -2 * x), np.zeros(3), np.full(3, 1e4), scale=np.ones(3))
    assert root == pytest.approx(np.sqrt(target), rel=1e-14)


@pytest.mark.parametrize("slope", [0.0, 1.0, -1e-9, np.inf])
def test_the_search_ends_at_the_root_even_when_slopes_mislead(slope):
    root = falling_root(lambda x: (np.cbrt(0.3 - x), np.full_like(x, slope)), np.zeros(1), 5 * ONE, scale=ONE)
    assert root == pytest.approx(0.3, rel=1e-9)


def test_no_functions_give_no_roots():
    nothing = np.empty(0)
    assert falling_root(lambda x: (x, x), nothing, nothing, scale=nothing).size == 0


def test_a_function_that_is_not_a_number_is_refused():
    with pytest.raises(NotConverged, match="on one scale and not of extreme size"):
        falling_root(lambda x: (x * np.nan, x), np.zeros(1), ONE, scale=ONE)
