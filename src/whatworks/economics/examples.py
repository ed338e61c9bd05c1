"""An investment case and a plan made up to try things on; every person, price and place in them is invented."""

import pandas as pd

from whatworks.core.examples import example_effect
from whatworks.core.result import EffectResult
from whatworks.economics.investment_case import investment_case
from whatworks.economics.scaling_plan import scaling_plan


def example_case() -> EffectResult:
    """A made-up investment case: a course of 3 million kr. for 100 citizens, of whom 10 more in 100 stay out of placement.

    Returns
    -------
    EffectResult
        As of :func:`~whatworks.economics.investment_case`.

    Examples
    --------
    >>> ww.economics.example_case().headline.estimate > 0
    True
    """
    costs = pd.DataFrame([{"item": "course", "amount": 3e6, "per": "year", "first_year": 0, "last_year": 0, **_PAID}])
    return investment_case(
        example_effect(),
        consequences=_placement(80_000),
        costs=costs,
        citizens=100,
        price_level=2024,
        discount_rates=0.035,
    )


def example_plan() -> EffectResult:
    """A made-up plan for spreading: two districts, an adviser for 15 citizens, an effect of 10 more in 100 where it was tried.

    Returns
    -------
    EffectResult
        As of :func:`~whatworks.economics.scaling_plan`.

    Examples
    --------
    >>> plan = ww.economics.example_plan()
    >>> plan.parts.query("quantity == 'citizens'")[["item", "estimate"]].to_numpy().tolist()
    [['North', 60.0], ['South', 75.0], ['', 135.0]]
    """
    adviser = pd.DataFrame([{"item": "adviser", "amount": 30_000, "per": "citizen", "first_year": 0, "last_year": 9, **_PAID}])
    return scaling_plan(
        example_effect(),
        districts=pd.DataFrame({"district": ["North", "South"], "citizens": [60, 90], "staff": [4.0, 5.0]}),
        consequences=_placement(120_000),
        costs=adviser,
        ratio=15,
        price_level=2024,
        discount_rates=0.035,
    )


_PAID = {"payer": "municipality", "ledger": "recurring", "price_level": 2024}


def _placement(price: int) -> pd.DataFrame:
    """One placement less per unit of effect, in each of five years."""
    row = {"consequence": "placement", "payer": "municipality", "units": 1, "price": price}
    return pd.DataFrame([{**row, "first_year": 1, "last_year": 5, "price_level": 2024}])
