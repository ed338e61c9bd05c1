"""Very many small linear programmes that share one technology, solved side by side by the primal simplex method.

A bootstrap of an efficiency score asks for one linear programme per unit and draw: two million for a thousand units and two
thousand draws. Each has only as many rows as there are inputs and outputs, so all units take their pivots together in small
matrices, and only columns that can still improve somebody are looked at.
"""

from dataclasses import dataclass

import numpy as np

from whatworks.core.errors import NotConverged

# Data are scaled to mean 1 before they come here, so one tolerance fits reduced costs of every problem.
_TOLERANCE = 1e-10
_PIVOT = 1e-9
# A start on the unit itself is degenerate; the largest gain is taken first, and where that stalls Bland's rule cannot cycle.
_BLAND_AFTER = 200
_MOST_PIVOTS = 2000


@dataclass(frozen=True, kw_only=True, eq=False)
class RadialProblem:
    """Radial scores against a technology, one problem per unit.

    Unit ``k`` solves: optimise ``theta`` subject to ``sum_j lambda_j columns[j] + theta radial[k] - slack = rhs[k]`` with
    all variables >= 0 and no slack on the last row where ``convex`` says that weights add up to exactly 1.

    Attributes
    ----------
    columns : (n, R) one column of the technology per row
    radial : (U, R) what one unit of theta adds to each row
    rhs : (U, R)
    own : (U,) the column that is a multiple of the unit itself, at which the search starts with weight 1
    slots : (U, 2) rows that theta and the own column hold at the start
    sense : +1 to minimise theta, -1 to maximise it
    convex : True where the last row has no slack
    """

    columns: np.ndarray
    radial: np.ndarray
    rhs: np.ndarray
    own: np.ndarray
    slots: np.ndarray
    sense: float
    convex: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class RadialSolution:
    """Optimal scores (U,), shadow prices of the rows (U, R), and basic columns (U, R; numbers from n on are no units)."""

    scores: np.ndarray
    prices: np.ndarray
    basis: np.ndarray


def solve_radial(problem: RadialProblem, *, likely: np.ndarray | None = None) -> RadialSolution:
    """Optimal radial scores of every unit, exact to rounding.

    Parameters
    ----------
    problem : the technology and the units
    likely : columns to look at first, e.g. those on the frontier of a similar technology; it changes speed, not answers

    Raises
    ------
    NotConverged
        If some unit has not settled after 2,000 pivots.

    References
    ----------
    Dantzig (1963), Linear Programming and Extensions, chapters 8-9; Bland (1977), Mathematics of Operations Research
    2:103-107 (the rule that cannot cycle).

    Examples
    --------
    Two units make 1 from 2 and from 4 of one input: the second can do with half.

    >>> columns = np.array([[-2.0, 1.0], [-4.0, 1.0]])
    >>> radial, rhs = np.array([[2.0, 0.0], [4.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> problem = RadialProblem(columns=columns, radial=radial, rhs=rhs,
    ...                         own=np.array([0, 1]), slots=np.array([[0, 1], [0, 1]]), sense=1.0, convex=False)
    >>> solve_radial(problem).scores
    array([1. , 0.5])
    """
    state = _Tableau(problem)
    # Without a column to look at first, every unit looks at itself.
    known = np.unique(problem.own if likely is None or not len(likely) else likely)
    unsettled = np.arange(len(problem.rhs))
    while unsettled.size:
        working = unsettled
        while working.size:
            working = state.improve(working, known)[0]
        # Nobody gains from the columns looked at, so all the others are asked.
        unsettled, entered = state.improve(unsettled, np.arange(state.n))
        known = np.union1d(known, entered[entered < state.n])
    return state.solution()


class _Tableau:
    """Basis, its inverse and the basic values of every unit; one pivot moves all units that can gain."""

    def __init__(self, problem: RadialProblem) -> None:
        self.problem = problem
        self.n, rows = problem.columns.shape
        units = np.arange(len(problem.rhs))
        self.basis = np.tile(self.n + np.arange(rows), (len(units), 1))
        matrix = np.tile(-np.eye(rows), (len(units), 1, 1))
        self.theta, own = problem.slots.T
        matrix[units, :, self.theta] = problem.radial
        matrix[units, :, own] = problem.columns[problem.own]
        # The number after all slacks stands for theta.
        self.basis[units, self.theta] = self.n + rows
        self.basis[units, own] = problem.own
        self.inverse = np.linalg.inv(matrix)
        # Exact zeros of the degenerate start, which rounding would turn into tiny infeasibilities.
        values = np.einsum("kij,kj->ki", self.inverse, problem.rhs)
        self.values = np.where(values < _PIVOT, 0.0, values)
        self.pivots = 0

    def improve(self, units: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pivot every unit that gains from one of the columns or a slack; returns those units and what entered."""
        entering, gain = self._best_entering(units, columns)
        better = gain < -_TOLERANCE
        units, entering = units[better], entering[better]
        if units.size:
            self._pivot(units, entering)
            self.pivots += 1
        if self.pivots > _MOST_PIVOTS:
            raise NotConverged(
                f"{units.size} of {len(self.basis)} efficiency scores have not settled after {_MOST_PIVOTS} pivots. "
                "Bring inputs and outputs to similar sizes, or leave out units that are nearly copies of others."
            )
        return units, entering

    def prices(self, units: np.ndarray) -> np.ndarray:
        """Shadow prices: only theta costs anything, so they are its row of the inverse."""
        return self.problem.sense * self.inverse[units, self.theta[units]]

    def _best_entering(self, units: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The variable with the lowest reduced cost, and that cost; under Bland's rule the first that gains."""
        prices = self.prices(units)
        costs = -prices @ self.problem.columns[columns].T
        slack = prices[:, :-1] if self.problem.convex else prices
        if self.pivots > _BLAND_AFTER:
            costs = np.concatenate([costs, slack], axis=1)
            place = np.argmax(costs < -_TOLERANCE, axis=1)
            gain = np.take_along_axis(costs, place[:, None], axis=1)[:, 0]
            return np.concatenate([columns, self.n + np.arange(slack.shape[1])])[place], gain
        rows = np.arange(len(units))
        place, free = costs.argmin(axis=1), slack.argmin(axis=1)
        of_column, of_slack = costs[rows, place], slack[rows, free]
        slack_wins = of_slack < of_column
        return np.where(slack_wins, self.n + free, columns[place]), np.where(slack_wins, of_slack, of_column)

    def _pivot(self, units: np.ndarray, entering: np.ndarray) -> None:
        inverse, values = self.inverse[units], self.values[units]
        direction = np.einsum("kij,kj->ki", inverse, self._columns(entering))
        leaving = self._leaving(units, values, direction)
        rows = np.arange(len(units))
        step = values[rows, leaving] / direction[rows, leaving]
        values = np.maximum(values - step[:, None] * direction, 0.0)
        values[rows, leaving] = step
        pivot_row = inverse[rows, leaving] / direction[rows, leaving][:, None]
        inverse = inverse - direction[:, :, None] * pivot_row[:, None, :]
        inverse[rows, leaving] = pivot_row
        self.inverse[units], self.values[units] = inverse, values
        self.basis[units, leaving] = entering

    def _columns(self, variables: np.ndarray) -> np.ndarray:
        """Coefficients of units and slacks."""
        out = np.zeros((len(variables), self.problem.columns.shape[1]))
        is_unit = variables < self.n
        out[is_unit] = self.problem.columns[variables[is_unit]]
        slack = np.flatnonzero(~is_unit)
        out[slack, variables[slack] - self.n] = -1.0
        return out

    def _leaving(self, units: np.ndarray, values: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """The row that reaches zero first; of several the largest pivot, or the lowest number under Bland's rule."""
        possible = direction > _PIVOT
        # Theta is above zero in every solution, so it never leaves.
        possible[np.arange(len(units)), self.theta[units]] = False
        ratio = np.where(possible, values, np.inf) / np.where(possible, direction, 1.0)
        tied = possible & (ratio <= ratio.min(axis=1, keepdims=True) + _PIVOT)
        if self.pivots > _BLAND_AFTER:
            return np.where(tied, self.basis[units], np.iinfo(int).max).argmin(axis=1)
        return np.where(tied, direction, -np.inf).argmax(axis=1)

    def solution(self) -> RadialSolution:
        """Scores by the dual, which a degenerate basis cannot disturb."""
        prices = self.prices(np.arange(len(self.basis)))
        scores = self.problem.sense * np.einsum("ki,ki->k", prices, self.problem.rhs)
        return RadialSolution(scores=scores, prices=prices, basis=self.basis)
