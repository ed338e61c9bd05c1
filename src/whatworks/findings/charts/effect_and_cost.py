"""Effect against cost, one mark for each finding, and how sure each is; what nobody has priced stands apart, never at zero."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale, spanning
from whatworks.findings.charts.spread import spread
from whatworks.findings.charts.study_rows import LABELS
from whatworks.findings.charts.words import Words, better, spoken
from whatworks.findings.economics_words import kroner
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, translator
from whatworks.findings.names import N_

_NUMBERS = ("effect", "conf_low", "conf_high", "cost", "cost_low", "cost_high")
_WORDS = ("name", "about", "scale", "certainty", "circles", "tone")
# What one step of the effect is; scales are never mixed, so each has a panel of its own.
_UNITS = {
    "important": N_("times the smallest difference that matters"),
    "of_100": N_("more out of 100 people who fare well"),
    "ratio_down": N_("times as much as without the intervention"),
    "ratio_up": N_("times as much as without the intervention"),
    "sd": N_("standard deviations"),
}
_RATIOS = ("ratio_down", "ratio_up")
_COLORS = {"good": style.GOOD, "bad": style.WARN}
_LEFT, _RIGHT, _LINE, _LEAST, _GAP = LABELS + 24.0, style.WIDTH - 44.0, 16.0, 150.0, 14.0


def effect_and_cost_data(findings: pd.DataFrame) -> pd.DataFrame:
    """What the chart draws: one row per finding, by scale, the dearest first, those of unknown cost last.

    Parameters
    ----------
    findings : columns name; about (whom, in a word or two); scale (``"important"``: effects count smallest differences that
        matter; ``"of_100"``: people out of a hundred; ``"sd"``: standard deviations; ``"ratio_up"``, ``"ratio_down"``: times
        what it is without the intervention, where more or fewer is better); effect, conf_low, conf_high on that scale, upwards is
        better for the person but for ``"ratio_down"``; cost, cost_low, cost_high in kroner per citizen, all missing where nobody
        knows; certainty (a word), circles, tone (``"good"``, ``"bad"`` or another) of the verdict

    Returns
    -------
    The same columns.

    Raises
    ------
    MissingColumn, MissingValues
    EmptyData
        If there is no finding.
    InvalidColumn
        If a scale is unknown, a ratio is not above 0 or a cost is below 0.

    Examples
    --------
    >>> two = pd.DataFrame({"name": ["a", "b"], "effect": [0.2, 0.1], "cost": [np.nan, 9e3]})
    >>> two = two.assign(about="adults", scale="sd", certainty="low", circles="●●○○", tone="good")
    >>> two = two.assign(conf_low=0.0, conf_high=0.4, cost_low=two["cost"], cost_high=two["cost"])
    >>> effect_and_cost_data(two)["name"].tolist()
    ['b', 'a']
    """
    require_columns(findings, [*_WORDS, *_NUMBERS], what="findings")
    data = pd.DataFrame({column: findings[column].astype(str) for column in _WORDS})
    for column in _NUMBERS:
        data[column] = numeric(findings, column, allow_missing=column.startswith("cost"), what="findings")
    strange = sorted(set(data["scale"]) - set(_UNITS))
    if strange or (data["cost"] < 0).any():
        raise InvalidColumn(
            f"Scales are {', '.join(_UNITS)} (found also: {', '.join(strange) or 'none'}), and a cost is not below 0 "
            f"({int((data['cost'] < 0).sum())} are). Name the scale, and give the cost per citizen in kroner."
        )
    ratios = data.loc[data["scale"].isin(_RATIOS), ["effect", "conf_low", "conf_high"]]
    if (ratios <= 0).any(axis=None):
        raise InvalidColumn(f"{int((ratios <= 0).any(axis=1).sum())} ratios are not above 0. Give ratios, not their logarithms.")
    return data.sort_values(["scale", "cost", "name"], ascending=[True, False, True], kind="stable", ignore_index=True)


@style.applied()
def effect_and_cost_chart(findings: pd.DataFrame, *, language: str = "da") -> Figure:
    """Draw :func:`effect_and_cost_data`: better to the right, dearer upwards, each mark led to its name."""
    data = effect_and_cost_data(findings)
    page, y = style.sheet(), 0.0
    for place, (scale, own) in enumerate(data.groupby("scale", sort=True)):
        y = _panel(page, y + (24 if place else 0), str(scale), own, language)
    return style.finished(page, y + 4)


def effect_and_cost_alt(findings: pd.DataFrame, *, language: str = "da") -> str:
    """Say of each finding what it changes, what it costs and how sure that is."""
    _ = translator(language)
    data = effect_and_cost_data(findings)
    told = "; ".join(
        _("{name}: {effect} {unit}, {cost}, certainty {certainty}").format(
            name=f"{row.name} ({row.about})",
            effect=_effect(row, language),
            unit=_(_UNITS[row.scale]),
            cost=_cost(row, language),
            certainty=row.certainty.lower(),
        )
        for row in rows.each(data.head(8))
    )
    return f"{_finding(data, language)} {told}."


def effect_and_cost_figure(
    findings: pd.DataFrame,
    *,
    left_out: Sequence[str] = (),
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin.

    Parameters
    ----------
    left_out : names of findings whose effect cannot stand on such an axis; the figure names them
    """
    _ = translator(language)
    data = effect_and_cost_data(findings)
    table = pd.DataFrame(
        {
            _("Finding"): data["name"] + " (" + data["about"] + ")",
            _("Difference and range"): [f"{_effect(row, language)} {_(_UNITS[row.scale])}" for row in rows.each(data)],
            _("Cost per citizen"): [_cost(row, language) for row in rows.each(data)],
            _("How sure are we?"): data["certainty"],
        }
    )
    return figure_html(
        effect_and_cost_chart(findings, language=language),
        caption=_finding(data, language),
        unit=_axes(data, language),
        alt=effect_and_cost_alt(findings, language=language),
        note=_note(data, left_out, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _panel(page: Axes, y: float, scale: str, data: pd.DataFrame, language: str) -> float:
    """Findings on one scale: those with a cost in a plane, the others in a strip below, one axis under both."""
    _ = translator(language)
    ratio, null = scale in _RATIOS, _null(scale)
    edges = [null, *data["conf_low"], *data["conf_high"], *([1.0] if scale == "important" else [])]
    across = spanning(edges, start=_LEFT + 8, end=_RIGHT - 8, log=ratio)
    priced, open_ = data[data["cost"].notna()], data[data["cost"].isna()]
    top, y = (y + 26, y) if len(priced) else (y, y)
    bottom = top
    if len(priced):
        style.write(
            page, style.WIDTH, y + 14, _("kr. per citizen, in thousands ↑"), size=style.SMALL, color=style.INK_2, align="right"
        )
        bottom = _plane(page, top, across, priced, language)
    if len(open_):
        bottom = _strip(page, bottom, across, open_, language)
    style.line(page, (across(null), across(null)), (top, bottom), color=style.INK_2)
    if scale == "important":
        style.line(page, (across(1), across(1)), (top, bottom), color=style.INK_2, dash=(0, (4, 4)))
    y = rows.axis(page, across, bottom + 6, language, signed=not ratio)
    y = rows.sides(page, across, y + 6, language, null=null, better=better("down" if scale == "ratio_down" else "up", language))
    for line in style.wrapped(_("effect ({units})").format(units=_(_UNITS[scale])), style.WIDTH, style.SMALL):
        y += _LINE
        style.write(page, style.WIDTH, y - 4, line, size=style.SMALL, color=style.INK_2, align="right")
    return y


def _plane(page: Axes, top: float, across: Scale, data: pd.DataFrame, language: str) -> float:
    """Findings with a cost: true heights, names beside them as near as they fit."""
    labels = [_label(row) for row in rows.each(data)]
    heights = [_LINE * len(lines) + 6 for lines in labels]
    bottom = top + max(_LEAST, 1.2 * sum(heights))
    up = Scale(0.0, 1.12 * float(max(data["cost"].max(), data["cost_high"].max())), bottom, top)
    for tick in up.ticks(4):
        style.line(page, (_LEFT, _RIGHT), (up(tick), up(tick)), color=style.RULE)
        style.write(
            page, style.WIDTH, up(tick) + 4, _thousands(tick, language), size=style.SMALL, color=style.INK_2, align="right"
        )
    places = spread([up(cost) for cost in data["cost"]], [_GAP] * len(data), low=top, high=bottom)
    middles = spread(places, heights, low=top, high=bottom)
    for row, lines, middle, place in zip(rows.each(data), labels, middles, places, strict=True):
        _lead(page, across, row, middle, place)
        low, high = (up(cost) - up(row.cost) for cost in (row.cost_low, row.cost_high))
        if math.isfinite(low) and math.isfinite(high):
            x = across(row.effect)
            style.line(page, (x, x), (place + low, place + high), color=_COLORS.get(row.tone, style.INK_2), width=1.5)
        _named(page, across, row, lines, middle, place)
    return bottom


def _strip(page: Axes, top: float, across: Scale, data: pd.DataFrame, language: str) -> float:
    """Findings that nobody has priced: a strip of its own, in which height means nothing."""
    _ = translator(language)
    labels = [_label(row) for row in rows.each(data)]
    bottom = top + 24 + _LINE + sum(_LINE * len(lines) + 10 for lines in labels)
    style.box(page, (0, style.WIDTH), (top + 8, bottom), color=style.RULE, opacity=0.35)
    y = top + 12 + _LINE
    style.write(page, 4, y - 2, _("Cost not known"), size=style.SMALL, color=style.INK_2)
    y += 8
    for row, lines in zip(rows.each(data), labels, strict=True):
        middle = y + _LINE * len(lines) / 2
        _lead(page, across, row, middle, middle)
        _named(page, across, row, lines, middle, middle)
        y += _LINE * len(lines) + 10
    return bottom


def _lead(page: Axes, across: Scale, row: Any, middle: float, place: float) -> None:
    """A thin line from the name to its mark."""
    path = (LABELS + 2, _LEFT, max(_LEFT, across(row.conf_low) - 4))
    style.line(page, path, (middle, place, place), color=style.RULE_STRONG, dash=(0, (1, 2)))


def _named(page: Axes, across: Scale, row: Any, lines: Sequence[tuple[str, bool]], middle: float, place: float) -> None:
    """The mark with its interval, and the name beside it."""
    color = _COLORS.get(row.tone, style.INK_2)
    style.line(page, (across(row.conf_low), across(row.conf_high)), (place, place), color=color, width=3)
    style.mark(page, across(row.effect), place, color=color, size=10)
    y = middle - _LINE * len(lines) / 2
    for line, bold in lines:
        y += _LINE
        style.write(page, 4, y - 4, line, size=style.SMALL, bold=bold)


def _label(row: Any) -> list[tuple[str, bool]]:
    """What was done in bold, for whom and how sure we are below it; each line with whether it is bold."""
    sure = f"{row.circles} {row.certainty}".strip()
    names = style.wrapped(row.name, LABELS - 4, style.SMALL, bold=True, lines=2)
    whom = style.wrapped(row.about, LABELS - 4, style.SMALL, lines=2)
    return [
        *((line, True) for line in names),
        *((line, False) for line in [*whom, style.shortened(sure, LABELS - 4, style.SMALL)]),
    ]


def _axes(data: pd.DataFrame, language: str) -> str:
    """What is across and what is upwards."""
    _ = translator(language)
    units = _(" or ").join(dict.fromkeys(_(_UNITS[scale]) for scale in sorted(set(data["scale"]))))
    if data["cost"].isna().all():
        return _("effect with 95% interval ({units})").format(units=units)
    return _("across: effect with 95% interval ({units}); upwards: kroner per citizen").format(units=units)


def _thousands(value: float, language: str) -> str:
    return number(value / 1000, language, decimals=0 if value % 1000 == 0 else 1)


def _null(scale: str) -> float:
    """No difference on a scale."""
    return 1.0 if scale in _RATIOS else 0.0


def _effect(row: Any, language: str) -> str:
    places = 0 if row.scale == "of_100" else 2
    size = number(row.effect, language, decimals=places, signed=row.scale not in _RATIOS)
    return f"{size} ({interval(row.conf_low, row.conf_high, language, decimals=places)})"


def _cost(row: Any, language: str) -> str:
    _ = translator(language)
    if not math.isfinite(row.cost):
        return _("cost not known")
    told = kroner(row.cost, language)
    if not (math.isfinite(row.cost_low) and math.isfinite(row.cost_high)):
        return told
    return _("{cost} (probably {low} to {high})").format(
        cost=told, low=kroner(row.cost_low, language), high=kroner(row.cost_high, language)
    )


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    down, null = data["scale"] == "ratio_down", data["scale"].map(_null)
    gained = int((data["conf_high"].lt(null).where(down, data["conf_low"].gt(null))).sum())
    known = int(data["cost"].notna().sum())
    counts = {"better": number(gained, language), "known": number(known, language), "total": number(len(data), language)}
    if len(data) == 1:
        return _one(gained > 0, known > 0, language)
    return _("{better} of {total} effects lie wholly on the good side; the cost is known for {known} of {total}.").format(
        **counts
    )


def _one(gained: bool, known: bool, language: str) -> str:
    """The same of a single finding: 1 of 1 would sound like many."""
    _ = translator(language)
    return {
        (True, True): _("The whole range of the effect lies on the good side, and the cost is known."),
        (True, False): _("The whole range of the effect lies on the good side, but the cost is not known."),
        (False, True): _("The range of the effect is not wholly on the good side. The cost is known."),
        (False, False): _("The range of the effect is not wholly on the good side, and the cost is not known."),
    }[gained, known]


def _note(data: pd.DataFrame, left_out: Sequence[str], language: str) -> str:
    _ = translator(language)
    said = [_("Four filled circles mean high certainty, one very low.")]
    if "important" in set(data["scale"]):
        said.append(_("The dashed line is the smallest difference that matters."))
    if left_out:
        said.append(
            _("Not drawn, since the effect is not reliable, has no range or cannot be put on such an axis: {names}.").format(
                names=", ".join(left_out)
            )
        )
    return " ".join(said)
