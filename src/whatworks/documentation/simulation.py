"""Simulated deliveries with known truth: a method is rolled out to municipalities in steps, the worse-off first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.documentation.municipalities import SIMULATED_REGIONS, municipalities
from whatworks.documentation.scenarios import Scenario, find_scenario
from whatworks.documentation.simulated_tables import Stays, delivery_tables, quarter_names

QUARTERS = pd.period_range("2014Q1", "2023Q4", freq="Q-DEC")

# Municipalities per cohort and the quarter they start in, counted from 2014K1; the other ten never start.
_COHORTS = ((12, 14), (12, 22), (7, 30))
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


def simulate(*, scenario: str = "default", seed: int = 0) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Draw the documentation of one method in one target group, with the truth beside it.

    41 municipalities (Midtjylland and Syddanmark, real codes and names) are followed through 40 quarters, 2014K1 to 2023K4.
    An invented method is started by 12 of them in 2017K3, 12 in 2019K3, 7 in 2021K3 and never by 10, the worse-off tending
    to come first. A score is the sum of municipality, person, occasion, age, season and trend, of an entry dip (people are
    referred at a low point and get better by themselves) and of the effect, which grows in over four quarters; it is
    rounded to the instrument's step and held within its range.

    Scenarios: ``"S1"`` (the default) selection on level, constant effect; ``"S0"`` the same, adopters drawn by lot; ``"S2"`` as
    S1, but municipalities that adopt would have improved by 0.08 points more each quarter anyway, so trends are not parallel
    and no comparison of the two is right; ``"S3"`` an effect that keeps growing and is weaker in later cohorts, on an
    instrument where low is good; ``"AV"`` no effect at all. The deliveries of S1, S3 and AV embedded under
    evidence/documentation/ are drawn with seeds numbered on from 20261101 in that order. The seeds were fixed before any
    result was seen, and their results were only checked for being typical.

    Parameters
    ----------
    scenario : ``"default"``, ``"S0"``, ``"S1"``, ``"S2"``, ``"S3"`` or ``"AV"``
    seed : whole number from 0; equal seeds give equal tables, byte for byte

    Returns
    -------
    ``(tables, truth)``. ``tables``: the frames municipality, method, target_group, instrument, adoption, citizen, episode,
    measurement, as :func:`build_panel` and :func:`write_delivery` take them. ``truth``: plain values, in the instrument's
    unit: ``att_overall`` (mean over treated municipality-quarters, as ``did.aggregate(by="simple")``), ``att_event``
    (mean over event times from 0, as ``by="event"``), ``att_by_cohort``, ``att_by_event_time``, ``null`` and what was
    simulated. Effects are of the measured citizens' recorded scores: with the method less without it, same draws.

    Raises
    ------
    InvalidOption
        If there is no such scenario, or the seed is negative or not a whole number.

    References
    ----------
    Roll-out and dynamics follow the designs of Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, and
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277.

    Examples
    --------
    >>> tables, truth = simulate(scenario="AV", seed=1)
    >>> len(tables["municipality"]), len(tables["adoption"]), truth["att_overall"]
    (41, 31, 0.0)
    """
    world = find_scenario(scenario)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InvalidOption(f"seed={seed!r} cannot be used; give a whole number from 0.")
    rng = np.random.Generator(np.random.PCG64(int(seed)))
    units = _draw_municipalities(rng, world)
    stays = _draw_stays(rng, world, len(units.frame))
    age_at_start = rng.integers(world.youngest, world.oldest + 1, stays.episode.max() + 1)
    effect = _effects(world, units)
    treated, untreated = _draw_scores(rng, world, units, stays, age_at_start, effect)
    made = rng.random(stays.age.shape) < np.where(stays.age == 0, _BASELINE_MADE, _FOLLOW_UP_MADE)
    truth = _truth(world, int(seed), units, stays, np.where(made, treated - untreated, np.nan))
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
    for rank, (size, quarter) in enumerate(_COHORTS):
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
    return share[:, None] * (world.effect * ramp + grown)


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
    good = 1.0 if world.instrument.higher_is_better else -1.0
    without = world.mean + good * world.sd / _SCORE_SD * wellbeing
    return _recorded(without + effect[stays.municipality], world), _recorded(without, world)


def _recorded(score: np.ndarray, world: Scenario) -> np.ndarray:
    instrument = world.instrument
    steps = np.round((score - instrument.low) / instrument.step)
    return np.clip(instrument.low + instrument.step * steps, instrument.low, instrument.high)


def _truth(world: Scenario, seed: int, units: _Municipalities, stays: Stays, difference: np.ndarray) -> dict[str, Any]:
    """Effects on the measured citizens, averaged as the estimators average them: over municipality-quarters."""
    # Cells in the order of their municipality, so that a mean over places is a mean over a run of rows.
    cells = pd.DataFrame(difference).groupby(stays.municipality).mean().to_numpy()
    event_time = np.arange(len(QUARTERS)) - units.first[:, None]
    long = pd.DataFrame(
        {
            "cohort": np.repeat(units.first, len(QUARTERS)),
            "event_time": event_time.ravel(),
            "effect": cells.ravel(),
        }
    )
    long = long[long["event_time"] >= 0]
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
