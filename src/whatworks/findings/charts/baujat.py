"""Which studies make the others disagree, and which the result hangs on."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.findings.charts import rows
from whatworks.findings.charts.room import overlap
from whatworks.findings.charts.scale import Scale, tick_decimals
from whatworks.findings.charts.study_rows import named_briefly
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

_HEIGHT = 240.0
_LEFT = 40.0
# More names than this hide the marks.
_NAMED = 6
_NAME = 130.0


def baujat_data(table: pd.DataFrame) -> pd.DataFrame:
    """What the plot draws: one row per study, those that stick out first.

    Parameters
    ----------
    table : of ``ww.synthesis.influence``, with columns study, baujat_x, baujat_y

    Returns
    -------
    Columns label, contribution (to the heterogeneity Q), share (of Q, of 1), shift (change of the common effect without the
    study, in standard errors of it, squared), reach (0 to 2: both relative to the largest, added; the order of the rows).

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    EmptyData
        If there is no study.

    References
    ----------
    Baujat, Mahe, Pignon & Hill (2002), Statistics in Medicine 21:2641-2652.

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B", "C", "D"], "yi": [0.1, 0.2, 0.15, 0.9], "vi": [0.02, 0.03, 0.02, 0.03]})
    >>> baujat_data(ww.synthesis.influence(es, study="trial"))[["label", "share"]].round(2).head(1).to_dict("records")
    [{'label': 'D', 'share': 0.79}]
    """
    require_columns(table, ["study", "baujat_x", "baujat_y"], what="influence")
    x, y = (numeric(table, column, what="influence") for column in ("baujat_x", "baujat_y"))
    data = pd.DataFrame({"label": table["study"].astype(str).to_numpy(), "contribution": x})
    data["share"] = x / x.sum() if x.sum() > 0 else 0.0
    data["shift"] = y
    data["reach"] = x / (x.max() or 1.0) + y / (y.max() or 1.0)
    return data.sort_values("reach", ascending=False, kind="stable", ignore_index=True)


@style.applied()
def baujat_chart(table: pd.DataFrame, *, language: str = "da") -> Figure:
    """Draw :func:`baujat_data`: disagreement across, shift of the result up; the studies furthest out are named."""
    _ = translator(language)
    data = baujat_data(table)
    page = style.sheet()
    y = 14.0
    for words in style.wrapped(_("↑ how far the result moves without the study"), style.WIDTH, style.SMALL):
        style.write(page, 0, y, words, size=style.SMALL, color=style.INK_2)
        y += 16
    top = y + 4
    across = Scale(0.0, 1.08 * float(data["contribution"].max()) or 1.0, _LEFT, style.WIDTH - 10)
    up = Scale(0.0, 1.12 * float(data["shift"].max()) or 1.0, top + _HEIGHT, top)
    ticks = up.ticks()
    for tick in ticks:
        style.line(page, (_LEFT, style.WIDTH), (up(tick), up(tick)), color=style.RULE)
        words = number(tick, language, decimals=tick_decimals(ticks))
        style.write(page, 0, up(tick) + 4, words, size=style.SMALL, color=style.INK_2)
    for place, row in enumerate(rows.each(data)):
        out = place < _NAMED
        style.mark(page, across(row.contribution), up(row.shift), color=style.ACCENT if out else style.MUTED, size=9)
    _names(page, data, across, up, top)
    bottom = rows.axis(page, across, up.start, language)
    for words in style.wrapped(_("how much of the disagreement the study makes (Q) →"), style.WIDTH, style.SMALL):
        style.write(page, style.WIDTH, bottom + 6, words, size=style.SMALL, color=style.INK_2, align="right")
        bottom += 16
    return style.finished(page, bottom)


def baujat_alt(table: pd.DataFrame, *, language: str = "da") -> str:
    """Say which study makes most of the disagreement, which moves the result most, and the next ones."""
    _ = translator(language)
    data = baujat_data(table)
    told = "; ".join(
        _("{study}: {share} of the disagreement, moves the result {shift}").format(
            study=named_briefly(row.label), share=percent(row.share, language), shift=number(row.shift, language, decimals=2)
        )
        for row in rows.each(data.head(3))
    )
    return f"{_finding(data, language)} {told}."


def baujat_figure(table: pd.DataFrame, *, language: str = "da", source: Words | None = None, synthetic: bool = False) -> str:
    """The plot as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = baujat_data(table)
    twin = pd.DataFrame(
        {
            _("Study"): data["label"],
            _("Share of the disagreement"): [percent(each, language, decimals=1) for each in data["share"]],
            _("Contribution to Q"): [number(each, language, decimals=2) for each in data["contribution"]],
            _("Shift of the result"): [number(each, language, decimals=2) for each in data["shift"]],
        }
    )
    return figure_html(
        baujat_chart(table, language=language),
        caption=_finding(data, language),
        alt=baujat_alt(table, language=language),
        note=_(
            "The further right, the less a study agrees with the others; the higher up, the more the result hangs on it. "
            "The shift is in standard errors, squared."
        ),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _names(page: Axes, data: pd.DataFrame, across: Scale, up: Scale, top: float) -> None:
    """Name the studies furthest out, each beside its mark and clear of the others' names and marks."""
    taken = [
        (across(row.contribution) - 7, up(row.shift) - 7, across(row.contribution) + 7, up(row.shift) + 7)
        for row in rows.each(data)
    ]
    for row in rows.each(data.head(_NAMED)):
        name = style.shortened(row.label, _NAME, style.SMALL)
        wide = style.text_width(name, style.SMALL)
        x, y = across(row.contribution), up(row.shift)
        places = [(x + 9, y + 4.5), (x - 9 - wide, y + 4.5), (x - wide / 2, y - 10), (x - wide / 2, y + 20)]
        for left, base in places:
            box = (left, base - 11, left + wide, base + 3)
            inside = left >= _LEFT and box[2] <= style.WIDTH and box[1] >= top - 4 and box[3] <= up.start
            if inside and not any(overlap(box, other) for other in taken):
                style.write(page, left, base, name, size=style.SMALL)
                taken.append(box)
                break


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    most = max(rows.each(data), key=lambda row: row.contribution)
    if most.contribution <= 0:
        return _("The studies agree: none of them makes a disagreement.")
    moving = max(rows.each(data), key=lambda row: row.shift)
    values: dict[str, Any] = {"study": named_briefly(most.label), "share": percent(most.share, language)}
    if most.label == moving.label:
        return _("{study} makes {share} of the disagreement between the studies, and moves the result the most.").format(**values)
    return _("{study} makes {share} of the disagreement between the studies; {other} moves the result the most.").format(
        **values, other=named_briefly(moving.label)
    )
