"""Does the result hang on one study? How far each lies from what the others say, and how far the result moves without it."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import chi2, norm

import whatworks.findings.style as style
from whatworks.core.columns import numeric, require_columns
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import Scale, spanning
from whatworks.findings.charts.study_rows import HEIGHT, joined, named_briefly, upright
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

# One study in twenty lies further out than this by chance.
DEVIATION_LIMIT = float(norm.isf(0.025))
# A study that moves the result to the edge of its 50 per cent region: Cook & Weisberg (1982), with one coefficient.
COOK_LIMIT = float(chi2.ppf(0.5, 1))
_NAMES = 122.0
_PANELS = ((130.0, 226.0), (246.0, 340.0))


def influence_data(table: pd.DataFrame) -> pd.DataFrame:
    """What the chart draws: one row per study, in the order given.

    Parameters
    ----------
    table : of ``ww.synthesis.influence``, with columns study, rstudent, cook, weight, tau2_without

    Returns
    -------
    Columns label, rstudent (standard errors from what the others say), cook (squared shift of the result over its variance),
    weight (of 1), tau2_without, stands_out (rstudent beyond 1.96), moves (cook beyond 0.455).

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    EmptyData
        If there is no study.

    References
    ----------
    Viechtbauer & Cheung (2010), Research Synthesis Methods 1:112-125; Cook & Weisberg (1982), Residuals and Influence in
    Regression, ch. 3.

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B", "C", "D"], "yi": [0.1, 0.2, 0.15, 0.9], "vi": [0.02, 0.03, 0.02, 0.03]})
    >>> influence_data(ww.synthesis.influence(es, study="trial"))[["label", "stands_out"]].tail(1).to_dict("records")
    [{'label': 'D', 'stands_out': True}]
    """
    columns = ("rstudent", "cook", "weight", "tau2_without")
    require_columns(table, ["study", *columns], what="influence")
    data = pd.DataFrame({"label": table["study"].astype(str).to_numpy()})
    for column in columns:
        data[column] = numeric(table, column, what="influence")
    data["weight"] /= 100
    return data.assign(stands_out=data["rstudent"].abs() > DEVIATION_LIMIT, moves=data["cook"] > COOK_LIMIT)


@style.applied()
def influence_chart(table: pd.DataFrame, *, language: str = "da") -> Figure:
    """Draw :func:`influence_data`: two dots per study with the limits; beyond a limit the dot is a diamond and the name bold."""
    _ = translator(language)
    data = influence_data(table)
    page = style.sheet()
    headings = (_("Distance from what the others say"), _("Shift of the result without it"))
    top = max(_heading(page, x, words) for x, words in zip(_PANELS, headings, strict=True))
    bottom = top + HEIGHT * len(data)
    apart = spanning([*data["rstudent"], -DEVIATION_LIMIT, DEVIATION_LIMIT], start=_PANELS[0][0], end=_PANELS[0][1], margin=0.08)
    moved = Scale(0.0, 1.12 * max(float(data["cook"].max()), COOK_LIMIT), *_PANELS[1])
    upright(page, apart, 0.0, (top, bottom))
    for scale, limit in ((apart, -DEVIATION_LIMIT), (apart, DEVIATION_LIMIT), (moved, COOK_LIMIT)):
        upright(page, scale, limit, (top, bottom), color=style.WARN, dash=(0, (4, 3)))
    for place, row in enumerate(rows.each(data)):
        middle = top + (place + 0.5) * HEIGHT
        style.line(page, (0, style.WIDTH), (middle + HEIGHT / 2, middle + HEIGHT / 2), color=style.RULE)
        beyond = row.stands_out or row.moves
        name = style.shortened(row.label, _NAMES, style.SMALL, bold=beyond)
        style.write(page, 0, middle + 4.5, name, size=style.SMALL, bold=beyond)
        for scale, value, flag in ((apart, row.rstudent, row.stands_out), (moved, row.cook, row.moves)):
            style.mark(page, scale(value), middle, color=style.WARN if flag else style.ACCENT, shape="D" if flag else "o", size=8)
    rows.axis(page, apart, bottom + 2, language)
    return style.finished(page, rows.axis(page, moved, bottom + 2, language))


def influence_alt(table: pd.DataFrame, *, language: str = "da") -> str:
    """Say which studies stand out or move the result, with the largest of each."""
    _ = translator(language)
    data = influence_data(table)
    far, moving = (max(rows.each(data), key=key) for key in (lambda row: abs(row.rstudent), lambda row: row.cook))
    said = _("Furthest from the others: {study}, {value} standard errors (limit {limit}).").format(
        study=named_briefly(far.label),
        value=number(far.rstudent, language, decimals=1, signed=True),
        limit=number(DEVIATION_LIMIT, language, decimals=2),
    )
    told = _("Moves the result the most: {study}, Cook's distance {value} (limit {limit}).").format(
        study=named_briefly(moving.label),
        value=number(moving.cook, language, decimals=2),
        limit=number(COOK_LIMIT, language, decimals=2),
    )
    return f"{_finding(data, language)} {said} {told}"


def influence_figure(table: pd.DataFrame, *, language: str = "da", source: Words | None = None, synthetic: bool = False) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = influence_data(table)
    words = {
        (True, True): _("stands out and moves the result"),
        (True, False): _("stands out"),
        (False, True): _("moves the result"),
    }
    twin = pd.DataFrame(
        {
            _("Study"): data["label"],
            _("Standard errors from the others"): [number(each, language, decimals=2, signed=True) for each in data["rstudent"]],
            _("Cook's distance"): [number(each, language, decimals=2) for each in data["cook"]],
            _("Weight"): [percent(each, language, decimals=1) for each in data["weight"]],
            _("Variance between studies without it"): [number(each, language, decimals=3) for each in data["tau2_without"]],
            _("Remark"): [words.get((row.stands_out, row.moves), "–") for row in rows.each(data)],
        }
    )
    return figure_html(
        influence_chart(table, language=language),
        caption=_finding(data, language),
        unit=_("left: standard errors; right: Cook's distance; dashed lines: limits"),
        alt=influence_alt(table, language=language),
        note=_("Diamonds lie beyond a limit. One study in twenty stands out by chance alone."),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _heading(page: Axes, x: tuple[float, float], words: str) -> float:
    y = 0.0
    for text in style.wrapped(words, min(x[1] + 14, style.WIDTH) - x[0], style.SMALL, bold=True):
        y += 16
        style.write(page, x[0], y - 2, text, size=style.SMALL, bold=True)
    return y + 6


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    moving = data.loc[data["moves"], "label"].tolist()
    apart = data.loc[data["stands_out"] & ~data["moves"], "label"].tolist()
    total = number(len(data), language)
    if moving:
        said = _("The result hangs on {names}: without it, it moves beyond the limit")
        if len(moving) > 1:
            said = _("The result hangs on {names}: without each of them it moves beyond the limit")
        return said.format(names=joined(moving, language)) + "."
    if apart:
        said = _("None of the {total} studies carries the result alone; {names} stands out from the others")
        if len(apart) > 1:
            said = _("None of the {total} studies carries the result alone; {names} stand out from the others")
        return said.format(total=total, names=joined(apart, language)) + "."
    return _("None of the {total} studies carries the result alone, and none stands out from the others.").format(total=total)
