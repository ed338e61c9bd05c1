"""Faults planted in a simulated delivery, each counted, to see whether validation finds them all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.documentation.cells import text_column
from whatworks.documentation.manifest import Manifest, write_manifest
from whatworks.documentation.schema import TABLES

_TWICE, _OUT_OF_RANGE, _BACKWARDS, _UNKNOWN_METHOD = 0.005, 0.003, 0.005, 0.05
_MONTHLY_UNITS, _DAYS_IN_MONTH = 2, 365 / 12
_DEAR_PARAGRAPHS = ("107", "108")
# Nobody is born on the 61st, 62nd or 63rd: the day plus 60, as administrative numbers are written.
_NUMBERS = ("610199-0001", "620199-0002", "630199-0003")
# A text cell that each kind of simulated delivery has.
_HIDING_PLACES = (("goal", "theme"), ("adoption", "fidelity_source"), ("method", "version"))
# Files with semicolons and decimal commas, and a file in Latin-1.
_COMMAS, _LATIN = ("service_year", "rate", "instrument"), ("organisation", "municipality")
_COMMA_FILES = 2

WITH_FAULTS, TO_BE_REFUSED = "with_faults", "to_be_refused"


def planted_dirt(tables: Mapping[str, pd.DataFrame], *, seed: int) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The tables with faults in their rows, and what was planted.

    Parameters
    ----------
    tables : of :func:`whatworks.documentation.simulate`
    seed : of the faults

    Returns
    -------
    ``(tables, planted)``: ``planted`` has a row for each kind of fault that these tables can have: rule (of the validation
    rules), table, column, count (rows).

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="AV", seed=1)
    >>> dirty, planted = planted_dirt(tables, seed=1)
    >>> planted["rule"].tolist()
    ['V10', 'V07', 'V11', 'V06']
    """
    rng = np.random.Generator(np.random.PCG64([seed, 60]))
    out, planted = dict(tables), []
    out["episode"], backwards = _backwards(rng, tables["episode"])
    out["measurement"], found = _faulty_measurements(rng, {**tables, "episode": out["episode"]})
    planted += found + backwards
    if "rate" in tables:
        out["rate"], found = _monthly(rng, tables["rate"])
        planted += found
    if "intervention" in tables:
        out["intervention"], found = _unknown_methods(rng, tables["intervention"])
        planted += found
    return out, pd.DataFrame(planted, columns=["rule", "table", "column", "count"])


_Found = list[tuple[str, str, str, int]]


def _faulty_measurements(rng: np.random.Generator, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, _Found]:
    """One unit's primary outcome reversed; elsewhere values out of range, and measurements that stand twice."""
    measurement = tables["measurement"].copy()
    limits = tables["instrument"].set_index("instrument")
    first = measurement["instrument"].iloc[0]
    home = measurement["episode_id"].map(tables["episode"].set_index("episode_id")["acting_municipality"])
    there = (home == home[measurement["instrument"] == first].value_counts().index[0]).to_numpy()
    reversed_rows = there & (measurement["instrument"] == first).to_numpy() & measurement["value"].notna().to_numpy()
    ends = limits.loc[first, "min"] + limits.loc[first, "max"]
    measurement.loc[reversed_rows, "value"] = ends - measurement.loc[reversed_rows, "value"]
    # Each fault in rows of its own: what is put aside for one is not counted again for another.
    good = tables["episode"].loc[~(tables["episode"]["end"] < tables["episode"]["start"]), "episode_id"]
    kept = measurement["episode_id"].isin(good).to_numpy()
    free = rng.permutation(np.flatnonzero(~there & kept & measurement["value"].notna().to_numpy()))
    twice = np.sort(free[: round(_TWICE * len(measurement))])
    beyond = free[len(twice) : len(twice) + round(_OUT_OF_RANGE * len(measurement))]
    measurement.loc[measurement.index[beyond], "value"] = 2 * measurement["instrument"].iloc[beyond].map(limits["max"]) + 10
    again = measurement.iloc[twice].assign(measurement_id=[f"d_{number:06d}" for number in range(1, len(twice) + 1)])
    table = pd.concat([measurement, again.astype(measurement.dtypes)], ignore_index=True)
    found = [
        ("V10", "measurement", "episode_id", len(twice)),
        ("V07", "measurement", "value", len(beyond)),
        ("V11", "measurement", "value", int(reversed_rows.sum())),
    ]
    return table, found


def _backwards(rng: np.random.Generator, episode: pd.DataFrame) -> tuple[pd.DataFrame, _Found]:
    """Episodes that end before they start."""
    count = max(1, round(_BACKWARDS * len(episode)))
    rows = rng.choice(np.flatnonzero(episode["end"].notna()), count, replace=False)
    table = episode.copy()
    table.loc[table.index[rows], "end"] = episode["start"].iloc[rows] - pd.Timedelta(days=10)
    return table, [("V06", "episode", "end", count)]


def _monthly(rng: np.random.Generator, rate: pd.DataFrame) -> tuple[pd.DataFrame, _Found]:
    """Services whose rates are for a month but say a day."""
    dear = rate.loc[rate["paragraph"].isin(_DEAR_PARAGRAPHS), "service_id"].unique()
    chosen = rate["service_id"].isin(rng.choice(np.asarray(dear, dtype=object), _MONTHLY_UNITS, replace=False)).to_numpy()
    table = rate.assign(amount=np.where(chosen, np.round(rate["amount"] * _DAYS_IN_MONTH, 2), rate["amount"]))
    return table, [("V15", "rate", "amount", int(chosen.sum()))]


def _unknown_methods(rng: np.random.Generator, intervention: pd.DataFrame) -> tuple[pd.DataFrame, _Found]:
    named = np.flatnonzero(intervention["method_id"].notna())
    rows = rng.choice(named, max(1, round(_UNKNOWN_METHOD * len(named))), replace=False)
    table = intervention.copy()
    table.loc[table.index[rows], "method_id"] = "ukendt_metode"
    return table, [("V05", "intervention", "method_id", len(rows))]


def write_dirty(tables: Mapping[str, pd.DataFrame], folder: str | Path, *, seed: int) -> pd.DataFrame:
    """Write two deliveries: one with faults that can be counted and set aside, one that must be refused whole.

    Parameters
    ----------
    tables : of :func:`whatworks.documentation.simulate`, clean
    folder : where to; must not exist or be empty. ``with_faults/`` has the faults of :func:`planted_dirt`, two files with
        semicolons and decimal commas and one in Latin-1; ``to_be_refused/`` is clean but for three cells that look like civil
        registration numbers and are nobody's
    seed : of the faults

    Returns
    -------
    What was planted, as of :func:`planted_dirt`, with a column delivery in front; V24 and V25 count files.

    Raises
    ------
    InvalidOption
        If the folder is not empty.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidOption(f"{folder.name} is there already and is not an empty folder. Write to a new one.")
    dirty, planted = planted_dirt(tables, seed=seed)
    commas = [name for name in _COMMAS if name in tables][:_COMMA_FILES]
    latin = [name for name in _LATIN if name in tables][:1]
    _write(dirty, folder / WITH_FAULTS, seed=seed, commas=commas, latin=latin)
    rows = [("V24", name, None, 1) for name in commas] + [("V25", name, None, 1) for name in latin]
    told: list[pd.DataFrame] = [planted, pd.DataFrame(rows, columns=planted.columns)]
    table, column = next((t, c) for t, c in _HIDING_PLACES if t in tables)
    hidden = tables[table].copy()
    values = hidden[column].astype("object") if column in hidden else pd.Series([None] * len(hidden), dtype="object")
    count = min(len(_NUMBERS), len(values))
    values.iloc[:count] = _NUMBERS[:count]
    hidden[column] = values.astype("str")
    _write({**tables, table: hidden}, folder / TO_BE_REFUSED, seed=seed)
    told.append(pd.DataFrame([("V01", table, column, count)], columns=planted.columns))
    places = [WITH_FAULTS, WITH_FAULTS, TO_BE_REFUSED]
    joined = pd.concat([part.assign(delivery=place) for part, place in zip(told, places, strict=True)], ignore_index=True)
    return joined[["delivery", "rule", "table", "column", "count"]]


def _write(tables: Mapping[str, pd.DataFrame], folder: Path, *, seed: int, commas: Any = (), latin: Any = ()) -> None:
    """As a careless sender would: nothing is checked on the way out."""
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        table = TABLES[name]
        text = pd.DataFrame({each.name: text_column(frame, each) for each in table.columns if each.name in frame})
        separator = ","
        if name in commas:
            separator = ";"
            numbers = [each.name for each in table.columns if each.kind == "number" and each.name in text]
            text[numbers] = text[numbers].apply(lambda column: column.str.replace(".", ",", regex=False))
        content = text.to_csv(index=False, sep=separator, lineterminator="\n")
        (folder / f"{name}.csv").write_bytes(content.encode("latin-1" if name in latin else "utf-8"))
    write_manifest(folder, Manifest(synthetic=True, seed=seed), tables=tables)
