"""Worker processes: side by side, and none harms another."""

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace

import pytest

from whatworks.workflow.failures import DISK_FULL, Failure
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
    if name == "forks" and not os.fork():
        with (job.root / "child").open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(600)
    if name == "forks":
        assert within(60, lambda: (job.root / "child").exists())
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "leaves a thread":
        threading.Thread(target=time.sleep, args=(600,)).start()
    if name == "leaves a process":
        (job.root / "child").write_text(str(subprocess.Popen(["sleep", "600"]).pid))
    if name == "has a session apart":
        # As a kernel has it; a file that is there is written whole.
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        (job.root / "half").write_text(str(child.pid))
        (job.root / "half").rename(job.root / "child")
        time.sleep(600)
    if name == "finds no room":
        return Outcome(folder=job.name, failure=Failure(type=DISK_FULL, message="x", number=28))
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


def test_a_worker_that_died_is_seen_though_its_child_holds_its_line(tmp_path):
    (outcome,) = in_processes(workers=1, make=behave)(jobs(tmp_path, "forks"))
    assert outcome.failure.type == "WorkerDied"
    assert within(15, lambda: not any(alive(int(child)) for child in (tmp_path / "child").read_text().split()))


def test_threads_and_processes_that_a_notebook_leaves_end_with_its_report(tmp_path):
    asked = jobs(tmp_path, "leaves a thread", "leaves a process")
    assert [outcome.failure for outcome in in_processes(workers=1, make=behave)(asked)] == [None, None]
    assert not alive(int((tmp_path / "leaves a thread").read_text()))
    assert within(15, lambda: not alive(int((tmp_path / "child").read_text())))


def test_the_next_report_starts_before_the_last_is_told_of(tmp_path):
    outcomes = in_processes(workers=1, make=behave)(jobs(tmp_path, "works", "hangs"))
    assert next(outcomes).failure is None
    # Nobody asks for more, and it has been started all the same; when nobody will, it ends.
    assert within(60, lambda: (tmp_path / "hangs").exists() and (tmp_path / "hangs").read_text())
    outcomes.close()
    assert not alive(int((tmp_path / "hangs").read_text()))


def test_a_full_disk_ends_every_worker(tmp_path):
    with pytest.raises(OSError, match="x"):
        list(in_processes(workers=2, make=behave)(jobs(tmp_path, "hangs", "finds no room")))
    assert not alive(int((tmp_path / "finds no room").read_text()))
    assert not (tmp_path / "hangs").exists() or not alive(int((tmp_path / "hangs").read_text()))


def test_workers_end_when_the_run_is_left(tmp_path):
    outcomes = in_processes(workers=2, make=behave)(jobs(tmp_path, "works", "hangs", "works too"))
    next(outcomes)
    outcomes.close()
    assert not (tmp_path / "hangs").exists() or not alive(int((tmp_path / "hangs").read_text()))


def test_a_process_with_a_session_of_its_own_ends_when_the_run_is_left(tmp_path):
    outcomes = in_processes(workers=2, make=behave)(jobs(tmp_path, "works", "has a session apart"))
    next(outcomes)
    assert within(60, lambda: (tmp_path / "child").exists())
    outcomes.close()
    assert within(15, lambda: not alive(int((tmp_path / "child").read_text())))


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
