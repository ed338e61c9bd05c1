"""One effect in several groups of people: each with its own interval, everyone first, and how little such looks can carry."""

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import decimals_for, spanning
from whatworks.findings.charts.words import Words, as_ratio, better, estimate_text, null_of, spoken, unit_of, verdict
from whatworks.findings.checks import check_sentence
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import covariate_name
from whatworks.findings.subgroups import subgroups_in

# Where the groups' effects differ by more than chance makes them differ in one study of twenty.
_UNLIKELY = 0.05
_YES, _NO = ("1", "1.0", "True", "true", "yes"), ("0", "0.0", "False", "false", "no")


def for_whom_data(result: EffectResult, *, language: str = "da") -> pd.DataFrame:
    """What the chart draws: everyone, then one row per group of people, in the order of the result.

    Parameters
    ----------
    result : with parts by subgroup, of ``ww.matching.estimate(by=...)`` or ``aipw(by=...)``
    language : ``"da"`` or ``"en"``, of the names

    Returns
    -------
    Columns role ("all", "group"), name, people (missing where that is not told), estimate, conf_low, conf_high on the scale that
    is read aloud, verdict ("better", "worse", "different", "unclear", "unknown").

    Raises
    ------
    EmptyData
        If the result has no subgroups.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 1, 0, 0, 0, 0], "young": [1, 1, 0, 0] * 2, "days": [5.0, 6, 9, 3, 4, 6, 2, 1]})
    >>> sample = ww.matching.unmatched(df, treatment="treated", covariates=["young"])
    >>> for_whom_data(ww.matching.estimate(sample, outcome="days", by="young"), language="en")["name"].tolist()
    ['Everyone', 'young: no', 'young: yes']
    """
    groups = subgroups_in(result)
    if groups.empty:
        raise EmptyData(f"{result.method} has no effects by subgroup. Ask for them with by=, a column that divides people.")
    head, none = result.headline, null_of(result.measure)
    told = [("all", translator(language)("Everyone"), math.nan, head)]
    told += [("group", _named(str(row.term), str(row.subgroup), language), _people(row), row) for row in rows.each(groups)]
    table = []
    for role, name, people, row in told:
        ends = [as_ratio(float(value), result.measure) for value in (row.estimate, row.conf_low, row.conf_high)]
        table.append((role, name, people, *ends, verdict(ends[1], ends[2], none, result.good)))
    return pd.DataFrame(table, columns=["role", "name", "people", "estimate", "conf_low", "conf_high", "verdict"])


@style.applied()
def for_whom_chart(result: EffectResult, *, decimals: int | None = None, language: str = "da") -> Figure:
    """Draw :func:`for_whom_data`: a row for everyone, and one for each group below it on the same axis."""
    _ = translator(language)
    data, null = for_whom_data(result, language=language), null_of(result.measure)
    places = decimals_for(data["estimate"]) if decimals is None else decimals
    ends = [*data["estimate"], *data["conf_low"], *data["conf_high"], null]
    scale = spanning(ends, start=6, end=style.WIDTH - 6, log=null == 1)
    page = style.sheet()
    y = rows.sides(page, scale, 14, language, null=null, better=better(result.good, language))
    for row in rows.each(data):
        everyone = row.role == "all"
        value = estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=null == 0)
        meta = [] if math.isnan(row.people) else [_("{n} people").format(n=number(row.people, language))]
        middle = rows.label_row(page, y + 4, row.name, value, meta=meta, bold=everyone)
        values = (row.estimate, row.conf_low, row.conf_high)
        rows.strip(page, scale, middle, values, null=null, color=rows.VERDICT_COLORS[row.verdict], shape="D" if everyone else "o")
        y = middle + rows.HALF + 8
    return style.finished(page, rows.axis(page, scale, y + 2, language, signed=null == 0))


def for_whom_alt(result: EffectResult, *, decimals: int | None = None, unit: Words | None = None, language: str = "da") -> str:
    """Say whether the groups differ, and the effect in each with its interval."""
    _ = translator(language)
    listed = "; ".join(f"{name}: {value}" for name, value in _values(result, decimals, language))
    said = _("Estimates with 95% interval, {unit}: {list}.").format(unit=unit_of(result, unit, language), list=listed)
    return f"{_finding(result, language)} {said}"


def for_whom_figure(
    result: EffectResult,
    *,
    decimals: int | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text, table twin and what the number of looks means."""
    _ = translator(language)
    data = for_whom_data(result, language=language)
    table = pd.DataFrame(
        {
            _("Who"): data["name"],
            _("People"): ["–" if math.isnan(people) else number(people, language) for people in data["people"]],
            _("Effect (95% interval)"): [value for _name, value in _values(result, decimals, language)],
        }
    )
    return figure_html(
        for_whom_chart(result, decimals=decimals, language=language),
        caption=_finding(result, language),
        unit=unit_of(result, unit, language),
        alt=for_whom_alt(result, decimals=decimals, unit=unit, language=language),
        note=" ".join(multiplicity(result, language)),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def multiplicity(result: EffectResult, language: str) -> list[str]:
    """What the number of looks means, and whether the arms are alike within the groups, in sentences."""
    about = ("many_subgroups", "balance_within_subgroups")
    said = [check_sentence(check, language) for check in result.checks if check.name in about]
    closing = translator(language)("An effect in one group only is a hint that must be tested again. It is not an answer.")
    return [*said, closing]


def _values(result: EffectResult, decimals: int | None, language: str) -> list[tuple[str, str]]:
    """Name, and effect with interval, of every row."""
    data = for_whom_data(result, language=language)
    places = decimals_for(data["estimate"]) if decimals is None else decimals
    signed = null_of(result.measure) == 0
    return [
        (row.name, estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places, signed=signed))
        for row in rows.each(data)
    ]


def _named(term: str, subgroup: str, language: str) -> str:
    """``worked_before=yes`` in words: what divides people, and on which side these are."""
    _ = translator(language)
    name = covariate_name(term.partition("=")[0], language)
    return f"{name}: {_('yes') if subgroup in _YES else _('no') if subgroup in _NO else subgroup}"


def _people(row: Any) -> float:
    counts = [float(getattr(row, column, math.nan)) for column in ("n_treated", "n_comparison")]
    return sum(counts)


def _finding(result: EffectResult, language: str) -> str:
    _ = translator(language)
    chance = float(result.statistics.get("interaction_p", math.nan))
    if not math.isfinite(chance):
        return _("Whether the effect differs between the groups was not tested.")
    share = percent(chance, language) if chance >= 0.01 else _("under {share}").format(share=percent(0.01, language))
    said = _(
        "We cannot tell whether it works better for some: chance alone would make as large differences in {share} of studies."
    )
    if chance < _UNLIKELY:
        said = _("The effect differs between the groups: chance alone would make as large differences in {share} of studies.")
    return said.format(share=share)
