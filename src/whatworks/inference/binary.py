"""Logit and probit by maximum likelihood, to the last digits, with separation refused."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, log_ndtr, ndtr

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.core.options import one_of
from whatworks.inference.gram import weighted_gram
from whatworks.inference.rank import independent_columns

# Newton's steps shrink quadratically, so a step this small (in units of the linear predictor) is the last digit.
_STEP_TOLERANCE = 1e-10
_MAX_ITERATIONS = 60
_MAX_HALVINGS = 30
# A logit's curvature changes by no more than exp(M) along a step that moves no linear predictor by more than M, so Newton's
# whole step gains wherever exp(M) - 1 - M < M squared: Bach (2010), Electronic Journal of Statistics 4:384-414.
_SURE_STEP = 1.0
# A row predicted right with all but this much probability, in a fit that does not settle, is on its way to certainty.
_ALMOST_CERTAIN = 1e-6
# Rows of the slice that Newton's steps on many rows start from.
_SLICE = 20_000
_LOG_ROOT_2PI = 0.5 * np.log(2 * np.pi)

Derivatives = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
LogLikelihood = Callable[[np.ndarray, np.ndarray], np.ndarray]
# A row predicted with all but so little probability adds nothing to what the others say.
_CERTAIN = 1e-8


@dataclass(frozen=True, kw_only=True, eq=False)
class BinaryFit:
    """A fitted model of a yes-or-no outcome.

    Attributes
    ----------
    coefficients : (k,) one per column of the design matrix, on the scale of the linear predictor
    fitted : (n,) probability of yes
    linear_predictor : (n,) the design matrix times the coefficients
    vcov : (k, k) inverse of the observed information
    log_likelihood : weighted, at the optimum
    converged : True; a fit that does not converge is refused
    iterations : Newton steps taken

    Examples
    --------
    >>> fit = fit_binary(np.ones((4, 1)), np.array([0, 1, 1, 1]))
    >>> fit.fitted.round(6).tolist(), fit.converged
    ([0.75, 0.75, 0.75, 0.75], True)
    """

    coefficients: np.ndarray
    fitted: np.ndarray = field(repr=False)
    linear_predictor: np.ndarray = field(repr=False)
    vcov: np.ndarray = field(repr=False)
    log_likelihood: float
    converged: bool
    iterations: int


def fit_binary(X: np.ndarray, y: np.ndarray, *, link: str = "logit", weights: np.ndarray | None = None) -> BinaryFit:
    """Probability of a yes given covariates, by maximum likelihood.

    Parameters
    ----------
    X : (n, k) design matrix; add the column of ones yourself
    y : (n,) 0/1 or boolean
    link : ``"logit"`` or ``"probit"``
    weights : (n,) sampling weights >= 0; None weighs every row alike

    Returns
    -------
    :class:`BinaryFit`; coefficients are exact to about 1e-10 of the linear predictor.

    Raises
    ------
    NotIdentified
        If ``y`` does not vary, columns are collinear, or the covariates separate yes from no perfectly.
    NotConverged
        If Newton's steps do not shrink for another reason.
    InvalidOption
        If the link is unknown.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., section 2.5. Separation: Albert & Anderson (1984),
    Biometrika 71:1-10.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [1.0, 2, 3, 4, 5, 6]])
    >>> fit = fit_binary(X, np.array([0, 0, 1, 0, 1, 1]))
    >>> fit.coefficients.round(4).tolist()
    [-4.2491, 1.214]
    """
    one_of(link, tuple(_LINKS), name="link")
    X = np.asarray(X, dtype=float)
    y = np.asarray(y, dtype=float)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    _refuse_what_has_no_optimum(X, y, w)
    fit = _newton(X, y, w, link, _near_start(X, y, w, link))
    _refuse_rest_without_peak(X, y, w, fit)
    return fit


def _near_start(X: np.ndarray, y: np.ndarray, w: np.ndarray, link: str) -> np.ndarray:
    """Coefficients of a thin slice of many rows: so near the optimum that the whole needs half as many steps."""
    stride = len(y) // _SLICE
    nothing_known = np.zeros(X.shape[1])
    if stride < 2:
        return nothing_known
    part = slice(None, None, stride)
    try:
        return _newton(np.ascontiguousarray(X[part]), y[part], w[part], link, nothing_known).coefficients
    except (NotIdentified, NotConverged):
        # What a slice cannot tell, the whole may; a likelihood with one peak is climbed from anywhere.
        return nothing_known


def _newton(X: np.ndarray, y: np.ndarray, w: np.ndarray, link: str, start: np.ndarray) -> BinaryFit:
    derivatives, log_likelihood, probability = _LINKS[link]
    coefficients = start
    eta = X @ coefficients
    for iteration in range(1, _MAX_ITERATIONS + 1):
        score, curvature = derivatives(eta, y)
        information = weighted_gram(X, w * curvature)
        try:
            step = np.linalg.solve(information, X.T @ (w * score))
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all():
            break
        change = X @ step
        largest = np.abs(change).max()
        size = 1.0
        # A whole step this small can only gain, so looking whether it does is spared.
        if link != "logit" or largest > _SURE_STEP:
            size = _gaining_share(log_likelihood, eta, change, y, w)
        coefficients, eta = coefficients + size * step, eta + size * change
        if largest <= _STEP_TOLERANCE * (1 + np.abs(eta).max()):
            return BinaryFit(
                coefficients=coefficients,
                fitted=probability(eta),
                linear_predictor=eta,
                vcov=np.linalg.inv(information),
                log_likelihood=float(w @ log_likelihood(eta, y)),
                converged=True,
                iterations=iteration,
            )
    raise _why_it_does_not_settle(log_likelihood, eta, y)


def _gaining_share(log_likelihood: LogLikelihood, eta: np.ndarray, change: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """The whole of a step, or the half, quarter ... of it that loses nothing."""
    value, share = float(w @ log_likelihood(eta, y)), 1.0
    for _ in range(_MAX_HALVINGS):
        # Near the optimum the likelihood is flat to the last digit, so a hair of loss is allowed.
        if float(w @ log_likelihood(eta + share * change, y)) >= value - 1e-12 * abs(value):
            break
        share /= 2
    return share


def _logit_derivatives(eta: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    p = expit(eta)
    return y - p, p * (1 - p)


def _logit_log_likelihood(eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    return -np.logaddexp(0.0, (1 - 2 * y) * eta)


def _probit_derivatives(eta: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sign = 2 * y - 1
    # The inverse Mills ratio through logarithms: it stays exact far out in the tails.
    mills = sign * np.exp(-0.5 * eta**2 - _LOG_ROOT_2PI - log_ndtr(sign * eta))
    return mills, mills * (mills + eta)


def _probit_log_likelihood(eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    return log_ndtr((2 * y - 1) * eta)


_LINKS: dict[str, tuple[Derivatives, LogLikelihood, Callable[[np.ndarray], np.ndarray]]] = {
    "logit": (_logit_derivatives, _logit_log_likelihood, expit),
    "probit": (_probit_derivatives, _probit_log_likelihood, ndtr),
}


def _refuse_what_has_no_optimum(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> None:
    used = w > 0
    yes = int((y[used] == 1).sum())
    no = int((y[used] == 0).sum())
    if yes == 0 or no == 0:
        raise NotIdentified(
            f"The model needs both a yes and a no; found {yes} yes and {no} no with positive weight. Widen the selection."
        )
    dependent = np.flatnonzero(~independent_columns(X[used] if not used.all() else X))
    if len(dependent):
        raise NotIdentified(
            f"{len(dependent)} of {X.shape[1]} columns of the design matrix are linear combinations of the columns before them "
            f"(positions {', '.join(map(str, dependent))}, counted from 0). Leave them out."
        )


def _refuse_rest_without_peak(X: np.ndarray, y: np.ndarray, w: np.ndarray, fit: BinaryFit) -> None:
    """Steps also end where nothing is left to gain: separated, the likelihood has no peak but becomes flat to the last digit.

    Told by the rows: those not predicted with certainty leave a coefficient open. Albert & Anderson (1984); Lesaffre & Albert
    (1989), Journal of the Royal Statistical Society B 51:109-116.
    """
    # Steps that climb end above a toss of a coin; below it, rounding has thrown them off.
    if fit.log_likelihood < -np.log(2) * w.sum() * (1 + _CERTAIN):
        raise NotConverged(
            f"The likelihood of {len(y)} rows has not settled. Bring the covariates to similar scales, or leave out those with "
            "extreme values."
        )
    certain = np.abs(y - fit.fitted) < _CERTAIN
    told = (w > 0) & ~certain
    if certain.any() and (told.sum() < X.shape[1] or not independent_columns(X[told]).all()):
        raise NotIdentified(
            f"The covariates separate yes from no perfectly: some of {len(y)} rows would get probability 0 or 1. Leave out the "
            "covariate that does it, or merge its categories."
        )


def _why_it_does_not_settle(log_likelihood: LogLikelihood, eta: np.ndarray, y: np.ndarray) -> Exception:
    """Perfect separation sends some linear predictors to infinity on the right side; anything else is another matter."""
    certain = int((log_likelihood(eta, y) > -_ALMOST_CERTAIN).sum())
    if certain:
        return NotIdentified(
            f"The covariates separate yes from no perfectly: {certain} of {len(y)} rows would get probability 0 or 1. "
            "Leave out the covariate that does it, or merge its categories."
        )
    return NotConverged(
        f"The likelihood has not settled after {_MAX_ITERATIONS} Newton steps on {len(y)} rows. "
        "Bring the covariates to similar scales, or leave out those with extreme values."
    )
