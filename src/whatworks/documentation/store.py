"""The documentation store: every delivery kept as it came, the tables as they stood after any of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd

from whatworks.core.errors import EmptyData, InvalidOption, MissingData
from whatworks.core.provenance import fingerprint
from whatworks.core.version import __version__
from whatworks.documentation.schema import TABLES
from whatworks.documentation.store_errors import DeliveryConflict
from whatworks.documentation.store_file import reading, writing
from whatworks.documentation.store_quarantine import add_quarantined, quarantined_rows
from whatworks.documentation.store_rows import (
    add_columns,
    arrow_of,
    checked_frame,
    count_overlaps,
    insert_rows,
    known_table,
    select_rows,
    stored_dtype,
)

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
    """

    status: str
    delivery: int
    source: str
    fingerprint: str
    supersedes: int | None
    rows: Mapping[str, int]
    quarantined: Mapping[str, int]
    updated: Mapping[str, int]


class Store:
    """Deliveries in one file: append-only, versioned, idempotent.

    A delivery has a source, usually the name of its file. The same content again changes nothing. Other content from the same
    source is a correction: table by table it takes the place of what that source delivered before, which stays readable as it
    was. An append happens whole or not at all, also when its process is killed.

    Parameters
    ----------
    path : the store's file; it is made by the first append
    wait : seconds to wait for another process that is using it

    Examples
    --------
    >>> import tempfile
    >>> method = pd.DataFrame({"method_id": ["m1"], "method_name": ["Lærkemodellen"]})
    >>> with tempfile.TemporaryDirectory() as place:
    ...     store = Store(Path(place) / "store.duckdb")
    ...     first = store.append({"method": method}, source="methods", synthetic=True)
    ...     again = store.append({"method": method}, source="methods", synthetic=True)
    ...     renamed = method.assign(method_name="Lærke 2")
    ...     corrected = store.append({"method": renamed}, source="methods", synthetic=True)
    ...     now, then = (store.tables(as_of=n)["method"]["method_name"].item() for n in (None, 1))
    >>> first.status, again.status, corrected.supersedes, now, then
    ('stored', 'known', 1, 'Lærke 2', 'Lærkemodellen')
    """

    def __init__(self, path: str | Path, *, wait: float = 60.0) -> None:
        self.path = Path(path).absolute()
        self.wait = wait

    def append(
        self,
        delivery: Mapping[str, pd.DataFrame],
        *,
        source: str,
        synthetic: bool,
        quarantined: Mapping[str, pd.DataFrame] | None = None,
        received: date | None = None,
    ) -> Appended:
        """Keep a delivery that was validated.

        Parameters
        ----------
        delivery : typed frames by English table name, as :func:`read_delivery` gives them
        source : whose file it is; a correction comes under the same source
        synthetic : are the people simulated? A store holds either simulated people or real ones
        quarantined : rows kept aside, by table: the columns as delivered, ``rule`` and ``file_row``
        received : the day it came; today by default

        Raises
        ------
        UnknownCode, InvalidColumn, DuplicateRows, EmptyData
            If the tables are not of the data model, or there is nothing in them.
        DeliveryConflict
            If simulated and real people would be mixed, a key belongs to somebody else in another delivery, or a correction has
            nothing in common with what it would replace.
        StoreBusy, StoreTooNew, StoreDamaged, StoreNotWritable
            The store is then as it was.
        """
        tables = {name: checked_frame(name, delivery[name]) for name in TABLES if name in delivery}
        for name in delivery:
            known_table(name)
        aside = dict(quarantined or {})
        if not any(len(frame) for frame in (*tables.values(), *aside.values())):
            raise EmptyData("The delivery has no rows. Check the file.")
        named = _content_name(tables, aside)
        with writing(self.path, wait=self.wait) as connection:
            return _append(
                connection,
                tables,
                aside,
                source=_checked_source(source),
                synthetic=synthetic,
                named=named,
                received=received or date.today(),
            )

    def tables(self, as_of: int | date | None = None, *, only: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
        """The tables as they stand, or as they stood.

        Parameters
        ----------
        as_of : number of the last delivery to count, or the last day; all by default
        only : names of the tables wanted; all by default

        Returns
        -------
        Frames by English table name, as :func:`read_delivery` gives them. A key that several sources delivered stands once, as
        the source that came last has it.

        Raises
        ------
        MissingData
            If there is no store, or nothing was delivered by then.
        """
        wanted = set(TABLES) if only is None else {known_table(name) for name in only}
        with reading(self.path, wait=self.wait) as connection:
            log, delivered = _log(connection), _delivered(connection)
            number = _number_as_of(log, as_of)
            live = _live(log, delivered, number)
            return {name: _table(connection, name, live[name], delivered) for name in TABLES if name in live and name in wanted}

    def deliveries(self) -> pd.DataFrame:
        """What was delivered: one row per delivery with source, day, fingerprint, rows stored and kept aside.

        ``counts`` is the number of its tables that count now; 0 when all were corrected by later deliveries.
        """
        with reading(self.path, wait=self.wait) as connection:
            log, delivered = _log(connection), _delivered(connection)
        totals = delivered.groupby("delivery")[["n_rows", "n_quarantined"]].sum()
        alive = pd.Series([n for numbers in _live(log, delivered, _last(log)).values() for n in numbers], dtype="int64")
        out = log.merge(totals, left_on="delivery", right_index=True, how="left").reset_index(drop=True)
        return out.assign(counts=out["delivery"].map(alive.value_counts()).fillna(0).astype("int64"))

    def quarantine(self, delivery: int | None = None) -> dict[str, pd.DataFrame]:
        """Rows kept aside, by table, as they were delivered, with ``rule`` and ``file_row``: to be put right and sent again.

        Parameters
        ----------
        delivery : of this delivery only; by default of those that count now
        """
        with reading(self.path, wait=self.wait) as connection:
            log, delivered = _log(connection), _delivered(connection)
            live = _live(log, delivered, _last(log))
            chosen = {name: list(live.get(name, [])) if delivery is None else [delivery] for name in TABLES}
            return quarantined_rows(connection, chosen)


def _append(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pd.DataFrame],
    aside: Mapping[str, pd.DataFrame],
    *,
    source: str,
    synthetic: bool,
    named: str,
    received: date,
) -> Appended:
    log, delivered = _log(connection), _delivered(connection)
    _refuse_mixed(log, synthetic=synthetic)
    live = _live(log, delivered, _last(log))
    known = log[log["fingerprint"] == named]
    if len(known):
        return _as_it_was(known.iloc[0], delivered, live)
    number = _last(log) + 1
    own = log.loc[log["source"] == source, "delivery"].tolist()
    overlaps, corrected, replaced_any = {}, 0, None
    connection.execute(
        "INSERT INTO _delivery VALUES (?, ?, ?, ?, ?, ?)", [number, source, named, received, synthetic, __version__]
    )
    for name, frame in tables.items():
        replaced = next((delivery for delivery in live.get(name, []) if delivery in own), None)
        connection.register("delivered", arrow_of(frame))
        add_columns(connection, name, frame)
        overlaps[name], same = count_overlaps(connection, name, live=list(live.get(name, [])), replaced=replaced)
        corrected += same
        replaced_any = replaced_any or replaced
        insert_rows(connection, name, frame, delivery=number)
        connection.unregister("delivered")
    if replaced_any is not None and not corrected:
        raise DeliveryConflict(
            f"The source {source!r} delivered before, and no row of this delivery has a key in common with that. A correction "
            "takes the place of what it corrects. Deliver under a source of its own, for instance one that names the period."
        )
    for name in {**tables, **aside}:
        add_quarantined(connection, name, aside.get(name), delivery=number)
        _note_delivered(connection, name, tables.get(name), aside.get(name), number, overlaps.get(name, 0))
    return Appended(
        status="stored",
        delivery=number,
        source=source,
        fingerprint=named,
        supersedes=replaced_any,
        rows={name: len(frame) for name, frame in tables.items()},
        quarantined={name: len(frame) for name, frame in aside.items()},
        updated={name: count for name, count in overlaps.items() if count},
    )


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
    return source.strip()


def _content_name(tables: Mapping[str, pd.DataFrame], aside: Mapping[str, pd.DataFrame]) -> str:
    """The fingerprint of a delivery's content, rows kept aside included."""
    digest = sha256()
    for kind, frames in (("stored", tables), ("aside", aside)):
        for name in sorted(frames):
            digest.update(f"{kind}|{name}|{fingerprint(frames[name])}|".encode())
    return digest.hexdigest()[:16]


def _log(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.sql("SELECT * FROM _delivery ORDER BY delivery").df()


def _delivered(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.sql("SELECT * FROM _delivered ORDER BY delivery").df()


def _last(log: pd.DataFrame) -> int:
    return int(log["delivery"].max()) if len(log) else 0


def _number_as_of(log: pd.DataFrame, as_of: int | date | None) -> int:
    if as_of is None:
        return _last(log)
    counted = log if isinstance(as_of, int) else log[log["received"] <= pd.Timestamp(as_of)]
    number = as_of if isinstance(as_of, int) else _last(counted)
    if number not in log["delivery"].tolist():
        raise MissingData(
            f"The store has no delivery as of {as_of}; it has {len(log)}. Ask store.deliveries() for their numbers and days."
        )
    return number


def _live(log: pd.DataFrame, delivered: pd.DataFrame, number: int) -> dict[str, dict[int, int]]:
    """By table: the deliveries that count, each with the place in time of its source.

    A correction stands where the delivery that it corrects stood, so that it does not push aside what other sources
    delivered in between.
    """
    counted = delivered[(delivered["delivery"] <= number) & (delivered["columns"].str.len() > 0)].merge(
        log[["delivery", "source"]], on="delivery"
    )
    first = counted.groupby(["name", "source"])["delivery"].transform("min")
    newest = counted["delivery"] == counted.groupby(["name", "source"])["delivery"].transform("max")
    rows = counted.assign(first=first)[newest]
    return {
        str(name): dict(zip(of["delivery"].astype(int), of["first"].astype(int), strict=True))
        for name, of in rows.groupby("name")
    }


def _table(connection: duckdb.DuckDBPyConnection, name: str, ranks: Mapping[int, int], delivered: pd.DataFrame) -> pd.DataFrame:
    rows = delivered[(delivered["name"] == name) & delivered["delivery"].isin(list(ranks))]
    found = {
        column: dtype
        for columns, dtypes in zip(rows["columns"], rows["dtypes"], strict=True)
        for column, dtype in zip(columns, dtypes, strict=True)
    }
    ordered = {column.name: found[column.name] for column in TABLES[name].columns if column.name in found}
    overlapping = bool(rows["n_overlapping"].any()) and len(ranks) > 1
    return select_rows(connection, name, ordered, ranks=ranks, overlapping=overlapping)
