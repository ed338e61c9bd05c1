"""Each standard as one row of the panel: its rating, its inputs, and what would lift it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from whatworks.evidence.grading.body import count_body, unknown_inputs
from whatworks.evidence.grading.emmie import DIMENSIONS, coverage, effect_category, majority, quality
from whatworks.evidence.grading.grade import LABELS, LEVELS, grade
from whatworks.evidence.grading.lifts import TOP, Candidate, Lifted, grade_candidates, lift, lock_candidates
from whatworks.evidence.grading.locks import locks, months_of_progress
from whatworks.evidence.grading.pooled import (
    Pooled,
    clearinghouse_rating,
    grade_facts,
    lock_facts,
    rate_clearinghouse,
)
from whatworks.evidence.grading.programmes import LIFTS, PROGRAMMES
from whatworks.evidence.grading.rating import NOT_ASSESSABLE, RULE_VERSION, Rating, Reason, not_assessable
from whatworks.evidence.judgements import OWN_STUDY, answer_of
from whatworks.evidence.questions import EMMIE, QUESTIONS

_TOPS: Mapping[str, float] = {
    "eif": 4,
    "cebc": 5,
    "blueprints": 3,
    "social_programs": 3,
    "nesta": 5,
    "som": 3,
    "vidensdeklaration": 3,
}
_TRIAL = Lifted(
    "A trial with drawn lots, few leaving and groups alike.", "Et lodtrækningsforsøg med lille frafald og ens grupper."
)


def _row(standard: str, en: str, da: str, rating: Rating, inputs: Any, lifted: Lifted) -> dict[str, Any]:
    facts = asdict(inputs) if is_dataclass(inputs) and not isinstance(inputs, type) else dict(inputs)
    return {
        "standard": standard,
        "name_en": en,
        "name_da": da,
        "rating": rating.value,
        "label_en": rating.label_en,
        "label_da": rating.label_da,
        "reason_codes": tuple(reason.code for reason in rating.reasons),
        "reasons_en": "; ".join(reason.en for reason in rating.reasons),
        "reasons_da": "; ".join(reason.da for reason in rating.reasons),
        "inputs": facts,
        "missing": rating.missing,
        "judgement_required": tuple(name for name in rating.missing for name in name.split(", ") if name in QUESTIONS),
        "lift_en": lifted.en,
        "lift_da": lifted.da,
        "rule_version": RULE_VERSION,
    }


def clearinghouse_row(graded: pd.DataFrame) -> dict[str, Any]:
    """The tier of the What Works Clearinghouse."""
    rating, facts = clearinghouse_rating(graded)
    changes: list[Candidate[dict[str, Any]]] = [
        Candidate("350 citizens or more in the studies", "350 borgere eller flere i undersøgelserne", {**facts, "n": 350.0}),
        Candidate("a second service or municipality", "et tilbud eller en kommune mere", {**facts, "sites": 2}),
        Candidate(
            "most weight from trials without reservations",
            "mest vægt fra lodtrækningsforsøg uden forbehold",
            {**facts, "share": 1.0},
        ),
        Candidate(
            "a study that meets the standards and finds a clear good effect",
            "en undersøgelse, der opfylder standarden og finder en tydelig god effekt",
            {"rated": 1, "result": "positive", "n": 350.0, "sites": 2, "share": 0.0},
        ),
    ]
    lifted = lift(rating, rate_clearinghouse, changes, top=5)
    en = "What Works Clearinghouse 5 (logic applied outside education)"
    da = "What Works Clearinghouse 5 (logikken brugt uden for skolen)"
    return _row("wwc", en, da, rating, {**facts, "studies": _counts(graded, "wwc")}, lifted)


def maryland_row(graded: pd.DataFrame) -> dict[str, Any]:
    """The best study decides, where no study that waits for an input could be better."""
    en, da = "Maryland Scientific Methods Scale, best study", "Maryland-skalaen, bedste undersøgelse"
    if graded.empty:
        return _row("maryland", en, da, not_assessable(["a study"]), {}, Lifted("A study.", "En undersøgelse."))
    best, waiting = graded["sms"].max(), graded[graded["sms"].isna() & graded["sms_ceiling"].notna()]
    open_ceiling = waiting["sms_ceiling"].max() if len(waiting) else 0
    inputs = {"studies": _counts(graded, "sms")}
    if len(waiting) and (pd.isna(best) or open_ceiling > best):
        names = [name for missing in waiting["sms_missing"] for name in missing]
        rating = not_assessable(names)
        return _row("maryland", en, da, rating, inputs, lift(rating, lambda facts: rating, [], top=5))
    if pd.isna(best):
        rating = Rating(value="not_scoreable", order=None, label_en="Not scoreable", label_da="Kan ikke scores")
        return _row("maryland", en, da, rating, inputs, _TRIAL)
    level = int(best)
    reason = graded.loc[graded["sms"] == best, "sms_reason"].iloc[0]
    rating = Rating(
        value=str(level), order=best, label_en=f"Level {level} of 5", label_da=f"Niveau {level} af 5", reasons=(reason,)
    )
    if level == 5:
        return _row("maryland", en, da, rating, inputs, TOP)
    if reason.code == "ceiling":
        return _row("maryland", en, da, rating, inputs, _TRIAL)
    why = Lifted(f"Settle this in the best study: {reason.en}.", f"Få løst dette i den bedste undersøgelse: {reason.da}.")
    return _row("maryland", en, da, rating, inputs, why)


def grade_row(
    graded: pd.DataFrame, judged: pd.DataFrame, mean: Pooled, egger_p: float | None, smallest_important: float
) -> dict[str, Any]:
    """The certainty of the outcome."""
    facts = grade_facts(graded, judged, mean, egger_p=egger_p, smallest_important=smallest_important)
    rating = grade(facts)
    lifted = lift(rating, grade, grade_candidates(facts), top=4)
    judged_by_authors = answer_of(judged, "grade_by_review")
    # Their judgement is about the published studies; with our own among them it is about something else.
    only_theirs = len(graded) > 0 and OWN_STUDY not in set(graded["study_id"])
    if rating.value == NOT_ASSESSABLE and judged_by_authors is not None and only_theirs:
        rating = _as_judged(judged_by_authors)
    return _row("grade", "GRADE certainty", "GRADE: sikkerhed", rating, facts, lifted)


def _as_judged(level: str) -> Rating:
    """The level that the review's authors gave, where what we need to compute it ourselves is not known."""
    en, da = LABELS[level]
    said = Reason(
        code="judged_by_review",
        en="as the review's own authors judged it; what we need to work it out ourselves is not known",
        da="som oversigtens egne forfattere har vurderet det; det, vi selv skal bruge for at regne det ud, er ikke oplyst",
    )
    return Rating(value=level, order=LEVELS.index(level) + 1, label_en=en, label_da=da, reasons=(said,))


def effect_row(graded: pd.DataFrame, mean: Pooled) -> dict[str, Any]:
    """The effect category of EMMIE."""
    findings = list(graded["finding"]) if len(graded) else []
    rating = effect_category(mean.conf_low, mean.conf_high, findings)
    change = Candidate("a range that leaves out no effect", "et interval, der udelukker ingen forskel", (0.01, 0.5))
    lifted = lift(rating, lambda ends: effect_category(*ends, [f for f in findings if f != "negative"]), [change], top=3)
    return _row("emmie_effect", "EMMIE: effect", "EMMIE: effekt", rating, asdict(mean), lifted)


def coverage_row(judged: pd.DataFrame) -> dict[str, Any]:
    """What is known beside the effect."""
    answers = {name: answer_of(judged, f"emmie_{name}") for name in DIMENSIONS}
    rating = coverage(answers)
    changes = [
        Candidate(f"tested knowledge of {name}", f"afprøvet viden om, {EMMIE[name][1]}", {**answers, name: "tested"})
        for name in DIMENSIONS
        if answers[name] != "tested"
    ]
    lifted = lift(rating, coverage, changes, top=12)
    return _row("emmie_coverage", "EMMIE: what is known", "EMMIE: hvad man ved", rating, answers, lifted)


def quality_row(judged: pd.DataFrame, dimension: str) -> dict[str, Any]:
    """How well the review covers one dimension of EMMIE."""
    answer = answer_of(judged, f"emmie_q_{dimension}")
    en, da = f"EMMIE-Q: {dimension}", f"EMMIE-Q: {EMMIE.get(dimension, (dimension, 'effekten'))[1]}"

    def rate(share: float) -> Rating:
        score = quality(share)
        return Rating(value=str(score), order=score, label_en=f"{score} of 4", label_da=f"{score} af 4")

    rating = not_assessable([f"emmie_q_{dimension}"]) if answer is None else rate(float(answer))
    changes = [Candidate("more of the checklist met", "flere punkter på tjeklisten opfyldt", 1.0)]
    return _row(f"emmie_q_{dimension}", en, da, rating, {"share": answer}, lift(rating, rate, changes, top=4))


def majority_row(graded: pd.DataFrame) -> dict[str, Any]:
    """The Evidence Store's majority rule."""
    ways = list(graded["better"]) if len(graded) else []
    people = list(graded["n"]) if len(graded) else []
    rating = majority(ways, people)
    more = sum(people) + 1
    changes = [
        Candidate(
            "one more study, as large as all others together, that points the good way",
            "én undersøgelse mere, der peger den gode vej og er så stor som alle de andre tilsammen",
            ([*ways, True], [*people, more]),
        )
    ]
    lifted = lift(rating, lambda facts: majority(*facts), changes, top=2)
    inputs = {"studies": len(ways), "pointing_the_good_way": sum(bool(way) for way in ways)}
    return _row("majority", "Evidence Store majority rule", "Evidence Stores flertalsregel", rating, inputs, lifted)


def locks_row(graded: pd.DataFrame, mean: Pooled, as_of: int | None) -> dict[str, Any]:
    """Our own locks."""
    facts = lock_facts(graded, mean, as_of=as_of)
    waiting = graded[graded["sms"].isna() & (graded["sms_ceiling"] >= 3)] if len(graded) else graded
    rating, best = locks(facts), locks(replace(facts, solid=facts.solid + len(waiting)))
    if rating.value != best.value:
        # A study that waits for an input may be solid or not, and the locks with it.
        rating = not_assessable([name for missing in waiting["sms_missing"] for name in missing], *rating.reasons[:1])
    return _row(
        "locks",
        "Evidence locks (ours)",
        "Evidenslåse (vores egne)",
        rating,
        facts,
        lift(rating, locks, lock_candidates(facts), top=5),
    )


def programme_rows(graded: pd.DataFrame, judged: pd.DataFrame, mean: Pooled) -> list[dict[str, Any]]:
    """The registers that count studies, and the two Danish scales."""
    count: Callable[..., Any] = partial(count_body, graded, judged, prediction_low=mean.prediction_low)
    worst, best = count(hopeful=False), count(hopeful=True)
    unknown = unknown_inputs(graded, judged, prediction_low=mean.prediction_low)
    rows = []
    for code, (rule, en, da) in PROGRAMMES.items():
        rating = _either_way(rule(worst), rule(best), unknown)
        changes = [Candidate(change.en, change.da, change.change(worst)) for change in LIFTS]
        rows.append(_row(code, en, da, rating, worst, lift(rating, rule, changes, top=_TOPS[code])))
    return rows


def _either_way(worst: Rating, best: Rating, unknown: tuple[str, ...]) -> Rating:
    """The rating where what is unknown makes no difference; else what is missing, and between what it lies."""
    if worst.value == best.value:
        return worst
    between = Reason(
        code="between",
        en=f"between {worst.label_en} and {best.label_en}",
        da=f"mellem {worst.label_da} og {best.label_da}",
    )
    return not_assessable(unknown, between)


def months_row(mean: Pooled) -> dict[str, Any]:
    """Months of progress, for school outcomes."""
    en, da = "Months of progress (school outcomes)", "Måneders fremgang (resultater i skolen)"
    nothing = Lifted("A cross-walk, not a level.", "En omregning, ikke et niveau.")
    if mean.estimate is None:
        return _row("months", en, da, not_assessable(["effect with a range"]), {}, nothing)
    found = months_of_progress(mean.estimate)
    note = Reason(code="above_table", en="above the end of the table", da="over tabellens ende")
    rating = Rating(
        value=str(found.months),
        order=None,
        label_en=f"{found.months} months",
        label_da=f"{found.months} måneder",
        reasons=(note,) if found.above_table else (),
    )
    return _row("months", en, da, rating, {"g": mean.estimate}, nothing)


def _counts(graded: pd.DataFrame, column: str) -> dict[str, int]:
    if graded.empty:
        return {}
    values = graded[column].map(lambda value: NOT_ASSESSABLE if value is None or pd.isna(value) else str(value))
    return {str(value): int(count) for value, count in values.value_counts(sort=False).items()}
