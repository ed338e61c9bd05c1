"""What is wrong with a delivery, said without showing anybody's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import WhatworksError

_FAULTS_SHOWN = 30
_ROWS_SHOWN = 5

REFUSE, QUARANTINE, WARN = "refuse", "quarantine", "warn"


def N_(message: str) -> str:  # noqa: N802 (gettext's own name)
    """Mark a message for the catalogues; it is looked up where it is shown."""
    return message


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with one column of one file. It counts rows; it never holds a cell's value.

    Attributes
    ----------
    rule : id of the rule broken, e.g. ``"V05"``; :data:`rules.RULES` has their sentences
    file : name of the file inside the delivery
    column : name in the data model; None when the fault is the file's
    message : what was found, in English, with named places
    remedy : what to do, in English, with named places
    places : what fills them: names of the data model, counts and limits, never a value
    severity : refuse, quarantine or warn
    table : English name of the table; None when the fault is the delivery's
    count : rows concerned; 0 when the fault is not about rows
    rows : the first of them, numbered as a spreadsheet shows them (the header is row 1)

    Examples
    --------
    >>> print(Fault(rule="V05", file="episode.csv", column="citizen_id", message="Not found in citizen.", count=2, rows=(3, 9)))
    episode.csv, column citizen_id (V05): Not found in citizen. 2 rows: 3, 9.
    """

    rule: str
    file: str
    column: str | None
    message: str
    remedy: str = ""
    places: Mapping[str, object] = field(default_factory=dict)
    severity: str = REFUSE
    table: str | None = None
    count: int = 0
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = self.file if self.column is None else f"{self.file}, column {self.column}"
        said = " ".join(part.format(**self.places) for part in (self.message, self.remedy) if part)
        if not self.count:
            return f"{place} ({self.rule}): {said}"
        more = ", ..." if self.count > len(self.rows) else ""
        listed = f": {', '.join(map(str, self.rows))}{more}" if self.rows else ""
        stop = "" if listed.endswith("...") else "."
        return f"{place} ({self.rule}): {said} {self.count} row{'' if self.count == 1 else 's'}{listed}{stop}"


class InvalidDelivery(WhatworksError):
    """One or more faults in a delivery; the message lists them all with file, column and rows.

    Attributes
    ----------
    faults : the faults, in the order of files and columns
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  - {fault}" for fault in self.faults[:_FAULTS_SHOWN])
        more = len(self.faults) - _FAULTS_SHOWN
        rest = f"\n  ... and {more} more." if more > 0 else ""
        super().__init__(f"The delivery has {len(self.faults)} fault{'' if len(self.faults) == 1 else 's'}:\n{listed}{rest}")


class PersonalDataFound(InvalidDelivery):
    """A delivery that names a person: a value like a civil registration number, or a column for a name or an address."""


def row_numbers(bad: np.ndarray, *, first_row: int = 2) -> tuple[int, ...]:
    """The first rows where ``bad`` is true, numbered as a spreadsheet shows them; the header is the row before ``first_row``."""
    return tuple(int(place) + first_row for place in np.flatnonzero(bad)[:_ROWS_SHOWN])


def row_fault(*, bad: np.ndarray, first_row: int = 2, **said: object) -> list[Fault]:
    """A fault about the rows where ``bad`` is true; an empty list when there is none."""
    count = int(np.count_nonzero(bad))
    if not count:
        return []
    return [Fault(count=count, rows=row_numbers(bad, first_row=first_row), **said)]  # type: ignore[arg-type]
