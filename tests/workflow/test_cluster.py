"""Several machines: every report arrives once, whatever happens to one of them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from whatworks.core.errors import InvalidOption
from whatworks.workflow import cluster
from whatworks.workflow.cluster import ClusterUnreachable, in_cluster, make_here
from whatworks.workflow.failures import Failure
from whatworks.workflow.jobs import Job, Outcome

REPOSITORY = Path(__file__).parents[2]


def jobs(root: Path, *names: str, **options) -> list[Job]:
    return [
        Job(
            question=SimpleNamespace(target_group=name, folder=f"{name}/m"),
            root=root,
            folder=root / "site" / name / "m",
            languages=("da",),
            key="",
            **options,
        )
        for name in names
    ]


def behave(job: Job) -> Outcome:
    """Make a report of two files and note that it was begun; act by the name of the target group."""
    name = job.question.target_group
    with (job.root / "begun").open("a") as file:
        file.write(f"{name} {os.getppid()}\n")
    if name == "fails":
        return Outcome(folder=job.question.folder, failure=Failure(type="X", message="x"))
    if name.startswith("slow"):
        time.sleep(0.5)
    job.folder.mkdir(parents=True, exist_ok=True)
    before = sorted(path.name for path in job.folder.iterdir())
    (job.folder / "results.json").write_text(f"{name} {before}")
    (job.folder / "manifest.json").write_text("{}")
    return Outcome(folder=job.question.folder, seconds={"execute": 1.0})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that passes for a project."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "method_report.ipynb").write_text("{}")
    return tmp_path


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Machines find the package and this module, as every process of a cluster must."""
    path = os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": path, "DASK_DISTRIBUTED__WORKER__DAEMON": "True"}


@pytest.fixture(scope="module")
def scheduler(environment) -> Iterator[str]:
    """A scheduler in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    yield address
    process.kill()
    process.wait()


@pytest.fixture
def start(scheduler, environment, tmp_path) -> Iterator:
    """Start a machine: a worker in a process of its own."""
    machines = []

    def begin() -> subprocess.Popen:
        command = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            scheduler,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        ]
        machines.append(
            subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        )
        return machines[-1]

    yield begin
    for machine in machines:
        machine.kill()
        machine.wait()


@pytest.fixture(autouse=True)
def _found_by_machines(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.syspath_prepend(str(REPOSITORY))


def test_a_machine_that_is_killed_loses_nothing_and_every_report_arrives_once(project, scheduler, start):
    doomed, _other = start(), start()
    names = [f"slow{number}" for number in range(5)]
    outcomes = []
    for outcome in in_cluster(scheduler, make=behave)(jobs(project, *names)):
        if not outcomes:
            os.kill(doomed.pid, signal.SIGKILL)
        outcomes.append(outcome)
    assert sorted(outcome.folder for outcome in outcomes) == [f"{name}/m" for name in names]
    assert not any(outcome.failure for outcome in outcomes)
    for name in names:
        folder = project / "site" / name / "m"
        assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "results.json"]
        assert (folder / "results.json").read_text() == f"{name} []"


def test_a_local_cluster_makes_pages_of_what_was_run_before_and_tells_what_failed(project, environment, monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    rendering, failing = jobs(project, "renders", execute=False)[0], jobs(project, "fails")[0]
    rendering.folder.mkdir(parents=True)
    (rendering.folder / "report.ipynb").write_text("{}")
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None) as machines:
        outcomes = {
            outcome.folder: outcome for outcome in in_cluster(machines.scheduler_address, make=behave)([rendering, failing])
        }
    assert (rendering.folder / "results.json").read_text() == "renders ['report.ipynb']"
    # The failing one was tried again with a kernel of its own; nothing of it reached the site.
    assert outcomes["fails/m"].failure == Failure(type="X", message="x")
    begun = (project / "begun").read_text()
    assert len(re.findall("fails", begun)) == 2
    assert len(re.findall("renders", begun)) == 1
    assert list(failing.folder.glob("*")) == []


def test_a_machine_with_another_copy_of_the_project_refuses(project, monkeypatch):
    from whatworks.workflow import keys

    monkeypatch.setattr(keys, "report_keys", lambda root, questions: {"a/m": "other"})
    (job,) = jobs(project, "a")
    asked = [Job(**{**vars(job), "key": key}) for key in ("asked", "other")]
    assert "other data, code or versions" in make_here(asked[0], {}, "warm", behave).outcome.failure.message
    monkeypatch.setattr(cluster, "in_processes", lambda **options: lambda jobs: iter([behave(each) for each in jobs]))
    delivery = make_here(asked[1], {}, "warm", behave)
    assert delivery.outcome.failure is None
    assert set(delivery.files) == {"manifest.json", "results.json"}


def test_without_a_scheduler_it_says_how_to_start_one(project):
    with pytest.raises(ClusterUnreachable, match="dask scheduler"):
        list(in_cluster("tcp://127.0.0.1:9", patience=1.0)(jobs(project, "a")))


def test_without_a_machine_it_says_how_to_start_one(project, scheduler):
    with pytest.raises(ClusterUnreachable, match=f"dask worker {scheduler}"):
        list(in_cluster(scheduler, patience=1.0)(jobs(project, "a")))


def test_an_engine_that_does_not_exist_is_refused():
    with pytest.raises(InvalidOption, match="engine"):
        in_cluster("tcp://127.0.0.1:9", engine="hot")
