"""The treated and their synthetic comparison over time, and the gap between them."""

import math
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
from whatworks.findings.charts.plane import Plane, plane_for
from whatworks.findings.charts.scale import decimals_for
from whatworks.findings.charts.words import Words, estimate_text, spoken, unit_of, verdict
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_PATHS, _GAP = 190.0, 130.0


def synthetic_data(result: EffectResult) -> pd.DataFrame:
    """What the paths draw: one row per time since start, in order.

    Parameters
    ----------
    result : ``ww.did.synthetic``: parts carry event_time, treated and synthetic

    Returns
    -------
    Columns event_time, treated, synthetic, estimate (the gap), conf_low, conf_high (missing before the start and where an
    interval has no end).

    Raises
    ------
    MissingColumn
        If the parts lack event_time, treated or synthetic.
    EmptyData
        If there are no parts.
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(f"{result.method} has no times to draw. Use ww.did.synthetic.")
    require_columns(parts, ["event_time", "treated", "synthetic"], what=f"parts of {result.method}")
    data = pd.DataFrame({"event_time": numeric(parts, "event_time", what="parts").astype(int)})
    for column in ("treated", "synthetic", "estimate", "conf_low", "conf_high"):
        data[column] = parts[column].astype(float)
    # Where the gap is hidden, its two paths would give it back.
    data.loc[data["estimate"].isna(), ["treated", "synthetic"]] = np.nan
    bounded = np.isfinite(data[["conf_low", "conf_high"]].to_numpy()).all(axis=1) & (data["event_time"].to_numpy() >= 0)
    data.loc[~bounded, ["conf_low", "conf_high"]] = np.nan
    return data.sort_values("event_time", kind="stable", ignore_index=True)


@style.applied()
def synthetic_chart(
    result: EffectResult, *, good: str | None = None, period: Words | None = None, language: str = "da"
) -> Figure:
    """Draw :func:`synthetic_data`: both paths above, the gap with its intervals below, the start marked through both."""
    _ = translator(language)
    data = synthetic_data(result)
    good = good or result.good
    page = style.sheet()
    times = (float(data["event_time"].min()), float(data["event_time"].max()))
    y = _keys(page, language)
    upper = plane_for(page, x=times, values=[*data["treated"], *data["synthetic"]], top=y + 22, bottom=y + 22 + _PATHS)
    upper.levels(language)
    x = [upper.x(each) for each in data["event_time"]]
    style.line(page, x, [upper.y(each) for each in data["synthetic"]], color=style.INK_2, width=1.8, dash=(0, (5, 3)))
    style.line(page, x, [upper.y(each) for each in data["treated"]], color=style.ACCENT, width=2.6)
    top = upper.bottom + 46
    style.write(page, 0, top - 18, _("the gap between them"), size=style.SMALL, color=style.INK_2)
    values = [*data["estimate"], *data["conf_low"], *data["conf_high"], 0.0]
    lower = plane_for(page, x=times, values=values, top=top, bottom=top + _GAP)
    lower.levels(language, signed=True)
    style.line(page, (0, style.WIDTH), (lower.y(0), lower.y(0)), color=style.INK_2)
    for row in rows.each(data):
        _gap(page, lower, row, good)
    _start(page, upper, lower, times, language)
    bottom = lower.numbers_below([int(each) for each in data["event_time"]], language)
    steps = spoken(period, language, default=_("quarters"))
    style.write_within(page, style.WIDTH / 2, bottom + 14, _("{periods} since start").format(periods=steps))
    return style.finished(page, bottom + 22)


def synthetic_alt(result: EffectResult, *, unit: Words | None = None, period: Words | None = None, language: str = "da") -> str:
    """Say the average gap after start, how far apart the paths were before it, and where both end."""
    _ = translator(language)
    data = synthetic_data(result)
    known = data.dropna(subset=["treated", "synthetic"])
    said = _("Measured in {unit}, by {periods} since start.").format(
        unit=unit_of(result, unit, language), periods=spoken(period, language, default=_("quarters"))
    )
    if known.empty:
        return f"{_finding(result, language)} {said}"
    places = decimals_for([*data["treated"], *data["synthetic"]])
    last = known.iloc[-1]
    ends = _("At the last time, {time}, those that started are at {treated} and the synthetic comparison at {synthetic}.").format(
        time=number(int(last["event_time"]), language, signed=True),
        treated=number(last["treated"], language, decimals=places),
        synthetic=number(last["synthetic"], language, decimals=places),
    )
    return f"{_finding(result, language)} {said} {ends}"


def synthetic_figure(
    result: EffectResult,
    *,
    good: str | None = None,
    unit: Words | None = None,
    period: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """Both paths and their gap as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = synthetic_data(result)
    levels, gaps = decimals_for([*data["treated"], *data["synthetic"]]), decimals_for(data["estimate"])
    table = pd.DataFrame(
        {
            spoken(period, language, default=_("quarters")).capitalize(): [
                number(each, language, signed=True) for each in data["event_time"]
            ],
            _("With the method"): [_level(each, language, levels) for each in data["treated"]],
            _("Synthetic comparison"): [_level(each, language, levels) for each in data["synthetic"]],
            _("Difference (95% interval)"): [_value(row, language, gaps) for row in rows.each(data)],
        }
    )
    return figure_html(
        synthetic_chart(result, good=good, period=period, language=language),
        caption=_finding(result, language),
        unit=unit_of(result, unit, language),
        alt=synthetic_alt(result, unit=unit, period=period, language=language),
        note=_note(result, data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _keys(page: Axes, language: str) -> float:
    """Each line with its name, above the plane: at their ends they may meet."""
    _ = translator(language)
    keys = (
        (_("those that started"), style.ACCENT, 2.6, "-"),
        (_("synthetic comparison"), style.INK_2, 1.8, (0, (5, 3))),
    )
    places = rows.legend_places([key[0] for key in keys], sign=32, gap=22)
    for (x, y), (words, color, width, dash) in zip(places, keys, strict=True):
        style.line(page, (x, x + 26), (y + 10, y + 10), color=color, width=width, dash=dash)
        style.write(page, x + 32, y + 14.5, words, size=style.SMALL, color=color)
    return places[-1][1] + 20


def _gap(page: Axes, plane: Plane, row: Any, good: str | None) -> None:
    if not math.isfinite(row.estimate):
        return
    x, before = plane.x(row.event_time), row.event_time < 0
    side = verdict(row.conf_low, row.conf_high, 0.0, good)
    color = style.INK_2 if before else style.ACCENT if side == "unknown" else rows.VERDICT_COLORS[side]
    if math.isfinite(row.conf_low):
        style.line(page, (x, x), (plane.y(row.conf_low), plane.y(row.conf_high)), color=color, width=2)
    style.mark(page, x, plane.y(row.estimate), color=color, size=6, hollow=before)


def _start(page: Axes, upper: Plane, lower: Plane, times: tuple[float, float], language: str) -> None:
    """The moment between the last time before and the first time after, through both planes."""
    if not times[0] < 0 <= times[1]:
        return
    x = upper.x(-0.5)
    for plane in (upper, lower):
        style.line(page, (x, x), (plane.top - 6, plane.bottom), color=style.RULE_STRONG, dash=(0, (3, 3)))
    style.write_within(page, x, upper.top - 10, translator(language)("start"))


def _level(value: float, language: str, places: int) -> str:
    return number(value, language, decimals=places) if math.isfinite(value) else translator(language)("not shown")


def _value(row: Any, language: str, places: int) -> str:
    _ = translator(language)
    if not math.isfinite(row.estimate):
        return _("not shown: too few people")
    if row.event_time < 0 or not math.isfinite(row.conf_low):
        return number(row.estimate, language, decimals=places, signed=True)
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=True)


def _finding(result: EffectResult, language: str) -> str:
    _ = translator(language)
    head = result.headline
    places = decimals_for([head.estimate])
    if math.isfinite(head.conf_low) and math.isfinite(head.conf_high):
        value = estimate_text(head.estimate, head.conf_low, head.conf_high, language, decimals=places, signed=True)
    else:
        value = number(head.estimate, language, decimals=places, signed=True)
    said = _("After start the difference from the synthetic comparison is {value} on average").format(value=value)
    rmspe = float(result.statistics.get("rmspe", math.nan))
    if not math.isfinite(rmspe):
        return said + "."
    return said + _("; before start the two lay {distance} apart.").format(
        distance=number(rmspe, language, decimals=decimals_for([rmspe]))
    )


def _note(result: EffectResult, data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [
        _(
            "The synthetic comparison is a weighted average of those that never started, chosen to move as those that "
            "started did before."
        )
    ]
    if result.provenance.arguments.get("method") != "control":
        parts.append(_("It is lifted to the level of those that started."))
    if data["conf_low"].isna().all():
        parts.append(_("There are too few to compare with for an interval."))
    else:
        parts.append(_("Each interval holds for its own point with 95% certainty, not for all of them at once."))
    return " ".join(parts)
