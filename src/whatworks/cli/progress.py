"""Telling how a run goes: a bar on a terminal, one plain line per report elsewhere, a table at the end, a log beside the site.

In continuous integration (``CI`` is set) only what went wrong is told before the table.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from whatworks.core.unseen import spelt_out

if TYPE_CHECKING:
    from whatworks.workflow.jobs import Outcome
    from whatworks.workflow.site import SiteRun
    from whatworks.workflow.verify import Verified

# Wide enough for the longest codes; without a terminal rich would fold at 80.
_PLAIN_WIDTH = 160
# A guess from one report is no guess.
_ENOUGH_TO_GUESS = 3


class Lines:
    """One line per report, as it is done."""

    def __init__(self, console: Console, bar: Bar | None = None, *, log: Path | None = None, quiet: bool = False) -> None:
        self.console = console
        self.bar = bar
        self.total = 0
        self.count = 0
        self._path = log
        self._log: TextIO | None = None
        self._quiet = quiet
        self._started = time.monotonic()

    def planned(self, folders: Sequence[str]) -> None:
        """Say how many reports will be made."""
        self.total = len(folders)
        self._started = time.monotonic()
        text = f"{self.total} report{'' if self.total == 1 else 's'} to make"
        self._open_log()
        self._note(text)
        if self.bar:
            self.bar.add_task("Reports", total=self.total)
        elif not self._quiet:
            self.console.print(_text(text))

    def done(self, outcome: "Outcome") -> None:
        """Say how one report ended, and how long the rest will take."""
        self.count += 1
        spent = sum(outcome.seconds.values())
        ending = f"failed: {outcome.failure}" if outcome.failure else f"done in {spent:.1f} s"
        if outcome.earlier:
            ending += f" (at the second try; the first failed: {outcome.earlier})"
        line = f"[{self.count}/{self.total}] {outcome.folder}: {ending}"
        self._note(line)
        if not self._quiet or outcome.failure or outcome.earlier:
            self.console.print(_text(line + self._remaining()), soft_wrap=True)
        if self.bar:
            self.bar.advance(self.bar.task_ids[0])

    def _remaining(self) -> str:
        """How long the reports that are left will take, at the pace so far. The bar says it by itself."""
        left = self.total - self.count
        if self.bar or left <= 0 or self.count < _ENOUGH_TO_GUESS:
            return ""
        return f"; about {in_words((time.monotonic() - self._started) / self.count * left)} left"

    def close(self) -> None:
        """Close the log."""
        if self._log:
            self._log.close()

    def _open_log(self) -> None:
        """Start the log anew. A run that can do its work does not stop where the log cannot be written."""
        try:
            self._log = None if self._path is None else self._path.open("w", encoding="utf-8")
        except OSError:
            self._log = None

    def _note(self, text: str) -> None:
        if self._log:
            self._log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {spelt_out(text)}\n")
            self._log.flush()


def in_words(seconds: float) -> str:
    """A time to wait, as exact as such a guess can be.

    Examples
    --------
    >>> in_words(42.3), in_words(200)
    ('42 s', '3 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


@contextmanager
def following(stream: TextIO, *, log: Path | None = None) -> Iterator[Lines]:
    """Follow a run on a stream: with a bar on a terminal, in plain lines elsewhere.

    Parameters
    ----------
    stream : where to tell
    log : file that gets every line with its time, whatever is shown; a run with something to do starts it anew
    """
    console = console_for(stream)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=console, transient=True) as bar, closing(Lines(console, bar, log=log)) as lines:
            yield lines
    else:
        with closing(Lines(console, log=log, quiet=bool(os.environ.get("CI")))) as lines:
            yield lines


def summarise(run: "SiteRun", stream: TextIO) -> bool:
    """Say what was done and where to look; True when no report failed."""
    console = console_for(stream)
    door = _short(run.output / "index.html")
    unchanged = sum(report.status == "unchanged" for report in run.reports)
    if not run.changed:
        plural = "report is" if unchanged == 1 else "reports are"
        console.print(_text(f"Nothing has changed: {unchanged} {plural} up to date. Open {door}"), soft_wrap=True)
        return True
    table = _table("Report", "Result")
    table.add_column("Seconds", justify="right")
    for report in run.reports:
        if report.status != "unchanged":
            style = "red" if report.status == "failed" else ""
            status = f"{report.status}, second try" if report.earlier else report.status
            table.add_row(_text(report.folder), _text(status, style=style), f"{report.seconds:.1f}")
    if table.row_count:
        console.print(table)
    for report in run.failed:
        console.print(_text(f"FAILED {report.folder}: {report.failure}", style="red"), soft_wrap=True)
    counts = [f"{len(run.reports) - unchanged - len(run.failed)} made", f"{unchanged} unchanged", f"{len(run.failed)} failed"]
    console.print(_text(f"{', '.join(counts)}. Open {door}"), soft_wrap=True)
    return not run.failed


_VERDICTS = {
    "same": "same results, byte for byte",
    "different": "running again gives another result",
    "altered": "the files are not those that the run wrote",
    "changed": "question, data or code changed since; run whatworks reports first",
    "missing": "not in the site",
    "failed": "could not be run again",
}


def tell_verified(verdicts: "Sequence[Verified]", stream: TextIO) -> bool:
    """Say which reports still say what running them again says; True when all that could be compared do."""
    console = console_for(stream)
    table = _table("Report", "Result", "Files")
    for verdict in verdicts:
        said = _VERDICTS[verdict.status] + (f": {verdict.failure}" if verdict.failure else "")
        table.add_row(_text(verdict.folder), _text(said, style="" if verdict.holds else "red"), _text(", ".join(verdict.files)))
    console.print(table)
    same = sum(verdict.status == "same" for verdict in verdicts)
    wrong = sum(not verdict.holds for verdict in verdicts)
    counts = [f"{same} the same", f"{len(verdicts) - same - wrong} changed since", f"{wrong} wrong"]
    console.print(_text(f"{', '.join(counts)}."))
    return wrong == 0


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def console_for(stream: TextIO) -> Console:
    """A console that keeps text as it is: codes and messages are no markup."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    return (
        console if console.is_terminal else Console(file=stream, highlight=False, markup=False, emoji=False, width=_PLAIN_WIDTH)
    )


def _text(words: str, style: str = "") -> Text:
    """Words as they are; nothing in a name steers the terminal."""
    return Text(spelt_out(words), style=style)


def _short(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()
