"""The occupancy that next year's rate is budgeted with, and where this year's surplus or deficit goes."""

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, MissingValues
from whatworks.core.options import one_of
from whatworks.economics.money import above_zero, known_year, levels_of, one_level, one_payer
from whatworks.economics.rate_rules import occupancy_shares, refuse_monthly, rule_value
from whatworks.economics.table import effects_of, records


def budgeted_occupancy(
    df: pd.DataFrame,
    *,
    to: int,
    rules: pd.DataFrame,
    service: str = "service_id",
    year: str = "year",
    occupancy: str = "occupancy_actual",
    provision: str = "standard",
    cap: str = "recommended",
) -> pd.DataFrame:
    """The occupancy to budget with: the mean of the two years before, held within the agreed limits.

    Parameters
    ----------
    df : one row per service and year with the occupancy reached, a share of the places
    to : the year that is budgeted; ``to - 1`` and ``to - 2`` must be there for every service
    rules : ``ww.evidence.prices()["rate_rules"]``
    service, year, occupancy : columns
    provision : kind of provision in the rules: ``"standard"`` or ``"short_stay"``
    cap : ``"recommended"`` or ``"allowed"`` upper limit

    Returns
    -------
    One row per service: term, kind ``part``, estimate (the occupancy to budget with), and mean_actual, bounded (``"raised"``,
    ``"lowered"`` or empty).

    Raises
    ------
    MissingValues
        If a service lacks one of the two years: its occupancy must be agreed on.
    ImplausibleAmount, DuplicateRows, MissingPrice, MissingColumn, EmptyData, InvalidColumn, InvalidOption

    References
    ----------
    Clause on occupancy in the governance agreements between municipalities and region.

    Examples
    --------
    >>> years = pd.DataFrame({"service_id": ["a", "a"], "year": [2022, 2023], "occupancy_actual": [0.90, 0.94]})
    >>> rules = ww.evidence.prices()["rate_rules"]
    >>> ww.economics.budgeted_occupancy(years, to=2024, rules=rules)[["estimate", "bounded"]].to_numpy().tolist()
    [[0.95, 'raised']]
    """
    one_of(cap, ("recommended", "allowed"), name="cap")
    to = known_year(to, name="to")
    require_columns(df, [service, year, occupancy], what="services")
    years = numeric(df, year, what="services")
    chosen = df[(years == to - 1) | (years == to - 2)]
    if chosen.duplicated([service, year]).any():
        raise DuplicateRows("services has several rows for the same service and year. Add them up first.")
    known = chosen.groupby(service)[year].nunique().reindex(df[service].unique(), fill_value=0)
    lacking = int((known < 2).sum())
    if lacking:
        raise MissingValues(
            f"{lacking} of {len(known)} services lack their occupancy in {to - 2} or {to - 1}. "
            "Agree on one for them, or leave them out."
        )
    shares = pd.Series(occupancy_shares(chosen, occupancy, what="services"), index=chosen[service])
    mean = shares.groupby(level=0).mean()
    low = rule_value(rules, "occupancy_min", provision)
    high = rule_value(rules, "occupancy_recommended_max" if cap == "recommended" else "occupancy_max", provision)
    bounded = np.where(mean < low, "raised", np.where(mean > high, "lowered", ""))
    return effects_of(
        {"term": str(name), "kind": "part", "estimate": float(np.clip(value, low, high)), "mean_actual": value, "bounded": how}
        for (name, value), how in zip(mean.items(), bounded, strict=True)
    )


def carry_over(
    df: pd.DataFrame,
    *,
    rules: pd.DataFrame,
    service: str = "service_id",
    year: str = "year",
    rate: str = "rate",
    occupied_days: str = "occupied_days",
    accounts: str = "accounts",
    budget: str = "budget",
    price_level: int | str = "price_level",
    payer: str = "municipality",
    provision: str = "standard",
) -> pd.DataFrame:
    """Surplus or deficit of a year, what of it may be carried to the next, and what enters the rate two years later.

    result = occupied days x rate - accounts. Up to the agreed share of the budget is carried to next year's frame; the rest
    adjusts the rate after the agreed delay, with the opposite sign.

    Parameters
    ----------
    df : one row per service and year, in the prices of one year
    rate, occupied_days : kroner per day, and days paid for
    accounts, budget : cost-based accounts and cost-based budget, kroner a year
    rules : ``ww.evidence.prices()["rate_rules"]``: carried_share_max and adjustment_delay
    service, year, price_level, payer, provision : as in :func:`daily_rate`

    Returns
    -------
    One row per service and year: term, kind ``part``, estimate (the result, surplus above 0), carried (to next year's frame),
    later_adjustment (enters the costs of the rate: a surplus lowers it), adjustment_year, price_level, payer.

    Raises
    ------
    ImplausibleAmount, ImplausibleRate, MixedPriceLevels, UnknownPayer, MissingPrice, MissingColumn, MissingValues, EmptyData

    References
    ----------
    Model for surplus and deficit in rates of the governance agreements between municipalities and region.

    Examples
    --------
    >>> year = pd.DataFrame({"service_id": ["a"], "year": [2022], "rate": [2_800.0], "occupied_days": [7_000],
    ...                      "accounts": [18_000_000], "budget": [19_000_000]})
    >>> rules = ww.evidence.prices()["rate_rules"]
    >>> over = ww.economics.carry_over(year, rules=rules, price_level=2022)
    >>> over[["estimate", "carried", "later_adjustment", "adjustment_year"]].to_numpy().tolist()
    [[1600000.0, 950000.0, -650000.0, 2024.0]]
    """
    level = one_level(levels_of(df, price_level, what="accounts"), what="accounts")
    paid_by = one_payer(df, payer, what="accounts")
    rates = above_zero(df, rate, what="accounts")
    refuse_monthly(rates, what="accounts")
    days = above_zero(df, occupied_days, what="accounts", zero=True)
    result = days * rates - above_zero(df, accounts, what="accounts")
    limit = rule_value(rules, "carried_share_max", provision) * above_zero(df, budget, what="accounts")
    carried = np.clip(result, -limit, limit)
    years = numeric(df, year, what="accounts").astype(int)
    require_columns(df, [service], what="accounts")
    later = years + int(rule_value(rules, "adjustment_delay", provision))
    frame = pd.DataFrame(
        {
            "term": [f"{name} {each}" for name, each in zip(df[service], years, strict=True)],
            "kind": "part",
            "estimate": result,
            "carried": carried,
            "later_adjustment": carried - result,
            "adjustment_year": later,
            "price_level": level,
            "payer": paid_by,
        }
    )
    return effects_of(records(frame))
