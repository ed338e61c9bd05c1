"""What is known for whom: target groups down, parts of life across, and in each cell a verdict in a word."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.errors import DuplicateRows, EmptyData, UnknownCode
from whatworks.findings.charts import rows
from whatworks.findings.charts.gap_words import certainty_text, verdict_name
from whatworks.findings.charts.study_rows import labelled, named_briefly
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

VERDICTS = ("works", "promising", "trade_off", "no_clear_difference", "harmful", "not_rated", "unknown", "gap")
CERTAINTIES = ("high", "moderate", "low", "very_low")
UNKNOWN = "unknown"
# Nothing is claimed in these: hatched or dashed, never filled.
SILENT = ("not_rated", "unknown", "gap")
# Sign, colour and marker of each verdict. No difference is a solid bar; unknown is a hatched cell with a question mark.
LOOKS: dict[str, tuple[str, str, str]] = {
    "works": ("▲", "--good", "^"),
    "promising": ("△", "--good", "^"),
    "trade_off": ("◆", "--accent", "D"),
    "no_clear_difference": ("▬", "--ink-2", "_"),
    "harmful": ("▼", "--warn", "v"),
    "not_rated": ("○", "--ink-2", ""),
    "unknown": ("?", "--ink-2", ""),
    "gap": ("–", "--ink-2", ""),
}
_NAMES, _ROW, _MOST = 132.0, 58.0, 3
_TINY = 11.0
_KEYS = ["target_group", "domain"]
_VALUES = ["verdict", "certainty", "n_studies", "n_reviews", "under_way", "own"]
_NAMED = (("domain", "domain_label"), ("target_group", "group_label"))


def gap_map_data(
    cells: pd.DataFrame,
    *,
    groups: Mapping[str, Words] | None = None,
    domains: Mapping[str, Words] | None = None,
    language: str = "da",
) -> pd.DataFrame:
    """What the map shows: one row per target group and outcome domain, unknown where nothing is recorded.

    Parameters
    ----------
    cells : columns target_group, domain, verdict ("works", "promising", "trade_off", "no_clear_difference", "harmful",
        "not_rated" for what is studied and not yet judged, "unknown", "gap" where no study was found), certainty ("high",
        "moderate", "low", "very_low" or missing), n_studies, under_way (a study is), own (we have data of our own), and n_reviews
        where reviews are counted too; it may be empty where groups and domains are given
    groups, domains : names by code; with them the map has exactly these rows and columns, in this order, else those of the frame

    Returns
    -------
    Columns target_group, domain, group_label, domain_label (names), verdict, certainty (empty where none), n_studies, n_reviews,
    under_way, own.

    Raises
    ------
    MissingColumn, InvalidColumn, MissingValues
    EmptyData
        If there is neither a row nor a name of a group and of a domain.
    UnknownCode
        If a verdict or certainty is none of those above, or a group or domain has no name among those given.
    DuplicateRows
        If a group and domain stand twice.

    References
    ----------
    Snilstveit, Vojtkova, Bhavsar, Stevenson & Gaarder (2016), Journal of Clinical Epidemiology 79:120-129 (evidence gap maps).

    Examples
    --------
    >>> cells = pd.DataFrame({"target_group": ["adults"], "domain": ["housing"], "verdict": ["works"], "certainty": ["moderate"],
    ...                       "n_studies": [4], "under_way": [False], "own": [True]})
    >>> gap_map_data(cells, groups={"adults": "Adults"}, domains={"housing": "Housing", "work": "Work"})["verdict"].tolist()
    ['works', 'unknown']
    """
    found = _read(cells) if len(cells) else pd.DataFrame(columns=[*_KEYS, *_VALUES])
    across = [_codes(found[column], names, column) for column, names in (("target_group", groups), ("domain", domains))]
    if not all(across):
        raise EmptyData("There is nothing to map. Give rows, or the names of the target groups and domains.")
    _refuse(found)
    every = pd.MultiIndex.from_product(across, names=_KEYS)
    data = found.set_index(_KEYS)[_VALUES].reindex(every).reset_index()
    for flag in ("under_way", "own"):
        data[flag] = data[flag].eq(True)
    empty = {"verdict": UNKNOWN, "certainty": "", "n_studies": 0, "n_reviews": 0}
    data = data.assign(**{column: data[column].where(data[column].notna(), value) for column, value in empty.items()})
    data = data.astype({"n_studies": int, "n_reviews": int})
    data.insert(2, "group_label", labelled(data["target_group"], groups, language))
    data.insert(3, "domain_label", labelled(data["domain"], domains, language))
    return data


@style.applied()
def gap_map_chart(
    cells: pd.DataFrame,
    *,
    groups: Mapping[str, Words] | None = None,
    domains: Mapping[str, Words] | None = None,
    language: str = "da",
) -> Figure:
    """Draw :func:`gap_map_data` in blocks of up to three domains; pages show ``gap_map_table``, which every reader can use."""
    data = gap_map_data(cells, groups=groups, domains=domains, language=language)
    across, down = (dict(zip(data[code], data[label], strict=True)) for code, label in _NAMED)
    at = {(row.target_group, row.domain): row for row in rows.each(data)}
    page = style.sheet()
    y, wide = 0.0, (style.WIDTH - _NAMES) / _MOST
    for start in range(0, len(across), _MOST):
        some = list(across)[start : start + _MOST]
        y = _headings(page, y, [across[domain] for domain in some], wide)
        for group, name in down.items():
            style.line(page, (0, style.WIDTH), (y, y), color=style.RULE)
            lines = style.wrapped(name, _NAMES - 8, style.SMALL, lines=3)
            for below, text in enumerate(lines):
                style.write(page, 0, y + 16 + 16 * below, text, size=style.SMALL)
            for place, domain in enumerate(some):
                x = _NAMES + place * wide
                _draw_cell(page, (x + 2, x + wide - 2), (y + 2, y + _ROW - 2), at[group, domain], language)
            y += _ROW
        y += 12
    return style.finished(page, y - 8)


def gap_map_alt(
    cells: pd.DataFrame,
    *,
    groups: Mapping[str, Words] | None = None,
    domains: Mapping[str, Words] | None = None,
    language: str = "da",
) -> str:
    """Say in how many cells something is known, how many there are of each verdict, and where something works."""
    _ = translator(language)
    data = gap_map_data(cells, groups=groups, domains=domains, language=language)
    counts = data["verdict"].value_counts()
    told = "; ".join(
        f"{verdict_name(code, language)}: {number(int(counts[code]), language)}" for code in VERDICTS if code in counts
    )
    good = [
        f"{named_briefly(row.group_label)}: {named_briefly(row.domain_label)}"
        for row in rows.each(data[data["verdict"] == "works"])
    ]
    where = " " + _("Works: {list}.").format(list="; ".join(good)) if good else ""
    return f"{gap_map_caption(data, language)} {told}.{where}"


def gap_map_figure(
    cells: pd.DataFrame,
    *,
    groups: Mapping[str, Words] | None = None,
    domains: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The map as a figure for a page, with caption, alternative text and a list of its cells as the table twin."""
    _ = translator(language)
    data = gap_map_data(cells, groups=groups, domains=domains, language=language)
    yes, no = _("yes"), "–"
    twin = pd.DataFrame(
        {
            _("Target group"): data["group_label"],
            _("Part of life"): data["domain_label"],
            _("Verdict"): [verdict_name(code, language) for code in data["verdict"]],
            _("Certainty"): [certainty_text(code, language) or no for code in data["certainty"]],
            _("Studies"): data["n_studies"],
            _("Study under way"): [yes if each else no for each in data["under_way"]],
            _("Our own figures"): [yes if each else no for each in data["own"]],
        }
    )
    return figure_html(
        gap_map_chart(cells, groups=groups, domains=domains, language=language),
        caption=gap_map_caption(data, language),
        unit=_("target groups down, parts of life across; the number is how many studies there are"),
        alt=gap_map_alt(cells, groups=groups, domains=domains, language=language),
        note=_(
            "A dashed cell is something we do not know. It does not mean that there is no difference. A plus: more is under way."
        ),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _read(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with every column of its own kind; no verdict is unknown, and no mark means that there is none."""
    require_columns(cells, [*_KEYS, *(column for column in _VALUES if column != "n_reviews")], what="cells")
    found = pd.DataFrame({key: cells[key].astype(str) for key in _KEYS})
    for column, value in (("verdict", UNKNOWN), ("certainty", "")):
        found[column] = cells[column].astype(object).where(cells[column].notna(), value).astype(str)
    found["n_studies"] = numeric(cells, "n_studies", what="cells")
    found["n_reviews"] = numeric(cells, "n_reviews", what="cells") if "n_reviews" in cells else 0
    for flag in ("under_way", "own"):
        marked = cells[[flag]].astype(object).where(cells[[flag]].notna(), False)
        found[flag] = binary(marked.infer_objects(), flag, what="cells")
    return found


def _codes(values: pd.Series, names: Mapping[str, Words] | None, column: str) -> list[str]:
    found = list(dict.fromkeys(values))
    if names is None:
        return found
    strange = [code for code in found if code not in names]
    if strange:
        listed = ", ".join(code[:30] for code in strange[:5])
        raise UnknownCode(
            f"cells column {column!r} holds {len(strange)} codes without a name ({listed}). Add them to the catalogue."
        )
    return list(names)


def _refuse(found: pd.DataFrame) -> None:
    for column, known in (("verdict", VERDICTS), ("certainty", (*CERTAINTIES, ""))):
        strange = found.loc[~found[column].isin(known), column].str[:30].unique().tolist()
        if strange:
            raise UnknownCode(
                f"cells column {column!r} holds {', '.join(map(repr, strange[:5]))}; use {', '.join(filter(None, known))}."
            )
    twice = int(found.duplicated(["target_group", "domain"]).sum())
    if twice:
        raise DuplicateRows(f"{twice} pairs of target group and domain stand twice in cells. Keep one verdict of each.")


def _headings(page: Axes, y: float, domains: list[str], wide: float) -> float:
    lines = [style.wrapped(domain, wide - 6, _TINY, bold=True, lines=4) for domain in domains]
    tallest = max(map(len, lines))
    for place, words in enumerate(lines):
        for below, text in enumerate(words):
            baseline = y + 12 + 14 * (tallest - len(words) + below)
            style.write(page, _NAMES + place * wide + 4, baseline, text, size=_TINY, color=style.INK_2, bold=True)
    return y + 14 * tallest + 6


def _draw_cell(page: Axes, x: tuple[float, float], y: tuple[float, float], row: Any, language: str) -> None:
    sign, variable, marker = LOOKS[row.verdict]
    color = style.LIGHT[variable]
    if row.verdict in SILENT:
        _dashed(page, x, y)
        style.write(page, x[0] + 9, y[0] + 16, sign, size=style.SMALL, color=color, bold=True)
    else:
        style.box(page, x, y, color=color, opacity=0.14)
        if marker == "_":
            style.box(page, (x[0] + 6, x[0] + 19), (y[0] + 9, y[0] + 14), color=color)
        else:
            style.mark(page, x[0] + 13, y[0] + 12, color=color, shape=marker, size=11, hollow=row.verdict == "promising")
    style.write(page, x[0] + 24, y[0] + 16, _counted(row, language), size=_TINY, color=style.INK_2)
    room = x[1] - x[0] - 8
    for below, text in enumerate(
        style.wrapped(verdict_name(row.verdict, language), room, _TINY, bold=row.verdict not in SILENT, lines=2)
    ):
        style.write(page, x[0] + 5, y[0] + 31 + 14 * below, text, size=_TINY, color=style.INK, bold=row.verdict not in SILENT)


def _counted(row: Any, language: str) -> str:
    """Number of studies where it is known, with a plus where one is under way."""
    known = row.n_studies > 0 or row.verdict != "not_rated"
    return (number(row.n_studies, language) if known else "") + ("+" if row.under_way else "")


def _dashed(page: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """A dashed frame around nothing: what is not known has no colour."""
    style.line(page, (x[0], x[1], x[1], x[0], x[0]), (y[0], y[0], y[1], y[1], y[0]), color=style.RULE_STRONG, dash=(0, (3, 3)))


def gap_map_caption(data: pd.DataFrame, language: str) -> str:
    """How much of the map is studied, and how much can be answered, in one line."""
    _ = translator(language)
    known = int((~data["verdict"].isin(SILENT)).sum())
    studied = int(((data["n_studies"] > 0) | (data["n_reviews"] > 0)).sum())
    values = {"known": number(known, language), "total": number(len(data), language), "studied": number(studied, language)}
    return _(
        "Of {total} combinations of target group and part of life, {studied} are studied, and in {known} we can say something."
    ).format(**values)
