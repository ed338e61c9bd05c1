"""Tiny pictures for the front page. The words beside each say the same, so assistive technology skips them."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from whatworks.core.measures import PLAIN_RATIOS
from whatworks.core.result import EffectResult

_WIDTH, _HEIGHT, _EDGE = 132.0, 30.0, 6.0


def interval_mark(result: EffectResult, tone: str) -> Markup | str:
    """A tiny picture of the range beside zero; the words next to it say the same."""
    row = result.headline
    estimate, low, high = float(row.estimate), float(row.conf_low), float(row.conf_high)
    if not all(map(math.isfinite, (estimate, low, high))):
        return ""
    none = 1.0 if result.measure in PLAIN_RATIOS else 0.0
    start, end = min(low, none), max(high, none)
    step = (_WIDTH - 2 * _EDGE) / ((end - start) or 1.0)

    def place(value: float) -> str:
        return f"{_EDGE + (value - start) * step:.1f}"

    color = {"good": "var(--good)", "bad": "var(--warn)"}.get(tone, "var(--ink-2)")
    middle = _HEIGHT / 2
    return Markup(  # noqa: S704 (numbers and our own colours)
        f'<svg class="mark-svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" aria-hidden="true">'
        f'<line x1="{place(none)}" x2="{place(none)}" y1="3" y2="27" stroke="var(--line-strong)"/>'
        f'<line x1="{place(low)}" x2="{place(high)}" y1="{middle:g}" y2="{middle:g}" stroke="{color}" '
        'stroke-width="3" stroke-linecap="round"/>'
        f'<circle cx="{place(estimate)}" cy="{middle:g}" r="5" fill="{color}"/></svg>'
    )


def dots_mark(sides: Sequence[str]) -> Markup:
    """One dot per published result: filled speaks for, a ring goes both ways, dashed has no range, a square speaks against."""
    order = ("for", "both", "unstated", "against")
    shapes = {
        "for": '<circle cx="{x:g}" cy="15" r="4.5" fill="var(--good)"/>',
        "both": '<circle cx="{x:g}" cy="15" r="4" fill="none" stroke="var(--ink-2)" stroke-width="1.5"/>',
        "unstated": '<circle cx="{x:g}" cy="15" r="4" fill="none" stroke="var(--ink-2)" stroke-dasharray="2 2"/>',
        "against": '<rect x="{left:g}" y="11" width="8" height="8" fill="var(--warn)"/>',
    }
    step = min(12.0, (_WIDTH - 2 * _EDGE) / max(len(sides) - 1, 1))
    drawn = "".join(
        shapes[code].format(x=_EDGE + place * step, left=_EDGE + place * step - 4)
        for place, code in enumerate(sorted(sides, key=order.index))
    )
    picture = f'<svg class="mark-svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" aria-hidden="true">{drawn}</svg>'
    return Markup(picture)  # noqa: S704 (numbers only)
