"""Searching by pointers, tree and bisection, against looking at everybody."""

import numpy as np
import pytest

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.matching import neighbours
from whatworks.matching.calipers import Caliper, Permission
from whatworks.matching.cloud import Cloud
from whatworks.matching.line import Line, in_turn_on_line, nearest_on_line
from whatworks.matching.neighbours import tied_neighbours, variances_in_reach


@pytest.fixture
def rng():
    return np.random.default_rng(77)


def test_a_line_finds_the_nearest_free_row_as_rows_are_taken(rng):
    pool, focal = rng.integers(0, 60, 200), rng.integers(0, 60, 150)
    line, free = Line(pool, focal, limit=9), np.ones(200, dtype=bool)
    for person in range(150):
        distances = np.where(free, np.abs(pool - focal[person]), np.inf)
        found = line.nearest(person)
        if distances.min() > 9:
            assert found == []
            continue
        distance, row = found[0]
        assert distance == distances.min()
        assert free[row]
        line.take(row)
        free[row] = False
        assert not line.is_free(row)


def test_on_a_line_equal_rows_are_met_first_to_last_from_below_and_last_to_first_from_above():
    pool = np.array([5, 9, 5, 9])
    assert [row for _, row in Line(pool, np.array([5, 3, 9, 12, 7]), limit=np.inf).nearest(0, 2)] == [0, 2]
    line = Line(pool, np.array([3, 12, 7]), limit=np.inf)
    assert line.nearest(0)[0][1] == 0
    assert line.nearest(1)[0][1] == 3
    # Both sides are two away: the one below is taken.
    assert line.nearest(2)[0] == (2, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_all_at_once_and_one_by_one_find_the_same_rows(rng, count):
    pool, focal = rng.integers(0, 90, 120), rng.integers(-5, 95, 80)
    line = Line(pool, focal, limit=3)
    one_by_one = [(person, row) for person in range(80) for _, row in line.nearest(person, count)]
    together = nearest_on_line(pool, focal, count=count, limit=3)
    assert list(zip(*(rows.tolist() for rows in together[:2]), strict=True)) == one_by_one
    more = (line.nearest(person, count + 1) for person in range(80))
    assert together[2] == sum(len(found) > count and found[count][0] == found[count - 1][0] for found in more)


@pytest.mark.parametrize("ratio", [1, 2])
def test_one_loop_finds_the_rows_that_the_line_finds_in_turn(rng, ratio):
    pool, focal, turns = rng.integers(0, 90, 150), rng.integers(-5, 95, 70), rng.permutation(70).tolist()
    line, waiting, expected, undecided = Line(pool, focal, limit=5), turns, [], set()
    for _ in range(ratio):
        served = []
        for person in waiting:
            found = line.nearest(person, 2)
            if found:
                line.take(found[0][1])
                expected.append((person, found[0][1]))
                served.append(person)
                undecided |= {person} if len(found) == 2 and found[0][0] == found[1][0] else set()
        waiting = served
    left, right, ties = in_turn_on_line(pool, focal, turns, ratio=ratio, limit=5)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected
    assert ties == len(undecided) > 0


def test_a_line_keeps_to_further_conditions(rng):
    pool, focal, ages = rng.normal(size=100), rng.normal(size=40), rng.integers(20, 60, 140)

    def allowed(person, row):
        return abs(ages[100 + person] - ages[row]) <= 3

    line = Line(pool, focal, limit=np.inf, allowed=allowed)
    for person in range(40):
        near = [row for row in range(100) if allowed(person, row)]
        wanted = min(near, key=lambda row, person=person: abs(pool[row] - focal[person]))
        assert line.nearest(person)[0][1] == wanted


@pytest.mark.parametrize("kinds", [4, 10_000])
@pytest.mark.parametrize("count", [1, 3])
def test_a_cloud_finds_the_nearest_free_rows_as_rows_are_taken(rng, kinds, count):
    pool, focal = (rng.integers(0, kinds, (size, 2)).astype(float) for size in (150, 120))
    rank = rng.permutation(150)
    cloud, free = Cloud(pool, focal, rank=rank, tolerance=1e-8), np.ones(150, dtype=bool)
    for person in range(120):
        distances = np.hypot(*(pool - focal[person]).T).round(8)
        wanted = sorted((row for row in range(150) if free[row]), key=lambda row: (distances[row], rank[row]))[:count]
        found = cloud.nearest(person, count)
        assert [row for _, row in found] == wanted
        for row in wanted:
            cloud.take(row)
            free[row] = False
            assert not cloud.is_free(row)


def test_a_cloud_keeps_to_further_conditions_and_says_when_nobody_is_left(rng):
    pool, focal = rng.normal(size=(60, 3)), rng.normal(size=(30, 3))
    cloud = Cloud(pool, focal, rank=np.arange(60), tolerance=1e-8, allowed=lambda person, row: person % 7 == row % 7 and row > 50)
    for person in range(30):
        near = [row for row in range(51, 60) if row % 7 == person % 7]
        wanted = min(near, key=lambda row, person=person: np.linalg.norm(pool[row] - focal[person]))
        assert cloud.nearest(person)[0][1] == wanted
    nobody = Cloud(pool, focal, rank=np.arange(60), tolerance=1e-8, allowed=lambda person, row: False)
    assert nobody.nearest(0) == []


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("count", [1, 4])
def test_everybody_within_reach_of_the_nearest_is_kept(rng, dimensions, count):
    pool, focal = rng.integers(0, 12, (90, dimensions)).astype(float), rng.integers(-2, 14, (50, dimensions)).astype(float)
    expected = []
    for person in range(50):
        squared = ((pool - focal[person]) ** 2).sum(axis=1)
        expected += [(person, row) for row in np.flatnonzero(squared <= np.sort(squared)[count - 1] + 0.5)]
    found = tied_neighbours(focal, pool, count=count, tolerance=0.5)
    assert list(zip(*(rows.tolist() for rows in found), strict=True)) == expected


@pytest.mark.parametrize("dimensions", [1, 2])
def test_variances_are_those_of_each_row_and_its_neighbours(rng, dimensions):
    where, y = rng.integers(0, 20, (80, dimensions)).astype(float), rng.normal(1000, 3, 80)
    expected = []
    for row in range(80):
        squared = ((where - where[row]) ** 2).sum(axis=1)
        expected.append(y[squared <= np.sort(squared)[4]].var(ddof=1))
    assert variances_in_reach(where, y, count=4, tolerance=1e-8) == pytest.approx(np.array(expected), rel=1e-9)


def test_too_few_to_choose_from_and_too_many_ties_are_refused(monkeypatch):
    where = np.zeros((10, 1))
    with pytest.raises(TooFewUnits, match="11 neighbours are wanted and 10 people"):
        tied_neighbours(where, where, count=11, tolerance=0)
    monkeypatch.setattr(neighbours, "MOST_PAIRS", 99)
    for dimensions in (1, 2):
        with pytest.raises(InvalidOption, match="Ties make 100 pairs"):
            tied_neighbours(np.zeros((10, dimensions)), np.zeros((10, dimensions)), count=1, tolerance=0)


@pytest.mark.parametrize("count", [1, 3])
def test_a_cloud_that_looks_only_at_permitted_rows_finds_the_same(rng, count, monkeypatch):
    monkeypatch.setattr("whatworks.matching.cloud._FIRST_FETCH_LIMITED", 2)
    monkeypatch.setattr("whatworks.matching.cloud._FIRST_LOOK", 3)
    ages, where = rng.integers(18, 60, 150).astype(float), rng.integers(0, 6, (150, 2)).astype(float)
    pool, focal = np.arange(100), np.arange(100, 150)
    caliper = [Caliper("age", ages, 4.0), Caliper("first", where[:, 0], 1.0)]
    permission = Permission(focal, pool, caliper)
    options = {"rank": np.arange(100), "tolerance": 1e-8, "allowed": permission}
    slow = Cloud(where[pool], where[focal], **options)
    quick = Cloud(where[pool], where[focal], **options, permitted=permission.rows)
    for person in range(50):
        assert sorted(permission.rows(person)) == [row for row in range(100) if permission(person, row)]
        found = quick.nearest(person, count)
        assert found == slow.nearest(person, count)
        for _, row in found[:1]:
            slow.take(row)
            quick.take(row)
