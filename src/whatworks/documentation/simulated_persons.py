"""The simulated region's citizens, their households and their episodes, as tables."""

import numpy as np
import pandas as pd

from whatworks.documentation.simulated_courses import BEGIN, Courses
from whatworks.documentation.simulated_frame import Frame
from whatworks.documentation.simulated_pairs import Pair
from whatworks.documentation.simulated_scores import People
from whatworks.documentation.simulated_tables import drawn, pseudonyms
from whatworks.documentation.simulated_work import day, first_with_method

_SEXES, _SEX_SHARES = ("F", "M"), (0.5, 0.5)
_BROKEN_OFF = 0.15
# A person's SD on the scale of well-being, and points of it to a step of support need around a moderate one.
_PERSON_SD, _STEP = 14.0, 11.0


def draw_households(rng: np.random.Generator, pair: Pair, courses: Courses) -> tuple[np.ndarray, bool]:
    """(citizens,) number of the household, and whether households are recorded in this target group.

    Those who share one live in the same municipality when they first come.
    """
    count = int(courses.citizen.max()) + 1
    if not pair.per_household:
        return np.arange(count), False
    _, first_stay = np.unique(courses.citizen, return_index=True)
    home = courses.acting[first_stay]
    order = np.argsort(home, kind="stable")
    begins = rng.random(count) < 1 / pair.per_household
    begins[1:] |= home[order][1:] != home[order][:-1]
    begins[0] = True
    household = np.empty(count, dtype="int64")
    household[order] = np.cumsum(begins) - 1
    return household, True


def citizen_table(
    rng: np.random.Generator, pair: Pair, frame: Frame, courses: Courses, household: np.ndarray | None
) -> pd.DataFrame:
    """Citizens of a pair; they live in, and are paid for by, the municipality that acted last."""
    count = int(courses.citizen.max()) + 1
    _, first_stay = np.unique(courses.citizen, return_index=True)
    last_stay = np.zeros(count, dtype="int64")
    arrival = np.zeros(len(courses.citizen), dtype="datetime64[D]")
    arrival[courses.stay_of[::-1]] = courses.start[::-1]
    order = np.argsort(arrival, kind="stable")
    last_stay[courses.citizen[order]] = order
    first_stay = np.zeros(count, dtype="int64")
    first_stay[courses.citizen[order[::-1]]] = order[::-1]
    born = arrival[first_stay].astype("datetime64[Y]").astype("int64") + 1970 - courses.age_at_start[first_stay]
    code = frame.municipality["municipality_code"].to_numpy()[courses.acting[last_stay]]
    homes = [None] * count if household is None else [f"h_{pair.code}_{number:05d}" for number in household]
    return pd.DataFrame(
        {
            "citizen_id": pseudonyms(rng, count),
            "birth_year": pd.array(born, dtype="Int64"),
            "sex": pd.Series(drawn(rng, _SEXES, _SEX_SHARES, count), dtype="str"),
            "household_id": pd.Series(homes, dtype="str"),
            "residence_municipality": pd.Series(code, dtype="str"),
            "paying_municipality": pd.Series(code, dtype="str"),
        }
    )


def episode_table(rng: np.random.Generator, pair: Pair, frame: Frame, courses: Courses, people: People) -> pd.DataFrame:
    """Episodes in the order of their numbers; where the method keeps people on, fewer of them break off."""
    n = len(courses.start)
    place, seen = np.unravel_index(np.unique(courses.episode.ravel(), return_index=True)[1], courses.episode.shape)
    site, acting = courses.site[place, seen], courses.acting[courses.stay_of]
    reason = courses.end_reason.copy()
    if pair.fewer_broken_off:
        reached = np.isfinite(courses.end.astype("float64")) & (
            BEGIN[np.minimum(first_with_method(courses, people), 40)] <= courses.end
        )
        kept = reached & (reason == "broken_off") & (rng.random(n) < pair.fewer_broken_off / _BROKEN_OFF)
        reason[kept] = "goal_reached"
    need = np.clip(np.round(2 - people.person[courses.citizen[courses.stay_of]] / _STEP), 0, 4)
    services = frame.service["service_id"].to_numpy(dtype=object)
    paragraphs = frame.service["paragraph"].to_numpy(dtype=object)
    at_home = site < 0
    return pd.DataFrame(
        {
            "episode_id": pd.Series([f"e_{pair.code}_{number:05d}" for number in range(1, n + 1)], dtype="str"),
            "citizen_id": pd.Series([None] * n, dtype="str"),
            "target_group_code": pd.Series([pair.target_group] * n, dtype="str"),
            "law": pd.Series(["SEL"] * n, dtype="str"),
            "paragraph": pd.Series(np.where(at_home, pair.paragraphs[0], paragraphs[site]), dtype="str"),
            "service_id": pd.Series(
                [None if home else services[each] for home, each in zip(at_home, site, strict=True)], dtype="str"
            ),
            "acting_municipality": pd.Series(frame.municipality["municipality_code"].to_numpy()[acting], dtype="str"),
            "referral": day(courses.referral),
            "start": day(courses.start),
            "end": day(courses.end),
            "end_reason": pd.Series(reason, dtype="str"),
            "track": pd.Series([pair.track] * n, dtype="str"),
            "goal_type": pd.Series([pair.goal_type] * n, dtype="str"),
            "baseline_support_need": pd.array(need, dtype="Int64"),
        }
    )
