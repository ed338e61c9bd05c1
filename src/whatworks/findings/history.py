"""What a finding said before: its verdict, effect and certainty, version by version, and which verdicts changed last."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from whatworks.core.disclosure import is_small
from whatworks.core.result import EffectResult
from whatworks.findings.answer import conclude
from whatworks.findings.finding import Finding
from whatworks.findings.labels import decimals_of, speaking, unit_of
from whatworks.findings.language import LANGUAGES, translator, written_date
from whatworks.findings.names import N_
from whatworks.findings.reviews import sides_told_once, tally
from whatworks.findings.wording import shown

Entry = Mapping[str, Any]
# Five versions tell a course; the whole of it is in the archive of whoever keeps the sites.
KEPT_VERSIONS = 5
# Changes older than the latest twenty are history of the findings themselves.
KEPT_CHANGES = 20
# Every word that a verdict can be; its rule and reason are in verdicts.py.
_VERDICTS: Mapping[str, str] = {
    "helps": N_("Helps"),
    "probably_helps": N_("Probably helps"),
    "may_help": N_("May help"),
    "too_small": N_("Too small to matter"),
    "may_be_too_small": N_("Perhaps too small to matter"),
    "no_important_difference": N_("No important difference"),
    "may_be_no_important_difference": N_("No clear difference of importance"),
    "worse": N_("Worse than without"),
    "may_be_worse": N_("Perhaps worse than without"),
    "cannot_tell": N_("We cannot tell"),
    "not_trustworthy": N_("Not reliable"),
    "unknown": N_("We do not know"),
}
_CERTAINTIES: Mapping[str, str] = {
    "high": N_("High"),
    "moderate": N_("Moderate"),
    "low": N_("Low"),
    "very_low": N_("Very low"),
}
# Published results have no joint verdict; how they fall stands for it.
_PUBLISHED = "published"
# What a reader is told when it changes: a verdict, how sure it is, or how published results fall.
_TOLD_OF = ("verdict", "certainty", "sides")
_NUMBERS = ("estimate", "conf_low", "conf_high")


def entry_of(finding: Finding) -> dict[str, Any]:
    """What a finding says now, small enough to keep beside the next one.

    Parameters
    ----------
    finding : of an effect or of published reviews

    Returns
    -------
    verdict, certainty (codes), estimate, conf_low, conf_high (six digits; None where the page shows none), people, sides (of
    published results, how many of each), said (the effect in words, ``{"da", "en"}``).

    Examples
    --------
    >>> nothing = Finding(target_group="g", method="m", outcome=None, design="reviews", labels={})
    >>> entry_of(nothing)["verdict"]
    'unknown'
    """
    spoken, reviews = speaking(finding), finding.tables.get("reviews")
    nothing: dict[str, Any] = dict.fromkeys((*_NUMBERS, "people"))
    entry = {"verdict": "unknown", "certainty": "", **nothing, "sides": {}, "said": {}}
    if spoken is not None:
        return {**entry, **_own(finding, *spoken)}
    if reviews is None or not len(reviews):
        return entry
    sides = sides_told_once(reviews, "en")
    said = {language: tally(sides, language) for language in LANGUAGES}
    counts = {side: sides.count(side) for side in sorted(set(sides))}
    return {**entry, "verdict": _PUBLISHED, "sides": counts, "said": said}


def _own(finding: Finding, name: str, result: EffectResult) -> dict[str, Any]:
    conclusion, sure = conclude(finding, name, "en")
    entry: dict[str, Any] = {"verdict": conclusion.code, "certainty": sure.code, "people": _people(result)}
    if conclusion.code == "not_trustworthy":
        return entry
    said = {language: _in_words(finding, result, language) for language in LANGUAGES}
    return {**entry, **{key: _rounded(getattr(result.headline, key)) for key in _NUMBERS}, "said": said}


def _in_words(finding: Finding, result: EffectResult, language: str) -> str:
    size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    return f"{size} ({span})" if span else size


def _people(result: EffectResult) -> int | None:
    """How many the number rests on: people, or places of a roll-out; None where that is not told."""
    told = [float(result.statistics.get(key, math.nan)) for key in ("n_treated", "n_comparison")]
    return int(sum(told)) if all(map(math.isfinite, told)) else None


def _rounded(value: float) -> float | None:
    return float(f"{float(value):.6g}") if math.isfinite(value) else None


def with_newest(versions: Sequence[Entry], entry: Entry, *, date: str | None, version: str | None) -> list[Entry]:
    """The versions with what the finding says now in front; the same list where it says what it said before.

    Parameters
    ----------
    versions : newest first, as kept
    entry : of :func:`entry_of`
    date, version : day of the run (``"2026-11-22"``) and version of the library; None where nobody wrote them down

    Returns
    -------
    At most five, newest first. Words alone make no new version: they may be put better without saying anything else.

    Examples
    --------
    >>> first = with_newest([], {"verdict": "helps"}, date="2026-11-22", version="0.1")
    >>> with_newest(first, {"verdict": "helps"}, date="2027-01-01", version="0.2") == first
    True
    >>> [each["verdict"] for each in with_newest(first, {"verdict": "may_help"}, date="2027-01-01", version="0.2")]
    ['may_help', 'helps']
    """
    if versions and all(versions[0].get(key) == value for key, value in entry.items() if key != "said"):
        return list(versions)
    older: list[Entry] = [{**each, "people": _safe_beside(each.get("people"), entry.get("people"))} for each in versions]
    return [{**entry, "date": date, "version": version}, *older][:KEPT_VERSIONS]


def _safe_beside(people: int | None, now: int | None) -> int | None:
    """An earlier number of people; None where it and the number now would tell of the few who came or went."""
    few = people is not None and now is not None and people != now and is_small(abs(people - now))
    return None if few else people


def with_latest(
    changes: Sequence[Entry], before: Mapping[str, Sequence[Entry]], now: Mapping[str, Sequence[Entry]]
) -> list[Entry]:
    """The changes that readers are told of, newest first, with those of this run in front.

    Parameters
    ----------
    changes : as kept
    before, now : versions by folder, before this run and after it. Where there was nothing before, there is nothing to change

    Returns
    -------
    At most twenty of ``{"finding", "date", "before", "after"}``; ``before`` is None for a finding that is new.
    """
    fresh = []
    for folder in sorted(now) if before else ():
        newest, *_older = now[folder]
        former = before.get(folder, [None])[0]
        if former is None or any(former.get(key) != newest.get(key) for key in _TOLD_OF):
            fresh.append(
                {"finding": folder, "date": newest["date"], "before": former and _brief(former), "after": _brief(newest)}
            )
    return [*fresh, *changes][:KEPT_CHANGES]


def _brief(entry: Entry) -> dict[str, Any]:
    return {key: entry.get(key) for key in _TOLD_OF}


def verdict_words(entry: Entry, language: str) -> str:
    """The verdict of a kept version in the language; of published results how they fall.

    Examples
    --------
    >>> verdict_words({"verdict": "may_help"}, "da"), verdict_words({"verdict": "published", "sides": {"for": 1}}, "en")
    ('Hjælper måske', 'One result. It speaks for.')
    """
    if entry.get("verdict") == _PUBLISHED:
        return tally([side for side, count in (entry.get("sides") or {}).items() for _one in range(int(count))], language)
    return _known_word(_VERDICTS, str(entry.get("verdict")), language)


def certainty_words(entry: Entry, language: str) -> str:
    """The certainty of a kept version in the language; for published results that nobody has judged it."""
    if entry.get("verdict") == _PUBLISHED:
        return translator(language)("Not rated yet")
    return _known_word(_CERTAINTIES, str(entry.get("certainty") or ""), language)


def _known_word(words: Mapping[str, str], code: str, language: str) -> str:
    return translator(language)(words[code]) if code in words else code.replace("_", " ")


def day(date: str | None, language: str) -> str:
    """A date as the language writes it; words where nobody wrote it down.

    Examples
    --------
    >>> day("2026-11-22", "da"), day("2026-11-22", "en"), day(None, "en")
    ('22. november 2026', '22 November 2026', 'date not recorded')
    """
    if date is None:
        return translator(language)("date not recorded")
    return written_date(date, language)
