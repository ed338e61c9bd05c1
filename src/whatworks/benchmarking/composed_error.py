"""Noise and inefficiency in one error term: densities, and what each unit's error says about its inefficiency."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

DISTRIBUTIONS = ("half_normal", "exponential", "truncated_normal")
_LOG_ROOT_2PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, kw_only=True)
class ComposedError:
    """An error ``e = v - u``: normal noise ``v`` and inefficiency ``u >= 0``.

    Attributes
    ----------
    distribution : of u: "half_normal", "exponential" or "truncated_normal"
    sigma_v : standard deviation of the noise
    sigma_u : scale of the inefficiency (mean of the exponential, standard deviation of the normal before it is cut at 0)
    mu : mean of that normal; 0 unless truncated_normal
    """

    distribution: str
    sigma_v: float
    sigma_u: float
    mu: float = 0.0


def log_density(e: np.ndarray, error: ComposedError) -> np.ndarray:
    """Logarithm of the density of the composed error.

    References
    ----------
    Aigner, Lovell & Schmidt (1977), Journal of Econometrics 6:21-37 (half-normal); Meeusen & van den Broeck (1977),
    International Economic Review 18:435-444 (exponential); Stevenson (1980), Journal of Econometrics 13:57-66 (truncated).

    Examples
    --------
    >>> grid = np.linspace(-12, 8, 20_001)
    >>> error = ComposedError(distribution="truncated_normal", sigma_v=0.5, sigma_u=1.0, mu=0.4)
    >>> round(float(np.trapezoid(np.exp(log_density(grid, error)), grid)), 8)
    1.0
    """
    v, u, mu = error.sigma_v, error.sigma_u, error.mu
    if error.distribution == "exponential":
        return np.asarray(-np.log(u) + e / u + v**2 / (2 * u**2) + log_ndtr(-e / v - v / u))
    sigma = np.hypot(u, v)
    inside = (mu * v**2 - e * u**2) / (u * v * sigma)
    return np.asarray(-np.log(sigma) - _LOG_ROOT_2PI - (e + mu) ** 2 / (2 * sigma**2) + log_ndtr(inside) - log_ndtr(mu / u))


@dataclass(frozen=True, kw_only=True, eq=False)
class Inefficiency:
    """What the errors say of each unit: E[u | e], E[exp(-u) | e], and an interval of exp(-u)."""

    inefficiency: np.ndarray
    efficiency: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread: np.ndarray


def inefficiency(e: np.ndarray, error: ComposedError, *, conf_level: float) -> Inefficiency:
    """Inefficiency given the error: a normal cut off at zero, whatever the distribution of u.

    References
    ----------
    Jondrow, Lovell, Materov & Schmidt (1982), Journal of Econometrics 19:233-238; Battese & Coelli (1988), Journal of
    Econometrics 38:387-399 (E[exp(-u) | e]); Horrace & Schmidt (1996), Journal of Productivity Analysis 7:257-282 (intervals).

    Examples
    --------
    >>> half = ComposedError(distribution="half_normal", sigma_v=1.0, sigma_u=1.0)
    >>> inefficiency(np.array([0.0]), half, conf_level=0.95).inefficiency.round(4)
    array([0.5642])
    """
    v, u = error.sigma_v, error.sigma_u
    if error.distribution == "exponential":
        mean, sd = -e - v**2 / u, v
    else:
        total = u**2 + v**2
        mean, sd = (error.mu * v**2 - e * u**2) / total, u * v / np.sqrt(total)
    ratio = mean / sd
    hazard = np.exp(-(ratio**2) / 2 - _LOG_ROOT_2PI - log_ndtr(ratio))
    expected = mean + sd * hazard
    efficiency = np.exp(-mean + sd**2 / 2 + log_ndtr(ratio - sd) - log_ndtr(ratio))
    second = np.exp(-2 * mean + 2 * sd**2 + log_ndtr(ratio - 2 * sd) - log_ndtr(ratio))
    tail = (1 - conf_level) / 2
    # Quantiles of u from above: the mass beyond zero is Phi(ratio).
    most = mean - sd * ndtri(tail * ndtr(ratio))
    least = np.maximum(mean - sd * ndtri((1 - tail) * ndtr(ratio)), 0.0)
    return Inefficiency(
        inefficiency=expected,
        efficiency=efficiency,
        low=np.exp(-most),
        high=np.exp(-least),
        spread=np.sqrt(np.maximum(second - efficiency**2, 0.0)),
    )


def mean_efficiency(error: ComposedError) -> float:
    """E[exp(-u)] over all units.

    Examples
    --------
    >>> round(mean_efficiency(ComposedError(distribution="exponential", sigma_v=1.0, sigma_u=0.25)), 6)
    0.8
    """
    u, mu = error.sigma_u, error.mu
    if error.distribution == "exponential":
        return 1 / (1 + u)
    return float(np.exp(-mu + u**2 / 2 + log_ndtr(mu / u - u) - log_ndtr(mu / u)))
