"""reviews.csv: published pooled effects, read and checked row by row."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from whatworks.evidence.csv_rows import (
    IDENTIFIER,
    NumberedRow,
    Row,
    frame_of,
    is_count,
    number_of,
    number_problems,
    read_rows,
)
from whatworks.evidence.faults import Fault, not_allowed
from whatworks.evidence.measures import MEASURES
from whatworks.evidence.printed_effects import EFFECT, direction_problems, interval_problems, place_problems

COLUMNS = (
    "review_id",
    "target_group",
    "method",
    "outcome",
    "population",
    "intervention",
    "comparison",
    "outcome_as_printed",
    "authors",
    "year",
    "source",
    "doi",
    "designs",
    "k",
    "n",
    "measure",
    "effect",
    "conf_low",
    "conf_high",
    "direction_of_good",
    "share_comparison",
    "seen_at",
    "confirmed",
    "restates",
    "restates_how",
    "note",
)
OPTIONAL = ("share_comparison", "restates", "restates_how")
REQUIRED = (
    "review_id",
    "target_group",
    "method",
    "outcome",
    "population",
    "intervention",
    "outcome_as_printed",
    "source",
    "designs",
    "measure",
    "effect",
    "direction_of_good",
    "confirmed",
)
COUNTS = ("year", "k", "n")
NUMBERS = (*EFFECT, "share_comparison")
# With the share of the comparison group these can be told as so many of 100 people.
_OF_PEOPLE = ("RR", "OR", "RD")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "measure": tuple(MEASURES),
    "direction_of_good": ("up", "down"),
    "confirmed": ("yes", "no"),
    "restates_how": ("adjusted", "subset", "quoted"),
}
# The first meta-analyses of social and health interventions are from the 1970s.
FIRST_YEAR = 1970
# Two rows that agree in all of these are one finding written twice, whatever they are called.
_CONTENT = tuple(
    name for name in COLUMNS if name not in ("review_id", "seen_at", "confirmed", "restates", "restates_how", "note")
)


def read_reviews(
    folder: Path, shown: str, codes: Mapping[str, tuple[str, ...] | None], goods: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read and check reviews.csv.

    Parameters
    ----------
    folder : where the evidence base lies
    shown : the folder as messages name it
    codes : known codes by catalogue (``"target_group"``, ``"method"``, ``"outcome"``); None where it could not be read
    goods : the direction that is good, by code of the outcome; rows that are printed the other way round must say so

    Returns
    -------
    The frame, and every fault; the frame has no rows when there is a fault. Nothing is raised.
    """
    name = f"{shown}/reviews.csv"
    rows, faults = read_rows(
        folder / "reviews.csv",
        name,
        COLUMNS,
        optional=OPTIONAL,
        absent="the file is missing; without reviews it still needs its header line.",
    )
    faults += [Fault(name, line, message) for line, row in rows for message in _row_problems(row, codes, goods or {})]
    faults += [Fault(name, line, message) for line, message in _repeated(rows)]
    faults += [Fault(name, line, message) for line, message in _restating(rows)]
    return frame_of([] if faults else [row for _, row in rows], COLUMNS, counts=COUNTS, numbers=NUMBERS), faults


def counted(reviews: pd.DataFrame) -> pd.DataFrame:
    """The rows that stand for a result of their own, so that a tally counts each result once.

    A row that restates another (adjusted for publication bias, a part of the same studies, the same number quoted elsewhere) is
    left out where the row it restates is in the frame; alone, it counts.

    Parameters
    ----------
    reviews : rows of ``Registry.reviews`` or ``Registry.select(...)``

    Returns
    -------
    The rows that count, in their order.

    Examples
    --------
    >>> reviews = ww.evidence.load().select(target_group="out_of_home_care")
    >>> len(reviews), ww.evidence.counted(reviews)["review_id"].tolist()
    (3, ['gutterswijk_2020_all'])
    """
    return reviews[~reviews["restates"].isin(set(reviews["review_id"]))].reset_index(drop=True)


def _row_problems(row: Row, codes: Mapping[str, tuple[str, ...] | None], goods: Mapping[str, str]) -> Iterator[str]:
    for column in REQUIRED:
        if not row[column]:
            yield f"{column} is empty. Required: {', '.join(REQUIRED)}."
    for column in ("target_group", "method", "outcome"):
        known = codes[column]
        if row[column] and known is not None and row[column] not in known:
            yield not_allowed(column, row[column], known)
    for column, allowed in ALLOWED.items():
        if row[column] and row[column] not in allowed:
            yield not_allowed(column, row[column], allowed)
    yield from _number_problems(row)
    yield from interval_problems(row)
    yield from direction_problems(row, goods)
    if row["review_id"] and not IDENTIFIER.fullmatch(row["review_id"]):
        yield f"review_id {row['review_id'][:80]!r} needs lower-case letters, digits and underscores only."
    yield from place_problems(row)


def _number_problems(row: Row) -> Iterator[str]:
    yield from number_problems(row, counts=COUNTS, numbers=NUMBERS)
    last = date.today().year + 1
    if is_count(row["year"]) and not FIRST_YEAR <= int(row["year"]) <= last:
        yield f"year {row['year'][:80]} is out of range; use {FIRST_YEAR} to {last}."
    if is_count(row["k"]) and int(row["k"]) == 0:
        yield "k is 0; a pooled effect rests on 1 study or more. Leave k empty where it was not seen."
    share = number_of(row, "share_comparison")
    if share is not None and not 0 < share < 1:
        yield f"share_comparison is {share:g}; it is a share of people, above 0 and below 1 (27 of 100 is 0.27)."
    if share is not None and row["measure"] in MEASURES and row["measure"] not in _OF_PEOPLE:
        yield f"share_comparison goes with {', '.join(_OF_PEOPLE)}; an effect in {row['measure']} counts no people."


def _repeated(rows: list[NumberedRow]) -> Iterator[tuple[int, str]]:
    """Rows whose name was used before, and rows that say the same as an earlier one under another name."""
    names: dict[str, int] = {}
    contents: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        content = tuple(row[column] for column in _CONTENT)
        if row["review_id"] in names:
            yield line, f"review_id {row['review_id'][:80]!r} was used on line {names[row['review_id']]}; each row needs its own."
        elif content in contents:
            yield line, f"the row is a duplicate of line {contents[content]}. Remove one of them."
        names.setdefault(row["review_id"], line)
        contents.setdefault(content, line)


def _restating(rows: list[NumberedRow]) -> Iterator[tuple[int, str]]:
    """Rows that say they restate another one: it must be there, and be a result of its own."""
    own = {row["review_id"]: row["restates"] for _, row in rows}
    for line, row in rows:
        target = row["restates"]
        if bool(target) != bool(row["restates_how"]):
            yield line, "restates and restates_how go together; give both, or none."
        elif target and (target not in own or target == row["review_id"]):
            yield line, f"restates {target[:80]!r} is the review_id of no other row. Name the row whose result is told again."
        elif target and own[target]:
            yield line, f"restates {target[:80]!r}, which restates {own[target][:80]!r} itself; name that one."
