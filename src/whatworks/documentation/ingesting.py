"""From a file to the store: read, held to the rules, faulty rows kept aside, the others appended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from whatworks.core.errors import InvalidOption, MissingData
from whatworks.documentation.faults import QUARANTINE, WARN, Fault
from whatworks.documentation.mapping import DeliveryMapping
from whatworks.documentation.schema import TABLES
from whatworks.documentation.store import Store
from whatworks.documentation.store_append import Appended
from whatworks.documentation.validating import validate
from whatworks.documentation.validation import Validation

# Tables that rows of other tables refer to; only these are needed to know whether a reference leads anywhere.
_REFERRED = tuple({column.references: None for table in TABLES.values() for column in table.columns if column.references})


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What became of a file.

    Attributes
    ----------
    appended : what the store did with it
    rows : one row per table: table, delivered, kept, quarantined
    faults : why rows were kept aside, and what deserves a look

    Examples
    --------
    >>> from whatworks.documentation.store_append import Appended
    >>> again = Appended(status="known", delivery=1, source="sent.zip", fingerprint="0", supersedes=None, rows={},
    ...                  quarantined={}, updated={}, dangling={})
    >>> Ingested(appended=again, rows=pd.DataFrame(), faults=()).lines()
    ["Nothing changed: the same content is delivery 1 (source 'sent.zip') already."]
    """

    appended: Appended
    rows: pd.DataFrame = field(repr=False)
    faults: tuple[Fault, ...] = field(repr=False)

    def lines(self) -> list[str]:
        """What happened, in plain English, one fact to a line; no value of anybody."""
        done = self.appended
        said = {
            "known": f"Nothing changed: the same content is delivery {done.delivery} (source {done.source!r}) already.",
            "superseded": f"Nothing changed: the same content was delivery {done.delivery} and has been corrected since.",
        }
        if done.status in said:
            return [said[done.status]]
        corrects = f", which corrects delivery {done.supersedes}" if done.supersedes else ""
        lines = [f"Stored as delivery {done.delivery} (source {done.source!r}, fingerprint {done.fingerprint}){corrects}."]
        for row in self.rows.to_dict("records"):
            aside = f", {row['quarantined']} kept aside" if row["quarantined"] else ""
            again = done.updated.get(row["table"], 0)
            known = f", {again} of them known from other deliveries and updated" if again else ""
            lines.append(f"  {row['table']}: {row['kept']} rows stored{known}{aside}.")
        lines += [
            f"  worth a look: {count} rows of {name} in earlier deliveries refer to rows that this correction no longer has."
            for name, count in done.dangling.items()
        ]
        words = {QUARANTINE: "kept aside", WARN: "worth a look"}
        lines += [f"  {words.get(fault.severity, fault.severity)}: {fault}" for fault in self.faults]
        return lines


def ingest(
    path: str | Path,
    store: Store,
    *,
    mapping: str | Path | DeliveryMapping | None = None,
    source: str | None = None,
    received: date | None = None,
) -> Ingested:
    """Take a delivery into a store.

    Parameters
    ----------
    path : a file, a folder or an archive, as :func:`read_delivery` takes it
    store : the store; made where it is not there
    mapping : from the sender's names to ours
    source : whose file it is; by default the name of the file without its ending. A correction comes under the same source
    received : the day it came; today by default

    Returns
    -------
    What was stored and kept aside: rows delivered = rows stored + rows kept aside. The same content again changes nothing.

    Raises
    ------
    PersonalDataFound, InvalidDelivery
        If the delivery is refused; the store is then as it was.
    DeliveryConflict, StoreBusy, StoreTooNew, StoreDamaged, StoreNotWritable
        As :meth:`Store.append`.
    MissingData, InvalidParameters, InvalidOption
        If there is nothing at the path, the mapping has faults, or the delivery does not say whether its people are simulated.

    Examples
    --------
    >>> import tempfile
    >>> from whatworks.documentation import write_delivery
    >>> tables, truth = ww.documentation.simulate(scenario="AV", seed=1)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = write_delivery(tables, Path(place) / "autism_2023", synthetic=True)
    ...     store = Store(Path(place) / "store.duckdb")
    ...     done = [ingest(folder, store) for _again in range(2)]
    >>> [one.appended.status for one in done], done[0].appended.source
    (['stored', 'known'], 'autism_2023')
    """
    path = Path(path)
    validation = validate(path, mapping, known=_known(store))
    validation.raise_if_refused()
    if validation.synthetic is None:
        raise InvalidOption(
            f"{path.name} does not say whether its people are simulated. Put delivery.yml beside the tables, with the line "
            "`synthetic: false` (or true)."
        )
    appended = store.append(
        validation.tables,
        source=source or _name_of(path),
        synthetic=validation.synthetic,
        quarantined=validation.quarantined,
        received=received,
    )
    return Ingested(appended=appended, rows=_counted(validation), faults=validation.faults)


def _known(store: Store) -> Mapping[str, pd.DataFrame]:
    """What was delivered before and rows may refer to; nothing where the store is new."""
    if not store.path.is_file():
        return {}
    try:
        return store.tables(only=_REFERRED)
    except MissingData:
        return {}


def _counted(validation: Validation) -> pd.DataFrame:
    return validation.rows[["table", "delivered", "kept", "quarantined"]].reset_index(drop=True)


def _name_of(path: Path) -> str:
    """The file's name without its endings: the part that says whose it is."""
    name = path.resolve().name
    for ending in (".gz", ".csv", ".zip", ".xlsx", ".parquet"):
        name = name.removesuffix(ending)
    return name
