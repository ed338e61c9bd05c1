"""Effects that studies print in other ways than means and counts of two arms."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core import EffectResult
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidEffect, InvalidOption, MissingValues
from whatworks.core.options import is_finite, one_of, shown
from whatworks.synthesis import conversions
from whatworks.synthesis.effect_size import refuse_rows
from whatworks.synthesis.measures import Effect

Array = np.ndarray

SOURCES = ("t", "F", "p", "proportion", "correlation", "pre_post")


def reported_effects(
    df: pd.DataFrame,
    *,
    source: str,
    value: str | None = None,
    n_treated: str = "n_treated",
    n_comparison: str = "n_comparison",
    sign: str | None = None,
    n: str = "n",
    events: str = "events",
    mean_before: str = "mean_before",
    mean_after: str = "mean_after",
    sd_before: str = "sd_before",
    correlation: str = "correlation",
) -> pd.DataFrame:
    """Effect and sampling variance from test statistics, one group's proportion, a correlation, or the same people twice.

    Parameters
    ----------
    df : one row per effect
    source : what the studies print: "t" of two groups, "F" with one degree of freedom in the numerator, two-sided "p" (these
        three give an SMD), "proportion" of one group (log odds), "correlation" (Fisher's z), or "pre_post" means of the same
        people (a standardised change)
    value : column with the statistic; by default the column named as the source
    n_treated, n_comparison : columns with numbers of citizens, for t, F and p
    sign : column that is above 0 where the treated have more and below where they have less, for F and p, which have no sign
    n, events : columns with numbers of citizens and of those who had the event
    mean_before, mean_after, sd_before, correlation : columns for "pre_post"; ``correlation`` is that of the two measurements

    Returns
    -------
    A copy of ``df`` with ``yi``, ``vi`` and ``measure`` ("SMD", "logit", "z" or "SMCR") written anew.

    Raises
    ------
    InvalidOption
        If the source is unknown, or F or p come without ``sign``.
    InvalidEffect
        If numbers cannot be right: a p-value outside (0, 1], a negative F, a correlation of 1, more events than citizens.
    MissingColumn, MissingValues, InvalidColumn, EmptyData

    References
    ----------
    Under each formula in :mod:`whatworks.synthesis.conversions`.

    Examples
    --------
    >>> trials = pd.DataFrame({"t": [2.1, -0.4], "n_treated": [30, 25], "n_comparison": [30, 27]})
    >>> ww.synthesis.reported_effects(trials, source="t")[["yi", "vi", "measure"]].round(3)
          yi     vi measure
    0  0.535  0.069     SMD
    1 -0.109  0.077     SMD
    """
    one_of(source, SOURCES, name="source")
    if source in ("F", "p") and sign is None:
        raise InvalidOption(
            f"source={source!r} has no direction. Name the column with it in sign=: above 0 where the treated have more."
        )
    if source not in ("F", "p") and sign is not None:
        raise InvalidOption(
            f"source={source!r} has a direction of its own. Leave sign= out, or turn effects with ww.synthesis.flip."
        )
    columns = {
        "value": value or source, "n_treated": n_treated, "n_comparison": n_comparison, "sign": sign, "n": n, "events": events,
        "mean_before": mean_before, "mean_after": mean_after, "sd_before": sd_before, "correlation": correlation,
    }  # fmt: skip
    (yi, vi), measure = _READERS[source](df, columns)
    return df.assign(yi=yi, vi=vi, measure=measure)


def _two_groups(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Array, Array]:
    n1, n2 = (numeric(df, columns[name], what="studies") for name in ("n_treated", "n_comparison"))
    refuse_rows((n1 < 2) | (n2 < 2), df.index, "fewer than 2 citizens in an arm", "A standard deviation needs two.")
    return n1, n2


def _from_t(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Effect, str]:
    return conversions.smd_from_t(numeric(df, columns["value"], what="studies"), *_two_groups(df, columns)), "SMD"


def _from_f(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Effect, str]:
    f, sign = (numeric(df, columns[name], what="studies") for name in ("value", "sign"))
    refuse_rows(f < 0, df.index, f"an F statistic in {columns['value']!r} below 0", "Check them in the source.")
    return conversions.smd_from_t(np.sign(sign) * np.sqrt(f), *_two_groups(df, columns)), "SMD"


def _from_p(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Effect, str]:
    p, sign = (numeric(df, columns[name], what="studies") for name in ("value", "sign"))
    refuse_rows(
        (p <= 0) | (p > 1), df.index, f"a p-value in {columns['value']!r} outside (0, 1]", "Give the exact value, not a bound."
    )
    arms = _two_groups(df, columns)
    return conversions.smd_from_t(conversions.t_from_p(p, sign, *arms), *arms), "SMD"


def _from_proportion(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Effect, str]:
    events, n = (numeric(df, columns[name], what="studies") for name in ("events", "n"))
    refuse_rows(
        (events < 0) | (events > n), df.index, "events below 0 or above the number of citizens", "Check them in the source."
    )
    empty = (events == 0) | (events == n)
    # Half a citizen in each cell keeps the log odds of nobody and of everybody finite, as for two groups.
    return conversions.logit_proportion(events + 0.5 * empty, n + 1.0 * empty), "logit"


def _from_correlation(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Effect, str]:
    r, n = (numeric(df, columns[name], what="studies") for name in ("value", "n"))
    refuse_rows(np.abs(r) >= 1, df.index, f"a correlation in {columns['value']!r} of 1 or beyond", "Check them in the source.")
    refuse_rows(n <= 3, df.index, "3 citizens or fewer", "A correlation has no standard error there.")
    return conversions.fisher_z(r, n), "z"


def _from_pre_post(df: pd.DataFrame, columns: dict[str, Any]) -> tuple[Effect, str]:
    names = ("mean_before", "mean_after", "sd_before", "n", "correlation")
    before, after, sd, n, r = (numeric(df, columns[name], what="studies") for name in names)
    refuse_rows(
        sd <= 0, df.index, f"a standard deviation in {columns['sd_before']!r} that is not above 0", "Correct or remove them."
    )
    refuse_rows(n < 2, df.index, "fewer than 2 citizens", "A standard deviation needs two.")
    refuse_rows(
        np.abs(r) >= 1, df.index, f"a correlation in {columns['correlation']!r} of 1 or beyond", "Check them in the source."
    )
    return conversions.standardised_mean_change(before, after, sd, n, r), "SMCR"


_READERS: dict[str, Callable[[pd.DataFrame, dict[str, Any]], tuple[Effect, str]]] = {
    "t": _from_t,
    "F": _from_f,
    "p": _from_p,
    "proportion": _from_proportion,
    "correlation": _from_correlation,
    "pre_post": _from_pre_post,
}


def own_effect(result: EffectResult, *, study: str, sd_comparison: float | None = None, good: str | None = None) -> pd.DataFrame:
    """One row of effect sizes from a result of our own, ready to stand among published ones.

    Parameters
    ----------
    result : an estimate with a standard error, such as an average effect on the treated
    study : name to show it under
    sd_comparison : the comparison group's standard deviation of the outcome, in its unit; given, the effect becomes an SMD. Left
        out, it keeps its own measure and unit
    good : direction that is good in the frame it is to join; where the result's own is the other one, its sign is turned

    Returns
    -------
    Columns study, yi, vi, measure, unit and method; an index of its own.

    Raises
    ------
    InvalidEffect
        If the headline has no standard error above 0 (an interval by inversion has none).
    InvalidOption
        If ``sd_comparison`` is not above 0 or does not go with the measure, or ``good`` is asked of a result that does not say
        its own.

    References
    ----------
    Glass (1976), Educational Researcher 5:3-8 (the comparison group's standard deviation, which the service has not changed).

    Examples
    --------
    >>> pair = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0], "days": [3.0, 5, 4, 6, 8, 7]})
    >>> gap = ww.matching.estimate(ww.matching.unmatched(pair, treatment="treated", randomised=True), outcome="days")
    >>> sd = pair.loc[pair["treated"] == 0, "days"].std()
    >>> ww.synthesis.own_effect(gap, study="Our own", sd_comparison=sd)["yi"].round(6).tolist()
    [-3.0]
    """
    head = result.headline
    yi, se, measure, unit = float(head.estimate), float(head.std_error), result.measure, result.unit
    if not (np.isfinite(yi) and np.isfinite(se) and se > 0):
        raise InvalidEffect(
            f"{result.method} has no estimate with a standard error above 0, so it has no weight among studies. "
            "Show its interval beside them instead."
        )
    if sd_comparison is not None:
        if measure != "MD":
            raise InvalidOption(
                f"sd_comparison turns a difference of means into an SMD; this result is a {measure}. Leave it out."
            )
        if not (is_finite(sd_comparison) and sd_comparison > 0):
            raise InvalidOption(f"sd_comparison={shown(sd_comparison)}; a standard deviation above 0 is needed.")
        yi, se, measure, unit = yi / sd_comparison, se / sd_comparison, "SMD", "standard deviations"
    if good is not None:
        one_of(good, ("up", "down"), name="good")
        if result.good is None:
            raise InvalidOption(
                "The result does not say which direction is good. Set it: dataclasses.replace(result, good='up')."
            )
        yi = yi if result.good == good else -yi
    return pd.DataFrame([{"study": study, "yi": yi, "vi": se**2, "measure": measure, "unit": unit, "method": result.method}])


def flip(es: pd.DataFrame, *, good: str, toward: str = "up", yi: str = "yi") -> pd.DataFrame:
    """Turn effects so that all point the same way: the one place where a sign is changed.

    Parameters
    ----------
    es : one row per effect
    good : column that says "up" or "down": whether more of the study's outcome is good for the citizen
    toward : direction in which good effects shall point afterwards
    yi : column with effects, on a scale where minus means the opposite (a difference or a logarithm)

    Returns
    -------
    A copy with ``yi`` turned where ``good`` is not ``toward``, intervals ``conf_low`` and ``conf_high`` turned with it where
    present, and the column ``turned``.

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidEffect

    Examples
    --------
    >>> es = pd.DataFrame({"scale": ["WHO-5", "SDQ"], "yi": [0.2, -0.3], "vi": [0.01, 0.02], "better": ["up", "down"]})
    >>> ww.synthesis.flip(es, good="better")[["scale", "yi", "turned"]]
       scale   yi  turned
    0  WHO-5  0.2   False
    1    SDQ  0.3    True
    """
    one_of(toward, ("up", "down"), name="toward")
    require_columns(es, [yi, good], what="es")
    missing = int(es[good].isna().sum())
    if missing:
        raise MissingValues(f"es column {good!r} lacks a direction in {missing} of {len(es)} rows. Say 'up' or 'down' for each.")
    unknown = ~es[good].isin(["up", "down"]).to_numpy()
    refuse_rows(unknown, es.index, f"something else than 'up' or 'down' in {good!r}", "Say which direction is good.")
    turned = (es[good] != toward).to_numpy()
    out = es.assign(**{yi: np.where(turned, -es[yi], es[yi]), "turned": turned})
    if {"conf_low", "conf_high"} <= set(es.columns):
        low, high = es["conf_low"], es["conf_high"]
        out = out.assign(conf_low=np.where(turned, -high, low), conf_high=np.where(turned, -low, high))
    return out
