"""Every unit with its interval, in alphabetical order: how far each is from what is expected, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.alphabet import sort_key
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData, InvalidOption
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.providers import (
    left_out,
    owner_legend,
    owner_name,
    owner_shapes,
    provider_rows,
    reason_words,
)
from whatworks.findings.charts.scale import decimals_for, spanning
from whatworks.findings.charts.study_rows import HEIGHT, LABELS, joined, reading_unit, study_row, upright
from whatworks.findings.charts.words import LOG_MEASURES, Words, as_ratio, better, estimate_text, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, translator

# A figure longer than this is a table.
_MOST = 120


def caterpillar_data(result: EffectResult, *, language: str = "da") -> pd.DataFrame:
    """What the chart draws: one row per unit, in alphabetical order.

    Parameters
    ----------
    result : from ``ww.benchmarking.compare`` (shrunken estimates beside unadjusted ones) or ``ww.benchmarking.frontier``
        (efficiency beside the plain score)

    Returns
    -------
    Columns label, ownership, n, estimate, conf_low, conf_high, other (unadjusted result, or score before correction), rank_low,
    rank_high, comparable, reason. Log ratios are ratios.

    Raises
    ------
    MissingColumn, EmptyData

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> stays = pd.DataFrame({"home": np.repeat(["Ås", "Bro", "Aarup", *"CDEFG"], 50), "score": rng.normal(size=400)})
    >>> caterpillar_data(ww.benchmarking.compare(stays, provider="home", outcome="score"))["label"].tolist()
    ['Bro', 'C', 'D', 'E', 'F', 'G', 'Aarup', 'Ås']
    """
    if result.method == "benchmarking.compare":
        found = provider_rows(result, language=language)
        columns = {"provider": "label", "shrunken": "estimate", "shrunken_low": "conf_low", "shrunken_high": "conf_high"}
        data = found.drop(columns=["estimate", "conf_low", "conf_high"]).rename(columns={**columns, "unadjusted": "other"})
    else:
        parts = result.parts
        require_columns(parts, ["unit", "score"], what=f"parts of {result.method}")
        data = parts.rename(columns={"unit": "label", "score": "other"})
        data = data.assign(ownership=None, n=np.nan, rank_low=np.nan, rank_high=np.nan, comparable=True, reason="")
    if data.empty:
        raise EmptyData(f"{result.method} holds no units to draw.")
    first = [
        "label",
        "ownership",
        "n",
        "estimate",
        "conf_low",
        "conf_high",
        "other",
        "rank_low",
        "rank_high",
        "comparable",
        "reason",
    ]
    data = data[first].assign(reason=data["reason"].fillna(""), comparable=data["comparable"].astype(bool))
    return data.sort_values("label", key=lambda names: names.map(lambda name: sort_key(str(name), language)), ignore_index=True)


@style.applied()
def caterpillar_chart(
    result: EffectResult, *, labels: Mapping[str, Words] | None = None, good: str | None = None, language: str = "da"
) -> Figure:
    """Draw :func:`caterpillar_data`: the interval of each unit, an open dot for the result before adjustment.

    Parameters
    ----------
    labels : names of the owners by their codes

    Raises
    ------
    InvalidOption
        If there are more than 120 units: a figure that long is a table.
    """
    _ = translator(language)
    data = caterpillar_data(result, language=language)
    if len(data) > _MOST:
        raise InvalidOption(
            f"{len(data)} units; a figure holds {_MOST}. Draw the funnel, or compare within a region or an owner."
        )
    page = style.sheet()
    shapes = owner_shapes(data["ownership"], labels, language)
    y = owner_legend(page, _dots_legend(page, result, language), shapes)
    null = _null(result)
    values = [*data["conf_low"], *data["conf_high"], *data["estimate"], *data["other"], *([] if null is None else [null])]
    scale = spanning(values, start=LABELS + 10, end=style.WIDTH - 8, log=result.measure in LOG_MEASURES)
    side = better(good or result.good, language)
    if side:
        style.write(page, style.WIDTH, y + 14, side, size=style.SMALL, color=style.GOOD, bold=True, align="right")
        y += 20
    y += 4
    top, bottom = y, y + HEIGHT * len(data)
    if null is not None:
        for start, end in _clear(data, top, bottom):
            upright(page, scale, null, (start, end), color=style.RULE_STRONG)
    for row in rows.each(data):
        y = _row(page, scale, y, row, shapes.get(owner_name(row.ownership, labels, language), "o"), language)
    return style.finished(page, rows.axis(page, scale, y + 4, language))


def caterpillar_alt(
    result: EffectResult, *, labels: Mapping[str, Words] | None = None, unit: Words | None = None, language: str = "da"
) -> str:
    """Say how many intervals hold what is expected, and the first units with their numbers."""
    data = caterpillar_data(result, language=language)
    places = decimals_for([*data["estimate"], *data["conf_high"]])
    shown = data[data["estimate"].notna()].head(6)
    told = "; ".join(
        f"{row.label}: {estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places)}"
        for row in rows.each(shown)
    )
    return f"{_finding(result, data, language)} {told}." if told else _finding(result, data, language)


def caterpillar_figure(
    result: EffectResult,
    *,
    labels: Mapping[str, Words] | None = None,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = caterpillar_data(result, language=language)
    compares = result.method == "benchmarking.compare"
    measured = reading_unit(result.measure, unit, language, default=result.unit)
    return figure_html(
        caterpillar_chart(result, labels=labels, good=good, language=language),
        caption=_finding(result, data, language),
        unit=_("services from A to Å; {unit}").format(unit=measured),
        alt=caterpillar_alt(result, labels=labels, unit=unit, language=language),
        note=_(
            "The dot is our best guess, the line its 95% interval. Guesses about small services are drawn towards the average, "
            "because they say less. The open dot is the result before adjustment. The order is alphabetical."
        )
        if compares
        else _(
            "The dot is the efficiency with the bias taken out, the line its 95% interval; 1 is the best observed. "
            "The open dot is the score before that. The order is alphabetical."
        ),
        table=_table(result, data, labels, language),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _null(result: EffectResult) -> float | None:
    """What is expected, on the scale people read; a frontier expects nothing."""
    target = result.statistics.get("target")
    return None if target is None else as_ratio(float(target), result.measure)


def _row(page: Axes, scale: Any, y: float, row: Any, shape: str, language: str) -> float:
    _ = translator(language)
    if not row.comparable:
        below = study_row(page, scale, y, row.label, (np.nan, np.nan, np.nan))
        room, reason = style.WIDTH - LABELS - 10, reason_words(row.reason, language)
        words = f"{_('cannot be compared')}: {reason}"
        # Where both do not fit, the reason alone says it.
        text = style.shortened(words if style.text_width(words, style.SMALL) <= room else reason, room, style.SMALL)
        style.write(page, LABELS + 10, y + HEIGHT / 2 + 4.5, text, size=style.SMALL, color=style.INK_2)
        return below
    if np.isfinite(row.other):
        style.mark(page, scale(row.other), y + HEIGHT / 2, color=style.MUTED, shape=shape, size=8, hollow=True)
    return study_row(page, scale, y, row.label, (row.estimate, row.conf_low, row.conf_high), shape=shape)


def _clear(data: pd.DataFrame, top: float, bottom: float) -> list[tuple[float, float]]:
    """Stretches of the upright line that cross no words."""
    out: list[tuple[float, float]] = []
    start = top
    for place, comparable in enumerate(data["comparable"]):
        if not comparable:
            if top + place * HEIGHT > start:
                out.append((start, top + place * HEIGHT))
            start = top + (place + 1) * HEIGHT
    return [*out, (start, bottom)] if start < bottom else out


def _dots_legend(page: Axes, result: EffectResult, language: str) -> float:
    _ = translator(language)
    compares = result.method == "benchmarking.compare"
    words = [
        (False, _("adjusted, with 95% interval") if compares else _("corrected, with 95% interval")),
        (True, _("before adjustment") if compares else _("before correction")),
    ]
    places = rows.legend_places([text for _hollow, text in words], sign=17, gap=20)
    for (x, y), (hollow, text) in zip(places, words, strict=True):
        style.mark(page, x + 6, y + 9, color=style.MUTED if hollow else style.ACCENT, size=8, hollow=hollow)
        style.write(page, x + 17, y + 14, text, size=style.SMALL, color=style.INK_2)
    return places[-1][1] + 20


def _finding(result: EffectResult, data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    shown, null = data[data["estimate"].notna()], _null(result)
    total = number(len(shown), language)
    if shown.empty:
        return _("None of the {total} services can be compared fairly.").format(total=number(len(data), language))
    if null is None:
        best = shown[shown["conf_high"].fillna(shown["estimate"]) >= shown["estimate"].max()]["label"].tolist()
        words = _("Among {total} services, {n} may be the most efficient: {names}")
        return words.format(total=total, n=number(len(best), language), names=joined(best, language)) + "."
    outside = int(((shown["conf_low"] > null) | (shown["conf_high"] < null)).sum())
    words = _("The intervals of {n} of {total} services lie on one side of what would be expected of their citizens")
    return words.format(n=number(outside, language), total=total) + left_out(data, language) + "."


def _table(result: EffectResult, data: pd.DataFrame, labels: Mapping[str, Words] | None, language: str) -> pd.DataFrame:
    _ = translator(language)
    places = decimals_for([*data["estimate"], *data["conf_high"]])
    compares = result.method == "benchmarking.compare"
    table: dict[str, Sequence[Any]] = {_("Service"): data["label"].tolist()}
    if data["ownership"].notna().any():
        table[_("Owner")] = [owner_name(each, labels, language) or "–" for each in data["ownership"]]
    table[_("Adjusted (95% interval)") if compares else _("Efficiency (95% interval)")] = [
        estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places)
        if np.isfinite(row.estimate)
        else f"{_('cannot be compared')}: {reason_words(row.reason, language)}"
        for row in rows.each(data)
    ]
    table[_("Before adjustment") if compares else _("Before correction")] = [
        "–" if np.isnan(each) else number(each, language, decimals=places) for each in data["other"]
    ]
    if data["rank_low"].notna().any():
        # A rank stands here only as the range it may have.
        table[_("Possible places")] = [
            "–" if np.isnan(row.rank_low) else interval(row.rank_low, row.rank_high, language) for row in rows.each(data)
        ]
    return pd.DataFrame(table)
