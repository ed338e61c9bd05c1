"""Rows of studies, one line each: the name at the left, the interval beside it, one axis below them all."""

import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

import whatworks.findings.style as style
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.words import LOG_MEASURES, Words, as_ratio, spoken
from whatworks.findings.language import translator

# Width of the names, and height of a row.
LABELS = 140.0
HEIGHT = 22.0
# A name in a sentence: long enough to know it by, short enough to read on.
_NAME = 300.0
# Several authors before a year, and words in brackets that are none.
_AUTHORS = re.compile(r"^([^,&(]+?)(?:,| &| og| and) .*?(\(?(?:19|20)\d\d[a-z]?\)?.*)$", re.DOTALL)
_IN_BRACKETS = re.compile(r"\s*\([^()]*[^()\d][^()]*\)$")


def study_row(
    page: Axes,
    scale: Scale,
    y: float,
    label: str,
    values: tuple[float, float, float],
    *,
    color: str = style.ACCENT,
    shape: str = "o",
    size: float = 8.0,
    hollow: bool = False,
    bold: bool = False,
) -> float:
    """Write a name and draw its estimate with interval; returns the height below the row.

    Parameters
    ----------
    values : estimate, conf_low, conf_high on the scale; what is missing is not drawn
    """
    estimate, low, high = values
    middle = y + HEIGHT / 2
    style.write(page, 0, middle + 4.5, fitted(label, LABELS, bold=bold), size=style.SMALL, bold=bold)
    if math.isfinite(low) and math.isfinite(high):
        style.line(page, (scale(low), scale(high)), (middle, middle), color=color, width=1.5)
    if math.isfinite(estimate):
        style.mark(page, scale(estimate), middle, color=color, shape=shape, size=size, hollow=hollow)
    return y + HEIGHT


def fitted(label: str, width: float, *, bold: bool = False) -> str:
    """A study's name in so many pixels of small type: whole, else with its first author, else without what follows in brackets.

    Examples
    --------
    >>> fitted("Greeson, Garcia, Kim & Courtney (2015)", 140.0), fitted("Invented study 1 (simulated)", 140.0)
    ('Greeson et al. (2015)', 'Invented study 1')
    """
    first = _AUTHORS.sub(r"\1 et al. \2", label)
    for name in (label, first, _IN_BRACKETS.sub("", first)):
        if style.text_width(style.plain(name), style.SMALL, bold=bold) <= width:
            return style.plain(name)
    return style.shortened(first, width, style.SMALL, bold=bold)


def upright(page: Axes, scale: Scale, value: float, y: tuple[float, float], *, color: str = style.INK_2, dash: Any = "-") -> None:
    """Draw a line at a value through the rows, where the axis holds it."""
    if scale.low <= value <= scale.high:
        style.line(page, (scale(value), scale(value)), y, color=color, dash=dash)


def on_reading_scale(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Estimate and interval as people read them: log ratios become ratios.

    Examples
    --------
    >>> frame = pd.DataFrame({"estimate": [0.0], "conf_low": [-1.0], "conf_high": [1.0]})
    >>> on_reading_scale(frame, "logRR")["estimate"].tolist()
    [1.0]
    """
    columns = {name: [as_ratio(float(value), measure) for value in frame[name]] for name in ("estimate", "conf_low", "conf_high")}
    return pd.DataFrame(columns, index=frame.index)


def reading_unit(measure: str, unit: Words | None, language: str, *, default: str) -> str:
    """The unit of a chart on the reading scale: for log ratios the ratio, else the unit given, else ``default``."""
    _ = translator(language)
    known = LOG_MEASURES.get(measure)
    if known is not None:
        return _("ratio ({measure}), log scale").format(measure=known)
    return spoken(unit, language, default=_("standard deviations") if measure == "SMD" else default)


def named_briefly(name: str) -> str:
    """A study's name as a sentence can hold it."""
    return style.shortened(name, _NAME)


def joined(names: list[str], language: str, *, most: int = 3) -> str:
    """The first names of a list in a sentence, and how many more there are."""
    _ = translator(language)
    told = ", ".join(named_briefly(name) for name in names[:most])
    more = len(names) - most
    return _("{names} and {n} more").format(names=told, n=more) if more > 0 else told


def labelled(codes: pd.Series, labels: Mapping[str, Words] | None, language: str) -> list[str]:
    """The label of each code, or the code as it is."""
    known = labels or {}
    return [spoken(known[code], language) if code in known else code for code in codes.astype(str)]


def words_that_stay(html: str) -> str:
    """A table's caption that stays in view, and no wider than the page, while the table scrolls below it."""
    return f'<span style="position:sticky;left:0;display:inline-block;max-width:min(100%,84vw)">{html}</span>'
