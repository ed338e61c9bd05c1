"""People and prevalence by age bands, opened to single years of age."""

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidColumn, NotIdentified
from whatworks.economics.errors import HorizonBeyondPrices, ImplausibleAmount

_OLDEST = 121


def by_single_age(df: pd.DataFrame, values: np.ndarray, *, spread: bool, what: str) -> pd.DataFrame:
    """A value per year and single year of age, (years, ages), from bands; missing where no band holds the age.

    Parameters
    ----------
    df : columns year, age_from, age_to
    values : one per row
    spread : True shares the value evenly over the ages of a band (people), False gives each age the band's value (a rate)
    what : what the rows are, for messages

    Raises
    ------
    DuplicateRows
        If bands of a year overlap.
    MissingColumn, EmptyData, MissingValues, InvalidColumn
    """
    require_columns(df, ["year", "age_from", "age_to"], what=what)
    years, low, high = (numeric(df, column, what=what).astype(int) for column in ("year", "age_from", "age_to"))
    wrong = int(((low > high) | (low < 0) | (high >= _OLDEST)).sum())
    if wrong:
        raise InvalidColumn(f"{what} has {wrong} age bands that do not run upwards from 0 to {_OLDEST - 1}.")
    table = pd.DataFrame(np.nan, index=np.unique(years), columns=np.arange(_OLDEST))
    overlap = 0
    for year, first, last, value in zip(years, low, high, values, strict=True):
        overlap += int(table.loc[year, first:last].notna().any())
        table.loc[year, first:last] = value / (last - first + 1) if spread else value
    if overlap:
        raise DuplicateRows(
            f"{what} has {overlap} age bands that overlap another of the same year. Choose one area and one group."
        )
    return table


def people_by_age(population: pd.DataFrame, *, base: int, horizon: int) -> pd.DataFrame:
    """People per single age for every year from base to horizon.

    Raises
    ------
    HorizonBeyondPrices
        If a year is not there: a projection of the population is needed, and is not made here.
    ImplausibleAmount
        If a number of people is not above 0.
    """
    counts = numeric(population, "population", what="population")
    none = int((counts <= 0).sum())
    if none:
        raise ImplausibleAmount(f"population is zero or negative in {none} of {len(counts)} rows; leave empty ages out.")
    table = by_single_age(population, counts, spread=True, what="population")
    missing = [year for year in range(base, horizon + 1) if year not in table.index]
    if missing:
        raise HorizonBeyondPrices(
            f"The population is known from {table.index.min()} to {table.index.max()}; {len(missing)} of the years {base} to "
            f"{horizon} are missing. Give a projection that reaches as far, or a nearer horizon."
        )
    return table.loc[base:horizon]


def latest_prevalence(prevalence: pd.DataFrame, *, base: int) -> tuple[pd.Series, int]:
    """Share of each single age in the group, in the last year that is known at base; and that year.

    Raises
    ------
    HorizonBeyondPrices
        If nothing is known at base.
    ImplausibleAmount
        If a prevalence is not above 0 and at most 1,000 per 1,000.
    """
    per = numeric(prevalence, "per_1000", what="prevalence")
    wrong = int(((per <= 0) | (per > 1000)).sum())
    if wrong:
        raise ImplausibleAmount(f"prevalence has {wrong} of {len(per)} values per_1000 that are not above 0 and at most 1000.")
    table = by_single_age(prevalence, per / 1000, spread=False, what="prevalence")
    known = table.index[table.index <= base]
    if known.empty:
        raise HorizonBeyondPrices(f"No prevalence is known in {base} or before; the first is of {table.index.min()}.")
    return table.loc[known.max()], int(known.max())


def log_spread(prevalence: pd.DataFrame, year: int, z: float) -> float | None:
    """Standard error of the logarithm of prevalence, the mean over the bands of a year; None where intervals are missing."""
    rows = prevalence[numeric(prevalence, "year", what="prevalence") == year]
    if not {"conf_low", "conf_high"} <= set(rows.columns):
        return None
    low, high = (numeric(rows, column, allow_missing=True, what="prevalence") for column in ("conf_low", "conf_high"))
    if np.isnan(low).any() or np.isnan(high).any():
        return None
    per = numeric(rows, "per_1000", what="prevalence")
    if ((low <= 0) | (low > per) | (high < per)).any():
        raise InvalidColumn("prevalence has intervals that begin at 0 or do not hold their estimate.")
    return float(np.mean(np.log(high / low)) / (2 * z))


def prevalence_trend(prevalence: pd.DataFrame) -> tuple[float, float, int, int]:
    """Yearly growth of the logarithm of prevalence: the mean over age bands, its standard error, degrees of freedom, years.

    Each band has a slope of its own by least squares; the error is how much the slopes differ.

    Raises
    ------
    NotIdentified
        If there are fewer than 3 years or 3 age bands that all of them have.
    """
    require_columns(prevalence, ["year", "age_from", "age_to", "per_1000"], what="prevalence")
    table = prevalence.pivot_table(index="year", columns=["age_from", "age_to"], values="per_1000").dropna(axis=1)
    if min(table.shape) < 3:
        raise NotIdentified(
            f"A trend needs 3 years and 3 age bands that all of them have; there are {table.shape[0]} and {table.shape[1]}. "
            "Let prevalence follow 'age' or 'cohort'."
        )
    years = table.index.to_numpy(dtype=float)
    slopes = np.polyfit(years - years.mean(), np.log(table.to_numpy(dtype=float)), 1)[0]
    return float(slopes.mean()), float(slopes.std(ddof=1) / np.sqrt(len(slopes))), len(slopes) - 1, len(years)
