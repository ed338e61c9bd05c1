"""The documentation profile: how well a unit documents, and the four themes of the strategy, without a single person in sight."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, checked_k
from whatworks.core.options import one_of
from whatworks.documentation.profile_episodes import DUE_DAYS, changes, day_of, episode_facts
from whatworks.documentation.profile_privacy import hide_small
from whatworks.documentation.profile_services import staff

LEVELS = ("municipality", "service")
THEMES = ("documentation", "necessary_knowledge", "targeted_effort", "better_life", "for_more", "coordination", "staff")
_YEAR = pd.DateOffset(years=1)
_COLUMNS = ("unit", "theme", "indicator", "measure", "kind", "value", "n")
_COORDINATION = {"actors": "mean", "handovers": "mean", "waiting_days": "days"}
# theme, indicator, measure, kind, value, n; a unit comes before them in the table.
Rows = list[tuple[Any, ...]]


def profile(
    tables: Mapping[str, pd.DataFrame], *, by: str = "municipality", as_of: date | None = None, k: int = K_PUBLISH
) -> pd.DataFrame:
    """How well each unit documents its work, and what the documentation says by the four themes of the strategy.

    Parameters
    ----------
    tables : frames by English table name. ``episode`` is needed; each of ``measurement`` with ``instrument``,
        ``intervention``, ``coordination``, ``cost`` and ``service_year`` with ``service`` adds its indicators
    by : "municipality" (acting) or "service"
    as_of : the day to look back from; by default the last day in the data
    k : smallest count shown (5 by default, never below 3)

    Returns
    -------
    One row per unit, indicator and measure: unit (its code; empty for all together), unit_name, theme, indicator, measure
    (instrument, subscale and informant where scores are meant), instrument_name, kind (of ``value``: "share" 0-1, "count",
    "change" relative, "mean", "days", "per_million" citizens per million kroner), value, n (citizens, episodes or full-time
    staff behind it), hidden (why there is no value: see :func:`hide_small`). ``attrs["as_of"]`` is the day. Themes and
    indicators:

    - documentation: ``measured`` (share of episodes with a score), ``baseline`` (share with a score within 60 days of the
      start), ``follow_up`` (share of episodes of half a year or more with a later one), ``fresh`` (share of open ones of half a
      year or more with a score in the last half year), ``missing`` (share of measurements without a score)
    - necessary_knowledge: ``before_and_after`` (share of episodes of half a year or more with both)
    - targeted_effort: ``method_and_group`` (share of episodes with a documented method and target group)
    - better_life: ``progress`` by measure: share of episodes with a better score than at the start or, where the goal is to
      maintain or to limit a loss, with none worse; ``mean_change`` (standard deviations, more is better). It is a development,
      not an effect: there is no comparison group
    - for_more: ``citizens`` (reached in the last year), ``citizens_change`` (relative to the year before), ``per_million``
      (citizens reached per million kroner at one price level)
    - coordination: ``actors`` and ``handovers`` per episode with contacts, ``waiting_days`` (median of contacts)
    - staff: ``staff_per_place``, ``sick_leave_days`` per full-time post, ``share_trained``, in the newest year delivered

    Raises
    ------
    MissingData, EmptyData, InvalidOption, DisclosureRisk

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> rows = profile(tables)
    >>> rows[(rows["unit"] == "751") & (rows["indicator"] == "baseline")][["kind", "hidden"]].values.tolist()
    [['share', '']]
    """
    one_of(by, LEVELS, name="by")
    checked_k(k)
    day = day_of(tables, as_of)
    within = lies_in(tables, by)
    # What is hidden about a municipality must not be the sum over its services.
    above = hide_small(_counted(tables, by="municipality", day=day), k=k) if within else None
    gone = () if above is None else above.loc[above["hidden"] == "few", ["unit", "indicator", "measure"]].itertuples(index=False)
    out = hide_small(_counted(tables, by=by, day=day), within=within, hidden_wholes=[tuple(each) for each in gone], k=k)
    out.insert(1, "unit_name", out["unit"].map(unit_names(tables, by)).astype("str"))
    out.insert(5, "instrument_name", _instrument_names(tables, out["measure"]))
    out.attrs.update(as_of=day.date().isoformat(), by=by, k=k)
    return out


def _counted(tables: Mapping[str, pd.DataFrame], *, by: str, day: pd.Timestamp) -> pd.DataFrame:
    """Every indicator of every unit and of all together, before anything is hidden."""
    facts = episode_facts(tables, by=by, day=day)
    sources = _Sources.of(tables, facts, day)
    rows: Rows = []
    for unit in ["", *sorted(facts["unit"].unique())]:
        own = sources.within(unit)
        for part in (_documented, _themes, _better, _reached, _coordinated):
            rows += [(unit, *row) for row in part(own)]
    rows += staff(tables, by=by, day=day)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class _Sources:
    """What the indicators of one unit are counted from; a frame is None where nothing was delivered."""

    day: pd.Timestamp
    facts: pd.DataFrame
    asked: pd.DataFrame | None
    pairs: pd.DataFrame | None
    contacts: pd.DataFrame | None
    costs: pd.DataFrame | None

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], facts: pd.DataFrame, day: pd.Timestamp) -> "_Sources":
        units = facts[["episode_id", "unit"]]
        pairs = changes(tables, facts, day).dropna(subset="change") if {"measurement", "instrument"} <= set(tables) else None
        asked = contacts = costs = None
        if "measurement" in tables:
            rows = tables["measurement"]
            rows = rows.loc[rows["date"] <= day, ["episode_id"]].assign(without=rows["value"].isna())
            asked = rows.merge(units, on="episode_id", how="inner")[["unit", "without"]]
        if "coordination" in tables:
            contacts = tables["coordination"].merge(units, on="episode_id", how="inner")
            contacts = contacts[contacts["date"] <= day]
        if "cost" in tables and {"episode_id", "price_level"} <= set(tables["cost"]):
            costs = tables["cost"].merge(units, on="episode_id", how="inner")
            quarters = pd.PeriodIndex(costs["quarter"].str.replace("K", "Q"), freq="Q-DEC")
            last = pd.Period(day, freq="Q-DEC")
            costs = costs[(quarters <= last) & (quarters > last - 4)]
        return cls(day=day, facts=facts, asked=asked, pairs=pairs, contacts=contacts, costs=costs)

    def within(self, unit: str) -> "_Sources":
        """Those of one unit; the empty code is all together."""
        if not unit:
            return self
        asked, pairs, contacts, costs = (
            None if frame is None else frame[frame["unit"] == unit]
            for frame in (self.asked, self.pairs, self.contacts, self.costs)
        )
        facts = self.facts[self.facts["unit"] == unit]
        return replace(self, facts=facts, asked=asked, pairs=pairs, contacts=contacts, costs=costs)


def unit_names(tables: Mapping[str, pd.DataFrame], by: str) -> dict[str, str]:
    """Names of units by code; a code without a name stands for itself."""
    code, name = {"municipality": ("municipality_code", "municipality_name"), "service": ("service_id", "service_name")}[by]
    named = dict(zip(tables[by][code], tables[by][name], strict=True)) if by in tables else {}
    units = tables["episode"]["acting_municipality" if by == "municipality" else "service_id"].dropna().unique()
    return {"": ""} | {str(unit): str(named.get(unit, unit)) for unit in units} | {str(key): str(it) for key, it in named.items()}


def _instrument_names(tables: Mapping[str, pd.DataFrame], measures: pd.Series) -> pd.Series:
    """The name of each measure's instrument; its code where it has none, empty where no scores are meant."""
    codes = measures.str.partition("|")[0]
    registry = tables.get("instrument", pd.DataFrame())
    if "instrument_name" not in registry:
        return codes.astype("str")
    names = registry.drop_duplicates("instrument").set_index("instrument")["instrument_name"]
    return codes.map(names).fillna(codes).astype("str")


def lies_in(tables: Mapping[str, pd.DataFrame], by: str) -> Mapping[str, str]:
    """The municipality that each service lies in: its sum stands on another page."""
    if by != "service" or "location_municipality" not in tables.get("service", ()):
        return {}
    places = tables["service"].dropna(subset="location_municipality")
    return dict(zip(places["service_id"], places["location_municipality"], strict=True))


def _share(flags: pd.Series) -> tuple[float, float]:
    """The share of true among those that are known, and how many those are."""
    known = flags.dropna()
    return (float(known.astype(bool).mean()), float(len(known))) if len(known) else (np.nan, 0.0)


def _documented(own: _Sources) -> Rows:
    due = own.facts[own.facts["due"]]
    still = due[due["open"]]
    fresh = (own.day - still["last"]).dt.days <= DUE_DAYS if still["measured"].notna().any() else still["measured"]
    told = {"measured": own.facts["measured"], "baseline": own.facts["baseline"], "follow_up": due["follow_up"], "fresh": fresh}
    told["missing"] = pd.Series(dtype="boolean") if own.asked is None else own.asked["without"]
    return [("documentation", name, "", "share", *_share(flags)) for name, flags in told.items()]


def _themes(own: _Sources) -> Rows:
    due = own.facts[own.facts["due"]]
    both = due["baseline"] & due["follow_up"] if due["baseline"].notna().any() else due["baseline"]
    targeted = own.facts["with_method"] & own.facts["with_group"]
    return [
        ("necessary_knowledge", "before_and_after", "", "share", *_share(both)),
        ("targeted_effort", "method_and_group", "", "share", *_share(targeted)),
    ]


def _better(own: _Sources) -> Rows:
    rows: Rows = []
    for measure, of in () if own.pairs is None else own.pairs.groupby("measure"):
        keep = of["goal_type"].isin(["maintain", "limit_loss"])
        # Where the goal is to maintain, no decline is what was aimed for.
        reached = np.where(keep, of["change"] >= 0, of["change"] > 0)
        rows.append(("better_life", "progress", str(measure), "share", float(reached.mean()), float(len(of))))
        rows.append(("better_life", "mean_change", str(measure), "mean", float(of["change"].mean()), float(len(of))))
    return rows or [("better_life", "progress", "", "share", np.nan, 0.0)]


def _reached(own: _Sources) -> Rows:
    facts = own.facts
    now, before = (
        facts.loc[(facts["start"] <= last) & ~(facts["end"] <= last - _YEAR), "citizen_id"].nunique()
        for last in (own.day, own.day - _YEAR)
    )
    change = now / before - 1 if before else np.nan
    costs = own.costs
    # Kroner of different years are not added.
    one_level = costs is not None and len(costs["price_level"].drop_duplicates()) == 1
    spent = float(costs["amount"].sum()) if costs is not None and one_level else 0.0
    return [
        ("for_more", "citizens", "", "count", float(now), float(now)),
        ("for_more", "citizens_change", "", "change", change, float(min(now, before))),
        ("for_more", "per_million", "", "per_million", now / (spent / 1e6) if spent > 0 else np.nan, float(now)),
    ]


def _coordinated(own: _Sources) -> Rows:
    rows = own.contacts
    if rows is None or rows.empty:
        return [("coordination", name, "", kind, np.nan, 0.0) for name, kind in _COORDINATION.items()]
    actors = rows.groupby("episode_id")["actor"].nunique()
    over = rows["contact_type"] == "handover" if "contact_type" in rows else pd.Series(False, index=rows.index)
    handovers = over.groupby(rows["episode_id"]).sum()
    waited = rows.dropna(subset="waiting_days") if "waiting_days" in rows else rows.iloc[:0].assign(waiting_days=np.nan)
    days = float(waited["waiting_days"].astype(float).median()) if len(waited) else np.nan
    told = {
        "actors": (float(actors.mean()), len(actors)),
        "handovers": (float(handovers.mean()), len(handovers)),
        "waiting_days": (days, waited["episode_id"].nunique()),
    }
    return [("coordination", name, "", kind, told[name][0], float(told[name][1])) for name, kind in _COORDINATION.items()]
