"""The finding in one plain sentence whose verb is no stronger than size and certainty allow."""

import re
from collections.abc import Mapping

from whatworks.core.measures import PLAIN_RATIOS
from whatworks.core.result import EffectResult
from whatworks.findings.finding import Finding
from whatworks.findings.labels import label, outcome_name, short, smallest_important, within
from whatworks.findings.language import translator
from whatworks.findings.names import N_
from whatworks.findings.verdicts import Verdict
from whatworks.findings.wording import STANDARDISED

# Cohen's small, medium and large effect (1988, Statistical Power Analysis, 2nd ed., section 2.2), told as multiples of the small
# one: where somebody has set the smallest difference that matters, that difference takes the small one's place.
_BANDS = ((2.5, "small"), (4.0, "moderate"))
_DEFAULT_SMALLEST = 0.20
_DEGREES: Mapping[str, str] = {
    "small": N_("slightly"),
    "moderate": "",
    "large": N_("substantially"),
    "unstated": "",
}
# By certainty, and by which way the number goes and whether that is good. An amount of something unwanted is reduced.
_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "high": {
        "improves": N_("{method} improves {outcome} {degree}."),
        "reduces": N_("{method} reduces {outcome} {degree}."),
        "worsens": N_("{method} worsens {outcome} {degree}."),
        "increases": N_("{method} increases {outcome} {degree}."),
        "trivial": N_("{method} makes little or no difference to {outcome}."),
    },
    "moderate": {
        "improves": N_("{method} probably improves {outcome} {degree}."),
        "reduces": N_("{method} probably reduces {outcome} {degree}."),
        "worsens": N_("{method} probably worsens {outcome} {degree}."),
        "increases": N_("{method} probably increases {outcome} {degree}."),
        "trivial": N_("{method} probably makes little or no difference to {outcome}."),
    },
    "low": {
        "improves": N_("{method} may improve {outcome} {degree}."),
        "reduces": N_("{method} may reduce {outcome} {degree}."),
        "worsens": N_("{method} may worsen {outcome} {degree}."),
        "increases": N_("{method} may increase {outcome} {degree}."),
        "trivial": N_("{method} may make little or no difference to {outcome}."),
    },
}
CLOSE_TO_NOTHING = ("too_small", "no_important_difference")
_OPEN = ("cannot_tell", "not_trustworthy", "unknown")


def gist(finding: Finding, result: EffectResult, conclusion: Verdict, sure: Verdict, language: str) -> str:
    """One sentence of what the method does to the outcome, by the size of the effect and how sure we are.

    Parameters
    ----------
    finding : supplies the names and the smallest difference that matters
    result : the result that the page goes by
    conclusion, sure : of :func:`whatworks.findings.answer.conclude`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    High certainty has the bare verb, moderate "probably", low "may"; at very low certainty, or where the range holds both sides,
    the sentence only says that it is uncertain. "Slightly" is less than 2.5 times the smallest difference that matters,
    "substantially" at least four times it. Without such a difference and off the standard-deviation scale no degree is said.

    References
    ----------
    Santesso et al. (2020), Journal of Clinical Epidemiology 119:126-135, table 1.
    """
    _ = translator(language)
    method = short(label(finding.labels, "method", finding.method, language))
    method = method[:1].upper() + method[1:]
    outcome = within(outcome_name(finding, language))
    if sure.code == "very_low" or conclusion.code in _OPEN:
        return _("It is very uncertain whether {method} affects {outcome}.").format(
            method=within(method, proper=finding.synthetic), outcome=outcome
        )
    size = size_class(result, conclusion, smallest_important(finding))
    said = _(_SENTENCES.get(sure.code, _SENTENCES["low"])[_verb(result, size)])
    degree = _(_DEGREES[size]) if _DEGREES.get(size) else ""
    return re.sub(r"\s+\.", ".", said.format(method=method, outcome=outcome, degree=degree))


def size_class(result: EffectResult, conclusion: Verdict, smallest: float | None) -> str:
    """``"trivial"``, ``"small"``, ``"moderate"``, ``"large"``, or ``"unstated"`` where nothing says how much would matter.

    Trivial is only what the whole range says: an estimate below the smallest difference that matters may still hide one above.

    Examples
    --------
    >>> from whatworks.findings.verdicts import Verdict
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [0.6], "std_error": [0.1],
    ...                         "conf_low": [0.4], "conf_high": [0.8], "p_value": [0.0]})
    >>> result = ww.EffectResult(method="example", estimand="ATT", measure="SMD", unit="standard deviations", good="up",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> size_class(result, Verdict("helps", "", "", "good"), None)
    'moderate'
    """
    if conclusion.code.removeprefix("may_be_") in CLOSE_TO_NOTHING:
        return "trivial"
    if smallest is None and result.measure in STANDARDISED:
        smallest = _DEFAULT_SMALLEST
    if smallest is None or result.measure not in (*STANDARDISED, "MD", "RD", "money"):
        return "unstated"
    times = abs(float(result.headline.estimate)) / smallest
    return next((name for limit, name in _BANDS if times < limit), "large")


def _verb(result: EffectResult, size: str) -> str:
    if size == "trivial":
        return "trivial"
    row = result.headline
    above = float(row.conf_low) > (1.0 if result.measure in PLAIN_RATIOS else 0.0)
    if result.good == "down":
        return "increases" if above else "reduces"
    return "improves" if above else "worsens"
