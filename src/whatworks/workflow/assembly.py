"""Filling a new site: what is carried over, what is made, what stands on the front page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from whatworks.core.errors import SiteNotWritable
from whatworks.evidence import Registry
from whatworks.findings import Finding
from whatworks.findings.language import LANGUAGES
from whatworks.workflow import verdicts
from whatworks.workflow.folder import carry_over, write
from whatworks.workflow.manifest import DONE, FAILED, MANIFEST, SiteManifest, clear, files_below, is_whole, renew_digests
from whatworks.workflow.plan import FRONT_PAGES, PAGES, TOP_PAGE, Plan, group_pages, site_key
from whatworks.workflow.project import Project
from whatworks.workflow.question import EFFECTS, Question
from whatworks.workflow.question_places import ONE_PLACE
from whatworks.workflow.report import Failure, Job, Outcome, failed_manifest, write_costs
from whatworks.workflow.run import Runner

Labels = Mapping[str, Any]


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
            strangers = self._strangers()
            self._carry_over_reports()
            outcomes = self._make(runner, progress)
            self._write_costs(outcomes)
            findings = self._found(outcomes, EFFECTS)
            history = self._write_history(outcomes, {**findings, **self._found(outcomes, (ONE_PLACE,))})
            self._write_front(outcomes, findings, history)
            for name in strangers:
                if (self.site / name).exists():
                    self._refuse_in_the_way(name)
                carry_over(self.plan.target / name, self.site / name)
        except OSError as error:
            raise SiteNotWritable(
                f"The site could not be written ({error.strerror or type(error).__name__}). The old one is untouched; "
                "make room, or choose another folder with --output."
            ) from error
        return outcomes

    def _strangers(self) -> list[str]:
        """Files in the folder that no run made (.gitignore, a note): they stay, so none may stand where a page will."""
        plan = self.plan
        strangers = [name for name in files_below(plan.target) if name not in plan.old.files and name != MANIFEST]
        ours = set(FRONT_PAGES.values())
        ours |= {place for group in plan.groups for place in group_pages(group)}
        ours |= {f"{folder}/{page}.{language}.html" for folder in plan.questions for page in PAGES for language in LANGUAGES}
        for name in sorted(ours.intersection(strangers)):
            self._refuse_in_the_way(name)
        return strangers

    def _refuse_in_the_way(self, name: str) -> None:
        raise SiteNotWritable(
            f"{self.plan.target} holds {name}, which is not from an earlier run and would be replaced. "
            "Move it away, or choose another folder with --output."
        )

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
        for outcome in runner([job for job in jobs if job.effect is None]):
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
        plan = self.plan
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
            )
            for folder in (*plan.execute, *plan.render)
        ]

    def _rests_on(self, question: Question) -> Path | None:
        return None if question.effect is None else self.site / question.effect

    def _write_costs(self, outcomes: Mapping[str, Outcome]) -> None:
        """Finding pages of effects once more, with what their investment cases found, where either of the two is new."""
        plan, reports = self.plan, self._reports(outcomes)
        for folder, question in plan.questions.items():
            effect = question.effect
            if effect is None or question.design == ONE_PLACE or folder not in reports or not {folder, effect} & set(outcomes):
                continue
            if reports.get(effect, {}).get("status") == DONE:
                known = reports[folder]["status"] == DONE
                places = plan.questions[effect].places
                write_costs(
                    self.site / effect,
                    self.site / folder,
                    known,
                    languages=plan.languages,
                    registry=self.catalogues,
                    places=places,
                )

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

    def _found(self, outcomes: Mapping[str, Outcome], designs: Sequence[str]) -> dict[str, Finding]:
        """What the new site's reports of these designs found, by folder; an investment case or a benchmark says not what works."""
        from whatworks.workflow import pages

        done = [folder for folder, entry in self._reports(outcomes).items() if entry["status"] == DONE]
        return {
            folder: pages.load_finding(self.site / folder) for folder in done if self.plan.questions[folder].design in designs
        }

    def _write_history(self, outcomes: Mapping[str, Outcome], findings: Mapping[str, Finding]) -> verdicts.History:
        """What the findings said before and say now, on their pages and in a file that the next run reads."""
        from whatworks.workflow import pages

        plan = self.plan
        history = verdicts.history_now(
            verdicts.history_before(plan.target, plan.old),
            findings,
            failed=[folder for folder, entry in self._reports(outcomes).items() if entry["status"] == FAILED],
            untouched=[folder for folder in findings if folder not in outcomes],
            date=verdicts.today(),
        )
        for folder, finding in findings.items():
            written = pages.write_versions(self.site / folder, finding, history.findings[folder], languages=plan.languages)
            if written:
                renew_digests(self.site / folder, written)
        write(self.site / verdicts.VERDICTS, history.to_json())
        return history

    def _write_front(self, outcomes: Mapping[str, Outcome], effects: Mapping[str, Finding], history: verdicts.History) -> None:
        """Front pages and the manifest, from what stands in the new site."""
        from whatworks.workflow import documentation_pages, pages

        plan = self.plan
        documented = documentation_pages.write_documentation(
            self.project, old=plan.old, target=plan.target, site=self.site, languages=plan.languages
        )
        reports = self._reports(outcomes)
        # An investment case stands on the page of its effect, a benchmark beside the methods: neither says what works.
        # One municipality is reached from the page about all of them.
        about_all = [folder for folder in reports if plan.questions[folder].design != ONE_PLACE]
        beside = [folder for folder in about_all if reports[folder]["status"] == DONE and folder not in effects]
        findings, others = list(effects.values()), [pages.load_finding(self.site / folder) for folder in beside]
        failed = [
            (folder, pages.labels_of(plan.questions[folder], self.catalogues))
            for folder, entry in reports.items()
            if entry["status"] == FAILED
        ]
        known = pages.what_is_known(self.catalogues, findings)
        self._write_groups(reports, findings, failed, known)
        places = [(language, FRONT_PAGES[language]) for language in plan.languages]
        if all(place != TOP_PAGE for _language, place in places):
            places.append((plan.languages[0], TOP_PAGE))
        for language, place in places:
            html = pages.front_page(
                findings,
                failed,
                registry=self.catalogues,
                known=known,
                groups=self._groups(reports),
                language=language,
                place=place,
                languages=plan.languages,
                others=others,
                documentation=documented,
                history=history,
            )
            write(self.site / place, html)
        key, files = site_key(reports, plan.languages), files_below(self.site)
        manifest = SiteManifest(key, plan.languages, reports, files, plan.inputs_of(reports))
        write(self.site / MANIFEST, manifest.to_json())

    def _write_groups(
        self,
        reports: Mapping[str, Mapping[str, str]],
        findings: Sequence[Finding],
        failed: Sequence[tuple[str, Labels]],
        known: Mapping[str, Any],
    ) -> None:
        """A page for each target group; one whose reports all stay is carried over, as it would come out the same."""
        from whatworks.workflow import pages

        plan = self.plan
        for group in self._groups(reports):
            places = group_pages(group, plan.languages)
            own = {folder: entry for folder, entry in reports.items() if plan.questions[folder].target_group == group}
            before = {folder: entry for folder, entry in plan.old.reports.items() if folder.partition("/")[0] == group}
            same = own == before and plan.old.languages == plan.languages
            if same and set(places) <= set(plan.old.files) and is_whole(plan.target, plan.old, list(places)):
                for place in places:
                    carry_over(plan.target / place, self.site / place)
                continue
            for language, place in zip(plan.languages, places, strict=True):
                lost = [(folder, labels) for folder, labels in failed if folder in own]
                html = pages.target_group_page(
                    self.catalogues,
                    group,
                    findings,
                    lost,
                    known=known,
                    language=language,
                    languages=plan.languages,
                    services=own.get(f"{group}/benchmark", {}).get("status") == DONE,
                )
                write(self.site / place, html)

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
