"""What tables must agree on: keys, references, dates in order, values within their instrument."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from whatworks.documentation.faults import Fault, row_fault
from whatworks.documentation.municipalities import municipalities
from whatworks.documentation.schema import TABLES, Table

# Of the instrument's unit; far below any step, far above the rounding of a decimal number.
_STEP_TOLERANCE = 1e-6


def integrity_faults(tables: Mapping[str, pd.DataFrame], files: Mapping[str, str]) -> list[Fault]:
    """Every fault between and within typed tables, table by table.

    Parameters
    ----------
    tables : typed frames by English table name
    files : name of the file each table came from
    """
    checks: tuple[Callable[[Mapping[str, pd.DataFrame], Table, str], list[Fault]], ...] = (
        _duplicates,
        _unknown_references,
        _dates_out_of_order,
    )
    faults = [
        fault for name, file in files.items() if name in tables for check in checks for fault in check(tables, TABLES[name], file)
    ]
    for name, extra in (("adoption", _unknown_units), ("measurement", _impossible_values), ("instrument", _empty_ranges)):
        if name in tables:
            faults += extra(tables, files[name])
    return faults


def _duplicates(tables: Mapping[str, pd.DataFrame], table: Table, file: str) -> list[Fault]:
    frame = tables[table.name]
    faults: list[Fault] = []
    for rule, columns in (("key", table.key), ("V10", table.unique)):
        present = [column for column in columns if column in frame]
        if present:
            # Empty cells are faults of their own.
            bad = frame.duplicated(present) & frame[present[0]].notna()
            message = f"The same {', '.join(present)} stands in an earlier row. Each may stand once."
            faults += row_fault(rule=rule, file=file, column=present[0], message=message, bad=bad.tolist())
    return faults


def _unknown_references(tables: Mapping[str, pd.DataFrame], table: Table, file: str) -> list[Fault]:
    frame, faults = tables[table.name], []
    for column in table.columns:
        if column.references is None or column.name not in frame:
            continue
        known = _known_keys(tables, column.references)
        if known is None:
            message = f"Refers to the table {column.references}, which was not delivered. Add it."
            faults.append(Fault(rule="V05", file=file, column=column.name, message=message))
            continue
        values = frame[column.name]
        rule = "V23" if column.references == "municipality" else "V05"
        bad = values.notna() & ~values.isin(known)
        message = f"Not found in the table {column.references}. Deliver the row it refers to, or correct it."
        faults += row_fault(rule=rule, file=file, column=column.name, message=message, bad=bad.tolist())
    return faults


def _known_keys(tables: Mapping[str, pd.DataFrame], name: str) -> pd.Series | None:
    """Keys of a table; the list of all municipalities stands in when that table is not delivered."""
    if name == "municipality":
        return tables.get(name, municipalities())["municipality_code"]
    return tables[name][TABLES[name].key[0]] if name in tables else None


def _dates_out_of_order(tables: Mapping[str, pd.DataFrame], table: Table, file: str) -> list[Fault]:
    frame, faults = tables[table.name], []
    for rule, first, last in (("V06", "start", "end"), ("V19", "start", "full_operation"), ("V06", "valid_from", "valid_to")):
        if first in frame and last in frame:
            bad = frame[last] < frame[first]
            message = f"The date is before {first}. Correct one of the two."
            faults += row_fault(rule=rule, file=file, column=last, message=message, bad=bad.tolist())
    if {"date", "quarter"} <= set(frame):
        told = frame["date"].dt.year.astype("Int64").astype("str") + "K" + frame["date"].dt.quarter.astype("Int64").astype("str")
        bad = frame["date"].notna() & frame["quarter"].notna() & (told != frame["quarter"])
        message = "The quarter is not the one that the date lies in. Correct one of the two."
        faults += row_fault(rule="agreement", file=file, column="quarter", message=message, bad=bad.tolist())
    return faults


def _unknown_units(tables: Mapping[str, pd.DataFrame], file: str) -> list[Fault]:
    adoption = tables["adoption"]
    known = tables.get("municipality", municipalities())["municipality_code"]
    bad = (adoption["level"] == "municipality") & adoption["unit_id"].notna() & ~adoption["unit_id"].isin(known)
    message = "At level municipality this must be a municipality's code."
    return row_fault(rule="V23", file=file, column="unit_id", message=message, bad=bad.tolist())


def _empty_ranges(tables: Mapping[str, pd.DataFrame], file: str) -> list[Fault]:
    instrument = tables["instrument"]
    faults = row_fault(
        rule="V07",
        file=file,
        column="max",
        message="The largest value must lie above the smallest.",
        bad=(instrument["max"] <= instrument["min"]).tolist(),
    )
    return faults + row_fault(
        rule="V07",
        file=file,
        column="step",
        message="The step between two values must be above 0; leave it empty where there is none.",
        bad=(instrument["step"] <= 0).tolist(),
    )


def _impossible_values(tables: Mapping[str, pd.DataFrame], file: str) -> list[Fault]:
    if "instrument" not in tables:
        return []
    measurement = tables["measurement"]
    registry = tables["instrument"].drop_duplicates("instrument").set_index("instrument")
    low, high, step = (measurement["instrument"].map(registry[column]).to_numpy() for column in ("min", "max", "step"))
    value = measurement["value"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        places = (value - low) / step
        off_step = np.abs(places - np.round(places)) * step > _STEP_TOLERANCE
    bad = (value < low) | (value > high) | (off_step & (step > 0))
    message = "The value is outside the instrument's range, or between its steps."
    return row_fault(rule="V07", file=file, column="value", message=message, bad=bad.tolist())
