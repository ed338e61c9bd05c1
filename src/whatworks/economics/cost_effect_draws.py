"""Joint draws of extra cost and extra effect: from citizens by the bootstrap, or from two estimates."""

from dataclasses import dataclass

import numpy as np

from whatworks.core.errors import TooFewUnits
from whatworks.core.options import seed_or_none
from whatworks.economics.ranges import spread

Array = np.ndarray

# Cells drawn at a time: what fits in a processor's cache many times over, and not in its memory.
_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True)
class JointDraws:
    """Extra cost and improvement per citizen.

    Attributes
    ----------
    cost, effect : estimates: kroner, and units of improvement (positive is better)
    costs, effects : (d,) their draws
    without, withouts : mean cost of a citizen without the effort, and its draws; missing where it is not known
    """

    cost: float
    effect: float
    costs: Array
    effects: Array
    without: float
    withouts: Array


def bootstrap_draws(
    cost: Array, effect: Array, treated: Array, weight: Array, cluster: Array, *, draws: int, seed: int
) -> JointDraws:
    """Draw whole clusters with replacement, those with one arm within their arm, and take the difference in means.

    Parameters
    ----------
    cost, effect : (n,) kroner and improvement per citizen
    treated : (n,) booleans
    weight : (n,) weights of the comparison
    cluster : (n,) codes from 0; citizens who stand alone are clusters of their own

    Raises
    ------
    TooFewUnits
        If an arm has fewer than two clusters.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.8; cost and effect of a citizen stay
    together: Briggs, Wonderling & Mooney (1997), Health Economics 6:327-340.
    """
    sums = _cluster_sums(cost, effect, treated, weight, cluster)
    kind = (sums[:, 0] > 0).astype(int) + 2 * (sums[:, 3] > 0)
    for arm, inside in (("comparison", sums[:, 0] > 0), ("treated", sums[:, 3] > 0)):
        if inside.sum() < 2:
            raise TooFewUnits(
                f"The {arm} group has {int(inside.sum())} clusters; at least 2 are needed to tell how unsure it is."
            )
    rng = np.random.default_rng(seed_or_none(seed))
    total = np.zeros((draws, 6))
    for stratum in np.unique(kind[kind > 0]):
        rows = sums[kind == stratum]
        for start, chunk in _chunks(draws, len(rows)):
            total[start : start + chunk] += _counts(rng, chunk, len(rows)) @ rows
    point, drawn = _means(sums.sum(axis=0)[None, :])[0], _means(total)
    return JointDraws(
        cost=float(point[2] - point[0]),
        effect=float(point[3] - point[1]),
        costs=drawn[:, 2] - drawn[:, 0],
        effects=drawn[:, 3] - drawn[:, 1],
        without=float(point[0]),
        withouts=drawn[:, 0],
    )


def estimate_draws(
    cost: tuple[float, float, float],
    effect: tuple[float, float, float],
    *,
    correlation: float,
    without: tuple[float, float, float] | None,
    draws: int,
    seed: int,
) -> JointDraws:
    """Draws from two estimates with 95 per cent ranges and the correlation of their errors."""
    z = np.random.default_rng(seed_or_none(seed)).standard_normal((draws, 3))
    z[:, 1] = correlation * z[:, 0] + np.sqrt(1 - correlation**2) * z[:, 1]
    return JointDraws(
        cost=cost[0],
        effect=effect[0],
        costs=spread(z[:, 0], *cost),
        effects=spread(z[:, 1], *effect),
        without=np.nan if without is None else without[0],
        withouts=np.full(draws, np.nan) if without is None else spread(z[:, 2], *without),
    )


def _cluster_sums(cost: Array, effect: Array, treated: Array, weight: Array, cluster: Array) -> Array:
    """(g, 6) weight, weighted cost and weighted effect of the comparison group, then of the treated, by cluster."""
    g = int(cluster.max()) + 1
    columns = []
    for arm in (False, True):
        w = np.where(treated == arm, weight, 0.0)
        columns += [np.bincount(cluster, weights=w * each, minlength=g) for each in (np.ones_like(cost), cost, effect)]
    return np.column_stack(columns)


def _chunks(draws: int, rows: int) -> list[tuple[int, int]]:
    step = max(1, _CELLS // rows)
    return [(start, min(step, draws - start)) for start in range(0, draws, step)]


def _counts(rng: np.random.Generator, chunk: int, rows: int) -> Array:
    """(chunk, rows) how often each row is drawn when as many are drawn as there are."""
    drawn = rng.integers(rows, size=(chunk, rows)) + rows * np.arange(chunk)[:, None]
    return np.bincount(drawn.ravel(), minlength=chunk * rows).reshape(chunk, rows).astype(float)


def _means(sums: Array) -> Array:
    """(d, 4) mean cost and effect of the comparison group, then of the treated."""
    return np.column_stack([sums[:, 1] / sums[:, 0], sums[:, 2] / sums[:, 0], sums[:, 4] / sums[:, 3], sums[:, 5] / sums[:, 3]])
