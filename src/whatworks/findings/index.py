"""The front door: who it is for, what is known about each group at a glance, and how to read it. And the page for a failure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.core.alphabet import sort_key
from whatworks.core.options import one_of
from whatworks.core.version import __version__
from whatworks.evidence import Registry
from whatworks.findings import charts
from whatworks.findings.changes import changes_view
from whatworks.findings.finding import Finding
from whatworks.findings.index_rows import PREFIXES, address, answer_rows, group_address, group_tiles, report_rows, service_rows
from whatworks.findings.labels import (
    label,
)
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.page_frame import document, simulated_banner
from whatworks.findings.rendering import render
from whatworks.findings.search import SCRIPT, searchable
from whatworks.findings.weighed import weighed_figure

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
    listed = searchable(real, language, address=address)
    view = {
        "listed": listed,
        "groups": group_tiles(real, language, group_pages),
        "examples": group_tiles(examples, language, group_pages),
        "changes": changes_view(changes, findings, language, since=since, address=address),
        "gap_map": _gap_map(registry, gaps, group_pages, language),
        **_side_by_side(real, examples, cases_by_effect(others), language),
        "services": service_rows(others, language),
        "reports": report_rows(findings, language),
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
        "answers": answer_rows(real, language, cases),
        "weighed": weighed_figure(real, cases, language),
        "example_answers": answer_rows(examples, language, cases),
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
        "address": f"{PREFIXES[language]}{folder}/finding.{language}.html",
    }


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
        links={code: group_address(code, language) for code in ordered if code in group_pages},
        language=language,
    )


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
        {"name": name, "what": what, "address": f"{PREFIXES[language]}documentation/{page}.{language}.html"}
        for page, (name, what) in words.items()
        if page in pages
    ]
