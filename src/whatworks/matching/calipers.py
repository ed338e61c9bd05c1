"""Largest differences allowed within a pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidOption

# Where rows are looked up rounding must not lose one; whether they are allowed is decided on the differences themselves.
_A_HAIR_WIDER = 1 + 1e-9


@dataclass(frozen=True, eq=False)
class Caliper:
    """Two people may differ by at most ``width`` in ``values``.

    Attributes
    ----------
    name : column, or ``"propensity"``
    values : (n,) one per row of the frame
    width : in units of ``values``
    """

    name: str
    values: np.ndarray
    width: float


class Permission:
    """Which pool rows keep within every caliper of a focal row.

    Parameters
    ----------
    ours, theirs : row numbers of focal and pool rows; the answers count places within each
    calipers : one or more
    """

    def __init__(self, ours: np.ndarray, theirs: np.ndarray, calipers: Sequence[Caliper]) -> None:
        self._own = [caliper.values[ours] for caliper in calipers]
        self._other = [caliper.values[theirs] for caliper in calipers]
        self._width = [caliper.width for caliper in calipers]
        self._pairwise = list(
            zip(map(np.ndarray.tolist, self._own), map(np.ndarray.tolist, self._other), self._width, strict=True)
        )
        # Rows are looked up by the caliper that leaves the fewest, and only these are held against the others.
        shares = [width / _positive(np.ptp(other)) for width, other in zip(self._width, self._other, strict=True)]
        self._narrowest = int(np.argmin(shares))
        self._order = np.argsort(self._other[self._narrowest], kind="stable")
        self._sorted = self._other[self._narrowest][self._order]

    def __call__(self, focal: int, row: int) -> bool:
        """Whether this pair keeps within every caliper."""
        return all(abs(own[focal] - other[row]) <= width for own, other, width in self._pairwise)

    def rows(self, focal: int) -> np.ndarray:
        """All pool rows allowed for a focal row."""
        centre, width = self._own[self._narrowest][focal], self._width[self._narrowest] * _A_HAIR_WIDER
        first, last = np.searchsorted(self._sorted, [centre - width, np.nextafter(centre + width, np.inf)])
        rows = self._order[first:last]
        for own, other, limit in zip(self._own, self._other, self._width, strict=True):
            rows = rows[np.abs(own[focal] - other[rows]) <= limit]
        return rows


def _positive(number: float) -> float:
    return float(number) if number > 0 else 1.0


def read_calipers(
    df: pd.DataFrame, caliper: float | Mapping[str, Any] | None, scores: np.ndarray | None, distance: str
) -> list[Caliper]:
    """Turn the argument of :func:`~whatworks.matching.match` into widths in the units of each column.

    A plain number is in standard deviations (divisor n - 1) over everybody, both arms together: the habit of MatchIt and of
    Austin (2011), Pharmaceutical Statistics 10:150-161.

    Raises
    ------
    InvalidOption, MissingColumn, InvalidColumn, MissingValues
    """
    if caliper is None:
        return []
    if not isinstance(caliper, Mapping):
        if distance != "propensity":
            raise InvalidOption(
                f"caliper={caliper!r} does not say what it limits when distance={distance!r}. "
                'Write caliper={"propensity": 0.2} or {"age": ("raw", 5)}.'
            )
        caliper = {"propensity": caliper}
    return [_one(df, name, size, scores) for name, size in caliper.items()]


def _one(df: pd.DataFrame, name: str, size: Any, scores: np.ndarray | None) -> Caliper:
    values = scores if name == "propensity" and scores is not None else numeric(df, name)
    raw = isinstance(size, (tuple, list)) and len(size) == 2 and size[0] == "raw"
    width = size[1] if raw else size
    if isinstance(width, bool) or not isinstance(width, (int, float, np.number)) or not width > 0 or not np.isfinite(width):
        raise InvalidOption(
            f"The caliper for {name!r} is {size!r}; a positive number of standard deviations, or ('raw', positive number), "
            "is needed."
        )
    return Caliper(name=name, values=values, width=float(width) if raw else float(width) * float(values.std(ddof=1)))
