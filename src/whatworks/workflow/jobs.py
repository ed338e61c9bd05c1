"""What a worker is given and what it gives back: plain values, so that any process on any machine can take them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whatworks.workflow.failures import DISK_FULL, Failure
from whatworks.workflow.folder import write

if TYPE_CHECKING:
    from whatworks.workflow.question import Question

# A kernel of its own, as papermill starts it, or a process in which everything is imported already.
PLAIN, WARM = "plain", "warm"
ENGINES = (WARM, PLAIN)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One report to make.

    Attributes
    ----------
    question : what is asked
    root : the project, the notebook's working directory
    folder : where the report goes; when ``execute`` what stands there is cleared, else it holds ``report.ipynb`` and
        ``results.json``
    languages : languages to write pages in
    key : content key of the report
    execute : False to write pages of an executed notebook only
    engine : ``"warm"`` or ``"plain"``
    earlier : why a first try failed; None for a first try
    timeout : seconds one cell may take
    effect : folder of the report that this one rests on; None where it rests on none
    places : municipalities with a report of their own below this one, code -> name in each language
    costs_follow : True where its finding pages are written later, when it is known what the intervention costs
    scratch : folder for what a kernel leaves while it runs; the system's own by default
    """

    question: "Question"
    root: Path
    folder: Path
    languages: tuple[str, ...]
    key: str
    execute: bool = True
    engine: str = PLAIN
    earlier: Failure | None = None
    timeout: float = 900.0
    scratch: Path | None = None
    effect: Path | None = None
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    costs_follow: bool = False

    @property
    def name(self) -> str:
        """Unlike that of any other job of a run."""
        return self.question.folder


@dataclass(frozen=True, kw_only=True)
class PageJob:
    """Pages that rest on several reports.

    Attributes
    ----------
    name : unlike that of any other job of a run
    root : the project
    folder : where the pages go
    pages : gives each page by the name of its file; a function at the top of a module with its arguments, as it travels by name
    made_from : what all pages of the site are made from, as :func:`~whatworks.workflow.unchanged.inputs` has it
    engine, earlier, timeout, scratch, execute : as of :class:`Job`; there is no notebook to run
    """

    name: str
    root: Path
    folder: Path
    pages: "partial[dict[str, str]]"
    made_from: Mapping[str, Any] = field(default_factory=dict)
    engine: str = WARM
    earlier: Failure | None = None
    timeout: float = 900.0
    scratch: Path | None = None
    execute: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended.

    Attributes
    ----------
    folder : of the report, inside the site; of other pages the name of their job
    failure : None for a finished report
    seconds : by step
    earlier : why the first try failed, where a second one was made
    """

    folder: str
    failure: Failure | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    earlier: Failure | None = None


# A runner takes jobs and gives outcomes as they come, in any order; a cluster is another runner of the same jobs.
AnyJob = Job | PageJob
Runner = Callable[[Sequence[AnyJob]], Iterator[Outcome]]
Maker = Callable[[Job], Outcome]


def make_pages(job: PageJob) -> Outcome:
    """Write the pages of a job; what goes wrong is raised."""
    for name, html in job.pages().items():
        write(job.folder / name, html)
    return Outcome(folder=job.name)


def second_try(job: AnyJob, outcome: Outcome) -> AnyJob | None:
    """The same report once more, in a kernel of its own; None where that has been tried, or would help nothing."""
    failure = outcome.failure
    if failure is None or failure.type == DISK_FULL or job.engine == PLAIN or not job.execute:
        return None
    return replace(job, engine=PLAIN, earlier=failure)


def refuse_full_disk(outcome: Outcome) -> None:
    """Stop the run where there is no room: an error page would be written in place of a report that was fine.

    Raises
    ------
    OSError
        As the system would raise it.
    """
    if outcome.failure is not None and outcome.failure.type == DISK_FULL:
        raise OSError(outcome.failure.number, outcome.failure.message)
