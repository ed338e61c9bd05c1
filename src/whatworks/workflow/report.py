"""One report: run the notebook, read what it found, write its pages. This is what a worker process does."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from whatworks.core.errors import InvalidResult
from whatworks.workflow.failures import Failure, failure_of
from whatworks.workflow.folder import write
from whatworks.workflow.jobs import Job, Outcome
from whatworks.workflow.manifest import MANIFEST, clear, failed_manifest, report_manifest
from whatworks.workflow.notebooks import for_design
from whatworks.workflow.traces import without_traces

if TYPE_CHECKING:
    from whatworks.workflow.question import Question

__all__ = ["EXECUTED", "Failure", "Job", "Outcome", "execute", "failed_manifest", "make_report"]

EXECUTED = "report.ipynb"


def make_report(job: Job) -> Outcome:
    """Run the notebook and write every file of the report; an error becomes a :class:`Failure`, never an exception.

    The manifest is written last, so a folder that has one holds a whole report.

    Parameters
    ----------
    job : what to make, and where

    Returns
    -------
    The outcome. After a failure the folder may hold half a report; the caller clears it.
    """
    seconds: dict[str, float] = {}
    failure = None
    try:
        if job.execute:
            with _timed(seconds, "execute"):
                _start_empty(job)
                write(job.folder / EXECUTED, json.dumps(execute(job), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        with _timed(seconds, "render"):
            finding = _write_pages(job)
        write(job.folder / MANIFEST, report_manifest(job, finding, seconds))
    except Exception as error:
        # The border of the process: whatever went wrong in one report is told, and the others go on.
        failure = failure_of(error)
    return Outcome(folder=job.question.folder, failure=failure, seconds=seconds, earlier=job.earlier)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[step] = round(time.perf_counter() - started, 2)


def _start_empty(job: Job) -> None:
    """Nothing of a try that failed may pass for part of the next."""
    clear(job.folder)
    job.folder.mkdir(parents=True, exist_ok=True)


def execute(job: Job) -> Any:
    """Run the report notebook with papermill, with the cells of this design only.

    Returns
    -------
    The executed notebook, in which no path of this machine, no clock and nobody's number is left.

    Raises
    ------
    DisclosureRisk
        If an output or the metadata holds a civil registration number or a citizen's pseudonym.
    """
    import nbformat
    import papermill

    from whatworks.documentation.last_door import refuse_people_in_notebook
    from whatworks.workflow.engines import register
    from whatworks.workflow.project import Project

    source = nbformat.read(Project(job.root).notebook_of(job.question.design), as_version=4)
    source.cells = for_design(source.cells, job.question.design)
    executed = papermill.execute_notebook(
        source,
        None,
        parameters={**job.question.parameters, "output": str(job.folder), **_rests_on(job)},
        engine_name=register(job.engine),
        kernel_name="python3",
        language="python",
        cwd=str(job.root),
        progress_bar=False,
        execution_timeout=job.timeout,
        record_timing=False,
    )
    executed = without_traces(executed, job)
    refuse_people_in_notebook(executed, what="The executed notebook")
    return executed


def _rests_on(job: Job) -> dict[str, str]:
    """Where the results stand that this report rests on."""
    return {} if job.effect is None else {"effect": str(job.effect)}


def _write_pages(job: Job) -> Any:
    """Write the pages; give back the finding that they are made from."""
    from whatworks.workflow import pages
    from whatworks.workflow.known import evidence_base
    from whatworks.workflow.project import Project
    from whatworks.workflow.render import read_executed

    finding = pages.load_finding(job.folder)
    _refuse_other_question(finding, job.question)
    notebook = read_executed(job.folder / EXECUTED)
    registry = evidence_base(Project(job.root).evidence)
    for language in job.languages:
        if not job.costs_follow:
            html = pages.finding_page(finding, language=language, languages=job.languages, registry=registry, places=job.places)
            write(job.folder / f"finding.{language}.html", html)
        report = pages.report_page(notebook, finding, language=language, languages=job.languages)
        write(job.folder / f"report.{language}.html", report)
    return finding


def _refuse_other_question(finding: Any, question: "Question") -> None:
    found = (finding.target_group, finding.method, finding.design)
    asked = (question.target_group, question.method, question.design)
    if found != asked:
        raise InvalidResult(
            f"The notebook saved a finding about {', '.join(found)}; the question was {', '.join(asked)}. "
            "Save the finding with the notebook's own parameters."
        )
