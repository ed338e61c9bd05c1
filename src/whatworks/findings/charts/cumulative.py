"""How the pooled effect settled as studies came in, one row for each that was added."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import decimals_for, spanning
from whatworks.findings.charts.study_rows import LABELS, named_briefly, on_reading_scale, reading_unit, study_row, upright
from whatworks.findings.charts.words import Words, better, estimate_text, null_of, spoken, studies
from whatworks.findings.figures import figure_html
from whatworks.findings.language import translator

_NUMBERS = ("estimate", "conf_low", "conf_high")


def cumulative_data(table: pd.DataFrame, *, measure: str = "GEN", years: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """What the chart draws: one row per study added, with the effect pooled so far.

    Parameters
    ----------
    table : of ``ww.synthesis.cumulative``: added, k, estimate, conf_low, conf_high
    measure : of the effects; log ratios come out as ratios
    years : year of each study by its name, where it is not in the name

    Returns
    -------
    Columns label (study, with its year), k (studies so far), estimate, conf_low, conf_high, clear (the interval lies on one side
    of no difference).

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    EmptyData
        If there is no study.

    References
    ----------
    Lau et al. (1992), New England Journal of Medicine 327:248-254.

    Examples
    --------
    >>> es = pd.DataFrame({"year": [2011, 2004, 2009], "yi": [0.1, 0.4, 0.3], "vi": [0.01, 0.02, 0.04]})
    >>> cumulative_data(ww.synthesis.cumulative(es, order="year"))[["label", "k", "clear"]]
      label  k  clear
    0     2  1   True
    1     3  2  False
    2     1  3  False
    """
    require_columns(table, ["added", "k", *_NUMBERS], what="cumulative")
    known = years or {}
    names = table["added"].astype(str)
    data = pd.DataFrame({"label": [f"{name} ({known[name]})" if name in known else name for name in names]})
    data["k"] = numeric(table, "k", what="cumulative").astype(int)
    data = data.join(on_reading_scale(table.reset_index(drop=True), measure))
    null = null_of(measure)
    return data.assign(clear=(data["conf_low"] > null) | (data["conf_high"] < null))


@style.applied()
def cumulative_chart(
    table: pd.DataFrame,
    *,
    measure: str = "GEN",
    years: Mapping[str, Any] | None = None,
    good: str | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`cumulative_data`: the effect after each study was added; the last row, a diamond, is what is known now.

    Parameters
    ----------
    good : "up" or "down", which side is better for the person
    """
    _ = translator(language)
    data = cumulative_data(table, measure=measure, years=years)
    null = null_of(measure)
    page = style.sheet()
    scale = spanning(_worth_showing(data, null), start=LABELS + 8, end=style.WIDTH - 6, log=null == 1)
    top = rows.sides(page, scale, 14, language, null=null, better=better(good, language))
    y = top + 4
    last = len(data) - 1
    for place, row in enumerate(rows.each(data)):
        words = row.label if place == 0 else f"+ {row.label}"
        look: dict[str, Any] = {"color": style.GOOD, "shape": "D", "size": 10.0} if place == last else {}
        low, high = max(row.conf_low, scale.low), min(row.conf_high, scale.high)
        y = study_row(page, scale, y, words, (row.estimate, low, high), bold=place == last, **look)
    upright(page, scale, null, (top, y))
    return style.finished(page, rows.axis(page, scale, y + 4, language))


def cumulative_alt(
    table: pd.DataFrame,
    *,
    measure: str = "GEN",
    years: Mapping[str, Any] | None = None,
    unit: Words | None = None,
    language: str = "da",
) -> str:
    """Say the effect now, since when its interval has kept clear of no difference, and what the first study said."""
    _ = translator(language)
    data = cumulative_data(table, measure=measure, years=years)
    first = rows.each(data)[0]
    said = _("The first study alone, {study}, said {value}. Measured in {unit}.").format(
        study=named_briefly(first.label),
        value=_value(first, data, language),
        unit=reading_unit(measure, unit, language, default=_("the outcome's own unit")),
    )
    return f"{_finding(data, language)} {said}"


def cumulative_figure(
    table: pd.DataFrame,
    *,
    measure: str = "GEN",
    years: Mapping[str, Any] | None = None,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = cumulative_data(table, measure=measure, years=years)
    twin = pd.DataFrame(
        {
            _("Study added"): data["label"],
            _("Studies so far"): data["k"],
            _("Effect (95% interval)"): [_value(row, data, language) for row in rows.each(data)],
        }
    )
    return figure_html(
        cumulative_chart(table, measure=measure, years=years, good=good, language=language),
        caption=_finding(data, language),
        unit=reading_unit(measure, unit, language, default=_("the outcome's own unit")),
        alt=cumulative_alt(table, measure=measure, years=years, unit=unit, language=language),
        note=_note(data, language),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _worth_showing(data: pd.DataFrame, null: float) -> list[float]:
    """What the axis must hold: every estimate, and intervals; two studies alone can have one that would crush all others."""
    settled = data[data["k"] != 2] if len(data) > 2 else data
    return [*data["estimate"], *settled["conf_low"], *settled["conf_high"], null]


def _value(row: Any, data: pd.DataFrame, language: str) -> str:
    return estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=decimals_for(data["estimate"]))


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    last = rows.each(data)[-1]
    said = _("With {studies} the effect is {value}").format(studies=studies(last.k, language), value=_value(last, data, language))
    clear = data["clear"].to_numpy()
    if len(data) == 1:
        return said + "."
    if not clear[-1]:
        return said + _("; the interval still reaches over no difference") + "."
    # The last row that was not clear is the one before the answer settled.
    since = int(np.flatnonzero(~clear)[-1]) + 1 if not clear.all() else 0
    if since == 0:
        return said + _("; the interval kept clear of no difference from the first study on") + "."
    return (
        said
        + _("; the interval has kept clear of no difference since {study} was added").format(
            study=named_briefly(str(data["label"].iloc[since]))
        )
        + "."
    )


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    said = _("Each line is the 95% interval of all studies so far. The diamond is what is known now.")
    if len(data) > 2 and (data["k"] == 2).any():
        said += " " + _("With two studies the interval can be so wide that it is cut off here; the table has it whole.")
    return said
