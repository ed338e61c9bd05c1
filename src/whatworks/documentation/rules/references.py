"""V05 and V23: what a row refers to is there, and municipalities are municipalities."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_, REFUSE, WARN
from whatworks.documentation.lookup import positions
from whatworks.documentation.municipality_names import municipalities
from whatworks.documentation.rules.finding import Finding, Tables, where
from whatworks.documentation.schema import TABLES, Column

_NOT_FOUND = N_("Not found in the table {table}.")
_ADD = N_("Deliver the row it refers to, or correct it.")


def unknown_references(tables: Tables, known: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Rows that refer to a row that is not there, or no longer there because it was kept aside.

    Parameters
    ----------
    tables : the delivery's tables
    known : tables delivered before, which rows may refer to as well
    """
    found = []
    for name, frame in tables.items():
        for column in TABLES[name].columns:
            if column.references and column.name in frame:
                found += _unknown(frame, name, column, tables, known)
    return found


def unknown_units(tables: Tables, known: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Adoptions by a municipality that is none, or by a service that is not there; rows of municipalities that are none."""
    found = []
    codes = municipalities()["municipality_code"].astype("str")
    if "municipality" in tables:
        frame = tables["municipality"]
        message = N_("Not the code of one of the 98 municipalities.")
        bad = positions(frame["municipality_code"], codes) < 0
        said = {"rule": "V23", "table": "municipality", "column": "municipality_code", "found": message}
        found += where(frame, bad, remedy=N_("Take the row out; 411, 998, 997 and 000 are not municipalities."), **said)
    if "adoption" not in tables:
        return found
    adoption = tables["adoption"]
    said = {"table": "adoption", "column": "unit_id", "remedy": N_("Correct the level or the unit.")}
    at_municipality = (adoption["level"] == "municipality").to_numpy(dtype=bool)
    message = N_("At level municipality this must be a municipality's code.")
    unknown = positions(adoption["unit_id"], codes) < 0
    found += where(adoption, at_municipality & unknown, rule="V23", found=message, **said)
    services = _keys(tables, known, "service")
    if services is not None:
        at_service = (adoption["level"] == "service").to_numpy(dtype=bool)
        bad = at_service & (positions(adoption["unit_id"], services) < 0)
        found += where(adoption, bad, rule="V05", found=_NOT_FOUND, places={"table": "service"}, **said)
    return found


def _unknown(frame: pd.DataFrame, name: str, column: Column, tables: Tables, known: Mapping[str, pd.DataFrame]) -> list[Finding]:
    values = frame[column.name]
    referred = str(column.references)
    keys = _keys(tables, known, referred)
    said = {"table": name, "column": column.name, "places": {"table": referred}}
    if keys is None:
        if not column.required and not values.notna().any():
            return []
        message = N_("Refers to the table {table}, which was not delivered.")
        severity = REFUSE if column.required else WARN
        return [Finding(rule="V05", found=message, remedy=N_("Add it."), severity=severity, **said)]  # type: ignore[arg-type]
    missing = _not_in(values, keys) if column.kind != "codes" else _none_of_list(values, keys)
    rule = "V23" if referred == "municipality" else "V05"
    return where(frame, missing, rule=rule, found=_NOT_FOUND, remedy=_ADD, **said)


def _not_in(values: pd.Series, keys: pd.Series) -> np.ndarray:
    return values.notna().to_numpy() & (positions(values, keys) < 0)


def _none_of_list(values: pd.Series, keys: pd.Series) -> np.ndarray:
    """Cells that list at least one code that is not there."""
    there = set(keys.dropna())
    unknown = [cell for cell in values.dropna().unique() if not set(str(cell).split(";")) <= there]
    return values.isin(unknown).to_numpy()


def _keys(tables: Tables, known: Mapping[str, pd.DataFrame], name: str) -> pd.Series | None:
    """Keys of a table, delivered now or before; municipalities are always known."""
    if name == "municipality":
        return municipalities()["municipality_code"].astype("str")
    key = TABLES[name].key[0]
    parts = [source[name][key] for source in (tables, known) if name in source]
    return pd.concat(parts, ignore_index=True) if parts else None
