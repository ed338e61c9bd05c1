"""Did rates stay at or below what was agreed: last year's rate, the index on it, the agreed saving off it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidOption
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.money import known_year, one_payer
from whatworks.economics.price_index import Day, index_factor, price_links
from whatworks.economics.rate_change import COMPONENTS, STATUSES, growth, with_ceiling, with_status
from whatworks.economics.rate_lines import paired_lines
from whatworks.economics.rate_rules import agreed_efficiency
from whatworks.economics.table import effects_of, records

KEY = ("service_id", "paragraph", "provision", "level", "rate_unit")
# Agreements have asked for up to 3 per cent a year; a third of a rate is a percentage given as a number.
_HIGHEST_EFFICIENCY = 0.3


def rate_check(
    rates: pd.DataFrame,
    *,
    year: int,
    index: pd.DataFrame,
    series: str,
    known_on: Day | None = None,
    efficiency: float | pd.DataFrame = 0.0,
    area: str | None = None,
    key: Sequence[str] = KEY,
    time: str = "year",
    amount: str = "amount",
    days: str = "days",
    occupancy: str | None = None,
    carry_over: str | None = None,
    content: str | None = None,
    content_amount: str | None = None,
    tolerance: float = 0.0005,
    payer: str = "municipality",
) -> EffectResult:
    """Hold the rates of a year to their ceilings, line by line, and say why they moved.

    ceiling = rate of the year before x (1 + index) x (1 - efficiency); deviation = rate / ceiling - 1.

    A line **complies** up to the tolerance for rounding, **exceeds** above it, is a **later_adjustment** where the breach is gone
    without surplus and deficit of earlier years, has **changed_content** where it exceeds and a text says what changed, or is
    a **new_provision** or **discontinued**.

    Parameters
    ----------
    rates : one row per line and year, in kroner of that year; a ``price_level`` column, where there is one, must agree
    year : the year that is checked against the one before
    index, series : the price-and-wage index, as in :func:`price_links`
    known_on : the day whose vintage of the index counts, or a column with the day each rate was set; None takes the newest
    efficiency : the agreed saving as a share, 0.01 for 1 per cent, or the savings that areas agreed on
        (``ww.evidence.prices()["efficiency_targets"]``), of which ``area`` and the year choose one
    area : whose agreement counts, e.g. "kkr_syddanmark"
    key : columns that name a line; a ``rate_unit`` among them tells rates per day from others
    time, amount, days : columns with the year, the rate, and the days (units) budgeted
    occupancy : column with the occupancy the rate was budgeted with
    carry_over : column with the kroner per day that surplus (below 0) and deficit (above 0) of earlier years put into the rate
    content : column with a text where the content changed; ``content_amount`` what that costs, kroner per day
    tolerance : share by which rounding may lift a rate over its ceiling
    payer : who pays the rates, or a column of it

    Returns
    -------
    Headline: kroner above the ceiling over all lines that exceed it, times budgeted days. Parts: one per line, estimate =
    (rate - ceiling) x days, with the key, rate_before, rate, ceiling, deviation, status, by_occupancy (complies only because a
    fuller house is assumed), days_before, days and the parts of the change in kroner per day: part_index, part_efficiency,
    part_occupancy, part_carry_over, part_content, part_rest. Statistics: growth of rates and ceilings by fixed and by current
    weights, counts by status, and the parts times days (``kroner_index`` ...). Nothing has a standard error.

    Raises
    ------
    MissingPriceLink
        If the index has no link to the year, or none was known on the day.
    ImplausibleRate
        If a rate per day is above 25,000 kroner, or 20 times the year before.
    ImplausibleAmount, DuplicateRows, EmptyData, MixedPriceLevels, UnknownPayer, MissingPrice, MissingColumn, MissingValues,
    InvalidColumn, InvalidOption

    References
    ----------
    The governance agreements of the regions (rates at most projected by the price and wage index, less the agreed efficiency).

    Examples
    --------
    >>> rates = pd.DataFrame({"service_id": ["a", "b"] * 2, "year": [2023, 2023, 2024, 2024],
    ...                       "amount": [2000.0, 1000.0, 2040.0, 1050.0], "days": [700, 350, 700, 350]})
    >>> check = ww.economics.rate_check(
    ...     rates, year=2024, key=["service_id"], index=ww.evidence.prices()["price_index"], series="synthetic")
    >>> round(check.headline.estimate), check.parts["status"].tolist()
    (10500, ['complies', 'exceeds'])
    """
    year = known_year(year, name="year")
    saving = _agreed(efficiency, area, year)
    paid_by = one_payer(rates, payer, what="rates")
    unit = "rate_unit" if "rate_unit" in key else None
    lines = paired_lines(
        rates, year=year, key=key, time=time, amount=amount, days=days, unit=unit,
        occupancy=occupancy, carry_over=carry_over, content=content, content_amount=content_amount,
    )  # fmt: skip
    link = _links(rates, lines, index, series, known_on, year=year, key=key, time=time)
    lines = with_ceiling(lines, index=link.growth, efficiency=np.full(len(lines), saving))
    lines = with_status(lines, tolerance=tolerance)
    statistics = _statistics(lines, year)
    arguments = {"year": year, "series": series, "known_on": str(known_on), "efficiency": saving, "area": area, "key": list(key),
                 "time": time, "amount": amount, "days": days, "occupancy": occupancy, "carry_over": carry_over,
                 "content": content, "content_amount": content_amount, "tolerance": tolerance}  # fmt: skip
    return EffectResult(
        method="economics.rate_check",
        estimand=f"Kroner above the ceiling in {year}: rates of {year - 1}, with index and agreed efficiency",
        measure="money",
        unit=f"kroner a year, {year} prices",
        good="down",
        effects=_effects(lines, list(key)).assign(price_level=year, payer=paid_by),
        statistics=statistics,
        checks=(*_checks(lines, statistics, tolerance), _vintage(link, known_on), synthetic_prices(link.used, rates)),
        provenance=Provenance(data_fingerprint=fingerprint(rates), arguments=arguments),
    )


def breaches(check: EffectResult) -> pd.DataFrame:
    """The lines that exceed their ceiling, the dearest first; their estimates add up to the headline.

    Parameters
    ----------
    check : from :func:`rate_check`

    Returns
    -------
    One row per line above its ceiling: term, estimate (kroner too much), rate, ceiling (kroner a day) and what names the line.

    Examples
    --------
    >>> rates = pd.DataFrame({"service_id": ["a"] * 2, "year": [2023, 2024], "amount": [1000.0, 1050.0], "days": [350, 350]})
    >>> check = ww.economics.rate_check(
    ...     rates, year=2024, key=["service_id"], index=ww.evidence.prices()["price_index"], series="synthetic")
    >>> ww.economics.breaches(check)[["term", "rate", "ceiling"]].to_numpy().tolist()
    [['a', 1050.0, 1020.0]]
    """
    over = check.parts[check.parts["status"] == "exceeds"]
    return over.sort_values("estimate", ascending=False, kind="stable").reset_index(drop=True)


def _agreed(efficiency: float | pd.DataFrame, area: str | None, year: int) -> float:
    """The agreed saving as a share, from the caller or from what an area agreed on."""
    if isinstance(efficiency, pd.DataFrame) != (area is not None):
        raise InvalidOption("area goes with a table of what areas agreed on: efficiency=targets, area='kkr_syddanmark'.")
    share = agreed_efficiency(efficiency, area=str(area), year=year) if isinstance(efficiency, pd.DataFrame) else efficiency
    if not 0 <= share < _HIGHEST_EFFICIENCY:
        raise InvalidOption(f"efficiency={share!r} is a share from 0 to {_HIGHEST_EFFICIENCY}; 1 per cent is 0.01.")
    return share


@dataclass(frozen=True)
class _Links:
    """Growth of the index for each line, the links used, and how many newer vintages there are."""

    growth: np.ndarray
    used: pd.DataFrame
    newer: int


def _links(
    rates: pd.DataFrame,
    lines: pd.DataFrame,
    index: pd.DataFrame,
    series: str,
    known_on: Day | None,
    *,
    year: int,
    key: Sequence[str],
    time: str,
) -> _Links:
    """The link into the year as it was known on the day, or on the day each line was set."""
    if not (isinstance(known_on, str) and known_on in rates.columns):
        links = price_links(index, series=series, known_on=known_on)
        growth_rate = index_factor(links, year - 1, year) - 1
        chosen = links[links["year_from"] == year - 1]
        newest = price_links(index, series=series)
        newer = int((newest.loc[newest["year_from"] == year - 1, "vintage_date"] > chosen["vintage_date"].iloc[0]).sum())
        return _Links(np.full(len(lines), growth_rate), chosen, newer)
    now = rates[numeric(rates, time, what="rates") == year]
    days = pd.Series(pd.to_datetime(now[known_on]).to_numpy(), index=pd.MultiIndex.from_frame(now[list(key)].astype(str)))
    set_on = days.reindex(pd.MultiIndex.from_frame(lines[list(key)])).to_numpy()
    growths, used = np.full(len(lines), np.nan), []
    for day in pd.unique(set_on[~pd.isna(set_on)]):
        links = price_links(index, series=series, known_on=pd.Timestamp(day))
        growths[set_on == day] = index_factor(links, year - 1, year) - 1
        used.append(links[links["year_from"] == year - 1])
    undated = int((np.isnan(growths) & lines["rate"].notna() & lines["rate_before"].notna()).sum())
    if undated:
        raise InvalidOption(
            f"{undated} rates of {year} have no day in {known_on!r}. Say when they were set, or give one day for all."
        )
    return _Links(growths, pd.concat(used).drop_duplicates(), 0)


def _effects(lines: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    exceeds = lines["status"] == "exceeds"
    shown = lines.drop(columns=["excess", *key])
    terms = lines[key].agg(" · ".join, axis=1) if len(key) > 1 else lines[key[0]]
    parts = pd.concat([lines[key], shown], axis=1).assign(term=terms, kind="part", estimate=lines["excess"])
    total = {"term": "breaches", "kind": "headline", "estimate": float(lines.loc[exceeds, "excess"].sum())}
    effects = effects_of([total, *records(parts)])
    words = [*key, "content", "status"]
    return effects.assign(
        **{name: effects[name].fillna("") for name in words}, by_occupancy=effects["by_occupancy"].fillna(False).astype(bool)
    )


def _statistics(lines: pd.DataFrame, year: int) -> dict[str, float]:
    counts = {f"n_{name}": int((lines["status"] == name).sum()) for name in STATUSES}
    kroner = {f"kroner_{name}": float((lines[f"part_{name}"] * lines["days"]).sum()) for name in COMPONENTS}
    return {"nobs": len(lines), "n_dropped": 0, **counts, **growth(lines), **kroner, "price_level": year}


def _checks(lines: pd.DataFrame, statistics: dict[str, float], tolerance: float) -> tuple[Check, ...]:
    exceeds = int(statistics["n_exceeds"])
    total = float(lines.loc[lines["status"] == "exceeds", "excess"].sum())
    helped = int(lines["by_occupancy"].sum())
    fixed, current = (
        statistics[f"growth_{name}"] - statistics[f"ceiling_growth_{name}"] <= tolerance for name in ("fixed", "current")
    )
    return (
        Check(
            name="zero_growth",
            passed=exceeds == 0,
            message=f"{exceeds} of {len(lines)} rates lie above their ceiling, by {total:,.0f} kroner a year together.",
            statistics={"exceeds": float(exceeds), "lines": float(len(lines)), "kroner": total},
        ),
        Check(
            name="weights_agree",
            passed=fixed == current,
            message=f"Rates grew by {statistics['growth_fixed']:.2%} with the days of the year before (ceiling "
            f"{statistics['ceiling_growth_fixed']:.2%}) and by {statistics['growth_current']:.2%} with those of the year "
            f"(ceiling {statistics['ceiling_growth_current']:.2%}).",
            statistics={"share_fixed": statistics["growth_fixed"], "share_current": statistics["growth_current"]},
        ),
        Check(
            name="fuller_house",
            passed=helped == 0,
            message=f"{helped} of {len(lines)} rates keep to their ceiling only because a higher occupancy is assumed.",
            statistics={"rates": float(helped)},
        ),
    )


def _vintage(link: _Links, known_on: Day | None) -> Check:
    return Check(
        name="index_vintage",
        passed=None if known_on is None else True,
        message="The newest vintage of the index is used; what was known when the rates were set may differ. Give known_on."
        if known_on is None
        else f"The vintage of the index known on the day is used; {link.newer} newer estimates of the step exist.",
        statistics={"newer": float(link.newer)},
    )
