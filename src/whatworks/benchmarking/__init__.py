"""Who does it best: case-mix adjusted comparison, frontiers and need, with uncertainty and a gate that refuses."""

from whatworks.benchmarking.compare import compare
from whatworks.benchmarking.errors import MeasuredAfterStart
from whatworks.benchmarking.frontier import frontier
from whatworks.benchmarking.need import comparison_group, need
from whatworks.benchmarking.practices import practices
from whatworks.benchmarking.stochastic import stochastic_frontier
from whatworks.core.arguments import name_arguments

__all__ = ["MeasuredAfterStart", "compare", "comparison_group", "frontier", "need", "practices", "stochastic_frontier"]

name_arguments(__name__, __all__)
