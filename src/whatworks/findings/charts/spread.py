"""Labels in a column, each as near to its place as the others let it be."""

from collections.abc import Sequence
from itertools import pairwise


def spread(places: Sequence[float], sizes: Sequence[float], *, low: float, high: float) -> list[float]:
    """Middles of blocks that do not overlap, in the order given, together as near to their places as they can be.

    Parameters
    ----------
    places : where the blocks would like their middles, rising
    sizes : heights of the blocks
    low, high : the column they share; where they do not all fit, they reach beyond ``high``

    References
    ----------
    Robertson, Wright & Dykstra (1988), Order Restricted Statistical Inference, section 1.2: neighbours out of order are pooled.

    Examples
    --------
    >>> spread([10.0, 12.0, 90.0], [20.0, 20.0, 20.0], low=-5.0, high=100.0)
    [5.0, 25.0, 90.0]
    """
    if not places:
        return []
    offsets = [0.0]
    for before, after in pairwise(sizes):
        offsets.append(offsets[-1] + (before + after) / 2)
    # Without the room that the blocks before it take, each place need only be no lower than the one before.
    pools: list[tuple[float, int]] = []
    for place, offset in zip(places, offsets, strict=True):
        pools.append((place - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, last_count), (former, count) = pools.pop(), pools.pop()
            pools.append(((former * count + last * last_count) / (count + last_count), count + last_count))
    free = [value for value, count in pools for _one in range(count)]
    first, last = low + sizes[0] / 2, high - sizes[-1] / 2 - offsets[-1]
    return [max(min(value, last), first) + offset for value, offset in zip(free, offsets, strict=True)]
