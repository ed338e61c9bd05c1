"""Telling how a run goes: a bar on a terminal, one plain line per report elsewhere, a table at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from whatworks.workflow.report import Outcome
from whatworks.workflow.site import SiteRun

# Wide enough for the longest codes; without a terminal rich would fold at 80.
_PLAIN_WIDTH = 160


class Lines:
    """One line per report, as it is done."""

    def __init__(self, console: Console, bar: Bar | None = None) -> None:
        self.console = console
        self.bar = bar
        self.total = 0
        self.count = 0

    def planned(self, folders: Sequence[str]) -> None:
        """Say how many reports will be made."""
        self.total = len(folders)
        if self.bar:
            self.bar.add_task("Reports", total=self.total)
        else:
            self.console.print(Text(f"{self.total} report{'' if self.total == 1 else 's'} to make"))

    def done(self, outcome: Outcome) -> None:
        """Say how one report ended."""
        self.count += 1
        spent = sum(outcome.seconds.values())
        ending = f"failed: {outcome.failure}" if outcome.failure else f"done in {spent:.1f} s"
        self.console.print(Text(f"[{self.count}/{self.total}] {outcome.folder}: {ending}"), soft_wrap=True)
        if self.bar:
            self.bar.advance(self.bar.task_ids[0])


@contextmanager
def following(stream: TextIO) -> Iterator[Lines]:
    """Follow a run on a stream: with a bar on a terminal, in plain lines elsewhere."""
    console = console_for(stream)
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        yield Lines(console, bar)


def summarise(run: SiteRun, stream: TextIO) -> None:
    """Say what was done and where to look."""
    console = console_for(stream)
    door = _short(run.output / "index.html")
    unchanged = sum(report.status == "unchanged" for report in run.reports)
    if not run.changed:
        plural = "report is" if unchanged == 1 else "reports are"
        console.print(Text(f"Nothing has changed: {unchanged} {plural} up to date. Open {door}"), soft_wrap=True)
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    table.add_column("Report", overflow="fold")
    table.add_column("Result")
    table.add_column("Seconds", justify="right")
    for report in run.reports:
        if report.status != "unchanged":
            style = "red" if report.status == "failed" else ""
            table.add_row(Text(report.folder), Text(report.status, style=style), f"{report.seconds:.1f}")
    if table.row_count:
        console.print(table)
    for report in run.failed:
        console.print(Text(f"FAILED {report.folder}: {report.failure}", style="red"), soft_wrap=True)
    counts = [f"{len(run.reports) - unchanged - len(run.failed)} made", f"{unchanged} unchanged", f"{len(run.failed)} failed"]
    console.print(Text(f"{', '.join(counts)}. Open {door}"), soft_wrap=True)


def console_for(stream: TextIO) -> Console:
    """A console that keeps text as it is: codes and messages are no markup."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    return (
        console if console.is_terminal else Console(file=stream, highlight=False, markup=False, emoji=False, width=_PLAIN_WIDTH)
    )


def _short(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()
