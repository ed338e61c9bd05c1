"""The coverage map: which target groups can be helped by which paragraph where, how full it is, and where nothing is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, checked_k, suppress_line, suppress_table
from whatworks.core.errors import DisclosureRisk, InvalidOption, MissingData
from whatworks.core.options import one_of

AREAS = ("municipality", "region")
# The framework agreements ask for an occupancy of 95 to 98 per cent; above that there is no room for one more.
_FULL = 0.98
_COLUMNS = [
    "target_group_code", "target_group_name", "law", "paragraph", "area", "area_name", "services", "places", "occupancy",
    "citizens", "hidden", "gap",
]  # fmt: skip
_CELL = ["target_group_code", "law", "paragraph", "area"]


def coverage_map(
    tables: Mapping[str, pd.DataFrame], *, year: int, area: str = "municipality", k: int = K_PUBLISH
) -> pd.DataFrame:
    """Places, occupancy and gaps by target group, paragraph and geography.

    Parameters
    ----------
    tables : with ``service`` and ``approval``; ``service_year`` adds occupancy, ``episode`` the citizens who were helped, and
        ``municipality`` the names and regions
    year : the year looked at; an approval counts when it was valid on some day of it
    area : "municipality" (of the service; for citizens the acting one) or "region"
    k : smallest count of citizens shown

    Returns
    -------
    One row per target group, law, paragraph and area that has places or citizens: target_group_code, target_group_name, law,
    paragraph, area, area_name, services, places, occupancy (share of places in use, services counting by their places), citizens
    (with an episode in the year; missing where hidden: where they are few, or would give back others that are, in their area or
    across the areas of a region), hidden, and gap: "nothing" (citizens, and no place in the area), "full"
    (98 per cent or more in use), "room", or "unknown" (no occupancy delivered, or too few citizens to say). Places approved for
    several groups stand in the row of each, so that rows are not to be added.

    Raises
    ------
    MissingData, InvalidOption, DisclosureRisk

    Examples
    --------
    >>> service = pd.DataFrame({"service_id": ["s1"], "service_name": ["Eksempel"], "location_municipality": ["751"]})
    >>> approval = pd.DataFrame({"service_id": ["s1"], "law": ["SEL"], "paragraph": ["107"], "places": [12],
    ...                          "valid_from": pd.to_datetime(["2020-01-01"]), "target_group_codes": ["autism;adhd"]})
    >>> coverage_map({"service": service, "approval": approval}, year=2023)[["target_group_code", "places"]].values.tolist()
    [['adhd', 12], ['autism', 12]]
    """
    one_of(area, AREAS, name="area")
    checked_k(k)
    missing = [name for name in ("service", "approval") if name not in tables]
    if missing:
        raise MissingData(f"The coverage map needs the table {', '.join(missing)}. Deliver it.")
    if isinstance(year, bool) or not isinstance(year, (int, np.integer)):
        raise InvalidOption(f"year={year!r} is not a year. Write it with four digits.")
    supply = _supply(tables, int(year), area)
    table = supply.merge(_demand(tables, int(year), area), on=_CELL, how="outer")
    table[["services", "places", "citizens"]] = table[["services", "places", "citizens"]].fillna(0).astype("int64")
    few = _hidden_citizens(tables, table, area, k)
    # A cell that is there only because of a few citizens would tell that they are.
    unseen = few & (table["services"] == 0) & (table["citizens"] < k)
    table, few = table[~unseen], few[~unseen]
    gap = np.select(
        [(table["services"] == 0), table["occupancy"].isna(), table["occupancy"] >= _FULL], ["nothing", "unknown", "full"], "room"
    )
    table = table.assign(gap=pd.Series(gap, index=table.index, dtype="str"), hidden=np.where(few, "few", ""))
    table["citizens"] = table["citizens"].astype("Int64").mask(few)
    out = table.assign(target_group_name=_group_names(tables, table), area_name=_area_names(tables, table, area))
    out = out.sort_values(_CELL, kind="stable")[_COLUMNS].reset_index(drop=True)
    out.attrs.update(year=int(year), area=area, k=k)
    return out


def _hidden_citizens(tables: Mapping[str, pd.DataFrame], table: pd.DataFrame, area: str, k: int) -> pd.Series:
    """Counts of few citizens, and those beside them: a municipality's total stands in its profile, a region's on its own map."""
    hidden = pd.Series(False, index=table.index)
    block = pd.Series("", index=table.index)
    if area == "municipality" and "region_code" in tables.get("municipality", ()):
        block = _areas(tables, table["area"], "region").fillna("")
    for _region, rows in table.groupby(block, sort=False):
        counts = rows.pivot_table(index="area", columns=_CELL[:3], values="citizens", aggfunc="sum", fill_value=0)
        try:
            gone = suppress_table(counts, k, small_totals_hidden=True).isna() if len(counts) > 1 else _in_one_line(counts, k)
        except DisclosureRisk:
            # Nothing to hide behind: no count of the block is shown.
            gone = counts > 0
        by_cell = gone.to_dict()
        places = zip(rows[_CELL[:3]].itertuples(index=False, name=None), rows["area"], strict=True)
        found = [bool(by_cell[cell][own]) for cell, own in places]
        hidden |= pd.Series(found, index=rows.index).reindex(hidden.index, fill_value=False)
    return hidden


def _in_one_line(counts: pd.DataFrame, k: int) -> pd.DataFrame:
    """A single area: its cells have only its own total beside them."""
    gone = suppress_line(counts.iloc[0], k)
    return gone.to_frame(counts.index[0]).T


def _supply(tables: Mapping[str, pd.DataFrame], year: int, area: str) -> pd.DataFrame:
    approval = tables["approval"]
    ends = approval["valid_to"] if "valid_to" in approval else pd.Series(pd.NaT, index=approval.index)
    valid = (approval["valid_from"] < pd.Timestamp(year + 1, 1, 1)) & ~(ends < pd.Timestamp(year, 1, 1))
    rows = approval[valid].copy()
    places = tables["service"].drop_duplicates("service_id").set_index("service_id")
    rows["area"] = _areas(tables, rows["service_id"].map(places["location_municipality"]), area)
    codes = rows["target_group_codes"] if "target_group_codes" in rows else pd.Series("", index=rows.index)
    rows["target_group_code"] = codes.fillna("").str.split(";")
    rows = rows.explode("target_group_code")
    rows["target_group_code"] = rows["target_group_code"].str.strip()
    rows = rows.dropna(subset="area").drop_duplicates([*_CELL, "service_id"])
    rows["places"] = rows["places"].fillna(0).astype("int64") if "places" in rows else 0
    rows = rows.merge(_occupancy(tables, year), on="service_id", how="left")
    known = rows["occupancy"].notna()
    rows["used"], rows["counted"] = rows["occupancy"] * rows["places"], rows["places"].where(known)
    sums = rows.groupby(_CELL).agg(
        services=("service_id", "nunique"), places=("places", "sum"), used=("used", "sum"), counted=("counted", "sum")
    )
    sums["occupancy"] = sums["used"] / sums["counted"].where(sums["counted"] > 0)
    return sums.drop(columns=["used", "counted"]).reset_index()


def _occupancy(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """The occupancy of each service in the year; none where it was not delivered."""
    years = tables.get("service_year", pd.DataFrame())
    if "occupancy_actual" not in years:
        return pd.DataFrame({"service_id": pd.Series(dtype="str"), "occupancy": pd.Series(dtype="float64")})
    own = years[years["year"] == year]
    return own[["service_id", "occupancy_actual"]].rename(columns={"occupancy_actual": "occupancy"})


def _demand(tables: Mapping[str, pd.DataFrame], year: int, area: str) -> pd.DataFrame:
    episode = tables.get("episode", pd.DataFrame())
    if not {"law", "paragraph"} <= set(episode):
        return pd.DataFrame({column: pd.Series(dtype="str") for column in _CELL}).assign(citizens=pd.Series(dtype="int64"))
    active = (episode["start"] < pd.Timestamp(year + 1, 1, 1)) & ~(episode["end"] < pd.Timestamp(year, 1, 1))
    rows = episode[active].assign(area=lambda of: _areas(tables, of["acting_municipality"], area))
    return rows.groupby(_CELL)["citizen_id"].nunique().rename("citizens").reset_index()


def _areas(tables: Mapping[str, pd.DataFrame], codes: pd.Series, area: str) -> pd.Series:
    if area == "municipality":
        return codes
    if "municipality" not in tables:
        raise MissingData("A map by region needs the table municipality. Deliver it.")
    return codes.map(tables["municipality"].set_index("municipality_code")["region_code"])


def _group_names(tables: Mapping[str, pd.DataFrame], table: pd.DataFrame) -> pd.Series:
    codes = table["target_group_code"]
    if "target_group" not in tables:
        return codes
    names = tables["target_group"].set_index("target_group_code")["target_group_name"]
    return codes.map(names).fillna(codes).astype("str")


def _area_names(tables: Mapping[str, pd.DataFrame], table: pd.DataFrame, area: str) -> pd.Series:
    if area == "region" or "municipality" not in tables:
        return table["area"]
    names = tables["municipality"].set_index("municipality_code")["municipality_name"]
    return table["area"].map(names).fillna(table["area"]).astype("str")
