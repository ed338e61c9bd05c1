"""Who was compared with whom: treatments on a ring, lines as thick as the studies that compare the two are many."""

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidOption, MissingValues
from whatworks.findings.charts import rows
from whatworks.findings.charts.room import ACROSS, CLEAR, LINE, Box, beside, overlap, ring
from whatworks.findings.charts.study_rows import named_briefly
from whatworks.findings.charts.words import Words, spoken, studies
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

_SMALLEST, _LARGEST = 10.0, 34.0
_THINNEST, _THICKEST = 1.5, 9.0


def network_data(
    contrasts: pd.DataFrame,
    *,
    study: str = "study",
    treat1: str = "treat1",
    treat2: str = "treat2",
    citizens: Mapping[str, float] | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
) -> pd.DataFrame:
    """What the graph draws: one row per treatment, then one per pair that a study compares directly.

    Parameters
    ----------
    contrasts : one row per comparison, as ``ww.synthesis.network`` takes it
    study, treat1, treat2 : columns with the study and its two treatments
    citizens : number of citizens in each treatment, by its code; it decides the size of the dots, else the number of studies does
    labels : names of the treatments by their codes

    Returns
    -------
    Columns kind ("treatment", "comparison"), treat1, treat2 (missing for a treatment), label, n_studies, citizens (missing where
    not given), in order of first appearance.

    Raises
    ------
    MissingColumn, MissingValues
    EmptyData
        If there is no comparison.
    InvalidOption
        If ``citizens`` lacks a treatment or has one below 0.

    References
    ----------
    Chaimani, Higgins, Mavridis, Spyridonos & Salanti (2013), PLoS ONE 8:e76654 (the graph).

    Examples
    --------
    >>> trials = pd.DataFrame({"study": ["A", "B", "C"], "treat1": ["coach", "peer", "coach"],
    ...                        "treat2": ["usual", "usual", "peer"]})
    >>> network_data(trials)[["label", "n_studies"]].tail(2).to_dict("records")
    [{'label': 'usual – peer', 'n_studies': 1}, {'label': 'coach – peer', 'n_studies': 1}]
    """
    require_columns(contrasts, [study, treat1, treat2], what="contrasts")
    gaps = int(contrasts[[study, treat1, treat2]].isna().any(axis=1).sum())
    if gaps:
        raise MissingValues(
            f"contrasts lack a study or treatment in {gaps} of {len(contrasts)} rows. Fill them in or remove the rows."
        )
    sides = {"study": study, "treat1": treat1, "treat2": treat2}
    long = pd.DataFrame({name: contrasts[column].astype(str) for name, column in sides.items()})
    codes = list(dict.fromkeys(long[["treat1", "treat2"]].to_numpy().ravel().tolist()))
    _refuse_citizens(citizens, codes)
    names = {code: spoken((labels or {}).get(code), language, default=code) for code in codes}
    arms: dict[str, set[str]] = {code: set() for code in codes}
    pairs: dict[tuple[str, str], set[str]] = {}
    for row in rows.each(long):
        first, second = sorted((row.treat1, row.treat2), key=codes.index)
        pairs.setdefault((first, second), set()).add(row.study)
        arms[first].add(row.study)
        arms[second].add(row.study)
    known = citizens or {}
    treatments = [("treatment", code, None, names[code], len(found), known.get(code, np.nan)) for code, found in arms.items()]
    compared = [("comparison", a, b, f"{names[a]} – {names[b]}", len(found), np.nan) for (a, b), found in pairs.items()]
    return pd.DataFrame([*treatments, *compared], columns=["kind", "treat1", "treat2", "label", "n_studies", "citizens"])


@style.applied()
def network_chart(
    contrasts: pd.DataFrame,
    *,
    study: str = "study",
    treat1: str = "treat1",
    treat2: str = "treat2",
    citizens: Mapping[str, float] | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`network_data`: a ring of treatments with their names outside it; each line carries its number of studies."""
    data = network_data(contrasts, study=study, treat1=treat1, treat2=treat2, citizens=citizens, labels=labels, language=language)
    nodes, edges = data[data["kind"] == "treatment"], data[data["kind"] == "comparison"]
    sizes = _sizes(nodes)
    page = style.sheet()
    names, told = zip(*(_name_lines(row, language) for row in rows.each(nodes)), strict=True)
    lines_of = [[*name, *more] for name, more in zip(names, told, strict=True)]
    places = ring(len(nodes), sum(map(len, lines_of)))
    boxes = beside(places, lines_of, sizes)
    top = min([box[1] for box in boxes] + [y - size / 2 for (x, y), size in zip(places, sizes, strict=True)]) - 4
    places = [(x, y - top) for x, y in places]
    boxes = [(left, low - top, right, high - top) for left, low, right, high in boxes]
    at = dict(zip(nodes["treat1"], places, strict=True))
    dots = [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for (x, y), size in zip(places, sizes, strict=True)]
    _lines(page, edges, at, [*dots, *boxes], language)
    for (x, y), size in zip(places, sizes, strict=True):
        style.mark(page, x, y, size=size)
    for (x, y), size, box, name, more in zip(places, sizes, boxes, names, told, strict=True):
        _name(page, (x, y), size, box, name, more)
    bottom = max([box[3] for box in boxes] + [y + size / 2 for (x, y), size in zip(places, sizes, strict=True)])
    return style.finished(page, bottom + 6)


def network_alt(
    contrasts: pd.DataFrame,
    *,
    study: str = "study",
    treat1: str = "treat1",
    treat2: str = "treat2",
    citizens: Mapping[str, float] | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
) -> str:
    """Say how many treatments and comparisons there are, and the comparisons that rest on most studies."""
    data = network_data(contrasts, study=study, treat1=treat1, treat2=treat2, citizens=citizens, labels=labels, language=language)
    edges = data[data["kind"] == "comparison"].nlargest(5, "n_studies")
    told = "; ".join(f"{named_briefly(row.label)}: {studies(row.n_studies, language)}" for row in rows.each(edges))
    return f"{_finding(data, language)} {told}."


def network_figure(
    contrasts: pd.DataFrame,
    *,
    study: str = "study",
    treat1: str = "treat1",
    treat2: str = "treat2",
    citizens: Mapping[str, float] | None = None,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The graph as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    asked: dict[str, Any] = {
        "study": study, "treat1": treat1, "treat2": treat2, "citizens": citizens, "labels": labels, "language": language,
    }  # fmt: skip
    data = network_data(contrasts, **asked)
    shown = data if citizens else data.drop(columns="citizens")
    twin = pd.DataFrame({_("Treatment or comparison"): shown["label"], _("Studies"): shown["n_studies"]})
    if citizens:
        twin[_("Citizens")] = ["–" if pd.isna(each) else number(each, language) for each in shown["citizens"]]
    size = _("the larger a dot, the more citizens") if citizens else _("the larger a dot, the more studies")
    return figure_html(
        network_chart(contrasts, **asked),
        caption=_finding(data, language),
        unit=_("the number on a line, and its thickness, is how many studies compare the two; {size}").format(size=size),
        alt=network_alt(contrasts, **asked),
        note=_("Where no line runs, no study compares the two directly; the network then compares them by way of others."),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _refuse_citizens(citizens: Mapping[str, float] | None, codes: list[str]) -> None:
    if citizens is None:
        return
    wrong = [code for code in codes if not citizens.get(code, -1) >= 0]
    if wrong:
        raise InvalidOption(
            f"citizens lacks a number of 0 or more for {len(wrong)} of {len(codes)} treatments. Give all or none."
        )


def _sizes(nodes: pd.DataFrame) -> list[float]:
    """Widths of the dots: their area stands for citizens, or for studies."""
    amounts = (nodes["n_studies"] if nodes["citizens"].isna().any() else nodes["citizens"]).astype(float)
    return [_SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(value / max(float(amounts.max()), 1.0)) for value in amounts]


def _name_lines(node: Any, language: str) -> tuple[list[str], list[str]]:
    """The name, and how many it rests on, each over as many lines as it takes beside the ring."""
    room = style.WIDTH / 2 - ACROSS - _LARGEST / 2 - CLEAR
    words = style.wrapped(node.label, room, style.SMALL, bold=True, lines=2)
    told = studies(node.n_studies, language)
    if not pd.isna(node.citizens):
        told = translator(language)("{n} citizens").format(n=number(node.citizens, language))
    return words, style.wrapped(told, room, style.SMALL, lines=2)


def _name(page: Axes, place: tuple[float, float], size: float, box: Box, name: list[str], told: list[str]) -> None:
    """Write a name; a thin line leads to it where it had to move away from its dot."""
    x, y = place
    right = box[0] > x
    if not box[1] - 2 <= y <= box[3] + 2:
        near = box[1] + LINE / 2 if box[1] > y else box[3] - LINE / 2
        end = box[0] - 3 if right else box[2] + 3
        style.line(page, (x + math.copysign(size / 2, end - x), end), (y, near), color=style.RULE_STRONG)
    for position, text in enumerate([*name, *told]):
        last = position >= len(name)
        style.write(
            page,
            box[0] if right else box[2],
            box[1] + position * LINE + 12,
            text,
            size=style.SMALL,
            color=style.INK_2 if last else style.INK,
            bold=not last,
            align="left" if right else "right",
        )


def _lines(page: Axes, edges: pd.DataFrame, at: Mapping[str, tuple[float, float]], taken: list[Box], language: str) -> None:
    """A line for each comparison, open where its number of studies stands; a number with no free place is in the table alone."""
    most = float(edges["n_studies"].max())
    for edge in rows.each(edges.sort_values("n_studies", ascending=False, kind="stable")):
        (x1, y1), (x2, y2) = at[edge.treat1], at[edge.treat2]
        thick = _THINNEST + (_THICKEST - _THINNEST) * (edge.n_studies - 1) / max(most - 1, 1)
        text = number(edge.n_studies, language)
        half = style.text_width(text, style.SMALL) / 2 + 3
        gaps = [(x1 + share * (x2 - x1), y1 + share * (y2 - y1), share) for share in (0.5, 0.38, 0.62, 0.3, 0.7)]
        free = [each for each in gaps if not any(overlap(_around(each[0], each[1], half), other) for other in taken)]
        if not free:
            style.line(page, (x1, x2), (y1, y2), color=style.MUTED, width=thick)
            continue
        x, y, share = free[0]
        taken.append(_around(x, y, half))
        open_ = 11.0 / max(math.hypot(x2 - x1, y2 - y1), 1.0)
        for start, end in ((0.0, share - open_), (share + open_, 1.0)):
            across = (x1 + start * (x2 - x1), x1 + end * (x2 - x1))
            down = (y1 + start * (y2 - y1), y1 + end * (y2 - y1))
            style.line(page, across, down, color=style.MUTED, width=thick)
        style.write(page, x, y + 4.5, text, size=style.SMALL, bold=True, align="center")


def _around(x: float, y: float, half: float) -> Box:
    return (x - half, y - 9, x + half, y + 9)


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    treatments = data[data["kind"] == "treatment"]
    compared = int((data["kind"] == "comparison").sum())
    possible = len(list(combinations(range(len(treatments)), 2)))
    return _("{n} treatments; {compared} of {possible} pairs were compared directly.").format(
        n=number(len(treatments), language), compared=number(compared, language), possible=number(possible, language)
    )
