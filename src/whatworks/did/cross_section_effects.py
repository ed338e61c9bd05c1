"""The 2x2 effect when every time has new people, by regression, weighting or both.

Sant'Anna & Zhao (2020), Journal of Econometrics 219:101-122, section 3.2, the locally efficient estimators. The influence
function follows by differentiating the estimate in every row's weight; for ``"dr_improved"`` the paper leaves out the error
of the nuisance coefficients, which vanishes in large samples, and so do we.
"""

from dataclasses import dataclass, field

import numpy as np

from whatworks.did.arms import Arms
from whatworks.did.panel_effects import REGRESSION, WEIGHTING, Effects, inverse_gram
from whatworks.did.propensity import OVERLAP_LIMIT, propensity


@dataclass(frozen=True, kw_only=True, eq=False)
class _Score:
    """The propensity row by row.

    Attributes
    ----------
    odds : (comparison rows,) p/(1-p)
    contributions : (n, k) of each row to the coefficients
    beyond : (n,) rows outside overlap
    """

    odds: np.ndarray = field(repr=False)
    contributions: np.ndarray = field(repr=False)
    beyond: np.ndarray = field(repr=False)


def _score(X: np.ndarray, treated: np.ndarray, w: np.ndarray, estimator: str) -> _Score:
    n = len(treated)
    if estimator not in WEIGHTING:
        return _Score(odds=np.ones(int((~treated).sum())), contributions=np.zeros((n, 1)), beyond=np.zeros(n, dtype=bool))
    fit = propensity(Arms.of_rows(X, treated, w), estimator)
    p = np.empty(n)
    p[treated], p[~treated] = fit.probabilities
    contributions = (X * (w * (treated - p))[:, None]) @ fit.vcov
    return _Score(odds=fit.odds(1, slice(None)), contributions=contributions, beyond=p >= OVERLAP_LIMIT)


def cross_section_effects(
    y: np.ndarray, post: np.ndarray, X: np.ndarray, treated: np.ndarray, w: np.ndarray, *, estimator: str
) -> Effects:
    """Average effect on the treated from repeated cross-sections with a stable composition.

    Parameters
    ----------
    y : (n,) outcome
    post : (n,) boolean, the later of the two times
    X : (n, k) covariates with the constant first, of full rank
    treated : (n,) boolean, member of the treated cohort
    w : (n,) weights > 0
    estimator : as in :func:`whatworks.did.panel_effects.panel_effects`

    Returns
    -------
    :class:`whatworks.did.panel_effects.Effects` with one estimate

    Raises
    ------
    NotIdentified
        If covariates separate the arms, or do not vary among comparison rows of one time.
    """
    score = _score(X, treated, w, estimator)
    pull = w.copy()
    pull[~treated] *= score.odds
    if estimator == "ipw_unnormalised":
        return _horvitz_thompson(y, post, X, treated, w, pull, score)
    after, after_contributions = _gap(y, post, X, treated, w, pull, score, estimator)
    before, before_contributions = _gap(y, ~post, X, treated, w, pull, score, estimator)
    contributions = (after_contributions - before_contributions)[:, None]
    return Effects(estimates=np.array([after - before]), contributions=(contributions,), beyond=(score.beyond,))


def _gap(
    y: np.ndarray,
    now: np.ndarray,
    X: np.ndarray,
    treated: np.ndarray,
    w: np.ndarray,
    pull: np.ndarray,
    score: _Score,
    estimator: str,
) -> tuple[float, np.ndarray]:
    """Treated minus comparable comparison outcome at one time, and each row's contribution."""
    d, t, c = w * treated, w * (treated & now), w * (~treated & now)
    o = pull * (~treated & now)
    estimate, contributions = 0.0, np.zeros(len(y))
    residuals = y
    if estimator in REGRESSION:
        beta, spread = _regression(X, y, o if estimator == "dr_improved" else c)
        fitted = X @ beta
        reached = _average(o, X)[0] if estimator != "reg" else 0.0
        estimate, contributions = _average(d, -fitted)
        if estimator != "dr_improved":
            contributions += spread @ (reached - _average(d, X)[0])
        residuals = y - fitted
    if estimator in ("dr", "dr_improved"):
        beta, spread = _regression(X, y, t)
        level, own = _average(d, X @ beta)
        estimate += level
        # At the treated's covariates of this time the regression is their mean outcome; the way to those of both times vanishes.
        contributions += own + spread @ _average(d if estimator == "dr" else t, X)[0]
    else:
        level, own = _average(t, y)
        estimate += level
        contributions += own
    if estimator in WEIGHTING:
        level, own = _average(o, residuals)
        estimate -= level
        slope = X.T @ own
        contributions -= own + score.contributions @ slope
    return estimate, contributions


def _average(weights: np.ndarray, values: np.ndarray) -> tuple:
    """Weighted average, and each row's contribution to it (for one column of values)."""
    share = weights / weights.sum()
    average = share @ values
    return average, (share * (values - average) if values.ndim == 1 else None)


def _regression(X: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares coefficients, and each row's contribution to them (n, k)."""
    used = weights > 0
    inverse = inverse_gram(X[used], weights[used])
    beta = inverse @ (X[used].T @ (weights[used] * y[used]))
    return beta, (X * (weights * (y - X @ beta))[:, None]) @ inverse


def _horvitz_thompson(
    y: np.ndarray, post: np.ndarray, X: np.ndarray, treated: np.ndarray, w: np.ndarray, pull: np.ndarray, score: _Score
) -> Effects:
    """Abadie (2005), Review of Economic Studies 72:1-19, equation 12: weights as they come, divided by the treated's."""
    total = w[treated].sum()
    late = float(w @ post / w.sum())
    sign = np.where(treated, 1.0, -1.0)
    moment = (post - late) / (late * (1 - late)) * y
    terms = sign * pull * moment / total
    estimate = terms.sum()
    contributions = terms - w * treated / total * estimate
    slope = X[~treated].T @ terms[~treated]
    contributions += score.contributions @ slope
    # The share of late rows is estimated too.
    by_share = np.where(post, -1 / late**2, -1 / (1 - late) ** 2) * y
    contributions += (sign * pull * by_share).sum() / total * w * (post - late) / w.sum()
    return Effects(estimates=np.array([estimate]), contributions=(contributions[:, None],), beyond=(score.beyond,))
