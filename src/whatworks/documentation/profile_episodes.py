"""What is documented about each episode: a frame that stays inside; only counts and averages of it are shown."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from whatworks.core.errors import EmptyData, MissingData

# A score within 60 days of the start tells how things stood when it began (rule V20); later ones tell how it went.
BASELINE_DAYS = 60
# Half a year: long enough for a follow-up to be due, and how old the newest score of an open episode may be.
DUE_DAYS = 183
_SERIES = ("episode_id", "instrument", "subscale", "informant")
_UNITS = {"municipality": "acting_municipality", "service": "service_id"}


def day_of(tables: Mapping[str, pd.DataFrame], as_of: date | None = None) -> pd.Timestamp:
    """The day that a profile looks back from: the one given, else the last that the data know of."""
    if "episode" not in tables:
        raise MissingData("A profile needs the table episode. Deliver it.")
    if as_of is not None:
        return pd.Timestamp(as_of)
    known = [tables["episode"]["start"].max()]
    if "measurement" in tables:
        known.append(tables["measurement"]["date"].max())
    return pd.Timestamp(max(day for day in known if pd.notna(day)))


def unit_column(by: str) -> str:
    """The column of an episode that says which unit it belongs to."""
    return _UNITS[by]


def episode_facts(tables: Mapping[str, pd.DataFrame], *, by: str, day: pd.Timestamp) -> pd.DataFrame:
    """One row per episode that had begun by the day, with what is documented about it.

    Parameters
    ----------
    tables : typed frames; episode is needed, the others are used where they were delivered
    by : municipality or service
    day : the day to look back from

    Returns
    -------
    episode_id, citizen_id, unit, target_group_code, start, end (missing when later than the day), goal_type, open (not ended by
    the day), due (lasted half a year or
    more), measured, baseline, follow_up, last (day of the newest score), with_method, with_group; missing where the table that
    would tell was not delivered.

    Raises
    ------
    MissingData, EmptyData
    """
    episode = tables["episode"]
    column = unit_column(by)
    if column not in episode:
        raise MissingData(f"A profile by {by} needs the column {column} in the table episode. Deliver it.")
    begun = episode[(episode["start"] <= day) & episode[column].notna()]
    if begun.empty:
        raise EmptyData(f"No episode had begun by {day.date()} in any {by}. Choose a later day.")
    ended = begun["end"].where(begun["end"] <= day)
    facts = pd.DataFrame(
        {
            "episode_id": begun["episode_id"],
            "citizen_id": begun["citizen_id"],
            "unit": begun[column].astype("str"),
            "target_group_code": begun["target_group_code"],
            "start": begun["start"],
            "end": ended,
            "goal_type": begun["goal_type"] if "goal_type" in begun else pd.Series(pd.NA, index=begun.index, dtype="str"),
            "open": ended.isna(),
            "due": (ended.fillna(day) - begun["start"]).dt.days >= DUE_DAYS,
            "with_group": begun["target_group_code"].notna(),
        }
    ).reset_index(drop=True)
    facts = facts.merge(_measured(tables, begun, day), on="episode_id", how="left")
    for flag in ("measured", "baseline", "follow_up"):
        facts[flag] = facts[flag].fillna(False).astype(bool) if "measurement" in tables else pd.NA
    facts["with_method"] = _with_method(tables, facts["episode_id"])
    return facts


def scores(tables: Mapping[str, pd.DataFrame], episodes: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Scores taken by the day, with the episode's start and the days since then."""
    rows = tables["measurement"]
    rows = rows[rows["value"].notna() & (rows["date"] <= day)]
    rows = rows.merge(episodes[["episode_id", "start"]], on="episode_id", how="inner", validate="many_to_one")
    return rows.assign(days=(rows["date"] - rows["start"]).dt.days)


def changes(tables: Mapping[str, pd.DataFrame], episodes: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Before and after: the score nearest the start and the newest follow-up of each series of an episode.

    Scores of different instruments, subscales or informants are never mixed.

    Returns
    -------
    unit, goal_type, instrument, subscale, informant, before, after, and change: turned so that more is better, in standard
    deviations of the baseline scores of that instrument, subscale and informant; and measure, which names those three.
    """
    rows = scores(tables, episodes, day)
    series = [column for column in _SERIES if column in rows]
    near = rows[rows["days"].abs() <= BASELINE_DAYS]
    near = near.assign(distance=near["days"].abs()).sort_values(["distance", "date"], kind="stable")
    before = near.drop_duplicates(series)[[*series, "value"]].rename(columns={"value": "before"})
    later = rows[rows["days"] > BASELINE_DAYS].sort_values("date", kind="stable")
    after = later.drop_duplicates(series, keep="last")[[*series, "value"]].rename(columns={"value": "after"})
    pairs = before.merge(after, on=series, how="inner", validate="one_to_one")
    kind = [column for column in series if column != "episode_id"]
    spread = before.groupby(kind, dropna=False)["before"].std().rename("spread").reset_index()
    pairs = pairs.merge(spread, on=kind, how="left")
    good = tables["instrument"].set_index("instrument")["higher_is_better"].astype("boolean")
    sign = pairs["instrument"].map(good).map({True: 1.0, False: -1.0}).astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        change = sign * (pairs["after"] - pairs["before"]) / pairs["spread"].where(pairs["spread"] > 0)
    names = [pairs[column].fillna("").astype("str") if column in pairs else "" for column in _SERIES[1:]]
    pairs = pairs.assign(change=change.astype("float64"), measure=names[0] + "|" + names[1] + "|" + names[2])
    return pairs.drop(columns="spread").merge(episodes[["episode_id", "unit", "goal_type"]], on="episode_id", how="left")


def _measured(tables: Mapping[str, pd.DataFrame], begun: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    if "measurement" not in tables:
        return pd.DataFrame({"episode_id": pd.Series(dtype="str"), "measured": [], "baseline": [], "follow_up": [], "last": []})
    rows = scores(tables, begun, day)
    rows = rows.assign(near=rows["days"].abs() <= BASELINE_DAYS, later=rows["days"] > BASELINE_DAYS)
    told = rows.groupby("episode_id").agg(baseline=("near", "any"), follow_up=("later", "any"), last=("date", "max"))
    return told.assign(measured=True).reset_index()


def _with_method(tables: Mapping[str, pd.DataFrame], episodes: pd.Series) -> pd.Series:
    """Whether a method is documented for the episode; unknown where no interventions were delivered."""
    if "intervention" not in tables:
        return pd.Series(pd.NA, index=episodes.index, dtype="boolean")
    done = tables["intervention"]
    return episodes.isin(done.loc[done["method_id"].notna(), "episode_id"]).astype("boolean")
