"""Questions that only a person can answer: each judgement has a code, allowed answers, a role and a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

YES_NO = ("yes", "no")
ROB2_ANSWERS = ("low", "some_concerns", "high")
ROBINS_ANSWERS = ("low", "moderate", "serious", "critical")
GRADE_ANSWERS = ("very_low", "low", "moderate", "high")
COVERAGE = ("none", "described", "data", "tested")
# Who gave a judgement; never a person's name.
ROLES = ("reviewer_1", "reviewer_2", "consensus", "method_expert", "practice_panel", "review_authors")

# Risk of Bias 2: Sterne et al. (2019), BMJ 366:l4898.
ROB2_DOMAINS = {
    "rob2_randomisation": ("the randomisation process", "lodtrækningen"),
    "rob2_deviations": ("deviations from the intended intervention", "afvigelser fra den planlagte indsats"),
    "rob2_missing_data": ("missing outcome data", "manglende målinger af resultatet"),
    "rob2_measurement": ("measurement of the outcome", "målingen af resultatet"),
    "rob2_reporting": ("selection of the reported result", "valget af det rapporterede resultat"),
}
# ROBINS-I, version 2 of November 2025: six domains; deviations from the intervention are no domain of their own any more.
# The first version: Sterne et al. (2016), BMJ 355:i4919.
ROBINS_DOMAINS = {
    "robins_confounding": ("confounding", "forskelle mellem grupperne (confounding)"),
    "robins_classification": ("classification of interventions", "inddelingen i indsats og sammenligning"),
    "robins_selection": ("selection of participants", "udvælgelsen af deltagere"),
    "robins_missing_data": ("missing data", "manglende data"),
    "robins_measurement": ("measurement of the outcome", "målingen af resultatet"),
    "robins_reporting": ("selection of the reported result", "valget af det rapporterede resultat"),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing a person must judge.

    Attributes
    ----------
    about : ``"study"`` or ``"body"`` (the studies of one method on one outcome for one target group, taken together)
    answers : allowed answers; empty for a share from 0 to 1
    en, da : the question in plain words
    """

    about: str
    answers: tuple[str, ...]
    en: str
    da: str


def _bias(names: Mapping[str, tuple[str, str]], answers: tuple[str, ...]) -> dict[str, Question]:
    return {
        code: Question(about="study", answers=answers, en=f"Risk of bias from {en}", da=f"Risiko for skævhed fra {da}")
        for code, (en, da) in names.items()
    }


def _yes_no(about: str, en: str, da: str) -> Question:
    return Question(about=about, answers=YES_NO, en=en, da=da)


_MATCHES = {
    "population": ("the citizens", "borgerne"),
    "method": ("the version of the method", "udgaven af metoden"),
    "comparator": ("what it is compared with", "det, der sammenlignes med"),
    "outcome": ("the outcome", "resultatmålet"),
    "setting": ("the setting", "rammerne"),
}
# What EMMIE asks beside the effect, in words that end a sentence.
EMMIE = {
    "mechanism": ("how it works", "hvordan den virker"),
    "moderator": ("for whom and where it works", "for hvem og hvor den virker"),
    "implementation": ("how to do it", "hvordan man gør"),
    "economics": ("what it costs", "hvad den koster"),
}

QUESTIONS: Mapping[str, Question] = {
    **_bias(ROB2_DOMAINS, ROB2_ANSWERS),
    "rob2_overall": Question(
        about="study", answers=ROB2_ANSWERS, en="Risk of bias overall (RoB 2)", da="Samlet risiko for skævhed (RoB 2)"
    ),
    **_bias(ROBINS_DOMAINS, ROBINS_ANSWERS),
    "robins_overall": Question(
        about="study", answers=ROBINS_ANSWERS, en="Risk of bias overall (ROBINS-I)", da="Samlet risiko for skævhed (ROBINS-I)"
    ),
    "confounding_factor": _yes_no(
        "study",
        "Does something other than the method fall wholly together with one arm, such as one service per arm?",
        "Falder noget andet end metoden helt sammen med den ene gruppe, for eksempel ét tilbud i hver gruppe?",
    ),
    "invalid_outcome": _yes_no(
        "study",
        "Is the outcome invalid, unreliable or taught to the test?",
        "Er resultatmålet ugyldigt, upålideligt eller trænet direkte i indsatsen?",
    ),
    "compromised": _yes_no("study", "Was the drawing of lots broken?", "Blev lodtrækningen brudt?"),
    "design_conditions": Question(
        about="study",
        answers=("met", "fails_mildly", "not_met"),
        en="Are the conditions of the design argued and met (comparable group, no contamination, known start)?",
        da="Er designets betingelser begrundet og opfyldt (sammenlignelig gruppe, ingen afsmitning, kendt start)?",
    ),
    "grade_by_review": Question(
        about="body",
        answers=GRADE_ANSWERS,
        en="How sure are the review's own authors of the pooled result (GRADE)?",
        da="Hvor sikre er oversigtens egne forfattere på det samlede resultat (GRADE)?",
    ),
    **{
        f"match_{code}": _yes_no(
            "body", f"Do the studies match our question in {en}?", f"Passer undersøgelserne til vores spørgsmål, hvad angår {da}?"
        )
        for code, (en, da) in _MATCHES.items()
    },
    "dose_response": _yes_no("body", "Does a larger dose give a larger effect?", "Giver en større dosis en større effekt?"),
    "confounding_weakens": _yes_no(
        "body",
        "Would the likely remaining differences between the groups have made the effect look smaller?",
        "Ville de sandsynlige resterende forskelle mellem grupperne have fået effekten til at se mindre ud?",
    ),
    "documented_harm": _yes_no("body", "Is harm documented?", "Er der dokumenteret skade?"),
    "manual_available": _yes_no("body", "Are manual and training available?", "Findes der en manual og en uddannelse?"),
    "independent_replication": _yes_no(
        "body",
        "Has somebody other than the developer repeated the result with high quality?",
        "Har andre end udvikleren gentaget resultatet i høj kvalitet?",
    ),
    "account_of_impact": _yes_no(
        "body",
        "Is there a programme theory that says why it should work?",
        "Findes der en virkningsmodel, der siger, hvorfor det skulle virke?",
    ),
    "unit_cost_known": _yes_no("body", "Is the unit cost known?", "Er enhedsprisen kendt?"),
    **{
        f"emmie_{code}": Question(
            about="body", answers=COVERAGE, en=f"What do the studies say of {en}?", da=f"Hvad siger undersøgelserne om, {da}?"
        )
        for code, (en, da) in EMMIE.items()
    },
    **{
        f"emmie_q_{code}": Question(
            about="body",
            answers=(),
            en=f"Share of the quality checklist met on {en}",
            da=f"Andel af kvalitetstjeklisten opfyldt om, {da}",
        )
        for code, (en, da) in {"effect": ("the effect", "effekten"), **EMMIE}.items()
    },
}
