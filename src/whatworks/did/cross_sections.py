"""Rows that are different persons at every time, sorted by cohort."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from whatworks.did.panel import Columns, read_cluster, read_values
from whatworks.did.timeline import Timeline


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossSections:
    """What was observed, row by row.

    Attributes
    ----------
    outcome, cohort, weights : (n,); cohort ascending, infinite for never
    time : (n,) position on the timeline
    covariates : (n, k), of the columns ``names``
    cluster : (n,) whole numbers from 0, or None
    n_rows, n_dropped : rows of the frame, and those without outcome or covariates or left out
    """

    timeline: Timeline
    outcome: np.ndarray = field(repr=False)
    time: np.ndarray = field(repr=False)
    cohort: np.ndarray = field(repr=False)
    covariates: np.ndarray = field(repr=False)
    names: tuple[str, ...]
    weights: np.ndarray = field(repr=False)
    cluster: np.ndarray | None = field(repr=False)
    n_rows: int
    n_dropped: int

    @property
    def unit_weights(self) -> np.ndarray:
        """(n,) weight of each row."""
        return self.weights

    def take(self, keep: np.ndarray) -> "CrossSections":
        """Only the marked rows; the others are counted as dropped."""
        return replace(
            self,
            outcome=self.outcome[keep],
            time=self.time[keep],
            cohort=self.cohort[keep],
            covariates=self.covariates[keep],
            weights=self.weights[keep],
            cluster=None if self.cluster is None else pd.factorize(self.cluster[keep])[0],
            n_dropped=self.n_dropped + int((~keep).sum()),
        )


def read_cross_sections(
    df: pd.DataFrame, columns: Columns, when: np.ndarray, timeline: Timeline, start: np.ndarray
) -> CrossSections:
    """Arrange the rows by cohort; rows without outcome or covariates are left out and counted.

    Parameters
    ----------
    df : one row per person
    columns : names
    when, timeline : of :func:`whatworks.did.timeline.read_time`
    start : (rows,) of :func:`whatworks.did.timeline.read_start`

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn
    """
    y, X, names, w = read_values(df, columns)
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
    return data if known.all() else data.take(known)
