"""The logit of a large sample: started on a part of it, finished on all of it."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.did.arms import Arms
from whatworks.inference import fit_binary

# Below this many units the plain search is as quick; a part of a sample is searched from zero below the second number.
_LARGE = 32_000
_LARGE_PART = 16_000
_STRIDE = 8
# Newton's error after a step is of the order of the step's square, so what is left after this one is below 1e-9.
_LAST_STEP = 2e-5
_MAX_STEPS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Logit:
    """A fitted chance of being treated.

    Attributes
    ----------
    probabilities : one array per run of the arms, the treated first
    vcov : (k, k) inverse of the information
    """

    probabilities: tuple[np.ndarray, ...] = field(repr=False)
    vcov: np.ndarray = field(repr=False)


def fit_logit(arms: Arms) -> Logit:
    """Maximum likelihood, weighted.

    In a large sample Newton's steps begin at the estimate of every eighth unit, that one's at the estimate of every 64th, and so
    on: most steps are taken where they cost little.

    Raises
    ------
    NotIdentified
        If the covariates separate the arms.
    NotConverged
    """
    coefficients = _coefficients(arms, 1)
    information = np.zeros((len(arms.treated.X),) * 2)
    probabilities = []
    for place, run in enumerate(arms.runs):
        p = np.empty(len(run))
        _add_run(arms, place, coefficients, (np.zeros(len(coefficients)), information), p)
        probabilities.append(p)
    return Logit(probabilities=tuple(probabilities), vcov=np.linalg.inv(information))


def _coefficients(arms: Arms, stride: int) -> np.ndarray:
    part = arms.thinned(stride) if stride > 1 else arms
    n = len(part.treated) + part.n_comparison
    if stride > 1 or n >= _LARGE:
        try:
            start = _coefficients(arms, stride * _STRIDE) if n >= _LARGE_PART else np.zeros(len(arms.treated.X))
            found = _newton(part, start)
        except (NotIdentified, NotConverged, np.linalg.LinAlgError):
            found = None
        if found is not None:
            return found
    X, treated, w = part.stacked()
    return fit_binary(X, treated, weights=w).coefficients


def _newton(arms: Arms, coefficients: np.ndarray) -> np.ndarray | None:
    """The optimum near a start; None where the steps do not shrink."""
    k, before = len(coefficients), np.inf
    for _ in range(_MAX_STEPS):
        score, information = np.zeros(k), np.zeros((k, k))
        for place in range(len(arms.runs)):
            _add_run(arms, place, coefficients, (score, information))
        step = np.linalg.solve(information, score)
        size = float(np.abs(step).max())
        if not size < before:
            return None
        coefficients, before = coefficients + step, size
        if size <= _LAST_STEP:
            return coefficients
    return None


def _add_run(
    arms: Arms, place: int, coefficients: np.ndarray, totals: tuple[np.ndarray, np.ndarray], keep: np.ndarray | None = None
) -> None:
    """Add one run's score and information; its probabilities are written into ``keep``."""
    run, (score, information) = arms.runs[place], totals
    room, p_room = arms.buffer(len(run.X)), arms.buffer(2)
    for piece in run.pieces():
        X, w = run.X[:, piece], run.w[piece]
        p, rest = p_room[:, : X.shape[1]]
        np.matmul(-coefficients, X, out=p)
        with np.errstate(over="ignore"):
            np.exp(p, out=p)
        p += 1.0
        np.reciprocal(p, out=p)
        if keep is not None:
            keep[piece] = p
        np.subtract(1.0, p, out=rest)
        weighted = np.multiply(X, w, out=room[:, : X.shape[1]])
        score += weighted @ (rest if place == 0 else -p)
        rest *= p
        information += np.multiply(weighted, rest, out=weighted) @ X.T
