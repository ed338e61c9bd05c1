"""Many meta-analyses in one call: the arithmetic of pooling, free of labels and checks on the answer."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy import special

from whatworks.core.errors import InvalidEffect, InvalidOption, MissingValues, TooFewStudies
from whatworks.core.options import confidence, one_of
from whatworks.synthesis import heterogeneity
from whatworks.synthesis.heterogeneity import count_studies, generalised_q, total, weighted_mean, weights
from whatworks.synthesis.likelihood import tau2_likelihood

Array = np.ndarray

TAU2_ESTIMATORS: dict[str, Callable[[Array, Array], Array]] = {
    "EE": lambda yi, vi: np.zeros(yi.shape[1]),
    "DL": heterogeneity.tau2_dersimonian_laird,
    "HE": heterogeneity.tau2_hedges,
    "HS": heterogeneity.tau2_hunter_schmidt,
    "SJ": heterogeneity.tau2_sidik_jonkman,
    "ML": partial(tau2_likelihood, restricted=False),
    "REML": partial(tau2_likelihood, restricted=True),
    "EB": heterogeneity.tau2_paule_mandel,
    "PM": heterogeneity.tau2_paule_mandel,
}
TESTS = ("z", "t", "knha", "adhoc")
# Cells worked on at a time: small enough to stay in a processor's cache, large enough that calls cost nothing.
_BLOCK = 2**15
# The curvature of a likelihood multiplies three weights and two effects: 1e250 still is a number, 1e310 is not.
_LARGEST = 1e50


def pool_many(
    yi: Array, vi: Array, *, tau2: str = "REML", test: str = "knha", present: Array | None = None, conf_level: float = 0.95
) -> pd.DataFrame:
    """Pool many meta-analyses at once, each by the common-effect or the random-effects model.

    Parameters
    ----------
    yi : (m, k) effects: m meta-analyses of up to k studies, each row on one scale
    vi : (m, k) sampling variances in squared units of ``yi``, all > 0
    tau2, test, conf_level : as in :func:`pool`
    present : (m, k) booleans, False where a meta-analysis has no such study; by default every cell whose effect and
        variance are not both missing

    Returns
    -------
    One row per meta-analysis, in order: k, estimate, std_error, conf_low, conf_high, p_value, prediction_low,
    prediction_high, tau2, i2 (per cent), h2, q, q_df, q_pvalue. A single study is shown as it is, with a normal interval
    and without heterogeneity. The common-effect model predicts nothing beyond its studies, so its prediction interval
    is missing.

    Raises
    ------
    InvalidEffect, MissingValues
        If a present study has a variance that is not positive, lacks its effect or variance, or has numbers too large or
        too small to compute with; counts are named.
    TooFewStudies
        If a meta-analysis has no study.
    InvalidOption
        If shapes differ, or an option is unknown.

    References
    ----------
    As in :func:`pool`.

    Examples
    --------
    >>> yi = np.array([[0.1, 0.4, 0.3], [0.5, 0.2, np.nan]])
    >>> vi = np.array([[0.01, 0.02, 0.04], [0.05, 0.03, np.nan]])
    >>> ww.synthesis.pool_many(yi, vi)[["k", "estimate", "tau2"]].round(4)
       k  estimate    tau2
    0  3    0.2401  0.0143
    1  2    0.3167  0.0050
    """
    check_options(tau2=tau2, test=test, conf_level=conf_level)
    y, v = _clean_arrays(yi, vi, present)
    width = max(1, _BLOCK // max(1, len(y)))
    blocks = [
        pooled_columns(
            np.ascontiguousarray(y[:, start : start + width]),
            np.ascontiguousarray(v[:, start : start + width]),
            tau2=tau2,
            test=test,
            conf_level=conf_level,
        )
        for start in range(0, y.shape[1], width)
    ]
    return pd.DataFrame({name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]})


def check_options(*, tau2: str, test: str, conf_level: float) -> None:
    """Refuse an unknown estimator, test or level, and a test that does not fit the estimator.

    Raises
    ------
    InvalidOption
    """
    one_of(tau2, tuple(TAU2_ESTIMATORS), name="tau2")
    one_of(test, TESTS, name="test")
    confidence(conf_level)
    if tau2 == "EE" and test in ("knha", "adhoc"):
        raise InvalidOption(
            f"test={test!r} estimates the spread between studies, and tau2='EE' says that there is none. "
            "Use test='z' with the common-effect model, or another tau2."
        )


def pooled_columns(yi: Array, vi: Array, *, tau2: str, test: str, conf_level: float) -> dict[str, Array]:
    """Pool the columns of (k, m) arrays that are known to be clean; absent studies have variance infinity and effect 0."""
    _refuse_extremes(yi, vi)
    k = count_studies(vi)
    several = k > 1
    if several.all():
        return _pooled(yi, vi, tau2=tau2, test=test, conf_level=conf_level)
    alone = _alone(yi[:, ~several], vi[:, ~several], conf_level=conf_level)
    if not several.any():
        return alone
    pooled = _pooled(yi[:, several], vi[:, several], tau2=tau2, test=test, conf_level=conf_level)
    out = {name: np.empty(len(k), dtype=values.dtype) for name, values in pooled.items()}
    for name in out:
        out[name][several], out[name][~several] = pooled[name], alone[name]
    return out


def critical_value(df: Array | float, *, test: str, conf_level: float) -> Array:
    """Two-sided quantile: normal under "z", Student's t with ``df`` degrees of freedom under the other tests."""
    upper = (1 + conf_level) / 2
    return np.asarray(special.ndtri(upper) if test == "z" else special.stdtrit(df, upper))


def two_sided_p(statistic: Array, df: Array | float, *, test: str) -> Array:
    """Probability of a statistic at least as far from 0."""
    return np.asarray(2 * (special.ndtr(-np.abs(statistic)) if test == "z" else special.stdtr(df, -np.abs(statistic))))


def _refuse_extremes(yi: Array, vi: Array) -> None:
    """Refuse numbers whose products would leave the range of floating point, and with it every answer wrong."""
    present = np.isfinite(vi)
    extreme = int((present & ((np.abs(yi) > _LARGEST) | (vi > _LARGEST) | (vi < 1 / _LARGEST))).sum())
    if extreme:
        raise InvalidEffect(
            f"{extreme} studies have an effect or a variance too large or too small to compute with. Put them in a unit that "
            "brings the variances nearer to 1."
        )


def _pooled(yi: Array, vi: Array, *, tau2: str, test: str, conf_level: float) -> dict[str, Array]:
    df = count_studies(vi) - 1.0
    t2 = TAU2_ESTIMATORS[tau2](yi, vi)
    w = weights(vi, t2)
    estimate = weighted_mean(yi, w)
    std_error = np.sqrt(_spread_factor(yi, w, df, test=test) / w.sum(axis=0))
    reach = critical_value(df, test=test, conf_level=conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = two_sided_p(estimate / std_error, df, test=test)
    ahead = np.full_like(t2, np.nan) if tau2 == "EE" else reach * np.sqrt(t2 + std_error**2)
    q = generalised_q(yi, vi)
    i2, h2 = _inconsistency(vi, q, df, t2, common=tau2 == "EE")
    return {
        "k": (df + 1).astype(int),
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": estimate - reach * std_error,
        "conf_high": estimate + reach * std_error,
        "p_value": p_value,
        "prediction_low": estimate - ahead,
        "prediction_high": estimate + ahead,
        "tau2": t2,
        "i2": i2,
        "h2": h2,
        "q": q,
        "q_df": df,
        "q_pvalue": np.asarray(special.chdtrc(df, q)),
    }


def _alone(yi: Array, vi: Array, *, conf_level: float) -> dict[str, Array]:
    """A single study as it is; nothing can be said about differences between studies."""
    estimate, std_error = yi.sum(axis=0), np.sqrt(vi.min(axis=0))
    reach = critical_value(np.inf, test="z", conf_level=conf_level)
    unknown = np.full(len(estimate), np.nan)
    return {
        "k": np.ones(len(estimate), dtype=int),
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": estimate - reach * std_error,
        "conf_high": estimate + reach * std_error,
        "p_value": two_sided_p(estimate / std_error, np.inf, test="z"),
        **dict.fromkeys(("prediction_low", "prediction_high", "tau2", "i2", "h2"), unknown),
        "q": np.zeros(len(estimate)),
        "q_df": np.zeros(len(estimate)),
        "q_pvalue": unknown,
    }


def _spread_factor(yi: Array, w: Array, df: Array, *, test: str) -> Array:
    """What the variance of the mean is multiplied by: 1, or Knapp and Hartung's observed spread over the expected."""
    if test in ("z", "t"):
        return np.ones_like(df)
    residual = yi - weighted_mean(yi, w)
    factor = total(w, residual, residual) / df
    return np.maximum(factor, 1.0) if test == "adhoc" else factor


def _inconsistency(vi: Array, q: Array, df: Array, tau2: Array, *, common: bool) -> tuple[Array, Array]:
    """I2 in per cent and H2: from Q without a between-study variance, else from tau2 and the typical sampling variance."""
    if common:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(q > df, 100 * (q - df) / q, 0.0), q / df
    w = weights(vi)
    w1 = w.sum(axis=0)
    typical = df * w1 / (w1**2 - total(w, w))
    return 100 * tau2 / (tau2 + typical), 1 + tau2 / typical


def _clean_arrays(yi: Array, vi: Array, present: Array | None) -> tuple[Array, Array]:
    """(k, m) effects and variances, the latter infinity where there is no study."""
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if y.ndim != 2 or y.shape != v.shape or (present is not None and np.shape(present) != y.shape):
        raise InvalidOption(f"yi, vi and present must be of one shape (m, k); yi is {y.shape}, vi is {v.shape}.")
    there = ~(np.isnan(y) & np.isnan(v)) if present is None else np.asarray(present, dtype=bool)
    empty = int((~there.any(axis=1)).sum())
    if empty or y.size == 0:
        raise TooFewStudies(f"{empty} of {len(y)} meta-analyses have no study. Leave them out of the call.")
    lacking = int((there & (np.isnan(y) | np.isnan(v))).sum())
    if lacking:
        raise MissingValues(f"{lacking} studies lack an effect or a variance. Mark them in present, or fill them in.")
    wrong = int((there & ~((v > 0) & np.isfinite(v) & np.isfinite(y))).sum())
    if wrong:
        raise InvalidEffect(f"{wrong} studies have a variance that is not above 0, or an infinite value. Correct or remove them.")
    return np.where(there, y, 0.0).T, np.where(there, v, np.inf).T
