"""The cheapest one-to-one assignment on a line, in one pass over the sorted scores."""

from collections import deque

import numpy as np


def cheapest_on_line(focal: np.ndarray, pool: np.ndarray, *, copies: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Give every focal row ``copies`` different pool rows so that the sum of distances is as small as it can be.

    Walking along the line, ``f`` focal places wait for a pool row further on (or, where ``f`` is negative, pool rows wait for
    them), which costs ``|f|`` times every gap. The least cost as a function of ``f`` is convex; its slopes left of 0 are a
    stack, those right of 0 a queue, so one pass tells for every pool row how many waiting focal places are worth serving, and
    one pass back tells who is used. Used rows and focal rows are then paired in order, which no crossing betters.

    Parameters
    ----------
    focal, pool : (m,) and (n,) scores, n >= copies * m

    Returns
    -------
    Focal rows and pool rows of the ``copies * m`` pairs.

    References
    ----------
    Minimum-cost flow on a path by its convex cost-to-go: Aggarwal, Bar-Noy, Khuller, Kravets & Schieber (1995), Journal of
    Algorithms 19:116-143 (matching on a line); Karp & Li (1975), Discrete Mathematics 13:129-142.

    Examples
    --------
    >>> cheapest_on_line(np.array([1.0, 2.0]), np.array([1.9, 3.0, 0.0]))[1].tolist()
    [2, 0]
    """
    waiting = np.repeat(np.argsort(focal, kind="stable"), copies)
    order = np.argsort(pool, kind="stable")
    places = np.concatenate([focal[waiting], pool[order]])
    is_pool = np.repeat([False, True], [len(waiting), len(order)])
    along = np.lexsort((is_pool, places))
    worth_serving = _forward(places[along], is_pool[along])
    used = _back(worth_serving, is_pool[along])
    chosen = order[along[used] - len(waiting)]
    return waiting, chosen


def _forward(places: np.ndarray, is_pool: np.ndarray) -> list[int]:
    """For every pool row: with more than this many focal places waiting behind it, one of them is served by it.

    A slope is kept as it would be at place 0: those left of 0 fall by every gap, those right of 0 rise by it.
    """
    left: list[float] = []
    right: deque[float] = deque()
    worth = [0] * len(places)
    for step, (place, free) in enumerate(zip(places.tolist(), is_pool.tolist(), strict=True)):
        while right and right[-1] + place >= 0:
            right.pop()
        if not free:
            # A focal place that finds no pool row before it must wait, whatever that costs.
            right.appendleft(left.pop() - 2 * place if left else -np.inf)
            continue
        worth[step] = len(right)
        # Slopes of 0 or more on the right never come back, so none is put there.
        left.append(right.popleft() + 2 * place if right else place)
    return worth


def _back(worth: list[int], is_pool: np.ndarray) -> np.ndarray:
    """Steps whose pool row is used: nobody waits after the last step."""
    after = 0
    used = []
    free = is_pool.tolist()
    for step in range(len(worth) - 1, -1, -1):
        if not free[step]:
            after -= 1
        elif after < worth[step]:
            after += 1
            used.append(step)
    return np.array(used[::-1], dtype=np.int64)
