"""V06, V19 and agreement of dates with quarters; V12, whether a paragraph was in force."""

import datetime as dt

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_
from whatworks.documentation.lookup import looked_up
from whatworks.documentation.paragraphs import law_code, paragraph_number
from whatworks.documentation.rules.finding import Finding, Tables, where

_ORDERED = (
    ("V06", "start", "end"),
    ("V06", "referral", "end"),
    ("V19", "start", "full_operation"),
    ("V06", "valid_from", "valid_to"),
    ("V06", "joined", "left"),
    ("V06", "opened", "closed"),
    ("V06", "set_on", "assessed_on"),
)
_AFTER_END = np.timedelta64(365, "D")
# The Act on Children replaced these sections of the Act on Social Services on 1 January 2024.
_CHILDREN_FROM = np.datetime64("2024-01-01")
_CHILDRENS_SECTIONS = (46, 76)
_CHILDS_PLAN = 140


def dates_out_of_order(tables: Tables) -> list[Finding]:
    """Ends before starts, full operation before the start, quarters that are not those of their date."""
    found = []
    for name, frame in tables.items():
        for rule, first, last in _ORDERED:
            if first in frame and last in frame:
                message = N_("The date is before {first}.")
                said = {"rule": rule, "table": name, "column": last, "places": {"first": first}}
                found += where(frame, frame[last] < frame[first], found=message, remedy=N_("Correct one of the two."), **said)
        if {"date", "quarter"} <= set(frame):
            message = N_("The quarter is not the one that the date lies in.")
            said = {"rule": "agreement", "table": name, "column": "quarter", "found": message}
            found += where(frame, _other_quarter(frame), remedy=N_("Correct one of the two."), **said)
    return found


def measured_outside_the_episode(tables: Tables) -> list[Finding]:
    """V06: measurements before the referral, or more than a year after the end unless they say that they are made after."""
    if not {"measurement", "episode"} <= set(tables):
        return []
    measurement, episode = tables["measurement"], tables["episode"]
    found = []
    said = {"rule": "V06", "table": "measurement", "column": "date", "remedy": N_("Correct the date or the episode.")}
    if "referral" in episode:
        referral = looked_up(measurement["episode_id"], episode["episode_id"], episode["referral"])
        found += where(measurement, measurement["date"] < referral, found=N_("Measured before the referral."), **said)
    end = looked_up(measurement["episode_id"], episode["episode_id"], episode["end"])
    late = (measurement["date"] - end) > _AFTER_END
    if "measurement_point" in measurement:
        late &= measurement["measurement_point"].fillna("") != "after"
    message = N_("Measured more than 365 days after the end of the episode.")
    return found + where(measurement, late, found=message, **said)


def adopted_in_the_future(tables: Tables) -> list[Finding]:
    """V19: methods that begin after today: what has not happened cannot have had an effect."""
    if "adoption" not in tables:
        return []
    adoption = tables["adoption"]
    said = {"rule": "V19", "table": "adoption", "column": "start", "found": N_("The method begins in the future.")}
    today = pd.Timestamp(dt.date.today())
    return where(adoption, adoption["start"] > today, remedy=N_("Deliver it once it has begun."), **said)


def paragraphs_not_in_force(tables: Tables) -> list[Finding]:
    """V12: the Act on Children before 2024, and the sections that it replaced from 2024 on."""
    found = []
    for name, day in (("episode", "start"), ("approval", "valid_from")):
        if name not in tables or not {"law", "paragraph", day} <= set(tables[name]):
            continue
        frame = tables[name]
        law, section = law_code(frame["law"]), paragraph_number(frame["paragraph"])
        children = section.between(*_CHILDRENS_SECTIONS) | (section == _CHILDS_PLAN)
        later = (frame[day] >= _CHILDREN_FROM).to_numpy(dtype=bool)
        said = {"rule": "V12", "table": name, "column": "paragraph"}
        found += where(
            frame,
            (law == "BL").to_numpy(dtype=bool) & ~later & frame[day].notna().to_numpy(),
            found=N_("The Act on Children came into force on 1 January 2024, after this date."),
            remedy=N_("Use the section of the Act on Social Services."),
            **said,
        )
        found += where(
            frame,
            (law == "SEL").to_numpy(dtype=bool) & children.to_numpy(dtype=bool, na_value=False) & later,
            found=N_("The section was replaced by the Act on Children on 1 January 2024."),
            remedy=N_("Use the section of the Act on Children."),
            **said,
        )
    return found


def _other_quarter(frame: pd.DataFrame) -> np.ndarray:
    """Rows whose quarter is not the one of their date; each different quarter is read once."""
    codes, names = pd.factorize(frame["quarter"])
    year = pd.Series(names).str.slice(0, 4).astype("float64").to_numpy()
    part = pd.Series(names).str.slice(5, 6).astype("float64").to_numpy()
    told = np.append(year * 4 + part - 1, np.nan)[codes]
    date = frame["date"]
    lies_in = date.dt.year.to_numpy(dtype="float64") * 4 + date.dt.quarter.to_numpy(dtype="float64") - 1
    with np.errstate(invalid="ignore"):
        return (told != lies_in) & ~np.isnan(told) & ~np.isnan(lies_in)
