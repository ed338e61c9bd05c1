"""A plane with time across and values up: levels named on their own lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

import whatworks.findings.style as style
from whatworks.findings.charts.scale import Scale, spanning, tick_decimals
from whatworks.findings.language import number

_GAP = 10.0


@dataclass(frozen=True)
class Plane:
    """Where a time and a value stand on the sheet.

    Attributes
    ----------
    page : the sheet
    across, up : scales of time and of values
    """

    page: Axes
    across: Scale
    up: Scale

    @property
    def top(self) -> float:
        return self.up.end

    @property
    def bottom(self) -> float:
        return self.up.start

    @property
    def left(self) -> float:
        return 0.0

    def x(self, time: float) -> float:
        return self.across(time)

    def y(self, value: float) -> float:
        return self.up(value)

    def levels(self, language: str, *, signed: bool = False) -> float:
        """Draw thin lines at round values, each with its number on it at the left; returns the bottom."""
        ticks = self.up.ticks()
        places = tick_decimals(ticks)
        for tick in ticks:
            y = self.y(tick)
            style.line(self.page, (0, style.WIDTH), (y, y), color=style.RULE)
            text = number(tick, language, decimals=places, signed=signed)
            style.write(self.page, 0, y - 4, text, size=style.SMALL, color=style.INK_2)
        return self.bottom

    def names_below(self, places: Iterable[tuple[float, str]]) -> float:
        """Write names under the plane where there is room for them; returns the height below them."""
        style.line(self.page, (0, style.WIDTH), (self.bottom, self.bottom), color=style.RULE_STRONG)
        taken = -1e9
        for place, text in places:
            x, half = self.x(place), style.text_width(text, style.SMALL) / 2
            style.line(self.page, (x, x), (self.bottom, self.bottom + 4), color=style.RULE_STRONG)
            if x - half > taken + _GAP:
                style.write_within(self.page, x, self.bottom + 18, text)
                taken = x + half
        return self.bottom + 22

    def numbers_below(self, times: Sequence[int], language: str) -> float:
        """Write times since start under the plane, 0 always among them."""
        width = max(style.text_width(number(time, language, signed=True), style.SMALL) for time in times) + _GAP
        room = abs(self.x(1) - self.x(0))
        step = next(step for step in (1, 2, 4, 8, 16, 32, 1000) if step * room >= width or step == 1000)
        return self.names_below((time, number(time, language, signed=True)) for time in times if time % step == 0)


def plane_for(
    page: Axes,
    *,
    x: tuple[float, float],
    values: Iterable[float],
    top: float,
    bottom: float,
    right: float = style.WIDTH,
    left: float = 44.0,
) -> Plane:
    """The plane that holds these times and values between the given edges."""
    alone = 0.0 if x[0] != x[1] else 1.0
    # Half a marker of air, so that the first and the last point are whole.
    across = Scale(x[0] - alone, x[1] + alone, left + 8, right - 8)
    return Plane(page, across, spanning(values, start=bottom, end=top))
