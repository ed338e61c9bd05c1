"""A selection model: studies that did not find what was hoped for may have been published less often."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from whatworks.core.errors import NotConverged
from whatworks.synthesis.mixed_effects import fit_mixed_effects

Array = np.ndarray

# Starting values for the chance of publication of the others: much less likely, equally likely, much more likely.
_STARTS = (0.1, 1.0, 10.0)
# A chance ratio beyond these says only that one side is empty.
_DELTA_BOUNDS = (1e-6, 1e6)


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """The three parameters of a step-function selection model.

    Attributes
    ----------
    estimate, std_error : average effect had all studies been published
    tau2 : variance between studies
    delta, delta_std_error : how likely a study beyond the step is to be published, relative to one within
    log_likelihood : at the optimum
    likelihood_ratio, p_value : against no selection (delta = 1), one degree of freedom
    """

    estimate: float
    std_error: float
    tau2: float
    delta: float
    delta_std_error: float
    log_likelihood: float
    likelihood_ratio: float
    p_value: float


def selection_model(yi: Array, vi: Array, *, step: float = 0.025, favoured: str = "up") -> Selection:
    """Three-parameter selection model with one step in the one-sided p-value.

    Parameters
    ----------
    yi, vi : (k,) effects on one scale and their sampling variances
    step : one-sided p-value where the chance of publication changes
    favoured : direction of the effects that are more easily published, "up" or "down"

    Raises
    ------
    NotConverged
        If all studies lie on one side of the step, so that selection cannot be told, or no optimum is found.

    References
    ----------
    Vevea & Hedges (1995), Psychometrika 60:419-435; Hedges & Vevea (1996), J. Educ. Behav. Statist. 21:299-332.

    Examples
    --------
    >>> yi = np.array([0.5, 0.6, 0.45, 0.1, 0.55, 0.05])
    >>> model = selection_model(yi, np.array([0.02, 0.04, 0.03, 0.01, 0.05, 0.02]))
    >>> bool(model.delta < 1)
    True
    """
    sign = 1.0 if favoured == "up" else -1.0
    y, limit = sign * yi, float(stats.norm.isf(step))
    within = y / np.sqrt(vi) >= limit
    if within.all() or not within.any():
        raise NotConverged(
            f"All {len(yi)} studies lie on one side of the one-sided p-value {step:g}, so their chances of publication cannot be "
            "compared. Choose another step, or leave the selection model out."
        )
    none = fit_mixed_effects(y, vi, np.ones((len(y), 1)), tau2="ML")

    def loss(parameters: Array) -> float:
        mu, tau2, log_delta = parameters
        return -_log_likelihood(y, vi, limit, within, mu, max(tau2, 0.0), float(np.exp(log_delta)))

    scale = float(np.var(y) + vi.mean())
    bounds = [(None, None), (0.0, None), tuple(np.log(_DELTA_BOUNDS))]
    best = None
    for start in _STARTS:
        first = np.array([none.coefficients[0], none.tau2 + 0.01 * scale, np.log(start)])
        found = optimize.minimize(loss, first, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9})
        polished = _polish(loss, found.x)
        if best is None or loss(polished) < loss(best):
            best = polished
    assert best is not None
    if not np.isfinite(loss(best)):
        raise NotConverged("The selection model's likelihood has no optimum here. Check the scale of effects and variances.")
    mu, tau2, log_delta = best[0], max(best[1], 0.0), best[2]
    height, ratio = -loss(best), max(0.0, 2 * (-loss(best) - none.log_likelihood))
    se_mu, se_delta = _std_errors(y, vi, limit, within, np.array([mu, tau2, np.exp(log_delta)]))
    return Selection(
        estimate=sign * float(mu),
        std_error=se_mu,
        tau2=float(tau2),
        delta=float(np.exp(log_delta)),
        delta_std_error=se_delta,
        log_likelihood=height,
        likelihood_ratio=ratio,
        p_value=float(stats.chi2.sf(ratio, 1)),
    )


def _polish(loss: Callable[[Array], float], start: Array) -> Array:
    """Nelder-Mead needs no gradient, so it reaches the last digits that a numeric gradient cannot."""
    found = optimize.minimize(
        loss, start, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 4000, "maxfev": 4000}
    )
    return np.array([found.x[0], max(found.x[1], 0.0), np.clip(found.x[2], *np.log(_DELTA_BOUNDS))])


def _log_likelihood(y: Array, vi: Array, limit: float, within: Array, mu: float, tau2: float, delta: float) -> float:
    spread = np.sqrt(vi + tau2)
    inside = stats.norm.sf((limit * np.sqrt(vi) - mu) / spread)
    density = stats.norm.logpdf(y, mu, spread)
    return float((density + np.where(within, 0.0, np.log(delta)) - np.log(inside + delta * (1 - inside))).sum())


def _std_errors(y: Array, vi: Array, limit: float, within: Array, at: Array) -> tuple[float, float]:
    """From the curvature in (effect, tau2, delta); a variance at its bound of 0 is held there."""

    free = np.array([True, at[1] > 1e-10, True])

    def value(change: Array) -> float:
        parameters = at.copy()
        parameters[free] += change
        return -_log_likelihood(y, vi, limit, within, parameters[0], max(parameters[1], 0.0), parameters[2])

    steps = 1e-4 * np.maximum(np.abs(at[free]), 1e-2)
    m = len(steps)
    curvature = np.empty((m, m))
    unit = np.diag(steps)
    for i in range(m):
        for j in range(m):
            corners = value(unit[i] + unit[j]) - value(unit[i] - unit[j]) - value(unit[j] - unit[i]) + value(-unit[i] - unit[j])
            curvature[i, j] = corners / (4 * steps[i] * steps[j])
    try:
        variances = np.diag(np.linalg.inv(curvature))
    except np.linalg.LinAlgError:
        return float("nan"), float("nan")
    shown = np.sqrt(np.where(variances > 0, variances, np.nan))
    return float(shown[0]), float(shown[-1])
