"""What a result means for the person it is about, by rules anyone can read, with the reason in words."""

import math
from dataclasses import dataclass, replace

from whatworks.core.check import Check
from whatworks.core.measures import PLAIN_RATIOS
from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.language import number, translator

# Doubts that leave no answer standing: the groups were on different paths, were never made comparable, or were made alike in
# what the intervention changes; or two sources contradict each other, or effects count opposite ways, and one number is made of
# them all.
DISQUALIFYING = ("parallel_pretrends", "unadjusted", "outcome_among_covariates", "conflict", "mixed_directions")
# Doubts that can turn the answer round by themselves: they leave a perhaps, however clear the range.
TURNING = (
    "placebo",
    "hidden_factor",
    "robust_to_trends",
    "synthetic_fit",
    "leave_one_donor_out",
    "specification_curve",
    "inconsistency",
)
# Says what is hidden or left aside, that more could have been kept, or is about parts: nothing against the answer itself.
NOT_A_DOUBT = (
    "disclosure",
    "outside_sample",
    "clustered_by_matched_set",
    "optimum_proved",
    "many_subgroups",
    "balance_within_subgroups",
)


@dataclass(frozen=True)
class Verdict:
    """A conclusion in a word or two, and why.

    Attributes
    ----------
    code : machine name, e.g. ``"helps"``
    word : for the reader, in the language asked for
    reason : one or two sentences
    tone : ``"good"``, ``"bad"``, ``"neutral"`` or ``"unknown"``; never shown without the word
    """

    code: str
    word: str
    reason: str
    tone: str


def failed_doubts(result: EffectResult) -> tuple[Check, ...]:
    """Failed checks that speak against the answer: all but those of :data:`NOT_A_DOUBT`."""
    return tuple(check for check in result.failed_checks if check.name not in NOT_A_DOUBT)


def verdict(result: EffectResult | None, smallest_important: float | None = None, *, language: str = "da") -> Verdict:
    """Classify a result: the first rule that fits decides.

    Parameters
    ----------
    result : the result that answers; None where there is none
    smallest_important : the smallest difference that matters, in the result's unit, > 0; None where nobody has set one
    language : ``"da"`` or ``"en"``

    Returns
    -------
    In this order: ``not_trustworthy`` (a failed check of :data:`DISQUALIFYING`); ``cannot_tell`` (no range, or no known
    direction of good); ``no_important_difference`` and ``too_small`` (the whole range is nearer to zero than what matters,
    with and without zero in it); ``worse`` and ``helps`` or ``probably_helps`` (the whole range is on one side);
    ``cannot_tell`` (both sides). ``helps`` asks that even the low end matters and that no check failed; where a check failed
    the others are ``may_be_no_important_difference``, ``may_be_too_small`` and ``may_be_worse``, and where one of
    :data:`TURNING` failed ``helps`` is ``may_help``. Checks of :data:`NOT_A_DOUBT` change nothing.

    Examples
    --------
    >>> verdict(None, language="en").word
    'We do not know'
    """
    _ = translator(language)
    if result is None:
        return Verdict("unknown", _("We do not know"), _("There are no results yet."), "unknown")
    fatal = next((check for check in result.failed_checks if check.name in DISQUALIFYING), None)
    if fatal is not None:
        return Verdict("not_trustworthy", _("Not reliable"), check_sentence(fatal, language), "unknown")
    low, high = _benefit(result)
    if not (math.isfinite(low) and math.isfinite(high)):
        return _cannot_tell(_("There is no range, so we do not know how uncertain the number is."), language)
    if result.good is None:
        return _cannot_tell(_("We do not know which direction is good for the person."), language)
    limit = math.inf if smallest_important is None else float(smallest_important)
    if smallest_important is not None and -limit < low and high < limit:
        return _inside(low, high, passed=not failed_doubts(result), language=language)
    if high < 0:
        return _bad_side(passed=not failed_doubts(result), language=language)
    if low > 0:
        return _good_side(result, low, smallest_important, language)
    return _cannot_tell(_("The numbers fit both an improvement and a setback."), language)


def certainty(result: EffectResult | None, *, language: str = "da") -> Verdict:
    """How far a comparison without drawing lots can be trusted, from its checks alone.

    Parameters
    ----------
    result : the result that answers; None where there is none
    language : ``"da"`` or ``"en"``

    Returns
    -------
    ``moderate`` when every check passed, ``low`` when one failed, cannot be settled or none was made, ``very_low`` when a
    check of :data:`DISQUALIFYING` failed. Never ``high``: no number of checks replaces drawing lots.

    Examples
    --------
    >>> certainty(None, language="en").code
    'unknown'
    """
    _ = translator(language)
    if result is None:
        return Verdict("unknown", _("We do not know"), _("There are no results yet."), "unknown")
    checks = [check for check in result.checks if check.name not in NOT_A_DOUBT]
    passed = sum(check.passed is True for check in checks)
    counted = {"passed": number(passed, language), "total": number(len(checks), language)}
    if any(check.name in DISQUALIFYING for check in result.failed_checks):
        return Verdict("very_low", _("Very low"), _("A check that decides the matter was not passed."), "bad")
    if not checks:
        return Verdict("low", _("Low"), _("No checks were made."), "neutral")
    if passed < len(checks):
        reason = _("No lots were drawn, and only {passed} of {total} checks were passed.").format(**counted)
        return Verdict("low", _("Low"), reason, "neutral")
    reason = _("{passed} of {total} checks were passed, but no lots were drawn.").format(**counted)
    return Verdict("moderate", _("Moderate"), reason, "neutral")


def hedged(conclusion: Verdict, sure: Verdict, *, language: str = "da") -> Verdict:
    """The conclusion in words no stronger than the certainty allows: where it is low, everything is a maybe.

    References
    ----------
    Santesso et al. (2020), Journal of Clinical Epidemiology 119:126-135: "probably" asks for moderate, "may" for low certainty.
    """
    return _weaker(conclusion, language) if sure.code in ("low", "very_low") else conclusion


def _weaker(conclusion: Verdict, language: str) -> Verdict:
    _ = translator(language)
    weaker = {
        "helps": ("may_help", _("May help")),
        "probably_helps": ("may_help", _("May help")),
        "too_small": ("may_be_too_small", _("Perhaps too small to matter")),
        "no_important_difference": ("may_be_no_important_difference", _("No clear difference of importance")),
        "worse": ("may_be_worse", _("Perhaps worse than without")),
    }
    if conclusion.code not in weaker:
        return conclusion
    code, word = weaker[conclusion.code]
    return replace(conclusion, code=code, word=word, tone="bad" if conclusion.tone == "bad" else "neutral")


def _benefit(result: EffectResult) -> tuple[float, float]:
    """The range with the good direction upwards and no difference at 0."""
    low, high = float(result.headline.conf_low), float(result.headline.conf_high)
    if result.measure in PLAIN_RATIOS:
        low, high = low - 1, high - 1
    return (-high, -low) if result.good == "down" else (low, high)


def _cannot_tell(reason: str, language: str) -> Verdict:
    _ = translator(language)
    return Verdict("cannot_tell", _("We cannot tell"), reason, "unknown")


def _inside(low: float, high: float, *, passed: bool, language: str) -> Verdict:
    """The whole range is nearer to zero than what matters."""
    _ = translator(language)
    if low > 0 or high < 0:
        reason = _("Even the largest difference in the range is too small to matter.")
        if not passed:
            reason = _("Every difference in the range is too small to matter, but not all checks were passed.")
        judged = Verdict("too_small", _("Too small to matter"), reason, "neutral")
    else:
        reason = _("Better or worse: every difference in the range is too small to matter.")
        if not passed:
            reason = _("Every difference in the range is too small to matter, but not all checks were passed.")
        judged = Verdict("no_important_difference", _("No important difference"), reason, "neutral")
    return judged if passed else _weaker(judged, language)


def _bad_side(*, passed: bool, language: str) -> Verdict:
    """The whole range is on the bad side."""
    _ = translator(language)
    reason = _("The result is poorer than in the comparison group. Discuss it before the intervention is spread.")
    if not passed:
        reason = _("The result is poorer than in the comparison group, but not all checks were passed. Discuss it all the same.")
    judged = Verdict("worse", _("Worse than without"), reason, "bad")
    return judged if passed else _weaker(judged, language)


def _good_side(result: EffectResult, low: float, smallest_important: float | None, language: str) -> Verdict:
    """The whole range is on the good side."""
    _ = translator(language)
    failed = failed_doubts(result)
    if failed:
        reason = _("Even the smallest difference in the range is an improvement, but not all checks were passed.")
    elif smallest_important is None:
        reason = _("Even the smallest difference in the range is an improvement. How much it takes to matter has not been set.")
    elif low < smallest_important:
        reason = _("Even the smallest difference in the range is an improvement, but it may be too small to matter.")
    else:
        return Verdict("helps", _("Helps"), _("Even the low end of the range is large enough to matter."), "good")
    judged = Verdict("probably_helps", _("Probably helps"), reason, "good")
    return _weaker(judged, language) if any(check.name in TURNING for check in failed) else judged
