"""Reading columns of a caller's frame: every room asks the same way and complains the same way."""

from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Number

import numpy as np
import pandas as pd

from whatworks.core.errors import EmptyData, InvalidColumn, InvalidOption, MissingColumn, MissingValues
from whatworks.core.options import shown


def require_columns(df: pd.DataFrame, columns: Iterable[str], *, what: str = "frame") -> None:
    """Refuse what is no frame, is empty, or lacks a column, naming what it has and what may have been meant.

    Raises
    ------
    MissingColumn, InvalidColumn, EmptyData
    """
    if not isinstance(df, pd.DataFrame):
        raise InvalidColumn(f"{what} must be a pandas DataFrame; it is a {type(df).__name__}. Make one with pd.DataFrame(...).")
    for column in columns:
        _refuse_no_name(column)
        if column not in df.columns:
            raise MissingColumn(f"{what} has no column {column!r}; it has {_have(df)}. {_meant(column, df)}")
        if not df.columns.is_unique and isinstance(df[column], pd.DataFrame):
            raise InvalidColumn(f"{what} has {df[column].shape[1]} columns named {column!r}. Rename or drop all but one.")
    if len(df) == 0:
        raise EmptyData(f"{what} has no rows. Check the selection that made it.")


def _refuse_no_name(column: object) -> None:
    """A column itself, or a list of names, stands where one name is meant."""
    try:
        hash(column)
    except TypeError as error:
        given = type(column).__name__
        raise InvalidOption(f"A {given} was given where the name of one column is meant. Give its name.") from error


def _have(df: pd.DataFrame) -> str:
    return ", ".join(map(str, df.columns[:30])) + (" ..." if len(df.columns) > 30 else "")


def _meant(column: str, df: pd.DataFrame) -> str:
    near = get_close_matches(str(column), list(map(str, df.columns)), n=3)
    if near:
        return f"Did you mean {' or '.join(map(repr, near))}? Check the spelling, or add the column."
    return "Check the spelling, or add the column."


def numeric(df: pd.DataFrame, column: str, *, allow_missing: bool = False, what: str = "frame") -> np.ndarray:
    """A column as float64, refusing text, infinities and (by default) missing values.

    Booleans and pandas' nullable types are read as numbers. The count of bad rows is named, never their values.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues
    """
    require_columns(df, [column], what=what)
    values = df[column]
    if not (pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)):
        raise InvalidColumn(
            f"{what} column {column!r} is of type {values.dtype}; numbers are needed. Convert it with pd.to_numeric first."
        )
    if pd.api.types.is_complex_dtype(values.dtype):
        raise InvalidColumn(f"{what} column {column!r} holds complex numbers. Take their real part, or another column.")
    out = values.to_numpy(dtype="float64", na_value=np.nan)
    endless = int(np.isinf(out).sum())
    if endless:
        raise InvalidColumn(f"{what} column {column!r} has {endless} infinite values. Set them to a number or to missing.")
    missing = int(np.isnan(out).sum())
    if missing and not allow_missing:
        raise MissingValues(
            f"{what} column {column!r} lacks a value in {missing} of {len(out)} rows. Drop those rows knowingly, or fill them in."
        )
    return out


def unwrapped(values: pd.Series, column: str, *, what: str = "frame") -> pd.Series:
    """A column of Python objects as the numbers it holds, if it does; text stays, and text beside numbers is refused.

    Raises
    ------
    InvalidColumn
    """
    if values.dtype != object:
        return values
    held = values.dropna()
    numbers = int(sum(isinstance(value, (Number, np.number, np.bool_)) for value in held))
    if numbers == len(held):
        return values.where(values.notna(), np.nan).astype("float64")
    if numbers:
        raise InvalidColumn(
            f"{what} column {column!r} holds {numbers} numbers and {len(held) - numbers} other values. "
            "Convert it with pd.to_numeric, or all of it to text."
        )
    return values


def binary(df: pd.DataFrame, column: str, *, what: str = "frame") -> np.ndarray:
    """A 0/1 or True/False column as a boolean array.

    Raises
    ------
    InvalidColumn, MissingValues, MissingColumn, EmptyData
    """
    values = numeric(df, column, what=what)
    if not np.isin(values, (0.0, 1.0)).all():
        raise InvalidColumn(
            f"{what} column {column!r} must hold 0/1 or True/False; it holds {len(np.unique(values))} distinct values. "
            "Make such a column: True in the rows that are meant."
        )
    return values == 1.0


def as_list(names: str | Iterable[str]) -> list[str]:
    """Accept one column name where a list of them is meant.

    Raises
    ------
    InvalidOption
        If it is neither.
    """
    if isinstance(names, str):
        return [names]
    if not isinstance(names, Iterable):
        raise InvalidOption(f"{shown(names)} was given where names of columns are meant. Give a list; an empty one for none.")
    return list(names)
