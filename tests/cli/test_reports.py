"""The command line: what it passes on, what it prints, how it ends."""

import io
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whatworks import __version__
from whatworks.cli import app
from whatworks.cli import progress as progress_room
from whatworks.cli.progress import following, summarise
from whatworks.core.errors import InvalidParameters, SiteBusy, UnknownCode
from whatworks.workflow import cluster, site, verify
from whatworks.workflow import run as run_room
from whatworks.workflow.failures import Failure
from whatworks.workflow.jobs import Outcome
from whatworks.workflow.site import ReportStatus, SiteRun
from whatworks.workflow.verify import Verified

MADE = Outcome(folder="homelessness/published_reviews", seconds={"execute": 2.0, "render": 0.25})
BROKEN = Outcome(
    folder="schizophrenia/published_reviews", failure=Failure(type="MissingData", message="[bold]no[/bold] file", cell=4)
)


@pytest.fixture
def called(monkeypatch, tmp_path):
    """Stand in for the workflow, in a project of its own: remember how it was called, report two outcomes."""
    calls: dict = {}
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "method_report.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)

    def build_site(*, progress, **options):
        calls.update(options)
        progress.planned([MADE.folder, BROKEN.folder])
        progress.done(MADE)
        progress.done(BROKEN)
        statuses = (
            ReportStatus(folder=MADE.folder, status="made", seconds=2.25),
            ReportStatus(folder=BROKEN.folder, status="failed", failure=BROKEN.failure),
            ReportStatus(folder="substance_use/published_reviews", status="unchanged"),
        )
        return SiteRun(output=Path.cwd() / "reports", changed=True, reports=statuses if not calls.get("quiet") else statuses[:1])

    monkeypatch.setattr(site, "build_site", build_site)
    monkeypatch.setattr(run_room, "in_processes", lambda workers, engine: f"{workers} workers, {engine}")
    monkeypatch.setattr(cluster, "in_cluster", lambda address, engine: f"{address}, {engine}")
    return calls


def invoke(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_options_are_passed_on(called):
    arguments = ["--target-group", "a", "--target-group", "b", "--method", "m", "--language", "en"]
    invoke("reports", *arguments, "--output", "site", "--force", "--workers", "3", "--engine", "plain")
    assert called == {
        "target_groups": ["a", "b"],
        "methods": ["m"],
        "languages": ("en",),
        "output": Path("site"),
        "force": True,
        "runner": "3 workers, plain",
    }


def test_without_options_everything_is_asked_for(called):
    invoke("reports")
    assert called == {
        "target_groups": (),
        "methods": (),
        "languages": ("da", "en"),
        "output": None,
        "force": False,
        "runner": "None workers, warm",
    }


def test_a_cluster_takes_the_place_of_this_machine(called):
    invoke("reports", "--cluster", "tcp://machine:8786")
    assert called["runner"] == "tcp://machine:8786, warm"


@pytest.mark.parametrize(
    "more", [["--workers", "2", "--cluster", "tcp://x:1"], ["--verify", "--force"], ["--verify", "--language", "da"]]
)
def test_options_that_contradict_each_other_are_refused(called, more):
    result = invoke("reports", *more)
    assert result.exit_code == 2
    assert "Leave" in result.stderr
    assert called == {}


@pytest.mark.parametrize(("status", "code"), [("same", 0), ("changed", 0), ("different", 1), ("altered", 1), ("failed", 1)])
def test_a_site_that_running_again_contradicts_ends_with_1(called, monkeypatch, status, code):
    def verify_site(**options):
        called.update(options)
        return (Verified(folder=MADE.folder, status=status, files=("results.json",)),)

    monkeypatch.setattr(verify, "verify_site", verify_site)
    result = invoke("reports", "--verify", "--target-group", "homelessness")
    assert result.exit_code == code
    assert called["target_groups"] == ["homelessness"]
    assert "homelessness/published_reviews" in result.stdout
    assert f"{int(status == 'same')} the same, {int(status == 'changed')} changed since, {code} wrong." in result.stdout


def test_the_log_tells_what_was_done_and_when(called):
    invoke("reports", "--log", "run.log")
    lines = Path("run.log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines[:2]] == [
        "2 reports to make",
        "[1/2] homelessness/published_reviews: done in 2.2 s",
    ]
    assert all(datetime.fromisoformat(line.split(" ")[0]).tzinfo for line in lines)


def test_without_a_name_the_log_lies_beside_the_site_and_a_run_goes_on_where_it_cannot(called):
    assert invoke("reports").exit_code == 1
    assert Path(".reports-log").is_file()
    assert "2 reports to make" in invoke("reports", "--log", "no/such/folder/log").stdout


def test_in_continuous_integration_only_what_went_wrong_is_told(called, monkeypatch):
    monkeypatch.setenv("CI", "true")
    lines = invoke("reports").stdout.splitlines()
    assert lines[0].startswith("[2/2] schizophrenia/published_reviews: failed")
    assert "2 reports to make" in Path(".reports-log").read_text()


def test_the_time_that_is_left_is_told_once_it_can_be_guessed(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress_room.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    with following(stream) as progress:
        progress.planned(["a", "b", "c", "d", "e"])
        for _ in range(5):
            progress.done(MADE)
    told = [line.partition("; ")[2] for line in stream.getvalue().splitlines()]
    assert told == ["", "", "", "about 7 s left", "about 5 s left", ""]


def test_a_second_try_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv("CI", raising=False)
    stream = io.StringIO()
    with following(stream) as progress:
        progress.planned([MADE.folder])
        progress.done(Outcome(folder=MADE.folder, earlier=Failure(type="WorkerDied", message="memory")))
    status = ReportStatus(folder=MADE.folder, status="made", earlier=Failure(type="WorkerDied", message="memory"))
    summarise(SiteRun(output=tmp_path, changed=True, reports=(status,)), stream)
    assert "(at the second try; the first failed: WorkerDied: memory)" in stream.getvalue()
    assert "made, second try" in stream.getvalue()


def test_a_failed_report_is_named_and_ends_with_1(called):
    result = invoke("reports")
    assert result.exit_code == 1
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[:3] == [
        "2 reports to make",
        "[1/2] homelessness/published_reviews: done in 2.2 s",
        "[2/2] schizophrenia/published_reviews: failed: MissingData (code cell 4): [bold]no[/bold] file",
    ]
    assert lines[-2:] == [
        "FAILED schizophrenia/published_reviews: MissingData (code cell 4): [bold]no[/bold] file",
        "1 made, 1 unchanged, 1 failed. Open reports/index.html",
    ]


def test_a_good_run_ends_with_0(called):
    called["quiet"] = True
    assert invoke("reports").exit_code == 0


@pytest.mark.parametrize(
    ("error", "code", "printed"),
    [
        (UnknownCode("No question has it. There are: a, b."), 2, "No question has it. There are: a, b.\n"),
        (InvalidParameters("2 faults"), 1, "InvalidParameters: 2 faults\n"),
        (SiteBusy("Another run"), 1, "SiteBusy: Another run\n"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(monkeypatch, error, code, printed):
    def build_site(**options):
        raise error

    monkeypatch.setattr(site, "build_site", build_site)
    result = invoke("reports")
    assert result.exit_code == code
    assert result.stderr == printed
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["reports", "--language", "de"], ["reports", "--workers", "0"], ["reprots"], ["reports", "x"]]
)
def test_wrong_use_ends_with_2(arguments):
    assert invoke(*arguments).exit_code == 2


def test_outside_a_project_it_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("reports")
    assert result.exit_code == 1
    assert "Go to the project's folder first" in result.stderr


def test_the_version_is_the_librarys():
    assert invoke("--version").stdout == f"whatworks {__version__}\n"


def test_help_shows_examples():
    assert "whatworks reports --target-group homelessness" in invoke("reports", "--help").stdout


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with following(stream) as progress:
        progress.planned([MADE.folder, BROKEN.folder])
        progress.done(MADE)
        time.sleep(0.15)
    assert "━" in stream.getvalue()
    assert "1/2" in stream.getvalue()


def test_an_unchanged_site_takes_one_line(tmp_path):
    stream = io.StringIO()
    reports = tuple(ReportStatus(folder=name, status="unchanged") for name in ("a/m", "b/m"))
    summarise(SiteRun(output=tmp_path, changed=False, reports=reports), stream)
    assert stream.getvalue() == f"Nothing has changed: 2 reports are up to date. Open {tmp_path.as_posix()}/index.html\n"


def test_starting_costs_no_notebook_stack():
    code = (
        "import sys, whatworks.cli.reports, whatworks.cli.progress, whatworks.workflow.site\n"
        "heavy = ('papermill', 'nbconvert', 'nbformat', 'matplotlib', 'seaborn', 'IPython')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"
