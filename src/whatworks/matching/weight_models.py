"""Weights that make the arms alike, each with the equations it solves, so that an estimate can count their uncertainty.

Every method ends in a linear predictor of the covariates. What a row weighs, how it enters the equations, and how its weight
moves with the predictor are then one number each (:class:`~whatworks.inference.WeightEquations`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.inference import WeightEquations, weighted_gram
from whatworks.matching.encoding import Encoded
from whatworks.matching.entropy import Moments, tilt
from whatworks.matching.propensity import score_rows
from whatworks.matching.separation import between, fit_unseparated

_MAX_STEPS = 60
_MAX_HALVINGS = 30
# Mean covariate differences in standard deviations; the reference answers of R reach 1e-15.
_BALANCED = 1e-12
_ROOT_2PI = np.sqrt(2 * np.pi)


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightModel:
    """Fitted weights.

    Attributes
    ----------
    weights : (n,) sampling weight times balancing weight
    scores : (n,) probability of treatment that the weights imply; None where each arm has a tilt of its own
    equations : what the weights solve
    """

    weights: np.ndarray = field(repr=False)
    scores: np.ndarray | None = field(repr=False)
    equations: tuple[WeightEquations, ...] = field(repr=False)


def inverse_probability(
    encoded: Encoded, design: Moments, treated: np.ndarray, base: np.ndarray, *, estimand: str, link: str
) -> WeightModel:
    """Weights from the propensity score: how much of the people meant each person stands for.

    References
    ----------
    Hirano, Imbens & Ridder (2003), Econometrica 71:1161-1189; overlap weights: Li, Morgan & Zaslavsky (2018), Journal of the
    American Statistical Association 113:390-400; matching weights: Li & Greene (2013), International Journal of Biostatistics
    9:215-234.
    """
    e = _scores(encoded, design, treated, base, link)
    t = treated.astype(float)
    odds = e / (1 - e)
    slope_in_e = _BY_SCORE[estimand][1]
    if link == "logit":
        score, information, density = t - e, e * (1 - e), e * (1 - e)
    else:
        eta = special.ndtri(e)
        density = np.exp(-0.5 * eta**2) / _ROOT_2PI
        score = density * (t - e) / (e * (1 - e))
        information = score * (score + eta)
    equations = WeightEquations(
        X=design.matrix,
        score=base * score,
        information=base * information,
        slope=base * slope_in_e(treated, e, odds) * density,
    )
    return WeightModel(weights=base * weights_by_score(e, treated, estimand=estimand), scores=e, equations=(equations,))


def _scores(encoded: Encoded, design: Moments, treated: np.ndarray, base: np.ndarray, link: str) -> np.ndarray:
    try:
        return between(fit_unseparated(design.matrix, treated, link=link, weights=base).fitted)
    except (NotIdentified, NotConverged):
        # The same fit, but one that looks for the column at fault.
        return score_rows(encoded, treated, link=link, weights=base)


Weigher = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def weights_by_score(e: np.ndarray, treated: np.ndarray, *, estimand: str) -> np.ndarray:
    """What everybody weighs, given the score, without sampling weights."""
    return _BY_SCORE[estimand][0](treated, e, e / (1 - e))


def _matching_weight(t: np.ndarray, e: np.ndarray, odds: np.ndarray) -> np.ndarray:
    return np.where(t, np.minimum(1.0, 1 / odds), np.minimum(odds, 1.0))


# The weight given arm, score and odds, and its derivative in the score.
_BY_SCORE: dict[str, tuple[Weigher, Weigher]] = {
    "ATT": (lambda t, e, odds: np.where(t, 1.0, odds), lambda t, e, odds: np.where(t, 0.0, (1 - e) ** -2)),
    "ATC": (lambda t, e, odds: np.where(t, 1 / odds, 1.0), lambda t, e, odds: np.where(t, -(e**-2), 0.0)),
    "ATE": (lambda t, e, odds: 1 / np.where(t, e, 1 - e), lambda t, e, odds: np.where(t, -(e**-2), (1 - e) ** -2)),
    "ATO": (lambda t, e, odds: np.where(t, 1 - e, e), lambda t, e, odds: np.where(t, -1.0, 1.0)),
    "ATM": (
        _matching_weight,
        lambda t, e, odds: np.where(t, np.where(e > 0.5, -(e**-2), 0.0), np.where(e < 0.5, (1 - e) ** -2, 0.0)),
    ),
}


def balancing_weights(design: Moments, treated: np.ndarray, base: np.ndarray, *, estimand: str) -> WeightModel:
    """One arm tilted until its means are those of the other, whom the effect is about.

    Entropy balancing of one arm and the just-identified covariate balancing score solve the same equations: the comparison
    weights are odds, and the odds balance the covariates.

    References
    ----------
    Hainmueller (2012), Political Analysis 20:25-46; Imai & Ratkovic (2014), Journal of the Royal Statistical Society B
    76:243-263; Zhao & Percival (2017), Journal of Causal Inference 5(1) (that both are one).
    """
    meant = treated if estimand == "ATT" else ~treated
    scale = float(base[meant].sum())
    target = base[meant] @ design.matrix[meant] / scale
    slopes, shift = tilt(design, ~meant, base, target)
    # Out here the tilt is a log-odds of being among those meant; their own rows may lie far beyond the others'.
    log_odds = design.matrix[:, 1:] @ slopes + np.log(scale) - shift
    tilted = np.where(meant, 0.0, base * np.exp(np.where(meant, 0.0, log_odds)))
    own = np.where(meant, base, 0.0)
    equations = WeightEquations(X=design.matrix, score=own - tilted, information=tilted, slope=tilted)
    scores = special.expit(log_odds if estimand == "ATT" else -log_odds)
    return WeightModel(weights=own + tilted, scores=scores, equations=(equations,))


def both_arms_tilted(design: Moments, treated: np.ndarray, base: np.ndarray) -> WeightModel:
    """Entropy balancing of each arm to the means of everybody; in each arm the weights keep their sum (Hainmueller 2012)."""
    target = base @ design.matrix / base.sum()
    weights = np.zeros(len(base))
    equations = []
    for arm in (treated, ~treated):
        slopes, shift = tilt(design, arm, base, target)
        shares = np.where(arm, base * np.exp(np.where(arm, design.matrix[:, 1:] @ slopes - shift, 0.0)), 0.0)
        weights += shares * base[arm].sum()
        everybody = shares * base.sum()
        equations.append(
            WeightEquations(X=design.matrix, score=base - everybody, information=everybody, slope=shares * base[arm].sum())
        )
    return WeightModel(weights=weights, scores=None, equations=tuple(equations))


def balancing_score_for_all(design: Moments, treated: np.ndarray, base: np.ndarray) -> WeightModel:
    """One score whose inverse probabilities give both arms the same means.

    The equations, sum of (t/e - (1-t)/(1-e)) x = 0, are the gradient of a convex function of the coefficients, so that Newton's
    steps with halving reach the one solution where there is one.

    References
    ----------
    Imai & Ratkovic (2014), Journal of the Royal Statistical Society B 76:243-263, section 2.2, just identified.
    """
    X = design.matrix
    sign = np.where(treated, -1.0, 1.0)
    share = float(base @ treated / base.sum())
    eta = np.full(len(base), np.log(share / (1 - share)))
    value = _inverse_chance_loss(eta, sign, base)
    for _ in range(_MAX_STEPS):
        with np.errstate(over="ignore", invalid="ignore"):
            odds_against = base * np.exp(sign * eta)
            gradient = (sign * (base + odds_against)) @ X
        if not np.isfinite(gradient).all():
            break
        gap = np.abs(gradient).max() / (base + odds_against).sum()
        if gap <= _BALANCED:
            return _inverse_chances(X, eta, treated, base)
        try:
            change = X @ np.linalg.solve(weighted_gram(X, odds_against), -gradient)
        except np.linalg.LinAlgError:
            break
        size = 1.0
        for _ in range(_MAX_HALVINGS):
            reached = _inverse_chance_loss(eta + size * change, sign, base)
            if reached <= value + 1e-12 * abs(value):
                break
            size /= 2
        eta, value = eta + size * change, reached
    raise NotConverged(
        f"No score balances all {X.shape[1] - 1} covariate means between {int(treated.sum())} treated and "
        f"{int((~treated).sum())} others. The arms overlap too little: leave out a covariate, merge categories, or use "
        "method='ipw' with estimand='ATO'."
    )


def _inverse_chance_loss(eta: np.ndarray, sign: np.ndarray, base: np.ndarray) -> float:
    signed = sign * eta
    with np.errstate(over="ignore"):
        return float(base @ (np.exp(signed) + signed))


def _inverse_chances(X: np.ndarray, eta: np.ndarray, treated: np.ndarray, base: np.ndarray) -> WeightModel:
    odds_against = np.exp(np.where(treated, -eta, eta))
    sign = np.where(treated, 1.0, -1.0)
    equations = WeightEquations(
        X=X,
        score=base * sign * (1 + odds_against),
        information=base * odds_against,
        slope=-base * sign * odds_against,
    )
    return WeightModel(weights=base * (1 + odds_against), scores=special.expit(eta), equations=(equations,))
