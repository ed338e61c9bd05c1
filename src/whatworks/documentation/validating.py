"""Everything that is wrong with a delivery at once, and what is left of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow.compute as pc

from whatworks.core.errors import UnknownCode
from whatworks.documentation.cells import Doubt, Written, typed_column
from whatworks.documentation.columns_of_files import suggested_columns
from whatworks.documentation.delivered_files import Delivered, read_files
from whatworks.documentation.examine import Examination, examine
from whatworks.documentation.faults import N_, QUARANTINE, REFUSE, WARN, Fault, row_numbers
from whatworks.documentation.mapping import NO_MAPPING, DeliveryMapping, read_mapping
from whatworks.documentation.quarantine import quarantined_rows
from whatworks.documentation.raw import RawTable
from whatworks.documentation.rules import RULES
from whatworks.documentation.schema import TABLES
from whatworks.documentation.validation import Validation

_ORDER = (REFUSE, QUARANTINE, WARN)


def validate(
    delivery: object,
    mapping: str | Path | DeliveryMapping | None = None,
    *,
    known: Mapping[str, pd.DataFrame] | None = None,
) -> Validation:
    """Hold a delivery to every rule and say all that is wrong with it at once.

    Parameters
    ----------
    delivery : path of a file, a folder or an archive; what :func:`read_delivery` returned; or typed frames by table name
    mapping : from the sender's names to ours, as :func:`read_mapping` reads it
    known : tables delivered before, e.g. ``store.tables()``, which rows may refer to

    Returns
    -------
    Validation. Nothing is raised because of what is in the delivery: ``refused`` says whether it can be used, ``tables`` what is
    left when rows that break a rule are kept aside. No message holds a value from the delivery.

    Raises
    ------
    MissingData
        If there is nothing at the path.
    InvalidParameters
        If the mapping has faults.
    UnknownCode
        If frames are given under a name that is no table.

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="AV", seed=1)
    >>> tables["measurement"].loc[0, "value"] = 101
    >>> validation = validate(tables)
    >>> validation.refused, len(validation.quarantined["measurement"])
    (False, 1)
    >>> validation.report().query("rule == 'V07'")[["severity", "table", "column", "count", "rows"]].values.tolist()
    [['quarantine', 'measurement', 'value', 1, '2']]
    """
    done = getattr(delivery, "validation", None)
    if isinstance(done, Validation):
        return done
    if isinstance(delivery, Mapping):
        return _of_frames(delivery, known or {})
    told = mapping if isinstance(mapping, DeliveryMapping) else NO_MAPPING if mapping is None else read_mapping(mapping)
    return _of_files(read_files(Path(str(delivery)), told), known or {})


def _of_files(delivered: Delivered, known: Mapping[str, pd.DataFrame]) -> Validation:
    raw = {one.table.name: one for one in delivered.raw}
    # Nothing can be said about rows of a table whose columns are not known.
    broken = {fault.file for fault in delivered.faults if fault.rule in ("shape", "column")}
    raw_sound = {name: raw[name] for name in TABLES if name in raw and raw[name].file not in broken}
    tables, doubts = {}, {}
    for name, one in raw_sound.items():
        tables[name], doubts[name] = _typed(one)
    examination = Examination(
        tables, {name: one.file for name, one in raw.items()}, {name: one.first_row for name, one in raw.items()}
    )
    for name, found in doubts.items():
        for column, doubt in found:
            _note_cells(examination, name, column, doubt)
    # What a table refers to can only be judged once every file could be read.
    if not any(fault.rule in ("file", "table", "shape", "column") for fault in delivered.faults):
        _judge(examination, known)
    faults = [*delivered.faults, *examination.faults]
    refused = any(fault.severity == REFUSE for fault in faults)
    aside = {
        name: quarantined_rows(raw[name], bad, examination.reasons[name])
        for name, bad in examination.aside.items()
        if bad.any() and not refused
    }
    return _validation(
        delivered.name,
        faults,
        examination,
        delivered={name: one.n_rows for name, one in raw.items()},
        quarantined=aside,
        synthetic=delivered.manifest.synthetic if delivered.manifest else None,
        suggestions=_suggestions(delivered.raw),
    )


def _of_frames(frames: Mapping[str, pd.DataFrame], known: Mapping[str, pd.DataFrame]) -> Validation:
    unknown = [name for name in frames if name not in TABLES]
    if unknown:
        raise UnknownCode(f"The data model has no table {', '.join(map(repr, unknown))}; it has {', '.join(TABLES)}.")
    tables = {name: frames[name].reset_index(drop=True) for name in TABLES if name in frames}
    examination = Examination(dict(tables), {name: name for name in tables})
    for name, frame in tables.items():
        _hold_to_model(examination, name, frame)
    if not any(fault.severity == REFUSE for fault in examination.faults):
        _judge(examination, known)
    refused = any(fault.severity == REFUSE for fault in examination.faults)
    aside = {
        name: tables[name][bad].assign(rule=examination.reasons[name][bad], file_row=np.flatnonzero(bad) + 2)
        for name, bad in examination.aside.items()
        if bad.any() and not refused
    }
    counts = {name: len(frame) for name, frame in tables.items()}
    return _validation("tables", examination.faults, examination, delivered=counts, quarantined=aside)


def _judge(examination: Examination, known: Mapping[str, pd.DataFrame]) -> None:
    """Hold the rows to the rules; where there is none at all, say that instead of what the empty tables refer to."""
    if not examination.tables or any(len(table) for table in examination.tables.values()):
        examine(examination, known)
    else:
        message, remedy = N_("There is no row in any table."), N_("Check the selection that made it.")
        examination.faults.append(Fault(rule="file", file="the delivery", column=None, message=message, remedy=remedy))


def _validation(
    name: str,
    faults: list[Fault],
    examination: Examination,
    *,
    delivered: Mapping[str, int],
    quarantined: Mapping[str, pd.DataFrame],
    synthetic: bool | None = None,
    suggestions: pd.DataFrame | None = None,
) -> Validation:
    refused = any(fault.severity == REFUSE for fault in faults)
    kept = (
        {}
        if refused
        else {table: examination.kept[table].reset_index(drop=True) for table in TABLES if table in examination.kept}
    )
    rows = pd.DataFrame(
        [
            {
                "table": table,
                "delivered": n,
                "kept": len(kept.get(table, ())),
                "quarantined": len(quarantined.get(table, ())),
                "refused": n if refused else 0,
            }
            for table, n in sorted(delivered.items(), key=lambda one: list(TABLES).index(one[0]))
        ],
        columns=["table", "delivered", "kept", "quarantined", "refused"],
    )
    ordered = sorted(faults, key=lambda fault: _ORDER.index(fault.severity))
    more = {} if suggestions is None else {"suggestions": suggestions}
    return Validation(
        name=name, faults=tuple(ordered), tables=kept, quarantined=quarantined, rows=rows, synthetic=synthetic, **more
    )


def _typed(raw: RawTable) -> tuple[pd.DataFrame, list[tuple[str, Doubt]]]:
    values: dict[str, pd.Series] = {}
    doubts: list[tuple[str, Doubt]] = []
    blank = _blank_rows(raw)
    if blank.any():
        doubts.append((raw.table.key[0], Doubt("type", N_("The row is empty."), N_("Take it out."), blank)))
    for column, cells in zip(raw.columns, raw.cells, strict=False):
        if column is None:
            continue
        written = Written(decimal=raw.decimal, dates=raw.dates, codes=raw.codes.get(column.name, {}))
        typed = typed_column(cells, column, written=written)
        values[column.name] = typed.values
        # An empty row is one fault, not one for each of its cells.
        told = [replace(doubt, bad=doubt.bad & ~blank) for doubt in typed.doubts]
        doubts += [(column.name, doubt) for doubt in told if doubt.bad.any()]
    ordered = {column.name: values[column.name] for column in raw.table.columns if column.name in values}
    return pd.DataFrame(ordered, index=pd.RangeIndex(raw.n_rows)), doubts


def _blank_rows(raw: RawTable) -> np.ndarray:
    blank = np.ones(raw.n_rows, dtype=bool)
    for cells in raw.cells:
        if not blank.any():
            break
        blank &= pc.equal(pc.utf8_trim_whitespace(cells), "").to_numpy()
    return blank


def _note_cells(examination: Examination, name: str, column: str, doubt: Doubt) -> None:
    severity = RULES[doubt.rule].severity
    examination.faults.append(
        Fault(
            rule=doubt.rule,
            table=name,
            file=examination.files[name],
            column=column,
            message=doubt.message,
            remedy=doubt.remedy,
            places=doubt.places,
            severity=severity,
            count=int(doubt.bad.sum()),
            rows=row_numbers(doubt.bad, first_row=examination.first_rows.get(name, 2)),
        )
    )
    if severity == QUARANTINE:
        examination.put_aside(name, doubt.bad, doubt.rule)


def _hold_to_model(examination: Examination, name: str, frame: pd.DataFrame) -> None:
    """A frame against its pandera model; what pandera says about a value is not repeated."""
    try:
        TABLES[name].model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return
    said = {"table": name, "file": name}
    of_rows = cases["index"].notna() & cases["column"].notna()
    for column in cases.loc[~of_rows, "column"].astype("str").unique():
        message = N_("The column is missing, is not in the data model, or is of another type than the data model gives it.")
        examination.faults.append(
            Fault(rule="column", column=column, message=message, remedy=N_("Compare it with the data dictionary."), **said)  # type: ignore[arg-type]
        )
    for column, rows in cases[of_rows].groupby("column"):
        bad = np.zeros(len(frame), dtype=bool)
        bad[rows["index"].to_numpy(dtype="int64")] = True
        rule = "V03" if column == "citizen_id" else "type"
        message = N_("The value is not in the form the data model asks for.")
        _note_cells(examination, name, str(column), Doubt(rule, message, N_("Correct it."), bad))


def _suggestions(tables: list[RawTable]) -> pd.DataFrame:
    found = [
        {"file": raw.file, "place": place + 1, "suggested": near} for raw in tables for place, near in suggested_columns(raw)
    ]
    return pd.DataFrame(found, columns=["file", "place", "suggested"])
