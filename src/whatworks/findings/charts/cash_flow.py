"""When the money is back, payer by payer: discounted kroner added up from year to year, with a band."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.economics_sentences import economics_sentence
from whatworks.findings.economics_words import (
    chance,
    kroner,
    kroner_range,
    no_pay_back_words,
    pay_back_words,
    payer_name,
    quantity,
)
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_HEIGHT, _LOWEST, _LEFT, _RIGHT = 110.0, 22.0, 8.0, 8.0


def cash_flow_data(result: EffectResult) -> pd.DataFrame:
    """What the cash flow draws: one row per payer and year.

    Parameters
    ----------
    result : ``ww.economics.investment_case``

    Returns
    -------
    Columns payer ("all" first), year, estimate, conf_low, conf_high (cumulated discounted kroner), paid_back (share of the
    draws in which the money is back to stay). A payer that neither pays nor gains is left out.

    Raises
    ------
    EmptyData
        If the result has no cash flow.
    """
    parts = result.parts
    found = parts[parts["quantity"] == "cumulated"] if "quantity" in parts else parts.head(0)
    if found.empty:
        raise EmptyData(f"{result.method} has no cash flow to draw. Use ww.economics.investment_case.")
    back = parts[parts["quantity"] == "paid_back_by"].set_index(["payer", "year"])["estimate"]
    data = found[["payer", "year", "estimate", "conf_low", "conf_high"]].astype({"year": int}).reset_index(drop=True)
    data["paid_back"] = back.reindex(pd.MultiIndex.from_frame(data[["payer", "year"]])).to_numpy(dtype=float)
    moves = data.groupby("payer")["estimate"].transform(lambda each: each.abs().max()) > 0
    return data[moves].reset_index(drop=True)


@style.applied()
def cash_flow_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`cash_flow_data`: a panel per payer on one scale; a dot where the money is back."""
    data = cash_flow_data(result)
    page = style.sheet()
    years = Scale(float(data["year"].min()), float(data["year"].max()), _LEFT, style.WIDTH - _RIGHT)
    # Every payer has as much height as its money moves: one krone is as tall in every panel.
    pixels = _HEIGHT / max(_reach(part)[1] - _reach(part)[0] for _payer, part in data.groupby("payer"))
    top = 0.0
    for payer, part in data.groupby("payer", sort=False):
        last = part.iloc[-1]
        said = f"{_state(result, str(payer), language)} · {kroner_range(last['conf_low'], last['conf_high'], language)}"
        value = kroner(last["estimate"], language, signed=True)
        top = rows.label_row(page, top, payer_name(str(payer), language), value, meta=[said], bold=True) - rows.HALF + 4
        low, high = _reach(part)
        height = max(_LOWEST, pixels * (high - low))
        _panel(page, part, years, Scale(low, low + height / pixels, top + height, top))
        top += height + 8
    return style.finished(page, _years(page, years, top, language))


def cash_flow_alt(result: EffectResult, *, language: str = "da") -> str:
    """Say when the money is back and how likely that is, and where each payer ends."""
    _ = translator(language)
    last = cash_flow_data(result).groupby("payer", sort=False).tail(1)
    ends = "; ".join(
        f"{payer_name(row.payer, language)}: {kroner(row.estimate, language, signed=True)} "
        f"({kroner_range(row.conf_low, row.conf_high, language)})"
        for row in rows.each(last)
    )
    return f"{economics_sentence(result, language)} " + _("At the end: {list}.").format(list=ends).replace("kr..", "kr.")


def cash_flow_figure(result: EffectResult, *, language: str = "da", source: Words | None = None, synthetic: bool = False) -> str:
    """The cash flow as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = cash_flow_data(result)
    operator = str(result.provenance.arguments["operator"])
    table = pd.DataFrame({_("Year"): [number(year, language) for year in sorted(data["year"].unique())]})
    for payer, part in data.groupby("payer", sort=False):
        table[payer_name(str(payer), language)] = [kroner(value, language, signed=True) for value in part["estimate"]]
    caption = _("The money is {whole} for the public as a whole; for {payer} alone it is {own}").format(
        whole=pay_back_words(result, "all", language),
        own=pay_back_words(result, operator, language),
        payer=payer_name(operator, language, within=True),
    )
    return figure_html(
        cash_flow_chart(result, language=language),
        caption=caption,
        unit=_("costs and gains added up from year to year, in {year} prices and discounted").format(
            year=result.provenance.arguments["price_level"]
        ),
        alt=cash_flow_alt(result, language=language),
        note=_(
            "The band holds 95% of the answers that fit the numbers. "
            "The dot marks the year in which the money is back to stay. Year 0 comes first."
        ),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _reach(part: pd.DataFrame) -> tuple[float, float]:
    """The least and the most that a payer's band reaches, 0 among them."""
    return min(0.0, float(part["conf_low"].min())), max(0.0, float(part["conf_high"].max()))


def _state(result: EffectResult, payer: str, language: str) -> str:
    """What happens to a payer, in few words."""
    if quantity(result, "cost_per_citizen", payer=payer).estimate <= 0:
        return no_pay_back_words(result, payer, language)
    share = chance(float(quantity(result, "pays_back", payer=payer).estimate), language)
    return f"{pay_back_words(result, payer, language)} ({share})"


def _panel(page: Axes, part: pd.DataFrame, years: Scale, up: Scale) -> None:
    x = [years(year) for year in part["year"]]
    low, high = [up(value) for value in part["conf_low"]], [up(value) for value in part["conf_high"]]
    band = [*zip(x, low, strict=True), *reversed(list(zip(x, high, strict=True)))]
    page.add_patch(Polygon(band, closed=True, facecolor=style.MUTED, alpha=0.3, linewidth=0))
    style.line(page, (years.start, years.end), (up(0), up(0)), color=style.INK_2)
    style.line(page, x, [up(value) for value in part["estimate"]], color=style.ACCENT, width=2.6)
    back = _back(part)
    if back is not None:
        style.mark(page, years(float(part["year"].iloc[back])), up(float(part["estimate"].iloc[back])), color=style.GOOD, size=11)


def _back(part: pd.DataFrame) -> int | None:
    """Place of the first year from which the money is back to stay; None where it is never lent or never back."""
    owed = [place for place, value in enumerate(part["estimate"]) if value < 0]
    if not owed or owed[-1] == len(part) - 1:
        return None
    return owed[-1] + 1


def _years(page: Axes, years: Scale, top: float, language: str) -> float:
    _ = translator(language)
    style.line(page, (years.start, years.end), (top, top), color=style.RULE_STRONG)
    for year in range(int(years.low), int(years.high) + 1):
        style.line(page, (years(year), years(year)), (top, top + 4), color=style.RULE_STRONG)
        style.write_within(page, years(year), top + 18, number(year, language))
    style.write_within(page, style.WIDTH / 2, top + 34, _("year"))
    return top + 42
