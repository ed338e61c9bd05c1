"""Rows into and out of a store: typed, counted, and held against what is there."""

from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd
import pyarrow as pa

from whatworks.core.errors import DuplicateRows, InvalidColumn, UnknownCode
from whatworks.documentation.schema import TABLES
from whatworks.documentation.store_errors import DeliveryConflict

# Whose course a row belongs to. A row that another source delivers again is the same row only when this agrees too;
# else two municipalities number their rows alike.
_WHOSE: Mapping[str, str] = {
    "episode": "citizen_id",
    "intervention": "episode_id",
    "measurement": "episode_id",
    "goal": "episode_id",
    "cost": "episode_id",
    "adoption": "method_id",
}
_KINDS = {"i": "BIGINT", "u": "BIGINT", "f": "DOUBLE", "b": "BOOLEAN", "M": "TIMESTAMP_S"}
_READ_AS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def known_table(name: str) -> str:
    """The name, when the data model has such a table.

    Raises
    ------
    UnknownCode
    """
    if name not in TABLES:
        raise UnknownCode(f"The data model has no table {name!r}; it has {', '.join(TABLES)}.")
    return name


def checked_frame(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame that may be stored: columns of the data model, key complete and unique.

    Raises
    ------
    UnknownCode, InvalidColumn, DuplicateRows
    """
    allowed = {column.name for column in TABLES[known_table(name)].columns}
    unknown = [str(column) for column in frame.columns if column not in allowed]
    if unknown:
        raise UnknownCode(f"The table {name} has no column {', '.join(map(repr, unknown))}. Take it out, or map it.")
    key = _key(name)
    missing = [column for column in key if column not in frame]
    if missing:
        raise InvalidColumn(f"The table {name} lacks its key {', '.join(missing)}. Validate the delivery first.")
    twice = int(frame.duplicated(key).sum())
    if twice:
        raise DuplicateRows(f"{twice} rows of {name} repeat the key {', '.join(key)}. Validate the delivery first.")
    return frame


def add_columns(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Make the table, or give it the columns that were not delivered before."""
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{name}" (_delivery INTEGER NOT NULL)')
    described = connection.execute(f'DESCRIBE "{name}"').fetchall()
    there = {row[0]: row[1] for row in described}
    for column in frame.columns:
        kind = _KINDS.get(getattr(frame[column].dtype, "kind", "O"), "VARCHAR")
        if column not in there:
            connection.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column}" {kind}')
        elif there[column] != kind:
            raise InvalidColumn(
                f"{name}.{column} is delivered as {frame[column].dtype}; the store holds it as {there[column]}. "
                "Read the delivery with ww.documentation.read_delivery, which gives every column its type."
            )


def count_overlaps(
    connection: duckdb.DuckDBPyConnection, name: str, *, live: Sequence[int], replaced: int | None
) -> tuple[int, int]:
    """Rows of the registered frame ``delivered`` whose key other live deliveries hold, and the replaced delivery holds.

    Raises
    ------
    DeliveryConflict
        If such a row of another source belongs to somebody else.
    """
    key = _key(name)
    there = {row[0] for row in connection.execute(f'DESCRIBE "{name}"').fetchall()}
    if not set(key) <= there:
        return 0, 0
    same = " AND ".join(f'new."{column}" IS NOT DISTINCT FROM old."{column}"' for column in key)
    others = [delivery for delivery in live if delivery != replaced]
    join = f'FROM delivered new JOIN "{name}" old ON {same} WHERE old._delivery'
    elsewhere = _one(connection, f"SELECT count(*) {join} IN ({_numbers(others)})") if others else 0
    corrected = _one(connection, f"SELECT count(*) {join} = {replaced}") if replaced is not None else 0
    whose = _WHOSE.get(name)
    if elsewhere and whose in there:
        strangers = _one(connection, f'SELECT count(*) {join} IN ({_numbers(others)}) AND new."{whose}" <> old."{whose}"')
        if strangers:
            raise DeliveryConflict(
                f"{strangers} rows of {name} have a {key[0]} that another delivery gives to a different {whose}. "
                f"Nothing was stored. Put a prefix of your own before every {key[0]}, and deliver again."
            )
    return elsewhere, corrected


def count_dangling(
    connection: duckdb.DuckDBPyConnection, child: tuple[str, Sequence[int]], column: str, parent: tuple[str, Sequence[int]]
) -> int:
    """Rows of a table's deliveries whose reference is not found in those of the table it refers to."""
    (name, deliveries), (other, others) = child, parent
    if column not in {row[0] for row in connection.execute(f'DESCRIBE "{name}"').fetchall()}:
        return 0
    key = _key(other)[0]
    known = f'SELECT "{key}" FROM "{other}" WHERE _delivery IN ({_numbers(others)})'  # noqa: S608 (names of the data model)
    query = f'SELECT count(*) FROM "{name}" WHERE _delivery IN ({_numbers(deliveries)}) AND "{column}" NOT IN ({known})'  # noqa: S608
    return _one(connection, query)


def insert_rows(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame, *, delivery: int) -> None:
    """Append the registered frame ``delivered``."""
    columns = ", ".join(f'"{column}"' for column in frame.columns)
    connection.execute(f'INSERT INTO "{name}" ({columns}, _delivery) SELECT {columns}, {delivery} FROM delivered')  # noqa: S608


def arrow_of(frame: pd.DataFrame) -> pa.Table:
    """The frame as Arrow, dates to the second, codes as text."""
    arrays = {}
    for column in frame.columns:
        values = frame[column]
        kind = getattr(values.dtype, "kind", "O")
        if kind == "M":
            values = values.astype("datetime64[s]")
        elif kind not in _KINDS:
            values = values.astype("str")
        arrays[column] = pa.Array.from_pandas(values)
    return pa.table(arrays)


def select_rows(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    dtypes: Mapping[str, str],
    *,
    ranks: Mapping[int, int],
    overlapping: bool,
) -> pd.DataFrame:
    """The rows of the live deliveries, each key once.

    Parameters
    ----------
    dtypes : columns and their pandas types
    ranks : live deliveries with the place of their source in time; where a key stands twice the later source counts
    overlapping : a key may stand twice
    """
    columns = ", ".join(f'"{column}"' for column in dtypes)
    query = f'SELECT {columns} FROM "{name}" WHERE _delivery IN ({_numbers(ranks)})'  # noqa: S608 (names of the data model)
    if overlapping:
        key = ", ".join(f'"{column}"' for column in _key(name))
        rank = " ".join(f"WHEN {delivery} THEN {rank}" for delivery, rank in ranks.items())
        query += f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY CASE _delivery {rank} END DESC) = 1"
        query += " ORDER BY _delivery, rowid"
    table = connection.sql(query).to_arrow_table()
    frame = pd.DataFrame(
        {
            column: table.column(column).to_pandas(types_mapper=_READ_AS.get).reset_index(drop=True)
            for column in table.column_names
        }
    )
    return frame.astype({column: dtype for column, dtype in dtypes.items() if str(frame[column].dtype) != dtype})


def stored_dtype(values: pd.Series) -> str:
    """The pandas type that a column is given back in."""
    kind = getattr(values.dtype, "kind", "O")
    if kind == "M":
        return "datetime64[s]"
    return str(values.dtype) if kind in _KINDS else "str"


def _key(name: str) -> list[str]:
    return list(TABLES[name].key)


def _numbers(deliveries: Sequence[int] | Mapping[int, int]) -> str:
    return ", ".join(str(int(delivery)) for delivery in deliveries)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
