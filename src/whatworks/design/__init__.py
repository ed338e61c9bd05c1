"""Before any outcome is read: the analysis plan, power, which designs a roll-out can carry, and which of them answers."""

from whatworks.core.arguments import name_arguments
from whatworks.design.advice import advise
from whatworks.design.choice import Attempts, Choice, choose
from whatworks.design.noise import Noise, learn_noise
from whatworks.design.plan import Plan, deviations, freeze, read_plan
from whatworks.design.power import Power, power
from whatworks.design.simulated_power import simulated_power

__all__ = [
    "Attempts",
    "Choice",
    "Noise",
    "Plan",
    "Power",
    "advise",
    "choose",
    "deviations",
    "freeze",
    "learn_noise",
    "power",
    "read_plan",
    "simulated_power",
]

name_arguments(__name__, __all__)
