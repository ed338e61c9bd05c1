"""The files of a delivery as they came: found, unpacked, decoded and cut into columns of text."""

import csv
import gzip
import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whatworks.core.errors import MissingData
from whatworks.documentation.faults import Fault, InvalidDelivery, PersonalDataFound, row_fault
from whatworks.documentation.manifest import MANIFEST, READ_ME
from whatworks.documentation.privacy import any_cpr
from whatworks.documentation.schema import TABLES, Table, find_table

# A delivery of this kind is megabytes; a file that unpacks to more than this is a mistake or an attack.
_LARGEST_FILE = 2**30


@dataclass(frozen=True)
class RawTable:
    """A file as it was delivered: names of columns, and cells column by column.

    ``even`` is False when rows differ in their number of fields; missing fields are then empty text.
    """

    file: str
    table: Table
    header: list[str]
    columns: list[list[str]]
    even: bool


def existing_folder(path: str | Path) -> Path:
    """The folder, or MissingData."""
    folder = Path(path)
    if not folder.is_dir():
        raise MissingData(f"There is no folder {folder.name!r} with a delivery. Check the path.")
    return folder.resolve()


def table_files(folder: Path) -> dict[str, Path]:
    """The file of each table, straight in the folder; no link is followed out of it."""
    listed = sorted(place for place in folder.iterdir() if not place.name.startswith("."))
    if any_cpr(place.name for place in listed):
        message = "The name of a file looks like it holds a CPR number. Rename it before anything is delivered."
        raise PersonalDataFound([Fault(rule="V01", file="a file", column=None, message=message)])
    faults: list[Fault] = []
    places: dict[str, Path] = {}
    for place in listed:
        table = find_table(place.name.removesuffix(".gz").removesuffix(".csv"))
        if place.is_symlink() or not place.is_file():
            faults.append(
                _file_fault(place.name, "Not an ordinary file. A delivery is a folder of files, without links or folders.")
            )
        elif place.name in (MANIFEST, READ_ME):
            continue
        elif table is None or not place.name.endswith((".csv", ".csv.gz")):
            message = f"Not a table of the data model. Name it <table>.csv or <table>.csv.gz; the tables are {', '.join(TABLES)}."
            faults.append(Fault(rule="table", file=place.name, column=None, message=message))
        elif table.name in places:
            faults.append(_file_fault(place.name, f"The table {table.name} is delivered twice. Keep one file."))
        else:
            places[table.name] = place
    if not places and not faults:
        faults.append(_file_fault("the folder", "No table in it. Put <table>.csv files there."))
    if faults:
        raise InvalidDelivery(faults)
    return places


def read_files(places: Mapping[str, Path]) -> tuple[list[RawTable], list[Fault]]:
    """Every file that can be read, and what is wrong with the others."""
    raw: list[RawTable] = []
    faults: list[Fault] = []
    for name, place in places.items():
        try:
            rows = _rows(place)
        except UnicodeDecodeError:
            faults.append(_file_fault(place.name, "Not UTF-8 text. Save it as CSV UTF-8."))
        except (EOFError, OSError, zlib.error):
            faults.append(_file_fault(place.name, "Cannot be read or unpacked. Send the file again."))
        except csv.Error:
            faults.append(
                _file_fault(place.name, "Not valid CSV: NUL, an open quotation mark, or a cell or file that is far too large.")
            )
        else:
            delivered, wrong = _shaped(rows, TABLES[name], place.name)
            raw.append(delivered)
            faults += wrong
    return raw, faults


def _rows(place: Path) -> list[list[str]]:
    with place.open("rb") as plain:
        content = (gzip.GzipFile(fileobj=plain) if place.suffix == ".gz" else plain).read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE or b"\0" in content:
        raise csv.Error
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _shaped(rows: list[list[str]], table: Table, file: str) -> tuple[RawTable, list[Fault]]:
    """Rows as columns; rows with too few or too many fields are counted, and padded so that every cell is looked at."""
    if not rows or not rows[0]:
        message = "No header row. The first row holds the names of the columns."
        return RawTable(file, table, [], [], even=False), [Fault(rule="shape", file=file, column=None, message=message)]
    header, data = [name.strip() for name in rows[0]], rows[1:]
    width = max([len(header), *map(len, data)])
    bad = [len(row) != len(header) for row in data]
    columns = [[row[place] if place < len(row) else "" for row in data] for place in range(width)]
    message = f"The row does not have the {len(header)} fields of the header."
    return RawTable(file, table, header, columns, even=not any(bad)), row_fault(
        rule="shape", file=file, column=None, message=message, bad=bad
    )


def _file_fault(file: str, message: str) -> Fault:
    return Fault(rule="file", file=file, column=None, message=message)
