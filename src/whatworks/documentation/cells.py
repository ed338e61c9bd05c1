"""Cells of text to typed columns and back, by the data model."""

import re

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidColumn
from whatworks.documentation.faults import Fault, row_fault
from whatworks.documentation.fields import QUARTER
from whatworks.documentation.schema import Column

_TRUE = ("true", "1", "ja")
_FALSE = ("false", "0", "nej")
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?"
# Ten digits hold every year and count here, and stay inside 64 bits.
_INTEGER = r"[-+]?\d{1,10}"

_NEEDED = {
    "text": "not in the form the data model asks for",
    "code": "not one of {codes}",
    "codes": "not in the form the data model asks for",
    "grades": "not in the form the data model asks for",
    "year": "not a year",
    "integer": "not a whole number",
    "number": "not a number (use a point for decimals)",
    "boolean": "not true or false",
    "date": "not a date written yyyy-mm-dd",
    "quarter": "not a quarter written like 2014K1",
}


def typed_column(cells: list[str], column: Column, *, file: str) -> tuple[pd.Series, list[Fault]]:
    """A column of text cells as the type the data model gives it, and what is wrong with it.

    Returns
    -------
    ``(values, faults)``: text and codes as ``str``, integers as ``Int64``, numbers as ``float64``, booleans as ``boolean``,
    dates as ``datetime64[s]``, quarters as ``str``. Empty and faulty cells are missing.
    """
    text = pd.Series(cells, dtype="object").str.strip()
    empty = (text == "").to_numpy(dtype=bool)
    values, good = _convert(text.mask(empty), column)
    bad = ~empty & ~good
    needed = _NEEDED[column.kind].format(codes=", ".join(column.codes))
    faults = row_fault(rule=_rule(column), file=file, column=column.name, message=f"The value is {needed}.", bad=bad.tolist())
    if not column.empty:
        faults += row_fault(
            rule="type", file=file, column=column.name, message="The cell is empty; a value is needed.", bad=empty.tolist()
        )
    return values, faults


def text_column(frame: pd.DataFrame, column: Column) -> pd.Series:
    """A typed column as text cells, the inverse of :func:`typed_column`.

    Raises
    ------
    InvalidColumn
        If the frame's column is not of the type that the data model gives it.
    """
    values = frame[column.name]
    if column.kind == "date" and not pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise InvalidColumn(
            f"Column {column.name!r} is of type {values.dtype}; dates are needed. Convert it with pd.to_datetime."
        )
    if column.kind == "date":
        text = values.dt.strftime("%Y-%m-%d")
    elif column.kind == "boolean":
        text = values.astype("object").map({True: "true", False: "false"})
    elif column.kind in ("number", "integer") and len(frame):
        numbers = pd.Series(numeric(frame, column.name, allow_missing=True), index=frame.index)
        text = numbers.map(lambda number: format(number, ".15g"), na_action="ignore")
    else:
        text = values.astype("object").map(str, na_action="ignore")
    return text.astype("object").where(values.notna(), "").astype("str")


def _rule(column: Column) -> str:
    return "V03" if column.name == "citizen_id" else "type"


def _convert(text: pd.Series, column: Column) -> tuple[pd.Series, np.ndarray]:
    """Values and which of them are good; missing text gives missing values that are not good."""
    match column.kind:
        case "code":
            english = {danish: code for code, danish in column.codes.items()} | {code: code for code in column.codes}
            values = text.map(english)
            return values.astype("str"), values.notna().to_numpy()
        case "integer" | "year":
            good = _matches(text, _INTEGER)
            return text.where(good).map(int, na_action="ignore").astype("Int64"), good
        case "number":
            numbers = text.where(_matches(text, _NUMBER)).astype("float64")
            numbers = numbers.where(np.isfinite(numbers))
            return numbers, numbers.notna().to_numpy()
        case "boolean":
            lowered = text.str.lower()
            values = lowered.map(dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False))
            return values.astype("boolean"), values.notna().to_numpy()
        case "date":
            dates = pd.to_datetime(text.where(_matches(text, _ISO_DATE)), format="%Y-%m-%d", errors="coerce")
            return dates.astype("datetime64[s]"), dates.notna().to_numpy()
        case "quarter":
            good = _matches(text, QUARTER)
            return text.where(good).astype("str"), good
    good = text.notna().to_numpy() if column.pattern is None else _matches(text, column.pattern)
    return text.where(good).astype("str"), good


def _matches(text: pd.Series, pattern: str) -> np.ndarray:
    compiled = re.compile(pattern, re.ASCII)
    return np.fromiter((isinstance(cell, str) and compiled.fullmatch(cell) is not None for cell in text), bool, len(text))
