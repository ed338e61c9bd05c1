"""Random-effects models of citizens within providers: linear by restricted likelihood, logistic and Poisson by quadrature."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, gammaln

from whatworks.benchmarking.citizens import Citizens
from whatworks.benchmarking.standardisation import with_periods
from whatworks.core.errors import NotConverged

# Enough points for about ten digits of a random intercept's likelihood where providers have the citizens that the gate asks for.
_POINTS = 15
_MODE_TOLERANCE = 1e-11
_MAX_MODE_STEPS = 100
# A standard deviation between providers below this, on the scale of the linear predictor, is none.
_NO_SPREAD = 1e-4
_GRADIENT_TOLERANCE = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomEffects:
    """A fitted model with one random intercept per provider.

    Attributes
    ----------
    coefficients : (k,) of the case mix, the intercept first
    tau2 : variance of the random intercepts
    sigma2 : variance within providers (linear); NaN otherwise
    estimate, std_error : (J,) a provider's own difference from the average, not shrunken, and its error under chance alone: mean
        residual (linear), or one Newton step from the average, which is finite for a provider without events (logistic, Poisson)
    shrunken, shrunken_error : (J,) mean and standard deviation of the random intercepts given the data
    expected : (n,) expected outcome at an average provider
    log_likelihood : restricted (linear) or marginal
    """

    coefficients: np.ndarray
    tau2: float
    sigma2: float
    estimate: np.ndarray
    std_error: np.ndarray
    shrunken: np.ndarray
    shrunken_error: np.ndarray
    expected: np.ndarray
    log_likelihood: float


def fit_random_effects(citizens: Citizens) -> RandomEffects:
    """The random-intercept model of the citizens' family; estimates on the scale of the linear predictor.

    Raises
    ------
    NotConverged
        If the likelihood does not settle.

    References
    ----------
    Laird & Ware (1982), Biometrics 38:963-974 (linear, restricted maximum likelihood); Pinheiro & Bates (1995), J. Comput.
    Graph. Statist. 4:12-35 (adaptive Gauss-Hermite quadrature).
    """
    return _linear(citizens) if citizens.family == "linear" else _generalised(citizens)


def _linear(citizens: Citizens) -> RandomEffects:
    X, y = with_periods(citizens), citizens.y
    n, k = X.shape
    size = np.bincount(citizens.codes, minlength=citizens.count).astype(float)
    seen = np.maximum(size, 1.0)
    X_means = np.column_stack([citizens.sums(column) / seen for column in X.T])
    y_means = citizens.sums(y) / seen
    gram, cross, square = X.T @ X, X.T @ y, float(y @ y)

    def fit(ratio: float) -> tuple[np.ndarray, float, float]:
        """Coefficients, error variance and -2 restricted log-likelihood at tau2 = ratio sigma2."""
        pulled = ratio * size**2 / (1 + ratio * size)
        information = gram - X_means.T @ (X_means * pulled[:, None])
        beta = np.linalg.solve(information, cross - X_means.T @ (pulled * y_means))
        quadratic = square - float(pulled @ y_means**2) - beta @ (cross - X_means.T @ (pulled * y_means))
        sigma2 = float(quadratic) / (n - k)
        deviance = (n - k) * (np.log(2 * np.pi * sigma2) + 1) + np.log1p(ratio * size).sum() + np.linalg.slogdet(information)[1]
        return beta, sigma2, float(deviance)

    inner = minimize_scalar(
        lambda log_ratio: fit(np.exp(log_ratio))[2], bounds=(-20, 8), method="bounded", options={"xatol": 1e-10}
    )
    # The maximum may stand on the border, where providers do not differ at all.
    ratio = 0.0 if fit(0.0)[2] <= inner.fun else float(np.exp(inner.x))
    beta, sigma2, deviance = fit(ratio)
    difference = y_means - X_means @ beta
    reliability = ratio * size / (1 + ratio * size)
    with np.errstate(divide="ignore"):
        std_error = np.sqrt(sigma2 / size)
    return RandomEffects(
        coefficients=beta,
        tau2=ratio * sigma2,
        sigma2=sigma2,
        estimate=difference,
        std_error=std_error,
        shrunken=reliability * difference,
        shrunken_error=np.sqrt(ratio * sigma2 * (1 - reliability)),
        expected=X @ beta,
        log_likelihood=-deviance / 2,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Marginal:
    """Minus the marginal log-likelihood with its gradient, and the moments of the random intercepts."""

    value: float
    gradient: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def _generalised(citizens: Citizens) -> RandomEffects:
    X = with_periods(citizens)
    start = np.zeros(X.shape[1] + 1)
    rate = citizens.y.sum() / citizens.exposure.sum()
    start[0] = np.log(rate / (1 - rate)) if citizens.family == "logistic" else np.log(rate)
    start[-1] = np.log(0.3)
    modes = np.zeros(citizens.count)

    def objective(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        found = _marginal(citizens, X, parameters, modes)
        return found.value, found.gradient

    answer = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=[(None, None)] * X.shape[1] + [(np.log(_NO_SPREAD), np.log(10.0))],
        options={"ftol": 1e-14, "gtol": 1e-7, "maxiter": 500},
    )  # fmt: skip
    at_border = answer.x[-1] <= np.log(_NO_SPREAD) + 1e-9
    gradient = answer.jac[:-1] if at_border else answer.jac
    if np.abs(gradient).max() > _GRADIENT_TOLERANCE * len(citizens.y):
        raise NotConverged(
            f"The random-effects model has not settled on {len(citizens.y)} rows of {citizens.count} providers. "
            "Merge rare categories of the case mix, or use model='standardised'."
        )
    return _from_parameters(citizens, X, answer.x, modes)


def _from_parameters(citizens: Citizens, X: np.ndarray, parameters: np.ndarray, modes: np.ndarray) -> RandomEffects:
    found = _marginal(citizens, X, parameters, modes)
    tau = float(np.exp(parameters[-1]))
    mean, _log_density = _family(citizens)
    expected = mean(X @ parameters[:-1])
    information = citizens.sums(expected * (1 - expected) if citizens.family == "logistic" else expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, std_error = citizens.sums(citizens.y - expected) / information, information**-0.5
    return RandomEffects(
        coefficients=parameters[:-1],
        tau2=tau**2 if tau > 1.01 * _NO_SPREAD else 0.0,
        sigma2=float("nan"),
        estimate=estimate,
        std_error=std_error,
        shrunken=found.mean,
        shrunken_error=np.sqrt(found.variance),
        expected=expected,
        log_likelihood=-found.value,
    )


def _family(citizens: Citizens) -> tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """Mean and log-density as functions of the linear predictor."""
    if citizens.family == "logistic":
        return expit, lambda eta, y: y * eta - np.logaddexp(0, eta)
    offset = np.log(citizens.exposure)
    constant = gammaln(citizens.y + 1)
    return (
        lambda eta: np.exp(eta + offset),
        lambda eta, y: y * (eta + offset) - np.exp(eta + offset) - constant,
    )


def _marginal(citizens: Citizens, X: np.ndarray, parameters: np.ndarray, modes: np.ndarray) -> _Marginal:
    """Adaptive Gauss-Hermite quadrature around each provider's mode; ``modes`` is where the search starts and ends."""
    eta, tau = X @ parameters[:-1], float(np.exp(parameters[-1]))
    mean, log_density = _family(citizens)
    curvature = _climb(citizens, eta, tau, mean, modes)
    width = np.sqrt(2 / curvature)
    nodes, weights = np.polynomial.hermite.hermgauss(_POINTS)
    at = modes[:, None] + width[:, None] * nodes
    log_terms = np.empty_like(at)
    residual_sums = np.empty((_POINTS, len(eta)))
    for point in range(_POINTS):
        shifted = eta + at[citizens.codes, point]
        log_terms[:, point] = citizens.sums(log_density(shifted, citizens.y))
        residual_sums[point] = citizens.y - mean(shifted)
    log_terms += -(at**2) / (2 * tau**2) - np.log(tau) - 0.5 * np.log(2 * np.pi) + nodes**2 + np.log(weights)
    top = log_terms.max(axis=1, keepdims=True)
    terms = np.exp(log_terms - top)
    total = terms.sum(axis=1)
    share = terms / total[:, None]
    value = float((np.log(total) + top[:, 0] + np.log(width)).sum())
    expected_residual = np.einsum("pn,np->n", residual_sums, share[citizens.codes])
    second = (share * at**2).sum(axis=1)
    gradient = np.append(X.T @ expected_residual, (second / tau**2 - 1).sum())
    average = (share * at).sum(axis=1)
    return _Marginal(value=-value, gradient=-gradient, mean=average, variance=second - average**2)


def _climb(
    citizens: Citizens, eta: np.ndarray, tau: float, mean: Callable[[np.ndarray], np.ndarray], modes: np.ndarray
) -> np.ndarray:
    """Move ``modes`` to each provider's most likely intercept; returns the curvature there."""
    for _step in range(_MAX_MODE_STEPS):
        fitted = mean(eta + modes[citizens.codes])
        variance = fitted * (1 - fitted) if citizens.family == "logistic" else fitted
        curvature = citizens.sums(variance) + tau**-2
        step = (citizens.sums(citizens.y - fitted) - modes / tau**2) / curvature
        # Far from the mode a whole Newton step may overshoot; a bounded one gets there.
        modes += np.clip(step, -1.0, 1.0)
        if np.abs(step).max() <= _MODE_TOLERANCE:
            break
    return np.asarray(curvature)
