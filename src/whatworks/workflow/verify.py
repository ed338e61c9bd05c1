"""Does the site still say what its code and data say? Every report run again, and its results compared byte by byte."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from whatworks import evidence
from whatworks.findings.finding import RESULTS_CSV, RESULTS_JSON
from whatworks.workflow.assembly import Progress
from whatworks.workflow.failures import Failure
from whatworks.workflow.jobs import Job, Outcome, Runner
from whatworks.workflow.keys import report_keys
from whatworks.workflow.manifest import DONE, digest, read_report, read_site
from whatworks.workflow.plan import select
from whatworks.workflow.project import find_project
from whatworks.workflow.question import Question
from whatworks.workflow.questions import read_questions
from whatworks.workflow.resume import longest_first
from whatworks.workflow.run import in_processes

# Pages are made from these alone, so equal files mean equal pages.
COMPARED = (RESULTS_JSON, RESULTS_CSV)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What became of one report.

    Attributes
    ----------
    folder : of the report, inside the site
    status : "same", "different", "altered" (the files are not those that the run wrote), "changed" (question, data or code
        changed since, so there is nothing to compare with), "missing" or "failed"
    files : the files that differ
    failure : why the report could not be run again

    Examples
    --------
    >>> Verified(folder="a/b", status="same").status
    'same'
    """

    folder: str
    status: str
    files: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def holds(self) -> bool:
        """False where the site says something that running again does not."""
        return self.status in ("same", "changed")


def verify_site(
    root: str | Path = ".",
    *,
    target_groups: Iterable[str] = (),
    methods: Iterable[str] = (),
    output: str | Path | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> tuple[Verified, ...]:
    """Run the reports of a site again, in a folder of their own, and compare results byte by byte; the site stays as it is.

    Parameters
    ----------
    root : the project, or a folder in it
    target_groups, methods : these reports only; all by default
    output : the site's folder; ``reports`` in the project by default
    runner, progress : as for :func:`build_site`

    Returns
    -------
    One entry for each report, in the order of their questions.

    Raises
    ------
    InvalidParameters, InvalidEvidence, UnknownCode
        As for :func:`build_site`.

    Examples
    --------
    A folder without questions is refused, with the next step.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     verify_site(empty)
    Traceback (most recent call last):
    whatworks.core.errors.MissingData: ...
    """
    project = find_project(root)
    target = (project.root / "reports" if output is None else Path(output)).resolve()
    questions = read_questions(project, evidence.load(project.evidence))
    asked = select(questions, target_groups=tuple(target_groups), methods=tuple(methods))
    keys = report_keys(project, questions)
    site = read_site(target)
    stand = {question.folder: question for question in questions if question.folder in asked}
    verdicts = {folder: _before(target, folder, site.reports.get(folder, {}), keys[folder]) for folder in stand}
    compared = {folder: _digests(target / folder) for folder, verdict in verdicts.items() if verdict is None}
    with tempfile.TemporaryDirectory(prefix="verify-") as place:
        jobs = [_job(stand[folder], project.root, Path(place), keys[folder], target) for folder in compared]
        if progress:
            progress.planned([job.question.folder for job in jobs])
        for outcome in longest_first(runner or in_processes(), target)(jobs):
            verdicts[outcome.folder] = _after(outcome, compared[outcome.folder], _digests(Path(place) / outcome.folder))
            if progress:
                progress.done(outcome)
    return tuple(verdict for verdict in verdicts.values() if verdict is not None)


def _job(question: Question, root: Path, place: Path, key: str, site: Path) -> Job:
    # What a report rests on is taken as it stands: whether that holds is a verdict of its own.
    effect = None if question.effect is None else site / question.effect
    return Job(question=question, root=root, folder=place / question.folder, languages=(), key=key, effect=effect)


def _before(target: Path, name: str, entry: Mapping[str, str], key: str) -> Verified | None:
    """What is known without running; None where it must be run."""
    folder = target / name
    if entry.get("status") != DONE:
        return Verified(folder=name, status="missing")
    written = read_report(folder).get("files", {})
    altered = tuple(file for file, known in written.items() if digest(folder / file) != known)
    if altered or not written:
        return Verified(folder=name, status="altered", files=altered or COMPARED)
    return None if entry["key"] == key else Verified(folder=name, status="changed")


def _after(outcome: Outcome, before: Mapping[str, str | None], now: Mapping[str, str | None]) -> Verified:
    if outcome.failure:
        return Verified(folder=outcome.folder, status="failed", failure=outcome.failure)
    differing = tuple(name for name in COMPARED if before[name] != now[name])
    return Verified(folder=outcome.folder, status="different" if differing else "same", files=differing)


def _digests(folder: Path) -> dict[str, str | None]:
    return {name: digest(folder / name) for name in COMPARED}
