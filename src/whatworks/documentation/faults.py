"""What is wrong with a delivery, said without showing anybody's data."""

from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.core.errors import WhatworksError

_FAULTS_SHOWN = 30
_ROWS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with one column of one file. It counts rows; it never holds a cell's value.

    Attributes
    ----------
    rule : id of the rule broken, e.g. ``"V05"``; others are ``file``, ``table``, ``column``, ``shape``,
        ``type``, ``key`` and ``agreement``
    file : name of the file inside the delivery
    column : name in the data model; None when the fault is the file's
    message : what was found, what is needed, what to do
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
    count: int = 0
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = self.file if self.column is None else f"{self.file}, column {self.column}"
        if not self.count:
            return f"{place} ({self.rule}): {self.message}"
        more = ", ..." if self.count > len(self.rows) else ""
        return (
            f"{place} ({self.rule}): {self.message} {self.count} row{'' if self.count == 1 else 's'}: "
            f"{', '.join(map(str, self.rows))}{more}."
        )


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


def row_fault(*, rule: str, file: str, column: str | None, message: str, bad: Sequence[bool]) -> list[Fault]:
    """A fault about the rows where ``bad`` is true; an empty list when there is none."""
    places = [place for place, wrong in enumerate(bad) if wrong]
    if not places:
        return []
    # The header is row 1, so the first row of data is row 2.
    rows = tuple(place + 2 for place in places[:_ROWS_SHOWN])
    return [Fault(rule=rule, file=file, column=column, message=message, count=len(places), rows=rows)]
