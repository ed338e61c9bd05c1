"""What is done in the simulated region: adoptions and their fidelity, interventions, goals and contacts between actors."""

import numpy as np
import pandas as pd

from whatworks.documentation.simulated_courses import BEGIN, NEVER, QUARTERS, Courses, Units
from whatworks.documentation.simulated_pairs import Pair
from whatworks.documentation.simulated_scores import People
from whatworks.documentation.simulated_tables import drawn, quarter_names

NAMES = quarter_names(QUARTERS)
_THEMES = ("Relationer", "Samfundsliv", "Egenomsorg", "Praktiske opgaver", "Mentale funktioner")
_ACTORS = ("municipal_social", "job_centre", "health", "psychiatry", "housing_association", "voluntary")
_ACTOR_SHARES = (0.30, 0.20, 0.20, 0.15, 0.10, 0.05)
_CONTACTS, _CONTACT_SHARES = ("meeting", "handover", "joint_plan"), (0.5, 0.3, 0.2)
_PROVISION = "Socialpædagogisk støtte"
# Goals are assessed after at most this many days.
_ASSESSED_AFTER = 365
_CASES_BEFORE = 30.0


def day(values: np.ndarray) -> pd.Series:
    """Days as the tables hold them."""
    return pd.Series(np.asarray(values, dtype="datetime64[D]").astype("datetime64[s]"))


def adoption_table(pair: Pair, units: Units, unit_ids: np.ndarray) -> pd.DataFrame:
    """One row for each unit that starts, the first to start first."""
    adopters = np.flatnonzero(units.first < NEVER)
    adopters = adopters[np.argsort(units.first[adopters], kind="stable")]
    first = units.first[adopters]
    n = len(adopters)
    return pd.DataFrame(
        {
            "adoption_id": pd.Series([f"a_{pair.code}_{unit_ids[each]}" for each in adopters], dtype="str"),
            "method_id": pd.Series([pair.method] * n, dtype="str"),
            "level": pd.Series(["service" if pair.services else "municipality"] * n, dtype="str"),
            "unit_id": pd.Series(unit_ids[adopters], dtype="str"),
            "start": day(BEGIN[first]),
            "full_operation": day(BEGIN[first + 3]),
            "end": day(np.full(n, np.datetime64("NaT"))),
            "assignment": pd.Series(["need"] * n, dtype="str"),
            "fidelity_source": pd.Series(["Selvvurdering"] * n, dtype="str"),
        }
    )


def fidelity_table(
    rng: np.random.Generator, pair: Pair, units: Units, unit_ids: np.ndarray, open_until: np.ndarray
) -> pd.DataFrame:
    """Every adoption in every quarter since its start; fewer cases to an adviser once the method runs.

    ``open_until``: (units,) first quarter in which the unit is no longer there.
    """
    quarters = np.arange(len(QUARTERS))
    unit, quarter = np.nonzero((quarters >= units.first[:, None]) & (quarters < open_until[:, None]))
    score = np.clip(np.round(80 * units.fidelity[unit] + rng.normal(0, 4, len(unit))), 0, 100)
    ramp = np.clip((quarter - units.first[unit] + 1) / 4, 0, 1)
    return pd.DataFrame(
        {
            "adoption_id": pd.Series([f"a_{pair.code}_{unit_ids[each]}" for each in unit], dtype="str"),
            "quarter": pd.Series(NAMES[quarter], dtype="str"),
            "score": score,
            "cases_per_adviser": np.round(_CASES_BEFORE - 10 * ramp + rng.normal(0, 2, len(unit)), 1),
        }
    )


def first_with_method(courses: Courses, people: People) -> np.ndarray:
    """(episodes,) first quarter in which the episode is reached by the method; ``NEVER`` for none."""
    first = np.full(len(courses.start), NEVER)
    place, quarter = np.nonzero(people.running > 0)
    np.minimum.at(first, courses.episode[place, quarter], quarter)
    return first


def intervention_table(
    pair: Pair, courses: Courses, people: People, episode_ids: np.ndarray, hours: np.ndarray, changed: np.ndarray
) -> pd.DataFrame:
    """Usual care until the method begins, the method from then on; ``hours`` a week of the episodes, without and with it."""
    first = first_with_method(courses, people)
    reached = first < NEVER
    begin = BEGIN[np.minimum(first, len(QUARTERS))]
    usual = ~reached | (courses.start < begin)
    usual_end = np.where(reached, begin - 1, courses.end)
    method_start = np.maximum(courses.start, begin)
    rows = np.concatenate([np.flatnonzero(usual), np.flatnonzero(reached)])
    with_method = np.repeat([False, True], [usual.sum(), reached.sum()])
    table = pd.DataFrame(
        {
            "episode_id": pd.Series(episode_ids[rows], dtype="str"),
            "method_id": pd.Series([pair.method if each else None for each in with_method], dtype="str"),
            "provision_code": pd.Series([_PROVISION] * len(rows), dtype="str"),
            "start": day(np.where(with_method, method_start[rows], courses.start[rows])),
            "end": day(np.where(with_method, courses.end[rows], usual_end[rows])),
            "hours_per_week": np.round(np.where(with_method, changed[rows], hours[rows]), 1),
        }
    )
    return table.iloc[np.lexsort([with_method, rows])].reset_index(drop=True)


def goal_table(rng: np.random.Generator, pair: Pair, courses: Courses, episode_ids: np.ndarray) -> pd.DataFrame:
    """One goal for each episode, assessed after a year or when it ends; not yet where neither has come."""
    n = len(episode_ids)
    last_day = BEGIN[-1] - 1
    due = np.minimum(courses.start + _ASSESSED_AFTER, np.where(np.isnat(courses.end), last_day + 9999, courses.end))
    assessed = due <= last_day
    attained = np.searchsorted([0.3, 0.7], rng.random(n), side="right")
    return pd.DataFrame(
        {
            "episode_id": pd.Series(episode_ids, dtype="str"),
            "theme": pd.Series(drawn(rng, _THEMES, (0.2,) * 5, n), dtype="str"),
            "goal_type": pd.Series([pair.goal_type] * n, dtype="str"),
            "set_on": day(courses.start),
            "assessed_on": day(np.where(assessed, due, np.datetime64("NaT"))),
            "attained": pd.array(attained, dtype="Int64"),
        }
    ).assign(attained=lambda table: table["attained"].where(assessed))


def coordination_table(rng: np.random.Generator, courses: Courses, episode_ids: np.ndarray) -> pd.DataFrame:
    """About one contact an episode, within its days, each with one actor."""
    n = len(episode_ids)
    has = np.flatnonzero(rng.random(n) < 0.8)
    last = np.where(np.isnat(courses.end), BEGIN[-1] - 1, courses.end)
    length = (last - courses.start).astype("int64")[has]
    when = courses.start[has] + np.minimum(length, (rng.random(len(has)) * np.minimum(length, 180)).astype("int64"))
    return pd.DataFrame(
        {
            "episode_id": pd.Series(episode_ids[has], dtype="str"),
            "date": day(when),
            "actor": pd.Series(drawn(rng, _ACTORS, _ACTOR_SHARES, len(has)), dtype="str"),
            "contact_type": pd.Series(drawn(rng, _CONTACTS, _CONTACT_SHARES, len(has)), dtype="str"),
            "waiting_days": pd.array(np.minimum(rng.geometric(0.06, len(has)) - 1, 180), dtype="Int64"),
        }
    )
