"""Simulated citizens and scores as the tables a municipality would deliver."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.documentation.scenarios import Instrument, Scenario

# RFC 4648's base32 has no 0, 1, 8 or 9, so no month and therefore no CPR number can appear in a pseudonym.
_BASE32 = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))
_PSEUDONYM_LENGTH = 16

_END_REASONS = ("moved", "goal_reached", "other_service", "broken_off", "died")
_END_SHARES = (0.30, 0.25, 0.25, 0.15, 0.05)
_MISSING_REASONS = ("declined", "not_asked", "system_error")
_MISSING_SHARES = (0.40, 0.45, 0.15)
_SEXES, _SEX_SHARES = ("F", "M"), (0.5, 0.5)

# A start lies in the first month of its quarter, a measurement in the second, an end in the third,
# so that nobody is measured outside an episode.
_START_DAYS, _MEASURED_DAYS, _END_DAYS = (0, 28), (31, 58), (60, 89)
_REFERRAL_DAYS = (14, 91)


@dataclass(frozen=True)
class Stays:
    """Places (rows) by quarters (columns), and the episodes that fill them one after another.

    Attributes
    ----------
    municipality : (places,) position of the place's municipality
    episode : (places, quarters) number of the episode in the place
    age : (places, quarters) quarters since that episode began
    last : (places, quarters) the episode ends within the quarter
    """

    municipality: np.ndarray
    episode: np.ndarray
    age: np.ndarray
    last: np.ndarray


def quarter_names(quarters: pd.PeriodIndex) -> np.ndarray:
    """Quarters as the data model writes them.

    Examples
    --------
    >>> quarter_names(pd.PeriodIndex(["2014Q1"], freq="Q-DEC")).tolist()
    ['2014K1']
    """
    return np.array([f"{quarter.year}K{quarter.quarter}" for quarter in quarters], dtype=object)


def delivery_tables(
    rng: np.random.Generator,
    world: Scenario,
    *,
    frame: pd.DataFrame,
    first: np.ndarray,
    stays: Stays,
    age_at_start: np.ndarray,
    scores: np.ndarray,
    quarters: pd.PeriodIndex,
) -> dict[str, pd.DataFrame]:
    """The eight tables of a simulated delivery, in the order of the data model.

    Parameters
    ----------
    rng : source of pseudonyms, dates and reasons
    world : the scenario
    frame : the municipalities
    first : (municipalities,) position of the quarter in which each starts the method; -1 for never
    stays : who was where, when
    age_at_start : (episodes,) years
    scores : (places, quarters) recorded score; NaN where no measurement was made
    quarters : the quarters
    """
    begin = quarters.to_timestamp().to_numpy().astype("datetime64[D]")
    episode = _episodes(rng, world, frame, stays, begin)
    citizen = citizens(rng, episode, age_at_start)
    return {
        "municipality": frame,
        "method": text_table({"method_id": [world.method], "method_name": [world.method_name], "status": ["scaled"]}),
        "target_group": text_table({"target_group_code": [world.target_group], "target_group_name": [world.target_group_name]}),
        "instrument": instruments([world.instrument]),
        "adoption": _adoption(world, frame, first, begin),
        "citizen": citizen,
        "episode": episode,
        "measurement": _measurements(rng, world, episode["episode_id"], stays, scores, quarters, begin),
    }


def text_table(columns: dict[str, list[str]]) -> pd.DataFrame:
    """A table of texts."""
    return pd.DataFrame(columns).astype("str")


def instruments(used: Sequence[Instrument]) -> pd.DataFrame:
    """The table of instruments."""
    table = text_table({"instrument": [each.code for each in used], "instrument_name": [each.name for each in used]})
    for column, name in (("min", "low"), ("max", "high"), ("step", "step")):
        table[column] = [float(getattr(each, name)) for each in used]
    table["higher_is_better"] = pd.array([each.higher_is_better for each in used], dtype="boolean")
    return table


def _adoption(world: Scenario, frame: pd.DataFrame, first: np.ndarray, begin: np.ndarray) -> pd.DataFrame:
    adopters = np.flatnonzero(first >= 0)
    adopters = adopters[np.argsort(first[adopters], kind="stable")]
    start = begin[first[adopters]]
    return pd.DataFrame(
        {
            "adoption_id": numbered("a", len(adopters)),
            "method_id": pd.Series([world.method] * len(adopters), dtype="str"),
            "level": pd.Series(["municipality"] * len(adopters), dtype="str"),
            "unit_id": frame["municipality_code"].to_numpy()[adopters],
            "start": start.astype("datetime64[s]"),
            # The method is fully run in the fourth quarter after it began.
            "full_operation": begin[first[adopters] + 3].astype("datetime64[s]"),
            "end": np.full(len(adopters), np.datetime64("NaT", "s")),
            "assignment": pd.Series(["need"] * len(adopters), dtype="str"),
        }
    ).astype({"unit_id": "str"})


def _episodes(
    rng: np.random.Generator,
    world: Scenario,
    frame: pd.DataFrame,
    stays: Stays,
    begin: np.ndarray,
) -> pd.DataFrame:
    """Episodes in the order of their numbers, one citizen each."""
    n = int(stays.episode.max()) + 1
    _, seen = np.unique(stays.episode.ravel(), return_index=True)
    place, quarter = np.unravel_index(seen, stays.episode.shape)
    start = _quarter_start(begin, quarter - stays.age[place, quarter]) + rng.integers(*_START_DAYS, n)
    end = np.full(n, np.datetime64("NaT", "D"))
    leaving_place, leaving_quarter = np.nonzero(stays.last)
    leaving = stays.episode[leaving_place, leaving_quarter]
    end[leaving] = begin[leaving_quarter] + rng.integers(*_END_DAYS, len(leaving))
    reason = pd.Series(drawn(rng, _END_REASONS, _END_SHARES, n), dtype="str").mask(np.isnat(end))
    pseudonym = pseudonyms(rng, n)
    return pd.DataFrame(
        {
            "episode_id": numbered("e", n),
            "citizen_id": pseudonym,
            "target_group_code": pd.Series([world.target_group] * n, dtype="str"),
            "acting_municipality": pd.Series(frame["municipality_code"].to_numpy()[stays.municipality[place]], dtype="str"),
            "referral": (start - rng.integers(*_REFERRAL_DAYS, n)).astype("datetime64[s]"),
            "start": start.astype("datetime64[s]"),
            "end": end.astype("datetime64[s]"),
            "end_reason": reason,
        }
    )


def pseudonyms(rng: np.random.Generator, n: int) -> pd.Series:
    """n pseudonyms as the data model writes them."""
    letters = _BASE32[rng.integers(0, 32, (n, _PSEUDONYM_LENGTH))]
    return pd.Series([f"b_{''.join(row)}" for row in letters], dtype="str")


def citizens(rng: np.random.Generator, episode: pd.DataFrame, age_at_start: np.ndarray) -> pd.DataFrame:
    """The citizen of each episode, who lives in the municipality that acts and pays."""
    return pd.DataFrame(
        {
            "citizen_id": episode["citizen_id"],
            "birth_year": pd.array(episode["start"].dt.year.to_numpy() - age_at_start, dtype="Int64"),
            "sex": pd.Series(drawn(rng, _SEXES, _SEX_SHARES, len(episode)), dtype="str"),
            "residence_municipality": episode["acting_municipality"],
            "paying_municipality": episode["acting_municipality"],
        }
    )


def _measurements(
    rng: np.random.Generator,
    world: Scenario,
    episode_ids: pd.Series,
    stays: Stays,
    scores: np.ndarray,
    quarters: pd.PeriodIndex,
    begin: np.ndarray,
) -> pd.DataFrame:
    """One row per place and quarter, with a reason where no measurement was made, quarter by quarter."""
    places, n_quarters = scores.shape
    n = scores.size
    quarter = np.repeat(np.arange(n_quarters), places)
    value, age, last = scores.T.ravel(), stays.age.T.ravel(), stays.last.T.ravel()
    point = np.where(age == 0, "baseline", np.where(last, "end", "follow_up"))
    reason = np.where(np.isnan(value), drawn(rng, _MISSING_REASONS, _MISSING_SHARES, n), "-")
    return pd.DataFrame(
        {
            "measurement_id": numbered("m", n),
            "episode_id": episode_ids.iloc[stays.episode.T.ravel()].reset_index(drop=True),
            "instrument": pd.Series([world.instrument.code] * n, dtype="str"),
            "date": (begin[quarter] + rng.integers(*_MEASURED_DAYS, n)).astype("datetime64[s]"),
            "quarter": pd.Series(quarter_names(quarters)[quarter], dtype="str"),
            "value": value,
            "informant": pd.Series([world.instrument.informant] * n, dtype="str"),
            "measurement_point": pd.Series(point, dtype="str"),
            "missing_reason": pd.Series(reason, dtype="str"),
        }
    )


def _quarter_start(begin: np.ndarray, position: np.ndarray) -> np.ndarray:
    """First day of a quarter, also of quarters before the first one."""
    months = begin[0].astype("datetime64[M]") + 3 * position
    return months.astype("datetime64[D]")


def drawn(rng: np.random.Generator, codes: tuple[str, ...], shares: tuple[float, ...], n: int) -> np.ndarray:
    """One of the codes for each of n rows, with the given shares."""
    place = np.searchsorted(np.cumsum(shares)[:-1], rng.random(n), side="right")
    return np.array(codes, dtype=object)[place]


def numbered(letter: str, n: int) -> pd.Series:
    """n keys that begin with a letter."""
    return pd.Series([f"{letter}_{number:06d}" for number in range(1, n + 1)], dtype="str")
