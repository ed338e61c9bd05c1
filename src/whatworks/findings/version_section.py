"""The part of a finding page that says what the finding said before, and since when it says what it says now."""

from collections.abc import Sequence

from markupsafe import Markup

from whatworks.findings.history import Entry, certainty_words, day, verdict_words
from whatworks.findings.language import number, translator
from whatworks.findings.rendering import render


def version_section(versions: Sequence[Entry], language: str, *, rollout: bool = False) -> Markup:
    """The section as HTML, folded away; empty without any version.

    Parameters
    ----------
    versions : of :func:`~whatworks.findings.history.with_newest`, newest first
    language : ``"da"`` or ``"en"``
    rollout : True where the number counts places instead of people

    Examples
    --------
    >>> first = [{"verdict": "unknown", "date": "2026-11-22", "version": "0.1"}]
    >>> "This is the first version of the finding" in version_section(first, "en")
    True
    """
    if not versions:
        return Markup("")
    _ = translator(language)
    newest, *older = versions
    view = {
        "day": "" if newest.get("date") is None else day(newest["date"], language),
        "told": _told(newest, language, first=not older),
        "rows": [_row(each, language) for each in versions] if older else [],
        "library": str(newest.get("version") or ""),
        "counted": _("Places") if rollout else _("People"),
    }
    return render("versions.html", language, view=view)


def _told(newest: Entry, language: str, *, first: bool) -> str:
    """Since when the finding says what it says now, and what can be held against it."""
    _ = translator(language)
    if newest.get("date") is None:
        return _("Nobody wrote down when this version was made. There is nothing earlier to hold it against.")
    said = _("This version is from {date}. Below is what earlier ones said, the newest first.")
    if first:
        said = _("This is the first version of the finding, made {date}. So there is nothing earlier to hold it against.")
    return said.format(date=day(newest["date"], language))


def _row(entry: Entry, language: str) -> dict[str, str]:
    """When, verdict, effect, certainty, people and library of one version."""
    _ = translator(language)
    people = entry.get("people")
    return {
        "date": day(entry.get("date"), language),
        "verdict": verdict_words(entry, language),
        "effect": _effect(entry, language),
        "certainty": certainty_words(entry, language),
        "people": "–" if people is None else number(people, language),
        "version": str(entry.get("version") or "–"),
    }


def _effect(entry: Entry, language: str) -> str:
    _ = translator(language)
    if entry.get("verdict") == "published":
        return _("No joint number")
    return str((entry.get("said") or {}).get(language) or _("Not shown"))
