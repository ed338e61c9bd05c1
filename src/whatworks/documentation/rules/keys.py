"""Rows that stand twice, and numbers outside the limits of their column."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_
from whatworks.documentation.rules.finding import Finding, Tables, where
from whatworks.documentation.schema import TABLES


def out_of_range(tables: Tables) -> list[Finding]:
    """Numbers outside the limits that the data model gives their column."""
    found = []
    for name, frame in tables.items():
        for column in TABLES[name].columns:
            if column.name not in frame or (column.low is None and column.high is None):
                continue
            value = frame[column.name].to_numpy(dtype="float64", na_value=np.nan)
            low = -np.inf if column.low is None else column.low
            high = np.inf if column.high is None else column.high
            message = N_("The number is not between {low} and {high}.")
            places = {"low": _bound(column.low), "high": _bound(column.high)}
            said = {"rule": "range", "table": name, "column": column.name, "found": message, "remedy": N_("Correct it.")}
            found += where(frame, (value < low) | (value > high), places=places, **said)
    return found


def repeated_keys(tables: Tables) -> list[Finding]:
    """Rows whose key stands in an earlier row: the first is kept when they are the same, none when they contradict each other."""
    found = []
    for name, frame in tables.items():
        found += _repeated(frame, name, TABLES[name].key, "key")
    return found


def repeated_measurements(tables: Tables) -> list[Finding]:
    """V10: two values of an instrument, subscale and informant on a day in an episode."""
    found = []
    for name, frame in tables.items():
        found += _repeated(frame, name, TABLES[name].unique, "V10")
    return found


def _repeated(frame: pd.DataFrame, name: str, columns: Sequence[str], rule: str) -> list[Finding]:
    present = [column for column in columns if column in frame]
    if not present or not len(frame):
        return []
    again = frame.duplicated(present, keep=False).to_numpy()
    if not again.any():
        return []
    rows = frame[again]
    # Ids of the row itself may differ: two rows for one measurement contradict each other by what was measured.
    told = [column for column in rows.columns if rule == "key" or column not in TABLES[name].key]
    same = ~rows.duplicated(present, keep=False) | rows.duplicated(told, keep=False)
    whole = same.groupby([rows[column] for column in present], dropna=False).transform("all")
    later = rows.duplicated(present, keep="first")
    places = {"columns": ", ".join(present)}
    said = {"rule": rule, "table": name, "column": present[0], "places": places}
    return [
        *where(
            rows,
            whole & later,
            found=N_("The same {columns} stands in an earlier row."),
            remedy=N_("Each may stand once."),
            **said,
        ),
        *where(
            rows,
            ~whole,
            found=N_("The same {columns} stands in an earlier row or a later one, and the rows differ."),
            remedy=N_("Decide which is right, and send that one."),
            **said,
        ),
    ]


def _bound(limit: float | None) -> str:
    return "…" if limit is None else format(limit, "g")
