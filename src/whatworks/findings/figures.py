"""Figures as small inline SVG with words: title, description, a table twin, colours that follow the page."""

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform

import whatworks.findings.style as style
from whatworks.core.errors import InvalidOption, MissingAltText
from whatworks.findings.language import number, translator
from whatworks.findings.page_frame import simulated_banner

# A figure may grow this much beyond its natural width before its text outgrows the page's.
_LARGEST = 1.15
# Stands for the figure's name until its content is known; no text can hold it.
_NAME = "\x00"
# How many points matplotlib draws a circle with.
_CIRCLE = len(np.asarray(Path.unit_circle().vertices))
_ANCHORS = {"center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


def svg(figure: Figure, *, title: str, description: str) -> str:
    """Write a figure as an inline SVG that a page can hold.

    Parameters
    ----------
    figure : any matplotlib figure drawn with lines, areas, markers and text
    title, description : alternative text: what it is, and what it shows with its numbers

    Returns
    -------
    ``<svg>`` markup, safe to put in a page (``markupsafe.Markup``). It scales with the page, takes its font and its
    colours from it, refers to nothing outside itself, and equal figures give equal bytes.

    Raises
    ------
    MissingAltText
        If title or description is empty.
    InvalidOption
        If the figure holds a bitmap.

    Examples
    --------
    >>> page = style.sheet(40)
    >>> style.write(page, 0, 20, "a < b")
    >>> "a &lt; b" in svg(page.figure, title="Order", description="a is less than b.")
    True
    """
    if not title.strip() or not description.strip():
        raise MissingAltText("A figure needs both a title and a description in words. Take them from the chart's *_alt function.")
    width, height, body = _drawn(figure)
    name = "f" + hashlib.sha256(f"{title}|{description}|{body}".encode()).hexdigest()[:10]
    body = body.replace(_NAME, name)
    return _markup(
        f'<svg class="fig" viewBox="0 0 {_short(width)} {_short(height)}" role="img" '
        f'aria-labelledby="{name}-t {name}-d" style="width:100%;max-width:{_short(_LARGEST * width)}px;height:auto;'
        f'font-family:inherit"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{body}</svg>'
    )


def figure_html(
    figure: Figure,
    *,
    caption: str,
    alt: str,
    table: pd.DataFrame,
    language: str,
    unit: str = "",
    note: str = "",
    source: str | None = None,
    synthetic: bool = False,
) -> str:
    """Put a figure in a page: caption, drawing, notes, and its numbers as a table.

    Parameters
    ----------
    figure : a chart
    caption : the finding in one line
    alt : one or two sentences that state the finding and its numbers
    table : what is drawn, with headings in the language; the first column names the row
    language : "da" or "en"
    unit : second line of the caption: what is measured, in which unit
    note : how to read it, below the drawing
    source : where the numbers come from
    synthetic : the data are invented; the figure then says so itself, also when it is copied out of its page

    Returns
    -------
    ``<figure>`` markup, safe to put in a page.

    Raises
    ------
    MissingAltText
        If the caption or alternative text is empty.
    """
    _ = translator(language)
    warning = simulated_banner(language) if synthetic else ""
    drawing = svg(figure, title=caption, description=f"{alt} {warning}".strip())
    second = f"<br><span>{escape(unit)}</span>" if unit else ""
    parts = [
        f"<figcaption>{escape(caption)}{second}</figcaption>",
        f'<p class="banner small">{escape(warning)}</p>' if warning else "",
        drawing,
        f'<p class="small">{escape(note)}</p>' if note else "",
        f'<p class="small">{escape(_("Source: {source}").format(source=source))}</p>' if source else "",
        f"<details><summary>{escape(_('The numbers behind the figure'))}</summary>",
        table_html(table, caption=caption, language=language),
        "</details>",
    ]
    return _markup('<figure class="chart">' + "".join(parts) + "</figure>")


def table_html(table: pd.DataFrame, *, caption: str, language: str) -> str:
    """A table with caption, headings with scope, and numbers as the language writes them.

    Whole numbers are written whole, others with two decimals; a missing value is a dash. Text is escaped.

    Examples
    --------
    >>> "<td>0,50</td>" in table_html(pd.DataFrame({"Mål": ["a"], "Effekt": [0.5]}), caption="Effekt", language="da")
    True
    """
    head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in table.columns)
    rows = []
    for values in table.itertuples(index=False, name=None):
        first, *rest = (escape(_cell(value, language)) for value in values)
        rows.append(f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>")
    # A table wider than the page scrolls in its own box, and the keyboard can reach that box.
    return _markup(
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _markup(html: str) -> Markup:
    """Vouch for markup that this module wrote: every text in it is escaped above."""
    return Markup(html)  # noqa: S704


def _cell(value: Any, language: str) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return number(float(value), language)
    if isinstance(value, (float, np.floating)):
        return number(float(value), language, decimals=0 if float(value).is_integer() else 2)
    return str(value)


def _drawn(figure: Figure) -> tuple[float, float, str]:
    """Width, height and SVG elements of a figure, at one unit per CSS pixel."""
    dpi = figure.dpi
    figure.dpi = 72
    try:
        with style.applied():
            renderer = _LeanRenderer(float(figure.bbox.width), float(figure.bbox.height))
            figure.draw(renderer)
    finally:
        figure.dpi = dpi
    return renderer.width, renderer.height, "".join(renderer.elements)


def _short(value: float) -> str:
    """A coordinate with one decimal: a tenth of a pixel is finer than any screen shows."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _color(rgba: Sequence[float]) -> str:
    red, green, blue = rgba[:3]
    code = to_hex((red, green, blue))
    return f"var({style.VARIABLES[code]})" if code in style.VARIABLES else code


class _LeanRenderer(RendererBase):
    """Writes what a figure draws as bare SVG elements, each with only the attributes it needs."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.elements: list[str] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        return points

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        shape = self._shape(path, transform)
        paint = self._paint(gc, rgbFace)
        if shape and paint:
            self.elements.append(f"<{shape}{paint}{self._clip(gc, path, transform)}/>")

    def draw_image(self, gc: GraphicsContextBase, x: float, y: float, im: Any, transform: Any = None) -> None:
        raise InvalidOption(
            "The figure holds a bitmap, which no screen reader and no zoom can use. Draw it with lines and areas."
        )

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        anchor = ""
        if mtext is not None and angle == 0:
            # Anchored text stays centred or right-aligned in whatever font the reader has.
            anchor = _ANCHORS.get(mtext.get_horizontalalignment(), "")
            x = float(mtext.get_transform().transform(mtext.get_unitless_position())[0])
        turn = f' transform="rotate({_short(-angle)} {_short(x)} {_short(y)})"' if angle else ""
        weight = ";font-weight:700" if prop.get_weight() in ("bold", 700) else ""
        self.elements.append(
            f'<text x="{_short(x)}" y="{_short(y)}"{anchor}{turn} '
            f'style="font-size:{_short(prop.get_size_in_points())}px;fill:{_color(gc.get_rgb())}{weight}">{escape(style.plain(s))}</text>'
        )

    def _shape(self, path: Path, transform: Transform) -> str:
        """A circle, a straight line or a path; empty for a path without points."""
        points = transform.transform(path.vertices)
        points = np.column_stack([points[:, 0], self.height - points[:, 1]])
        codes: Any = path.codes
        if codes is None and len(points) == 2:
            (x1, y1), (x2, y2) = points
            return f'line x1="{_short(x1)}" y1="{_short(y1)}" x2="{_short(x2)}" y2="{_short(y2)}"'
        if codes is not None and len(points) == _CIRCLE and codes[1] == Path.CURVE4:
            middle = (points[:-1].min(axis=0) + points[:-1].max(axis=0)) / 2
            # Every third point lies on the outline; on an ellipse they are not all as far from the middle.
            radii = np.hypot(*(points[:-1:3] - middle).T)
            if np.ptp(radii) < 0.05:
                return f'circle cx="{_short(middle[0])}" cy="{_short(middle[1])}" r="{_short(radii[0])}"'
        steps = _steps(path, points)
        return f'path d="{steps}"' if steps else ""

    def _paint(self, gc: Any, face: Any) -> str:
        """Fill and stroke attributes; empty when nothing would be seen."""
        stroke_width = gc.get_linewidth()
        stroked = stroke_width > 0 and gc.get_rgb()[3] > 0
        filled = face is not None and (len(face) < 4 or face[3] > 0)
        if not stroked and not filled:
            return ""
        out = f' fill="{_color(face)}"' if filled else ' fill="none"'
        opacity = gc.get_alpha()
        if opacity is None:
            opacity = float(face[3]) if filled and len(face) > 3 else 1.0
        if opacity < 1:
            out += f' opacity="{_short(opacity)}"'
        if stroked:
            out += f' stroke="{_color(gc.get_rgb())}"' + ("" if stroke_width == 1 else f' stroke-width="{_short(stroke_width)}"')
            dashes = gc.get_dashes()[1]
            if dashes is not None:
                out += f' stroke-dasharray="{" ".join(_short(dash) for dash in dashes)}"'
            if gc.get_capstyle() == "round":
                out += ' stroke-linecap="round"'
        return out

    def _clip(self, gc: GraphicsContextBase, path: Path, transform: Transform) -> str:
        """A clip only where something reaches beyond its axes."""
        window = gc.get_clip_rectangle()
        if window is None:
            return ""
        reach = path.get_extents(transform)
        if window.x0 - 1 <= reach.x0 and reach.x1 <= window.x1 + 1 and window.y0 - 1 <= reach.y0 and reach.y1 <= window.y1 + 1:
            return ""
        label = f"{_NAME}-c{len(self.elements)}"
        self.elements.append(
            f'<clipPath id="{label}"><rect x="{_short(window.x0)}" y="{_short(self.height - window.y1)}" '
            f'width="{_short(window.width)}" height="{_short(window.height)}"/></clipPath>'
        )
        return f' clip-path="url(#{label})"'


def _steps(path: Path, points: np.ndarray) -> str:
    """The ``d`` attribute of a path whose vertices stand at ``points``."""
    moved = Path(points, path.codes, closed=False)
    letters = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
    steps = []
    for values, code in moved.iter_segments(simplify=False, curves=True):
        if code == Path.CLOSEPOLY:
            steps.append("Z")
        else:
            steps.append(letters[code] + " ".join(_short(value) for value in values))
    return "".join(steps)
