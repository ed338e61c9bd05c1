"""A first draft of a mapping file, for the sender to correct."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from whatworks.core.disclosure import is_small
from whatworks.documentation.columns_of_files import suggested_columns
from whatworks.documentation.delivered_files import read_files
from whatworks.documentation.mapping import NO_MAPPING, DeliveryMapping, read_mapping
from whatworks.documentation.names import code_names, column_named, nearest_column, nearest_table, plain
from whatworks.documentation.privacy import looks_like_cpr, names_a_person
from whatworks.documentation.raw import RawTable
from whatworks.documentation.schema import Column, Table

_MOST_CODES = 40


def suggest_mapping(path: str | Path, mapping: str | Path | DeliveryMapping | None = None) -> str:
    """A mapping file for what a delivery's headers and codes most likely mean.

    Parameters
    ----------
    path : file, folder or archive
    mapping : what is mapped already

    Returns
    -------
    YAML. Under each file that names a table: ``columns`` with the nearest column of ours for each header nobody knows, and
    ``codes`` for codes nobody knows, with an empty place to fill in. It names headers and codes of the sender's, so it is for the
    sender; a header with a digit in it and a code that stands in fewer than five rows could be somebody's data and are left
    out. A person decides: nothing that is suggested is used before it is in a mapping file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = Path(place) / "maaling.csv"
    ...     written = file.write_text("Maaling id;Måledato;Skema\\nm1;2024-01-31;WHO5\\n", encoding="utf-8")
    ...     print(suggest_mapping(file).split("columns:")[1].strip())
    Måledato: date
          Skema: instrument
    """
    told = mapping if isinstance(mapping, DeliveryMapping) else NO_MAPPING if mapping is None else read_mapping(mapping)
    delivered = read_files(path, told)
    files = {}
    for raw in delivered.raw:
        columns = {raw.header[place]: near for place, near in suggested_columns(raw) if _is_a_name(raw.header[place])}
        codes = {
            column.name: unknown
            for place, column in enumerate(raw.columns)
            if column is not None and column.kind == "code" and (unknown := _unknown_codes(raw, place, column))
        }
        part: dict[str, object] = {"table": raw.table.name}
        if columns:
            part["columns"] = columns
        if codes:
            part["codes"] = codes
        if columns or codes:
            files[raw.file] = part
    for name, headers in delivered.unknown.items():
        table = nearest_table(name, headers)
        if table is not None:
            files[name] = {"table": table.name, "columns": _columns(table, headers)}
    return yaml.safe_dump({"files": files}, allow_unicode=True, sort_keys=False, width=1000)


def _columns(table: Table, headers: Sequence[str]) -> dict[str, str]:
    """Our nearest column for each header that ours does not have."""
    taken = {column.name for header in headers if (column := column_named(table, header))}
    out = {}
    for header in headers:
        near = None if column_named(table, header) else nearest_column(table, header, taken=taken)
        if near and _is_a_name(header):
            taken.add(near)
            out[header] = near
    return out


def _is_a_name(header: str) -> bool:
    """A header that can be shown: no digit, no identifier of a person; in a file without a header row it is somebody's data."""
    return not any(sign.isdigit() for sign in header) and not looks_like_cpr(header) and names_a_person(header) is None


def _unknown_codes(raw: RawTable, place: int, column: Column) -> dict[str, str]:
    counts = raw.cells[place].value_counts().to_pylist()
    names = code_names(column) | raw.codes.get(column.name, {})
    unknown = [
        one["values"].strip()
        for one in counts
        if not is_small(one["counts"]) and one["values"].strip() and (plain(one["values"]) or one["values"].strip()) not in names
    ]
    return {code: "" for code in unknown[:_MOST_CODES] if _is_a_name(code) and len(code) <= 40}
