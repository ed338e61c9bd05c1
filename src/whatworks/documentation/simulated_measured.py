"""What a simulated pair's citizens were measured with, as tables, and the effects that are true of those measured."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.documentation.scenarios import Instrument
from whatworks.documentation.simulated_courses import BEGIN, NEVER, QUARTERS, Courses, Units
from whatworks.documentation.simulated_pairs import WORK, Pair
from whatworks.documentation.simulated_scores import People, asked, draw_scores, draw_work
from whatworks.documentation.simulated_tables import drawn
from whatworks.documentation.simulated_work import NAMES, day

_MISSING_REASONS, _MISSING_SHARES = ("declined", "not_asked", "system_error"), (0.40, 0.45, 0.15)
_MEASURED_DAYS = (31, 58)
_AT_WORK, _AT_WORK_SHARES = ("ordinary", "flex_job", "education"), (0.4, 0.2, 0.4)
_NOT, _NOT_SHARES = ("cash_assistance", "unemployed", "resource_programme", "sickness_benefit"), (0.55, 0.15, 0.2, 0.1)


@dataclass(frozen=True, kw_only=True)
class MeasuredPair:
    """Scores and where they were recorded.

    Attributes
    ----------
    table : the table measurement, without its key
    scores : (places, quarters) with and without the method, by instrument and subscale
    seen : (places, quarters) whether a score was recorded, by the same
    """

    table: pd.DataFrame
    scores: dict[tuple[str, str | None], tuple[np.ndarray, np.ndarray]]
    seen: dict[tuple[str, str | None], np.ndarray]

    def truth(self, units: Units, after: np.ndarray, courses: Courses, people: People) -> dict[str, Any]:
        """Effects on those measured, by instrument (and subscale)."""
        return {
            code if subscale is None else f"{code}:{subscale}": cell_truth(
                np.where(self.seen[code, subscale], given - otherwise, np.nan), units, after[courses.unit], people.running > 0
            )
            for (code, subscale), (given, otherwise) in self.scores.items()
        }


def measure_pair(rng: np.random.Generator, pair: Pair, courses: Courses, people: People, episode_ids: np.ndarray) -> MeasuredPair:
    """Draw every instrument of a pair."""
    scores, seen, parts = {}, {}, []
    for measure in pair.measures:
        key = (measure.instrument.code, measure.subscale)
        scores[key] = draw_scores(rng, measure, courses, people)
        due = asked(measure, courses)
        register = measure.instrument.informant == "register"
        # A register has everybody.
        seen[key] = due if register else due & people.made
        parts.append(_rows(rng, measure.instrument, measure.subscale, courses, episode_ids, scores[key][0], due, seen[key]))
    if pair.work:
        key = (WORK.code, None)
        with_method, without = draw_work(rng, pair, courses, people)
        scores[key] = (with_method.astype(float), without.astype(float))
        seen[key] = np.ones(courses.stay.shape, dtype=bool)
        parts.append(_rows(rng, WORK, None, courses, episode_ids, scores[key][0], seen[key], seen[key]))
    return MeasuredPair(table=pd.concat(parts, ignore_index=True), scores=scores, seen=seen)


def _rows(
    rng: np.random.Generator,
    instrument: Instrument,
    subscale: str | None,
    courses: Courses,
    episode_ids: np.ndarray,
    score: np.ndarray,
    due: np.ndarray,
    seen: np.ndarray,
) -> pd.DataFrame:
    """One row where a measurement was due, with the reason where it was not made, quarter by quarter."""
    quarter, place = np.nonzero(due.T)
    made = seen[place, quarter]
    n = len(quarter)
    point = np.where(courses.age[place, quarter] == 0, "baseline", np.where(courses.last[place, quarter], "end", "follow_up"))
    reason = np.where(made, "-", drawn(rng, _MISSING_REASONS, _MISSING_SHARES, n))
    return pd.DataFrame(
        {
            "episode_id": episode_ids[courses.episode[place, quarter]],
            "instrument": instrument.code,
            "subscale": subscale,
            "date": day(BEGIN[quarter] + rng.integers(*_MEASURED_DAYS, n)),
            "quarter": NAMES[quarter],
            "value": np.where(made, score[place, quarter], np.nan),
            "informant": instrument.informant,
            "measurement_point": point,
            "missing_reason": reason,
        }
    )


def employment_table(rng: np.random.Generator, courses: Courses, citizen_ids: pd.Series, measured: MeasuredPair) -> pd.DataFrame:
    """What everybody lived on in each quarter of a stay; those who come back within a quarter stand once."""
    quarter, place = np.nonzero(np.ones(courses.stay.T.shape, dtype=bool))
    at_work = measured.scores[WORK.code, None][0][place, quarter] > 0
    n = len(quarter)
    status = np.where(at_work, drawn(rng, _AT_WORK, _AT_WORK_SHARES, n), drawn(rng, _NOT, _NOT_SHARES, n))
    hours = np.where(at_work, np.round(rng.uniform(8, 37, n)), 0.0)
    table = pd.DataFrame(
        {
            "citizen_id": citizen_ids.to_numpy()[courses.citizen[courses.stay[place, quarter]]],
            "quarter": NAMES[quarter],
            "status": status,
            "hours_per_week": hours,
        }
    )
    return table.drop_duplicates(["citizen_id", "quarter"]).reset_index(drop=True)


def cell_truth(difference: np.ndarray, units: Units, unit: np.ndarray, in_use: np.ndarray) -> dict[str, Any]:
    """Effects averaged as the estimators average them, over units and quarters, mergers mapped.

    Parameters
    ----------
    difference : (places, quarters) score with the method less that without it; NaN where nothing was recorded
    unit : (places,) after mergers
    in_use : (places, quarters) whether the method reached the person
    """
    cells = pd.DataFrame(difference).groupby(unit).mean()
    first = units.first[cells.index.to_numpy()]
    long = pd.DataFrame(
        {
            "cohort": np.repeat(first, len(QUARTERS)),
            "event_time": (np.arange(len(QUARTERS)) - first[:, None]).ravel(),
            "effect": cells.to_numpy().ravel(),
        }
    )
    long = long[(long["event_time"] >= 0) & (long["cohort"] < NEVER)].dropna()
    by_event, by_cohort = long.groupby("event_time")["effect"].mean(), long.groupby("cohort")["effect"].mean()
    reached = difference[in_use & ~np.isnan(difference)]
    return {
        "null": bool(np.nanmax(np.abs(difference)) == 0),
        "att_overall": round(float(long["effect"].mean()), 9),
        "att_event": round(float(by_event.mean()), 9),
        "att_by_cohort": dict(zip(NAMES[by_cohort.index.to_numpy()].tolist(), by_cohort.round(9).tolist(), strict=True)),
        "att_by_event_time": dict(zip(map(str, by_event.index), by_event.round(9).tolist(), strict=True)),
        "att_on_those_reached": round(float(reached.mean()), 9),
    }
