"""V03, V14 and V26: pseudonyms that give nobody away, stays that do not overlap, households and citizens that can be right."""

import hashlib

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_
from whatworks.documentation.paragraphs import paragraph_number
from whatworks.documentation.rules.finding import Finding, Tables, where

# Enough to see a pattern that holds for all, few enough to look at in a moment.
_SAMPLE = 2000
_FEWEST = 20
_SHARE = 0.5
_STAYS = (107, 108, 110)
_LONGEST_OVERLAP = np.timedelta64(14, "D")
_LARGEST_HOUSEHOLD, _MOST_EPISODES = 15, 6


def readable_pseudonyms(tables: Tables) -> list[Finding]:
    """V03: pseudonyms made from what stands in the same row, or counted on from one another."""
    if "citizen" not in tables:
        return []
    citizen = tables["citizen"].dropna(subset="citizen_id").head(_SAMPLE)
    made = citizen["citizen_id"].str.slice(2)
    said = {"rule": "V03", "table": "citizen", "column": "citizen_id"}
    remedy = N_("Make pseudonyms with a secret key (HMAC-SHA-256), which the sender keeps and never delivers.")
    if len(made) >= _FEWEST and _counted(made):
        message = N_("The pseudonyms are numbered on, so their order gives back the list they were made from.")
        return [Finding(found=message, remedy=remedy, rows=tables["citizen"].index, **said)]  # type: ignore[arg-type]
    for other in citizen.columns.drop("citizen_id"):
        value = citizen[other].astype("str")
        holds = [isinstance(text, str) and len(text) >= 3 and text in name for text, name in zip(value, made, strict=True)]
        hashed = [isinstance(text, str) and _is_hash(text, name) for text, name in zip(value, made, strict=True)]
        if len(made) >= _FEWEST and max(np.mean(holds), np.mean(hashed)) > _SHARE:
            message = N_("The pseudonyms are made from the column {other}, so anybody can make them again.")
            places = {"other": str(other)}
            return [Finding(found=message, remedy=remedy, rows=tables["citizen"].index, places=places, **said)]
    return []


def overlapping_stays(tables: Tables) -> list[Finding]:
    """V14: two stays under sections 107, 108 or 110 at once, for more than 14 days."""
    if "episode" not in tables or "paragraph" not in tables["episode"]:
        return []
    episode = tables["episode"]
    stays = episode[paragraph_number(episode["paragraph"]).isin(_STAYS).to_numpy(dtype=bool, na_value=False)]
    if stays.empty:
        return []
    stays = stays.sort_values(["citizen_id", "start"], kind="stable")
    last = stays["end"].fillna(pd.Timestamp("2200-01-01"))
    # How long somebody already stays elsewhere when the next stay begins.
    until = last.astype("int64").groupby(stays["citizen_id"]).cummax().groupby(stays["citizen_id"]).shift()
    shorter = np.minimum(until.to_numpy(dtype="float64", na_value=np.nan), last.astype("int64").to_numpy(dtype="float64"))
    overlap = shorter - stays["start"].astype("int64").to_numpy(dtype="float64")
    limit = _LONGEST_OVERLAP / np.timedelta64(1, "s")
    message = N_("The citizen already stays somewhere else, for more than 14 days more.")
    said = {"rule": "V14", "table": "episode", "column": "start", "found": message}
    return where(stays.assign(_overlap=overlap), overlap > limit, remedy=N_("Look at the ends of both stays."), **said)


def too_many(tables: Tables) -> list[Finding]:
    """V26: households of more than 15, citizens with more than 6 episodes at once."""
    found = []
    if "citizen" in tables and "household_id" in tables["citizen"]:
        citizen = tables["citizen"]
        size = citizen["household_id"].map(citizen["household_id"].value_counts())
        message = N_("The household has more than {n} members.")
        said = {"rule": "V26", "table": "citizen", "column": "household_id", "places": {"n": _LARGEST_HOUSEHOLD}}
        remedy = N_("Look at the household's id; an empty one must be empty.")
        found += where(citizen, size > _LARGEST_HOUSEHOLD, found=message, remedy=remedy, **said)
    if "episode" in tables:
        episode = tables["episode"]
        message = N_("The citizen has more than {n} episodes at once.")
        said = {"rule": "V26", "table": "episode", "column": "citizen_id", "places": {"n": _MOST_EPISODES}}
        remedy = N_("Look for episodes that were never ended.")
        found += where(episode, _at_once(episode) > _MOST_EPISODES, found=message, remedy=remedy, **said)
    return found


def _counted(made: pd.Series) -> bool:
    """True where the pseudonyms read as numbers are a run: nobody draws those at random."""
    letters = made.dropna().str.lstrip("0")
    numbers = np.array([int(text, 36) for text in letters if text], dtype="float64")
    if len(numbers) < _FEWEST:
        return False
    steps = np.diff(np.sort(numbers))
    return bool(np.median(steps) <= 100)


def _is_hash(text: str, name: str) -> bool:
    """True where a pseudonym is the beginning of an unkeyed hash of another cell."""
    return any(hashlib.new(kind, text.encode()).hexdigest().startswith(name) for kind in ("md5", "sha1", "sha256"))


def _at_once(episode: pd.DataFrame) -> np.ndarray:
    """How many of a citizen's episodes run on the day that this one begins."""
    who = pd.factorize(episode["citizen_id"])[0]
    begins = episode["start"].astype("int64").to_numpy()
    ends = episode["end"].fillna(pd.Timestamp("2200-01-01")).astype("int64").to_numpy()
    n = len(episode)
    person = np.concatenate([who, who])
    # An episode counts on the day it ends, so its end comes after the beginnings of that day.
    order = np.lexsort((np.repeat([0, 1], n), np.concatenate([begins, ends]), person))
    change = np.repeat([1, -1], n)[order]
    running = np.cumsum(change)
    same = person[order]
    before = np.append(0, running)[np.searchsorted(same, same, side="left")]
    out = np.zeros(2 * n, dtype="int64")
    out[order] = running - before
    return out[:n]
