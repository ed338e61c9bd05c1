"""On which scale a result stands: a difference around 0, a ratio around 1, or the logarithm of a ratio around 0."""

from collections.abc import Mapping

# Ratios as they are: 1 is no difference.
PLAIN_RATIOS = ("RR", "OR", "IRR", "HR", "ratio")
# Logarithms of ratios: 0 is no difference; each with the ratio that it is the logarithm of. A log ratio of means is called ROM.
LOGGED: Mapping[str, str] = {"logRR": "RR", "logOR": "OR", "logIRR": "IRR", "logHR": "HR", "ROM": "ratio"}
