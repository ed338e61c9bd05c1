"""Sentences for every check: one when the doubt did not come true, one when it did, one when the data cannot settle it.

A test reads the estimators and fails where a check has no words here, or where its words ask for a number it does not carry.
"""

from collections.abc import Mapping

from whatworks.findings.check_words.benchmarking import BENCHMARKING
from whatworks.findings.check_words.did import BEFORE, DID, ROBUST_TO_BENDS, TOO_FEW_GROUPS
from whatworks.findings.check_words.economics import ECONOMICS
from whatworks.findings.check_words.economics_cases import ECONOMICS_CASES
from whatworks.findings.check_words.general import GENERAL
from whatworks.findings.check_words.matching import MATCHING
from whatworks.findings.check_words.models import MODELS
from whatworks.findings.check_words.synthesis import SYNTHESIS

__all__ = ["BEFORE", "ROBUST_TO_BENDS", "SENTENCES", "TOO_FEW_GROUPS"]

SENTENCES: Mapping[str, tuple[str, str, str]] = {
    **GENERAL,
    **DID,
    **MATCHING,
    **SYNTHESIS,
    **ECONOMICS,
    **ECONOMICS_CASES,
    **BENCHMARKING,
    **MODELS,
}
