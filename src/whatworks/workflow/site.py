"""From questions to a site: run what changed, carry over the rest, put it in place at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from whatworks import evidence
from whatworks.core.columns import one_of
from whatworks.core.errors import InvalidOption
from whatworks.findings.language import LANGUAGES
from whatworks.workflow.assembly import Assembly, Progress
from whatworks.workflow.folder import building_beside, forget, left_behind, one_run_at_a_time, recover, refuse_unwritable, swap
from whatworks.workflow.plan import Plan, plan_site, select
from whatworks.workflow.project import Project, find_project
from whatworks.workflow.questions import read_questions
from whatworks.workflow.report import Failure, Outcome
from whatworks.workflow.resume import longest_first, resuming
from whatworks.workflow.run import Runner, in_processes


@dataclass(frozen=True, kw_only=True)
class ReportStatus:
    """What became of one report: ``status`` is "made", "rendered", "unchanged" or "failed".

    ``failure`` says why it failed, ``earlier`` why a first try did.
    """

    folder: str
    status: str
    seconds: float = 0.0
    failure: Failure | None = None
    earlier: Failure | None = None


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
    catalogues = evidence.load(project.evidence)
    questions = read_questions(project, catalogues)
    selected = select(questions, target_groups=tuple(target_groups), methods=tuple(methods))

    def look() -> Plan:
        spoken = tuple(language for language in LANGUAGES if language in asked)
        return plan_site(project, target, questions, selected=selected, languages=spoken, force=force)

    recover(target)
    plan = look()
    if plan.stands:
        if left_behind(target):
            with one_run_at_a_time(target):
                forget(target)
        return SiteRun(output=target, changed=False, reports=_statuses(plan, {}))
    refuse_unwritable(target)
    with one_run_at_a_time(target), building_beside(target) as building:
        # Another run may have finished between the first look and the lock.
        plan = look()
        making = longest_first(runner or in_processes(), target)
        outcomes = Assembly(plan, project, catalogues, building).fill(making if force else resuming(making, target), progress)
        swap(building, target)
        forget(target)
    return SiteRun(output=target, changed=True, reports=_statuses(plan, outcomes))


def _target(project: Project, output: str | Path | None) -> Path:
    target = (project.root / "reports" if output is None else Path(output)).resolve()
    if project.root.resolve().is_relative_to(target):
        raise InvalidOption(f"{target} holds the project itself, and a site replaces its folder as a whole. Name another folder.")
    return target


def _statuses(plan: Plan, outcomes: Mapping[str, Outcome]) -> tuple[ReportStatus, ...]:
    statuses = []
    for folder in plan.questions:
        outcome = outcomes.get(folder)
        if outcome is not None:
            status = "failed" if outcome.failure else "made" if folder in plan.execute else "rendered"
            spent = round(sum(outcome.seconds.values()), 2)
            ended = {"failure": outcome.failure, "earlier": outcome.earlier}
            statuses.append(ReportStatus(folder=folder, status=status, seconds=spent, **ended))
        elif folder in plan.selected:
            statuses.append(ReportStatus(folder=folder, status="unchanged"))
    return tuple(statuses)
