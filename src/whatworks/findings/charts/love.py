"""Balance before and after: did the comparison group become like the treated?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale, spanning
from whatworks.findings.charts.words import Words, named, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator
from whatworks.findings.names import covariate_name

Labels = Mapping[str, Words]
# Stuart, Lee & Leacy (2013), Journal of Clinical Epidemiology 66(8):S84-S90: within 0.1 is commonly called balanced.
LIMIT = 0.1
# The score sums the characteristics up: it is drawn beside them, but is none of them.
_SCORES = ("propensity", "distance")
_LABELS = 160.0
_ROW = 30.0


def love_data(balance: pd.DataFrame) -> pd.DataFrame:
    """What the balance chart draws: standardised differences before and after, largest before first.

    Parameters
    ----------
    balance : from ``ww.matching.balance``: columns covariate, stage ("before", "after"), smd

    Returns
    -------
    Columns covariate, before, after; a stage that was not computed is missing.

    Raises
    ------
    MissingColumn, EmptyData
    InvalidColumn
        If a covariate has two rows in one stage, or no stage is known.

    Examples
    --------
    >>> balance = pd.DataFrame({"covariate": ["age", "age"], "stage": ["before", "after"], "smd": [-0.8, 0.05]})
    >>> love_data(balance).to_dict("list")
    {'covariate': ['age'], 'before': [-0.8], 'after': [0.05]}
    """
    require_columns(balance, ["covariate", "stage", "smd"], what="balance")
    known = balance[balance["stage"].isin(["before", "after"])]
    if known.empty:
        raise InvalidColumn("balance column 'stage' holds neither 'before' nor 'after'. Take the frame from ww.matching.balance.")
    twice = int(known.duplicated(["covariate", "stage"]).sum())
    if twice:
        raise InvalidColumn(f"balance has {twice} covariates with more than one row in a stage. Keep one row for each.")
    values = pd.DataFrame(
        {
            "covariate": known["covariate"].astype(str).to_numpy(),
            "stage": known["stage"].astype(str).to_numpy(),
            "smd": numeric(known, "smd", allow_missing=True, what="balance"),
        }
    )
    stages = {stage: part.set_index("covariate")["smd"] for stage, part in values.groupby("stage")}
    wide = pd.DataFrame({"covariate": values["covariate"].unique()})
    for stage in ("before", "after"):
        wide[stage] = wide["covariate"].map(stages[stage]) if stage in stages else np.nan
    order = np.argsort(-wide["before"].abs().fillna(-1.0).to_numpy(), kind="stable")
    return wide.iloc[order].reset_index(drop=True)


@style.applied()
def love_chart(balance: pd.DataFrame, *, labels: Labels | None = None, language: str = "da") -> Figure:
    """Draw :func:`love_data`: hollow before, filled after, and the band within which groups count as alike."""
    _ = translator(language)
    data = love_data(balance)
    scale = spanning([*data["before"], *data["after"], -LIMIT, LIMIT, 0.0], start=_LABELS + 12, end=style.WIDTH - 8)
    page = style.sheet()
    style.write_within(page, scale(0), 14, _("alike: within ±{limit}").format(limit=number(LIMIT, language, decimals=1)))
    names = [style.wrapped(covariate_label(each, labels, language), _LABELS, style.SMALL) for each in data["covariate"]]
    heights = [max(_ROW, 16.0 * len(words) + 10) for words in names]
    top, bottom = 46.0, 46.0 + sum(heights)
    style.box(page, (scale(-LIMIT), scale(LIMIT)), (20, bottom), color=style.RULE)
    style.line(page, (scale(0), scale(0)), (top + 6, bottom), color=style.INK_2)
    y = top
    for row, words, height in zip(rows.each(data), names, heights, strict=True):
        middle = y + height / 2
        for level, text in enumerate(words):
            style.write(page, 0, middle + 12 - 8 * len(words) + 16 * level, text, size=style.SMALL)
        style.line(page, (scale.start, scale.end), (middle, middle), color=style.RULE)
        _move(page, scale, middle, row)
        y += height
    _name_stages(page, scale, top, data, language)
    return style.finished(page, rows.axis(page, scale, bottom + 2, language))


def love_alt(balance: pd.DataFrame, *, labels: Labels | None = None, language: str = "da") -> str:
    """Say how many characteristics are alike after, and the worst before and after with its number.

    The propensity score is drawn but not counted: it is made of the characteristics.
    """
    _ = translator(language)
    data = love_data(balance)
    said = [_finding(data, language)]
    for stage, words in (
        ("before", _("Before, the largest standardised difference is {value} ({name}).")),
        ("after", _("After, the largest is {value} ({name}).")),
    ):
        worst = _worst(data, stage)
        if worst is not None:
            said.append(
                words.format(value=number(worst[1], language, decimals=2), name=covariate_label(worst[0], labels, language))
            )
    return " ".join(said)


def love_figure(
    balance: pd.DataFrame,
    *,
    labels: Labels | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The balance chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = love_data(balance)
    table = pd.DataFrame(
        {
            _("Characteristic"): [covariate_label(each, labels, language) for each in data["covariate"]],
            _("Difference before"): _column(data["before"], language),
            _("Difference after"): _column(data["after"], language),
        }
    )
    return figure_html(
        love_chart(balance, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("Difference between the groups, in standard deviations"),
        alt=love_alt(balance, labels=labels, language=language),
        note=_note(data, language),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def covariate_label(name: str, labels: Labels | None, language: str) -> str:
    """Name of a characteristic in words: the caller's, or the usual one."""
    return named(name, labels, language) if name in (labels or {}) else covariate_name(name, language)


def _move(page: Axes, scale: Scale, y: float, row: Any) -> None:
    """Where a characteristic stood before, where it stands after, and the way between."""
    before, after = float(row.before), float(row.after)
    if np.isfinite(before) and np.isfinite(after):
        style.line(page, (scale(before), scale(after)), (y, y), color=style.MUTED, width=2)
    if np.isfinite(before):
        style.mark(page, scale(before), y, color=style.INK_2, size=9, hollow=True)
    if np.isfinite(after):
        alike = abs(after) <= LIMIT
        style.mark(page, scale(after), y, color=style.GOOD if alike else style.WARN, shape="o" if alike else "D", size=10)


def _name_stages(page: Axes, scale: Scale, top: float, data: pd.DataFrame, language: str) -> None:
    """Write "before" and "after" over the first row's markers, side by side where the markers are close."""
    _ = translator(language)
    first = data.iloc[0]
    places = [(_("before"), first["before"]), (_("after"), first["after"])]
    shown = sorted(((scale(value), text) for text, value in places if np.isfinite(value)), key=lambda each: each[0])
    if len(shown) == 2:
        (left, left_text), (right, right_text) = shown
        room = (style.text_width(left_text, style.SMALL) + style.text_width(right_text, style.SMALL)) / 2 + 8
        push = max(0.0, room - (right - left)) / 2
        shown = [(left - push, left_text), (right + push, right_text)]
    for place, text in shown:
        style.write_within(page, place, top + 2, text)


def _worst(data: pd.DataFrame, stage: str) -> tuple[str, float] | None:
    known = _characteristics(data)
    sizes = known[stage].abs()
    if sizes.isna().all():
        return None
    place = int(sizes.argmax())
    return str(known["covariate"].iloc[place]), float(sizes.iloc[place])


def _characteristics(data: pd.DataFrame) -> pd.DataFrame:
    return data[~data["covariate"].isin(_SCORES)]


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    stage = "before" if data["after"].isna().all() else "after"
    known = _characteristics(data)[stage].dropna()
    alike = int((known.abs() <= LIMIT).sum())
    words = {
        "after": _("After matching the groups are alike on {some} of {total} characteristics."),
        "before": _("Before matching the groups are alike on {some} of {total} characteristics."),
    }
    return words[stage].format(some=number(alike, language), total=number(len(known), language))


def _note(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    signs = _("Open circles: before. Filled circles: after. The nearer to zero, the more alike are the two groups.")
    if len(_characteristics(data)) == len(data):
        return signs
    return f"{signs} {_('The chance of taking part is worked out from the others, so it is not counted.')}"


def _column(values: pd.Series, language: str) -> list[str]:
    _ = translator(language)
    return [_("not computed") if pd.isna(each) else number(each, language, decimals=2) for each in values]
