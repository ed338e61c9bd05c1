"""What the comparisons of a page teach, one beside the other."""

import math
from collections.abc import Mapping
from typing import Any

from whatworks.core.measures import PLAIN_RATIOS
from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.finding import Finding
from whatworks.findings.language import translator
from whatworks.findings.names import N_, design_explanation, design_name
from whatworks.findings.verdicts import failed_doubts

_STANDINGS: Mapping[str, str] = {
    "naive": N_("It is shown because many would calculate like this. We do not build the answer on it."),
    "twfe": N_("It is shown because it is common. We do not build the answer on it."),
    "overall": N_("This is the answer that we go by."),
}


def lessons(finding: Finding, name: str, language: str) -> list[dict[str, Any]]:
    """Every comparison explained; beside a yardstick also where it lands."""
    if finding.benchmark is None and finding.design != "rollout":
        return []
    told = []
    for key, result in finding.results.items():
        if key in (finding.benchmark, "event"):
            continue
        landing = "" if finding.benchmark is None else _landing(result, finding.results[finding.benchmark], language)
        if key in _STANDINGS and finding.benchmark is None:
            landing = translator(language)(_STANDINGS[key])
        # That nothing is taken into account is already what the explanation of a plain comparison says.
        failed = [check for check in failed_doubts(result) if check.name != "unadjusted"]
        doubts = [] if key in (name, finding.answer) else [check_sentence(check, language) for check in failed]
        told.append(
            {
                "name": design_name(key, language),
                "landing": landing,
                "explanation": design_explanation(key, language),
                "doubts": doubts,
            }
        )
    return told


def _landing(result: EffectResult, yardstick: EffectResult, language: str) -> str:
    """Where an answer lands beside the yardstick's range; which way it points only where the yardstick knows the way."""
    _ = translator(language)
    estimate, line = float(result.headline.estimate), yardstick.headline
    if float(line.conf_low) <= estimate <= float(line.conf_high):
        return _("The answer lands within the yardstick's range.")
    way = _way(yardstick)
    if way == 0:
        return _("The answer lands outside the yardstick's range.")
    if (estimate - _no_difference(result)) * way < 0:
        return _("The answer points the opposite way.")
    return _("The answer points the same way, but lands outside the yardstick's range.")


def misled(finding: Finding, language: str) -> str:
    """The lesson of the page, where the plain gap would have led astray: both it and the yardstick are clear, and disagree."""
    gap = finding.results.get("raw_gap")
    if gap is None or finding.benchmark is None or _way(gap) * _way(finding.results[finding.benchmark]) >= 0:
        return ""
    _ = translator(language)
    return _("Had we only looked at the raw gap, we would have drawn the wrong conclusion.")


def _no_difference(result: EffectResult) -> float:
    return 1.0 if result.measure in PLAIN_RATIOS else 0.0


def _way(result: EffectResult) -> int:
    """1 or -1 where the whole range is on one side of no difference, else 0."""
    low, high = float(result.headline.conf_low), float(result.headline.conf_high)
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0
    none = _no_difference(result)
    return int(low > none) - int(high < none)
