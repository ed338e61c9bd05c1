"""studies_under_way.csv: studies that have been announced and not yet reported."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from whatworks.evidence.csv_rows import ADDRESS, IDENTIFIER, Row, frame_of, number_problems, read_rows
from whatworks.evidence.faults import Fault, not_allowed

FILE = "studies_under_way.csv"
UNDER_WAY_COLUMNS = ("study_id", "target_group", "method", "outcome", "title", "design", "expected_year", "seen_at", "note")
_REQUIRED = ("study_id", "target_group", "method", "outcome", "title", "seen_at")
_SORTING = ("target_group", "method", "outcome")


def read_under_way(folder: Path, shown: str, codes: Mapping[str, tuple[str, ...] | None]) -> tuple[pd.DataFrame, list[Fault]]:
    """Read and check the announced studies; a base without the file has none. Nothing is raised."""
    name = f"{shown}/{FILE}"
    if not (folder / FILE).exists():
        return frame_of([], UNDER_WAY_COLUMNS, counts=("expected_year",), numbers=()), []
    rows, faults = read_rows(folder / FILE, name, UNDER_WAY_COLUMNS, absent="the file is missing.")
    faults += [Fault(name, line, message) for line, row in rows for message in _problems(row, codes)]
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        key = tuple(row[column] for column in ("study_id", *_SORTING))
        if key in seen:
            faults.append(Fault(name, line, f"the same study stands on line {seen[key]}. Remove one of them."))
        seen.setdefault(key, line)
    return frame_of([] if faults else [row for _, row in rows], UNDER_WAY_COLUMNS, counts=("expected_year",), numbers=()), faults


def _problems(row: Row, codes: Mapping[str, tuple[str, ...] | None]) -> Iterator[str]:
    for column in _REQUIRED:
        if not row[column]:
            yield f"{column} is empty. Required: {', '.join(_REQUIRED)}."
    for column in _SORTING:
        known = codes[column]
        if row[column] and known is not None and row[column] not in known:
            yield not_allowed(column, row[column], known)
    if row["study_id"] and not IDENTIFIER.fullmatch(row["study_id"]):
        yield f"study_id {row['study_id'][:80]!r} needs lower-case letters, digits and underscores only."
    if row["seen_at"] and not ADDRESS.fullmatch(row["seen_at"]):
        yield f"seen_at {row['seen_at'][:80]!r} needs an address that begins with https:// or http://."
    yield from number_problems(row, counts=("expected_year",), numbers=())
