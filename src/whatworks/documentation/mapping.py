"""A sender's names to ours: which file is which table, which header which column, which code which code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from whatworks.core.errors import InvalidParameters
from whatworks.core.located_yaml import Located, read_located
from whatworks.documentation.faults import N_, Fault, PersonalDataFound
from whatworks.documentation.names import code_names, column_named, plain, table_named
from whatworks.documentation.privacy import looks_like_cpr
from whatworks.documentation.schema import TABLES, Column, Table

DATE_FORMS = ("yyyy-mm-dd", "dd-mm-yyyy", "mm-dd-yyyy")
_TOP = {"sender", "synthetic", "decimal", "dates", "allow", "files"}
_OF_FILE = {"table", "columns", "codes", "constants", "ignore"}


@dataclass(frozen=True, kw_only=True)
class FileMapping:
    """What one file of a sender is.

    Attributes
    ----------
    table : the table it is for
    columns : the sender's header to our column
    codes : the sender's code to ours, by column
    constants : columns that the sender left out because they are the same in every row
    ignore : headers to leave out
    """

    table: Table
    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()

    def column_of(self, header: str) -> str | None:
        """Our name of the column under a header; None when the mapping does not say."""
        return self.columns.get(plain(header))


@dataclass(frozen=True, kw_only=True)
class DeliveryMapping:
    """Everything a mapping file says.

    Attributes
    ----------
    files : by name of the file or sheet, which may hold ``*``
    synthetic : are the people simulated? None when it does not say
    decimal : ``","`` or ``"."``; None when it does not say
    dates : one of :data:`DATE_FORMS`; None when it does not say
    allow : columns that are refused unless it was agreed to deliver them
    """

    files: Mapping[str, FileMapping] = field(default_factory=dict)
    synthetic: bool | None = None
    decimal: str | None = None
    dates: str | None = None
    allow: frozenset[str] = frozenset()

    def of_file(self, *names: str) -> FileMapping | None:
        """The part about a file that goes by any of these names."""
        wanted = [name.casefold() for name in names if name]
        for pattern, part in self.files.items():
            if any(fnmatch(name, pattern.casefold()) for name in wanted):
                return part
        return None


NO_MAPPING = DeliveryMapping()


def read_mapping(path: str | Path) -> DeliveryMapping:
    """Read a mapping file.

    Parameters
    ----------
    path : YAML file with ``files``: by file name (or sheet, or a pattern like ``forloeb_*.csv``) the ``table`` it is for, and
        where they differ from the data model ``columns`` (the sender's header: ours), ``codes`` (column, the sender's code:
        ours), ``constants`` (column: the value in every row) and ``ignore`` (headers to leave out). Beside ``files`` it may say
        ``synthetic``, ``decimal``, ``dates``, ``sender`` and ``allow``

    Returns
    -------
    DeliveryMapping

    Raises
    ------
    PersonalDataFound
        If something in it looks like a civil registration number: a header, a code or a constant of the sender's.
    InvalidParameters
        If it cannot be read, or names a table, column or code that is not in the data model; all faults are listed with file
        and line.

    Examples
    --------
    >>> import tempfile
    >>> text = 'synthetic: true\\nfiles:\\n  udtraek.csv: {table: maaling, columns: {Score: vaerdi}}\\n'
    >>> with tempfile.TemporaryDirectory() as place:
    ...     written = (Path(place) / "mapping.yml").write_text(text, encoding="utf-8")
    ...     read_mapping(Path(place) / "mapping.yml").of_file("udtraek.csv").column_of("Score")
    'value'
    """
    path = Path(path)
    try:
        _refuse_people(path.name, path.read_text(encoding="utf-8").splitlines())
        located = read_located(path)
        _refuse_people(path.name, _texts(located.value))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        raise InvalidParameters(
            f"{path.name}: the mapping cannot be read. It is a text file in UTF-8, written as YAML."
        ) from None
    faults: list[str] = []
    said = located.value if isinstance(located.value, dict) else {}
    if not isinstance(located.value, dict) or not isinstance(said.get("files", {}), dict):
        faults.append(f"{located.where()}: a mapping has the key `files`, and under it one key for each file.")
        said = {}
    faults += [f"{located.where(key)}: {key!r} is not known; use {', '.join(sorted(_TOP))}." for key in said if key not in _TOP]
    _one_of(located, faults, "decimal", said.get("decimal"), (",", "."))
    _one_of(located, faults, "dates", said.get("dates"), DATE_FORMS)
    _one_of(located, faults, "synthetic", said.get("synthetic"), (True, False))
    files = {str(name): _file(located, faults, str(name), part) for name, part in said.get("files", {}).items()}
    off = {column.name for table in TABLES.values() for column in table.columns if column.off}
    allowed = said.get("allow") or []
    if not isinstance(allowed, list) or set(map(str, allowed)) - off:
        faults.append(f"{located.where('allow')}: `allow` is a list of {', '.join(sorted(off))}.")
        allowed = []
    if faults:
        raise InvalidParameters("The mapping has faults:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return DeliveryMapping(
        files={name: part for name, part in files.items() if part},
        synthetic=said.get("synthetic"),
        decimal=said.get("decimal"),
        dates=said.get("dates"),
        allow=frozenset(map(str, allowed)),
    )


def _refuse_people(file: str, lines: Iterable[str]) -> None:
    """A header of a file without a header row, or a constant, can be a person's number; it is not shown."""
    rows = [number for number, line in enumerate(lines, start=1) if looks_like_cpr(line)]
    if rows:
        found: dict[str, Any] = {"message": N_("The text looks like it holds a CPR number."), "remedy": N_("Take it out.")}
        raise PersonalDataFound([Fault(rule="V01", file=file, column=None, count=len(rows), rows=(rows[0],), **found)])


def _texts(value: object) -> Iterator[str]:
    """Every key and value, as what it is read as: signs written by their numbers are signs here."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)


def _one_of(located: Located, faults: list[str], key: str, value: object, allowed: Sequence[object]) -> None:
    if value is not None and value not in allowed:
        faults.append(f"{located.where(key)}: `{key}` is one of {', '.join(map(str, allowed))}.")


def _file(located: Located, faults: list[str], name: str, part: Any) -> FileMapping | None:
    here = ("files", name)
    if not isinstance(part, dict) or table_named(str(part.get("table", ""))) is None:
        faults.append(f"{located.where(*here)}: needs `table`, one of {', '.join(TABLES)}.")
        return None
    table = table_named(str(part["table"]))
    assert table is not None
    faults += [
        f"{located.where(*here, key)}: {key!r} is not known; use {', '.join(sorted(_OF_FILE))}."
        for key in part
        if key not in _OF_FILE
    ]
    ignore = part.get("ignore") or []
    if not isinstance(ignore, list):
        faults.append(f"{located.where(*here, 'ignore')}: `ignore` is a list of headers.")
        ignore = []
    columns = {
        plain(header): _column(located, faults, table, (*here, "columns", header), name)
        for header, name in _block(located, faults, part, here, "columns").items()
    }
    constants = {
        _column(located, faults, table, (*here, "constants", name), name): "" if value is None else str(value)
        for name, value in _block(located, faults, part, here, "constants").items()
    }
    return FileMapping(
        table=table,
        columns=columns,
        codes=_codes(located, faults, table, part, here),
        constants=constants,
        ignore=frozenset(plain(str(header)) for header in ignore),
    )


def _codes(located: Located, faults: list[str], table: Table, part: Any, here: tuple[str, ...]) -> dict[str, dict[str, str]]:
    out = {}
    for name, pairs in _block(located, faults, part, here, "codes").items():
        column = _column(located, faults, table, (*here, "codes", name), name)
        if not isinstance(pairs, dict):
            faults.append(f"{located.where(*here, 'codes', name)}: needs one line for each of the sender's codes.")
            continue
        out[column] = _pairs(located, faults, table.column(column), pairs, (*here, "codes", name))
    return out


def _pairs(
    located: Located, faults: list[str], column: Column | None, pairs: dict[str, Any], keys: tuple[str, ...]
) -> dict[str, str]:
    """The sender's codes in plain form to ours; ours may be written in Danish."""
    own = code_names(column) if column else {}
    out = {}
    for theirs, ours in pairs.items():
        code = own.get(plain(str(ours)), "") if own else str(ours)
        if not code:
            faults.append(f"{located.where(*keys, theirs)}: no such code; there are {', '.join(column.codes if column else ())}.")
        out[plain(str(theirs)) or str(theirs)] = code
    return out


def _block(located: Located, faults: list[str], part: Any, here: tuple[str, ...], key: str) -> dict[str, Any]:
    block = part.get(key) or {}
    if isinstance(block, dict):
        return block
    faults.append(f"{located.where(*here, key)}: `{key}` has one line for each entry.")
    return {}


def _column(located: Located, faults: list[str], table: Table, keys: tuple[str, ...], name: object) -> str:
    column = column_named(table, str(name))
    if column is None:
        have = ", ".join(one.name for one in table.columns)
        faults.append(f"{located.where(*keys)}: the table {table.name} has no such column; it has {have}.")
        return ""
    return column.name
