"""Where the workflow meets the findings room: every page of a site, with its links to the others."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from whatworks.evidence import Registry
from whatworks.findings import Finding, document, error_page, index_page, load, page, translator
from whatworks.findings.bodies import Body, bodies_of
from whatworks.findings.gap_map_cells import gap_cells
from whatworks.findings.group_page import page_of_group
from whatworks.findings.labels import group_name, method_name
from whatworks.findings.language import LANGUAGES
from whatworks.findings.municipality_page import municipality_name
from whatworks.findings.names import N_
from whatworks.findings.version_section import version_section
from whatworks.workflow.folder import write
from whatworks.workflow.plan import FRONT_PAGES
from whatworks.workflow.question import Catalogues, Question
from whatworks.workflow.question_places import ONE_PLACE, Places
from whatworks.workflow.report import Failure
from whatworks.workflow.verdicts import History

Labels = Mapping[str, Any]
# Where a finding page tells of earlier versions; text from data is escaped, so that none can hold it.
VERSIONS_HERE = Markup("<!-- versions -->")
_OTHER = {"da": "en", "en": "da"}
# What reports beside the effects are about.
_BESIDE = {"investment": N_("Costs and gains"), "benchmark": N_("Services side by side")}


def load_finding(folder: Path) -> Finding:
    """What a report found."""
    return load(folder)


def finding_page(
    finding: Finding,
    *,
    language: str,
    languages: Sequence[str],
    case: Finding | None = None,
    registry: Registry | None = None,
    places: Places | None = None,
) -> str:
    """The page for practitioners; with what it costs, where an investment case rests on the finding."""
    html = page(finding, language=language, case=case, registry=registry, versions=VERSIONS_HERE, places=places)
    return _in_this_site(html, languages)


def write_versions(
    folder: Path, finding: Finding, versions: Sequence[Mapping[str, Any]], *, languages: Sequence[str]
) -> list[str]:
    """What a finding said before, put on its pages; a worker that makes a page knows nothing of earlier sites.

    Parameters
    ----------
    folder : of the report
    finding, versions : what was found, and what it said before, newest first
    languages : of the pages

    Returns
    -------
    Names of the pages that were written anew.
    """
    written = []
    for language in languages:
        path = folder / f"finding.{language}.html"
        html = path.read_text(encoding="utf-8")
        if VERSIONS_HERE in html:
            section = version_section(versions, language, rollout=finding.design in ("rollout", ONE_PLACE))
            write(path, html.replace(VERSIONS_HERE, section))
            written.append(path.name)
    return written


def report_page(notebook: Any, finding: Finding, *, language: str, languages: Sequence[str]) -> str:
    """The method report: the executed notebook in one language."""
    # Only workers write reports; the process that plans them has no use for nbconvert.
    from whatworks.workflow.render import report_body

    _ = translator(language)
    group, method = group_name(finding, language), method_name(finding, language)
    # A report about one municipality stands below that about all of them.
    below = finding.design == ONE_PLACE
    up = "../" * below
    about_all = [(method, f"../finding.{language}.html")] if below else []
    name = municipality_name(finding, language) if below else method
    html = document(
        title=f"{method}, {name}: {group}" if below else f"{method}: {group}",
        body=report_body(notebook, language=language, design=finding.design),
        language=language,
        breadcrumbs=[
            (group, f"{up}../index.{language}.html"),
            *about_all,
            (name, f"finding.{language}.html"),
            (_("Method report"), None),
        ],
        links=[(_("The notebook"), "report.ipynb"), (_("Numbers (CSV)"), "results.csv")],
        other_language=f"report.{_OTHER[language]}.html",
        synthetic=finding.synthetic,
        home=f"{up}../../{FRONT_PAGES[language]}",
    )
    return _in_this_site(html, languages)


def failure_page(question: Question, failure: Failure, labels: Labels, *, language: str, languages: Sequence[str]) -> str:
    """The page in place of a report that failed."""
    html = error_page(labels, str(failure), language, folder=question.folder, synthetic=bool(labels.get("synthetic")))
    if question.design == ONE_PLACE:
        html = html.replace('href="../../', 'href="../../../')
    return _in_this_site(html, languages)


def what_is_known(
    registry: Registry, findings: Sequence[Finding], *, groups: Sequence[str] | None = None
) -> dict[str, list[Body]]:
    """Everything known of these target groups, of all where none is named, gathered once for all their pages."""
    return {group: bodies_of(registry, group, findings) for group in groups or registry.target_groups}


def front_page(
    findings: Sequence[Finding],
    failed: Sequence[tuple[str, Labels]],
    *,
    registry: Registry,
    known: Mapping[str, Sequence[Body]],
    groups: Sequence[str],
    language: str,
    place: str,
    languages: Sequence[str],
    others: Sequence[Finding] = (),
    documentation: Sequence[str] = (),
    history: History | None = None,
) -> str:
    """The front door in one language, for its place in the site."""
    gaps = gap_cells(registry, findings, known=known)
    html = index_page(
        findings,
        language=language,
        failed=failed,
        registry=registry,
        gaps=gaps,
        group_pages=groups,
        others=others,
        documentation=documentation,
        changes=() if history is None else history.changes,
        since=None if history is None else history.since,
    )
    html = _in_this_site(html, languages)
    if place != FRONT_PAGES[language]:
        # The English front page stands one folder down; as the only one it also stands on top.
        html = html.replace('href="../', 'href="')
    return html


def target_group_page(
    registry: Registry,
    target_group: str,
    findings: Sequence[Finding],
    failed: Sequence[tuple[str, Labels]],
    *,
    known: Mapping[str, Sequence[Body]],
    language: str,
    languages: Sequence[str],
    services: bool = False,
) -> str:
    """A target group's own page."""
    html = page_of_group(
        registry,
        target_group,
        findings,
        language=language,
        failed=failed,
        bodies=known.get(target_group),
        services=services,
    )
    return _in_this_site(html, languages)


def labels_of(question: Question, catalogues: Catalogues) -> dict[str, Any]:
    """Names of a question's target group and method in both languages, for pages of a report that has no finding."""
    labels: dict[str, Any] = {"target_group": dict(catalogues.target_groups[question.target_group].name)}
    method = catalogues.methods.get(question.method)
    if method is not None:
        labels |= {"method": dict(method.name), "synthetic": bool(method.fields.get("synthetic"))}
    if question.design in _BESIDE:
        names = labels["method"]
        labels["method"] = {each: f"{names[each]}, {translator(each)(_BESIDE[question.design]).lower()}" for each in LANGUAGES}
    if question.design == ONE_PLACE:
        labels["method"] = {each: f"{name}, {question.parameters['municipality']}" for each, name in labels["method"].items()}
    return labels


def _in_this_site(html: str, languages: Sequence[str]) -> str:
    """The page without its link to a language that the site does not have."""
    for language in LANGUAGES:
        if language not in languages:
            html = re.sub(rf'<li><a href="[^"]*"[^>]* hreflang="{language}">[^<]*</a></li>\s*', "", html)
    return html
