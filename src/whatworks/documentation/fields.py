"""Words to declare the data model with: what a column holds, what it is called in Danish, what it may contain.

Every table is a pandera model (:mod:`schema_services`, :mod:`schema_methods`, :mod:`schema_people`, :mod:`schema_references`). A
column is written once, as a pandera field whose metadata carries what pandera has no place for: the Danish alias that imports
accept, the label a reader sees, the Danish codes, the table it refers to.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

# What a typed frame holds. Missing text is NaN, as pandas 3 has it; dates carry no time of day.
Text = Series[Annotated[pd.StringDtype, "pyarrow", np.nan]]
Whole = Series[pd.Int64Dtype]
Number = Series[np.float64]
Flag = Series[pd.BooleanDtype]
if TYPE_CHECKING:
    Date = Series[np.datetime64]
else:
    Date = Series[np.dtype("datetime64[s]")]

QUARTER = r"\d{4}K[1-4]"
PSEUDONYM = r"b_[0-9a-z]{16}"
# Ids about people: no space, so that no name fits.
IDENTIFIER = r"[0-9A-Za-z_.:\-]{1,64}"
_YEARS = (1900.0, 2100.0)


class Model(pa.DataFrameModel):
    """A table of the data model: a frame with exactly these columns, the optional ones left out where nobody delivered them."""

    class Config:
        strict = True
        coerce = False


def key(alias: str, label: str, *, kind: str = "text", **rest: Any) -> Any:
    """A column of the primary key: always delivered, never empty."""
    return field(alias, label, kind=kind, part_of_key=True, **rest)


def optional(alias: str | None, label: str, **rest: Any) -> Any:
    """A column that need not be delivered and may be empty."""
    return field(alias, label, required=False, empty=True, **rest)


def field(
    alias: str | None,
    label: str,
    *,
    kind: str = "text",
    required: bool = True,
    empty: bool = False,
    part_of_key: bool = False,
    codes: Mapping[str, str] | None = None,
    pattern: str | None = None,
    low: float | None = None,
    high: float | None = None,
    refers: str | None = None,
    unit: str | None = None,
    **rest: Any,
) -> Any:
    """One column, as a pandera field.

    Parameters
    ----------
    alias : Danish name that imports accept; None where it is the same
    label : Danish label for the reader
    kind : text, code, codes (several, between semicolons), grades, integer, number, boolean, date, quarter or year
    required, empty : must the column be delivered; may a cell be empty
    part_of_key : is it part of the primary key
    codes : allowed values, English to Danish
    pattern : regular expression that a text must match in full
    low, high : smallest and largest value allowed
    refers : table whose key the value must be found in
    unit : of the number
    rest : ``free`` (running text that is not about a person), ``off`` (refused unless the mapping allows it), ``above`` (the
        number must lie above ``low``, not on it)
    """
    if kind == "quarter":
        pattern = QUARTER
    if kind == "year":
        low, high = _YEARS
    checks = {"str_matches": rf"^(?:{pattern})$"} if pattern else {}
    above = rest.get("above", False)
    ranges = {("gt" if above else "ge"): low, "le": high}
    checks |= {name: bound for name, bound in ranges.items() if bound is not None}  # type: ignore[misc]
    if codes and kind == "code":
        checks["isin"] = list(codes)  # type: ignore[assignment]
    metadata = {
        "alias": alias, "label": label, "kind": kind, "required": required, "empty": empty, "part_of_key": part_of_key,
        "codes": dict(codes or {}), "pattern": pattern, "low": low, "high": high, "references": refers, "unit": unit, **rest,
    }  # fmt: skip
    return pa.Field(nullable=empty, metadata=metadata, **checks)  # type: ignore[arg-type]
