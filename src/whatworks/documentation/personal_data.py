"""The first door: a delivery that names a person is refused whole, and what gave it away is not shown."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from whatworks.documentation.faults import N_, Fault, row_fault
from whatworks.documentation.fields import IDENTIFIER
from whatworks.documentation.privacy import any_cpr, cpr_rows, looks_like_cpr, names_a_person
from whatworks.documentation.raw import RawTable
from whatworks.documentation.schema import Column

# Tables with a row about a person; running text in them can be about that person.
ABOUT_PEOPLE = ("citizen", "episode", "intervention", "measurement", "goal", "employment", "cost", "coordination")
_LONGEST_TEXT = 200
_MOST_WORDS = 6

_CONTACT = (
    r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
    r"|\+45[ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9]{2}"
    r"|(^|[^0-9])[0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}($|[^0-9])"
)
_ROADS = "vej|gade|allé|stræde|plads|torv|vænget|boulevard|parken|bakken|vangen|haven|toften"
_ADDRESS = rf"(?i)\p{{L}}({_ROADS}) [0-9]{{1,3}}[A-Z]?($|[^0-9A-Za-z])"
# Where a service lies may be part of its name.
_NAMES_OF_PLACES = ("service_name", "organisation_name", "municipality_name", "agreement_name")

_TAKE_OUT = N_("Take it out, or replace it by a pseudonym, before anything is delivered.")
_CPR_FOUND = N_("The value looks like a CPR number.")


def faults_in_names(names: Iterable[str]) -> list[Fault]:
    """V01 on the names of files and sheets; which one it is, is not said."""
    if not any_cpr(names):
        return []
    message = N_("The name of a file looks like it holds a CPR number.")
    return [Fault(rule="V01", file="a file", column=None, message=message, remedy=N_("Rename it before anything is delivered."))]


def faults_in_text(file: str, text: str) -> list[Fault]:
    """V01 on the text of a file that is not a table."""
    if not looks_like_cpr(text):
        return []
    message = N_("The text looks like it holds a CPR number.")
    return [Fault(rule="V01", file=file, column=None, message=message, remedy=N_("Take it out."))]


def faults_in_table(raw: RawTable, *, allowed: Sequence[str] = ()) -> list[Fault]:
    """V01, V02 and V04 on every header and cell, also of columns that nobody knows or the mapping leaves out."""
    faults: list[Fault] = []
    for number, cells in enumerate(raw.cells):
        header = raw.header[number] if number < len(raw.header) else ""
        column = raw.columns[number] if number < len(raw.columns) else None
        faults += _faults_of_header(raw, number, header, column, allowed)
        faults += _faults_of_cells(raw, number, cells, column)
    return faults


def _faults_of_header(raw: RawTable, number: int, header: str, column: Column | None, allowed: Sequence[str]) -> list[Fault]:
    said: dict[str, Any] = {
        "file": raw.file,
        "table": raw.table.name,
        "column": _shown(number, column),
    }
    if any_cpr([header]):
        message = N_("The header looks like a CPR number.")
        return [Fault(rule="V01", message=message, remedy=N_("The first row must hold the names of the columns."), **said)]
    known = column is not None and header in (column.name, column.alias, column.label)
    identifier = None if known else names_a_person(header)
    if identifier:
        message = N_("The column is named like {word!r}.")
        return [
            Fault(rule="V02", message=message, remedy=N_("Take it out of the delivery."), places={"word": identifier}, **said)
        ]
    if column is not None and column.off and column.name not in allowed:
        message = N_("The column is not delivered unless it was agreed: it holds sensitive personal data.")
        remedy = N_("Take it out, or write it under `allow` in the mapping when it was agreed.")
        return [Fault(rule="V04", message=message, remedy=remedy, **said)]
    return []


def _faults_of_cells(raw: RawTable, number: int, cells: pa.ChunkedArray, column: Column | None) -> list[Fault]:
    said: dict[str, Any] = {
        "file": raw.file,
        "table": raw.table.name,
        "column": _shown(number, column),
    }
    pseudonyms = column is not None and column.name == "citizen_id"
    register = column is not None and column.name == "p_number"
    measured = column is not None and column.kind == "number"
    remedy = _TAKE_OUT
    if pseudonyms:
        remedy = N_(
            "Take it out, or replace it by a pseudonym, before anything is delivered. "
            "A pseudonym is b_ and 16 characters of a-z and 2-7, which cannot look like one."
        )
    bad = cpr_rows(cells, pseudonyms=pseudonyms, numbers=measured, register=register)
    faults = row_fault(rule="V01", message=_CPR_FOUND, remedy=remedy, bad=bad, first_row=raw.first_row, **said)
    if column is not None and column.kind not in ("text", "codes"):
        return faults
    found = [(*rule[:2], _matching(cells, rule[2])) for rule in _text_rules(raw, column)] if _has_words(cells) else []
    if column is None or not column.free:
        found.append(
            ("V04", N_("The text is longer than a code or a name."), pc.greater(pc.utf8_length(cells), _LONGEST_TEXT).to_numpy())
        )
    for rule, message, bad in found:
        faults += row_fault(rule=rule, message=message, remedy=_TAKE_OUT, bad=bad, first_row=raw.first_row, **said)
    # Beyond the header stand the fields of uneven rows, one after another: their places are no rows.
    return faults if number < len(raw.columns) else [replace(fault, rows=()) for fault in faults]


def _has_words(cells: pa.ChunkedArray) -> bool:
    """True where a cell holds a space, an @ or a +; columns of codes, which are most, do not and need no closer look."""
    return bool(pc.any(pc.match_substring_regex(cells, r"[@+\s]"), min_count=0).as_py())


def _text_rules(raw: RawTable, column: Column | None) -> list[tuple[str, str, str]]:
    """What is looked for in a column of text: rule, words for it, pattern."""
    rules = [("V02", N_("The value looks like an e-mail address or a telephone number."), _CONTACT)]
    if column is not None and column.free:
        return [] if raw.table.name not in ABOUT_PEOPLE else rules
    if column is None or column.name not in _NAMES_OF_PLACES:
        rules.append(("V02", N_("The value looks like an address."), _ADDRESS))
    if raw.table.name in ABOUT_PEOPLE:
        words = 1 if column is not None and column.pattern == IDENTIFIER else _MOST_WORDS
        spoken = rf"^\s*(\S*\p{{L}}\S*\s+){{{words},}}\S*\p{{L}}"
        rules.append(("V04", N_("The value looks like running text or a name, where a code is meant."), spoken))
    return rules


def _shown(number: int, column: Column | None) -> str:
    """The column's name in the data model, or its place; a header of the sender's is never shown."""
    return column.name if column else f"number {number + 1}"


def _matching(cells: pa.ChunkedArray, pattern: str) -> np.ndarray:
    return pc.match_substring_regex(cells, pattern).to_numpy(zero_copy_only=False)
