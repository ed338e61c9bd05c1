"""The chance of belonging to the treated cohort, and the odds that make comparison units look like it."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotConverged
from whatworks.did.arms import Arms
from whatworks.did.logit import Logit, fit_logit
from whatworks.inference import fit_binary

# Comparison units this certain to be treated would carry 199 times their weight; DRDID and did leave them out as well.
OVERLAP_LIMIT = 0.995
_STEP_TOLERANCE = 1e-11
_MAX_ITERATIONS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Propensity:
    """Fitted odds; one array per run of the arms.

    Attributes
    ----------
    odds : of the comparison runs, p/(1-p); 0 beyond the limit of overlap
    residuals : of all runs, weight times (treated - p)
    vcov : (k, k); a unit's contribution to the coefficients is its residual times its covariates times this. Zero where the
        coefficients' error does not matter
    beyond : of all runs, units with p at or above the limit
    """

    odds: tuple[np.ndarray, ...] = field(repr=False)
    residuals: tuple[np.ndarray, ...] = field(repr=False)
    vcov: np.ndarray = field(repr=False)
    beyond: tuple[np.ndarray, ...] = field(repr=False)


def propensity(arms: Arms, estimator: str) -> Propensity:
    """Fit the score that an estimator asks for.

    Parameters
    ----------
    arms : treated and comparison units
    estimator : ``"dr_improved"`` balances exactly; any other takes the logit by maximum likelihood

    Raises
    ------
    NotIdentified
        If the covariates separate the arms.
    NotConverged
        If no weights balance the arms.

    References
    ----------
    Sant'Anna & Zhao (2020), Journal of Econometrics 219:101-122; Graham, Pinto & Egel (2012), Review of Economic Studies
    79:1053-1079 (inverse probability tilting).
    """
    if estimator == "dr_improved":
        coefficients = _tilting(arms)
        probabilities = tuple(1 / (1 + np.exp(-coefficients @ run.X)) for run in arms.runs)
        # Exact balance makes the estimate insensitive to the coefficients, so their error adds nothing.
        return _odds(arms, Logit(probabilities=probabilities, vcov=np.zeros((len(coefficients),) * 2)))
    return _odds(arms, _share(arms) if len(arms.treated.X) == 1 else fit_logit(arms))


def _odds(arms: Arms, fit: Logit) -> Propensity:
    beyond = tuple(p >= OVERLAP_LIMIT for p in fit.probabilities)
    odds, residuals = [], [arms.treated.w * (1 - fit.probabilities[0])]
    for run, p, out in zip(arms.comparison, fit.probabilities[1:], beyond[1:], strict=True):
        residuals.append(-run.w * p)
        odds.append(p / (1 - p) if not out.any() else np.divide(p, 1 - p, out=np.zeros(len(p)), where=~out))
    return Propensity(odds=tuple(odds), residuals=tuple(residuals), vcov=fit.vcov, beyond=beyond)


def _share(arms: Arms) -> Logit:
    """Without covariates the score is the treated share."""
    treated = arms.treated.w.sum()
    total = treated + sum(run.w.sum() for run in arms.comparison)
    share = treated / total
    probabilities = tuple(np.full(len(run), share) for run in arms.runs)
    return Logit(probabilities=probabilities, vcov=np.array([[1 / (total * share * (1 - share))]]))


def _tilting(arms: Arms) -> np.ndarray:
    """Coefficients whose odds give comparison units exactly the treated's covariate totals."""
    X, treated, w = arms.stacked()
    coefficients = fit_binary(X, treated, weights=w).coefficients
    goal = w[treated] @ X[treated]
    Xc, wc = X[~treated], w[~treated]
    for _ in range(_MAX_ITERATIONS):
        pull = wc * np.exp(Xc @ coefficients)
        step = np.linalg.solve(Xc.T @ (Xc * pull[:, None]), goal - pull @ Xc)
        allowed = _loss(Xc, wc, goal, coefficients)
        allowed += 1e-12 * abs(allowed)
        size = 1.0
        while size > 1e-8 and _loss(Xc, wc, goal, coefficients + size * step) > allowed:
            size /= 2
        coefficients = coefficients + size * step
        if np.abs(X @ step).max() <= _STEP_TOLERANCE * (1 + np.abs(X @ coefficients).max()):
            return coefficients
    raise NotConverged("no weights give the comparison units the treated's covariate averages")


def _loss(Xc: np.ndarray, wc: np.ndarray, goal: np.ndarray, coefficients: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float(wc @ np.exp(Xc @ coefficients) - goal @ coefficients)
