"""Do providers differ by more than chance and their citizens? Size across, adjusted result up, two funnels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.plane import Plane
from whatworks.findings.charts.providers import left_out, owner_legend, owner_name, owner_shapes, provider_rows, reason_words
from whatworks.findings.charts.room import overlap
from whatworks.findings.charts.scale import Scale, decimals_for, spanning
from whatworks.findings.charts.study_rows import joined, reading_unit
from whatworks.findings.charts.words import LOG_MEASURES, Words, as_ratio, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_HEIGHT = 260.0
# The numbers of the levels stand left of the funnel, so that no curve runs through them.
_LEFT = 52.0
_DASHES: dict[str, Any] = {"95": "-", "998": (0, (5, 3))}
_COVERAGE = {"95": 0.95, "998": 0.998}
# Beyond this many outside, names would cover what they name; the table has them all.
_NAMED = 8


def provider_funnel_data(result: EffectResult, *, language: str = "da") -> pd.DataFrame:
    """What the funnel draws: one row per provider that can be compared, in alphabetical order.

    Parameters
    ----------
    result : from ``ww.benchmarking.compare``

    Returns
    -------
    Columns label, ownership, n, size (citizens, counted by how much they tell: a provider's own n where all citizens tell alike),
    estimate (adjusted; log ratios as ratios), limit_low_95, limit_high_95, limit_low_998, limit_high_998, place, comparable,
    reason. Rows that cannot be compared have no numbers.

    Raises
    ------
    MissingColumn, EmptyData

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24:1185-1202.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> stays = pd.DataFrame({"home": np.repeat(list("ABCDEFGH"), 50), "score": rng.normal(size=400)})
    >>> found = ww.benchmarking.compare(stays, provider="home", outcome="score")
    >>> provider_funnel_data(found)[["label", "size", "place"]].head(2)
      label  size        place
    0     A  50.0  as_expected
    1     B  50.0  as_expected
    """
    found = provider_rows(result, language=language)
    limits = ["limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998"]
    data = found.rename(columns={"provider": "label"})[["label", "ownership", "n", "estimate", *limits]].copy()
    data.insert(3, "size", result.statistics["within_variance"] / found["std_error"] ** 2)
    return data.assign(place=found["place"], comparable=found["comparable"].astype(bool), reason=found["reason"].fillna(""))


@style.applied()
def provider_funnel_chart(result: EffectResult, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> Figure:
    """Draw :func:`provider_funnel_data`: providers as dots, a shape for each owner, the two funnels as lines.

    Parameters
    ----------
    labels : names of the owners by their codes
    """
    _ = translator(language)
    shown = _comparable(result, language)
    page = style.sheet()
    shapes = owner_shapes(shown["ownership"], labels, language)
    y = owner_legend(page, _funnel_legend(page, language), shapes)
    better = {"up": _("↑ better for the person"), "down": _("↓ better for the person")}.get(result.good or "", "")
    if better:
        style.write(page, 0, y + 14, better, size=style.SMALL, color=style.GOOD, bold=True)
        y += 20
    largest = float(shown["size"].max())
    sizes = np.linspace(float(shown["size"].min()) * 0.8, 1.05 * largest, 60)
    curves = {name: _curve(result, sizes, name) for name in _COVERAGE}
    inner = [value for low, high in curves.values() for value in (*low[5:], *high[5:])]
    up = spanning([*shown["estimate"], *inner], start=y + 8 + _HEIGHT, end=y + 8)
    plane = Plane(page, Scale(float(sizes[0]), float(sizes[-1]), _LEFT, style.WIDTH - 8), up)
    plane.levels(language)
    target = as_ratio(float(result.statistics["target"]), result.measure)
    style.line(page, (0, style.WIDTH), (plane.y(target), plane.y(target)), color=style.INK_2)
    for name, pair in curves.items():
        for values in pair:
            inside = (values >= up.low) & (values <= up.high)
            ys = [plane.y(each) for each in values[inside]]
            style.line(page, [plane.x(each) for each in sizes[inside]], ys, color=style.INK_2, dash=_DASHES[name])
    _dots(plane, shown, shapes, labels, language)
    bottom = _sizes_below(plane, language)
    style.write_within(page, style.WIDTH / 2, bottom + 14, _("citizens"))
    return style.finished(page, bottom + 22)


def provider_funnel_alt(result: EffectResult, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> str:
    """Say how many providers lie outside, who they are, and how large the providers are."""
    _ = translator(language)
    data = provider_funnel_data(result, language=language)
    shown = data[data["comparable"]]
    if shown.empty:
        return _finding(data, language)
    places = decimals_for(shown["estimate"])
    ends = [number(float(each), language, decimals=places) for each in (shown["estimate"].min(), shown["estimate"].max())]
    said = _("Adjusted results from {low} to {high}; from {least} to {most} citizens.").format(
        low=ends[0],
        high=ends[1],
        least=number(float(shown["n"].min()), language),
        most=number(float(shown["n"].max()), language),
    )
    return f"{_finding(data, language)} {said}"


def provider_funnel_figure(
    result: EffectResult,
    *,
    labels: Mapping[str, Words] | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The funnel as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = provider_funnel_data(result, language=language)
    return figure_html(
        provider_funnel_chart(result, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("up: adjusted result, {unit}; across: citizens").format(
            unit=reading_unit(result.measure, unit, language, default=result.unit)
        ),
        alt=provider_funnel_alt(result, labels=labels, language=language),
        note=_(
            "Each dot is a service, held against what would be expected of its own citizens. Small services vary more by chance, "
            "so the funnel is wider there. About 5 of 100 lie outside the inner funnel by chance alone. This is no ranking: "
            "a service outside is one to ask and learn from."
        ),
        table=_table(data, labels, language),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _comparable(result: EffectResult, language: str) -> pd.DataFrame:
    data = provider_funnel_data(result, language=language)
    shown = data[data["comparable"]]
    if shown.empty:
        raise EmptyData(f"None of {len(data)} providers can be compared, so there is nothing to draw. Show the reasons instead.")
    return shown


def _curve(result: EffectResult, sizes: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Both limits of a funnel by size, as people read them."""
    statistics, multiplicative = result.statistics, result.provenance.arguments.get("overdispersion") == "multiplicative"
    factor = max(float(statistics["phi"]), 1.0) if multiplicative else 1.0
    width = np.sqrt(factor * statistics["within_variance"] / sizes + statistics["tau2_limits"])
    reach = float(norm.ppf((1 + _COVERAGE[name]) / 2)) * width
    low, high = statistics["target"] - reach, statistics["target"] + reach
    if result.measure in LOG_MEASURES:
        return np.exp(low), np.exp(high)
    return (np.maximum(low, 0.0) if statistics["target"] == 1 else low), high


def _funnel_legend(page: Axes, language: str) -> float:
    _ = translator(language)
    told = {"95": _("95 of 100 by chance"), "998": _("998 of 1,000 by chance")}
    places = rows.legend_places(list(told.values()), sign=32, gap=18)
    for (x, y), (name, words) in zip(places, told.items(), strict=True):
        style.line(page, (x, x + 26), (y + 10, y + 10), color=style.INK_2, dash=_DASHES[name])
        style.write(page, x + 32, y + 14, words, size=style.SMALL, color=style.INK_2)
    return places[-1][1] + 20


def _dots(plane: Plane, shown: pd.DataFrame, shapes: Mapping[str, str], labels: Any, language: str) -> None:
    taken = _level_numbers(plane, language)
    outside = int((shown["place"] != "as_expected").sum())
    # Those as expected first, so that those outside lie on top.
    for row in rows.each(shown.sort_values("place", kind="stable")):
        shape = shapes.get(owner_name(row.ownership, labels, language), "o")
        as_expected = row.place == "as_expected"
        x, y = plane.x(row.size), plane.y(row.estimate)
        style.mark(
            plane.page, x, y, color=style.MUTED if as_expected else style.ACCENT, shape=shape, size=7 if as_expected else 10
        )
        if not as_expected and outside <= _NAMED:
            _name(plane.page, x, y, row.label, taken)


def _level_numbers(plane: Plane, language: str) -> list[tuple[float, float, float, float]]:
    """Boxes of the numbers that stand at the left of the levels."""
    return [(0.0, plane.y(tick) - 18, 48.0, plane.y(tick)) for tick in plane.up.ticks()]


def _name(page: Axes, x: float, y: float, label: str, taken: list[tuple[float, float, float, float]]) -> None:
    """Write a name beside its dot where there is room; otherwise the table tells."""
    text = style.shortened(label, 150, style.SMALL)
    wide = style.text_width(text, style.SMALL)
    for left in (x + 8, x - 8 - wide):
        box = (left, y - 7, left + wide, y + 8)
        inside = left >= 0 and left + wide <= style.WIDTH
        if inside and not any(overlap(box, other) for other in taken):
            style.write(page, left, y + 4.5, text, size=style.SMALL)
            taken.append(box)
            return


def _sizes_below(plane: Plane, language: str) -> float:
    return plane.names_below((tick, number(tick, language)) for tick in plane.across.ticks())


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    shown = data[data["comparable"]]
    if shown.empty:
        return _("None of the {total} services can be compared fairly.").format(total=number(len(data), language))
    outer, inner = (shown[shown["place"] == f"outside_{name}"]["label"].tolist() for name in ("998", "95"))
    total = number(len(shown), language)
    if outer:
        words = _("Of {total} services, {n} lie clearly outside what chance and their citizens explain: {names}")
        said = words.format(total=total, n=number(len(outer), language), names=joined(outer, language))
    elif inner:
        words = _("Of {total} services, {n} lie outside the inner funnel, where chance alone may put them: {names}")
        said = words.format(total=total, n=number(len(inner), language), names=joined(inner, language))
    else:
        said = _("None of the {total} services differs clearly from what would be expected of its citizens").format(total=total)
    return said + left_out(data, language) + "."


def _table(data: pd.DataFrame, labels: Mapping[str, Words] | None, language: str) -> pd.DataFrame:
    _ = translator(language)
    places = {
        "as_expected": _("not different from what is expected"),
        "outside_95": _("outside the inner funnel"),
        "outside_998": _("outside both funnels"),
    }
    decimals = decimals_for(data["estimate"])
    table: dict[str, Sequence[Any]] = {_("Service"): data["label"].tolist()}
    if data["ownership"].notna().any():
        table[_("Owner")] = [owner_name(each, labels, language) or "–" for each in data["ownership"]]
    table[_("Citizens")] = [_count(each, language) for each in data["n"]]
    table[_("Adjusted result")] = [_value(each, language, decimals) for each in data["estimate"]]
    table[_("Place")] = [
        places.get(row.place, "") if row.comparable else f"{_('cannot be compared')}: {reason_words(row.reason, language)}"
        for row in rows.each(data)
    ]
    return pd.DataFrame(table)


def _count(value: float, language: str) -> str:
    return translator(language)("not shown") if np.isnan(value) else number(value, language)


def _value(value: float, language: str, decimals: int) -> str:
    return "–" if np.isnan(value) else number(value, language, decimals=decimals)
