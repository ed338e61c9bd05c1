"""The cheapest set of pairs when sets may not be of any size: a linear programme over the links that can matter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csc_array, hstack, identity, vstack

from whatworks.core.errors import NotConverged
from whatworks.matching.calipers import Caliper
from whatworks.matching.cover import Links, nearest_links, without_spare
from whatworks.matching.reach import blocks, edges

# Links per person that the first programme starts from, and that at most come in at a time.
_FIRST_LINKS = 6
# Of the mean distance to the nearest: a link cheaper than its price by less would not change the sum's tenth digit.
_PRICE_TOLERANCE = 1e-10
_MAX_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Bounds:
    """How many links everybody may have.

    Attributes
    ----------
    least, most : at least and at most so many links, for every person of the arm
    missed : how much each missing link counts; the arm whose links count less is left out first
    """

    least: int
    most: int
    missed: float


def cheapest_limited_cover(
    positions: np.ndarray,
    ours: np.ndarray,
    theirs: np.ndarray,
    calipers: Sequence[Caliper],
    left: Bounds,
    right: Bounds,
) -> Links:
    """Links of least total distance that leave as few people as possible alone, with every number of links within bounds.

    The programme's corners are whole numbers (its matrix is that of a two-sided graph), so its optimum is one of links taken
    or not. Links are left out at first and enter as long as one of them is cheaper than the prices of its ends (column
    generation); the last round proves the optimum over all links. Which of several optima it is, is not settled further: a hair
    between them costs the programme many rounds.

    Raises
    ------
    NotConverged
        If the solver does not reach the optimum.

    References
    ----------
    Hansen & Klopfer (2006), Journal of Computational and Graphical Statistics 15:609-627; Schrijver (2003), Combinatorial
    Optimization, section 18.4 (whole-numbered corners); Huangfu & Hall (2018), Mathematical Programming Computation 10:119-142
    (HiGHS).
    """
    from_left, from_right = nearest_links(positions, ours, theirs, calipers, bent=False)
    if len(from_left.left) == 0:
        return from_left
    width = len(theirs)
    links = from_left.joined(from_right, width).joined(_several_nearest(positions, ours, theirs, calipers), width)
    search = _Search(positions, ours, theirs, calipers, left, right)
    # First how few can be left out, then the least sum that leaves out no more: no price has to stand for the first.
    fewest, links = search.settled(links, None)
    taken, links = search.settled(links, float(fewest))
    return without_spare(links.of(taken > 0.5), np.full(len(ours), left.least), np.full(width, right.least))


@dataclass(frozen=True, eq=False)
class _Search:
    """One stratum and its bounds."""

    positions: np.ndarray
    ours: np.ndarray
    theirs: np.ndarray
    calipers: Sequence[Caliper]
    left: Bounds
    right: Bounds

    def settled(self, links: Links, missed: float | None) -> tuple[np.ndarray, Links]:
        """Rounds of solving and of letting cheaper links in, until there are none.

        Without ``missed`` the optimum is how much is missed at least; with it, which links are taken when no more is missed.
        """
        scale = _positive(float(links.apart.mean()))
        for _ in range(_MAX_ROUNDS):
            found, own, other = _solve(links, scale, len(self.ours), len(self.theirs), self.left, self.right, missed)
            more = self._cheaper(own, other, scale, distance=missed is not None)
            grown = links.joined(more, len(self.theirs))
            if len(grown.left) == len(links.left):
                return found, links
            links = grown
        raise NotConverged(f"Full matching has not settled after {_MAX_ROUNDS} rounds. Match within exact= strata.")

    def _cheaper(self, own: np.ndarray, other: np.ndarray, scale: float, *, distance: bool) -> Links:
        """The links most below the prices of their ends, at most a few per person."""
        # What is subtracted loses the digits of the larger price.
        noise = 1e-13 * float(np.abs(own).max() + np.abs(other).max())
        margin = _PRICE_TOLERANCE * scale + noise if distance else 1e-6

        def cheap(first: int, distances: np.ndarray) -> np.ndarray:
            price = own[first : first + len(distances), None] + other
            return (distances if distance else 0.0) < price - margin

        found = Links(*edges(self.positions, self.ours, self.theirs, self.calipers, cheap, bent=False))
        most = _FIRST_LINKS * (len(self.ours) + len(self.theirs))
        if len(found.left) <= most:
            return found
        gain = own[found.left] + other[found.right] - (found.apart if distance else 0.0)
        return found.of(np.sort(np.argpartition(-gain, most)[:most]))


def _positive(number: float) -> float:
    return number if number > 0 else 1.0


def _several_nearest(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]) -> Links:
    """A few nearest partners for everybody in either arm."""
    found = []
    for one, other, swapped in ((ours, theirs, False), (theirs, ours, True)):
        count = min(_FIRST_LINKS, len(other))
        for first, distances in blocks(positions, one, other, calipers, bent=False):
            columns = np.argpartition(distances, count - 1, axis=1)[:, :count]
            rows = np.repeat(np.arange(len(distances)), count)
            apart = distances[rows, columns.ravel()]
            near = np.isfinite(apart)
            ends = rows[near] + first, columns.ravel()[near]
            found.append(Links(*(ends[::-1] if swapped else ends), apart[near]))
    return Links(
        np.concatenate([part.left for part in found]),
        np.concatenate([part.right for part in found]),
        np.concatenate([part.apart for part in found]),
    )


def _solve(
    links: Links, scale: float, n_left: int, n_right: int, left: Bounds, right: Bounds, missed: float | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Links taken (or, without ``missed``, the least that is missed), and what one more link is worth at every person."""
    people, size = n_left + n_right, len(links.left)
    ends = np.concatenate([links.left, n_left + links.right])
    incidence = coo_array((np.ones(2 * size), (ends, np.tile(np.arange(size), 2))), shape=(people, size))
    least = np.repeat([left.least, right.least], [n_left, n_right]).astype(float)
    most = np.repeat([left.most, right.most], [n_left, n_right]).astype(float)
    counts = np.repeat([left.missed, right.missed], [n_left, n_right])
    rules = [hstack([-incidence, -identity(people)]), hstack([incidence, csc_array((people, people))])]
    limits = [-least, most]
    if missed is not None:
        rules.append(hstack([csc_array((1, size)), csc_array(counts[None, :])]))
        limits.append(np.array([missed]))
    costs = [np.zeros(size), counts] if missed is None else [links.apart / scale, np.zeros(people)]
    solved = linprog(
        np.concatenate(costs),
        A_ub=csc_array(vstack(rules)),
        b_ub=np.concatenate(limits),
        bounds=np.column_stack([np.zeros(size + people), np.concatenate([np.ones(size), least])]),
        method="highs-ds",
        options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10},
    )
    if solved.status != 0:
        raise NotConverged(f"Full matching found no optimum: {solved.message} Match within exact= strata.")
    marginals = np.asarray(solved.ineqlin.marginals) * (1.0 if missed is None else scale)
    price = marginals[people : 2 * people] - marginals[:people]
    found = np.rint(solved.fun) if missed is None else solved.x[:size]
    return found, price[:n_left], price[n_left:]
