"""Indirect standardisation: what a provider's citizens would be expected to show, had all providers done alike."""

from dataclasses import dataclass

import numpy as np

from whatworks.benchmarking.citizens import Citizens
from whatworks.core.errors import NotConverged
from whatworks.inference import fit_binary, fit_least_squares
from whatworks.inference.gram import weighted_gram

_STEP_TOLERANCE = 1e-10
_MAX_STEPS = 60
# Beyond this the mean count of a row overflows long before it means anything.
_LARGEST_STEP = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Standardised:
    """Observed against expected of J providers (or J provider-periods).

    Attributes
    ----------
    n : (J,) citizens
    observed, expected : (J,) sums over citizens
    variance : (J,) of the observed sum if only chance were at work
    estimate : (J,) difference per citizen (linear, logistic) or ratio (poisson)
    std_error : (J,) of the estimate if only chance were at work
    target : what the estimate is where a provider does as expected: 0 or 1
    """

    n: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray
    estimate: np.ndarray
    std_error: np.ndarray
    target: float


def fitted_values(citizens: Citizens) -> tuple[np.ndarray, np.ndarray]:
    """Expected outcome and its variance for every citizen, by least squares, logit or Poisson regression on the case mix.

    Periods, where there are several, have levels of their own, so a provider is held against others at the same time.
    """
    X = with_periods(citizens)
    if citizens.family == "linear":
        fit = fit_least_squares(X, citizens.y)
        freedom = max(len(citizens.y) - X.shape[1] - citizens.count + 1, 1)
        residuals = fit.residuals
        # Chance is what differs within providers; differences between them are what is looked for.
        within = residuals - (citizens.sums(residuals) / np.maximum(citizens.sums(np.ones_like(residuals)), 1))[citizens.codes]
        return citizens.y - fit.residuals, np.full(len(citizens.y), float(within @ within) / freedom)
    if citizens.family == "logistic":
        fitted = fit_binary(X, citizens.y).fitted
        return fitted, fitted * (1 - fitted)
    fitted = fit_poisson(X, citizens.y, citizens.exposure)
    return fitted, fitted


def with_periods(citizens: Citizens) -> np.ndarray:
    """The case mix with one column more for every period but the first."""
    if citizens.period is None or len(citizens.periods) < 2:
        return citizens.X
    dummies = citizens.period[:, None] == np.arange(1, len(citizens.periods))
    return np.hstack([citizens.X, dummies.astype(float)])


def fit_poisson(X: np.ndarray, y: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Expected counts by Poisson regression with a log link, by Newton's method.

    Parameters
    ----------
    X : (n, k) design with a column of ones first
    y : (n,) counts
    exposure : (n,) time at risk, above 0

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., chapter 6.

    Examples
    --------
    >>> fit_poisson(np.ones((4, 1)), np.array([0.0, 1, 2, 1]), np.array([1.0, 1, 2, 4])).round(3)
    array([0.5, 0.5, 1. , 2. ])
    """
    beta = np.zeros(X.shape[1])
    beta[0] = np.log(y.sum() / exposure.sum())
    for _step in range(_MAX_STEPS):
        mu = exposure * np.exp(X @ beta)
        step = np.linalg.solve(weighted_gram(X, mu), X.T @ (y - mu))
        change = X @ step
        size = float(np.abs(change).max())
        beta = beta + step * min(1.0, _LARGEST_STEP / max(size, 1e-300))
        if size <= _STEP_TOLERANCE:
            return np.asarray(exposure * np.exp(X @ beta))
    raise NotConverged(
        f"Poisson regression has not settled after {_MAX_STEPS} steps on {len(y)} rows. "
        "Merge rare categories of the case mix, or leave out factors with extreme values."
    )


def standardise(citizens: Citizens, fitted: np.ndarray, variance: np.ndarray, groups: np.ndarray, count: int) -> Standardised:
    """Observed against expected in each of ``count`` groups of citizens.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202 (indirectly standardised rates and their funnel).
    """
    n = np.bincount(groups, minlength=count).astype(float)
    observed, expected, spread = (np.bincount(groups, weights=each, minlength=count) for each in (citizens.y, fitted, variance))
    ratio = citizens.family == "poisson"
    with np.errstate(divide="ignore", invalid="ignore"):
        base = expected if ratio else n
        return Standardised(
            n=n,
            observed=observed,
            expected=expected,
            variance=spread,
            estimate=observed / expected if ratio else (observed - expected) / n,
            std_error=np.sqrt(spread) / base,
            target=1.0 if ratio else 0.0,
        )
