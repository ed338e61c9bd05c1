"""The 2x2 effect on a panel, by regression, weighting or both, with each unit's contribution to it.

Sant'Anna & Zhao (2020), Journal of Econometrics 219:101-122. All formulas are written with sums instead of means: a
contribution is the influence function divided by the number of units, so a variance is a sum of squares.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotIdentified
from whatworks.did.arms import Arms, Run
from whatworks.did.propensity import Propensity, propensity
from whatworks.inference import independent_columns
from whatworks.inference.rank import is_surely_of_full_rank

ESTIMATORS = ("dr", "dr_improved", "ipw", "ipw_unnormalised", "reg")
REGRESSION = ("dr", "dr_improved", "reg")
WEIGHTING = ("dr", "dr_improved", "ipw", "ipw_unnormalised")


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """Effects estimated on the same units.

    Attributes
    ----------
    estimates : (m,) in units of the outcome
    contributions : (n, m) per run of the arms, the treated first; the estimate's variance is the sum of their squares
    beyond : (n,) per run, units outside overlap: nobody of the other arm is like them; empty where nobody is weighted
    """

    estimates: np.ndarray
    contributions: tuple[np.ndarray, ...] = field(repr=False)
    beyond: tuple[np.ndarray, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sums:
    """Weighted sums over a whole arm: of products of covariates (k, k), and of covariates with changes (k, m)."""

    gram: np.ndarray
    cross: np.ndarray


def panel_effects(arms: Arms, *, estimator: str, score: Propensity | None = None) -> Effects:
    """Average effect on the treated from outcome changes.

    Parameters
    ----------
    arms : the units and their changes; covariates of full rank
    estimator : ``"reg"`` outcome regression; ``"ipw"`` normalised inverse probability weighting; ``"dr"`` both, normalised
        (equation 3.1 of the paper); ``"dr_improved"`` both, with weights that balance covariates exactly (section 3.1);
        ``"ipw_unnormalised"`` Abadie's (2005), Review of Economic Studies 72:1-19
    score : of the same arms and estimator, where it is known already

    Returns
    -------
    :class:`Effects`

    Raises
    ------
    NotIdentified
        If covariates separate the arms, or do not vary among comparison units.
    """
    if estimator in WEIGHTING and score is None:
        score = propensity(arms, estimator)
    k, m = len(arms.treated.X), len(arms.late)
    share = arms.treated.w / arms.treated.w.sum()
    own = _sums(arms, (arms.treated,), (share,))
    target, beta, inverse = own.gram[0], np.zeros((k, m)), np.zeros((k, k))
    pull, fit = _weights(arms, score, estimator)
    if estimator in REGRESSION:
        inverse, beta = _regression(arms, fit)
    average_t = own.cross[0] - target @ beta
    average_c, reached, slope = np.zeros(m), np.zeros(k), np.zeros((k, m))
    if score is not None:
        looked_at = _sums(arms, arms.comparison, pull)
        slope = looked_at.cross - looked_at.gram @ beta
        average_c, reached = slope[0].copy(), looked_at.gram[0]
    estimates = average_t - average_c
    if estimator == "ipw_unnormalised":
        # The weights do not sum to one, so the averages are not what the contributions spread around.
        average_t, average_c = estimates, np.zeros(m)
    slope = slope - np.outer(reached, average_c)
    # What the regression could not know: it was fitted on comparison units and is used where the treated are.
    unknown = inverse @ (reached - target)
    back = None if score is None else -(score.vcov @ slope).T
    contributions = [_contributions(arms, arms.treated, (share, share, -average_t), beta, _through(score, 0), back)]
    for place, run in enumerate(arms.comparison):
        alpha = fit[place] * (unknown @ run.X) - pull[place]
        residual = _through(score, place + 1)
        contributions.append(_contributions(arms, run, (alpha, pull[place], average_c), beta, residual, back))
    return Effects(estimates=estimates, contributions=tuple(contributions), beyond=() if score is None else score.beyond)


def _weights(arms: Arms, score: Propensity | None, estimator: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Per comparison run: weights of its average, and of the regression."""
    w = [run.w for run in arms.comparison]
    if score is None:
        return [np.zeros(len(each)) for each in w], w
    pull = [each * odds for each, odds in zip(w, score.odds, strict=True)]
    # The improved estimator fits the regression where the weighting looks.
    fit = pull if estimator == "dr_improved" else w
    total = arms.treated.w.sum() if estimator == "ipw_unnormalised" else sum(each.sum() for each in pull)
    return [each / total for each in pull], fit


def _through(score: Propensity | None, place: int) -> np.ndarray | None:
    return None if score is None else score.residuals[place]


def _sums(arms: Arms, runs: Sequence[Run], weights: Sequence[np.ndarray]) -> _Sums:
    k, m = len(arms.treated.X), len(arms.late)
    sums = _Sums(gram=np.zeros((k, k)), cross=np.zeros((k, m)))
    x_room, d_room = arms.buffer(k), arms.buffer(m)
    for run, weight in zip(runs, weights, strict=True):
        for piece in run.pieces():
            X = run.X[:, piece]
            weighted = np.multiply(X, weight[piece], out=x_room[:, : X.shape[1]])
            sums.gram[:] += weighted @ X.T
            sums.cross[:] += weighted @ arms.changes(run, piece, d_room).T
    return sums


def _regression(arms: Arms, weights: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Inverse of X'WX among comparison units, and the coefficients (k, m)."""
    sums = _sums(arms, arms.comparison, weights)
    if is_surely_of_full_rank(sums.gram):
        inverse = np.linalg.inv(sums.gram)
    else:
        inverse = inverse_gram(np.concatenate([run.X for run in arms.comparison], axis=1).T, np.concatenate(weights))
    return inverse, inverse @ sums.cross


def _contributions(
    arms: Arms,
    run: Run,
    around: tuple[np.ndarray, np.ndarray, np.ndarray],
    beta: np.ndarray,
    residual: np.ndarray | None,
    back: np.ndarray | None,
) -> np.ndarray:
    """(n, m): alpha (change - X beta) + weight * level + residual * X' back, each estimate contiguous in memory.

    ``around`` holds alpha (n,), weight (n,) and level (m,); ``residual`` (n,) and ``back`` (m, k) lead through the score.
    """
    (alpha, weight, level), (k, m) = around, beta.shape
    parts = [-beta.T, level[:, None]] + ([] if back is None else [back])
    maps = np.ascontiguousarray(np.concatenate(parts, axis=1))
    out, f_room, d_room = np.empty((m, len(run))), arms.buffer(maps.shape[1]), arms.buffer(m)
    for piece in run.pieces():
        X = run.X[:, piece]
        features = f_room[:, : X.shape[1]]
        np.multiply(X, alpha[piece], out=features[:k])
        features[k] = weight[piece]
        if residual is not None:
            np.multiply(X, residual[piece], out=features[k + 1 :])
        np.matmul(maps, features, out=out[:, piece])
        changes = arms.changes(run, piece, d_room)
        changes *= alpha[piece]
        out[:, piece] += changes
    return out.T


def inverse_gram(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Inverse of X'WX among comparison units, from (n, k) covariates and (n,) weights.

    Raises
    ------
    NotIdentified
        If covariates do not vary there, so nobody can stand in for the treated.
    """
    scaled = X * np.sqrt(w)[:, None]
    if not independent_columns(scaled).all():
        raise NotIdentified("a covariate that varies among the treated does not vary among the comparison units")
    return np.linalg.inv(scaled.T @ scaled)
