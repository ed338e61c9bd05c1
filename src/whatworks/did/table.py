"""The seven common columns, filled the same way by every estimator of the room."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

# A standard error below this share of its estimate is what rounding leaves of 0.
_ROUNDING = 1e-13


def effects_table(
    terms: Sequence[str],
    kinds: Sequence[str],
    estimates: np.ndarray,
    std_errors: np.ndarray,
    *,
    critical: float | np.ndarray,
    df: float = np.inf,
    extras: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """Effects with intervals and p-values.

    Parameters
    ----------
    terms, kinds : (m,) labels and ``headline`` or ``part``
    estimates, std_errors : (m,) in units of the outcome; a standard error of 0, but for rounding, or of NaN gives no interval
    critical : standard errors on either side, one for all or one per row
    df : degrees of freedom of the t distribution behind the p-values; infinite for the normal
    extras : further columns
    """
    estimates = np.asarray(estimates, dtype=float)
    spread = np.asarray(std_errors, dtype=float)
    spread = np.where(spread > _ROUNDING * np.abs(estimates), spread, np.nan)
    return pd.DataFrame(
        {
            "term": pd.Series(list(terms), dtype="str"),
            "kind": pd.Series(list(kinds), dtype="str"),
            "estimate": estimates,
            "std_error": spread,
            "conf_low": estimates - critical * spread,
            "conf_high": estimates + critical * spread,
            "p_value": 2 * stats.t.sf(np.abs(estimates / spread), df),
            **(extras or {}),
        }
    )


def headline_table(estimate: np.ndarray, vcov: np.ndarray, *, conf_level: float, df: float = np.inf) -> pd.DataFrame:
    """The one row of an estimator without parts.

    Parameters
    ----------
    estimate, vcov : (1,) and (1, 1), in units of the outcome and their square
    conf_level : of the interval
    df : degrees of freedom of the t distribution; infinite for the normal
    """
    critical = critical_value(conf_level, df)
    return effects_table(["ATT"], ["headline"], estimate, standard_errors(vcov), critical=critical, df=df)


def critical_value(conf_level: float, df: float = np.inf) -> float:
    """Standard errors on either side of a pointwise interval: Student's t with ``df`` degrees of freedom, or the normal."""
    # The t distribution at infinity is off in the last digit.
    reference = stats.t(df) if np.isfinite(df) else stats.norm()
    return float(reference.ppf(0.5 + conf_level / 2))


def standard_errors(vcov: np.ndarray) -> np.ndarray:
    """Square roots of the diagonal; rounding below zero is zero."""
    return np.sqrt(np.maximum(np.diag(vcov), 0.0))


def vcov_table(terms: Sequence[str], vcov: np.ndarray) -> pd.DataFrame:
    """A covariance with the terms on both sides."""
    return pd.DataFrame(vcov, index=pd.Index(list(terms), dtype="str"), columns=list(terms))


def whole(values: Sequence[float]) -> pd.Series:
    """Whole numbers that may be missing."""
    return pd.Series([pd.NA if np.isnan(value) else int(value) for value in values], dtype="Int64")
