"""One look for every chart: colours with a meaning, two sizes of type, and a sheet measured in CSS pixels.

Colours are drawn in the light palette, so a figure is right on a printed page as it is; ``figures.svg`` then writes each
of them as the CSS variable it stands for, and dark mode follows. Text is measured in DejaVu Sans, which is wider than
the fonts of our pages: what fits here fits there.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from whatworks.core.unseen import spelt_out

# Natural width of a figure in CSS pixels: on a 320-pixel page its smallest text is still 11 pixels tall.
WIDTH = 348.0
TEXT, SMALL = 15.0, 13.0
LINE = 19.0

# The palette of the pages' stylesheet; a test holds the two together.
LIGHT = {
    "--paper": "#fbfaf7",
    "--card": "#ffffff",
    "--ink": "#1c2126",
    "--ink-2": "#4b545c",
    "--line": "#e4e1d9",
    "--line-strong": "#7f868c",
    "--accent": "#1f5f8b",
    "--good": "#0b7a5c",
    "--warn": "#a8481f",
    "--muted-fill": "#9aa6ae",
    "--note": "#fff1d0",
    "--note-ink": "#533c00",
}
DARK = {
    "--paper": "#14181b",
    "--card": "#1b2024",
    "--ink": "#eceff1",
    "--ink-2": "#b4bdc4",
    "--line": "#2c3338",
    "--line-strong": "#8a949b",
    "--accent": "#7db6de",
    "--good": "#55c79f",
    "--warn": "#f0a27a",
    "--muted-fill": "#6d7982",
    "--note": "#3a2f10",
    "--note-ink": "#f7e4b0",
}
PAPER, CARD = LIGHT["--paper"], LIGHT["--card"]
INK, INK_2 = LIGHT["--ink"], LIGHT["--ink-2"]
RULE, RULE_STRONG = LIGHT["--line"], LIGHT["--line-strong"]
ACCENT, GOOD, WARN = LIGHT["--accent"], LIGHT["--good"], LIGHT["--warn"]
MUTED = LIGHT["--muted-fill"]

# Matplotlib's own default for text and lines is black.
VARIABLES = {code: name for name, code in LIGHT.items()} | {"#000000": "--ink"}

Points = Sequence[float] | np.ndarray

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": INK,
    # Labels come from data: a dollar sign in a name is a dollar sign.
    "text.parse_math": False,
    "axes.edgecolor": RULE_STRONG,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[ACCENT, GOOD, WARN, INK_2, MUTED]),
    "lines.solid_capstyle": "round",
    "lines.dash_capstyle": "butt",
    "svg.fonttype": "none",
    "svg.hashsalt": "whatworks",
    "path.simplify": False,
}

# The reader's browser has fonts for what DejaVu lacks.
_GLYPHS = "Glyph .* missing from"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@contextmanager
def applied() -> Iterator[None]:
    """Draw in our style, as ``with applied():`` or ``@applied()``; the caller's matplotlib settings come back after it."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        warnings.filterwarnings("ignore", message=_GLYPHS)
        yield


def sheet(height: float = 100.0, *, width: float = WIDTH) -> Axes:
    """A bare figure covered by one axes whose units are CSS pixels from the top left corner."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    return cut(axes, height, width=width)


def cut(page: Axes, height: float, *, width: float = WIDTH) -> Axes:
    """Cut a sheet to its final height, when it is known how long the content became."""
    page.figure.set_size_inches(width / 72, height / 72)  # type: ignore[union-attr]
    page.set_xlim(0, width)
    page.set_ylim(height, 0)
    return page


def finished(page: Axes, height: float) -> Figure:
    """Cut the sheet and hand over its figure."""
    figure = cut(page, height).figure
    assert isinstance(figure, Figure)
    return figure


def plain(text: str) -> str:
    """One line of text: control characters and line breaks become spaces, and what turns letters round is written out."""
    return spelt_out(_CONTROL.sub(" ", str(text)).strip())


@cache
def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Width of one line in CSS pixels.

    Examples
    --------
    >>> text_width("iiii") < text_width("MMMM")
    True
    """
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_GLYPHS)
        return float(text_to_path.get_text_width_height_descent(plain(text), font, ismath=False)[0])


def wrapped(text: str, width: float, size: float = TEXT, *, bold: bool = False, lines: int = 3) -> list[str]:
    """Break a text into lines no wider than ``width`` pixels; what does not fit in ``lines`` lines ends in an ellipsis.

    Examples
    --------
    >>> wrapped("days in temporary housing", 120)
    ['days in', 'temporary', 'housing']
    """
    out: list[str] = []
    # Only plain spaces break: a no-break space keeps a number and its unit together.
    for word in plain(text).split(" "):
        joined = f"{out[-1]} {word}" if out else word
        if out and text_width(joined, size, bold=bold) <= width:
            out[-1] = joined
        else:
            out.append(word)
    if len(out) > lines:
        out = [*out[: lines - 1], out[lines - 1] + " …"]
    return [shortened(line, width, size, bold=bold) for line in out]


def shortened(text: str, width: float, size: float = TEXT, *, bold: bool = False) -> str:
    """The text itself, or its beginning and an ellipsis where it is wider than ``width`` pixels."""
    text = plain(text)
    if text_width(text, size, bold=bold) <= width:
        return text
    # Hostile or mistaken labels can be very long; nothing beyond 200 characters fits any figure.
    text = text[:200].rstrip(" …")
    while text and text_width(text + "…", size, bold=bold) > width:
        text = text[:-1].rstrip()
    return text + "…"


def write(
    page: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = TEXT,
    color: str = INK,
    bold: bool = False,
    align: str = "left",
) -> None:
    """Write one line with its baseline at ``y``."""
    weight = "bold" if bold else "normal"
    # Labels come from data: a dollar sign in a name is a dollar sign, also outside our style.
    words: dict[str, Any] = {"size": size, "color": color, "weight": weight, "ha": align, "va": "baseline", "parse_math": False}
    page.figure.text(x, y, plain(text), transform=page.transData, **words)


def write_within(
    page: Axes, x: float, y: float, text: str, *, size: float = SMALL, color: str = INK_2, bold: bool = False
) -> None:
    """Write one line centred on ``x``, moved aside where it would leave the sheet."""
    half = text_width(text, size, bold=bold) / 2
    place = min(max(x, half), WIDTH - half)
    write(page, place, y, text, size=size, color=color, bold=bold, align="center")


def line(page: Axes, x: Points, y: Points, *, color: str = INK_2, width: float = 1.0, dash: Any = "-") -> None:
    """Draw a line through points."""
    # A hairline needs square ends, or it looks longer than it is.
    cap: Any = "round" if width > 2 else "butt"
    page.add_line(Line2D(x, y, color=color, linewidth=width, linestyle=dash, solid_capstyle=cap, dash_capstyle="butt"))


def mark(
    page: Axes, x: float, y: float, *, color: str = ACCENT, shape: str = "o", size: float = 11.0, hollow: bool = False
) -> None:
    """Draw one marker ``size`` pixels wide; hollow ones show the paper through."""
    page.add_line(
        Line2D(
            [x],
            [y],
            marker=shape,
            markersize=size,
            linestyle="none",
            markeredgewidth=1.8 if hollow else 0.0,
            markerfacecolor=CARD if hollow else color,
            markeredgecolor=color,
        )
    )


def box(page: Axes, x: tuple[float, float], y: tuple[float, float], *, color: str = RULE, opacity: float = 1.0) -> None:
    """Fill a rectangle."""
    left, top = min(x), min(y)
    shape = Rectangle((left, top), abs(x[1] - x[0]), abs(y[1] - y[0]), facecolor=color, alpha=opacity, linewidth=0)
    page.add_patch(shape)
