"""Columns of dots and the lines between them, each line with its name."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import whatworks.findings.style as style
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale
from whatworks.findings.language import translator

_DOT, _LARGEST = 15.0, 20.0


def column_width(scale: Scale, values: pd.Series, null: float, limit: float | None) -> float:
    """Width of a column of dots, such that both lines fall between columns and no dot stands on the wrong side."""
    # The outer two of twenty normal quantiles lie 3.92 standard deviations apart; columns of 0.42 give about ten stacks.
    step = max(_DOT, 0.42 / 3.92 * abs(scale(values.iloc[-1]) - scale(values.iloc[0])))
    if limit is None:
        return step
    apart = abs(scale(limit) - scale(null))
    return apart / max(1, round(apart / step)) if apart > step / 2 else step


def dot_size(step: float) -> float:
    return min(step, _LARGEST) - 2


def name_lines(page: Axes, null: float, limit: float | None, bottom: float, language: str) -> None:
    """Draw the line of no difference and the one of the smallest difference that matters, no line through the other's name."""
    _ = translator(language)
    upper, lower = 34.0, 52.0
    if limit is None:
        _named_line(page, null, (lower, bottom), _("no difference"), align="center")
        return
    outward = null <= limit
    names = [
        (null, _("no difference"), "-", "right" if outward else "left"),
        (limit, _("smallest difference that matters"), (0, (3, 3)), "left" if outward else "right"),
    ]
    # The name above is the one whose line stays clear of the name below.
    clear = [not _reach(*names[1 - place][:2], names[1 - place][3], over=names[place][0]) for place in (0, 1)]
    top = 0 if clear[0] or not clear[1] else 1
    for place, (x, words, dash, align) in enumerate(names):
        height = upper if place == top else lower
        start = height if place != top or clear[top] else lower
        _named_line(page, x, (height, bottom), words, align=align, dash=dash, start=start + 4)


def _place(x: float, words: str, align: str) -> float:
    """Where a name begins, so that it stands on its side of the line and within the sheet."""
    width = style.text_width(words, style.SMALL)
    begin = {"left": x - 3, "right": x - width + 3, "center": x - width / 2}[align]
    return min(max(begin, 0.0), style.WIDTH - width)


def _reach(x: float, words: str, align: str, *, over: float) -> bool:
    """Whether a name beside the line at ``x`` covers the place ``over``."""
    begin = _place(x, words, align)
    return begin - 4 < over < begin + style.text_width(words, style.SMALL) + 4


def _named_line(
    page: Axes, x: float, y: tuple[float, float], words: str, *, align: str, dash: Any = "-", start: float | None = None
) -> None:
    style.line(page, (x, x), (y[0] + 4 if start is None else start, y[1]), color=style.INK_2, dash=dash)
    style.write(page, _place(x, words, align), y[0], words, size=style.SMALL, color=style.INK_2)


def stack_dots(
    page: Axes, data: pd.DataFrame, columns: np.ndarray, *, origin: float, step: float, bottom: float, rings: set[str]
) -> None:
    colors = {"important": style.GOOD, "better": style.GOOD, "worse": style.WARN, "above": style.ACCENT, "below": style.INK_2}
    size = dot_size(step)
    heights: dict[float, int] = {}
    for column, row in zip(columns, rows.each(data), strict=True):
        level = heights.get(column, 0)
        heights[column] = level + 1
        x, y = origin + (column + 0.5) * step, bottom - 2 - (level + 0.5) * (size + 2)
        # Better but not enough to matter: a ring. Worse: a square. Position, shape and colour say the same.
        style.mark(
            page, x, y, color=colors[row.side], shape="s" if row.side == "worse" else "o",
            size=size - 2 if row.side == "worse" else size, hollow=row.side in rings,
        )  # fmt: skip
