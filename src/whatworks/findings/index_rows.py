"""What the front page says of each finding: tiles of groups, answers side by side, services, reports."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from whatworks.core.alphabet import sort_key
from whatworks.core.result import EffectResult
from whatworks.findings.answer import conclude
from whatworks.findings.economics_section import cost_cell, folder_of
from whatworks.findings.finding import Finding
from whatworks.findings.labels import (
    decimals_of,
    group_name,
    method_name,
    outcome_name,
    speaking,
    unit_of,
)
from whatworks.findings.language import translator
from whatworks.findings.marks import dots_mark, interval_mark
from whatworks.findings.reviews import count_reviews, published_methods, sides_told_once, tally
from whatworks.findings.view import circles, counted
from whatworks.findings.wording import shown

# Where the reports stand, seen from each front page.
PREFIXES = {"da": "", "en": "../"}


def address(finding: Finding, file: str, language: str) -> str:
    return f"{PREFIXES[language]}{finding.target_group}/{finding.method}/{file}"


def group_address(group: str, language: str) -> str:
    return f"{PREFIXES[language]}{group}/index.{language}.html"


def group_tiles(findings: Sequence[Finding], language: str, group_pages: Collection[str]) -> list[dict[str, Any]]:
    """One tile per target group, alphabetical, each with its findings."""
    by_group: dict[str, list[Finding]] = {}
    for finding in findings:
        by_group.setdefault(finding.target_group, []).append(finding)
    tiles = []
    for code, own in by_group.items():
        items = sorted((_item(finding, language) for finding in own), key=lambda item: sort_key(item["name"], language))
        tiles.append(
            {
                "code": code,
                "name": group_name(own[0], language),
                "address": group_address(code, language) if code in group_pages else "",
                "items": items,
                "known": any(item["known"] for item in items),
            }
        )
    return sorted(tiles, key=lambda tile: (sort_key(tile["name"], language), tile["code"]))


def _item(finding: Finding, language: str) -> dict[str, Any]:
    """A finding at a glance: name, words, mark, and where it leads."""
    _ = translator(language)
    spoken, reviews = speaking(finding), finding.tables.get("reviews")
    item: dict[str, Any] = {
        "name": method_name(finding, language),
        "address": address(finding, f"finding.{language}.html", language),
        "report": address(finding, f"report.{language}.html", language),
        "known": True,
        "source": "",
    }
    if spoken is not None:
        words, mark = _own_glance(finding, *spoken, language)
        return {**item, "words": words, "mark": mark}
    if reviews is None or not len(reviews):
        return {**item, "words": _("We do not know"), "mark": "", "known": False}
    sides = sides_told_once(reviews, language)
    said = counted(count_reviews(reviews), _("1 published review"), _("{n} published reviews"), language)
    names = ", ".join(published_methods(reviews, language))
    return {**item, "name": names, "words": tally(sides, language), "source": f"{said}. ", "mark": dots_mark(sides)}


def _own_glance(finding: Finding, name: str, result: EffectResult, language: str) -> tuple[str, Markup | str]:
    _ = translator(language)
    conclusion, _sure = conclude(finding, name, language)
    if conclusion.code == "not_trustworthy":
        return f"{conclusion.word}.", ""
    size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    # The catalogue says whether the number is a difference or a ratio; the range always stands beside it.
    words = _("{conclusion}. {outcome}: {size} ({range}).").format(
        conclusion=conclusion.word, outcome=outcome_name(finding, language), size=size, range=span or _("range not stated")
    )
    return words, interval_mark(result, conclusion.tone)


def answer_rows(findings: Sequence[Finding], language: str, cases: Mapping[str, Finding]) -> list[dict[str, Any]]:
    """Own answers as a table for those who decide: alphabetical by group, with every open question in its place."""
    _ = translator(language)
    rows = []
    for finding in findings:
        spoken = speaking(finding)
        if spoken is None:
            continue
        conclusion, sure = conclude(finding, spoken[0], language)
        size, span = shown(spoken[1], language, unit=unit_of(finding, spoken[1], language), decimals=decimals_of(finding))
        trusted = conclusion.code != "not_trustworthy"
        case = cases.get(f"{finding.target_group}/{finding.method}")
        rows.append(
            {
                "group": group_name(finding, language),
                "method": method_name(finding, language),
                "outcome": outcome_name(finding, language),
                "address": address(finding, f"finding.{language}.html", language),
                "conclusion": conclusion.word,
                "sure": sure.word,
                "size": size if trusted else _("Not shown"),
                "range": span if trusted else "",
                "circles": circles(sure.code),
                "cost": "" if case is None else cost_cell(case, language).value,
            }
        )
    return sorted(rows, key=lambda row: (sort_key(row["group"], language), sort_key(row["method"], language)))


def service_rows(others: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    """Pages that say nothing of what works: what it costs, and how services compare."""
    _ = translator(language)
    words = {"investment": _("What it costs and who gets the money back"), "benchmark": _("Services side by side")}
    rows = []
    for other in others:
        # An investment case says whose costs it is about; a comparison of services is about the group.
        folder = folder_of(other) if other.design == "investment" else "benchmark"
        about = [group_name(other, language), *([method_name(other, language)] if other.design == "investment" else [])]
        rows.append(
            {
                "name": " – ".join(about),
                "what": words[other.design],
                "address": f"{PREFIXES[language]}{other.target_group}/{folder}/finding.{language}.html",
                "synthetic": other.synthetic,
            }
        )
    return sorted(rows, key=lambda row: (row["what"], sort_key(str(row["name"]), language)))


def report_rows(findings: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    rows = [
        {
            "name": f"{group_name(finding, language)} – {method_name(finding, language)}",
            "report": address(finding, f"report.{language}.html", language),
            "csv": address(finding, "results.csv", language),
            "json": address(finding, "results.json", language),
            "synthetic": finding.synthetic,
        }
        for finding in findings
    ]
    return sorted(rows, key=lambda row: sort_key(str(row["name"]), language))
