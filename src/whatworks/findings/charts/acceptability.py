"""How likely an effort is to be worth it, for whatever a unit of improvement is worth to the reader."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts.kroner_axis import kroner_axis
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.economics_words import chance, kroner
from whatworks.findings.figures import figure_html
from whatworks.findings.language import percent, translator

_HEIGHT, _TOP, _LEFT = 200.0, 34.0, 8.0
# Rows of the table twin: every so-manieth value.
_TABLE = 9


def acceptability_data(result: EffectResult) -> pd.DataFrame:
    """What the acceptability curve draws, in order of value.

    Parameters
    ----------
    result : ``ww.economics.cost_effectiveness`` or ``cost_effectiveness_of``

    Returns
    -------
    Columns threshold (kroner that one unit of improvement is worth) and probability that the effort is worth it.

    Raises
    ------
    EmptyData
        If the result has no curve.
    """
    parts = result.parts
    found = parts[parts["quantity"] == "acceptability"] if "quantity" in parts else parts.head(0)
    if found.empty:
        raise EmptyData(f"{result.method} has no acceptability curve. Use ww.economics.cost_effectiveness.")
    data = pd.DataFrame({"threshold": found["threshold"].astype(float), "probability": found["estimate"].astype(float)})
    return data.sort_values("threshold", kind="stable").reset_index(drop=True)


@style.applied()
def acceptability_chart(result: EffectResult, *, language: str = "da") -> Figure:
    """Draw :func:`acceptability_data` from 0 to 100 per cent, with a line at one half."""
    _ = translator(language)
    data = acceptability_data(result)
    page = style.sheet()
    top = float(data["threshold"].max()) or 1.0
    across = Scale(0.0, top, _LEFT, style.WIDTH - 8)
    up = Scale(0.0, 1.0, _TOP + _HEIGHT, _TOP)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        half = share == 0.5
        style.line(page, (0, style.WIDTH), (up(share), up(share)), color=style.INK_2 if half else style.RULE)
        style.write(page, 0, up(share) - 4, percent(share, language), size=style.SMALL, color=style.INK_2)
    style.line(page, [across(x) for x in data["threshold"]], [up(y) for y in data["probability"]], color=style.ACCENT, width=2.6)
    style.write(page, 0, 14, _("chance that it is worth it"), size=style.SMALL, color=style.INK_2)
    return style.finished(page, kroner_axis(page, across, _TOP + _HEIGHT, language, signed=False))


def acceptability_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say the chance where a unit is worth nothing, at the highest value, and from where it is more likely than not."""
    _ = translator(language)
    data = acceptability_data(result)
    first, last = data.iloc[0], data.iloc[-1]
    said = _("If one unit ({unit}) is worth {low}, the chance is {first}; if it is worth {high}, the chance is {last}.")
    return f"{_finding(result, data, unit, language)} " + said.format(
        unit=_unit(result, unit, language),
        low=kroner(first["threshold"], language),
        first=chance(first["probability"], language),
        high=kroner(last["threshold"], language),
        last=chance(last["probability"], language),
    )


def acceptability_figure(
    result: EffectResult, *, unit: Words | None = None, language: str = "da", source: Words | None = None, synthetic: bool = False
) -> str:
    """The acceptability curve as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = acceptability_data(result)
    shown = data.iloc[np.unique(np.linspace(0, len(data) - 1, _TABLE).astype(int))]
    table = pd.DataFrame(
        {
            _("One unit is worth"): [kroner(value, language) for value in shown["threshold"]],
            _("Chance that it is worth it"): [chance(share, language) for share in shown["probability"]],
        }
    )
    return figure_html(
        acceptability_chart(result, language=language),
        caption=_finding(result, data, unit, language),
        unit=_("across: kroner that one unit of improvement ({unit}) is worth").format(unit=_unit(result, unit, language)),
        alt=acceptability_alt(result, unit=unit, language=language),
        note=_("What a unit of improvement is worth is not for the calculation to say. Find your own value and read the chance."),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _unit(result: EffectResult, unit: Words | None, language: str) -> str:
    return spoken(unit, language, default=str(result.provenance.arguments["effect_unit"]))


def _finding(result: EffectResult, data: pd.DataFrame, unit: Words | None, language: str) -> str:
    _ = translator(language)
    likely = data[data["probability"] >= 0.5]
    if likely.empty:
        return _("It is more likely than not to be not worth it, at every value shown.")
    if likely.index[0] == 0 and len(likely) == len(data):
        return _("It is more likely than not to be worth it, at every value shown.")
    if likely.index[0] == 0:
        last = float(data.loc[data["probability"] < 0.5, "threshold"].iloc[0])
        return _("It is more likely than not to be worth it as long as one unit ({unit}) is worth less than {value}.").format(
            unit=_unit(result, unit, language), value=kroner(last, language)
        )
    return _("It is more likely than not to be worth it once one unit ({unit}) is worth {value} or more.").format(
        unit=_unit(result, unit, language), value=kroner(float(likely["threshold"].iloc[0]), language)
    )
