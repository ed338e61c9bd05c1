"""Pooling two-by-two tables without a variance per study: what rare events need."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidOption, NotIdentified
from whatworks.core.options import confidence, one_of
from whatworks.synthesis.effect_size import refuse_rows
from whatworks.synthesis.pooling import HIGH_I2, UNITS

Array = np.ndarray

METHODS = ("mantel_haenszel", "peto")
MEASURES = ("logOR", "logRR", "RD")
# What rounding leaves of a variance of 0: that of a proportion is at least a quarter over the square of people.
_NO_SPREAD = 1e-15


def pool_counts(
    df: pd.DataFrame,
    *,
    measure: str = "logOR",
    method: str = "mantel_haenszel",
    events_treated: str = "events_treated",
    n_treated: str = "n_treated",
    events_comparison: str = "events_comparison",
    n_comparison: str = "n_comparison",
    good: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """The effect common to all studies from their counts, which stays right where single studies have few events or none.

    Parameters
    ----------
    df : one row per study
    measure : "logOR", "logRR" or "RD"; Peto's method is for "logOR"
    method : "mantel_haenszel" weights by the size of each table; "peto" adds up observed less expected events, good for rare
        events, small effects and arms of similar size
    events_treated, n_treated, events_comparison, n_comparison : columns with events and numbers of citizens
    good : "up" or "down", the direction that is good for the citizen
    conf_level : coverage of the interval (normal quantiles)

    Returns
    -------
    EffectResult
        Headline only. Statistics: k, nobs, q, q_df, q_pvalue, i2 (per cent), n_without_events (studies without any event or with
        events only, which say nothing about a ratio and are counted, not dropped silently). Checks: heterogeneity, empty_studies.

    Raises
    ------
    InvalidOption
        If options are unknown or do not fit.
    InvalidEffect
        If there are more events than citizens, or no citizens.
    NotIdentified
        If no study tells the arms apart (all or none had the event), or nobody in one arm had it and a ratio has no end.
    MissingColumn, MissingValues, InvalidColumn, EmptyData

    References
    ----------
    Mantel & Haenszel (1959), JNCI 22:719-748; Robins, Breslow & Greenland (1986), Biometrics 42:311-323 (variance of the odds
    ratio); Greenland & Robins (1985), Biometrics 41:55-68 (risk ratio and difference); Yusuf et al. (1985), Progress in
    Cardiovascular Diseases 27:335-371 (Peto).

    Examples
    --------
    >>> trials = pd.DataFrame({"events_treated": [4, 0], "n_treated": [123, 25], "events_comparison": [11, 3],
    ...                        "n_comparison": [139, 25]})
    >>> result = ww.synthesis.pool_counts(trials, measure="logRR")
    >>> round(result.headline.estimate, 3), result.statistics["k"]
    (-1.144, 2)
    """
    one_of(method, METHODS, name="method")
    one_of(measure, MEASURES, name="measure")
    if method == "peto" and measure != "logOR":
        raise InvalidOption(f"Peto's method gives a log odds ratio, not {measure!r}. Use measure='logOR', or Mantel-Haenszel.")
    confidence(conf_level)
    columns = [events_treated, n_treated, events_comparison, n_comparison]
    a, n1, c, n2 = (numeric(df, column, what="studies") for column in columns)
    for events, n, place in ((a, n1, 0), (c, n2, 2)):
        refuse_rows(n <= 0, df.index, f"no citizens in {columns[place + 1]!r}", "Correct or remove them.")
        refuse_rows(
            (events < 0) | (events > n), df.index, f"impossible events in {columns[place]!r}", "Check them in the source."
        )
    empty = ((a + c) == 0) | ((a + c) == (n1 + n2))
    _refuse_endless(a, n1, c, n2, measure=measure, method=method)
    estimate, variance, y, w = _POOLED[method if method == "peto" else measure](a, n1, c, n2)
    if not variance > _NO_SPREAD:
        raise NotIdentified(
            f"In all {len(df)} studies the arms are of one kind each, everybody or nobody with the event: no spread to judge by. "
            "Report the counts themselves."
        )
    q, df_q = float(w @ (y - estimate) ** 2), int((w > 0).sum()) - 1
    return EffectResult(
        method="synthesis.pool_counts",
        estimand=f"effect common to all studies ({'Peto' if method == 'peto' else 'Mantel-Haenszel'})",
        measure=measure,
        unit=UNITS[measure],
        good=good,
        conf_level=conf_level,
        effects=_effects(estimate, float(np.sqrt(variance)), conf_level),
        statistics=_statistics(len(df), q, df_q, int(empty.sum())),
        checks=_checks(q, df_q, int(empty.sum()), len(df)),
        provenance=Provenance(
            data_fingerprint=fingerprint(df, columns), arguments={"measure": measure, "method": method, "conf_level": conf_level}
        ),
    )


def _refuse_endless(a: Array, n1: Array, c: Array, n2: Array, *, measure: str, method: str) -> None:
    """Refuse tables in which nothing happened to some only, and those whose pooled ratio would be 0 or without end."""
    b, d = n1 - a, n2 - c
    if (((a + c) == 0) | ((b + d) == 0)).all():
        raise NotIdentified(
            f"In all {len(a)} studies everybody or nobody had the event, so nothing tells the arms apart. Report the counts "
            "themselves."
        )
    above, below = (a @ d, b @ c) if measure == "logOR" else (a.sum(), c.sum())
    if method == "mantel_haenszel" and measure != "RD" and 0 in (above, below):
        arm = "comparison" if below == 0 else "treated"
        raise NotIdentified(
            f"The counts of {len(a)} studies give a ratio of 0 or without end, as where nobody in the {arm} arm has the event. "
            "Use measure='RD', or method='peto' for an odds ratio."
        )


def _effects(estimate: float, std_error: float, conf_level: float) -> pd.DataFrame:
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * std_error
    row: dict[str, Any] = {"term": "pooled", "kind": "headline", "estimate": estimate, "std_error": std_error}
    row |= {
        "conf_low": estimate - reach,
        "conf_high": estimate + reach,
        "p_value": float(2 * stats.norm.sf(abs(estimate) / std_error)),
    }
    return pd.DataFrame([row])


def _statistics(k: int, q: float, df_q: int, empty: int) -> dict[str, float]:
    return {
        "k": k,
        "nobs": k,
        "n_dropped": 0,
        "n_without_events": empty,
        "q": q,
        "q_df": df_q,
        "q_pvalue": float(stats.chi2.sf(q, df_q)) if df_q > 0 else np.nan,
        "i2": 100 * max(0.0, (q - df_q) / q) if q > 0 else 0.0,
    }


def _checks(q: float, df_q: int, empty: int, k: int) -> tuple[Check, ...]:
    i2 = 100 * max(0.0, (q - df_q) / q) if q > 0 else 0.0
    return (
        Check(
            name="heterogeneity",
            passed=i2 < HIGH_I2,
            message=f"I2 is {i2:.0f} per cent (limit {HIGH_I2:.0f}), and this model says that studies differ by chance alone.",
            statistics={"i2": i2, "limit": HIGH_I2},
        ),
        Check(
            name="empty_studies",
            passed=empty == 0,
            message=f"In {empty} of {k} studies everybody or nobody had the event; they say nothing about a ratio.",
            statistics={"studies": empty, "of": k},
        ),
    )


Pooled = tuple[float, float, Array, Array]


def _odds_ratio(a: Array, n1: Array, c: Array, n2: Array) -> Pooled:
    b, d, n = n1 - a, n2 - c, n1 + n2
    r, s = a * d / n, b * c / n
    p, q = (a + d) / n, (b + c) / n
    variance = (p @ r) / (2 * r.sum() ** 2) + (p @ s + q @ r) / (2 * r.sum() * s.sum()) + (q @ s) / (2 * s.sum() ** 2)
    y, v = _with_halves(a, n1, c, n2)
    return float(np.log(r.sum() / s.sum())), float(variance), y, 1 / v


def _with_halves(a: Array, n1: Array, c: Array, n2: Array) -> tuple[Array, Array]:
    """Log odds ratios of single studies for the test of heterogeneity, half a citizen added where a cell is empty."""
    b, d = n1 - a, n2 - c
    half = 0.5 * ((a == 0) | (b == 0) | (c == 0) | (d == 0))
    a, b, c, d = a + half, b + half, c + half, d + half
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def _risk_ratio(a: Array, n1: Array, c: Array, n2: Array) -> Pooled:
    n = n1 + n2
    r, s = (a * n2 / n).sum(), (c * n1 / n).sum()
    variance = ((n1 * n2 * (a + c) - a * c * n) / n**2).sum() / (r * s)
    half = 0.5 * ((a == 0) | (c == 0) | (a == n1) | (c == n2))
    a, c, n1, n2 = a + half, c + half, n1 + 2 * half, n2 + 2 * half
    y, v = np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return float(np.log(r / s)), float(variance), y, 1 / v


def _risk_difference(a: Array, n1: Array, c: Array, n2: Array) -> Pooled:
    n = n1 + n2
    size = n1 * n2 / n
    estimate = float((a * n2 / n - c * n1 / n).sum() / size.sum())
    b, d = n1 - a, n2 - c
    p = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / n**2
    q = (a * d + c * b) / (2 * n)
    variance = (estimate * p.sum() + q.sum()) / size.sum() ** 2
    half = 0.5 * ((a == 0) | (b == 0) | (c == 0) | (d == 0))
    a, c, n1, n2 = a + half, c + half, n1 + 2 * half, n2 + 2 * half
    v = a * (n1 - a) / n1**3 + c * (n2 - c) / n2**3
    return estimate, float(variance), a / n1 - c / n2, 1 / v


def _peto(a: Array, n1: Array, c: Array, n2: Array) -> Pooled:
    n, events = n1 + n2, a + c
    expected = n1 * events / n
    variance = n1 * n2 * events * (n - events) / (n**2 * (n - 1))
    informative = variance > 0
    y = np.where(informative, (a - expected) / np.where(informative, variance, 1.0), 0.0)
    return float((a - expected).sum() / variance.sum()), float(1 / variance.sum()), y, variance


_POOLED = {"logOR": _odds_ratio, "logRR": _risk_ratio, "RD": _risk_difference, "peto": _peto}
