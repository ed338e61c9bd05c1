"""What the simulated services charge: places, occupancy, accounts and rates that follow from one another."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.documentation.simulated_frame import Frame

YEARS = np.arange(2014, 2024)
# Prices grow by this each year: an invented index, not the official one.
INDEX = 0.02
_BASE_YEAR = 2019
# Kroner a day at the level of 2019. Drug treatment is paid by the day like other day services.
_DAILY = {"101": 550.0, "107": 2600.0, "108": 2900.0, "110": 1250.0}
_SPREAD = 0.25
# Rates stay within the index or break the agreed zero growth clearly.
_NOISE, _BREACH_SHARE, _CLEARLY = 0.01, 0.15, 0.01
_MONTH = 365 / 12

# Shares of the costs behind a rate; direct costs are the rest.
_SHARES = {
    "cost_indirect": 0.08, "overhead": 0.055, "depreciation": 0.03, "interest": 0.012, "pension": 0.008, "supervision_fee": 0.004,
}  # fmt: skip
_INCOME = 0.01
_PROVISIONS = {"101": "Behandling", "107": "Ophold", "108": "Ophold", "110": "Ophold"}


def price(year: np.ndarray) -> np.ndarray:
    """What a krone of 2019 is in a year's prices."""
    level: np.ndarray = np.round((1 + INDEX) ** (np.asarray(year) - _BASE_YEAR), 9)
    return level


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Rates by service and year, and what they are made of.

    Attributes
    ----------
    rate : (services, years) kr a day
    breach : (services, years) the rate grew by more than the index
    accounts : the table service_year
    """

    rate: np.ndarray
    breach: np.ndarray
    accounts: pd.DataFrame


def draw_prices(rng: np.random.Generator, frame: Frame, closed: dict[int, tuple[pd.Timestamp, int]]) -> Prices:
    """Rates follow from budgets: costs less income over places, days and budgeted occupancy."""
    n = len(frame.service)
    base = frame.service["paragraph"].map(_DAILY).to_numpy(dtype=float)
    sigma = np.sqrt(np.log(1 + _SPREAD**2))
    wanted = np.empty((n, len(YEARS)))
    wanted[:, 0] = base * np.round(np.exp(sigma * rng.standard_normal(n) - sigma**2 / 2), 9) * price(YEARS[:1])
    breach = rng.random((n, len(YEARS))) < _BREACH_SHARE
    breach[:, 0] = False
    noise = np.abs(_NOISE * rng.standard_normal((n, len(YEARS))))
    for year in range(1, len(YEARS)):
        growth = INDEX + np.where(breach[:, year], _CLEARLY + noise[:, year], -noise[:, year])
        wanted[:, year] = wanted[:, year - 1] * (1 + growth)
    places = frame.service["places"].to_numpy()[:, None]
    occupancy = np.round(rng.uniform(0.95, 0.98, (n, len(YEARS))), 2)
    days = np.where(YEARS % 4 == 0, 366, 365)
    bed_days = places * days * occupancy
    budget = np.round(wanted * bed_days)
    accounts = _accounts(rng, frame, budget, occupancy, days)
    open_until = np.array([closed[i][0].year if i in closed else int(YEARS[-1]) for i in range(n)])
    accounts = accounts[accounts["year"].to_numpy() <= np.repeat(open_until, len(YEARS))].reset_index(drop=True)
    # To the øre, rounded down for those that keep within the index, so that rounding breaks nothing.
    return Prices(rate=np.floor(100 * budget / bed_days) / 100, breach=breach, accounts=accounts)


def _accounts(
    rng: np.random.Generator, frame: Frame, budget: np.ndarray, occupancy: np.ndarray, days: np.ndarray
) -> pd.DataFrame:
    n, years = budget.shape
    total = budget.ravel()
    parts = {name: np.round(share * total) for name, share in _SHARES.items()}
    income = np.round(_INCOME * total)
    places = np.repeat(frame.service["places"].to_numpy(), years)
    quality = np.clip(np.round(rng.normal(4.0, 0.3, (7, n))[:, :, None] + rng.normal(0, 0.15, (7, n, years)), 1), 1, 5)
    table = pd.DataFrame(
        {
            "service_id": frame.service["service_id"].repeat(years).reset_index(drop=True),
            "year": pd.array(np.tile(YEARS, n), dtype="Int64"),
            "places_budgeted": pd.array(places, dtype="Int64"),
            "occupancy_budgeted": occupancy.ravel(),
            "occupancy_actual": np.round(np.clip(rng.beta(24, 1, n * years), 0.80, 1.05), 3),
            "days": pd.array(np.tile(days, n), dtype="Int64"),
            "cost_direct": total + income - sum(parts.values()),
            **parts,
            "other_income": income,
            "full_time_equivalents": np.round(places * rng.uniform(0.8, 1.4, n * years), 1),
            "share_trained": np.round(rng.uniform(0.5, 0.9, n * years), 2),
            "sick_leave_days": np.round(rng.uniform(8, 20, n * years), 1),
        }
    )
    for theme in range(7):
        table[f"quality_t{theme + 1}"] = quality[theme].ravel()
    table["price_level"] = pd.array(np.tile(YEARS, n), dtype="Int64")
    return table


def rate_table(frame: Frame, prices: Prices, closed: dict[int, tuple[pd.Timestamp, int]]) -> pd.DataFrame:
    """One rate for each service and year it is open."""
    n, years = prices.rate.shape
    number, year = np.repeat(np.arange(n), years), np.tile(YEARS, n)
    paragraph = frame.service["paragraph"].to_numpy()[number]
    ends = pd.Series(pd.to_datetime([f"{each}-12-31" for each in year]))
    last_day = pd.Series([closed[i][0] if i in closed else pd.Timestamp("2023-12-31") for i in number.tolist()])
    table = pd.DataFrame(
        {
            "service_id": pd.Series(frame.service["service_id"].to_numpy()[number], dtype="str"),
            "paragraph": pd.Series(paragraph, dtype="str"),
            "provision": pd.Series([_PROVISIONS[each] for each in paragraph], dtype="str"),
            "level": pd.Series(["1"] * len(number), dtype="str"),
            "valid_from": pd.Series(pd.to_datetime([f"{each}-01-01" for each in year])).astype("datetime64[s]"),
            "valid_to": ends.where(ends < last_day, last_day).astype("datetime64[s]"),
            "amount": prices.rate.ravel(),
            "rate_unit": pd.Series(np.where(paragraph == "101", "day", "day_and_night"), dtype="str"),
            "rate_type": pd.Series(["agreed"] * len(number), dtype="str"),
            "approved_on": pd.Series(pd.to_datetime([f"{each - 1}-10-15" for each in year])).astype("datetime64[s]"),
            "adjustment_reason": pd.Series(["index"] * len(number), dtype="str"),
        }
    )
    return table[table["valid_from"] < last_day].reset_index(drop=True)


def rate_breaches(frame: Frame, prices: Prices, closed: dict[int, tuple[pd.Timestamp, int]]) -> list[list[object]]:
    """Service and year of every rate that was made to grow by more than the index."""
    found = []
    for number, year in zip(*np.nonzero(prices.breach), strict=True):
        if number not in closed or YEARS[year] <= closed[number][0].year:
            found.append([frame.service["service_id"].iloc[number], int(YEARS[year])])
    return found
