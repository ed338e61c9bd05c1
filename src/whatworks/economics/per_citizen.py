"""Costs of one place turned into costs that follow the citizens, so that places of any size can be calculated."""

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.economics.case_inputs import RECURRING
from whatworks.economics.errors import ImplausibleAmount


def following_citizens(costs: pd.DataFrame, *, citizens: float, years: int = 1) -> pd.DataFrame:
    """The same costs, with what recurs shared among the citizens it was calculated for; one-off costs stay as they are.

    Parameters
    ----------
    costs : one row per item, as :func:`~whatworks.economics.implementation.implementation_costs` returns it for one place
    citizens : at a time in that place
    years : years of intake in the places to come

    Returns
    -------
    The frame with ``per`` "citizen" and amounts divided by ``citizens`` where the ledger is recurring.

    Raises
    ------
    MissingColumn
        If a column is absent.
    ImplausibleAmount
        If there are no citizens to share among.

    Examples
    --------
    >>> costs = ww.economics.implementation_costs(60, price_level=2024, years=3, ratio=12, salary=600_000)
    >>> following_citizens(costs, citizens=60)[["item", "amount", "per"]].to_numpy().tolist()
    [['advisers', 50000.0, 'citizen']]
    """
    require_columns(costs, ["ledger", "amount", "per", "first_year", "last_year"], what="costs")
    if not citizens > 0:
        raise ImplausibleAmount(f"citizens is {citizens:g}; costs are shared among citizens above 0.")
    yearly = (costs["ledger"] == RECURRING) & (costs["per"] == "year")
    amounts = [column for column in ("amount", "amount_low", "amount_high") if column in costs]
    out = costs.astype(dict.fromkeys(amounts, "float64"))
    out.loc[yearly, amounts] = out.loc[yearly, amounts] / citizens
    out.loc[yearly, "per"] = "citizen"
    out.loc[yearly, "last_year"] = out.loc[yearly, "first_year"] + years - 1
    return out
