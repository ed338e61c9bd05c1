"""Cells of text to typed columns and back, by the data model; whole columns at a time."""

import re
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidColumn
from whatworks.documentation.faults import N_
from whatworks.documentation.fields import QUARTER
from whatworks.documentation.names import code_names, plain
from whatworks.documentation.schema import Column

_TRUE = ("true", "1", "ja", "yes", "sand")
_FALSE = ("false", "0", "nej", "no", "falsk")
_POINT = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?"
_COMMA = r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)?(,[0-9]*)?"
_THOUSANDS = r"[-+]?[0-9]{1,3}(\.[0-9]{3})+"
# Ten digits hold every year and count here, and stay inside 64 bits.
_INTEGER = r"[-+]?[0-9]{1,10}(\.0)?"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00(:00(\.0+)?)?)?"
_DAY_FIRST = r"([0-9]{1,2})([-./])([0-9]{1,2})[-./]([0-9]{4})"
_EXCEL_DAY = r"[1-9][0-9]{4}"
# What Excel makes of a long number, and of something like 1-2 that it takes for a day.
_EXCEL_ROUNDED = r"[0-9][.,]?[0-9]*[eE]\+[0-9]{2}"
_EXCEL_DATED = r"(?i)[0-9]{1,2}[-.]\s?(jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?([- ][0-9]{2,4})?"

_NEEDED = {
    "text": N_("The value is not in the form the data model asks for."),
    "code": N_("The value is not one of {codes}."),
    "codes": N_("The value is not a list of codes between semicolons."),
    "grades": N_("The value is not a list like effect=B between semicolons."),
    "year": N_("The value is not a year."),
    "integer": N_("The value is not a whole number."),
    "number": N_("The value is not a number."),
    "boolean": N_("The value is not true or false."),
    "date": N_("The value is not a date written yyyy-mm-dd or dd-mm-yyyy."),
    "quarter": N_("The value is not a quarter written like 2014K1."),
}


@dataclass(frozen=True)
class Doubt:
    """Something wrong with some cells of a column, in words with named places."""

    rule: str
    message: str
    remedy: str
    bad: np.ndarray
    places: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A column's values, missing where a cell is empty or faulty, and what is wrong with it."""

    values: pd.Series
    doubts: list[Doubt]


@dataclass(frozen=True, kw_only=True)
class Written:
    """How a sender writes: decimal sign and dates where the mapping says so, and its codes in plain form to ours."""

    decimal: str | None = None
    dates: str | None = None
    codes: dict[str, str] = field(default_factory=dict)


def typed_column(cells: pa.ChunkedArray, column: Column, *, written: Written | None = None) -> Typed:
    """A column of text cells as the type the data model gives it, and what is wrong with it.

    Returns
    -------
    Text, codes and quarters as ``str``, whole numbers and years as ``Int64``, numbers as ``float64``, booleans as ``boolean``,
    dates as ``datetime64[s]``. Empty and faulty cells are missing.

    Examples
    --------
    >>> said = pa.chunked_array([["ja", "nej", ""]])
    >>> typed_column(said, Column(name="fictitious", kind="boolean", empty=True)).values.tolist()
    [True, False, <NA>]
    """
    written = written or Written()
    trimmed = pc.utf8_trim_whitespace(cells)
    text = trimmed.combine_chunks() if isinstance(trimmed, pa.ChunkedArray) else trimmed
    empty = pc.equal(text, "").to_numpy(zero_copy_only=False)
    # Few different values stand in most columns: each is read once. Ids are as many as rows, so they are read as they stand.
    if column.kind == "text" and not written.codes:
        values, good, wrong = _text(text, column)
    else:
        coded = text.dictionary_encode()
        unique = coded.dictionary
        place = coded.indices.to_numpy(zero_copy_only=False)
        each, good_each, wrong_each = _converted(unique, column, written)
        values = pd.Series(each.array.take(place))
        good, wrong = good_each[place], [replace(doubt, bad=doubt.bad[place]) for doubt in wrong_each]
    known = np.zeros(len(empty), dtype=bool)
    for doubt in wrong:
        known |= doubt.bad
    doubts = [doubt for doubt in wrong if doubt.bad.any()]
    bad = ~empty & ~good & ~known
    if bad.any():
        rule = "V03" if column.name == "citizen_id" else "type"
        doubts.append(Doubt(rule, _NEEDED[column.kind], N_("Correct it."), bad, {"codes": ", ".join(column.codes)}))
    if not column.empty and empty.any():
        doubts.append(Doubt("type", N_("The cell is empty."), N_("A value is needed."), empty))
    return Typed(values, doubts)


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
    elif column.kind in ("number", "integer", "year") and len(frame):
        numbers = pd.Series(numeric(frame, column.name, allow_missing=True), index=frame.index)
        text = numbers.map(lambda number: format(number, ".15g"), na_action="ignore")
    else:
        text = values.astype("object").map(str, na_action="ignore")
    return text.astype("object").where(values.notna(), "").astype("str")


def _text(text: pa.Array, column: Column) -> tuple[pd.Series, np.ndarray, list[Doubt]]:
    good = ~_none(text) if column.pattern is None else _full(text, column.pattern)
    doubts = []
    rounded = _full(text, _EXCEL_ROUNDED) if column.part_of_key or column.references else np.zeros(len(text), dtype=bool)
    if rounded.any():
        message = N_("Excel has rounded the number: digits are lost.")
        remedy = N_("Format the column as text in Excel and fetch it from the system again.")
        doubts.append(Doubt("type", message, remedy, rounded))
    formula = _matches(text, r"^[=@]")
    if formula.any():
        message = N_("The value begins like a formula.")
        doubts.append(Doubt("formula", message, N_("Take the sign in front away."), formula))
    series = pd.Series(pd.array(pc.if_else(pa.array(good), text, None), dtype="str"))
    return series, good, doubts


def _converted(unique: pa.Array, column: Column, written: Written) -> tuple[pd.Series, np.ndarray, list[Doubt]]:
    """Each different cell's value, which are good, and what is known to be wrong with others."""
    text = pd.Series(pd.array(unique, dtype="str"))
    text = text.mask(text == "")
    match column.kind:
        case "text":
            mapped = text.map(lambda cell: written.codes.get(plain(cell), cell), na_action="ignore").fillna("")
            return _text(pa.array(mapped.astype("str"), pa.large_string(), from_pandas=True), column)
        case "code":
            names = code_names(column) | {theirs: ours for theirs, ours in written.codes.items() if ours in column.codes}
            values = text.map(lambda cell: names.get(plain(cell) or cell), na_action="ignore").astype("str")
            return values, values.notna().to_numpy(), []
        case "codes" | "grades":
            values = text.map(lambda cell: _list(cell, column, written), na_action="ignore").astype("str")
            return values, values.notna().to_numpy(), []
        case "boolean":
            said = text.str.lower().map(dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)).astype("boolean")
            return said, said.notna().to_numpy(), []
        case "integer" | "year":
            good = _full(unique, _INTEGER)
            return text.where(good).astype("float64").astype("Int64"), good, _excel_dates(unique)
        case "number":
            return _numbers(text, unique, column, written)
        case "date":
            return _dates(text, unique, written)
    good = _full(unique, QUARTER)
    return text.where(good).astype("str"), good, []


def _numbers(text: pd.Series, unique: pa.Array, column: Column, written: Written) -> tuple[pd.Series, np.ndarray, list[Doubt]]:
    comma = _matches(unique, ",") if written.decimal is None else np.full(len(unique), written.decimal == ",")
    thousands = _full(unique, _THOUSANDS)
    doubts = _excel_dates(unique)
    if written.decimal != "." and (comma.any() or written.decimal == ","):
        good = _full(unique, _COMMA) & _matches(unique, "[0-9]")
        pointed = ~good & _full(unique, _POINT)
        plain_text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        message = N_("Some numbers have a decimal comma and some a decimal point.")
        doubts.append(Doubt("V24", message, N_("Write them in one way, or say `decimal` in the mapping."), pointed))
    else:
        good, plain_text = _full(unique, _POINT), text
        pointed = _matches(unique, r"\.")
        if written.decimal is None and column.unit == "kr" and thousands.any() and (thousands == pointed).all():
            message = N_("The point may stand before decimals or between thousands.")
            remedy = N_("Write whole amounts without points, or say `decimal` in the mapping.")
            doubts.append(Doubt("V24", message, remedy, thousands))
    numbers = plain_text.where(good).astype("float64")
    return numbers.where(np.isfinite(numbers)), good & np.isfinite(numbers.to_numpy()), doubts


def _dates(text: pd.Series, unique: pa.Array, written: Written) -> tuple[pd.Series, np.ndarray, list[Doubt]]:
    iso, other = _full(unique, _ISO), _full(unique, _DAY_FIRST)
    doubts = []
    if iso.any() and other.any():
        message = N_("Some dates are written yyyy-mm-dd and some dd-mm-yyyy.")
        remedy = N_("Excel may have swapped day and month in some. Fetch the column from the system again.")
        doubts.append(Doubt("V24", message, remedy, other))
    days = _full(unique, _EXCEL_DAY)
    if days.any():
        message = N_("The value looks like Excel's own number of a day.")
        doubts.append(Doubt("type", message, N_("Format the column as a date in Excel before saving."), days))
    dates = pd.to_datetime(text.where(iso).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    if other.any():
        parts = text.where(other).str.extract(rf"^{_DAY_FIRST}$")
        first, second = parts[0].astype("float64"), parts[2].astype("float64")
        month_first = written.dates == "mm-dd-yyyy"
        swapped = ((second > 12) & (first <= 12)).to_numpy()
        slashed = (parts[1] == "/").to_numpy() & (written.dates is None)
        if not month_first and (swapped.any() or (slashed.any() and not (first[slashed] > 12).any())):
            message = N_("The month may stand before the day.")
            remedy = N_("Write dates yyyy-mm-dd, or say `dates` in the mapping.")
            doubts.append(Doubt("V24", message, remedy, other & (swapped | slashed)))
        day, month = (second, first) if month_first else (first, second)
        spelled = parts[3] + "-" + _two(month) + "-" + _two(day)
        dates = dates.fillna(pd.to_datetime(spelled, format="%Y-%m-%d", errors="coerce"))
    return dates.astype("datetime64[s]"), dates.notna().to_numpy(), doubts


def _two(number: pd.Series) -> pd.Series:
    return number.astype("Int64").astype("str").str.zfill(2)


def _excel_dates(unique: pa.Array) -> list[Doubt]:
    dated = _full(unique, _EXCEL_DATED)
    if not dated.any():
        return []
    message = N_("Excel has made a date of the number.")
    return [Doubt("type", message, N_("Format the column as text in Excel and fetch it from the system again."), dated)]


def _list(cell: str, column: Column, written: Written) -> str | None:
    parts = [part.strip() for part in re.split(r"[;|,]", cell) if part.strip()]
    if column.kind == "grades":
        names = code_names(column)
        pairs = [part.partition("=") for part in parts]
        graded = [(names.get(plain(name)), grade.strip().upper()) for name, _equals, grade in pairs]
        whole = all(name and grade in ("A", "B", "C", "D") for name, grade in graded)
        return ";".join(f"{name}={grade}" for name, grade in graded) if whole else None
    if column.codes:
        names = code_names(column) | written.codes
        found = [names.get(plain(part)) for part in parts]
        return ";".join(str(code) for code in found) if all(found) else None
    return ";".join(written.codes.get(plain(part), part) for part in parts)


def _full(text: pa.Array, pattern: str) -> np.ndarray:
    flags, rest = ("(?i)", pattern[4:]) if pattern.startswith("(?i)") else ("", pattern)
    return _matches(text, rf"{flags}\A({rest})\z".replace("(?:", "("))


def _matches(text: pa.Array, pattern: str) -> np.ndarray:
    return pc.match_substring_regex(text, pattern.replace(r"\d", "[0-9]")).to_numpy(zero_copy_only=False).astype(bool)


def _none(text: pa.Array) -> np.ndarray:
    return pc.equal(text, "").to_numpy(zero_copy_only=False)
