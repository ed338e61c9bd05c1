"""The same reports on several machines, through Dask distributed.

A task makes one report as a run on one machine does, in a fresh process in a folder of its own, and sends its files back as
they are. Only the process that planned the site writes into it, so a machine that is lost loses nothing that was delivered,
and a report that two machines made counts once.
"""

import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from whatworks.core.errors import InvalidOption, InvalidResult, WhatworksError
from whatworks.core.options import one_of
from whatworks.workflow.failures import Failure, failure_of
from whatworks.workflow.jobs import ENGINES, WARM, AnyJob, Job, Maker, Outcome, PageJob, Runner, refuse_full_disk
from whatworks.workflow.project import find_project
from whatworks.workflow.report import make_report
from whatworks.workflow.run import in_processes

# How long to wait for the first machine, and for one to come back after the last was lost.
_PATIENCE = 60.0
_LOOK = 2.0
# Folders of a job on a machine of the cluster.
_REPORT, _EFFECT = "report", "effect"


class ClusterUnreachable(WhatworksError):
    """No scheduler answers, or no machine works for it."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A report on its way home: how its job ended, and every file of it by name."""

    outcome: Outcome
    files: Mapping[str, bytes]


def in_cluster(address: str, *, engine: str = WARM, make: Maker = make_report, patience: float = _PATIENCE) -> Runner:
    """A runner on the machines of a Dask cluster.

    Parameters
    ----------
    address : of the scheduler, as ``tcp://machine:8786``
    engine, make : as for :func:`in_processes`
    patience : seconds without any machine after which the run is given up

    Returns
    -------
    A function from jobs to outcomes. Each job gets one outcome. The report of a machine that is lost is made by another.

    Raises
    ------
    InvalidOption
        If there is no such engine, or the package ``distributed`` is not installed.
    ClusterUnreachable
        While it runs, if no scheduler answers or no machine is left.
    OSError
        While it runs, if a machine or this one has no room on its disk.

    Examples
    --------
    Nothing is asked of the machines before there is a job.

    >>> callable(in_cluster("tcp://127.0.0.1:8786"))
    True
    """
    one_of(engine, ENGINES, name="engine")

    def run(jobs: Sequence[AnyJob]) -> Iterator[Outcome]:
        if not jobs:
            return
        with _client(address, patience) as client:
            arrived: SimpleQueue[Any] = SimpleQueue()
            pending = {}
            for job in jobs:
                future = client.submit(make_here, job, sent_along(job), engine, make, pure=False)
                pending[future.key] = (job, future)
                future.add_done_callback(arrived.put)
            while pending:
                job, future = pending.pop(_next(arrived, client, patience).key)
                outcome = _unpacked(job, future)
                future.release()
                refuse_full_disk(outcome)
                yield outcome

    return run


def make_here(job: AnyJob, files: Mapping[str, bytes], engine: str, make: Maker) -> Delivery:
    """What a machine of the cluster does: make one report in a folder of its own.

    Parameters
    ----------
    job : its project stands at the same place on this machine, with the same content
    files : what :func:`sent_along` took from the machine that planned the run
    engine, make : as for :func:`in_processes`
    """
    _allow_children()
    with tempfile.TemporaryDirectory(prefix="report-") as place:
        here = replace(job, folder=Path(place) / _REPORT, scratch=None)
        if isinstance(here, Job) and here.effect is not None:
            here = replace(here, effect=Path(place) / _EFFECT)
        try:
            _refuse_other_content(job)
            here.folder.mkdir()
            for name, content in files.items():
                (Path(place) / name).parent.mkdir(exist_ok=True)
                (Path(place) / name).write_bytes(content)
            (outcome,) = in_processes(workers=1, engine=engine, make=make)([here])
            made = {path.name: path.read_bytes() for path in sorted(here.folder.iterdir())}
        except (OSError, WhatworksError) as error:
            return Delivery(outcome=Outcome(folder=job.name, failure=failure_of(error)), files={})
    return Delivery(outcome=outcome, files={} if outcome.failure else made)


def _refuse_other_content(job: AnyJob) -> None:
    """A machine with an older copy of data, code or lock would answer another question under the same name."""
    if not _holds_the_same(job):
        raise InvalidResult(
            "A machine of the cluster holds other data, code or versions than the one that planned the run. "
            "Bring its copy of the project up to date, or share one folder."
        )


def _holds_the_same(job: AnyJob) -> bool:
    from whatworks.workflow import keys
    from whatworks.workflow.unchanged import inputs

    project = find_project(job.root)
    if isinstance(job, PageJob):
        return not job.made_from or inputs(project, job.made_from["named"]) == job.made_from
    # A report that rests on another has the other's key in its own; that one was held against its copy when it was made.
    asked = job.execute and job.key and job.effect is None
    return not asked or keys.report_keys(project, [job.question])[job.name] == job.key


def _allow_children() -> None:
    """Dask marks its workers as processes without children, lest these outlive them; ours end when their line does."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]


@contextmanager
def _client(address: str, patience: float) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise InvalidOption(
            "--cluster needs the package distributed. Install whatworks[cluster], here and on every machine."
        ) from None
    try:
        client = Client(address, set_as_default=False, timeout=patience)
    except (OSError, ValueError) as error:
        raise ClusterUnreachable(
            f"No scheduler answers at {address} ({type(error).__name__}). Start one with: dask scheduler"
        ) from None
    try:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            raise _without_machines(address) from None
        yield client
    finally:
        client.close()


def _without_machines(address: str) -> ClusterUnreachable:
    return ClusterUnreachable(
        f"No machine works for the scheduler at {address}. Start one with: dask worker {address} --nworkers 2 --nthreads 1"
    )


def _next(arrived: "SimpleQueue[Any]", client: Any, patience: float) -> Any:
    """The next report that is done; refuses to wait for ever where nobody works."""
    waited = 0.0
    while True:
        try:
            return arrived.get(timeout=_LOOK)
        except Empty:
            waited = 0.0 if client.scheduler_info()["workers"] else waited + _LOOK
        if waited > patience:
            raise _without_machines(client.scheduler.address)


def sent_along(job: AnyJob) -> dict[str, bytes]:
    """The files that a job works on: those of the report it rests on, and its own unless it runs the notebook anew."""
    if isinstance(job, PageJob):
        return {}
    folders = {_REPORT: None if job.execute else job.folder, _EFFECT: job.effect}
    return {
        f"{name}/{path.name}": path.read_bytes()
        for name, folder in folders.items()
        if folder is not None
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def _unpacked(job: AnyJob, future: Any) -> Outcome:
    """Write a report into the site; the manifest last, since a folder that has one counts as whole."""
    if future.status != "finished":
        message = "No machine of the cluster could make it; a machine was lost each time. Often memory ran out."
        return Outcome(folder=job.name, failure=Failure(type="WorkerDied", message=message))
    delivery: Delivery = future.result()
    job.folder.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(delivery.files.items(), key=lambda file: file[0] == "manifest.json"):
        # A name travels as it was made: one part, below the report's own folder.
        beside = job.folder / f".{Path(name).name}.new"
        beside.write_bytes(content)
        beside.replace(job.folder / Path(name).name)
    return delivery.outcome
