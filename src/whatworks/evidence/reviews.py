"""reviews.csv: published pooled effects, read and checked row by row."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from whatworks.evidence.faults import Fault, not_allowed
from whatworks.evidence.measures import MEASURES

COLUMNS = (
    "review_id",
    "target_group",
    "method",
    "outcome",
    "population",
    "intervention",
    "comparison",
    "outcome_as_printed",
    "authors",
    "year",
    "source",
    "doi",
    "designs",
    "k",
    "n",
    "measure",
    "effect",
    "conf_low",
    "conf_high",
    "direction_of_good",
    "seen_at",
    "confirmed",
    "note",
)
REQUIRED = (
    "review_id",
    "target_group",
    "method",
    "outcome",
    "population",
    "intervention",
    "outcome_as_printed",
    "source",
    "designs",
    "measure",
    "effect",
    "direction_of_good",
    "confirmed",
)
COUNTS = ("year", "k", "n")
NUMBERS = ("effect", "conf_low", "conf_high")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "measure": tuple(MEASURES),
    "direction_of_good": ("up", "down"),
    "confirmed": ("yes", "no"),
}
# The first meta-analyses of social and health interventions are from the 1970s.
FIRST_YEAR = 1970
# Two rows that agree in all of these are one finding written twice, whatever they are called.
_CONTENT = tuple(name for name in COLUMNS if name not in ("review_id", "seen_at", "confirmed", "note"))
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Nine digits hold every count of studies and people, and keep a slip of the keyboard out of 64-bit integers.
_COUNT = re.compile(r"[0-9]{1,9}")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_]*")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_ADDRESS = re.compile(r"https?://\S+")

Row = Mapping[str, str]


def read_reviews(
    folder: Path, shown: str, codes: Mapping[str, tuple[str, ...] | None], goods: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read and check reviews.csv.

    Parameters
    ----------
    folder : where the evidence base lies
    shown : the folder as messages name it
    codes : known codes by catalogue (``"target_group"``, ``"method"``, ``"outcome"``); None where it could not be read
    goods : the direction that is good, by code of the outcome; rows that are printed the other way round must say so

    Returns
    -------
    The frame, and every fault; the frame has no rows when there is a fault. Nothing is raised.
    """
    name = f"{shown}/reviews.csv"
    try:
        with (folder / "reviews.csv").open(encoding="utf-8-sig", newline="") as file:
            lines = list(_numbered(file))
    except FileNotFoundError:
        return _frame([]), [Fault(name, 0, "the file is missing; without reviews it still needs its header line.")]
    except (OSError, UnicodeDecodeError) as error:
        return _frame([]), [Fault(name, 0, f"cannot be read ({type(error).__name__}). Save it as comma-separated text in UTF-8.")]
    except csv.Error as error:
        reason, line = error.args
        return _frame([]), [Fault(name, line, f"cannot be read from here on ({reason}). Check that every quote is closed.")]
    if faults := [Fault(name, 1, message) for message in _header_problems(lines[0][1] if lines else [])]:
        return _frame([]), faults
    header = [cell.strip() for cell in lines[0][1]]
    rows: list[tuple[int, Row]] = []
    for line, cells in lines[1:]:
        if len(cells) == len(header):
            rows.append((line, dict(zip(header, map(str.strip, cells), strict=True))))
        else:
            message = f"the row has {len(cells)} cells and the header {len(header)}. Put quotes around text with a comma in it."
            faults.append(Fault(name, line, message))
    faults += [Fault(name, line, message) for line, row in rows for message in _row_problems(row, codes, goods or {})]
    faults += [Fault(name, line, message) for line, message in _repeated(rows)]
    return _frame([] if faults else [row for _, row in rows]), faults


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


def _header_problems(cells: list[str]) -> Iterator[str]:
    header = [cell.strip() for cell in cells]
    if len(header) == 1 and ";" in header[0]:
        yield "the columns are parted by semicolons; save the file with commas, and a point as decimal sign."
        return
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        yield f"the header lacks {', '.join(missing)}. It needs: {', '.join(COLUMNS)}."
    for column in header:
        if column not in COLUMNS:
            yield not_allowed("column", column, COLUMNS)
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield f"the column {column} stands twice in the header. Remove one."


def _row_problems(row: Row, codes: Mapping[str, tuple[str, ...] | None], goods: Mapping[str, str]) -> Iterator[str]:
    for column in REQUIRED:
        if not row[column]:
            yield f"{column} is empty. Required: {', '.join(REQUIRED)}."
    for column in ("target_group", "method", "outcome"):
        known = codes[column]
        if row[column] and known is not None and row[column] not in known:
            yield not_allowed(column, row[column], known)
    for column, allowed in ALLOWED.items():
        if row[column] and row[column] not in allowed:
            yield not_allowed(column, row[column], allowed)
    yield from _number_problems(row)
    yield from _interval_problems(row)
    yield from _direction_problems(row, goods)
    yield from _provenance_problems(row)


def _number_problems(row: Row) -> Iterator[str]:
    for column in COUNTS:
        if row[column] and not _COUNT.fullmatch(row[column]):
            yield f"{column} needs a whole number or nothing; it holds {row[column][:80]!r}."
    for column in NUMBERS:
        if row[column] and _value(row, column) is None:
            yield f"{column} needs a number with a decimal point, or nothing where none was seen; it holds {row[column][:80]!r}."
    last = date.today().year + 1
    if _COUNT.fullmatch(row["year"]) and not FIRST_YEAR <= int(row["year"]) <= last:
        yield f"year {row['year'][:80]} is out of range; use {FIRST_YEAR} to {last}."
    if _COUNT.fullmatch(row["k"]) and int(row["k"]) == 0:
        yield "k is 0; a pooled effect rests on 1 study or more. Leave k empty where it was not seen."


def _interval_problems(row: Row) -> Iterator[str]:
    if bool(row["conf_low"]) != bool(row["conf_high"]):
        given, absent = ("conf_low", "conf_high") if row["conf_low"] else ("conf_high", "conf_low")
        yield f"{given} is given and {absent} is not; give both ends of the interval, or none."
    effect, low, high = (_value(row, column) for column in NUMBERS)
    if effect is not None and low is not None and high is not None and not low <= effect <= high:
        yield f"the interval {low:g} to {high:g} does not hold its estimate {effect:g}; it needs conf_low <= effect <= conf_high."
    measure = MEASURES.get(row["measure"])
    if measure is not None and measure.scale == "log":
        for column, value in zip(NUMBERS, (effect, low, high), strict=True):
            if value is not None and value <= 0:
                yield f"{column} is {value:g}, but a ratio ({row['measure']}) is above 0. Was its logarithm written?"


def _direction_problems(row: Row, goods: Mapping[str, str]) -> Iterator[str]:
    """A row printed the other way round than its outcome is counted says so, or a slip would read as a harm or a gain."""
    printed, usual = row["direction_of_good"], goods.get(row["outcome"])
    if printed not in ALLOWED["direction_of_good"] or usual is None or printed == usual:
        return
    measure = MEASURES.get(row["measure"])
    sides = ("above 1", "below 1") if measure is not None and measure.scale == "log" else ("positive", "negative")
    needed = f"sign: {sides[0] if printed == 'up' else sides[1]} favours the intervention"
    if needed.rpartition(" the ")[0] not in row["note"]:
        yield (
            f"direction_of_good is {printed}, but {usual} is good for the outcome {row['outcome']} in outcomes.yml. "
            f"If the review prints it the other way round, write {needed!r} in note; if not, correct direction_of_good."
        )


def _provenance_problems(row: Row) -> Iterator[str]:
    if row["review_id"] and not _IDENTIFIER.fullmatch(row["review_id"]):
        yield f"review_id {row['review_id'][:80]!r} needs lower-case letters, digits and underscores only."
    if row["doi"] and not _DOI.fullmatch(row["doi"]):
        yield f"doi {row['doi'][:80]!r} needs the form 10.1234/name, without https://doi.org/ before it."
    if row["seen_at"] and not _ADDRESS.fullmatch(row["seen_at"]):
        yield f"seen_at {row['seen_at'][:80]!r} needs an address that begins with https:// or http://, or nothing."
    if row["confirmed"] == "yes" and not (row["doi"] or row["seen_at"]):
        yield "confirmed is yes, but neither doi nor seen_at says where the numbers were seen. Give one, or set confirmed to no."


def _repeated(rows: list[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
    """Rows whose name was used before, and rows that say the same as an earlier one under another name."""
    names: dict[str, int] = {}
    contents: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        content = tuple(row[column] for column in _CONTENT)
        if row["review_id"] in names:
            yield line, f"review_id {row['review_id'][:80]!r} was used on line {names[row['review_id']]}; each row needs its own."
        elif content in contents:
            yield line, f"the row is a duplicate of line {contents[content]}. Remove one of them."
        names.setdefault(row["review_id"], line)
        contents.setdefault(content, line)


def _value(row: Row, column: str) -> float | None:
    """A finite number, or None where there is none to read."""
    if not _NUMBER.fullmatch(row[column]):
        return None
    value = float(row[column])
    return value if abs(value) < float("inf") else None


def _frame(rows: list[Row]) -> pd.DataFrame:
    """Rows as a frame: text as text ("" where empty), counts as nullable whole numbers, effects as floats."""
    columns: dict[str, pd.Series] = {}
    for column in COLUMNS:
        cells = [row[column] for row in rows]
        if column in COUNTS:
            columns[column] = pd.Series([int(cell) if cell else pd.NA for cell in cells], dtype="Int64")
        elif column in NUMBERS:
            columns[column] = pd.Series([float(cell) if cell else float("nan") for cell in cells], dtype="float64")
        else:
            columns[column] = pd.Series(cells, dtype="str")
    return pd.DataFrame(columns)
