"""Who does it best: case-mix adjusted comparison, frontiers and need, with uncertainty and a gate that refuses."""

from whatworks.benchmarking.frontier import frontier

__all__ = ["frontier"]
