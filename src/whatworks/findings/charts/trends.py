"""How the outcome moved, cohort by cohort, before and after each started."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.core.disclosure import suppress_counts
from whatworks.core.errors import DuplicateRows
from whatworks.findings.charts import rows
from whatworks.findings.charts.plane import Plane, plane_for
from whatworks.findings.charts.scale import decimals_for
from whatworks.findings.charts.times import NEVER, code, ordinal, quarter_name, short_quarter, typed, year_ticks
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_HEIGHT = 250.0
_NAMES = 130.0


def trends_data(frame: pd.DataFrame) -> pd.DataFrame:
    """What the trend lines draw: mean outcome by cohort and quarter, cells with fewer than 5 people blanked.

    Parameters
    ----------
    frame : columns cohort (the quarter it started, as pd.Period or ``2021Q2``; missing, 0 or "never" for those that do not
        start), quarter, mean, n (people behind the mean; blank where it is hidden already), and where known units (number
        of municipalities behind the mean)

    Returns
    -------
    Columns cohort ("2021Q2", "never"), quarter, started (has the method begun there), mean, n, units (missing where not
    known), suppressed.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn
    DuplicateRows
        If a cohort has a quarter twice.

    Examples
    --------
    >>> frame = pd.DataFrame({"cohort": ["2021Q2", "2021Q2"], "quarter": ["2021Q1", "2021Q2"], "mean": [5.0, 6.0], "n": [40, 3]})
    >>> trends_data(frame)["mean"].isna().tolist()
    [False, True]
    """
    require_columns(frame, ["cohort", "quarter", "mean", "n"], what="trends")
    data = pd.DataFrame(
        {
            "cohort": [code(each) for each in frame["cohort"]],
            "quarter": [code(each) for each in frame["quarter"]],
            "mean": numeric(frame, "mean", allow_missing=True, what="trends"),
            # A count that is blank already was hidden by whoever made the table.
            "n": numeric(frame, "n", allow_missing=True, what="trends"),
            "units": numeric(frame, "units", allow_missing=True, what="trends") if "units" in frame else np.nan,
        }
    )
    twice = int(data.duplicated(["cohort", "quarter"]).sum())
    if twice:
        raise DuplicateRows(f"trends has {twice} rows for a cohort and quarter that already has one. Average them first.")
    data = suppress_counts(data, counts=["n"], values=["mean"])
    data["suppressed"] |= data["n"].isna()
    data["mean"] = data["mean"].mask(data["suppressed"])
    places = data["quarter"].map(_place)
    starts = data["cohort"].map(lambda cohort: np.inf if cohort == NEVER else _place(cohort))
    data.insert(2, "started", places >= starts)
    return (
        data.assign(start=starts, place=places)
        .sort_values(["start", "place"])
        .drop(columns=["start", "place"])
        .reset_index(drop=True)
    )


@style.applied()
def trends_chart(frame: pd.DataFrame, *, language: str = "da") -> Figure:
    """Draw :func:`trends_data`: thin before the start, thick after it, each cohort named at its end."""
    _ = translator(language)
    data = trends_data(frame)
    quarters = sorted(set(data["quarter"]), key=_place)
    page = style.sheet()
    plane = plane_for(
        page,
        x=(_place(quarters[0]), _place(quarters[-1])),
        values=data["mean"].dropna(),
        top=14,
        bottom=14 + _HEIGHT,
        right=style.WIDTH - _NAMES,
    )
    plane.levels(language)
    ends = {}
    for cohort, part in data.groupby("cohort", sort=False):
        end = _cohort_line(plane, str(cohort), part)
        if end is not None:
            ends[str(cohort)] = end
    _name_ends(plane, ends, language)
    return style.finished(page, plane.names_below(year_ticks(typed(quarters[0]), typed(quarters[-1]))) + 4)


def trends_alt(frame: pd.DataFrame, *, unit: Words | None = None, language: str = "da") -> str:
    """Say where those that started and those that did not begin and end."""
    _ = translator(language)
    data = trends_data(frame)
    count = data["cohort"].nunique()
    measured = _("Lines, one per group with the same start: {n}. Measured in {unit}.").format(
        n=number(count, language), unit=spoken(unit, language, default=_("the outcome's own unit"))
    )
    return f"{_finding(data, language)} {measured}"


def trends_figure(
    frame: pd.DataFrame,
    *,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The trend lines as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = trends_data(frame)
    return figure_html(
        trends_chart(frame, language=language),
        caption=_finding(data, language),
        unit=spoken(unit, language),
        alt=trends_alt(frame, unit=unit, language=language),
        note=_note(data, language),
        table=_table(data, language),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def cohort_name(cohort: str, language: str) -> str:
    """``start 2. kvartal 2021``, or that it does not start."""
    _ = translator(language)
    if cohort == NEVER:
        return _("not started")
    return _("start {quarter}").format(quarter=quarter_name(typed(cohort), language))


def _place(text: str) -> int:
    return ordinal(typed(text))


def _cohort_line(plane: Plane, cohort: str, part: pd.DataFrame) -> tuple[float, float] | None:
    """Draw one cohort and return where its line ends; None when nothing of it may be shown."""
    known = part.dropna(subset=["mean"])
    if known.empty:
        return None
    points = np.array(
        [[plane.x(_place(row.quarter)), plane.y(row.mean)] for row in rows.each(known.drop(columns=["n", "units"]))]
    )
    started = known["started"].to_numpy(dtype=bool)
    first = int(np.argmax(started)) if started.any() else len(points)
    never = cohort == NEVER
    if first > 0:
        # The step into the first quarter with the method belongs to the time before it.
        before = points[: first + 1]
        dash = (0, (5, 3)) if never else "-"
        style.line(plane.page, before[:, 0], before[:, 1], color=style.INK_2, width=1.6 if never else 1.2, dash=dash)
    if first < len(points):
        style.line(plane.page, points[first:, 0], points[first:, 1], color=style.ACCENT, width=2.6)
    if 0 < first < len(points):
        style.mark(plane.page, *points[first], color=style.ACCENT, size=8)
    return float(points[-1, 0]), float(points[-1, 1])


def _name_ends(plane: Plane, ends: dict[str, tuple[float, float]], language: str) -> None:
    """Name each line at its end, pushed apart where lines end close together."""
    _ = translator(language)
    lowest = -np.inf
    placed = []
    for cohort, (x, y) in sorted(ends.items(), key=lambda each: each[1][1]):
        lowest = max(y, lowest + style.SMALL + 3)
        placed.append((cohort, x, y, lowest))
    surplus = max(0.0, lowest - plane.bottom) if placed else 0.0
    for cohort, x, y, place in placed:
        spot = place - surplus
        if abs(spot - y) > 3:
            style.line(plane.page, (x + 2, style.WIDTH - _NAMES + 6), (y, spot), color=style.RULE_STRONG, width=0.8)
        color = style.INK_2 if cohort == NEVER else style.ACCENT
        name = _("not started") if cohort == NEVER else _("from {quarter}").format(quarter=short_quarter(typed(cohort), language))
        text = style.shortened(name, _NAMES - 8, style.SMALL)
        style.write(plane.page, style.WIDTH - _NAMES + 8, spot + 4.5, text, size=style.SMALL, color=color)


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    places = decimals_for(data["mean"].dropna())
    quarters = sorted(set(data["quarter"]), key=_place)
    known = data.dropna(subset=["mean"])
    said = []
    for chosen, who in (
        (known["cohort"] != NEVER, _("Those that started")),
        (known["cohort"] == NEVER, _("Those that did not")),
    ):
        means = known[chosen].pivot_table(index="cohort", columns="quarter", values="mean")
        # The same cohorts at both ends, so that what differs is time.
        ends = means.reindex(columns=[quarters[0], quarters[-1]]).dropna()
        units = known[chosen & (known["quarter"] == quarters[0])].set_index("cohort")["units"]
        if len(ends):
            said.append(_moved(ends, units.reindex(ends.index), who, places, language))
    return " ".join(said) or _("Too few people to show how the outcome moved.")


def _moved(ends: pd.DataFrame, units: pd.Series, who: str, places: int, language: str) -> str:
    """From where to where cohorts moved: their average where it is known what each weighs, else their range."""
    _ = translator(language)
    # A cohort's mean counts its municipalities alike, so that is how cohorts count together.
    weights = np.ones(1) if len(ends) == 1 else units.to_numpy(dtype=float)
    if (weights > 0).all():
        first, last = (number(float(each), language, decimals=places) for each in np.average(ends, axis=0, weights=weights))
        return _("{who} went from {first} to {last}.").format(who=who, first=first, last=last)
    low, high = (
        [number(float(each), language, decimals=places) for each in bound.to_numpy()] for bound in (ends.min(), ends.max())
    )
    return _("{who} began between {a} and {b} and ended between {c} and {d}.").format(
        who=who, a=low[0], b=high[0], c=low[1], d=high[1]
    )


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [_("The dot marks the first quarter with the method, the thick line the time with it.")]
    if (data["cohort"] == NEVER).any():
        parts.append(_("The dashed line is those that have not started."))
    hidden = int(data["suppressed"].sum())
    if hidden:
        parts.append(_("Points not shown because they rest on fewer than 5 people: {n}.").format(n=number(hidden, language)))
    return " ".join(parts)


def _table(data: pd.DataFrame, language: str) -> pd.DataFrame:
    """Quarters down, cohorts across: the shape in which a reader compares."""
    _ = translator(language)
    places = decimals_for(data["mean"].dropna())
    quarters = sorted(set(data["quarter"]), key=_place)
    table = pd.DataFrame({_("Quarter"): [quarter_name(typed(quarter), language) for quarter in quarters]})
    for cohort, part in data.groupby("cohort", sort=False):
        means = dict(zip(part["quarter"], part["mean"], strict=True))
        cells = [means.get(quarter, np.nan) for quarter in quarters]
        table[cohort_name(str(cohort), language)] = [
            _("not shown") if pd.isna(each) else number(float(each), language, decimals=places) for each in cells
        ]
    return table
