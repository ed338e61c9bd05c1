"""Looking values up in a column of keys, for millions of rows."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def positions(values: pd.Series, keys: pd.Series) -> np.ndarray:
    """Where each value stands in ``keys``, counted from 0; -1 where it does not, or is missing.

    Of a key that stands twice the first place counts.

    Examples
    --------
    >>> positions(pd.Series(["b", None, "c"], dtype="str"), pd.Series(["a", "b"], dtype="str")).tolist()
    [1, -1, -1]
    """
    known = _text(keys).filter(pc.is_valid(_text(keys)))
    if not len(known) or not len(values):
        return np.full(len(values), -1)
    found = pc.index_in(_text(values), value_set=known)
    out = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype("int64")
    missing = keys.isna().to_numpy()
    if not missing.any():
        return out
    return np.where(out >= 0, np.flatnonzero(~missing)[np.maximum(out, 0)], -1)


def looked_up(values: pd.Series, keys: pd.Series, of: pd.Series) -> pd.Series:
    """The entry of ``of`` that stands beside each value's key; missing where there is none.

    Examples
    --------
    >>> keys, of = pd.Series(["a", "b"], dtype="str"), pd.Series([1.0, 2.0])
    >>> looked_up(pd.Series(["b", "b", "z"], dtype="str"), keys, of).tolist()
    [2.0, 2.0, nan]
    """
    place = positions(values, keys)
    if not len(of):
        return pd.Series(pd.NA, index=values.index).astype(of.dtype if of.dtype != bool else "boolean")
    taken = of.array.take(np.where(place < 0, -1, place), allow_fill=True)
    return pd.Series(taken, index=values.index)


def _text(values: pd.Series) -> pa.Array:
    array = pa.array(values.astype("str"), type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
