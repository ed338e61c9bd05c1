"""One municipality of a roll-out alone, as a page: its own answer beside that of all together, or why there is none."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.core.alphabet import sort_key
from whatworks.evidence import Registry
from whatworks.findings import charts
from whatworks.findings.answer import conclude
from whatworks.findings.context import yardstick
from whatworks.findings.doubts import certainty_sentence, check_lists
from whatworks.findings.figures import table_html
from whatworks.findings.finding import Finding
from whatworks.findings.labels import (
    decimals_of,
    group_name,
    label,
    method_name,
    outcome_name,
    short,
    unit_of,
    within,
)
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_
from whatworks.findings.one_place import OWN, TOGETHER
from whatworks.findings.page_frame import document
from whatworks.findings.rendering import render
from whatworks.findings.view import Cell, about, circles
from whatworks.findings.wording import sentence, shown

_REASONS: Mapping[str, str] = {
    "not_begun": N_("It has not begun with the method, so nothing can be seen yet."),
    "few_before": N_(
        "There are measurements from only {quarters} quarters before it began; at least {needed} are needed to see where it "
        "stood."
    ),
    "few_after": N_("There are measurements from only {quarters} quarters after it began; at least {needed} are needed."),
    "not_counted": N_(
        "The data do not tell how many citizens stand behind each number. Then nobody can see whether single citizens could be "
        "recognised."
    ),
    "small_cells": N_(
        "In some of the {quarters} quarters around the start fewer than {needed} citizens were measured. Numbers about so few "
        "are not shown, and not used."
    ),
    "few_others": N_(
        "Only {others} other municipalities had not begun and were measured in every quarter. With fewer than {needed}, chance "
        "cannot be told from an effect in one municipality."
    ),
}


def municipality_name(finding: Finding, language: str) -> str:
    """The municipality a finding is about, as a title."""
    return label(finding.labels, "municipality", "municipality", language)


def in_order(places: Mapping[str, Mapping[str, str]], language: str) -> list[tuple[str, str]]:
    """Names and addresses of the pages of municipalities, seen from the page about all of them, in alphabetical order.

    Parameters
    ----------
    places : folder of each below the report -> its name in each language

    Examples
    --------
    >>> in_order({"101": {"da": "Ålund"}, "102": {"da": "Bakke"}}, "da")
    [('Bakke', '102/finding.da.html'), ('Ålund', '101/finding.da.html')]
    """
    named = [(names[language], f"{folder}/finding.{language}.html") for folder, names in places.items()]
    return sorted(named, key=lambda each: sort_key(each[0], language))


def page_of_municipality(
    finding: Finding, language: str, *, registry: Registry | None = None, versions: Markup | str = ""
) -> str:
    """The saved finding about one municipality as a whole HTML page.

    Parameters
    ----------
    finding : of design ``"municipality"``
    language : ``"da"`` or ``"en"``
    registry : the evidence base; the page then says how far the outcome's scale goes
    versions : the section about what the finding said before
    """
    _ = translator(language)
    place, method = municipality_name(finding, language), short(method_name(finding, language))
    question = _("What has {method} done in {place}?").format(
        method=within(method_name(finding, language), proper=finding.synthetic), place=place
    )
    view = {**about(finding, language), **municipality_view(finding, language), "question": question, "versions": versions}
    own = finding.results.get(OWN)
    view["yardstick"] = "" if own is None else yardstick(finding, own, registry, language)
    view["home"] = f"../{view['home']}"
    other = "en" if language == "da" else "da"
    return document(
        title=question,
        body=render("municipality.html", language, view=view),
        language=language,
        breadcrumbs=[
            (group_name(finding, language), f"../../index.{language}.html"),
            (method, f"../finding.{language}.html"),
            (place, None),
        ],
        links=[(_("Method report"), view["report"]), (_("Numbers (CSV)"), "results.csv")],
        other_language=f"finding.{other}.html",
        synthetic=finding.synthetic,
        home=view["home"],
        description=view["lead"],
    )


def municipality_view(finding: Finding, language: str) -> dict[str, Any]:
    """What the page shows: the answer or why there is none, its course, and how all fare together."""
    _ = translator(language)
    told: dict[str, Any] = {"language": language, "synthetic": finding.synthetic}
    unit = (finding.labels.get("outcome") or {}).get("unit")
    course = finding.tables["trends"]
    figure = charts.trends_figure(course, unit=unit, **told) if course["mean"].notna().any() else Markup("")
    return {
        **(_answered(finding, language) if OWN in finding.results else _unanswered(finding, language)),
        "together": effects_table(finding, language) if finding.results else Markup(""),
        "trends": figure,
        "overall": f"../finding.{language}.html",
    }


def _answered(finding: Finding, language: str) -> dict[str, Any]:
    _ = translator(language)
    result = finding.results[OWN]
    conclusion, sure = conclude(finding, OWN, language)
    unit, decimals = unit_of(finding, result, language), decimals_of(finding)
    measured = _("Measured on {outcome}: {said}").format(
        outcome=within(outcome_name(finding, language)), said=sentence(result, language, unit=unit, decimals=decimals)
    )
    size, span = shown(result, language, unit=unit, decimals=decimals)
    others = number(result.statistics["n_comparison"], language)
    return {
        "lead": measured,
        "strip": [
            Cell(_("Conclusion"), conclusion.word, conclusion.reason, conclusion.tone),
            Cell(
                _("Difference here"),
                size,
                _("probably {range}, held against {others} municipalities that had not begun").format(range=span, others=others),
                "neutral",
            ),
            Cell(_("How sure are we?"), sure.word, sure.reason, sure.tone, circles(sure.code)),
            *_together_cell(finding, language),
        ],
        "certainty": certainty_sentence(sure, language),
        "checks": [row for each in check_lists(finding, OWN, language)[:1] for row in each["rows"]],
        "why": "",
    }


def _together_cell(finding: Finding, language: str) -> list[Cell]:
    """What all municipalities together show, which is what to go by."""
    _ = translator(language)
    result = finding.results.get(TOGETHER)
    if result is None:
        return []
    size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    why = _("probably {range}. This is the answer to go by.").format(range=span) if span else _("range not stated")
    return [Cell(_("All municipalities together"), size, why, "neutral")]


def _unanswered(finding: Finding, language: str) -> dict[str, Any]:
    _ = translator(language)
    told = finding.tables["reason"].iloc[0].to_dict()
    code = str(told.pop("reason"))
    numbers = {str(name): number(float(value), language) for name, value in told.items()}
    return {
        "lead": _("We cannot tell for this municipality alone."),
        "why": _(_REASONS[code]).format(**numbers),
        "strip": [],
        "certainty": "",
        "checks": [],
    }


def effects_table(finding: Finding, language: str = "da") -> str:
    """The municipality's own effect, or that there is none, above that of all municipalities together.

    Parameters
    ----------
    finding : of design ``"municipality"``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> nothing = ww.findings.Finding(target_group="a", method="b", outcome="c", design="municipality",
    ...                               labels={"municipality": {"da": "Nord", "en": "North"}})
    >>> "not known" in effects_table(nothing, "en")
    True
    """
    _ = translator(language)
    rows = []
    for name, words in ((OWN, municipality_name(finding, language)), (TOGETHER, _("All municipalities together"))):
        result = finding.results.get(name)
        if result is None:
            rows.append((words, _("not known"), _("not stated")))
            continue
        size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
        rows.append((words, size, span or _("not stated")))
    table = pd.DataFrame(rows, columns=[_("Where"), _("Difference"), _("Probably")])
    return table_html(table, caption=_("One municipality, and all of them together"), language=language)


def answer_sentence(finding: Finding, language: str = "da") -> str:
    """The answer for the municipality in one sentence, or why there is none.

    Parameters
    ----------
    finding : of design ``"municipality"``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> why = pd.DataFrame({"reason": ["not_begun"], "count": [0.0], "limit": [0.0]})
    >>> nothing = ww.findings.Finding(target_group="a", method="b", outcome="c", design="municipality", tables={"reason": why},
    ...                               labels={"municipality": {"da": "Nord", "en": "North"}})
    >>> answer_sentence(nothing, "en").startswith("We cannot tell for this municipality alone.")
    True
    """
    view = _answered(finding, language) if OWN in finding.results else _unanswered(finding, language)
    return f"{view['lead']} {view['why']}".strip()


def places_section(places: Sequence[tuple[str, str]], language: str) -> Markup:
    """Links to the pages of single municipalities, for the page about all of them; nothing where there are none."""
    return Markup(render("places.html", language, places=places)) if places else Markup("")  # noqa: S704 (escaped there)
