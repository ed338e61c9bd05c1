"""A panel of one's own in one file: one row per unit and quarter, with the quarter in which each unit began."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from whatworks.core.alphabet import one_spelling
from whatworks.core.errors import DuplicateRows, EmptyData, InvalidColumn, MissingColumn, MissingData, MissingValues
from whatworks.documentation.cells import typed_column
from whatworks.documentation.delimited import Sheet, read_delimited
from whatworks.documentation.encodings import decode
from whatworks.documentation.faults import Fault, InvalidDelivery, PersonalDataFound, row_numbers
from whatworks.documentation.privacy import any_cpr, cpr_rows, names_a_person
from whatworks.documentation.schema import Column

# Our names and the Danish ones that may stand for them.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "municipality": ("municipality", "kommune"),
    "quarter": ("quarter", "kvartal"),
    "first_treated": ("first_treated", "startkvartal"),
    "n_citizens": ("n_citizens", "antal_borgere"),
    "synthetic": ("synthetic", "fiktiv"),
}
_NEEDED = ("municipality", "quarter", "first_treated")
_NEVER = ("", "never", "aldrig", "0")


def panel_of_file(path: Path, *, outcome: str) -> pd.DataFrame:
    """The panel in a CSV file; see :func:`whatworks.documentation.read_panel`."""
    sheet = read_panel_file(path)
    columns = _columns(sheet, path.name, outcome)
    cells = {name: _typed(sheet, place, name, path.name) for name, place in columns.items()}
    panel = pd.DataFrame(
        {
            "municipality": cells["municipality"].astype("str"),
            "quarter": pd.PeriodIndex(cells["quarter"].str.replace("K", "Q"), freq="Q-DEC"),
            outcome: cells[outcome].astype("float64"),
        }
    )
    if "n_citizens" in cells:
        panel["n_citizens"] = cells["n_citizens"].astype("float64")
    panel["first_treated"] = pd.PeriodIndex(cells["first_treated"].str.replace("K", "Q"), freq="Q-DEC")
    return _checked(panel, outcome, path.name)


def is_synthetic_panel(path: Path) -> bool:
    """True where the file's column ``synthetic`` says in every row that the numbers are invented; False without that column.

    Raises
    ------
    InvalidColumn
        If only some rows say so.
    """
    sheet = read_panel_file(path)
    place = _place(sheet, "synthetic")
    if place is None:
        return False
    said = _typed(sheet, place, "synthetic", path.name)
    invented = said.fillna(False).to_numpy(dtype=bool)
    if invented.any() and not invented.all():
        raise InvalidColumn(
            f"{path.name} column 'synthetic' must say the same in every row; it says true in {int(invented.sum())} of "
            f"{len(said)} rows. Numbers about people and invented ones never stand in one file."
        )
    return bool(invented.any())


def read_panel_file(path: Path) -> Sheet:
    """The file's cells as text, once nobody's personal data were found in them.

    Raises
    ------
    MissingData, InvalidDelivery, PersonalDataFound
    """
    if not path.is_file():
        raise MissingData(f"There is no file {path.name!r}. Check the path; it is read from the project's folder.")
    try:
        sheet = read_delimited(decode(path.read_bytes()).text, file=path.name)
    except ValueError:
        fault = Fault(rule="file", file=path.name, column=None, message="Not a text file.", remedy="Save it as CSV.")
        raise InvalidDelivery([fault]) from None
    _refuse_people(sheet, path.name)
    if sheet.faults:
        raise InvalidDelivery(sheet.faults)
    return sheet


def _refuse_people(sheet: Sheet, file: str) -> None:
    faults = []
    for number, header in enumerate(sheet.header, start=1):
        named = "cpr" if any_cpr([header]) else names_a_person(header)
        if named:
            message = "The column is for something that names a person ({word})."
            faults.append(
                Fault(rule="V02", file=file, column=f"number {number}", message=message, remedy="Take it out.",
                      places={"word": named})
            )  # fmt: skip
    for number, cells in enumerate(sheet.cells, start=1):
        # A mean with many decimals is no number of a person.
        bad = cpr_rows(cells, numbers=True)
        if bad.any():
            said = "The value looks like a CPR number."
            faults.append(
                Fault(rule="V01", file=file, column=f"number {number}", message=said, count=int(bad.sum()),
                      rows=row_numbers(bad, first_row=sheet.first_row), remedy="A panel holds means of places, never people.")
            )  # fmt: skip
    if faults:
        raise PersonalDataFound(faults)


def _place(sheet: Sheet, name: str) -> int | None:
    wanted = _NAMES.get(name, (name,))
    found = [
        place for place, header in enumerate(sheet.header) if header.strip().casefold() in [one.casefold() for one in wanted]
    ]
    if len(found) > 1:
        raise InvalidColumn(f"{len(found)} columns are called {name!r}. Keep one.")
    return found[0] if found else None


def _columns(sheet: Sheet, file: str, outcome: str) -> dict[str, int]:
    places = {name: _place(sheet, name) for name in (*_NEEDED, outcome, "n_citizens")}
    missing = [name for name in (*_NEEDED, outcome) if places[name] is None]
    if missing:
        raise MissingColumn(
            f"{file} has no column {', '.join(map(repr, missing))}; its header has {len(sheet.header)} columns. It needs "
            f"municipality, quarter, first_treated and {outcome} (or kommune, kvartal, startkvartal and {outcome})."
        )
    return {name: place for name, place in places.items() if place is not None}


_KINDS = {
    "municipality": "text",
    "quarter": "quarter",
    "first_treated": "quarter",
    "n_citizens": "integer",
    "synthetic": "boolean",
}


def _typed(sheet: Sheet, place: int, name: str, file: str) -> pd.Series:
    kind = _KINDS.get(name, "number")
    cells = pc.utf8_trim_whitespace(sheet.cells[place])
    if kind == "quarter":
        cells = _quarters(cells, may_lack=name == "first_treated")
    typed = typed_column(cells, Column(name=name, kind=kind, empty=True))
    bad = np.logical_or.reduce([np.zeros(len(cells), dtype=bool), *(doubt.bad for doubt in typed.doubts)])
    if bad.any():
        rows = ", ".join(map(str, row_numbers(bad, first_row=sheet.first_row)))
        needed = {"quarter": "a quarter such as 2021Q1", "integer": "a whole number", "boolean": "true or false"}
        raise InvalidColumn(
            f"{file} column {name!r} cannot be read in {int(bad.sum())} of {len(cells)} rows (the first: {rows}); "
            f"{needed.get(kind, 'a number')} is needed. Correct them."
        )
    return typed.values


def _quarters(cells: pa.ChunkedArray, *, may_lack: bool) -> pa.ChunkedArray:
    """Quarters as the data model writes them: 2021Q1, 2021-Q1 and 2021q1 are 2021K1; a start may be none."""
    cells = pc.replace_substring_regex(cells, r"^(\d{4})[- ]?[QqKk]([1-4])$", r"\1K\2")
    if not may_lack:
        return cells
    never = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(_NEVER, cells.type))
    return pc.if_else(never, pa.scalar("", cells.type), cells)


def _refuse_two_spellings(names: pd.Series, file: str) -> None:
    """One place under two names would be two places, and stand on both sides of the comparison."""
    distinct = pd.Series(names.unique(), dtype="str")
    spelt = distinct.map(one_spelling)
    twice = int(spelt[spelt.duplicated()].nunique())
    if twice:
        places = "a place" if twice == 1 else f"{twice} places"
        raise InvalidColumn(
            f"{file} column 'municipality' spells {places} in more than one way: the names differ only in capital letters, in aa "
            "and å, or in spaces and signs that nobody sees. Write each place in one way."
        )


def _checked(panel: pd.DataFrame, outcome: str, file: str) -> pd.DataFrame:
    for column in ("municipality", "quarter"):
        lacking = int((panel[column].isna() | (panel[column].astype("str") == "")).sum())
        if lacking:
            raise MissingValues(f"{file} column {column!r} is empty in {lacking} of {len(panel)} rows. Every row needs one.")
    _refuse_two_spellings(panel["municipality"], file)
    again = int(panel.duplicated(["municipality", "quarter"]).sum())
    if again:
        raise DuplicateRows(
            f"{file} has {again} rows for a municipality and quarter that has one already. Give one row with the mean for each; "
            "a file with a row per person belongs in a delivery (ww.documentation.read_delivery)."
        )
    valued = panel[panel[outcome].notna()]
    if valued.empty:
        raise EmptyData(f"{file} column {outcome!r} is empty in all {len(panel)} rows. Put the means in it.")
    out = valued.sort_values(["municipality", "quarter"], kind="stable").reset_index(drop=True)
    out.attrs["flow"] = [("rows", len(panel)), ("with_value", len(out)), ("municipalities", int(out["municipality"].nunique()))]
    return out
