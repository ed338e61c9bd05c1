"""What several pages show: the cells of the strip, counted things, what a page rests on, and where it leads."""

from dataclasses import dataclass
from typing import Any

from whatworks.core.version import __version__
from whatworks.findings.finding import Finding
from whatworks.findings.labels import group_name, method_name
from whatworks.findings.language import number, translator

# Four circles as GRADE prints them; the word stands beside.
_LEVELS = {"high": 4, "moderate": 3, "low": 2, "very_low": 1}


@dataclass(frozen=True)
class Cell:
    """One cell of the strip that answers at a glance.

    Attributes
    ----------
    label, value, why : what it is about, the answer in a few words, and the reason
    tone : ``"good"``, ``"bad"``, ``"neutral"`` or ``"unknown"``; an unknown is drawn unlike every answer
    mark : circles or another sign beside the value, which says the same for the eye
    """

    label: str
    value: str
    why: str
    tone: str
    mark: str = ""


def circles(level: str) -> str:
    """Filled and open circles for a certainty; empty where it is none of the four.

    Examples
    --------
    >>> circles("moderate"), circles("")
    ('●●●○', '')
    """
    filled = _LEVELS.get(level, 0)
    return "●" * filled + "○" * (4 - filled) if filled else ""


def unknown_cost(language: str) -> Cell:
    """Costs that nobody has calculated: an open question, not a zero."""
    _ = translator(language)
    why = _("We do not know what it costs, or whether it pays for itself.")
    return Cell(_("What does it cost?"), _("Not calculated yet"), why, "unknown")


def counted(n: int, one: str, many: str, language: str) -> str:
    """``1 result`` or ``12 results``."""
    return one if n == 1 else many.format(n=number(n, language))


def about(finding: Finding, language: str) -> dict[str, Any]:
    """Source, citation and links that close every page."""
    _ = translator(language)
    prints = sorted({result.provenance.data_fingerprint for result in finding.results.values()})
    cited = _("whatworks {version}: {method}, {group}.").format(
        version=__version__, method=method_name(finding, language), group=group_name(finding, language)
    )
    named = _("Data: {fingerprint}.").format(fingerprint=", ".join(prints)) if prints else ""
    until = data_until(finding, language)
    return {
        "source": finding.source.get(language, ""),
        "facts": [],
        "method": [],
        "citation": " ".join(text for text in (cited, named, until) if text),
        "report": f"report.{language}.html",
        "home": "../../index.html" if language == "da" else "../../en/index.html",
    }


def data_until(finding: Finding, language: str) -> str:
    """How far the data reach, where a saved table tells it: the last quarter of the trends."""
    _ = translator(language)
    trends = finding.tables.get("trends")
    if trends is None or "quarter" not in trends or trends.empty:
        return ""
    year, _q, quarter = max(map(str, trends["quarter"])).partition("Q")
    return _("Data up to and including quarter {quarter} of {year}.").format(quarter=quarter, year=year)
