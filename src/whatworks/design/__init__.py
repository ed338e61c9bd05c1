"""Before any outcome is read: the analysis plan, power, and which designs a roll-out can carry."""

from whatworks.design.advice import advise
from whatworks.design.noise import Noise, learn_noise
from whatworks.design.plan import Plan, deviations, freeze, read_plan
from whatworks.design.power import Power, power
from whatworks.design.simulated_power import simulated_power

__all__ = ["Noise", "Plan", "Power", "advise", "deviations", "freeze", "learn_noise", "power", "read_plan", "simulated_power"]
