"""From a caller's tables and numbers to a case that can be calculated."""

from collections.abc import Sequence

import pandas as pd

from whatworks.core import Check, EffectResult
from whatworks.core.options import one_of
from whatworks.economics.case_draws import Case
from whatworks.economics.case_inputs import read_consequences, read_costs, read_funds, read_horizon, read_intake
from whatworks.economics.discounting import discount_factors
from whatworks.economics.money import known_payer, known_year
from whatworks.economics.ranges import Ranged, triple
from whatworks.economics.successes import success_difference

# Whose money it is; a foundation can give, and gains nothing that is counted.
PUBLIC = ("municipality", "region", "state")


def read_case(
    effect: EffectResult,
    *,
    consequences: pd.DataFrame,
    costs: pd.DataFrame,
    citizens: float | Sequence[float],
    price_level: int,
    discount_rates: float | pd.DataFrame,
    horizon: int | None = None,
    ramp: Sequence[float] = (),
    dropout: Ranged = 0.0,
    scale: Ranged = 1.0,
    share_without: float | None = None,
    funds: pd.DataFrame | None = None,
    payers: Sequence[str] = PUBLIC,
    operator: str = "municipality",
    allow_not_causal: bool = False,
) -> tuple[Case, tuple[Check, ...]]:
    """Read and check everything an investment case needs; arguments as in :func:`~whatworks.economics.investment_case`.

    Returns
    -------
    The case, and the checks of the effect behind it.
    """
    for payer in payers:
        known_payer(payer)
    one_of(operator, tuple(payers), name="operator")
    known_year(price_level, name="price_level")
    last = read_horizon(horizon, consequences, citizens)
    difference, checks = success_difference(effect, share_without=share_without, allow_not_causal=allow_not_causal)
    intake = read_intake(citizens, ramp=ramp, horizon=last)
    case = Case(
        difference=difference,
        dropout=triple(dropout, name="dropout", least=0.0, most=1.0),
        scale=triple(scale, name="scale", least=0.0, most=2.0),
        intake=intake,
        gains=read_consequences(consequences, payers=payers, intake=intake, price_level=price_level),
        costs=read_costs(costs, payers=payers, intake=intake, price_level=price_level),
        funds=read_funds(funds, payers=payers, operator=operator, price_level=price_level),
        discount=discount_factors(last, rates=discount_rates),
        payers=tuple(payers),
        operator=operator,
    )
    return case, checks
