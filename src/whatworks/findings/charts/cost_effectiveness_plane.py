"""Extra cost against improvement: one hundred answers, and the corner that each of them lies in."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale, spanning, tick_decimals
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.economics_sentences import economics_sentence
from whatworks.findings.economics_words import QUADRANTS, kroner, quadrant_words
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_HEIGHT, _TOP, _LEFT, _RIGHT = 260.0, 70.0, 12.0, 12.0
_COLORS = {"dominant": style.GOOD, "more_for_more": style.ACCENT, "less_for_less": style.INK_2, "dominated": style.WARN}
# Shape tells the corners apart as well as colour.
_SHAPES = {"dominant": "o", "more_for_more": "o", "less_for_less": "D", "dominated": "s"}


def cost_effectiveness_plane_data(result: EffectResult) -> pd.DataFrame:
    """What the plane draws: one row per answer that fits the numbers, and the estimate.

    Parameters
    ----------
    result : ``ww.economics.cost_effectiveness`` or ``cost_effectiveness_of``

    Returns
    -------
    Columns kind ("answer", "estimate"), effect (improvement; positive is better), cost (extra kroner per citizen), quadrant.

    Raises
    ------
    EmptyData
        If the result has no answers to draw.
    """
    parts = result.parts
    dots = parts[parts["quantity"] == "dot"] if "quantity" in parts else parts.head(0)
    if dots.empty:
        raise EmptyData(f"{result.method} has no answers to draw. Use ww.economics.cost_effectiveness.")
    head, better = result.headline, parts.loc[parts["quantity"] == "improvement", "estimate"].iloc[0]
    data = pd.DataFrame({"kind": "answer", "effect": dots["effect"].astype(float), "cost": dots["estimate"].astype(float)})
    middle = pd.DataFrame({"kind": ["estimate"], "effect": [float(better)], "cost": [float(head.estimate)]})
    data = pd.concat([data, middle], ignore_index=True)
    corner = (data["effect"] < 0).astype(int) * 2 + (data["cost"] > 0).astype(int)
    return data.assign(quadrant=corner.map(dict(enumerate(QUADRANTS))))


@style.applied()
def cost_effectiveness_plane_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`cost_effectiveness_plane_data`: better to the right, dearer upwards, each corner named with its count."""
    _ = translator(language)
    data = cost_effectiveness_plane_data(result)
    page = style.sheet()
    across = spanning([*data["effect"], 0.0], start=_LEFT, end=style.WIDTH - _RIGHT)
    up = spanning([*data["cost"], 0.0], start=_TOP + _HEIGHT, end=_TOP)
    style.line(page, (_LEFT, style.WIDTH - _RIGHT), (up(0), up(0)), color=style.INK_2)
    style.line(page, (across(0), across(0)), (_TOP, _TOP + _HEIGHT), color=style.INK_2)
    for row in rows.each(data[data["kind"] == "answer"]):
        style.mark(page, across(row.effect), up(row.cost), color=_COLORS[row.quadrant], shape=_SHAPES[row.quadrant], size=6)
    _corners(page, data, language)
    middle = data.iloc[-1]
    style.mark(page, across(middle["effect"]), up(middle["cost"]), color=style.INK, shape="D", size=13, hollow=True)
    style.write(page, 0, 14, _("↑ dearer · better →"), size=style.SMALL, color=style.INK_2)
    return style.finished(page, _ticks(page, across, up, language))


def cost_effectiveness_plane_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say what it costs and gives, and how many of the answers lie in each corner."""
    _ = translator(language)
    counts = _counts(result)
    listed = "; ".join(
        _("{quadrant}: {n} of {total}").format(
            quadrant=quadrant_words(name, language), n=number(n, language), total=number(sum(counts.values()), language)
        )
        for name, n in counts.items()
    )
    return f"{economics_sentence(result, language, unit=spoken(unit, language) or None)} {listed}."


def cost_effectiveness_plane_figure(
    result: EffectResult, *, unit: Words | None = None, language: str = "da", source: Words | None = None, synthetic: bool = False
) -> str:
    """The plane as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    counts = _counts(result)
    place = result.headline.item
    table = pd.DataFrame(
        {_("Corner"): [quadrant_words(name, language) for name in counts], _("Answers of 100"): list(counts.values())}
    )
    named = spoken(unit, language, default=str(result.provenance.arguments["effect_unit"]))
    return figure_html(
        cost_effectiveness_plane_chart(result, language=language),
        caption=_("{n} of 100 answers that fit the numbers are {quadrant}").format(
            n=number(counts[place], language), quadrant=quadrant_words(place, language)
        ),
        unit=_(
            "upwards: what it costs per citizen before any gain in money, {year} prices; across: improvement in {unit}"
        ).format(year=result.provenance.arguments["price_level"], unit=named),
        alt=cost_effectiveness_plane_alt(result, unit=unit, language=language),
        note=_("Each dot is one of 100 answers that fit the numbers equally well. The large diamond is the estimate."),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _counts(result: EffectResult) -> dict[str, int]:
    """Answers in each corner."""
    data = cost_effectiveness_plane_data(result)
    found = data.loc[data["kind"] == "answer", "quadrant"].value_counts()
    return {name: int(found.get(name, 0)) for name in QUADRANTS}


def _corners(page: Axes, data: pd.DataFrame, language: str) -> None:
    """Each corner's name and count, above and below the plane."""
    _ = translator(language)
    found = data.loc[data["kind"] == "answer", "quadrant"].value_counts()
    for name, (x, y, align) in {
        "dominated": (0.0, _TOP - 26, "left"),
        "more_for_more": (style.WIDTH, _TOP - 26, "right"),
        "less_for_less": (0.0, _TOP + _HEIGHT + 20, "left"),
        "dominant": (style.WIDTH, _TOP + _HEIGHT + 20, "right"),
    }.items():
        words = _("{quadrant}: {n}").format(quadrant=quadrant_words(name, language), n=number(int(found.get(name, 0)), language))
        style.write(page, x, y, words, size=style.SMALL, color=_COLORS[name], bold=True, align=align)


def _ticks(page: Axes, across: Scale, up: Scale, language: str) -> float:
    """Numbers of the effect below, and lines of equal cost with their numbers on the emptier side."""
    bottom = _TOP + _HEIGHT + 30
    ticks = across.ticks()
    for tick in ticks:
        style.line(page, (across(tick), across(tick)), (bottom, bottom + 4), color=style.RULE_STRONG)
        text = number(tick, language, decimals=tick_decimals(ticks), signed=True)
        style.write_within(page, across(tick), bottom + 18, text)
    style.line(page, (_LEFT, style.WIDTH - _RIGHT), (bottom, bottom), color=style.RULE_STRONG)
    right = across(0) < style.WIDTH / 2
    for tick in up.ticks(4):
        if tick:
            style.line(page, (_LEFT, style.WIDTH - _RIGHT), (up(tick), up(tick)), color=style.RULE)
            place, align = (style.WIDTH, "right") if right else (0.0, "left")
            text = kroner(tick, language, signed=True)
            style.write(page, place, up(tick) - 4, text, size=style.SMALL, color=style.INK_2, align=align)
    return bottom + 28
