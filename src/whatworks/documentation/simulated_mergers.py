"""Services that merge while a method is rolled out: the same citizens, another name on the door."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.documentation.simulated_names import organisation_names, service_names

# Nine units of the first wave become three. The day is the first of a quarter, so that no quarter is split.
_MERGING, _INTO = 9, 3
_CLOSED, _OPENED = pd.Timestamp("2018-06-30"), pd.Timestamp("2018-07-01")


@dataclass(frozen=True, kw_only=True)
class Merger:
    """Who merged.

    Attributes
    ----------
    after : (municipalities,) the unit each belongs to when mergers are mapped: its own number, or that of its new unit, counted
        on from the last municipality's by the lowest of those that merged
    """

    after: np.ndarray


def draw_merger(rng: np.random.Generator, cohort: np.ndarray) -> Merger:
    """Nine units of the first wave, drawn by lot, in three groups. A group counts under the number of its first unit."""
    chosen = rng.choice(np.flatnonzero(cohort == 0), _MERGING, replace=False).reshape(_INTO, -1)
    after = np.arange(len(cohort))
    after[chosen] = chosen.min(axis=1, keepdims=True)
    return Merger(after=after)


def with_merged_services(tables: dict[str, pd.DataFrame], merger: Merger) -> dict[str, pd.DataFrame]:
    """The tables of a roll-out by services, with episodes that go on in the new unit from the day it opens.

    The method goes on in the new unit too, but its adoption is recorded where it happened, at the old ones: only who follows
    the successors knows that the new unit uses it.
    """
    code = tables["municipality"]["municipality_code"].to_numpy()
    old = np.array([f"t_{each}" for each in code], dtype=object)
    groups, sizes = np.unique(merger.after, return_counts=True)
    new_of = {group: f"t_{code[group]}_{number}" for number, group in enumerate(groups[sizes > 1], start=1)}
    successor = np.array([new_of.get(group) for group in merger.after], dtype=object)
    services = _services(code, old, successor)
    of_municipality = dict(zip(code, zip(old, successor, strict=True), strict=True))
    episode, measurement = _moved_on(tables["episode"], tables["measurement"], of_municipality)
    adoption = tables["adoption"].assign(level="service", unit_id=("t_" + tables["adoption"]["unit_id"]).astype("str"))
    organisation = pd.DataFrame(
        {
            "organisation_id": [f"o_{each}" for each in code],
            "organisation_name": organisation_names(tables["municipality"]["municipality_name"]),
            "ownership": "municipal",
        }
    ).astype("str")
    ordered = {"municipality": tables["municipality"], "organisation": organisation, "service": services}
    return {**ordered, **tables, "adoption": adoption, "episode": episode, "measurement": measurement}


def _services(code: np.ndarray, old: np.ndarray, successor: np.ndarray) -> pd.DataFrame:
    merging = np.flatnonzero(successor != None)  # noqa: E711  (element by element)
    opened = {successor[number]: number for number in merging[::-1]}
    ids = [*old, *opened]
    where = [*range(len(old)), *opened.values()]
    frame = pd.DataFrame(
        {
            "service_id": pd.Series(ids, dtype="str"),
            "service_name": pd.Series(service_names("Tilbuddet", len(ids)), dtype="str"),
            "provider_id": pd.Series([f"o_{code[number]}" for number in where], dtype="str"),
            "location_municipality": pd.Series(code[where], dtype="str"),
            "opened": pd.Series([pd.Timestamp("2010-01-01")] * len(old) + [_OPENED] * len(opened)).astype("datetime64[s]"),
            "closed": pd.Series([pd.NaT] * len(ids)).astype("datetime64[s]"),
            "successor_id": pd.Series([*successor, *[None] * len(opened)], dtype="str"),
            "fictitious": pd.array([True] * len(ids), dtype="boolean"),
        }
    )
    frame.loc[frame["successor_id"].notna(), "closed"] = _CLOSED
    return frame


def _moved_on(
    episode: pd.DataFrame, measurement: pd.DataFrame, of_municipality: dict[str, tuple[str, str | None]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Episodes end where the old unit closes and go on as new ones, with the measurements made since."""
    old = episode["acting_municipality"].map({code: ids[0] for code, ids in of_municipality.items()})
    new = episode["acting_municipality"].map({code: ids[1] for code, ids in of_municipality.items()})
    begun = episode["start"] >= _OPENED
    across = new.notna() & ~begun & ~(episode["end"] <= _CLOSED)
    service = new.where(new.notna() & begun, old).astype("str")
    episode = episode.assign(service_id=service)
    going_on = episode[across].assign(start=_OPENED, referral=_CLOSED, service_id=new[across].astype("str"))
    going_on["episode_id"] = (going_on["episode_id"] + "_2").astype("str")
    episode.loc[across, "end"] = _CLOSED
    episode.loc[across, "end_reason"] = "other_service"
    moved = measurement["episode_id"].isin(set(episode.loc[across, "episode_id"])) & (measurement["date"] >= _OPENED)
    measurement = measurement.copy()
    measurement.loc[moved, "episode_id"] = measurement.loc[moved, "episode_id"] + "_2"
    return pd.concat([episode, going_on], ignore_index=True).astype(
        {"start": "datetime64[s]", "end": "datetime64[s]", "referral": "datetime64[s]"}
    ), measurement
