"""The evidence gap map as a table for a page, which every reader can use."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.findings.charts import rows
from whatworks.findings.charts.gap_map import LOOKS, SILENT, gap_map_caption, gap_map_data
from whatworks.findings.charts.gap_words import remark, verdict_name
from whatworks.findings.charts.study_rows import words_that_stay
from whatworks.findings.charts.words import Words
from whatworks.findings.language import number, translator

# Cells narrow enough for many domains beside each other; the groups' names stay where the rest scrolls away below them.
_NARROW = "min-width:4.8em;padding:5px 5px 7px;hyphens:auto"
_STAYS = "position:sticky;left:0;background:var(--paper);max-width:10.5em;padding-right:8px;hyphens:auto"
_HEAD = "padding:5px;font-size:.74rem;hyphens:auto"
_OPEN = "font-style:italic"
_HATCH = "background:repeating-linear-gradient(135deg,transparent 0 7px,var(--line) 7px 8px);font-style:italic"


def gap_map_table(
    cells: pd.DataFrame,
    *,
    groups: Mapping[str, Words] | None = None,
    domains: Mapping[str, Words] | None = None,
    links: Mapping[str, str] | None = None,
    language: str = "da",
) -> Markup:
    """The map as a table for a page: headings with scope, a sign and a word and a number of studies in every cell.

    Parameters
    ----------
    cells, groups, domains : as in :func:`gap_map_data`
    links : address of each target group's page by the group's code

    Returns
    -------
    Markup. Where the page is narrow the table scrolls in its own box under the groups' names, which stay. Every cell also names
    its domain in ``data-domain`` and carries its verdict as a class, so that a stylesheet can lay cells under each other.
    """
    _ = translator(language)
    data = gap_map_data(cells, groups=groups, domains=domains, language=language)
    across = data.loc[data["target_group"] == data["target_group"].iloc[0], "domain_label"]
    head = "".join(f'<th scope="col" role="columnheader" style="{_HEAD}">{escape(each)}</th>' for each in across)
    body = []
    for code, part in data.groupby("target_group", sort=False):
        name, address = escape(part["group_label"].iloc[0]), (links or {}).get(str(code))
        name = name if address is None else f'<a href="{escape(address, quote=True)}">{name}</a>'
        cells_ = "".join(_html_cell(row, language) for row in rows.each(part))
        body.append(f'<tr role="row"><th scope="row" role="rowheader" style="{_STAYS}">{name}</th>{cells_}</tr>')
    caption = escape(gap_map_caption(data, language))
    corner = escape(_("Target group"))
    read = _(
        "The number is how many studies there are. A hatched cell is something we do not know, not that there is no difference."
    )
    return Markup(  # noqa: S704 (every text in it is escaped above)
        f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
        '<table class="gap-map" role="table" style="font-size:.76rem;line-height:1.35">'
        f'<caption>{words_that_stay(caption)}</caption><thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader" style="{_HEAD};padding-left:0">{corner}</th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(body)}</tbody></table></div><p class="small">{escape(read)}</p>'
    )


def _html_cell(row: Any, language: str) -> str:
    sign, color, _marker = LOOKS[row.verdict]
    look = {"not_rated": f"{_NARROW};{_OPEN}", "unknown": f"{_NARROW};{_HATCH}", "gap": f"{_NARROW};{_HATCH}"}.get(
        row.verdict, _NARROW
    )
    remarks = "".join(f"<br>{escape(text)}" for text in remark(row, language))
    more = f'<span style="color:var(--ink-2)">{remarks}</span>' if remarks else ""
    word = escape(verdict_name(row.verdict, language))
    word = word if row.verdict in SILENT else f"<b>{word}</b>"
    count = "" if row.verdict == "gap" or (row.verdict == "not_rated" and row.n_studies == 0) else number(row.n_studies, language)
    state = row.verdict.replace("_", "-")
    return (
        f'<td role="cell" class="gap-{state}" data-domain="{escape(row.domain_label, quote=True)}" style="{look}">'
        f'<span style="color:var({color})"><span aria-hidden="true">{sign}</span> '
        f"{word}</span> {count}{more}</td>"
    )
