"""Trim and fill: what the pooled effect would be if small studies on one side were missing."""

from dataclasses import dataclass

import numpy as np

from whatworks.synthesis.mixed_effects import MixedEffects, fit_mixed_effects

Array = np.ndarray

# The number of missing studies settles within a few rounds; a cycle between two numbers would go on for ever.
_MOST_ROUNDS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Filled:
    """The studies with those that seem to be missing.

    Attributes
    ----------
    side : "left" or "right", where studies seem to be missing
    missing : how many
    std_error : of ``missing``, before it is rounded
    fit : the random-effects model over the studies and the mirror images of the most extreme
    yi, vi : (k + missing,) effects and variances, the filled ones last
    """

    side: str
    missing: int
    std_error: float
    fit: MixedEffects
    yi: Array
    vi: Array


def trim_and_fill(yi: Array, vi: Array, *, tau2: str = "REML") -> Filled:
    """Mirror the most extreme studies on the full side of the funnel, as many as the L0 estimator says are missing.

    It is an adjustment for asymmetry, whatever its cause, and not proof that studies were left unpublished.

    Parameters
    ----------
    yi, vi : (k,) effects on one scale and their sampling variances, at least 3 studies
    tau2 : estimator of the variance between studies

    References
    ----------
    Duval & Tweedie (2000), Journal of the American Statistical Association 95:89-98 and Biometrics 56:455-463.

    Examples
    --------
    >>> yi = np.array([0.2, 0.22, 0.3, 0.5, 0.7, 0.9])
    >>> filled = trim_and_fill(yi, np.array([0.01, 0.01, 0.02, 0.05, 0.1, 0.2]), tau2="EE")
    >>> filled.side, filled.missing
    ('left', 3)
    """
    slope = fit_mixed_effects(yi, vi, np.column_stack([np.ones(len(yi)), np.sqrt(vi)]), tau2=tau2).coefficients[1]
    side = "right" if slope < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * yi, kind="stable")
    y, v = sign * yi[order], vi[order]
    k = len(y)
    estimate, missing = 0.0, 0
    for _ in range(_MOST_ROUNDS):
        trimmed = k - missing
        centre = _pooled(y[:trimmed], v[:trimmed], tau2).coefficients[0]
        estimate = _l0(y - centre)
        before, missing = missing, min(k - 2, max(0, round(estimate)))
        if missing == before:
            break
    centre = _pooled(y[: k - missing], v[: k - missing], tau2).coefficients[0]
    extremes = slice(k - missing, k)
    everything = sign * np.concatenate([y, 2 * centre - y[extremes]])
    variances = np.concatenate([v, v[extremes]])
    return Filled(
        side=side,
        missing=missing,
        std_error=_l0_std_error(estimate, k),
        fit=_pooled(everything, variances, tau2),
        yi=everything,
        vi=variances,
    )


def _pooled(yi: Array, vi: Array, tau2: str) -> MixedEffects:
    return fit_mixed_effects(yi, vi, np.ones((len(yi), 1)), tau2=tau2)


def _l0(centred: Array) -> float:
    """Number of studies missing on the left, from the rank sum of the effects right of the centre."""
    k = len(centred)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
    return float((4 * ranks[centred > 0].sum() - k * (k + 1)) / (2 * k - 1))


def _l0_std_error(missing: float, k: int) -> float:
    m = missing
    rank_sum = (
        k * (k + 1) * (2 * k + 1) + 10 * m**3 + 27 * m**2 + 17 * m - 18 * k * m**2 - 18 * k * m + 6 * k**2 * m
    ) / 24  # fmt: skip
    return float(4 * np.sqrt(max(rank_sum, 0.0)) / (2 * k - 1))
