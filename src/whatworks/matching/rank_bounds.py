"""Bounds on a rank statistic in matched sets when a hidden factor changes who of a set is treated."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, kw_only=True, eq=False)
class Sets:
    """Matched sets in which one person is unlike the others: one treated among untreated, or one untreated among treated.

    Attributes
    ----------
    y : (n,) outcomes
    code : (n,) number of the set, from 0
    lone : (n,) True for the one person of a set who is alone in her arm
    treated : (n,) arm
    size : (s,) people in each set
    """

    y: np.ndarray
    code: np.ndarray
    lone: np.ndarray
    treated: np.ndarray
    size: np.ndarray

    @property
    def paired(self) -> bool:
        """True where every set is a pair."""
        return bool((self.size == 2).all())

    @property
    def differences(self) -> np.ndarray:
        """(s,) mean of the treated less mean of the others in each set."""
        means = []
        for arm in (self.treated, ~self.treated):
            count = np.bincount(self.code[arm], minlength=len(self.size))
            means.append(np.bincount(self.code[arm], self.y[arm], minlength=len(self.size)) / count)
        return means[0] - means[1]


@dataclass(frozen=True)
class Bounds:
    """A statistic, and its mean and variance where the hidden factor works for it (high) and against it (low)."""

    statistic: float
    mean_high: float
    variance_high: float
    mean_low: float
    variance_low: float

    @property
    def p_upper(self) -> float:
        """Largest one-sided p-value a hidden factor can bring about."""
        return _tail(self.statistic - self.mean_high, self.variance_high)

    @property
    def p_lower(self) -> float:
        """Smallest one-sided p-value."""
        return _tail(self.statistic - self.mean_low, self.variance_low)


def _tail(gap: float, variance: float) -> float:
    """Normal tail; a statistic that cannot vary is no evidence."""
    return float(stats.norm.sf(gap / np.sqrt(variance))) if variance > 0 else 1.0


def signed_rank_bounds(differences: np.ndarray, gamma: float) -> Bounds:
    """Wilcoxon's signed rank statistic of pairs; zero differences are left out, ties get mean ranks.

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., section 4.3.3.
    """
    kept = differences[differences != 0]
    ranks = stats.rankdata(np.abs(kept))
    share = gamma / (1 + gamma)
    variance = float((ranks**2).sum()) * share * (1 - share)
    total = float(ranks.sum())
    return Bounds(float(ranks[kept > 0].sum()), total * share, variance, total * (1 - share), variance)


def mcnemar_p_values(differences: np.ndarray, gamma: float) -> tuple[float, float]:
    """Lower and upper bound of the exact one-sided p-value of a yes-or-no outcome in pairs.

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., section 4.3.2.
    """
    more, discordant = int((differences > 0).sum()), int((differences != 0).sum())
    share = gamma / (1 + gamma)
    # The chance of so many or more.
    low, high = (float(stats.binom.sf(more - 1, discordant, each)) for each in (1 - share, share))
    return low, high


def aligned_ranks(y: np.ndarray, code: np.ndarray, size: np.ndarray) -> np.ndarray:
    """(n,) ranks among everybody of what is left of the outcome once the mean of the set is taken out.

    References
    ----------
    Hodges & Lehmann (1962), Annals of Mathematical Statistics 33:482-497.
    """
    level = np.bincount(code, y, minlength=len(size)) / size
    # People of one set are not told apart by the last digit.
    return np.asarray(stats.rankdata(np.round(y - level[code], _digits_told(y))))


def _digits_told(values: np.ndarray) -> int:
    """Decimals that a double can tell apart at this size, with a few to spare."""
    return 12 - int(np.ceil(np.log10(np.abs(values).max() + 1e-300)))


def set_bounds(scores: np.ndarray, sets: Sets, gamma: float) -> Bounds:
    """The sum of the treated people's scores: aligned ranks, or 0/1 for the Mantel-Haenszel test.

    In every set the hidden factor of the worst case is 0 for the lowest scores and 1 for the highest; which cut is worst
    is decided set by set, by the mean and, among equal means, by the variance.

    References
    ----------
    Gastwirth, Krieger & Rosenbaum (2000), Journal of the Royal Statistical Society B 62:545-555.
    """
    total = np.bincount(sets.code, scores, minlength=len(sets.size))
    # With one untreated person in a set the statistic is the set's sum less her score.
    turned = np.where(sets.treated == sets.lone, scores, total[sets.code] - scores)
    statistic = float(turned[sets.lone].sum())
    moments = np.zeros(4)
    in_order = np.lexsort((turned, sets.code))
    start = np.cumsum(sets.size) - sets.size
    for size in np.unique(sets.size):
        rows = in_order[start[sets.size == size][:, None] + np.arange(size)]
        ordered = turned[rows]
        high = _worst_moments(ordered, gamma)
        low = _worst_moments(-ordered[:, ::-1], gamma)
        moments += [high[0].sum(), high[1].sum(), -low[0].sum(), low[1].sum()]
    return Bounds(statistic, *moments.tolist())


def _worst_moments(ordered: np.ndarray, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    """(s,) mean and variance of one person's score in each set under the worst hidden factor; scores ascend."""
    size = ordered.shape[1]
    cut = np.arange(1, size)
    weight = cut + gamma * (size - cut)
    mean, square = (
        (below[:, :-1] + gamma * (below[:, -1:] - below[:, :-1])) / weight
        for below in (np.cumsum(ordered, axis=1), np.cumsum(ordered**2, axis=1))
    )
    variance = np.maximum(square - mean**2, 0.0)
    # Means that differ by rounding are equal, and then the larger variance is the worse.
    nearly = 1e-12 * (1 + np.abs(mean))
    worst = np.argmax(np.where(mean >= mean.max(axis=1, keepdims=True) - nearly, variance, -1.0), axis=1)
    each = np.arange(len(ordered))
    return mean[each, worst], variance[each, worst]


class WalshAverages:
    """Means of all pairs of differences, each with itself too, without writing them down.

    Parameters
    ----------
    differences : (s,) treated less untreated
    """

    def __init__(self, differences: np.ndarray) -> None:
        self._sorted = np.sort(differences)
        self.count = len(differences) * (len(differences) + 1) // 2
        self._digits = _digits_told(differences)

    def at(self, rank: int) -> float:
        """The ``rank``-th smallest, counted from 1; endless beyond both ends."""
        if rank < 1 or rank > self.count:
            return -np.inf if rank < 1 else np.inf
        low, high = float(self._sorted[0]), float(self._sorted[-1])
        # Halving ends where no number lies between; the last digit is rounding, and is rounded off.
        while True:
            middle = low + (high - low) / 2
            if middle in (low, high):
                return round(high if self._up_to(low) < rank else low, self._digits)
            if self._up_to(middle) >= rank:
                high = middle
            else:
                low = middle

    def _up_to(self, limit: float) -> int:
        """How many averages are at most ``limit``."""
        partners = np.searchsorted(self._sorted, 2 * limit - self._sorted, side="right")
        itself = int((self._sorted <= limit).sum())
        return (int(partners.sum()) + itself) // 2
