"""V13, V15, V16 and V22: what a service may do, what it costs, and what became of it."""

import numpy as np
import pandas as pd

from whatworks.documentation.faults import N_
from whatworks.documentation.lookup import looked_up
from whatworks.documentation.paragraphs import paragraph_number
from whatworks.documentation.rules.finding import Finding, Tables, where

# Kroner a day: below it is most likely an hour, above it a month.
_DAY_RATE = (200, 25_000)
_OCCUPANCY = 1.2
_ROUNDING = 0.0005
_PER_DAY = ("day_and_night", "day")


def unapproved_paragraphs(tables: Tables) -> list[Finding]:
    """V13: episodes under a section that the service was not approved for on the day they began."""
    if not {"episode", "approval"} <= set(tables) or not {"service_id", "paragraph"} <= set(tables["episode"]):
        return []
    episode, approval = tables["episode"], tables["approval"]
    asked = episode[["service_id", "start"]].assign(number=paragraph_number(episode["paragraph"]), row=np.arange(len(episode)))
    asked = asked[asked["service_id"].isin(approval["service_id"].unique()) & asked["number"].notna()]
    given = approval[["service_id", "valid_from"]].assign(
        number=paragraph_number(approval["paragraph"]),
        until=approval["valid_to"] if "valid_to" in approval else pd.Series(pd.NaT, index=approval.index),
    )
    pairs = asked.merge(given, on=["service_id", "number"], how="inner")
    held = (pairs["valid_from"] <= pairs["start"]) & ~(pairs["until"] < pairs["start"])
    bad = np.zeros(len(episode), dtype=bool)
    bad[asked["row"]] = True
    bad[pairs.loc[held, "row"]] = False
    message = N_("The service was not approved for the paragraph when the episode began.")
    said = {"rule": "V13", "table": "episode", "column": "paragraph", "found": message}
    return where(episode, bad, remedy=N_("Look at the paragraph, or deliver the approval."), **said)


def unlikely_sizes(tables: Tables) -> list[Finding]:
    """V15: occupancy above 1.2, rates of 0 or less, rates per day that are most likely per hour or per month."""
    found = []
    if "service_year" in tables:
        frame = tables["service_year"]
        for column in ("occupancy_budgeted", "occupancy_actual"):
            if column in frame:
                message = N_("Occupancy above {limit}: most likely a percentage, where a share is meant.")
                said = {"rule": "V15", "table": "service_year", "column": column, "places": {"limit": _OCCUPANCY}}
                remedy = N_("Write 96 per cent as 0.96.")
                found += where(frame, frame[column] > _OCCUPANCY, found=message, remedy=remedy, **said)
    if "rate" in tables:
        frame = tables["rate"]
        said = {"rule": "V15", "table": "rate", "column": "amount"}
        found += where(frame, frame["amount"] <= 0, found=N_("The rate is not above 0."), remedy=N_("Look the rate up."), **said)
        low, high = _DAY_RATE
        unlikely = frame["rate_unit"].isin(_PER_DAY) & (frame["amount"] > 0) & ~frame["amount"].between(low, high)
        if "rate_type" in frame:
            unlikely &= ~frame["rate_type"].isin(["add_on", "fixed_share"])
        message = N_("A rate per day outside {low} to {high} kr: is it per hour or per month?")
        remedy = N_("Correct the amount or the unit.")
        found += where(frame, unlikely, found=message, remedy=remedy, places={"low": low, "high": high}, **said)
    return found


def rates_above_projection(tables: Tables) -> list[Finding]:
    """V16: rates that rise by more than the price-and-wage projection, and do not say why."""
    if not {"rate", "price_index"} <= set(tables):
        return []
    rate = tables["rate"]
    keys = ["service_id", "paragraph", "provision", "level", "rate_unit"]
    rows = rate.sort_values([*keys, "valid_from"], kind="stable")
    before = rows.groupby(keys)[["amount", "valid_from"]].shift()
    year, earlier = rows["valid_from"].dt.year, before["valid_from"].dt.year
    index = tables["price_index"].sort_values("vintage_date").drop_duplicates(["year_from", "year_to"], keep="last")
    steps = index[index["year_to"] == index["year_from"] + 1].set_index("year_to")["pct"]
    ceiling = before["amount"] * (1 + year.map(steps) / 100)
    explained = pd.Series(False, index=rows.index)
    if "adjustment_reason" in rows:
        explained = rows["adjustment_reason"].isin(["service_change", "later_adjustment", "other"])
    above = (year == earlier + 1) & (rows["amount"] > ceiling * (1 + _ROUNDING)) & ~explained
    message = N_("The rate rises by more than the price-and-wage projection, and no reason is given.")
    said = {"rule": "V16", "table": "rate", "column": "amount", "found": message}
    return where(rows, above, remedy=N_("Give the reason in adjustment_reason."), **said)


def closed_without_successor(tables: Tables) -> list[Finding]:
    """V22: services that use a method and closed, with no word of what followed: a merger would be read as an effect."""
    if not {"adoption", "service"} <= set(tables) or "closed" not in tables["service"]:
        return []
    adoption, service = tables["adoption"], tables["service"]
    closed = looked_up(adoption["unit_id"], service["service_id"], service["closed"])
    successor = service["successor_id"] if "successor_id" in service else pd.Series(np.nan, index=service.index, dtype="str")
    followed = looked_up(adoption["unit_id"], service["service_id"], successor).notna()
    bad = (adoption["level"] == "service").to_numpy(dtype=bool) & closed.notna().to_numpy() & ~followed.to_numpy()
    if "end" in adoption:
        bad &= ~(adoption["end"] <= closed).to_numpy(dtype=bool)
    message = N_("The service closed while it used the method, and nothing says what followed.")
    remedy = N_("Give the service's successor_id, or the date on which it stopped the method.")
    return where(adoption, bad, rule="V22", table="adoption", column="unit_id", found=message, remedy=remedy)
