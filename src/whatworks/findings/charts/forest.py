"""Published pooled effects of a target group, each on the scale it was printed on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidEffect
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import spanning
from whatworks.findings.charts.words import RATIO_MEASURES, Words, estimate_text, named, null_of, spoken, studies, verdict
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_NEEDED = ("method", "outcome", "measure", "effect", "conf_low", "conf_high", "k", "direction_of_good", "confirmed")
_STANDARDISED = ("SMD", "d", "g")
Labels = Mapping[str, Mapping[str, Words]]


def forest_data(reviews: pd.DataFrame, *, labels: Labels | None = None, language: str = "da") -> pd.DataFrame:
    """What the forest plot of published effects draws: one row per pooled effect, in the order drawn.

    Parameters
    ----------
    reviews : rows of ``evidence/reviews.csv`` with method, outcome, measure, effect, conf_low, conf_high, k,
        direction_of_good ("up" or "down"), confirmed; authors and year where known
    labels : ``{"method": {code: name}, "outcome": {code: name}}``, a name being a text or ``{"da", "en"}``. Without it
        columns ``method_da``, ``outcome_en`` ... of the frame are used, then the codes
    language : "da" or "en"

    Returns
    -------
    Columns family ("ratio", "standardised" or the measure itself), good, method, outcome, detail, k, measure, effect,
    conf_low, conf_high, confirmed, source, verdict ("better", "worse", "different", "unclear", "unknown"). Signs are as
    printed: nothing is turned round.

    Raises
    ------
    MissingColumn, EmptyData
    InvalidEffect
        If an interval does not hold its estimate, or a ratio is not above 0.

    Examples
    --------
    >>> reviews = pd.DataFrame({"method": ["a"], "outcome": ["work"], "measure": ["RR"], "effect": [1.6],
    ...     "conf_low": [1.4], "conf_high": [1.8], "k": [9], "direction_of_good": ["up"], "confirmed": ["yes"]})
    >>> forest_data(reviews)["verdict"].tolist()
    ['better']
    """
    require_columns(reviews, _NEEDED, what="reviews")
    reviews = reviews.reset_index(drop=True)
    measure = reviews["measure"].astype(str)
    data = pd.DataFrame(
        {
            "family": [
                "ratio" if each in RATIO_MEASURES else "standardised" if each in _STANDARDISED else each for each in measure
            ],
            "good": ["unknown" if each not in ("up", "down") else each for each in reviews["direction_of_good"].astype(object)],
            "method": _names(reviews, "method", labels, language),
            "outcome": _names(reviews, "outcome", labels, language),
            "k": numeric(reviews, "k", allow_missing=True, what="reviews"),
            "measure": measure,
            "effect": numeric(reviews, "effect", what="reviews"),
            "conf_low": numeric(reviews, "conf_low", allow_missing=True, what="reviews"),
            "conf_high": numeric(reviews, "conf_high", allow_missing=True, what="reviews"),
            "confirmed": reviews["confirmed"].isin(["yes", True]).to_numpy(),
            "source": _sources(reviews),
        }
    )
    _refuse_impossible(data)
    data.insert(4, "detail", _details(data, reviews))
    data["verdict"] = [verdict(row.conf_low, row.conf_high, null_of(row.measure), row.good) for row in rows.each(data)]
    return _in_drawing_order(data)


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
    told = [f"{row.outcome}: {row.measure} {_numbers(row, language)}" for row in rows.each(data)]
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


def _names(reviews: pd.DataFrame, field: str, labels: Labels | None, language: str) -> list[str]:
    column = f"{field}_{language}"
    codes = reviews[field].astype(str)
    spare = reviews[column] if column in reviews else pd.Series(pd.NA, index=reviews.index)
    known = (labels or {}).get(field, {})
    return [
        named(code, known, language) if code in known or pd.isna(other) else str(other)
        for code, other in zip(codes, spare, strict=True)
    ]


def _sources(reviews: pd.DataFrame) -> list[str]:
    parts = [reviews[column] for column in ("authors", "year") if column in reviews]
    return [" ".join(_whole(each) for each in values if not pd.isna(each)) for values in zip(*parts, strict=True)] or [""] * len(
        reviews
    )


def _whole(value: Any) -> str:
    return str(int(value)) if isinstance(value, (float, np.floating)) else str(value)


def _details(data: pd.DataFrame, reviews: pd.DataFrame) -> list[str]:
    """What tells two effects on the same outcome apart: the words of the review, or its authors."""
    twins = data.duplicated(["family", "method", "outcome"], keep=False)
    printed = reviews["outcome_as_printed"] if "outcome_as_printed" in reviews else pd.Series("", index=reviews.index)
    return [
        ", ".join(part for part in (f"“{words}”" if words else "", source) if part) if twin else ""
        for twin, words, source in zip(twins, printed.fillna("").astype(str), data["source"], strict=True)
    ]


def _refuse_impossible(data: pd.DataFrame) -> None:
    outside = (data["effect"] < data["conf_low"]) | (data["effect"] > data["conf_high"])
    if outside.any():
        raise InvalidEffect(
            f"{int(outside.sum())} of {len(data)} published effects lie outside their own interval "
            f"(rows {', '.join(map(str, data.index[outside]))}). Hold them against the source."
        )
    ratios = data["family"] == "ratio"
    lowest = data[["effect", "conf_low"]].min(axis=1)
    if (ratios & (lowest <= 0)).any():
        raise InvalidEffect(f"{int((ratios & (lowest <= 0)).sum())} ratios are not above 0. Hold them against the source.")


def _in_drawing_order(data: pd.DataFrame) -> pd.DataFrame:
    families = {"ratio": 0, "standardised": 1}
    places = data.assign(
        family_place=data["family"].map(families).fillna(2),
        good_place=data["good"].map({"up": 0, "down": 1, "unknown": 2}),
        method_place=pd.factorize(data["method"])[0],
    )
    order = places.sort_values(["family_place", "family", "good_place", "method_place"], kind="stable").index
    return data.loc[order].reset_index(drop=True)


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
            "better": _("The published effect is better with the method than without"),
            "worse": _("The published effect is worse with the method than without"),
        }
        return only.get(data["verdict"].iloc[0], _("The published effect is too uncertain to show a difference")) + "."
    said = _("{some} of {total} published effects are clearly better with the method").format(
        some=number(some, language), total=number(total, language)
    )
    rest = [
        text.format(n=number(counts[key], language))
        for key, text in (
            ("worse", _("clearly worse: {n}")),
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
