"""V07, V08 and V09: what an instrument can give, whom it is made for, who may answer."""

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_, REFUSE
from whatworks.documentation.lookup import looked_up, positions
from whatworks.documentation.rules.finding import Finding, Tables, where

# Of the instrument's unit; far below any step, far above the rounding of a decimal number.
_STEP_TOLERANCE = 1e-6


def broken_instruments(tables: Tables) -> list[Finding]:
    """V07: ranges and steps that no value can meet. Nothing measured with them can be judged, so the delivery is refused."""
    if "instrument" not in tables:
        return []
    frame = tables["instrument"]
    said = {"rule": "V07", "table": "instrument", "severity": REFUSE, "remedy": N_("Correct the instrument.")}
    message = N_("The step between two values must be above 0; leave it empty where there is none.")
    return [
        *where(
            frame, frame["max"] <= frame["min"], column="max", found=N_("The largest value must lie above the smallest."), **said
        ),
        *where(frame, frame["step"] <= 0, column="step", found=message, **said),
    ]


def impossible_values(tables: Tables) -> list[Finding]:
    """V07: values outside the instrument's range, or between its steps."""
    if not {"instrument", "measurement"} <= set(tables):
        return []
    measurement, instrument = tables["measurement"], tables["instrument"]
    place = positions(measurement["instrument"], instrument["instrument"])
    low, high, step = (_taken(instrument[column], place) for column in ("min", "max", "step"))
    value = measurement["value"].to_numpy(dtype="float64")
    with np.errstate(invalid="ignore", divide="ignore"):
        places = (value - low) / step
        off_step = np.abs(places - np.round(places)) * step > _STEP_TOLERANCE
    bad = (value < low) | (value > high) | (off_step & (step > 0))
    message = N_("The value is outside the instrument's range, or between its steps.")
    return where(
        measurement,
        bad,
        rule="V07",
        table="measurement",
        column="value",
        found=message,
        remedy=N_("Look the value up and correct it."),
    )


def wrong_age(tables: Tables) -> list[Finding]:
    """V08: citizens younger or older than the instrument is made for, by more than the year that a birth year leaves open."""
    if not {"instrument", "measurement", "episode", "citizen"} <= set(tables) or "age_min" not in tables["instrument"]:
        return []
    measurement, instrument = tables["measurement"], tables["instrument"]
    citizen = looked_up(measurement["episode_id"], tables["episode"]["episode_id"], tables["episode"]["citizen_id"])
    born = looked_up(citizen, tables["citizen"]["citizen_id"], tables["citizen"]["birth_year"])
    age = measurement["date"].dt.year.to_numpy(dtype="float64") - born.to_numpy(dtype="float64", na_value=np.nan)
    place = positions(measurement["instrument"], instrument["instrument"])
    young = _taken(instrument["age_min"], place) - 1
    old = _taken(instrument["age_max"], place) + 1 if "age_max" in instrument else np.full(len(age), np.nan)
    message = N_("The citizen is younger or older than the instrument is made for.")
    said = {"rule": "V08", "table": "measurement", "column": "instrument", "found": message}
    return where(measurement, (age < young) | (age > old), remedy=N_("Look at the instrument or the birth year."), **said)


def wrong_informant(tables: Tables) -> list[Finding]:
    """V09: answers from somebody the instrument has no form for."""
    if not {"instrument", "measurement"} <= set(tables) or "informants" not in tables["instrument"]:
        return []
    measurement, instrument = tables["measurement"], tables["instrument"]
    bad = np.zeros(len(measurement), dtype=bool)
    for code, allowed in zip(instrument["instrument"], instrument["informants"], strict=True):
        if isinstance(allowed, str):
            of = (measurement["instrument"] == code).to_numpy(dtype=bool)
            bad |= of & ~measurement["informant"].isin(allowed.split(";")).to_numpy()
    message = N_("The instrument is not made for this informant.")
    said = {"rule": "V09", "table": "measurement", "column": "informant", "found": message}
    return where(measurement, bad, remedy=N_("Look at the instrument or the informant."), **said)


def _taken(values: pd.Series, place: np.ndarray) -> np.ndarray:
    """The value at each place as a number; NaN where the place is -1."""
    numbers = np.append(values.to_numpy(dtype="float64", na_value=np.nan), np.nan)
    return numbers[place]
