"""Which verdicts changed last, for the front page: what a finding said before, what it says now, and since when."""

from collections.abc import Callable, Sequence
from typing import Any

from whatworks.core.alphabet import sort_key
from whatworks.findings.finding import Finding
from whatworks.findings.history import Entry, certainty_words, day, verdict_words
from whatworks.findings.labels import group_name, method_name
from whatworks.findings.language import translator


def changes_view(
    changes: Sequence[Entry],
    findings: Sequence[Finding],
    language: str,
    *,
    since: str | None,
    address: Callable[[Finding, str, str], str],
) -> dict[str, Any]:
    """What the section shows.

    Parameters
    ----------
    changes : of :func:`~whatworks.findings.history.with_latest`, newest first
    findings : every finding of the site; a change of one that is not there any more is not told
    language : ``"da"`` or ``"en"``
    since : day of the first run that was written down
    address : from a finding, a file and the language to an address

    Returns
    -------
    ``said`` (one sentence), ``latest`` and ``earlier`` (rows with name, address, synthetic, date, said, sure). The
    latest are those of the day on which something last changed.
    """
    _ = translator(language)
    by_folder = {f"{finding.target_group}/{finding.method}": finding for finding in findings}
    known = [change for change in changes if change["finding"] in by_folder]
    if not known:
        said = _("No conclusion has changed since {date}, when the conclusions were first written down.")
        first = said.format(date=day(since, language)) if since else ""
        return {"said": first, "latest": [], "earlier": []}
    newest = known[0]["date"]
    rows = [(change["date"], _row(change, by_folder[change["finding"]], language, address)) for change in known]
    latest = sorted((row for date, row in rows if date == newest), key=lambda row: sort_key(row["name"], language))
    return {
        "said": _("The latest changes are from {date}. Nothing else has changed since.").format(date=day(newest, language)),
        "latest": latest,
        "earlier": [row for date, row in rows if date != newest],
    }


def _row(change: Entry, finding: Finding, language: str, address: Callable[[Finding, str, str], str]) -> dict[str, Any]:
    before, after = change["before"], change["after"]
    return {
        "name": f"{group_name(finding, language)} – {method_name(finding, language)}",
        "address": address(finding, f"finding.{language}.html", language),
        "synthetic": finding.synthetic,
        "date": day(change["date"], language),
        "said": _verdict_change(before, after, language),
        "sure": _certainty_change(before, after, language),
    }


def _verdict_change(before: Entry | None, after: Entry, language: str) -> str:
    """What the finding said, and what it says now."""
    _ = translator(language)
    now = verdict_words(after, language).rstrip(".")
    if before is None:
        return _("New: “{now}”.").format(now=now)
    former = verdict_words(before, language).rstrip(".")
    if former == now:
        return _("Still “{now}”.").format(now=now)
    return _("From “{before}” to “{now}”.").format(before=former, now=now)


def _certainty_change(before: Entry | None, after: Entry, language: str) -> str:
    """The certainty now, and what it was where it was another; nothing where nobody has judged it."""
    _ = translator(language)
    if not after.get("certainty"):
        return ""
    now = certainty_words(after, language).lower()
    former = "" if before is None or not before.get("certainty") else certainty_words(before, language).lower()
    if not former or former == now:
        return _("Certainty: {now}.").format(now=now)
    return _("Certainty: {now}, before that {before}.").format(now=now, before=former)
