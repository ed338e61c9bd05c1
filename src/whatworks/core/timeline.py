"""Time as whole numbers: integers, dates and periods are read alike, and written back as they came."""

import datetime as dt
from collections.abc import Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues, NotIdentified
from whatworks.core.options import shown

# A round of times longer than this is not looked for.
_LONGEST_ROUND = 10_000
_NEXT_STEP = "Use whole numbers, dates, or pandas periods: pd.PeriodIndex(column, freq='Q')."


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """The observed times in order.

    Attributes
    ----------
    column : name of the time column
    kind : ``"number"``, ``"period"`` or ``"date"``
    ordinals : (T,) ascending whole numbers, one per observed time; their differences are event times. Numbers stand for
        themselves, periods count in their own frequency, dates in the largest step all observed dates have in common
    labels : (T,) the same times as they came
    """

    column: str
    kind: str
    ordinals: np.ndarray = field(repr=False)
    labels: pd.Index = field(repr=False)

    def label(self, ordinal: float) -> Any:
        """The time at a position, as it came; extrapolated where nobody was observed then."""
        place = int(np.searchsorted(self.ordinals, ordinal))
        if place < len(self.ordinals) and self.ordinals[place] == ordinal:
            return self.labels[place]
        if self.kind == "number":
            return int(ordinal)
        if self.kind == "period":
            return self.labels[0] + int(ordinal - self.ordinals[0])
        # Between or beyond observed dates the last observed date before stands for the step.
        return self.labels[max(0, min(place, len(self.labels)) - 1)]

    def column_of(self, ordinals: Sequence[float]) -> pd.Series:
        """A result column of these times in their own type; NaN becomes missing."""
        labels = [None if np.isnan(ordinal) else self.label(ordinal) for ordinal in ordinals]
        if self.kind == "number":
            return pd.Series(labels, dtype="Int64")
        return pd.Series(labels, dtype=self.labels.dtype)


def time_text(label: Any) -> str:
    """A time for reading: a date without its midnight."""
    return str(label.date()) if isinstance(label, pd.Timestamp) else str(label)


def read_time(df: pd.DataFrame, time: str) -> tuple[np.ndarray, Timeline]:
    """Each row's time as an ordinal, and the timeline.

    Raises
    ------
    MissingColumn, EmptyData, MissingValues
    InvalidColumn
        If times are text, or numbers that are not whole.
    NotIdentified
        If there is only one time.
    """
    require_columns(df, [time])
    values = _as_moments(df[time])
    missing = int(values.isna().sum())
    if missing:
        raise MissingValues(f"frame column {time!r} lacks a value in {missing} of {len(values)} rows. Drop those rows knowingly.")
    kind = _kind(values, time)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        when = values.to_numpy().astype(np.int64, copy=False)
        ordinals = _distinct(when)
        _refuse_one_time(ordinals, time)
        return when, Timeline(column=time, kind=kind, ordinals=ordinals, labels=pd.Index(ordinals))
    codes, found = pd.factorize(values, sort=True)
    labels = pd.Index(found)
    _refuse_one_time(labels, time)
    ordinals = _steps(labels, time) if kind == "date" else _whole(labels, kind, time)
    if kind == "number":
        labels = pd.Index(ordinals)
    return ordinals[codes], Timeline(column=time, kind=kind, ordinals=ordinals, labels=labels)


def _refuse_one_time(found: Sized, time: str) -> None:
    if len(found) < 2:
        raise NotIdentified(f"frame column {time!r} holds one time only; a before and an after are needed. Add earlier rows.")


def _distinct(values: np.ndarray) -> np.ndarray:
    """Sorted distinct whole numbers; a column that runs through the same times again and again is told by its first round."""
    again = np.flatnonzero(values[1:_LONGEST_ROUND] == values[0])
    if len(again):
        T = int(again[0]) + 1
        if len(values) % T == 0 and (values[T:] == values[:-T]).all():
            return np.unique(values[:T])
    return np.sort(np.asarray(pd.unique(values)))


def read_start(df: pd.DataFrame, first_treated: str, timeline: Timeline) -> np.ndarray:
    """Each row's start of treatment on the timeline, infinite for never (0, NaN, NaT, None, inf) and for later than observed.

    A date between two observed ones falls into the step it lies in: the one that begins with the date before, or, where all
    observed dates are month ends, the one that ends with the date after.

    Raises
    ------
    MissingColumn, EmptyData
    InvalidColumn
        If the column is not of the time column's type, or 0 could be a start as well as never.
    """
    require_columns(df, [first_treated])
    column = df[first_treated]
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if timeline.kind == "number" and isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return _plain_starts(column.to_numpy(), first_treated, timeline)
    never = _means_never(column)
    _refuse_two_zeros(int((never & column.notna().to_numpy()).sum()), first_treated, timeline)
    out = np.full(len(df), np.inf)
    if never.all():
        return out
    started = _as_moments(column[~never])
    kind = _kind(started, first_treated)
    if timeline.kind == "period" and kind == "date":
        started, kind = started.dt.to_period(pd.PeriodIndex(timeline.labels).freqstr), "period"
    if kind != timeline.kind:
        raise InvalidColumn(
            f"frame column {first_treated!r} holds {kind}s but {timeline.column!r} holds {timeline.kind}s. "
            "Give both the same type; 0, NaN, NaT and inf mean never treated."
        )
    out[~never] = _on(timeline, started, first_treated)
    return out


def _plain_starts(values: np.ndarray, name: str, timeline: Timeline) -> np.ndarray:
    out = values.astype(float)
    _refuse_two_zeros(int((out == 0).sum()), name, timeline)
    out[(out == 0) | ~np.isfinite(out)] = np.inf
    _refuse_fractions(out, name)
    return out


def _refuse_two_zeros(zeros: int, name: str, timeline: Timeline) -> None:
    """Where time runs from below 0 to 0 or beyond, a 0 can mean that time or never."""
    if zeros and timeline.kind == "number" and timeline.ordinals[0] < 0 <= timeline.ordinals[-1]:
        raise InvalidColumn(
            f"frame column {name!r} is 0 in {zeros} rows: never treated, or treated at time 0 of {timeline.column!r}? "
            "Add a constant to all times so that they are above 0, and mark never treated with 0 or NaN."
        )


def _on(timeline: Timeline, started: pd.Series, name: str) -> np.ndarray:
    """Ordinals of starts; a date falls into the step that contains it."""
    if timeline.kind == "number":
        return _whole(pd.Index(started), "number", name)
    if timeline.kind == "period":
        if started.dtype != timeline.labels.dtype:
            raise InvalidColumn(
                f"frame column {name!r} is of type {started.dtype} but {timeline.column!r} is {timeline.labels.dtype}. "
                "Convert one with .dt.asfreq."
            )
        return _whole(pd.Index(started), "period", name)
    in_months = _day_is_constant(timeline.labels)
    raw = _months(pd.DatetimeIndex(started)) if in_months else _days(pd.DatetimeIndex(started))
    first, step = _origin_and_step(timeline.labels)
    steps = (raw - first) / step
    return np.ceil(steps) if _are_month_ends(timeline.labels) else np.floor(steps)


def _as_moments(values: pd.Series) -> pd.Series:
    """Unwrap categories, objects and time zones."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype == object:
        kinds = {type(value) for value in values if not pd.isna(value)}
        if kinds and all(issubclass(kind, dt.date) for kind in kinds):
            values = pd.to_datetime(values)
        elif kinds == {pd.Period} and len({value.freq for value in values if not pd.isna(value)}) == 1:
            values = pd.Series(pd.PeriodIndex(values), index=values.index)
        else:
            values = values.infer_objects()
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    return values


def _kind(values: pd.Series, name: str) -> str:
    dtype = values.dtype
    if isinstance(dtype, pd.PeriodDtype):
        return "period"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return "number"
    raise InvalidColumn(f"frame column {name!r} is of type {dtype}, which has no order in time. {_NEXT_STEP}")


def _means_never(column: pd.Series) -> np.ndarray:
    """Missing, zero and infinite starts, whatever type the column has."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        return np.isnan(values) | np.isinf(values) | (values == 0)
    if column.dtype == object:
        number = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        return column.isna().to_numpy() | np.isinf(number) | (number == 0)
    return column.isna().to_numpy()


def _whole(labels: pd.Index, kind: str, name: str) -> np.ndarray:
    if kind == "period":
        return pd.PeriodIndex(labels).asi8.astype(np.int64)
    values = labels.to_numpy(dtype=float)
    _refuse_fractions(values, name)
    if not np.isfinite(values).all():
        raise InvalidColumn(f"frame column {name!r} holds {int(np.isinf(values).sum())} infinite numbers. {_NEXT_STEP}")
    return values.astype(np.int64)


def _refuse_fractions(values: np.ndarray, name: str) -> None:
    odd = int((values != np.floor(values)).sum())
    if odd:
        raise InvalidColumn(f"frame column {name!r} holds {odd} numbers that are not whole. {_NEXT_STEP}")


def _steps(labels: pd.Index, name: str) -> np.ndarray:
    dates = pd.DatetimeIndex(labels)
    raw = _months(dates) if _day_is_constant(dates) else _days(dates)
    again = int((np.diff(raw) == 0).sum())
    if again:
        raise InvalidColumn(
            f"frame column {name!r} holds {again} times on the same day as another; a day is the shortest step. "
            "Use whole days, or number the times."
        )
    first, step = _origin_and_step(labels)
    return (raw - first) // step


def _origin_and_step(labels: pd.Index) -> tuple[int, int]:
    """First date and the largest step that all observed dates have in common, in months or days."""
    dates = pd.DatetimeIndex(labels)
    raw = _months(dates) if _day_is_constant(dates) else _days(dates)
    return int(raw[0]), int(np.gcd.reduce(np.diff(raw)))


def _day_is_constant(labels: pd.Index) -> bool:
    """True for dates like 1 January, 1 April ... or all month ends, which are steps of months, not of days."""
    dates = pd.DatetimeIndex(labels)
    return bool((dates.day == dates.day[0]).all() or _are_month_ends(labels))


def _are_month_ends(labels: pd.Index) -> bool:
    return bool(pd.DatetimeIndex(labels).is_month_end.all())


def _months(dates: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(dates.year * 12 + dates.month, dtype=np.int64)


def _days(dates: pd.DatetimeIndex) -> np.ndarray:
    return dates.normalize().to_numpy().astype("datetime64[D]").astype(np.int64)


def day(name: str, value: Any) -> pd.Timestamp:
    """A day, from a date or its text.

    Raises
    ------
    InvalidOption

    Examples
    --------
    >>> day("known_on", "2024-06-06").year
    2024
    """
    read = pd.to_datetime(value, errors="coerce") if isinstance(value, (str, dt.date, np.datetime64)) else pd.NaT
    if not isinstance(read, pd.Timestamp):
        raise InvalidOption(f"{name}={shown(value)} is not a day; give one such as '2024-06-06'.")
    return read
