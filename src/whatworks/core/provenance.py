"""Where a result came from: data fingerprint, arguments, seed, version. No clock, so that equal input is equal output."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.version import __version__


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What it takes to get the same numbers again.

    Parameters
    ----------
    data_fingerprint : ``fingerprint`` of the columns used
    arguments : the call, as plain values (column names and options; never a row)
    seed : the seed of the random draws; None where nothing is drawn
    version : version of whatworks

    Examples
    --------
    >>> Provenance(data_fingerprint="0f", seed=7).seed
    7
    """

    data_fingerprint: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "data_fingerprint": self.data_fingerprint,
            "arguments": {key: plain(value) for key, value in self.arguments.items()},
            "seed": self.seed,
            "version": self.version,
        }


def plain(value: Any) -> Any:
    """Turn an argument into what JSON can hold, tuples into lists and numpy scalars into Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


def fingerprint(df: pd.DataFrame, columns: Sequence[str] | None = None) -> str:
    """Name a frame's content by 16 hexadecimal digits; the same rows in the same order give the same name.

    Parameters
    ----------
    df : any frame
    columns : columns to look at, in this order; all by default

    Returns
    -------
    16 hexadecimal digits.

    Examples
    --------
    >>> fingerprint(pd.DataFrame({"y": [1.0, 2.0]})) == fingerprint(pd.DataFrame({"y": [1.0, 2.0]}))
    True
    >>> fingerprint(pd.DataFrame({"y": [1.0, 2.0]})) == fingerprint(pd.DataFrame({"y": [2.0, 1.0]}))
    False
    """
    digest = hashlib.sha256()
    for name in df.columns if columns is None else columns:
        values = df[name]
        digest.update(f"{name}|{len(values)}|".encode())
        if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iufb":
            narrow = _narrow(values.to_numpy())
            digest.update(narrow.dtype.str.encode())
            digest.update(np.ascontiguousarray(narrow).data)
        else:
            # Text is named by its distinct values and where they stand: far less to hash than every cell.
            codes, levels = pd.factorize(values)
            digest.update(np.ascontiguousarray(codes).data)
            digest.update("\x1f".join(map(str, levels)).encode())
    return digest.hexdigest()[:16]


def _narrow(values: np.ndarray) -> np.ndarray:
    """Whole numbers in the smallest type that holds them: less to hash, and the same name however wide they were stored."""
    if values.dtype.kind not in "iu" or len(values) == 0:
        return values
    low, high = values.min(), values.max()
    return values.astype(np.promote_types(np.min_scalar_type(low), np.min_scalar_type(high)), copy=False)
