"""evidence/prices/: index links, refund limits, rules of rates, unit costs. One table of files, read and checked alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from whatworks.core.errors import MissingData
from whatworks.evidence.csv_rows import (
    ADDRESS,
    IDENTIFIER,
    NumberedRow,
    Row,
    frame_of,
    is_count,
    number_of,
    number_problems,
    read_rows,
)
from whatworks.evidence.faults import Fault, not_allowed, refuse

FOLDER = "prices"
PAYERS = ("municipality", "region", "state", "foundation")
UNITS = ("day_and_night", "day", "hour", "month", "year", "item", "full_year_person")
# Where a row comes from. Every file ends with these, so that a number never stands without its source.
ORIGIN = ("source", "seen_at", "synthetic", "note")
_YES_NO = ("yes", "no")
_ORIGIN_ALLOWED = {"synthetic": _YES_NO}
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


@dataclass(frozen=True, kw_only=True)
class PriceFile:
    """What one file of evidence/prices may hold, besides source, seen_at, synthetic and note.

    Attributes
    ----------
    key : columns that name a row; no two rows agree in all of them
    codes : columns of lower-case letters, digits and underscores; never empty
    years : columns with a year from 1970 to 2100
    numbers : columns with a number, and the least and the greatest it may be
    dates : columns with a day (2024-06-06) or a year alone, which stands for its last day
    texts : columns with any text
    allowed : the words a column may hold
    empty : columns that may be empty; all others must be filled
    """

    key: tuple[str, ...]
    codes: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, in the order of the frame."""
        named = (*self.codes, *self.years, *self.numbers, *self.dates, *self.texts, *self.allowed)
        return (*dict.fromkeys((*self.key, *named)), *ORIGIN)


_KRONER = (0.0, 1e12)
_SHARE = (0.0, 1.0)
# To add a file: one entry here, one section in evidence/README.md, and the file itself.
PRICE_FILES: Mapping[str, PriceFile] = {
    "price_index": PriceFile(
        key=("series", "year_from", "year_to", "vintage_date"),
        codes=("series",),
        years=("year_from", "year_to"),
        numbers={"pct": (-20.0, 30.0), "of_which_level": (-20.0, 30.0)},
        dates=("vintage_date",),
        texts=("coverage",),
        empty=("of_which_level",),
    ),
    "refund_limits": PriceFile(
        key=("rule", "above"),
        codes=("rule",),
        years=("level_year",),
        numbers={"above": _KRONER, "share": _SHARE, "age_limit": (0.0, 120.0)},
        dates=("valid_from", "valid_to"),
        texts=("law", "paragraph", "whom"),
        allowed={"siblings": _YES_NO},
        empty=("level_year", "age_limit", "valid_from", "valid_to"),
    ),
    "rate_rules": PriceFile(
        key=("rule", "provision"),
        codes=("rule", "provision"),
        numbers={"value": (0.0, 10.0)},
        allowed={"unit": ("share", "years")},
    ),
    "efficiency_targets": PriceFile(
        key=("area", "year_from", "year_to"),
        codes=("area",),
        years=("year_from", "year_to"),
        numbers={"pct": (0.0, 30.0)},
        allowed={"status": ("agreed", "planned")},
    ),
    "unit_costs": PriceFile(
        key=("unit_cost",),
        codes=("unit_cost",),
        years=("price_level",),
        numbers={"amount": _KRONER, "low": _KRONER, "high": _KRONER},
        texts=("name_da", "name_en", "paragraph"),
        allowed={"unit": UNITS, "payer": PAYERS},
        empty=("price_level", "amount", "low", "high", "paragraph"),
    ),
    "prevalence": PriceFile(
        key=("target_group", "year", "age_from", "age_to"),
        codes=("target_group",),
        years=("year",),
        numbers={"age_from": (0, 120), "age_to": (0, 120), "per_1000": (0, 1000), "conf_low": (0, 1000), "conf_high": (0, 1000)},
        empty=("conf_low", "conf_high"),
    ),
    "population": PriceFile(
        key=("area", "year", "age_from", "age_to"),
        codes=("area",),
        years=("year",),
        numbers={"age_from": (0, 120), "age_to": (0, 120), "population": (0.0, 1e8)},
    ),
    "consequences": PriceFile(
        key=("consequence", "payer"),
        codes=("consequence",),
        years=("price_level",),
        numbers={"price": _KRONER, "price_low": _KRONER, "price_high": _KRONER},
        texts=("name_da", "name_en"),
        allowed={"unit": UNITS, "payer": PAYERS},
        empty=("price_low", "price_high"),
    ),
    "discount_rates": PriceFile(
        key=("valid_from", "first_year"),
        numbers={"first_year": (0, 500), "last_year": (0, 500), "rate": (0.0, 0.2)},
        dates=("valid_from",),
        empty=("last_year",),
    ),
    "eq5d_decrements": PriceFile(
        key=("value_set", "dimension", "level"),
        codes=("value_set", "dimension"),
        numbers={"level": (2, 5), "decrement": (0.0, 2.0)},
    ),
}
# Pairs that must stand in this order where both are given.
_ORDERED = (
    *(("year_from", "year_to"), ("age_from", "age_to"), ("low", "high"), ("conf_low", "conf_high")),
    *(("conf_low", "per_1000"), ("per_1000", "conf_high")),
    *(("price_low", "price"), ("price", "price_high"), ("first_year", "last_year")),
)


def prices(root: str | Path = "evidence") -> dict[str, pd.DataFrame]:
    """Read evidence/prices and check every file of it.

    Parameters
    ----------
    root : the evidence base; a relative path is looked for in the working directory and then in its parents

    Returns
    -------
    A frame for each file, by its name without ending: ``price_index``, ``refund_limits``, ``rate_rules``,
    ``efficiency_targets``, ``unit_costs``, ``prevalence``, ``population`` and what else :data:`PRICE_FILES` lists. Years are
    nullable whole numbers, numbers floats, dates days, ``synthetic`` True for invented rows. A file that is not there is left
    out. Nothing is filled in.

    Raises
    ------
    MissingData
        If there is no folder ``prices`` in the evidence base.
    InvalidEvidence
        If anything is wrong; the message lists every fault of every file with file, line and allowed values.

    Examples
    --------
    >>> limits = ww.evidence.prices()["refund_limits"]
    >>> limits.loc[limits["rule"] == "bl_198", ["above", "share"]].to_numpy().tolist()
    [[860000.0, 0.25], [1680000.0, 0.5], [2120000.0, 0.75]]
    """
    folder = _found(Path(root))
    shown = f"{folder.parent.name}/{FOLDER}"
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in PRICE_FILES:
            faults.append(Fault(f"{shown}/{path.name}", 0, not_allowed("the file", path.stem, sorted(PRICE_FILES))))
            continue
        frames[path.stem], found = read_prices(path, f"{shown}/{path.name}", PRICE_FILES[path.stem])
        faults += found
    refuse(faults)
    return frames


def read_prices(path: Path, name: str, spec: PriceFile) -> tuple[pd.DataFrame, list[Fault]]:
    """Read and check one file. Nothing is raised; the frame has no rows when there is a fault.

    Parameters
    ----------
    path : the file
    name : the file as messages name it
    spec : what it may hold
    """
    rows, faults = read_rows(path, name, spec.columns, absent="the file is missing.")
    faults += [Fault(name, line, message) for line, row in rows for message in _problems(row, spec)]
    faults += [Fault(name, line, message) for line, message in _repeated(rows, spec.key)]
    return _frame([] if faults else [row for _, row in rows], spec), faults


def _found(root: Path) -> Path:
    here = Path.cwd()
    candidates = [(parent / root / FOLDER).resolve() for parent in (here, *here.parents)]
    found = next((folder for folder in candidates if folder.is_dir()), None)
    if found is None:
        raise MissingData(
            f"No prices found: looked for a folder {str(root / FOLDER)!r} in the working directory and its parents. "
            "Run from the project folder, or give the path of the evidence base."
        )
    return found


def _problems(row: Row, spec: PriceFile) -> Iterator[str]:
    optional = {*spec.empty, "seen_at", "note"}
    for column in spec.columns:
        if not row[column] and column not in optional:
            yield f"{column} is empty. It may be empty only in: {', '.join(sorted(optional))}."
    for column in spec.codes:
        if row[column] and not IDENTIFIER.fullmatch(row[column]):
            yield f"{column} {row[column][:80]!r} needs lower-case letters, digits and underscores only."
    for column, words in {**spec.allowed, **_ORIGIN_ALLOWED}.items():
        if row[column] and row[column] not in words:
            yield not_allowed(column, row[column], words)
    for column in spec.dates:
        if row[column] and _day(row[column]) is None:
            yield f"{column} needs a day such as 2024-06-06, or a year; it holds {row[column][:80]!r}."
    if row["seen_at"] and not ADDRESS.fullmatch(row["seen_at"]):
        yield f"seen_at {row['seen_at'][:80]!r} needs an address that begins with https:// or http://."
    yield from number_problems(row, counts=spec.years, numbers=spec.numbers)
    yield from _ranges(row, spec)


def _ranges(row: Row, spec: PriceFile) -> Iterator[str]:
    limits = {**spec.numbers, **{year: (_FIRST_YEAR, _LAST_YEAR) for year in spec.years}}
    for column, (low, high) in limits.items():
        value = number_of(row, column)
        if value is not None and not low <= value <= high:
            yield f"{column} is {row[column][:80]}; it needs a number from {low:g} to {high:g}."
    for first, second in _ORDERED:
        if first in limits and second in limits:
            before, after = number_of(row, first), number_of(row, second)
            if before is not None and after is not None and before > after:
                yield f"{first} {row[first][:80]} is above {second} {row[second][:80]}."
    # Chains are made of single years; a step over several years hides what happened in between.
    if {"year_from", "year_to"} <= set(spec.years) and is_count(row["year_from"]) and is_count(row["year_to"]):
        if int(row["year_to"]) == int(row["year_from"]):
            yield "year_to is the same year as year_from; a link runs from one year to the next."
        elif int(row["year_to"]) > int(row["year_from"]) + 1:
            yield "a link runs from one year to the next; give each year a row of its own."


def _repeated(rows: Iterable[NumberedRow], key: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        name = tuple(row[column] for column in key)
        if name in seen:
            yield line, f"the row has the same {', '.join(key)} as line {seen[name]}. Remove one of them."
        seen.setdefault(name, line)


def _day(cell: str) -> date | None:
    """A day; a year alone counts as known on its last day."""
    try:
        return date.fromisoformat(f"{cell}-12-31" if len(cell) == 4 else cell)
    except ValueError:
        return None


def _frame(rows: list[Row], spec: PriceFile) -> pd.DataFrame:
    frame = frame_of(rows, spec.columns, counts=spec.years, numbers=spec.numbers)
    for column in spec.dates:
        days = [_day(row[column]) if row[column] else None for row in rows]
        frame[column] = pd.Series([pd.NaT if day is None else pd.Timestamp(day) for day in days], dtype="datetime64[s]")
    for column, words in {**spec.allowed, **_ORIGIN_ALLOWED}.items():
        if words == _YES_NO:
            frame[column] = frame[column] == "yes"
    return frame
