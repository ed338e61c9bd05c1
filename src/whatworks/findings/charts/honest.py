"""What is left of an effect if trends were not quite parallel: one interval for each bound on how far off they were."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import decimals_for, spanning
from whatworks.findings.charts.words import Words, better, spoken, unit_of, verdict
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, translator


def honest_data(result: EffectResult) -> pd.DataFrame:
    """What the robust intervals draw: the usual interval first, then one row per bound, the strictest first.

    Parameters
    ----------
    result : ``ww.did.honest``: parts carry bound

    Returns
    -------
    Columns bound (missing for the usual interval), restriction ("relative_magnitude", "smoothness"), estimate (missing where
    an interval has no middle of its own), conf_low, conf_high.

    Raises
    ------
    MissingColumn
        If the parts have no bound.
    EmptyData
        If there are no parts.
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(f"{result.method} has no bounds to draw. Use ww.did.honest.")
    require_columns(parts, ["bound"], what=f"parts of {result.method}")
    restriction = str(result.provenance.arguments.get("restriction", "relative_magnitude"))
    columns = ["bound", "estimate", "conf_low", "conf_high"]
    usual = pd.DataFrame([{"bound": np.nan, **{name: float(getattr(result.headline, name)) for name in columns[1:]}}])
    robust = parts[columns].astype(float).sort_values("bound", kind="stable")
    if restriction == "relative_magnitude":
        robust["estimate"] = np.nan
    data = pd.concat([usual, robust], ignore_index=True)
    data.insert(1, "restriction", restriction)
    return data


@style.applied()
def honest_chart(result: EffectResult, *, good: str | None = None, language: str = "da") -> Figure:
    """Draw :func:`honest_data`: an interval under each bound, against the line of no difference."""
    _ = translator(language)
    data = honest_data(result)
    good = good or result.good
    page = style.sheet()
    values = [*data["conf_low"], *data["conf_high"], *data["estimate"], 0.0]
    scale = spanning(values, start=10, end=style.WIDTH - 10)
    places = decimals_for([each for each in values if math.isfinite(each)])
    style.write(page, 0, 12, _("if trends in the two groups …"), size=style.SMALL, color=style.INK_2)
    y = 18.0
    for row in rows.each(data):
        middle = rows.label_row(
            page, y, bound_name(row, language), _reach(row, language, places), meta=(), bold=bool(np.isnan(row.bound))
        )
        color = rows.VERDICT_COLORS[verdict(row.conf_low, row.conf_high, 0.0, good)]
        _interval(page, scale, middle, row, color)
        y = middle + rows.HALF + 8
    y = rows.axis(page, scale, y, language, signed=True)
    y = rows.sides(page, scale, y + 4, language, null=0.0, better=better(good, language))
    return style.finished(page, y + 4)


def _interval(page: Any, scale: Any, y: float, row: Any, color: str) -> None:
    style.line(page, (scale.start, scale.end), (y, y), color=style.RULE)
    style.line(page, (scale(0), scale(0)), (y - rows.HALF, y + rows.HALF), color=style.INK_2)
    ends = (row.conf_low, row.conf_high)
    if all(map(math.isfinite, ends)):
        style.line(page, [scale(each) for each in ends], (y, y), color=color, width=3)
        for each in ends:
            style.line(page, (scale(each), scale(each)), (y - 5, y + 5), color=color, width=1.5)
    if math.isfinite(row.estimate):
        style.mark(page, scale(row.estimate), y, color=color)


def honest_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say at which bound the interval reaches zero, and every interval."""
    _ = translator(language)
    data = honest_data(result)
    places = decimals_for([*data["conf_low"], *data["conf_high"]])
    listed = "; ".join(f"{bound_name(row, language)}: {_reach(row, language, places)}" for row in rows.each(data))
    return _("{finding} Measured in {unit}: {list}.").format(
        finding=honest_finding(result, language), unit=unit_of(result, unit, language), list=listed
    )


def honest_figure(
    result: EffectResult,
    *,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The robust intervals as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = honest_data(result)
    places = decimals_for([*data["conf_low"], *data["conf_high"]])
    table = pd.DataFrame(
        {
            _("If trends in the two groups …"): [bound_name(row, language) for row in rows.each(data)],
            _("95% interval"): [_reach(row, language, places) for row in rows.each(data)],
        }
    )
    return figure_html(
        honest_chart(result, good=good, language=language),
        caption=honest_finding(result, language),
        unit=unit_of(result, unit, language),
        alt=honest_alt(result, unit=unit, language=language),
        note=_note(data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def bound_name(row: Any, language: str) -> str:
    """A bound in words; the usual interval is the one for parallel trends."""
    _ = translator(language)
    if np.isnan(row.bound):
        return _("are parallel")
    if row.restriction == "relative_magnitude":
        return _("differ by up to {bound} times that before start").format(bound=bound_text(row.bound, language))
    if row.bound == 0:
        return _("differ by a straight line")
    return _("bend apart by up to {bound}").format(bound=bound_text(row.bound, language))


def honest_finding(result: EffectResult, language: str) -> str:
    """At which bound the interval reaches zero, in one sentence."""
    _ = translator(language)
    data = honest_data(result)
    breakdown = float(result.statistics.get("breakdown", math.nan))
    usual = data.iloc[0]
    if usual["conf_low"] <= 0 <= usual["conf_high"]:
        return _("The interval reaches over zero even if trends are parallel.")
    if not math.isfinite(breakdown):
        return _("The interval stays clear of zero for every departure from parallel trends that was tried.")
    words = {
        "relative_magnitude": _(
            "The interval stays clear of zero until trends are off by {bound} times as much as before the start."
        ),
        "smoothness": _("The interval stays clear of zero until trends bend by {bound}."),
    }
    return words[str(usual["restriction"])].format(bound=bound_text(breakdown, language))


def robust_intervals(result: EffectResult | None) -> pd.DataFrame:
    """The intervals under each bound that have two ends, the narrowest first; none without a result."""
    if result is None:
        return pd.DataFrame({"bound": [], "conf_low": [], "conf_high": []})
    data = honest_data(result).iloc[1:]
    return data[np.isfinite(data[["conf_low", "conf_high"]].to_numpy()).all(axis=1)]


def honest_time(result: EffectResult) -> float:
    """The time since start that the intervals are of; the first, where they are of an average."""
    asked = result.provenance.arguments.get("event_time", 0)
    return float(asked) if isinstance(asked, (int, float)) else 0.0


def beside_note(result: EffectResult, language: str) -> str:
    """How to read robust intervals that stand beside an effect; empty where none has two ends."""
    _ = translator(language)
    robust = robust_intervals(result)
    if robust.empty:
        return ""
    words = _("The thin lines beside {time} are its intervals if trends are not quite parallel (bound, from the left: {bounds}).")
    read = words.format(
        time=number(honest_time(result), language, signed=True),
        bounds="; ".join(bound_text(each, language) for each in robust["bound"]),
    )
    return f"{read} {honest_finding(result, language)}"


def bound_text(value: float, language: str) -> str:
    """A bound as a number: whole or short where it is round, else with two digits that count."""
    places = next((each for each in range(4) if math.isclose(round(value, each), value, abs_tol=1e-9)), None)
    places = places if places is not None else max(0, 1 - math.floor(math.log10(abs(value))))
    return number(value, language, decimals=places)


def _reach(row: Any, language: str, places: int) -> str:
    if not (math.isfinite(row.conf_low) and math.isfinite(row.conf_high)):
        return translator(language)("no bounds")
    return interval(row.conf_low, row.conf_high, language, decimals=places, signed=True)


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    if str(data["restriction"].iloc[0]) == "relative_magnitude":
        return _(
            "Each line is the 95% interval if the two groups, from one time to the next, drift apart by at most so many times "
            "the largest drift before the start."
        )
    return _(
        "Each line is the 95% interval if the groups drift apart along a line whose slope changes by at most so much each time."
    )
