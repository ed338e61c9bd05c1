"""Services side by side: what each used and did in a year, and what became of its citizens."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.errors import EmptyData, MissingData
from whatworks.documentation.cohorts import cohort
from whatworks.documentation.units import final_services

_NEEDED = ("service", "organisation", "service_year")
_COSTS = ("cost_direct", "cost_indirect", "overhead", "depreciation", "interest", "pension", "supervision_fee")
_QUALITY = tuple(f"quality_t{theme}" for theme in range(1, 8))
_DAYS_A_YEAR = 365.25


def service_table(tables: Mapping[str, pd.DataFrame], *, method: str, year: int | None = None) -> pd.DataFrame:
    """One row per service and what it told of a year: money, places, staff, quality, and how long it has used a method.

    Parameters
    ----------
    tables : frames by English table name, as :func:`read_delivery` gives them
    method : code; services that never took it up have used it for 0 years
    year : of the accounts; the newest by default

    Returns
    -------
    Columns service_id, service_name, ownership, year, price_level, cost (kr, less other income), citizen_years (places in use
    over the year), staff (full-time), staff_per_place, share_trained, sick_leave_days (per full-time), quality (mean of the
    supervision's seven themes, 1 to 5), years_with_method, fidelity (mean score in the year; missing where none was told).

    Raises
    ------
    MissingData
        If a table is missing.
    EmptyData
        If no service told of the year.

    Examples
    --------
    >>> tables = ww.documentation.read_delivery("evidence/services/adults_autism")
    >>> found = service_table(tables, method="klare_billeder")
    >>> len(found), bool((found["cost"] > 0).all())
    (28, True)
    """
    missing = [name for name in _NEEDED if name not in tables]
    if missing:
        raise MissingData(
            f"The delivery lacks the table {', '.join(missing)}. Services are compared on what they told of a year."
        )
    told = tables["service_year"]
    wanted = int(told["year"].max()) if year is None else year
    rows = told[told["year"] == wanted].reset_index(drop=True)
    if rows.empty:
        years = f"{int(told['year'].min())} to {int(told['year'].max())}"
        raise EmptyData(f"No service told of {wanted}; the delivery covers {years}. Name one of those years.")
    numbers = rows.astype({column: "float64" for column in rows.columns if column not in ("service_id", "year", "price_level")})
    places = numbers["places_budgeted"]
    services = named_services(tables).set_index("service_id")
    known = rows["service_id"]
    return pd.DataFrame(
        {
            "service_id": known,
            "service_name": known.map(services["service_name"]),
            "ownership": known.map(services["ownership"]),
            "year": wanted,
            "price_level": rows["price_level"],
            "cost": numbers[list(_COSTS)].sum(axis=1) - numbers["other_income"],
            "citizen_years": places * numbers["occupancy_actual"] * numbers["days"] / _DAYS_A_YEAR,
            "staff": numbers["full_time_equivalents"],
            "staff_per_place": numbers["full_time_equivalents"] / places,
            "share_trained": numbers["share_trained"],
            "sick_leave_days": numbers["sick_leave_days"],
            "quality": numbers[list(_QUALITY)].mean(axis=1),
            "years_with_method": _years_of_use(tables, known, method, wanted),
            "fidelity": _fidelity(tables, known, method, wanted),
        }
    )


def service_stays(tables: Mapping[str, pd.DataFrame], *, target_group: str, method: str, outcome: str) -> pd.DataFrame:
    """One row per citizen of a service with a score at the start and about a year later, to compare services on.

    Parameters
    ----------
    tables : frames by English table name
    target_group, method, outcome : codes, as for :func:`cohort`

    Returns
    -------
    The episodes of :func:`cohort` with ``unit="service"`` (baseline, follow_up, age, baseline_support_need and so on), with
    service_name and ownership. Services that merged are one.

    Raises
    ------
    As :func:`cohort`.

    Examples
    --------
    >>> tables = ww.documentation.read_delivery("evidence/services/adults_autism")
    >>> stays = service_stays(tables, target_group="adults_autism", method="klare_billeder", outcome="who5")
    >>> {"service_name", "ownership", "baseline", "follow_up", "age"} <= set(stays)
    True
    """
    found = cohort(tables, target_group=target_group, method=method, outcome=outcome, unit="service").episodes
    services = named_services(tables).set_index("service_id")
    named = {column: found["unit"].map(services[column]) for column in ("service_name", "ownership")}
    return found.assign(**named)


def named_services(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """service_id, service_name and ownership of every service; a name that several have carries the id too.

    Where a service says that it is made up, the brackets that say so in its name are left out: the page says it for all.
    """
    owners = tables["organisation"].set_index("organisation_id")["ownership"]
    service = tables["service"]
    name = service["service_name"].astype("str")
    if "fictitious" in service:
        name = name.mask(service["fictitious"].fillna(False).astype(bool), name.str.replace(r" \([^)]*\)$", "", regex=True))
    twice = name.duplicated(keep=False)
    told = name.where(~twice, name + " (" + service["service_id"].astype("str") + ")")
    return pd.DataFrame(
        {"service_id": service["service_id"], "service_name": told, "ownership": service["provider_id"].map(owners)}
    )


def _years_of_use(tables: Mapping[str, pd.DataFrame], services: pd.Series, method: str, year: int) -> pd.Series:
    """Whole and broken years a service had used the method by the end of the year."""
    adopted = tables.get("adoption")
    if adopted is None:
        return pd.Series(np.nan, index=services.index)
    mine = adopted[(adopted["method_id"] == method) & (adopted["level"] == "service")]
    began = pd.Series(mine["start"].to_numpy(), index=mine["unit_id"].map(final_services(tables["service"])))
    since = (pd.Timestamp(f"{year}-12-31") - services.map(began.groupby(level=0).min())).dt.days / _DAYS_A_YEAR
    return since.clip(lower=0.0).fillna(0.0)


def _fidelity(tables: Mapping[str, pd.DataFrame], services: pd.Series, method: str, year: int) -> pd.Series:
    if not {"adoption", "fidelity"} <= set(tables):
        return pd.Series(np.nan, index=services.index)
    adopted = tables["adoption"]
    mine = adopted[(adopted["method_id"] == method) & (adopted["level"] == "service")].set_index("adoption_id")["unit_id"]
    scores = tables["fidelity"]
    scores = scores[scores["quarter"].astype("str").str.startswith(str(year)) & scores["adoption_id"].isin(mine.index)]
    unit = scores["adoption_id"].map(mine).map(final_services(tables["service"]))
    return services.map(scores["score"].astype("float64").groupby(unit.to_numpy()).mean())
