"""Every group's effect at every time, as a map: colour for direction and size, the number in each cell."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import decimals_for
from whatworks.findings.charts.times import short_quarter
from whatworks.findings.charts.words import Words, estimate_text, spoken, unit_of
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_ROW = 24.0
_NAMES = 96.0
# Smallest text that is still read when a page is narrow.
_TINY = 11.0
# Colour steps on either side; text stays legible on the strongest.
_STEPS, _STRONGEST = 5, 0.5
_QUARTER = r"\d{4}Q[1-4]"


def group_time_map_data(result: EffectResult) -> pd.DataFrame:
    """What the map draws: one row per group and time.

    Parameters
    ----------
    result : ``ww.did.att_gt``: parts carry group, time, event_time, and reason where an effect could not be estimated

    Returns
    -------
    Columns group, time, event_time, state ("before", "reference", "after", "unknown"), estimate, conf_low, conf_high, reason
    (of an unknown cell; empty where it was hidden), times ascending within groups.

    Raises
    ------
    MissingColumn
        If the parts have no group, time or event_time.
    EmptyData
        If there are no parts.
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(f"{result.method} has no groups and times to draw. Use ww.did.att_gt.")
    require_columns(parts, ["group", "time", "event_time"], what=f"parts of {result.method}")
    event_time = parts["event_time"].astype(int)
    fixed = (parts["estimate"] == 0) & ~(parts["std_error"].astype(float) > 0)
    state = np.where(
        parts["estimate"].isna(), "unknown", np.where(fixed, "reference", np.where(event_time < 0, "before", "after"))
    )
    reason = parts["reason"].fillna("") if "reason" in parts else pd.Series("", index=parts.index)
    data = pd.DataFrame({"group": parts["group"], "time": parts["time"], "event_time": event_time, "state": state})
    for column in ("estimate", "conf_low", "conf_high"):
        data[column] = parts[column].astype(float)
    return data.assign(reason=reason.astype(str)).sort_values(["group", "time"], kind="stable", ignore_index=True)


@style.applied()
def group_time_map_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`group_time_map_data`: groups across, times down, the start of each marked by a heavy line."""
    data = group_time_map_data(result)
    groups, times = _distinct(data["group"]), _distinct(data["time"])
    page = style.sheet()
    wide = (style.WIDTH - _NAMES) / len(groups)
    lines = [_heading(group, wide, language) for group in groups]
    top = _legend(page, data, language) + 16.0 * max(map(len, lines)) + 6
    for place, words in enumerate(lines):
        for below, word in enumerate(reversed(words)):
            style.write(
                page, _NAMES + (place + 0.5) * wide, top - 8 - 16 * below, word, size=_fitting(words, wide), align="center"
            )
    for place, time in enumerate(times):
        style.write(page, 0, top + (place + 0.5) * _ROW + 4.5, time_name(time, language), size=style.SMALL, color=style.INK_2)
    places = decimals_for(data["estimate"])
    shown = [number(each, language, decimals=places, signed=True) for each in data["estimate"].dropna()]
    size = _fitting(shown, wide - 4)
    largest = float(data["estimate"].abs().max())
    for row in rows.each(data):
        x = _NAMES + groups.index(row.group) * wide
        y = top + times.index(row.time) * _ROW
        _cell(page, (x, x + wide), (y, y + _ROW), row, _share(row.estimate, largest))
        if size and math.isfinite(row.estimate):
            text = number(row.estimate, language, decimals=places, signed=True)
            color = style.INK if row.state == "after" else style.INK_2
            style.write(page, x + wide / 2, y + _ROW / 2 + 4.5, text, size=size, color=color, align="center")
        if row.event_time == 0:
            style.line(page, (x, x + wide), (y, y), color=style.INK, width=2.0)
    return style.finished(page, top + len(times) * _ROW + 4)


def group_time_map_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say how many effects after start lie above zero and how far they reach, then each group's latest."""
    _ = translator(language)
    data = group_time_map_data(result)
    places = decimals_for(data["estimate"])
    latest = data[data["state"] == "after"].groupby("group", sort=False, observed=True).tail(1)
    listed = "; ".join(
        f"{time_name(row.group, language)}: {number(row.estimate, language, decimals=places, signed=True)}"
        for row in rows.each(latest)
    )
    said = _("Measured in {unit}. At the last time of each group, by its start: {list}.").format(
        unit=unit_of(result, unit, language), list=listed or "–"
    )
    return f"{_finding(data, language)} {said}"


def group_time_map_figure(
    result: EffectResult,
    *,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The map as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = group_time_map_data(result)
    places = decimals_for(data["estimate"])
    table = pd.DataFrame(
        {
            _("Start"): [time_name(each, language) for each in data["group"]],
            _("Time"): [time_name(each, language) for each in data["time"]],
            _("Difference (95% interval)"): [_value(row, language, places) for row in rows.each(data)],
        }
    )
    return figure_html(
        group_time_map_chart(result, language=language),
        caption=_finding(data, language),
        unit=_("{unit}; columns: when the method started, rows: time").format(unit=unit_of(result, unit, language)),
        alt=group_time_map_alt(result, unit=unit, language=language),
        note=_note(data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def time_name(value: Any, language: str) -> str:
    """A time for reading: quarters in words, dates without their midnight, years without a thousands separator.

    Examples
    --------
    >>> time_name(2021, "da"), time_name(pd.Period("2021Q2", freq="Q"), "en"), time_name(pd.Timestamp("2021-04-01"), "da")
    ('2021', 'Q2 of 2021', '2021-04-01')
    """
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, pd.Period) and not str(value.freqstr).startswith("Q"):
        return str(value)
    if isinstance(value, pd.Period) or pd.Series([str(value)]).str.fullmatch(_QUARTER).iloc[0]:
        return short_quarter(value, language)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _distinct(values: pd.Series) -> list[Any]:
    return sorted(values.unique().tolist())


def _heading(group: Any, wide: float, language: str) -> list[str]:
    return style.wrapped(time_name(group, language), wide - 6, style.SMALL, lines=3)


def _fitting(texts: Sequence[str], wide: float) -> float:
    """The text size at which all of these fit; 0 where none does."""
    return next((size for size in (style.SMALL, _TINY) if all(style.text_width(each, size) <= wide for each in texts)), 0.0)


def _share(value: float, largest: float) -> float:
    """Colour strength of an effect, in steps; its sign is the effect's."""
    if not math.isfinite(value) or largest == 0:
        return 0.0
    return math.copysign(math.ceil(_STEPS * abs(value) / largest - 1e-9) * _STRONGEST / _STEPS, value)


def _cell(page: Axes, x: tuple[float, float], y: tuple[float, float], row: Any, share: float) -> None:
    inner, height = (x[0] + 1, x[1] - 1), (y[0] + 1, y[1] - 1)
    if row.state == "unknown":
        _hatch(page, inner, height)
    elif share:
        style.box(page, inner, height, color=style.ACCENT if share > 0 else style.WARN, opacity=abs(share))
    else:
        style.box(page, inner, height, color=style.RULE, opacity=0.5)


def _hatch(page: Axes, x: tuple[float, float], y: tuple[float, float], gap: float = 8.0) -> None:
    """Thin slanting lines inside a box."""
    tall = y[1] - y[0]
    starts = np.arange(x[0] - tall + gap, x[1], gap)
    low, high = np.maximum(starts, x[0]), np.minimum(starts + tall, x[1])
    # One line with breaks in it: a map can have many such cells.
    breaks = np.full(len(starts), np.nan)
    across = np.column_stack([low, high, breaks]).ravel()
    up = np.column_stack([y[1] - (low - starts), y[1] - (high - starts), breaks]).ravel()
    style.line(page, across, up, color=style.MUTED, width=0.8)


def _legend(page: Axes, data: pd.DataFrame, language: str) -> float:
    """What colours mean, above the map; returns the height below it."""
    _ = translator(language)
    items = [(style.WARN, _("below zero")), (style.ACCENT, _("above zero"))]
    x = 0.0
    for color, words in items:
        for step in range(1, _STEPS + 1):
            strength = step if color == style.ACCENT else _STEPS + 1 - step
            style.box(page, (x, x + 9), (3, 15), color=color, opacity=strength * _STRONGEST / _STEPS)
            x += 9
        style.write(page, x + 6, 14, words, size=style.SMALL, color=style.INK_2)
        x += 22 + style.text_width(words, style.SMALL)
    y = 0.0
    if (data["state"] == "unknown").any():
        if x + 28 + style.text_width(_("no answer"), style.SMALL) > style.WIDTH:
            x, y = 0.0, 18.0
        _hatch(page, (x, x + 22), (y + 3, y + 15), gap=5)
        style.write(page, x + 28, y + 14, _("no answer"), size=style.SMALL, color=style.INK_2)
    return y + 26.0


def _value(row: Any, language: str, places: int) -> str:
    _ = translator(language)
    if row.state == "reference":
        return _("0, by construction")
    if row.state == "unknown":
        return _("no answer: {reason}").format(reason=row.reason.rstrip(".")) if row.reason else _("not shown: too few people")
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=True)


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    after = data.loc[data["state"] == "after", "estimate"]
    if after.empty:
        return _("Nothing after start could be estimated: {n} groups and times without an answer.").format(
            n=number(int((data["state"] == "unknown").sum()), language)
        )
    places = decimals_for(data["estimate"])
    low, high = (number(float(each), language, decimals=places, signed=True) for each in (after.min(), after.max()))
    return _("After start {some} of {total} effects lie above zero; they reach from {low} to {high}.").format(
        some=number(int((after > 0).sum()), language), total=number(len(after), language), low=low, high=high
    )


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [
        _("Each column is a group that started together; the heavy line is its start, and above it all should be near zero.")
    ]
    unknown = data[data["state"] == "unknown"]
    if len(unknown):
        parts.append(
            _("Hatched cells have no answer: {n}. The table gives the reasons.").format(n=number(len(unknown), language))
        )
    return " ".join(parts)
