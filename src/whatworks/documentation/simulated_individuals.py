"""Citizens who take up a method or not, each for themselves: what a matched comparison is made for, with the truth beside it."""

from typing import Any

import numpy as np
import pandas as pd

from whatworks.documentation.municipality_names import SIMULATED_REGIONS, municipalities
from whatworks.documentation.scenarios import SCENARIOS, Instrument
from whatworks.documentation.simulated_tables import citizens, instruments, numbered, pseudonyms, text_table

_PEOPLE = 1800
_EFFECT = 5.0
_MEAN, _PERSON_SD, _OCCASION_SD, _MUNICIPALITY_SD = 48.0, 14.0, 11.0, 3.0
# Log odds of taking the method up: at the mean, per SD of motivation, per point of well-being, per SD of the hidden factor.
_ODDS, _BY_MOTIVATION, _BY_SCORE, _BY_HIDDEN = -0.9, 0.6, -0.024, 0.6
# Points of well-being afterwards per SD of the hidden factor.
_HIDDEN = 1.75

_WELLBEING = SCENARIOS["S1"].instrument
_MOTIVATION = Instrument(
    code="motivation",
    name="Motivation, medarbejderens vurdering",
    low=0,
    high=100,
    step=1,
    higher_is_better=True,
    informant="staff",
)
_MOTIVATION_MEAN, _MOTIVATION_SD = 50.0, 15.0
_METHOD, _GROUP = ("laerkemodellen", "Lærkemodellen"), ("youth_mental_difficulties", "Unge med psykiske vanskeligheder")
# Episodes begin in 2021 and 2022; the outcome is measured a year after the start.
_FIRST_DAY, _DAYS, _LATER = np.datetime64("2021-01-01"), 730, 365
_YOUNGEST, _OLDEST = 16, 21


def draw_individuals(name: str, seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables and truth of M1 or M2, as :func:`whatworks.documentation.simulate` returns them."""
    hidden = name == "M2"
    rng = np.random.Generator(np.random.PCG64(seed))
    frame = municipalities()
    frame = frame[frame["region_code"].isin(SIMULATED_REGIONS)].reset_index(drop=True)
    share = rng.dirichlet(np.full(len(frame), 3.0))
    home = rng.choice(len(frame), size=_PEOPLE, p=share)
    level = _MEAN + rng.normal(0, _MUNICIPALITY_SD, len(frame))[home] + rng.normal(0, _PERSON_SD, _PEOPLE)
    motivation, unseen = rng.normal(size=(2, _PEOPLE))
    motivation = _on_scale(_MOTIVATION_MEAN + _MOTIVATION_SD * motivation, _MOTIVATION)
    before = _on_scale(level + rng.normal(0, _OCCASION_SD, _PEOPLE), _WELLBEING)
    odds = _ODDS + _BY_MOTIVATION * (motivation - _MOTIVATION_MEAN) / _MOTIVATION_SD + _BY_SCORE * (before - _MEAN)
    # Rounded, since processors differ in the last digit of an exponential.
    taken = rng.random(_PEOPLE) < np.round(1 / (1 + np.exp(-odds - _BY_HIDDEN * hidden * unseen)), 9)
    without = level + _HIDDEN * hidden * unseen + rng.normal(0, _OCCASION_SD, _PEOPLE)
    after, otherwise = _on_scale(without + _EFFECT * taken, _WELLBEING), _on_scale(without, _WELLBEING)
    tables = _tables(rng, frame, home, taken, motivation, before, after)
    return tables, _truth(name, seed, taken, (after - otherwise)[taken])


def _on_scale(score: np.ndarray, instrument: Instrument) -> np.ndarray:
    # Whole points: on WHO-5's own steps of four, matching on the score before would leave differences within a step.
    return np.clip(np.round(score), instrument.low, instrument.high)


def _truth(name: str, seed: int, taken: np.ndarray, effect: np.ndarray) -> dict[str, Any]:
    return {
        "scenario": name,
        "seed": seed,
        "target_group": _GROUP[0],
        "method": _METHOD[0],
        "outcome": _WELLBEING.code,
        "null": False,
        "att_overall": round(float(effect.mean()), 9),
        "share_treated": round(float(taken.mean()), 9),
        "hidden_factor": name == "M2",
    }


def _tables(
    rng: np.random.Generator,
    frame: pd.DataFrame,
    home: np.ndarray,
    taken: np.ndarray,
    motivation: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
) -> dict[str, pd.DataFrame]:
    start = (_FIRST_DAY + rng.integers(0, _DAYS, _PEOPLE)).astype("datetime64[s]")
    episode = pd.DataFrame(
        {
            "episode_id": numbered("e", _PEOPLE),
            "citizen_id": pseudonyms(rng, _PEOPLE),
            "target_group_code": pd.Series([_GROUP[0]] * _PEOPLE, dtype="str"),
            "acting_municipality": pd.Series(frame["municipality_code"].to_numpy()[home], dtype="str"),
            "referral": start - np.timedelta64(30, "D"),
            "start": start,
            "end": np.full(_PEOPLE, np.datetime64("NaT", "s")),
        }
    )
    intervention = pd.DataFrame(
        {
            "intervention_id": numbered("i", _PEOPLE),
            "episode_id": episode["episode_id"],
            "method_id": pd.Series([_METHOD[0] if each else None for each in taken], dtype="str"),
            "start": start,
            "end": np.full(_PEOPLE, np.datetime64("NaT", "s")),
        }
    )
    measured = [
        _measured(episode, start, _MOTIVATION, motivation, "baseline"),
        _measured(episode, start, _WELLBEING, before, "baseline"),
        _measured(episode, start + np.timedelta64(_LATER, "D"), _WELLBEING, after, "follow_up"),
    ]
    measurement = pd.concat(measured, ignore_index=True)
    measurement.insert(0, "measurement_id", numbered("m", len(measurement)))
    instrument = instruments([_WELLBEING, _MOTIVATION])
    instrument.loc[0, "step"] = 1.0
    return {
        "municipality": frame,
        "method": text_table({"method_id": [_METHOD[0]], "method_name": [_METHOD[1]], "status": ["trial"]}),
        "target_group": text_table({"target_group_code": [_GROUP[0]], "target_group_name": [_GROUP[1]]}),
        "instrument": instrument,
        "citizen": citizens(rng, episode, rng.integers(_YOUNGEST, _OLDEST + 1, _PEOPLE)),
        "episode": episode,
        "intervention": intervention,
        "measurement": measurement,
    }


def _measured(episode: pd.DataFrame, day: np.ndarray, instrument: Instrument, value: np.ndarray, point: str) -> pd.DataFrame:
    quarter = pd.PeriodIndex(day, freq="Q-DEC")
    rows = len(episode)
    return pd.DataFrame(
        {
            "episode_id": episode["episode_id"],
            "instrument": pd.Series([instrument.code] * rows, dtype="str"),
            "date": day,
            "quarter": pd.Series([f"{each.year}K{each.quarter}" for each in quarter], dtype="str"),
            "value": value,
            "informant": pd.Series([instrument.informant] * rows, dtype="str"),
            "measurement_point": pd.Series([point] * rows, dtype="str"),
            "missing_reason": pd.Series(["-"] * rows, dtype="str"),
        }
    )
