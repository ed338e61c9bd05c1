"""Matched comparisons: who is compared with whom, how alike they are, and the effect with its standard error."""

from whatworks.core.arguments import name_arguments
from whatworks.matching.augmented import aipw
from whatworks.matching.compared import who_was_compared
from whatworks.matching.covariate_balance import balance
from whatworks.matching.curve import specification_curve
from whatworks.matching.e_values import e_value
from whatworks.matching.effect import estimate
from whatworks.matching.missing import multiple_imputation, with_missing_indicators
from whatworks.matching.omitted_variable import omitted_variable_bias
from whatworks.matching.pairing import match
from whatworks.matching.placebos import placebo
from whatworks.matching.propensity import propensity_score
from whatworks.matching.rosenbaum import rosenbaum_bounds
from whatworks.matching.samples import unmatched
from whatworks.matching.weighting import weight
from whatworks.matching.with_doubts import with_doubts

__all__ = [
    "aipw",
    "balance",
    "e_value",
    "estimate",
    "match",
    "multiple_imputation",
    "omitted_variable_bias",
    "placebo",
    "propensity_score",
    "rosenbaum_bounds",
    "specification_curve",
    "unmatched",
    "weight",
    "who_was_compared",
    "with_doubts",
    "with_missing_indicators",
]

name_arguments(__name__, __all__)
