"""Comma-separated records: rows with the line each begins on, and every fault in their form."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from whatworks.evidence.faults import Fault, not_allowed

Row = Mapping[str, str]
NumberedRow = tuple[int, Row]

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Nine digits hold every count of studies and people, and keep a slip of the keyboard out of 64-bit integers.
_COUNT = re.compile(r"[0-9]{1,9}")
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_]*")
DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
ADDRESS = re.compile(r"https?://\S+")


def read_rows(
    path: Path, name: str, columns: Sequence[str], *, optional: Collection[str] = (), absent: str
) -> tuple[list[NumberedRow], list[Fault]]:
    """Read a file whose header holds the columns, in any order.

    Parameters
    ----------
    path : the file
    name : the file as messages name it
    columns : the columns that may stand in it; those not in ``optional`` must
    optional : columns that may be left out; their cells are then empty
    absent : what to say when there is no such file

    Returns
    -------
    Rows as text by column, each with its line; and every fault of form. Nothing is raised.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(_numbered(file))
    except FileNotFoundError:
        return [], [Fault(name, 0, absent)]
    except (OSError, UnicodeDecodeError) as error:
        return [], [Fault(name, 0, f"cannot be read ({type(error).__name__}). Save it as comma-separated text in UTF-8.")]
    except csv.Error as error:
        reason, line = error.args
        return [], [Fault(name, line, f"cannot be read from here on ({reason}). Check that every quote is closed.")]
    if faults := [Fault(name, 1, message) for message in _header_problems(lines[0][1] if lines else [], columns, optional)]:
        return [], faults
    header = [cell.strip() for cell in lines[0][1]]
    rows: list[NumberedRow] = []
    empty = dict.fromkeys(columns, "")
    for line, cells in lines[1:]:
        if len(cells) == len(header):
            rows.append((line, {**empty, **dict(zip(header, map(str.strip, cells), strict=True))}))
        else:
            message = f"the row has {len(cells)} cells and the header {len(header)}. Put quotes around text with a comma in it."
            faults.append(Fault(name, line, message))
    return rows, faults


def number_of(row: Row, column: str) -> float | None:
    """A finite number, or None where there is none to read."""
    if not _NUMBER.fullmatch(row[column]):
        return None
    value = float(row[column])
    return value if abs(value) < float("inf") else None


def is_count(cell: str) -> bool:
    """Whether a cell holds a whole number of at most nine digits."""
    return _COUNT.fullmatch(cell) is not None


def number_problems(row: Row, *, counts: Iterable[str], numbers: Iterable[str]) -> Iterator[str]:
    """Cells that hold something else than a whole number, or than a number with a decimal point."""
    for column in counts:
        if row[column] and not is_count(row[column]):
            yield f"{column} needs a whole number or nothing; it holds {row[column][:80]!r}."
    for column in numbers:
        if row[column] and number_of(row, column) is None:
            yield f"{column} needs a number with a decimal point, or nothing where none was seen; it holds {row[column][:80]!r}."


def frame_of(rows: Iterable[Row], columns: Sequence[str], *, counts: Collection[str], numbers: Collection[str]) -> pd.DataFrame:
    """Rows as a frame: text as text ("" where empty), counts as nullable whole numbers, numbers as floats."""
    rows = list(rows)
    out: dict[str, pd.Series] = {}
    for column in columns:
        cells = [row[column] for row in rows]
        if column in counts:
            out[column] = pd.Series([int(cell) if cell else pd.NA for cell in cells], dtype="Int64")
        elif column in numbers:
            out[column] = pd.Series([float(cell) if cell else float("nan") for cell in cells], dtype="float64")
        else:
            out[column] = pd.Series(cells, dtype="str")
    return pd.DataFrame(out)


def _numbered(file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on; a quoted cell may run over several lines. Blank lines are no rows."""
    reader = csv.reader(file, strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(str(error), begins) from None


def _header_problems(cells: list[str], columns: Sequence[str], optional: Collection[str]) -> Iterator[str]:
    header = [cell.strip() for cell in cells]
    if len(header) == 1 and ";" in header[0]:
        yield "the columns are parted by semicolons; save the file with commas, and a point as decimal sign."
        return
    missing = [column for column in columns if column not in header and column not in optional]
    if missing:
        needed = ", ".join(column for column in columns if column not in optional)
        yield f"the header lacks {', '.join(missing)}. It needs: {needed}."
    for column in header:
        if column not in columns:
            yield not_allowed("column", column, columns)
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield f"the column {column} stands twice in the header. Remove one."
