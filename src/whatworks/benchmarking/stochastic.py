"""A frontier with noise: how efficient units are when part of what they miss is bad luck or bad measurement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import chi2, norm, skew
from statsmodels.tools.numdiff import approx_hess

from whatworks.benchmarking.composed_error import (
    DISTRIBUTIONS,
    ComposedError,
    Inefficiency,
    inefficiency,
    log_density,
    mean_efficiency,
)
from whatworks.benchmarking.inputs import one_value
from whatworks.benchmarking.technology import Units, read_units
from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidColumn, InvalidOption, NotConverged, NotIdentified, TooFewUnits
from whatworks.core.options import one_of
from whatworks.inference import fit_least_squares

FRONTIERS = ("production", "cost")
# Maximum likelihood has to tell two error terms apart by the skew of their sum.
FEWEST_UNITS = 30
# Below this a truncated normal's mean and spread can hardly be told apart; one start may end on a ridge.
_STARTS_OF_MU = (0.0, -1.0, 1.0)
_GRADIENT_TOLERANCE = 1e-3


def stochastic_frontier(
    df: pd.DataFrame,
    *,
    outputs: str | Sequence[str],
    inputs: str | Sequence[str],
    unit: str | None = None,
    frontier: str = "production",
    distribution: str = "half_normal",
    same: str | Sequence[str] = (),
    conf_level: float = 0.95,
) -> EffectResult:
    """Efficiency of units against a log-linear frontier, noise set apart from inefficiency by maximum likelihood.

    Parameters
    ----------
    df : one row per unit
    outputs, inputs : columns, all above 0. A production frontier explains its one output by inputs; a cost frontier explains
        its one input, total cost, by outputs
    unit : column that names the units; the index by default
    frontier : "production" or "cost"
    distribution : of inefficiency: "half_normal", "exponential" or "truncated_normal"
    same : columns that must hold one value in all rows, e.g. price level
    conf_level : coverage of the intervals

    Returns
    -------
    EffectResult
        Headline: mean efficiency of such units, 0 to 1, with a delta-method interval and the one-sided likelihood-ratio test that
        there is no inefficiency. Parts with ``level`` "unit": estimate (Battese and Coelli's efficiency given the error) with the
        interval of Horrace and Schmidt, inefficiency (Jondrow et al.: expected log loss); with ``level`` "coefficient": the
        frontier. Statistics: nobs, n_dropped, sigma_u, sigma_v, mu, noise_share (of the variance of the error), log_likelihood,
        skewness. Checks: units_per_measure, mostly_noise.

    Raises
    ------
    NotIdentified
        If the errors lean to the wrong side: then no inefficiency can be seen, and calling everyone efficient would be no answer.
    TooFewUnits
        If there are fewer than 30 units.
    InvalidColumn
        If a value is zero or negative.
    NotConverged, InvalidOption, DuplicateRows, MissingColumn, MissingValues

    References
    ----------
    Aigner, Lovell & Schmidt (1977), Journal of Econometrics 6:21-37; Jondrow, Lovell, Materov & Schmidt (1982), Journal of
    Econometrics 19:233-238; Waldman (1982), Journal of Econometrics 18:275-279 (errors that lean to the wrong side).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> staff = rng.uniform(2, 20, 200)
    >>> made = np.exp(1 + 0.8 * np.log(staff) + rng.normal(0, 0.1, 200) - np.abs(rng.normal(0, 0.4, 200)))
    >>> result = ww.benchmarking.stochastic_frontier(pd.DataFrame({"staff": staff, "made": made}), inputs="staff", outputs="made")
    >>> round(result.headline.estimate, 2)
    0.72
    """
    one_of(frontier, FRONTIERS, name="frontier")
    one_of(distribution, DISTRIBUTIONS, name="distribution")
    one_value(df, same)
    units, y, X, names = _logs(df, unit=unit, inputs=inputs, outputs=outputs, frontier=frontier)
    sign = 1.0 if frontier == "production" else -1.0
    fit = _maximum_likelihood(X, y, sign, distribution)
    told = inefficiency(sign * (y - X @ fit.coefficients), fit.error, conf_level=conf_level)
    columns = [*([unit] if unit else []), *units.inputs, *units.outputs, *as_list(same)]
    arguments = {"inputs": list(units.inputs), "outputs": list(units.outputs), "unit": unit, "frontier": frontier}
    return EffectResult(
        method="benchmarking.stochastic_frontier",
        estimand="mean efficiency, noise set apart",
        measure="ratio",
        unit="share of the frontier",
        conf_level=conf_level,
        effects=_effects(units, fit, told, names, conf_level),
        statistics=_statistics(units, fit),
        checks=_checks(units, fit),
        provenance=Provenance(
            data_fingerprint=fingerprint(df, columns),
            arguments={**arguments, "distribution": distribution, "same": as_list(same), "conf_level": conf_level},
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fit:
    coefficients: np.ndarray
    error: ComposedError
    vcov: np.ndarray
    parameters: np.ndarray
    log_likelihood: float
    p_value: float
    skewness: float


def _logs(
    df: pd.DataFrame, *, unit: str | None, inputs: str | Sequence[str], outputs: str | Sequence[str], frontier: str
) -> tuple[Units, np.ndarray, np.ndarray, list[str]]:
    units = read_units(df, unit=unit, inputs=inputs, outputs=outputs)
    explained, by = (units.outputs, units.inputs) if frontier == "production" else (units.inputs, units.outputs)
    if len(explained) != 1:
        raise InvalidOption(
            f"A {frontier} frontier explains one column; {len(explained)} were named: {', '.join(explained)}. "
            "Name one, or use ww.benchmarking.frontier, which takes several of both."
        )
    if units.n < FEWEST_UNITS:
        raise TooFewUnits(
            f"{units.n} units; at least {FEWEST_UNITS} are needed to tell noise from inefficiency. Use ww.benchmarking.frontier."
        )
    Y = units.Y * units.output_means
    for column, values in zip(units.outputs, Y.T, strict=True):
        if (values <= 0).any():
            raise InvalidColumn(
                f"Output {column!r} is zero in {int((values <= 0).sum())} of {units.n} units, and zero has no logarithm. "
                "Leave those units out, or use ww.benchmarking.frontier."
            )
    values = {"production": (Y, units.X * units.input_means), "cost": (units.X * units.input_means, Y)}[frontier]
    logs = np.log(values[1])
    return (
        units,
        np.log(values[0][:, 0]),
        np.column_stack([np.ones(units.n), logs]),
        ["intercept", *(f"log {each}" for each in by)],
    )


def _maximum_likelihood(X: np.ndarray, y: np.ndarray, sign: float, distribution: str) -> _Fit:
    ols = fit_least_squares(X, y)
    leaning = float(skew(sign * ols.residuals))
    if leaning >= 0:
        raise NotIdentified(
            f"The errors of {len(y)} units lean to the wrong side (skewness {leaning:.2f}), so nothing tells "
            "inefficiency from noise. Use ww.benchmarking.frontier, more units, or the other kind of frontier."
        )
    k, n = X.shape[1], len(y)

    def loss(parameters: np.ndarray) -> float:
        error = _error(parameters[k:], distribution)
        return -float(log_density(sign * (y - X @ parameters[:k]), error).mean())

    spread = float(ols.residuals.std())
    starts = _STARTS_OF_MU if distribution == "truncated_normal" else (None,)
    best = min((_search(loss, ols.coefficients, spread, sign, start) for start in starts), key=lambda found: found[1])
    parameters, least = best
    hessian = n * approx_hess(parameters, loss)
    try:
        vcov = np.linalg.inv(hessian)
    except np.linalg.LinAlgError:
        vcov = np.full_like(hessian, np.nan)
    log_likelihood = -n * least
    without = float(norm.logpdf(ols.residuals, scale=spread).sum())
    ratio = max(2 * (log_likelihood - without), 0.0)
    return _Fit(
        coefficients=parameters[:k],
        error=_error(parameters[k:], distribution),
        vcov=vcov,
        parameters=parameters,
        log_likelihood=log_likelihood,
        # No inefficiency lies on the border, where half of the ratio's distribution is zero: Coelli (1995), J. Productivity
        # Analysis 6:247-268.
        p_value=float(chi2.sf(ratio, 1)) / 2,
        skewness=leaning,
    )


def _search(
    loss: Callable[[np.ndarray], float], coefficients: np.ndarray, spread: float, sign: float, mu: float | None
) -> tuple[np.ndarray, float]:
    """Parameters with the lowest loss from one start: least squares shifted out to the frontier."""
    start = np.concatenate([coefficients, [np.log(0.6 * spread), np.log(0.9 * spread)]])
    start[0] += sign * 0.7 * spread
    if mu is not None:
        start = np.append(start, mu * spread)
    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    # Differences of a mean log-likelihood end near 1e-8; what is left of the gradient says whether this is a top.
    if not np.isfinite(found.fun) or np.abs(found.jac).max() > _GRADIENT_TOLERANCE:
        raise NotConverged("The stochastic frontier has not settled. Use another distribution, or fewer inputs.")
    return np.asarray(found.x), float(found.fun)


def _error(parameters: np.ndarray, distribution: str) -> ComposedError:
    mu = float(parameters[2]) if distribution == "truncated_normal" else 0.0
    sigma_v, sigma_u = np.exp(parameters[:2])
    return ComposedError(distribution=distribution, sigma_v=float(sigma_v), sigma_u=float(sigma_u), mu=mu)


def _effects(units: Units, fit: _Fit, told: Inefficiency, names: list[str], conf_level: float) -> pd.DataFrame:
    reach = float(norm.ppf((1 + conf_level) / 2))
    k = len(names)
    mean = mean_efficiency(fit.error)
    slopes = _gradient(lambda tail: mean_efficiency(_error(tail, fit.error.distribution)), fit.parameters[k:])
    error = float(np.sqrt(max(slopes @ fit.vcov[k:, k:] @ slopes, 0.0))) if np.isfinite(fit.vcov).all() else float("nan")
    head = {
        "term": "mean efficiency", "kind": "headline", "estimate": mean, "std_error": error,
        "conf_low": max(mean - reach * error, 0.0), "conf_high": min(mean + reach * error, 1.0), "p_value": fit.p_value,
        "level": "all",
    }  # fmt: skip
    rows = pd.DataFrame(
        {
            "term": list(units.names), "kind": "part", "estimate": told.efficiency, "std_error": told.spread,
            "conf_low": told.low, "conf_high": told.high, "p_value": np.nan, "level": "unit", "unit": list(units.names),
            "inefficiency": told.inefficiency,
        }
    )  # fmt: skip
    errors = np.sqrt(np.maximum(np.diag(fit.vcov)[:k], 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * norm.sf(np.abs(fit.coefficients / errors))
    slopes_table = pd.DataFrame(
        {
            "term": names, "kind": "part", "estimate": fit.coefficients, "std_error": errors,
            "conf_low": fit.coefficients - reach * errors, "conf_high": fit.coefficients + reach * errors, "p_value": p_values,
            "level": "coefficient",
        }
    )  # fmt: skip
    out = pd.concat([pd.DataFrame([head]), rows, slopes_table], ignore_index=True)[list(rows.columns)]
    return out.astype({"term": "str", "kind": "str", "level": "str", "unit": "str", "std_error": float, "inefficiency": float})


def _gradient(function: Callable[[np.ndarray], float], at: np.ndarray, *, step: float = 1e-6) -> np.ndarray:
    """Central differences."""
    return np.array([(function(at + move) - function(at - move)) / (2 * step) for move in step * np.eye(len(at))])


def _noise_share(error: ComposedError) -> float:
    """Share of the error's variance that is noise."""
    if error.distribution == "exponential":
        spread = error.sigma_u**2
    else:
        at = error.mu / error.sigma_u
        hazard = float(np.exp(norm.logpdf(at) - norm.logcdf(at)))
        spread = error.sigma_u**2 * (1 - hazard * (hazard + at))
    return error.sigma_v**2 / (error.sigma_v**2 + spread)


def _statistics(units: Units, fit: _Fit) -> dict[str, float]:
    error = fit.error
    return {
        "nobs": units.n, "n_dropped": 0, "sigma_u": error.sigma_u, "sigma_v": error.sigma_v, "mu": error.mu,
        "noise_share": _noise_share(error), "log_likelihood": fit.log_likelihood, "skewness": fit.skewness,
    }  # fmt: skip


def _checks(units: Units, fit: _Fit) -> tuple[Check, ...]:
    share = _noise_share(fit.error)
    wanted = 10 * len(fit.parameters)
    enough = Check(
        name="units_per_measure",
        passed=units.n >= wanted,
        message=f"{units.n} units for {len(fit.parameters)} parameters; {wanted} or more are wanted.",
        statistics={"services": units.n, "wanted": wanted},
    )
    message = f"{100 * share:.0f} per cent of what units miss is noise (limit 50)."
    noise = Check(name="mostly_noise", passed=share <= 0.5, message=message, statistics={"share": share})
    return enough, noise
