"""Rows that are different persons at every time, sorted by cohort."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.layout import read_cluster
from whatworks.core.timeline import Timeline
from whatworks.did.observed import Columns, Observed, refuse_nothing_seen
from whatworks.did.panel import Panel, read_panel
from whatworks.did.values import read_rows


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossSections(Observed):
    """What was observed, row by row.

    Attributes
    ----------
    outcome, cohort, weights : (n,); cohort ascending, infinite for never
    time : (n,) position on the timeline
    covariates : (n, k), of the columns ``names``
    cluster : (n,) whole numbers from 0, or None
    n_rows, n_dropped : rows of the frame, and those without outcome or covariates or left out
    """

    time: np.ndarray = field(repr=False)

    @property
    def unit_weights(self) -> np.ndarray:
        """(n,) weight of each row."""
        return self.weights

    def take(self, keep: np.ndarray) -> "CrossSections":
        """Only the marked rows; the others are counted as dropped."""
        return self._only(keep, lost=int((~keep).sum()), time=self.time[keep])


def read_observed(
    df: pd.DataFrame, columns: Columns, when: np.ndarray, timeline: Timeline, start: np.ndarray
) -> Panel | CrossSections:
    """A panel where units are named, else cross-sections; arguments as in :func:`read_cross_sections`."""
    if columns.unit is None:
        return read_cross_sections(df, columns, when, timeline, start)
    return read_panel(df, columns, when, timeline, start)


def read_cross_sections(
    df: pd.DataFrame, columns: Columns, when: np.ndarray, timeline: Timeline, start: np.ndarray
) -> CrossSections:
    """Arrange the rows by cohort; rows without outcome or covariates are left out and counted.

    Parameters
    ----------
    df : one row per person
    columns : names
    when, timeline : of :func:`whatworks.core.timeline.read_time`
    start : (rows,) of :func:`whatworks.core.timeline.read_start`

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn
    """
    y, X, names, w = read_rows(df, outcome=columns.outcome, covariates=columns.covariates, weights=columns.weights)
    cluster = None if columns.cluster is None else read_cluster(df, columns.cluster)
    order = np.argsort(start, kind="stable")
    data = CrossSections(
        timeline=timeline,
        outcome=y[order],
        time=np.searchsorted(timeline.ordinals, when)[order],
        cohort=start[order],
        covariates=X[order],
        names=names,
        weights=w[order],
        cluster=None if cluster is None else cluster[order],
        n_rows=len(df),
        n_dropped=0,
    )
    known = ~np.isnan(data.outcome) & ~np.isnan(data.covariates).any(axis=1)
    refuse_nothing_seen(known)
    return data if known.all() else data.take(known)
