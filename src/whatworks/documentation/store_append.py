"""One delivery into an open store: held against what is there, appended, and written into the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import duckdb
import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.core.provenance import fingerprint
from whatworks.core.version import __version__
from whatworks.documentation.privacy import looks_like_cpr
from whatworks.documentation.schema import TABLES
from whatworks.documentation.store_errors import DeliveryConflict
from whatworks.documentation.store_log import last_number, live_deliveries, read_delivered, read_log
from whatworks.documentation.store_quarantine import add_quarantined
from whatworks.documentation.store_rows import add_columns, arrow_of, count_dangling, count_overlaps, insert_rows, stored_dtype

_LONGEST_SOURCE = 100


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What became of a delivery.

    Attributes
    ----------
    status : "stored"; "known" when the same content was there already, "superseded" when it was and has been corrected since;
        in both cases nothing changed
    delivery : its number in the store
    source : whose file it is
    fingerprint : of its content
    supersedes : number of the delivery it corrects; None where it is the first of its source
    rows : rows stored, by table
    quarantined : rows kept aside, by table
    updated : rows that stood in other sources' deliveries already and now count as this one has them, by table
    dangling : rows of other deliveries that refer to a row which this correction no longer has, by table
    """

    status: str
    delivery: int
    source: str
    fingerprint: str
    supersedes: int | None
    rows: Mapping[str, int]
    quarantined: Mapping[str, int]
    updated: Mapping[str, int]
    dangling: Mapping[str, int]


def append_delivery(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pd.DataFrame],
    aside: Mapping[str, pd.DataFrame],
    *,
    source: str,
    synthetic: bool,
    received: date,
) -> Appended:
    """Append a delivery within the connection's transaction, or find that it is there already.

    Raises
    ------
    DeliveryConflict, InvalidColumn, InvalidOption
    """
    source, named = _checked_source(source), _content_name(tables, aside)
    log, delivered = read_log(connection), read_delivered(connection)
    _refuse_mixed(log, synthetic=synthetic)
    live = live_deliveries(log, delivered, last_number(log))
    known = log[log["fingerprint"] == named]
    if len(known):
        return _as_it_was(known.iloc[0], delivered, live)
    number = last_number(log) + 1
    connection.execute(
        "INSERT INTO _delivery VALUES (?, ?, ?, ?, ?, ?)", [number, source, named, received, synthetic, __version__]
    )
    own = log.loc[log["source"] == source, "delivery"].tolist()
    supersedes, overlaps = _append_tables(connection, tables, number, live=live, own=own, source=source)
    for name in {**tables, **aside}:
        add_quarantined(connection, name, aside.get(name), delivery=number)
        _note_delivered(connection, name, tables.get(name), aside.get(name), number, overlaps.get(name, 0))
    return Appended(
        status="stored",
        delivery=number,
        source=source,
        fingerprint=named,
        supersedes=supersedes,
        rows={name: len(frame) for name, frame in tables.items()},
        quarantined={name: len(frame) for name, frame in aside.items()},
        updated={name: count for name, count in overlaps.items() if count},
        dangling={} if supersedes is None else _dangling(connection, tables, number),
    )


def _append_tables(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pd.DataFrame],
    number: int,
    *,
    live: Mapping[str, Mapping[int, int]],
    own: Sequence[int],
    source: str,
) -> tuple[int | None, dict[str, int]]:
    """Append every table; the delivery that is corrected, and how many rows others had delivered, by table."""
    overlaps, corrected, supersedes = {}, 0, None
    for name, frame in tables.items():
        others = list(live.get(name, []))
        replaced = next((delivery for delivery in others if delivery in own), None)
        connection.register("delivered", arrow_of(frame))
        add_columns(connection, name, frame)
        overlaps[name], same = count_overlaps(connection, name, live=others, replaced=replaced)
        corrected += same
        supersedes = supersedes or replaced
        insert_rows(connection, name, frame, delivery=number)
        connection.unregister("delivered")
    if supersedes is not None and not corrected:
        raise DeliveryConflict(
            f"The source {source!r} delivered before, and no row of this delivery has a key in common with that. A correction "
            "takes the place of what it corrects. Deliver under a source of its own, for instance one that names the period."
        )
    return supersedes, overlaps


def _dangling(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pd.DataFrame], number: int) -> dict[str, int]:
    """Rows that point nowhere since a correction: they stay, and are told of."""
    live = live_deliveries(read_log(connection), read_delivered(connection), number)
    out: dict[str, int] = {}
    for name, deliveries in live.items():
        for column in TABLES[name].columns:
            parent = column.references
            if parent is not None and parent in tables and column.kind != "codes" and list(deliveries) != [number]:
                lost = count_dangling(connection, (name, list(deliveries)), column.name, (parent, list(live[parent])))
                out |= {name: out.get(name, 0) + lost} if lost else {}
    return out


def _note_delivered(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    frame: pd.DataFrame | None,
    aside: pd.DataFrame | None,
    number: int,
    overlapping: int,
) -> None:
    """One line in the log for each table; a table of which every row was kept aside has no columns there."""
    columns = [] if frame is None else frame.columns.tolist()
    dtypes = [] if frame is None else [stored_dtype(frame[column]) for column in columns]
    counts = [0 if table is None else len(table) for table in (frame, aside)]
    connection.execute(
        "INSERT INTO _delivered VALUES (?, ?, ?, ?, ?, ?, ?)", [number, name, *counts, overlapping, columns, dtypes]
    )


def _as_it_was(row: pd.Series, delivered: pd.DataFrame, live: Mapping[str, Mapping[int, int]]) -> Appended:
    own = delivered[delivered["delivery"] == row["delivery"]].set_index("name")
    number = int(row["delivery"])
    return Appended(
        status="known" if any(number in numbers for numbers in live.values()) else "superseded",
        delivery=number,
        source=str(row["source"]),
        fingerprint=str(row["fingerprint"]),
        supersedes=None,
        rows={name: int(count) for name, count in own["n_rows"].items()},
        quarantined={name: int(count) for name, count in own["n_quarantined"].items() if count},
        updated={},
        dangling={},
    )


def _refuse_mixed(log: pd.DataFrame, *, synthetic: bool) -> None:
    if len(log) and bool(log["synthetic"].iloc[0]) != synthetic:
        there, new = ("simulated", "real") if log["synthetic"].iloc[0] else ("real", "simulated")
        raise DeliveryConflict(
            f"The store holds {there} people, and this delivery has {new} ones. They may never be mixed. Use another store."
        )


def _checked_source(source: str) -> str:
    if not source.strip() or len(source) > _LONGEST_SOURCE:
        raise InvalidOption(
            f"source must be 1 to {_LONGEST_SOURCE} characters; it has {len(source)}. Name the sender and period."
        )
    if looks_like_cpr(source):
        raise InvalidOption("source looks like it holds a civil registration number. Name the sender and period instead.")
    return source.strip()


def _content_name(tables: Mapping[str, pd.DataFrame], aside: Mapping[str, pd.DataFrame]) -> str:
    """The fingerprint of a delivery's content, rows kept aside included."""
    digest = sha256()
    for kind, frames in (("stored", tables), ("aside", aside)):
        for name in sorted(frames):
            digest.update(f"{kind}|{name}|{fingerprint(frames[name])}|".encode())
    return digest.hexdigest()[:16]
