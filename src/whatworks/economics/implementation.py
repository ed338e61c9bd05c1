"""From staff, training and leadership to a table of costs: what it takes to start an effort and to keep it going."""

import math
from collections.abc import Mapping

import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.economics.case_inputs import ONE_OFF, RECURRING
from whatworks.economics.errors import ImplausibleAmount
from whatworks.economics.money import known_payer, known_year


def staff_needed(citizens: float, *, ratio: float, span: float | None = None) -> tuple[float, float]:
    """Full-time advisers and leaders for a number of citizens at a time.

    Parameters
    ----------
    citizens : at a time
    ratio : citizens per full-time adviser
    span : advisers per full-time leader; None for no leader

    Returns
    -------
    Advisers and leaders as shares of full time, not rounded up: small services share staff.

    Raises
    ------
    ImplausibleAmount
        If a number is not above 0.

    Examples
    --------
    >>> staff_needed(120, ratio=15, span=10)
    (8.0, 0.8)
    """
    for name, value in (("citizens", citizens), ("ratio", ratio), ("span", 1.0 if span is None else span)):
        if not (math.isfinite(value) and value > 0):
            raise ImplausibleAmount(f"{name} is {value:g}; it must be above 0.")
    advisers = citizens / ratio
    return advisers, 0.0 if span is None else advisers / span


def implementation_costs(
    citizens: float,
    *,
    price_level: int,
    years: int,
    ratio: float,
    salary: float,
    span: float | None = None,
    leader_salary: float | None = None,
    training: float = 0.0,
    turnover: float = 0.0,
    supervision: float = 0.0,
    start: Mapping[str, float] | None = None,
    operator: str = "municipality",
    margin: float = 0.0,
) -> pd.DataFrame:
    """The costs of an effort, as :func:`~whatworks.economics.investment_case` takes them.

    Parameters
    ----------
    citizens : at a time in full operation
    price_level : the year whose prices all amounts are in
    years : years of operation, from year 0
    ratio : citizens per full-time adviser
    salary, leader_salary : kroner a year per full-time adviser and leader
    span : advisers per leader; None for no leader
    training : kroner to train one adviser: one-off for the first, recurring for those who replace leavers
    turnover : share of advisers who leave in a year, 0 to 1
    supervision : kroner a year per adviser
    start : further one-off costs in year 0 by name: project lead, IT, double running, evaluation
    operator : the payer
    margin : half the 95 per cent range of every amount as a share of it; 0 for none

    Returns
    -------
    Frame: item, payer, ledger, amount, amount_low, amount_high, per, first_year, last_year, price_level. Advisers are paid in
    full from the first day, also while the number of citizens grows.

    Raises
    ------
    ImplausibleAmount, InvalidOption, UnknownPayer

    Examples
    --------
    >>> costs = ww.economics.implementation_costs(120, price_level=2024, years=3, ratio=15, salary=550_000, training=40_000,
    ...                                           turnover=0.25)
    >>> costs[["item", "ledger", "amount"]]
                   item     ledger     amount
    0          advisers  recurring  4400000.0
    1  initial_training    one_off   320000.0
    2        retraining  recurring    80000.0
    """
    known_year(price_level, name="price_level")
    known_payer(operator)
    if years < 1 or int(years) != years:
        raise InvalidOption(f"years is {years!r}; operation lasts a whole number of years, at least 1.")
    for name, share in (("turnover", turnover), ("margin", margin)):
        if not 0 <= share <= 1:
            raise InvalidOption(f"{name} is {share:g}; it is a share from 0 to 1.")
    if span is not None and leader_salary is None:
        raise InvalidOption("span asks for leaders, and leader_salary says not what they cost. Give both or neither.")
    advisers, leaders = staff_needed(citizens, ratio=ratio, span=span)
    amounts = [
        ("advisers", RECURRING, advisers * salary),
        ("leaders", RECURRING, leaders * (leader_salary or 0.0)),
        ("supervision", RECURRING, advisers * supervision),
        ("initial_training", ONE_OFF, advisers * training),
        ("retraining", RECURRING, advisers * turnover * training),
        *((name, ONE_OFF, amount) for name, amount in (start or {}).items()),
    ]
    negative = [name for name, _ledger, amount in amounts if not amount >= 0]
    if negative or not salary > 0:
        raise ImplausibleAmount(
            f"{(negative or ['salary'])[0]} is no amount above 0. Correct salary, training, supervision or start."
        )
    rows = [
        {
            "item": name, "payer": operator, "ledger": ledger, "amount": amount, "amount_low": amount * (1 - margin),
            "amount_high": amount * (1 + margin), "per": "year", "first_year": 0,
            "last_year": 0 if ledger == ONE_OFF else years - 1, "price_level": price_level,
        }
        for name, ledger, amount in amounts
        if amount > 0
    ]  # fmt: skip
    return pd.DataFrame(rows)
