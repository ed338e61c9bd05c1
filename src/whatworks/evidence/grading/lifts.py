"""The one input that would lift a rating a level, standard by standard."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from whatworks.evidence.grading.grade import GradeFacts, grade_steps, optimal_information_size
from whatworks.evidence.grading.inputs import input_words
from whatworks.evidence.grading.locks import LOCK_STUDIES, LockFacts
from whatworks.evidence.grading.rating import NOT_ASSESSABLE, Rating

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Candidate(Generic[Facts]):
    """One input that could be different: what it is called, and the facts with it changed."""

    en: str
    da: str
    facts: Facts


@dataclass(frozen=True)
class Lifted:
    """What would lift a rating, in both languages; empty where nothing would."""

    en: str
    da: str


TOP = Lifted("Already at the top.", "Allerede øverst.")
NO_SINGLE = Lifted("No single input would lift it.", "Intet enkelt forhold ville løfte den.")


def lift(rating: Rating, rule: Callable[[Facts], Rating], candidates: Iterable[Candidate[Facts]], *, top: float | None) -> Lifted:
    """The first single change that gives a higher rating by the same rule. What is missing comes before anything else.

    Parameters
    ----------
    rating : the rating as it stands
    rule : the rule that gave it
    candidates : changes of one input each, the cheapest first
    top : the highest order of the standard
    """
    if rating.value == NOT_ASSESSABLE:
        en, da = input_words(rating.missing[:1] or ("a study",))
        return Lifted(f"Needed: {en}.", f"Mangler: {da}.")
    if rating.order is None:
        return Lifted("The standard does not rate this design.", "Standarden rummer ikke dette design.")
    if top is not None and rating.order >= top:
        return TOP
    for candidate in candidates:
        order = rule(candidate.facts).order
        if order is not None and order > rating.order:
            return Lifted(_sentence(candidate.en), _sentence(candidate.da))
    return NO_SINGLE


def grade_candidates(facts: GradeFacts) -> list[Candidate[GradeFacts]]:
    """Each domain that takes levels away, put right by itself: what can be judged first, more people last."""
    needed = optimal_information_size(facts.smallest_important)
    estimate = facts.estimate or 0.0
    put_right = {
        "indirectness": (
            "studies of citizens and services like ours",
            "undersøgelser af borgere og tilbud som vores",
            replace(facts, mismatches=max(0, (facts.mismatches or 0) - 1)),
        ),
        "publication_bias": (
            "studies run by others than the developer, unpublished ones included",
            "undersøgelser lavet af andre end udvikleren, også dem, der ikke er udgivet",
            replace(facts, developer_share=0.0, egger_p=1.0),
        ),
        "risk_of_bias": (
            "trials with drawn lots and low risk of bias carrying most of the weight",
            "lodtrækningsforsøg med lav risiko for skævhed, der vejer tungest",
            replace(facts, randomised=True, high_risk_share=0.0, high_risk_shift=0.0),
        ),
        "inconsistency": (
            "an explanation of why the studies disagree",
            "en forklaring på, hvorfor undersøgelserne er uenige",
            replace(facts, i2=0.0, prediction_low=facts.conf_low, prediction_high=facts.conf_high),
        ),
        "imprecision": (
            f"more citizens in the studies ({needed} in all) and a narrower range",
            f"flere borgere i undersøgelserne ({needed} i alt) og et smallere interval",
            replace(facts, n=float(max(needed, facts.n or 0)), conf_low=estimate, conf_high=estimate),
        ),
    }
    lowered = [step.domain for step in grade_steps(facts) if step.down is not None and step.down > 0]
    return [Candidate(*put_right[domain]) for domain in put_right if domain in lowered]


def lock_candidates(facts: LockFacts) -> list[Candidate[LockFacts]]:
    """Each threat removed by itself, then one more solid study than the next lock asks for."""
    more = next((needed for needed in LOCK_STUDIES if needed > facts.solid), facts.solid)
    wanted = more - facts.solid
    return [
        Candidate("a Nordic study", "en nordisk undersøgelse", replace(facts, nordic=max(1, facts.nordic or 0))),
        Candidate(
            "most weight from others than the developer", "mest vægt fra andre end udvikleren", replace(facts, developer=0.0)
        ),
        Candidate("newer studies", "nyere undersøgelser", replace(facts, old=0.0)),
        Candidate(
            "most weight from trials with drawn lots", "mest vægt fra lodtrækningsforsøg", replace(facts, not_randomised=0.0)
        ),
        Candidate(
            "a good effect to be expected in the next place too",
            "en god effekt at vente også det næste sted",
            replace(facts, next_place_doubtful=False),
        ),
        Candidate(
            "1 more solid study" if wanted == 1 else f"{wanted} more solid studies",
            "1 solid undersøgelse mere" if wanted == 1 else f"{wanted} solide undersøgelser mere",
            replace(facts, solid=more),
        ),
    ]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
