"""A method rolled out to municipalities in steps, the worse-off first: who came when, what they scored, what is true."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.documentation.municipality_names import SIMULATED_REGIONS, municipalities
from whatworks.documentation.scenarios import Scenario
from whatworks.documentation.simulated_borders import simulated_neighbours
from whatworks.documentation.simulated_changes import with_new_instrument
from whatworks.documentation.simulated_mergers import draw_merger, with_merged_services
from whatworks.documentation.simulated_tables import Stays, delivery_tables, quarter_names

QUARTERS = pd.period_range("2014Q1", "2023Q4", freq="Q-DEC")

_NEVER = 10_000

# Standard deviations and slopes on a scale where a score's own standard deviation is _SCORE_SD.
_PERSON_SD, _OCCASION_SD, _MUNICIPALITY_SD, _CELL_SD, _NEED = 14.0, 11.0, 3.0, 1.0, 3.0
_SCORE_SD = float(np.sqrt(_PERSON_SD**2 + _OCCASION_SD**2 + _MUNICIPALITY_SD**2 + _CELL_SD**2 + _NEED**2))
_TREND = 0.05
_AGE = -0.05
_SEASON = (-0.6, 0.4, 0.6, -0.4)

# People are referred at a low point: 0.4 SD below their level, back on it after three quarters.
_DIP, _DIP_QUARTERS = 0.4, 3
_RAMP_QUARTERS = 4
_FIDELITY_MEAN, _FIDELITY_SD = 0.8, 0.1

# An event of a year's length that reaches everybody: 2020K2 to 2021K1.
_EVENT = slice(25, 29)
# From 2019K1 another instrument is used, where one takes over.
_REPLACED_FROM = 20
# The worst fifth of scores lie this many SD below the mean.
_WORST_FIFTH = 0.84

# Quarters that somebody can have been there before the first quarter.
_LONGEST_BEFORE = 16

# The share of measurements that are made.
_BASELINE_MADE, _FOLLOW_UP_MADE = 0.85, 0.75


@dataclass(frozen=True)
class _Municipalities:
    """Per municipality: need (SD 1, high is worse), level, first treated quarter, rank of its cohort, fidelity."""

    frame: pd.DataFrame
    need: np.ndarray
    level: np.ndarray
    first: np.ndarray
    cohort: np.ndarray
    fidelity: np.ndarray


def draw_rollout(world: Scenario, seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables and truth of one roll-out, as :func:`whatworks.documentation.simulate` returns them."""
    rng = np.random.Generator(np.random.PCG64(seed))
    # What only some scenarios need is drawn from a source of its own, so that the others stay as they were.
    beside = np.random.Generator(np.random.PCG64([seed, 1]))
    units = _draw_municipalities(rng, world)
    merger = draw_merger(beside, units.cohort) if world.by_service else None
    stays = _draw_stays(rng, world, len(units.frame))
    age_at_start = rng.integers(world.youngest, world.oldest + 1, stays.episode.max() + 1)
    effect = _effects(world, units)
    treated, untreated = _draw_scores(rng, world, units, stays, age_at_start, effect)
    made = rng.random(stays.age.shape) < np.where(stays.age == 0, _BASELINE_MADE, _FOLLOW_UP_MADE)
    made &= ~_lost(beside, world, units, stays, treated)
    counted = made & (np.arange(len(QUARTERS)) < (_REPLACED_FROM if world.replaced_by else len(QUARTERS)))
    unit = stays.municipality if merger is None else merger.after[stays.municipality]
    truth = _truth(world, seed, units, unit, np.where(counted, treated - untreated, np.nan))
    tables = delivery_tables(
        rng,
        world,
        frame=units.frame,
        first=np.where(units.first == _NEVER, -1, units.first),
        stays=stays,
        age_at_start=age_at_start,
        scores=np.where(made, treated, np.nan),
        quarters=QUARTERS,
    )
    if world.replaced_by:
        tables = with_new_instrument(tables, world.replaced_by, QUARTERS[_REPLACED_FROM])
    if merger is not None:
        tables = with_merged_services(tables, merger)
    return tables, truth


def _draw_municipalities(rng: np.random.Generator, world: Scenario) -> _Municipalities:
    frame = municipalities()
    frame = frame[frame["region_code"].isin(SIMULATED_REGIONS)].reset_index(drop=True)
    n = len(frame)
    need = rng.standard_normal(n)
    # Under selection the worse-off adopt first, but not strictly so.
    order = np.argsort(-(world.selection * need + rng.standard_normal(n)), kind="stable")
    first, cohort = np.full(n, _NEVER), np.full(n, -1)
    begin = 0
    for rank, (size, quarter) in enumerate(world.waves):
        chosen = order[begin : begin + size]
        first[chosen], cohort[chosen] = quarter, rank
        begin += size
    level = _MUNICIPALITY_SD * rng.standard_normal(n)
    fidelity = rng.normal(_FIDELITY_MEAN, _FIDELITY_SD, n)
    return _Municipalities(frame, need, level, first, cohort, fidelity)


def _draw_stays(rng: np.random.Generator, world: Scenario, municipality_count: int) -> Stays:
    """Every place is always taken: when an episode ends, the next citizen comes in the quarter after."""
    low, high = world.places
    places = rng.integers(low, high + 1, size=municipality_count)
    municipality = np.repeat(np.arange(len(places)), places)
    exit_share = 1 - (1 - world.exits_per_year) ** 0.25
    last = rng.random((len(municipality), len(QUARTERS))) < exit_share
    # Who is there in the first quarter came some quarters earlier.
    age = np.empty(last.shape, dtype="int64")
    age[:, 0] = np.minimum(rng.geometric(exit_share, len(municipality)) - 1, _LONGEST_BEFORE)
    for quarter in range(1, len(QUARTERS)):
        age[:, quarter] = np.where(last[:, quarter - 1], 0, age[:, quarter - 1] + 1)
    new = np.ones(last.shape, dtype=bool)
    new[:, 1:] = last[:, :-1]
    episode = (np.cumsum(new.ravel()) - 1).reshape(last.shape)
    return Stays(municipality, episode, age, last)


def _effects(world: Scenario, units: _Municipalities) -> np.ndarray:
    """(municipalities, quarters) effect of the method in the instrument's unit; 0 before it starts."""
    event_time = np.arange(len(QUARTERS)) - units.first[:, None]
    ramp = np.clip((event_time + 1) / _RAMP_QUARTERS, 0, 1)
    grown = world.growth * np.clip(event_time + 1 - _RAMP_QUARTERS, 0, None)
    share = np.where(units.cohort >= 0, np.array(world.cohort_shares)[units.cohort], 0.0) * units.fidelity / _FIDELITY_MEAN
    effect = share[:, None] * (world.effect * ramp + grown)
    if world.spillover:
        effect += world.spillover * _reached(effect, units)
    if world.before_start:
        effect += world.before_start * (event_time == -1)
    return effect


def _reached(effect: np.ndarray, units: _Municipalities) -> np.ndarray:
    """(municipalities, quarters) effect in the neighbour who started first, where a municipality never starts itself."""
    place = {code: number for number, code in enumerate(units.frame["municipality_code"])}
    reached = np.zeros(effect.shape)
    source = np.full(len(effect), -1)
    for pair in simulated_neighbours().to_numpy():
        for here, there in (pair, pair[::-1]):
            i, j = place[here], place[there]
            if units.cohort[i] < 0 and units.cohort[j] >= 0 and (source[i] < 0 or units.first[j] < units.first[source[i]]):
                source[i], reached[i] = j, effect[j]
    return reached


def _lost(rng: np.random.Generator, world: Scenario, units: _Municipalities, stays: Stays, scores: np.ndarray) -> np.ndarray:
    """(places, quarters) follow-ups lost where the method is not in use, above all those of people who do badly."""
    if not (world.lost or world.lost_among_worst):
        return np.zeros(scores.shape, dtype=bool)
    good = 1.0 if world.instrument.higher_is_better else -1.0
    worst = good * (scores - world.mean) < -_WORST_FIFTH * world.sd
    untreated = np.arange(len(QUARTERS)) < units.first[stays.municipality, None]
    drawn = rng.random(scores.shape)
    lost: np.ndarray = untreated & (stays.age > 0) & (drawn < world.lost + world.lost_among_worst * worst)
    return lost


def _draw_scores(
    rng: np.random.Generator,
    world: Scenario,
    units: _Municipalities,
    stays: Stays,
    age_at_start: np.ndarray,
    effect: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """(places, quarters) scores with and without the method, as they would be recorded."""
    quarter = np.arange(len(QUARTERS))
    cell = _CELL_SD * rng.standard_normal(effect.shape)
    person = _PERSON_SD * rng.standard_normal(len(age_at_start))
    years_above = age_at_start - (world.youngest + world.oldest) / 2
    occasion = _OCCASION_SD * rng.standard_normal(stays.age.shape)
    dip = -_DIP * _SCORE_SD * np.clip(1 - stays.age / _DIP_QUARTERS, 0, None)
    wellbeing = (
        (units.level - _NEED * units.need)[stays.municipality, None]
        + cell[stays.municipality]
        + (person + _AGE * years_above)[stays.episode]
        + _TREND * quarter
        + world.adopter_trend * np.outer(units.cohort >= 0, quarter)[stays.municipality]
        + np.resize(_SEASON, len(quarter))
        + dip
        + occasion
    )
    wellbeing[:, _EVENT] += (world.shock + world.shock_to_adopters * (units.cohort >= 0))[stays.municipality, None]
    good = 1.0 if world.instrument.higher_is_better else -1.0
    without = world.mean + good * world.sd / _SCORE_SD * wellbeing
    return _recorded(without + effect[stays.municipality], world), _recorded(without, world)


def _recorded(score: np.ndarray, world: Scenario) -> np.ndarray:
    instrument = world.instrument
    steps = np.round((score - instrument.low) / instrument.step)
    return np.clip(instrument.low + instrument.step * steps, instrument.low, instrument.high)


def _truth(world: Scenario, seed: int, units: _Municipalities, unit: np.ndarray, difference: np.ndarray) -> dict[str, Any]:
    """Effects on the measured citizens, averaged as the estimators average them: over units and quarters."""
    # Cells in the order of their unit, so that a mean over places is a mean over a run of rows.
    cells = pd.DataFrame(difference).groupby(unit).mean()
    first = units.first[cells.index.to_numpy()]
    event_time = np.arange(len(QUARTERS)) - first[:, None]
    long = pd.DataFrame(
        {
            "cohort": np.repeat(first, len(QUARTERS)),
            "event_time": event_time.ravel(),
            "effect": cells.to_numpy().ravel(),
        }
    )
    long = long[(long["event_time"] >= 0) & long["effect"].notna()]
    by_event = long.groupby("event_time")["effect"].mean()
    by_cohort = long.groupby("cohort")["effect"].mean()
    names = quarter_names(QUARTERS)
    return {
        "scenario": world.code,
        "seed": seed,
        "target_group": world.target_group,
        "method": world.method,
        "outcome": world.instrument.code,
        "null": world.effect == 0 and world.growth == 0,
        "att_overall": float(long["effect"].mean()),
        "att_event": float(by_event.mean()),
        "att_by_cohort": dict(zip(names[by_cohort.index.to_numpy()].tolist(), by_cohort.tolist(), strict=True)),
        "att_by_event_time": dict(zip(map(str, by_event.index), by_event.tolist(), strict=True)),
    }
