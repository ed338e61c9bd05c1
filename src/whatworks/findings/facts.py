"""What a page about our own numbers rests on, how it was found, and what to do with it."""

import math
from collections.abc import Mapping

from whatworks.core.result import EffectResult
from whatworks.findings.finding import Finding
from whatworks.findings.labels import outcome_name, smallest_important, unit_of, within
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_, design_explanation, design_name
from whatworks.findings.plans import plan_sentence

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


def advice(finding: Finding, language: str) -> list[str]:
    """What to do for those who want to try something like it."""
    _ = translator(language)
    return [
        _("Measure {outcome} before the start and at fixed times, also somewhere that waits.").format(
            outcome=within(outcome_name(finding, language))
        ),
        _("Draw lots about the order if not everyone can start at once. Then the next answer becomes more certain."),
        _("Agree beforehand when to stop, for example if the measurements get worse twice in a row."),
    ]


def facts(finding: Finding, result: EffectResult, language: str) -> list[tuple[str, str]]:
    """How many places or people the answer rests on, by name."""
    _ = translator(language)
    known = {key: value for key, value in result.statistics.items() if math.isfinite(value)}
    words = _FACTS.get(finding.design, _FACTS["matched"])
    return [(_(text), number(known[key], language)) for key, text in words.items() if key in known]


def explanations(finding: Finding, name: str, result: EffectResult, language: str) -> list[str]:
    """How the answer was found, what its range means, how large a difference matters, and whether there was a plan."""
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
    planned = plan_sentence(finding, language)
    ranges = spans.format(level=percent(result.conf_level, language))
    return [explained.strip(), ranges, matters, planned, *_std_errors(finding, language)]


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
