"""The evidence gap map as a table for a page, which every reader can use."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.findings.charts import rows
from whatworks.findings.charts.gap_map import LOOKS, SILENT, gap_map_caption, gap_map_data
from whatworks.findings.charts.gap_words import remark, reviews_text, verdict_name
from whatworks.findings.charts.study_rows import words_that_stay
from whatworks.findings.charts.words import Words
from whatworks.findings.language import number, translator

# Cells narrow enough for many domains beside each other; the groups' names stay where the rest scrolls away below them.
_STYLE = (
    "<style>.gap-map{font-size:.76rem;line-height:1.35}.gap-map th,.gap-map td{padding:5px;hyphens:auto}"
    ".gap-map thead th{font-size:.7rem;font-weight:400;vertical-align:bottom}"
    ".gap-map td{position:relative;vertical-align:middle}.gap-map td,.gap-map thead th{text-align:center}"
    ".gap-map tbody th,.gap-map thead th:first-child{position:sticky;left:0;z-index:1;background:var(--paper);"
    "max-width:11.5em;padding-left:0;font-weight:400;text-align:left}"
    ".gap-map .gap-unknown,.gap-map .gap-gap{background:repeating-linear-gradient(135deg,transparent 0 7px,var(--line) 7px 8px)}"
    ".gap-map .bubble{display:inline-block;box-sizing:border-box;border:1.5px solid;border-radius:50%;text-align:center;"
    "color:var(--ink-2)}.gap-map .said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap}</style>"
)
# Across, in em: without a number, and what each study adds to the square of it, so that areas compare.
_SMALLEST, _PER_STUDY = 1.5, 0.1
_HATCH = "background:repeating-linear-gradient(135deg,transparent 0 7px,var(--line) 7px 8px)"


def gap_map_table(
    cells: pd.DataFrame,
    *,
    groups: Mapping[str, Words] | None = None,
    domains: Mapping[str, Words] | None = None,
    links: Mapping[str, str] | None = None,
    language: str = "da",
) -> Markup:
    """The map as a table for a page: headings with scope, a sign, a word and a number of studies in every cell.

    Words that many cells share, that nobody has judged or studied something, are for those who listen; those who look see the
    signs, explained below. A circle's area grows with the number of studies.

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
    head = "".join(f'<th scope="col" role="columnheader">{escape(each)}</th>' for each in across)
    body = []
    for code, part in data.groupby("target_group", sort=False):
        name, address = escape(part["group_label"].iloc[0]), (links or {}).get(str(code))
        name = name if address is None else f'<a href="{escape(address, quote=True)}">{name}</a>'
        cells_ = "".join(_html_cell(row, language) for row in rows.each(part))
        body.append(f'<tr role="row"><th scope="row" role="rowheader">{name}</th>{cells_}</tr>')
    caption = escape(gap_map_caption(data, language))
    corner = escape(_("Target group"))
    read = _(
        "The number is how many studies there are. A hatched cell is something we do not know, not that there is no difference."
    )
    signs = " · ".join(
        f'<span aria-hidden="true">{LOOKS[code][0]}</span> {escape(verdict_name(code, language))}'
        for code in SILENT
        if (data["verdict"] == code).any()
    )
    return Markup(  # noqa: S704 (every text in it is escaped above)
        f'{_STYLE}<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
        '<table class="gap-map" role="table">'
        f'<caption>{words_that_stay(caption)}</caption><thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader">{corner}</th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(body)}</tbody></table></div>'
        f'<p class="small">{signs}{". " if signs else ""}{escape(read)}</p>'
    )


def _html_cell(row: Any, language: str) -> str:
    sign, color, _marker = LOOKS[row.verdict]
    silent, told = row.verdict in SILENT, number(row.n_studies, language) if row.n_studies else ""
    word = verdict_name(row.verdict, language)
    if row.verdict == "not_rated":
        shown = _bubble(row.n_studies, told)
    else:
        count = told if silent else number(row.n_studies, language)
        shown = f'<span aria-hidden="true">{sign}</span>{"" if silent else f" <b>{escape(word)}</b>"}</span> {count}'
        shown = f'<span style="color:var({color})">{shown}'
    # How many reviews there are stands on the group's own page; how sure, what is ours or under way is worth seeing here.
    heard = [word, reviews_text(row.n_reviews, language)] if silent else []
    seen = "".join(f"<br>{escape(text)}" for text in remark(row, language) if text not in heard)
    more = f'<span style="color:var(--ink-2)">{seen}</span>' if seen else ""
    said = f' <span class="said">{escape(", ".join(filter(None, heard)))}</span>' if heard else ""
    state = row.verdict.replace("_", "-")
    return f'<td role="cell" class="gap-{state}" data-domain="{escape(row.domain_label, quote=True)}">{shown}{said}{more}</td>'


def _bubble(studies: int, told: str) -> str:
    """A circle, open as nobody has judged what is in it, with the number of studies where that is known."""
    across = f"{(_SMALLEST**2 + _PER_STUDY * studies) ** 0.5:.2f}em"
    return f'<span class="bubble" style="width:{across};line-height:{across};min-height:{across}">{told}</span>'
