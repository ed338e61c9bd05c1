"""The files of a delivery as they came: found, unpacked, decoded and cut into columns of text."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pyarrow as pa

from whatworks.core.errors import MissingData
from whatworks.core.places import found_above
from whatworks.documentation.archives import UnsafeArchive, gunzip, refuse_large, zip_members
from whatworks.documentation.columns_of_files import raw_table
from whatworks.documentation.delimited import Sheet, read_delimited
from whatworks.documentation.encodings import decode
from whatworks.documentation.faults import N_, WARN, Fault
from whatworks.documentation.manifest import MANIFEST, READ_ME, Manifest, parse_manifest
from whatworks.documentation.mapping import DeliveryMapping, FileMapping
from whatworks.documentation.names import printable, table_named
from whatworks.documentation.personal_data import faults_in_names, faults_in_table, faults_in_text
from whatworks.documentation.raw import RawTable
from whatworks.documentation.schema import TABLES, Table
from whatworks.documentation.spreadsheets import UnreadableFile, beside_cells, read_parquet, read_workbook

_KINDS = (".csv", ".csv.gz", ".txt", ".tsv", ".xlsx", ".parquet")
# What quarantined rows carry beside their own columns, so that the file can be put right and sent again as it stands.
_ARCHIVES = {
    "large": N_("The file is far larger than a delivery of the whole country."),
    "twice": N_("The archive holds two files of one name."),
    "bomb": N_("The archive unpacks to far more than it can hold."),
    "path": N_("The archive holds a path that leads out of it."),
    "link": N_("The archive holds a link."),
    "locked": N_("The archive is locked by a password."),
}
_UNREADABLE = N_("Cannot be read or unpacked: it is damaged, locked by a password, or not what its name says.")
_AGAIN = N_("Send the file again.")
_FORMS = {
    "damaged": (_UNREADABLE, _AGAIN),
    "sheet": (
        N_("A cell far out makes the sheet thousands of times larger than what it holds."),
        N_("Mark the empty rows and columns after the last one, delete them, and save it again."),
    ),
    "nested": (N_("A column holds lists or records, where a value is meant."), N_("Write one value in each cell.")),
}
_NOT_ORDINARY = N_("Not an ordinary file.")


@dataclass(kw_only=True)
class Delivered:
    """What was delivered, before anything is believed about it.

    Attributes
    ----------
    name : of the file or folder, for messages
    raw : tables that could be read
    unknown : files and sheets that are no table, by the name a mapping gives them, with their headers
    faults : what is wrong with files, names and people's data
    manifest : what ``delivery.yml`` says; None when there is none or it cannot be read
    """

    name: str
    raw: list[RawTable] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    manifest: Manifest | None = None


def read_files(path: str | Path, mapping: DeliveryMapping) -> Delivered:
    """Everything in a file, a folder or an archive.

    Raises
    ------
    MissingData
        If there is nothing there.
    """
    place = found_above(path)
    # First of all: a name that may not be shown cannot stand in a message that it is not there either.
    named = faults_in_names([place.name])
    if named:
        return Delivered(name="a file", faults=named)
    if not place.exists():
        raise MissingData(f"There is no folder {place.name!r} with a delivery, and no such file. Check the path.")
    delivered = Delivered(name=printable(place.name))
    for name, load in _members(place, delivered):
        _read_member(printable(name), load, mapping, delivered)
    if not delivered.raw and not delivered.faults:
        delivered.faults.append(_fault("the delivery", N_("No table in it."), N_("Put <table>.csv files there.")))
    if delivered.manifest is None and not any(fault.file == MANIFEST for fault in delivered.faults):
        _take_manifest(mapping, delivered)
    said = delivered.manifest
    if said is not None and mapping.synthetic is not None and said.synthetic is not mapping.synthetic:
        message = N_("It says otherwise than the mapping whether the people are simulated.")
        delivered.faults.append(_fault(MANIFEST, message, N_("Find out which of the two is right, and correct the other.")))
    return delivered


def _take_manifest(mapping: DeliveryMapping, delivered: Delivered) -> None:
    if mapping.synthetic is not None:
        delivered.manifest = Manifest(synthetic=mapping.synthetic)
        return
    message = N_("The file is missing: nothing says whether the people are simulated.")
    remedy = N_("Write `synthetic: false` in it or in the mapping, or `synthetic: true` when the people are simulated.")
    delivered.faults.append(_fault(MANIFEST, message, remedy))


def _members(place: Path, delivered: Delivered) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if place.is_dir():
        yield from _of_folder(place, delivered)
    elif not place.is_file():
        # A pipe or a device would be waited for without end.
        delivered.faults.append(_fault(printable(place.name), _NOT_ORDINARY, N_("Give a file, a folder or an archive.")))
    elif zipfile.is_zipfile(place) and place.suffix.lower() != ".xlsx":
        yield from _of_archive(place, delivered)
    else:
        yield place.name, lambda: _content(place)


def _of_folder(folder: Path, delivered: Delivered) -> Iterator[tuple[str, Callable[[], bytes]]]:
    listed = sorted(place for place in folder.iterdir() if not place.name.startswith("."))
    # Inside folders, too: what is refused for another reason must not bring a number past this door.
    inner = [place.name for one in listed if one.is_dir() and not one.is_symlink() for place in one.rglob("*")]
    named = faults_in_names([*(place.name for place in listed), *inner])
    if named:
        delivered.faults += named
        return
    folders = [place for place in listed if place.is_dir() and not place.is_symlink()]
    if len(folders) > 1:
        message = N_("The folder holds {n} folders.")
        remedy = N_("A delivery is one folder of files. Send one delivery at a time.")
        delivered.faults.append(_fault("the folder", message, remedy, n=len(folders)))
    for place in listed:
        if place.is_symlink() or not place.is_file():
            remedy = N_("A delivery is a folder of files, without links or folders.")
            delivered.faults.append(_fault(printable(place.name), _NOT_ORDINARY, remedy))
        else:
            yield place.name, lambda place=place: _content(place)  # type: ignore[misc]


def _of_archive(place: Path, delivered: Delivered) -> Iterator[tuple[str, Callable[[], bytes]]]:
    try:
        refuse_large(place.stat().st_size)
        with zipfile.ZipFile(place) as packed:
            named = faults_in_names([*packed.namelist(), packed.comment.decode("utf-8", "replace")])
            folders = {str(PurePosixPath(name).parent) for name in packed.namelist() if not name.endswith("/")}
        if named:
            delivered.faults += named
            return
        if len(folders) > 1:
            message = N_("The archive holds files in {n} folders.")
            delivered.faults.append(_fault(delivered.name, message, N_("Send one delivery at a time."), n=len(folders)))
            return
        for name, data in zip_members(place.read_bytes()):
            base = PurePosixPath(name).name
            if not base.startswith("."):
                yield base, lambda data=data: data  # type: ignore[misc]
    except UnsafeArchive as error:
        delivered.faults.append(_fault(delivered.name, _ARCHIVES[error.kind], N_("Pack the tables again, without folders.")))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        delivered.faults.append(_fault(delivered.name, _UNREADABLE, _AGAIN))


def _content(place: Path) -> bytes:
    refuse_large(place.stat().st_size)
    return place.read_bytes()


def _read_member(name: str, load: Callable[[], bytes], mapping: DeliveryMapping, delivered: Delivered) -> None:
    try:
        content = load()
        if name == MANIFEST:
            delivered.faults += faults_in_text(name, content.decode("utf-8", "replace"))
            delivered.manifest, wrong = parse_manifest(content)
            delivered.faults += wrong
        elif name == READ_ME:
            delivered.faults += faults_in_text(name, content.decode("utf-8", "replace"))
        elif not name.lower().endswith(_KINDS):
            message = N_("Not a file that is read: a delivery holds {kinds}.")
            delivered.faults.append(_fault(name, message, N_("Take it out."), rule="table", kinds=", ".join(_KINDS)))
        else:
            for sheet_name, sheet in _sheets(name, content, delivered):
                _take_sheet(name, sheet_name, sheet, mapping, delivered)
    except UnsafeArchive as error:
        delivered.faults.append(_fault(name, _ARCHIVES[error.kind], _AGAIN))
    except UnreadableFile as error:
        delivered.faults.append(_fault(name, *_FORMS[error.kind]))
    except (EOFError, OSError, zlib.error, pa.ArrowException):
        delivered.faults.append(_fault(name, _UNREADABLE, _AGAIN))
    except ValueError:
        delivered.faults.append(
            _fault(name, N_("Not text: it holds NUL or other signs that no text has."), N_("Save it as CSV UTF-8."))
        )


def _sheets(name: str, content: bytes, delivered: Delivered) -> Iterator[tuple[str | None, Sheet]]:
    kind = name.lower()
    if kind.endswith(".xlsx"):
        found = list(read_workbook(content, file=name))
        delivered.faults += faults_in_names(title for title, _sheet in found) + faults_in_text(name, beside_cells(content))
        found = [(printable(title), sheet) for title, sheet in found]
        yield from ((title, sheet) for title, sheet in found if sheet.header or len(found) == 1)
    elif kind.endswith(".parquet"):
        yield None, read_parquet(content, file=name)
    else:
        decoded = decode(gunzip(content) if kind.endswith(".gz") else content)
        if decoded.converted_from:
            message = N_("The file is in {encoding}. It was converted.")
            places = {"encoding": decoded.converted_from}
            remedy = N_("Save it as CSV UTF-8 next time, and look at names with æ, ø and å.")
            delivered.faults.append(
                Fault(rule="V25", file=name, column=None, message=message, remedy=remedy, severity=WARN, places=places)
            )
        yield None, read_delimited(decoded.text, file=name)


def _take_sheet(name: str, title: str | None, sheet: Sheet, mapping: DeliveryMapping, delivered: Delivered) -> None:
    stem = name.split(".")[0]
    part = mapping.of_file(name, stem, f"{name} ({title})", title or "")
    table = part.table if part else table_named(title or "") or table_named(stem)
    shown = name if title is None or table_named(stem) is table else f"{name} ({title})"
    if table is None:
        delivered.faults += _unknown_table(shown, sheet)
        delivered.unknown[title or name] = sheet.header
        return
    if not sheet.header:
        delivered.faults += sheet.faults or [
            _fault(shown, N_("No header row."), N_("The first row holds the names of the columns."), rule="shape")
        ]
        return
    raw, wrong = raw_table(shown, table, sheet, part or FileMapping(table=table), mapping)
    people = faults_in_table(raw, allowed=sorted(mapping.allow))
    if any(one.table is table for one in delivered.raw):
        message = N_("The table {table} is delivered twice.")
        delivered.faults += [*people, _fault(shown, message, N_("Keep one file."), rule="table", table=table.name)]
        return
    delivered.raw.append(raw)
    delivered.faults += people + sheet.faults + wrong


def _unknown_table(shown: str, sheet: Sheet) -> list[Fault]:
    """A file that is no table is still looked through for people's data."""
    message = N_("Not a table of the data model.")
    remedy = N_("Name it <table>.csv, or name its table in the mapping. The tables are {tables}.")
    stand_in = Table(name="unknown", alias="unknown", label="", meaning={}, model=next(iter(TABLES.values())).model, columns=())
    raw = RawTable(
        file=shown, table=stand_in, header=sheet.header, cells=sheet.cells, columns=[None] * len(sheet.header),
        first_row=sheet.first_row,
    )  # fmt: skip
    return [*faults_in_table(raw), _fault(shown, message, remedy, rule="table", tables=", ".join(TABLES))]


def _fault(file: str, message: str, remedy: str, *, rule: str = "file", **places: object) -> Fault:
    return Fault(rule=rule, file=file, column=None, message=message, remedy=remedy, places=places)
