"""What is spent, rolled up; and how much of its growth is index, more people, a dearer place, or dearer kinds of places."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import EmptyData, InvalidOption
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.errors import ImplausibleAmount, MixedPriceLevels
from whatworks.economics.money import above_zero, known_year, levels_of, one_level, one_payer, payers_of
from whatworks.economics.price_index import index_factor, price_links
from whatworks.economics.table import effects_of, records

COMPONENTS = ("index", "volume", "price", "mix")
_DAYS_A_YEAR = 365.0


def spending(
    df: pd.DataFrame,
    *,
    by: str | Sequence[str],
    days: str | None = None,
    rate: str | None = None,
    hours: str | None = None,
    hour_price: str | None = None,
    transfers: str | None = None,
    refund: str | None = None,
    price_level: int | str = "price_level",
    payer: str = "municipality",
) -> pd.DataFrame:
    """Spending rolled up: days x rate + hours x price of an hour + transfers - refund, by any columns and by payer.

    Parameters
    ----------
    df : one row per episode, or per any smaller piece of it
    by : columns to roll up to: service, paragraph, account function, municipality, year
    days, rate : days paid for and kroner per day; give both or none
    hours, hour_price : hours and kroner per hour; give both or none
    transfers, refund : kroner added, and kroner that somebody else pays back
    price_level : the year whose prices the amounts are in, or a column of it
    payer : who pays, or a column of payers

    Returns
    -------
    One row per group and payer: term, kind ``part``, estimate (kroner), then the ``by`` columns, full_year_persons (days / 365),
    rows, price_level, payer.

    Raises
    ------
    MixedPriceLevels, UnknownPayer, ImplausibleAmount, InvalidOption, MissingColumn, MissingValues, EmptyData, InvalidColumn

    Examples
    --------
    >>> stays = pd.DataFrame({"service_id": ["a", "a", "b"], "days": [365, 100, 50], "rate": [2000.0, 2000.0, 3000.0]})
    >>> ww.economics.spending(stays, by="service_id", days="days", rate="rate", price_level=2024)["estimate"].tolist()
    [930000.0, 150000.0]
    """
    columns = as_list(by)
    require_columns(df, columns, what="spending")
    level = one_level(levels_of(df, price_level, what="spending"), what="spending")
    total = np.zeros(len(df))
    for amount, price in ((days, rate), (hours, hour_price)):
        if (amount is None) != (price is None):
            raise InvalidOption("Give days with rate, and hours with hour_price; one without the other is no spending.")
        if amount is not None and price is not None:
            total += above_zero(df, amount, what="spending", zero=True) * above_zero(df, price, what="spending")
    if transfers is not None:
        total += above_zero(df, transfers, what="spending", zero=True)
    if refund is not None:
        total -= above_zero(df, refund, what="spending", zero=True)
    persons = numeric(df, days, what="spending") / _DAYS_A_YEAR if days is not None else np.full(len(df), np.nan)
    table = df[columns].assign(payer=payers_of(df, payer, what="spending"), estimate=total, full_year_persons=persons, rows=1)
    sums = table.groupby([*columns, "payer"], sort=False, dropna=False).sum(min_count=1).reset_index()
    named = sums.assign(term=sums[columns].astype(str).agg(" · ".join, axis=1), kind="part", price_level=level)
    return effects_of(records(named))


def budget(
    df: pd.DataFrame,
    *,
    base: int,
    year: int,
    by: str | Sequence[str],
    time: str = "year",
    days: str = "days",
    amount: str = "amount",
    price_level: int | str = "price_level",
    payer: str = "municipality",
    index: pd.DataFrame | None = None,
    series: str | None = None,
) -> EffectResult:
    """Growth of spending from one year to another: index, volume, price and mix. They add up to the growth.

    With Q full-year persons (days / 365), s_i the share of them in group i and p_i its spending per full-year person, spending is
    Q sum(s_i p_i). Each change is weighed with the mean of both years (Bennet): volume = dQ x mean unit cost; price = mean Q x
    sum(mean s_i x dp_i); mix = mean Q x sum(mean p_i x ds_i). A group that is there in one year only has no price in the other;
    it counts as mix and volume.

    Parameters
    ----------
    df : rows with days and kroner, by group and year; those of one group and year are added up
    base, year : the years
    by : columns that name a group: service, paragraph
    time, days, amount : columns with the year, days paid for, kroner
    price_level : the year whose prices the amounts are in, or a column of it. In both years the same: growth is real and index
        is 0. In the prices of each year: give index and series
    payer : who pays, or a column of it; one payer at a time
    index, series : the price-and-wage index, as in :func:`price_links`

    Returns
    -------
    Headline: growth in kroner. Parts: ``index``, ``volume``, ``price``, ``mix`` (part_of "component"), then one row per group
    (part_of "group") with its own growth and the four beside it. Statistics: spending_before, spending, persons_before,
    persons, unit_cost_before, unit_cost (all but spending_before in the prices of the last year).

    Raises
    ------
    MixedPriceLevels
        If the two years are in different prices and there is no index to bring them together.
    MissingPriceLink, MissingPrice, UnknownPayer, ImplausibleAmount, EmptyData, MissingColumn, MissingValues, InvalidColumn,
    InvalidOption

    References
    ----------
    Bennet (1920), Journal of the Royal Statistical Society 83:455-462.

    Examples
    --------
    >>> stays = pd.DataFrame({"paragraph": ["107", "108"] * 2, "year": [2022, 2022, 2023, 2023], "days": [3650, 3650, 3650, 5475],
    ...                       "amount": [9e6, 11e6, 9e6, 17e6], "price_level": [2023] * 4})
    >>> growth = ww.economics.budget(stays, base=2022, year=2023, by="paragraph")
    >>> growth.parts.query("part_of == 'component'").set_index("term")["estimate"].round().to_dict()
    {'index': 0.0, 'volume': 5100000.0, 'price': 412500.0, 'mix': 487500.0}
    """
    columns = as_list(by)
    level, factor, links = _levels(df, base, year, time, price_level, index, series)
    paid_by = one_payer(df, payer, what="budget")
    sums = _groups(df, columns, base, year, time, days, amount)
    parts = _bennet(sums, factor)
    terms = sums.index.map(lambda name: " · ".join(map(str, name)) if isinstance(name, tuple) else str(name))
    total = {name: float(parts[name].sum()) for name in COMPONENTS}
    growth = float(sums["amount"].sum() - sums["amount_before"].sum())
    rows = [
        {"term": "growth", "kind": "headline", "estimate": growth, "part_of": "total", **total},
        *({"term": name, "kind": "part", "estimate": total[name], "part_of": "component"} for name in COMPONENTS),
        *(
            {"term": str(term), "kind": "part", "estimate": moved, "part_of": "group", **row}
            for term, moved, row in zip(terms, sums["amount"] - sums["amount_before"], records(parts), strict=True)
        ),
    ]
    return EffectResult(
        method="economics.budget",
        estimand=f"Growth of spending from {base} to {year}",
        measure="money",
        unit=f"kroner a year, {level} prices" if factor == 1 else f"kroner a year, from {base} prices to {year} prices",
        effects=effects_of(rows).assign(price_level=level, payer=paid_by),
        statistics=_statistics(sums, factor, len(df), level),
        checks=(synthetic_prices(links, df),),
        provenance=Provenance(
            data_fingerprint=fingerprint(df),
            arguments={"base": base, "year": year, "by": columns, "time": time, "days": days, "amount": amount, "series": series},
        ),
    )


def _levels(
    df: pd.DataFrame,
    base: int,
    year: int,
    time: str,
    price_level: int | str,
    index: pd.DataFrame | None,
    series: str | None,
) -> tuple[int, float, pd.DataFrame | None]:
    """The price level of the last year, what brings the first to it, and the links that do."""
    if known_year(base, name="base") == known_year(year, name="year"):
        raise InvalidOption(f"base and year are both {year}; growth needs two years.")
    years, levels = numeric(df, time, what="budget"), levels_of(df, price_level, what="budget")
    for each in (base, year):
        if not (years == each).any():
            raise EmptyData(
                f"There is no spending in {each}; years are {', '.join(str(int(one)) for one in np.unique(years)[:20])}."
            )
    first, last = (one_level(levels[years == each], what=f"spending of {each}") for each in (base, year))
    if first == last:
        return last, 1.0, None
    if index is None or series is None:
        raise MixedPriceLevels(
            f"Spending of {base} is in {first} prices and that of {year} in {last} prices. "
            "Give index= and series=, or convert with ww.economics.price_level first."
        )
    links = price_links(index, series=series)
    return last, index_factor(links, first, last), links[links["year_from"].between(min(first, last), max(first, last) - 1)]


def _groups(df: pd.DataFrame, columns: list[str], base: int, year: int, time: str, days: str, amount: str) -> pd.DataFrame:
    """Full-year persons and kroner of each group in both years; 0 where it was not there."""
    require_columns(df, [*columns, time], what="budget")
    table = df[columns].assign(
        year=numeric(df, time, what="budget"),
        persons=above_zero(df, days, what="budget") / _DAYS_A_YEAR,
        amount=above_zero(df, amount, what="budget"),
    )
    found = table.groupby([*columns, "year"])[["persons", "amount"]].sum()
    before = found.xs(float(base), level="year").add_suffix("_before")
    return before.join(found.xs(float(year), level="year"), how="outer").fillna(0.0)


def _bennet(sums: pd.DataFrame, factor: float) -> pd.DataFrame:
    """The four parts of each group's growth."""
    q0, q1 = sums["persons_before"], sums["persons"]
    real = sums["amount_before"] * factor
    s0, s1 = q0 / q0.sum(), q1 / q1.sum()
    p0, p1 = (real / q0).where(q0 > 0), (sums["amount"] / q1).where(q1 > 0)
    # A group that is there in one year only keeps its price: all of it is volume and mix.
    p0, p1 = p0.fillna(p1), p1.fillna(p0)
    mean_q, unit = (q0.sum() + q1.sum()) / 2, (s0 * p0 + s1 * p1) / 2
    return pd.DataFrame(
        {
            "index": real - sums["amount_before"],
            "volume": (q1.sum() - q0.sum()) * unit,
            "price": mean_q * (s0 + s1) / 2 * (p1 - p0),
            "mix": mean_q * (p0 + p1) / 2 * (s1 - s0),
        }
    )


def _statistics(sums: pd.DataFrame, factor: float, nobs: int, level: int) -> dict[str, float]:
    q0, q1 = float(sums["persons_before"].sum()), float(sums["persons"].sum())
    before, now = float(sums["amount_before"].sum()), float(sums["amount"].sum())
    if min(q0, q1) <= 0:
        raise ImplausibleAmount("One of the years has no full-year persons. Growth per person needs days in both years.")
    return {"nobs": nobs, "n_dropped": 0, "spending_before": before, "spending": now, "persons_before": q0, "persons": q1,
            "unit_cost_before": before * factor / q0, "unit_cost": now / q1, "price_level": level}  # fmt: skip
