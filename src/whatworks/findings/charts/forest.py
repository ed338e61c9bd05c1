"""Published pooled effects of a target group, each on the scale it was printed on."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.findings.charts import rows
from whatworks.findings.charts.published_effects import Labels, forest_data
from whatworks.findings.charts.scale import spanning
from whatworks.findings.charts.study_rows import named_briefly
from whatworks.findings.charts.words import Words, estimate_text, spoken, studies
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator


@style.applied()
def forest_chart(reviews: pd.DataFrame, *, labels: Labels | None = None, language: str = "da") -> Figure:
    """Draw :func:`forest_data`: one panel per family of measures, each with its own axis.

    Within a panel, effects whose higher number is better stand apart from those whose lower number is better, each with
    words for the better side. An effect without a printed interval is an open marker.
    """
    data = forest_data(reviews, labels=labels, language=language)
    page = style.sheet()
    y = 0.0
    for position, (family, panel) in enumerate(data.groupby("family", sort=False)):
        y = _panel(page, y + (26 if position else 0), str(family), panel, language)
    return style.finished(page, y)


def forest_alt(reviews: pd.DataFrame, *, labels: Labels | None = None, language: str = "da") -> str:
    """Say what the published effects show: how many, which way, and each with its numbers when they are few."""
    _ = translator(language)
    data = forest_data(reviews, labels=labels, language=language)
    told = [f"{named_briefly(row.outcome)}: {row.measure} {_numbers(row, language)}" for row in rows.each(data)]
    return f"{_finding(data, language)} {'; '.join(told)}."


def forest_figure(
    reviews: pd.DataFrame,
    *,
    labels: Labels | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The forest plot as a figure for a page, with caption, alternative text and table twin; arguments as :func:`forest_data`."""
    _ = translator(language)
    data = forest_data(reviews, labels=labels, language=language)
    return figure_html(
        forest_chart(reviews, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("Pooled effects as printed, with 95% interval where one was stated"),
        alt=forest_alt(reviews, labels=labels, language=language),
        note=_note(data, language),
        table=_table(data, language),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _panel(page: Axes, y: float, family: str, panel: pd.DataFrame, language: str) -> float:
    _ = translator(language)
    null = 1.0 if family == "ratio" else 0.0
    values = [*panel["effect"], *panel["conf_low"], *panel["conf_high"], null]
    scale = spanning(values, start=6, end=style.WIDTH - 6, log=family == "ratio")
    measures = ", ".join(dict.fromkeys(panel["measure"]))
    titles = {"ratio": _("Ratio, with against without the method"), "standardised": _("Difference in standard deviations")}
    style.line(page, (0, style.WIDTH), (y + 1, y + 1), color=style.INK, width=2)
    y = rows.heading(page, y + 6, f"{titles.get(family, _('Difference'))} ({measures})", size=style.SMALL, color=style.INK_2)
    for good, block in panel.groupby("good", sort=False):
        y = rows.sides(page, scale, y + 20, language, null=null, better=_side(str(good), language))
        for method, effects in block.groupby("method", sort=False):
            y = rows.heading(page, y + 8, str(method))
            shared = _shared_remark(effects, language)
            if shared:
                style.write(
                    page, 0, y + 10, style.shortened(shared, style.WIDTH, style.SMALL), size=style.SMALL, color=style.INK_2
                )
                y += 16
            for row in rows.each(effects):
                y = _row(page, y + 4, row, scale, null, language, shared)
    return rows.axis(page, scale, y + 6, language)


def _row(page: Axes, y: float, row: Any, scale: Any, null: float, language: str, shared: str) -> float:
    value = _numbers(row, language)
    remark = "" if shared else _remark(row, language)
    meta = [text for text in (row.detail, remark) if text]
    middle = rows.label_row(page, y, row.outcome, value, meta=meta)
    shape = "D" if row.verdict == "worse" else "o"
    rows.strip(
        page,
        scale,
        middle,
        (row.effect, row.conf_low, row.conf_high),
        null=null,
        color=rows.VERDICT_COLORS[row.verdict],
        shape=shape,
    )
    return middle + rows.HALF + 4


def _numbers(row: Any, language: str) -> str:
    """Effect and interval with the decimals they were printed with, two or three."""
    printed = [value for value in (row.effect, row.conf_low, row.conf_high) if np.isfinite(value)]
    decimals = 2 if all(np.isclose(value, round(value, 2)) for value in printed) else 3
    return estimate_text(row.effect, row.conf_low, row.conf_high, language, decimals=decimals)


def _remark(row: Any, language: str) -> str:
    _ = translator(language)
    return studies(row.k, language) + ("" if row.confirmed else f" · {_('to be confirmed')}")


def _shared_remark(effects: pd.DataFrame, language: str) -> str:
    """What holds for every effect of a method is said once, under its name."""
    remarks = {_remark(row, language) for row in rows.each(effects)}
    return remarks.pop() if len(remarks) == 1 else ""


def _side(good: str, language: str) -> str:
    _ = translator(language)
    return {"up": _("higher is better →"), "down": _("← lower is better")}.get(good, _("better side not stated"))


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    counts = data["verdict"].value_counts()
    some, total = int(counts.get("better", 0)), len(data)
    if total == 1:
        only = {
            "better": _("The whole interval of the published effect lies on the good side"),
            "worse": _("The whole interval of the published effect lies on the bad side"),
            "unknown": _("The published effect has no stated interval, so how sure it is cannot be said"),
            "different": _("The published effect differs from no difference, but which side is better is not stated"),
        }
        return only.get(data["verdict"].iloc[0], _("The published effect is too uncertain to show a difference")) + "."
    words = _("For {some} of {total} published effects the whole interval lies on the good side")
    if some == 0:
        words = _("For none of the {total} published effects does the whole interval lie on the good side")
    elif some == total:
        words = _("For all {total} published effects the whole interval lies on the good side")
    said = words.format(some=number(some, language), total=number(total, language))
    rest = [
        text.format(n=number(counts[key], language))
        for key, text in (
            ("worse", _("on the bad side: {n}")),
            ("unclear", _("too uncertain to show a difference: {n}")),
            ("unknown", _("without a stated interval: {n}")),
            ("different", _("without a stated direction: {n}")),
        )
        if key in counts
    ]
    return f"{said} ({'; '.join(rest)})." if rest else f"{said}."


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [_("The dot is the pooled effect, the line its 95% interval. Signs are as printed in the review.")]
    if (data["verdict"] == "unknown").any():
        parts.append(_("An open dot has no stated interval."))
    unconfirmed = int((~data["confirmed"]).sum())
    if unconfirmed:
        parts.append(
            _("Read in an abstract and still to be confirmed: {n} of {total}.").format(
                n=number(unconfirmed, language), total=number(len(data), language)
            )
        )
    return " ".join(parts)


def _table(data: pd.DataFrame, language: str) -> pd.DataFrame:
    _ = translator(language)
    sides_ = {"up": _("higher is better"), "down": _("lower is better"), "unknown": _("not stated")}
    return pd.DataFrame(
        {
            _("Outcome"): data["outcome"] + data["detail"].map(lambda text: f" ({text})" if text else ""),
            _("Method"): data["method"],
            _("Effect (95% interval)"): [f"{row.measure} {_numbers(row, language)}" for row in rows.each(data)],
            _("Direction"): data["good"].map(sides_),
            _("Studies"): [_("not stated") if pd.isna(k) else number(k, language) for k in data["k"]],
            _("Confirmed"): [_("yes") if each else _("to be confirmed") for each in data["confirmed"]],
            _("Source"): [text or _("not stated") for text in data["source"]],
        }
    )
