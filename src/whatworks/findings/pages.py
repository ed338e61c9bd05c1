"""Finding pages for practitioners: the question, the answer with its range, how sure it is, and what nobody can say yet."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from whatworks.core.options import one_of
from whatworks.evidence import Registry
from whatworks.findings import charts
from whatworks.findings.answer import own_view, unknown_view
from whatworks.findings.benchmark_page import page_of_benchmark
from whatworks.findings.context import own_context, silent_domains
from whatworks.findings.doubts import unsaid
from whatworks.findings.economics_section import cost_cell, economics_view, folder_of
from whatworks.findings.finding import Finding
from whatworks.findings.investment_page import page_of_investment
from whatworks.findings.labels import decimals_of, group_name, method_name, short, smallest_important, speaking
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.municipality_page import in_order, page_of_municipality, places_section
from whatworks.findings.page_frame import document
from whatworks.findings.published_glance import people_figures
from whatworks.findings.rendering import render
from whatworks.findings.reviews import review_view
from whatworks.findings.subgroups import subgroups_in
from whatworks.findings.view import Cell, about


def page(
    finding: Finding,
    language: str = "da",
    *,
    case: Finding | None = None,
    registry: Registry | None = None,
    versions: Markup | str = "",
    places: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The finding as a whole HTML page for people who work with citizens.

    Parameters
    ----------
    finding : a finding as saved by its report
    language : ``"da"`` or ``"en"``
    case : the investment case that rests on this finding; the page then says what it costs and who gets the money back
    registry : the evidence base; the page then says what to expect in a new place, what else is known, and what it takes
    versions : the section about what the finding said before, of :func:`~whatworks.findings.version_section.version_section`

    places : municipalities with a page of their own, folder below the report -> name in each language

    Returns
    -------
    HTML text. With results: the answer, its charts and its doubts. With published reviews only: their numbers, and no
    joint verdict. With neither: a page that says "we do not know" and what would help.

    Examples
    --------
    >>> nothing = ww.findings.Finding(target_group="adults_autism", method="published_reviews", outcome=None, design="reviews",
    ...                               labels={"target_group": {"da": "Voksne med autisme", "en": "Adults with autism"}})
    >>> "<strong>Vi ved det ikke.</strong>" in page(nothing, "da")
    True
    """
    one_of(language, LANGUAGES, name="language")
    if finding.design in _OTHER_PAGES:
        return _OTHER_PAGES[finding.design](finding, language)
    if finding.design == "municipality":
        return page_of_municipality(finding, language, registry=registry, versions=versions)
    reviews = finding.tables.get("reviews")
    near = places_section(in_order(places or {}, language), language)
    spoken = speaking(finding)
    if spoken is not None:
        view = {**own_view(finding, language, priced=case is not None), "money": None, "versions": versions, "places": near}
        if case is not None:
            view |= _with_money(view, finding, case, language)
        view |= own_context(finding, spoken[1], registry, trusted=view["trusted"], language=language)
        view["strip"] = _held_against(view["strip"], view["yardstick"])
        view |= _figures(finding, trusted=view["trusted"], language=language)
        body = render(f"{'rollout' if finding.design == 'rollout' else 'matched'}.html", language, view=view)
    elif reviews is not None and len(reviews):
        view = {**about(finding, language), **review_view(finding, reviews, language), "versions": versions}
        view["silent"] = silent_domains(finding, registry, language)
        view["forest"] = charts.forest_figure(reviews, language=language, synthetic=finding.synthetic)
        view["people"] = people_figures(reviews, language)
        body = render("reviews.html", language, view=view)
    else:
        view = {**about(finding, language), **unknown_view(finding, language), "versions": versions, "places": near}
        body = render("unknown.html", language, view=view)
    return _framed(finding, view, body, language)


# Designs whose pages are made of other parts.
_OTHER_PAGES = {"investment": page_of_investment, "benchmark": page_of_benchmark}


def _with_money(view: Mapping[str, Any], finding: Finding, case: Finding, language: str) -> dict[str, Any]:
    """What the page says differently once it is known what the intervention costs."""
    cell = cost_cell(case, language)
    if view["small"]:
        cell = replace(cell, why=f"{cell.why} {translator(language)('The gain is reckoned from the same small difference.')}")
    open_question = unsaid(finding, finding.answer or "", language)[-1]
    return {
        "money": economics_view(case, language, address=f"../{folder_of(finding)}/"),
        "strip": [*view["strip"][:-1], cell],
        "unsaid": [text for text in view["unsaid"] if text != open_question],
    }


def _held_against(strip: list[Cell], yardstick: str) -> list[Cell]:
    """The strip with its difference told beside what to hold it against: a number of points alone says nothing."""
    conclusion, difference, *rest = strip
    if yardstick and difference.tone != "unknown":
        difference = replace(difference, why=f"{difference.why}. {yardstick}")
    return [conclusion, difference, *rest]


def _framed(finding: Finding, view: Mapping[str, Any], body: str, language: str) -> str:
    _ = translator(language)
    other = "en" if language == "da" else "da"
    return document(
        title=view["question"],
        body=body,
        language=language,
        breadcrumbs=[
            (group_name(finding, language), f"../index.{language}.html"),
            (short(method_name(finding, language)), None),
        ],
        links=[(_("Method report"), view["report"]), (_("Numbers (CSV)"), "results.csv")],
        other_language=f"finding.{other}.html",
        synthetic=finding.synthetic,
        home=view["home"],
        description=view.get("lead"),
    )


_FIGURES = ("designs", "dots", "event", "for_whom", "trends", "love", "overlap")


def _figures(finding: Finding, *, trusted: bool, language: str) -> dict[str, Any]:
    """Each figure of the page, empty where its numbers are not there or must not be shown."""
    spoken = speaking(finding)
    assert spoken is not None
    name, _result = spoken
    told: dict[str, Any] = {"language": language, "synthetic": finding.synthetic}
    good, unit = finding.results[name].good, (finding.labels.get("outcome") or {}).get("unit")
    figures: dict[str, Any] = dict.fromkeys(_FIGURES, Markup(""))
    if trusted and len(finding.compared) > 1:
        figures["designs"] = charts.designs_figure(
            finding.compared,
            benchmark=finding.benchmark,
            answer=finding.answer,
            good=good,
            unit=unit,
            decimals=decimals_of(finding),
            **told,
        )
    if trusted and float(finding.results[name].headline.std_error) > 0:
        limit = smallest_important(finding)
        figures["dots"] = charts.dots_figure(finding.results[name], good=good, smallest_important=limit, unit=unit, **told)
    if trusted and "event" in finding.results and not finding.results["event"].parts.empty:
        figures["event"] = charts.event_study_figure(finding.results["event"], good=good, unit=unit, **told)
    if trusted and not subgroups_in(finding.results[name]).empty:
        figures["for_whom"] = charts.for_whom_figure(finding.results[name], decimals=decimals_of(finding), unit=unit, **told)
    tables = {name: table for name, table in finding.tables.items() if len(table)}
    if "trends" in tables:
        figures["trends"] = charts.trends_figure(tables["trends"], unit=unit, **told)
    if "balance" in tables:
        figures["love"] = charts.love_figure(tables["balance"], **told)
    if "overlap" in tables:
        figures["overlap"] = charts.overlap_figure(tables["overlap"], **told)
    return figures
