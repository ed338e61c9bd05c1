"""A panel as imputation reads it: some units of one cohort at a time, untreated times first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from whatworks.did.observed import refuse_nothing_seen
from whatworks.did.panel import Panel

# Units handled at once: few enough for their arrays to stay in the processor's cache.
_CHUNK = 8192


@dataclass(frozen=True, kw_only=True, eq=False)
class ImputationData:
    """Units with at least one untreated row.

    Attributes
    ----------
    panel : those units, sorted by cohort
    seen : (n, T) rows that are used: with outcome, covariates and weight, and, if treated, with an imputed outcome
    cohorts : (C,) ordinals; ``starts`` : (C,) the number of observed times before each
    x : (n, q) a one, then the covariates that never change within a unit; their slopes differ by period
    x_names : (q - 1,)
    z : (n, T, m) covariates that change over time; one slope each
    z_names : (m,)
    always_treated, always_treated_rows : units without any untreated row, which are left out, and their rows
    unpredicted : treated rows left out because nothing tells their untreated outcome
    """

    panel: Panel
    seen: np.ndarray = field(repr=False)
    cohorts: np.ndarray
    starts: np.ndarray
    x: np.ndarray = field(repr=False)
    x_names: tuple[str, ...]
    z: np.ndarray = field(repr=False)
    z_names: tuple[str, ...]
    always_treated: int
    always_treated_rows: int
    unpredicted: int = 0

    @property
    def event_times(self) -> np.ndarray:
        """(C, T) times since each cohort's start; minus infinity for never."""
        return self.panel.timeline.ordinals - self.cohorts[:, None]

    @property
    def n_times(self) -> int:
        """Number of observed times."""
        return len(self.panel.timeline.ordinals)

    def units_of(self, cohort: int) -> slice:
        """The units of a cohort, by its place in ``cohorts``."""
        begin, end = (np.searchsorted(self.panel.cohort, self.cohorts[cohort], side=side) for side in ("left", "right"))
        return slice(int(begin), int(end))

    def blocks(self) -> Iterator["Block"]:
        """All units, some of one cohort at a time."""
        for cohort in range(len(self.cohorts)):
            yield from self.blocks_of(cohort)

    def blocks_of(self, cohort: int) -> Iterator["Block"]:
        """The units of one cohort, some at a time."""
        units = self.units_of(cohort)
        for first in range(units.start, units.stop, _CHUNK):
            yield self._block(cohort, slice(first, min(first + _CHUNK, units.stop)))

    def _block(self, cohort: int, units: slice) -> "Block":
        seen = self.seen[units]
        weights = self.panel.weights[units]
        k = int(self.starts[cohort])
        s = np.where(seen, weights if weights.ndim == 2 else weights[:, None], 0.0)
        share = s[:, :k] / s[:, :k].sum(axis=1, keepdims=True)
        y = np.where(seen, self.panel.outcome[units], 0.0)
        y -= np.einsum("nt,nt->n", share, y[:, :k])[:, None]
        z = self.z[units]
        z = z - np.einsum("nt,ntm->nm", share, z[:, :k])[:, None, :] if z.shape[2] else z
        return Block(units=units, cohort=cohort, start=k, weights=s, share=share, y=y, x=self.x[units], z=z)


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """Some units of one cohort, minus their untreated means.

    Attributes
    ----------
    start : number of times before treatment
    weights : (m, T) 0 where a row is not used
    share : (m, start) weights as shares of the unit's untreated weight
    y, z : (m, T), (m, T, .) outcome and changing covariates minus the unit's untreated mean
    x : (m, q)
    """

    units: slice
    cohort: int
    start: int
    weights: np.ndarray
    share: np.ndarray
    y: np.ndarray
    x: np.ndarray
    z: np.ndarray

    def fitted(self, periods: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """(m, T) prediction minus the unit's untreated mean, from (C, T, q) period effects and (.,) slopes of ``z``."""
        level = self.x @ periods[self.cohort].T
        level -= np.einsum("nt,nt->n", self.share, level[:, : self.start])[:, None]
        return level + self.z @ slopes if len(slopes) else level

    def score(self, residuals: np.ndarray, periods: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """(m, J) each unit's sum of untreated residual times direction, from (C, T, q, J) and (., J) directions."""
        k = self.start
        weighted = self.weights[:, :k] * residuals[:, :k]
        total = weighted @ periods[self.cohort][:k, 0]
        for column in range(1, self.x.shape[1]):
            total += (weighted * self.x[:, column, None]) @ periods[self.cohort][:k, column]
        if len(slopes):
            total += np.einsum("nt,ntm->nm", weighted, self.z[:, :k]) @ slopes
        return total


def imputation_data(panel: Panel) -> ImputationData:
    """Arrange the panel; units without any untreated row are left out and counted."""
    weighed = panel.weights > 0
    seen = panel.usable & (weighed if weighed.ndim == 2 else weighed[:, None])
    refuse_nothing_seen(seen)
    untreated = panel.timeline.ordinals < panel.cohort[:, None]
    keep = np.asarray((seen & untreated).any(axis=1))
    lost = seen[~keep]
    panel, seen = panel.take(keep), seen if keep.all() else seen[keep]
    cohorts = np.unique(panel.cohort)
    x, x_names, z, z_names = _split_covariates(panel, seen)
    return ImputationData(
        panel=panel,
        seen=seen,
        cohorts=cohorts,
        starts=np.searchsorted(panel.timeline.ordinals, cohorts),
        x=x,
        x_names=x_names,
        z=z,
        z_names=z_names,
        always_treated=int(lost.any(axis=1).sum()),
        always_treated_rows=int(lost.sum()),
    )


def _split_covariates(panel: Panel, seen: np.ndarray) -> tuple[np.ndarray, tuple[str, ...], np.ndarray, tuple[str, ...]]:
    """Covariates that never change within a unit, and those that do, in units of their spread."""
    n, T = seen.shape
    one = np.ones((n, 1))
    if panel.covariates.ndim == 2:
        return np.hstack([one, _standardised(panel.covariates)]), panel.names, np.zeros((n, T, 0)), ()
    values = np.where(seen[:, :, None], panel.covariates, np.nan)
    first = values[np.arange(n), seen.argmax(axis=1)]
    fixed = np.array([np.isnan(v) | (v == first[:, j, None]) for j, v in enumerate(np.moveaxis(values, 2, 0))]).all(axis=(1, 2))
    names = np.array(panel.names, dtype=object)
    changing = _standardised(values[:, :, ~fixed].reshape(n * T, -1)).reshape(n, T, -1)
    x = np.hstack([one, _standardised(first[:, fixed])])
    return x, tuple(names[fixed]), changing, tuple(names[~fixed])


def _standardised(values: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and spread 1, so that rounding is alike in all; a constant is 0, and so is a missing value."""
    if values.size == 0:
        return values
    centred = values - np.nanmean(values, axis=0)
    spread = np.nanstd(values, axis=0)
    # What rounding leaves of a constant is no variation.
    level = np.nanmax(np.abs(values), axis=0)
    centred[:, spread <= 1e-12 * level] = 0.0
    return np.nan_to_num(centred / np.where(spread > 0, spread, 1.0))
