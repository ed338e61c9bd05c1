"""The front door: who it is for, what is known about each group at a glance, and how to read it. And the page for a failure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.core.alphabet import sort_key
from whatworks.core.columns import one_of
from whatworks.core.result import EffectResult
from whatworks.core.version import __version__
from whatworks.evidence import Registry
from whatworks.findings import charts
from whatworks.findings.answer import conclude
from whatworks.findings.changes import changes_view
from whatworks.findings.document import document, simulated_banner
from whatworks.findings.economics_section import cost_cell, folder_of
from whatworks.findings.finding import Finding
from whatworks.findings.labels import (
    decimals_of,
    group_name,
    label,
    method_name,
    outcome_name,
    speaking,
    unit_of,
)
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.marks import dots_mark, interval_mark
from whatworks.findings.rendering import render
from whatworks.findings.reviews import count_reviews, published_methods, sides_told_once, tally
from whatworks.findings.search import SCRIPT, searchable
from whatworks.findings.summary_table import circles
from whatworks.findings.view import counted
from whatworks.findings.weighed import weighed_figure
from whatworks.findings.wording import shown

# Where the reports stand, seen from each front page.
_PREFIXES = {"da": "", "en": "../"}
_OTHERS = {"da": "en/index.html", "en": "../index.html"}


def index_page(
    findings: Sequence[Finding],
    *,
    language: str,
    failed: Sequence[tuple[str, Mapping[str, Any]]] = (),
    registry: Registry | None = None,
    gaps: pd.DataFrame | None = None,
    group_pages: Collection[str] = (),
    others: Sequence[Finding] = (),
    documentation: Collection[str] = (),
    changes: Sequence[Mapping[str, Any]] = (),
    since: str | None = None,
    version: str = __version__,
) -> str:
    """The front page of the site: ``reports/index.html`` in Danish, ``reports/en/index.html`` in English.

    Parameters
    ----------
    findings : every finding that has a page, in any order
    language : ``"da"`` or ``"en"``; it decides the relative addresses, too
    failed : (folder, labels) of reports that could not be made; the folder as ``target_group/method``, labels as a
        finding's
    registry, gaps : the evidence base, and the cells of its gap map from :func:`gap_cells`; the map is left out without them
    group_pages : codes of the target groups that have a page of their own
    others : investment cases and benchmarks that have pages; they say what something costs, and never what works
    documentation : which pages there are about the documentation itself: dictionary, validation, profile, coverage
    changes, since : which conclusions changed last, of :func:`~whatworks.findings.history.with_latest`, and the day of the first
        run that was written down
    version : of the library, shown to the reader

    Returns
    -------
    HTML text. Groups stand in the language's alphabetical order, never by effect; simulated examples stand apart.

    Examples
    --------
    >>> html = index_page([], language="da")
    >>> "Hvad virker?" in html, "<script" in html
    (True, False)

    The search needs a script; the list that it searches does not, and without findings there is neither.
    """
    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    real = [finding for finding in findings if not finding.synthetic]
    examples = [finding for finding in findings if finding.synthetic]
    listed = searchable(real, language, address=_address)
    view = {
        "listed": listed,
        "groups": _groups(real, language, group_pages),
        "examples": _groups(examples, language, group_pages),
        "changes": changes_view(changes, findings, language, since=since, address=_address),
        "gap_map": _gap_map(registry, gaps, group_pages, language),
        **_side_by_side(real, examples, cases_by_effect(others), language),
        "services": _services(others, language),
        "reports": _reports(findings, language),
        "documentation": _documentation(documentation, language),
        "failed": sorted((_failure(folder, labels, language) for folder, labels in failed), key=lambda one: one["name"]),
        "banner": simulated_banner(language),
        "version": version,
    }
    return document(
        title=_("What works, for whom, and how sure are we?"),
        body=render("index.html", language, view=view),
        language=language,
        other_language=_OTHERS[language],
        home="index.html",
        description=_("What is known about help for people in specialised social services, and how sure we are."),
        script=SCRIPT if listed else "",
    )


def _side_by_side(
    real: Sequence[Finding], examples: Sequence[Finding], cases: Mapping[str, Finding], language: str
) -> dict[str, Any]:
    """Tables and charts that hold findings against each other: the real by themselves, the simulated by themselves."""
    return {
        "answers": _answers(real, language, cases),
        "weighed": weighed_figure(real, cases, language),
        "example_answers": _answers(examples, language, cases),
        "examples_weighed": weighed_figure(examples, cases, language),
    }


def error_page(labels: Mapping[str, Any], error: str, language: str, *, folder: str = "", synthetic: bool = False) -> str:
    """The page that stands in for a report that could not be made; the reader is told so and by what.

    Parameters
    ----------
    labels : as a finding's: target_group, method, outcome
    error : what went wrong, in English as the run reported it; shown as text
    language : ``"da"`` or ``"en"``
    folder : ``target_group/method`` of the report, for names that have no label
    synthetic : True where the report would have been made from simulated data

    Returns
    -------
    A whole HTML page.

    Examples
    --------
    >>> html = error_page({"target_group": {"da": "Voksne", "en": "Adults"}}, "MissingData: <no file>", "da")
    >>> "Voksne" in html, "&lt;no file&gt;" in html
    (True, True)
    """
    _ = translator(language)
    other = "en" if language == "da" else "da"
    failure = _failure(folder, labels, language)
    return document(
        title=_("This report could not be made"),
        body=render("error.html", language, name=failure["name"], error=error),
        language=language,
        breadcrumbs=[(failure["name"], None)],
        other_language=f"finding.{other}.html",
        synthetic=synthetic,
    )


def cases_by_effect(others: Sequence[Finding]) -> dict[str, Finding]:
    """Investment cases by ``target_group/method`` of the effect that they rest on."""
    return {f"{other.target_group}/{other.method}": other for other in others if other.design == "investment"}


def _failure(folder: str, labels: Mapping[str, Any], language: str) -> dict[str, str]:
    _ = translator(language)
    group, _slash, method = folder.partition("/")
    names = [label(labels, "target_group", group, language)]
    if labels.get("method") or method:
        method = _("Published reviews") if method == "published_reviews" else label(labels, "method", method, language)
        names.append(method)
    return {
        "name": " – ".join(name for name in names if name),
        "address": f"{_PREFIXES[language]}{folder}/finding.{language}.html",
    }


def _address(finding: Finding, file: str, language: str) -> str:
    return f"{_PREFIXES[language]}{finding.target_group}/{finding.method}/{file}"


def _group_address(group: str, language: str) -> str:
    return f"{_PREFIXES[language]}{group}/index.{language}.html"


def _gap_map(registry: Registry | None, gaps: pd.DataFrame | None, group_pages: Collection[str], language: str) -> Markup:
    """What is known for whom: a table that is the map and its numbers in one; target groups in the language's alphabet."""
    if registry is None or gaps is None:
        return Markup("")
    names = {code: dict(entry.name) for code, entry in registry.target_groups.items()}
    ordered = sorted(names, key=lambda code: (sort_key(names[code][language], language), code))
    return charts.gap_map_table(
        gaps,
        groups={code: names[code] for code in ordered},
        domains={code: dict(entry.name) for code, entry in registry.domains.items()},
        links={code: _group_address(code, language) for code in ordered if code in group_pages},
        language=language,
    )


def _groups(findings: Sequence[Finding], language: str, group_pages: Collection[str]) -> list[dict[str, Any]]:
    """One tile per target group, alphabetical, each with its findings."""
    by_group: dict[str, list[Finding]] = {}
    for finding in findings:
        by_group.setdefault(finding.target_group, []).append(finding)
    tiles = []
    for code, own in by_group.items():
        items = sorted((_item(finding, language) for finding in own), key=lambda item: sort_key(item["name"], language))
        tiles.append(
            {
                "code": code,
                "name": group_name(own[0], language),
                "address": _group_address(code, language) if code in group_pages else "",
                "items": items,
                "known": any(item["known"] for item in items),
            }
        )
    return sorted(tiles, key=lambda tile: (sort_key(tile["name"], language), tile["code"]))


def _item(finding: Finding, language: str) -> dict[str, Any]:
    """A finding at a glance: name, words, mark, and where it leads."""
    _ = translator(language)
    spoken, reviews = speaking(finding), finding.tables.get("reviews")
    item: dict[str, Any] = {
        "name": method_name(finding, language),
        "address": _address(finding, f"finding.{language}.html", language),
        "report": _address(finding, f"report.{language}.html", language),
        "known": True,
        "source": "",
    }
    if spoken is not None:
        words, mark = _own_glance(finding, *spoken, language)
        return {**item, "words": words, "mark": mark}
    if reviews is None or not len(reviews):
        return {**item, "words": _("We do not know"), "mark": "", "known": False}
    sides = sides_told_once(reviews, language)
    said = counted(count_reviews(reviews), _("1 published review"), _("{n} published reviews"), language)
    names = ", ".join(published_methods(reviews, language))
    return {**item, "name": names, "words": tally(sides, language), "source": f"{said}. ", "mark": dots_mark(sides)}


def _own_glance(finding: Finding, name: str, result: EffectResult, language: str) -> tuple[str, Markup | str]:
    _ = translator(language)
    conclusion, _sure = conclude(finding, name, language)
    if conclusion.code == "not_trustworthy":
        return f"{conclusion.word}.", ""
    size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    # The catalogue says whether the number is a difference or a ratio; the range always stands beside it.
    words = _("{conclusion}. {outcome}: {size} ({range}).").format(
        conclusion=conclusion.word, outcome=outcome_name(finding, language), size=size, range=span or _("range not stated")
    )
    return words, interval_mark(result, conclusion.tone)


def _answers(findings: Sequence[Finding], language: str, cases: Mapping[str, Finding]) -> list[dict[str, Any]]:
    """Own answers as a table for those who decide: alphabetical by group, with every open question in its place."""
    _ = translator(language)
    rows = []
    for finding in findings:
        spoken = speaking(finding)
        if spoken is None:
            continue
        conclusion, sure = conclude(finding, spoken[0], language)
        size, span = shown(spoken[1], language, unit=unit_of(finding, spoken[1], language), decimals=decimals_of(finding))
        trusted = conclusion.code != "not_trustworthy"
        case = cases.get(f"{finding.target_group}/{finding.method}")
        rows.append(
            {
                "group": group_name(finding, language),
                "method": method_name(finding, language),
                "outcome": outcome_name(finding, language),
                "address": _address(finding, f"finding.{language}.html", language),
                "conclusion": conclusion.word,
                "sure": sure.word,
                "size": size if trusted else _("Not shown"),
                "range": span if trusted else "",
                "circles": circles(sure.code),
                "cost": "" if case is None else cost_cell(case, language).value,
            }
        )
    return sorted(rows, key=lambda row: (sort_key(row["group"], language), sort_key(row["method"], language)))


def _services(others: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    """Pages that say nothing of what works: what it costs, and how services compare."""
    _ = translator(language)
    words = {"investment": _("What it costs and who gets the money back"), "benchmark": _("Services side by side")}
    rows = []
    for other in others:
        # An investment case says whose costs it is about; a comparison of services is about the group.
        folder = folder_of(other) if other.design == "investment" else "benchmark"
        about = [group_name(other, language), *([method_name(other, language)] if other.design == "investment" else [])]
        rows.append(
            {
                "name": " – ".join(about),
                "what": words[other.design],
                "address": f"{_PREFIXES[language]}{other.target_group}/{folder}/finding.{language}.html",
                "synthetic": other.synthetic,
            }
        )
    return sorted(rows, key=lambda row: (row["what"], sort_key(str(row["name"]), language)))


def _documentation(pages: Collection[str], language: str) -> list[dict[str, str]]:
    """Pages about the documentation itself, in the order in which a newcomer meets them."""
    _ = translator(language)
    words = {
        "dictionary": (_("Data dictionary"), _("Every table and column of the shared documentation concept.")),
        "validation": (_("Validation report"), _("What was found in a delivery, and what to do about it.")),
        "profile": (_("Documentation profile"), _("How is the work documented?")),
        "coverage": (_("Coverage map"), _("Who can be helped where?")),
    }
    return [
        {"name": name, "what": what, "address": f"{_PREFIXES[language]}documentation/{page}.{language}.html"}
        for page, (name, what) in words.items()
        if page in pages
    ]


def _reports(findings: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    rows = [
        {
            "name": f"{group_name(finding, language)} – {method_name(finding, language)}",
            "report": _address(finding, f"report.{language}.html", language),
            "csv": _address(finding, "results.csv", language),
            "json": _address(finding, "results.json", language),
            "synthetic": finding.synthetic,
        }
        for finding in findings
    ]
    return sorted(rows, key=lambda row: sort_key(str(row["name"]), language))
