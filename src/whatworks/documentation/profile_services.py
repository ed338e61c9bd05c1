"""What services tell about themselves by year: staff, places, occupancy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

_INDICATORS = (("staff_per_place", "mean"), ("sick_leave_days", "days"), ("share_trained", "mean"))
Rows = list[tuple[Any, ...]]


def newest_years(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    """Each service's newest year up to the day, with the municipality it lies in; no rows where none were delivered."""
    if not {"service", "service_year"} <= set(tables):
        return pd.DataFrame(columns=["service_id", "year", "location_municipality"])
    years = tables["service_year"]
    years = years[years["year"].astype("Int64") <= day.year].sort_values("year").drop_duplicates("service_id", keep="last")
    service = tables["service"]
    place = service.set_index("service_id").get("location_municipality", pd.Series(dtype="str"))
    return years.assign(location_municipality=years["service_id"].map(place)).reset_index(drop=True)


def staff(tables: Mapping[str, pd.DataFrame], *, by: str, day: pd.Timestamp) -> Rows:
    """Staff per place, sick leave and training, by unit and for all; n is the full-time posts behind a number.

    Several services of a municipality count by their posts.
    """
    years = newest_years(tables, day)
    column = "service_id" if by == "service" else "location_municipality"
    rows: Rows = []
    for unit, of in [("", years), *((str(unit), of) for unit, of in years.groupby(column))]:
        rows += [(unit, "staff", name, "", kind, *_figure(of, name)) for name, kind in _INDICATORS]
    return rows


def _figure(years: pd.DataFrame, name: str) -> tuple[float, float]:
    posts = _numbers(years, "full_time_equivalents")
    told = {
        "staff_per_place": _numbers(years, "places_budgeted"),
        "sick_leave_days": _numbers(years, "sick_leave_days"),
        "share_trained": _numbers(years, "share_trained"),
    }[name]
    known = ~(np.isnan(posts) | np.isnan(told)) & (posts > 0)
    behind = float(posts[known].sum())
    if not behind:
        return np.nan, 0.0
    if name == "staff_per_place":
        places = float(told[known].sum())
        return (behind / places if places else np.nan), np.floor(behind)
    if name == "sick_leave_days":
        return float(told[known].sum()) / behind, np.floor(behind)
    return float(np.average(told[known], weights=posts[known])), np.floor(behind)


def _numbers(years: pd.DataFrame, column: str) -> np.ndarray:
    if column not in years:
        return np.full(len(years), np.nan)
    return years[column].to_numpy(dtype="float64", na_value=np.nan)
