"""Planted faults found, and clean files not refused: what validation says of simulated deliveries."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import whatworks as ww
from grading.worlds import FIRST_SEEDS
from whatworks.documentation.simulated_dirt import TO_BE_REFUSED, WITH_FAULTS, planted_dirt, write_dirty


def graded(seeds: int, scenario: str = "region") -> pd.DataFrame:
    """One row per draw and kind of fault: planted, found, whether the delivery was refused; clean deliveries have rule ``-``."""
    rows = []
    for number in range(seeds):
        seed = FIRST_SEEDS[scenario] + number
        tables, _ = ww.documentation.simulate(scenario=scenario, seed=seed)
        with tempfile.TemporaryDirectory() as place:
            clean = ww.documentation.write_delivery(tables, Path(place) / "clean", synthetic=True, seed=seed)
            rows.append({"rule": "-", "planted": 0, "found": 0, "refused": ww.documentation.validate(clean).refused})
            planted = write_dirty(tables, Path(place) / "dirty", seed=seed)
            for delivery in (WITH_FAULTS, TO_BE_REFUSED):
                said = ww.documentation.validate(Path(place) / "dirty" / delivery)
                for fault in planted[planted["delivery"] == delivery].itertuples():
                    found = _found(fault, said, planted_dirt(tables, seed=seed)[0])
                    rows.append({"rule": fault.rule, "planted": fault.count, "found": found, "refused": said.refused})
    return pd.DataFrame(rows)


def _found(fault: Any, said: Any, sent: Mapping[str, pd.DataFrame]) -> int:
    """How many rows, or files, the report names for a fault of this rule in this place."""
    report = said.report()
    same = report[report["rule"] == fault.rule]
    if fault.rule == "V24":
        # Decimal commas are no fault where they are read as what they are.
        return int(fault.table in said.tables and _same_numbers(said.tables[fault.table], sent[fault.table]))
    if fault.rule == "V25":
        return int(same["file"].str.startswith(fault.table).any())
    same = same[same["table"] == fault.table]
    return int(same.loc[(same["column"] == fault.column) | (same["column"] == ""), "count"].sum())


def _same_numbers(read: pd.DataFrame, sent: pd.DataFrame) -> bool:
    numbers = sent.select_dtypes("number").columns
    wanted, got = (each[numbers].astype("float64").to_numpy() for each in (sent, read))
    return wanted.shape == got.shape and bool(np.allclose(wanted, got, rtol=1e-12, atol=0, equal_nan=True))


def summary(each: pd.DataFrame) -> pd.DataFrame:
    """One row per rule: planted and found in all, share of draws in which all were found or the delivery was refused."""
    each = each.assign(all_found=100.0 * (each["found"] >= each["planted"]), refused=100.0 * each["refused"])
    grouped = each.groupby("rule", sort=False)
    out = grouped.agg(planted=("planted", "sum"), found=("found", "sum"))
    return out.join(grouped[["all_found", "refused"]].mean()).reset_index()
