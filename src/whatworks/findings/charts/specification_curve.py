"""Every reasonable way to make one comparison, from the lowest answer to the highest, with the choices behind each."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.love import covariate_label
from whatworks.findings.charts.scale import Scale, decimals_for, spanning, tick_decimals
from whatworks.findings.charts.words import Words, estimate_text, named, spoken, unit_of, verdict
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_

Labels = Mapping[str, Words]
CHOICES = ("method", "caliper", "covariate_set", "estimator")
_LABELS, _HEIGHT, _ROW = 176.0, 150.0, 18.0
_HEADINGS = {
    "method": N_("Who is compared"),
    "caliper": N_("How unlike two people may be"),
    "covariate_set": N_("Characteristics"),
    "estimator": N_("How the difference is calculated"),
}
_WORDS: Mapping[str, str] = {
    "nearest": N_("the nearest one"),
    "nearest_2": N_("the two nearest"),
    "nearest_3": N_("the three nearest"),
    "nearest_replace": N_("the nearest, used again"),
    "mahalanobis": N_("the most alike"),
    "robust_mahalanobis": N_("the most alike by rank"),
    "optimal": N_("the best pairs"),
    "full": N_("the best groups"),
    "exact": N_("those quite alike"),
    "cem": N_("those roughly alike"),
    "subclass": N_("layers of equal chance"),
    "cardinality": N_("the largest alike group"),
    "ipw": N_("weights by chance"),
    "entropy": N_("weights by balance"),
    "cbps": N_("chance by balance"),
    "regression": N_("everyone, by regression"),
    "none": N_("no limit"),
    "all": N_("all of them"),
    "difference": N_("plain difference"),
    "additive": N_("one regression"),
    "g_computation": N_("a regression per group"),
    "bias_adjusted": N_("adjusted within pairs"),
}


def specification_curve_data(result: EffectResult) -> pd.DataFrame:
    """What the specification curve draws: one row per specification that has an answer, lowest first.

    Parameters
    ----------
    result : of ``ww.matching.specification_curve``

    Returns
    -------
    Columns rank (from 1), estimate, conf_low, conf_high (in the result's unit), method, caliper, covariate_set, estimator. Equal
    estimates keep their order. Specifications without an answer, or with too few people to show, are left out.

    Raises
    ------
    MissingColumn
        If the result is none of specifications.
    EmptyData
        If none has an answer.
    """
    parts = result.parts
    require_columns(parts, CHOICES, what=f"parts of {result.method}")
    done = parts[parts["estimate"].notna()]
    if done.empty:
        raise EmptyData(f"None of the {len(parts)} specifications has an answer to draw.")
    done = done.iloc[np.argsort(done["estimate"].to_numpy(dtype=float), kind="stable")]
    columns = ["estimate", "conf_low", "conf_high", *CHOICES]
    return done[columns].assign(rank=np.arange(1, len(done) + 1))[["rank", *columns]].reset_index(drop=True)


@style.applied()
def specification_curve_chart(
    result: EffectResult, *, good: str | None = None, labels: Labels | None = None, language: str = "da"
) -> Figure:
    """Draw :func:`specification_curve_data`: answers with intervals above, below a mark for every choice behind each.

    Parameters
    ----------
    good : "up" or "down", which direction is better for the person; the result's own by default
    labels : words for covariates
    """
    data = specification_curve_data(result)
    good = good or result.good
    page = style.sheet()
    across = Scale(0.5, len(data) + 0.5, _LABELS + 6, style.WIDTH - 4)
    up = spanning([*data["estimate"], *data["conf_low"], *data["conf_high"], 0.0], start=34 + _HEIGHT, end=34)
    _levels(page, up, good, language)
    _answers(page, data, across, up, good)
    _headline(page, result, data, up, language)
    y = 34 + _HEIGHT + 14
    for choice in CHOICES:
        y = _choices(page, data, across, choice, y, labels, language)
    return style.finished(page, y)


def specification_curve_alt(result: EffectResult, *, unit: Words | None = None, language: str = "da") -> str:
    """Say how many ways were tried, between which answers they lie, and how many leave out no difference."""
    _ = translator(language)
    data = specification_curve_data(result)
    places = decimals_for(data["estimate"])
    low, middle, high = (
        number(value, language, decimals=places, signed=True)
        for value in (data["estimate"].iloc[0], data["estimate"].median(), data["estimate"].iloc[-1])
    )
    said = _("Measured in {unit}: the answers lie between {low} and {high}, half of them below {middle}.")
    return f"{_finding(data, language)} {said.format(unit=unit_of(result, unit, language), low=low, high=high, middle=middle)}"


def specification_curve_figure(
    result: EffectResult,
    *,
    good: str | None = None,
    unit: Words | None = None,
    labels: Labels | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The specification curve as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = specification_curve_data(result)
    places = decimals_for(data["estimate"])
    table = pd.DataFrame(
        {
            _("Number"): [number(each, language) for each in data["rank"]],
            _("Difference (95% interval)"): [
                estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=True)
                for row in rows.each(data)
            ],
            **{_(_HEADINGS[choice]): [_word(each, labels, language) for each in data[choice]] for choice in CHOICES},
        }
    )
    return figure_html(
        specification_curve_chart(result, good=good, labels=labels, language=language),
        caption=_finding(data, language),
        unit=unit_of(result, unit, language),
        alt=specification_curve_alt(result, unit=unit, language=language),
        note=_note(result, data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _levels(page: Axes, up: Scale, good: str | None, language: str) -> None:
    """Round values at the left, the line of no difference, and which side is better."""
    _ = translator(language)
    ticks = up.ticks(4)
    places = tick_decimals(ticks)
    for tick in ticks:
        y = up(tick)
        style.line(page, (_LABELS, style.WIDTH), (y, y), color=style.RULE)
        text = number(tick, language, decimals=places, signed=True)
        style.write(page, _LABELS - 6, y + 4, text, size=style.SMALL, color=style.INK_2, align="right")
    style.line(page, (_LABELS, style.WIDTH), (up(0), up(0)), color=style.INK_2)
    side = {"up": _("↑ better for the person"), "down": _("↓ better for the person")}.get(good or "")
    words = _("line at 0: no difference") + (f" · {side}" if side else "")
    style.write(page, 0, 14, words, size=style.SMALL, color=style.INK_2)


def _answers(page: Axes, data: pd.DataFrame, across: Scale, up: Scale, good: str | None) -> None:
    """One path for all intervals of a colour: hundreds of them stay small."""
    step = across(2) - across(1)
    said = [verdict(row.conf_low, row.conf_high, 0.0, good) for row in rows.each(data)]
    for kind in dict.fromkeys(said):
        chosen = data[[each == kind for each in said]]
        color = rows.VERDICT_COLORS[kind]
        stated = chosen.dropna(subset=["conf_low", "conf_high"])
        places = [across(each) for each in stated["rank"]]
        ends = [(up(low), up(high)) for low, high in zip(stated["conf_low"], stated["conf_high"], strict=True)]
        _strokes(page, places, ends, color=style.MUTED, width=min(1.5, step * 0.6))
        dots = [up(each) for each in chosen["estimate"]]
        _strokes(
            page, [across(each) for each in chosen["rank"]], [(y - 2, y + 2) for y in dots], color=color, width=min(4.0, step)
        )


def _strokes(page: Axes, places: list[float], ends: list[tuple[float, float]], *, color: str, width: float) -> None:
    """Upright strokes as one broken line."""
    gap = np.nan
    across = [each for place in places for each in (place, place, gap)]
    along = [each for low, high in ends for each in (low, high, gap)]
    if across:
        style.line(page, across, along, color=color, width=width)


def _headline(page: Axes, result: EffectResult, data: pd.DataFrame, up: Scale, language: str) -> None:
    """A dashed line at the answer that is reported."""
    _ = translator(language)
    head = float(result.headline.estimate)
    if not np.isfinite(head):
        return
    style.line(page, (_LABELS, style.WIDTH), (up(head), up(head)), color=style.ACCENT, dash=(0, (4, 3)))
    places = decimals_for(data["estimate"])
    words = _("reported: {value}") if result.headline.term != "median" else _("the middle one: {value}")
    text = words.format(value=number(head, language, decimals=places, signed=True))
    style.write(page, style.WIDTH, 30, text, size=style.SMALL, color=style.ACCENT, align="right", bold=True)


def _choices(page: Axes, data: pd.DataFrame, across: Scale, choice: str, y: float, labels: Labels | None, language: str) -> float:
    """A heading, and a row of marks for each thing that was chosen; returns the height below."""
    y = rows.heading(page, y, translator(language)(_HEADINGS[choice]), size=style.SMALL, color=style.INK_2)
    width = min(3.0, across(2) - across(1))
    for value in dict.fromkeys(data.sort_index()[choice]):
        chosen = data[data[choice] == value]
        middle = y + _ROW / 2
        style.line(page, (_LABELS, style.WIDTH), (middle, middle), color=style.RULE)
        text = style.shortened(_word(value, labels, language), _LABELS - 10, style.SMALL)
        style.write(page, 0, middle + 4, text, size=style.SMALL)
        places = [across(each) for each in chosen["rank"]]
        _strokes(page, places, [(middle - 4, middle + 4)] * len(places), color=style.INK_2, width=width)
        y += _ROW
    return y + 4


def _word(value: str, labels: Labels | None, language: str) -> str:
    """What a reader calls a choice: the caller's words, the usual ones, or the name itself."""
    _ = translator(language)
    if value in (labels or {}):
        return named(value, labels, language)
    if value in _WORDS:
        return _(_WORDS[value])
    if value.startswith("without "):
        return _("without {name}").format(name=covariate_label(value.removeprefix("without "), labels, language))
    try:
        width = float(value)
    except ValueError:
        return value.replace("_", " ")
    return _("at most {width} SD apart").format(width=number(width, language, decimals=2 if round(width, 1) != width else 1))


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    above = int((data["conf_low"] > 0).sum())
    below = int((data["conf_high"] < 0).sum())
    return _(
        "Of {total} ways to make the comparison, {above} find a difference above zero, {below} find one below zero, "
        "and {unclear} cannot tell."
    ).format(
        total=number(len(data), language),
        above=number(above, language),
        below=number(below, language),
        unclear=number(len(data) - above - below, language),
    )


def _note(result: EffectResult, data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [
        _("Each upright line is the 95% interval of one way to compare; the marks below say which choices it made."),
        _("Grey: the interval reaches over zero."),
    ]
    left = len(result.parts) - len(data)
    if left:
        parts.append(_("Ways that gave no answer, or one that rests on too few people: {n}.").format(n=number(left, language)))
    chance = result.statistics.get("p_median")
    if chance is not None and np.isfinite(chance):
        share = percent(chance, language, decimals=1)
        parts.append(
            _("If nothing had an effect, a middle answer this far from zero would come about in {share} of cases.").format(
                share=share
            )
        )
    return " ".join(parts)
