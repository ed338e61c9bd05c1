"""What a field of a catalogue may hold. Each rule yields a place below the field and what is wrong there."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from whatworks.evidence.faults import not_allowed

LANGUAGES = ("da", "en")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Keys = tuple[str | int, ...]
Problem = tuple[Keys, str]
Rule = Callable[[Any], Iterator[Problem]]


@dataclass(frozen=True)
class FieldRule:
    """A field of a catalogue entry.

    Attributes
    ----------
    rule : yields the problems of a value
    required : whether the field must be there (a field that may be empty is there and says ``null``)
    refers : the catalogue that the value is a code of; checked when all catalogues are read
    """

    rule: Rule
    required: bool = True
    refers: str | None = None


def text(value: Any) -> Iterator[Problem]:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        yield (), f"needs text; it holds {value!r}. Put quotes around words that YAML reads as something else."


def both_languages(value: Any) -> Iterator[Problem]:
    """A block with text under ``da`` and under ``en``, and nothing else."""
    if not isinstance(value, dict):
        yield (), "needs a block with the keys da and en."
        return
    for key in value:
        if key not in LANGUAGES:
            yield (key,), not_allowed("key", key, LANGUAGES)
    for language in LANGUAGES:
        if language not in value:
            yield (), f"lacks the key {language}; every text stands in both languages (da, en)."
        else:
            yield from _below((language,), text(value[language]))


def flag(value: Any) -> Iterator[Problem]:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        yield (), f"needs true or false; it holds {value!r}."


def number(value: Any) -> Iterator[Problem]:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
        yield (), f"needs a number with a decimal point; it holds {value!r}."


def whole_number(low: int, high: int) -> Rule:
    """A whole number from low to high."""

    def rule(value: Any) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            yield (), f"needs a whole number from {low} to {high}; it holds {value!r}."

    return rule


def or_empty(inner: Rule) -> Rule:
    """``null``, or what the inner rule asks for."""

    def rule(value: Any) -> Iterator[Problem]:
        if value is not None:
            yield from inner(value)

    return rule


def listed(inner: Rule) -> Rule:
    """A list with at least one item, each of which holds to the inner rule."""

    def rule(value: Any) -> Iterator[Problem]:
        if not isinstance(value, list) or not value:
            yield (), "needs a list with at least one item; use null where none was read."
            return
        for place, item in enumerate(value):
            yield from _below((place,), inner(item))

    return rule


def one_of(allowed: Collection[str]) -> Rule:
    """One of the allowed words."""

    def rule(value: Any) -> Iterator[Problem]:
        if value not in allowed:
            yield (), not_allowed("value", value, list(allowed))

    return rule


def common_terms(value: Any) -> Iterator[Problem]:
    """Codes of the common professional terms: a version and a list of terms with code and Danish name."""
    if not isinstance(value, dict) or set(value) != {"version", "terms"}:
        yield (), "needs a block with the keys version and terms."
        return
    yield from _below(("version",), text(value["version"]))
    terms = value["terms"]
    if not isinstance(terms, list) or not terms:
        yield ("terms",), "needs a list with at least one term."
        return
    for place, term in enumerate(terms):
        if not isinstance(term, dict) or set(term) != {"code", "term"}:
            yield ("terms", place), "needs the keys code and term."
        else:
            yield from _below(("terms", place, "term"), text(term["term"]))
            if not isinstance(term["code"], str) or not _UUID.fullmatch(term["code"]):
                yield ("terms", place, "code"), "needs a code of 32 hexadecimal digits in five groups."


def _below(keys: Keys, problems: Iterator[Problem]) -> Iterator[Problem]:
    for inner, message in problems:
        yield (*keys, *inner), message
