"""Workbooks (XLSX) and Parquet files as columns of text."""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from whatworks.documentation.archives import LARGEST_TOTAL, UnsafeArchive, refuse_bomb
from whatworks.documentation.delimited import Sheet, empty_rows_at_the_end
from whatworks.documentation.faults import N_, Fault
from whatworks.documentation.names import printable

# Excel's own limit; a sheet that claims more was not made by it.
_MOST_COLUMNS = 16_384
# One cell far out makes a sheet of thousands of millions of empty ones. A year's measurements of the country are fewer.
_MOST_CELLS = 50_000_000
# What a number needs in memory while a file is read; Parquet can say in a few bytes that one stands a thousand million times.
_BYTES_OF_A_NUMBER = 8

# Where a workbook holds people's data that no cell shows: notes, text boxes, its properties, copies of other sheets' cells.
_BESIDE_CELLS = re.compile(
    r"(?i)^(xl/(comments|threadedcomments|persons|drawings|pivotcache|externallinks)|docprops)\b.*\.(xml|vml)$"
)
_TAGS = re.compile(r"(?:<[^>]*>)+")
_COPIED = re.compile(r'<[a-z]+ v="([^"]*)"')


class UnreadableFile(Exception):
    """The file is damaged, locked by a password, or not what its name says; or it is of a form that no table has.

    ``kind`` is "damaged", "sheet" (cells far out, nearly all empty) or "nested" (lists in a column).
    """

    def __init__(self, kind: str = "damaged") -> None:
        self.kind = kind
        super().__init__(kind)


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
            yield sheet.title, _sheet(sheet, file=f"{file} ({printable(sheet.title)})")
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError, zlib.error, ParseError, TypeError):
        raise UnreadableFile from None


def beside_cells(content: bytes) -> str:
    """What a workbook says outside its cells: notes, text boxes, properties, and copies of cells that a pivot table keeps.

    Raises
    ------
    UnreadableFile
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            refuse_bomb(packed.infolist(), len(content))
            parts = [packed.read(name).decode("utf-8", "replace") for name in packed.namelist() if _BESIDE_CELLS.match(name)]
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, NotImplementedError, RuntimeError):
        raise UnreadableFile from None
    return "\n".join(text for part in parts for text in (_TAGS.sub(" ", part), *_COPIED.findall(part)))


def read_parquet(content: bytes, *, file: str) -> Sheet:
    """Cells of a Parquet file as text, dates and decimals as the data model writes them.

    Raises
    ------
    UnreadableFile
    """
    try:
        fields = list(pyarrow.parquet.read_schema(pa.BufferReader(content)))
        if any(pa.types.is_nested(one.type) and not pa.types.is_dictionary(one.type) for one in fields):
            raise UnreadableFile("nested")
        # Text stays as few different values until it is known how much it would unpack to.
        texts = [one.name for one in fields if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)]
        described = pyarrow.parquet.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        size = sum(described.metadata.row_group(n).total_byte_size for n in range(described.metadata.num_row_groups))
        numbers = described.metadata.num_rows * len(fields) * _BYTES_OF_A_NUMBER
        if max(size, numbers) > LARGEST_TOTAL:
            raise UnsafeArchive("bomb")
        table = described.read()
        if sum(_unpacked(column) for column in table.columns) > LARGEST_TOTAL:
            raise UnsafeArchive("bomb")
        cells = [_as_text(column) for column in table.columns]
    except (pa.ArrowException, OSError, NotImplementedError):
        raise UnreadableFile from None
    if any(pc.any(pc.match_substring(column, "\0"), min_count=0).as_py() for column in cells):
        raise ValueError("control characters")
    return Sheet(header=[name.strip() for name in table.column_names], cells=cells)


def _unpacked(column: pa.ChunkedArray) -> int:
    """Bytes of a column of text whose different values are stored once, when each stands in its row."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return int(column.nbytes)
    lengths = (pc.take(pc.binary_length(chunk.dictionary), chunk.indices) for chunk in column.chunks)
    return sum(pc.sum(pc.cast(each, pa.int64()), min_count=0).as_py() for each in lengths)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


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
        if (length + 1) * max(len(header), len(columns), len(text)) > _MOST_CELLS:
            raise UnreadableFile("sheet")
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
        column = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], kind.value_type)
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
