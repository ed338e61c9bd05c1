"""Do small studies find something else? Effect across, precision up, shaded by how clearly each study speaks alone."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from scipy.stats import norm

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale, decimals_for, spanning, tick_decimals
from whatworks.findings.charts.study_rows import reading_unit, upright
from whatworks.findings.charts.words import LOG_MEASURES, Words, as_ratio, better, null_of, spoken, studies
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

if TYPE_CHECKING:
    from whatworks.synthesis.trim_and_fill import Filled

_HEIGHT = 250.0
_LEFT = 44.0
# Two-sided p-values that part the areas, and how dark each area is from the middle outwards: Peters et al. (2008).
_LEVELS = (0.10, 0.05, 0.01)
_SHADES = (0.0, 0.14, 0.28, 0.42)
# Below ten studies the eye and the tests see patterns in chance: Sterne et al. (2011), BMJ 343:d4002.
_FEWEST = 10
# The tests have little power, so the field looks at them at 10 per cent (Egger et al. 1997).
_ASYMMETRIC = 0.10


def funnel_data(result: EffectResult, *, filled: "Filled | None" = None) -> pd.DataFrame:
    """What the funnel draws: one row per study, then the studies that trim and fill adds.

    Parameters
    ----------
    result : from ``ww.synthesis.pool``: parts with std_error
    filled : what ``whatworks.synthesis.trim_and_fill.trim_and_fill`` made of the same studies

    Returns
    -------
    Columns label (empty for added studies), kind ("study", "filled"), estimate (log ratios as ratios), std_error (on the scale of
    the estimation), p_value (two-sided, against no difference).

    Raises
    ------
    EmptyData
        If no study has an effect and a standard error above 0.

    References
    ----------
    Peters, Sutton, Jones, Abrams & Rushton (2008), Journal of Clinical Epidemiology 61:991-996 (areas of p-values).

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B", "C", "D"], "yi": [0.1, 0.2, 0.15, 0.9], "vi": [0.02, 0.03, 0.02, 0.03]})
    >>> funnel_data(ww.synthesis.pool(es, study="trial"))["p_value"].round(3).tolist()
    [0.48, 0.248, 0.289, 0.0]
    """
    parts = result.parts
    require_columns(parts, ["estimate", "std_error"], what=f"parts of {result.method}")
    names = parts["study"] if "study" in parts else parts["term"]
    frames = [
        pd.DataFrame({"label": names.astype(str), "kind": "study", "yi": parts["estimate"], "std_error": parts["std_error"]})
    ]
    if filled is not None and filled.missing:
        added = slice(len(filled.yi) - filled.missing, None)
        frames.append(
            pd.DataFrame({"label": "", "kind": "filled", "yi": filled.yi[added], "std_error": np.sqrt(filled.vi[added])})
        )
    data = pd.concat(frames, ignore_index=True).astype({"yi": float, "std_error": float})
    data = data[np.isfinite(data["yi"]) & (data["std_error"] > 0)].reset_index(drop=True)
    if not (data["kind"] == "study").any():
        raise EmptyData(f"{result.method} has no study with an effect and a standard error to draw. Use ww.synthesis.pool.")
    null = 0.0 if result.measure in LOG_MEASURES else null_of(result.measure)
    data["estimate"] = [as_ratio(value, result.measure) for value in data["yi"]]
    data["p_value"] = 2 * norm.sf((data["yi"] - null).abs() / data["std_error"])
    return data[["label", "kind", "estimate", "std_error", "p_value"]]


@style.applied()
def funnel_chart(
    result: EffectResult, *, filled: "Filled | None" = None, good: str | None = None, language: str = "da"
) -> Figure:
    """Draw :func:`funnel_data`: precise studies at the top, added studies as open dots, the pooled effect as a line."""
    _ = translator(language)
    data = funnel_data(result, filled=filled)
    null, pooled = null_of(result.measure), as_ratio(float(result.headline.estimate), result.measure)
    page = style.sheet()
    across = spanning(
        [*data["estimate"], null, pooled], start=_LEFT, end=style.WIDTH - 6, log=result.measure in LOG_MEASURES, margin=0.1
    )
    y = _legend(page, language)
    y = rows.sides(page, across, y + 14, language, null=null, better=better(good or result.good, language)) + 4
    down = Scale(0.0, 1.08 * float(data["std_error"].max()), y, y + _HEIGHT)
    for place, opacity in enumerate(_SHADES):
        _area(page, across, down, null, place, opacity)
    ticks = [tick for tick in down.ticks(4) if tick > 0]
    for tick in ticks:
        style.line(page, (_LEFT, across.end), (down(tick), down(tick)), color=style.RULE)
        words = number(tick, language, decimals=tick_decimals(ticks))
        style.write(page, 0, down(tick) + 4, words, size=style.SMALL, color=style.INK_2)
    upright(page, across, null, (down.start, down.end))
    upright(page, across, pooled, (down.start, down.end), color=style.GOOD, dash=(0, (5, 3)))
    for row in rows.each(data):
        style.mark(page, across(row.estimate), down(row.std_error), size=8, hollow=row.kind == "filled")
    bottom = rows.axis(page, across, down.end, language)
    words = _("pooled {value}").format(value=number(pooled, language, decimals=decimals_for([pooled])))
    style.write_within(page, across(pooled), bottom + 8, words, color=style.GOOD, bold=True)
    return style.finished(page, bottom + 18)


def funnel_alt(
    result: EffectResult,
    *,
    filled: "Filled | None" = None,
    looks: pd.DataFrame | None = None,
    unit: Words | None = None,
    language: str = "da",
) -> str:
    """Say whether small studies find something else, and how far the studies reach.

    Parameters
    ----------
    looks : of ``ww.synthesis.small_study_effects``; without it the funnel is described and not judged
    """
    _ = translator(language)
    data = funnel_data(result, filled=filled)
    shown = data[data["kind"] == "study"]
    places = decimals_for(data["estimate"])
    low, high = (number(float(each), language, decimals=places) for each in (shown["estimate"].min(), shown["estimate"].max()))
    said = _("Effects of {studies} from {low} to {high}, {unit}; standard errors from {least} to {most}.").format(
        studies=studies(len(shown), language),
        low=low,
        high=high,
        unit=reading_unit(result.measure, unit, language, default=result.unit),
        least=number(float(shown["std_error"].min()), language, decimals=2),
        most=number(float(shown["std_error"].max()), language, decimals=2),
    )
    return f"{_finding(result, data, looks, language)} {said}"


def funnel_figure(
    result: EffectResult,
    *,
    filled: "Filled | None" = None,
    looks: pd.DataFrame | None = None,
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The funnel as a figure for a page, with caption, alternative text and table twin; ``looks`` as in :func:`funnel_alt`.

    References
    ----------
    Peters, Sutton, Jones, Abrams & Rushton (2008), Journal of Clinical Epidemiology 61:991-996.
    """
    _ = translator(language)
    data = funnel_data(result, filled=filled)
    places = decimals_for(data["estimate"])
    table = pd.DataFrame(
        {
            _("Study"): [row.label or _("added by trim and fill") for row in rows.each(data)],
            _("Effect"): [number(each, language, decimals=places) for each in data["estimate"]],
            _("Standard error"): [number(each, language, decimals=3) for each in data["std_error"]],
            _("p-value"): [_p_text(each, language) for each in data["p_value"]],
        }
    )
    return figure_html(
        funnel_chart(result, filled=filled, good=good, language=language),
        caption=_finding(result, data, looks, language),
        unit=_("across: {unit}; down: standard error").format(
            unit=reading_unit(result.measure, unit, language, default=result.unit)
        ),
        alt=funnel_alt(result, filled=filled, looks=looks, unit=unit, language=language),
        note=_note(data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _bounds(place: int) -> tuple[float, float]:
    """Between how many standard errors from no difference an area lies."""
    edges = [0.0, *(float(norm.isf(level / 2)) for level in _LEVELS), math.inf]
    return edges[place], edges[place + 1]


def _area(page: Axes, across: Scale, down: Scale, null: float, place: int, opacity: float) -> None:
    """Shade an area on both sides of no difference, up to the edges of the plane."""
    if opacity == 0:
        return
    inner, outer = _bounds(place)
    for sign in (-1.0, 1.0):
        edge = across.low if sign < 0 else across.high
        near, far = (_boundary(across, down, null, sign * z, edge) for z in (inner, outer))
        shape = Polygon(np.array([*near, *reversed(far)]), closed=True, facecolor=style.MUTED, alpha=opacity, linewidth=0)
        page.add_patch(shape)


def _boundary(across: Scale, down: Scale, null: float, z: float, edge: float) -> list[tuple[float, float]]:
    """Where an effect is ``z`` standard errors from no difference, from the top down, no further out than the edge."""
    if math.isinf(z):
        return [(across(edge), down.start), (across(edge), down.end)]
    room = abs(math.log(edge / null) if across.log else edge - null)
    turn = min(down.high, room / abs(z)) if z else down.high
    reach = math.copysign(abs(z) * turn, z)
    outermost = null * math.exp(reach) if across.log else null + reach
    points = [(across(null), down.start), (across(outermost), down(turn))]
    return points if turn == down.high else [*points, (across(edge), down.end)]


def _legend(page: Axes, language: str) -> float:
    """What the shades mean, above the plane; returns the height below it."""
    _ = translator(language)
    texts = [number(level, language, decimals=2) for level in _LEVELS]
    words = [f"p > {texts[0]}", f"{texts[1]}–{texts[0]}", f"{texts[2]}–{texts[1]}", f"p < {texts[2]}"]
    places = rows.legend_places(words, sign=23, gap=14)
    for (x, y), text, opacity in zip(places, words, _SHADES, strict=True):
        style.box(page, (x, x + 18), (y + 3, y + 16), color=style.MUTED, opacity=opacity)
        style.line(page, (x, x + 18, x + 18, x, x), (y + 3, y + 3, y + 16, y + 16, y + 3), color=style.RULE)
        style.write(page, x + 23, y + 14, text, size=style.SMALL, color=style.INK_2)
    return places[-1][1] + 20


def _p_text(value: float, language: str) -> str:
    return f"< {number(0.001, language, decimals=3)}" if value < 0.001 else number(value, language, decimals=3)


def _finding(result: EffectResult, data: pd.DataFrame, looks: pd.DataFrame | None, language: str) -> str:
    _ = translator(language)
    shown = data[data["kind"] == "study"]
    added = int((data["kind"] == "filled").sum())
    if len(shown) < _FEWEST:
        said = _("With {studies} it cannot be seen whether small studies find something else than large ones").format(
            studies=studies(len(shown), language)
        )
    elif looks is not None:
        said = _judged(looks, language)
    else:
        said = _described(result, shown, language)
    if added:
        said += _("; trim and fill adds {studies}").format(studies=studies(added, language))
    return said + "."


def _judged(looks: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    require_columns(looks, ["test", "p_value"], what="looks")
    one_of("egger", tuple(looks["test"]), name="looks")
    p = float(looks.loc[looks["test"] == "egger", "p_value"].iloc[0])
    words = _("There is no clear sign that small studies find something else than large ones (Egger's test, p = {p})")
    if p < _ASYMMETRIC:
        words = _("Small studies find something else than large ones (Egger's test, p = {p})")
    text = _p_text(p, language)
    return words.format(p=text).replace("= <", "<")


def _described(result: EffectResult, shown: pd.DataFrame, language: str) -> str:
    """Where the least precise half of the studies lie."""
    _ = translator(language)
    pooled = as_ratio(float(result.headline.estimate), result.measure)
    small = shown.nlargest(len(shown) // 2, "std_error")
    above = int((small["estimate"] > pooled).sum())
    return _("Of the {n} least precise studies, {above} lie above the pooled effect and {below} below it").format(
        n=number(len(small), language), above=number(above, language), below=number(len(small) - above, language)
    )


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    parts = [
        _(
            "Each dot is a study, the most precise at the top. "
            "In the unshaded area a study does not by itself speak against no difference."
        ),
        _(
            "If studies are missing only there, some may never have been published; "
            "if they are missing elsewhere, there are other reasons."
        ),
    ]
    if (data["kind"] == "filled").any():
        parts.append(_("Open dots are not studies: they mirror those without a counterpart."))
    return " ".join(parts)
