"""Every treatment against every other, as a table that can be read by rows and columns."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import UnknownCode
from whatworks.findings.charts import rows
from whatworks.findings.charts.scale import decimals_for
from whatworks.findings.charts.study_rows import on_reading_scale, reading_unit, words_that_stay
from whatworks.findings.charts.words import Words, estimate_text, null_of, spoken, verdict
from whatworks.findings.language import number, translator

_NUMBERS = ("estimate", "conf_low", "conf_high")
# Symbol and colour of each answer; the words stand in the cell as well, for those who see neither.
_SIGNS = {"better": ("▲", "var(--good)"), "worse": ("▼", "var(--warn)"), "different": ("◆", "var(--accent)")}

# The names of the rows stay where a wide table scrolls away below them.
_STAYS = "position:sticky;left:0;background:var(--paper);max-width:9.5em;hyphens:auto"


def league_data(
    table: pd.DataFrame, *, order: Sequence[str] | None = None, measure: str = "GEN", good: str | None = None
) -> pd.DataFrame:
    """What the league table shows: one row per ordered pair of treatments.

    Parameters
    ----------
    table : of ``ww.synthesis.league``: treatment, reference, estimate, conf_low, conf_high
    order : codes of the treatments, best first as ``ww.synthesis.rank`` puts them; by default as they appear
    measure : of the effects; log ratios come out as ratios
    good : "up" or "down", which direction is better for the person

    Returns
    -------
    Columns treatment, reference, estimate, conf_low, conf_high, verdict ("better", "worse", "different", "unclear", "unknown"),
    in the order of rows and columns.

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    EmptyData
        If there is no pair.
    UnknownCode
        If ``order`` leaves a treatment out or names one that is not there.

    Examples
    --------
    >>> trials = pd.DataFrame({"study": ["A", "B"], "treat1": ["coach", "peer"], "treat2": ["usual", "usual"],
    ...                        "te": [0.4, 0.1], "se": [0.1, 0.1]})
    >>> pairs = ww.synthesis.league(ww.synthesis.network(trials, reference="usual", tau2="EE"))
    >>> league_data(pairs, good="up").query("reference == 'usual'")[["treatment", "verdict"]].to_dict("records")
    [{'treatment': 'coach', 'verdict': 'better'}, {'treatment': 'peer', 'verdict': 'unclear'}]
    """
    require_columns(table, ["treatment", "reference", *_NUMBERS], what="league")
    for column in _NUMBERS:
        numeric(table, column, allow_missing=True, what="league")
    names = list(dict.fromkeys([*table["treatment"].astype(str), *table["reference"].astype(str)]))
    order = names if order is None else [str(name) for name in order]
    if set(order) != set(names) or len(order) != len(names):
        raise UnknownCode(
            f"order must name each of the {len(names)} treatments once; it names {len(order)}. Take it from ww.synthesis.rank."
        )
    data = table[["treatment", "reference"]].astype(str).join(on_reading_scale(table, measure))
    null = null_of(measure)
    data["verdict"] = [verdict(row.conf_low, row.conf_high, null, good) for row in rows.each(data)]
    place = {name: position for position, name in enumerate(order)}
    return data.sort_values(["treatment", "reference"], key=lambda codes: codes.map(place), kind="stable", ignore_index=True)


def league_table(
    table: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    labels: Mapping[str, Words] | None = None,
    measure: str = "GEN",
    good: str | None = None,
    unit: Words | None = None,
    language: str = "da",
) -> Markup:
    """The league table for a page: the treatment of the row against the treatment of the column.

    Parameters
    ----------
    table, order, measure, good : as in :func:`league_data`
    labels : names of the treatments by their codes
    unit : what the effects are measured in

    Returns
    -------
    Markup that scrolls in its own box where the page is narrow; every text in it is escaped.
    """
    _ = translator(language)
    data = league_data(table, order=order, measure=measure, good=good)
    order = list(dict.fromkeys([*data["treatment"], *data["reference"]])) if order is None else [str(name) for name in order]
    names = {code: escape(spoken((labels or {}).get(code), language, default=code)) for code in order}
    cells = {(row.treatment, row.reference): row for row in rows.each(data)}
    places = decimals_for(data["estimate"])
    caption = _finding(data, language)
    head = "".join(f'<th scope="col">{_("against {name}").format(name=names[code])}</th>' for code in order)
    body = "".join(
        f'<tr><th scope="row" style="{_STAYS}">{names[row]}</th>'
        + "".join(_cell(cells.get((row, column)), language, places) for column in order)
        + "</tr>"
        for row in order
    )
    unit_ = reading_unit(measure, unit, language, default=_("the outcome's own unit"))
    note = _("The row against the column, {unit}, with 95% interval.").format(unit=unit_)
    if data["verdict"].isin(["better", "worse"]).any():
        note += " " + _("▲ the whole interval is better for the person, ▼ the whole interval is worse.")
    return Markup(  # noqa: S704 (every text in it is escaped above)
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}"><table class="league">'
        f"<caption>{words_that_stay(escape(caption))}</caption><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="small">{escape(note)}</p>'
    )


def _cell(row: Any, language: str, places: int) -> str:
    _ = translator(language)
    if row is None:
        return "<td>–</td>"
    numbers = escape(estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=places))
    text = f'<span style="white-space:nowrap">{numbers}</span>'
    words = {"better": _("better"), "worse": _("worse"), "different": _("different")}
    if row.verdict not in _SIGNS:
        return f"<td>{text}</td>"
    sign, color = _SIGNS[row.verdict]
    word = escape(words[row.verdict])
    return f'<td><span style="color:{color}"><span aria-hidden="true">{sign}</span> {word}</span><br>{text}</td>'


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    # Each comparison stands in the table twice, once from either side.
    pairs = {frozenset((row.treatment, row.reference)): row.verdict for row in rows.each(data)}
    clear = sum(each in ("better", "worse", "different") for each in pairs.values())
    return _("{n} of {total} comparisons show a difference.").format(
        n=number(clear, language), total=number(len(pairs), language)
    )
