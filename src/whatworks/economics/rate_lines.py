"""Rates of two years beside each other: one line per service, paragraph, provision, level and unit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, EmptyData, MissingValues
from whatworks.economics.errors import ImplausibleRate, MixedPriceLevels
from whatworks.economics.money import above_zero
from whatworks.economics.rate_rules import PER_DAY, occupancy_shares, refuse_monthly

# A month has 20 to 31 days on which somebody may be there; no agreement lets a rate grow twentyfold.
_MONTH = 20.0


def paired_lines(
    rates: pd.DataFrame,
    *,
    year: int,
    key: Sequence[str],
    time: str,
    amount: str,
    days: str,
    unit: str | None = None,
    occupancy: str | None = None,
    carry_over: str | None = None,
    content: str | None = None,
    content_amount: str | None = None,
) -> pd.DataFrame:
    """The rates of a year beside those of the year before.

    Returns
    -------
    The key columns, then rate_before, rate, days_before, days, occupancy_before, occupancy, carry_over_before, carry_over,
    content (text, empty where nothing changed), content_amount. Missing where a line is there in one year only, or a column
    was not given (carry-over is then 0).

    Raises
    ------
    DuplicateRows, EmptyData, ImplausibleAmount, ImplausibleRate, MixedPriceLevels, MissingColumn, MissingValues, InvalidColumn
    """
    require_columns(rates, [*key, time, amount, days, *([content] if content else [])], what="rates")
    table = pd.DataFrame({name: rates[name].astype(str) for name in key})
    lacking = int(rates[list(key)].isna().any(axis=1).sum())
    if lacking:
        raise MissingValues(f"rates lack {', '.join(key)} in {lacking} of {len(rates)} rows. A rate needs a name to be followed.")
    table["year"] = numeric(rates, time, what="rates")
    table["rate"] = above_zero(rates, amount, what="rates")
    table["days"] = above_zero(rates, days, what="rates", zero=True)
    table["occupancy"] = occupancy_shares(rates, occupancy, what="rates") if occupancy else np.nan
    table["carry_over"] = numeric(rates, carry_over, what="rates") if carry_over else 0.0
    table["content"] = rates[content].fillna("").astype(str).str.strip() if content else ""
    table["content_amount"] = numeric(rates, content_amount, allow_missing=True, what="rates") if content_amount else np.nan
    _refuse_other_levels(rates, table["year"])
    per_day = rates[unit].isin(PER_DAY).to_numpy() if unit and unit in rates else np.ones(len(rates), dtype=bool)
    refuse_monthly(table["rate"].to_numpy()[per_day], what="rates")
    twice = int(table.duplicated([*key, "year"]).sum())
    if twice:
        raise DuplicateRows(f"rates has {twice} rows for a {', '.join(key)} and year that already has one. Keep one of each.")
    lines = _beside(table, year, list(key))
    _refuse_month_for_day(lines)
    return lines


def _beside(table: pd.DataFrame, year: int, key: list[str]) -> pd.DataFrame:
    now, before = table[table["year"] == year], table[table["year"] == year - 1]
    if now.empty or before.empty:
        have = ", ".join(str(int(each)) for each in sorted(table["year"].unique()))
        raise EmptyData(f"A check of {year} needs rates of {year} and of {year - 1}; there are rates of {have}.")
    numbers = ["rate", "days", "occupancy", "carry_over"]
    first = before.set_index(key)[numbers].add_suffix("_before")
    second = now.set_index(key)[[*numbers, "content", "content_amount"]]
    lines = first.join(second, how="outer").reset_index()
    return lines.assign(content=lines["content"].fillna(""))


def _refuse_other_levels(rates: pd.DataFrame, years: pd.Series) -> None:
    """A rate stands in the prices of its own year, or the index would be counted twice or not at all."""
    if "price_level" not in rates:
        return
    other = int((numeric(rates, "price_level", what="rates") != years).sum())
    if other:
        raise MixedPriceLevels(
            f"{other} of {len(rates)} rates are not in the prices of their own year. A check needs rates as they were set; "
            "the index is put on by the check itself."
        )


def _refuse_month_for_day(lines: pd.DataFrame) -> None:
    ratio = (lines["rate"] / lines["rate_before"]).dropna()
    months = int(((ratio >= _MONTH) | (ratio <= 1 / _MONTH)).sum())
    if months:
        raise ImplausibleRate(
            f"{months} of {len(ratio)} rates are {_MONTH:.0f} times those of the year before, or a twentieth of them: a rate per "
            "month beside one per day. Bring both years to the same unit."
        )
