"""Worker processes: side by side, and none harms another."""

import multiprocessing
import os
import signal
import time
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace

import pytest

from whatworks.workflow.failures import Failure
from whatworks.workflow.jobs import Job, Outcome
from whatworks.workflow.run import in_processes

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _workers_find_this_module(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY))
    # A fork server that another test filled would serve these workers too, and the other way round.
    forkserver._forkserver._stop()
    yield
    forkserver._forkserver._stop()


def jobs(tmp_path, *names, timeout=30.0):
    return [
        Job(
            question=SimpleNamespace(target_group=name, folder=f"{name}/m"),
            root=tmp_path,
            folder=tmp_path / name,
            languages=("da",),
            key="",
            timeout=timeout,
        )
        for name in names
    ]


def behave(job: Job) -> Outcome:
    """Act by the name of the target group."""
    name = job.question.target_group
    (job.root / name).write_text(str(os.getpid()))
    if name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "hangs":
        time.sleep(600)
    if name == "fails":
        return Outcome(folder=job.question.folder, failure=Failure(type="X", message="x"))
    surroundings = {name: os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "PYTHONHASHSEED", "IPYTHONDIR")}
    return Outcome(folder=f"{job.question.folder} {surroundings}")


def test_a_worker_that_dies_hangs_or_fails_leaves_the_others_alone(tmp_path):
    before = dict(os.environ)
    run = in_processes(workers=4, make=behave)
    # The first worker waits for the fork server to import; that is none of the time the one that hangs is given.
    list(run(jobs(tmp_path, "comes first")))
    asked = [*jobs(tmp_path, "dies"), *jobs(tmp_path, "hangs", timeout=1.0), *jobs(tmp_path, "fails", "works")]
    outcomes = {outcome.folder.split("/")[0]: outcome for outcome in run(asked)}
    assert outcomes["dies"].failure.type == "WorkerDied"
    assert "exit code -9" in outcomes["dies"].failure.message
    assert outcomes["hangs"].failure.type == "ReportTimeout"
    assert outcomes["fails"].failure.message == "x"
    assert outcomes["works"].failure is None
    assert "'OMP_NUM_THREADS': '1', 'PYTHONHASHSEED': '0'" in outcomes["works"].folder
    assert dict(os.environ) == before
    for name in ("dies", "hangs", "works"):
        assert not alive(int((tmp_path / name).read_text()))


def test_workers_end_when_the_run_is_left(tmp_path):
    outcomes = in_processes(workers=2, make=behave)(jobs(tmp_path, "works", "hangs", "works too"))
    next(outcomes)
    outcomes.close()
    assert not (tmp_path / "hangs").exists() or not alive(int((tmp_path / "hangs").read_text()))


def run_and_be_killed(root: str) -> None:
    """A run in a process of its own that never gets an answer."""
    list(in_processes(workers=1, make=behave)(jobs(Path(root), "hangs")))


def test_workers_end_when_the_run_is_killed(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=run_and_be_killed, args=(str(tmp_path),))
    process.start()
    worker = tmp_path / "hangs"
    assert within(120, lambda: worker.exists() and worker.read_text())
    process.kill()
    process.join()
    assert within(15, lambda: not alive(int(worker.read_text())))


def within(seconds: float, condition) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that ended and was not yet waited for still has a number.
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc").exists() else True
