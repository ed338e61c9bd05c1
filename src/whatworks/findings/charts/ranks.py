"""How treatments rank, with how sure the order is: a place alone would mislead."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.study_rows import HEIGHT, LABELS, labelled, named_briefly, study_row
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, percent, translator

_VALUES = 46.0


def ranks_data(table: pd.DataFrame, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> pd.DataFrame:
    """What the chart draws: one row per treatment, best first.

    Parameters
    ----------
    table : of ``ww.synthesis.rank``: treatment, p_score, rank_low, rank_high
    labels : names of the treatments by their codes

    Returns
    -------
    Columns label, p_score, rank (expected, 1 is best), rank_low, rank_high.

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    EmptyData
        If there is no treatment.

    References
    ----------
    Rucker & Schwarzer (2015), BMC Medical Research Methodology 15:58: the P-score is the expected rank, turned to run from 0
    to 1.

    Examples
    --------
    >>> table = pd.DataFrame({"treatment": ["peer", "usual"], "p_score": [0.9, 0.1], "rank_low": [1, 1], "rank_high": [2, 2]})
    >>> ranks_data(table)[["label", "rank"]].round(2).to_dict("records")
    [{'label': 'peer', 'rank': 1.1}, {'label': 'usual', 'rank': 1.9}]
    """
    require_columns(table, ["treatment", "p_score", "rank_low", "rank_high"], what="ranks")
    data = pd.DataFrame({"label": labelled(table["treatment"], labels, language)})
    data["p_score"] = numeric(table, "p_score", what="ranks")
    data["rank"] = 1 + (len(data) - 1) * (1 - data["p_score"])
    for column in ("rank_low", "rank_high"):
        data[column] = numeric(table, column, what="ranks").astype(int)
    return data.sort_values("p_score", ascending=False, kind="stable", ignore_index=True)


@style.applied()
def ranks_chart(table: pd.DataFrame, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> Figure:
    """Draw :func:`ranks_data`: the expected rank as a dot, the ranks it may have as a line, the P-score at the right."""
    _ = translator(language)
    data = ranks_data(table, labels=labels, language=language)
    page = style.sheet()
    # A single treatment has one place to stand; the axis still needs two ends.
    scale = Scale(0.5, max(len(data), 2) + 0.5, LABELS + 8, style.WIDTH - _VALUES - 8)
    style.write(page, scale.start, 14, _("← better rank"), size=style.SMALL, color=style.GOOD, bold=True)
    style.write(page, style.WIDTH, 14, _("P-score"), size=style.SMALL, color=style.INK_2, align="right")
    y = 24.0
    for row in rows.each(data):
        middle = y + HEIGHT / 2
        style.line(page, (scale.start, scale.end), (middle, middle), color=style.RULE)
        style.write(page, style.WIDTH, middle + 4.5, percent(row.p_score, language), size=style.SMALL, align="right")
        y = study_row(page, scale, y, row.label, (row.rank, row.rank_low, row.rank_high), size=9)
    return style.finished(page, _places(page, scale, y + 4, len(data), language))


def ranks_alt(table: pd.DataFrame, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> str:
    """Say how sure the first place is, and the ranks each treatment may have."""
    data = ranks_data(table, labels=labels, language=language)
    told = "; ".join(f"{named_briefly(row.label)}: {_rank_text(row, language)}" for row in rows.each(data.head(8)))
    return f"{_finding(data, language)} {told}."


def ranks_figure(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = ranks_data(table, labels=labels, language=language)
    twin = pd.DataFrame(
        {
            _("Treatment"): data["label"],
            _("P-score"): [percent(each, language) for each in data["p_score"]],
            _("Expected rank"): [number(each, language, decimals=1) for each in data["rank"]],
            _("Rank (95% interval)"): [_range(row, language) for row in rows.each(data)],
        }
    )
    return figure_html(
        ranks_chart(table, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("rank among {n}, with 95% interval").format(n=number(len(data), language)),
        alt=ranks_alt(table, labels=labels, language=language),
        note=_(
            "The P-score says how surely a treatment is better than another one, averaged over the others. "
            "A good rank is no large effect."
        ),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _places(page: Any, scale: Scale, y: float, count: int, language: str) -> float:
    """Whole ranks below the rows, as many as there is room for."""
    style.line(page, (scale.start, scale.end), (y, y), color=style.RULE_STRONG)
    step = max(1, -(-count // 8))
    taken = -math.inf
    for rank in range(1, count + 1, step):
        style.line(page, (scale(rank), scale(rank)), (y, y + 4), color=style.RULE_STRONG)
        half = style.text_width(number(rank, language), style.SMALL) / 2
        if scale(rank) - half > taken:
            style.write_within(page, scale(rank), y + 18, number(rank, language))
            taken = scale(rank) + half + 5
    return y + 26


def _range(row: Any, language: str) -> str:
    if row.rank_low == row.rank_high:
        return number(row.rank_low, language)
    return interval(row.rank_low, row.rank_high, language)


def _rank_text(row: Any, language: str) -> str:
    _ = translator(language)
    return _("rank {range}").format(range=_range(row, language))


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    first = rows.each(data)[0]
    name = named_briefly(first.label)
    # Everyone whose interval of ranks reaches the first place may be the best.
    possible = int((data["rank_low"] == 1).sum())
    if possible <= 1:
        return _("{name} ranks first, and no other treatment may well share that place.").format(name=name)
    return _("{name} ranks first, but {n} of {total} treatments may hold that place.").format(
        name=name, n=number(possible, language), total=number(len(data), language)
    )
