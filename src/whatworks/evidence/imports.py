"""Study tables made by others, read into ours: Metapsy databases and extracts from RevMan and the like."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.errors import InvalidEvidence, InvalidOption, MissingColumn
from whatworks.core.options import one_of
from whatworks.evidence.csv_rows import NumberedRow
from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.measures import MEASURES
from whatworks.evidence.study_table import COLUMNS, COUNTS, repeated, study_frame, study_problems

# Our column by theirs. Arm 1 is the intervention: the Metapsy data standard.
_METAPSY = {
    ".g": "effect", ".g_se": "std_error", "year": "year", "doi": "doi", "instrument": "instrument", "rating": "informant",
    "condition_arm1": "intervention", "condition_arm2": "comparison", "target_group": "population",
    "mean_arm1": "mean_treated", "sd_arm1": "sd_treated", "n_arm1": "n_treated",
    "mean_arm2": "mean_comparison", "sd_arm2": "sd_comparison", "n_arm2": "n_comparison",
    "event_arm1": "events_treated", "event_arm2": "events_comparison",
    "rand_arm1": "assigned_treated", "rand_arm2": "assigned_comparison",
}  # fmt: skip
_METAPSY_COUNTRIES = {"us": "US", "usa": "US", "uk": "GB", "can": "CA", "aus": "AU"}
# Names as they stand in extracts, in small letters without signs; the first that is there is taken.
_EXTRACT: Mapping[str, tuple[str, ...]] = {
    "study": ("study", "study id", "studyid", "author"),
    "year": ("study year", "year"),
    "intervention": ("experimental intervention", "experimental group label", "intervention"),
    "comparison": ("control intervention", "control group label", "comparison", "comparator"),
    "outcome_as_printed": ("outcome", "analysis name", "outcome name"),
    "informant": ("subgroup", "informant"),
    "mean_treated": ("experimental mean", "mean 1", "mean e"),
    "sd_treated": ("experimental sd", "sd 1", "sd e"),
    "n_treated": ("experimental n", "experimental total", "total 1", "n 1", "n e"),
    "mean_comparison": ("control mean", "mean 2", "mean c"),
    "sd_comparison": ("control sd", "sd 2", "sd c"),
    "n_comparison": ("control n", "control total", "total 2", "n 2", "n c"),
    "events_treated": ("experimental cases", "experimental events", "events 1", "event e"),
    "events_comparison": ("control cases", "control events", "events 2", "event c"),
    "effect": ("giv mean", "effect", "effect estimate", "estimate", "smd", "te", "yi"),
    "std_error": ("giv se", "se", "standard error", "sete"),
    "conf_low": ("ci start", "ci lower", "lower", "conf low"),
    "conf_high": ("ci end", "ci upper", "upper", "conf high"),
    "doi": ("doi",),
}
_NOTHING = ("", "na", "n/a", "nan", "null", ".", "-")
_WEEKS_PER_MONTH = 365.25 / 12 / 7


def read_metapsy(
    path: str | Path, *, target_group: str, method: str, outcome: str, good: str, design: str = "rct"
) -> pd.DataFrame:
    """Read a database in the Metapsy format (parted by semicolons, decimal commas) into a study table.

    Parameters
    ----------
    path : the file; it needs ``study`` and either ``.g`` with ``.g_se`` or the numbers of both arms (``mean_arm1`` ...)
    target_group, method, outcome : our codes for what the database is about
    good : ``"up"`` or ``"down"``: which sign of ``.g`` is good. Databases differ, and none says so in the file
    design : design of the studies; the databases hold randomised trials

    Returns
    -------
    A study table with one row per effect: several effects of one study keep its study_id and are numbered. ``rob`` is not read:
    it counts items and is no coded judgement.

    Raises
    ------
    MissingColumn, InvalidOption, InvalidEvidence
        The last lists every row that cannot be read, with its line.

    References
    ----------
    Metapsy data standard: docs.metapsy.org, data preparation.

    Examples
    --------
    >>> import tempfile
    >>> text = "study;year;.g;.g_se\\nInvented, 2014;2014;0,35;0,12\\n"
    >>> about = {"target_group": "mental_illness", "method": "peer_support", "outcome": "personal_recovery", "good": "up"}
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = (Path(place) / "table.csv").write_text(text)
    ...     read_metapsy(Path(place) / "table.csv", **about)[["study_id", "effect"]].to_numpy().tolist()
    [['invented_2014', 0.35]]
    """
    lines = _lines(Path(path))
    names = set(lines[0][1]) if lines else set()
    if "study" not in names or not ({".g", ".g_se"} <= names or names & {"mean_arm1", "event_arm1"}):
        raise MissingColumn(
            f"{Path(path).name} is no Metapsy table: it needs the columns study and .g with .g_se, or those of the arms."
        )
    rows = []
    for line, cells in lines:
        row = {ours: cells.get(theirs, "") for theirs, ours in _METAPSY.items()}
        weeks = cells.get("time_weeks", "")
        months = f"{float(weeks) / _WEEKS_PER_MONTH:.1f}" if _is_number(weeks) else ""
        row |= {
            "study": cells.get("study", ""),
            "outcome_as_printed": " ".join(filter(None, (cells.get("outcome_type", ""), cells.get("instrument", "")))) or outcome,
            "country": _METAPSY_COUNTRIES.get(cells.get("country", "").lower(), ""),
            "follow_up_months": months,
            "instrument": "",
            "measure": "OR" if not row["effect"] and not row["mean_treated"] and row["events_treated"] else "g",
            "note": f"time {cells['time']}" if cells.get("time") else "",
        }
        rows.append((line, row))
    return _table(rows, path, target_group=target_group, method=method, outcome=outcome, good=good, design=design)


def read_extract(
    path: str | Path,
    *,
    target_group: str,
    method: str,
    outcome: str,
    good: str,
    measure: str,
    design: str,
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read an extract from RevMan or another program, one row per study and effect, into a study table.

    Parameters
    ----------
    path : comma- or semicolon-separated; a decimal comma is read where semicolons part the cells
    target_group, method, outcome : our codes
    good : which direction of the numbers is good, ``"up"`` or ``"down"``
    measure : what the effects are: ``"SMD"``, ``"OR"`` ... Ratios as ratios; with means, standard deviations or events and no
        effect, what the analysis was
    design : a code of the designs, such as ``"rct"``
    columns : their name by ours, for columns that go by another name, e.g. ``{"effect": "Hedges g"}``

    Returns
    -------
    A study table. Columns that are not understood are left out.

    Raises
    ------
    MissingColumn, InvalidOption, InvalidEvidence
        The last lists every row that cannot be read, with its line.

    Examples
    --------
    >>> import tempfile
    >>> text = "study,year,effect,std_error\\nInvented 2014,2014,0.35,0.12\\n"
    >>> about = {"target_group": "mental_illness", "method": "peer_support", "outcome": "personal_recovery", "good": "up"}
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = (Path(place) / "table.csv").write_text(text)
    ...     read_extract(Path(place) / "table.csv", **about, measure="SMD", design="rct")["effect"].tolist()
    [0.35]
    """
    one_of(measure, tuple(MEASURES), name="measure")
    lines = _lines(Path(path))
    given = dict(columns or {})
    unknown = sorted(set(given) - {*_EXTRACT, *COLUMNS})
    if unknown:
        raise InvalidOption(
            f"columns names {', '.join(unknown)[:80]}, which the study table does not have; it has {', '.join(COLUMNS)}."
        )
    header = list(lines[0][1]) if lines else []
    for theirs in given.values():
        if theirs not in header:
            raise MissingColumn(f"{Path(path).name} has no column {theirs[:80]!r}; it has {', '.join(header)[:300]}.")
    found = {ours: next((name for name in header if _plain(name) in aliases), None) for ours, aliases in _EXTRACT.items()}
    found |= given
    if found["study"] is None:
        raise MissingColumn(f"{Path(path).name} has no column with the study. Name it in columns={{'study': ...}}.")
    rows = [(line, {ours: cells[theirs] for ours, theirs in found.items() if theirs is not None}) for line, cells in lines]
    for _, row in rows:
        row["measure"] = measure
        row["outcome_as_printed"] = row.get("outcome_as_printed") or outcome
    return _table(rows, path, target_group=target_group, method=method, outcome=outcome, good=good, design=design)


def _lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows by column with the line each stands on; semicolons or commas, whichever the header holds more of."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidEvidence(f"{path.name} cannot be read ({type(error).__name__}). Save it as text in UTF-8.") from None
    first = text.split("\n", 1)[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(text.splitlines(), delimiter=mark)
    header = [cell.strip() for cell in next(reader, [])]
    out = []
    for cells in reader:
        if cells:
            padded = [*map(str.strip, cells), *[""] * (len(header) - len(cells))]
            out.append((reader.line_num, {name: _clean(cell, mark) for name, cell in zip(header, padded, strict=False)}))
    return out


def _clean(cell: str, mark: str) -> str:
    if cell.lower() in _NOTHING:
        return ""
    # A comma is a decimal sign only where commas do not part the cells.
    return cell.replace(",", ".") if mark == ";" and re.fullmatch(r"[+-]?[0-9]*,[0-9]+", cell) else cell


def _table(
    rows: Sequence[tuple[int, dict[str, Any]]],
    path: str | Path,
    *,
    target_group: str,
    method: str,
    outcome: str,
    good: str,
    design: str,
) -> pd.DataFrame:
    """Rows filled up to a study table, and refused together where any does not hold."""
    one_of(good, ("up", "down"), name="good")
    one_of(design, tuple(DESIGNS), name="design")
    counted: dict[str, int] = {}
    out: list[NumberedRow] = []
    for line, row in rows:
        name = _slug(str(row.get("study", "")))
        counted[name] = counted.get(name, 0) + 1
        full = dict.fromkeys(COLUMNS, "") | {column: str(value) for column, value in row.items() if column in COLUMNS}
        full |= {column: _whole(full[column]) for column in COUNTS}
        full |= {"study_id": name, "effect_id": f"e{counted[name]}", "citation": str(row.get("study", "")), "design": design}
        full |= {"target_group": target_group, "method": method, "outcome": outcome, "direction_of_good": good, "confirmed": "no"}
        full["doi"] = full["doi"].removeprefix("https://doi.org/").removeprefix("http://dx.doi.org/")
        out.append((line, full))
    faults = list(_faults(out))
    if faults:
        raise InvalidEvidence(f"{Path(path).name}: {len(faults)} rows or cells cannot be read:\n" + "\n".join(faults))
    return study_frame([row for _, row in out])


def _faults(rows: list[NumberedRow]) -> Iterator[str]:
    for line, row in rows:
        yield from (f"  line {line}: {message}" for message in study_problems(row, {}, {}))
    yield from (f"  line {line}: {message}" for line, message in repeated(rows))


def _slug(label: str) -> str:
    """A study's name as an identifier: ``"Müller & Hansen, 2014b"`` becomes ``muller_hansen_2014b``."""
    ascii_label = (
        unicodedata.normalize("NFKD", label.translate(str.maketrans("æøåÆØÅß", "aoaAOAs"))).encode("ascii", "ignore").decode()
    )
    return re.sub(r"[^a-z0-9]+", "_", ascii_label.lower()).strip("_")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text) is not None


def _whole(cell: str) -> str:
    """A count written as 20.0 is 20."""
    return re.sub(r"\.0+$", "", cell.strip())
