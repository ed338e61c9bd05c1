"""A store named as the data of a question: what stands in it now, and one name for its deliveries."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from whatworks.core.errors import MissingData
from whatworks.core.places import found_above
from whatworks.documentation.store import Store


class StoredTables(dict[str, pd.DataFrame]):
    """The tables of a store as they stand.

    Attributes
    ----------
    quarantined : rows kept aside of the deliveries that count, by table
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], quarantined: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(tables)
        self.quarantined = quarantined


def stored_tables(path: str | Path) -> StoredTables:
    """What stands in a store now, with the rows kept aside.

    Raises
    ------
    MissingData, StoreBusy, StoreTooNew, StoreDamaged
    """
    store = Store(found_above(path))
    return StoredTables(store.tables(), store.quarantine())


def is_synthetic_store(path: str | Path) -> bool:
    """True when the people in a store are simulated; a store never holds both kinds.

    Raises
    ------
    MissingData
        If there is no store, or nothing was delivered to it yet.
    StoreBusy, StoreTooNew, StoreDamaged
    """
    return bool(_deliveries(path)["synthetic"].any())


def deliveries_digest(path: str | Path) -> str:
    """One name for the deliveries of a store in their order: the same content again does not change it.

    Raises
    ------
    MissingData, StoreBusy, StoreTooNew, StoreDamaged
    """
    log = _deliveries(path)
    rows = zip(log["delivery"], log["source"], log["fingerprint"], strict=True)
    return hashlib.sha256(repr([(int(number), str(source), str(name)) for number, source, name in rows]).encode()).hexdigest()


def _deliveries(path: str | Path) -> pd.DataFrame:
    place = found_above(path)
    log = Store(place).deliveries()
    if log.empty:
        raise MissingData(f"Nothing was delivered to the store {place.name!r} yet. Fill it with `whatworks ingest`.")
    return log
