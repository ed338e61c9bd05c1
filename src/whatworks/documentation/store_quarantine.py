"""Rows kept aside: as they were delivered, with the rule they broke, until they are put right and delivered again."""

import json
from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd
import pyarrow as pa

from whatworks.core.errors import MissingColumn

_OURS = ("rule", "file_row")


def add_quarantined(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame | None, *, delivery: int) -> None:
    """Append rows kept aside; their cells are kept as text, since a faulty cell has no type."""
    if frame is None or frame.empty:
        return
    missing = [column for column in _OURS if column not in frame]
    if missing:
        raise MissingColumn(f"Rows of {name} kept aside lack {', '.join(missing)}: which rule they broke, and where they stood.")
    cells = frame.drop(columns=list(_OURS))
    text = pd.DataFrame({column: cells[column].astype("str").where(cells[column].notna(), "") for column in cells.columns})
    content = [json.dumps(row, ensure_ascii=False) for row in text.to_dict("records")]
    rows = pa.table(
        {
            "rule": pa.array(frame["rule"].astype("str").tolist(), pa.string()),
            "file_row": pa.array(frame["file_row"].astype("int64").tolist(), pa.int64()),
            "content": pa.array(content, pa.string()),
        }
    )
    connection.register("aside", rows)
    connection.execute("INSERT INTO _quarantine SELECT ?, ?, rule, file_row, content FROM aside", [delivery, name])
    connection.unregister("aside")


def quarantined_rows(connection: duckdb.DuckDBPyConnection, chosen: Mapping[str, Sequence[int]]) -> dict[str, pd.DataFrame]:
    """The rows kept aside of the chosen deliveries, by table: cells as text, then rule, file_row and delivery."""
    out = {}
    for name, deliveries in chosen.items():
        if not deliveries:
            continue
        rows = connection.execute(
            "SELECT content, rule, file_row, delivery FROM _quarantine WHERE name = ? AND list_contains(?, delivery) "
            "ORDER BY delivery, file_row, rule",
            [name, list(deliveries)],
        ).fetchall()
        if rows:
            cells = pd.DataFrame([json.loads(row[0]) for row in rows], dtype="str").fillna("")
            told = pd.DataFrame([row[1:] for row in rows], columns=[*_OURS, "delivery"])
            out[name] = pd.concat([cells, told], axis=1)
    return out
