"""What a worker is given and what it gives back: plain values, so that any process on any machine can take them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from whatworks.workflow.failures import DISK_FULL, Failure

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


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended.

    Attributes
    ----------
    folder : of the report, inside the site
    failure : None for a finished report
    seconds : by step
    earlier : why the first try failed, where a second one was made
    """

    folder: str
    failure: Failure | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    earlier: Failure | None = None


# A runner takes jobs and gives outcomes as they come, in any order; a cluster is another runner of the same jobs.
Runner = Callable[[Sequence[Job]], Iterator[Outcome]]
Maker = Callable[[Job], Outcome]


def second_try(job: Job, outcome: Outcome) -> Job | None:
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
