"""Which comparisons a two-way estimate is made of: weight across, estimate up, those that should not be there marked."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.group_time_map import time_name
from whatworks.findings.charts.plane import Plane, plane_for
from whatworks.findings.charts.scale import decimals_for
from whatworks.findings.charts.words import Words, spoken, unit_of
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

_HEIGHT = 230.0
_FORBIDDEN = ("later_vs_earlier", "later_vs_always")
# Shape and colour of each kind: who cannot tell the colours can tell the shapes.
_LOOKS: dict[str, tuple[str, str, bool]] = {
    "treated_vs_never": ("o", style.ACCENT, False),
    "earlier_vs_later": ("s", style.ACCENT, True),
    "later_vs_earlier": ("^", style.WARN, False),
    "later_vs_always": ("v", style.WARN, True),
}


def bacon_data(result: EffectResult) -> pd.DataFrame:
    """What the scatter draws: one row per comparison of two groups.

    Parameters
    ----------
    result : ``ww.did.bacon``: parts carry comparison, weight, group, against

    Returns
    -------
    Columns comparison, forbidden (compares with places that have the method already), group, against (missing for never),
    weight (of 1), estimate, largest weight first.

    Raises
    ------
    MissingColumn
        If the parts lack comparison or weight.
    EmptyData
        If there are no parts.
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(f"{result.method} has no comparisons to draw. Use ww.did.bacon.")
    require_columns(parts, ["comparison", "weight", "group", "against"], what=f"parts of {result.method}")
    data = pd.DataFrame({"comparison": parts["comparison"].astype(str)})
    data["forbidden"] = data["comparison"].isin(_FORBIDDEN)
    data[["group", "against"]] = parts[["group", "against"]]
    data["weight"], data["estimate"] = numeric(parts, "weight", what="parts"), numeric(parts, "estimate", what="parts")
    return data.sort_values("weight", ascending=False, kind="stable", ignore_index=True)


@style.applied()
def bacon_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`bacon_data`: a mark for each comparison, and the line of the estimate that they average to."""
    _ = translator(language)
    data = bacon_data(result)
    page = style.sheet()
    top = _legend(page, data, language) + 8
    weights = (0.0, max(0.01, 1.08 * float(data["weight"].max())))
    values = [*data["estimate"], float(result.headline.estimate), 0.0]
    plane = plane_for(page, x=weights, values=values, top=top, bottom=top + _HEIGHT, left=52.0)
    plane.levels(language, signed=True)
    style.line(page, (plane.left, style.WIDTH), (plane.y(0), plane.y(0)), color=style.INK_2)
    _average(page, plane, result, data, language)
    for row in rows.each(data):
        shape, color, hollow = _LOOKS[row.comparison]
        style.mark(page, plane.x(row.weight), plane.y(row.estimate), color=color, shape=shape, size=9, hollow=hollow)
    ticks = [tick for tick in plane.across.ticks() if tick >= 0]
    places = 0 if all(abs(100 * tick - round(100 * tick)) < 1e-9 for tick in ticks) else 1
    bottom = plane.names_below((tick, percent(tick, language, decimals=places)) for tick in ticks)
    style.write_within(page, style.WIDTH / 2, bottom + 14, _("weight in the two-way estimate"))
    return style.finished(page, bottom + 22)


def bacon_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say how much weight compares with those that had started, and each kind's weight and mean."""
    _ = translator(language)
    data = bacon_data(result)
    listed = "; ".join(_kind_text(kind, part, language) for kind, part in _kinds(data))
    return _("{finding} Measured in {unit}: {list}.").format(
        finding=_finding(result, data, language), unit=unit_of(result, unit, language), list=listed
    )


def bacon_figure(
    result: EffectResult,
    *,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The scatter as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = bacon_data(result)
    places = decimals_for(data["estimate"])
    table = pd.DataFrame(
        {
            _("Comparison"): [_pair(row, language) for row in rows.each(data)],
            _("Kind"): [_kind_name(each, language) for each in data["comparison"]],
            _("Weight"): [percent(each, language, decimals=1) for each in data["weight"]],
            _("Difference"): [number(each, language, decimals=places, signed=True) for each in data["estimate"]],
        }
    )
    return figure_html(
        bacon_chart(result, language=language),
        caption=_finding(result, data, language),
        unit=unit_of(result, unit, language),
        alt=bacon_alt(result, unit=unit, language=language),
        note=_note(data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _kinds(data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The kinds of comparison that occur, in a fixed order, with their rows."""
    return [(kind, data[data["comparison"] == kind]) for kind in _LOOKS if (data["comparison"] == kind).any()]


def _kind_name(kind: str, language: str) -> str:
    _ = translator(language)
    words = {
        "treated_vs_never": _("started against never started"),
        "earlier_vs_later": _("started against not yet started"),
        "later_vs_earlier": _("started against already started"),
        "later_vs_always": _("started against always had it"),
    }
    return words[kind]


def _kind_text(kind: str, part: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    weight = float(part["weight"].sum())
    mean = float(np.average(part["estimate"], weights=part["weight"])) if weight > 0 else float(part["estimate"].mean())
    return _("{kind}: {share} of the weight, {mean} on average").format(
        kind=_kind_name(kind, language),
        share=percent(weight, language),
        mean=number(mean, language, decimals=decimals_for(part["estimate"]), signed=True),
    )


def _pair(row: Any, language: str) -> str:
    _ = translator(language)
    against = _("never") if pd.isna(row.against) else time_name(row.against, language)
    return _("start {group} against {against}").format(group=time_name(row.group, language), against=against)


def _legend(page: Axes, data: pd.DataFrame, language: str) -> float:
    """One line for each kind: its mark, its name, its share of the weight; returns the height below them."""
    y = 4.0
    for kind, part in _kinds(data):
        shape, color, hollow = _LOOKS[kind]
        style.mark(page, 7, y + 8, color=color, shape=shape, size=9, hollow=hollow)
        ink = style.WARN if kind in _FORBIDDEN else style.INK
        style.write(page, 20, y + 12.5, _kind_name(kind, language), size=style.SMALL, color=ink)
        share = percent(float(part["weight"].sum()), language)
        style.write(page, style.WIDTH, y + 12.5, share, size=style.SMALL, color=ink, bold=True, align="right")
        y += 19
    return y


def _average(page: Axes, plane: Plane, result: EffectResult, data: pd.DataFrame, language: str) -> None:
    """The line of the two-way estimate, named at the right, where no mark stands."""
    _ = translator(language)
    estimate = float(result.headline.estimate)
    y = plane.y(estimate)
    style.line(page, (plane.left, style.WIDTH), (y, y), color=style.INK, width=1.5, dash=(0, (5, 3)))
    value = number(estimate, language, decimals=decimals_for(data["estimate"]), signed=True)
    words = _("two-way estimate {value}").format(value=value)
    left = style.WIDTH - style.text_width(words, style.SMALL)
    near = [plane.y(row.estimate) - y for row in rows.each(data) if plane.x(row.weight) > left - 10]
    above = sum(-22 < each <= 0 for each in near) <= sum(0 <= each < 22 for each in near)
    style.write(page, style.WIDTH, y - 5 if above else y + 15, words, size=style.SMALL, align="right")


def _finding(result: EffectResult, data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    share = float(data.loc[data["forbidden"], "weight"].sum())
    places = decimals_for([float(result.headline.estimate)])
    estimate = number(float(result.headline.estimate), language, decimals=places, signed=True)
    if share == 0:
        return _("The two-way estimate of {estimate} compares only with those that had not started.").format(estimate=estimate)
    return _("{share} of the two-way estimate of {estimate} compares with those that had already started.").format(
        share=percent(share, language), estimate=estimate
    )


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [_("Each mark compares two groups. The dashed line is the average of all marks by their weight.")]
    if data["forbidden"].any():
        parts.append(
            _("The orange marks take those that already have the method as if they had not; an effect that grows misleads them.")
        )
    return " ".join(parts)
