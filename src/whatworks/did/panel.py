"""Long frame in, wide arrays out: one row per unit, one column per time, units sorted by cohort."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidColumn, TreatmentReversal
from whatworks.core.layout import Layout, lay_out, read_cluster
from whatworks.core.timeline import Timeline, read_start, read_time
from whatworks.did.observed import Columns, Observed
from whatworks.did.values import covariates_of_units, fixed_numbers, weights_of_units


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel(Observed):
    """What was observed, wide.

    Attributes
    ----------
    outcome : (n, T), NaN where unobserved
    cohort : (n,) ordinal of the first treated time, ascending, infinite for never
    covariates : (n, k), or (n, T, k) where they change over time; NaN where unobserved
    names : (k,) of the covariates
    weights : (n,), or (n, T) where they change over time
    cluster : (n,) whole numbers from 0, or None
    n_rows : rows of the frame
    n_dropped : rows without outcome or covariates, and rows of units left out
    """

    @property
    def unit_weights(self) -> np.ndarray:
        """(n,) one weight per unit: the first observed, where weights change over time."""
        if self.weights.ndim == 1:
            return self.weights
        first = np.argmax(~np.isnan(self.weights), axis=1)
        return self.weights[np.arange(len(first)), first]

    @property
    def usable(self) -> np.ndarray:
        """(n, T) marks of unit-times with outcome and covariates."""
        known = ~np.isnan(self.covariates).any(axis=-1)
        return ~np.isnan(self.outcome) & (known if known.ndim == 2 else known[:, None])

    @property
    def is_complete(self) -> bool:
        """True where every unit has an outcome at every time and all its covariates."""
        # A sum is finite only if all its terms are; where it overflows, every term is looked at.
        return all(np.isfinite(values.sum()) or not np.isnan(values).any() for values in (self.outcome, self.covariates))

    def take(self, keep: np.ndarray) -> "Panel":
        """Only the marked units; the rows of the others are counted as dropped."""
        if keep.all():
            return self
        return self._only(keep, lost=int(self.usable[~keep].sum()))


@dataclass(frozen=True, kw_only=True, eq=False)
class Units:
    """All that panels of several outcomes share.

    Attributes
    ----------
    order : (n,) the layout's units in order of cohort
    cohort, covariates, names, weights, cluster : as in :class:`Panel`
    """

    df: pd.DataFrame = field(repr=False)
    layout: Layout = field(repr=False)
    timeline: Timeline
    order: np.ndarray = field(repr=False)
    cohort: np.ndarray = field(repr=False)
    covariates: np.ndarray = field(repr=False)
    names: tuple[str, ...]
    weights: np.ndarray = field(repr=False)
    cluster: np.ndarray | None = field(repr=False)

    def panel(self, outcome: str) -> Panel:
        """The panel of one outcome.

        Raises
        ------
        MissingColumn, InvalidColumn
        """
        panel = Panel(
            timeline=self.timeline,
            outcome=self.layout.wide(numeric(self.df, outcome, allow_missing=True), self.order),
            cohort=self.cohort,
            covariates=self.covariates,
            names=self.names,
            weights=self.weights,
            cluster=self.cluster,
            n_rows=len(self.df),
            n_dropped=0,
        )
        if panel.is_complete:
            return replace(panel, n_dropped=len(self.df) - panel.outcome.size)
        return replace(panel, n_dropped=len(self.df) - int(panel.usable.sum()))


def read_panel(df: pd.DataFrame, columns: Columns, when: np.ndarray, timeline: Timeline, start: np.ndarray) -> Panel:
    """Arrange the rows by unit and time.

    Parameters
    ----------
    df : one row per unit and time
    columns : names
    when, timeline : of :func:`read_time`
    start : (rows,) of :func:`read_start`

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn
    DuplicateRows
        If a unit has two rows at one time.
    TreatmentReversal
        If the start of treatment changes within a unit.
    """
    layout = lay_out(df, columns.of_units, when, timeline)
    return _arrange(df, columns, layout, timeline, _start_of_units(start, layout, columns)).panel(columns.outcome)


def read_units(df: pd.DataFrame, columns: Columns, first_treated: str, *, anticipation: int = 0) -> Units:
    """Read everything but the outcome; a start too late to show within the observed time counts as never.

    Parameters
    ----------
    df : one row per unit and time
    columns : names
    first_treated : column of starts
    anticipation : times before the start in which an effect may already show

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn, DuplicateRows, TreatmentReversal, NotIdentified
    """
    when, timeline = read_time(df, columns.time)
    layout = lay_out(df, columns.of_units, when, timeline)
    if fixed_numbers(df, first_treated, layout) is not None:
        # Read once per unit: the column holds the same for all rows of a unit.
        start = read_start(pd.DataFrame({first_treated: layout.of_units(df[first_treated].to_numpy())}), first_treated, timeline)
    else:
        start = _start_of_units(read_start(df, first_treated, timeline), layout, columns)
    start[start > timeline.ordinals[-1] + anticipation] = np.inf
    return _arrange(df, columns, layout, timeline, start)


def _start_of_units(start: np.ndarray, layout: Layout, columns: Columns) -> np.ndarray:
    changing = layout.changing(start)
    if changing:
        raise TreatmentReversal(
            f"The first treated time changes within {changing} values of {columns.unit!r}; treatment that starts must stay on. "
            "Give each unit the time of its first treatment, or leave out rows after treatment ended."
        )
    return layout.of_units(start).copy()


def _arrange(df: pd.DataFrame, columns: Columns, layout: Layout, timeline: Timeline, start: np.ndarray) -> Units:
    order = _by_cohort(start)
    covariates, names = covariates_of_units(df, columns.covariates, layout, order)
    return Units(
        df=df,
        layout=layout,
        timeline=timeline,
        order=order,
        cohort=start[order],
        covariates=covariates,
        names=names,
        weights=weights_of_units(df, columns.weights, layout, order),
        cluster=_cluster_of_units(df, columns, layout, order),
    )


def _by_cohort(start: np.ndarray) -> np.ndarray:
    """Order of units by start; those that start together stay in the frame's order."""
    codes = pd.factorize(start, sort=True)[0]
    # Small whole numbers are sorted by their digits, in one pass.
    return np.argsort(codes.astype(np.uint16) if len(codes) and codes.max() < 2**16 else codes, kind="stable")


def _cluster_of_units(df: pd.DataFrame, columns: Columns, layout: Layout, order: np.ndarray) -> np.ndarray | None:
    if columns.cluster is None or columns.cluster == columns.unit:
        return None
    fixed = fixed_numbers(df, columns.cluster, layout)
    if fixed is not None:
        return pd.factorize(fixed[order])[0]
    cluster = read_cluster(df, columns.cluster)
    moving = layout.changing(cluster)
    if moving:
        raise InvalidColumn(
            f"frame column {columns.cluster!r} changes within {moving} values of {columns.unit!r}; "
            "clusters must hold whole units. Use each unit's first cluster."
        )
    return pd.factorize(layout.of_units(cluster)[order])[0]
