"""The 2x2 effect on a panel, by regression, weighting or both, with each unit's contribution to it.

Sant'Anna & Zhao (2020), Journal of Econometrics 219:101-122. All formulas are written with sums instead of means: a
contribution is the influence function divided by the number of units, so a variance is a sum of squares.
"""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotIdentified
from whatworks.did.propensity import Propensity, no_propensity, propensity
from whatworks.inference import independent_columns

ESTIMATORS = ("dr", "dr_improved", "ipw", "ipw_unnormalised", "reg")
REGRESSION = ("dr", "dr_improved", "reg")
WEIGHTING = ("dr", "dr_improved", "ipw", "ipw_unnormalised")


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """Effects estimated on the same units.

    Attributes
    ----------
    estimates : (m,) in units of the outcome
    contributions : (n, m); the estimate's variance is the sum of their squares
    beyond : (n,) units outside overlap: nobody of the other arm is like them
    """

    estimates: np.ndarray
    contributions: np.ndarray = field(repr=False)
    beyond: np.ndarray = field(repr=False)


def panel_effects(dy: np.ndarray, X: np.ndarray, treated: np.ndarray, w: np.ndarray, *, estimator: str) -> Effects:
    """Average effect on the treated from outcome changes.

    Parameters
    ----------
    dy : (n, m) outcome at a time minus outcome at its base, one column per time
    X : (n, k) covariates with the constant first, of full rank
    treated : (n,) boolean
    w : (n,) weights > 0
    estimator : ``"reg"`` outcome regression; ``"ipw"`` normalised inverse probability weighting; ``"dr"`` both, normalised
        (equation 3.1 of the paper); ``"dr_improved"`` both, with weights that balance covariates exactly (section 3.1);
        ``"ipw_unnormalised"`` Abadie's (2005)

    Returns
    -------
    :class:`Effects`

    Raises
    ------
    NotIdentified
        If covariates separate the arms, or do not vary among comparison units.
    """
    score = propensity(X, treated, w, estimator) if estimator in WEIGHTING else no_propensity(treated)
    if estimator == "ipw_unnormalised":
        return _horvitz_thompson(dy, X, treated, w, score)
    c = ~treated
    Xc, wc = X[c], w[c]
    share = w[treated] / w[treated].sum()
    target = share @ X[treated]
    residuals_t, residuals_c, inverse = dy[treated], dy[c], None
    if estimator in REGRESSION:
        # The improved estimator fits the regression where the weighting looks.
        fit_weights = wc * score.odds if estimator == "dr_improved" else wc
        inverse = inverse_gram(Xc, fit_weights)
        beta = inverse @ (Xc.T @ (fit_weights[:, None] * residuals_c))
        residuals_t = residuals_t - X[treated] @ beta
        residuals_c = residuals_c - Xc @ beta
    average_t = share @ residuals_t
    out = np.empty_like(dy)
    out[treated] = share[:, None] * (residuals_t - average_t)
    average_c = np.zeros(dy.shape[1])
    out[c] = 0.0
    reached = np.zeros(X.shape[1])
    if estimator in WEIGHTING:
        odds = wc * score.odds / (wc @ score.odds)
        average_c = odds @ residuals_c
        out[c] = -odds[:, None] * (residuals_c - average_c)
        reached = odds @ Xc
        slope = (Xc * odds[:, None]).T @ (residuals_c - average_c)
        out -= score.contributions @ slope
    if inverse is not None:
        # What the regression could not know: it was fitted on comparison units and is used where the treated are.
        out[c] += (fit_weights * (Xc @ (inverse @ (reached - target))))[:, None] * residuals_c
    return Effects(estimates=average_t - average_c, contributions=out, beyond=score.beyond)


def _horvitz_thompson(dy: np.ndarray, X: np.ndarray, treated: np.ndarray, w: np.ndarray, score: Propensity) -> Effects:
    """Abadie (2005), Review of Economic Studies 72:1-19: weights as they come, divided by the treated's."""
    total = w[treated].sum()
    c = ~treated
    odds = w[c] * score.odds / total
    estimates = (w[treated] / total) @ dy[treated] - odds @ dy[c]
    out = np.empty_like(dy)
    out[treated] = (w[treated] / total)[:, None] * (dy[treated] - estimates)
    out[c] = -odds[:, None] * dy[c]
    out -= score.contributions @ ((X[c] * odds[:, None]).T @ dy[c])
    return Effects(estimates=estimates, contributions=out, beyond=score.beyond)


def inverse_gram(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Inverse of X'WX among comparison units.

    Raises
    ------
    NotIdentified
        If covariates do not vary there, so nobody can stand in for the treated.
    """
    scaled = X * np.sqrt(w)[:, None]
    if not independent_columns(scaled).all():
        raise NotIdentified("a covariate that varies among the treated does not vary among the comparison units")
    return np.linalg.inv(scaled.T @ scaled)
