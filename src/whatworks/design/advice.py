"""Which designs a roll-out can carry, which it cannot, and why. No outcome is read."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

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
class Judgement:
    """Whether a design can be carried, why, and the numbers behind the reason."""

    verdict: str
    reason: str
    message: str
    count: float = math.nan
    limit: float = math.nan


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
    rows = [{"design": design, **asdict(_too_few_to_show(facts, fewest) or rule(facts))} for design, rule in RULES.items()]
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


def _too_few_to_show(facts: Facts, fewest: int) -> Judgement | None:
    if not 0 < facts.treated < fewest:
        return None
    said = f"{facts.treated} units start; results about fewer than {fewest} are not shown, so that none can be told apart."
    return Judgement(verdict=CANNOT, reason="too_few_to_show", message=said, count=facts.treated, limit=fewest)


def _no_comparison(facts: Facts) -> Judgement | None:
    """What rules out every comparison of courses over time."""
    if facts.treated == 0 and facts.always:
        said = (
            f"All {facts.always} treated units are treated from the first time on; nothing is known of the time before. "
            "Add earlier times, or compare with like people: ww.matching."
        )
        return Judgement(verdict=CANNOT, reason="no_before", message=said, count=facts.always)
    if facts.treated == 0:
        return Judgement(verdict=CANNOT, reason="nobody_starts", message="Nobody starts within the observed time.")
    if facts.never == 0 and facts.cohorts < 2:
        said = (
            f"All {facts.treated} units start at the same time, so nobody shows what would have happened anyway. "
            "Add units that start later or never, or compare with like people: ww.matching."
        )
        return Judgement(verdict=CANNOT, reason="nobody_waits", message=said, count=facts.treated)
    return None


def _courses(facts: Facts) -> Judgement:
    """Group-time effects, imputation, event studies."""
    if (ruled_out := _no_comparison(facts)) is not None:
        return ruled_out
    if facts.treated == 1:
        said = (
            "One unit starts; nothing tells how it differs from itself. Judge chance from those who never start: "
            "ww.did.conley_taber, synthetic or randomisation_test."
        )
        return Judgement(verdict=CANNOT, reason="few_treated", message=said, count=1, limit=2)
    if facts.before < 2:
        said = "A cohort has one time before its start, so nobody can see whether trends ran alike. Add earlier times."
        return Judgement(verdict=DOUBTFUL, reason="one_time_before", message=said, count=facts.before, limit=2)
    if facts.after < 2:
        said = "There is one time after the start, so nobody can see whether an effect grows or fades. Add later times."
        return Judgement(verdict=DOUBTFUL, reason="one_time_after", message=said, count=facts.after, limit=2)
    if facts.treated < FEW_TREATED_CLUSTERS:
        said = (
            f"Only {facts.treated} units start; intervals from their spread need {FEW_TREATED_CLUSTERS}. Judge chance by "
            "ww.did.randomisation_test, conley_taber or ferman_pinto."
        )
        return Judgement(verdict=DOUBTFUL, reason="few_treated", message=said, count=facts.treated, limit=FEW_TREATED_CLUSTERS)
    if facts.never == 0:
        said = "Everybody starts at some time: effects end when the last cohort starts, and are unknown for that cohort."
        return Judgement(verdict=DOUBTFUL, reason="everybody_starts", message=said, count=facts.cohorts)
    return Judgement(verdict=CARRIES, reason="fits", message="Those who start are compared with those who have not started.")


def _two_way(facts: Facts) -> Judgement:
    judged = _courses(facts)
    if judged.verdict == CANNOT or facts.cohorts < 2:
        return judged
    said = (
        f"{facts.cohorts} cohorts start at different times: a two-way regression compares late starters with early ones and is "
        "wrong where effects grow. Use it beside, not instead."
    )
    return Judgement(verdict=DOUBTFUL, reason="staggered", message=said, count=facts.cohorts)


def _synthetic(facts: Facts) -> Judgement:
    if (ruled_out := _no_comparison(facts)) is not None:
        return ruled_out
    if facts.before < LEAST_BEFORE:
        said = f"{facts.before} times before the start; a composed comparison needs at least {LEAST_BEFORE}."
        return Judgement(verdict=CANNOT, reason="short_before", message=said, count=facts.before, limit=LEAST_BEFORE)
    # Placebos stand for the treated, so there must be more of them.
    donors = max(LEAST_DONORS, facts.treated + 1)
    if facts.never < donors:
        said = f"{facts.never} units that never start; a composed comparison needs at least {donors}."
        return Judgement(verdict=CANNOT, reason="few_donors", message=said, count=facts.never, limit=donors)
    if facts.gaps:
        said = f"{facts.gaps} unit-times are missing; a composed comparison needs every unit at every time."
        return Judgement(verdict=CANNOT, reason="gaps", message=said, count=facts.gaps)
    if facts.before < ENOUGH_BEFORE:
        said = f"{facts.before} times before the start; below {ENOUGH_BEFORE} a good fit may be chance."
        return Judgement(verdict=DOUBTFUL, reason="short_before", message=said, count=facts.before, limit=ENOUGH_BEFORE)
    return Judgement(verdict=CARRIES, reason="fits", message="Units that never start are mixed to look like those that do.")


def _conley_taber(facts: Facts) -> Judgement:
    if (ruled_out := _no_comparison(facts)) is not None:
        return ruled_out
    needed = max(MANY_NEVER, facts.treated + 1)
    if facts.never < needed:
        said = f"Chance is read from units that never start: {facts.never}, where {needed} are needed."
        return Judgement(verdict=CANNOT, reason="few_never", message=said, count=facts.never, limit=needed)
    if facts.treated >= FEW_TREATED_CLUSTERS:
        said = f"{facts.treated} units start; their own spread tells more than that of the others."
        return Judgement(verdict=DOUBTFUL, reason="many_treated", message=said, count=facts.treated, limit=FEW_TREATED_CLUSTERS)
    return Judgement(verdict=CARRIES, reason="fits", message="Chance is read from the many units that never start.")


def _randomisation(facts: Facts) -> Judgement:
    if (ruled_out := _no_comparison(facts)) is not None:
        return ruled_out
    if facts.ways < LEAST_WAYS:
        said = f"The starts can be handed out in {facts.ways:.0f} ways; below {LEAST_WAYS} no p-value can reach 0.05."
        return Judgement(verdict=CANNOT, reason="few_ways", message=said, count=facts.ways, limit=LEAST_WAYS)
    said = "Starts are handed out again by lot; that is exact only where lots were drawn, or starts are as good as random."
    return Judgement(verdict=DOUBTFUL, reason="not_by_lot", message=said)


def _before_after(facts: Facts) -> Judgement:
    said = "Before and after alone do not tell an effect from what would have happened anyway."
    return Judgement(verdict=CANNOT, reason="no_counterfactual", message=said, count=facts.treated)


RULES: dict[str, Callable[[Facts], Judgement]] = {
    "group_time": _courses,
    "imputation": _courses,
    "event_study": _courses,
    "synthetic": _synthetic,
    "conley_taber": _conley_taber,
    "randomisation": _randomisation,
    "twfe": _two_way,
    "before_after": _before_after,
}
