"""Rows kept aside, as they were delivered: with the rule that they break, to be put right and sent again."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from whatworks.documentation.raw import RawTable


def quarantined_rows(raw: RawTable, aside: np.ndarray, reasons: np.ndarray) -> pd.DataFrame:
    """Rows of a delivered table that are kept aside.

    Returns
    -------
    The columns of the data model as text, as they were delivered; ``rule`` that put the row aside; ``file_row``, its number in
    the file as a spreadsheet shows it.
    """
    places = np.flatnonzero(aside)
    rows = pa.array(places)
    columns: dict[str, object] = {}
    for column, cells in zip(raw.columns, raw.cells, strict=False):
        if column is not None:
            columns[column.name] = pd.Series(pd.array(cells.take(rows).combine_chunks(), dtype="str"))
    columns["rule"] = pd.Series(reasons[places].astype(str), dtype="str")
    columns["file_row"] = pd.Series(places + raw.first_row, dtype="int64")
    return pd.DataFrame(columns)


def write_quarantine(quarantined: Mapping[str, pd.DataFrame], folder: str | Path) -> list[Path]:
    """Write rows kept aside as ``<table>.csv``, one file for each table that has any.

    Parameters
    ----------
    quarantined : frames by table, from a validation
    folder : where to; it is made where it is not there

    Returns
    -------
    The files. They hold people's data as they were delivered, and are for the sender alone. Put right, they can be read as they
    stand: the columns ``rule`` and ``file_row`` are left out on reading.

    Examples
    --------
    >>> import tempfile
    >>> aside = {"measurement": pd.DataFrame({"value": ["x"], "rule": ["number"], "file_row": [7]})}
    >>> with tempfile.TemporaryDirectory() as place:
    ...     [file.name for file in write_quarantine(aside, place)]
    ['measurement.csv']
    """
    folder = Path(folder)
    written = []
    for name, frame in quarantined.items():
        if len(frame):
            folder.mkdir(parents=True, exist_ok=True)
            place = folder / f"{name}.csv"
            frame.to_csv(place, index=False, lineterminator="\n", encoding="utf-8")
            written.append(place)
    return written
