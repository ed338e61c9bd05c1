"""Money carries the year whose prices it is in, and who pays. Amounts that differ in either are not added up."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues
from whatworks.economics.errors import ImplausibleAmount, MixedPriceLevels, UnknownPayer

PAYERS = ("municipality", "region", "state", "foundation")
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount with its price level and its payer.

    Parameters
    ----------
    amount : kroner
    price_level : the year whose prices it is in
    payer : ``"municipality"``, ``"region"``, ``"state"`` or ``"foundation"``

    Raises
    ------
    UnknownPayer, InvalidOption
        For a payer or a year that does not exist.
    MixedPriceLevels, UnknownPayer
        When amounts that differ in price level or payer are added.

    Examples
    --------
    >>> gross = ww.economics.Money(amount=2_500_000.0, price_level=2020, payer="municipality")
    >>> print(gross - ww.economics.Money(amount=747_500.0, price_level=2020, payer="municipality"))
    1,752,500 kr. (municipality, 2020 prices)
    """

    amount: float
    price_level: int
    payer: str

    def __post_init__(self) -> None:
        known_payer(self.payer)
        known_year(self.price_level, name="price_level")

    def __add__(self, other: "Money") -> "Money":
        one_level([self.price_level, other.price_level], what="sum")
        if self.payer != other.payer:
            raise UnknownPayer(
                f"An amount paid by {self.payer} and one paid by {other.payer} have no payer in common. "
                "Keep a sum for each payer, or add the plain amounts knowingly."
            )
        return Money(amount=self.amount + other.amount, price_level=self.price_level, payer=self.payer)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __neg__(self) -> "Money":
        return self * -1.0

    def __mul__(self, times: float) -> "Money":
        return Money(amount=self.amount * times, price_level=self.price_level, payer=self.payer)

    def __str__(self) -> str:
        return f"{self.amount:,.0f} kr. ({self.payer}, {self.price_level} prices)"


def known_payer(payer: str) -> str:
    """Refuse a payer that does not exist.

    Raises
    ------
    UnknownPayer
    """
    if payer not in PAYERS:
        raise UnknownPayer(f"payer={payer!r} is not known; use one of {', '.join(map(repr, PAYERS))}.")
    return payer


def known_year(year: object, *, name: str) -> int:
    """Refuse a year that is none.

    Raises
    ------
    InvalidOption
    """
    whole = isinstance(year, (int, np.integer)) and not isinstance(year, bool)
    if not whole or not _FIRST_YEAR <= int(year) <= _LAST_YEAR:  # type: ignore[call-overload]
        raise InvalidOption(f"{name}={year!r} is not a year; give a whole number from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return int(year)  # type: ignore[call-overload]


def levels_of(df: pd.DataFrame, price_level: int | str, *, what: str = "frame") -> np.ndarray:
    """The price level of every row: a year for all of them, or a column of years.

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn, InvalidOption
    """
    if not isinstance(price_level, str):
        require_columns(df, [], what=what)
        return np.full(len(df), known_year(price_level, name="price_level"))
    years = numeric(df, price_level, what=what)
    wrong = int(((years != np.round(years)) | (years < _FIRST_YEAR) | (years > _LAST_YEAR)).sum())
    if wrong:
        raise InvalidColumn(
            f"{what} column {price_level!r} has {wrong} values that are no year from {_FIRST_YEAR} to {_LAST_YEAR}. "
            "A price level is the year whose prices an amount is in."
        )
    return years.astype(int)


def one_level(levels: object, *, what: str = "frame") -> int:
    """The one price level of several amounts.

    Raises
    ------
    MixedPriceLevels
        If there is more than one.
    """
    found, counts = np.unique(np.asarray(levels, dtype=int), return_counts=True)
    if len(found) != 1:
        listed = ", ".join(f"{year} ({count} amounts)" for year, count in zip(found, counts, strict=True))
        raise MixedPriceLevels(
            f"{what} mixes price levels: {listed}. One price level is needed; "
            "convert them with ww.economics.price_level(..., to=<year>) first."
        )
    return int(found[0])


def payers_of(df: pd.DataFrame, payer: str, *, what: str = "frame") -> np.ndarray:
    """The payer of every row: one of the payers for all of them, or a column of payers.

    Raises
    ------
    UnknownPayer, MissingValues
    """
    if payer not in df.columns:
        if payer in PAYERS:
            return np.full(len(df), payer, dtype=object)
        raise UnknownPayer(
            f"payer={payer!r} is neither a column of the {what} nor a payer; payers are {', '.join(map(repr, PAYERS))}."
        )
    values = df[payer]
    missing = int(values.isna().sum())
    if missing:
        raise MissingValues(f"{what} column {payer!r} lacks a payer in {missing} of {len(df)} rows. Say who pays.")
    unknown = sorted({str(each) for each in values.unique()} - set(PAYERS))
    if unknown:
        raise UnknownPayer(
            f"{what} column {payer!r} holds payers that do not exist: {', '.join(unknown[:10])}. Use {', '.join(PAYERS)}."
        )
    return values.to_numpy(dtype=object)


def one_payer(df: pd.DataFrame, payer: str, *, what: str = "frame") -> str:
    """The one payer of all rows.

    Raises
    ------
    UnknownPayer
        If rows are paid by different payers: their sum would belong to nobody.
    """
    found = sorted(set(payers_of(df, payer, what=what)))
    if len(found) != 1:
        raise UnknownPayer(f"{what} mixes payers: {', '.join(found)}. Choose the rows of one payer and ask once for each.")
    return str(found[0])


def above_zero(df: pd.DataFrame, column: str, *, what: str = "frame", zero: bool = False) -> np.ndarray:
    """A column of costs, days or citizens: numbers above zero (or from zero, where ``zero`` allows it).

    Raises
    ------
    ImplausibleAmount, MissingColumn, EmptyData, InvalidColumn, MissingValues
    """
    values = numeric(df, column, what=what)
    wrong = int((values < 0).sum() if zero else (values <= 0).sum())
    if wrong:
        need = "numbers from 0 up are" if zero else "numbers above 0 are"
        raise ImplausibleAmount(
            f"{what} column {column!r} is {'negative' if zero else 'zero or negative'} in {wrong} of {len(values)} rows; "
            f"{need} needed. Correct them, or take those rows out knowingly."
        )
    return values
