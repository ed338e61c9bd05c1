"""The studies behind a pooled effect, the pooled effect, and what a new place can expect."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale, decimals_for, spanning
from whatworks.findings.charts.words import (
    LOG_MEASURES,
    Words,
    as_ratio,
    better,
    estimate_text,
    null_of,
    spoken,
    studies,
    unit_of,
)
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, percent, translator

_LABELS = 168.0
_ROW = 22.0


def study_forest_data(result: EffectResult) -> pd.DataFrame:
    """What the forest plot of studies draws: one row per study, then the pooled effect and the prediction.

    Parameters
    ----------
    result : from ``ww.synthesis.pool``: parts with study and weight, a headline, a row of kind "prediction" where it exists

    Returns
    -------
    Columns label, kind, estimate, conf_low, conf_high, weight (share of 1). Log ratios come out as ratios.

    Raises
    ------
    EmptyData
        If the result has no parts.
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(
            f"{result.method} has no studies to draw; its result holds no row of kind 'part'. Draw its headline instead."
        )
    order = {"part": 0, "headline": 1, "prediction": 2}
    effects = result.effects.sort_values("kind", key=lambda kinds: kinds.map(order), kind="stable").reset_index(drop=True)
    label = effects["study"].where(effects["kind"] == "part", effects["term"]) if "study" in effects else effects["term"]
    weight = effects["weight"].astype(float).where(effects["kind"] == "part") if "weight" in effects else np.nan
    data = pd.DataFrame({"label": label.astype(str), "kind": effects["kind"]})
    for column in ("estimate", "conf_low", "conf_high"):
        data[column] = [as_ratio(float(value), result.measure) for value in effects[column]]
    data["weight"] = weight
    total = data["weight"].sum()
    return data.assign(weight=data["weight"] / total) if total > 0 else data


@style.applied()
def study_forest_chart(result: EffectResult, *, good: str | None = None, language: str = "da") -> Figure:
    """Draw :func:`study_forest_data`: a line per study, its dot as large as its weight, the pooled effect as a diamond.

    Parameters
    ----------
    good : "up" or "down", which side is better for the person; the result's own by default
    """
    _ = translator(language)
    data = study_forest_data(result)
    null = null_of(result.measure)
    places = decimals_for(data["estimate"])
    values = [*data["estimate"], *data["conf_low"], *data["conf_high"], null]
    scale = spanning(values, start=_LABELS + 8, end=style.WIDTH - 6, log=null == 1)
    page = style.sheet()
    top = rows.sides(page, scale, 14, language, null=null, better=better(good or result.good, language))
    y = top + 4
    count = int((data["kind"] == "part").sum())
    if scale.low <= null <= scale.high:
        style.line(page, (scale(null), scale(null)), (top, y + count * _ROW), color=style.INK_2)
    for study in rows.each(data[data["kind"] == "part"]):
        _study(page, scale, y, study)
        y += _ROW
    style.line(page, (0, style.WIDTH), (y + 2, y + 2), color=style.RULE_STRONG)
    for kind, label in (("headline", _("Pooled")), ("prediction", _("A new place like these"))):
        for row in rows.each(data[data["kind"] == kind]):
            middle = rows.label_row(page, y + 8, label, _value(row, language, places), bold=kind == "headline")
            _summary(page, scale, middle, row, null)
            y = middle + rows.HALF
    return style.finished(page, rows.axis(page, scale, y + 6, language))


def study_forest_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say the pooled effect with its interval, how many studies it rests on, and what a new place can expect."""
    _ = translator(language)
    data = study_forest_data(result)
    count = int((data["kind"] == "part").sum())
    said = _("Pooled from {studies}, {unit}.").format(studies=studies(count, language), unit=_unit(result, unit, language))
    return f"{_finding(data, language)} {said}"


def study_forest_figure(
    result: EffectResult,
    *,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The forest plot of studies as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = study_forest_data(result)
    places = decimals_for(data["estimate"])
    names = {"headline": _("Pooled"), "prediction": _("A new place like these")}
    table = pd.DataFrame(
        {
            _("Study"): [names.get(row.kind, row.label) for row in rows.each(data)],
            _("Effect (95% interval)"): [_value(row, language, places) for row in rows.each(data)],
            _("Weight"): ["–" if pd.isna(each) else percent(each, language, decimals=1) for each in data["weight"]],
        }
    )
    return figure_html(
        study_forest_chart(result, good=good, language=language),
        caption=_finding(data, language),
        unit=_unit(result, unit, language),
        alt=study_forest_alt(result, unit=unit, language=language),
        note=_(
            "A line is a study with its 95% interval; the larger the dot, the more it weighs. The diamond is the pooled effect."
        ),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _study(page: Axes, scale: Scale, y: float, study: Any) -> None:
    middle = y + _ROW / 2
    style.write(page, 0, middle + 4.5, style.shortened(study.label, _LABELS, style.SMALL), size=style.SMALL)
    if np.isfinite(study.conf_low) and np.isfinite(study.conf_high):
        style.line(page, (scale(study.conf_low), scale(study.conf_high)), (middle, middle), color=style.ACCENT, width=1.5)
    if np.isfinite(study.estimate):
        # Area stands for weight; a study without one gets a middling dot.
        size = 6 + 10 * float(np.sqrt(study.weight)) if np.isfinite(study.weight) else 8
        style.mark(page, scale(study.estimate), middle, color=style.ACCENT, size=size)


def _summary(page: Axes, scale: Scale, middle: float, row: Any, null: float) -> None:
    if scale.low <= null <= scale.high:
        style.line(page, (scale(null), scale(null)), (middle - rows.HALF, middle + rows.HALF), color=style.INK_2)
    if np.isfinite(row.conf_low) and np.isfinite(row.conf_high):
        ends = (scale(row.conf_low), scale(row.conf_high))
        pooled = row.kind == "headline"
        style.line(
            page,
            ends,
            (middle, middle),
            color=style.GOOD if pooled else style.INK_2,
            width=4 if pooled else 2,
            dash="-" if pooled else ":",
        )
    if row.kind == "headline":
        style.mark(page, scale(row.estimate), middle, color=style.GOOD, shape="D", size=11)


def _value(row: Any, language: str, places: int) -> str:
    if row.kind == "prediction":
        return interval(row.conf_low, row.conf_high, language, decimals=places)
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places)


def _unit(result: EffectResult, unit: Words | None, language: str) -> str:
    _ = translator(language)
    measure = LOG_MEASURES.get(result.measure)
    return unit_of(result, unit, language) if measure is None else _("ratio ({measure}), log scale").format(measure=measure)


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    places = decimals_for(data["estimate"])
    head = rows.each(data[data["kind"] == "headline"])[0]
    said = _("The pooled effect is {value}").format(value=_value(head, language, places))
    for row in rows.each(data[data["kind"] == "prediction"]):
        if np.isfinite(row.conf_low) and np.isfinite(row.conf_high):
            said += _("; a new place can expect {low} to {high}").format(
                low=number(row.conf_low, language, decimals=places), high=number(row.conf_high, language, decimals=places)
            )
    return said + "."
