"""What the answer hangs on: how far the net result moves when one assumption goes to either end of its range."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.kroner_axis import kroner_axis
from whatworks.findings.charts.scale import spanning
from whatworks.findings.charts.words import Words, named, spoken
from whatworks.findings.economics_words import kroner, kroner_range, payer_name
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

_SHOWN = 5
_BAR = 7.0
_KINDS = {
    "effect": N_("How well it works"),
    "dropout": N_("How many drop out"),
    "scale": N_("What is left of the effect"),
    "units": N_("How much is saved: {item}"),
    "price": N_("The price of: {item}"),
    "cost": N_("The cost of: {item}"),
}


def tornado_data(result: EffectResult, *, payer: str = "all", shown: int = _SHOWN) -> pd.DataFrame:
    """What the tornado draws: the assumptions that move the net result most, the greatest first.

    Parameters
    ----------
    result : ``ww.economics.investment_case``
    payer : "all" or the one that runs the effort
    shown : assumptions at most

    Returns
    -------
    Columns kind, item, estimate (net result per citizen as it is), low and high (where it moves to), at_low and at_high (with
    the assumption at the lower and the upper end of its range).

    Raises
    ------
    EmptyData
        If no assumption has a range.
    """
    parts = result.parts
    found = parts[(parts["quantity"] == "tornado") & (parts["payer"] == payer)] if "quantity" in parts else parts.head(0)
    if found.empty:
        raise EmptyData(
            f"{result.method} has no assumption with a range for {payer!r}. Give ranges to ww.economics.investment_case."
        )
    split = found["item"].str.partition(":")
    data = pd.DataFrame({"kind": split[0], "item": split[2], "estimate": found["estimate"], "low": found["conf_low"]})
    data = data.assign(high=found["conf_high"], at_low=found["at_low"], at_high=found["at_high"])
    widest = (data["low"] - data["high"]).sort_values(kind="stable").index[:shown]
    return data.loc[widest].reset_index(drop=True)


@style.applied()
def tornado_chart(
    result: EffectResult, *, payer: str = "all", labels: Mapping[str, Words] | None = None, language: str = "da"
) -> Figure:
    """Draw :func:`tornado_data`: a bar per assumption, with a line at a net result of nothing."""
    _ = translator(language)
    data = tornado_data(result, payer=payer)
    page = style.sheet()
    scale = spanning([*data["low"], *data["high"], 0.0], start=8, end=style.WIDTH - 8)
    y = 6.0
    for words in style.wrapped(_("thin line: nothing gained or lost · thick: as expected"), style.WIDTH, style.SMALL):
        y += 16
        style.write(page, 0, y - 8, words, size=style.SMALL, color=style.INK_2)
    for row in rows.each(data):
        label = assumption_label(row.kind, row.item, labels, language)
        middle = rows.label_row(page, y, label, "", meta=[kroner_range(row.low, row.high, language)])
        color = style.GOOD if row.low > 0 else style.WARN if row.high < 0 else style.ACCENT
        style.box(page, (scale(row.low), scale(row.high)), (middle - _BAR, middle + _BAR), color=color, opacity=0.75)
        style.line(page, (scale(0), scale(0)), (middle - rows.HALF, middle + rows.HALF), color=style.INK)
        style.line(page, (scale(row.estimate),) * 2, (middle - rows.HALF, middle + rows.HALF), color=style.INK, width=3)
        y = middle + 14
    return style.finished(page, kroner_axis(page, scale, y, language))


def tornado_alt(
    result: EffectResult, *, payer: str = "all", labels: Mapping[str, Words] | None = None, language: str = "da"
) -> str:
    """Say which assumption matters most, and where each takes the net result."""
    _ = translator(language)
    listed = "; ".join(
        f"{assumption_label(row.kind, row.item, labels, language)}: {kroner_range(row.low, row.high, language)}"
        for row in rows.each(tornado_data(result, payer=payer))
    )
    told = _("Net result per citizen: {list}.").format(list=listed).replace("kr..", "kr.")
    return f"{_finding(result, payer, labels, language)} {told}"


def tornado_figure(
    result: EffectResult,
    *,
    payer: str = "all",
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The tornado as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = tornado_data(result, payer=payer)
    table = pd.DataFrame(
        {
            _("Assumption"): [assumption_label(row.kind, row.item, labels, language) for row in rows.each(data)],
            _("At the low end"): [kroner(value, language, signed=True) for value in data["at_low"]],
            _("As expected"): [kroner(value, language, signed=True) for value in data["estimate"]],
            _("At the high end"): [kroner(value, language, signed=True) for value in data["at_high"]],
        }
    )
    return figure_html(
        tornado_chart(result, payer=payer, labels=labels, language=language),
        caption=_finding(result, payer, labels, language),
        unit=_("net result per citizen for {payer}, {year} prices").format(
            payer=payer_name(payer, language, within=True), year=result.provenance.arguments["price_level"]
        ),
        alt=tornado_alt(result, payer=payer, labels=labels, language=language),
        note=_("Each bar moves one assumption to either end of its 95% range; the others stay as expected."),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def assumption_label(kind: str, item: str, labels: Mapping[str, Words] | None, language: str) -> str:
    """What a reader calls an assumption."""
    words = translator(language)(_KINDS[kind])
    return words.format(item=named(item, labels, language)) if item else words


def _finding(result: EffectResult, payer: str, labels: Mapping[str, Words] | None, language: str) -> str:
    _ = translator(language)
    data = tornado_data(result, payer=payer)
    turns = int(((data["low"] < 0) & (data["high"] > 0)).sum())
    first = data.iloc[0]
    said = _("“{assumption}” matters most. Assumptions that alone decide whether it pays: {n} of {total}.")
    label = assumption_label(first["kind"], first["item"], labels, language)
    return said.format(assumption=label, n=number(turns, language), total=number(len(data), language))
