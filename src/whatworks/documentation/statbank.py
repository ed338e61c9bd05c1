"""Statistics Denmark's StatBank: tables, what they hold, and their numbers, with the traps named instead of stepped in."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.core.options import one_of
from whatworks.documentation.municipality_names import municipalities
from whatworks.documentation.statbank_formats import read_bulk, read_csv, read_json_stat
from whatworks.documentation.statbank_tables import TableInfo, selection, table_info
from whatworks.documentation.statbank_transport import BASE, Answer, StatBankRefused, Transport

FORMATS = ("BULK", "JSONSTAT", "CSV")
_READERS = {"BULK": read_bulk, "JSONSTAT": read_json_stat, "CSV": read_csv}
# Fields of an answer that is not BULK: rows times columns.
_LARGEST_ANSWER = 1_000_000
# Combinations of a BULK answer, all of which get a row.
_LARGEST_GRID = 20_000_000
_MUNICIPALITY = ("OMRÅDE", "ADMKOM", "KOMMUNEDK")
_SHOWN = 6
_OF_ACCOUNTS = {
    "PRISENHED": "amounts and amounts per inhabitant",
    "ART": "a total and its parts",
    "DRANST": "kinds of posting that are set against each other",
}
# Variables whose values overlap: adding over several of them counts the same twice.
_OVERLAPPING: Mapping[str, Mapping[str, str]] = {
    **{accounts: _OF_ACCOUNTS for accounts in ("REGK", "BUDK", "BUDR")},
    "HANDBU01": {"INDSATSER": "efforts and the children who get them"},
    "AUK01": {"YDELSESTYPE": "kinds of benefit and their subtotals"},
    "AUH01": {"YDELSESTYPE": "kinds of benefit and their subtotals"},
}
# Values that hold others of the same variable, by code or by how their name begins.
_TOTAL_CODES = ("TOT", "IALT")
_TOTAL_NAMES = ("i alt", "total", "hele landet", "all denmark")


class StatBank:
    """A client for the API of StatBank, offline unless told otherwise.

    Every answer is kept in a folder with its question, day and fingerprint, and read from there from then on.

    Parameters
    ----------
    cache : folder for the answers
    online : may Statistics Denmark be asked? Tests and reports run offline
    language : ``"da"`` or ``"en"``, of names and texts
    options : ``base`` (address), ``retries``, ``timeout`` (seconds) and ``sleep`` of the way there

    References
    ----------
    Statistics Denmark, API for StatBank (functions subjects, tables, tableinfo and data). The data are free to use when the
    source is named: ``frame.attrs["source"]``.

    Examples
    --------
    >>> import tempfile
    >>> bank = StatBank(tempfile.mkdtemp())
    >>> bank.table("HAND07")
    Traceback (most recent call last):
    whatworks.documentation.statbank_transport.StatBankOffline: The answer to tableinfo hand07 is not kept in ...
    """

    def __init__(self, cache: str | Path, *, online: bool = False, language: str = "da", **options: Any) -> None:
        self.language = one_of(language, ("da", "en"), name="language")
        self.transport = Transport(cache=Path(cache), online=online, **{"base": BASE, **options})

    def subjects(self, subjects: Sequence[str] = ()) -> pd.DataFrame:
        """Subjects, or those below the ones given: id, description, active, has_subjects."""
        question = {
            "subjects": list(subjects),
            "recursive": False,
            "includeTables": False,
            "lang": self.language,
            "format": "JSON",
        }
        rows = _flat(self.transport.ask("subjects", question, read=_parsed, fresh=True).content)
        return pd.DataFrame(
            [(row["id"], row["description"], row["active"], row["hasSubjects"]) for row in rows],
            columns=["id", "description", "active", "has_subjects"],
        )

    def tables(self, subjects: Sequence[str] = (), *, inactive: bool = False) -> pd.DataFrame:
        """Tables of the subjects given, or all: id, text, unit, updated, first_period, latest_period, active, variables."""
        question = {"subjects": list(subjects), "includeInactive": inactive, "lang": self.language, "format": "JSON"}
        rows = self.transport.ask("tables", question, read=_parsed, fresh=True).content
        names = {"id": "id", "text": "text", "unit": "unit", "updated": "updated", "firstPeriod": "first_period",
                 "latestPeriod": "latest_period", "active": "active", "variables": "variables"}  # fmt: skip
        return pd.DataFrame([{new: row.get(old) for old, new in names.items()} for row in rows], columns=list(names.values()))

    def table(self, table: str) -> TableInfo:
        """What a table holds: unit, when it was updated, its variables and their values."""
        return self._described(table)[0]

    def _described(self, table: str) -> tuple[TableInfo, Answer]:
        question = {"table": table.lower(), "lang": self.language, "format": "JSON"}
        answer = self.transport.ask("tableinfo", question, read=lambda body: table_info(_parsed(body)), fresh=True)
        return answer.content, answer

    def data(
        self,
        table: str,
        *,
        values: Mapping[str, str | Sequence[str]],
        sum_over: Sequence[str] = (),
        format: str | None = None,
    ) -> pd.DataFrame:
        """Numbers of a table: one row for every combination asked for, in the table's order.

        Parameters
        ----------
        table : id, e.g. ``"HAND07"``
        values : by variable: codes or patterns, e.g. ``{"OMRÅDE": "*", "YDELSESTYPE": ["10"], "Tid": ">=2019K1<=2024K4"}``.
            Patterns: ``*`` all, ``75*``, ``(1)`` the newest, ``(-n+3)`` the last three, ``>=`` and ``<=`` for periods
        sum_over : variables to be summed over. One that is neither here nor in ``values`` is refused: the service would sum
            over it, or give the newest period only, without a word
        format : "BULK" (default; no limit), "JSONSTAT" (default with ``sum_over``) or "CSV"

        Returns
        -------
        A column of codes for each variable, ``value`` (in ``attrs["unit"]``), and ``status``: empty; ``"missing"`` where
        the number is missing or hidden, ``value`` is NaN then, never 0; ``"not_listed"`` where BULK leaves the combination
        out, which means 0. ``attrs``: table, title, unit, updated, fetched, sha256, from_cache, ``source`` (the line to print
        beside the numbers), ``missing_municipalities`` (codes of the 98 that are not in the answer) and ``notes`` (doubts).

        Raises
        ------
        InvalidOption
            If a variable is left out by accident, may not be summed over, holds values that overlap, or the
            answer would be too large for the format.
        UnknownCode
            If a variable or a value is not in the table.
        StatBankOffline, StatBankRefused
        """
        info, described = self._described(table)
        chosen = selection(info, values, sum_over=sum_over)
        _refuse_mixed_sums(info, sum_over)
        format = one_of(format or ("JSONSTAT" if sum_over else "BULK"), FORMATS, name="format")
        _check_size(info, chosen, format=format, summed=bool(sum_over))
        question = {
            "table": info.id.lower(),
            "lang": self.language,
            "format": format,
            "valuePresentation": "Code",
            "timeOrder": "Ascending",
            "variables": [{"code": code, "values": codes} for code, codes in chosen.items()],
        }
        if format == "JSONSTAT":
            # This format has codes by itself, and takes neither option.
            question = {key: value for key, value in question.items() if key not in ("valuePresentation", "timeOrder")}
        answer = self.transport.ask("data", question, read=lambda body: _READERS[format](body, chosen), version=info.updated)
        frame = answer.content
        frame.attrs.update(_about(info, answer, chosen, frame))
        if self.transport.online and described.kept:
            said = f"Statistics Denmark could not be reached. What was kept on {described.fetched.isoformat()} is used."
            frame.attrs["notes"].append(said)
        return frame


def _overlapping(info: TableInfo) -> dict[str, str]:
    """Variables of the table whose values overlap, with what they mix."""
    return {code: words for table, found in _OVERLAPPING.items() if info.id.startswith(table) for code, words in found.items()}


def _refuse_mixed_sums(info: TableInfo, sum_over: Sequence[str]) -> None:
    overlapping = _overlapping(info)
    for code in (info.variable(code).code for code in sum_over):
        if code in overlapping:
            raise InvalidOption(f"Table {info.id}: a sum over {code} would mix {overlapping[code]}. Select one value of it.")


def _check_size(info: TableInfo, chosen: Mapping[str, Sequence[str]], *, format: str, summed: bool) -> None:
    if format == "BULK" and summed:
        raise InvalidOption("BULK gives every value and sums over nothing. Ask for JSONSTAT, or select every variable.")
    combinations = math.prod(len(codes) for codes in chosen.values())
    if combinations > _LARGEST_GRID:
        raise InvalidOption(
            f"Table {info.id}: {combinations} combinations are asked for; {_LARGEST_GRID} are the most. Ask for fewer values."
        )
    fields = combinations * (len(chosen) + 1)
    if format != "BULK" and fields > _LARGEST_ANSWER:
        raise InvalidOption(
            f"Table {info.id}: {fields} fields are asked for, and {format} gives at most {_LARGEST_ANSWER}. "
            "Ask for BULK, or for fewer values."
        )


def _about(info: TableInfo, answer: Answer, chosen: Mapping[str, Sequence[str]], frame: pd.DataFrame) -> dict[str, Any]:
    day = answer.fetched.strftime("%d.%m.%Y")
    missing = _missing_municipalities(chosen)
    return {
        "table": info.id,
        "title": info.text,
        "unit": info.unit,
        "updated": info.updated,
        "fetched": answer.fetched.isoformat(),
        "sha256": answer.digest,
        "from_cache": answer.kept,
        "source": f"Kilde: Danmarks Statistik, Statistikbanken, tabel {info.id}, hentet {day}.",
        "missing_municipalities": missing,
        "notes": _notes(info, chosen, frame, missing),
    }


def _missing_municipalities(chosen: Mapping[str, Sequence[str]]) -> list[str]:
    asked = next((codes for code, codes in chosen.items() if code.upper() in _MUNICIPALITY), None)
    known = municipalities()["municipality_code"]
    # A handful of municipalities is a choice; most of them is the country with holes.
    if asked is None or known.isin(list(asked)).sum() <= len(known) / 2:
        return []
    return known[~known.isin(list(asked))].tolist()


def _notes(info: TableInfo, chosen: Mapping[str, Sequence[str]], frame: pd.DataFrame, missing: Sequence[str]) -> list[str]:
    notes = []
    hidden = int((frame["status"] == "missing").sum())
    if hidden:
        notes.append(f"{hidden} of {len(frame)} numbers are missing or hidden; they are not 0.")
    if missing:
        notes.append(f"{len(missing)} municipalities are not in the table: {', '.join(missing)}.")
    for code, words in _overlapping(info).items():
        if len(chosen.get(code, ())) > 1:
            notes.append(f"{code}: several values are selected, which mix {words}. Never add over them.")
    notes += [
        f"{code}: {', '.join(totals[:_SHOWN])}{' ...' if len(totals) > _SHOWN else ''} hold or are none of the others "
        "(a total, the country, a region, unknown). Never add over them."
        for code, totals in _beside_the_parts(info, chosen).items()
    ]
    if not info.active:
        notes.append("The table is no longer updated.")
    return notes


def _beside_the_parts(info: TableInfo, chosen: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """By variable: the selected values that stand beside parts of themselves, or among municipalities without being one."""
    known = set(municipalities()["municipality_code"])
    out = {}
    for code, asked in chosen.items():
        names = info.variable(code).values
        places = code.upper() in _MUNICIPALITY and not known.isdisjoint(asked)
        totals = [
            one
            for one in asked
            if one.upper() in _TOTAL_CODES or names[one].casefold().startswith(_TOTAL_NAMES) or (places and one not in known)
        ]
        if 0 < len(totals) < len(asked):
            out[code] = totals
    return out


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise StatBankRefused("The answer is not valid JSON. Try later.") from None


def _flat(subjects: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The innermost subjects that were answered: those asked for carry the ones below them."""
    below = [child for subject in subjects for child in subject.get("subjects") or ()]
    return _flat(below) if below else list(subjects)
