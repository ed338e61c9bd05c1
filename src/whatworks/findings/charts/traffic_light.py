"""Risk of bias, study by study and domain by domain: a colour, a sign and a word in every cell."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import DuplicateRows, UnknownCode
from whatworks.findings.charts.study_rows import joined, labelled, named_briefly
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

JUDGEMENTS = ("low", "some", "high", "serious", "critical", "no_information")
# A study without a row for a domain: nobody has judged it, which is not the same as a report that says nothing.
NOT_JUDGED = "not_judged"
# What makes a study's answer doubtful: RoB 2 says high, ROBINS-I serious or critical.
_GRAVE = ("high", "serious", "critical")
# Colour, shape, sign on it. Shapes and signs differ, so that nobody needs the colours.
_LOOKS: dict[str, tuple[str, str, str]] = {
    "low": (style.GOOD, "o", "+"),
    "some": (style.INK_2, "D", "–"),
    "high": (style.WARN, "s", "×"),
    "serious": (style.WARN, "s", "×"),
    "critical": (style.WARN, "8", "!"),
    "no_information": (style.INK_2, "o", "?"),
}
_NAMES, _ROW = 92.0, 42.0
_MOST = 5
_TINY = 11.0


def traffic_light_data(
    judgements: pd.DataFrame, *, labels: Mapping[str, Words] | None = None, language: str = "da"
) -> pd.DataFrame:
    """What the chart draws: one row per study and domain.

    Parameters
    ----------
    judgements : columns study, domain, judgement ("low", "some", "high", "serious", "critical", "no_information"); in RoB 2
        "some" are some concerns, in ROBINS-I a moderate risk
    labels : names of the domains by their codes

    Returns
    -------
    Columns study, domain, label (of the domain), judgement; every study has every domain, "not_judged" where the frame has no
    row. Order of first appearance.

    Raises
    ------
    MissingColumn
    EmptyData
        If there is no judgement.
    UnknownCode
        If a judgement is none of those above.
    DuplicateRows
        If a study is judged twice in a domain.

    References
    ----------
    Sterne et al. (2019), BMJ 366:l4898 (RoB 2); Sterne et al. (2016), BMJ 355:i4919 (ROBINS-I); McGuinness & Higgins (2021),
    Research Synthesis Methods 12:55-61 (the chart).

    Examples
    --------
    >>> found = pd.DataFrame({"study": ["A", "A", "B"], "domain": ["random", "missing", "random"],
    ...                       "judgement": ["low", "high", "some"]})
    >>> traffic_light_data(found)["judgement"].tolist()
    ['low', 'high', 'some', 'not_judged']
    """
    require_columns(judgements, ["study", "domain", "judgement"], what="judgements")
    found = judgements[["study", "domain", "judgement"]].astype(str)
    unknown = ~found["judgement"].isin(JUDGEMENTS)
    if unknown.any():
        raise UnknownCode(
            f"{int(unknown.sum())} of {len(found)} judgements are not known "
            f"({', '.join(map(repr, found.loc[unknown, 'judgement'].str[:20].unique()[:5]))}); use {', '.join(JUDGEMENTS)}."
        )
    twice = found.duplicated(["study", "domain"])
    if twice.any():
        raise DuplicateRows(f"{int(twice.sum())} pairs of study and domain are judged twice. Keep one judgement of each.")
    pairs = pd.MultiIndex.from_product([found["study"].unique(), found["domain"].unique()], names=["study", "domain"])
    data = found.set_index(["study", "domain"]).reindex(pairs).fillna(NOT_JUDGED).reset_index()
    data.insert(2, "label", labelled(data["domain"], labels, language))
    return data


@style.applied()
def traffic_light_chart(judgements: pd.DataFrame, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> Figure:
    """Draw :func:`traffic_light_data`: studies down, domains across under numbers that are spelled out below."""
    data = traffic_light_data(judgements, labels=labels, language=language)
    domains = dict(zip(data["domain"], data["label"], strict=True))
    page = style.sheet()
    y = 0.0
    for start in range(0, len(domains), _MOST):
        y = _panel(page, y, data, list(domains), slice(start, start + _MOST), language)
    for place, name in enumerate(domains.values()):
        for below, text in enumerate(style.wrapped(name, style.WIDTH - 24, style.SMALL)):
            y += 17
            if below == 0:
                style.write(page, 0, y, number(place + 1, language), size=style.SMALL, bold=True)
            style.write(page, 24, y, text, size=style.SMALL, color=style.INK_2)
    return style.finished(page, y + 8)


def traffic_light_alt(judgements: pd.DataFrame, *, labels: Mapping[str, Words] | None = None, language: str = "da") -> str:
    """Say how many studies have a high risk somewhere, and for each domain how many of each judgement."""
    data = traffic_light_data(judgements, labels=labels, language=language)
    told = []
    for _domain, part in data.groupby("domain", sort=False):
        counts = part["judgement"].value_counts()
        words = [f"{judgement_name(code, language)} {number(int(counts[code]), language)}" for code in _order() if code in counts]
        told.append(f"{named_briefly(part['label'].iloc[0])}: {', '.join(words)}")
    return f"{_finding(data, language)} {'; '.join(told)}."


def traffic_light_figure(
    judgements: pd.DataFrame,
    *,
    labels: Mapping[str, Words] | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = traffic_light_data(judgements, labels=labels, language=language)
    parts = [part for _domain, part in data.groupby("domain", sort=False)]
    columns = [[judgement_name(code, language) for code in part["judgement"]] for part in parts]
    # Two domains may have the same name, so the headings are put on last.
    twin = pd.DataFrame(list(zip(parts[0]["study"], *columns, strict=True)))
    twin.columns = pd.Index([_("Study"), *(part["label"].iloc[0] for part in parts)])
    return figure_html(
        traffic_light_chart(judgements, labels=labels, language=language),
        caption=_finding(data, language),
        unit=_("risk that the study is biased, by domain"),
        alt=traffic_light_alt(judgements, labels=labels, language=language),
        note=_("The judgements are people's, made by published rules."),
        table=twin,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def judgement_name(code: str, language: str) -> str:
    """A judgement in a word that fits its cell."""
    _ = translator(language)
    names = {
        "low": _("low risk"),
        "some": _("some risk"),
        "high": _("high risk"),
        "serious": _("serious risk"),
        "critical": _("critical risk"),
        "no_information": _("no information"),
        NOT_JUDGED: _("not judged"),
    }
    return names[code]


def _cell_words(code: str, language: str) -> str:
    """The judgement without the word risk, which the heading has said."""
    _ = translator(language)
    short = {
        "low": _("low"),
        "some": _("some"),
        "high": _("high"),
        "serious": _("serious"),
        "critical": _("critical"),
        "no_information": _("unstated"),
        NOT_JUDGED: "–",
    }
    return short[code]


def _order() -> tuple[str, ...]:
    return (*JUDGEMENTS, NOT_JUDGED)


def _panel(page: Axes, y: float, data: pd.DataFrame, domains: list[str], shown: slice, language: str) -> float:
    """One block of up to five domains; returns the height below it."""
    some = domains[shown]
    wide = (style.WIDTH - _NAMES) / len(some)
    for place in range(len(some)):
        words = number(shown.start + place + 1, language)
        style.write(page, _NAMES + (place + 0.5) * wide, y + 14, words, size=style.SMALL, bold=True, align="center")
    y += 20
    for study, part in data.groupby("study", sort=False):
        style.line(page, (0, style.WIDTH), (y, y), color=style.RULE)
        lines = style.wrapped(str(study), _NAMES - 8, style.SMALL, lines=2)
        for below, text in enumerate(lines):
            style.write(page, 0, y + _ROW / 2 + 4.5 + 16 * (below - (len(lines) - 1) / 2), text, size=style.SMALL)
        found = part.set_index("domain")["judgement"]
        for place, domain in enumerate(some):
            _cell(page, _NAMES + (place + 0.5) * wide, y, found[domain], language)
        y += _ROW
    style.line(page, (0, style.WIDTH), (y, y), color=style.RULE)
    return y + 6


def _cell(page: Axes, x: float, y: float, code: str, language: str) -> None:
    words = _cell_words(code, language)
    if code not in _LOOKS:
        style.write(page, x, y + _ROW / 2 + 4.5, words, size=style.SMALL, color=style.INK_2, align="center")
        return
    color, shape, sign = _LOOKS[code]
    # A report that says nothing is an empty ring: it looks like no judgement of any kind.
    hollow = code == "no_information"
    style.mark(page, x, y + 14, color=color, shape=shape, size=18 if shape != "D" else 14, hollow=hollow)
    style.write(page, x, y + 18.5, sign, size=style.SMALL, color=color if hollow else style.CARD, bold=True, align="center")
    style.write(page, x, y + 36, words, size=_TINY, color=style.INK_2 if hollow else style.INK, align="center")


def _finding(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    grave = data[data["judgement"].isin(_GRAVE)]
    found = grave["study"].unique().tolist()
    total = data["study"].nunique()
    values: dict[str, Any] = {"n": number(len(found), language), "total": number(total, language)}
    if total == 1:
        return _("The study has a high risk of bias in at least one domain.") if found else _no_grave(data, language)
    if not found:
        return _no_grave(data, language)
    if len(found) == total:
        return _("All {total} studies have a high risk of bias in at least one domain.").format(**values)
    said = _("{n} of {total} studies have a high risk of bias in at least one domain: {names}.")
    if len(found) == 1:
        said = _("1 of {total} studies has a high risk of bias in at least one domain: {names}.")
    return said.format(**values, names=joined(found, language))


def _no_grave(data: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    if data["judgement"].isin(["no_information", NOT_JUDGED]).any():
        return _("No study was found to have a high risk of bias, but not every domain is judged.")
    return _("No study has a high risk of bias in any domain.")
