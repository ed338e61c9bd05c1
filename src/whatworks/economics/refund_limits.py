"""What the state refunds above which amounts, by rule and by the year whose level the amounts are in."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.timeline import day
from whatworks.economics.errors import MissingPrice
from whatworks.economics.money import known_year
from whatworks.economics.price_index import index_factor, price_links

_NEEDED = ("rule", "above", "share")


@dataclass(frozen=True)
class RefundRule:
    """One rule: marginal shares above limits.

    Attributes
    ----------
    name : the rule
    above : limits in kroner a year, rising
    share : share refunded of what lies above each limit, up to the next
    level_year : the year whose level the limits are in; None where there are none but zero
    siblings : whether the costs of siblings in one household are added up
    age_limit : from this age only those covered just before it; None where there is no such limit
    extrapolated : whether limits were regulated by us and not read
    """

    name: str
    above: np.ndarray
    share: np.ndarray
    level_year: int | None
    siblings: bool
    age_limit: float | None
    extrapolated: bool

    def brackets(self, costs: np.ndarray, months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Amount and refund in each bracket, (n, brackets), of costs over so many months of a year."""
        limits = self.above[None, :] * months[:, None] / 12
        upper = np.column_stack([limits[:, 1:], np.full(len(costs), np.inf)])
        amounts = np.clip(costs[:, None] - limits, 0, upper - limits)
        return amounts, amounts * self.share


def refund_rule(limits: pd.DataFrame, rule: str) -> RefundRule:
    """Read one rule.

    Raises
    ------
    MissingPrice
        If there is no such rule.
    MissingColumn, EmptyData, MissingValues
    """
    require_columns(limits, _NEEDED, what="refund limits")
    rows = limits[limits["rule"] == rule].sort_values("above")
    if rows.empty:
        have = ", ".join(dict.fromkeys(map(str, limits["rule"])))
        raise MissingPrice(
            f"The refund limits have no rule {rule!r}; they have {have}. Add it to evidence/prices/refund_limits.csv."
        )
    years = list(rows["level_year"].dropna().unique()) if "level_year" in rows else []
    ages = list(rows["age_limit"].dropna().unique()) if "age_limit" in rows else []
    return RefundRule(
        name=rule,
        above=numeric(rows, "above", what="refund limits"),
        share=numeric(rows, "share", what="refund limits"),
        level_year=int(years[0]) if len(years) else None,
        siblings=bool(rows["siblings"].all()) if "siblings" in rows else False,
        age_limit=float(ages[0]) if len(ages) else None,
        extrapolated=bool(rows["extrapolated"].any()) if "extrapolated" in rows else False,
    )


def refund_rules_in_force(limits: pd.DataFrame, *, on: str | dt.date | pd.Timestamp) -> pd.DataFrame:
    """The rules that held on a day, one row each.

    Parameters
    ----------
    limits : ``ww.evidence.prices()["refund_limits"]``
    on : the day

    Returns
    -------
    Columns rule, law, paragraph, whom, level_year, valid_from, valid_to. A rule whose first or last day is not known counts as
    open in that direction.

    Examples
    --------
    >>> limits = ww.evidence.prices()["refund_limits"]
    >>> ww.economics.refund_rules_in_force(limits, on="2022-06-01")["rule"].tolist()
    ['sel_176_from_2021', 'sel_109', 'sel_110']
    """
    columns = ["rule", "law", "paragraph", "whom", "level_year", "valid_from", "valid_to"]
    require_columns(limits, columns, what="refund limits")
    asked = day("on", on)
    begun = limits["valid_from"].isna() | (limits["valid_from"] <= asked)
    open_still = limits["valid_to"].isna() | (limits["valid_to"] >= asked)
    return limits.loc[begun & open_still, columns].drop_duplicates("rule").reset_index(drop=True)


def regulated_limits(limits: pd.DataFrame, *, rule: str, to: int, index: pd.DataFrame, series: str) -> pd.DataFrame:
    """The limits of one rule, regulated to another year by an index because the amounts of that year were not read.

    The law regulates the limits every year; the amounts that the ministry publishes are rounded and are the ones that hold.
    A refund computed with regulated limits carries a failed check.

    Parameters
    ----------
    limits : ``ww.evidence.prices()["refund_limits"]``
    rule : the rule
    to : the year whose level is wanted
    index, series : the index that regulates them, as in :func:`price_links`

    Returns
    -------
    The rows of the rule with ``above`` regulated and not rounded, ``level_year`` = to, ``extrapolated`` True, and ``synthetic``
    True where an invented link was used.

    Raises
    ------
    MissingPriceLink
        If the index lacks a link between the years.
    MissingPrice, MissingColumn, EmptyData, MissingValues, InvalidOption

    Examples
    --------
    >>> prices = ww.evidence.prices()
    >>> later = ww.economics.regulated_limits(
    ...     prices["refund_limits"], rule="bl_198", to=2023, index=prices["price_index"], series="benefit_regulation")
    >>> later["above"].round().tolist()
    [883220.0, 1725360.0, 2177240.0]
    """
    known = refund_rule(limits, rule)
    if known.level_year is None:
        raise MissingPrice(f"The rule {rule!r} has no limits to regulate.")
    links = price_links(index, series=series)
    factor = index_factor(links, known.level_year, known_year(to, name="to"))
    first, last = sorted((known.level_year, to))
    used = links[(links["year_from"] >= first) & (links["year_from"] < last)]
    rows = limits[limits["rule"] == rule].sort_values("above")
    invented = rows["synthetic"].astype(bool) if "synthetic" in rows else False
    return rows.assign(
        above=known.above * factor,
        level_year=to,
        extrapolated=to != known.level_year,
        synthetic=invented | bool(used["synthetic"].any()),
    ).reset_index(drop=True)
