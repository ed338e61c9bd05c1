"""The effect quarter by quarter, before and after the start."""

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
from whatworks.findings.charts.honest import beside_note, honest_finding, honest_time, robust_intervals
from whatworks.findings.charts.plane import Plane, plane_for
from whatworks.findings.charts.scale import decimals_for
from whatworks.findings.charts.words import Words, estimate_text, spoken, unit_of, verdict
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_HEIGHT = 230.0
# Pixels between points below which they are drawn smaller.
_ROOM = 13.0
# Pixels between a point and the robust intervals beside it, at most.
_BESIDE = 6.0


def event_study_data(result: EffectResult) -> pd.DataFrame:
    """What the event study draws: one row per time since start, in order.

    Parameters
    ----------
    result : ``ww.did.event_study`` or ``ww.did.aggregate(by="event")``: parts carry event_time

    Returns
    -------
    Columns event_time, period ("before", "reference", "after"), estimate, conf_low, conf_high. The reference is the time
    that the others are measured from: 0 by construction, without an interval.

    Raises
    ------
    MissingColumn
        If the parts have no event_time.
    EmptyData
        If there are no parts.
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(f"{result.method} has no event times to draw. Use ww.did.event_study or ww.did.aggregate(by='event').")
    require_columns(parts, ["event_time"], what=f"parts of {result.method}")
    data = parts[["estimate", "conf_low", "conf_high"]].astype(float)
    data.insert(0, "event_time", numeric(parts, "event_time", what="parts").astype(int))
    fixed = (data["estimate"] == 0) & ~(parts["std_error"].astype(float) > 0)
    data.insert(1, "period", np.where(fixed, "reference", np.where(data["event_time"] < 0, "before", "after")))
    times = set(data["event_time"])
    if result.method == "did.event_study" and not fixed.any() and -1 not in times and {-2, 0} & times:
        left_out = pd.DataFrame(
            {"event_time": [-1], "period": ["reference"], "estimate": [0.0], "conf_low": [np.nan], "conf_high": [np.nan]}
        )
        data = pd.concat([data, left_out], ignore_index=True)
    data.loc[data["period"] == "reference", ["conf_low", "conf_high"]] = np.nan
    return data.sort_values("event_time", kind="stable").reset_index(drop=True)


@style.applied()
def event_study_chart(
    result: EffectResult,
    *,
    good: str | None = None,
    period: Words | None = None,
    honest: EffectResult | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`event_study_data`: hollow before the start, filled after it, against the line of no difference.

    A band reaches as far from zero as the largest difference before the start.

    Parameters
    ----------
    good : "up" or "down", which direction is better for the person; the result's own by default
    period : the word for the steps of time, "quarters" by default
    honest : ``ww.did.honest`` of the same effects: its intervals stand beside the effect they are of
    """
    _ = translator(language)
    data = event_study_data(result)
    good = good or result.good
    page = style.sheet()
    times = (float(data["event_time"].min()), float(data["event_time"].max()))
    robust = robust_intervals(honest)
    values = [*data["estimate"], *data["conf_low"], *data["conf_high"], *robust["conf_low"], *robust["conf_high"], 0.0]
    plane = plane_for(page, x=times, values=values, top=44, bottom=44 + _HEIGHT)
    _band(page, plane, data)
    plane.levels(language, signed=True)
    _start(page, plane, times, language)
    _no_difference(page, plane, good, language)
    for row in rows.each(data):
        _point(page, plane, row, good)
    if honest is not None:
        _beside(page, plane, robust, honest_time(honest))
    bottom = plane.numbers_below([int(each) for each in data["event_time"]], language)
    steps = spoken(period, language, default=_("quarters"))
    style.write_within(page, style.WIDTH / 2, bottom + 14, _("{periods} since start").format(periods=steps))
    return style.finished(page, bottom + 22)


def event_study_alt(
    result: EffectResult,
    *,
    unit: Words | None = None,
    period: Words | None = None,
    honest: EffectResult | None = None,
    language: str = "da",
) -> str:
    """Say how many times differ clearly before the start and after it, each with its interval, and how robust it is."""
    _ = translator(language)
    data = event_study_data(result)
    told = _numbers_after(data, language)
    measured = _("Measured in {unit}, by {periods} since start: {list}.").format(
        unit=unit_of(result, unit, language), periods=spoken(period, language, default=_("quarters")), list=told
    )
    robust = [] if honest is None else [honest_finding(honest, language)]
    return " ".join([_finding(data, period, language), measured, *robust])


def event_study_figure(
    result: EffectResult,
    *,
    good: str | None = None,
    unit: Words | None = None,
    period: Words | None = None,
    honest: EffectResult | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The event study as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = event_study_data(result)
    places = decimals_for(data["estimate"])
    words = {"before": _("before start"), "reference": _("compared with"), "after": _("after start")}
    table = pd.DataFrame(
        {
            spoken(period, language, default=_("quarters")).capitalize(): [
                number(each, language, signed=True) for each in data["event_time"]
            ],
            _("When"): data["period"].map(words),
            _("Difference (95% interval)"): [_value(row, language, places) for row in rows.each(data)],
        }
    )
    return figure_html(
        event_study_chart(result, good=good, period=period, honest=honest, language=language),
        caption=_finding(data, period, language),
        unit=unit_of(result, unit, language),
        alt=event_study_alt(result, unit=unit, period=period, honest=honest, language=language),
        note=_note(result, data, language, quarters=period is None, honest=honest),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _point(page: Axes, plane: Plane, row: Any, good: str | None) -> None:
    if not np.isfinite(row.estimate):
        return
    x, before = plane.x(row.event_time), row.period == "before"
    crowded = plane.x(1) - plane.x(0) < _ROOM
    verdict_ = verdict(row.conf_low, row.conf_high, 0.0, good)
    color = style.INK_2 if row.period != "after" or verdict_ == "unclear" else rows.VERDICT_COLORS[verdict_]
    if np.isfinite(row.conf_low) and np.isfinite(row.conf_high):
        style.line(
            page, (x, x), (plane.y(row.conf_low), plane.y(row.conf_high)), color=color, width=1.5 if before or crowded else 3
        )
    shape = "s" if row.period == "reference" else "o"
    style.mark(page, x, plane.y(row.estimate), color=color, shape=shape, size=6 if crowded else 9, hollow=before)


def _beside(page: Axes, plane: Plane, robust: pd.DataFrame, event_time: float) -> None:
    """Thin intervals to the right of a point, one per bound, within the room before the next point."""
    step = min(_BESIDE, (plane.x(1) - plane.x(0) - 4) / (len(robust) + 1))
    for place, row in enumerate(rows.each(robust), start=1):
        x = plane.x(event_time) + 2 + place * step
        style.line(page, (x, x), (plane.y(row.conf_low), plane.y(row.conf_high)), color=style.INK_2, width=1.2)


def _largest_before(data: pd.DataFrame) -> float:
    """How far the estimates before the start are from zero, at most; 0 where there are none."""
    before = data.loc[data["period"] == "before", "estimate"].abs().dropna()
    return float(before.max()) if len(before) else 0.0


def _band(page: Axes, plane: Plane, data: pd.DataFrame) -> None:
    reach = _largest_before(data)
    if reach > 0:
        # The band ends where the plane does: below it stand the numbers of the axis.
        ends = (min(plane.y(-reach), plane.bottom), max(plane.y(reach), plane.top))
        style.box(page, (plane.left, style.WIDTH), ends, color=style.MUTED, opacity=0.2)


def _start(page: Axes, plane: Plane, times: tuple[float, float], language: str) -> None:
    """The moment between the last time before and the first time after."""
    _ = translator(language)
    if not times[0] < 0 <= times[1]:
        return
    x = plane.x(-0.5)
    style.line(page, (x, x), (plane.top - 6, plane.bottom), color=style.RULE_STRONG, dash=(0, (3, 3)))
    style.write_within(page, x, plane.top - 12, _("start"))


def _no_difference(page: Axes, plane: Plane, good: str | None, language: str) -> None:
    _ = translator(language)
    style.line(page, (plane.left, style.WIDTH), (plane.y(0), plane.y(0)), color=style.INK_2)
    side = {"up": _("↑ better for the person"), "down": _("↓ better for the person")}.get(good or "")
    words = _("line at 0: no difference") + (f" · {side}" if side else "")
    style.write(page, 0, 14, words, size=style.SMALL, color=style.INK_2)


def _value(row: Any, language: str, places: int) -> str:
    _ = translator(language)
    if row.period == "reference":
        return _("0, by construction")
    if not np.isfinite(row.estimate):
        return _("not shown: too few people")
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=True)


def _numbers_after(data: pd.DataFrame, language: str) -> str:
    places = decimals_for(data["estimate"])
    return "; ".join(
        f"{number(row.event_time, language, signed=True)}: {_value(row, language, places)}" for row in rows.each(data)
    )


def _finding(data: pd.DataFrame, period: Words | None, language: str) -> str:
    """How many steps of time differ clearly before the start and after it; the average is another figure's to tell."""
    _ = translator(language)
    steps = spoken(period, language, default=_("quarters"))
    said: list[str] = []
    for when, words in (
        ("before", _("Before the start {some} of {total} {periods} differ clearly")),
        ("after", _("after it {some} of {total}")),
    ):
        own = data[(data["period"] == when) & data["estimate"].notna()]
        clear = int(((own["conf_low"] > 0) | (own["conf_high"] < 0)).sum())
        if when == "after" and not said:
            words = _("After the start {some} of {total} {periods} differ clearly")
        if len(own):
            said.append(words.format(some=number(clear, language), total=number(len(own), language), periods=steps))
    return "; ".join(said) + "."


def _before(result: EffectResult, language: str, *, quarters: bool) -> str:
    """What the dots before the start are measured from; empty where the result does not say."""
    _ = translator(language)
    # Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230: two kinds of base period before the start.
    words = {
        ("universal", True): _("Before the start each dot is the difference from the last quarter before the start."),
        ("universal", False): _("Before the start each dot is the difference from the last time before the start."),
        ("varying", True): _("Before the start each dot is the change from one quarter to the next."),
        ("varying", False): _("Before the start each dot is the change from one time to the next."),
    }
    return words.get((str(result.provenance.arguments.get("base_period")), quarters), "")


def _note(result: EffectResult, data: pd.DataFrame, language: str, *, quarters: bool, honest: EffectResult | None = None) -> str:
    _ = translator(language)
    simultaneous = result.provenance.arguments.get("bands") == "simultaneous"
    parts = [
        _("Open dots: before start. Filled dots: after."),
        *([_before(result, language, quarters=quarters)] if (data["period"] == "before").any() else []),
        _("The intervals hold together, all at once, with 95% certainty.")
        if simultaneous
        else _("Each interval holds for its own point with 95% certainty, not for all of them at once."),
    ]
    if (data["period"] == "reference").any():
        parts.append(_("The square is the time that the others are measured from."))
    if _largest_before(data) > 0:
        parts.append(_("The band reaches as far from zero as the largest difference before the start."))
    if honest is not None:
        parts.append(beside_note(honest, language))
    hidden = int((data["period"].ne("reference") & data["estimate"].isna()).sum())
    if hidden:
        parts.append(_("Points not shown because they rest on too few people: {n}.").format(n=number(hidden, language)))
    return " ".join(part for part in parts if part)
