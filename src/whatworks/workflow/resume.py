"""What a run that was interrupted had finished is taken up by the next; what took longest last time is started first."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from whatworks.workflow.folder import left_behind
from whatworks.workflow.jobs import AnyJob, Job, Outcome, Runner
from whatworks.workflow.manifest import MANIFEST, digest, own_parts, read_report


def resuming(runner: Runner, target: Path) -> Runner:
    """The same runner, which is spared the reports that an interrupted run of this site had finished.

    Parameters
    ----------
    runner : makes the others
    target : the site's folder; interrupted runs lie beside it

    Returns
    -------
    A runner. A report is taken up when its content key, its languages and the digest of every file of it are right.
    """

    def run(jobs: Sequence[AnyJob]) -> Iterator[Outcome]:
        rest = []
        for job in jobs:
            found = _finished(job, target) if isinstance(job, Job) else None
            if found is None:
                rest.append(job)
                continue
            job.folder.mkdir(parents=True, exist_ok=True)
            # The manifest last: a folder that has one holds a whole report.
            for part in sorted(own_parts(found), key=lambda part: part.name == MANIFEST):
                part.rename(job.folder / part.name)
            yield Outcome(folder=job.name, seconds=read_report(job.folder)["seconds"])
        yield from runner(rest)

    return run


def longest_first(runner: Runner, target: Path) -> Runner:
    """The same runner, given the jobs in the order of how long they took in the site that stands, new ones before all.

    A long report that starts last keeps one core busy while the others wait.
    """

    def expected(job: AnyJob) -> float:
        seconds = read_report(target / job.name).get("seconds")
        return sum(seconds.values()) if isinstance(seconds, dict) else math.inf

    def run(jobs: Sequence[AnyJob]) -> Iterator[Outcome]:
        yield from runner(sorted(jobs, key=expected, reverse=True))

    return run


def _finished(job: Job, target: Path) -> Path | None:
    """The folder in which an interrupted run finished this very report."""
    if not job.execute:
        return None
    for left in left_behind(target):
        folder = left / "site" / job.question.folder
        if folder != job.folder and _is_this(job, folder, read_report(folder)):
            return folder
    return None


def _is_this(job: Job, folder: Path, manifest: dict[str, Any]) -> bool:
    files = manifest.get("files")
    if manifest.get("key") != job.key or manifest.get("status") != "done" or not isinstance(files, dict):
        return False
    # Its finding pages were to follow, and may not have.
    if not job.costs_follow and not {f"finding.{language}.html" for language in job.languages} <= set(files):
        return False
    if manifest.get("languages") != list(job.languages) or not isinstance(manifest.get("seconds"), dict):
        return False
    return all(digest(folder / name) == known for name, known in files.items())
