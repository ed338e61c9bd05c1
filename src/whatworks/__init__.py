"""What works, for whom, at what cost, and how sure are we?

Rooms and names are loaded when they are first used, so that ``import whatworks`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from whatworks.core import errors
from whatworks.core.version import __version__

if TYPE_CHECKING:
    from whatworks import benchmarking, design, did, documentation, economics, evidence, findings, matching, synthesis
    from whatworks.core import Check, EffectResult, MatchedSample, Provenance, WeightedSample
    from whatworks.core.examples import example_effect
    from whatworks.core.models import from_model
    from whatworks.evidence import cite
    from whatworks.findings import explain

# Names of the whole workbench, and where they are from.
_NAMES = {
    **dict.fromkeys(("Check", "EffectResult", "MatchedSample", "Provenance", "WeightedSample"), "core"),
    **{"cite": "evidence.references", "explain": "findings.explanation", "from_model": "core.models"},
    "example_effect": "core.examples",
}
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
    "cite",
    "design",
    "did",
    "documentation",
    "economics",
    "errors",
    "evidence",
    "example_effect",
    "explain",
    "findings",
    "from_model",
    "matching",
    "synthesis",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(import_module(f"whatworks.{_NAMES[name]}"), name)
    if name in _ROOMS:
        return import_module(f"whatworks.{name}")
    raise AttributeError(f"whatworks has no room {name!r}; it has {', '.join(_ROOMS)}.")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
