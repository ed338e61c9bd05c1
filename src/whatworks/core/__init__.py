"""What every room shares: the result, its checks, where it came from, disclosure control, errors.

Names are loaded when they are first used: what only plans or looks files up must not pay for importing pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from whatworks.core import errors

if TYPE_CHECKING:
    from whatworks.core import disclosure
    from whatworks.core.check import Check
    from whatworks.core.provenance import Provenance, fingerprint
    from whatworks.core.result import EffectResult
    from whatworks.core.samples import MatchedSample, WeightedSample

_PLACES = {
    "Check": "check",
    "EffectResult": "result",
    "MatchedSample": "samples",
    "Provenance": "provenance",
    "WeightedSample": "samples",
    "fingerprint": "provenance",
}

__all__ = ["Check", "EffectResult", "MatchedSample", "Provenance", "WeightedSample", "disclosure", "errors", "fingerprint"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"whatworks.core.{_PLACES[name]}"), name)
    if name == "disclosure":
        return import_module("whatworks.core.disclosure")
    raise AttributeError(f"whatworks.core has no {name!r}; it has {', '.join(__all__)}.")
