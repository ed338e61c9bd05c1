"""Which designs a roll-out can carry, which it cannot, and why. No outcome is read."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import comb

from whatworks.design.rollout import Rollout, read_rollout
from whatworks.inference.clusters import FEW_TREATED_CLUSTERS

CARRIES, DOUBTFUL, CANNOT = "carries", "carries_with_doubt", "cannot"
# Weights of a composed comparison are read from the time before: Abadie (2021), Journal of Economic Literature 59:391-425.
LEAST_BEFORE, ENOUGH_BEFORE, LEAST_DONORS = 5, 10, 5
# The spread of those who never start stands for that of the treated: Conley & Taber (2011) use 20 and more.
MANY_NEVER = 20
# Below twenty ways to hand the starts out, no p-value can fall below 0.05.
LEAST_WAYS = 20


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a roll-out looks like in numbers."""

    units: int
    treated: int
    never: int
    always: int
    cohorts: int
    times: int
    before: int
    after: int
    gaps: int
    ways: float


@dataclass(frozen=True, kw_only=True)
class _Word:
    verdict: str
    reason: str
    message: str
    count: float = float("nan")
    limit: float = float("nan")


def advise(df: pd.DataFrame, *, unit: str, time: str, first_treated: str, fewest: int = 1) -> pd.DataFrame:
    """Say for every design whether this roll-out can carry it.

    Parameters
    ----------
    df : one row per unit and time; outcomes are not needed
    unit, time, first_treated : columns; 0, NaN, NaT and inf mean never treated
    fewest : units that must start for a result to be shown at all; where fewer do, no design is advised

    Returns
    -------
    One row per design, those that carry first: design, verdict (``"carries"``, ``"carries_with_doubt"``, ``"cannot"``), reason
    (code), message (English), count and limit (the numbers behind the reason, NaN where there are none). The first row is the
    design to begin with; a second look at the same question belongs to another row that carries.

    Raises
    ------
    MissingColumn, DuplicateRows, TreatmentReversal, MissingValues, InvalidColumn, NotIdentified, EmptyData

    References
    ----------
    Roth, Sant'Anna, Bilinski & Poe (2023), Journal of Econometrics 235:2218-2244, is the map that the rules follow; limits are
    cited where they are set.

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(24), 8), "quarter": np.tile(range(8), 24),
    ...                      "start": np.repeat([4, 6, 0], 64)})
    >>> advise(plan, unit="town", time="quarter", first_treated="start").set_index("design")["verdict"].to_dict()["group_time"]
    'carries'
    """
    facts = roll_out_facts(read_rollout(df, unit=unit, time=time, first_treated=first_treated))
    rows = []
    for design, rule in RULES.items():
        word = _too_few_to_show(facts, fewest) or rule(facts)
        rows.append({"design": design, "verdict": word.verdict, "reason": word.reason, "message": word.message,
                     "count": word.count, "limit": word.limit})  # fmt: skip
    rank = {CARRIES: 0, DOUBTFUL: 1, CANNOT: 2}
    table = pd.DataFrame(rows)
    return table.iloc[np.argsort(table["verdict"].map(rank).to_numpy(), kind="stable")].reset_index(drop=True)


def roll_out_facts(rollout: Rollout) -> Facts:
    """Numbers that the rules look at; ``before`` and ``after`` are the least and most any cohort has."""
    starts = rollout.cohorts
    counts = [int((rollout.start == start).sum()) for start in starts]
    before = int(min((rollout.times < start).sum() for start in starts)) if len(starts) else 0
    after = int(max((rollout.times >= start).sum() for start in starts)) if len(starts) else 0
    pool, ways = int(rollout.treated.sum() + rollout.never.sum()), 1.0
    for count in counts:
        ways *= float(comb(pool, count))
        pool -= count
    return Facts(
        units=len(rollout.units),
        treated=int(rollout.treated.sum()),
        never=int(rollout.never.sum()),
        always=int(rollout.always.sum()),
        cohorts=len(starts),
        times=len(rollout.times),
        before=before,
        after=after,
        gaps=int((~rollout.seen).sum()),
        ways=ways,
    )


def _too_few_to_show(facts: Facts, fewest: int) -> _Word | None:
    if not 0 < facts.treated < fewest:
        return None
    return _Word(
        verdict=CANNOT, reason="too_few_to_show", count=facts.treated, limit=fewest,
        message=f"{facts.treated} units start; results about fewer than {fewest} are not shown, so that none can be told apart.",
    )  # fmt: skip


def _no_comparison(facts: Facts) -> _Word | None:
    """What rules out every comparison of courses over time."""
    if facts.treated == 0 and facts.always:
        return _Word(
            verdict=CANNOT, reason="no_before", count=facts.always,
            message=f"All {facts.always} treated units are treated from the first time on; nothing is known of the time before. "
            "Add earlier times, or compare with like people: ww.matching.",
        )  # fmt: skip
    if facts.treated == 0:
        return _Word(verdict=CANNOT, reason="nobody_starts", message="Nobody starts within the observed time.")
    if facts.never == 0 and facts.cohorts < 2:
        return _Word(
            verdict=CANNOT, reason="nobody_waits", count=facts.treated,
            message=f"All {facts.treated} units start at the same time, so nobody shows what would have happened anyway. Add "
            "units that start later or never, or compare with like people: ww.matching.",
        )  # fmt: skip
    return None


def _courses(facts: Facts) -> _Word:
    """Group-time effects, imputation, event studies."""
    if (word := _no_comparison(facts)) is not None:
        return word
    if facts.treated == 1:
        return _Word(
            verdict=CANNOT, reason="few_treated", count=1, limit=2,
            message="One unit starts; nothing tells how it differs from itself. Judge chance from those who never start: "
            "ww.did.conley_taber, synthetic or randomisation_test.",
        )  # fmt: skip
    if facts.before < 2:
        return _Word(
            verdict=DOUBTFUL, reason="one_time_before", count=facts.before, limit=2,
            message="A cohort has one time before its start, so nobody can see whether trends ran alike. Add earlier times.",
        )  # fmt: skip
    if facts.after < 2:
        return _Word(
            verdict=DOUBTFUL, reason="one_time_after", count=facts.after, limit=2,
            message="There is one time after the start, so nobody can see whether an effect grows or fades. Add later times.",
        )  # fmt: skip
    if facts.treated < FEW_TREATED_CLUSTERS:
        return _Word(
            verdict=DOUBTFUL, reason="few_treated", count=facts.treated, limit=FEW_TREATED_CLUSTERS,
            message=f"Only {facts.treated} units start; intervals from their spread need {FEW_TREATED_CLUSTERS}. Judge chance by "
            "ww.did.randomisation_test, conley_taber or ferman_pinto.",
        )  # fmt: skip
    if facts.never == 0:
        return _Word(
            verdict=DOUBTFUL, reason="everybody_starts", count=facts.cohorts,
            message="Everybody starts at some time: effects end when the last cohort starts, and are unknown for that cohort.",
        )  # fmt: skip
    return _Word(verdict=CARRIES, reason="fits", message="Those who start are compared with those who have not started.")


def _two_way(facts: Facts) -> _Word:
    word = _courses(facts)
    if word.verdict == CANNOT or facts.cohorts < 2:
        return word
    return _Word(
        verdict=DOUBTFUL, reason="staggered", count=facts.cohorts,
        message=f"{facts.cohorts} cohorts start at different times: a two-way regression compares late starters with early ones "
        "and is wrong where effects grow. Use it beside, not instead.",
    )  # fmt: skip


def _synthetic(facts: Facts) -> _Word:
    if (word := _no_comparison(facts)) is not None:
        return word
    # Placebos stand for the treated, so there must be more of them.
    donors = max(LEAST_DONORS, facts.treated + 1)
    short = (facts.before, LEAST_BEFORE) if facts.before < LEAST_BEFORE else (facts.never, donors)
    if short[0] < short[1]:
        reason = "short_before" if facts.before < LEAST_BEFORE else "few_donors"
        what = "times before the start" if facts.before < LEAST_BEFORE else "units that never start"
        return _Word(
            verdict=CANNOT, reason=reason, count=short[0], limit=short[1],
            message=f"{short[0]} {what}; a composed comparison needs at least {short[1]}.",
        )  # fmt: skip
    if facts.gaps:
        return _Word(
            verdict=CANNOT, reason="gaps", count=facts.gaps,
            message=f"{facts.gaps} unit-times are missing; a composed comparison needs every unit at every time.",
        )  # fmt: skip
    if facts.before < ENOUGH_BEFORE:
        return _Word(
            verdict=DOUBTFUL, reason="short_before", count=facts.before, limit=ENOUGH_BEFORE,
            message=f"{facts.before} times before the start; below {ENOUGH_BEFORE} a good fit may be chance.",
        )  # fmt: skip
    return _Word(verdict=CARRIES, reason="fits", message="Units that never start are mixed to look like those that do.")


def _conley_taber(facts: Facts) -> _Word:
    if (word := _no_comparison(facts)) is not None:
        return word
    needed = max(MANY_NEVER, facts.treated + 1)
    if facts.never < needed:
        return _Word(
            verdict=CANNOT, reason="few_never", count=facts.never, limit=needed,
            message=f"Chance is read from units that never start: {facts.never}, where {needed} are needed.",
        )  # fmt: skip
    if facts.treated >= FEW_TREATED_CLUSTERS:
        return _Word(
            verdict=DOUBTFUL, reason="many_treated", count=facts.treated, limit=FEW_TREATED_CLUSTERS,
            message=f"{facts.treated} units start; their own spread tells more than that of the others.",
        )  # fmt: skip
    return _Word(verdict=CARRIES, reason="fits", message="Chance is read from the many units that never start.")


def _randomisation(facts: Facts) -> _Word:
    if (word := _no_comparison(facts)) is not None:
        return word
    if facts.ways < LEAST_WAYS:
        return _Word(
            verdict=CANNOT, reason="few_ways", count=facts.ways, limit=LEAST_WAYS,
            message=f"The starts can be handed out in {facts.ways:.0f} ways; below {LEAST_WAYS} no p-value can reach 0.05.",
        )  # fmt: skip
    return _Word(
        verdict=DOUBTFUL, reason="not_by_lot",
        message="Starts are handed out again by lot; that is exact only where lots were drawn, or starts are as good as random.",
    )  # fmt: skip


def _before_after(facts: Facts) -> _Word:
    return _Word(
        verdict=CANNOT, reason="no_counterfactual", count=facts.treated,
        message="Before and after alone do not tell an effect from what would have happened anyway.",
    )  # fmt: skip


RULES: dict[str, Callable[[Facts], _Word]] = {
    "group_time": _courses,
    "imputation": _courses,
    "event_study": _courses,
    "synthetic": _synthetic,
    "conley_taber": _conley_taber,
    "randomisation": _randomisation,
    "twfe": _two_way,
    "before_after": _before_after,
}
