"""Are there comparison people like the treated? Propensity scores up and down, before and after."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.findings.charts import rows
from whatworks.findings.charts.overlap_cells import CELL, TRACE, counted, finished, people_of, published
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

_BINS = 20
_HALF_HEIGHT = 62.0
Overlap = pd.DataFrame | MatchedSample | WeightedSample


def overlap_data(frame: Overlap, *, bins: int = _BINS) -> pd.DataFrame:
    """What the overlap chart draws: shares of each group by propensity score, in whole per cent, nobody recognisable.

    Parameters
    ----------
    frame : a ``MatchedSample`` or ``WeightedSample`` with propensity scores; or one row per person with the columns
        propensity (0 to 1), treated (0/1) and weight (0 for people left out afterwards); or a table with stage, group,
        score_low, score_high and count (people); or the finished table that this function returns
    bins : number of equal steps from 0 to 1

    Returns
    -------
    Columns stage ("before", "after"), group ("treated", "comparison"), score_low, score_high, share (of the group; after
    is weighted by the sample's weights; 0.005 is somebody, but under half a per cent), compared (of the treated, how many
    were kept and have somebody untreated within their step, rounded down; missing where 1 to 4 have not).
    A share is missing where it rests on 1 to 4 people, where 1 to 4 people are gone afterwards, and where it would give
    such a one back: at least two steps of a group are hidden, with at least five people. Where 1 to 4 people of a whole
    group are gone, its shares afterwards are of the group before, so that neither total tells the other.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues
    InvalidOption
        If the sample has no propensity scores, or ``bins`` is below 2.

    Examples
    --------
    >>> people = pd.DataFrame({"propensity": [0.1] * 6 + [0.9] * 2, "treated": [0] * 6 + [1] * 2, "weight": 1.0})
    >>> overlap_data(people, bins=2)["share"].tolist()
    [0.0, nan, 1.0, 0.0, 0.0, nan, 1.0, 0.0]
    """
    if isinstance(frame, (MatchedSample, WeightedSample)):
        frame = people_of(frame)
    if {*CELL, "share"} <= set(frame.columns):
        return finished(frame)
    if {*CELL, "count"} <= set(frame.columns):
        return published(counted(frame))
    if bins < 2:
        raise InvalidOption(f"bins is {bins}; a histogram needs at least 2.")
    require_columns(frame, ["propensity", "treated", "weight"], what="overlap")
    score, treated, weight = (
        numeric(frame, "propensity", what="overlap"),
        binary(frame, "treated", what="overlap"),
        numeric(frame, "weight", allow_missing=True, what="overlap"),
    )
    if score.min() < 0 or score.max() > 1:
        raise InvalidColumn("overlap column 'propensity' has values outside 0 to 1. Give the score itself, not its logit.")
    edges = np.linspace(0, 1, bins + 1)
    cells = []
    for stage, counts_as in (("before", np.ones(len(score))), ("after", np.nan_to_num(weight).clip(0))):
        for group, members in (("treated", treated), ("comparison", ~treated)):
            chosen = members & (counts_as > 0)
            count, _ = np.histogram(score[chosen], bins=edges)
            mass, _ = np.histogram(score[chosen], bins=edges, weights=counts_as[chosen])
            cells.append(
                pd.DataFrame(
                    {
                        "stage": stage,
                        "group": group,
                        "score_low": edges[:-1],
                        "score_high": edges[1:],
                        "count": count,
                        "mass": mass,
                    }
                )
            )
    return published(pd.concat(cells, ignore_index=True))


@style.applied()
def overlap_chart(frame: Overlap, *, bins: int = _BINS, language: str = "da") -> Figure:
    """Draw :func:`overlap_data`: treated upwards, comparison downwards, as shares of their own group."""
    _ = translator(language)
    data = overlap_data(frame, bins=bins)
    scale = Scale(float(data["score_low"].min()), float(data["score_high"].max()), 4, style.WIDTH - 4)
    page = style.sheet()
    y = 0.0
    words = {"before": _("Before"), "after": _("After")}
    for stage, part in data.groupby("stage", sort=False):
        y = _stage(page, scale, y, words[str(stage)], part, language)
    y = rows.axis(page, scale, y, language)
    style.write(page, 0, y + 8, _("← less likely to take part"), size=style.SMALL, color=style.INK_2)
    style.write(page, style.WIDTH, y + 8, _("more likely →"), size=style.SMALL, color=style.INK_2, align="right")
    return style.finished(page, y + 14)


def overlap_alt(frame: Overlap, *, bins: int = _BINS, language: str = "da") -> str:
    """Say how many of the treated have comparison people with a similar score, and where each group's tallest bar is."""
    _ = translator(language)
    data = overlap_data(frame, bins=bins)
    words = {
        ("before", "treated"): _("Tallest bar shown, participants before: {share} at {low} to {high}."),
        ("before", "comparison"): _("Comparison before: {share} at {low} to {high}."),
        ("after", "treated"): _("Participants after: {share} at {low} to {high}."),
        ("after", "comparison"): _("Comparison after: {share} at {low} to {high}."),
    }
    said = [_finding(data, language)]
    for (stage, group), part in data.groupby(["stage", "group"], sort=False):
        known = part[part["share"] > 0]
        if known.empty:
            continue
        top = known.iloc[int(known["share"].argmax())]
        low, high = (number(float(top[edge]), language, decimals=2) for edge in ("score_low", "score_high"))
        said.append(words[str(stage), str(group)].format(share=_percent(float(top["share"]), language), low=low, high=high))
    return " ".join(said)


def overlap_figure(
    frame: Overlap, *, bins: int = _BINS, language: str = "da", source: Words | None = None, synthetic: bool = False
) -> str:
    """The overlap chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = overlap_data(frame, bins=bins)
    note = _("Each bar is the share of its own group.")
    hidden = int(data["share"].isna().sum())
    if hidden:
        note += " " + _("An open circle is a bar not shown because it could tell about fewer than 5 people: {n}.").format(
            n=number(hidden, language)
        )
    return figure_html(
        overlap_chart(frame, bins=bins, language=language),
        caption=_finding(data, language),
        unit=_("Estimated chance of taking part, from 0 to 1"),
        alt=overlap_alt(frame, bins=bins, language=language),
        note=note,
        table=_table(data, language),
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _stage(page: Axes, scale: Scale, y: float, name: str, part: pd.DataFrame, language: str) -> float:
    """Draw one stage between ``y`` and the height returned."""
    _ = translator(language)
    zero = y + 26 + _HALF_HEIGHT
    highest = float(np.nanmax(part["share"].to_numpy(dtype=float), initial=0.0)) or 1.0
    style.write(page, 0, y + 16, name, bold=True)
    for group, sign, color, words, place in (
        ("treated", -1, style.ACCENT, _("participants ↑"), zero - _HALF_HEIGHT + 2),
        ("comparison", 1, style.RULE_STRONG, _("comparison ↓"), zero + _HALF_HEIGHT - 2),
    ):
        for row in rows.each(part[part["group"] == group].dropna(subset=["share"]).drop(columns="compared")):
            if row.share > 0:
                edge = zero + sign * _HALF_HEIGHT * row.share / highest
                style.box(page, (scale(row.score_low) + 0.5, scale(row.score_high) - 0.5), (zero, edge), color=color)
        gone = part[(part["group"] == group) & part["share"].isna()]
        for middle in (gone["score_low"] + gone["score_high"]) / 2:
            style.mark(page, scale(float(middle)), zero + sign * 7, color=style.INK_2, size=6, hollow=True)
        label = style.ACCENT if group == "treated" else style.INK_2
        style.write(page, style.WIDTH, place, words, size=style.SMALL, color=label, bold=True, align="right")
    style.line(page, (scale.start, scale.end), (zero, zero), color=style.INK_2)
    return zero + _HALF_HEIGHT + 8


def _finding(data: pd.DataFrame, language: str) -> str:
    """How many of the treated can be compared with somebody."""
    _ = translator(language)
    treated = data[(data["stage"] == "before") & (data["group"] == "treated")]
    compared = float(data["compared"].iloc[0])
    if not treated["share"].sum() > 0 or compared == 0:
        return _("Too few people to show the overlap.")
    if math.isnan(compared):
        return _("Nearly all participants have comparison people with a similar chance of taking part.")
    if compared == 1:
        return _("All participants have comparison people with a similar chance of taking part.")
    return _("{share} of the participants have comparison people with a similar chance of taking part.").format(
        share=percent(compared, language)
    )


def _percent(share: float, language: str) -> str:
    _ = translator(language)
    return _("under {share}").format(share=percent(0.01, language)) if share == TRACE else percent(share, language)


def _table(data: pd.DataFrame, language: str) -> pd.DataFrame:
    _ = translator(language)
    stages, groups = {"before": _("before"), "after": _("after")}, {"treated": _("participants"), "comparison": _("comparison")}
    keys = data[["score_low", "score_high"]].drop_duplicates()
    table = pd.DataFrame(
        {
            _("Chance of taking part"): [
                f"{number(row.score_low, language, decimals=2)}–{number(row.score_high, language, decimals=2)}"
                for row in rows.each(keys)
            ]
        }
    )
    for (stage, group), part in data.groupby(["stage", "group"], sort=False):
        shares = part.set_index("score_low")["share"].reindex(keys["score_low"])
        heading = f"{groups[str(group)]}, {stages[str(stage)]}"
        table[heading] = [_("not shown") if pd.isna(each) else _percent(float(each), language) for each in shares]
    return table
