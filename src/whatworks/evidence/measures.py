"""The measures an effect may be stated in, and which of them can share a chart."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """How an effect is counted.

    Attributes
    ----------
    family : measures of one family mean the same and may share an axis: d, g and SMD are all standardised differences
    scale : ``"linear"`` for differences; ``"log"`` for ratios, which are shown on a logarithmic axis
    no_effect : the value that means no difference: 0 for differences, 1 for ratios

    Examples
    --------
    >>> Measure(family="RR", scale="log", no_effect=1.0).scale
    'log'
    """

    family: str
    scale: str
    no_effect: float


_STANDARDISED = Measure(family="SMD", scale="linear", no_effect=0.0)

MEASURES: Mapping[str, Measure] = {
    "SMD": _STANDARDISED,
    "g": _STANDARDISED,
    "d": _STANDARDISED,
    "MD": Measure(family="MD", scale="linear", no_effect=0.0),
    "RD": Measure(family="RD", scale="linear", no_effect=0.0),
    "RR": Measure(family="RR", scale="log", no_effect=1.0),
    "OR": Measure(family="OR", scale="log", no_effect=1.0),
    "IRR": Measure(family="IRR", scale="log", no_effect=1.0),
    "HR": Measure(family="HR", scale="log", no_effect=1.0),
    "ROM": Measure(family="ROM", scale="log", no_effect=1.0),
}
