"""What to do now, in a sentence or two that is no bolder than the answer."""

from collections.abc import Mapping, Sequence

from whatworks.findings.finding import Finding
from whatworks.findings.labels import outcome_name, within
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_
from whatworks.findings.verdicts import Verdict

_STEPS: Mapping[str, str] = {
    "helps": N_("Use it for citizens like these, and measure whether you reach the same."),
    "probably_helps": N_("A good choice where citizens and conditions are like these. Start small; measure before and after."),
    "may_help": N_(
        "Only try it where you measure before and after and where some wait, so that there is someone to compare with."
    ),
    "too_small": N_("Do not start or expand it for the sake of {outcome} alone. Hold the price against the small difference."),
    "no_important_difference": N_(
        "Do not start or expand it for the sake of {outcome} alone. Ask what else it gives before you pay for it."
    ),
    "worse": N_("Wait with starting or expanding until the result has been discussed. Where it runs, find out why."),
    "open": N_(
        "Let these numbers decide nothing. If you try it, measure before and after, and let some wait, so that there is "
        "someone to compare with."
    ),
}
_WORTH_A_PRICE = ("helps", "probably_helps")
_OPEN = ("cannot_tell", "not_trustworthy", "unknown")


def nothing_to_go_by(language: str) -> str:
    """What to do where there is no answer at all."""
    return translator(language)(
        "There is nothing to go by yet. If you try something, measure before and after, and let some wait, so that there is "
        "someone to compare with."
    )


def next_step(finding: Finding, conclusion: Verdict, language: str, *, priced: bool = True) -> str:
    """What somebody who decides can do with the answer.

    Parameters
    ----------
    finding : supplies the outcome's name
    conclusion : of :func:`whatworks.findings.answer.conclude`
    language : ``"da"`` or ``"en"``
    priced : False where nobody knows what it costs, which is then to be found out first

    Examples
    --------
    >>> nothing = Finding(target_group="g", method="m", outcome="pay", design="matched", labels={})
    >>> next_step(nothing, Verdict("may_be_too_small", "", "", "neutral"), "en")
    'Do not start or expand it for the sake of pay alone. Hold the price against the small difference.'
    """
    code = "open" if conclusion.code in _OPEN else conclusion.code.removeprefix("may_be_")
    _ = translator(language)
    said = _(_STEPS[code]).format(outcome=within(outcome_name(finding, language)))
    return said if priced or code not in _WORTH_A_PRICE else f"{said} {_('Work out the price first: nobody has yet.')}"


def more_sure_with(lifted: Sequence[str], language: str) -> str:
    """What would raise the certainty most, as one sentence beside the certainty; empty where nothing is known to.

    Examples
    --------
    >>> more_sure_with(["More trials in other places.", "More people."], "en")
    'More sure with: more trials in other places.'
    """
    if not lifted:
        return ""
    first = lifted[0][:1].lower() + lifted[0][1:]
    return translator(language)("More sure with: {lift}").format(lift=first)


def published_step(sides: Sequence[str], language: str) -> str:
    """What to do with what others have published, by which way their results point.

    Parameters
    ----------
    sides : of :func:`whatworks.findings.reviews.sides_told_once`
    language : ``"da"`` or ``"en"``

    Examples
    --------
    >>> published_step(["for", "both"], "en").split(".")[0]
    'Look first at what the results speak for'
    """
    _ = translator(language)
    if "against" in sides and "for" not in sides:
        several = _("Do not start or expand it: no result speaks for it, and {n} speak against.")
        one = _("Do not start or expand it: no result speaks for it, and one speaks against.")
        said = several.format(n=number(sides.count("against"), language)) if sides.count("against") > 1 else one
        return f"{said} {_('Where it runs, find out whether it does harm.')}"
    if "against" in sides:
        return _("Read the results one by one before you choose: some speak against. Ask what else could be offered.")
    if "for" in sides:
        return _(
            "Look first at what the results speak for. Start small, and measure before and after: the numbers are from elsewhere."
        )
    return _("Let these numbers decide nothing. If you try it, measure before and after, so that the next answer is better.")
