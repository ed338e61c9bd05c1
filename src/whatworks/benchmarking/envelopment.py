"""Scores, slacks and peers of data envelopment analysis by HiGHS, and what one unit means for the others."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from whatworks.benchmarking.technology import Units, radial
from whatworks.core.errors import NotConverged

# Linear programmes are solved to 1e-7 at worst; a weight or slack below that is none.
NOTHING = 1e-7
# Statuses of scipy.optimize.linprog.
_OPTIMAL, _INFEASIBLE = 0, 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Envelopment:
    """Farrell measures of n units, slacks beyond the radial cut, and weights of the peers.

    Attributes
    ----------
    farrell : (n,) share of inputs that would do (at most 1), or how many times the outputs could be (at least 1)
    input_slacks, output_slacks : (n, m), (n, s) what remains to be cut or added after that, inputs and outputs scaled to mean 1
    weights : (n, n) weight of each unit in the composite that a unit is held against
    """

    farrell: np.ndarray
    input_slacks: np.ndarray
    output_slacks: np.ndarray
    weights: np.ndarray


def envelop(units: Units, *, returns: str, orientation: str) -> Envelopment:
    """Two-stage data envelopment analysis: the radial score first, then the largest sum of slacks at that score.

    References
    ----------
    Ali & Seiford (1993), in Fried, Lovell & Schmidt (eds.), The Measurement of Productive Efficiency, pp. 120-159 (two stages).

    Examples
    --------
    >>> frame = pd.DataFrame({"cost": [2.0, 4.0, 4.0, 6.0, 5.0, 8.0], "served": [1.0, 1.0, 3.0, 4.0, 2.0, 4.5]})
    >>> from whatworks.benchmarking.technology import read_units
    >>> units = read_units(frame, unit=None, inputs="cost", outputs="served")
    >>> envelop(units, returns="vrs", orientation="input").farrell.round(4)
    array([1. , 0.5, 1. , 1. , 0.6, 1. ])
    """
    # Only units on the frontier can be peers; the others' columns would be carried along for nothing.
    first = farrell(units, returns=returns, orientation=orientation)
    frontier = np.flatnonzero(np.abs(first - 1) <= NOTHING)
    n, m, s = units.n, units.X.shape[1], units.Y.shape[1]
    found = Envelopment(
        farrell=np.empty(n), input_slacks=np.empty((n, m)), output_slacks=np.empty((n, s)), weights=np.zeros((n, n))
    )
    for k in range(n):
        score = highs_score(units, k, frontier, returns=returns, orientation=orientation)
        values = _largest_slacks(units, k, frontier, score, returns=returns, orientation=orientation)
        found.farrell[k] = score
        found.weights[k, frontier] = np.where(values[m + s :] > NOTHING, values[m + s :], 0.0)
        found.input_slacks[k], found.output_slacks[k] = np.split(np.where(values[: m + s] > NOTHING, values[: m + s], 0.0), [m])
    return found


def farrell(units: Units, *, returns: str, orientation: str) -> np.ndarray:
    """Radial scores of all units together."""
    return radial(units.X, units.Y, returns=returns, orientation=orientation).scores


def highs_score(units: Units, k: int, reference: np.ndarray, *, returns: str, orientation: str) -> float:
    """Radial score of unit ``k`` against the reference units; NaN where they cannot reach what it does.

    Raises
    ------
    NotConverged
        If HiGHS stops without an answer.
    """
    x, y = units.X[k], units.Y[k]
    m, s = len(x), len(y)
    towards_inputs = orientation == "input"
    limits = np.zeros((m + s, 1 + len(reference)))
    limits[:m, 1:], limits[m:, 1:] = units.X[reference].T, -units.Y[reference].T
    limits[:m, 0] = -x if towards_inputs else 0.0
    limits[m:, 0] = 0.0 if towards_inputs else y
    at_most = np.concatenate([np.zeros(m), -y] if towards_inputs else [x, np.zeros(s)])
    weights = np.concatenate([[0.0], np.ones(len(reference))])[None, :]
    if returns == "nirs":
        limits, at_most = np.vstack([limits, weights]), np.append(at_most, 1.0)
    cost = np.zeros(1 + len(reference))
    cost[0] = 1.0 if towards_inputs else -1.0
    convex = {"A_eq": weights, "b_eq": [1.0]} if returns == "vrs" else {}
    answer = linprog(cost, A_ub=limits, b_ub=at_most, method="highs", **convex)
    if answer.status == _INFEASIBLE:
        return float("nan")
    _refuse_unsolved(answer.status, units.names[k])
    return float(answer.x[0])


def _largest_slacks(units: Units, k: int, frontier: np.ndarray, score: float, *, returns: str, orientation: str) -> np.ndarray:
    """Input slacks, output slacks and peer weights at the radial score."""
    towards_inputs = orientation == "input"
    x = units.X[k] * (score if towards_inputs else 1.0)
    y = units.Y[k] * (1.0 if towards_inputs else score)
    m, s = len(x), len(y)
    equal = np.zeros((m + s, m + s + len(frontier)))
    equal[:m, :m], equal[m:, m : m + s] = np.eye(m), -np.eye(s)
    equal[:m, m + s :], equal[m:, m + s :] = units.X[frontier].T, units.Y[frontier].T
    right = np.concatenate([x, y])
    weights = np.concatenate([np.zeros(m + s), np.ones(len(frontier))])[None, :]
    limit = {"A_ub": weights, "b_ub": [1.0]} if returns == "nirs" else {}
    if returns == "vrs":
        equal, right = np.vstack([equal, weights]), np.append(right, 1.0)
    cost = np.concatenate([-np.ones(m + s), np.zeros(len(frontier))])
    answer = linprog(cost, A_eq=equal, b_eq=right, method="highs", **limit)
    _refuse_unsolved(answer.status, units.names[k])
    return np.asarray(answer.x)


def _refuse_unsolved(status: int, name: str) -> None:
    if status != _OPTIMAL:
        raise NotConverged(
            f"The linear programme of unit {name!r} has no answer (HiGHS, status {status}). "
            "Bring inputs and outputs to similar sizes, or leave the unit out."
        )


def super_efficiency(units: Units, found: Envelopment, *, returns: str, orientation: str) -> np.ndarray:
    """Scores against all **other** units: how far an efficient unit could fall back and still be among the best.

    NaN where the others cannot reach what the unit does, which variable returns allow.

    References
    ----------
    Andersen & Petersen (1993), Management Science 39:1261-1264.
    """
    out = found.farrell.copy()
    on_frontier = np.flatnonzero(np.abs(found.farrell - 1) <= NOTHING)
    for k in on_frontier:
        # Without this unit others may come to the front, so every other unit is a possible peer.
        others = np.delete(np.arange(units.n), k)
        out[k] = highs_score(units, int(k), others, returns=returns, orientation=orientation)
    return out


def influence(units: Units, found: Envelopment, *, returns: str, orientation: str) -> np.ndarray:
    """How much the mean efficiency (0 to 1) of the other units rises when a unit is left out; 0 for units that are no peer.

    References
    ----------
    Wilson (1995), Journal of Productivity Analysis 6:27-45 (influence of an observation on the scores of the others).
    """
    efficiency = as_efficiency(found.farrell, orientation)
    out = np.zeros(units.n)
    frontier = np.flatnonzero(found.weights.any(axis=0))
    for peer in frontier:
        follows = np.flatnonzero(found.weights[:, peer] > 0)
        follows = follows[follows != peer]
        if not follows.size:
            continue
        kept = np.delete(np.arange(units.n), peer)
        place = np.cumsum(np.arange(units.n) != peer) - 1
        scores = radial(
            units.X,
            units.Y,
            returns=returns,
            orientation=orientation,
            of=follows,
            against=(units.X[kept], units.Y[kept]),
            likely=place[frontier[frontier != peer]],
            own=place,
        ).scores
        out[peer] = (as_efficiency(scores, orientation) - efficiency[follows]).sum() / (units.n - 1)
    return out


def as_efficiency(scores: np.ndarray, orientation: str) -> np.ndarray:
    """Farrell measures as a share of the best: at most 1 in both orientations."""
    return scores if orientation == "input" else 1 / scores
