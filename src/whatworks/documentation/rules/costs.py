"""V17 and V18, and whom a cost is for."""

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_
from whatworks.documentation.paragraphs import paragraph_number
from whatworks.documentation.rules.finding import Finding, Tables, where

_TOLERANCE = 0.02
_PER_DAY = ("day_and_night", "day")
_FOR_ITSELF = ("guiding", "agreed")


def cost_of_one(tables: Tables) -> list[Finding]:
    """A cost is of an episode or of an adoption, not of both and not of neither."""
    if "cost" not in tables:
        return []
    cost = tables["cost"]
    given = [cost[column].notna() for column in ("episode_id", "adoption_id") if column in cost]
    named = sum((one.astype("int64") for one in given), start=pd.Series(0, index=cost.index))
    message = N_("A cost belongs to an episode or to an adoption: to exactly one of them.")
    said = {"rule": "agreement", "table": "cost", "column": "episode_id", "found": message}
    return where(cost, named != 1, remedy=N_("Fill in one of the two."), **said)


def mixed_price_levels(tables: Tables) -> list[Finding]:
    """V17: amounts without a price level, and kinds of cost in several that are not simply those of their years."""
    found = []
    for name, amount in (("cost", "amount"), ("service_year", "cost_direct")):
        if name in tables and amount in tables[name]:
            frame = tables[name]
            level = frame["price_level"] if "price_level" in frame else pd.Series(pd.NA, index=frame.index, dtype="Int64")
            message = N_("The amount does not say its price level.")
            said = {"rule": "V17", "table": name, "column": "price_level"}
            bad = frame[amount].notna() & level.isna()
            found += where(frame, bad, found=message, remedy=N_("Give the year whose prices it is in."), **said)
    if "cost" not in tables or "price_level" not in tables["cost"]:
        return found
    cost = tables["cost"]
    current = cost["quarter"].str.slice(0, 4).astype("float64") == cost["price_level"].astype("float64")
    # Each year in its own prices is one way of writing; all years in one year's prices is another. Both at once is neither.
    own_year = current.groupby(cost["cost_type"]).transform("all")
    levels = cost.groupby("cost_type")["price_level"].transform("nunique")
    message = N_("The same kind of cost is given in the prices of several years.")
    said = {"rule": "V17", "table": "cost", "column": "price_level"}
    remedy = N_("Give all in the prices of one year, or each in those of its own year.")
    return found + where(cost, ~own_year & (levels > 1), found=message, remedy=remedy, **said)


def paid_unlike_rate(tables: Tables) -> list[Finding]:
    """V18: episodes whose payments differ by more than 2 per cent from the service's rate times the days.

    Only episodes of services with one rate per day for the section are looked at; where there are several levels, nothing says
    which of them was agreed.
    """
    needed = {"cost", "rate", "episode"}
    if (
        not needed <= set(tables)
        or not {"service_id", "paragraph"} <= set(tables["episode"])
        or "episode_id" not in tables["cost"]
    ):
        return []
    cost, episode = tables["cost"], tables["episode"]
    paid = cost[(cost["cost_type"] == "rate") & cost["episode_id"].notna()]
    if paid.empty:
        return []
    quarter = pd.PeriodIndex(paid["quarter"].str.replace("K", "Q"), freq="Q-DEC")
    by_episode = paid.assign(first=quarter.start_time, last=quarter.end_time.normalize()).groupby("episode_id")
    sums = by_episode.agg(paid=("amount", "sum"), first=("first", "min"), last=("last", "max"))
    stays = episode.assign(number=paragraph_number(episode["paragraph"])).merge(sums, left_on="episode_id", right_index=True)
    begins = stays[["start", "first"]].max(axis=1)
    ends = stays[["end", "last"]].min(axis=1)
    expected = _expected(stays.assign(begins=begins, ends=ends), tables["rate"])
    off = (stays["paid"] - expected).abs() > _TOLERANCE * expected
    rows = episode[episode["episode_id"].isin(stays.loc[off.to_numpy(dtype=bool), "episode_id"])]
    message = N_("What was paid differs by more than 2 per cent from the rate times the days.")
    said = {"rule": "V18", "table": "episode", "column": "episode_id", "found": message}
    return where(rows, np.ones(len(rows), dtype=bool), remedy=N_("Look at the days, the rate and add-ons."), **said)


def _expected(stays: pd.DataFrame, rate: pd.DataFrame) -> pd.Series:
    """Rate times days of each stay; missing where no rate, or more than one, was in force."""
    usable = rate["rate_unit"].isin(_PER_DAY)
    if "rate_type" in rate:
        usable &= rate["rate_type"].isna() | rate["rate_type"].isin(_FOR_ITSELF)
    prices = rate[usable].assign(number=paragraph_number(rate["paragraph"]))
    until = prices["valid_to"] if "valid_to" in prices else pd.Series(pd.NaT, index=prices.index)
    prices = prices.assign(until=until.fillna(pd.Timestamp("2200-01-01")))
    kinds = prices.groupby(["service_id", "number"])[["provision", "level"]].transform("nunique").max(axis=1)
    prices = prices.loc[kinds == 1, ["service_id", "number", "valid_from", "until", "amount"]]
    own = stays[["service_id", "number", "begins", "ends"]].assign(row=np.arange(len(stays)))
    pairs = own.merge(prices, on=["service_id", "number"])
    days = (pairs[["ends", "until"]].min(axis=1) - pairs[["begins", "valid_from"]].max(axis=1)).dt.days + 1
    priced = pairs.assign(days=days.clip(lower=0), kr=days.clip(lower=0) * pairs["amount"]).groupby("row")[["days", "kr"]].sum()
    priced = priced.reindex(np.arange(len(stays)))
    stayed = (stays["ends"] - stays["begins"]).dt.days.to_numpy() + 1
    return pd.Series(np.where(priced["days"].to_numpy() == stayed, priced["kr"].to_numpy(), np.nan), index=stays.index)
