"""Matched comparisons: who is compared with whom, how alike they are, and the effect with its standard error."""

from whatworks.matching.covariate_balance import balance
from whatworks.matching.effect import estimate
from whatworks.matching.pairing import match
from whatworks.matching.propensity import propensity_score
from whatworks.matching.samples import unmatched
from whatworks.matching.with_doubts import with_doubts

__all__ = ["balance", "estimate", "match", "propensity_score", "unmatched", "with_doubts"]
