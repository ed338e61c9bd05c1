"""Where each row of a long frame belongs: to which unit, at which time.

A frame that holds every unit at every time, in order, is only folded; any other is scattered to its places.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import DuplicateRows, MissingValues
from whatworks.core.timeline import Timeline

# Units taken at a time: the piece stays in the processor's cache.
_CHUNK = 4096


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """Every unit at every time, rows in the order of units and times.

    Attributes
    ----------
    n, T : units and times
    """

    n: int
    T: int

    def of_units(self, values: np.ndarray) -> np.ndarray:
        """(n,) each unit's first value."""
        return values[:: self.T]

    def changing(self, values: np.ndarray) -> int:
        """Number of units within which the values change; a missing value is a change."""
        if not self._changes_anywhere(values):
            return 0
        folded = values.reshape(self.n, self.T)
        return int((folded != folded[:, :1]).any(axis=1).sum())

    def _changes_anywhere(self, values: np.ndarray) -> bool:
        room = np.empty(min(_CHUNK, self.n) * self.T, dtype=bool)
        for start in range(0, len(values), len(room)):
            piece = values[start : start + len(room)]
            differs = np.not_equal(piece[1:], piece[:-1], out=room[: len(piece) - 1])
            # From one unit to the next the values may change.
            differs[self.T - 1 :: self.T] = False
            if differs.any():
                return True
        return False

    def wide(self, values: np.ndarray, order: np.ndarray) -> np.ndarray:
        """(n, T) in the given order of units, each time contiguous in memory."""
        folded = values.reshape(self.n, self.T)
        out, room = np.empty((self.T, self.n)), np.empty((min(_CHUNK, self.n), self.T), dtype=values.dtype)
        for start in range(0, self.n, _CHUNK):
            rows = order[start : start + _CHUNK]
            # All rows exist, so "clip" only spares the check.
            out[:, start : start + _CHUNK] = np.take(folded, rows, axis=0, out=room[: len(rows)], mode="clip").T
        return out.T


@dataclass(frozen=True, kw_only=True, eq=False)
class Scattered:
    """Rows in any order; unit-times may be missing.

    Attributes
    ----------
    n, T : units and times
    codes, place : (rows,) the row's unit and time, counted from 0
    first : (n,) each unit's first row
    """

    n: int
    T: int
    codes: np.ndarray = field(repr=False)
    place: np.ndarray = field(repr=False)
    first: np.ndarray = field(repr=False)

    def of_units(self, values: np.ndarray) -> np.ndarray:
        """(n,) each unit's first value."""
        return values[self.first]

    def changing(self, values: np.ndarray) -> int:
        """Number of units within which the values change; a missing value is a change."""
        differs = values != values[self.first][self.codes]
        return len(np.unique(self.codes[differs])) if differs.any() else 0

    def wide(self, values: np.ndarray, order: np.ndarray) -> np.ndarray:
        """(n, T) in the given order of units, NaN where there is no row, each time contiguous in memory."""
        rank = np.empty(self.n, dtype=np.int64)
        rank[order] = np.arange(self.n)
        out = np.full((self.T, self.n), np.nan)
        out[self.place, rank[self.codes]] = values
        return out.T


Layout = Grid | Scattered


def lay_out(df: pd.DataFrame, unit: str, when: np.ndarray, timeline: Timeline) -> Layout:
    """Find each row's place.

    Parameters
    ----------
    df : one row per unit and time
    unit : column with labels of units
    when, timeline : of :func:`whatworks.core.timeline.read_time`

    Raises
    ------
    MissingColumn, EmptyData, MissingValues
    DuplicateRows
        If a unit has two rows at one time.
    """
    require_columns(df, [unit])
    column = df[unit]
    T = len(timeline.ordinals)
    labels = column.to_numpy() if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" else _unit_codes(df, unit)[0]
    if _in_rounds(when, timeline.ordinals):
        grid = Grid(n=len(df) // T, T=T)
        if not grid.changing(labels) and _all_differ(grid.of_units(labels)):
            return grid
    codes, n = _unit_codes(df, unit)
    place = np.searchsorted(timeline.ordinals, when)
    _refuse_duplicates(codes * T + place, n * T, (unit, timeline.column))
    first = np.empty(n, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return Scattered(n=n, T=T, codes=codes, place=place, first=first)


def _in_rounds(when: np.ndarray, ordinals: np.ndarray) -> bool:
    """True where the rows run through all times again and again."""
    T = len(ordinals)
    return bool(len(when) % T == 0 and (when[:T] == ordinals).all() and (when[T:] == when[:-T]).all())


def _all_differ(labels: np.ndarray) -> bool:
    return bool((labels[1:] > labels[:-1]).all()) or len(pd.unique(labels)) == len(labels)


def _unit_codes(df: pd.DataFrame, unit: str) -> tuple[np.ndarray, int]:
    codes, labels = pd.factorize(df[unit])
    missing = int((codes < 0).sum())
    if missing:
        raise MissingValues(f"frame column {unit!r} lacks a value in {missing} of {len(df)} rows. Drop those rows knowingly.")
    return codes, len(labels)


def read_cluster(df: pd.DataFrame, name: str) -> np.ndarray:
    """Each row's cluster as a whole number.

    Raises
    ------
    MissingColumn, EmptyData, MissingValues
    """
    require_columns(df, [name])
    codes, _ = _unit_codes(df, name)
    return codes


def _refuse_duplicates(cells: np.ndarray, size: int, columns: tuple[str, str]) -> None:
    # Counting is cheaper than sorting unless most unit-times are empty.
    counts = np.bincount(cells) if size < 8 * len(cells) + 1000 else np.unique(cells, return_counts=True)[1]
    twice = int((counts > 1).sum())
    if twice:
        raise DuplicateRows(
            f"{twice} pairs of {columns[0]!r} and {columns[1]!r} have more than one row. Aggregate them first; "
            "where rows are different persons, an estimator takes them with panel=False."
        )
