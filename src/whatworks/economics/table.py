"""Rows of a result of money: the seven common columns first, what is not estimated left open."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.result import COMMON_COLUMNS

_WORDS = ("term", "kind")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, one mapping each."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def effects_of(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as the effects of a result; a number nobody gave is missing.

    Examples
    --------
    >>> effects_of([{"term": "rate", "kind": "headline", "estimate": 2773.97, "days": 7008}]).columns.tolist()
    ['term', 'kind', 'estimate', 'std_error', 'conf_low', 'conf_high', 'p_value', 'days']
    """
    frame = pd.DataFrame(list(rows))
    for column in COMMON_COLUMNS:
        if column not in frame:
            frame[column] = np.nan
    numbers = {column: "float64" for column in COMMON_COLUMNS if column not in _WORDS}
    return frame[[*COMMON_COLUMNS, *(column for column in frame if column not in COMMON_COLUMNS)]].astype(numbers)
