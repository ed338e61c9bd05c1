"""The 2x2 effect on a panel, by regression, weighting or both, with each unit's contribution to it.

Sant'Anna & Zhao (2020), Journal of Econometrics 219:101-122. All formulas are written with sums instead of means: a
contribution is the influence function divided by the number of units, so a variance is a sum of squares.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

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
    contributions : per run of the arms, the treated first: an array (n, m), or what computes it for a slice of the run as
        (m, units); the estimate's variance is the sum of their squares
    beyond : (n,) per run, units outside overlap: nobody of the other arm is like them; empty where nobody is weighted
    """

    estimates: np.ndarray
    contributions: tuple[np.ndarray | Callable[[slice], np.ndarray], ...] = field(repr=False)
    beyond: tuple[np.ndarray, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sums:
    """Weighted sums over an arm: of products of covariates (k, k), and of covariates with changes (k, m)."""

    gram: np.ndarray
    cross: np.ndarray

    def over(self, total: float) -> "_Sums":
        """The same with weights divided by a total."""
        return _Sums(gram=self.gram / total, cross=self.cross / total)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Contributions:
    """Computes alpha (change - X beta) + weight level + residual X back for units of one run.

    Alpha is the weight among the treated; among comparison units it is what the regression could not know, times the weight in
    the regression, less the weight.

    Attributes
    ----------
    weighting : gives a piece's weights in the run's average, in the regression and in the score
    maps : (m, k + 1) or (m, 2 k + 1) of minus beta, level, back
    unknown : (k,); None among the treated
    """

    arms: Arms
    run: Run
    weighting: Callable[[slice], tuple[np.ndarray, np.ndarray, np.ndarray | None]]
    maps: np.ndarray
    unknown: np.ndarray | None

    def __call__(self, piece: slice) -> np.ndarray:
        X, k = self.run.X[:, piece], len(self.run.X)
        weight, fit, residual = self.weighting(piece)
        alpha = weight if self.unknown is None else fit * (self.unknown @ X) - weight
        features = np.empty((self.maps.shape[1], X.shape[1]))
        np.multiply(X, alpha, out=features[:k])
        features[k] = weight
        if residual is not None:
            np.multiply(X, residual, out=features[k + 1 :])
        changes = self.arms.changes(self.run, piece, np.empty((len(self.maps), X.shape[1])))
        changes *= alpha
        changes += self.maps @ features
        return changes


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
    treated_weight = float(arms.treated.w.sum())
    own = _treated_sums(arms).over(treated_weight)
    target, beta, inverse = own.gram[0], np.zeros((k, m)), np.zeros((k, k))
    plain, pulled = _comparison_sums(arms, score, estimator)
    total = treated_weight if estimator == "ipw_unnormalised" else float(pulled.gram[0, 0])
    pulled = pulled.over(total) if score is not None else pulled
    if estimator in REGRESSION:
        # The improved estimator fits the regression where the weighting looks.
        inverse = _inverse(arms, score if estimator == "dr_improved" else None, pulled if estimator == "dr_improved" else plain)
        beta = inverse @ (pulled if estimator == "dr_improved" else plain).cross
    slope = pulled.cross - pulled.gram @ beta
    average_t, average_c, reached = own.cross[0] - target @ beta, slope[0].copy(), pulled.gram[0]
    estimates = average_t - average_c
    if estimator == "ipw_unnormalised":
        # The weights do not sum to one, so the averages are not what the contributions spread around.
        average_t, average_c = estimates, np.zeros(m)
    slope -= np.outer(reached, average_c)
    back = None if score is None else -(score.vcov @ slope).T
    contributions = [
        _Contributions(
            arms=arms,
            run=run,
            weighting=partial(_weighting, run, place, score, estimator, total if place else treated_weight),
            maps=_maps(beta, average_c if place else -average_t, back),
            unknown=inverse @ (reached - target) if place else None,
        )
        for place, run in enumerate(arms.runs)
    ]
    return Effects(estimates=estimates, contributions=tuple(contributions), beyond=() if score is None else score.beyond)


def _maps(beta: np.ndarray, level: np.ndarray, back: np.ndarray | None) -> np.ndarray:
    parts = [-beta.T, level[:, None]] + ([] if back is None else [back])
    return np.ascontiguousarray(np.concatenate(parts, axis=1))


def _weighting(
    run: Run, place: int, score: Propensity | None, estimator: str, total: float, piece: slice
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """A piece's weights in the run's average, in the regression, and through the score."""
    w = run.w[piece]
    if place == 0:
        share = w / total
        return share, share, None if score is None else w * (1.0 - score.probabilities[0][piece])
    if score is None:
        return np.zeros(len(w)), w, None
    pull = w * score.odds(place, piece) / total
    return pull, pull if estimator == "dr_improved" else w, -w * score.probabilities[place][piece]


def _treated_sums(arms: Arms) -> _Sums:
    k, m = len(arms.treated.X), len(arms.late)
    sums = _Sums(gram=np.zeros((k, k)), cross=np.zeros((k, m)))
    x_room, d_room = arms.buffer(k), arms.buffer(m)
    for piece in arms.treated.pieces():
        _add(sums, arms.treated.X[:, piece], arms.treated.w[piece], arms.changes(arms.treated, piece, d_room), x_room)
    return sums


def _comparison_sums(arms: Arms, score: Propensity | None, estimator: str) -> tuple[_Sums, _Sums]:
    """Weighted as they come, where a regression needs it, and weighted with the odds, where there is a score."""
    k, m = len(arms.treated.X), len(arms.late)
    plain, pulled = (_Sums(gram=np.zeros((k, k)), cross=np.zeros((k, m))) for _ in range(2))
    x_room, d_room = arms.buffer(k), arms.buffer(m)
    for place, run in enumerate(arms.comparison, start=1):
        for piece in run.pieces():
            X, w, changes = run.X[:, piece], run.w[piece], arms.changes(run, piece, d_room)
            if estimator in ("dr", "reg"):
                _add(plain, X, w, changes, x_room)
            if score is not None:
                _add(pulled, X, w * score.odds(place, piece), changes, x_room)
    return plain, pulled


def _add(sums: _Sums, X: np.ndarray, weights: np.ndarray, changes: np.ndarray, room: np.ndarray) -> None:
    weighted = np.multiply(X, weights, out=room[:, : X.shape[1]])
    sums.gram[:] += weighted @ X.T
    sums.cross[:] += weighted @ changes.T


def _inverse(arms: Arms, score: Propensity | None, sums: _Sums) -> np.ndarray:
    """Inverse of X'WX among comparison units; the exact route where its digits are in doubt."""
    if is_surely_of_full_rank(sums.gram):
        return np.linalg.inv(sums.gram)
    pull = [
        run.w if score is None else run.w * score.odds(place, slice(None)) for place, run in enumerate(arms.comparison, start=1)
    ]
    weights = np.concatenate(pull)
    # The sums' weights are those, or in proportion to them.
    scale = float(sums.gram[0, 0] / weights.sum())
    return inverse_gram(np.concatenate([run.X for run in arms.comparison], axis=1).T, weights * scale)


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
