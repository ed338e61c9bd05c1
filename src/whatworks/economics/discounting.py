"""What a krone in a later year counts today."""

import math

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.timeline import day
from whatworks.economics.errors import HorizonBeyondPrices

Array = np.ndarray

# No authority has asked for more; above it, per cent were given for a share.
_HIGHEST_RATE = 0.2


def discount_factors(horizon: int, *, rates: float | pd.DataFrame) -> Array:
    """Present value of one krone in each year, year 0 not discounted.

    Parameters
    ----------
    horizon : last year, counted from 0
    rates : one real rate a year as a share (0.035), or a frame of one vintage with first_year, last_year (missing: no end)
        and rate, as :func:`rates_in_force` returns it

    Returns
    -------
    (horizon + 1,) factors: the product of 1 / (1 + rate of the year) over the years up to each.

    Raises
    ------
    InvalidOption
        If a rate is negative or so high that per cent were given for a share.
    HorizonBeyondPrices
        If a year has no rate.

    References
    ----------
    Ministry of Finance (Denmark), documentation note of 7 January 2021: different rates by how far off a year is.

    Examples
    --------
    >>> discount_factors(2, rates=0.035).round(4).tolist()
    [1.0, 0.9662, 0.9335]
    """
    yearly = _yearly(horizon, rates) if isinstance(rates, pd.DataFrame) else np.full(horizon + 1, float(rates))
    for rate in yearly:
        if not (math.isfinite(rate) and 0 <= rate <= _HIGHEST_RATE):
            raise InvalidOption(
                f"A discount rate of {rate:g} a year is {100 * rate:g} per cent. Give it as a share: 0.035 for 3.5 per cent."
            )
    return 1 / np.cumprod(np.concatenate([[1.0], 1 + yearly[1:]]))


def rates_in_force(rates: pd.DataFrame, *, on: str) -> pd.DataFrame:
    """The discount rates of the vintage that held on a date.

    Parameters
    ----------
    rates : frame with valid_from, first_year, last_year, rate, as evidence/prices/discount_rates.csv holds it
    on : the date of the decision, e.g. ``"2024-06-01"``

    Returns
    -------
    The rows of the newest vintage from that date or before.

    Raises
    ------
    HorizonBeyondPrices
        If the date lies before the oldest vintage.

    Examples
    --------
    >>> rates = pd.DataFrame({"valid_from": ["2013-05-31", "2021-01-07"], "first_year": [0, 0], "last_year": [35, 35],
    ...                       "rate": [0.04, 0.035]})
    >>> rates_in_force(rates, on="2018-01-01")["rate"].tolist()
    [0.04]
    """
    require_columns(rates, ["valid_from", "first_year", "last_year", "rate"], what="discount_rates")
    dates = pd.to_datetime(rates["valid_from"])
    held = dates <= day("on", on)
    if not held.any():
        raise HorizonBeyondPrices(
            f"No discount rate is known on {on}; the oldest is from {dates.min():%Y-%m-%d}. Add the vintage."
        )
    return rates[dates == dates[held].max()].reset_index(drop=True)


def _yearly(horizon: int, rates: pd.DataFrame) -> Array:
    """The rate of every year."""
    require_columns(rates, ["first_year", "last_year", "rate"], what="discount_rates")
    vintages = set(rates["valid_from"]) if "valid_from" in rates else set()
    if len(vintages) > 1:
        raise InvalidOption(
            f"discount_rates hold {len(vintages)} vintages. Choose one with ww.economics.rates_in_force(rates, on=...)."
        )
    first = numeric(rates, "first_year", what="discount_rates")
    last = np.nan_to_num(numeric(rates, "last_year", allow_missing=True, what="discount_rates"), nan=math.inf)
    rate = numeric(rates, "rate", what="discount_rates")
    years = np.arange(horizon + 1)[:, None]
    inside = (years >= first) & (years <= last)
    if (inside.sum(axis=1) != 1).any():
        year = int(np.argmax(inside.sum(axis=1) != 1))
        raise HorizonBeyondPrices(
            f"Year {year} has {int(inside[year].sum())} discount rates; every year up to {horizon} needs one. "
            "Shorten the horizon, or complete the table."
        )
    return rate[inside.argmax(axis=1)]
