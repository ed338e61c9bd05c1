"""Amounts in the prices of another year: single links of a price-and-wage index, chained, of the vintage known on a day."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidOption
from whatworks.core.timeline import day
from whatworks.economics.errors import MissingPrice, MissingPriceLink
from whatworks.economics.money import known_year, levels_of

Day = str | dt.date | pd.Timestamp
_NEEDED = ("series", "year_from", "year_to", "pct", "vintage_date")


def price_links(index: pd.DataFrame, *, series: str, known_on: Day | None = None, level_corrections: bool = True) -> pd.DataFrame:
    """The links of one index that were known on a day, one for each step from a year to the next.

    An estimate of price and wage growth is corrected later, so a step can have several vintages. The newest one known on the
    day is taken: a rate is judged by what was known when it was set, a series of real costs by what is known now.

    Parameters
    ----------
    index : links with the columns series, year_from, year_to, pct (per cent), vintage_date, and where known of_which_level,
        synthetic, source: ``ww.evidence.prices()["price_index"]``
    series : the index
    known_on : the day; None takes the newest vintage of every step
    level_corrections : False takes out the part of a link that corrects the level of earlier years (``of_which_level``)

    Returns
    -------
    Columns year_from, year_to, pct, vintage_date, synthetic, source, one row a step, in order.

    Raises
    ------
    MissingPrice
        If there is no such index.
    MissingPriceLink
        If none of its links was known on the day.
    MissingColumn, EmptyData, MissingValues, InvalidColumn, InvalidOption, DuplicateRows

    Examples
    --------
    >>> index = ww.evidence.prices()["price_index"]
    >>> ww.economics.price_links(index, series="state_general")[["year_from", "pct"]].to_numpy().tolist()
    [[2022.0, 3.9], [2024.0, 3.0]]
    """
    require_columns(index, _NEEDED, what="price index")
    known = None if known_on is None else day("known_on", known_on)
    chosen = index[index["series"] == series]
    if chosen.empty:
        have = ", ".join(sorted(map(str, index["series"].unique())))
        raise MissingPrice(f"The price index has no series {series!r}; it has {have}. Add the links to evidence/prices.")
    links = _link_table(chosen, level_corrections)
    if known is not None:
        links = links[links["vintage_date"] <= known]
        if links.empty:
            first = chosen["vintage_date"].min()
            raise MissingPriceLink(
                f"No link of the index {series!r} was known on {known:%Y-%m-%d}; the first is of {first:%Y-%m-%d}. "
                "Add the vintage of that time to evidence/prices/price_index.csv."
            )
    twice = int(links.duplicated(["year_from", "vintage_date"]).sum())
    if twice:
        raise DuplicateRows(f"The index {series!r} has {twice} links of the same step and vintage. Remove all but one.")
    newest = links.sort_values(["year_from", "vintage_date"]).drop_duplicates("year_from", keep="last")
    return newest.reset_index(drop=True)


def index_factor(links: pd.DataFrame, year_from: int, year_to: int) -> float:
    """What an amount in the prices of one year is multiplied by to stand in those of another.

    Parameters
    ----------
    links : from :func:`price_links`
    year_from, year_to : years; backwards divides

    Returns
    -------
    The product of 1 + pct / 100 over the steps between. Steps are chained, never added.

    Raises
    ------
    MissingPriceLink
        If a step is missing: it is not taken to be 0 per cent.

    Examples
    --------
    >>> links = pd.DataFrame({"year_from": [2020, 2021], "year_to": [2021, 2022], "pct": [2.0, 3.0]})
    >>> round(index_factor(links, 2020, 2022), 4), round(index_factor(links, 2022, 2020), 4)
    (1.0506, 0.9518)
    """
    require_columns(links, ["year_from", "pct"], what="links")
    first, last = sorted((known_year(year_from, name="year_from"), known_year(year_to, name="year_to")))
    steps = dict(zip(links["year_from"].astype(int), links["pct"].astype(float), strict=True))
    missing = [year for year in range(first, last) if year not in steps]
    if missing:
        listed = ", ".join(f"{year} to {year + 1}" for year in missing[:10]) + (" ..." if len(missing) > 10 else "")
        raise MissingPriceLink(
            f"The price index lacks {len(missing)} of {last - first} links from {first} to {last}: {listed}. "
            "A missing link is not 0 per cent. Add it to evidence/prices/price_index.csv, with its source and vintage."
        )
    factor = float(np.prod([1 + steps[year] / 100 for year in range(first, last)]))
    return factor if year_from <= year_to else 1 / factor


def price_level(
    df: pd.DataFrame,
    *,
    amount: str | Sequence[str],
    price_level: int | str,
    to: int,
    index: pd.DataFrame,
    series: str,
    known_on: Day | None = None,
    level_corrections: bool = True,
) -> pd.DataFrame:
    """Amounts in the prices of one year: real = amount x the chained index from their price level to that year.

    Parameters
    ----------
    df : rows with amounts
    amount : column or columns of kroner
    price_level : the year whose prices they are in, or a column of such years
    to : the year whose prices they shall be in
    index, series, known_on, level_corrections : as in :func:`price_links`

    Returns
    -------
    A copy with the amounts converted. The column of price levels (``price_level`` where a year was given) says ``to``;
    ``index_factor`` is what each row was multiplied by, ``index_series`` the index, ``index_synthetic`` True where an invented
    link was used.

    Raises
    ------
    MissingPriceLink
        If a link between the years is missing.
    MissingPrice, MissingColumn, EmptyData, MissingValues, InvalidColumn, InvalidOption, DuplicateRows

    References
    ----------
    Local Government Denmark (KL) publishes the links as estimates of price and wage growth (pris- og lønskøn), year by year.

    Examples
    --------
    >>> costs = pd.DataFrame({"amount": [100_000.0], "price_level": [2022]})
    >>> index = ww.evidence.prices()["price_index"]
    >>> real = ww.economics.price_level(
    ...     costs, amount="amount", price_level="price_level", to=2024, index=index, series="synthetic")
    >>> real[["amount", "price_level", "index_synthetic"]].to_numpy().tolist()
    [[104040.0, 2024, True]]
    """
    to = known_year(to, name="to")
    years = levels_of(df, price_level)
    links = price_links(index, series=series, known_on=known_on, level_corrections=level_corrections)
    found = {int(year): index_factor(links, int(year), to) for year in np.unique(years)}
    factor = np.array([found[int(year)] for year in years])
    out = df.copy()
    for column in as_list(amount):
        out[column] = numeric(df, column) * factor
    out[price_level if isinstance(price_level, str) else "price_level"] = to
    invented = links.loc[links["synthetic"], "year_from"].astype(int).tolist()
    used = {year: any(min(year, to) <= step < max(year, to) for step in invented) for year in found}
    return out.assign(index_factor=factor, index_series=series, index_synthetic=[used[int(year)] for year in years])


def _link_table(chosen: pd.DataFrame, level_corrections: bool) -> pd.DataFrame:
    pct = numeric(chosen, "pct", what="price index")
    if "of_which_level" in chosen and not level_corrections:
        pct = pct - np.nan_to_num(numeric(chosen, "of_which_level", allow_missing=True, what="price index"))
    first, last = (numeric(chosen, column, what="price index").astype(int) for column in ("year_from", "year_to"))
    longer = int((last != first + 1).sum())
    if longer:
        raise InvalidOption(f"The price index has {longer} links that do not run from a year to the next. Split them.")
    return pd.DataFrame(
        {
            "year_from": first,
            "year_to": last,
            "pct": pct,
            "vintage_date": pd.to_datetime(chosen["vintage_date"]).to_numpy(),
            "synthetic": chosen["synthetic"].to_numpy(dtype=bool) if "synthetic" in chosen else False,
            "source": chosen["source"].to_numpy() if "source" in chosen else "",
        }
    )
