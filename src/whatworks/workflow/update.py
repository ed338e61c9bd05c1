"""Bringing a site up to date where something changed: plan, make, carry over, swap in the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whatworks import evidence
from whatworks.findings.language import LANGUAGES
from whatworks.workflow.assembly import Assembly, Progress
from whatworks.workflow.folder import building_beside, forget, left_behind, one_run_at_a_time, refuse_unwritable, swap
from whatworks.workflow.jobs import Outcome, Runner
from whatworks.workflow.plan import Plan, plan_site, select
from whatworks.workflow.project import Project
from whatworks.workflow.questions import read_questions
from whatworks.workflow.resume import longest_first, resuming
from whatworks.workflow.run import in_processes
from whatworks.workflow.site import ReportStatus, SiteRun


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What :func:`build_site` was asked for."""

    target_groups: tuple[str, ...]
    methods: tuple[str, ...]
    languages: tuple[str, ...]
    force: bool


def bring_up_to_date(
    project: Project, target: Path, asked: Asked, *, runner: Runner | None, progress: Progress | None
) -> SiteRun:
    """Run what changed and put the new site in the place of the old; see :func:`build_site`."""
    catalogues = evidence.load(project.evidence)
    questions = read_questions(project, catalogues)
    selected = select(questions, target_groups=asked.target_groups, methods=asked.methods)

    def look() -> Plan:
        spoken = tuple(language for language in LANGUAGES if language in asked.languages)
        return plan_site(project, target, questions, selected=selected, languages=spoken, force=asked.force)

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
        spared = making if asked.force else resuming(making, target)
        outcomes = Assembly(plan, project, catalogues, building).fill(spared, progress)
        swap(building, target)
        forget(target)
    return SiteRun(output=target, changed=True, reports=_statuses(plan, outcomes))


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
