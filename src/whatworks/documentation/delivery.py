"""Read and write a delivery: one folder with one CSV file per table and a small ``delivery.yml``."""

import gzip
import shutil
import tempfile
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from whatworks.core.errors import InvalidOption, UnknownCode
from whatworks.documentation.cells import text_column, typed_column
from whatworks.documentation.delivered_files import RawTable, existing_folder, read_files, table_files
from whatworks.documentation.faults import Fault, InvalidDelivery
from whatworks.documentation.integrity import integrity_faults
from whatworks.documentation.manifest import Manifest, read_manifest, write_manifest
from whatworks.documentation.personal_data import refuse_personal_data
from whatworks.documentation.schema import TABLES, Table

# Tables with a row per person or per measurement are worth compressing.
_COMPRESSED = ("citizen", "episode", "measurement")


def read_delivery(path: str | Path) -> dict[str, pd.DataFrame]:
    """Read a delivery, or say everything that is wrong with it.

    Parameters
    ----------
    path : folder with ``delivery.yml`` and one ``<table>.csv`` or ``<table>.csv.gz`` per table: comma-separated UTF-8 with a
        header row, dates yyyy-mm-dd, quarters like 2014K1, decimal points. Tables, columns and codes may have their
        English or their Danish names (``maaling.csv`` with ``vaerdi`` is read as ``measurement`` with ``value``)

    Returns
    -------
    Typed frames by English table name, in the order of the data model, with the columns that were delivered. Values of
    measurements are in the instrument's own unit.

    Raises
    ------
    MissingData
        If there is no such folder.
    PersonalDataFound
        If a cell, a header or a file name looks like a civil registration number, or a column is for a name, an address or
        the like. The whole delivery is refused and the value is not shown.
    InvalidDelivery
        For everything else: unknown or missing tables and columns, values of the wrong type, keys that stand twice,
        references that lead nowhere, dates out of order, values that the instrument cannot give. All are listed.

    Examples
    --------
    See :func:`write_delivery`.
    """
    folder = existing_folder(path)
    places = table_files(folder)
    raw, faults = read_files(places)
    refuse_personal_data(raw, folder)
    read_manifest(folder)
    tables: dict[str, pd.DataFrame] = {}
    for delivered in raw:
        if delivered.even:
            tables[delivered.table.name], wrong = _typed_table(delivered)
            faults += wrong
    # References and dates can only be judged once every file and column is there.
    if not any(fault.rule in ("file", "shape", "column") for fault in faults):
        faults += integrity_faults(tables, {delivered.table.name: delivered.file for delivered in raw})
    if faults:
        raise InvalidDelivery(faults)
    return {name: tables[name] for name in TABLES if name in tables}


def is_synthetic(path: str | Path) -> bool:
    """True when a delivery says that its people are simulated.

    Parameters
    ----------
    path : folder of a delivery

    Raises
    ------
    MissingData
        If there is no such folder.
    InvalidDelivery
        If ``delivery.yml`` is missing or does not say it.

    Examples
    --------
    See :func:`write_delivery`.
    """
    return read_manifest(existing_folder(path)).synthetic


def write_delivery(tables: Mapping[str, pd.DataFrame], folder: str | Path, *, synthetic: bool, seed: int | None = None) -> Path:
    """Write tables as a delivery that :func:`read_delivery` accepts; equal tables give equal bytes.

    Parameters
    ----------
    tables : frames by English table name, columns named as in the data model
    folder : where to; must not exist or be empty. It appears whole or not at all
    synthetic : are the people simulated? A simulated delivery says so in ``delivery.yml`` and, in Danish and English, in
        ``README.md``
    seed : the seed it was drawn with

    Returns
    -------
    The folder.

    Raises
    ------
    UnknownCode
        If a table or a column is not in the data model.
    InvalidOption
        If the folder is not empty.
    InvalidColumn
        If a column is not of the type that the data model gives it.
    InvalidDelivery
        If :func:`read_delivery` would refuse it; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> tables, truth = ww.documentation.simulate(scenario="AV", seed=1)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = write_delivery(tables, Path(place) / "delivery", synthetic=True, seed=1)
    ...     is_synthetic(folder), list(read_delivery(folder)) == list(tables)
    (True, True)
    """
    folder = Path(folder)
    unknown = [name for name in tables if name not in TABLES]
    if unknown:
        raise UnknownCode(f"The data model has no table {', '.join(map(repr, unknown))}; it has {', '.join(TABLES)}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidOption(f"{folder.name} is there already and is not an empty folder. Write to a new one.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, frame in tables.items():
            _write_table(frame, TABLES[name], beside)
        write_manifest(beside, Manifest(synthetic=synthetic, seed=seed), tables=tables)
        read_delivery(beside)
        # A temporary folder is private; a delivery is as readable as a folder usually is.
        beside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _typed_table(delivered: RawTable) -> tuple[pd.DataFrame, list[Fault]]:
    table, file = delivered.table, delivered.file
    faults: list[Fault] = []
    columns: dict[str, pd.Series] = {}
    for number, header in enumerate(delivered.header):
        column = table.column(header)
        if column is None:
            faults.append(_unknown_column(file, table, number, header))
        elif column.name in columns:
            faults.append(Fault(rule="column", file=file, column=column.name, message="The column stands twice. Keep one."))
        else:
            columns[column.name], wrong = typed_column(delivered.columns[number], column, file=file)
            faults += wrong
    for column in table.columns:
        if column.required and column.name not in columns:
            alias = f" (or {column.alias})" if column.alias and column.alias != column.name else ""
            message = f"The column is missing. Add {column.name}{alias}."
            faults.append(Fault(rule="column", file=file, column=column.name, message=message))
    return pd.DataFrame({column.name: columns[column.name] for column in table.columns if column.name in columns}), faults


def _unknown_column(file: str, table: Table, number: int, header: str) -> Fault:
    """A header that is not in the data model. It is not shown: in a file without a header row it is somebody's data."""
    names = [name for column in table.columns for name in (column.name, column.alias) if name]
    close = get_close_matches(header[:100], names, n=1)
    if ";" in header or "\t" in header:
        hint = "Separate the fields by commas."
    elif close:
        hint = f"Did you mean {close[0]}?"
    else:
        hint = f"The table {table.name} has {', '.join(column.name for column in table.columns)}."
    return Fault(rule="column", file=file, column=f"number {number + 1}", message=f"The header is not in the data model. {hint}")


def _write_table(frame: pd.DataFrame, table: Table, folder: Path) -> None:
    names = {column.name for column in table.columns}
    unknown = [str(name) for name in frame.columns if name not in names]
    if unknown:
        raise UnknownCode(f"The table {table.name} has no column {', '.join(map(repr, unknown))}. Take it out, or rename it.")
    text = pd.DataFrame({column.name: text_column(frame, column) for column in table.columns if column.name in frame})
    content = text.to_csv(index=False, lineterminator="\n").encode("utf-8")
    if table.name not in _COMPRESSED:
        (folder / f"{table.name}.csv").write_bytes(content)
        return
    # No clock and no file name in the archive, so that equal tables give equal bytes.
    (folder / f"{table.name}.csv.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
