"""V11, V20 and V21: whether scores look reversed, whether there is a baseline, whether as many are followed up in both arms."""

import numpy as np
import pandas as pd

from whatworks.documentation.companions import mirrored
from whatworks.documentation.faults import N_
from whatworks.documentation.lookup import looked_up, positions
from whatworks.documentation.rules.finding import Finding, Tables, where

_NEAR_START = np.timedelta64(60, "D")
_FOLLOWED_AFTER = np.timedelta64(90, "D")
_FEWEST_PAIRS = 10
_STANDARD_ERRORS = 3.0
_SHARE = 0.10
_FEWEST_EPISODES = 20


def reversed_scores(tables: Tables) -> list[Finding]:
    """V11: units whose mean change goes the other way than everybody else's, whose follow-ups mirror their baselines, whose
    values lie where everybody else's would on a scale turned round and change the other way, or go with people's need for
    support or their other scores the other way than everywhere else.

    The change is from the first to the last value of an episode. A unit stands out by more than 3 standard errors, in which how
    much units differ anyway counts too. Where scores clearly go with need as they do everywhere else, no scale was turned,
    however they change.
    """
    if not {"measurement", "episode"} <= set(tables):
        return []
    courses = _courses(tables)
    pairs, ends = courses[courses["size"] > 1].dropna(subset=["unit", "first", "last"]), _ends(tables)
    told = _mirrored(tables, courses).set_index(["instrument", "unit"])["mirrored"]
    found = [_suspects(rows, ends.get(str(code)), told) for code, rows in pairs.groupby("instrument")]
    turned = told[told].index.to_frame(index=False)
    suspects = pd.concat([*found, turned], ignore_index=True).drop_duplicates(["unit", "instrument"])
    if suspects.empty:
        return []
    measurement, episode = tables["measurement"], tables["episode"]
    unit = looked_up(measurement["episode_id"], episode["episode_id"], _units(episode))
    named = pd.MultiIndex.from_frame(suspects[["instrument", "unit"]])
    bad = pd.MultiIndex.from_arrays([measurement["instrument"], unit]).isin(named)
    one = N_("In one unit scores go the other way than everywhere else, or follow-ups or levels mirror the others.")
    more = N_("In {n} units scores go the other way than everywhere else, or follow-ups or levels mirror the others.")
    said = {"rule": "V11", "table": "measurement", "column": "value", "places": {"n": len(suspects)}}
    remedy = N_("Ask whether high and low were swapped there before anything is compared.")
    return where(measurement, bad, found=one if len(suspects) == 1 else more, remedy=remedy, **said)


def missing_baselines(tables: Tables) -> list[Finding]:
    """V20: episodes without a value within 60 days of their start. They are left out of analyses of change, and counted."""
    if not {"measurement", "episode"} <= set(tables):
        return []
    measurement, episode = tables["measurement"], tables["episode"]
    start = looked_up(measurement["episode_id"], episode["episode_id"], episode["start"])
    near = (measurement["date"] - start).abs() <= _NEAR_START
    place = positions(measurement["episode_id"], episode["episode_id"])
    has = np.zeros(len(episode) + 1, dtype=bool)
    has[place[(near & measurement["value"].notna()).to_numpy(dtype=bool)]] = True
    message = N_("No measurement within 60 days of the start. The episode is left out of analyses of change.")
    said = {"rule": "V20", "table": "episode", "column": "start", "found": message}
    return where(episode, ~has[:-1], remedy=N_("Deliver the baseline where there is one."), **said)


def uneven_follow_up(tables: Tables) -> list[Finding]:
    """V21: methods where the share of episodes with a follow-up differs by more than 10 points between users and others."""
    if not {"measurement", "episode", "adoption"} <= set(tables):
        return []
    measurement, episode, adoption = tables["measurement"], tables["episode"], tables["adoption"]
    start = looked_up(measurement["episode_id"], episode["episode_id"], episode["start"])
    later = ((measurement["date"] - start) >= _FOLLOWED_AFTER) & measurement["value"].notna()
    place = positions(measurement["episode_id"], episode["episode_id"])
    followed = np.zeros(len(episode) + 1, dtype=bool)
    followed[place[later.to_numpy(dtype=bool)]] = True
    last = measurement["date"].max()
    lasted = (episode["end"].fillna(last).clip(upper=last) - episode["start"]) >= _FOLLOWED_AFTER
    found = []
    for method, rows in adoption.groupby("method_id"):
        with_method = _in_units(episode, rows)
        arms = [followed[:-1][(lasted & arm).to_numpy(dtype=bool)] for arm in (with_method, ~with_method)]
        if min(map(len, arms)) < _FEWEST_EPISODES:
            continue
        shares = [float(arm.mean()) for arm in arms]
        if abs(shares[0] - shares[1]) > _SHARE:
            message = N_("With the method {method} {treated} per cent have a follow-up, without it {others} per cent.")
            places = {"method": str(method), "treated": round(100 * shares[0]), "others": round(100 * shares[1])}
            remedy = N_("Results carry a warning. Find out who is not followed up, and why.")
            found.append(Finding(rule="V21", table="measurement", column="value", found=message, remedy=remedy, places=places))
    return found


def _in_units(episode: pd.DataFrame, adoption: pd.DataFrame) -> pd.Series:
    """Episodes of units that use the method at some time."""
    inside = episode["acting_municipality"].isin(adoption.loc[adoption["level"] == "municipality", "unit_id"])
    if "service_id" in episode:
        inside |= episode["service_id"].isin(adoption.loc[adoption["level"] == "service", "unit_id"])
    return inside


def _units(episode: pd.DataFrame) -> pd.Series:
    """Who scored: the service, or the municipality where an episode has none."""
    if "service_id" not in episode:
        return episode["acting_municipality"]
    return episode["service_id"].fillna(episode["acting_municipality"])


def _courses(tables: Tables) -> pd.DataFrame:
    """One row per episode, instrument, subscale and informant: place (of the episode), unit, instrument, size (how many values),
    total, first and last value."""
    measurement, episode = tables["measurement"], tables["episode"]
    rows = measurement.loc[measurement["value"].notna()]
    place = positions(rows["episode_id"], episode["episode_id"])
    kinds = [name for name in ("instrument", "subscale", "informant") if name in rows]
    keys = [*(pd.factorize(rows[name])[0] for name in reversed(kinds)), place]
    order = np.lexsort((rows["date"].astype("int64").to_numpy(), *keys))
    new = np.zeros(len(rows), dtype=bool)
    new[:1] = True
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    first = np.flatnonzero(new)
    size = np.diff(first, append=len(rows))
    value, of = rows["value"].to_numpy(dtype=float)[order], order[first]
    return pd.DataFrame(
        {
            "place": place[of],
            "unit": _units(episode).array.take(place[of], allow_fill=True),
            "instrument": rows["instrument"].array.take(of),
            "size": size,
            "total": np.add.reduceat(value, first) if len(first) else value,
            "first": value[first],
            "last": value[first + size - 1],
        }
    )


def _mirrored(tables: Tables, courses: pd.DataFrame) -> pd.DataFrame:
    """Units and instruments whose scores mirror what else is known of the same people, or clearly do not."""
    episode = tables["episode"]
    known = courses[courses["place"] >= 0].dropna(subset="unit")
    sums = known.groupby(["place", "unit", "instrument"], observed=True)[["total", "size"]].sum().reset_index()
    rows = sums.rename(columns={"place": "episode", "instrument": "measure"}).assign(value=sums["total"] / sums["size"])
    better = _better(tables)
    rows["better"] = rows["measure"].astype("str").map(better).astype("float64")
    need = None
    if "baseline_support_need" in episode:
        need = (
            pd.Series(episode["baseline_support_need"].array.take(sums["place"].to_numpy())).astype("Float64").astype("float64")
        )
    return mirrored(rows, need=need).rename(columns={"measure": "instrument"})


def _better(tables: Tables) -> dict[str, float]:
    """1 for each instrument of which more is better, -1 where less is."""
    if not {"instrument", "higher_is_better"} <= set(tables.get("instrument", ())):
        return {}
    known = tables["instrument"].dropna(subset="higher_is_better")
    return dict(zip(known["instrument"].astype(str), np.where(known["higher_is_better"].astype(bool), 1.0, -1.0), strict=True))


def _ends(tables: Tables) -> dict[str, float]:
    """Lowest and highest score of each instrument added up: a turned score is this less the true one."""
    if not {"instrument", "min", "max"} <= set(tables.get("instrument", ())):
        return {}
    known = tables["instrument"].dropna(subset=["min", "max"])
    return dict(zip(known["instrument"].astype(str), (known["min"] + known["max"]).astype(float), strict=True))


def _suspects(pairs: pd.DataFrame, ends: float | None, told: pd.Series) -> pd.DataFrame:
    """Units of one instrument whose changes, correlation of first with last value, or levels look reversed."""
    instrument = pairs["instrument"].iloc[0]
    pairs = pairs.assign(change=pairs["last"] - pairs["first"], level=(pairs["first"] + pairs["last"]) / 2)
    units = pairs.groupby("unit").agg(size=("level", "size"))
    units["corr"] = _correlations(pairs)
    units = units[units["size"] >= _FEWEST_PAIRS]
    suspect = units["corr"] < -_STANDARD_ERRORS / np.sqrt(units["size"])
    if len(units) >= 5:
        change, usual, apart = _beside_others(pairs, "change", units.index)
        other_way = (np.sign(change) != np.sign(usual)) & ~units.index.isin(_as_elsewhere(told, instrument))
        suspect |= apart & other_way
        if ends is not None:
            # A level like a turned one tells nothing alone: units differ in whom they help.
            level, middle, apart = _beside_others(pairs, "level", units.index)
            suspect |= other_way & apart & ((level - (ends - middle)).abs() < (level - middle).abs() / 2)
    return pd.DataFrame({"unit": units.index[suspect], "instrument": instrument})


def _as_elsewhere(told: pd.Series, instrument: str) -> pd.Index:
    """Units whose scores on an instrument clearly go with what else is known of people as everywhere else."""
    of = told[told.index.get_level_values("instrument") == instrument]
    return of[~of].index.get_level_values("unit")


def _beside_others(pairs: pd.DataFrame, value: str, kept: pd.Index) -> tuple[pd.Series, float, pd.Series]:
    """Means of units, the middle one, and which lie far from it by a unit's own error and how much units differ beyond that.

    The middle unit and the spread around it are robust: a reversed unit must not hide itself by what it does to a mean.
    """
    found = pairs.groupby("unit")[value].agg(["mean", "var", "size"]).loc[kept]
    own = found["var"] / found["size"]
    middle = float(found["mean"].median())
    spread = 1.4826 * float((found["mean"] - middle).abs().median())
    error = np.sqrt(own + max(spread**2 - float(own.median()), 0.0))
    return found["mean"], middle, (found["mean"] - middle).abs() > _STANDARD_ERRORS * error


def _correlations(pairs: pd.DataFrame) -> pd.Series:
    groups = pairs.groupby("unit")
    first, last = (pairs[name] - groups[name].transform("mean") for name in ("first", "last"))
    sums = pd.DataFrame({"unit": pairs["unit"], "xy": first * last, "xx": first**2, "yy": last**2}).groupby("unit").sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums["xy"] / np.sqrt(sums["xx"] * sums["yy"])
