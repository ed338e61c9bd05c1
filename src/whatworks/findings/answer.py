"""The words of a page about our own numbers: answer, strip, doubts, lessons, advice; and of one about nothing at all."""

import math
from collections.abc import Mapping
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.finding import Finding
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
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_, design_explanation, design_name
from whatworks.findings.verdicts import Verdict, certainty, hedged, verdict
from whatworks.findings.view import Cell, about, unknown_cost
from whatworks.findings.wording import sentence, shown

_ANSWERS: Mapping[str, str] = {
    "helps": N_("Yes."),
    "probably_helps": N_("Probably yes."),
    "may_help": N_("Perhaps."),
    "too_small": N_("The difference is too small to matter."),
    "may_be_too_small": N_("The difference is perhaps too small to matter."),
    "no_important_difference": N_("No, we find no difference of importance."),
    "worse": N_("No, people fare worse."),
    "may_be_worse": N_("Perhaps not: it looks as if people fare worse."),
    "cannot_tell": N_("We cannot tell."),
    "not_trustworthy": N_("We cannot tell, because the comparison is not reliable."),
    "unknown": N_("We do not know."),
}
# A roll-out counts places, a matched comparison people.
_FACTS: Mapping[str, Mapping[str, str]] = {
    "rollout": {
        "n_treated": N_("Places with the intervention"),
        "n_comparison": N_("Places they are compared with"),
        "nobs": N_("Measurements"),
        "n_dropped": N_("Rows left out"),
    },
    "matched": {
        "n_treated": N_("People with the intervention"),
        "n_comparison": N_("People they are compared with"),
        "n_dropped": N_("Rows left out"),
    },
}
_STATES: Mapping[bool | None, tuple[str, str, str]] = {
    False: ("bad", "✗", N_("Not passed")),
    None: ("open", "?", N_("Cannot be settled")),
    True: ("ok", "✓", N_("Passed")),
}


_STANDINGS: Mapping[str, str] = {
    "naive": N_("It is shown because many would calculate like this. We do not go by it."),
    "twfe": N_("It is shown because it is common. We do not go by it."),
    "overall": N_("This is the answer that we go by."),
}


def conclude(finding: Finding, name: str, language: str) -> tuple[Verdict, Verdict]:
    """What a result of the finding means, and how far to trust it; the first in words no stronger than the second allows."""
    _ = translator(language)
    result = finding.results[name]
    sure = certainty(result, language=language)
    if name in RANDOMISED and not result.failed_checks:
        # One trial by lot earns more trust than its checks alone, and less than several would.
        sure = Verdict("moderate", _("Moderate"), _("Lots were drawn, but it is one trial only."), "neutral")
    return hedged(verdict(result, smallest_important(finding), language=language), sure, language=language), sure


def own_view(finding: Finding, language: str) -> dict[str, Any]:
    """Everything a page about our own numbers shows."""
    _ = translator(language)
    spoken = speaking(finding)
    assert spoken is not None
    name, result = spoken
    conclusion, sure = conclude(finding, name, language)
    trusted = conclusion.code != "not_trustworthy"
    told = _measured(finding, result, conclusion, language)
    method, group = _method_within(finding, language), within(group_name(finding, language))
    return {
        **about(finding, language),
        "question": _("Does {method} help {group}?").format(method=method, group=group),
        "answer": _(_ANSWERS[conclusion.code]),
        "told": told,
        "lead": f"{_(_ANSWERS[conclusion.code])} {told}",
        "second": _second(finding, name, language),
        "strip": _strip(finding, result, conclusion, sure, language),
        "withheld": ""
        if trusted
        else _(
            "We show no number, because the comparison is not reliable. The checks below say why; the method report has it all."
        ),
        "certainty": _certainty_sentence(sure, language),
        "checks": _checks(finding, name, language),
        "lift": _lift(finding, name, result, conclusion, language),
        "unsaid": _unsaid(finding, name, language),
        "advice": _advice(finding, conclusion, language),
        "facts": _facts(finding, result, language),
        "method": _method(finding, name, result, language),
        "lessons": _lessons(finding, name, language),
        "misled": _misled(finding, language),
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


def _second(finding: Finding, name: str, language: str) -> str:
    """Where lots decided: that this is what the page goes by."""
    if name not in RANDOMISED:
        return ""
    _ = translator(language)
    return _(
        "That is the answer of a randomised trial, where a draw of lots decided who took part. Below: how close others come."
    )


def _strip(finding: Finding, result: EffectResult, conclusion: Verdict, sure: Verdict, language: str) -> list[Cell]:
    _ = translator(language)
    size, span = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
    why = _("probably {range}").format(range=span) if span else _("range not stated")
    difference = Cell(_("Difference"), size, why, "neutral")
    if conclusion.code == "not_trustworthy":
        difference = Cell(_("Difference"), _("Not shown"), _("The comparison is not reliable."), "unknown")
    return [
        Cell(_("Conclusion"), conclusion.word, conclusion.reason, conclusion.tone),
        difference,
        Cell(_("How sure are we?"), sure.word, sure.reason, sure.tone),
        unknown_cost(language),
    ]


def _certainty_sentence(sure: Verdict, language: str) -> str:
    _ = translator(language)
    return _("How far we trust the answer: {level}. {reason}").format(level=within(sure.word), reason=sure.reason)


def _checks(finding: Finding, name: str, language: str) -> list[dict[str, Any]]:
    """Doubts by comparison: those that came true first, then the open ones, then those that were laid to rest."""
    _ = translator(language)
    keys = [key for key in dict.fromkeys((name, finding.answer)) if key is not None and finding.results[key].checks]
    order = {False: 0, None: 1, True: 2}
    lists = []
    for key in keys:
        rows = []
        for check in sorted(finding.results[key].checks, key=lambda check: order[check.passed]):
            state, mark, word = _STATES[check.passed]
            rows.append({"state": state, "mark": mark, "word": _(word), "text": check_sentence(check, language)})
        # The heading tells whose checks they are, where that is not the answer the page goes by.
        lists.append({"heading": "" if keys == [name] else design_name(key, language), "rows": rows})
    return lists


def _lift(finding: Finding, name: str, result: EffectResult, conclusion: Verdict, language: str) -> list[str]:
    """What would raise the certainty, by what lowers it now."""
    _ = translator(language)
    failed = {check.name for check in result.checks if check.passed is not True}
    lifts = [_("More trials in other places.") if name in RANDOMISED else _("A draw of lots about who starts first.")]
    if failed & {"few_clusters", "small_cells", "effective_sample_size"}:
        lifts.append(_("More places or people to compare with."))
    if "parallel_pretrends" in failed:
        lifts.append(_("A comparison group that developed in the same way before the start."))
    if failed & {"balance", "common_support", "far_pairs", "overlap"}:
        lifts.append(_("A comparison group that is more like those who get the intervention."))
    if conclusion.code == "cannot_tell":
        lifts.append(_("More people or a longer time, so that the range becomes narrower."))
    if smallest_important(finding) is None:
        lifts.append(_("That citizens and professionals agree on how large a difference must be to matter."))
    return lifts


def _unsaid(finding: Finding, name: str, language: str) -> list[str]:
    _ = translator(language)
    unsaid = [_("How one person will fare. The numbers are averages for groups.")]
    if name not in RANDOMISED:
        unsaid.append(_("Whether the groups differ in something that was not measured."))
    outcome = within(outcome_name(finding, language))
    unsaid += [
        _("Whether it goes the same way in other places and at other times."),
        _("What the intervention does to other things than {outcome}. Harms have not been studied.").format(outcome=outcome),
        _("What it costs, and who gets the gain."),
    ]
    return unsaid


def _advice(finding: Finding, conclusion: Verdict, language: str) -> list[str]:
    _ = translator(language)
    first = {
        "worse": [_("Discuss the result before you start or expand.")],
        "no_important_difference": [_("Weigh the price against our finding no difference of importance.")],
        "too_small": [_("Weigh the price against the small difference.")],
    }.get(conclusion.code.removeprefix("may_be_"), [])
    return [
        *first,
        _("Measure {outcome} before the start and at fixed times, also somewhere that waits.").format(
            outcome=within(outcome_name(finding, language))
        ),
        _("Draw lots about the order if not everyone can start at once. Then the next answer becomes more certain."),
        _("Agree beforehand when to stop, for example if the measurements get worse twice in a row."),
    ]


def _facts(finding: Finding, result: EffectResult, language: str) -> list[tuple[str, str]]:
    _ = translator(language)
    known = {key: value for key, value in result.statistics.items() if math.isfinite(value)}
    words = _FACTS.get(finding.design, _FACTS["matched"])
    return [(_(text), number(known[key], language)) for key, text in words.items() if key in known]


def _method(finding: Finding, name: str, result: EffectResult, language: str) -> list[str]:
    _ = translator(language)
    explained = f"{design_name(name, language)}: {design_explanation(name, language)}"
    spans = _(
        "The ranges are {level} intervals. If the assumptions hold, about {level} of such intervals contain the true number."
    )
    limit = smallest_important(finding)
    matters = _("How large a difference must be to matter has not been set.")
    if limit is not None:
        size = number(limit, language, decimals=0 if limit == int(limit) else 2)
        matters = _("The smallest difference that matters is set to {size} {unit}.").format(
            size=size, unit=unit_of(finding, result, language)
        )
    return [explained.strip(), spans.format(level=percent(result.conf_level, language)), matters, *_std_errors(finding, language)]


def _std_errors(finding: Finding, language: str) -> list[str]:
    """The yardstick's standard error by each rule, where the report compared them."""
    rules = finding.tables.get("std_errors")
    if rules is None or not {"classical", "HC1"} <= set(rules["rule"]):
        return []
    error = {rule: number(value, language) for rule, value in zip(rules["rule"], rules["std_error"], strict=True)}
    said = translator(language)(
        "Standard error of the trial's answer: {classical} by the classical rule, {robust} by the robust one."
    )
    return [said.format(classical=error["classical"], robust=error["HC1"])]


def _lessons(finding: Finding, name: str, language: str) -> list[dict[str, Any]]:
    """Every comparison explained; beside a yardstick also where it lands."""
    if finding.benchmark is None and finding.design != "rollout":
        return []
    lessons = []
    for key, result in finding.results.items():
        if key in (finding.benchmark, "event"):
            continue
        landing = "" if finding.benchmark is None else _landing(result, finding.results[finding.benchmark], language)
        if key in _STANDINGS and finding.benchmark is None:
            landing = translator(language)(_STANDINGS[key])
        # That nothing is taken into account is already what the explanation of a plain comparison says.
        failed = [check for check in result.failed_checks if check.name != "unadjusted"]
        doubts = [] if key in (name, finding.answer) else [check_sentence(check, language) for check in failed]
        lessons.append(
            {
                "name": design_name(key, language),
                "landing": landing,
                "explanation": design_explanation(key, language),
                "doubts": doubts,
            }
        )
    return lessons


def _landing(result: EffectResult, yardstick: EffectResult, language: str) -> str:
    """Where an answer lands beside the yardstick's range."""
    _ = translator(language)
    estimate, line = float(result.headline.estimate), yardstick.headline
    if float(line.conf_low) <= estimate <= float(line.conf_high):
        return _("The answer lands within the yardstick's range.")
    if estimate * float(line.estimate) < 0:
        return _("The answer points the opposite way.")
    return _("The answer points the same way, but lands outside the yardstick's range.")


def _misled(finding: Finding, language: str) -> str:
    """The lesson of the page, where the plain gap would have led astray."""
    gap = finding.results.get("raw_gap")
    if gap is None or finding.benchmark is None:
        return ""
    if float(gap.headline.estimate) * float(finding.results[finding.benchmark].headline.estimate) >= 0:
        return ""
    _ = translator(language)
    return _("Had we only looked at the raw gap, we would have drawn the wrong conclusion.")


def unknown_view(finding: Finding, language: str) -> dict[str, Any]:
    _ = translator(language)
    group = within(group_name(finding, language))
    question = _("What works for {group}?").format(group=group)
    if finding.design != "reviews":
        question = _("Does {method} help {group}?").format(method=_method_within(finding, language), group=group)
    return {
        "question": question,
        "lead": _("We do not know."),
        "lift": [
            _("A search for published reviews about the group."),
            _("The same measurements from several services, before and after."),
            _("A gradual start where a draw of lots decides the order."),
        ],
    }
