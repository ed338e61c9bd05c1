"""What it costs and whether it pays: prices, rates, refunds, cost-effectiveness, investment cases."""

from whatworks.economics.cost_effectiveness import cost_effectiveness, cost_effectiveness_of
from whatworks.economics.discounting import discount_factors, rates_in_force
from whatworks.economics.investment_case import investment_case
from whatworks.economics.money import PAYERS, Money

__all__ = [
    "PAYERS",
    "Money",
    "cost_effectiveness",
    "cost_effectiveness_of",
    "discount_factors",
    "investment_case",
    "rates_in_force",
]
