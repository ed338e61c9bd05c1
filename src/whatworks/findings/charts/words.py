"""Words that several charts share: what is measured, how sure, how many."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks.core.result import EffectResult
from whatworks.findings.language import interval, number, translator

# A text, or the same text in each language.
Words = str | Mapping[str, str]

# Measures kept as logarithms, with the name of the ratio they are read as.
LOG_MEASURES = {"logRR": "RR", "logOR": "OR", "logIRR": "IRR", "logHR": "HR", "ROM": "ROM"}
# Measures printed as ratios. A ratio of means is one in a review; a result of our own holds its logarithm.
RATIO_MEASURES = ("RR", "OR", "IRR", "HR", "ROM", "ratio")


def spoken(words: Words | None, language: str, *, default: str = "") -> str:
    """The text in the language; a plain text is the same in both.

    Examples
    --------
    >>> spoken({"da": "kroner", "en": "kroner a year"}, "en")
    'kroner a year'
    """
    if words is None:
        return default
    return str(words.get(language, default)) if isinstance(words, Mapping) else str(words)


def named(code: Any, labels: Mapping[str, Words] | None, language: str) -> str:
    """The label of a code; without one the code itself with spaces for underscores."""
    label = (labels or {}).get(str(code))
    return spoken(label, language) if label is not None else str(code).replace("_", " ")


def unit_of(result: EffectResult, unit: Words | None, language: str) -> str:
    """The unit in the language; the result itself knows only its English one."""
    return spoken(unit, language, default=result.unit)


def studies(count: float | None, language: str) -> str:
    """Number of studies in words, also when nobody stated it."""
    _ = translator(language)
    if count is None or pd.isna(count):
        return _("number of studies not stated")
    return _("1 study") if int(count) == 1 else _("{n} studies").format(n=number(int(count), language))


def estimate_text(estimate: float, low: float, high: float, language: str, *, decimals: int, signed: bool = False) -> str:
    """``1,63 (1,46 til 1,82)``; without an interval the words that say so."""
    _ = translator(language)
    middle = number(estimate, language, decimals=decimals, signed=signed)
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{middle} ({_('interval not stated')})"
    return f"{middle} ({interval(low, high, language, decimals=decimals, signed=signed)})"


def better(good: str | None, language: str) -> str:
    """Words with an arrow for the side of the axis that is better for the person; empty when unknown."""
    _ = translator(language)
    return {"up": _("better for the person →"), "down": _("← better for the person")}.get(good or "", "")


def as_ratio(value: float, measure: str) -> float:
    """A value on the scale people read: log ratios become ratios."""
    return math.exp(value) if measure in LOG_MEASURES and math.isfinite(value) else value


def null_of(measure: str) -> float:
    """The value that means no difference on the scale people read."""
    return 1.0 if measure in LOG_MEASURES or measure in RATIO_MEASURES else 0.0


def verdict(low: float, high: float, null: float, good: str | None) -> str:
    """Where an interval lies: ``better``, ``worse``, ``different`` (direction unknown), ``unclear`` or ``unknown``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "unknown"
    if low <= null <= high:
        return "unclear"
    if good not in ("up", "down"):
        return "different"
    return "better" if (low > null) == (good == "up") else "worse"
