"""What goes into an investment case: who starts when, what it costs, what follows, who pays. Read once, checked once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues
from whatworks.economics.errors import HorizonBeyondPrices, ImplausibleAmount, MixedPriceLevels, UnknownPayer
from whatworks.economics.money import levels_of

Array = np.ndarray

ONE_OFF, RECURRING = "one_off", "recurring"
# Who gives where no public purse pays.
OUTSIDE = "foundation"
_QUARTERS = 4
# Estimates of consequences in the national investment model reach ten years (version 2.3, frequently asked questions).
LONGEST_HORIZON = 10


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Rows of money, each with a payer and years.

    Attributes
    ----------
    items : name of each row
    payer : (r,) place of its payer among the payers
    amount : (r, 3) kroner: central, low, high
    units : (r, 3) units a year per success; ones for costs
    timing : (r, t) how many times the amount falls in each year: citizen-years for consequences and costs per citizen,
        whole years for costs per year
    share : (r,) cashable share of consequences; for costs 1 where the row is one-off and 0 where it recurs
    """

    items: tuple[str, ...]
    payer: Array
    amount: Array
    units: Array
    timing: Array
    share: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Items in order of appearance, each once."""
        return tuple(dict.fromkeys(self.items))

    @property
    def which(self) -> Array:
        """(r,) place of each row's item among the names."""
        places = {name: place for place, name in enumerate(self.names)}
        return np.array([places[item] for item in self.items], dtype=int)


@dataclass(frozen=True, kw_only=True)
class Fund:
    """One-off money: from whom, for whom, how much, in which years."""

    source: str
    payer: str
    relieves: str
    cap: float
    first_year: int
    last_year: int


def read_intake(citizens: float | Sequence[float], *, ramp: Sequence[float], horizon: int) -> Array:
    """(t,) citizens who start in each year; a plain number is one group that starts in year 0.

    Parameters
    ----------
    citizens : citizens a year in full operation, one number per year of intake
    ramp : share of full operation in each quarter from the start; in full operation after that
    horizon : last year

    Raises
    ------
    InvalidOption
        If a number is missing or negative, none starts, intake goes on beyond the horizon, or a share is outside 0 to 1.

    Examples
    --------
    >>> read_intake([40, 40], ramp=[0.25, 0.5, 0.75, 1.0], horizon=3).tolist()
    [25.0, 40.0, 0.0, 0.0]
    """
    yearly = np.atleast_1d(np.asarray(citizens, dtype=float))
    if yearly.ndim != 1 or not np.isfinite(yearly).all() or (yearly < 0).any() or not yearly.sum() > 0:
        raise InvalidOption(f"citizens must be 0 or more in every year and above 0 in one; it holds {citizens!r}.")
    if len(yearly) > horizon + 1:
        raise InvalidOption(
            f"citizens names {len(yearly)} years of intake, and the horizon is year {horizon}. Lengthen the horizon."
        )
    shares = np.asarray(ramp, dtype=float)
    if not np.isfinite(shares).all() or (shares < 0).any() or (shares > 1).any():
        raise InvalidOption(f"ramp holds shares of full operation from 0 to 1, one per quarter; it holds {list(ramp)!r}.")
    out = np.zeros(horizon + 1)
    out[: len(yearly)] = yearly
    quarters = np.ones(_QUARTERS * max(horizon + 1, math.ceil(len(shares) / _QUARTERS)))
    quarters[: len(shares)] = shares
    out *= quarters.reshape(-1, _QUARTERS).mean(axis=1)[: horizon + 1]
    if not out.sum() > 0:
        raise InvalidOption("With this ramp nobody starts within the years of intake. Lengthen the intake or shorten the ramp.")
    return out


def read_consequences(df: pd.DataFrame, *, payers: Sequence[str], intake: Array, price_level: int) -> Flow:
    """What follows from one more success: per payer, units a year and the price of a unit.

    ``df`` has the columns consequence, payer, units (a year per success; positive where a payer is spared), price (kroner
    per unit, after refund), first_year and last_year (counted from a citizen's start), price_level; and may have
    units_low, units_high, price_low, price_high (95 per cent ranges) and cashable_share (0 to 1; 1 by default).

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn, MixedPriceLevels, UnknownPayer
    """
    what = "consequences"
    require_columns(df, ["consequence", "payer", "units", "price", "first_year", "last_year", "price_level"], what=what)
    _one_price_level(df, price_level, what=what)
    price = _ranged(df, "price", what=what)
    below = int((price[:, 1] < 0).sum())
    if below:
        raise ImplausibleAmount(
            f"{what} column 'price' or its range is below 0 in {below} rows. Prices are positive; what costs a payer more has "
            "negative units."
        )
    share = numeric(df, "cashable_share", what=what) if "cashable_share" in df else np.ones(len(df))
    outside = int(((share < 0) | (share > 1)).sum())
    if outside:
        raise InvalidColumn(f"{what} column 'cashable_share' must lie from 0 to 1; {outside} rows do not.")
    first, last = _years(df, what=what)
    return Flow(
        items=_names(df, "consequence", what=what),
        payer=_payers(df, "payer", payers, what=what),
        amount=price,
        units=_ranged(df, "units", what=what),
        timing=_since_start(intake, first, last),
        share=share,
    )


def read_costs(df: pd.DataFrame, *, payers: Sequence[str], intake: Array, price_level: int) -> Flow:
    """What the effort costs, item by item.

    ``df`` has the columns item, payer, ledger ("one_off" or "recurring"), amount (kroner, above 0), per ("year", or
    "citizen" for each who starts), first_year and last_year (calendar years of the case, counted from 0), price_level; and
    may have amount_low and amount_high (95 per cent range).

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn, MixedPriceLevels, UnknownPayer
    """
    what = "costs"
    require_columns(df, ["item", "payer", "ledger", "amount", "per", "first_year", "last_year", "price_level"], what=what)
    _one_price_level(df, price_level, what=what)
    amount = _ranged(df, "amount", what=what)
    wrong = int((amount <= 0).any(axis=1).sum())
    if wrong:
        raise ImplausibleAmount(
            f"{what} column 'amount' or its range is zero or negative in {wrong} of {len(df)} rows. A cost is above 0; what is "
            "saved belongs among the consequences."
        )
    for column, allowed in {"ledger": (ONE_OFF, RECURRING), "per": ("year", "citizen")}.items():
        strange = int((~df[column].isin(allowed)).sum())
        if strange:
            raise InvalidColumn(f"{what} column {column!r} holds something else than {' or '.join(allowed)} in {strange} rows.")
    first, last = _years(df, what=what)
    years = np.arange(len(intake))
    running = ((years >= first[:, None]) & (years <= last[:, None])).astype(float)
    per_citizen = (df["per"] == "citizen").to_numpy()
    return Flow(
        items=_names(df, "item", what=what),
        payer=_payers(df, "payer", payers, what=what),
        amount=amount,
        units=np.ones((len(df), 3)),
        timing=np.where(per_citizen[:, None], running * intake, running),
        share=(df["ledger"] == ONE_OFF).to_numpy(dtype=float),
    )


def read_funds(df: pd.DataFrame | None, *, payers: Sequence[str], operator: str, price_level: int) -> tuple[Fund, ...]:
    """One-off funds: source, payer (who gives; "foundation" where no public purse pays), cap (kroner in all), first_year,
    last_year, price_level; and may have relieves (whose one-off costs they cover, the operator's by default).

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn, MixedPriceLevels, UnknownPayer
    """
    if df is None:
        return ()
    what = "funds"
    require_columns(df, ["source", "payer", "cap", "first_year", "last_year", "price_level"], what=what)
    _one_price_level(df, price_level, what=what)
    cap = numeric(df, "cap", what=what)
    if (cap <= 0).any():
        raise InvalidColumn(
            f"{what} column 'cap' is zero or negative in {int((cap <= 0).sum())} rows. Give the kroner granted in all."
        )
    relieves = df["relieves"] if "relieves" in df else pd.Series(operator, index=df.index)
    _payers(df, "payer", (*payers, OUTSIDE), what=what)
    _payers(relieves.to_frame("relieves"), "relieves", payers, what=what)
    first, last = _years(df, what=what)
    rows = zip(_names(df, "source", what=what), df["payer"], relieves, cap, first, last, strict=True)
    return tuple(
        Fund(source=source, payer=str(payer), relieves=str(relieved), cap=float(top), first_year=int(start), last_year=int(end))
        for source, payer, relieved, top, start, end in rows
    )


def read_horizon(horizon: int | None, consequences: pd.DataFrame, citizens: float | Sequence[float]) -> int:
    """The last year of the case: as asked for, or as far as the consequences are priced, at most ten years.

    Raises
    ------
    HorizonBeyondPrices
        If no consequence is priced as far as asked for.
    InvalidOption
        If it is not a whole number of at least 1.
    """
    require_columns(consequences, ["last_year"], what="consequences")
    groups = int(np.size(citizens))
    reach = groups - 1 + int(numeric(consequences, "last_year", what="consequences").max())
    if horizon is None:
        return max(1, groups - 1, min(LONGEST_HORIZON, reach))
    if isinstance(horizon, bool) or int(horizon) != horizon or horizon < 1:
        raise InvalidOption(f"horizon is the last year as a whole number of at least 1; it is {horizon!r}.")
    if horizon > reach:
        raise HorizonBeyondPrices(
            f"The horizon is year {horizon}, and no consequence is priced beyond year {reach}. Shorten the horizon, or extend "
            "last_year in consequences with a source that reaches so far."
        )
    return int(horizon)


def _since_start(intake: Array, first: Array, last: Array) -> Array:
    """(r, t) citizen-years in which a consequence lasts: groups that started first to last years ago."""
    years = np.arange(len(intake))
    since = years[None, :] - years[:, None]
    lasts = (since >= first[:, None, None]) & (since <= last[:, None, None])
    return np.einsum("c,rct->rt", intake, lasts.astype(float))


def _years(df: pd.DataFrame, *, what: str) -> tuple[Array, Array]:
    first, last = numeric(df, "first_year", what=what), numeric(df, "last_year", what=what)
    bad = int(((first < 0) | (last < first) | (first % 1 != 0) | (last % 1 != 0)).sum())
    if bad:
        raise InvalidColumn(
            f"{what}: first_year and last_year are whole years from 0, the last not before the first; {bad} rows differ."
        )
    return first, last


def _ranged(df: pd.DataFrame, column: str, *, what: str) -> Array:
    """(r, 3) central, low and high; a row without a range is its own range."""
    central = numeric(df, column, what=what)
    ends = []
    for end in (f"{column}_low", f"{column}_high"):
        given = numeric(df, end, allow_missing=True, what=what) if end in df else np.full(len(df), np.nan)
        ends.append(given)
    if (np.isnan(ends[0]) != np.isnan(ends[1])).any():
        raise MissingValues(f"{what}: {column}_low and {column}_high are given both or neither; some rows have one of them.")
    low, high = (np.where(np.isnan(end), central, end) for end in ends)
    outside = int(((central < low) | (central > high)).sum())
    if outside:
        raise InvalidColumn(f"{what}: {column} lies outside {column}_low to {column}_high in {outside} rows.")
    return np.column_stack([central, low, high])


def _names(df: pd.DataFrame, column: str, *, what: str) -> tuple[str, ...]:
    missing = int(df[column].isna().sum())
    if missing:
        raise MissingValues(f"{what} column {column!r} lacks a value in {missing} of {len(df)} rows.")
    return tuple(df[column].astype(str))


def _payers(df: pd.DataFrame, column: str, payers: Sequence[str], *, what: str) -> Array:
    places = {payer: place for place, payer in enumerate(payers)}
    unknown = sorted(set(_names(df, column, what=what)) - set(places))
    if unknown:
        raise UnknownPayer(
            f"{what} names the payer {unknown[0]!r}; the case has {', '.join(payers)}. Correct it, or add it to payers."
        )
    return np.array([places[payer] for payer in df[column].astype(str)], dtype=int)


def _one_price_level(df: pd.DataFrame, price_level: int, *, what: str) -> None:
    other = sorted({int(level) for level in levels_of(df, "price_level", what=what)} - {price_level})
    if other:
        raise MixedPriceLevels(
            f"{what} holds {other[0]} prices, and the case is in {price_level} prices. Bring them to one level with "
            "ww.economics.price_level first."
        )
