"""What it costs and whether it pays: prices, rates, refunds, cost-effectiveness, investment cases."""

from whatworks.economics.money import PAYERS, Money

__all__ = [
    "PAYERS",
    "Money",
]
