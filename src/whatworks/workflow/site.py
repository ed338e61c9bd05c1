"""From questions to a site: run what changed, carry over the rest, put it in place at once."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from whatworks import evidence
from whatworks.core.columns import one_of
from whatworks.core.errors import InvalidOption, SiteNotWritable
from whatworks.findings.language import LANGUAGES
from whatworks.workflow.folder import building_beside, carry_over, one_run_at_a_time, refuse_unwritable, swap, write
from whatworks.workflow.manifest import MANIFEST, SiteManifest, files_below
from whatworks.workflow.plan import DONE, FAILED, FRONT_PAGES, PAGES, TOP_PAGE, Plan, plan_site, select, site_key
from whatworks.workflow.project import Project, find_project
from whatworks.workflow.questions import read_questions
from whatworks.workflow.report import Failure, Job, Outcome, failed_manifest
from whatworks.workflow.run import Runner, in_processes


class Progress(Protocol):
    """Who wants to follow a run."""

    def planned(self, folders: Sequence[str]) -> None:
        """These reports will be made."""

    def done(self, outcome: Outcome) -> None:
        """One of them is made, or has failed."""


@dataclass(frozen=True, kw_only=True)
class ReportStatus:
    """What became of one report: ``status`` is "made", "rendered", "unchanged" or "failed"."""

    folder: str
    status: str
    seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class SiteRun:
    """What a run did.

    Attributes
    ----------
    output : the site
    changed : False when the site was left untouched
    reports : the reports asked for, and any other that was made, in the order of their questions
    """

    output: Path
    changed: bool
    reports: tuple[ReportStatus, ...]

    @property
    def failed(self) -> tuple[ReportStatus, ...]:
        """The reports that have an error page."""
        return tuple(report for report in self.reports if report.status == "failed")


def build_site(
    root: str | Path = ".",
    *,
    target_groups: Iterable[str] = (),
    methods: Iterable[str] = (),
    languages: Iterable[str] = LANGUAGES,
    output: str | Path | None = None,
    force: bool = False,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> SiteRun:
    """Bring the site up to date: run the reports whose content key changed, carry the others over, swap in the whole.

    Parameters
    ----------
    root : the project, or a folder in it
    target_groups, methods : make these only; all by default. Reports that are not asked for stay as they are
    languages : the site's languages. One that is new is rendered from what was run before
    output : the site's folder; ``reports`` in the project by default
    force : run every report asked for, changed or not
    runner : where jobs run; :func:`in_processes` on this machine by default
    progress : is told what is planned and what is done

    Returns
    -------
    What was done. A report that failed has an error page in every language, and nothing of its older results.

    Raises
    ------
    InvalidParameters, InvalidEvidence
        If a question or the evidence base has faults; all are listed, and nothing is run.
    UnknownCode
        If no question has such a target group or method.
    SiteNotWritable, SiteBusy
        If the folder cannot be replaced, or another run is writing it. The old site is whole.
    """
    project = find_project(root)
    target = _target(project, output)
    asked = [one_of(language, LANGUAGES, name="language") for language in languages]
    questions = read_questions(project, evidence.load(project.evidence))
    selected = select(questions, target_groups=tuple(target_groups), methods=tuple(methods))

    def look() -> Plan:
        spoken = tuple(language for language in LANGUAGES if language in asked)
        return plan_site(project, target, questions, selected=selected, languages=spoken, force=force)

    plan = look()
    if plan.stands:
        return SiteRun(output=target, changed=False, reports=_statuses(plan, {}))
    refuse_unwritable(target)
    with one_run_at_a_time(target), building_beside(target) as building:
        # Another run may have finished between the first look and the lock.
        plan = look()
        outcomes = _build(plan, project, building, runner or in_processes(), progress)
        swap(building, target)
    return SiteRun(output=target, changed=True, reports=_statuses(plan, outcomes))


def _target(project: Project, output: str | Path | None) -> Path:
    target = (project.root / "reports" if output is None else Path(output)).resolve()
    if project.root.resolve().is_relative_to(target):
        raise InvalidOption(f"{target} holds the project itself, and a site replaces its folder as a whole. Name another folder.")
    return target


def _build(plan: Plan, project: Project, building: Path, runner: Runner, progress: Progress | None) -> dict[str, Outcome]:
    """Fill ``building/site``; nothing of the old site is changed."""
    site = building / "site"
    try:
        strangers = _strangers(plan)
        _carry_over_reports(plan, site)
        jobs = _jobs(plan, project, building)
        if progress:
            progress.planned([job.question.folder for job in jobs])
        outcomes = {}
        for outcome in runner(jobs):
            outcomes[outcome.folder] = outcome
            if outcome.failure:
                _write_error_pages(plan, site, outcome.folder, outcome.failure)
            if progress:
                progress.done(outcome)
        _write_front(plan, site, outcomes)
        for name in strangers:
            _carry_over_stranger(plan.target, site, name)
    except OSError as error:
        raise SiteNotWritable(
            f"The site could not be written ({error.strerror or type(error).__name__}). The old one is untouched; "
            "make room, or choose another folder with --output."
        ) from error
    return outcomes


def _strangers(plan: Plan) -> list[str]:
    """Files in the folder that no run made (.gitignore, a note): they stay, so none may stand where a page will."""
    strangers = [name for name in files_below(plan.target) if name not in plan.old.files and name != MANIFEST]
    ours = set(FRONT_PAGES.values())
    ours |= {f"{folder}/{page}.{language}.html" for folder in plan.questions for page in PAGES for language in LANGUAGES}
    for name in sorted(ours.intersection(strangers)):
        _refuse_in_the_way(plan.target, name)
    return strangers


def _refuse_in_the_way(target: Path, name: str) -> None:
    raise SiteNotWritable(
        f"{target} holds {name}, which is not from an earlier run and would be replaced. "
        "Move it away, or choose another folder with --output."
    )


def _carry_over_stranger(target: Path, site: Path, name: str) -> None:
    if (site / name).exists():
        _refuse_in_the_way(target, name)
    carry_over(target / name, site / name)


def _carry_over_reports(plan: Plan, site: Path) -> None:
    for folder in plan.kept:
        for name in plan.old.files_of(folder):
            carry_over(plan.target / name, site / name)
    for folder in plan.render:
        for name in plan.old.files_of(folder):
            if not name.endswith(".html"):
                carry_over(plan.target / name, site / name)


def _jobs(plan: Plan, project: Project, building: Path) -> list[Job]:
    return [
        Job(
            question=plan.questions[folder],
            root=project.root,
            folder=building / "site" / folder,
            languages=plan.languages,
            key=plan.key(folder),
            execute=folder in plan.execute,
            scratch=building / "scratch",
        )
        for folder in (*plan.execute, *plan.render)
    ]


def _write_error_pages(plan: Plan, site: Path, report: str, failure: Failure) -> None:
    from whatworks.workflow import pages

    question = plan.questions[report]
    shutil.rmtree(site / report, ignore_errors=True)
    for language in plan.languages:
        html = pages.failure_page(question, failure, language=language, languages=plan.languages)
        for page in PAGES:
            write(site / report / f"{page}.{language}.html", html)
    write(site / report / MANIFEST, failed_manifest(question, plan.key(report), failure))


def _write_front(plan: Plan, site: Path, outcomes: Mapping[str, Outcome]) -> None:
    """Front pages and the manifest, from what stands in the new site."""
    from whatworks.workflow import pages

    reports = {}
    for folder in plan.questions:
        if folder in outcomes:
            reports[folder] = {"key": plan.key(folder), "status": FAILED if outcomes[folder].failure else DONE}
        elif folder in plan.kept:
            reports[folder] = dict(plan.old.reports[folder])
    findings = [pages.load_finding(site / folder) for folder, entry in reports.items() if entry["status"] == DONE]
    failed = [plan.questions[folder] for folder, entry in reports.items() if entry["status"] == FAILED]
    places = [(language, FRONT_PAGES[language]) for language in plan.languages]
    if all(place != TOP_PAGE for _, place in places):
        places.append((plan.languages[0], TOP_PAGE))
    for language, place in places:
        write(site / place, pages.front_page(findings, failed, language=language, place=place, languages=plan.languages))
    manifest = SiteManifest(site_key(reports, plan.languages), plan.languages, reports, files_below(site))
    write(site / MANIFEST, manifest.to_json())


def _statuses(plan: Plan, outcomes: Mapping[str, Outcome]) -> tuple[ReportStatus, ...]:
    statuses = []
    for folder in plan.questions:
        outcome = outcomes.get(folder)
        if outcome is not None:
            status = "failed" if outcome.failure else "made" if folder in plan.execute else "rendered"
            spent = round(sum(outcome.seconds.values()), 2)
            statuses.append(ReportStatus(folder=folder, status=status, seconds=spent, failure=outcome.failure))
        elif folder in plan.selected:
            statuses.append(ReportStatus(folder=folder, status="unchanged"))
    return tuple(statuses)
