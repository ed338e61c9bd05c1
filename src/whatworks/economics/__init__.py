"""What it costs and whether it pays: prices, rates, refunds, cost-effectiveness, investment cases."""

from whatworks.core.arguments import name_arguments
from whatworks.economics.budget import budget, spending
from whatworks.economics.cost_effectiveness import cost_effectiveness, cost_effectiveness_of
from whatworks.economics.daily_rate import daily_rate
from whatworks.economics.demand import demand
from whatworks.economics.discounting import discount_factors, rates_in_force
from whatworks.economics.examples import example_case, example_plan
from whatworks.economics.health_utility import DIMENSIONS as EQ5D_DIMENSIONS
from whatworks.economics.health_utility import eq5d_utility
from whatworks.economics.implementation import implementation_costs, staff_needed
from whatworks.economics.investment_case import investment_case
from whatworks.economics.money import PAYERS, Money
from whatworks.economics.occupancy import budgeted_occupancy, carry_over
from whatworks.economics.per_citizen import following_citizens
from whatworks.economics.price_index import index_factor, price_level, price_links
from whatworks.economics.productivity import effectiveness, productivity
from whatworks.economics.rate_check import breaches, rate_check
from whatworks.economics.refund import refund, refund_by_person
from whatworks.economics.refund_limits import refund_rules_in_force, regulated_limits
from whatworks.economics.savings import savings
from whatworks.economics.scaling_plan import scaling_plan

__all__ = [
    "EQ5D_DIMENSIONS",
    "PAYERS",
    "Money",
    "breaches",
    "budget",
    "budgeted_occupancy",
    "carry_over",
    "cost_effectiveness",
    "cost_effectiveness_of",
    "daily_rate",
    "demand",
    "discount_factors",
    "effectiveness",
    "eq5d_utility",
    "example_case",
    "example_plan",
    "following_citizens",
    "implementation_costs",
    "index_factor",
    "investment_case",
    "price_level",
    "price_links",
    "productivity",
    "rate_check",
    "rates_in_force",
    "refund",
    "refund_by_person",
    "refund_rules_in_force",
    "regulated_limits",
    "savings",
    "scaling_plan",
    "spending",
    "staff_needed",
]

name_arguments(__name__, __all__)
