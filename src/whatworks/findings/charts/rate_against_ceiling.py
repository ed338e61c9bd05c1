"""Each rate against its ceiling: how far above or below, the dearest breach first."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.invented_prices import invented_prices_note
from whatworks.findings.charts.scale import Scale, spanning
from whatworks.findings.charts.words import Words, named, spoken
from whatworks.findings.economics_words import kroner
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

# More rows than this are a table; the ones furthest above their ceiling are drawn.
_MOST = 14
_NEEDED = ("status", "rate", "ceiling", "deviation", "rate_before", "days")
STATUS_NAMES: Mapping[str, str] = {
    "complies": N_("keeps to the ceiling"),
    "exceeds": N_("above the ceiling"),
    "later_adjustment": N_("above because of earlier surplus or deficit"),
    "changed_content": N_("above with a changed content"),
    "new_provision": N_("new, no rate the year before"),
    "discontinued": N_("no longer offered"),
}
_COLORS = {"complies": style.GOOD, "exceeds": style.WARN}


def rate_against_ceiling_data(
    check: EffectResult, *, labels: Mapping[str, Words] | None = None, language: str = "da"
) -> pd.DataFrame:
    """What the chart draws: one row per rate that has a ceiling, the one furthest above it first.

    Parameters
    ----------
    check : from ``ww.economics.rate_check``
    labels : names of the rates by term

    Returns
    -------
    Columns label, rate, ceiling, deviation (share of the ceiling), status, kroner (above or below the ceiling in the year), days.

    Raises
    ------
    MissingColumn
        If the result is no rate check.
    EmptyData
        If no rate has a ceiling.

    Examples
    --------
    >>> rates = pd.DataFrame({"service_id": ["a", "b"] * 2, "year": [2023, 2023, 2024, 2024],
    ...                       "amount": [2000.0, 1000.0, 2040.0, 1071.0], "days": [700, 350, 700, 350]})
    >>> check = ww.economics.rate_check(
    ...     rates, year=2024, key=["service_id"], index=ww.evidence.prices()["price_index"], series="synthetic")
    >>> rate_against_ceiling_data(check)[["label", "deviation"]].round(3).to_numpy().tolist()
    [['b', 0.05], ['a', 0.0]]
    """
    parts = check.parts
    require_columns(parts, _NEEDED, what="rate check")
    known = parts[parts["deviation"].notna()]
    if known.empty:
        raise EmptyData("No rate has a ceiling: a chart needs rates of both years.")
    data = pd.DataFrame(
        {
            "label": [named(term, labels, language) for term in known["term"]],
            "rate": known["rate"],
            "ceiling": known["ceiling"],
            "deviation": known["deviation"],
            "status": known["status"],
            "kroner": known["estimate"],
            "days": known["days"],
        }
    )
    return data.sort_values("deviation", ascending=False, kind="stable").reset_index(drop=True)


@style.applied()
def rate_against_ceiling_chart(check: EffectResult, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> Figure:
    """Draw :func:`rate_against_ceiling_data`: per cent from the ceiling, which is the tick at 0."""
    _ = translator(language)
    data = rate_against_ceiling_data(check, labels=labels, language=language)
    shown = data.head(_MOST)
    page = style.sheet()
    scale = spanning([0.0, *(100 * shown["deviation"])], start=0.0, end=style.WIDTH, margin=0.08)
    y = 6.0
    for row in rows.each(shown):
        value = f"{number(100 * row.deviation, language, decimals=1, signed=True)}\N{NO-BREAK SPACE}%"
        about = _("{rate} a day, ceiling {ceiling}: {status}").format(
            rate=_amount(row.rate, language), ceiling=number(row.ceiling, language), status=_(STATUS_NAMES[row.status])
        )
        middle = rows.label_row(page, y, row.label, value, meta=[about], bold=row.status == "exceeds")
        _bar(page, scale, middle, 100 * row.deviation, row.status)
        y = middle + rows.HALF + 14
    y = rows.axis(page, scale, y, language, signed=True)
    style.write_within(page, scale(0.0), y, _("ceiling"))
    return style.finished(page, y + 10)


def rate_against_ceiling_alt(check: EffectResult, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> str:
    """Say how many rates lie above their ceiling, by how much, and which one lies furthest above."""
    _ = translator(language)
    data = rate_against_ceiling_data(check, labels=labels, language=language)
    first = data.iloc[0]
    furthest = _("Furthest up is {label}: {share} per cent from its ceiling.").format(
        label=first["label"], share=number(100 * first["deviation"], language, decimals=1, signed=True)
    )
    return f"{_finding(data, language)} {furthest} {_growth(check, language)}"


def rate_against_ceiling_figure(
    check: EffectResult,
    *,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """Rates against their ceilings as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = rate_against_ceiling_data(check, labels=labels, language=language)
    table = pd.DataFrame(
        {
            _("Rate"): data["label"],
            _("Kroner a day"): [_amount(each, language) for each in data["rate"]],
            _("Ceiling"): [_amount(each, language) for each in data["ceiling"]],
            _("Per cent from the ceiling"): [number(100 * each, language, decimals=1, signed=True) for each in data["deviation"]],
            _("Kroner in the year"): [kroner(each, language, signed=True) for each in data["kroner"]],
            _("Verdict"): [_(STATUS_NAMES[each]) for each in data["status"]],
        }
    )
    notes = [_("The ceiling is the rate of the year before with the price and wage index, less the agreed saving.")]
    if len(data) > _MOST:
        notes.append(_("The {n} furthest up are drawn; all stand in the table.").format(n=number(_MOST, language)))
    return figure_html(
        rate_against_ceiling_chart(check, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("Per cent from the ceiling, {year} prices").format(year=int(check.statistics["price_level"])),
        alt=rate_against_ceiling_alt(check, labels=labels, language=language),
        note=" ".join([*notes, invented_prices_note(check, language)]).strip(),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _bar(page: Axes, scale: Scale, middle: float, deviation: float, status: str) -> None:
    """A bar from the ceiling to the rate, with the rate as a mark at its end."""
    color = _COLORS.get(status, style.ACCENT)
    place = scale(deviation)
    ceiling = scale(0.0)
    style.line(page, (0, style.WIDTH), (middle, middle), color=style.RULE)
    if abs(place - ceiling) > 1:
        style.line(page, (ceiling, place), (middle, middle), color=color, width=3)
    style.line(page, (ceiling, ceiling), (middle - rows.HALF, middle + rows.HALF), color=style.INK_2)
    style.mark(page, place, middle, color=color, hollow=status not in _COLORS)


def _amount(value: float, language: str) -> str:
    """Kroner of a rate: rates are compared to the krone, so they are not rounded to hundreds."""
    return f"{number(value, language)}\N{NO-BREAK SPACE}kr."


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    over = data[data["status"] == "exceeds"]
    total = number(len(data), language)
    if over.empty:
        return _("Rates above their ceiling without an explanation: none of {total}.").format(total=total)
    return (
        _("Rates above their ceiling: {n} of {total}. Together that is {kroner} in the year.")
        .format(total=total, n=number(len(over), language), kroner=kroner(float(over["kroner"].sum()), language))
        .replace("kr..", "kr.")
    )


def _growth(check: EffectResult, language: str) -> str:
    _ = translator(language)
    said = {
        name: number(100 * check.statistics[name], language, decimals=1, signed=True)
        for name in ("growth_fixed", "ceiling_growth_fixed", "growth_current", "ceiling_growth_current")
    }
    return _(
        "With the days of the year before, all rates together moved by {growth_fixed} per cent (ceiling {ceiling_growth_fixed}). "
        "With the days of the year it was {growth_current} per cent (ceiling {ceiling_growth_current})."
    ).format(**said)
