"""What is measured in the simulated region: scores with and without the method from the same draws, and work."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from whatworks.documentation.simulated_courses import QUARTERS, Courses, Units
from whatworks.documentation.simulated_pairs import Measure, Pair

# On a scale where a score's own SD is _SCORE_SD, high is good.
_PERSON_SD, _OCCASION_SD, _MUNICIPALITY_SD, _CELL_SD, _UNIT_SD, _NEED = 14.0, 11.0, 3.0, 1.0, 2.5, 3.0
_SCORE_SD = float(np.sqrt(_PERSON_SD**2 + _OCCASION_SD**2 + _MUNICIPALITY_SD**2 + _CELL_SD**2 + _UNIT_SD**2 + _NEED**2))
_TREND, _AGE = 0.05, -0.05
_SEASON = (-0.6, 0.4, 0.6, -0.4)
_DIP, _DIP_QUARTERS, _RAMP_QUARTERS = 0.4, 3, 4

# Shares of measurements made: at the start, at follow-ups, what they lose for each year of a stay, and never fewer than.
_BASELINE_MADE, _FOLLOW_UP_MADE, _LOST_PER_YEAR, _LEAST_MADE = 0.85, 0.75, 0.03, 0.40
# Those with more need are measured less: log odds per SD of the person.
_BY_NEED = -0.4
# Take-up in a family: log odds at the mean, per SD of motivation, per point of well-being.
_TAKE_UP, _BY_MOTIVATION, _BY_SCORE = -0.9, 0.6, -0.02
# How much of who works is who somebody is, the rest changes from quarter to quarter.
_LASTING = 0.7


@dataclass(frozen=True, kw_only=True)
class People:
    """What citizens bring with them, and who is reached by the method.

    Attributes
    ----------
    person : (citizens,) SD 14 on the scale above
    shared : (places, quarters) everything but the occasion
    running : (places, quarters) share of the full effect; 0 where the method is not in use
    made : (places, quarters) whether somebody came to measure
    """

    person: np.ndarray
    shared: np.ndarray
    running: np.ndarray
    made: np.ndarray


def draw_people(
    rng: np.random.Generator, pair: Pair, units: Units, courses: Courses, level: np.ndarray, household: np.ndarray
) -> People:
    """``level``: (41,) of the municipalities, the same for all pairs. ``household``: (citizens,) number, or the citizen's own."""
    shape, quarter = courses.stay.shape, np.arange(len(QUARTERS))
    citizen = courses.citizen[courses.stay]
    person = _PERSON_SD * rng.standard_normal(courses.citizen.max() + 1)
    unit_level = (_UNIT_SD if pair.services else 0.0) * rng.standard_normal(len(units.first))
    cell = _CELL_SD * rng.standard_normal((len(level), len(quarter)))
    acting = courses.acting[courses.stay]
    years = (courses.age_at_start - (pair.youngest + pair.oldest) / 2)[courses.stay] + courses.age / 4
    shared = (
        level[acting]
        + cell[acting, quarter]
        + (unit_level - _NEED * units.need)[courses.unit, None]
        + person[citizen]
        + _AGE * years
        + _TREND * quarter
        + np.resize(_SEASON, len(quarter))
        - _DIP * _SCORE_SD * np.clip(1 - courses.age / _DIP_QUARTERS, 0, None)
    )
    event_time = quarter - units.first[:, None]
    share = np.where(units.cohort >= 0, np.array(pair.cohort_shares)[units.cohort], 0.0) * units.fidelity
    running = (share[:, None] * np.clip((event_time + 1) / _RAMP_QUARTERS, 0, 1))[courses.unit]
    if pair.by_family:
        families = int(household.max()) + 1
        odds = _TAKE_UP + _BY_MOTIVATION * rng.standard_normal(families)
        score = np.bincount(household, person, families) / np.maximum(np.bincount(household, minlength=families), 1)
        takes_up = rng.random(families) < np.round(special.expit(odds + _BY_SCORE * score), 9)
        running = running * takes_up[household][citizen]
    return People(person=person, shared=shared, running=running, made=_made(rng, courses, person[citizen], shape))


def _made(rng: np.random.Generator, courses: Courses, person: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    follow_up = np.maximum(_LEAST_MADE, _FOLLOW_UP_MADE - _LOST_PER_YEAR * courses.age / 4)
    share = np.where(courses.age == 0, _BASELINE_MADE, follow_up)
    needier = special.expit(special.logit(share) - _BY_NEED * person / _PERSON_SD)
    made: np.ndarray = rng.random(shape) < np.round(needier, 9)
    return made


def asked(measure: Measure, courses: Courses) -> np.ndarray:
    """(places, quarters) where the instrument is due."""
    due: np.ndarray = courses.age == 0 if measure.every == 0 else courses.age % measure.every == 0
    return due


def draw_scores(rng: np.random.Generator, measure: Measure, courses: Courses, people: People) -> tuple[np.ndarray, np.ndarray]:
    """(places, quarters) scores with and without the method, as they would be recorded."""
    occasion = _OCCASION_SD * rng.standard_normal(courses.stay.shape)
    good = 1.0 if measure.instrument.higher_is_better else -1.0
    without = measure.mean + good * measure.sd / _SCORE_SD * (people.shared + occasion)
    without = without + measure.decline * courses.age / 4
    score = without + measure.effect * people.running
    if measure.decline:
        score = score - measure.decline * _years_with(people.running, courses.age)
    return recorded(score, measure), recorded(without, measure)


def _years_with(running: np.ndarray, age: np.ndarray) -> np.ndarray:
    """(places, quarters) years with the method since the stay began."""
    so_far = np.cumsum(running, axis=1)
    begun = np.maximum(np.arange(running.shape[1]) - age, 0)
    before = np.take_along_axis(so_far - running, begun, axis=1)
    years: np.ndarray = (so_far - before) / 4
    return years


def recorded(score: np.ndarray, measure: Measure) -> np.ndarray:
    """Scores on the instrument's steps and within its range."""
    instrument = measure.instrument
    steps = np.round((score - instrument.low) / instrument.step)
    return np.round(np.clip(instrument.low + instrument.step * steps, instrument.low, instrument.high), 6)


def draw_work(rng: np.random.Generator, pair: Pair, courses: Courses, people: People) -> tuple[np.ndarray, np.ndarray]:
    """(places, quarters) whether somebody is in work or education, with and without the method."""
    assert pair.work is not None
    work = pair.work
    later = np.clip(courses.age / 16, 0, 1)
    usual = work.at_start + (work.after_four_years - work.at_start) * later
    citizen = courses.citizen[courses.stay]
    latent = np.sqrt(_LASTING) * people.person[citizen] / _PERSON_SD
    latent = latent + np.sqrt(1 - _LASTING) * rng.standard_normal(courses.stay.shape)
    # The well work more: high is good on the scale of the person.
    rank = np.round(1 - special.ndtr(latent), 9)
    return rank < usual + work.effect * people.running, rank < usual
