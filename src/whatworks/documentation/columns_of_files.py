"""Which column of the data model each column of a file is for."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from whatworks.documentation.delimited import Sheet
from whatworks.documentation.faults import N_, Fault
from whatworks.documentation.mapping import DeliveryMapping, FileMapping
from whatworks.documentation.names import column_named, nearest_column, plain
from whatworks.documentation.raw import RawTable
from whatworks.documentation.schema import Column, Table

# Columns that quarantined rows carry beside their own: where they stood and why. Sent again, they are left out.
ASIDE = ("rule", "file_row")
# More columns that nobody knows are another file altogether, and are told of together.
_MOST_TOLD, _MOST_LOOKED_UP = 30, 300


def raw_table(file: str, table: Table, sheet: Sheet, part: FileMapping, mapping: DeliveryMapping) -> tuple[RawTable, list[Fault]]:
    """A sheet with its columns named, and what is wrong with its header."""
    columns: list[Column | None] = []
    ignored: set[int] = set()
    wrong: list[tuple[int, str | None]] = []
    taken: set[str] = set()
    for place, header in enumerate(sheet.header):
        column = _column_of(table, header, part)
        if plain(header) in part.ignore or (header in ASIDE and column is None):
            ignored.add(place)
            column = None
        elif column is None or column.name in taken:
            wrong.append((place, None if column is None else column.name))
            column = None
        else:
            taken.add(column.name)
        columns.append(column)
    faults = _of_header(file, table, sheet, wrong, taken)
    cells, columns = _with_constants(table, list(sheet.cells), columns, part)
    faults += _missing(file, table, columns)
    raw = RawTable(
        file=file, table=table, header=sheet.header, cells=cells, columns=columns, ignored=frozenset(ignored),
        first_row=sheet.first_row, codes={name: dict(codes) for name, codes in part.codes.items()}, decimal=mapping.decimal,
        dates=mapping.dates, separator=sheet.separator,
    )  # fmt: skip
    return raw, faults


def suggested_columns(raw: RawTable) -> list[tuple[int, str]]:
    """For each column nobody knows, its place and the column of ours it most likely is for.

    Examples
    --------
    See :func:`whatworks.documentation.suggest_mapping`.
    """
    taken = {column.name for column in raw.columns if column}
    out = []
    for place, header in enumerate(raw.header[:_MOST_LOOKED_UP]):
        if raw.columns[place] is None and place not in raw.ignored:
            near = nearest_column(raw.table, header, taken=taken)
            if near:
                taken.add(near)
                out.append((place, near))
    return out


def _of_header(
    file: str, table: Table, sheet: Sheet, wrong: Sequence[tuple[int, str | None]], taken: Iterable[str]
) -> list[Fault]:
    """Columns that nobody knows (no name) or that stand twice (their name), by place; beyond the first ones counted."""
    said = {"file": file, "table": table.name, "rule": "column"}
    faults = [
        _unknown(said, table, place, sheet.header[place], sheet.separator, taken=taken)
        if name is None
        else Fault(column=name, message=N_("The column stands twice."), remedy=N_("Keep one."), **said)  # type: ignore[arg-type]
        for place, name in wrong[:_MOST_TOLD]
    ]
    untold = len(wrong) - len(faults)
    if untold:
        message = N_("{n} more columns are not in the data model, or stand twice.")
        remedy = N_("Compare it with the data dictionary.")
        faults.append(Fault(column=None, message=message, remedy=remedy, places={"n": untold}, **said))  # type: ignore[arg-type]
    return faults


def _column_of(table: Table, header: str, part: FileMapping) -> Column | None:
    mapped = part.column_of(header)
    return table.column(mapped) if mapped else column_named(table, header)


def _taken(columns: Sequence[Column | None]) -> list[str]:
    return [column.name for column in columns if column]


def _with_constants(
    table: Table, cells: list[pa.ChunkedArray], columns: list[Column | None], part: FileMapping
) -> tuple[list[pa.ChunkedArray], list[Column | None]]:
    n = len(cells[0]) if cells else 0
    # Columns beyond the header stay at the end, where nobody takes them for a column of ours.
    extra = cells[len(columns) :]
    cells = cells[: len(columns)]
    for name, value in part.constants.items():
        if name not in _taken(columns):
            columns = [*columns, table.column(name)]
            cells.append(pa.chunked_array([pa.array([value] * n, pa.large_string())]))
    return [*cells, *extra], columns


def _unknown(said: dict[str, str], table: Table, place: int, header: str, separator: str, *, taken: Iterable[str]) -> Fault:
    """A header that is not in the data model. It is not shown: in a file without a header row it is somebody's data."""
    near = nearest_column(table, header, taken=taken)
    places: dict[str, object] = {"table": table.name, "columns": ", ".join(column.name for column in table.columns)}
    if separator == "," and not header.isprintable():
        remedy = N_("Separate the fields by commas, semicolons or tabs.")
    elif near:
        remedy, places = N_("Did you mean {near}? Name it so, or say so in the mapping."), {"near": near}
    else:
        remedy = N_("Name it or leave it out in the mapping. The table {table} has {columns}.")
    message = N_("The header is not in the data model.")
    return Fault(column=f"number {place + 1}", message=message, remedy=remedy, places=places, **said)  # type: ignore[arg-type]


def _missing(file: str, table: Table, columns: Sequence[Column | None]) -> list[Fault]:
    have = set(_taken(columns))
    faults = []
    for column in table.columns:
        if column.required and column.name not in have:
            alias = f" (or {column.alias})" if column.alias and column.alias != column.name else ""
            faults.append(
                Fault(
                    rule="column", file=file, table=table.name, column=column.name, message=N_("The column is missing."),
                    remedy=N_("Add {column}."), places={"column": f"{column.name}{alias}"},
                )
            )  # fmt: skip
    return faults
