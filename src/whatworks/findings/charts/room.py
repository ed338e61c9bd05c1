"""Room for names: places on a ring, names beside them, and boxes that must not overlap."""

import math

import whatworks.findings.style as style

# Left, top, right and bottom in pixels.
Box = tuple[float, float, float, float]

# Half the width of the ring; its height grows with the number of lines that stand beside it.
ACROSS = 82.0
# Height of a line of small text.
LINE = 16.0
# Between a dot and its name, and between one name and the next.
CLEAR = 8.0
_GAP = 5.0


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge.

    Examples
    --------
    >>> overlap((0, 0, 10, 10), (10, 0, 20, 10)), overlap((0, 0, 10, 10), (9, 9, 20, 20))
    (False, True)
    """
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def ring(count: int, lines: int) -> list[tuple[float, float]]:
    """Places on an ellipse, turned so that no treatment stands at the very top or bottom, where its name has no side."""
    turns = (0.0, math.pi / count)
    turn = max(turns, key=lambda each: min(abs(math.cos(each + 2 * math.pi * place / count)) for place in range(count)))
    height = max(ACROSS, lines * (LINE + 4) / 3.4)
    angles = [turn + 2 * math.pi * place / count for place in range(count)]
    return [(style.WIDTH / 2 + ACROSS * math.cos(angle), height * math.sin(angle)) for angle in angles]


def beside(places: list[tuple[float, float]], names: list[list[str]], sizes: list[float]) -> list[Box]:
    """A box for each name on its outer side, pushed down where the one above needs the room."""
    boxes: list[Box] = [(0.0, 0.0, 0.0, 0.0)] * len(places)
    for side in (-1, 1):
        ours = [place for place, (x, _y) in enumerate(places) if (x > style.WIDTH / 2) == (side > 0)]
        ours.sort(key=lambda place: places[place][1])
        tall = [len(names[place]) * LINE for place in ours]
        tops = _apart([places[place][1] - high / 2 for place, high in zip(ours, tall, strict=True)], tall)
        for place, upper, high in zip(ours, tops, tall, strict=True):
            wide = max(style.text_width(text, style.SMALL, bold=position == 0) for position, text in enumerate(names[place]))
            start = places[place][0] + side * (sizes[place] / 2 + CLEAR)
            # Beside an ellipse the outermost place on either side is clear of every line.
            left = start if side > 0 else start - wide
            boxes[place] = (left, upper, left + wide, upper + high)
    return boxes


def _apart(tops: list[float], tall: list[float]) -> list[float]:
    """The heights nearest those wished for at which boxes, in this order, do not overlap."""
    out = list(tops)
    for _round in range(200):
        moved = False
        for place in range(len(out) - 1):
            lack = out[place] + tall[place] + _GAP - out[place + 1]
            if lack > 0.01:
                out[place], out[place + 1], moved = out[place] - lack / 2, out[place + 1] + lack / 2, True
        if not moved:
            break
    return out
