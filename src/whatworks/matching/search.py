"""The search itself: whose turn it is, who is nearest, who is taken."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from whatworks.matching.calipers import Caliper, Permission
from whatworks.matching.cloud import Cloud
from whatworks.matching.groups import pairs_in_groups
from whatworks.matching.line import Line, in_turn_on_line, nearest_on_line
from whatworks.matching.neighbours import tied_neighbours
from whatworks.matching.propensity import spread_of
from whatworks.matching.samples import Pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class Rules:
    """How neighbours are chosen; see :func:`~whatworks.matching.match` for the words.

    Attributes
    ----------
    unit : what ``tolerance`` is a share of
    line : True where the distance is a difference in score
    turn : (n,) score that decides whose turn it is; None where no order needs it
    first : (n,) first covariate, which decides between people equally far off among several covariates
    """

    ratio: int
    replace: bool
    order: str
    ties: str
    tolerance: float
    unit: float
    line: bool
    turn: np.ndarray | None
    first: np.ndarray


class Search(Protocol):
    """Free rows of a pool, nearest first."""

    def nearest(self, focal: int, count: int = 1) -> list[tuple[float, int]]:
        """Up to ``count`` free rows with their distances."""

    def take(self, row: int) -> None:
        """Nobody else gets this row."""

    def is_free(self, row: int) -> bool:
        """True until the row is taken."""


def pair_up(positions: np.ndarray, focal: np.ndarray, groups: np.ndarray, calipers: list[Caliper], rules: Rules) -> Pairs:
    """Neighbours for every focal row, within each group that must agree exactly.

    Parameters
    ----------
    positions : (n, k) coordinates of everybody
    focal : (n,) True for the rows that get neighbours; the others are the pool
    groups : (n,) pairs never cross groups
    """
    return pairs_in_groups(positions, focal, groups, lambda ours, theirs: _pair_group(positions, ours, theirs, calipers, rules))


def _pair_group(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: list[Caliper], rules: Rules
) -> tuple[np.ndarray, np.ndarray, int]:
    if rules.ties == "average":
        return _all_ties(positions, ours, theirs, calipers, rules)
    if not rules.line:
        search: Search = _cloud(positions, ours, theirs, _permission(ours, theirs, calipers), rules)
        return _with_search(search, ours, rules)
    step = rules.tolerance * rules.unit
    line = np.rint(positions[:, 0] / step).astype(np.int64) if step > 0 else positions[:, 0]
    own = next((caliper.width for caliper in calipers if caliper.name == "propensity"), np.inf)
    limit = own / step if step > 0 else own
    others = [caliper for caliper in calipers if caliper.name != "propensity"]
    if others or (rules.order == "closest" and not rules.replace):
        return _with_search(Line(line[theirs], line[ours], limit=limit, allowed=_permission(ours, theirs, others)), ours, rules)
    if rules.replace:
        return nearest_on_line(line[theirs], line[ours], count=rules.ratio, limit=limit)
    return in_turn_on_line(line[theirs], line[ours], _turns(ours, rules), ratio=rules.ratio, limit=limit)


def _cloud(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, allowed: Permission | None, rules: Rules) -> Cloud:
    # Read in order of the first covariate and of rows, the last one read wins.
    reading = np.lexsort((np.arange(len(theirs)), rules.first[theirs]))
    rank = np.empty(len(theirs), dtype=np.int64)
    rank[reading] = np.arange(len(theirs))[::-1]
    return Cloud(
        positions[theirs],
        positions[ours],
        rank=rank,
        tolerance=rules.tolerance,
        allowed=allowed,
        permitted=None if allowed is None else allowed.rows,
    )


def _permission(ours: np.ndarray, theirs: np.ndarray, calipers: list[Caliper]) -> Permission | None:
    """Whether a pair keeps within every caliper; None where there is none."""
    return Permission(ours, theirs, calipers) if calipers else None


def _all_ties(
    positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: list[Caliper], rules: Rules
) -> tuple[np.ndarray, np.ndarray, int]:
    scaled = positions / rules.unit
    count = min(rules.ratio, len(theirs))
    left, right = tied_neighbours(scaled[ours], scaled[theirs], count=count, tolerance=rules.tolerance)
    near = np.ones(len(left), dtype=bool)
    for caliper in calipers:
        near &= np.abs(caliper.values[ours[left]] - caliper.values[theirs[right]]) <= caliper.width
    return left[near], right[near], int((np.bincount(left[near], minlength=len(ours)) > count).sum())


def _with_search(search: Search, ours: np.ndarray, rules: Rules) -> tuple[np.ndarray, np.ndarray, int]:
    found: Iterable[tuple[int, int, bool]]
    if rules.replace:
        found = _each_their_own(search, len(ours), rules.ratio)
    elif rules.order == "closest":
        found = _closest_first(search, len(ours), rules.ratio)
    else:
        found = _in_turn(search, _turns(ours, rules), rules.ratio)
    pairs = np.array(list(found), dtype=np.int64).reshape(-1, 3)
    undecided = np.unique(pairs[pairs[:, 2] == 1, 0])
    return pairs[:, 0], pairs[:, 1], len(undecided)


def _turns(ours: np.ndarray, rules: Rules) -> list[int]:
    """Focal rows in the order they choose; equal scores in row order."""
    if rules.order == "data" or rules.turn is None:
        return list(range(len(ours)))
    step = rules.tolerance * spread_of(rules.turn)
    scores = np.rint(rules.turn[ours] / step) if step > 0 else rules.turn[ours]
    return np.argsort(-scores if rules.order == "largest" else scores, kind="stable").tolist()


def _choice(search: Search, focal: int, count: int = 1) -> tuple[list[tuple[float, int]], bool]:
    """The nearest free rows, and whether one more stands as near as the last of them."""
    found = search.nearest(focal, count + 1)
    return found[:count], len(found) > count and found[count][0] == found[count - 1][0]


def _each_their_own(search: Search, size: int, ratio: int) -> Iterable[tuple[int, int, bool]]:
    """Neighbours that others may have too."""
    for focal in range(size):
        nearest, tied = _choice(search, focal, ratio)
        for _, row in nearest:
            yield focal, row, tied


def _in_turn(search: Search, turns: Iterable[int], ratio: int) -> Iterable[tuple[int, int, bool]]:
    """Everybody gets a first neighbour before anybody gets a second."""
    waiting = list(turns)
    for _ in range(ratio):
        served = []
        for focal in waiting:
            nearest, tied = _choice(search, focal)
            if nearest:
                row = nearest[0][1]
                search.take(row)
                served.append(focal)
                yield focal, row, tied
        waiting = served


def _closest_first(search: Search, size: int, ratio: int) -> Iterable[tuple[int, int, bool]]:
    """The closest pair there is, then the closest among those left; once round for each neighbour wanted."""
    waiting = list(range(size))
    for _ in range(ratio):
        heap: list[tuple[float, int, int, bool]] = []
        for focal in waiting:
            _offer(heap, search, focal)
        waiting = []
        while heap:
            _, focal, row, tied = heapq.heappop(heap)
            if search.is_free(row):
                search.take(row)
                waiting.append(focal)
                yield focal, row, tied
            else:
                _offer(heap, search, focal)
        waiting.sort()


def _offer(heap: list[tuple[float, int, int, bool]], search: Search, focal: int) -> None:
    nearest, tied = _choice(search, focal)
    for distance, row in nearest:
        heapq.heappush(heap, (distance, focal, row, tied))
