"""An investment case as a page: what it costs, who gets the money back and when, what it hangs on, and whether to spread it."""

from typing import Any

from whatworks.findings import charts
from whatworks.findings.document import document
from whatworks.findings.economics_section import CASE, COST_EFFECTIVENESS, economics_view
from whatworks.findings.finding import Finding
from whatworks.findings.labels import group_name, label, short, within
from whatworks.findings.language import translator
from whatworks.findings.rendering import render
from whatworks.findings.view import about


def page_of_investment(finding: Finding, language: str) -> str:
    """The saved investment case as a whole HTML page.

    Parameters
    ----------
    finding : of design ``"investment"``
    language : ``"da"`` or ``"en"``
    """
    _ = translator(language)
    method = label(finding.labels, "method", finding.method, language)
    named, group = within(method, proper=finding.synthetic), within(group_name(finding, language))
    money = economics_view(finding, language, address="")
    question = _("What does {method} cost for {group}, and who gets the money back?").format(method=named, group=group)
    view: dict[str, Any] = {
        **about(finding, language),
        "question": question,
        "money": money,
        "effect": f"../{finding.method}/finding.{language}.html",
        "method_name": named,
        "tornado": "",
        "plane": "",
        "acceptability": "",
    }
    if finding.labels["trusted"]:
        view |= _figures(finding, language)
    other = "en" if language == "da" else "da"
    return document(
        title=question,
        body=render("investment.html", language, view=view),
        language=language,
        breadcrumbs=[
            (group_name(finding, language), f"../index.{language}.html"),
            (short(method), view["effect"]),
            (_("Costs and gains"), None),
        ],
        links=[(_("Method report"), view["report"]), (_("Numbers (CSV)"), "results.csv")],
        other_language=f"finding.{other}.html",
        synthetic=finding.synthetic,
        home=view["home"],
        description=money["told"],
    )


def _figures(finding: Finding, language: str) -> dict[str, Any]:
    """What the answer hangs on, and cost beside effect."""
    told: dict[str, Any] = {"language": language, "synthetic": finding.synthetic}
    names = finding.labels.get("items")
    figures: dict[str, Any] = {"tornado": charts.tornado_figure(finding.results[CASE], labels=names, **told)}
    weighed = finding.results.get(COST_EFFECTIVENESS)
    if weighed is not None:
        unit = (finding.labels.get("measured") or {}).get("unit")
        figures["plane"] = charts.cost_effectiveness_plane_figure(weighed, unit=unit, **told)
        figures["acceptability"] = charts.acceptability_figure(weighed, unit=unit, **told)
    return figures
