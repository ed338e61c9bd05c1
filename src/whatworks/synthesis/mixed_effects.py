"""Random effects with moderators: the between-study variance that is left, and the coefficients given it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from scipy import optimize

from whatworks.core.errors import NotIdentified, TooFewStudies
from whatworks.core.options import one_of
from whatworks.synthesis.likelihood import step_ratio

Array = np.ndarray

TAU2_WITH_MODERATORS = ("EE", "DL", "HE", "ML", "REML", "EB", "PM")
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
    growth : how fast it grows with tau2: trace of the weights at tau2 = 0 after the moderators are taken out
    log_likelihood : at ``tau2``, restricted unless the estimator is ML
    """

    coefficients: Array
    covariance: Array = field(repr=False)
    tau2: float
    weights: Array = field(repr=False)
    residuals: Array = field(repr=False)
    q: float
    growth: float
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
    # The triangle of a QR decomposition has the singular values of the whole.
    if np.linalg.matrix_rank(np.linalg.qr(X / np.abs(X).max(axis=0), mode="r")) < p:
        raise NotIdentified(f"The {p} moderator columns say the same thing twice. Leave one out.")
    moments = _Moments(yi, vi, X)
    variance = _ESTIMATORS[tau2](moments)
    w = 1 / (vi + variance)
    bread = np.linalg.inv(X.T @ (X * w[:, None]))
    coefficients = bread @ (X.T @ (w * yi))
    return MixedEffects(
        coefficients=coefficients,
        covariance=bread,
        tau2=variance,
        weights=w,
        residuals=yi - X @ coefficients,
        q=moments.squares(0.0),
        growth=moments.growth(0.0),
        log_likelihood=moments.log_likelihood(variance, restricted=tau2 != "ML"),
    )


def log_likelihood(yi: Array, vi: Array, X: Array, tau2: float, *, restricted: bool) -> float:
    """Log-likelihood of ``tau2`` with the coefficients at their best; restricted allows for their estimation."""
    return _Moments(yi, vi, X).log_likelihood(tau2, restricted=restricted)


class _Moments:
    """What every value of tau2 is judged by, from products that are formed once: a value then costs one pass over the studies.

    Effects less their plain regression stand for the effects themselves: what the moderators explain changes no residual, and
    without it no sum is a small difference of large ones.
    """

    def __init__(self, yi: Array, vi: Array, X: Array) -> None:
        self.k, self.p = X.shape
        self.vi, self.X = vi, X
        self.r = yi - X @ np.linalg.solve(X.T @ X, X.T @ yi)
        self.rows, self.columns = np.triu_indices(self.p)
        self.products = np.column_stack([X[:, self.rows] * X[:, self.columns], X * self.r[:, None], self.r**2])

    def sums(self, weights: Array) -> tuple[Array, Array, float]:
        """X'WX, X'Wr and r'Wr."""
        total = weights @ self.products
        gram = np.empty((self.p, self.p))
        pairs = len(self.rows)
        gram[self.rows, self.columns] = gram[self.columns, self.rows] = total[:pairs]
        return gram, total[pairs:-1], float(total[-1])

    def squares(self, tau2: float) -> float:
        """Weighted sum of squared residuals."""
        gram, cross, own = self.sums(1 / (self.vi + tau2))
        return own - float(cross @ np.linalg.solve(gram, cross))

    def growth(self, tau2: float) -> float:
        """Trace of the weights after the moderators are taken out."""
        w = 1 / (self.vi + tau2)
        return float(w.sum() - np.trace(np.linalg.solve(self.sums(w)[0], self.sums(w * w)[0])))

    def slope(self, tau2: float, *, restricted: bool) -> float:
        """Of the log-likelihood in tau2."""
        w = 1 / (self.vi + tau2)
        squared = w * w
        gram, cross, _ = self.sums(w)
        gram2, cross2, own2 = self.sums(squared)
        b = np.linalg.solve(gram, cross)
        pull = own2 - 2 * float(cross2 @ b) + float(b @ gram2 @ b)
        taken = float(np.trace(np.linalg.solve(gram, gram2))) if restricted else 0.0
        return 0.5 * (pull - float(w.sum()) + taken)

    def log_likelihood(self, tau2: float, *, restricted: bool) -> float:
        """With the coefficients at their best; restricted allows for their estimation."""
        w = 1 / (self.vi + tau2)
        value = 0.5 * (np.log(w).sum() - self.squares(tau2))
        if not restricted:
            return float(value - 0.5 * self.k * np.log(2 * np.pi))
        # The determinant of X'X makes the value the same whatever the units of the moderators.
        correction = np.linalg.slogdet(self.X.T @ self.X)[1] - np.linalg.slogdet(self.sums(w)[0])[1]
        return float(value + 0.5 * correction - 0.5 * (self.k - self.p) * np.log(2 * np.pi))


def _dersimonian_laird(moments: _Moments) -> float:
    return max(0.0, (moments.squares(0.0) - (moments.k - moments.p)) / moments.growth(0.0))


def _hedges(moments: _Moments) -> float:
    X = moments.X
    leverage = np.einsum("ij,jk,ik->i", X, np.linalg.inv(X.T @ X), X)
    return max(0.0, float(moments.r @ moments.r - moments.vi @ (1 - leverage)) / (moments.k - moments.p))


def _paule_mandel(moments: _Moments) -> float:
    df = moments.k - moments.p

    def above(tau2: float) -> float:
        return moments.squares(tau2) - df

    if above(0.0) <= 0:
        return 0.0
    # Q(tau2) is at most the plain sum of squares over tau2, so the root lies below their ratio.
    return _root(above, 0.0, float(moments.r @ moments.r) / df)


def _likelihood(moments: _Moments, *, restricted: bool) -> float:
    """The highest of all peaks: a bracket around each change of the slope from rising to falling, then the best."""
    d = moments.k - moments.p if restricted else moments.k
    s = float(moments.r @ moments.r) / d
    largest, smallest = float(moments.vi.max()), float(moments.vi.min())
    # No weight exceeds 1 / tau2 or falls below 1 / (tau2 + largest variance): above this the slope is negative.
    highest = (s + np.sqrt(s**2 + 4 * s * largest)) / 2
    slope = partial(moments.slope, restricted=restricted)
    steps = max(1, int(np.ceil(np.log((highest + smallest) / smallest) / np.log(step_ratio(moments.k)))))
    grid = smallest * (((highest + smallest) / smallest) ** (np.arange(steps + 1) / steps) - 1)
    slopes = [slope(float(tau2)) for tau2 in grid[:-1]] + [-1.0]
    peaks = [0.0] if slopes[0] <= 0 else []
    turns = [place for place in range(steps) if slopes[place] > 0 >= slopes[place + 1]]
    peaks += [_root(slope, float(grid[place]), float(grid[place + 1])) for place in turns]
    if len(peaks) == 1:
        return peaks[0]
    return max(peaks, key=partial(moments.log_likelihood, restricted=restricted))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    if function(high) >= 0:
        return high
    return float(optimize.brentq(function, low, high, xtol=_TOLERANCE * max(high, 1e-300), rtol=4 * np.finfo(float).eps))


_ESTIMATORS: dict[str, Callable[[_Moments], float]] = {
    "EE": lambda moments: 0.0,
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "ML": partial(_likelihood, restricted=False),
    "REML": partial(_likelihood, restricted=True),
    "EB": _paule_mandel,
    "PM": _paule_mandel,
}
