"""Who else could have been treated: assignments gone through or drawn, and the test and interval that follow from them."""

from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import seed_or_none
from whatworks.inference.draws import checked_draws

# Statistics that equal the data's but for rounding count as equal.
_TIE = 1e-9
# Below this, an assignment is the one in the data (or its mirror image), whatever the effect.
_SAME = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignments:
    """Ways to hand the groups of the data out among the units.

    Attributes
    ----------
    groups : (m, n) group of each unit, whole numbers from 0
    exact : True where these are all distinct ways, the data's own among them

    Examples
    --------
    >>> draw_assignments(np.array([0, 0, 1, 1])).exact
    True
    """

    groups: np.ndarray = field(repr=False)
    exact: bool

    def totals(self, scores: np.ndarray) -> np.ndarray:
        """(m,) sums over units of ``scores[unit, group]``, ``scores`` being (n, C)."""
        total = np.zeros(len(self.groups))
        for unit, row in enumerate(scores):
            total += row[self.groups[:, unit]]
        return total


@dataclass(frozen=True, kw_only=True)
class PermutationTest:
    """p-value of no effect, and the interval of constant effects that are not rejected.

    Attributes
    ----------
    p_value : share of the assignments at least as extreme as the data's own
    conf_low, conf_high : ends of the interval, in units of the outcome; infinite where no effect is rejected on that side

    Examples
    --------
    >>> PermutationTest(p_value=0.05, conf_low=0.4, conf_high=float("inf")).p_value
    0.05
    """

    p_value: float
    conf_low: float
    conf_high: float


def count_assignments(groups: np.ndarray, strata: np.ndarray | None = None) -> int:
    """Number of distinct ways to hand the groups out among the units (within strata).

    Parameters
    ----------
    groups : (n,) group of each unit, whole numbers from 0
    strata : (n,) within which groups are handed out; None is one stratum

    Returns
    -------
    A whole number, 1 or more.

    Examples
    --------
    >>> count_assignments(np.array([0, 0, 1, 1]))
    6
    >>> count_assignments(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    4
    """
    total = 1
    for members in _members(len(groups), strata):
        left = len(members)
        for size in np.bincount(groups[members]):
            total *= comb(left, int(size))
            left -= int(size)
    return total


def draw_assignments(
    groups: np.ndarray, *, strata: np.ndarray | None = None, draws: int = 9999, seed: int | None = None
) -> Assignments:
    """All distinct assignments where they are no more than ``draws``, else so many at random.

    Parameters
    ----------
    groups : (n,) group of each unit, whole numbers from 0
    strata : (n,) whole numbers from 0; groups are handed out within strata only
    draws : random assignments, and the most that are gone through one by one
    seed : of the draws; needed unless all assignments are gone through

    Returns
    -------
    :class:`Assignments`; how often each group occurs (in each stratum) never changes.

    Raises
    ------
    InvalidOption
        If a seed is needed and missing, or ``draws`` is no number of draws.

    References
    ----------
    Fisher (1935), The Design of Experiments, chapter 2; Imbens & Rubin (2015), Causal Inference, chapter 5.

    Examples
    --------
    >>> draw_assignments(np.array([0, 1, 1])).groups.tolist()
    [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    """
    n, draws = len(groups), checked_draws(draws)
    small = np.min_scalar_type(int(groups.max()))
    if count_assignments(groups, strata) <= draws:
        out = np.empty((1, n), dtype=small)
        for members in _members(n, strata):
            arranged = _arrangements(groups[members].astype(small))
            out = np.repeat(out, len(arranged), axis=0)
            out[:, members] = np.tile(arranged, (len(out) // len(arranged), 1))
        return Assignments(groups=out, exact=True)
    if seed is None:
        raise InvalidOption(f"{draws} random assignments need seed=, so that the same call gives the same answer.")
    rng = np.random.default_rng(seed_or_none(seed))
    out = np.empty((draws, n), dtype=small)
    for members in _members(n, strata):
        out[:, members] = rng.permuted(np.broadcast_to(groups[members].astype(small), (draws, len(members))), axis=1)
    return Assignments(groups=out, exact=False)


def permutation_test(
    estimate: float, statistics: np.ndarray, slopes: np.ndarray, *, with_data: bool, conf_level: float
) -> PermutationTest:
    """Two-sided test of no effect, and the interval of constant effects.

    Were the effect r, the statistic of an assignment would be a - r b: ``a`` of the outcome, ``b`` of the treatment itself; the
    data's would be the estimate minus r. The p-value of r is the share of assignments at least as far from zero. Every
    assignment counts for the values of r in one interval around the estimate, so the ends follow without a search.

    Parameters
    ----------
    estimate : the statistic in the data, in units of the outcome
    statistics, slopes : (m,) ``a`` and ``b``, \\|b\\| <= 1
    with_data : True where the data's own assignment is among the m; else it is counted besides
    conf_level : of the interval

    Returns
    -------
    :class:`PermutationTest`

    Raises
    ------
    TooFewUnits
        If there are too few assignments for the level: 95 per cent need 20, the data's included.

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., section 2.6; Phipson & Smyth (2010), Statistical Applications in Genetics
    and Molecular Biology 9:39 (the data count as one draw).

    Examples
    --------
    >>> a = np.arange(-9.0, 10.0)
    >>> test = permutation_test(12.0, a, np.zeros(19), with_data=False, conf_level=0.95)
    >>> test.p_value, test.conf_low, test.conf_high
    (0.05, 3.0, 21.0)
    """
    everybody = len(statistics) + (not with_data)
    refuse_too_few_assignments(everybody, conf_level=conf_level)
    as_far = int((np.abs(statistics) >= abs(estimate) * (1 - _TIE)).sum()) + (not with_data)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(1 - slopes > _SAME, (estimate - statistics) / (1 - slopes), np.nan)
        second = np.where(1 + slopes > _SAME, (estimate + statistics) / (1 + slopes), np.nan)
    # Where both sides move alike, the assignment is as far from zero as the data whatever the effect.
    low = np.where(np.isnan(first + second), -np.inf, np.fmin(first, second))
    high = np.where(np.isnan(first + second), np.inf, np.fmax(first, second))
    if not with_data:
        low, high = np.append(low, -np.inf), np.append(high, np.inf)
    # The least number of assignments that keeps a value: more than the level's share of them.
    needed = int(np.floor((1 - conf_level) * everybody + 1e-9)) + 1
    return PermutationTest(
        p_value=as_far / everybody,
        conf_low=float(np.partition(low, needed - 1)[needed - 1]),
        conf_high=float(-np.partition(-high, needed - 1)[needed - 1]),
    )


def refuse_too_few_assignments(assignments: int, *, conf_level: float) -> None:
    """Refuse a level that so few assignments, the data's included, cannot reach.

    Parameters
    ----------
    assignments : how many there are, the data's own included
    conf_level : of the interval, between 0 and 1

    Raises
    ------
    TooFewUnits

    Examples
    --------
    >>> refuse_too_few_assignments(20, conf_level=0.95)
    """
    level = 1 - conf_level
    if 1 / assignments > level + 1e-12:
        raise TooFewUnits(
            f"{assignments} assignments are possible, the data's own included, so no p-value is below {1 / assignments:.3g}; an "
            f"interval of {conf_level:.0%} needs at least {int(np.ceil(1 / level - 1e-9)) - 1} others. "
            "Add comparison units, or lower conf_level."
        )


def _members(n: int, strata: np.ndarray | None) -> list[np.ndarray]:
    if strata is None:
        return [np.arange(n)]
    return [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]


def _arrangements(groups: np.ndarray) -> np.ndarray:
    """Every distinct order of the groups, each once, one per row."""
    n, present = len(groups), np.unique(groups)
    first = present[0]
    if len(present) == 1:
        return groups[None]
    taken = np.array(list(combinations(range(n), int((groups == first).sum()))))
    free = np.ones((len(taken), n), dtype=bool)
    np.put_along_axis(free, taken, False, axis=1)
    left = np.nonzero(free)[1].reshape(len(taken), 1, -1)
    rest = _arrangements(groups[groups != first])[None]
    out = np.full((len(taken), rest.shape[1], n), first, dtype=groups.dtype)
    np.put_along_axis(out, np.broadcast_to(left, (len(taken), *rest.shape[1:])), rest, axis=2)
    return out.reshape(-1, n)
