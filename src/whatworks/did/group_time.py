"""Group-time effects and their averages: every average is a linear map of cells and cohort shares."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from whatworks.core.result import EffectResult
from whatworks.core.timeline import Timeline
from whatworks.did.cells import Cell, Rules
from whatworks.inference import Influence

# The interquartile range of a normal variable in standard deviations.
_IQR = float(stats.norm.ppf(0.75) - stats.norm.ppf(0.25))


@dataclass(frozen=True, kw_only=True, eq=False)
class Average:
    """A weighted average of cells.

    Attributes
    ----------
    estimate : in units of the outcome
    gradient : (cells + cohorts,) derivative of the average in every cell's effect and every cohort's share
    places : positions of the cells averaged
    """

    estimate: float
    gradient: np.ndarray = field(repr=False)
    places: np.ndarray = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupTime:
    """All that averaging needs; no row-level data but ``influence``, which is never written to JSON.

    Attributes
    ----------
    cells, estimates : (m,); NaN where a cell could not be estimated
    n_treated, n_comparison : (m,) units
    cohorts, shares : (g,) ordinals, and shares of all units' weight
    vcov : (m + g, m + g) covariance of cells and shares
    draws : (draws, m + g) bootstrap deviations, or None
    from_limit : True where the draws come from the normal limit; standard errors then stay analytic
    influence : contributions of units to cells and shares
    """

    cells: Sequence[Cell]
    estimates: np.ndarray
    n_treated: np.ndarray
    n_comparison: np.ndarray
    cohorts: np.ndarray
    shares: np.ndarray
    vcov: np.ndarray
    draws: np.ndarray | None
    influence: Influence
    timeline: Timeline
    rules: Rules
    from_limit: bool = False

    @property
    def df(self) -> int:
        """Degrees of freedom of Student's t for every average: clusters less one."""
        return self.influence.n_clusters - 1

    @property
    def cohort_codes(self) -> np.ndarray:
        """(m,) position of each cell's cohort."""
        return np.searchsorted(self.cohorts, [cell.cohort for cell in self.cells])

    @property
    def event_times(self) -> np.ndarray:
        """(m,) time since start."""
        return np.array([cell.event_time for cell in self.cells])

    def each_cell(self) -> list[Average]:
        """Every cell as an average of itself."""
        gradients = np.eye(len(self.cells), len(self.cells) + len(self.cohorts))
        return [
            Average(estimate=float(estimate), gradient=gradient, places=np.array([place]))
            for place, (estimate, gradient) in enumerate(zip(self.estimates, gradients, strict=True))
        ]

    def average(self, places: np.ndarray) -> Average:
        """Average cells by the shares of their cohorts; the shares' sampling error enters the gradient."""
        codes = self.cohort_codes[places]
        weights = self.shares[codes] / self.shares[codes].sum()
        estimate = float(weights @ self.estimates[places])
        gradient = np.zeros(len(self.cells) + len(self.cohorts))
        gradient[places] = weights
        np.add.at(gradient, len(self.cells) + codes, (self.estimates[places] - estimate) / self.shares[codes].sum())
        return Average(estimate=estimate, gradient=gradient, places=places)

    def average_by_cohort(self, averages: Sequence[Average]) -> Average:
        """Average one average per cohort by the cohorts' shares."""
        codes = np.array([self.cohort_codes[average.places[0]] for average in averages])
        total = self.shares[codes].sum()
        weights = self.shares[codes] / total
        levels = np.array([average.estimate for average in averages])
        estimate = float(weights @ levels)
        gradient = np.sum([w * average.gradient for w, average in zip(weights, averages, strict=True)], axis=0)
        gradient[len(self.cells) + codes] += (levels - estimate) / total
        return Average(estimate=estimate, gradient=gradient, places=_places(averages))

    def mean(self, averages: Sequence[Average]) -> Average:
        """Average averages alike."""
        gradient = np.mean([average.gradient for average in averages], axis=0)
        estimate = float(np.mean([average.estimate for average in averages]))
        return Average(estimate=estimate, gradient=gradient, places=_places(averages))

    def covariance(self, averages: Sequence[Average]) -> np.ndarray:
        """Covariance of averages, from the influence functions."""
        gradients = np.array([average.gradient for average in averages])
        return gradients @ self.vcov @ gradients.T

    def standard_errors(self, averages: Sequence[Average]) -> np.ndarray:
        """From bootstrap signs where there are any (interquartile range, which no wild draw upsets), else the covariance."""
        deviations = self.deviations(averages)
        if deviations is None or self.from_limit:
            # One at a time, so that an average has the same last digit in whatever company it is computed.
            variances = [average.gradient @ self.vcov @ average.gradient for average in averages]
            return np.sqrt(np.maximum(variances, 0.0))
        high, low = np.quantile(deviations, [0.75, 0.25], axis=0)
        return (high - low) / _IQR

    def deviations(self, averages: Sequence[Average]) -> np.ndarray | None:
        """(draws, averages) bootstrap deviations from the estimate."""
        return None if self.draws is None else self.draws @ np.array([average.gradient for average in averages]).T


def _places(averages: Sequence[Average]) -> np.ndarray:
    return np.concatenate([average.places for average in averages])


@dataclass(frozen=True, kw_only=True, eq=False)
class AttGtResult(EffectResult):
    """Result of :func:`whatworks.did.att_gt`: an :class:`EffectResult` that can still be averaged.

    ``group_time`` holds the joint covariance and the influence functions. It is not written to JSON; a result read back is a
    plain :class:`EffectResult` and cannot be aggregated any more.

    Attributes
    ----------
    group_time : joint covariance and influence functions of the effects of every group and time

    Examples
    --------
    >>> panel = pd.DataFrame({"town": np.repeat(range(12), 4), "year": np.tile(range(4), 12), "start": np.repeat([2, 0], 24)})
    >>> panel["y"] = np.random.default_rng(1).normal(size=48) + 5.0 * ((panel["start"] > 0) & (panel["year"] >= 2))
    >>> cells = ww.did.att_gt(panel, outcome="y", unit="town", time="year", first_treated="start")
    >>> isinstance(cells, AttGtResult), ww.did.aggregate(cells, by="simple").headline.estimate > 3
    (True, True)
    """

    group_time: GroupTime = field(repr=False)
