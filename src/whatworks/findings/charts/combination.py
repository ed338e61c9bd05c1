"""The published studies alone, our own figures alone, and both together: three rows on one axis, with the weight of each said."""

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

import whatworks.findings.style as style
from whatworks.core.errors import InvalidOption, InvalidResult
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.own_rows import contradicts
from whatworks.findings.charts.scale import Scale, decimals_for, spanning
from whatworks.findings.charts.study_rows import reading_unit
from whatworks.findings.charts.words import LOG_MEASURES, Words, as_ratio, better, estimate_text, null_of, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import percent, translator

_TERMS = ("published", "ours", "combined")
_LEVEL = 0.95
_LOOKS = {"published": ("o", style.ACCENT), "ours": ("s", style.INK), "combined": ("D", style.GOOD)}
# Chances are said in steps of five per cent: more would feign a precision that the model has not got.
_STEP = 0.05


def combination_data(result: EffectResult) -> pd.DataFrame:
    """What the strip draws: published, ours and combined, each with the intervals that hold it by 50 and by 95 per cent.

    Parameters
    ----------
    result : of ``ww.synthesis.combine``

    Returns
    -------
    Columns term ("published", "ours", "combined"), estimate, half_low, half_high (50 per cent), conf_low, conf_high (95 per
    cent), weight (in the combination, of 1), answers (False for a combination of two sources that contradict each other). Log
    ratios come out as ratios.

    Raises
    ------
    InvalidResult
        If the result is of something else, or its intervals hold by another level than 95 per cent.

    Examples
    --------
    >>> es = pd.DataFrame({"yi": [0.2, 0.3, 0.25, 0.35], "vi": [0.01, 0.01, 0.02, 0.02]})
    >>> elsewhere = ww.synthesis.pool(es, measure="SMD", tau2="EE", test="z")
    >>> here = ww.synthesis.pool(pd.DataFrame({"yi": [0.1], "vi": [0.01]}), measure="SMD")
    >>> combination_data(ww.synthesis.combine(here, elsewhere))[["term", "half_low", "half_high", "weight"]].round(2)
            term  half_low  half_high  weight
    0  published      0.23       0.31    0.75
    1       ours      0.03       0.17    0.25
    2   combined      0.19       0.26    1.00
    """
    if result.method != "synthesis.combine":
        raise InvalidResult(f"A result of ww.synthesis.combine is needed; this one is of {result.method}.")
    if result.conf_level != _LEVEL:
        raise InvalidResult(f"Intervals are drawn at {_LEVEL:g}; this result has {result.conf_level:g}. Combine with that level.")
    effects = result.effects.set_index("term").loc[list(_TERMS)]
    data = pd.DataFrame(
        {"term": list(_TERMS), "estimate": [as_ratio(float(each), result.measure) for each in effects["estimate"]]}
    )
    for name in ("half_low", "half_high", "conf_low", "conf_high"):
        data[name] = [as_ratio(float(each), result.measure) for each in effects[name]]
    data["weight"] = effects["weight"].to_numpy(dtype=float) / 100
    return data.assign(answers=[True, True, not contradicts(result)])


@style.applied()
def combination_chart(
    result: EffectResult,
    *,
    smallest_important: float | None = None,
    good: str | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`combination_data`: thick lines hold the effect by 50 per cent, thin ones by 95, ticks mark what matters.

    Parameters
    ----------
    smallest_important : smallest difference that matters, as a positive number; for a ratio its distance from 1
    good : "up" or "down", which side is better for the person; the result's own by default
    """
    _ = translator(language)
    data = combination_data(result)
    null, good = null_of(result.measure), good or result.good
    limit = _limit(result, smallest_important, good)
    places = decimals_for(data["estimate"])
    shown = data[data["answers"]]
    values = [*shown["conf_low"], *shown["conf_high"], null, *([limit] if limit is not None else [])]
    scale = spanning(values, start=6, end=style.WIDTH - 6, log=null == 1)
    page = style.sheet()
    y = rows.sides(page, scale, 14, language, null=null, better=better(good, language)) + 2
    for row in rows.each(data):
        bold = row.term == "combined" and row.answers
        value = _value(row, language, places)
        middle = rows.label_row(page, y, _label(row, language), value, meta=_meta(row, language), bold=bold)
        if row.answers:
            _strip(page, scale, middle, row, null, limit)
        y = middle + rows.HALF + 6
    bottom = rows.axis(page, scale, y, language)
    if limit is not None:
        words = _("dashed: smallest difference that matters")
        style.write_within(page, scale(limit), bottom + 6, words)
        bottom += 16
    return style.finished(page, bottom)


def combination_alt(
    result: EffectResult,
    *,
    smallest_important: float | None = None,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
) -> str:
    """Say what both show together, the weight of each, and each with its interval."""
    _ = translator(language)
    data = combination_data(result)
    places = decimals_for(data["estimate"])
    answers = data[data["answers"]]
    listed = "; ".join(f"{_label(row, language)}: {_value(row, language, places)}" for row in rows.each(answers))
    said = _("{list}, {unit}.").format(list=listed, unit=reading_unit(result.measure, unit, language, default=result.unit))
    return " ".join(
        part for part in (_finding(result, data, language), _chance(result, smallest_important, good, language), said) if part
    )


def combination_figure(
    result: EffectResult,
    *,
    smallest_important: float | None = None,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The strip as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = combination_data(result)
    places = decimals_for(data["estimate"])
    twin = pd.DataFrame(
        {
            _("What"): [_label(row, language) for row in rows.each(data)],
            _("Effect (95% interval)"): [_value(row, language, places) for row in rows.each(data)],
            _("50% interval"): [
                estimate_text(row.estimate, row.half_low, row.half_high, language, decimals=places) if row.answers else "–"
                for row in rows.each(data)
            ],
            _("Weight"): [percent(each, language) for each in data["weight"]],
        }
    )
    return figure_html(
        combination_chart(result, smallest_important=smallest_important, good=good, language=language),
        caption=_finding(result, data, language),
        unit=reading_unit(result.measure, unit, language, default=result.unit),
        alt=combination_alt(result, smallest_important=smallest_important, good=good, unit=unit, language=language),
        note=" ".join(part for part in (_chance(result, smallest_important, good, language), _note(result, language)) if part),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _limit(result: EffectResult, smallest_important: float | None, good: str | None) -> float | None:
    """Where the smallest difference that matters stands on the axis; a direction that nobody stated has no such place."""
    if smallest_important is None or good is None:
        return None
    if not smallest_important > 0:
        raise InvalidOption(
            f"smallest_important is {smallest_important}; give it as a positive number, whichever direction is good."
        )
    place = null_of(result.measure) + (smallest_important if good == "up" else -smallest_important)
    if result.measure in LOG_MEASURES and place <= 0:
        raise InvalidOption(
            f"smallest_important is {smallest_important}; a ratio cannot fall by that much. Give its distance from 1."
        )
    return place


def _chance(result: EffectResult, smallest_important: float | None, good: str | None, language: str) -> str:
    """How likely the effect is large enough to matter, in steps of five per cent; empty where it cannot be said."""
    _ = translator(language)
    good = good or result.good
    limit = _limit(result, smallest_important, good)
    if limit is None or contradicts(result):
        return ""
    head = result.headline
    far = math.log(limit) if result.measure in LOG_MEASURES else limit
    sign = 1.0 if good == "up" else -1.0
    share = float(norm.sf(sign * (far - float(head.estimate)) / float(head.std_error)))
    rounded = round(share / _STEP) * _STEP
    words = _("The chance that the effect is large enough to matter is about {share}.")
    if rounded < _STEP or rounded > 1 - _STEP:
        rounded = _STEP if rounded < _STEP else 1 - _STEP
        words = _("The chance that the effect is large enough to matter is under {share}.")
        if share > 0.5:
            words = _("The chance that the effect is large enough to matter is over {share}.")
    return words.format(share=percent(rounded, language))


def _strip(page: Axes, scale: Scale, y: float, row: Any, null: float, limit: float | None) -> None:
    style.line(page, (scale.start, scale.end), (y, y), color=style.RULE)
    style.line(page, (scale(null), scale(null)), (y - rows.HALF, y + rows.HALF), color=style.INK_2)
    if limit is not None:
        style.line(
            page, (scale(limit), scale(limit)), (y - rows.HALF, y + rows.HALF), color=style.GOOD, width=1.5, dash=(0, (3, 2))
        )
    shape, color = _LOOKS[row.term]
    style.line(page, (scale(row.conf_low), scale(row.conf_high)), (y, y), color=color, width=2)
    style.line(page, (scale(row.half_low), scale(row.half_high)), (y, y), color=color, width=6)
    style.mark(page, scale(row.estimate), y, color=color, shape=shape)


def _label(row: Any, language: str) -> str:
    _ = translator(language)
    names = {
        "published": _("The published studies"),
        "ours": _("Our own figures"),
        "combined": _("The studies and our own figures together"),
    }
    return names[row.term]


def _meta(row: Any, language: str) -> list[str]:
    _ = translator(language)
    if row.term == "combined":
        return [] if row.answers else [_("the two contradict each other, so their average is no answer")]
    words = _("weighs {share}")
    if row.term == "published":
        words = _("what a place like ours can expect from them; weighs {share}")
    return [words.format(share=percent(row.weight, language))]


def _value(row: Any, language: str, places: int) -> str:
    if not row.answers:
        return "–"
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places)


def _finding(result: EffectResult, data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    places = decimals_for(data["estimate"])
    row = {each.term: each for each in rows.each(data)}
    if contradicts(result):
        return _(
            "Our own figures, {ours}, contradict the published studies, {published}: find out why before you use either."
        ).format(ours=_value(row["ours"], language, places), published=_value(row["published"], language, places))
    return _("Together they show {value}: our own figures weigh {ours}, the published studies {published}.").format(
        value=_value(row["combined"], language, places),
        ours=percent(row["ours"].weight, language),
        published=percent(row["published"].weight, language),
    )


def _note(result: EffectResult, language: str) -> str:
    _ = translator(language)
    said = [_("Half of the answers that fit the numbers lie within the thick line, 95% within the thin one.")]
    far = [check for check in result.failed_checks if check.name == "transport"]
    unknown = [check for check in result.checks if check.name == "transport" and check.passed is None]
    if far:
        said.append(_("Our citizens differ much from those in the studies, so the studies may say less about us."))
    elif unknown:
        said.append(_("It has not been looked into whether our citizens resemble those in the studies."))
    return " ".join(said)
