"""Courses that a merger cut in two: the episode ended in the old unit and went on in the new one the next day."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.documentation.lookup import positions
from whatworks.documentation.units import final_services

# Days between the end in the old unit and the start in the new one.
_LONGEST_GAP = 7
_REFERRING = ("measurement", "intervention", "goal", "cost", "coordination")


def joined_courses(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], int]:
    """Tables in which a course that went on under another name is one episode, and how many episodes that joined.

    Two episodes of a citizen are one course where the second began in another service within a week of the first one's end, and
    both services are the same one after mergers. The course has the start and the id of the first and the end of the last.

    Examples
    --------
    >>> day = pd.to_datetime
    >>> service = pd.DataFrame({"service_id": ["old", "new"], "successor_id": ["new", None]}).astype("str")
    >>> episode = pd.DataFrame({"episode_id": ["a", "b"], "citizen_id": ["c", "c"], "service_id": ["old", "new"]}).astype("str")
    >>> episode = episode.assign(start=day(["2018-01-01", "2018-07-01"]), end=day(["2018-06-30", "2019-01-01"]))
    >>> joined, n = joined_courses({"service": service, "episode": episode})
    >>> joined["episode"]["episode_id"].tolist(), str(joined["episode"]["end"].item().date()), n
    (['a'], '2019-01-01', 1)
    """
    out = dict(tables)
    if "service" not in tables or "service_id" not in tables["episode"] or "successor_id" not in tables["service"]:
        return out, 0
    episode = tables["episode"].reset_index(drop=True)
    head = _heads(episode, tables["service"])
    continued = head != np.arange(len(episode))
    if not continued.any():
        return out, 0
    # The last of a course ends it; one without an end goes on.
    order = np.lexsort((episode["start"].astype("int64"), head))
    last = np.flatnonzero(np.append(head[order][1:] != head[order][:-1], True))
    ends = pd.Series(episode["end"].to_numpy()[order[last]], index=head[order[last]])
    episode["end"] = ends.reindex(np.arange(len(episode))).to_numpy()
    ids = episode["episode_id"]
    for name in _REFERRING:
        if name in out:
            place = positions(out[name]["episode_id"], ids)
            moved = place >= 0
            named = out[name]["episode_id"].to_numpy(dtype=object).copy()
            named[moved] = ids.to_numpy(dtype=object)[head[place[moved]]]
            out[name] = out[name].assign(episode_id=pd.Series(named, index=out[name].index, dtype="str"))
    out["episode"] = episode[~continued].reset_index(drop=True)
    return out, int(continued.sum())


def _heads(episode: pd.DataFrame, service: pd.DataFrame) -> np.ndarray:
    """Place of the episode in which each episode's course began."""
    final = final_services(service)
    unit = positions(episode["service_id"], final.index.to_series())
    unit = np.where(unit >= 0, pd.factorize(final)[0][np.maximum(unit, 0)], -1)
    person = pd.factorize(episode["citizen_id"])[0]
    there = pd.factorize(episode["service_id"])[0]
    order = np.lexsort((episode["start"].astype("int64"), person))
    previous, this = order[:-1], order[1:]
    days = (episode["start"].to_numpy()[this] - episode["end"].to_numpy()[previous]) / np.timedelta64(1, "D")
    goes_on = (person[this] == person[previous]) & (unit[this] == unit[previous]) & (unit[this] >= 0)
    with np.errstate(invalid="ignore"):
        goes_on &= (there[this] != there[previous]) & (days >= 0) & (days <= _LONGEST_GAP)
    begins = np.append(True, ~goes_on)[: len(order)]
    head = np.empty(len(episode), dtype="int64")
    head[order] = order[np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))]
    return head
