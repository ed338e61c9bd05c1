"""The chance of belonging to the treated cohort, and the odds that make comparison units look like it."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotConverged
from whatworks.did.arms import Arms
from whatworks.did.logit import fit_logit
from whatworks.inference import fit_binary

# Comparison units this certain to be treated would carry 199 times their weight; DRDID and did leave them out as well.
OVERLAP_LIMIT = 0.995
_STEP_TOLERANCE = 1e-11
_MAX_ITERATIONS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Propensity:
    """A fitted score.

    Attributes
    ----------
    probabilities : one array per run of the arms, the treated first
    vcov : (k, k); a unit's contribution to the coefficients is weight times (treated - p) times its covariates times this. Zero
        where the coefficients' error does not matter
    """

    probabilities: tuple[np.ndarray, ...] = field(repr=False)
    vcov: np.ndarray = field(repr=False)

    def odds(self, place: int, piece: slice) -> np.ndarray:
        """p/(1-p) in a piece of a run; 0 beyond the limit of overlap."""
        p = self.probabilities[place][piece]
        out = np.subtract(1.0, p)
        np.divide(p, out, out=out)
        if len(p) and p.max() >= OVERLAP_LIMIT:
            out[p >= OVERLAP_LIMIT] = 0.0
        return out

    @property
    def beyond(self) -> tuple[np.ndarray, ...]:
        """Per run, units at or above the limit of overlap."""
        return tuple(p >= OVERLAP_LIMIT for p in self.probabilities)


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
        return Propensity(probabilities=probabilities, vcov=np.zeros((len(coefficients),) * 2))
    if len(arms.treated.X) == 1:
        return _share(arms)
    fit = fit_logit(arms)
    return Propensity(probabilities=fit.probabilities, vcov=fit.vcov)


def _share(arms: Arms) -> Propensity:
    """Without covariates the score is the treated share."""
    treated = arms.treated.w.sum()
    total = treated + sum(run.w.sum() for run in arms.comparison)
    share = treated / total
    probabilities = tuple(np.broadcast_to(share, len(run)) for run in arms.runs)
    return Propensity(probabilities=probabilities, vcov=np.array([[1 / (total * share * (1 - share))]]))


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
