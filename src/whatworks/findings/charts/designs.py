"""Several designs side by side: how far does each land from the yardstick?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData, InvalidOption
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import decimals_for, spanning
from whatworks.findings.charts.words import Words, as_ratio, better, estimate_text, named, null_of, spoken, unit_of
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator
from whatworks.findings.names import design_name

Results = Mapping[str, EffectResult]
Labels = Mapping[str, Words]


def designs_data(results: Results, *, benchmark: str | None = None, answer: str | None = None) -> pd.DataFrame:
    """What the comparison of designs draws: the headline of each result, in the order given.

    Parameters
    ----------
    results : name to result, all of one measure
    benchmark : name of the result that the others are held against, e.g. the experiment
    answer : name of the result that answers the question

    Returns
    -------
    Columns name, role ("benchmark", "answer", "design"), estimate, conf_low, conf_high, distance (estimate minus the
    benchmark's, missing without one), inside (does the estimate lie in the benchmark's interval). Log ratios come out
    as ratios, their distance as a ratio too.

    Raises
    ------
    EmptyData
        If there is no result.
    InvalidOption
        If ``benchmark`` or ``answer`` is not among the results, or measures differ.
    """
    if not results:
        raise EmptyData("There is no result to draw. Give at least one, e.g. {'matched': result}.")
    for role, name in (("benchmark", benchmark), ("answer", answer)):
        if name is not None and name not in results:
            raise InvalidOption(f"{role}={name!r} is not among the results: {', '.join(results)}.")
    measures = {result.measure for result in results.values()}
    if len(measures) > 1:
        raise InvalidOption(
            f"The results have different measures ({', '.join(sorted(measures))}); one axis holds one. Draw them apart."
        )
    measure = measures.pop()
    rows_ = []
    for name, result in results.items():
        head = result.headline
        estimate, low, high = (as_ratio(float(value), measure) for value in (head.estimate, head.conf_low, head.conf_high))
        role = "benchmark" if name == benchmark else "answer" if name == answer else "design"
        rows_.append({"name": name, "role": role, "estimate": estimate, "conf_low": low, "conf_high": high})
    data = pd.DataFrame(rows_)
    if benchmark is None:
        return data.assign(distance=np.nan, inside=np.nan)
    yardstick = data.loc[data["role"] == "benchmark"].iloc[0]
    apart = data["estimate"] / yardstick["estimate"] if null_of(measure) == 1 else data["estimate"] - yardstick["estimate"]
    return data.assign(distance=apart, inside=data["estimate"].between(yardstick["conf_low"], yardstick["conf_high"]))


@style.applied()
def designs_chart(
    results: Results,
    *,
    benchmark: str | None = None,
    answer: str | None = None,
    good: str | None = None,
    labels: Labels | None = None,
    decimals: int | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`designs_data`: one row per design, the yardstick's interval as a band through all of them.

    Parameters
    ----------
    good : "up" or "down", which side is better for the person; the results' own by default
    labels : name to text, or to ``{"da", "en"}``
    decimals : decimals of the numbers; chosen by their size when not given
    """
    data = designs_data(results, benchmark=benchmark, answer=answer)
    first = next(iter(results.values()))
    null, places = null_of(first.measure), _decimals(data, decimals)
    scale = spanning(
        [*data["estimate"], *data["conf_low"], *data["conf_high"], null], start=6, end=style.WIDTH - 6, log=null == 1
    )
    page = style.sheet()
    top = rows.sides(page, scale, 14, language, null=null, better=better(good or first.good, language))
    y = top
    band = data[data["role"] == "benchmark"]
    for row in rows.each(data):
        value = estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=null == 0)
        color = {"benchmark": style.INK, "answer": style.GOOD, "design": style.ACCENT}[str(row.role)]
        label = design_label(row.name, labels, language)
        meta = [_apart(row, band, labels, language, places=places, ratio=null == 1)] if len(band) else []
        middle = rows.label_row(page, y + 4, label, value, meta=[text for text in meta if text], bold=row.role != "design")
        if len(band) and row.role != "benchmark":
            edges = (scale(band["conf_low"].iloc[0]), scale(band["conf_high"].iloc[0]))
            style.box(page, edges, (middle - rows.HALF, middle + rows.HALF), color=style.MUTED, opacity=0.45)
        shape = "D" if row.role == "benchmark" else "o"
        rows.strip(page, scale, middle, (row.estimate, row.conf_low, row.conf_high), null=null, color=color, shape=shape)
        y = middle + rows.HALF + 8
    return style.finished(page, rows.axis(page, scale, y + 2, language, signed=null == 0))


def designs_alt(
    results: Results,
    *,
    benchmark: str | None = None,
    answer: str | None = None,
    labels: Labels | None = None,
    unit: Words | None = None,
    decimals: int | None = None,
    language: str = "da",
) -> str:
    """Say what each design finds, with its interval, and how far it lands from the yardstick."""
    _ = translator(language)
    data = designs_data(results, benchmark=benchmark, answer=answer)
    first = next(iter(results.values()))
    null, places = null_of(first.measure), _decimals(data, decimals)
    told = [
        f"{design_label(row.name, labels, language)} "
        + estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=null == 0)
        for row in rows.each(data)
    ]
    listed = _("Estimates with 95% interval, {unit}: {list}.").format(unit=unit_of(first, unit, language), list="; ".join(told))
    return f"{_finding(data, labels, language, places=places, ratio=null == 1)} {listed}"


def designs_figure(
    results: Results,
    *,
    benchmark: str | None = None,
    answer: str | None = None,
    good: str | None = None,
    labels: Labels | None = None,
    unit: Words | None = None,
    decimals: int | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The comparison of designs as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = designs_data(results, benchmark=benchmark, answer=answer)
    first = next(iter(results.values()))
    places, ratio = _decimals(data, decimals), null_of(first.measure) == 1
    notes = [_("The dot is the estimate, the line its 95% interval.")]
    if benchmark is not None:
        name = design_label(benchmark, labels, language)
        notes.append(_("The shaded band is the interval of: {name}.").format(name=name))
    return figure_html(
        designs_chart(
            results, benchmark=benchmark, answer=answer, good=good, labels=labels, decimals=decimals, language=language
        ),
        caption=_finding(data, labels, language, places=places, ratio=ratio),
        unit=unit_of(first, unit, language),
        alt=designs_alt(
            results, benchmark=benchmark, answer=answer, labels=labels, unit=unit, decimals=decimals, language=language
        ),
        note=" ".join(notes),
        table=_table(data, labels, language, places=places, ratio=ratio),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def design_label(name: str, labels: Labels | None, language: str) -> str:
    """Name of a comparison in words: the caller's, or the usual one."""
    return named(name, labels, language) if name in (labels or {}) else design_name(name, language)


def _apart(row: Any, yardstick: pd.DataFrame, labels: Labels | None, language: str, *, places: int, ratio: bool) -> str:
    """How far one comparison lands from the yardstick, in words."""
    _ = translator(language)
    if row.role == "benchmark":
        return _("the yardstick")
    name = design_label(yardstick["name"].iloc[0], labels, language)
    if ratio:
        return _("{gap} times “{name}”").format(
            gap=number(row.distance, language, decimals=_gap_places(places, ratio)), name=name
        )
    words = _("{gap} above “{name}”") if row.distance >= 0 else _("{gap} below “{name}”")
    return words.format(gap=number(abs(row.distance), language, decimals=places), name=name)


def _decimals(data: pd.DataFrame, decimals: int | None) -> int:
    return decimals_for(data["estimate"]) if decimals is None else decimals


def _gap_places(places: int, ratio: bool) -> int:
    """Decimals of a distance, the same in drawing, caption and table; a ratio of two answers needs two."""
    return max(places, 2) if ratio else places


def _finding(data: pd.DataFrame, labels: Labels | None, language: str, *, places: int, ratio: bool) -> str:
    """Who lands in the yardstick's interval and who lands farthest from it; without one, the range of answers."""
    _ = translator(language)
    yardstick = data[data["role"] == "benchmark"]
    if yardstick.empty:
        return _("The comparisons answer from {low} to {high}.").format(
            low=number(data["estimate"].min(), language, decimals=places, signed=not ratio),
            high=number(data["estimate"].max(), language, decimals=places, signed=not ratio),
        )
    others = data[data["role"] != "benchmark"]
    name = design_label(yardstick["name"].iloc[0], labels, language)
    if others.empty:
        return _("{name} is the only answer here.").format(name=name)
    inside = int(others["inside"].sum())
    said = _("{some} of {total} comparisons land within the interval of “{name}”").format(
        some=number(inside, language), total=number(len(others), language), name=name
    )
    gaps = others["distance"].abs() if not ratio else others["distance"].where(others["distance"] > 1, 1 / others["distance"])
    farthest = others.iloc[int(gaps.argmax())]
    if farthest["inside"]:
        return said + "."
    gap = number(gaps.max(), language, decimals=_gap_places(places, ratio))
    off = _("“{design}” misses by a factor of {gap}") if ratio else _("“{design}” misses by {gap}")
    return f"{said}; " + off.format(design=design_label(farthest["name"], labels, language), gap=gap) + "."


def _table(data: pd.DataFrame, labels: Labels | None, language: str, *, places: int, ratio: bool) -> pd.DataFrame:
    _ = translator(language)
    table = pd.DataFrame(
        {
            _("Comparison"): [design_label(name, labels, language) for name in data["name"]],
            _("Estimate"): [number(each, language, decimals=places, signed=not ratio) for each in data["estimate"]],
            _("95% interval, low"): _numbers(data["conf_low"], language, places, signed=not ratio),
            _("95% interval, high"): _numbers(data["conf_high"], language, places, signed=not ratio),
        }
    )
    if (data["role"] == "benchmark").any():
        heading = _("Distance from the yardstick (ratio)") if ratio else _("Distance from the yardstick")
        table[heading] = _numbers(data["distance"], language, _gap_places(places, ratio), signed=not ratio)
    return table


def _numbers(values: pd.Series, language: str, places: int, *, signed: bool) -> list[str]:
    _ = translator(language)
    return [_("not stated") if pd.isna(each) else number(each, language, decimals=places, signed=signed) for each in values]
