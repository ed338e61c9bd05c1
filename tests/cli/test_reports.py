"""The command line: what it passes on, what it prints, how it ends."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whatworks import __version__
from whatworks.cli import app
from whatworks.cli.progress import following, summarise
from whatworks.core.errors import InvalidParameters, SiteBusy, UnknownCode
from whatworks.workflow import run as run_room
from whatworks.workflow import site
from whatworks.workflow.report import Failure, Outcome
from whatworks.workflow.site import ReportStatus, SiteRun

MADE = Outcome(folder="homelessness/published_reviews", seconds={"execute": 2.0, "render": 0.25})
BROKEN = Outcome(
    folder="schizophrenia/published_reviews", failure=Failure(type="MissingData", message="[bold]no[/bold] file", cell=4)
)


@pytest.fixture
def called(monkeypatch):
    """Stand in for the workflow: remember how it was called, report two outcomes."""
    calls: dict = {}

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
    monkeypatch.setattr(run_room, "in_processes", lambda workers: f"{workers} workers")
    return calls


def invoke(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_options_are_passed_on(called):
    arguments = ["--target-group", "a", "--target-group", "b", "--method", "m", "--language", "en"]
    invoke("reports", *arguments, "--output", "site", "--force", "--workers", "3")
    assert called == {
        "target_groups": ["a", "b"],
        "methods": ["m"],
        "languages": ("en",),
        "output": Path("site"),
        "force": True,
        "runner": "3 workers",
    }


def test_without_options_everything_is_asked_for(called):
    invoke("reports")
    assert called == {
        "target_groups": (),
        "methods": (),
        "languages": ("da", "en"),
        "output": None,
        "force": False,
        "runner": "None workers",
    }


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
