"""Quarters on an axis: their order, and their names in words."""

import math
from typing import Any

import pandas as pd

from whatworks.core.errors import InvalidColumn
from whatworks.findings.language import number, translator

NEVER = "never"


def is_never(value: Any) -> bool:
    """Whether a start means that the place never starts: missing, 0, infinite or the word itself.

    Examples
    --------
    >>> is_never(pd.NaT), is_never("never"), is_never(pd.Period("2021Q2"))
    (True, True, False)
    """
    if isinstance(value, str):
        return value == NEVER
    if value is None or pd.isna(value):
        return True
    return isinstance(value, (int, float)) and (value == 0 or math.isinf(value))


def ordinal(value: Any) -> int:
    """The place of a quarter in time: consecutive quarters are consecutive whole numbers; plain numbers are their own.

    Raises
    ------
    InvalidColumn
        If the value is neither a quarter nor a whole number.

    Examples
    --------
    >>> ordinal("2021Q2") - ordinal("2020Q4"), ordinal(pd.Period("2021Q2")) == ordinal("2021Q2"), ordinal(7)
    (2, True, 7)
    """
    if isinstance(value, pd.Period):
        return int(value.asfreq("Q").ordinal)
    if isinstance(value, str):
        try:
            return int(pd.Period(value, freq="Q").ordinal)
        except ValueError:
            raise InvalidColumn(f"{value[:20]!r} is not a quarter. Write quarters as 2021Q2, or give pd.Period.") from None
    return int(value)


def code(value: Any) -> str:
    """How a table writes a quarter: ``2021Q2``; a start that never comes is ``never``."""
    if is_never(value):
        return NEVER
    return str(value.asfreq("Q")) if isinstance(value, pd.Period) else str(value)


def typed(text: str) -> Any:
    """What a code stands for: a quarter stays text, a plain number becomes one.

    Examples
    --------
    >>> typed("2021Q2"), typed("7")
    ('2021Q2', 7)
    """
    return int(text) if text.lstrip("-").isdigit() and len(text) < 4 else text


def quarter_name(value: Any, language: str) -> str:
    """A quarter in words: ``2. kvartal 2021``; a plain number stays a number.

    Examples
    --------
    >>> quarter_name("2021Q2", "da"), quarter_name("2021Q2", "en")
    ('2. kvartal 2021', 'Q2 2021')
    """
    if not isinstance(value, (str, pd.Period)):
        return number(float(value), language)
    period = pd.Period(ordinal=ordinal(value), freq="Q")
    return translator(language)("Q{quarter} {year}").format(quarter=period.quarter, year=period.year)


def short_quarter(value: Any, language: str) -> str:
    """A quarter where there is little room: ``2. kvt. 2021``."""
    if not isinstance(value, (str, pd.Period)):
        return number(float(value), language)
    period = pd.Period(ordinal=ordinal(value), freq="Q")
    # Translators: as short as it can be and still be read aloud.
    return translator(language)("Q{quarter} of {year}").format(quarter=period.quarter, year=period.year)


def year_ticks(first: Any, last: Any) -> list[tuple[int, str]]:
    """Places and names of the years between two quarters, thinned to at most seven; plain numbers are their own names."""
    low, high = ordinal(first), ordinal(last)
    if not isinstance(first, (str, pd.Period)):
        step = max(1, math.ceil((high - low) / 7))
        return [(place, str(place)) for place in range(low, high + 1, step)]
    years = [(place, pd.Period(ordinal=place, freq="Q")) for place in range(low, high + 1)]
    starts = [(place, str(period.year)) for place, period in years if period.quarter == 1]
    return starts[:: max(1, math.ceil(len(starts) / 7))]
