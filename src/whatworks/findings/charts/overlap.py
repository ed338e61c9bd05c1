"""Are there comparison people like the treated? Propensity scores up and down, before and after."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.disclosure import K_PUBLISH, is_small
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidOption
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

_BINS = 20
_HALF_HEIGHT = 62.0
_COLUMNS = ["stage", "group", "score_low", "score_high", "count", "share"]
Overlap = pd.DataFrame | MatchedSample | WeightedSample


def overlap_data(frame: Overlap, *, bins: int = _BINS) -> pd.DataFrame:
    """What the overlap chart draws: counts of people by propensity score, none below 5.

    Parameters
    ----------
    frame : a ``MatchedSample`` or ``WeightedSample`` with propensity scores; or one row per person with the columns
        propensity (0 to 1), treated (0/1) and weight (0 for people left out afterwards); or the finished table that this
        function returns
    bins : number of equal steps from 0 to 1

    Returns
    -------
    Columns stage ("before", "after"), group ("treated", "comparison"), score_low, score_high, count (people, missing where
    there are 1 to 4), share (of the group, missing with the count). Where a single cell of a group would be hidden, the
    smallest other one is hidden with it, so that the total cannot give it back.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues
    InvalidOption
        If the sample has no propensity scores, or ``bins`` is below 2.

    Examples
    --------
    >>> people = pd.DataFrame({"propensity": [0.1] * 6 + [0.9] * 2, "treated": [0] * 6 + [1] * 2, "weight": 1.0})
    >>> overlap_data(people, bins=2)["count"].tolist()
    [0, <NA>, 6, 0, 0, <NA>, 6, 0]
    """
    if isinstance(frame, (MatchedSample, WeightedSample)):
        frame = _people(frame)
    if set(_COLUMNS[:5]) <= set(frame.columns):
        return _hidden(_finished(frame))
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
    for stage, kept in (("before", np.ones(len(score), dtype=bool)), ("after", np.nan_to_num(weight) > 0)):
        for group, members in (("treated", treated), ("comparison", ~treated)):
            counts, _ = np.histogram(score[kept & members], bins=edges)
            cells.append(
                pd.DataFrame({"stage": stage, "group": group, "score_low": edges[:-1], "score_high": edges[1:], "count": counts})
            )
    return _hidden(pd.concat(cells, ignore_index=True))


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
    """Say how many of the treated have comparison people with a similar score, and how large the groups are."""
    _ = translator(language)
    data = overlap_data(frame, bins=bins)
    middle = [_average_score(data, stage, group) for stage in ("before", "after") for group in ("treated", "comparison")]
    said = _finding(data, language)
    if not np.isfinite(middle).all():
        return said
    scores = [number(each, language, decimals=2) for each in middle]
    return (
        said
        + " "
        + _("Average score before: participants {a}, comparison {b}. After: participants {c}, comparison {d}.").format(
            a=scores[0], b=scores[1], c=scores[2], d=scores[3]
        )
    )


def overlap_figure(
    frame: Overlap, *, bins: int = _BINS, language: str = "da", source: Words | None = None, synthetic: bool = False
) -> str:
    """The overlap chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = overlap_data(frame, bins=bins)
    note = _("Each bar is the share of its own group.")
    hidden = int(data["count"].isna().sum())
    if hidden:
        note += " " + _("Bars not shown because they rest on fewer than 5 people, or would give such a bar away: {n}.").format(
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


def _people(sample: MatchedSample | WeightedSample) -> pd.DataFrame:
    if sample.propensity is None:
        raise InvalidOption(
            "The sample was made without propensity scores, so there is no overlap to draw. Draw its balance instead."
        )
    return pd.DataFrame(
        {
            "propensity": sample.propensity.to_numpy(dtype=float),
            "treated": sample.data[sample.treatment].to_numpy(dtype=float),
            "weight": sample.weights.reindex(sample.data.index).to_numpy(dtype=float),
        }
    )


def _finished(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        raise EmptyData("overlap has no rows. Check the selection that made it.")
    unknown = set(frame["stage"]) - {"before", "after"} | set(frame["group"]) - {"treated", "comparison"}
    if unknown:
        raise InvalidColumn(
            f"overlap has {len(unknown)} values of stage or group that are not known; "
            "stage is before or after, group treated or comparison."
        )
    return frame[_COLUMNS[:5]].reset_index(drop=True)


def _hidden(cells: pd.DataFrame) -> pd.DataFrame:
    """Blank small counts, and one more where only one would be blank in its group; add shares of the group."""
    parts = []
    for _key, part in cells.groupby(["stage", "group"], sort=False):
        counts = part["count"].astype("Int64")
        blank = is_small(counts.fillna(K_PUBLISH)) | counts.isna()
        others = counts.where(~blank & (counts > 0)).dropna()
        if blank.sum() == 1 and len(others):
            blank |= part.index == others.astype(int).idxmin()
        total = int(counts.sum())
        shown = counts.mask(blank)
        share = shown.astype("Float64").to_numpy(dtype=float, na_value=np.nan) / max(total, 1)
        parts.append(part.assign(count=shown, share=share))
    return pd.concat(parts, ignore_index=True)[_COLUMNS]


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
        for row in rows.each(part[part["group"] == group].dropna(subset=["share"]).drop(columns="count")):
            if row.share > 0:
                edge = zero + sign * _HALF_HEIGHT * row.share / highest
                style.box(page, (scale(row.score_low) + 0.5, scale(row.score_high) - 0.5), (zero, edge), color=color)
        label = style.ACCENT if group == "treated" else style.INK_2
        style.write(page, style.WIDTH, place, words, size=style.SMALL, color=label, bold=True, align="right")
    style.line(page, (scale.start, scale.end), (zero, zero), color=style.INK_2)
    return zero + _HALF_HEIGHT + 8


def _average_score(data: pd.DataFrame, stage: str, group: str) -> float:
    part = data[(data["stage"] == stage) & (data["group"] == group)].dropna(subset=["share"])
    weights = part["share"].to_numpy(dtype=float)
    middles = ((part["score_low"] + part["score_high"]) / 2).to_numpy(dtype=float)
    return float(np.average(middles, weights=weights)) if weights.sum() > 0 else float("nan")


def _finding(data: pd.DataFrame, language: str) -> str:
    """Share of the treated who stand where somebody untreated stands too, as far as counts may be shown."""
    _ = translator(language)
    before = data[data["stage"] == "before"] if (data["stage"] == "before").any() else data
    treated = before[before["group"] == "treated"].set_index("score_low")["count"].astype("Float64")
    others = before[before["group"] == "comparison"].set_index("score_low")["count"].astype("Float64").fillna(1)
    shown = treated.dropna()
    if shown.empty or shown.sum() == 0:
        return _("Too few people to show the overlap.")
    met = float(shown[others.reindex(shown.index).fillna(0) > 0].sum() / shown.sum())
    # Rounded down: "100 %" must mean everyone.
    share = percent(math.floor(100 * met) / 100, language)
    return _("{share} of the participants have comparison people with a similar chance of taking part.").format(share=share)


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
        counts = part.set_index("score_low")["count"].reindex(keys["score_low"])
        heading = f"{groups[str(group)]}, {stages[str(stage)]}"
        table[heading] = [_("not shown") if pd.isna(each) else number(int(each), language) for each in counts]
    return table
