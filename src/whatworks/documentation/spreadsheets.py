"""Workbooks (XLSX) and Parquet files as columns of text."""

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from whatworks.documentation.archives import LARGEST_TOTAL, refuse_bomb
from whatworks.documentation.delimited import Sheet, empty_rows_at_the_end
from whatworks.documentation.faults import N_, Fault

# Excel's own limit; a sheet that claims more was not made by it.
_MOST_COLUMNS = 16_384


class UnreadableFile(Exception):
    """The file is damaged, locked by a password, or not what its name says."""


def read_workbook(content: bytes, *, file: str) -> Iterator[tuple[str, Sheet]]:
    """Name and cells of each sheet that holds anything.

    Raises
    ------
    UnreadableFile
    """
    import openpyxl  # heavy, and only workbooks need it
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            refuse_bomb(packed.infolist(), len(content))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            yield sheet.title, _sheet(sheet, file=f"{file} ({sheet.title})")
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError, zlib.error, ParseError, TypeError):
        raise UnreadableFile from None


def read_parquet(content: bytes, *, file: str) -> Sheet:
    """Cells of a Parquet file as text, dates and decimals as the data model writes them.

    Raises
    ------
    UnreadableFile
    """
    try:
        described = pyarrow.parquet.ParquetFile(pa.BufferReader(content))
        size = sum(described.metadata.row_group(n).total_byte_size for n in range(described.metadata.num_row_groups))
        if size > LARGEST_TOTAL:
            raise UnreadableFile
        table = described.read()
        cells = [_as_text(column) for column in table.columns]
    except (pa.ArrowException, OSError, NotImplementedError):
        raise UnreadableFile from None
    return Sheet(header=[name.strip() for name in table.column_names], cells=cells)


def _sheet(sheet: Any, *, file: str) -> Sheet:
    header: list[str] = []
    columns: list[list[str]] = []
    formulas: dict[int, list[int]] = {}
    first_row, length = 0, 0
    # What a sheet says about its own size is not always true, and can be a trap.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if len(row) > _MOST_COLUMNS:
            raise UnreadableFile
        for place, cell in enumerate(row):
            if cell.data_type == "f":
                formulas.setdefault(place, []).append(number)
        text = [_text(cell) for cell in row]
        if not header:
            header, first_row = ([name.strip() for name in text], number + 1) if any(text) else ([], 0)
            continue
        columns += [[""] * length for _new in range(len(text) - len(columns))]
        length += 1
        for place, column in enumerate(columns):
            column.append(text[place] if place < len(text) else "")
    faults = [_formula(file, place, rows) for place, rows in sorted(formulas.items())]
    columns += [[""] * length for _new in range(len(header) - len(columns))]
    return _trimmed(header, columns, first_row, faults)


def _trimmed(header: list[str], columns: list[list[str]], first_row: int, faults: list[Fault]) -> Sheet:
    """Without the empty rows and columns at the end, which Excel keeps once somebody has been there."""
    cells = [pa.chunked_array([pa.array(column, pa.large_string())]) for column in columns]
    header = header + [""] * (len(cells) - len(header))
    while header and not header[-1] and not any(columns[len(header) - 1]):
        header.pop()
        cells.pop()
    spare = empty_rows_at_the_end(cells)
    cells = [column.slice(0, len(column) - spare) for column in cells]
    return Sheet(header=header, cells=cells, first_row=first_row, faults=faults)


def _formula(file: str, place: int, rows: list[int]) -> Fault:
    return Fault(
        rule="formula",
        file=file,
        column=f"number {place + 1}",
        message=N_("The cell holds a formula."),
        remedy=N_("Copy the column and paste it as values."),
        count=len(rows),
        rows=tuple(rows[:5]),
    )


def _text(cell: Any) -> str:
    value = None if cell is None else cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.strftime("%Y-%m-%d") if midnight else value.isoformat(sep=" ")
    if isinstance(value, float):
        # A whole number is written without decimals: Excel makes no difference, and a CPR number must not hide behind ".0".
        return format(value, ".0f") if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    return str(value)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        text = pc.strftime(pc.cast(column, pa.timestamp("s"), safe=False), format="%Y-%m-%d")
    elif pa.types.is_floating(kind):
        text = pc.replace_substring_regex(pc.cast(column, pa.large_string()), r"\.0$", "")
    elif pa.types.is_null(kind):
        text = pa.chunked_array([pa.array([""] * len(column), pa.large_string())])
    else:
        text = column
    return pc.fill_null(pc.cast(text, pa.large_string()), "")
