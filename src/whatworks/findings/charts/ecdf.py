"""Is a characteristic spread alike in both groups, from the lowest value to the highest? Before and after."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

import whatworks.findings.style as style
from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.errors import EmptyData, InvalidColumn
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.findings.charts.love import covariate_label
from whatworks.findings.charts.scale import Scale, tick_decimals
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

Labels = Mapping[str, Words]
_COLUMNS = ["stage", "group", "value", "share"]
_STEPS = 24
_HEIGHT, _LEFT = 130.0, 54.0
_COLORS = {"treated": style.ACCENT, "comparison": style.WARN}


def ecdf_data(frame: pd.DataFrame | MatchedSample | WeightedSample, *, covariate: str = "", steps: int = _STEPS) -> pd.DataFrame:
    """What the chart of whole distributions draws: the share of each group at or below round values.

    Parameters
    ----------
    frame : a sample, whose frame has the covariate; or the finished table that this function returns
    covariate : a numeric column with more than two values; of a sample
    steps : about how many round values

    Returns
    -------
    Columns stage ("before", "after"), group ("treated", "comparison"), value (in the covariate's unit), share (at or below it, 0
    to 1; after is weighted by the sample's weights). Between two values, and among those left out there, lie in each group none
    or at least five people; values are left out until it is so, so that nobody can be recognised.

    Raises
    ------
    InvalidColumn
        If the column is not numeric or has two values only: its share is in the balance chart.
    EmptyData
        If there are too few people to show any value.
    MissingColumn, MissingValues
    """
    if isinstance(frame, pd.DataFrame):
        require_columns(frame, _COLUMNS, what="distribution")
        return frame[_COLUMNS].reset_index(drop=True)
    values = numeric(frame.data, covariate)
    if len(np.unique(values)) < 3:
        raise InvalidColumn(f"Covariate {covariate!r} has fewer than three values. Its shares stand in the balance chart.")
    treated = binary(frame.data, frame.treatment)
    weights = frame.weights.to_numpy(dtype=float)
    base = _before(frame)
    grid = _published_values(values, [treated, ~treated], weights > 0, steps)
    if len(grid) < 3:
        raise EmptyData(f"There are too few people to show how {covariate!r} is spread without showing single ones.")
    rows = []
    for stage, counted in (("before", base), ("after", weights)):
        for group, member in (("treated", treated), ("comparison", ~treated)):
            total = counted[member].sum()
            shares = [float(counted[member & (values <= value)].sum() / total) for value in grid]
            rows.append(pd.DataFrame({"stage": stage, "group": group, "value": grid, "share": shares}))
    return pd.concat(rows, ignore_index=True)


@style.applied()
def ecdf_chart(frame: pd.DataFrame | MatchedSample | WeightedSample, *, covariate: str = "", language: str = "da") -> Figure:
    """Draw :func:`ecdf_data`: one line per group, before above and after below. Lines on top of each other are groups alike."""
    _ = translator(language)
    data = ecdf_data(frame, covariate=covariate)
    page = style.sheet()
    across = Scale(float(data["value"].min()), float(data["value"].max()), _LEFT, style.WIDTH - 8)
    bottom = 0.0
    for stage, words in (("before", _("before")), ("after", _("after"))):
        top = bottom + (30 if stage == "before" else 44)
        style.write(page, 0, top - 14, words, size=style.SMALL, bold=True)
        bottom = _panel(page, data[data["stage"] == stage], across, Scale(0, 1, top + _HEIGHT, top), language)
        _name_lines(page, top - 14, language)
    for tick, text in _named_ticks(across, language):
        style.line(page, (across(tick), across(tick)), (bottom, bottom + 4), color=style.RULE_STRONG)
        style.write_within(page, across(tick), bottom + 18, text)
    return style.finished(page, bottom + 26)


def ecdf_alt(
    frame: pd.DataFrame | MatchedSample | WeightedSample,
    *,
    covariate: str = "",
    labels: Labels | None = None,
    language: str = "da",
) -> str:
    """Say how far apart the groups are at most, before and after, and at which value."""
    _ = translator(language)
    data = ecdf_data(frame, covariate=covariate)
    said = [_finding(data, covariate, labels, language)]
    for stage, words in (
        ("before", _("Before, {treated} of those who took part and {comparison} of the others are at or below {value}.")),
        ("after", _("After, it is {treated} and {comparison} at or below {value}.")),
    ):
        row = _widest(data, stage)
        said.append(
            words.format(
                treated=percent(row["treated"], language),
                comparison=percent(row["comparison"], language),
                value=_value(float(row["value"]), data, language),
            )
        )
    return " ".join(said)


def ecdf_figure(
    frame: pd.DataFrame | MatchedSample | WeightedSample,
    *,
    covariate: str,
    labels: Labels | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The distributions of one characteristic as a figure for a page, with caption, alternative text and table twin.

    Parameters
    ----------
    unit : of the characteristic, e.g. "years"
    """
    _ = translator(language)
    data = ecdf_data(frame, covariate=covariate)
    wide = data.pivot_table("share", "value", ["stage", "group"], sort=False)
    heads = {
        ("before", "treated"): _("Took part, before"), ("before", "comparison"): _("The others, before"),
        ("after", "treated"): _("Took part, after"), ("after", "comparison"): _("The others, after"),
    }  # fmt: skip
    table = pd.DataFrame(
        {
            _("At or below"): [_value(each, data, language) for each in wide.index],
            **{words: [percent(each, language) for each in wide[key]] for key, words in heads.items()},
        }
    )
    measured = spoken(unit, language)
    return figure_html(
        ecdf_chart(frame, covariate=covariate, language=language),
        caption=_finding(data, covariate, labels, language),
        unit=_("Share of each group at or below a value") + (f"; {measured}" if measured else ""),
        alt=ecdf_alt(frame, covariate=covariate, labels=labels, language=language),
        note=_(
            "The nearer the two lines, the more alike are the groups, not only on average. Only the dots are known: between "
            "them lie too few people to show more."
        ),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _before(sample: MatchedSample | WeightedSample) -> np.ndarray:
    column = sample.call.get("weights")
    return np.ones(len(sample.data)) if column is None else numeric(sample.data, column)


def _published_values(values: np.ndarray, arms: list[np.ndarray], kept: np.ndarray, steps: int) -> np.ndarray:
    """Round values between which lie, of every group, none or at least five people, kept or left out."""
    low, high = (float(each) for each in np.quantile(values, [0.0, 1.0]))
    grid = np.asarray(MaxNLocator(nbins=steps, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    groups = [arm & stays for arm in arms for stays in (kept, ~kept)]
    counts = np.array([[(group & (values <= value)).sum() for value in grid] for group in groups])
    taken, chosen = np.zeros(len(groups), dtype=int), []
    for place in range(len(grid)):
        added = counts[:, place] - taken
        if _none_or_enough(added):
            chosen.append(place)
            taken = counts[:, place]
    # The last value holds everybody; those before it give way until no few are between.
    last = counts[:, -1]
    while chosen and not _none_or_enough(last - counts[:, chosen[-1]]):
        chosen.pop()
    if not chosen or (last > counts[:, chosen[-1]]).any():
        chosen.append(len(grid) - 1)
    return grid[chosen]


def _none_or_enough(people: np.ndarray) -> bool:
    return bool(((people == 0) | (people >= K_PUBLISH)).all())


def _panel(page: Axes, data: pd.DataFrame, across: Scale, up: Scale, language: str) -> float:
    """Both groups' lines over each other; returns the bottom."""
    for tick in (0.0, 0.5, 1.0):
        style.line(page, (_LEFT, style.WIDTH), (up(tick), up(tick)), color=style.RULE if tick else style.RULE_STRONG)
        style.write(page, _LEFT - 6, up(tick) + 4, percent(tick, language), size=style.SMALL, color=style.INK_2, align="right")
    for group, color in _COLORS.items():
        line = data[data["group"] == group]
        x, y = [across(each) for each in line["value"]], [up(each) for each in line["share"]]
        style.line(page, x, y, color=color, width=2.5, dash="-" if group == "treated" else (0, (5, 2)))
        for across_, along in zip(x, y, strict=True):
            style.mark(page, across_, along, color=color, size=5)
    return up(0)


def _name_lines(page: Axes, y: float, language: str) -> None:
    """Both names at the right of the heading, each in the colour and stroke of its line."""
    _ = translator(language)
    place = style.WIDTH
    for group, words in (("comparison", _("the others")), ("treated", _("took part"))):
        style.write(page, place, y, words, size=style.SMALL, color=_COLORS[group], align="right")
        place -= style.text_width(words, style.SMALL) + 6
        dash = "-" if group == "treated" else (0, (5, 2))
        style.line(page, (place - 22, place), (y - 4, y - 4), color=_COLORS[group], width=2.5, dash=dash)
        place -= 36


def _named_ticks(across: Scale, language: str) -> list[tuple[float, str]]:
    ticks = across.ticks()
    places = tick_decimals(ticks)
    return [(tick, number(tick, language, decimals=places)) for tick in ticks]


def _widest(data: pd.DataFrame, stage: str) -> pd.Series:
    """The value at which the groups are furthest apart."""
    wide = data[data["stage"] == stage].pivot_table("share", "value", "group").reset_index()
    return wide.iloc[int((wide["treated"] - wide["comparison"]).abs().argmax())]


def _value(value: float, data: pd.DataFrame, language: str) -> str:
    return number(value, language, decimals=tick_decimals([float(each) for each in data["value"].unique()]))


def _finding(data: pd.DataFrame, covariate: str, labels: Labels | None, language: str) -> str:
    _ = translator(language)
    apart = [abs(row["treated"] - row["comparison"]) for row in (_widest(data, stage) for stage in ("before", "after"))]
    points = [number(100 * each, language) for each in apart]
    return _("{name}: the groups are at most {before} percentage points apart before and {after} after.").format(
        name=covariate_label(covariate, labels, language), before=points[0], after=points[1]
    )
