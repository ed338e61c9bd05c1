"""Services side by side as a page to learn from: alphabetical, no rank without its range, and what the better ones do."""

import math
from typing import Any

from markupsafe import Markup

from whatworks.core.result import EffectResult
from whatworks.findings import charts
from whatworks.findings.benchmark_tables import attribute_names, practices_table, services_table
from whatworks.findings.charts.providers import reason_words
from whatworks.findings.doubts import check_lists
from whatworks.findings.figures import table_html
from whatworks.findings.finding import Finding
from whatworks.findings.labels import decimals_of, group_name, outcome_name, unit_of, within
from whatworks.findings.language import interval, number, percent, translator
from whatworks.findings.page_frame import document
from whatworks.findings.rendering import render
from whatworks.findings.view import Cell, about

# Which results and tables of a benchmark finding hold what.
COMPARISON, FRONTIER, PRACTICES = "comparison", "frontier", "practices"
_MOST = 60


def page_of_benchmark(finding: Finding, language: str) -> str:
    """The saved comparison of services as a whole HTML page.

    Parameters
    ----------
    finding : of design ``"benchmark"``
    language : ``"da"`` or ``"en"``
    """
    _ = translator(language)
    group = within(group_name(finding, language))
    compared = finding.results[COMPARISON]
    question = _("What can services for {group} learn from each other?").format(group=group)
    lead = _lead(finding, compared, language)
    view: dict[str, Any] = {
        **about(finding, language),
        "question": question,
        "lead": lead,
        "strip": _strip(finding, compared, language),
        "source": _source(finding, language),
        "measured": _measured(finding, compared, language),
        **_figures(finding, compared, language),
        "services": table_html(
            services_table(compared, language, unit=unit_of(finding, compared, language), decimals=decimals_of(finding)),
            caption=_("The services in alphabetical order"),
            language=language,
        ),
        "reasons": _reasons(compared, language),
        "practices": _practices(finding, language),
        "practice_words": _practice_words(finding, language),
        "checks": [row for each in check_lists(finding, COMPARISON, language)[:1] for row in each["rows"]],
        "frontier_checks": [row for each in check_lists(finding, FRONTIER, language)[:1] for row in each["rows"]]
        if FRONTIER in finding.results
        else [],
    }
    other = "en" if language == "da" else "da"
    return document(
        title=question,
        body=render("benchmark.html", language, view=view),
        language=language,
        breadcrumbs=[(group_name(finding, language), f"../index.{language}.html"), (_("Services side by side"), None)],
        links=[(_("Method report"), view["report"]), (_("Numbers (CSV)"), "results.csv")],
        other_language=f"finding.{other}.html",
        synthetic=finding.synthetic,
        home=view["home"],
        description=lead,
    )


def _lead(finding: Finding, compared: EffectResult, language: str) -> str:
    _ = translator(language)
    count = {name: number(compared.statistics[name], language) for name in ("n_comparable", "n_providers")}
    first = _("{n} of {all} services can be compared fairly.").format(n=count["n_comparable"], all=count["n_providers"])
    head = compared.headline
    if not math.isfinite(head.estimate):
        return f"{first} {_('That is too few to say how much services differ.')}"
    unit, places = unit_of(finding, compared, language), _decimals(finding)
    spread = number(head.estimate, language, decimals=places)
    reach = interval(head.conf_low, head.conf_high, language, decimals=places)
    clear = head.p_value < 1 - compared.conf_level
    told = (
        _("They differ by more than chance and their citizens explain: typically by {spread} {unit} (range {range}).")
        if clear
        else _("They do not clearly differ by more than chance and their citizens explain: {spread} {unit} (range {range}).")
    )
    return f"{first} {told.format(spread=spread, unit=unit, range=reach)}"


def _strip(finding: Finding, compared: EffectResult, language: str) -> list[Cell]:
    _ = translator(language)
    providers = compared.parts[compared.parts["level"] == "provider"]
    fair = providers[providers["comparable"].astype(bool)]
    outside = int((fair["place"] != "as_expected").sum())
    cells = [
        Cell(
            _("Can be compared"),
            _("{n} of {all}").format(n=number(len(fair), language), all=number(len(providers), language)),
            _("Each of the others says why it cannot."),
            "neutral",
        ),
        Cell(
            _("Worth a look"),
            number(outside, language),
            _("Services outside what chance and their citizens usually explain."),
            "neutral",
        ),
        Cell(_("A list of the best?"), _("No"), _("Ranks are so uncertain that they are only given as ranges."), "neutral"),
    ]
    found = finding.results.get(FRONTIER)
    if found is not None:
        head = found.headline
        reach = interval(100 * head.conf_low, 100 * head.conf_high, language, decimals=0)
        cells.append(
            Cell(
                _("Use of money"),
                percent(head.estimate, language),
                _("Mean against the best observed (range {range}), quality counted in.").format(range=reach),
                "neutral",
            )
        )
    return cells


def _source(finding: Finding, language: str) -> str:
    _ = translator(language)
    told = str(finding.source.get(language, ""))
    return f"{told} {_('The services and their names are invented.')}" if finding.synthetic else told


def _measured(finding: Finding, compared: EffectResult, language: str) -> str:
    _ = translator(language)
    good = {"up": _("Higher is better."), "down": _("Lower is better.")}.get(compared.good or "", "")
    told = _(
        "Measured on {outcome} about a year after the start. What was expected takes account of the score at the start, age and "
        "need of support. Nothing that came after the start is adjusted for."
    )
    return f"{told.format(outcome=within(outcome_name(finding, language)))} {good}".strip()


def _figures(finding: Finding, compared: EffectResult, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"language": language, "synthetic": finding.synthetic}
    unit = (finding.labels.get("outcome") or {}).get("unit")
    figures: dict[str, Any] = {"funnel": Markup(""), "caterpillar": Markup(""), "frontier": Markup("")}
    if compared.statistics["n_comparable"] > 1:
        figures["funnel"] = charts.provider_funnel_figure(compared, unit=unit, **told)
    if (compared.parts["level"] == "provider").sum() <= _MOST:
        figures["caterpillar"] = charts.caterpillar_figure(compared, unit=unit, **told)
    if FRONTIER in finding.results:
        figures["frontier"] = charts.frontier_figure(finding.results[FRONTIER], labels=attribute_names(), **told)
    return figures


def _reasons(compared: EffectResult, language: str) -> list[str]:
    """Why services cannot be compared, the most common reason first; how many each concerns."""
    others = compared.parts[(compared.parts["level"] == "provider") & ~compared.parts["comparable"].astype(bool)]
    each = others["reason"].str.split("; ").explode().value_counts()
    return [f"{reason_words(str(reason), language)}: {number(int(n), language)}" for reason, n in each.items()]


def _practices(finding: Finding, language: str) -> Markup:
    table = finding.tables.get(PRACTICES)
    if table is None or table.empty:
        return Markup("")
    _ = translator(language)
    unit = unit_of(finding, finding.results[COMPARISON], language)
    shown = practices_table(table, language, unit=unit, decimals=_decimals(finding))
    return Markup(table_html(shown, caption=_("What goes along with the results"), language=language))  # noqa: S704 (escaped there)


def _practice_words(finding: Finding, language: str) -> str:
    _ = translator(language)
    table = finding.tables.get(PRACTICES)
    if table is None or table.empty:
        return _("Too few services can be compared to see what goes along with better results.")
    names = attribute_names()
    clear = [names[term][language].lower() for term in table.loc[table["p_holm"] < 0.05, "term"] if term in names]
    if not clear:
        return _("Nothing of what we looked at clearly goes along with better results. Ask the services what they do.")
    side = {"up": _("Higher is better."), "down": _("Lower is better.")}.get(finding.results[COMPARISON].good or "", "")
    told = _("This goes along with the results more than chance explains: {list}.").format(list=", ".join(clear))
    return f"{told} {side}".strip()


def _decimals(finding: Finding) -> int:
    places = decimals_of(finding)
    return 1 if places is None else places
