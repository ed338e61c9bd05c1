"""Net result per citizen, payer by payer, with its range: who gains and who pays."""

import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.kroner_axis import kroner_axis
from whatworks.findings.charts.scale import spanning
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.economics_sentences import economics_sentence
from whatworks.findings.economics_tables import pay_back_table
from whatworks.findings.economics_words import chance, kroner, kroner_range, payer_name
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator


def net_present_value_data(result: EffectResult) -> pd.DataFrame:
    """What the dots draw: one row per payer, everyone together first.

    Parameters
    ----------
    result : ``ww.economics.investment_case``

    Returns
    -------
    Columns payer, estimate, conf_low, conf_high (kroner per citizen), probability (that the money is back to stay).

    Raises
    ------
    EmptyData
        If the result has no net present value.
    """
    parts = result.parts
    found = parts[parts["quantity"] == "npv_per_citizen"] if "quantity" in parts else parts.head(0)
    if found.empty:
        raise EmptyData(f"{result.method} has no net present value to draw. Use ww.economics.investment_case.")
    back = parts[parts["quantity"] == "pays_back"].set_index("payer")["estimate"]
    data = found[["payer", "estimate", "conf_low", "conf_high"]].reset_index(drop=True)
    return data.assign(probability=back.reindex(data["payer"]).to_numpy(dtype=float))


@style.applied()
def net_present_value_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`net_present_value_data`: a dot and its range per payer, against a line at nothing gained."""
    _ = translator(language)
    data = net_present_value_data(result)
    page = style.sheet()
    scale = spanning([*data["estimate"], *data["conf_low"], *data["conf_high"], 0.0], start=8, end=style.WIDTH - 8)
    words = _("line: nothing gained, nothing lost · gain →")
    style.write(page, 0, 14, words, size=style.SMALL, color=style.INK_2)
    y = 22.0
    for row in rows.each(data):
        value = kroner(row.estimate, language, signed=True)
        meta = [kroner_range(row.conf_low, row.conf_high, language)]
        y = rows.label_row(page, y, payer_name(row.payer, language), value, meta=meta)
        color = style.GOOD if row.conf_low > 0 else style.WARN if row.conf_high < 0 else style.INK_2
        rows.strip(page, scale, y, (row.estimate, row.conf_low, row.conf_high), null=0.0, color=color)
        y += 14
    return style.finished(page, kroner_axis(page, scale, y, language))


def net_present_value_alt(result: EffectResult, *, language: str = "da") -> str:
    """Say the net result per citizen for every payer with its range."""
    _ = translator(language)
    listed = "; ".join(
        f"{payer_name(row.payer, language)}: {kroner(row.estimate, language, signed=True)} "
        f"({kroner_range(row.conf_low, row.conf_high, language)})"
        for row in rows.each(net_present_value_data(result))
    )
    return f"{economics_sentence(result, language)} " + _("Net result per citizen: {list}.").format(list=listed)


def net_present_value_figure(
    result: EffectResult, *, language: str = "da", source: Words | None = None, synthetic: bool = False
) -> str:
    """The net result by payer as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    whole = net_present_value_data(result).iloc[0]
    caption = _("Expected net result for the public as a whole: {value} per citizen; chance that the money comes back: {chance}")
    arguments = result.provenance.arguments
    return figure_html(
        net_present_value_chart(result, language=language),
        caption=caption.format(
            value=kroner(whole["estimate"], language, signed=True), chance=chance(whole["probability"], language)
        ),
        unit=_("kroner per citizen over {years} years, {level} prices, discounted").format(
            years=number(float(arguments["horizon"]), language), level=arguments["price_level"]
        ),
        alt=net_present_value_alt(result, language=language),
        note=_("The dot is what we expect, the line holds 95% of the answers that fit the numbers."),
        table=pay_back_table(result, language),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )
