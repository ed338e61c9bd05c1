"""What every room shares: the result, its checks, where it came from, disclosure control, errors."""

from whatworks.core import disclosure, errors
from whatworks.core.check import Check
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample, WeightedSample

__all__ = ["Check", "EffectResult", "MatchedSample", "Provenance", "WeightedSample", "disclosure", "errors", "fingerprint"]
