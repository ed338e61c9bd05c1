"""A finding's names, units and answer in one language."""

import re
from collections.abc import Mapping
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings.finding import Finding
from whatworks.findings.language import translator

# Results by lot outrank every comparison without it, so they answer where they exist.
RANDOMISED = ("experiment",)
_PARENTHESIS = re.compile(r"\s*\([^)]*\)\s*$")


def label(labels: Mapping[str, Any], kind: str, code: str | None, language: str) -> str:
    """The name of a target group, method or outcome; its code in words where nobody named it."""
    entry = labels.get(kind) or {}
    names = entry.get("name", entry)
    return str(names.get(language) or (code or "").replace("_", " "))


def group_name(finding: Finding, language: str) -> str:
    """Whom a finding is about, as a title."""
    return label(finding.labels, "target_group", finding.target_group, language)


def method_name(finding: Finding, language: str) -> str:
    """What was done, as a title; for published reviews the words for that."""
    _ = translator(language)
    if finding.design == "reviews":
        return _("Published reviews")
    return label(finding.labels, "method", finding.method, language)


def outcome_name(finding: Finding, language: str) -> str:
    """What was measured, as a title; empty where the finding covers several."""
    return label(finding.labels, "outcome", finding.outcome, language)


def short(name: str) -> str:
    """A title without the explanation in brackets at its end.

    Examples
    --------
    >>> short("Støttet arbejde (NSW)")
    'Støttet arbejde'
    """
    return _PARENTHESIS.sub("", name)


def within(name: str, *, proper: bool = False) -> str:
    """A title as it stands inside a sentence: its explanation in brackets left out, a small first letter unless a proper name.

    Examples
    --------
    >>> within("Voksne med autisme"), within("Housing First"), within("The Lark Model"), within("Støttet arbejde (NSW)")
    ('voksne med autisme', 'Housing First', 'the Lark Model', 'støttet arbejde')
    """
    title = short(name)
    if title.startswith("The "):
        return "the " + title.removeprefix("The ")
    return title if proper or title[1:] != title[1:].lower() else title[:1].lower() + title[1:]


def unit_of(finding: Finding, result: EffectResult, language: str) -> str:
    """The unit of the effect in the language; the result itself knows one language only."""
    return str(((finding.labels.get("outcome") or {}).get("unit") or {}).get(language) or result.unit)


def decimals_of(finding: Finding) -> int | None:
    """Decimals that the outcome's catalogue asks for; None leaves it to the range."""
    decimals = (finding.labels.get("outcome") or {}).get("decimals")
    return None if decimals is None else int(decimals)


def smallest_important(finding: Finding) -> float | None:
    """The smallest difference that matters, in the outcome's unit; None where nobody has set one."""
    value = (finding.labels.get("outcome") or {}).get("smallest_important")
    return None if value is None else float(value)


def speaking(finding: Finding) -> tuple[str, EffectResult] | None:
    """The result that a reader should go by, with its name: the one by lot where there is one, else the answer."""
    for name in (finding.benchmark, finding.answer):
        if name is not None and (name in RANDOMISED or name == finding.answer):
            return name, finding.results[name]
    return None
