"""An axis of kroner, its numbers written as people say them."""

from matplotlib.axes import Axes

import whatworks.findings.style as style
from whatworks.findings.charts.scale import Scale
from whatworks.findings.economics_words import kroner

_GAP = 8.0


def kroner_axis(page: Axes, scale: Scale, y: float, language: str, *, signed: bool = True) -> float:
    """Draw the axis at ``y`` with amounts below where there is room; returns the height below them."""
    style.line(page, (scale.start, scale.end), (y, y), color=style.RULE_STRONG)
    taken = -1e9
    for tick in scale.ticks(4):
        text = kroner(tick, language, signed=signed)
        half = style.text_width(text, style.SMALL) / 2
        # Words at the edge are moved inwards, so that is where they take room.
        place = min(max(scale(tick), half), style.WIDTH - half)
        style.line(page, (scale(tick), scale(tick)), (y, y + 4), color=style.RULE_STRONG)
        if place - half > taken + _GAP:
            style.write_within(page, scale(tick), y + 18, text)
            taken = place + half
    return y + 28
