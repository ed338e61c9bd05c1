"""Largest differences allowed within a pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidOption


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
