"""Read and write a delivery: a file, a folder or an archive of tables, and a small ``delivery.yml``."""

import gzip
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from whatworks.core.errors import InvalidOption, UnknownCode
from whatworks.documentation.cells import text_column
from whatworks.documentation.faults import QUARANTINE, Fault, InvalidDelivery
from whatworks.documentation.manifest import Manifest, write_manifest
from whatworks.documentation.mapping import DeliveryMapping
from whatworks.documentation.schema import TABLES, Table
from whatworks.documentation.validating import validate
from whatworks.documentation.validation import Validation

# Tables with a row per person or per measurement are worth compressing.
_COMPRESSED = ("citizen", "episode", "intervention", "measurement", "goal", "employment", "cost", "coordination")


class Delivery(Mapping[str, pd.DataFrame]):
    """The tables of a delivery that was held to the rules: frames by English name, without the rows kept aside.

    Attributes
    ----------
    validation : every fault, the rows kept aside, and how many rows there were

    Examples
    --------
    >>> delivery = read_delivery("evidence/documentation/youth_mental_difficulties")
    >>> "measurement" in delivery, delivery.validation.synthetic
    (True, True)
    """

    def __init__(self, validation: Validation) -> None:
        self.validation = validation

    @property
    def synthetic(self) -> bool:
        """True where the people are simulated."""
        return bool(self.validation.synthetic)

    @property
    def quarantined(self) -> Mapping[str, pd.DataFrame]:
        """Rows kept aside, by table, as delivered, with ``rule`` and ``file_row``."""
        return self.validation.quarantined

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything found, the gravest first."""
        return self.validation.faults

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.validation.tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.validation.tables)

    def __len__(self) -> int:
        return len(self.validation.tables)

    def __repr__(self) -> str:
        rows = self.validation.rows
        told = ", ".join(f"{row.table} {row.kept}" for row in rows.itertuples())
        return f"<Delivery: {told}; {int(rows['quarantined'].sum())} rows in quarantine, {len(self.faults)} faults>"


def read_delivery(
    path: str | Path,
    mapping: str | Path | DeliveryMapping | None = None,
    *,
    known: Mapping[str, pd.DataFrame] | None = None,
) -> Delivery:
    """Read a delivery, keeping aside the rows that break a rule, or refuse it with everything that is wrong with it.

    Parameters
    ----------
    path : a folder, a ZIP archive, or one file: CSV (comma, semicolon or tab; UTF-8 or Latin-1; also ``.csv.gz``), XLSX (a sheet
        for each table) or Parquet, named after the tables, and ``delivery.yml``. Tables, columns and codes may have their
        English or their Danish names (``maaling.csv`` with ``vaerdi`` is read as ``measurement`` with ``value``). Not every
        table need be there, only those that the others refer to
    mapping : from the sender's names to ours, as :func:`read_mapping` reads it
    known : tables delivered before, e.g. ``store.tables()``, which rows may refer to

    Returns
    -------
    Delivery: typed frames by English table name, in the order of the data model, with the columns that were delivered. Values
    of measurements are in the instrument's own unit. Rows that break a rule are in ``quarantined``, and what was found is in
    ``faults``.

    Raises
    ------
    MissingData
        If there is nothing at the path.
    PersonalDataFound
        If a cell, a header or a name of a file or sheet looks like a civil registration number, or a column is for a name, an
        address or the like. The whole delivery is refused and the value is not shown.
    InvalidDelivery
        If files, tables or columns cannot be understood, or a rule that refuses a delivery is broken. All faults are listed.
    InvalidParameters
        If the mapping has faults.

    Examples
    --------
    >>> delivery = read_delivery("evidence/documentation/youth_mental_difficulties")
    >>> bool((delivery.validation.rows["quarantined"] == 0).all())
    True
    """
    validation = validate(path, mapping, known=known)
    validation.raise_if_refused()
    return Delivery(validation)


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
        If :func:`read_delivery` would refuse it or keep rows aside; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> tables, truth = ww.documentation.simulate(scenario="AV", seed=1)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = write_delivery(tables, Path(place) / "delivery", synthetic=True, seed=1)
    ...     ww.documentation.is_synthetic(folder), list(read_delivery(folder)) == list(tables)
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
        _refuse_faulty(read_delivery(beside))
        # A temporary folder is private; a delivery is as readable as a folder usually is.
        beside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _refuse_faulty(delivery: Delivery) -> None:
    faulty = [fault for fault in delivery.faults if fault.severity == QUARANTINE]
    if faulty:
        raise InvalidDelivery(faulty)


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
