"""Filling a new site: what is carried over, what is made, what stands on the front page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from whatworks.core.errors import SiteNotWritable
from whatworks.evidence import Registry
from whatworks.findings import Finding
from whatworks.workflow import verdicts
from whatworks.workflow.folder import carry_over, write
from whatworks.workflow.jobs import AnyJob, Job, Outcome, PageJob, Runner
from whatworks.workflow.manifest import DONE, FAILED, MANIFEST, SiteManifest, clear, files_below, is_whole, renew_digests
from whatworks.workflow.plan import PAGES, Plan, group_pages, site_key
from whatworks.workflow.project import Project
from whatworks.workflow.question import EFFECTS, Question
from whatworks.workflow.question_places import ONE_PLACE
from whatworks.workflow.report import Failure, failed_manifest
from whatworks.workflow.shared_pages import Failed, costs_job, front_job, front_places, group_job, outcomes_of_reports
from whatworks.workflow.strangers import refuse_in_the_way, strangers_in


class Progress(Protocol):
    """Who wants to follow a run."""

    def planned(self, folders: Sequence[str]) -> None:
        """These reports will be made."""

    def done(self, outcome: Outcome) -> None:
        """One of them is made, or has failed."""


@dataclass(frozen=True)
class Assembly:
    """A new site on its way, in ``building/site``; nothing of the old one is changed."""

    plan: Plan
    project: Project
    catalogues: Registry
    building: Path

    @property
    def site(self) -> Path:
        """The new site's folder."""
        return self.building / "site"

    def fill(self, runner: Runner, progress: Progress | None = None) -> dict[str, Outcome]:
        """Make what is planned and carry over the rest.

        Returns
        -------
        Outcomes by report folder.

        Raises
        ------
        SiteNotWritable
            If the disk is full or refuses, or a file that no run made stands where a page will.
        """
        try:
            strangers = strangers_in(self.plan)
            self._carry_over_reports()
            outcomes = self._make(runner, progress)
            self._write_shared(runner, outcomes)
            self._write_manifest(outcomes)
            for name in strangers:
                if (self.site / name).exists():
                    refuse_in_the_way(self.plan.target, name)
                carry_over(self.plan.target / name, self.site / name)
        except OSError as error:
            raise SiteNotWritable(
                f"The site could not be written ({error.strerror or type(error).__name__}). The old one is untouched; "
                "make room, or choose another folder with --output."
            ) from error
        return outcomes

    def _carry_over_reports(self) -> None:
        plan = self.plan
        for folder in (*plan.kept, *plan.render):
            for name in plan.old.files_of(folder):
                # New pages are made from what the run left; old ones link to languages that are gone.
                if folder in plan.kept or not name.endswith(".html"):
                    carry_over(plan.target / name, self.site / name)

    def _make(self, runner: Runner, progress: Progress | None) -> dict[str, Outcome]:
        jobs = self._jobs()
        if progress:
            progress.planned([job.question.folder for job in jobs])
        outcomes: dict[str, Outcome] = {}
        for outcome in self._outcomes(runner, jobs):
            outcomes[outcome.folder] = outcome
            if outcome.failure:
                self._write_error_pages(outcome.folder, outcome.failure)
            if progress:
                progress.done(outcome)
        return outcomes

    def _outcomes(self, runner: Runner, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """What rests on another report is made after it, and fails with it."""
        failed = {folder for folder in self.plan.kept if self.plan.old.reports[folder]["status"] == FAILED}
        # Pages about the documentation rest on no report, so they keep no one waiting at the end.
        first: list[AnyJob] = [*(job for job in jobs if job.effect is None), *self._documentation()]
        for outcome in outcomes_of_reports(runner, first):
            if outcome.failure:
                failed.add(outcome.folder)
            yield outcome
        resting = [job for job in jobs if job.effect is not None]
        for job in resting:
            if job.question.effect in failed:
                message = f"It rests on {job.question.effect}, which could not be made."
                yield Outcome(folder=job.question.folder, failure=Failure(type="EffectMissing", message=message))
        yield from runner([job for job in resting if job.question.effect not in failed])

    def _jobs(self) -> list[Job]:
        plan, priced = self.plan, self._cases({*self.plan.kept, *self.plan.execute, *self.plan.render})
        return [
            Job(
                question=plan.questions[folder],
                root=self.project.root,
                folder=self.site / folder,
                languages=plan.languages,
                key=plan.key(folder),
                execute=folder in plan.execute,
                scratch=self.building / "scratch",
                effect=self._rests_on(plan.questions[folder]),
                places=plan.questions[folder].places,
                costs_follow=folder in priced,
            )
            for folder in (*plan.execute, *plan.render)
        ]

    def _rests_on(self, question: Question) -> Path | None:
        return None if question.effect is None else self.site / question.effect

    def _documentation(self) -> list[PageJob]:
        """The pages about the documentation, where they are not carried over."""
        from whatworks.workflow import documentation_pages

        plan = self.plan
        around = {"site": self.site, "languages": plan.languages, **self._surroundings}
        job = documentation_pages.documentation_job(self.project, old=plan.old, target=plan.target, **around)
        return [] if job is None else [job]

    @property
    def _surroundings(self) -> dict[str, Any]:
        return {"scratch": self.building / "scratch", "made_from": self.plan.inputs}

    def _cases(self, reports: Collection[str]) -> dict[str, str]:
        """The investment case of each effect that has one among these reports."""
        asked = self.plan.questions.items()
        return {
            question.effect: folder
            for folder, question in asked
            if question.effect is not None and question.design != ONE_PLACE and folder in reports
        }

    def _write_error_pages(self, report: str, failure: Failure) -> None:
        from whatworks.workflow import pages

        plan, question = self.plan, self.plan.questions[report]
        labels = pages.labels_of(question, self.catalogues)
        # Whatever the run got done before it failed is no result.
        clear(self.site / report)
        for language in plan.languages:
            html = pages.failure_page(question, failure, labels, language=language, languages=plan.languages)
            for page in PAGES:
                write(self.site / report / f"{page}.{language}.html", html)
        write(self.site / report / MANIFEST, failed_manifest(question, plan.key(report), failure))

    def _write_shared(self, runner: Runner, outcomes: Mapping[str, Outcome]) -> None:
        """What rests on several reports: findings with what they cost and said before, target groups, front pages."""
        from whatworks.workflow import pages

        plan, reports = self.plan, self._reports(outcomes)
        done = [folder for folder, entry in reports.items() if entry["status"] == DONE]
        loaded = {folder: pages.load_finding(self.site / folder) for folder in done}
        # One municipality is reached from the page about all of them.
        found = {folder: finding for folder, finding in loaded.items() if finding.design != ONE_PLACE}
        effects = {folder: finding for folder, finding in found.items() if finding.design in EFFECTS}
        dated = {folder: finding for folder, finding in loaded.items() if finding.design in (*EFFECTS, ONE_PLACE)}
        failed = [
            (folder, pages.labels_of(plan.questions[folder], self.catalogues))
            for folder, entry in reports.items()
            if entry["status"] == FAILED
        ]
        history = self._history(outcomes, dated)
        costs = self._costs(outcomes, found)
        fronts = self._fronts(reports, found, effects, failed, history)
        groups = self._group_jobs(reports, list(effects.values()), failed)
        list(outcomes_of_reports(runner, [*costs.values(), *fronts, *groups]))
        for folder, finding in dated.items():
            before = history.findings[folder]
            written = pages.write_versions(self.site / folder, finding, before, languages=plan.languages)
            if written or folder in costs:
                renew_digests(self.site / folder, [f"finding.{language}.html" for language in plan.languages])
        write(self.site / verdicts.VERDICTS, history.to_json())

    def _history(self, outcomes: Mapping[str, Outcome], findings: Mapping[str, Finding]) -> verdicts.History:
        """What the findings said before and say now."""
        return verdicts.history_now(
            verdicts.history_before(self.plan.target, self.plan.old),
            findings,
            failed=[folder for folder, entry in self._reports(outcomes).items() if entry["status"] == FAILED],
            untouched=[folder for folder in findings if folder not in outcomes],
            date=verdicts.today(),
        )

    def _costs(self, outcomes: Mapping[str, Outcome], found: Mapping[str, Finding]) -> dict[str, PageJob]:
        """Finding pages of effects with what their investment cases found, by effect, where either of the two is new."""
        plan = self.plan
        told = {"languages": plan.languages, **self._surroundings}
        return {
            effect: costs_job(
                self.project.root,
                self.site / effect,
                found[effect],
                found.get(case),
                name=effect,
                places=plan.questions[effect].places,
                **told,
            )
            for effect, case in self._cases(self._reports(outcomes)).items()
            if {effect, case} & set(outcomes) and effect in found
        }

    def _fronts(
        self,
        reports: Mapping[str, Mapping[str, str]],
        found: Mapping[str, Finding],
        effects: Mapping[str, Finding],
        failed: Failed,
        history: verdicts.History,
    ) -> list[PageJob]:
        """The front pages."""
        from whatworks.workflow.documentation_pages import documented

        plan = self.plan
        # An investment case stands on the page of its effect, a benchmark beside the methods: neither says what works.
        told = {
            "groups": self._groups(reports),
            "languages": plan.languages,
            "others": [finding for folder, finding in found.items() if folder not in effects],
            "documentation": documented(self.site, plan.languages),
            "history": history,
        }
        around = {"told": told, **self._surroundings}
        return [
            front_job(self.project.root, self.site, list(effects.values()), failed, language=language, place=place, **around)
            for language, place in front_places(plan.languages)
        ]

    def _group_jobs(self, reports: Mapping[str, Mapping[str, str]], findings: Sequence[Finding], failed: Failed) -> list[PageJob]:
        """Pages for each target group; those of one whose reports all stay are carried over, as they would come out the same."""
        plan, jobs = self.plan, []
        for group in self._groups(reports):
            places = group_pages(group, plan.languages)
            own = {folder: entry for folder, entry in reports.items() if plan.questions[folder].target_group == group}
            before = {folder: entry for folder, entry in plan.old.reports.items() if folder.partition("/")[0] == group}
            same = own == before and plan.old.languages == plan.languages
            if same and set(places) <= set(plan.old.files) and is_whole(plan.target, plan.old, list(places)):
                for place in places:
                    carry_over(plan.target / place, self.site / place)
                continue
            lost = [(folder, labels) for folder, labels in failed if folder in own]
            services = own.get(f"{group}/benchmark", {}).get("status") == DONE
            told = {"languages": plan.languages, "services": services, **self._surroundings}
            jobs.append(group_job(self.project.root, self.site / group, findings, lost, **told))
        return jobs

    def _write_manifest(self, outcomes: Mapping[str, Outcome]) -> None:
        """What the site is made of, from what stands in it."""
        plan, reports = self.plan, self._reports(outcomes)
        key, files = site_key(reports, plan.languages), files_below(self.site)
        manifest = SiteManifest(key, plan.languages, reports, files, plan.inputs_of(reports))
        write(self.site / MANIFEST, manifest.to_json())

    def _groups(self, reports: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
        """Target groups with a report in the new site."""
        return tuple(dict.fromkeys(self.plan.questions[folder].target_group for folder in reports))

    def _reports(self, outcomes: Mapping[str, Outcome]) -> dict[str, dict[str, str]]:
        """Key and status of every report in the new site."""
        plan, reports = self.plan, {}
        for folder in plan.questions:
            if folder in outcomes:
                reports[folder] = {"key": plan.key(folder), "status": FAILED if outcomes[folder].failure else DONE}
            elif folder in plan.kept:
                reports[folder] = dict(plan.old.reports[folder])
        return reports
