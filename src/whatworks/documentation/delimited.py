"""Text files with separated fields: which separator, which header, and the cells column by column."""

import csv
import io
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from whatworks.documentation.faults import N_, Fault

SEPARATORS = (",", ";", "\t")
# No cell that a municipality means to send is longer.
_LONGEST_CELL = 2**24


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Cells of one file or sheet: header, text columns, number of the first row of data, and what is wrong with its form."""

    header: list[str]
    cells: list[pa.ChunkedArray]
    first_row: int = 2
    separator: str = ","
    faults: list[Fault] = field(default_factory=list)


def read_delimited(text: str, *, file: str) -> Sheet:
    """Cut a text file into columns of text.

    Rows with too few or too many fields are a fault of the file; their fields are still handed on, so that every one of them
    is looked at for people's data.
    """
    separator = _separator(text)
    try:
        header, lines = _header(text, separator)
        if not any(header):
            return _broken(file, N_("No header row."), N_("The first row holds the names of the columns."), rule="shape")
        if text.count('"') % 2:
            raise csv.Error
        cells, uneven = _columns(text, len(header), separator, lines)
    except (csv.Error, pa.ArrowInvalid):
        return _broken(
            file,
            N_("Not valid CSV: an open quotation mark, or a cell that is far too large."),
            N_("Save it again as CSV, or send it as a workbook."),
        )
    faults = []
    if uneven:
        faults.append(
            Fault(
                rule="shape",
                file=file,
                column=None,
                message=N_("The row does not have the {n} fields of the header."),
                remedy=N_("Put text with a separator in it between quotation marks, and see that no line is cut."),
                places={"n": len(header)},
                count=len(uneven),
                rows=tuple(number for number, _text in uneven[:5]),
            )
        )
        cells = [*cells, _extra(uneven, separator)]
    return Sheet(header=header, cells=cells, first_row=lines + 1, separator=separator, faults=faults)


def empty_rows_at_the_end(cells: list[pa.ChunkedArray]) -> int:
    """How many rows at the end hold nothing at all, as spreadsheets leave them."""
    filled = None
    for column in cells:
        some = pc.not_equal(pc.utf8_trim_whitespace(column), "")
        filled = some if filled is None else pc.or_(filled, some)
    if filled is None or not len(filled):
        return 0
    places = pc.indices_nonzero(filled)
    last = places[-1].as_py() if len(places) else -1
    return len(filled) - 1 - int(last)


def _separator(text: str) -> str:
    """The separator that cuts the header into most fields; a comma where none does."""
    first = text.lstrip("\r\n").split("\n", 1)[0][:100_000]
    return max(SEPARATORS, key=lambda one: (first.count(one), one == ","))


def _header(text: str, separator: str) -> tuple[list[str], int]:
    """Names of the columns, and how many lines they take up."""
    reader = csv.reader(io.StringIO(text[: 2**20], newline=""), delimiter=separator, strict=True)
    names = next(reader, [])
    return [name.strip() for name in names], max(1, reader.line_num)


def _columns(text: str, width: int, separator: str, lines: int) -> tuple[list[pa.ChunkedArray], list[tuple[int, str]]]:
    uneven: list[tuple[int, str]] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        uneven.append((int(row.number or 0), row.text or ""))
        return "skip"

    names = [f"c{place}" for place in range(width)]
    content = (text.rstrip("\r\n") + "\n").encode("utf-8")
    if content.count(b"\n") - 1 + (b"\r" in content and content.count(b"\n") == 1) < lines:
        return [pa.chunked_array([pa.array([], pa.large_string())])] * width, []
    table = pyarrow.csv.read_csv(
        pa.BufferReader(content),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, block_size=_LONGEST_CELL, column_names=names, skip_rows=lines, encoding="utf8"
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            strings_can_be_null=False, column_types=dict.fromkeys(names, pa.large_string())
        ),
    )
    cells = [column for column in table.columns]
    spare = empty_rows_at_the_end(cells)
    return [column.slice(0, len(column) - spare) for column in cells], uneven


def _extra(uneven: list[tuple[int, str]], separator: str) -> pa.ChunkedArray:
    """Fields of uneven rows one after another as a column without a header, for the search for people's data only."""
    pieces = [piece for _number, line in uneven for piece in line.split(separator)]
    return pa.chunked_array([pa.array(pieces, pa.large_string())])


def _broken(file: str, message: str, remedy: str, *, rule: str = "file") -> Sheet:
    return Sheet(header=[], cells=[], faults=[Fault(rule=rule, file=file, column=None, message=message, remedy=remedy)])
