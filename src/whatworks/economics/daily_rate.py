"""What a place costs a day (takst): everything it takes to run the service, divided by the days it is expected to be used."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import DuplicateRows
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.errors import ImplausibleAmount
from whatworks.economics.money import above_zero, levels_of, one_level, one_payer
from whatworks.economics.rate_rules import HIGHEST_OCCUPANCY, LOWEST_PER_DAY, occupancy_shares, refuse_monthly, rule_value
from whatworks.economics.table import effects_of, records

COSTS = ("cost_direct", "cost_indirect", "overhead", "depreciation", "interest", "pension", "supervision_fee")


def daily_rate(
    df: pd.DataFrame,
    *,
    service: str = "service_id",
    year: str = "year",
    costs: Sequence[str] = COSTS,
    income: str | None = "other_income",
    adjustment: str | None = None,
    places: str = "places_budgeted",
    days: str = "days",
    occupancy: str = "occupancy_budgeted",
    price_level: int | str = "price_level",
    payer: str = "municipality",
    rules: pd.DataFrame | None = None,
    provision: str = "standard",
) -> EffectResult:
    """The rate per day of each service: budgeted long-term costs, divided by places x days x occupancy.

    rate = (costs - other income + later adjustment) / (places x days x occupancy)

    Parameters
    ----------
    df : one row per service and year, all in the prices of one year
    service, year : columns that name a row
    costs : columns of kroner a year; direct, indirect, overhead, depreciation, interest, pension, supervision fee
    income : column of other income, kroner a year; None where there is none
    adjustment : column of the surplus (below 0) or deficit (above 0) of two years ago that enters the rate now, kroner
    places, days, occupancy : columns with places, days open a year, and the share of the places expected to be used (0.96)
    price_level : the year whose prices the costs are in, or a column of it
    payer : who pays the rate, or a column of it
    rules : ``ww.evidence.prices()["rate_rules"]``; without them occupancy is only held to what is possible
    provision : kind of provision in the rules: ``"standard"`` or ``"short_stay"``

    Returns
    -------
    Rates in kroner per day. Headline: all net costs over all expected days. Parts: one per row, with budget (net costs),
    expected_days, occupancy, reason (where occupancy breaks a rule), price_level, payer. Rates have no standard error.

    Raises
    ------
    ImplausibleAmount
        If a cost is negative, a net cost, a place or a day not above 0, or an occupancy above 1.2.
    ImplausibleRate
        If a rate is above 25,000 kroner: a month's rate among days.
    MixedPriceLevels, UnknownPayer, DuplicateRows, MissingPrice, MissingColumn, MissingValues, EmptyData, InvalidColumn

    References
    ----------
    Serviceloven section 174 (all budgeted, direct and indirect long-term costs) and the order on financing, BEK 1674 of 2016.

    Examples
    --------
    >>> home = pd.DataFrame({"service_id": ["a"], "year": [2024], "cost": [19_440_000], "places_budgeted": [20], "days": [365],
    ...                      "occupancy_budgeted": [0.96]})
    >>> rate = ww.economics.daily_rate(home, costs=["cost"], income=None, price_level=2024)
    >>> round(rate.headline.estimate, 2)
    2773.97
    """
    require_columns(df, [service, year], what="services")
    twice = int(df.duplicated([service, year]).sum())
    if twice:
        raise DuplicateRows(f"services has {twice} rows for a {service} and {year} that already has one. Add them up first.")
    level = one_level(levels_of(df, price_level, what="services"), what="services")
    paid_by = one_payer(df, payer, what="services")
    budget = _net_costs(df, as_list(costs), income, adjustment)
    shares = occupancy_shares(df, occupancy, what="services")
    expected = above_zero(df, places, what="services") * above_zero(df, days, what="services") * shares
    rates = budget / expected
    refuse_monthly(rates, what="services")
    reasons = _reasons(shares, rules, provision)
    rows = pd.DataFrame(
        {
            "term": [f"{one} {int(other)}" for one, other in zip(df[service], numeric(df, year, what="services"), strict=True)],
            "kind": "part",
            "estimate": rates,
            "budget": budget,
            "expected_days": expected,
            "occupancy": shares,
            "reason": reasons,
        }
    )
    total = {"term": "rate", "kind": "headline", "estimate": budget.sum() / expected.sum(), "budget": budget.sum(),
             "expected_days": expected.sum(), "occupancy": np.nan, "reason": ""}  # fmt: skip
    arguments = {"service": service, "year": year, "costs": list(costs), "income": income, "adjustment": adjustment,
                 "places": places, "days": days, "occupancy": occupancy, "provision": provision}  # fmt: skip
    return EffectResult(
        method="economics.daily_rate",
        estimand="Rate per day: budgeted long-term costs over expected days",
        measure="money",
        unit=f"kroner per day, {level} prices",
        effects=effects_of([total, *records(rows)]).assign(price_level=level, payer=paid_by),
        statistics={"nobs": len(df), "n_dropped": 0, "budget": float(budget.sum()), "price_level": level},
        checks=(_occupancy_check(reasons, rules), _low_rates(rates), synthetic_prices(df, rules)),
        provenance=Provenance(data_fingerprint=fingerprint(df), arguments=arguments),
    )


def _net_costs(df: pd.DataFrame, costs: list[str], income: str | None, adjustment: str | None) -> np.ndarray:
    """Costs less income, with the surplus or deficit of earlier years."""
    budget = np.sum([above_zero(df, column, what="services", zero=True) for column in costs], axis=0)
    if income is not None:
        budget = budget - above_zero(df, income, what="services", zero=True)
    if adjustment is not None:
        budget = budget + numeric(df, adjustment, what="services")
    none = int((budget <= 0).sum())
    if none:
        raise ImplausibleAmount(
            f"{none} of {len(df)} services have net costs of zero or below: a rate needs costs. "
            "Check the signs of income and adjustment."
        )
    return np.asarray(budget, dtype=float)


def _reasons(shares: np.ndarray, rules: pd.DataFrame | None, provision: str) -> list[str]:
    """What is wrong with each occupancy; empty where nothing is."""
    if rules is None:
        return [""] * len(shares)
    low, high, recommended = (
        rule_value(rules, rule, provision) for rule in ("occupancy_min", "occupancy_max", "occupancy_recommended_max")
    )
    return [
        f"below {low:.0%}" if share < low
        else f"above {high:.0%}" if share > high
        else f"above the recommended {recommended:.0%}" if share > recommended
        else ""
        for share in shares
    ]  # fmt: skip


def _occupancy_check(reasons: list[str], rules: pd.DataFrame | None) -> Check:
    broken = sum(bool(reason) and "recommended" not in reason for reason in reasons)
    advised = sum("recommended" in reason for reason in reasons)
    said = (
        f"No rules were given; occupancy is only held to 0 to {HIGHEST_OCCUPANCY}."
        if rules is None
        else f"{broken} of {len(reasons)} occupancies lie outside the agreed limits and {advised} above the recommended one."
    )
    return Check(
        name="occupancy_rules",
        passed=None if rules is None else broken == 0,
        message=said,
        statistics={"services": float(broken), "above_recommended": float(advised)},
    )


def _low_rates(rates: np.ndarray) -> Check:
    low = int((rates < LOWEST_PER_DAY).sum())
    return Check(
        name="low_rates",
        passed=low == 0,
        message=f"{low} of {len(rates)} rates are below {LOWEST_PER_DAY:.0f} kroner a day; they may be rates per hour.",
        statistics={"rates": float(low)},
    )
