"""The headline verdict: what all of it means for the person, by an ordered list of rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.core.options import one_of
from whatworks.evidence.catalogues import GOALS
from whatworks.evidence.grading.grade import LEVELS
from whatworks.evidence.grading.rating import RULE_VERSION
from whatworks.evidence.outcome_ranges import OutcomeEvidence

# Probability of a better outcome from which low certainty still allows "promising".
LIKELY = 0.90
_LABELS = {
    "unknown": ("Unknown", "Ukendt"),
    "trade_off": ("Trade-off", "Gavner ét og skader andet"),
    "harmful": ("Harmful", "Skadelig"),
    "no_clear_difference": ("No clear difference", "Ingen tydelig forskel"),
    "works": ("Works", "Virker"),
    "promising": ("Promising", "Lovende"),
}
_REASONS = {
    "no_study": ("No study was found.", "Der er ikke fundet nogen undersøgelser."),
    "very_low": ("The certainty is very low.", "Sikkerheden er meget lav."),
    "not_assessed": ("The certainty has not been assessed.", "Sikkerheden er ikke vurderet."),
    "no_range": ("The effect has no range.", "Effekten har intet interval."),
    "inconclusive": (
        "The studies fit both an improvement and a setback.",
        "Undersøgelserne passer både med fremgang og med tilbagegang.",
    ),
    "better_and_worse": (
        "One outcome that matters gets better and another worse.",
        "Ét vigtigt resultatmål bliver bedre og et andet dårligere.",
    ),
    "worse": ("An outcome that matters gets worse.", "Et vigtigt resultatmål bliver dårligere."),
    "inside_limits": (
        "Any difference is smaller than what matters.",
        "En eventuel forskel er mindre end det, der betyder noget.",
    ),
    "above_half": (
        "Even the low end is more than half of what matters.",
        "Selv den lave ende er over halvdelen af det, der betyder noget.",
    ),
    "above_zero": ("The whole range is on the good side.", "Hele intervallet ligger på den gode side."),
    "likely_better": ("It is likely to be better.", "Det er sandsynligvis bedre."),
    "holds": (
        "What the person has is held: any loss is smaller than what matters.",
        "Det, borgeren har, bevares: Et eventuelt tab er mindre end det, der betyder noget.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A verdict.

    Attributes
    ----------
    code : ``"unknown"``, ``"trade_off"``, ``"harmful"``, ``"no_clear_difference"``, ``"works"`` or ``"promising"``
    reason : code of the rule that decided; an unknown says ``"no_study"``, ``"very_low"``, ``"not_assessed"``, ``"no_range"`` or
        ``"inconclusive"``, none of which means that there is no difference
    label_en, label_da, reason_en, reason_da : for a reader
    certainty : the lowest among the critical outcomes; None where nobody assessed it
    goal : what success is
    rule_version : date of the rules

    Examples
    --------
    >>> known = OutcomeEvidence(outcome="who5", conf_low=2.0, conf_high=8.0, certainty="moderate", smallest_important=1.0)
    >>> headline = ww.evidence.verdict([known], goal="develop")
    >>> isinstance(headline, Headline), headline.certainty
    (True, 'moderate')
    """

    code: str
    reason: str
    label_en: str
    label_da: str
    reason_en: str
    reason_da: str
    certainty: str | None
    goal: str
    rule_version: str = RULE_VERSION


def verdict(outcomes: Sequence[OutcomeEvidence], *, goal: str = "develop") -> Headline:
    """The headline over the critical outcomes: the first rule that holds decides.

    1. Nothing is known, or every level is very low: unknown. 2. One outcome is better and another worse, at low certainty or
    more: trade-off. 3. One is worse: harmful. 4. All ranges lie within what matters, at moderate certainty or more: no clear
    difference. 5. The low end of one is above half of what matters, at moderate or more: works. 6. The range of one is above 0,
    or it is better with probability 0.90, at low or more: promising. 7. Otherwise unknown. From rule 4 on the certainty is the
    lowest among the critical outcomes; harm is looked for first, so that a doubtful second outcome cannot hide it.

    Where the goal is to maintain (the care track), holding on to what the person has is success, judged by non-inferiority: the
    low end above minus what matters is works at moderate certainty and promising at low; a loss harms only where it may matter.

    Parameters
    ----------
    outcomes : what is known of each outcome; none, or none critical, is no study
    goal : ``"develop"``, ``"maintain"`` or ``"limit_loss"`` (less loss than with usual help: judged as develop)

    Returns
    -------
    A :class:`Headline`. Unknown is never the same as no clear difference.

    References
    ----------
    After the categories of Conservation Evidence; certainty over several outcomes: Guyatt et al. (2013), Journal of Clinical
    Epidemiology 66:151-157; non-inferiority: Piaggio et al. (2012), JAMA 308:2594-2604. The cut-offs are ours.

    Examples
    --------
    >>> known = ww.evidence.OutcomeEvidence(outcome="who5", conf_low=6.0, conf_high=14.0, certainty="moderate",
    ...                                     smallest_important=10)
    >>> ww.evidence.verdict([known]).code
    'works'
    >>> ww.evidence.verdict([]).reason
    'no_study'
    """
    one_of(goal, GOALS, name="goal")
    critical = [outcome for outcome in outcomes if outcome.critical]
    lowest = min((outcome.level for outcome in critical), default=0)
    certainty = LEVELS[lowest - 1] if lowest else None
    code, reason = _harm(critical, goal) or _waiting(critical) or _gain(critical, lowest, goal)
    return Headline(
        code=code,
        reason=reason,
        label_en=_LABELS[code][0],
        label_da=_LABELS[code][1],
        reason_en=_REASONS[reason][0],
        reason_da=_REASONS[reason][1],
        certainty=certainty,
        goal=goal,
    )


def _harm(critical: Sequence[OutcomeEvidence], goal: str) -> tuple[str, str] | None:
    """Rules 2 and 3, on the outcomes with low certainty or more."""
    heard = [outcome for outcome in critical if outcome.level >= 2]
    worse = [outcome for outcome in heard if outcome.high < 0 and not (goal == "maintain" and outcome.held)]
    if worse and any(outcome.low > 0 for outcome in heard):
        return "trade_off", "better_and_worse"
    return ("harmful", "worse") if worse else None


def _waiting(critical: Sequence[OutcomeEvidence]) -> tuple[str, str] | None:
    """Rule 1, and why nothing good can be claimed while one critical outcome is silent."""
    for holds, reason in (
        (not critical or any(outcome.studies == 0 for outcome in critical), "no_study"),
        (any(not outcome.known for outcome in critical), "no_range"),
        (any(outcome.certainty is None for outcome in critical), "not_assessed"),
        (any(outcome.level == 1 for outcome in critical), "very_low"),
    ):
        if holds:
            return "unknown", reason
    return None


def _gain(critical: Sequence[OutcomeEvidence], lowest: int, goal: str) -> tuple[str, str]:
    """Rules 4 to 7."""
    sure = lowest >= LEVELS.index("moderate") + 1
    if goal == "maintain" and all(outcome.held for outcome in critical):
        return ("works" if sure else "promising"), "holds"
    if sure and all(outcome.inside for outcome in critical):
        return "no_clear_difference", "inside_limits"
    if sure and any(outcome.large for outcome in critical):
        return "works", "above_half"
    if any(outcome.low > 0 for outcome in critical):
        return "promising", "above_zero"
    if any((outcome.probability_better or 0) >= LIKELY for outcome in critical):
        return "promising", "likely_better"
    return "unknown", "inconclusive"
