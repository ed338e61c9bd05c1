"""The study table: one row per effect of one study, with what the standards need to know of it."""

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from whatworks.evidence.csv_rows import IDENTIFIER, NumberedRow, Row, frame_of, is_count, number_of, number_problems
from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.faults import not_allowed
from whatworks.evidence.measures import MEASURES
from whatworks.evidence.printed_effects import direction_problems, interval_problems, place_problems

_IDENTITY = ("study_id", "effect_id", "citation", "year", "country", "doi", "seen_at", "confirmed")
_SORTING = ("target_group", "method", "outcome")
_WORDS = ("population", "intervention", "comparison", "outcome_as_printed", "instrument", "informant")
_DESIGN = ("design", "follow_up_months", "months_after_end", "sites", "cluster_size", "icc", "cluster_adjusted")
_PEOPLE = ("assigned_treated", "assigned_comparison", "n_treated", "n_comparison")
_PRINTED = ("measure", "effect", "std_error", "conf_low", "conf_high", "direction_of_good")
_ARMS = ("mean_treated", "sd_treated", "mean_comparison", "sd_comparison", "events_treated", "events_comparison")
_DIAGNOSTICS = ("baseline_smd", "baseline_adjusted", "balance_smd", "pretrend_p", "pretrend_gap", "first_stage_f", "density_p")
_CONDUCT = ("developer_involved", "registered", "peer_reviewed", "validated_measure")
COLUMNS = (
    *_IDENTITY, *_SORTING, *_WORDS, *_DESIGN, *_PEOPLE, *_PRINTED, *_ARMS, *_DIAGNOSTICS, *_CONDUCT, "note",
)  # fmt: skip
REQUIRED = (
    "study_id",
    "effect_id",
    "citation",
    *_SORTING,
    "outcome_as_printed",
    "design",
    "measure",
    "direction_of_good",
    "confirmed",
)
OPTIONAL = tuple(column for column in COLUMNS if column not in REQUIRED)
YES_NO = ("cluster_adjusted", "baseline_adjusted", *_CONDUCT)
COUNTS = ("year", "sites", *_PEOPLE, "events_treated", "events_comparison")
NUMBERS = (
    "follow_up_months", "months_after_end", "cluster_size", "icc", "effect", "std_error", "conf_low", "conf_high",
    "mean_treated", "sd_treated", "mean_comparison", "sd_comparison",
    "baseline_smd", "balance_smd", "pretrend_p", "pretrend_gap", "first_stage_f", "density_p",
)  # fmt: skip
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "design": tuple(DESIGNS),
    "measure": tuple(MEASURES),
    "direction_of_good": ("up", "down"),
    "confirmed": ("yes", "no"),
    **dict.fromkeys(YES_NO, ("yes", "no")),
}
# What an effect may be computed from where none is printed.
_SOURCES = (
    ("mean_treated", "sd_treated", "n_treated", "mean_comparison", "sd_comparison", "n_comparison"),
    ("events_treated", "n_treated", "events_comparison", "n_comparison"),
)
_SHARES = ("icc", "pretrend_p", "density_p")
_ABOVE_ZERO = ("std_error", "sd_treated", "sd_comparison", "cluster_size")
FIRST_YEAR = 1930
# Two rows that agree in all of these are one effect written twice, whatever they are called.
_CONTENT = tuple(column for column in COLUMNS if column not in ("study_id", "effect_id", "confirmed", "seen_at", "note"))


def study_frame(rows: list[Row]) -> pd.DataFrame:
    """Rows as a frame: text as text ("" where empty), counts as nullable whole numbers, effects as floats."""
    return frame_of(rows, COLUMNS, counts=COUNTS, numbers=NUMBERS)


def study_problems(row: Row, codes: Mapping[str, tuple[str, ...] | None], goods: Mapping[str, str]) -> Iterator[str]:
    """What is wrong in one row.

    Parameters
    ----------
    row : cells as text
    codes : known codes by catalogue; None where the catalogue could not be read
    goods : the direction that is good, by code of the outcome
    """
    for column in REQUIRED:
        if not row[column]:
            yield f"{column} is empty. Required: {', '.join(REQUIRED)}."
    for column in (*_SORTING, "instrument"):
        known = codes.get(column)
        if row[column] and known is not None and row[column] not in known:
            yield not_allowed(column, row[column], known)
    for column, allowed in _ALLOWED.items():
        if row[column] and row[column] not in allowed:
            yield not_allowed(column, row[column], allowed)
    for column in ("study_id", "effect_id"):
        if row[column] and not IDENTIFIER.fullmatch(row[column]):
            yield f"{column} {row[column][:80]!r} needs lower-case letters, digits and underscores only."
    yield from number_problems(row, counts=COUNTS, numbers=NUMBERS)
    yield from _range_problems(row)
    yield from _people_problems(row)
    yield from interval_problems(row)
    yield from direction_problems(row, goods)
    yield from place_problems(row)


def repeated(rows: list[NumberedRow]) -> Iterator[tuple[int, str]]:
    """An effect whose name was used before, and an effect that says the same as an earlier one."""
    names: dict[tuple[str, str], int] = {}
    contents: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        name, content = (row["study_id"], row["effect_id"]), tuple(row[column] for column in _CONTENT)
        if name in names:
            yield (
                line,
                f"study_id and effect_id {' '.join(name)[:80]!r} were used on line {names[name]}; each effect needs its own.",
            )
        elif content in contents:
            yield line, f"the row is a duplicate of line {contents[content]}: the same study stands twice. Remove one of them."
        names.setdefault(name, line)
        contents.setdefault(content, line)


def _range_problems(row: Row) -> Iterator[str]:
    last = date.today().year + 1
    if is_count(row["year"]) and not FIRST_YEAR <= int(row["year"]) <= last:
        yield f"year {row['year'][:80]} is out of range; use {FIRST_YEAR} to {last}."
    if row["country"] and not (len(row["country"]) == 2 and row["country"].isalpha() and row["country"].isupper()):
        yield f"country {row['country'][:80]!r} needs two capital letters (ISO 3166), such as DK."
    for column in _ABOVE_ZERO:
        value = number_of(row, column)
        if value is not None and value <= 0:
            yield f"{column} is {value:g}; it must be above 0. Leave it empty where it was not seen."
    for column in _SHARES:
        value = number_of(row, column)
        if value is not None and not 0 <= value <= 1:
            yield f"{column} is {value:g}; it must lie from 0 to 1."


def _people_problems(row: Row) -> Iterator[str]:
    """Nobody is analysed who was not assigned, and an effect is printed or can be computed."""
    for arm in ("treated", "comparison"):
        assigned, analysed, events = (row[f"{name}_{arm}"] for name in ("assigned", "n", "events"))
        if is_count(assigned) and is_count(analysed) and int(analysed) > int(assigned):
            yield f"n_{arm} is {analysed}, more than assigned_{arm} {assigned}. Correct one of them."
        if is_count(events) and is_count(analysed) and int(events) > int(analysed):
            yield f"events_{arm} is {events}, more than n_{arm} {analysed}. Correct one of them."
    if not row["effect"] and not any(all(row[column] for column in source) for source in _SOURCES):
        ways = " or ".join(", ".join(source) for source in _SOURCES)
        yield f"there is no effect, and nothing to compute one from. Give effect, or {ways}."
