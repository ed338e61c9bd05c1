"""Pages that rest on several reports: target groups, front pages, findings with what they cost.

Each is a job for a worker, as a report is: what it is told travels with it, the evidence base it reads for itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from whatworks.findings import Finding
from whatworks.workflow import pages
from whatworks.workflow.jobs import AnyJob, Outcome, PageJob, Runner, make_pages
from whatworks.workflow.known import evidence_base
from whatworks.workflow.plan import FRONT_PAGES, TOP_PAGE
from whatworks.workflow.project import Project

Failed = Sequence[tuple[str, Mapping[str, Any]]]


def outcomes_of_reports(runner: Runner, jobs: Sequence[AnyJob]) -> Iterator[Outcome]:
    """Do all jobs; give back what became of the reports among them.

    Pages that no worker could write are written here, as their own error says more than that a worker died.
    """
    beside = {job.name: job for job in jobs if isinstance(job, PageJob)}
    for outcome in runner(jobs):
        if outcome.folder not in beside:
            yield outcome
        elif outcome.failure:
            make_pages(beside[outcome.folder])


def costs_job(
    root: Path,
    effect: Path,
    finding: Finding,
    case: Finding | None,
    *,
    name: str,
    languages: Sequence[str],
    places: Mapping[str, Mapping[str, str]],
    **surroundings: Any,
) -> PageJob:
    """Finding pages of an effect with its investment case.

    Parameters
    ----------
    root : the project
    effect : folder of the effect's report
    finding, case : what was found, and what it costs; None where the case could not be made
    name : of the effect's report, inside the site
    languages : of the pages
    places : municipalities with a report of their own below the effect's, code -> name in each language
    surroundings : ``scratch`` and ``made_from`` of the job
    """
    told = partial(finding_pages, root, finding, case, languages=languages, places=places)
    return PageJob(name=f"{name} with costs", root=root, folder=effect, pages=told, **surroundings)


def finding_pages(
    root: Path,
    finding: Finding,
    case: Finding | None,
    *,
    languages: Sequence[str],
    places: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """A finding's page in each language."""
    told: dict[str, Any] = {"case": case, "registry": evidence_base(Project(root).evidence), "places": places}
    return {
        f"finding.{language}.html": pages.finding_page(finding, language=language, languages=languages, **told)
        for language in languages
    }


def group_job(
    root: Path,
    folder: Path,
    findings: Sequence[Finding],
    failed: Failed,
    *,
    languages: Sequence[str],
    services: bool,
    **surroundings: Any,
) -> PageJob:
    """A target group's own pages.

    Parameters
    ----------
    root : the project
    folder : of the target group in the site
    findings : saved findings about what works
    failed : (folder, labels) of this group's reports that could not be made
    languages : of the pages
    services : whether its services are compared on a page of their own
    surroundings : ``scratch`` and ``made_from`` of the job
    """
    own = [finding for finding in findings if finding.target_group == folder.name]
    told = partial(group_pages, root, folder.name, own, failed, languages=languages, services=services)
    return PageJob(name=folder.name, root=root, folder=folder, pages=told, **surroundings)


def group_pages(
    root: Path, group: str, findings: Sequence[Finding], failed: Failed, *, languages: Sequence[str], services: bool
) -> dict[str, str]:
    """A target group's page in each language."""
    registry = evidence_base(Project(root).evidence)
    told: dict[str, Any] = {"known": pages.what_is_known(registry, findings, groups=[group])}
    told |= {"languages": languages, "services": services}
    return {
        f"index.{language}.html": pages.target_group_page(registry, group, findings, failed, language=language, **told)
        for language in languages
    }


def front_job(
    root: Path,
    site: Path,
    findings: Sequence[Finding],
    failed: Failed,
    *,
    language: str,
    place: str,
    told: Any,
    **surroundings: Any,
) -> PageJob:
    """The front page in one language.

    Parameters
    ----------
    root : the project
    site : the new site
    findings, failed : what was found, and (folder, labels) of reports that could not be made
    language, place : of the page
    told : what else :func:`~whatworks.workflow.pages.front_page` is told
    surroundings : ``scratch`` and ``made_from`` of the job
    """
    path = site / place
    page = partial(front_pages, root, findings, failed, language=language, place=place, told=told)
    return PageJob(name=f"front page {place}", root=root, folder=path.parent, pages=page, **surroundings)


def front_pages(
    root: Path, findings: Sequence[Finding], failed: Failed, *, language: str, place: str, told: Mapping[str, Any]
) -> dict[str, str]:
    """The front page by the name of its file."""
    registry = evidence_base(Project(root).evidence)
    known = pages.what_is_known(registry, findings)
    html = pages.front_page(findings, failed, registry=registry, known=known, language=language, place=place, **told)
    return {Path(place).name: html}


def front_places(languages: Sequence[str]) -> list[tuple[str, str]]:
    """Language and place of every front page; the folder opens at one of them, whatever its languages."""
    places = [(language, FRONT_PAGES[language]) for language in languages]
    return places if any(place == TOP_PAGE for _language, place in places) else [*places, (languages[0], TOP_PAGE)]
