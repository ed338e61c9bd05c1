"""Trees by pattern against looking at everybody."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from whatworks.matching.forest import Forest


@pytest.mark.parametrize("kinds", [1, 2, 3, 1000])
@pytest.mark.parametrize("count", [1, 5, 600])
def test_nearest_points_are_found_whatever_the_leading_values(kinds, count):
    rng = np.random.default_rng(kinds)
    points, where = (np.column_stack([rng.integers(0, kinds, (size, 2)) * 1.7, rng.normal(size=(size, 2))]) for size in (600, 50))
    distances, found = Forest(points).query(where, count)
    everything = cdist(where, points)
    assert distances == pytest.approx(np.sort(everything, axis=1)[:, :count], abs=1e-8)
    assert np.take_along_axis(everything, found, axis=1) == pytest.approx(distances, abs=1e-8)
    assert all(len(set(row)) == count for row in found.tolist())


def test_points_that_only_take_few_values_are_found():
    rng = np.random.default_rng(9)
    points, where = rng.integers(0, 3, (500, 2)) * 1.0, rng.integers(0, 4, (40, 2)) * 1.0
    assert Forest(points).query(where, 3)[0] == pytest.approx(np.sort(cdist(where, points), axis=1)[:, :3], abs=1e-8)


def test_more_neighbours_than_points_are_refused():
    with pytest.raises(ValueError, match="4 neighbours among 3 points"):
        Forest(np.zeros((3, 2))).query(np.zeros((1, 2)), 4)
