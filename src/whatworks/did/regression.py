"""A roll-out as a regression with unit and period effects: regressors depend on cohort and time alone."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.timeline import read_start, read_time
from whatworks.did.cross_sections import CrossSections
from whatworks.did.observed import refuse_nothing_seen
from whatworks.did.panel import Columns, Panel, read_panel
from whatworks.inference import TwoWayDesign, TwoWayFit, few_clusters, few_treated_clusters, fit_two_way


@dataclass(frozen=True, kw_only=True, eq=False)
class RollOut:
    """Units grouped so that all of a profile have the same cohort, observed times and relative weights.

    Attributes
    ----------
    panel : the units that are observed and have weight
    profile : (n,) profile of each unit
    cohort : (P,) cohort of each profile
    period_weights : (P, T); unit_weights : (n,)
    """

    panel: Panel
    profile: np.ndarray = field(repr=False)
    cohort: np.ndarray = field(repr=False)
    period_weights: np.ndarray = field(repr=False)
    unit_weights: np.ndarray = field(repr=False)

    def fit(self, regressors: np.ndarray) -> TwoWayFit:
        """Regress the outcome on (P, T, K) regressors with unit and period effects."""
        return fit_two_way(
            TwoWayDesign(
                outcome=self.panel.outcome,
                regressors=regressors,
                profile=self.profile,
                period_weights=self.period_weights,
                unit_weights=self.unit_weights,
                cluster=self.panel.cluster,
            )
        )

    def weight_by_period(self) -> np.ndarray:
        """(P, T) total weight of a profile's rows."""
        return self.period_weights * np.bincount(self.profile, self.unit_weights)[:, None]

    def units_by_period(self) -> np.ndarray:
        """(P, T) number of units observed."""
        return (self.period_weights > 0) * np.bincount(self.profile)[:, None]


def read_roll_out_panel(df: pd.DataFrame, columns: Columns, first_treated: str) -> Panel:
    """Arrange the rows by unit and time; a start after the last time counts as never.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, DuplicateRows, TreatmentReversal, NotIdentified
    """
    when, timeline = read_time(df, columns.time)
    start = read_start(df, first_treated, timeline)
    start[start > timeline.ordinals[-1]] = np.inf
    return read_panel(df, columns, when, timeline, start)


def regression_statistics(panel: Panel, fit: TwoWayFit) -> dict[str, float]:
    """Counts that every regression result carries."""
    n_treated = int(np.isfinite(panel.cohort).sum())
    return {
        "nobs": fit.nobs,
        "n_units": len(panel.cohort),
        "n_treated": n_treated,
        "n_comparison": len(panel.cohort) - n_treated,
        "n_dropped": panel.n_rows - fit.nobs,
        "clusters": fit.clusters,
        "df": fit.clusters - 1,
    }


def clusters_by_arm(panel: Panel) -> tuple[float, float]:
    """Clusters with units that start, and with units that never do."""
    starts = np.isfinite(panel.cohort)
    if panel.cluster is None:
        return float(starts.sum()), float((~starts).sum())
    return float((np.bincount(panel.cluster, starts) > 0).sum()), float((np.bincount(panel.cluster, ~starts) > 0).sum())


def cluster_checks(data: Panel | CrossSections, clusters: int) -> list[Check]:
    """Whether clusters, and clusters with somebody observed under treatment, are enough."""
    starters = int(np.searchsorted(data.cohort, np.inf))
    if isinstance(data, Panel):
        seen = data.timeline.ordinals >= data.cohort[:starters, None]
        seen &= ~np.isnan(data.outcome[:starters])
        treated = seen.any(axis=1)
    else:
        treated = data.timeline.ordinals[data.time[:starters]] >= data.cohort[:starters]
    held = treated.sum() if data.cluster is None else (np.bincount(data.cluster[:starters], treated) > 0).sum()
    return [few_clusters(clusters), few_treated_clusters(int(held))]


def sum_by(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(G, .) sums of rows; the rows themselves where every code is its own."""
    groups = int(codes.max()) + 1
    if groups == len(codes) or len(values) == 0:
        return values
    return np.column_stack([np.bincount(codes, column, minlength=groups) for column in values.T])


def group_into_profiles(panel: Panel) -> RollOut:
    """Find the profiles; units without any usable row are left out."""
    seen = ~np.isnan(panel.outcome)
    if panel.weights.ndim == 2:
        seen &= panel.weights > 0
    else:
        seen &= panel.weights[:, None] > 0
    used = seen.any(axis=1)
    refuse_nothing_seen(used)
    panel, seen = panel.take(used), seen[used]
    if panel.weights.ndim == 2:
        profile = np.arange(len(seen))
        period_weights, unit_weights = np.where(seen, panel.weights, 0.0), np.ones(len(seen))
    else:
        profile = _profiles(panel.cohort, seen)
        first = np.unique(profile, return_index=True)[1]
        period_weights, unit_weights = seen[first].astype(float), panel.weights
    cohort = np.empty(len(period_weights))
    cohort[profile] = panel.cohort
    return RollOut(panel=panel, profile=profile, cohort=cohort, period_weights=period_weights, unit_weights=unit_weights)


def _profiles(cohort: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Number the distinct combinations of cohort and observed times, in order of appearance."""
    codes = pd.factorize(cohort)[0]
    for column in seen.T:
        if not column.all():
            codes = pd.factorize(2 * codes + column)[0]
    return codes
