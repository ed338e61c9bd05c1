"""Who starts when: one strip per start, thick where the method is in use."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, MissingColumn
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.times import NEVER, code, ordinal, quarter_name, typed, year_ticks
from whatworks.findings.charts.trends import cohort_name
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_ROW = 26.0
_NAMES = 150.0


def rollout_data(frame: pd.DataFrame, *, unit: str = "municipality") -> pd.DataFrame:
    """What the roll-out strips draw: places by the quarter in which they start.

    Parameters
    ----------
    frame : either a panel (one row per place and quarter: ``unit``, quarter, first_treated), or the finished table
        (cohort, units, first_quarter, last_quarter)
    unit : column of the panel that names the places

    Returns
    -------
    Columns cohort ("2021Q2", "never"), units (number of places), first_quarter, last_quarter (of the data), earliest
    start first and those that never start last.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn
    DuplicateRows
        If the finished table has a cohort twice.

    Examples
    --------
    >>> panel = pd.DataFrame({"municipality": ["a", "b"], "quarter": ["2021Q1", "2021Q1"], "first_treated": ["2021Q2", "never"]})
    >>> rollout_data(panel)[["cohort", "units"]].to_dict("list")
    {'cohort': ['2021Q2', 'never'], 'units': [1, 1]}
    """
    if "units" in frame.columns:
        table = _finished(frame)
    elif "first_treated" in frame.columns:
        table = _counted(frame, unit)
    else:
        raise MissingColumn(
            f"rollout has neither 'units' nor 'first_treated'; it has {', '.join(map(str, frame.columns))}. "
            "Give the panel, or a table with cohort, units, first_quarter, last_quarter."
        )
    order = table["cohort"].map(lambda cohort: np.inf if cohort == NEVER else ordinal(typed(cohort)))
    return table.assign(order=order).sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)


@style.applied()
def rollout_chart(frame: pd.DataFrame, *, unit: str = "municipality", language: str = "da") -> Figure:
    """Draw :func:`rollout_data`: a thin line while a group waits, a thick one from its start."""
    data = rollout_data(frame, unit=unit)
    first, last = typed(str(data["first_quarter"].iloc[0])), typed(str(data["last_quarter"].iloc[0]))
    scale = Scale(ordinal(first), ordinal(last) + 1, _NAMES + 38, style.WIDTH)
    page = style.sheet()
    y = 8.0
    for row in rows.each(data):
        middle = y + _ROW / 2
        name = style.shortened(cohort_name(row.cohort, language), _NAMES, style.SMALL)
        style.write(page, 0, middle + 4.5, name, size=style.SMALL)
        style.write(page, _NAMES + 26, middle + 5, number(row.units, language), bold=True, align="right")
        start = scale.high if row.cohort == NEVER else float(np.clip(ordinal(typed(row.cohort)), scale.low, scale.high))
        style.line(page, (scale(scale.low), scale(start)), (middle, middle), color=style.RULE_STRONG)
        if start < scale.high:
            style.box(page, (scale(start), scale(scale.high)), (middle - 7, middle + 7), color=style.ACCENT)
        y += _ROW
    style.line(page, (scale.start, scale.end), (y + 4, y + 4), color=style.RULE_STRONG)
    taken = -np.inf
    for place, text in year_ticks(first, last):
        x, width = scale(place), style.text_width(text, style.SMALL)
        style.line(page, (x, x), (y + 4, y + 9), color=style.RULE_STRONG)
        if x > taken and x + width + 3 <= style.WIDTH:
            style.write(page, x + 3, y + 21, text, size=style.SMALL, color=style.INK_2)
            taken = x + width + 9
    return style.finished(page, y + 27)


def rollout_alt(frame: pd.DataFrame, *, unit: str = "municipality", units: Words | None = None, language: str = "da") -> str:
    """Say how many places start, when the first and the last do, and how many start in each quarter."""
    data = rollout_data(frame, unit=unit)
    listed = "; ".join(f"{cohort_name(row.cohort, language)}: {number(row.units, language)}" for row in rows.each(data))
    return f"{_finding(data, units, language)} {listed[0].upper()}{listed[1:]}."


def rollout_figure(
    frame: pd.DataFrame,
    *,
    unit: str = "municipality",
    units: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The roll-out as a figure for a page, with caption, alternative text and table twin.

    Parameters
    ----------
    unit : column of a panel that names the places
    units : the word for them, "municipalities" by default
    """
    _ = translator(language)
    data = rollout_data(frame, unit=unit)
    places = spoken(units, language, default=_("municipalities"))
    table = pd.DataFrame(
        {
            _("Start"): [cohort_name(row.cohort, language) for row in rows.each(data)],
            _("Number of {units}").format(units=places): [int(each) for each in data["units"]],
        }
    )
    return figure_html(
        rollout_chart(frame, unit=unit, language=language),
        caption=_finding(data, units, language),
        unit=_("Number of {units} by start; thick where the method is in use").format(units=places),
        alt=rollout_alt(frame, unit=unit, units=units, language=language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _finished(frame: pd.DataFrame) -> pd.DataFrame:
    require_columns(frame, ["cohort", "units", "first_quarter", "last_quarter"], what="rollout")
    table = pd.DataFrame(
        {
            "cohort": [code(each) for each in frame["cohort"]],
            "units": numeric(frame, "units", what="rollout").astype(int),
            "first_quarter": [code(each) for each in frame["first_quarter"]],
            "last_quarter": [code(each) for each in frame["last_quarter"]],
        }
    )
    twice = int(table.duplicated("cohort").sum())
    if twice:
        raise DuplicateRows(f"rollout has {twice} cohorts with more than one row. Add them up first.")
    return table


def _counted(panel: pd.DataFrame, unit: str) -> pd.DataFrame:
    require_columns(panel, [unit, "quarter", "first_treated"], what="panel")
    quarters = sorted({code(each) for each in panel["quarter"].unique()}, key=lambda each: ordinal(typed(each)))
    places = panel[[unit, "first_treated"]].drop_duplicates(subset=unit)
    counts = pd.Series([code(each) for each in places["first_treated"]], dtype="str").value_counts()
    table = pd.DataFrame({"cohort": counts.index.astype(str), "units": counts.to_numpy(dtype=int)})
    return table.assign(first_quarter=quarters[0], last_quarter=quarters[-1])


def _finding(data: pd.DataFrame, units: Words | None, language: str) -> str:
    _ = translator(language)
    places = spoken(units, language, default=_("municipalities"))
    started = data[data["cohort"] != NEVER]
    total = number(data["units"].sum(), language)
    if started.empty:
        return _("None of {total} {units} started.").format(total=total, units=places)
    first, last = (quarter_name(typed(str(started["cohort"].iloc[place])), language) for place in (0, -1))
    words = (
        _("{n} of {total} {units} started, all in {first}.")
        if first == last
        else _("{n} of {total} {units} started, the first in {first} and the last in {last}.")
    )
    return words.format(n=number(started["units"].sum(), language), total=total, units=places, first=first, last=last)
