"""Random effects with moderators: the between-study variance that is left, and the coefficients given it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from whatworks.core.columns import one_of
from whatworks.core.errors import NotIdentified, TooFewStudies

Array = np.ndarray

TAU2_WITH_MODERATORS = ("EE", "DL", "HE", "ML", "REML", "EB", "PM")
# Ratio between neighbouring values of tau2 + smallest variance in the first look for peaks, as without moderators.
_STEP_RATIO = 2.0
# Relative size below which differences in tau2 do not matter.
_TOLERANCE = 1e-14


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedEffects:
    """A weighted regression of effects on moderators with a variance between studies.

    Attributes
    ----------
    coefficients : (p,) in units of the effect per unit of the moderator
    covariance : (p, p) of the coefficients, taking ``tau2`` as known
    tau2 : residual variance between studies
    weights : (k,) 1 / (vi + tau2)
    residuals : (k,) effects less their fitted values
    q : residual heterogeneity, the weighted sum of squares at tau2 = 0
    log_likelihood : at ``tau2``, restricted unless the estimator is ML
    """

    coefficients: Array
    covariance: Array = field(repr=False)
    tau2: float
    weights: Array = field(repr=False)
    residuals: Array = field(repr=False)
    q: float
    log_likelihood: float

    @property
    def df(self) -> int:
        """Studies less coefficients."""
        return len(self.residuals) - len(self.coefficients)

    @property
    def spread(self) -> float:
        """Weighted residual variance, by which Knapp and Hartung multiply the covariance."""
        return float(self.weights @ self.residuals**2) / self.df


def fit_mixed_effects(yi: Array, vi: Array, X: Array, *, tau2: str = "REML") -> MixedEffects:
    """Fit effects on moderators, with what is left between studies as a variance.

    Parameters
    ----------
    yi, vi : (k,) effects on one scale and their sampling variances, all > 0
    X : (k, p) moderators with the constant, of full rank
    tau2 : "REML", "ML", "DL", "PM", "EB", "HE", or "EE" for no variance between studies

    Raises
    ------
    TooFewStudies
        If there are not more studies than coefficients.
    NotIdentified
        If moderators are collinear.

    References
    ----------
    Raudenbush (2009) in Cooper, Hedges & Valentine (eds.), The Handbook of Research Synthesis and Meta-Analysis, ch. 16;
    Viechtbauer, Lopez-Lopez, Sanchez-Meca & Marin-Martinez (2015), Psychological Methods 20:360-374.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 0, 1]])
    >>> fit = fit_mixed_effects(np.array([0.1, 0.5, 0.3, 0.7]), np.full(4, 0.02), X)
    >>> fit.coefficients.round(2).tolist(), round(fit.tau2, 6)
    ([0.2, 0.4], 0.0)
    """
    one_of(tau2, TAU2_WITH_MODERATORS, name="tau2")
    k, p = X.shape
    if k <= p:
        raise TooFewStudies(f"{p} coefficients need more effects than that; got {k}. Use fewer moderators.")
    if np.linalg.matrix_rank(X / np.abs(X).max(axis=0)) < p:
        raise NotIdentified(f"The {p} moderator columns say the same thing twice. Leave one out.")
    variance = _ESTIMATORS[tau2](yi, vi, X)
    restricted = tau2 != "ML"
    w, bread, r = _solve(yi, vi, X, variance)
    return MixedEffects(
        coefficients=bread @ (X.T @ (w * yi)),
        covariance=bread,
        tau2=variance,
        weights=w,
        residuals=r,
        q=_weighted_squares(yi, vi, X, 0.0),
        log_likelihood=log_likelihood(yi, vi, X, variance, restricted=restricted),
    )


def log_likelihood(yi: Array, vi: Array, X: Array, tau2: float, *, restricted: bool) -> float:
    """Log-likelihood of ``tau2`` with the coefficients at their best; restricted allows for their estimation."""
    w, bread, r = _solve(yi, vi, X, tau2)
    k, p = X.shape
    value = 0.5 * (np.log(w).sum() - float(w @ r**2))
    if not restricted:
        return float(value - 0.5 * k * np.log(2 * np.pi))
    # The determinant of X'X makes the value the same whatever the units of the moderators.
    correction = np.linalg.slogdet(X.T @ X)[1] + np.linalg.slogdet(bread)[1]
    return float(value + 0.5 * correction - 0.5 * (k - p) * np.log(2 * np.pi))


def _solve(yi: Array, vi: Array, X: Array, tau2: float) -> tuple[Array, Array, Array]:
    """Weights, inverse of X'WX and residuals at one ``tau2``."""
    w = 1 / (vi + tau2)
    bread = np.linalg.inv(X.T @ (X * w[:, None]))
    return w, bread, yi - X @ (bread @ (X.T @ (w * yi)))


def _weighted_squares(yi: Array, vi: Array, X: Array, tau2: float) -> float:
    w, _, r = _solve(yi, vi, X, tau2)
    return float(w @ r**2)


def leftover(vi: Array, X: Array, tau2: float = 0.0) -> float:
    """Trace of the weights after the moderators are taken out: how fast Q grows with tau2."""
    w = 1 / (vi + tau2)
    bread = np.linalg.inv(X.T @ (X * w[:, None]))
    return float(w.sum() - np.trace(bread @ (X.T @ (X * (w**2)[:, None]))))


def _dersimonian_laird(yi: Array, vi: Array, X: Array) -> float:
    df = X.shape[0] - X.shape[1]
    return max(0.0, (_weighted_squares(yi, vi, X, 0.0) - df) / leftover(vi, X))


def _hedges(yi: Array, vi: Array, X: Array) -> float:
    bread = np.linalg.inv(X.T @ X)
    r = yi - X @ (bread @ (X.T @ yi))
    leverage = np.einsum("ij,jk,ik->i", X, bread, X)
    return max(0.0, float(r @ r - vi @ (1 - leverage)) / (X.shape[0] - X.shape[1]))


def _paule_mandel(yi: Array, vi: Array, X: Array) -> float:
    df = X.shape[0] - X.shape[1]

    def above(tau2: float) -> float:
        return _weighted_squares(yi, vi, X, tau2) - df

    if above(0.0) <= 0:
        return 0.0
    # Q(tau2) is at most the plain sum of squares over tau2, so the root lies below their ratio.
    return _root(above, 0.0, _plain_squares(yi, X) / df)


def _likelihood(yi: Array, vi: Array, X: Array, *, restricted: bool) -> float:
    """The highest of all peaks: a bracket around each change of the slope from rising to falling, then the best."""
    k, p = X.shape
    d = k - p if restricted else k
    s, largest, smallest = _plain_squares(yi, X) / d, float(vi.max()), float(vi.min())
    # No weight exceeds 1 / tau2 or falls below 1 / (tau2 + largest variance): above this the slope is negative.
    highest = (s + np.sqrt(s**2 + 4 * s * largest)) / 2

    def slope(tau2: float) -> float:
        w, _, r = _solve(yi, vi, X, tau2)
        return 0.5 * (float((w * r) @ (w * r)) - (leftover(vi, X, tau2) if restricted else float(w.sum())))

    steps = max(1, int(np.ceil(np.log((highest + smallest) / smallest) / np.log(_STEP_RATIO))))
    grid = smallest * (((highest + smallest) / smallest) ** (np.arange(steps + 1) / steps) - 1)
    slopes = [slope(float(tau2)) for tau2 in grid[:-1]] + [-1.0]
    peaks = [0.0] if slopes[0] <= 0 else []
    turns = [place for place in range(steps) if slopes[place] > 0 >= slopes[place + 1]]
    peaks += [_root(slope, float(grid[place]), float(grid[place + 1])) for place in turns]
    if len(peaks) == 1:
        return peaks[0]
    return max(peaks, key=lambda tau2: log_likelihood(yi, vi, X, tau2, restricted=restricted))


def _plain_squares(yi: Array, X: Array) -> float:
    r = yi - X @ np.linalg.lstsq(X, yi, rcond=None)[0]
    return float(r @ r)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    if function(high) >= 0:
        return high
    return float(optimize.brentq(function, low, high, xtol=_TOLERANCE * max(high, 1e-300), rtol=4 * np.finfo(float).eps))


_ESTIMATORS: dict[str, Callable[[Array, Array, Array], float]] = {
    "EE": lambda yi, vi, X: 0.0,
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "ML": lambda yi, vi, X: _likelihood(yi, vi, X, restricted=False),
    "REML": lambda yi, vi, X: _likelihood(yi, vi, X, restricted=True),
    "EB": _paule_mandel,
    "PM": _paule_mandel,
}
