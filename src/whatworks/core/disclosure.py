"""Disclosure control: nothing published may tell about too few people.

Statistics Denmark's rule of thumb is at least 3 observations in a cell; Danish extracts commonly blind cells below 5.
So 5 is the default and 3 is a floor that no setting lowers.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import DisclosureRisk
from whatworks.core.options import is_finite, shown
from whatworks.core.result import EffectResult

# Statistics and check numbers that count people a method left aside.
LEFT_OUT = ("n_dropped", "n_trimmed", "n_trimmed_meant", "units")
# Counts of those that stayed: held against everybody, they give back how many were left out.
COUNTS = (
    "nobs", "n_treated", "n_comparison", "ess_treated", "ess_comparison", "ess", "n_units", "n_outside", "n_sets", "n_ties",
    "clusters", "treated", "df", "cases", "cases_with_refund",
)  # fmt: skip
K_PUBLISH = 5
K_FLOOR = 3


def checked_k(k: int = K_PUBLISH) -> int:
    """Return ``k`` if it is allowed.

    Raises
    ------
    DisclosureRisk
        If ``k`` is below the floor of 3, or no number: below which nothing would be small.

    Examples
    --------
    >>> checked_k(5)
    5
    """
    if not is_finite(k) or k < K_FLOOR:
        raise DisclosureRisk(
            f"k is {shown(k)}; the smallest published cell is {K_FLOOR} and no setting lowers it. Use k={K_FLOOR} or more."
        )
    return k


def is_small(count: float | pd.Series, k: int = K_PUBLISH) -> bool | pd.Series:
    """True for counts of 1 to k - 1. Zero is not small: it tells of nobody.

    Examples
    --------
    >>> is_small(4), is_small(5), is_small(0)
    (True, False, False)
    """
    k = checked_k(k)
    return (count > 0) & (count < k) if isinstance(count, pd.Series) else bool(0 < count < k)


def suppress_counts(df: pd.DataFrame, *, counts: Sequence[str], values: Sequence[str] = (), k: int = K_PUBLISH) -> pd.DataFrame:
    """Blank every row in which a count is small, and the values that rest on it.

    Parameters
    ----------
    df : a table about to be published, one row per cell
    counts : columns with numbers of people
    values : columns computed from those people (means, effects); blanked with them
    k : smallest published count

    Returns
    -------
    A copy with missing values in suppressed cells and a column ``suppressed``; never a 0 in place of a small count.

    Examples
    --------
    >>> table = pd.DataFrame({"service": ["a", "b"], "citizens": [12, 3], "mean": [50.0, 44.0]})
    >>> suppress_counts(table, counts=["citizens"], values=["mean"])["suppressed"].tolist()
    [False, True]
    """
    hidden = pd.Series(False, index=df.index)
    for column in counts:
        hidden |= is_small(df[column].fillna(0), k)
    out = df.copy()
    for column in [*counts, *values]:
        out[column] = out[column].astype("Int64" if pd.api.types.is_integer_dtype(out[column]) else "float64").mask(hidden)
    out["suppressed"] = hidden
    return out


def suppress_table(table: pd.DataFrame, k: int = K_PUBLISH, *, small_totals_hidden: bool = False) -> pd.DataFrame:
    """Blank small cells of a two-way table of counts, and enough others that margins cannot give them back.

    Further cells, the smallest first, are hidden until no row or column hides a single cell or fewer than k people together
    (the total less what is shown would tell), and no cell is the only bridge between two parts of what is hidden (the totals of
    one part would give it back).

    Parameters
    ----------
    table : counts by row and column, without totals
    k : smallest published count
    small_totals_hidden : True where totals below k are not published either, so that a small cell with nothing beside it is safe

    Raises
    ------
    DisclosureRisk
        If a row or column has only one cell, that cell is small, and its total may be published: hide the margin instead.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.3 (a suppressed cell of a two-way table is exactly
    known if and only if it is a bridge of the graph of rows and columns that the suppressed cells make).

    Examples
    --------
    >>> suppress_table(pd.DataFrame([[2, 9, 8], [10, 12, 7], [20, 30, 40]])).isna().to_numpy().tolist()
    [[True, False, True], [True, False, True], [False, False, False]]
    """
    values = table.to_numpy(dtype=float)
    hidden = (values > 0) & (values < checked_k(k))
    while _hide_beside(values, hidden, k, small_totals_hidden) or _hide_around_a_bridge(values, hidden):
        pass
    return table.astype("float64").mask(hidden)


def suppress_line(counts: pd.Series, k: int = K_PUBLISH, *, hidden: pd.Series | None = None) -> pd.Series:
    """Which counts of one row must be hidden beside its total: small ones, and more until they are two counts and k people.

    Parameters
    ----------
    counts : numbers of people, without the total
    k : smallest published count
    hidden : those that are hidden for another reason

    Examples
    --------
    >>> suppress_line(pd.Series([1, 2, 9, 20])).tolist()
    [True, True, True, False]
    """
    gone = (counts > 0) & (counts < checked_k(k))
    gone = gone if hidden is None else gone | hidden
    for place in counts[~gone & (counts > 0)].sort_values(kind="stable").index:
        if not gone.any() or (gone.sum() > 1 and not is_small(float(counts[gone].sum()), k)):
            break
        gone[place] = True
    return gone


def _hide_beside(values: np.ndarray, hidden: np.ndarray, k: int, small_totals_hidden: bool) -> bool:
    """Hide one more cell of a row or column whose total would tell of too few; False when there is none."""
    for axis in (0, 1):
        counts, people = hidden.sum(axis=1 - axis), np.where(hidden, values, 0.0).sum(axis=1 - axis)
        for line in np.flatnonzero((counts == 1) | ((counts > 0) & (people < k))):
            place = (line, slice(None)) if axis == 0 else (slice(None), line)
            free = np.where(hidden[place], np.inf, values[place])
            somebody = np.where(free > 0, free, np.inf)
            alone = counts[line] == 1 and not (small_totals_hidden and people[line] < k)
            # A zero hides nobody, and is taken only where nothing else is there.
            beside = somebody if np.isfinite(somebody).any() or not alone else free
            if np.isfinite(beside).any():
                hidden[place] |= np.arange(len(beside)) == int(np.argmin(beside))
                return True
            if alone:
                raise DisclosureRisk(
                    f"A count below {k} stands alone in its {'row' if axis == 0 else 'column'}, so the total would give it away. "
                    "Merge categories, or publish without that total."
                )
    return False


def _hide_around_a_bridge(values: np.ndarray, hidden: np.ndarray) -> bool:
    """Hide one more cell around a hidden one that the totals give back; False when there is none."""
    for row, column in np.argwhere(hidden):
        rows, columns = _reached(hidden, row, column)
        if not columns[column]:
            other_columns, other_rows = _reached(hidden.T, column, row)
            across = (rows[:, None] & other_columns) | (other_rows[:, None] & columns)
            free = np.where(across & ~hidden, np.where(values > 0, values, values.max() + 1), np.inf)
            if np.isfinite(free).any():
                hidden[np.unravel_index(int(np.argmin(free)), hidden.shape)] = True
                return True
    return False


def _reached(hidden: np.ndarray, row: np.intp, column: np.intp) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that hang together with a hidden cell's row through other hidden cells than itself."""
    others = hidden.copy()
    others[row, column] = False
    rows, columns = np.arange(len(hidden)) == row, np.zeros(hidden.shape[1], dtype=bool)
    while True:
        wider = others[rows].any(axis=0)
        further = rows | others[:, wider].any(axis=1)
        if (further == rows).all() and (wider == columns).all():
            return rows, columns
        rows, columns = further, wider


def disclose(result: EffectResult, k: int = K_PUBLISH) -> EffectResult:
    """Make a result fit to publish: parts that rest on fewer than k people in an arm are blanked, and a Check says so.

    Where few people were left out, how many is not told, nor any count that would give it back.

    Raises
    ------
    DisclosureRisk
        If the headline itself rests on fewer than k treated or comparison people.
    """
    k = checked_k(k)
    for arm in ("n_treated", "n_comparison"):
        count = result.statistics.get(arm)
        if count is not None and is_small(count, k):
            raise DisclosureRisk(
                f"{result.method}: {arm} is below {k}, so the effect cannot be published. "
                "Widen the target group or the period, or pool several units."
            )
    result = _without_small_drops(result, k)
    counts = [column for column in ("n_treated", "n_comparison") if column in result.effects]
    if not counts:
        return result
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "p_value"]
    effects = suppress_counts(result.effects, counts=counts, values=numbers, k=k)
    hidden = effects["suppressed"] & (effects["kind"] != "headline")
    if not hidden.any():
        return result
    check = Check(
        name="disclosure",
        passed=None,
        message=f"{int(hidden.sum())} parts rest on fewer than {k} people in an arm and are not shown.",
        statistics={"hidden_parts": int(hidden.sum()), "k": k},
    )
    return replace(result, effects=effects.drop(columns="suppressed"), checks=(*result.checks, check), vcov=None)


def _without_small_drops(result: EffectResult, k: int) -> EffectResult:
    """Hide how many people were left out where they are few, and every count that would give the number back."""
    statistics = dict(result.statistics)
    few = any(is_small(statistics.get(key, 0), k) for key in LEFT_OUT)
    few |= any(is_small(check.statistics.get(key, 0), k) for check in result.checks for key in LEFT_OUT)
    if not few:
        return result
    hidden = {key: math.nan for key in statistics if key in COUNTS or (key in LEFT_OUT and statistics[key])}
    checks = tuple(_without_counts(check, k) for check in result.checks)
    return replace(result, statistics={**statistics, **hidden}, checks=checks)


def _without_counts(check: Check, k: int) -> Check:
    small = {key: math.nan for key in LEFT_OUT if is_small(check.statistics.get(key, 0), k)}
    if small:
        message = f"Fewer than {k} people are concerned."
        return replace(check, message=message, statistics={**check.statistics, **small})
    counts = {key: math.nan for key in check.statistics if key in COUNTS}
    if not counts:
        return check
    message = f"The counts are not shown: they would tell of the fewer than {k} people who were left out."
    # A share to the last digit is a fraction whose denominator can be found.
    shares = {key: round(float(value), 2) for key, value in check.statistics.items() if key.startswith("share")}
    return replace(check, message=message, statistics={**check.statistics, **shares, **counts})
