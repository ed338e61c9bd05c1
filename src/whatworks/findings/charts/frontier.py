"""What units get out of what they use, and the line of the best observed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.alphabet import sort_key
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.plane import Plane
from whatworks.findings.charts.room import overlap
from whatworks.findings.charts.scale import Scale, decimals_for, spanning, tick_decimals
from whatworks.findings.charts.study_rows import joined
from whatworks.findings.charts.words import Words, estimate_text, named, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_HEIGHT = 250.0
# Scores are solved to 1e-7; what is that near the frontier is on it.
_ON_IT = 1e-6


def frontier_data(
    result: EffectResult, *, input: str | None = None, output: str | None = None, language: str = "da"
) -> pd.DataFrame:
    """What the chart draws: one row per unit in alphabetical order, one input against one output.

    Parameters
    ----------
    result : from ``ww.benchmarking.frontier``
    input, output : which of them; the first of each by default

    Returns
    -------
    Columns label, used, made (in their own units), on_frontier, estimate, conf_low, conf_high (efficiency), peers.

    Raises
    ------
    MissingColumn
        If the result is no frontier.
    InvalidOption
        If it has no such input or output.
    EmptyData

    Examples
    --------
    >>> homes = pd.DataFrame({"home": list("ABCDEF"), "cost": [2.0, 4.0, 4.0, 6.0, 5.0, 8.0], "served": [1.0, 1, 3, 4, 2, 4.5]})
    >>> found = ww.benchmarking.frontier(homes, unit="home", inputs="cost", outputs="served", draws=0)
    >>> frontier_data(found)[["label", "used", "made", "on_frontier"]].head(2)
      label  used  made  on_frontier
    0     A   2.0   1.0         True
    1     B   4.0   1.0        False
    """
    parts = result.parts
    require_columns(parts, ["unit", "score", "peers"], what=f"parts of {result.method}")
    if parts.empty:
        raise EmptyData(f"{result.method} holds no units to draw.")
    inputs, outputs = (list(result.provenance.arguments[each]) for each in ("inputs", "outputs"))
    across = one_of(input or inputs[0], inputs, name="input")
    up = one_of(output or outputs[0], outputs, name="output")
    data = pd.DataFrame(
        {
            "label": parts["unit"],
            "used": _column(parts, across),
            "made": _column(parts, up),
            "on_frontier": parts["score"] > 1 - _ON_IT,
            "estimate": parts["estimate"],
            "conf_low": parts["conf_low"],
            "conf_high": parts["conf_high"],
            "peers": parts["peers"],
        }
    )
    return data.sort_values("label", key=lambda names: names.map(lambda name: sort_key(str(name), language)), ignore_index=True)


@style.applied()
def frontier_chart(
    result: EffectResult,
    *,
    input: str | None = None,
    output: str | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`frontier_data`: units on the frontier filled and named, the others open; a line if one input makes one output.

    Parameters
    ----------
    labels : names of inputs and outputs by their columns
    """
    _ = translator(language)
    data = frontier_data(result, input=input, output=output, language=language)
    across_name, up_name = _names(result, input, output, labels, language)
    page = style.sheet()
    y = 0.0
    for text in style.wrapped(f"↑ {up_name}", style.WIDTH, style.SMALL, lines=2):
        y += 16
        style.write(page, 0, y, text, size=style.SMALL, color=style.INK_2)
    up = spanning([0.0, *data["made"]], start=y + 14 + _HEIGHT, end=y + 14)
    up = Scale(0.0, up.high, up.start, up.end)
    plane = Plane(page, Scale(0.0, 1.06 * float(data["used"].max()), 8, style.WIDTH - 8), up)
    plane.levels(language)
    if len(result.provenance.arguments["inputs"]) == len(result.provenance.arguments["outputs"]) == 1:
        _line(plane, data, str(result.provenance.arguments["returns"]))
    taken = [(0.0, plane.y(tick) - 18, 48.0, plane.y(tick)) for tick in plane.up.ticks()]
    for row in rows.each(data.sort_values("on_frontier", kind="stable")):
        x, height = plane.x(row.used), plane.y(row.made)
        style.mark(page, x, height, color=style.ACCENT if row.on_frontier else style.INK_2, size=9, hollow=not row.on_frontier)
        taken.append((x - 6, height - 6, x + 6, height + 6))
    for row in rows.each(data[data["on_frontier"]]):
        _name(page, plane.x(row.used), plane.y(row.made), row.label, taken)
    ticks = plane.across.ticks()
    bottom = plane.names_below((tick, number(tick, language, decimals=tick_decimals(ticks))) for tick in ticks)
    below = style.shortened(f"{across_name} →", style.WIDTH, style.SMALL)
    style.write(page, style.WIDTH, bottom + 14, below, size=style.SMALL, color=style.INK_2, align="right")
    return style.finished(page, bottom + 22)


def frontier_alt(
    result: EffectResult,
    *,
    input: str | None = None,
    output: str | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
) -> str:
    """Say who is on the frontier, and how efficient units are on average."""
    _ = translator(language)
    data = frontier_data(result, input=input, output=output, language=language)
    head = result.headline
    across_name, up_name = _names(result, input, output, labels, language)
    places = decimals_for(data["used"]), decimals_for(data["made"])
    said = _("Mean efficiency {mean}, where 1 is the best observed. {used}: {least} to {most}; {made}: {low} to {high}.").format(
        mean=estimate_text(head.estimate, head.conf_low, head.conf_high, language, decimals=2),
        used=across_name,
        made=up_name,
        least=number(float(data["used"].min()), language, decimals=places[0]),
        most=number(float(data["used"].max()), language, decimals=places[0]),
        low=number(float(data["made"].min()), language, decimals=places[1]),
        high=number(float(data["made"].max()), language, decimals=places[1]),
    )
    return f"{_finding(data, language)} {said}"


def frontier_figure(
    result: EffectResult,
    *,
    input: str | None = None,
    output: str | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = frontier_data(result, input=input, output=output, language=language)
    across_name, up_name = _names(result, input, output, labels, language)
    table: dict[str, Sequence[Any]] = {
        _("Service"): data["label"].tolist(),
        across_name: [number(each, language, decimals=decimals_for(data["used"])) for each in data["used"]],
        up_name: [number(each, language, decimals=decimals_for(data["made"])) for each in data["made"]],
        _("Efficiency (95% interval)"): [
            estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=2) for row in rows.each(data)
        ],
        _("Held against"): data["peers"].tolist(),
    }
    return figure_html(
        frontier_chart(result, input=input, output=output, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("up: {made}; across: {used}").format(made=up_name, used=across_name),
        alt=frontier_alt(result, input=input, output=output, labels=labels, language=language),
        note=_(
            "Filled dots are on the frontier: nobody observed does more with less. Being there can be luck, "
            "or citizens who need less. An open dot is a service that others with a like mix do better than."
        ),
        table=pd.DataFrame(table),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _column(parts: pd.DataFrame, name: str) -> pd.Series:
    """A caller's column, under the other name it has where ours is taken."""
    return parts[f"value_{name}"] if f"value_{name}" in parts else parts[name]


def _names(
    result: EffectResult, input: str | None, output: str | None, labels: Mapping[str, Words] | None, language: str
) -> tuple[str, str]:
    arguments = result.provenance.arguments
    return (
        named(input or arguments["inputs"][0], labels, language),
        named(output or arguments["outputs"][0], labels, language),
    )


def _line(plane: Plane, data: pd.DataFrame, returns: str) -> None:
    best = data[data["on_frontier"]].sort_values(["used", "made"])
    used, made = best["used"].to_numpy(), best["made"].to_numpy()
    if returns == "crs":
        slope = float((made / used).max())
        reach = min(plane.across.high, plane.up.high / slope)
        style.line(plane.page, (plane.x(0), plane.x(reach)), (plane.y(0), plane.y(slope * reach)), color=style.ACCENT)
        return
    xs = [used[0], *used, plane.across.high]
    ys = [0.0, *made, float(np.max(made))]
    style.line(plane.page, [plane.x(each) for each in xs], [plane.y(each) for each in ys], color=style.ACCENT)


def _name(page: Axes, x: float, y: float, label: str, taken: list[tuple[float, float, float, float]]) -> None:
    """Write a name where there is room: above to the left of the frontier first, below to the right last."""
    text = style.shortened(label, 140, style.SMALL)
    wide = style.text_width(text, style.SMALL)
    for left, base in ((x - 8 - wide, y - 8), (x + 8, y - 8), (x - wide / 2, y - 12), (x + 10, y + 5)):
        box = (left, base - 11, left + wide, base + 3)
        if left >= 0 and left + wide <= style.WIDTH and not any(overlap(box, other) for other in taken):
            style.write(page, left, base, text, size=style.SMALL)
            taken.append(box)
            return


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    best = data[data["on_frontier"]]["label"].tolist()
    words = _("{n} of {total} services are on the frontier of the best observed: {names}.")
    return words.format(n=number(len(best), language), total=number(len(data), language), names=joined(best, language))
