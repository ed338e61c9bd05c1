"""Frames and numbers as JSON that reads back to the same frame, bit for bit."""

import math
from typing import Any

import numpy as np
import pandas as pd


def encode_number(value: Any) -> float | int | str | None:
    """A number as JSON can hold it: NaN and NA become null, infinities the text ``inf`` or ``-inf``."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, bool):
        return int(number)
    if isinstance(number, float):
        if math.isnan(number):
            return None
        if math.isinf(number):
            return "inf" if number > 0 else "-inf"
    return number


def decode_number(value: float | int | str | None) -> float | int:
    """Undo :func:`encode_number`; null becomes NaN."""
    if value is None:
        return math.nan
    return float(value) if isinstance(value, str) else value


def encode_frame(df: pd.DataFrame) -> dict[str, Any]:
    """A frame as ``{"columns": {name: {"dtype": ..., "values": [...]}}, "index": ...}``.

    Numbers, text, booleans, dates and periods are supported; anything else is written as text.

    Examples
    --------
    >>> frame = pd.DataFrame({"term": ["a", "b"], "estimate": [1.5, float("nan")]})
    >>> decode_frame(encode_frame(frame)).equals(frame)
    True
    """
    plain_index = isinstance(df.index, pd.RangeIndex)
    return {
        "columns": {str(name): _encode_values(df[name]) for name in df.columns},
        "index": None if plain_index else _encode_values(df.index.to_series()),
    }


def decode_frame(content: dict[str, Any]) -> pd.DataFrame:
    """Undo :func:`encode_frame`."""
    columns = {name: _decode_values(column) for name, column in content["columns"].items()}
    df = pd.DataFrame(columns)
    if content["index"] is not None:
        df.index = pd.Index(_decode_values(content["index"]))
    return df


def _encode_values(values: pd.Series) -> dict[str, Any]:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _encode_values(values.astype(dtype.categories.dtype))
    if isinstance(dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(dtype):
        return {"dtype": str(dtype), "values": [None if pd.isna(value) else str(value) for value in values]}
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        name = str(dtype)
        if pd.api.types.is_bool_dtype(dtype):
            return {"dtype": name, "values": [None if pd.isna(value) else bool(value) for value in values]}
        return {"dtype": name, "values": [encode_number(value) for value in values]}
    return {"dtype": "str", "values": [None if pd.isna(value) else str(value) for value in values]}


def _decode_values(column: dict[str, Any]) -> pd.Series:
    dtype, values = column["dtype"], column["values"]
    if dtype.startswith("period"):
        return pd.Series(pd.PeriodIndex(values, dtype=dtype))
    if dtype.startswith("datetime64"):
        return pd.Series(pd.to_datetime(values)).astype(dtype)
    if dtype.startswith(("float", "Float")):
        return pd.Series([decode_number(value) for value in values], dtype=dtype)
    return pd.Series(values, dtype=dtype)
