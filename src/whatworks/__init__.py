"""What works, for whom, at what cost, and how sure are we?

Rooms are loaded when they are first used, so that ``import whatworks`` costs little more than ``import pandas``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from whatworks.core import Check, EffectResult, MatchedSample, Provenance, WeightedSample, errors
from whatworks.core.version import __version__

if TYPE_CHECKING:
    from whatworks import benchmarking, design, did, documentation, economics, evidence, findings, matching, synthesis
    from whatworks.findings import explain

_ROOMS = (
    *("benchmarking", "design", "did", "documentation", "economics", "evidence"),
    *("findings", "inference", "matching", "synthesis", "workflow"),
)

__all__ = [
    "Check",
    "EffectResult",
    "MatchedSample",
    "Provenance",
    "WeightedSample",
    "__version__",
    "benchmarking",
    "design",
    "did",
    "documentation",
    "economics",
    "errors",
    "evidence",
    "explain",
    "findings",
    "matching",
    "synthesis",
]


def __getattr__(name: str) -> Any:
    if name == "explain":
        return import_module("whatworks.findings.explanation").explain
    if name in _ROOMS:
        return import_module(f"whatworks.{name}")
    raise AttributeError(f"whatworks has no room {name!r}; it has {', '.join(_ROOMS)}.")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
