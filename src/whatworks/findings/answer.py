"""The words of a page about our own numbers: the answer and its strip; and of a page about nothing at all."""

from collections.abc import Mapping, Sequence
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings.doubts import certainty_sentence, check_lists, lifts, unsaid
from whatworks.findings.facts import advice, explanations, facts
from whatworks.findings.finding import Finding
from whatworks.findings.gist import CLOSE_TO_NOTHING, gist
from whatworks.findings.labels import (
    RANDOMISED,
    decimals_of,
    group_name,
    label,
    outcome_name,
    smallest_important,
    speaking,
    unit_of,
    within,
)
from whatworks.findings.language import translator
from whatworks.findings.lessons import lessons, misled
from whatworks.findings.names import N_
from whatworks.findings.next_step import more_sure_with, next_step, nothing_to_go_by
from whatworks.findings.refusal import is_refusal, refusal_view
from whatworks.findings.verdicts import Verdict, certainty, failed_doubts, hedged, verdict
from whatworks.findings.view import Cell, about, circles, unknown_cost
from whatworks.findings.wording import sentence, shown

_ANSWERS: Mapping[str, str] = {
    "helps": N_("Yes."),
    "probably_helps": N_("Probably yes."),
    "may_help": N_("Perhaps."),
    "too_small": N_("The difference is too small to matter."),
    "may_be_too_small": N_("The difference is perhaps too small to matter."),
    "no_important_difference": N_("No, we find no difference of importance."),
    "may_be_no_important_difference": N_("Perhaps not: we find no clear difference of importance."),
    "worse": N_("No, people fare worse."),
    "may_be_worse": N_("Perhaps not: it looks as if people fare worse."),
    "cannot_tell": N_("We cannot tell."),
    "not_trustworthy": N_("We cannot tell, because the comparison is not reliable."),
    "unknown": N_("We do not know."),
}


def conclude(finding: Finding, name: str, language: str) -> tuple[Verdict, Verdict]:
    """What a result of the finding means, and how far to trust it; the first in words no stronger than the second allows."""
    _ = translator(language)
    result = finding.results[name]
    sure = certainty(result, language=language)
    if finding.design == "municipality":
        # Whether one place would have gone as the others without the method cannot be tested.
        sure = Verdict("low", _("Low"), _("It is one municipality, and lots were not drawn."), "neutral")
    elif name in RANDOMISED and not failed_doubts(result):
        # One trial by lot earns more trust than its checks alone, and less than several would.
        sure = Verdict("moderate", _("Moderate"), _("Lots were drawn, but it is one trial only."), "neutral")
    return hedged(verdict(result, smallest_important(finding), language=language), sure, language=language), sure


def own_view(finding: Finding, language: str, *, priced: bool) -> dict[str, Any]:
    """Everything a page about our own numbers shows; ``priced`` where the page also says what it costs."""
    _ = translator(language)
    spoken = speaking(finding)
    assert spoken is not None
    name, result = spoken
    conclusion, sure = conclude(finding, name, language)
    trusted = conclusion.code != "not_trustworthy"
    told = _measured(finding, result, conclusion, language)
    said = gist(finding, result, conclusion, sure, language)
    small = conclusion.code.removeprefix("may_be_") in CLOSE_TO_NOTHING
    lift = lifts(finding, name, result, conclusion, language)
    method, group = _method_within(finding, language), within(group_name(finding, language))
    return {
        **about(finding, language),
        "question": _("Does {method} help {group}?").format(method=method, group=group),
        "answer": _(_ANSWERS[conclusion.code]),
        # "The difference is too small" already says what its gist would.
        "gist": "" if small else said,
        "small": small,
        "told": told,
        "lead": f"{_(_ANSWERS[conclusion.code])} {told}",
        "step": next_step(finding, conclusion, language, priced=priced),
        "strip": _strip(finding, result, conclusion, sure, lift, language),
        "withheld": ""
        if trusted
        else _(
            "We show no number, because the comparison is not reliable. The checks below say why; the method report has it all."
        ),
        "certainty": certainty_sentence(sure, language),
        "checks": check_lists(finding, name, language),
        "lift": lift,
        "unsaid": unsaid(finding, name, language),
        "advice": advice(finding, language),
        "facts": facts(finding, result, language),
        "method": explanations(finding, name, result, language),
        "lessons": lessons(finding, name, language),
        "misled": misled(finding, language),
        "trusted": trusted,
    }


def _method_within(finding: Finding, language: str) -> str:
    return within(label(finding.labels, "method", finding.method, language), proper=finding.synthetic)


def _measured(finding: Finding, result: EffectResult, conclusion: Verdict, language: str) -> str:
    """The effect with its range; where the comparison does not hold, the reason instead."""
    _ = translator(language)
    if conclusion.code == "not_trustworthy":
        return conclusion.reason
    outcome = within(outcome_name(finding, language))
    measured = _("Measured on {outcome}: {said}") if outcome else "{said}"
    said = sentence(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    return measured.format(outcome=outcome, said=said)


def _strip(
    finding: Finding, result: EffectResult, conclusion: Verdict, sure: Verdict, lift: Sequence[str], language: str
) -> list[Cell]:
    _ = translator(language)
    size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    why = _("probably {range}").format(range=span) if span else _("range not stated")
    outcome = within(outcome_name(finding, language))
    about_what = _("Difference in {outcome}").format(outcome=outcome) if outcome else _("Difference")
    difference = Cell(about_what, size, why, "neutral")
    if conclusion.code == "not_trustworthy":
        difference = Cell(about_what, _("Not shown"), _("The comparison is not reliable."), "unknown")
    return [
        Cell(_("Conclusion"), conclusion.word, conclusion.reason, conclusion.tone),
        difference,
        certainty_cell(sure, lift, language),
        unknown_cost(language),
    ]


def certainty_cell(sure: Verdict, lift: Sequence[str], language: str) -> Cell:
    """How sure we are at a glance, why, and what would make us more sure."""
    _ = translator(language)
    why = f"{sure.reason} {more_sure_with(lift, language)}".strip()
    return Cell(_("How sure are we?"), sure.word, why, sure.tone, circles(sure.code))


def unknown_view(finding: Finding, language: str) -> dict[str, Any]:
    _ = translator(language)
    group = within(group_name(finding, language))
    question = _("What works for {group}?").format(group=group)
    if finding.design != "reviews":
        question = _("Does {method} help {group}?").format(method=_method_within(finding, language), group=group)
    if is_refusal(finding):
        return {"question": question, **refusal_view(finding, language)}
    return {
        "question": question,
        "lead": _("We do not know."),
        "step": nothing_to_go_by(language),
        "why": [
            _(
                "We know of no published reviews about this, and we have no numbers of our own. "
                "That is not the same as no difference. It only means that we have nothing to answer with yet."
            )
        ],
        "lift": [
            _("A systematic search for published reviews about the group."),
            _("The same measurements from several services, before and after."),
            _("A gradual start where a draw of lots decides the order."),
        ],
    }
