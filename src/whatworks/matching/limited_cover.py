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

# Links per person that the first programme starts from; the others come in where their price says so.
_FIRST_LINKS = 6
# Of the mean nearest distance: a link cheaper than its price by less would not change the sum's tenth digit.
_PRICE_TOLERANCE = 1e-10
_MAX_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Bounds:
    """How many links everybody may have.

    Attributes
    ----------
    least, most : at least and at most so many links, for every person of the arm
    forgiven : price of a missing link, in units of the longest detour; the arm with the lower price is left out first
    """

    least: int
    most: int
    forgiven: float


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
    generation); the last round proves the optimum over all links.

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
    from_left, from_right = nearest_links(positions, ours, theirs, calipers)
    if len(from_left.left) == 0:
        return from_left
    width = len(theirs)
    links = from_left.joined(from_right, width).joined(_several_nearest(positions, ours, theirs, calipers), width)
    mean = float(links.apart.mean())
    scale = mean if mean > 0 else 1.0
    for _ in range(_MAX_ROUNDS):
        taken, price_left, price_right = _solve(links, scale, len(ours), width, left, right)

        def cheap(first: int, distances: np.ndarray, own: np.ndarray = price_left, other: np.ndarray = price_right) -> np.ndarray:
            return distances < own[first : first + len(distances), None] + other - _PRICE_TOLERANCE * scale

        more = Links(*edges(positions, ours, theirs, calipers, cheap))
        grown = links.joined(more, width)
        if len(grown.left) == len(links.left):
            return without_spare(links.of(taken), np.full(len(ours), left.least), np.full(width, right.least))
        links = grown
    raise NotConverged(f"Full matching has not settled after {_MAX_ROUNDS} rounds. Match within exact= strata.")


def _several_nearest(positions: np.ndarray, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]) -> Links:
    """A few nearest partners for everybody in either arm."""
    found = []
    for one, other, swapped in ((ours, theirs, False), (theirs, ours, True)):
        count = min(_FIRST_LINKS, len(other))
        for first, distances in blocks(positions, one, other, calipers):
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
    links: Links, scale: float, n_left: int, n_right: int, left: Bounds, right: Bounds
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Links taken, and what one more link is worth at every person, in units of distance."""
    people = n_left + n_right
    size = len(links.left)
    ends = np.concatenate([links.left, n_left + links.right])
    incidence = coo_array((np.ones(2 * size), (ends, np.tile(np.arange(size), 2))), shape=(people, size))
    least = np.repeat([left.least, right.least], [n_left, n_right]).astype(float)
    most = np.repeat([left.most, right.most], [n_left, n_right]).astype(float)
    # Being left alone costs more than any chain of other links could save.
    detour = 2.0 * float(links.apart.max()) / scale * (people + 1)
    forgiven = np.repeat([left.forgiven, right.forgiven], [n_left, n_right]) * max(detour, 1.0)
    solved = linprog(
        np.concatenate([links.apart / scale, forgiven]),
        A_ub=csc_array(vstack([hstack([-incidence, -identity(people)]), hstack([incidence, csc_array((people, people))])])),
        b_ub=np.concatenate([-least, most]),
        bounds=np.column_stack([np.zeros(size + people), np.concatenate([np.ones(size), least])]),
        method="highs-ds",
        options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10},
    )
    if solved.status != 0:
        raise NotConverged(f"Full matching found no optimum: {solved.message} Match within exact= strata.")
    marginals = np.asarray(solved.ineqlin.marginals) * scale
    price = marginals[people:] - marginals[:people]
    return solved.x[:size] > 0.5, price[:n_left], price[n_left:]
