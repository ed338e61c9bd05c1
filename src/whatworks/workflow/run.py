"""Reports side by side on this machine: a fresh process for each, so that none can harm another."""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import ModuleType

from whatworks.core.errors import InvalidParameters
from whatworks.core.options import one_of
from whatworks.workflow.failures import Failure, failure_of
from whatworks.workflow.jobs import (
    ENGINES,
    WARM,
    AnyJob,
    Job,
    Maker,
    Outcome,
    PageJob,
    Runner,
    make_pages,
    refuse_full_disk,
    second_try,
)
from whatworks.workflow.notebooks import imported, read_notebook
from whatworks.workflow.project import Project
from whatworks.workflow.report import make_report

__all__ = ["Runner", "default_workers", "in_processes"]

# Reports share the machine's cores already; and one thread adds in one order, so that sums repeat to the last digit.
_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
}
# Read by the fork server when it imports and reads what reports need; whatworks.workflow.warm names them too.
_ALSO, _EVIDENCE = "WHATWORKS_IMPORTED", "WHATWORKS_EVIDENCE"
_GRACE = 5.0
# A run may itself be one of several threads of a process, as on a cluster.
_STARTING = threading.Lock()
# A report has several cells; one that hangs is stopped by its own limit, the whole by this many times it.
_REPORT_TO_CELL = 3


def default_workers() -> int:
    """Two, or one on a machine with one core: a report's notebook and its worker keep a core busy each."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 2)


@dataclass
class _Running:
    job: AnyJob
    process: BaseProcess
    line: Connection
    deadline: float


def in_processes(*, workers: int | None = None, engine: str = WARM, make: Maker = make_report) -> Runner:
    """A runner on this machine.

    Parameters
    ----------
    workers : how many reports at the same time
    engine : ``"warm"`` forks a process with everything imported; ``"plain"`` starts a kernel for each report
    make : what a worker does with the job of a report; a function at the top of a module, as it travels by name

    Returns
    -------
    A function from jobs to outcomes. Each job gets one outcome: a worker that dies or hangs is a failure of its report alone,
    and a report that failed warm is tried once more with a kernel of its own.

    Raises
    ------
    InvalidOption
        If there is no such engine.
    OSError
        While it runs, if a report found no room on the disk: no other report would.

    Examples
    --------
    >>> runner = in_processes(workers=1, engine="plain")
    >>> list(runner([]))
    []
    """
    one_of(engine, ENGINES, name="engine")
    count = workers or default_workers()

    def run(jobs: Sequence[AnyJob]) -> Iterator[Outcome]:
        context = _context(make)
        needs = _needs(jobs) if make is make_report else {}
        waiting, running = deque(replace(job, engine=engine) for job in jobs), list[_Running]()
        try:
            while waiting or running:
                while waiting and len(running) < count:
                    running.append(_start(context, waiting.popleft(), make, needs))
                for done, outcome in _finished(running):
                    refuse_full_disk(outcome)
                    again = second_try(done.job, outcome)
                    if again is not None:
                        _stop(done)  # the second try works in the same folder
                        waiting.append(again)
                    # The next starts before this one is told of: no core waits for what the caller does with an outcome.
                    if waiting:
                        running.append(_start(context, waiting.popleft(), make, needs))
                    running.remove(done)
                    _stop(done)  # at once where it was stopped already
                    if again is None:
                        yield outcome
        finally:
            for left in running:
                _stop(left)

    return run


def _context(make: Maker) -> BaseContext:
    methods = multiprocessing.get_all_start_methods()
    if "forkserver" not in methods:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # Another maker of reports, as tests have it, has no use for the whole stack.
    context.set_forkserver_preload(["whatworks.workflow.warm" if make is make_report else make.__module__])
    return context


def _needs(jobs: Sequence[AnyJob]) -> dict[str, str]:
    """What the fork server is told to have ready for these jobs."""
    evidence = {str(Project(job.root).evidence) for job in jobs}
    return {_ALSO: _installed(jobs), _EVIDENCE: evidence.pop() if len(evidence) == 1 else ""}


def _installed(jobs: Sequence[AnyJob]) -> str:
    """Packages of the environment that the jobs' notebooks import; a module of one's own may do more than define names."""
    notebooks = {Project(job.root).notebook_of(job.question.design) for job in jobs if isinstance(job, Job) and job.execute}
    names: set[str] = set()
    for path in sorted(notebooks):
        # One that cannot be read fails in its own report.
        with suppress(InvalidParameters):
            names |= imported(read_notebook(path))
    return ",".join(sorted(name for name in names if _is_installed(name.partition(".")[0])))


def _is_installed(package: str) -> bool:
    try:
        found = find_spec(package)
    except ValueError:
        return False
    return found is not None and str(found.origin).startswith(sys.prefix)


def _start(context: BaseContext, job: AnyJob, make: Maker, needs: Mapping[str, str]) -> _Running:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, job, make), name=job.name)  # type: ignore[attr-defined]
    with _STARTING, _surroundings({**_ENVIRONMENT, **needs}), _no_script():
        process.start()
    theirs.close()
    return _Running(job, process, ours, time.monotonic() + _REPORT_TO_CELL * job.timeout)


@contextmanager
def _surroundings(environment: Mapping[str, str]) -> Iterator[None]:
    """The workers' environment, for as long as it takes: the fork server reads it once, when the first worker starts it."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _no_script() -> Iterator[None]:
    """Hide the script that was started: every worker would run it again, and none has a use for it."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _finished(running: Sequence[_Running]) -> list[tuple[_Running, Outcome]]:
    """Wait until a worker has answered, died or run out of time."""
    soonest = min(each.deadline for each in running)
    # What a notebook started may hold the line of a worker that died, so its end counts as well.
    ends = [end for each in running for end in (each.line, each.process.sentinel)]
    ready = wait(ends, timeout=max(0.0, soonest - time.monotonic()))
    done = []
    for each in running:
        if each.line in ready or each.process.sentinel in ready:
            done.append((each, _answer(each)))
        elif time.monotonic() >= each.deadline:
            _stop(each)
            message = f"The report took longer than {_REPORT_TO_CELL * each.job.timeout:.0f} seconds and was stopped."
            done.append((each, _failed(each.job, "ReportTimeout", message)))
    return done


def _answer(each: _Running) -> Outcome:
    try:
        if not each.line.poll():
            raise EOFError
        outcome: Outcome = each.line.recv()
    except (EOFError, OSError):
        each.process.join(_GRACE)
        _signal(each.process, signal.SIGKILL)
        message = f"The worker process ended by itself (exit code {each.process.exitcode}); often memory ran out."
        outcome = _failed(each.job, "WorkerDied", message)
    return outcome


def _failed(job: AnyJob, kind: str, message: str) -> Outcome:
    return Outcome(folder=job.name, failure=Failure(type=kind, message=message), earlier=job.earlier)


def _stop(each: _Running) -> None:
    """End a worker that we started, with what its notebook started; politely first, so that it takes its kernel along."""
    each.line.close()
    each.process.join(_GRACE if each.process.exitcode is None else 0)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if each.process.is_alive():
            _signal(each.process, number)
            each.process.join(_GRACE)


def _signal(worker: BaseProcess, number: int) -> None:
    """Tell a worker, and all that its notebook started."""
    # Both: one that has just been started has no group of its own yet.
    for send in (os.killpg, os.kill):
        if worker.pid:
            with suppress(ProcessLookupError):
                send(worker.pid, number)


def _work(line: Connection, job: AnyJob, make: Maker) -> None:
    """The life of a worker: surroundings of its own, one job, one answer."""
    # What a notebook starts belongs to the worker's group, and ends with it.
    os.setsid()
    os.register_at_fork(after_in_child=line.close)
    threading.Thread(target=_end_with_parent, args=(line,), daemon=True).start()
    try:
        outcome = _make_apart(job, make)
    except OSError as error:
        outcome = Outcome(folder=job.name, failure=failure_of(error), earlier=job.earlier)
    line.send(outcome)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        # A notebook may leave threads that never end; all has been said.
        os._exit(0)


def _make_apart(job: AnyJob, make: Maker) -> Outcome:
    """Do the job with folders and streams of its own."""
    with tempfile.TemporaryDirectory(prefix="kernel-", dir=job.scratch) as scratch:
        os.environ.update(_ENVIRONMENT)
        # The user's start-up scripts would be part of the report without being part of its key.
        os.environ.update(IPYTHONDIR=f"{scratch}/ipython", JUPYTER_RUNTIME_DIR=f"{scratch}/runtime")
        # Connection files go with the run, even a killed one.
        tempfile.tempdir = scratch
        # Kernels warn about their transport at each start; what a reader must know is in the notebook itself.
        silence = os.open(os.devnull, os.O_WRONLY)
        for loud in (1, 2):
            os.dup2(silence, loud)
        return make_pages(job) if isinstance(job, PageJob) else make(job)


def _end_children() -> None:
    """A kernel has a session of its own, and one that is only just starting does not notice that it is alone."""
    import psutil

    # Twice: one may be born while the others are counted.
    for pause in (0.2, 0):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
        time.sleep(pause)


def _end_with_parent(line: Connection) -> None:
    """Nothing is ever sent this way: the line ends when the run does, even when the run was killed."""
    try:
        line.recv()
    except (EOFError, OSError):
        _end_children()
        os.killpg(0, signal.SIGTERM)
        time.sleep(_GRACE / 2)
        os._exit(1)
