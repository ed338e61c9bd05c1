"""From what studies report to one effect and one sampling variance per row."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import special

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidEffect, InvalidOption
from whatworks.core.options import confidence, is_finite, one_of, shown
from whatworks.synthesis import measures

Array = np.ndarray

TWO_MEANS = ("SMD", "MD", "ROM")
TWO_COUNTS: dict[str, Callable[..., measures.Effect]] = {
    "logOR": measures.log_odds_ratio,
    "logRR": measures.log_risk_ratio,
    "RD": measures.risk_difference,
}
MEASURES = (*TWO_MEANS, *TWO_COUNTS, "GEN")
ADD_TO = ("zero_cells", "all", "none")
# Enough rows to find the fault; more would bury the sentence.
_ROWS_NAMED = 10


def effect_sizes(
    df: pd.DataFrame,
    *,
    measure: str,
    mean_treated: str = "mean_treated",
    sd_treated: str = "sd_treated",
    n_treated: str = "n_treated",
    mean_comparison: str = "mean_comparison",
    sd_comparison: str = "sd_comparison",
    n_comparison: str = "n_comparison",
    events_treated: str = "events_treated",
    events_comparison: str = "events_comparison",
    estimate: str | None = None,
    std_error: str | None = None,
    conf_low: str | None = None,
    conf_high: str | None = None,
    conf_level: float = 0.95,
    log: bool = False,
    smd_variance: str = "LS",
    add: float = 0.5,
    add_to: str = "zero_cells",
) -> pd.DataFrame:
    """Effect and sampling variance of every study, treated against comparison.

    Parameters
    ----------
    df : one row per effect
    measure : "SMD" Hedges' g, "MD" mean difference, "ROM" log ratio of means (from means); "logOR", "logRR", "RD"
        (from counts); "GEN" any effect with its own standard error or interval
    mean_treated ... n_comparison : columns with means, standard deviations of the citizens and numbers of citizens
    events_treated, events_comparison : columns with numbers of citizens who had the event
    estimate : column with an effect that the study reports itself, already in ``measure``; given, it is used instead of
        means or counts. "GEN" takes the column ``estimate`` by default
    std_error, or conf_low with conf_high : columns with its standard error, or with its interval on the normal scale;
        by default the columns of these names, the standard error first
    conf_level : coverage of the reported intervals
    log : True where reported estimates and intervals are ratios (odds ratio 1.8): their logarithms are taken
    smd_variance : "LS", "LS2", "UB" or "AV"; see :func:`~whatworks.synthesis.measures.standardised_mean_difference`
    add, add_to : what is added to all four cells of a two-by-two table, and in which studies: "zero_cells" only those
        with an empty cell, "all", or "none" (ratios then refuse empty cells)

    Returns
    -------
    A copy of ``df`` with ``yi``, ``vi`` (squared units of ``yi``) and ``measure`` written anew.

    Raises
    ------
    InvalidOption
        If an option is unknown, or options contradict each other.
    MissingColumn, MissingValues, InvalidColumn, EmptyData
        If a needed column is absent, has gaps or holds no numbers, or if ``measure`` in ``df`` names several measures.
    InvalidEffect
        If numbers cannot be right: an interval that does not hold its estimate, more events than citizens, a standard
        deviation that is not positive, fewer than two citizens in an arm. Rows are named by their index.

    References
    ----------
    Under each formula in :mod:`whatworks.synthesis.measures`; Cochrane Handbook 6.5, sections 6.3 (standard errors from
    intervals) and 10.4.4 (zero cells).

    Examples
    --------
    >>> trials = pd.DataFrame({"events_treated": [4, 0], "n_treated": [123, 25], "events_comparison": [11, 3],
    ...                        "n_comparison": [139, 25]})
    >>> ww.synthesis.effect_sizes(trials, measure="logRR")[["yi", "vi"]].round(4)
           yi      vi
    0 -0.8893  0.3256
    1 -1.9459  2.2088
    >>> published = pd.DataFrame({"estimate": [1.8], "conf_low": [1.2], "conf_high": [2.7]})
    >>> ww.synthesis.effect_sizes(published, measure="logOR", estimate="estimate", log=True)[["yi", "vi"]].round(4)
           yi      vi
    0  0.5878  0.0428
    """
    one_of(measure, MEASURES, name="measure")
    require_columns(df, [], what="studies")
    _refuse_mixed(df)
    if estimate is not None or measure == "GEN":
        columns = {"estimate": estimate or "estimate", "std_error": std_error, "conf_low": conf_low, "conf_high": conf_high}
        yi, vi = _reported(df, columns, conf_level=conf_level, log=log)
    elif log or std_error or conf_low or conf_high:
        raise InvalidOption(f"log, std_error, conf_low and conf_high need estimate=; measure={measure!r} is computed from arms.")
    elif measure in TWO_MEANS:
        arms = (mean_treated, sd_treated, n_treated, mean_comparison, sd_comparison, n_comparison)
        yi, vi = _from_means(df, arms, measure=measure, smd_variance=smd_variance)
    else:
        counts = (events_treated, n_treated, events_comparison, n_comparison)
        yi, vi = _from_counts(df, counts, measure=measure, add=add, add_to=add_to)
    return df.assign(yi=yi, vi=vi, measure=measure)


def refuse_rows(wrong: Array, index: pd.Index, found: str, remedy: str) -> None:
    """Raise InvalidEffect naming how many rows are wrong, and which, if any are."""
    if wrong.any():
        rows = [str(label) for label in index[wrong][:_ROWS_NAMED]]
        more = f" and {int(wrong.sum()) - len(rows)} more" if wrong.sum() > len(rows) else ""
        raise InvalidEffect(f"{int(wrong.sum())} of {len(wrong)} rows have {found} (rows {', '.join(rows)}{more}). {remedy}")


def _refuse_mixed(df: pd.DataFrame) -> None:
    """Refuse to write one measure over several."""
    named = len(df["measure"].unique()) if "measure" in df.columns else 1
    if named > 1:
        raise InvalidColumn(f"studies column 'measure' names {named} measures. Compute each by itself, then choose one to pool.")


def _reported(df: pd.DataFrame, columns: dict[str, str | None], *, conf_level: float, log: bool) -> measures.Effect:
    """Effects as studies report them, with a standard error or an interval."""
    confidence(conf_level)
    estimate = numeric(df, str(columns["estimate"]), what="studies")
    std_error, low, high = _uncertainty_columns(df, columns)
    if std_error is not None:
        if log:
            raise InvalidOption("log=True needs conf_low and conf_high: a standard error says nothing about a logarithm.")
        se = numeric(df, std_error, what="studies")
        refuse_rows(se <= 0, df.index, f"a standard error in {std_error!r} that is not above 0", "Correct or remove them.")
        return estimate, se**2
    lower, upper = numeric(df, low, what="studies"), numeric(df, high, what="studies")
    outside = (estimate < lower) | (estimate > upper) | (lower >= upper)
    refuse_rows(
        outside, df.index, f"an interval {low!r} to {high!r} that does not hold its estimate", "Check them in the source."
    )
    if log:
        refuse_rows(lower <= 0, df.index, f"a ratio in {low!r} that is not above 0", "Leave log=False for logarithms.")
        estimate, lower, upper = np.log(estimate), np.log(lower), np.log(upper)
    return estimate, ((upper - lower) / (2 * special.ndtri((1 + conf_level) / 2))) ** 2


def _uncertainty_columns(df: pd.DataFrame, columns: dict[str, str | None]) -> tuple[str | None, str, str]:
    """Which columns carry the uncertainty: as asked, else those with the usual names, the standard error first."""
    std_error, low, high = columns["std_error"], columns["conf_low"], columns["conf_high"]
    if std_error and (low or high):
        raise InvalidOption("Give std_error, or conf_low with conf_high, not both: they may disagree.")
    if std_error is None and low is None and high is None and "std_error" in df.columns:
        std_error = "std_error"
    return std_error, low or "conf_low", high or "conf_high"


def _from_means(df: pd.DataFrame, arms: Sequence[str], *, measure: str, smd_variance: str) -> measures.Effect:
    """Effects from means, standard deviations and numbers of citizens in both arms."""
    m1, sd1, n1, m2, sd2, n2 = (numeric(df, column, what="studies") for column in arms)
    for column, sd in ((arms[1], sd1), (arms[4], sd2)):
        refuse_rows(sd <= 0, df.index, f"a standard deviation in {column!r} that is not above 0", "Correct or remove them.")
    for column, n in ((arms[2], n1), (arms[5], n2)):
        refuse_rows(n < 2, df.index, f"fewer than 2 citizens in {column!r}", "A standard deviation needs two.")
    if measure == "SMD":
        return measures.standardised_mean_difference(m1, sd1, n1, m2, sd2, n2, variance=smd_variance)
    if measure == "MD":
        return measures.mean_difference(m1, sd1, n1, m2, sd2, n2)
    refuse_rows(m1 * m2 <= 0, df.index, "means that are zero or of opposite sign", "A ratio of means needs one sign; use 'MD'.")
    return measures.log_ratio_of_means(m1, sd1, n1, m2, sd2, n2)


def _from_counts(df: pd.DataFrame, arms: Sequence[str], *, measure: str, add: float, add_to: str) -> measures.Effect:
    """Effects from events and numbers of citizens in both arms."""
    one_of(add_to, ADD_TO, name="add_to")
    if not (is_finite(add) and add > 0):
        raise InvalidOption(f"add={shown(add)} must be above 0. Use add_to='none' to add nothing.")
    a, n1, c, n2 = (numeric(df, column, what="studies") for column in arms)
    for events, n, place in ((a, n1, 0), (c, n2, 2)):
        refuse_rows(n <= 0, df.index, f"no citizens in {arms[place + 1]!r}", "Correct or remove them.")
        wrong = (events < 0) | (events > n)
        refuse_rows(
            wrong, df.index, f"events in {arms[place]!r} below 0 or above {arms[place + 1]!r}", "Check them in the source."
        )
    empty = (a == 0) | (a == n1) | (c == 0) | (c == n2)
    extra = add * {"zero_cells": empty.astype(float), "all": np.ones(len(a)), "none": np.zeros(len(a))}[add_to]
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = TWO_COUNTS[measure](a + extra, n1 + 2 * extra, c + extra, n2 + 2 * extra)
    unusable = ~(np.isfinite(yi) & np.isfinite(vi) & (vi > 0))
    refuse_rows(unusable, df.index, f"empty cells that leave {measure} without a variance", "Use add_to='zero_cells'.")
    return yi, vi
