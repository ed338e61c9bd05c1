"""The studies behind a pooled effect, the pooled effect, what a new place can expect, and our own figures set apart."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.own_rows import Own, own_rows
from whatworks.findings.charts.scale import Scale, decimals_for, spanning
from whatworks.findings.charts.study_rows import LABELS, on_reading_scale, reading_unit, study_row, upright
from whatworks.findings.charts.words import Words, better, estimate_text, null_of, spoken, studies
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, percent, translator

# Everything that is not a study, in the order drawn.
_SUMMARIES = ("headline", "prediction", "own", "combined")


def study_forest_data(result: EffectResult, *, own: Own | None = None) -> pd.DataFrame:
    """What the forest plot of studies draws: one row per study, then the pooled effect, the prediction and our own figures.

    Parameters
    ----------
    result : from ``ww.synthesis.pool`` or ``multilevel``: parts with study and weight, a headline, a row of kind "prediction"
        where it exists
    own : our own figures on the same scale: a result, the row that ``ww.synthesis.own_effect`` makes, or a result of
        ``ww.synthesis.combine``, which adds what both say together

    Returns
    -------
    Columns label, kind ("part", "headline", "prediction", "own", "combined"), estimate, conf_low, conf_high, weight (share of 1).
    Log ratios come out as ratios. A single study has no row of kind "headline": nothing was pooled.

    Raises
    ------
    EmptyData
        If the result has no parts.
    InvalidOption
        If our own figures are on another scale.

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B"], "yi": [0.1, 0.3], "vi": [0.02, 0.03]})
    >>> pooled = ww.synthesis.pool(es, study="trial", measure="SMD")
    >>> study_forest_data(pooled, own=pd.DataFrame({"study": ["Ours"], "yi": [0.2], "vi": [0.01]}))["kind"].tolist()
    ['part', 'part', 'headline', 'prediction', 'own']
    """
    parts = result.parts
    if parts.empty:
        raise EmptyData(
            f"{result.method} has no studies to draw; its result holds no row of kind 'part'. Draw its headline instead."
        )
    order = {"part": 0, "headline": 1, "prediction": 2}
    effects = result.effects.sort_values("kind", key=lambda kinds: kinds.map(order), kind="stable").reset_index(drop=True)
    if len(parts) == 1:
        effects = effects[effects["kind"] == "part"]
    weight = effects["weight"].astype(float).where(effects["kind"] == "part") if "weight" in effects else np.nan
    data = pd.DataFrame({"label": _labels(effects), "kind": effects["kind"]})
    data = data.join(on_reading_scale(effects, result.measure)).assign(weight=weight)
    total = data["weight"].sum()
    data = data.assign(weight=data["weight"] / total) if total > 0 else data
    return data if own is None else pd.concat([data, own_rows(own, result)], ignore_index=True)


@style.applied()
def study_forest_chart(result: EffectResult, *, own: Own | None = None, good: str | None = None, language: str = "da") -> Figure:
    """Draw :func:`study_forest_data`: a line per study, its dot as large as its weight, the pooled effect as a diamond.

    Parameters
    ----------
    good : "up" or "down", which side is better for the person; the result's own by default
    """
    data = study_forest_data(result, own=own)
    null = null_of(result.measure)
    places = decimals_for(data["estimate"])
    values = [*data["estimate"], *data["conf_low"], *data["conf_high"], null]
    scale = spanning(values, start=LABELS + 8, end=style.WIDTH - 6, log=null == 1)
    page = style.sheet()
    top = rows.sides(page, scale, 14, language, null=null, better=better(good or result.good, language))
    y = top + 4
    parts = rows.each(data[data["kind"] == "part"])
    for study in parts:
        # Area stands for weight; a study without one gets a middling dot.
        size = 6 + 10 * float(np.sqrt(study.weight)) if np.isfinite(study.weight) else 8.0
        y = study_row(page, scale, y, study.label, (study.estimate, study.conf_low, study.conf_high), size=size)
    upright(page, scale, null, (top, y))
    answer = "combined" if (data["kind"] == "combined").any() else "headline"
    for kind in _SUMMARIES:
        for row in rows.each(data[data["kind"] == kind]):
            if kind in ("headline", "own") or (kind == "combined" and y == top + 4):
                style.line(page, (0, style.WIDTH), (y + 4, y + 4), color=style.RULE_STRONG)
            label, bold = _name(row, language), kind == answer
            middle = rows.label_row(page, y + 8, label, _value(row, language, places), bold=bold)
            _summary(page, scale, middle, row, null, style.GOOD if bold else style.INK_2)
            y = middle + rows.HALF
    return style.finished(page, rows.axis(page, scale, y + 6, language))


def study_forest_alt(result: EffectResult, *, own: Own | None = None, unit: Words | None = None, language: str = "da") -> str:
    """Say the pooled effect with its interval, how many studies it rests on, what a new place can expect, and our own figures."""
    _ = translator(language)
    data = study_forest_data(result, own=own)
    count = int((data["kind"] == "part").sum())
    unit_ = reading_unit(result.measure, unit, language, default=result.unit)
    if count == 1:
        return f"{_finding(data, language)} {_('Measured in {unit}.').format(unit=unit_)}"
    said = _("Pooled from {studies}, {unit}.").format(studies=studies(count, language), unit=unit_)
    return f"{_finding(data, language)} {said}"


def study_forest_figure(
    result: EffectResult,
    *,
    own: Own | None = None,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The forest plot of studies as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = study_forest_data(result, own=own)
    places = decimals_for(data["estimate"])
    table = pd.DataFrame(
        {
            _("Study"): [_name(row, language) for row in rows.each(data)],
            _("Effect (95% interval)"): [_value(row, language, places) for row in rows.each(data)],
            _("Weight"): ["–" if pd.isna(each) else percent(each, language, decimals=1) for each in data["weight"]],
        }
    )
    return figure_html(
        study_forest_chart(result, own=own, good=good, language=language),
        caption=_finding(data, language),
        unit=reading_unit(result.measure, unit, language, default=result.unit),
        alt=study_forest_alt(result, own=own, unit=unit, language=language),
        note=_note(data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _labels(effects: pd.DataFrame) -> list[str]:
    """Studies by name, and by the name of the effect as well where a study has several."""
    if "study" not in effects:
        return effects["term"].astype(str).tolist()
    study = effects["study"].where(effects["kind"] == "part", effects["term"]).astype(str)
    if "effect" not in effects or not study.duplicated().any():
        return study.tolist()
    several = study.duplicated(keep=False)
    return [f"{name} · {part}" if twin else name for name, part, twin in zip(study, effects["effect"], several, strict=True)]


def _name(row: Any, language: str) -> str:
    _ = translator(language)
    names = {
        "headline": _("Pooled"),
        "prediction": _("A new place like these"),
        "combined": _("The studies and our own figures together"),
    }
    return names.get(row.kind) or row.label or _("Our own figures")


def _summary(page: Axes, scale: Scale, middle: float, row: Any, null: float, color: str) -> None:
    upright(page, scale, null, (middle - rows.HALF, middle + rows.HALF))
    if np.isfinite(row.conf_low) and np.isfinite(row.conf_high):
        thick = row.kind in ("headline", "combined")
        style.line(
            page,
            (scale(row.conf_low), scale(row.conf_high)),
            (middle, middle),
            color=style.INK if row.kind == "own" else color,
            width=4 if thick else 2,
            dash=":" if row.kind == "prediction" else "-",
        )
    if row.kind == "own" and np.isfinite(row.estimate):
        style.mark(page, scale(row.estimate), middle, color=style.INK, shape="s", size=10)
    elif row.kind in ("headline", "combined"):
        style.mark(page, scale(row.estimate), middle, color=color, shape="D", size=11)


def _value(row: Any, language: str, places: int) -> str:
    if row.kind == "prediction":
        return interval(row.conf_low, row.conf_high, language, decimals=places)
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places)


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    if (data["kind"] == "headline").any():
        said = _(
            "A line is a study with its 95% interval; the larger the dot, the more it weighs. The diamond is the pooled effect."
        )
    else:
        said = _("The line is the study's 95% interval.")
    if (data["kind"] == "own").any():
        said += " " + _("The square is our own figures.")
    return said


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    places = decimals_for(data["estimate"])
    value = {row.kind: _value(row, language, places) for row in rows.each(data)}
    if "headline" in value:
        said = _("The pooled effect is {value}").format(value=value["headline"])
    else:
        said = _("The only study shows {value}; nothing is pooled").format(value=value["part"])
    for row in rows.each(data[data["kind"] == "prediction"]):
        if np.isfinite(row.conf_low) and np.isfinite(row.conf_high):
            said += _("; a new place can expect {low} to {high}").format(
                low=number(row.conf_low, language, decimals=places), high=number(row.conf_high, language, decimals=places)
            )
    if "own" in value:
        said += _("; our own figures show {value}").format(value=value["own"])
    if "combined" in value:
        said += _("; together they show {value}").format(value=value["combined"])
    return said + "."
