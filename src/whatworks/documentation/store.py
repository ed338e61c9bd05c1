"""The documentation store: every delivery kept as it came, the tables as they stood after any of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from whatworks.core.errors import EmptyData
from whatworks.documentation.schema import TABLES
from whatworks.documentation.store_append import Appended, append_delivery
from whatworks.documentation.store_file import reading, writing
from whatworks.documentation.store_log import last_number, live_deliveries, number_as_of, read_delivered, read_log
from whatworks.documentation.store_quarantine import quarantined_rows
from whatworks.documentation.store_rows import checked_frame, known_table, select_rows


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
        with writing(self.path, wait=self.wait) as connection:
            return append_delivery(
                connection, tables, aside, source=source, synthetic=synthetic, received=received or date.today()
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
            log, delivered = read_log(connection), read_delivered(connection)
            number = number_as_of(log, as_of)
            live = live_deliveries(log, delivered, number)
            return {name: _table(connection, name, live[name], delivered) for name in TABLES if name in live and name in wanted}

    def deliveries(self) -> pd.DataFrame:
        """What was delivered: one row per delivery with source, day, fingerprint, rows stored and kept aside.

        ``counts`` is the number of its tables that count now; 0 when all were corrected by later deliveries.
        """
        with reading(self.path, wait=self.wait) as connection:
            log, delivered = read_log(connection), read_delivered(connection)
        totals = delivered.groupby("delivery")[["n_rows", "n_quarantined"]].sum()
        alive = pd.Series(
            [n for numbers in live_deliveries(log, delivered, last_number(log)).values() for n in numbers], dtype="int64"
        )
        out = log.merge(totals, left_on="delivery", right_index=True, how="left").reset_index(drop=True)
        return out.assign(counts=out["delivery"].map(alive.value_counts()).fillna(0).astype("int64"))

    def quarantine(self, delivery: int | None = None) -> dict[str, pd.DataFrame]:
        """Rows kept aside, by table, as they were delivered, with ``rule`` and ``file_row``: to be put right and sent again.

        Parameters
        ----------
        delivery : of this delivery only; by default of those that count now
        """
        with reading(self.path, wait=self.wait) as connection:
            log, delivered = read_log(connection), read_delivered(connection)
            live = live_deliveries(log, delivered, last_number(log))
            chosen = {name: list(live.get(name, [])) if delivery is None else [delivery] for name in TABLES}
            return quarantined_rows(connection, chosen)


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
