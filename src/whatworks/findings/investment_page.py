"""An investment case as a page: what it costs, who gets the money back and when, what it hangs on, and whether to spread it."""

from collections.abc import Mapping
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings import charts
from whatworks.findings.economics_section import CASE, COST_EFFECTIVENESS, SCALING, economics_view
from whatworks.findings.economics_sentences import economics_warnings
from whatworks.findings.economics_words import chance, payer_name, quantity
from whatworks.findings.finding import Finding
from whatworks.findings.labels import group_name, label, short, within
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_
from whatworks.findings.page_frame import document
from whatworks.findings.rendering import render
from whatworks.findings.view import about

# A chance from which the answer is a likely yes: Washington State's inventory of programmes asks for 75 per cent.
LIKELY = 0.75
_ANSWERS: Mapping[str, str] = {
    "likely": N_("Probably yes."),
    "unsure": N_("It is uncertain."),
    "unlikely": N_("Probably not."),
}
_STEPS: Mapping[str, str] = {
    "likely": N_("Go by what it does for citizens first. Then agree beforehand who pays, and who gets the gain."),
    "unsure": N_("Do not decide by the money. Go by what it does for citizens, and follow costs and gains from the first day."),
    "unlikely": N_("Count it as a cost. Choose it only for what it does for citizens."),
}


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
    question = _("Does {method} for {group} pay for itself?").format(method=named, group=group)
    view: dict[str, Any] = {
        **about(finding, language),
        "question": question,
        "money": money,
        **_answered(finding, language),
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


def _answered(finding: Finding, language: str) -> dict[str, str]:
    """Whether the money comes back for the one who pays, in a word, and what to do with that; empty where no gain is told."""
    _ = translator(language)
    result = finding.results[CASE]
    if not finding.labels["trusted"]:
        return {"answer": _("We cannot tell."), "told": "", "step": _(_STEPS["unsure"])}
    operator = str(result.provenance.arguments["operator"])
    share = float(quantity(result, "pays_back", payer=operator).estimate)
    code = "likely" if share >= LIKELY else "unlikely" if share <= 1 - LIKELY else "unsure"
    told = _("The chance that {payer} has its money back within {years} years is {chance}. {warnings}").format(
        payer=payer_name(operator, language, within=True),
        years=number(float(result.provenance.arguments["horizon"]), language),
        chance=chance(share, language),
        warnings=" ".join(economics_warnings(result, language)),
    )
    spread, answer = _spread_share(finding), _(_ANSWERS[code])
    if spread is not None:
        told = f"{told.strip()} {_spread(finding.results[SCALING], spread, language)}"
        answer = _("Probably yes where it runs now.") if code == "likely" and spread < LIKELY else answer
    said = [told.strip(), *_failed(result, language)]
    return {"answer": answer, "told": " ".join(said), "step": _(_STEPS[code])}


def _spread_share(finding: Finding) -> float | None:
    """The chance that the one who runs it has the money back where it is spread; None where nobody has asked."""
    plan = finding.results.get(SCALING)
    return None if plan is None else float(quantity(plan, "pays_back", item="").estimate)


def _spread(plan: EffectResult, share: float, language: str) -> str:
    """The chance for the same payer where the intervention is spread, which is another one than where it runs."""
    said = translator(language)("Spread to {n} places it is {chance}.")
    return said.format(n=number(plan.statistics["districts"], language), chance=chance(share, language))


def _failed(result: EffectResult, language: str) -> list[str]:
    """That there are doubts, so that a high chance is not read as a sure one."""
    _ = translator(language)
    failed, total = len(result.failed_checks), len(result.checks)
    if not failed:
        return []
    said = _("The amounts rest on assumptions: {n} of the calculation's {total} checks are not passed.")
    return [said.format(n=number(failed, language), total=number(total, language))]


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
