"""The chance of belonging to the treated cohort, and the odds that make comparison units look like it."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotConverged
from whatworks.inference import fit_binary

# Comparison units this certain to be treated would carry 199 times their weight; DRDID and did leave them out as well.
OVERLAP_LIMIT = 0.995
_STEP_TOLERANCE = 1e-11
_MAX_ITERATIONS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Propensity:
    """Fitted odds.

    Attributes
    ----------
    odds : (comparison units,) p/(1-p); 0 beyond the limit of overlap
    contributions : (n, k) of each unit to the coefficients; zero where their error does not matter
    beyond : (n,) units with p at or above the limit
    """

    odds: np.ndarray = field(repr=False)
    contributions: np.ndarray = field(repr=False)
    beyond: np.ndarray = field(repr=False)


def no_propensity(treated: np.ndarray) -> Propensity:
    """For estimators that weight nobody."""
    n = len(treated)
    return Propensity(odds=np.ones(int((~treated).sum())), contributions=np.zeros((n, 1)), beyond=np.zeros(n, dtype=bool))


def propensity(X: np.ndarray, treated: np.ndarray, w: np.ndarray, estimator: str) -> Propensity:
    """Fit the score that an estimator asks for.

    Parameters
    ----------
    X : (n, k) covariates with the constant first
    treated : (n,) boolean
    w : (n,) weights > 0
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
        eta = _tilting(X, treated, w)
        beyond = eta >= np.log(OVERLAP_LIMIT / (1 - OVERLAP_LIMIT))
        odds = np.where(beyond[~treated], 0.0, np.exp(eta[~treated]))
        # Exact balance makes the estimate insensitive to the coefficients, so their error adds nothing.
        return Propensity(odds=odds, contributions=np.zeros_like(X), beyond=beyond)
    if X.shape[1] == 1:
        return _constant(X, treated, w)
    fit = fit_binary(X, treated, weights=w)
    contributions = (X * (w * (treated - fit.fitted))[:, None]) @ fit.vcov
    beyond = fit.fitted >= OVERLAP_LIMIT
    odds = np.where(beyond[~treated], 0.0, np.exp(fit.linear_predictor[~treated]))
    return Propensity(odds=odds, contributions=contributions, beyond=beyond)


def _constant(X: np.ndarray, treated: np.ndarray, w: np.ndarray) -> Propensity:
    """Without covariates the score is the treated share."""
    share = w[treated].sum() / w.sum()
    contributions = (w * (treated - share))[:, None] / (w.sum() * share * (1 - share))
    odds = np.full(int((~treated).sum()), share / (1 - share))
    return Propensity(odds=odds, contributions=contributions, beyond=np.zeros(len(treated), dtype=bool))


def _tilting(X: np.ndarray, treated: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Linear predictor whose odds give comparison units exactly the treated's covariate totals."""
    start = fit_binary(X, treated, weights=w)
    coefficients = start.coefficients
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
            return X @ coefficients
    raise NotConverged("no weights give the comparison units the treated's covariate averages")


def _loss(Xc: np.ndarray, wc: np.ndarray, goal: np.ndarray, coefficients: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float(wc @ np.exp(Xc @ coefficients) - goal @ coefficients)
