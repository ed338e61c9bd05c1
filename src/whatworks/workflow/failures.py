"""Why a report was not made, in one line that names no person."""

import errno
import os
import re
from dataclasses import dataclass
from importlib import import_module

from whatworks.core.errors import MissingData, WhatworksError

# The type of a failure that no other report would escape.
DISK_FULL = "DiskFull"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Messages that name code and never data, with the next step.
_NAMES_CODE = {
    "NameError": (
        re.compile(r"name '\w+' is not defined"),
        "Run the notebook's cells from the top; one above may have been left out.",
    ),
    "ModuleNotFoundError": (
        re.compile(r"No module named '[\w.]+'"),
        "Install it where the reports run, which is beside the whatworks command.",
    ),
}
_NUMBER = re.compile(r"\[Errno (\d+)\]")
# What a page quotes of an error: enough to act on, too little to carry a table of data.
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a report was not made.

    Attributes
    ----------
    type, message : of the error; the message is one short line, without a traceback
    cell : number of the notebook's code cell, where it is known
    number : the system's number of the error, where it has one that stops the run
    """

    type: str
    message: str
    cell: int | None = None
    number: int | None = None

    def __str__(self) -> str:
        place = "" if self.cell is None else f" (code cell {self.cell})"
        return f"{self.type}{place}: {self.message}"


def failure_of(error: Exception) -> Failure:
    """What to tell of an error: its type and one short line; of an error in a cell that cell's own.

    Our own messages never hold a person's value, so they are quoted. Other libraries' messages may, so they are not.
    """
    number = _no_room(error)
    if number is not None:
        return Failure(type=DISK_FULL, message=os.strerror(number), number=number)
    kind, message, cell = type(error).__name__, str(error), None
    ours = isinstance(error, WhatworksError)
    # papermill wraps what a cell raised; nbclient's time-out carries the whole cell in its message.
    if hasattr(error, "ename") and hasattr(error, "evalue"):
        # A kernel writes our errors with their module; others bare.
        kind, message, cell = str(error.ename).rpartition(".")[2], str(error.evalue), getattr(error, "exec_count", None)
        ours = kind in _names_of(WhatworksError)
        message = message if ours else _about_code(kind, message)
    elif kind == "CellTimeoutError":
        message = "A cell took longer than allowed. Make it faster, or allow more time."
    elif kind == "DeadKernelError":
        message = "The notebook's process ended by itself; often memory ran out. Use less data at once, or fewer workers."
    elif isinstance(error, MissingData) and "results.json" in message:
        message = "The notebook saved no results. Its last cell must call ww.findings.save(finding, output)."
    elif not ours:
        message = ""
    if not ours and not message:
        message = "The message may quote data and is not repeated here. Run the notebook with this question to read it."
    return Failure(type=kind, message=shortened(message), cell=cell)


def _about_code(kind: str, message: str) -> str:
    """A message of Python's own that can only name code, with the next step; empty for every other."""
    pattern, next_step = _NAMES_CODE.get(kind, (None, ""))
    found = pattern.match(message) if pattern else None
    return f"{found[0]}. {next_step}" if found else ""


def _no_room(error: Exception) -> int | None:
    """The system's number of an error that says there is no room to write; also of one that a cell raised."""
    number = error.errno if isinstance(error, OSError) else None
    if getattr(error, "ename", None) == "OSError":
        found = _NUMBER.match(str(getattr(error, "evalue", "")))
        number = int(found[1]) if found else None
    return number if number in _NO_ROOM else None


def _names_of(family: type[Exception]) -> set[str]:
    """Names of an error and of all that derive from it, those of the delivery reader among them."""
    import_module("whatworks.documentation")
    names, found = {family.__name__}, list(family.__subclasses__())
    while found:
        kind = found.pop()
        names.add(kind.__name__)
        found += kind.__subclasses__()
    return names


def shortened(message: str) -> str:
    """One line of at most 300 characters.

    Examples
    --------
    >>> shortened("first\\n  second")
    'first second'
    """
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"
