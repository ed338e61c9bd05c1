"""One report: run the notebook, read what it found, write its pages. This is what a worker process does."""

import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from whatworks.core.errors import InvalidResult, MissingData, WhatworksError
from whatworks.core.version import __version__
from whatworks.workflow.folder import write
from whatworks.workflow.manifest import MANIFEST
from whatworks.workflow.notebooks import for_design, tags
from whatworks.workflow.questions import Question

EXECUTED = "report.ipynb"
# What a page quotes of an error: enough to act on, too little to carry a table of data.
_LONGEST_MESSAGE = 300
_NAMED_VERSIONS = ("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "matplotlib")
_CELL_FILE = re.compile(r"\S*ipykernel_\d+/\d+\.py")
_INJECTED = "injected-parameters"
_ENCODED = ("image/png", "image/jpeg", "application/pdf")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One report to make; plain values, so that any process on any machine can take it.

    Attributes
    ----------
    question : what is asked
    root : the project, the notebook's working directory
    folder : where the report goes; empty when ``execute``, else it holds ``report.ipynb`` and ``results.json``
    languages : languages to write pages in
    key : content key of the report
    execute : False to write pages of an executed notebook only
    timeout : seconds one cell may take
    scratch : folder for what a kernel leaves while it runs; the system's own by default
    """

    question: Question
    root: Path
    folder: Path
    languages: tuple[str, ...]
    key: str
    execute: bool = True
    timeout: float = 900.0
    scratch: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a report was not made.

    Attributes
    ----------
    type, message : of the error; the message is one short line, without a traceback
    cell : number of the notebook's code cell, where it is known
    """

    type: str
    message: str
    cell: int | None = None

    def __str__(self) -> str:
        place = "" if self.cell is None else f" (code cell {self.cell})"
        return f"{self.type}{place}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended. ``seconds`` by step; ``failure`` is None for a finished report."""

    folder: str
    failure: Failure | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


def make_report(job: Job) -> Outcome:
    """Run the notebook and write every file of the report; an error becomes a :class:`Failure`, never an exception.

    Parameters
    ----------
    job : what to make, and where

    Returns
    -------
    The outcome. After a failure the folder may hold half a report; the caller clears it.
    """
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    try:
        if job.execute:
            job.folder.mkdir(parents=True, exist_ok=True)
            write(job.folder / EXECUTED, json.dumps(execute(job), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
            seconds["execute"] = round(time.perf_counter() - started, 2)
        rendering = time.perf_counter()
        _write_pages(job)
        seconds["render"] = round(time.perf_counter() - rendering, 2)
        write(job.folder / MANIFEST, _report_manifest(job, seconds))
    except Exception as error:
        # The border of the process: whatever went wrong in one report is told, and the others go on.
        seconds.setdefault("execute", round(time.perf_counter() - started, 2))
        return Outcome(folder=job.question.folder, failure=failure_of(error), seconds=seconds)
    return Outcome(folder=job.question.folder, seconds=seconds)


def execute(job: Job) -> Any:
    """Run the report notebook with papermill, with the cells of this design only.

    Returns
    -------
    The executed notebook, in which no path of this machine and no clock is left.
    """
    import nbformat
    import papermill

    from whatworks.workflow.project import Project

    source = nbformat.read(Project(job.root).notebook, as_version=4)
    source.cells = for_design(source.cells, job.question.design)
    executed = papermill.execute_notebook(
        source,
        None,
        parameters={**job.question.parameters, "output": str(job.folder)},
        kernel_name="python3",
        language="python",
        cwd=str(job.root),
        progress_bar=False,
        execution_timeout=job.timeout,
        record_timing=False,
    )
    return without_traces(executed, job)


def without_traces(executed: Any, job: Job) -> Any:
    """The executed notebook without the output folder, other paths of this machine, run times and random cell names."""
    names = {key: executed.metadata[key] for key in ("kernelspec", "language_info") if key in executed.metadata}
    executed.metadata.clear()
    executed.metadata.update(names, whatworks={"parameters": dict(job.question.parameters), "version": __version__})
    places = _places(job)
    for place, cell in enumerate(executed.cells):
        if _INJECTED in tags(cell):
            cell["source"] = "\n".join(line for line in cell["source"].split("\n") if not line.startswith("output = "))
        kept = {key: value for key, value in cell["metadata"].items() if key in ("tags", "alt") and value}
        cell["metadata"].clear()
        cell["metadata"].update(kept)
        cell["id"] = f"cell-{place:03d}"
        for output in cell.get("outputs", []):
            output.update(_neutral(dict(output), places))
    return executed


def _places(job: Job) -> list[tuple[re.Pattern[str], str]]:
    """Paths of this machine, longest first, and what stands in their place."""
    places = {str(job.folder): "output", str(job.root): ".", sys.prefix: "environment", str(Path.home()): "~"}
    longest_first = sorted((path for path in places if len(path) > 1), key=len, reverse=True)
    return [(re.compile(re.escape(path) + r"(?![\w-])"), places[path]) for path in longest_first]


def _neutral(value: Any, places: list[tuple[re.Pattern[str], str]]) -> Any:
    if isinstance(value, str):
        for path, name in places:
            value = path.sub(name, value)
        return _CELL_FILE.sub("cell", value)
    if isinstance(value, Mapping):
        # Letters of an encoded picture can spell a short path by chance.
        return {key: item if key in _ENCODED else _neutral(item, places) for key, item in value.items()}
    return [_neutral(item, places) for item in value] if isinstance(value, list) else value


def _write_pages(job: Job) -> None:
    from whatworks.workflow import pages
    from whatworks.workflow.render import read_executed

    finding = pages.load_finding(job.folder)
    _refuse_other_question(finding, job.question)
    notebook = read_executed(job.folder / EXECUTED)
    for language in job.languages:
        write(job.folder / f"finding.{language}.html", pages.finding_page(finding, language=language, languages=job.languages))
        report = pages.report_page(notebook, finding, language=language, languages=job.languages)
        write(job.folder / f"report.{language}.html", report)


def _refuse_other_question(finding: Any, question: Question) -> None:
    found = (finding.target_group, finding.method, finding.design)
    asked = (question.target_group, question.method, question.design)
    if found != asked:
        raise InvalidResult(
            f"The notebook saved a finding about {', '.join(found)}; the question was {', '.join(asked)}. "
            "Save the finding with the notebook's own parameters."
        )


def _report_manifest(job: Job, seconds: Mapping[str, float]) -> str:
    from whatworks.workflow.pages import load_finding

    finding = load_finding(job.folder)
    content = {
        "key": job.key,
        "status": "done",
        "parameters": dict(job.question.parameters),
        "languages": job.languages,
        "results": {
            name: {
                "data_fingerprint": result.provenance.data_fingerprint,
                "seed": result.provenance.seed,
                "checks": {check.name: check.passed for check in result.checks},
            }
            for name, result in finding.results.items()
        },
        "versions": {
            "whatworks": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            **{name: version(name) for name in _NAMED_VERSIONS},
        },
        "seconds": dict(seconds),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def failed_manifest(question: Question, key: str, failure: Failure) -> str:
    """The manifest of a report that was not made. It never counts as fresh."""
    error = {"type": failure.type, "message": failure.message, "cell": failure.cell}
    content = {"key": key, "status": "failed", "parameters": dict(question.parameters), "error": error}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def failure_of(error: Exception) -> Failure:
    """What to tell of an error: its type and one short line; of an error in a cell that cell's own.

    Our own messages never hold a person's value, so they are quoted. Other libraries' messages may, so they are not.
    """
    kind, message, cell = type(error).__name__, str(error), None
    ours = isinstance(error, WhatworksError)
    # papermill wraps what a cell raised; nbclient's time-out carries the whole cell in its message.
    if hasattr(error, "ename") and hasattr(error, "evalue"):
        # A kernel writes our errors with their module; others bare.
        kind, message, cell = str(error.ename).rpartition(".")[2], str(error.evalue), getattr(error, "exec_count", None)
        ours = kind in _names_of(WhatworksError)
        message = message if ours else ""
    elif kind == "CellTimeoutError":
        message = "A cell took longer than allowed. Make it faster, or allow more time."
    elif kind == "DeadKernelError":
        message = "The notebook's process ended by itself; often memory ran out. Use less data at once, or fewer workers."
    elif isinstance(error, MissingData) and "results.json" in message:
        message = "The notebook saved no results. Its last cell must call ww.findings.save(finding, output)."
    elif not ours:
        message = ""
    if not ours and not message:
        message = "The message may quote data and is not repeated here. Run the notebook with this question to read it."
    return Failure(type=kind, message=shortened(message), cell=cell)


def _names_of(family: type[Exception]) -> set[str]:
    """Names of an error and of all that derive from it, those of the delivery reader among them."""
    import_module("whatworks.documentation")
    names, found = {family.__name__}, list(family.__subclasses__())
    while found:
        kind = found.pop()
        names.add(kind.__name__)
        found += kind.__subclasses__()
    return names


def shortened(message: str) -> str:
    """One line of at most 300 characters.

    Examples
    --------
    >>> shortened("first\\n  second")
    'first second'
    """
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"
