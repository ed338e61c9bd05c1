"""The catalogues: target groups, methods, outcomes, instruments, and the areas and domains that order them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from whatworks.core.errors import InvalidParameters
from whatworks.core.located_yaml import Located, read_located
from whatworks.evidence.faults import Fault, not_allowed
from whatworks.evidence.fields import (
    LANGUAGES,
    FieldRule,
    both_languages,
    common_terms,
    flag,
    listed,
    number,
    one_of,
    or_empty,
    text,
    whole_number,
)
from whatworks.evidence.measures import MEASURES

# Codes become folder names and page anchors, so they hold nothing that either could trip over.
_CODE = re.compile(r"[a-z][a-z0-9_]*")
DIRECTIONS = ("up", "down")
# What success is: to develop, to hold what the person has, or to lose less than otherwise (the goal types of the common terms).
GOALS = ("develop", "maintain", "limit_loss")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a catalogue.

    Attributes
    ----------
    code : its key, stable over time
    name, description : text by language, ``{"da": ..., "en": ...}``
    fields : everything else the catalogue holds about it; evidence/README.md is the codebook

    Examples
    --------
    >>> ww.evidence.load().outcomes["who5"].name["en"]
    'Well-being (WHO-5)'
    """

    code: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    fields: Mapping[str, Any]


_COMMON = {
    "name": FieldRule(both_languages),
    "description": FieldRule(both_languages),
    "proper_name": FieldRule(flag, required=False),
}

SCHEMAS: Mapping[str, Mapping[str, FieldRule]] = {
    "area": _COMMON,
    "domain": _COMMON,
    "target_group": {
        **_COMMON,
        "area": FieldRule(text, refers="area"),
        "ffb": FieldRule(common_terms, required=False),
    },
    "method": {
        **_COMMON,
        "synthetic": FieldRule(flag, required=False),
        "resembles": FieldRule(both_languages, required=False),
        "source": FieldRule(text, required=False),
        "programme_theory": FieldRule(or_empty(both_languages), required=False),
        "core_components": FieldRule(or_empty(listed(both_languages)), required=False),
        "theory_source": FieldRule(or_empty(text), required=False),
        "to_be_confirmed": FieldRule(flag, required=False),
    },
    "instrument": {
        **_COMMON,
        "kind": FieldRule(one_of(("instrument", "register", "administrative"))),
        "population": FieldRule(both_languages),
        "min": FieldRule(or_empty(number)),
        "max": FieldRule(or_empty(number)),
        "step": FieldRule(or_empty(number)),
        "good": FieldRule(one_of(DIRECTIONS)),
        "mic": FieldRule(or_empty(number)),
        "mic_source": FieldRule(or_empty(text)),
        "licence": FieldRule(both_languages),
        "licence_checked": FieldRule(flag),
        "may_show_items": FieldRule(flag),
    },
    "outcome": {
        **_COMMON,
        "domain": FieldRule(text, refers="domain"),
        "unit": FieldRule(both_languages),
        "good": FieldRule(one_of(DIRECTIONS)),
        "measure": FieldRule(one_of(tuple(MEASURES))),
        "decimals": FieldRule(whole_number(0, 6)),
        "smallest_important": FieldRule(or_empty(number)),
        "smallest_important_source": FieldRule(or_empty(text)),
        "instrument": FieldRule(text, required=False, refers="instrument"),
        "goal": FieldRule(one_of(GOALS), required=False),
    },
}

# Order matters only for reading: what others refer to comes first.
FILES: Mapping[str, str] = {kind: f"{kind}s.yml" for kind in SCHEMAS}


@dataclass(frozen=True)
class Catalogue:
    """A catalogue as read: its document with line numbers, and every fault found in it.

    ``codes`` is None when the file could not be read, so that nobody complains about codes that may well be there.
    """

    kind: str
    document: Located | None
    faults: tuple[Fault, ...]

    @property
    def codes(self) -> tuple[str, ...] | None:
        """The codes the file holds, faulty entries too."""
        return None if self.document is None else tuple(self.document.value)

    def entries(self) -> Mapping[str, Entry]:
        """The entries by code; only for a catalogue without faults."""
        value = self.document.value if self.document is not None else {}
        return {code: _entry(code, dict(fields)) for code, fields in value.items()}


def read_catalogue(kind: str, folder: Path, shown: str) -> Catalogue:
    """Read and check one catalogue file.

    Parameters
    ----------
    kind : ``"target_group"``, ``"method"``, ``"outcome"``, ``"instrument"``, ``"area"`` or ``"domain"``
    folder : where the evidence base lies
    shown : the folder as messages name it

    Returns
    -------
    The catalogue with its faults; nothing is raised.
    """
    path, name = folder / FILES[kind], f"{shown}/{FILES[kind]}"
    try:
        document = replace(read_located(path), path=Path(name))
    except FileNotFoundError:
        return Catalogue(kind, None, (Fault(name, 0, "the file is missing; every catalogue must be there."),))
    except InvalidParameters as error:
        return Catalogue(kind, None, (unreadable(str(error), path, name),))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        return Catalogue(kind, None, (Fault(name, 0, f"cannot be read ({type(error).__name__}). Save it as YAML in UTF-8."),))
    if not isinstance(document.value, dict):
        return Catalogue(kind, None, (Fault(name, 1, "needs one block per entry, with its code as the key."),))
    faults = [fault for code, entry in document.value.items() for fault in _entry_faults(kind, document, code, entry)]
    return Catalogue(kind, document, tuple(faults))


def reference_faults(catalogues: Mapping[str, Catalogue]) -> Iterator[Fault]:
    """Codes in one catalogue that another catalogue does not have."""
    for kind, catalogue in catalogues.items():
        if catalogue.document is None:
            continue
        for field, rule in SCHEMAS[kind].items():
            known = catalogues[rule.refers].codes if rule.refers else None
            if known is None:
                continue
            for code, entry in catalogue.document.value.items():
                value = entry.get(field) if isinstance(entry, dict) else None
                if isinstance(value, str) and value not in known:
                    yield _fault(catalogue.document, (code, field), not_allowed(f"{code}: {field}", value, known))


def _entry_faults(kind: str, document: Located, code: str, entry: Any) -> Iterator[Fault]:
    if not _CODE.fullmatch(code):
        yield _fault(document, (code,), f"the code {code!r} needs lower-case letters, digits and underscores, a letter first.")
    if not isinstance(entry, dict):
        yield _fault(document, (code,), f"{code}: needs a block of fields.")
        return
    schema = SCHEMAS[kind]
    for field in entry:
        if field not in schema:
            yield _fault(document, (code, field), f"{code}: {not_allowed('key', field, tuple(schema))}")
    for field, rule in schema.items():
        if field in entry:
            for keys, message in rule.rule(entry[field]):
                yield _fault(document, (code, field, *keys), f"{code}: {'.'.join(map(str, (field, *keys)))} {message}")
        elif rule.required:
            required = ", ".join(name for name, needed in schema.items() if needed.required)
            yield _fault(document, (code,), f"{code}: the field {field} is missing. Required fields: {required}.")
    for field, message in _contradictions(entry):
        yield _fault(document, (code, field), f"{code}: {message}")


def _contradictions(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields that are fine one by one and wrong together."""
    name = entry.get("name")
    if isinstance(name, dict) and "da" in name and name["da"] == name.get("en") and entry.get("proper_name") is not True:
        yield "name", "the name is the same in both languages; translate it, or set proper_name: true."
    if entry.get("synthetic") is True and "resembles" not in entry:
        yield "synthetic", "an invented method needs resembles: which real kind it is made to look like."
    for value, source in (("smallest_important", "smallest_important_source"), ("mic", "mic_source")):
        if entry.get(value) is not None and entry.get(source) is None:
            yield value, f"{value} needs a source in {source}; use null for both where none was read."
    for theory in ("programme_theory", "core_components"):
        if entry.get(theory) is not None and entry.get("theory_source") is None:
            yield theory, f"{theory} needs its source in theory_source; use null where none was read."
    low, high = entry.get("min"), entry.get("max")
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= high:
        yield "min", f"min {low} must be below max {high}."


def _fault(document: Located, keys: tuple[str | int, ...], message: str) -> Fault:
    place = document.where(*keys).removeprefix(f"{document.path}:")
    return Fault(str(document.path), int(place), message)


def unreadable(message: str, path: Path, name: str) -> Fault:
    """A fault from the reader's message, which begins with path and line."""
    rest = message.removeprefix(str(path)).removeprefix(":")
    line, _, tail = rest.partition(":")
    return Fault(name, int(line), tail.strip()) if line.isdigit() else Fault(name, 0, rest.strip())


def _entry(code: str, fields: dict[str, Any]) -> Entry:
    name, description = fields.pop("name"), fields.pop("description")
    return Entry(
        code=code,
        name={language: name[language] for language in LANGUAGES},
        description={language: description[language] for language in LANGUAGES},
        fields=fields,
    )
