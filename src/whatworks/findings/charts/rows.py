"""Rows with a label over an interval: the same hand draws published effects, studies and designs."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

import whatworks.findings.style as style
from whatworks.findings.charts.scale import Scale, tick_decimals
from whatworks.findings.language import number, translator

# Half the height of the strip in which an interval is drawn.
HALF = 9.0
_GAP = 8.0
VERDICT_COLORS = {
    "better": style.GOOD,
    "worse": style.WARN,
    "different": style.ACCENT,
    "unclear": style.INK_2,
    "unknown": style.INK_2,
}


def each(data: pd.DataFrame) -> list[Any]:
    """The rows of a frame, columns as attributes."""
    return list(data.itertuples(index=False))


def strip(
    page: Axes, scale: Scale, y: float, values: tuple[float, float, float], *, null: float, color: str, shape: str = "o"
) -> None:
    """Draw estimate and interval at height ``y``, with the tick that means no difference; without an interval, hollow.

    Parameters
    ----------
    values : estimate, conf_low, conf_high
    """
    estimate, low, high = values
    style.line(page, (scale.start, scale.end), (y, y), color=style.RULE)
    if scale.low <= null <= scale.high:
        style.line(page, (scale(null), scale(null)), (y - HALF, y + HALF), color=style.INK_2)
    stated = math.isfinite(low) and math.isfinite(high)
    if stated:
        style.line(page, (scale(low), scale(high)), (y, y), color=color, width=3)
    if math.isfinite(estimate):
        style.mark(page, scale(estimate), y, color=color, shape=shape, hollow=not stated)


def axis(page: Axes, scale: Scale, y: float, language: str, *, signed: bool = False) -> float:
    """Draw the axis at ``y`` with its numbers below; returns the height where the next thing can stand."""
    style.line(page, (scale.start, scale.end), (y, y), color=style.RULE_STRONG)
    ticks = scale.ticks()
    decimals = tick_decimals(ticks)
    taken = -math.inf
    for tick in ticks:
        text = number(tick, language, decimals=_own_decimals(tick, decimals) if scale.log else decimals, signed=signed)
        half = style.text_width(text, style.SMALL) / 2
        place = scale(tick)
        style.line(page, (place, place), (y, y + 4), color=style.RULE_STRONG)
        if place - half > taken + _GAP:
            style.write_within(page, place, y + 18, text)
            taken = place + half
    return y + 30


def _own_decimals(tick: float, most: int) -> int:
    """On a ratio scale every number stands for itself: 0.5, 1, 2 and not 0.50, 1.00, 2.00."""
    return next((places for places in range(most) if math.isclose(round(tick, places), tick)), most)


def sides(page: Axes, scale: Scale, y: float, language: str, *, null: float, better: str) -> float:
    """Write what the tick means and which side is better for the person; returns the height below the words."""
    words = translator(language)("no difference")
    half = style.text_width(words, style.SMALL) / 2
    middle = min(max(scale(null), half), style.WIDTH - half)
    if scale.low <= null <= scale.high:
        style.write_within(page, scale(null), y, words)
    if not better:
        return y + 8
    width = style.text_width(better, style.SMALL, bold=True)
    right = better.endswith("→")
    edge = style.WIDTH - width if right else width
    crowded = edge < middle + half + _GAP if right else edge > middle - half - _GAP
    y = y + 16 if crowded else y
    style.write(
        page,
        style.WIDTH if right else 0.0,
        y,
        better,
        size=style.SMALL,
        color=style.GOOD,
        bold=True,
        align="right" if right else "left",
    )
    return y + 8


def label_row(page: Axes, y: float, label: str, value: str, *, meta: Sequence[str] = (), bold: bool = False) -> float:
    """Write a label at the left and its number at the right, small remarks below; returns the middle of the strip under it."""
    room = style.WIDTH - style.text_width(value, style.TEXT, bold=bold) - 2 * _GAP
    above = max((style.text_width(word, bold=bold) for word in style.plain(label).split(" ")), default=0.0) > room
    lines = style.wrapped(label, style.WIDTH if above else room, bold=bold)
    if not above:
        style.write(page, style.WIDTH, y + 14, value, align="right", bold=bold)
    for text in lines:
        y += style.LINE
        style.write(page, 0, y - 4, text, bold=bold)
    if above:
        # A word that is wider than the room beside the number has a line to itself, and so has the number.
        y += style.LINE
        style.write(page, style.WIDTH, y - 4, value, align="right", bold=bold)
    for remark in meta:
        for text in style.wrapped(remark, style.WIDTH, style.SMALL):
            y += 16
            style.write(page, 0, y - 4, text, size=style.SMALL, color=style.INK_2)
    return y + HALF + 2


def heading(page: Axes, y: float, text: str, *, size: float = style.TEXT, color: str = style.INK) -> float:
    """Write a bold heading over as many lines as it takes; returns the height below it."""
    for each in style.wrapped(text, style.WIDTH, size, bold=True):
        y += style.LINE
        style.write(page, 0, y - 4, each, size=size, color=color, bold=True)
    return y + 2


def legend_places(words: Sequence[str], *, sign: float, gap: float) -> list[tuple[float, float]]:
    """Where each sign of a legend begins, beside each other in lines no wider than the page.

    Parameters
    ----------
    words : in small type
    sign : pixels from where a sign begins to where its words begin
    gap : pixels between the words of one and the sign of the next

    Returns
    -------
    Across and down in pixels, for each; lines are 18 apart.

    Examples
    --------
    >>> places = legend_places(["a word", "words " * 10, "a word"], sign=20, gap=10)
    >>> [down for _across, down in places]
    [0.0, 18.0, 36.0]
    """
    places: list[tuple[float, float]] = []
    x, y = 0.0, 0.0
    for text in words:
        wide = sign + style.text_width(text, style.SMALL)
        if x and x + wide > style.WIDTH:
            x, y = 0.0, y + 18
        places.append((x, y))
        x += wide + gap
    return places
