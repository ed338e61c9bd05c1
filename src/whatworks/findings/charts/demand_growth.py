"""How many will need it, year by year, with the range of what is not known."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.invented_prices import invented_prices_note
from whatworks.findings.charts.plane import Plane, plane_for
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.economics_words import kroner, kroner_range, payer_name
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, translator

_HEIGHT = 230.0
_NAMES = 74.0
_YEARS_NAMED = 6
_COLUMNS = ("year", "estimate", "conf_low", "conf_high", "cost", "cost_low", "cost_high", "from_population", "from_prevalence")


def demand_growth_data(result: EffectResult) -> pd.DataFrame:
    """What the chart draws: people served in every year, and what they cost.

    Parameters
    ----------
    result : from ``ww.economics.demand``

    Returns
    -------
    Columns year, people, conf_low, conf_high, cost, cost_low, cost_high, from_population, from_prevalence.

    Raises
    ------
    MissingColumn
        If the result is no projection of demand.

    Examples
    --------
    >>> people = pd.DataFrame({"year": [2024, 2025], "age_from": [0, 0], "age_to": [9, 9], "population": [1000.0, 1100.0]})
    >>> share = pd.DataFrame({"year": [2024], "age_from": [0], "age_to": [9], "per_1000": [20.0]})
    >>> cost = ww.economics.Money(amount=100_000, price_level=2024, payer="municipality")
    >>> result = ww.economics.demand(people, share, base=2024, horizon=2025, unit_cost=cost)
    >>> demand_growth_data(result)["people"].round().tolist()
    [20.0, 22.0]
    """
    require_columns(result.parts, _COLUMNS, what="demand")
    data = result.parts[list(_COLUMNS)].rename(columns={"estimate": "people"})
    return data.assign(year=data["year"].astype(int))


@style.applied()
def demand_growth_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`demand_growth_data`: the middle as a line, the range as a band, first and last year with their numbers."""
    data = demand_growth_data(result)
    page = style.sheet()
    years = data["year"].to_numpy()
    values = [*data["conf_low"], *data["conf_high"], *data["people"]]
    plane = plane_for(page, x=(years[0], years[-1]), values=values, top=16, bottom=16 + _HEIGHT, right=style.WIDTH - _NAMES)
    plane.levels(language)
    _band(plane, data)
    x = [plane.x(year) for year in years]
    y = [plane.y(value) for value in data["people"]]
    style.line(page, x, y, color=style.ACCENT, width=2.6)
    for place in (0, -1):
        style.mark(page, x[place], y[place], color=style.ACCENT, size=9)
    style.write(page, x[-1] + 10, y[-1] + 5, number(data["people"].iloc[-1], language), color=style.ACCENT, bold=True)
    # On the side that the line leaves free.
    beside = 22 if y[-1] < y[0] else -12
    style.write(page, x[0] + 2, y[0] + beside, number(data["people"].iloc[0], language), color=style.ACCENT, bold=True)
    step = math.ceil(len(years) / _YEARS_NAMED)
    named = [int(year) for year in years if (years[-1] - year) % step == 0 or year == years[0]]
    bottom = plane.names_below([(year, str(year)) for year in named])
    return style.finished(page, bottom + 4)


def demand_growth_alt(result: EffectResult, *, people: Words | None = None, language: str = "da") -> str:
    """Say how many are served in the first and the last year, where the growth comes from, and what it costs."""
    _ = translator(language)
    said = _(
        "Of that, {population} comes from the number of inhabitants and {prevalence} from how many of each age are in the group."
    )
    split = said.format(
        population=number(result.statistics["from_population"], language, signed=True),
        prevalence=number(result.statistics["from_prevalence"], language, signed=True),
    )
    return f"{_finding(result, people, language)} {split} {_money(result, language)}"


def demand_growth_figure(
    result: EffectResult,
    *,
    people: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The projection as a figure for a page, with caption, alternative text and table twin.

    Parameters
    ----------
    people : the word for those who are counted, "people" by default
    """
    _ = translator(language)
    data = demand_growth_data(result)
    who = spoken(people, language, default=_("people"))
    whole = [number(each, language) for each in data["people"]]
    table = pd.DataFrame(
        {
            _("Year"): [str(each) for each in data["year"]],
            _("Number of {units}").format(units=who): whole,
            _("Range"): [interval(row.conf_low, row.conf_high, language) for row in rows.each(data)],
            _("Kroner a year"): [kroner(each, language) for each in data["cost"]],
        }
    )
    return figure_html(
        demand_growth_chart(result, language=language),
        caption=_finding(result, people, language),
        unit=_("Number of {units} who are served").format(units=who),
        alt=demand_growth_alt(result, people=people, language=language),
        note=" ".join([_money(result, language), _assumption(result, language), invented_prices_note(result, language)]).strip(),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _band(plane: Plane, data: pd.DataFrame) -> None:
    upper = [(plane.x(row.year), plane.y(row.conf_high)) for row in rows.each(data)]
    lower = [(plane.x(row.year), plane.y(row.conf_low)) for row in rows.each(data)]
    shape = Polygon(np.array([*upper, *reversed(lower)]), closed=True, facecolor=style.ACCENT, alpha=0.2, linewidth=0)
    plane.page.add_patch(shape)


def _finding(result: EffectResult, people: Words | None, language: str) -> str:
    _ = translator(language)
    data = demand_growth_data(result)
    head = result.headline
    return _("From {first} to {last} the number of {units} goes from {a} to {b}: {more} (range {range}).").format(
        first=int(data["year"].iloc[0]),
        last=int(data["year"].iloc[-1]),
        units=spoken(people, language, default=_("people")),
        a=number(data["people"].iloc[0], language),
        b=number(data["people"].iloc[-1], language),
        more=number(head.estimate, language, signed=True),
        range=interval(head.conf_low, head.conf_high, language, signed=True),
    )


def _money(result: EffectResult, language: str) -> str:
    _ = translator(language)
    told = result.statistics
    return _("In the last year it costs {payer} {cost} more than in the first (range {range}, {year} prices).").format(
        payer=payer_name(str(result.headline.payer), language, within=True),
        cost=kroner(told["extra_cost"], language),
        range=kroner_range(told["extra_cost_low"], told["extra_cost_high"], language),
        year=int(told["price_level"]),
    )


def _assumption(result: EffectResult, language: str) -> str:
    _ = translator(language)
    follows = result.provenance.arguments["prevalence_follows"]
    return {
        "age": _("It is assumed that each age keeps the share it has now."),
        "cohort": _(
            "It is assumed that a diagnosis is for life, so that those who have one take it with them as they grow older."
        ),
        "trend": _("It is assumed that the growth of the past years goes on."),
    }[follows]
