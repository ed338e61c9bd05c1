"""Who stays where, when, in the simulated region: places that are filled one citizen after another."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.documentation.simulated_frame import Frame, home_of, places_of
from whatworks.documentation.simulated_pairs import Pair
from whatworks.documentation.simulated_tables import drawn

QUARTERS = pd.period_range("2014Q1", "2023Q4", freq="Q-DEC")
NEVER = 10_000
# First day of every quarter, and the day after the last one.
BEGIN = pd.period_range("2014Q1", "2024Q1", freq="Q-DEC").to_timestamp().to_numpy().astype("datetime64[D]")

# 12, 12 and 7 of 41 start in 2017K3, 2019K3 and 2021K3, counted from 2014K1; services in the same shares.
_WAVES = ((12, 14), (12, 22), (7, 30))
_FIDELITY, _FIDELITY_SD = 0.8, 0.1
_EXITS_PER_YEAR = 0.18
_LONGEST_BEFORE = 16
# Nine services of the first wave become three on 1 July 2018; quarters are counted from 2014K1.
MERGED_PAIR, MERGED_AT, _MERGING, _INTO = "SP", 18, 9, 3
# Share of stays that somebody comes back to who had been there before.
_RETURNS = 0.24

_END_REASONS = ("moved", "goal_reached", "other_service", "broken_off", "died")
_END_SHARES = (0.30, 0.25, 0.25, 0.15, 0.05)
_DAYS_IN, _DAYS_OUT, _REFERRED = (0, 28), (60, 89), (14, 91)


@dataclass(frozen=True, kw_only=True)
class Units:
    """Those who adopt the method or not.

    Attributes
    ----------
    need : (units,) SD 1, high is worse
    first : (units,) quarter of the start, ``NEVER`` for never
    cohort : (units,) rank of the wave, -1 for never
    fidelity : (units,) mean 1
    """

    need: np.ndarray
    first: np.ndarray
    cohort: np.ndarray
    fidelity: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Courses:
    """Places (rows) by quarters (columns) of one pair, and the episodes and citizens that fill them.

    Attributes
    ----------
    unit : (places,) the unit that adopts
    site : (places, quarters) number of the service in the frame; -1 where municipalities help people at home
    stay, age, last : (places, quarters) number of the stay, quarters since it began, whether it ends in the quarter
    episode : (places, quarters) number of the episode; a stay that goes on in a merged service has two
    acting : (stays,) municipality
    citizen : (stays,) number of the citizen
    age_at_start : (stays,) years
    first_row, first_quarter, begun : (episodes,) a place, the first quarter seen there, the quarter it began in
    start, end, end_reason, referral : (episodes,)
    stay_of : (episodes,)
    """

    unit: np.ndarray
    site: np.ndarray
    stay: np.ndarray
    age: np.ndarray
    last: np.ndarray
    episode: np.ndarray
    acting: np.ndarray
    citizen: np.ndarray
    age_at_start: np.ndarray
    begun: np.ndarray
    start: np.ndarray
    end: np.ndarray
    end_reason: np.ndarray
    referral: np.ndarray
    stay_of: np.ndarray


def draw_units(rng: np.random.Generator, count: int) -> Units:
    """The worse-off tend to adopt first, but not strictly so."""
    need = rng.standard_normal(count)
    order = np.argsort(-(need + rng.standard_normal(count)), kind="stable")
    first, cohort = np.full(count, NEVER), np.full(count, -1)
    begin = 0
    for rank, (of_41, quarter) in enumerate(_WAVES):
        size = round(of_41 * count / 41)
        first[order[begin : begin + size]], cohort[order[begin : begin + size]] = quarter, rank
        begin += size
    fidelity = np.clip(rng.normal(_FIDELITY, _FIDELITY_SD, count), 0.4, 1.0) / _FIDELITY
    return Units(need=need, first=first, cohort=cohort, fidelity=fidelity)


def draw_merged(rng: np.random.Generator, pair: Pair, units: Units) -> np.ndarray:
    """(units,) the unit each belongs to after mergers: nine of the first wave in three groups, in one of the pairs."""
    after = np.arange(len(units.first))
    if pair.code == MERGED_PAIR:
        groups = rng.choice(np.flatnonzero(units.cohort == 0), _MERGING, replace=False).reshape(_INTO, -1)
        after[groups] = groups.min(axis=1, keepdims=True)
    return after


def draw_courses(rng: np.random.Generator, pair: Pair, frame: Frame, units: Units, after: np.ndarray) -> Courses:
    """Every place is always taken: when a stay ends, the next citizen comes in the quarter after."""
    unit = np.repeat(np.arange(len(units.first)), places_of(pair, frame))
    shape = (len(unit), len(QUARTERS))
    exit_share = round(1 - (1 - _EXITS_PER_YEAR) ** 0.25, 12)
    last = rng.random(shape) < exit_share
    age = np.empty(shape, dtype="int64")
    age[:, 0] = np.minimum(rng.geometric(exit_share, len(unit)) - 1, _LONGEST_BEFORE)
    for quarter in range(1, len(QUARTERS)):
        age[:, quarter] = np.where(last[:, quarter - 1], 0, age[:, quarter - 1] + 1)
    new = np.ones(shape, dtype=bool)
    new[:, 1:] = last[:, :-1]
    stay = (np.cumsum(new.ravel()) - 1).reshape(shape)
    goes_on = after[unit] != unit
    new[goes_on, MERGED_AT] = True
    episode = (np.cumsum(new.ravel()) - 1).reshape(shape)
    place, seen = np.nonzero(new)
    stay_of = stay[place, seen]
    site = _sites(rng, pair, frame, unit, after, stay)
    acting = _acting(rng, pair, frame, unit, site, stay)
    moved_in = goes_on[place] & (seen == MERGED_AT) & (age[place, seen] > 0)
    begun = np.where(moved_in, seen, seen - age[place, seen])
    return Courses(
        unit=unit, site=site, stay=stay, age=age, last=last, episode=episode, acting=acting,
        citizen=_citizens(rng, seen, stay_of, last, stay),
        age_at_start=rng.integers(pair.youngest, pair.oldest + 1, stay.max() + 1),
        begun=begun, stay_of=stay_of, **_days(rng, episode, last, begun, moved_in),
    )  # fmt: skip


def _sites(
    rng: np.random.Generator, pair: Pair, frame: Frame, unit: np.ndarray, after: np.ndarray, stay: np.ndarray
) -> np.ndarray:
    """(places, quarters) the service somebody stays in."""
    own = np.flatnonzero(frame.service["pair"] == pair.code)
    if pair.shelters:
        # People in need of shelter come to any of those in the region.
        return own[rng.integers(0, len(own), stay.max() + 1)][stay]
    if not pair.services:
        return np.full(stay.shape, -1)
    sites = np.repeat(own[unit][:, None], stay.shape[1], axis=1)
    sites[:, MERGED_AT:] = own[after[unit]][:, None]
    return sites


def _acting(
    rng: np.random.Generator, pair: Pair, frame: Frame, unit: np.ndarray, site: np.ndarray, stay: np.ndarray
) -> np.ndarray:
    """(stays,) municipality that acts and pays."""
    _, place = np.unique(stay.ravel(), return_index=True)
    row = place // stay.shape[1]
    return home_of(rng, frame, site[row, place % stay.shape[1]]) if pair.services else unit[row]


def _citizens(rng: np.random.Generator, seen: np.ndarray, stay_of: np.ndarray, last: np.ndarray, stay: np.ndarray) -> np.ndarray:
    """(stays,) citizens; some come back, to another place, at least half a year after they left."""
    count = int(stay.max()) + 1
    arrives = np.full(count, len(QUARTERS))
    np.minimum.at(arrives, stay_of, seen)
    leaves = np.full(count, len(QUARTERS))
    gone = np.nonzero(last)
    leaves[stay[gone]] = gone[1]
    citizen = np.arange(count)
    waiting: list[int] = []
    departures = np.argsort(leaves, kind="stable")
    next_departure = 0
    comes_back = rng.random(count) < _RETURNS
    choice = rng.random(count)
    for each in np.argsort(arrives, kind="stable"):
        while next_departure < count and leaves[departures[next_departure]] + 2 <= arrives[each]:
            waiting.append(int(departures[next_departure]))
            next_departure += 1
        if comes_back[each] and arrives[each] > 0 and waiting:
            citizen[each] = citizen[waiting.pop(int(choice[each] * len(waiting)))]
    _, numbered = np.unique(citizen, return_inverse=True)
    return numbered


def _days(
    rng: np.random.Generator, episode: np.ndarray, last: np.ndarray, begun: np.ndarray, moved_in: np.ndarray
) -> dict[str, np.ndarray]:
    """(episodes,) first and last day, why it ended, and when somebody was referred."""
    n = len(begun)
    months = BEGIN[0].astype("datetime64[M]") + 3 * begun
    start = months.astype("datetime64[D]") + np.where(moved_in, 0, rng.integers(*_DAYS_IN, n))
    end = np.full(n, np.datetime64("NaT", "D"))
    gone = np.nonzero(last)
    end[episode[gone]] = BEGIN[gone[1]] + rng.integers(*_DAYS_OUT, len(gone[0]))
    reason = drawn(rng, _END_REASONS, _END_SHARES, n)
    reason[np.isnat(end)] = None
    before = np.flatnonzero(moved_in) - 1
    end[before], reason[before] = BEGIN[MERGED_AT] - 1, "other_service"
    referral = np.where(moved_in, start, start - rng.integers(*_REFERRED, n))
    return {"start": start, "end": end, "end_reason": reason, "referral": referral}
