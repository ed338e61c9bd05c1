"""From data to pixels: linear and ratio scales with round ticks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

# Ratios that people can say: halves and doubles first, finer steps where the range is narrow.
_RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 5, 10, 20, 50, 100)
_WIDE_RATIOS = (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10, 100)


@dataclass(frozen=True)
class Scale:
    """Where a value stands on the sheet.

    Parameters
    ----------
    low, high : ends of the axis in the data's unit
    start, end : their places in pixels
    log : a ratio scale: equal steps are equal ratios

    Examples
    --------
    >>> Scale(0, 10, 100, 300)(5)
    200.0
    >>> round(Scale(0.5, 2, 0, 100, log=True)(1))
    50
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, place = (math.log(each) for each in (self.low, self.high, value)) if self.log else (self.low, self.high, value)
        return float(self.start + (self.end - self.start) * (place - low) / (high - low))

    def ticks(self, count: int = 5) -> list[float]:
        """Round values between low and high, at most about ``count`` of them."""
        if self.log:
            known = _WIDE_RATIOS if self.high / self.low > 3 else _RATIOS
            inside = [each for each in known if self.low <= each <= self.high]
            return inside if len(inside) <= count + 1 else inside[:: math.ceil(len(inside) / count)]
        return [
            float(each)
            for each in MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)
            if self.low <= each <= self.high
        ]


def spanning(values: Iterable[float], *, start: float, end: float, log: bool = False, margin: float = 0.05) -> Scale:
    """The scale that holds every finite value with a little air; a single value gets an axis around it."""
    finite = np.array([value for value in values if value is not None and math.isfinite(value)], dtype=float)
    if log:
        finite = np.log(finite[finite > 0])
    if not finite.size:
        finite = np.array([-1.0, 1.0])
    low, high = float(finite.min()), float(finite.max())
    air = margin * (high - low) or max(abs(high), 1.0) * 0.5
    low, high = low - air, high + air
    return Scale(math.exp(low), math.exp(high), start, end, log=True) if log else Scale(low, high, start, end)


def decimals_for(values: Iterable[float]) -> int:
    """Decimals worth printing: none for hundreds, one for tens, two below.

    Examples
    --------
    >>> decimals_for([1794.3, -8498.0]), decimals_for([12.3]), decimals_for([0.27])
    (0, 1, 2)
    """
    finite = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(finite, default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def tick_decimals(ticks: list[float]) -> int:
    """Decimals that tell neighbouring ticks apart."""
    return next(
        (places for places in range(4) if all(math.isclose(round(tick, places), tick, abs_tol=1e-9) for tick in ticks)), 4
    )
