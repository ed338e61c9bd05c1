"""Why spending grew: index, more people, dearer places, dearer kinds of places. They add up."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.invented_prices import invented_prices_note
from whatworks.findings.charts.scale import spanning
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.economics_words import kroner, payer_name
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

# By component: what it is called, where it raises spending, and where it lowers it.
COMPONENT_NAMES: Mapping[str, tuple[str, str, str]] = {
    "index": (N_("Prices and wages in general"), N_("prices and wages rose in general"), N_("prices and wages fell in general")),
    "volume": (N_("Number of full-year persons"), N_("more people"), N_("fewer people")),
    "price": (N_("Price of the same place"), N_("the same place became dearer"), N_("the same place became cheaper")),
    "mix": (N_("Kind of place"), N_("more people in dear places"), N_("more people in cheap places")),
}
_MILLION = 1e6


def budget_growth_data(result: EffectResult, *, language: str = "da") -> pd.DataFrame:
    """What the chart draws: one row per component that the growth is made of, and the growth itself last.

    Parameters
    ----------
    result : from ``ww.economics.budget``

    Returns
    -------
    Columns component (``growth`` for the sum), label, kroner, share (of the spending before).

    Raises
    ------
    MissingColumn
        If the result is no growth of a budget.

    Examples
    --------
    >>> stays = pd.DataFrame({"paragraph": ["108"] * 2, "year": [2022, 2023], "days": [3650, 7300], "amount": [10e6, 20e6]})
    >>> growth = ww.economics.budget(stays, base=2022, year=2023, by="paragraph", price_level=2023)
    >>> budget_growth_data(growth, language="en")[["component", "kroner"]].to_numpy().tolist()
    [['volume', 10000000.0], ['price', 0.0], ['mix', 0.0], ['growth', 10000000.0]]
    """
    _ = translator(language)
    require_columns(result.parts, ["part_of"], what="budget")
    parts = result.parts[result.parts["part_of"] == "component"]
    # Within the prices of one year there is no index to show.
    kept = parts[(parts["term"] != "index") | (parts["estimate"] != 0)]
    data = pd.DataFrame(
        {
            "component": [*kept["term"], "growth"],
            "label": [*(_(COMPONENT_NAMES[term][0]) for term in kept["term"]), _("Growth in all")],
            "kroner": [*kept["estimate"], result.headline.estimate],
        }
    )
    return data.assign(share=data["kroner"] / result.statistics["spending_before"])


@style.applied()
def budget_growth_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`budget_growth_data`: bars from nothing, to the right where spending rose."""
    data = budget_growth_data(result, language=language)
    page = style.sheet()
    scale = spanning([0.0, *(data["kroner"] / _MILLION)], start=0.0, end=style.WIDTH, margin=0.06)
    y = 6.0
    for row in rows.each(data):
        total = row.component == "growth"
        if total:
            style.line(page, (0, style.WIDTH), (y, y), color=style.RULE_STRONG)
            y += 4
        middle = rows.label_row(page, y, row.label, kroner(row.kroner, language, signed=True), bold=total)
        color = style.INK_2 if total else style.ACCENT if row.kroner >= 0 else style.GOOD
        style.box(page, (scale(0.0), scale(row.kroner / _MILLION)), (middle - 6, middle + 6), color=color)
        style.line(page, (scale(0.0),) * 2, (middle - rows.HALF, middle + rows.HALF), color=style.INK_2)
        y = middle + rows.HALF + 8
    return style.finished(page, rows.axis(page, scale, y, language, signed=True) - 4)


def budget_growth_alt(result: EffectResult, *, language: str = "da") -> str:
    """Say how much spending grew, and what each component did to it."""
    data = budget_growth_data(result, language=language)
    listed = "; ".join(f"{row.label}: {kroner(row.kroner, language, signed=True)}" for row in rows.each(data[:-1]))
    return f"{_finding(result, data, language)} {listed}"


def budget_growth_figure(
    result: EffectResult, *, language: str = "da", source: Words | None = None, synthetic: bool = False
) -> str:
    """The growth of spending as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = budget_growth_data(result, language=language)
    table = pd.DataFrame(
        {
            _("Part of the growth"): data["label"],
            _("Kroner a year"): [kroner(each, language, signed=True) for each in data["kroner"]],
            _("Per cent of spending before"): [number(100 * each, language, decimals=1, signed=True) for each in data["share"]],
        }
    )
    arguments = result.provenance.arguments
    about = _("Million kroner a year, {first} to {last}, {year} prices; paid by {payer}").format(
        first=arguments["base"],
        last=arguments["year"],
        year=int(result.statistics["price_level"]),
        payer=payer_name(str(result.headline.payer), language, within=True),
    )
    told = _("People are counted as full-year persons. Each part is weighed with the mean of both years, so they add up.")
    return figure_html(
        budget_growth_chart(result, language=language),
        caption=_finding(result, data, language),
        unit=about,
        alt=budget_growth_alt(result, language=language),
        note=f"{told} {invented_prices_note(result, language)}".strip(),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _finding(result: EffectResult, data: pd.DataFrame, language: str) -> str:
    """The growth, and the component that did most to it in the same direction."""
    _ = translator(language)
    growth = float(result.headline.estimate)
    before = kroner(result.statistics["spending_before"], language)
    if growth == 0:
        return _("Spending of {before} did not change.").format(before=before)
    own = data[:-1]
    most = own.iloc[int(np.argmax(own["kroner"].to_numpy() * np.sign(growth)))]
    why = _(COMPONENT_NAMES[most["component"]][1 if most["kroner"] > 0 else 2])
    words = (
        _("Spending of {before} grew by {growth}. Most of all: {why}.")
        if growth > 0
        else _("Spending of {before} fell by {growth}. Most of all: {why}.")
    )
    return words.format(before=before, growth=kroner(abs(growth), language), why=why).replace("kr..", "kr.")
