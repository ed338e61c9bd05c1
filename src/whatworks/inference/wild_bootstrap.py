"""The wild cluster bootstrap with the null imposed, at the cost of sums over clusters."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import one_of, seed_or_none
from whatworks.inference.cluster_sums import ClusterSums
from whatworks.inference.draws import checked_draws
from whatworks.inference.inversion import confidence_limits

MULTIPLIERS = ("auto", "rademacher", "webb")
# Webb (2023): six points with mean 0, variance 1 and few repeats, for few clusters.
_WEBB = np.concatenate([-np.sqrt([1.5, 1.0, 0.5]), np.sqrt([0.5, 1.0, 1.5])])
# Below, two points give too few distinct draws; MacKinnon, Nielsen & Webb (2023), Journal of Econometrics 232:272-299, sec. 5.4.
_WEBB_BELOW = 12
# Draws are made and summed in chunks of about this many numbers.
_CHUNK = 4_000_000
# Draws that equal the data but for rounding count as equal.
_TIE = 1e-9


@dataclass(frozen=True, kw_only=True)
class WildBootstrap:
    """What the wild cluster bootstrap says of one coefficient.

    Attributes
    ----------
    estimate : the coefficient
    p_value : of the null
    conf_low, conf_high : infinite where no value is rejected on that side
    draws : bootstrap draws behind them
    exact : True where all sign patterns were gone through
    points : 2 for Rademacher, 6 for Webb

    Examples
    --------
    >>> WildBootstrap(estimate=1.0, p_value=0.25, conf_low=-1.0, conf_high=3.0, draws=4, exact=True, points=2).exact
    True
    """

    estimate: float
    p_value: float
    conf_low: float
    conf_high: float
    draws: int
    exact: bool
    points: int


def wild_cluster_bootstrap(
    sums: ClusterSums,
    *,
    null: float = 0.0,
    multipliers: str = "auto",
    draws: int = 9999,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> WildBootstrap:
    """Test a coefficient, and find its interval, when clusters are few.

    The outcome is rebuilt many times as the fit under the null plus each cluster's residuals times one random number, and the
    clustered t-value is computed anew. The p-value is the share of draws whose t-value is at least as far from zero.

    Parameters
    ----------
    sums : of :func:`sum_by_cluster` or :func:`sum_two_way_by_cluster`
    null : value tested, in units of the coefficient
    multipliers : ``"rademacher"`` signs, ``"webb"`` six points, ``"auto"`` Webb below 12 clusters and else Rademacher
    draws : bootstrap draws; with Rademacher all 2^G patterns are gone through instead where they are no more than that
    seed : of the draws; needed unless all patterns are gone through
    conf_level : of the interval, found by inverting the test

    Returns
    -------
    :class:`WildBootstrap`. The data themselves count as one draw, so the p-value is never 0: (1 + b)/(1 + draws).

    Raises
    ------
    InvalidOption
        If there are too few draws for the level, or a seed is missing.
    TooFewUnits
        If so few clusters cannot reject at the level whatever the data say.

    References
    ----------
    Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90:414-427 (null imposed: "WCR"); Webb (2023),
    Canadian Journal of Economics 56:839-858; Roodman, MacKinnon, Nielsen & Webb (2019), Stata Journal 19:4-60 (the algorithm
    and the interval). With few treated clusters it goes wrong: MacKinnon & Webb (2018), Econometrics Journal 21:114-135.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = np.column_stack([np.ones(60), np.repeat(np.arange(12) % 2, 5)])
    >>> y = X @ np.array([1.0, 3.0]) + rng.normal(size=60)
    >>> sums = ww.inference.sum_by_cluster(X, y, np.repeat(np.arange(12), 5), column=1)
    >>> result = wild_cluster_bootstrap(sums)
    >>> result.exact, result.draws, result.p_value < 0.01
    (True, 4096, True)
    """
    one_of(multipliers, MULTIPLIERS, name="multipliers")
    draws = checked_draws(draws)
    level = 1 - conf_level
    if multipliers == "auto":
        multipliers = "webb" if sums.clusters < _WEBB_BELOW else "rademacher"
    exact = multipliers == "rademacher" and 2**sums.clusters <= draws
    _refuse_too_few(sums.clusters, multipliers, exact=exact, draws=draws, seed=seed, level=level)
    rows = 2 ** (sums.clusters - 1) if exact else draws
    sums = _in_own_order(sums)
    statistics = _Statistics.empty(rows)
    rng = np.random.default_rng(seed_or_none(seed))
    chunk = max(1, _CHUNK // sums.clusters)
    for start in range(0, rows, chunk):
        stop = min(start + chunk, rows)
        picked = _sign_patterns(start, stop, sums.clusters) if exact else _random(rng, multipliers, (stop - start, sums.clusters))
        statistics.fill(slice(start, stop), sums, picked)
    observed = _observed(sums)
    centre, spread = sums.estimate * sums.length, float(np.sqrt(observed[1]))

    def p_value_at(value: float) -> float:
        count = statistics.at_least_as_far(value, observed)
        return count / rows if exact else (count + 1) / (rows + 1)

    low, high = confidence_limits(p_value_at, centre=centre, step=max(spread, 1e-12 * abs(centre)), conf_level=conf_level)
    return WildBootstrap(
        estimate=sums.estimate,
        p_value=p_value_at(null * sums.length),
        conf_low=low / sums.length,
        conf_high=high / sums.length,
        draws=2**sums.clusters if exact else draws,
        exact=exact,
        points=2 if multipliers == "rademacher" else 6,
    )


def _refuse_too_few(clusters: int, multipliers: str, *, exact: bool, draws: int, seed: int | None, level: float) -> None:
    if multipliers == "rademacher" and 2.0 ** (1 - clusters) > level + 1e-12:
        raise TooFewUnits(
            f"{clusters} clusters have {2**clusters} sign patterns, and the smallest p-value is {2.0 ** (1 - clusters):.3g}: no "
            f'interval of {1 - level:.0%} exists. Use multipliers="webb", or gather more clusters.'
        )
    if exact:
        return
    if 1 / (draws + 1) > level + 1e-12:
        raise InvalidOption(f"draws={draws!r} cannot reject at {level:.3g}. Use 999 draws or more.")
    if seed is None:
        raise InvalidOption(f"{draws} random draws need seed=, so that the same call gives the same answer.")


def _in_own_order(sums: ClusterSums) -> ClusterSums:
    """Clusters by what they add to the coefficient, so that a seed draws the same in any order of rows and labels."""
    order = np.argsort(sums.cross[:, -1], kind="stable")
    return ClusterSums(gram=sums.gram[order], cross=sums.cross[order], length=sums.length)


def _sign_patterns(start: int, stop: int, clusters: int) -> np.ndarray:
    """Rows of the table of all patterns whose last sign is plus; the other half gives the same absolute t-values."""
    numbers = np.arange(start, stop)[:, None]
    return 1.0 - 2.0 * ((numbers >> np.arange(clusters)) & 1)


def _random(rng: np.random.Generator, multipliers: str, shape: tuple[int, int]) -> np.ndarray:
    if multipliers == "rademacher":
        return 2.0 * rng.integers(0, 2, size=shape, dtype=np.int8) - 1.0
    return _WEBB[rng.integers(0, 6, size=shape, dtype=np.int8)]


def _observed(sums: ClusterSums) -> tuple[float, float]:
    """The last direction's coefficient, and the sum of its squared cluster scores."""
    coefficients = sums.cross.sum(axis=0)
    scores = sums.cross[:, -1] - sums.gram[:, -1, :] @ coefficients
    return float(coefficients[-1]), float(scores @ scores)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Statistics:
    """Each draw's t-value as a function of the value r tested: (n0 - r n1) / sqrt(q0 - 2 r q1 + r^2 q2).

    Residuals under the null are linear in r, so the draws are summed once, and any r is tested at the cost of one pass.
    """

    n0: np.ndarray = field(repr=False)
    n1: np.ndarray = field(repr=False)
    q0: np.ndarray = field(repr=False)
    q1: np.ndarray = field(repr=False)
    q2: np.ndarray = field(repr=False)

    @classmethod
    def empty(cls, rows: int) -> "_Statistics":
        n0, n1, q0, q1, q2 = np.empty((5, rows))
        return cls(n0=n0, n1=n1, q0=q0, q1=q1, q2=q2)

    def fill(self, at: slice, sums: ClusterSums, picked: np.ndarray) -> None:
        """Sum the draws with multipliers ``picked`` (rows, G).

        A draw's score in cluster g is its own residual's, minus what the refit takes back through the other directions, minus
        what it takes back through the regressor itself.
        """
        others = sums.cross[:, :-1].sum(axis=0)
        own = sums.cross[:, -1] - sums.gram[:, -1, :-1] @ others
        left = sums.cross[:, :-1] - sums.gram[:, :-1, :-1] @ others
        lever, shared = sums.gram[:, -1, -1], sums.gram[:, -1, :-1]
        self.n0[at], self.n1[at] = picked @ own, picked @ lever
        s0 = picked * own - (picked @ left) @ shared.T - self.n0[at][:, None] * lever
        s1 = picked * lever - (picked @ shared) @ shared.T - self.n1[at][:, None] * lever
        self.q0[at] = np.einsum("bg,bg->b", s0, s0)
        self.q1[at] = np.einsum("bg,bg->b", s0, s1)
        self.q2[at] = np.einsum("bg,bg->b", s1, s1)

    def at_least_as_far(self, value: float, observed: tuple[float, float]) -> int:
        """Draws whose t-value is as far from zero as the data's, or farther."""
        estimate, spread = observed
        drawn = (self.n0 - value * self.n1) ** 2 * spread
        data = (estimate - value) ** 2 * (self.q0 - 2 * value * self.q1 + value**2 * self.q2)
        return int((drawn >= data * (1 - _TIE)).sum())
