"""evidence/studies/: one table of effects per review, its provenance beside it, and the judgements people made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from whatworks.core.errors import InvalidParameters
from whatworks.core.located_yaml import Located, read_located
from whatworks.evidence.catalogues import unreadable
from whatworks.evidence.csv_rows import IDENTIFIER, NumberedRow, read_rows
from whatworks.evidence.faults import Fault, not_allowed
from whatworks.evidence.fields import FieldRule, Problem, both_languages, flag, text
from whatworks.evidence.judgements import JUDGEMENT_COLUMNS, JUDGEMENT_OPTIONAL, judgement_frame, judgement_problems
from whatworks.evidence.study_table import COLUMNS, OPTIONAL, repeated, study_frame, study_problems

FOLDER = "studies"
_JUDGED = ".judgements.csv"


def _day(value: Any) -> Iterator[Problem]:
    if not isinstance(value, date):
        yield (), f"needs a date such as 2026-11-22; it holds {value!r}."


PROVENANCE: Mapping[str, FieldRule] = {
    "citation": FieldRule(text),
    "doi": FieldRule(text, required=False),
    "licence": FieldRule(text),
    "licence_seen_at": FieldRule(text, required=False),
    "seen_at": FieldRule(text, required=False),
    "seen_on": FieldRule(_day),
    "synthetic": FieldRule(flag),
    "about": FieldRule(both_languages),
    "as_of": FieldRule(_day, required=False),
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a study table comes from.

    Attributes
    ----------
    review : name of the table, the file's name without its ending
    fields : citation, doi, licence, licence_seen_at, seen_at, seen_on, synthetic, about, as_of; evidence/README.md says what
    """

    review: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StudyFiles:
    """Everything under evidence/studies/, with every fault found in it."""

    studies: pd.DataFrame
    judgements: pd.DataFrame
    sources: Mapping[str, Source]
    faults: list[Fault]


def read_studies(folder: Path, shown: str, codes: Mapping[str, tuple[str, ...] | None], goods: Mapping[str, str]) -> StudyFiles:
    """Read and check every study table; a base without the folder has none.

    Parameters
    ----------
    folder : where the evidence base lies
    shown : the folder as messages name it
    codes : known codes by catalogue; None where it could not be read
    goods : the direction that is good, by code of the outcome

    Returns
    -------
    Effects of all reviews with the columns ``review`` and ``synthetic`` in front, judgements likewise, and every fault. The
    frames have no rows when there is a fault. Nothing is raised.
    """
    tables = sorted(path for path in (folder / FOLDER).glob("*.csv") if not path.name.endswith(_JUDGED))
    faults = list(_strays(folder / FOLDER, f"{shown}/{FOLDER}", {path.stem for path in tables}))
    frames, judged, sources = [], [], {}
    for path in tables:
        name = f"{shown}/{FOLDER}/{path.name}"
        rows, found = read_rows(path, name, COLUMNS, optional=OPTIONAL, absent="the file is missing.")
        found += [Fault(name, line, message) for line, row in rows for message in study_problems(row, codes, goods)]
        found += [Fault(name, line, message) for line, message in repeated(rows)]
        source, wrong = _provenance(path.with_suffix(".yml"), f"{shown}/{FOLDER}/{path.stem}.yml")
        known = {row["study_id"] for _, row in rows}
        answers, unfit = _judgements(path.with_name(path.stem + _JUDGED), f"{shown}/{FOLDER}", known, codes)
        faults += [*found, *wrong, *unfit]
        sources[path.stem] = Source(review=path.stem, fields=source)
        marks = {"review": path.stem, "synthetic": source.get("synthetic") is True}
        frames.append(_marked(study_frame([row for _, row in rows]) if not found else study_frame([]), marks))
        judged.append(_marked(judgement_frame([row for _, row in answers] if not unfit else []), marks))
    if faults or not tables:
        frames, judged = [_marked(study_frame([]), {})], [_marked(judgement_frame([]), {})]
    return StudyFiles(
        studies=pd.concat(frames, ignore_index=True),
        judgements=pd.concat(judged, ignore_index=True),
        sources=sources,
        faults=faults,
    )


def _marked(frame: pd.DataFrame, marks: Mapping[str, Any]) -> pd.DataFrame:
    """The frame with its review, and whether it is invented, in front."""
    size = len(frame)
    review = pd.Series([marks.get("review", "")] * size, dtype="str")
    synthetic = pd.Series([marks.get("synthetic", False)] * size, dtype="bool")
    return pd.concat([review.rename("review"), synthetic.rename("synthetic"), frame], axis=1)


def _strays(folder: Path, shown: str, tables: set[str]) -> Iterator[Fault]:
    """Provenance and judgements without a table, and tables with a name that is none."""
    for path in sorted(folder.glob("*")):
        stem = path.name.removesuffix(_JUDGED).removesuffix(".yml").removesuffix(".csv")
        if path.suffix in (".yml", ".csv") and stem not in tables:
            yield Fault(f"{shown}/{path.name}", 0, f"there is no table {stem}.csv beside it. Add it, or remove this file.")
        if path.suffix == ".csv" and not IDENTIFIER.fullmatch(stem):
            yield Fault(f"{shown}/{path.name}", 0, "the name needs lower-case letters, digits and underscores only.")


def _provenance(path: Path, name: str) -> tuple[Mapping[str, Any], list[Fault]]:
    try:
        document = replace(read_located(path), path=Path(name))
    except FileNotFoundError:
        return {}, [Fault(name, 0, f"the file is missing; a study table needs its provenance: {', '.join(PROVENANCE)}.")]
    except InvalidParameters as error:
        return {}, [unreadable(str(error), path, name)]
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        return {}, [Fault(name, 0, f"cannot be read ({type(error).__name__}). Save it as YAML in UTF-8.")]
    if not isinstance(document.value, dict):
        return {}, [Fault(name, 1, f"needs the fields {', '.join(PROVENANCE)}.")]
    return document.value, list(_field_faults(document, name))


def _field_faults(document: Located, name: str) -> Iterator[Fault]:
    for field, value in document.value.items():
        line = int(document.where(field).rpartition(":")[2])
        if field not in PROVENANCE:
            yield Fault(name, line, not_allowed("key", field, tuple(PROVENANCE)))
        else:
            yield from (Fault(name, line, f"{field} {message}") for _, message in PROVENANCE[field].rule(value))
    needed = [field for field, rule in PROVENANCE.items() if rule.required]
    for field in needed:
        if field not in document.value:
            yield Fault(name, 1, f"the field {field} is missing. Required fields: {', '.join(needed)}.")


def _judgements(
    path: Path, shown: str, studies: set[str], codes: Mapping[str, tuple[str, ...] | None]
) -> tuple[list[NumberedRow], list[Fault]]:
    if not path.exists():
        return [], []
    name = f"{shown}/{path.name}"
    rows, faults = read_rows(path, name, JUDGEMENT_COLUMNS, optional=JUDGEMENT_OPTIONAL, absent="the file is missing.")
    faults += [Fault(name, line, message) for line, message in judgement_problems(rows, studies, codes)]
    return rows, faults
