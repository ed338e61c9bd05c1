"""Long frame in, wide arrays out: one row per unit, one column per time, units sorted by cohort."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidColumn, MissingValues, TreatmentReversal
from whatworks.did.observed import Observed
from whatworks.did.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Names of the columns an estimator reads; ``unit`` is None for repeated cross-sections."""

    outcome: str
    unit: str | None
    time: str
    covariates: Sequence[str] = ()
    weights: str | None = None
    cluster: str | None = None

    def used(self, *more: str) -> list[str]:
        """Every column read, each once, in a fixed order."""
        names = [self.outcome, self.unit, self.time, *as_list(self.covariates), self.weights, self.cluster, *more]
        return list(dict.fromkeys(name for name in names if name is not None))


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

    def take(self, keep: np.ndarray) -> "Panel":
        """Only the marked units; the rows of the others are counted as dropped."""
        if keep.all():
            return self
        return self._only(keep, lost=int(self.usable[~keep].sum()))


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
    assert columns.unit is not None
    y, X, names, w = read_values(df, columns)
    codes, n = _unit_codes(df, columns.unit)
    place = np.searchsorted(timeline.ordinals, when)
    T = len(timeline.ordinals)
    _refuse_duplicates(codes * T + place, columns, n * T)
    first = np.zeros(n, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    _refuse_changing_start(start, start[first][codes], codes, columns)
    order = np.argsort(start[first], kind="stable")
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    codes, first = rank[codes], first[order]
    bad = np.isnan(X).any(axis=1) if X.shape[1] else np.zeros(len(y), dtype=bool)
    return Panel(
        timeline=timeline,
        outcome=_wide(y, codes, place, (n, T)),
        cohort=start[first],
        covariates=_per_unit(X, codes, place, first, T),
        names=names,
        weights=_per_unit(w[:, None], codes, place, first, T)[..., 0],
        cluster=_cluster_of_units(df, columns, codes, first),
        n_rows=len(df),
        n_dropped=int((np.isnan(y) | bad).sum()),
    )


def read_values(df: pd.DataFrame, columns: Columns) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], np.ndarray]:
    """Outcome, covariates with their names, and weights, row by row. Text covariates become one 0/1 column per level but one.

    All levels of a covariate share one name: a level is somebody's value, and names end up in messages.
    """
    y = numeric(df, columns.outcome, allow_missing=True)
    covariates, names = [], []
    for name in as_list(columns.covariates):
        for label, values in _covariate(df, name):
            covariates.append(values)
            names.append(label)
    w = np.ones(len(df)) if columns.weights is None else numeric(df, columns.weights)
    negative = int((w < 0).sum())
    if negative:
        raise InvalidColumn(f"frame column {columns.weights!r} has {negative} negative weights. Weights must be 0 or more.")
    if not w.any():
        raise InvalidColumn(f"frame column {columns.weights!r} is 0 in all {len(w)} rows. At least some rows need weight.")
    return y, np.column_stack(covariates) if covariates else np.empty((len(df), 0)), tuple(names), w


def _covariate(df: pd.DataFrame, name: str) -> list[tuple[str, np.ndarray]]:
    require_columns(df, [name])
    values = df[name]
    textual = (
        isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object or pd.api.types.is_string_dtype(values.dtype)
    )
    if not textual:
        return [(name, numeric(df, name, allow_missing=True))]
    codes, levels = pd.factorize(values, sort=True)
    coded = np.where(codes < 0, np.nan, codes)
    label = f"{name} (some of its levels)"
    return [(label, np.where(np.isnan(coded), np.nan, coded == level)) for level in range(1, len(levels))]


def _unit_codes(df: pd.DataFrame, unit: str) -> tuple[np.ndarray, int]:
    require_columns(df, [unit])
    codes, labels = pd.factorize(df[unit])
    missing = int((codes < 0).sum())
    if missing:
        raise MissingValues(f"frame column {unit!r} lacks a value in {missing} of {len(df)} rows. Drop those rows knowingly.")
    return codes, len(labels)


def _refuse_duplicates(cells: np.ndarray, columns: Columns, size: int) -> None:
    # Counting is cheaper than sorting unless most unit-times are empty.
    counts = np.bincount(cells) if size < 8 * len(cells) + 1000 else np.unique(cells, return_counts=True)[1]
    twice = int((counts > 1).sum())
    if twice:
        raise DuplicateRows(
            f"{twice} pairs of {columns.unit!r} and {columns.time!r} have more than one row. Aggregate them first, "
            "or use panel=False if rows are different persons."
        )


def _refuse_changing_start(start: np.ndarray, of_unit: np.ndarray, codes: np.ndarray, columns: Columns) -> None:
    changing = len(np.unique(codes[start != of_unit]))
    if changing:
        raise TreatmentReversal(
            f"The first treated time changes within {changing} values of {columns.unit!r}; treatment that starts must stay on. "
            "Give each unit the time of its first treatment, or leave out rows after treatment ended."
        )


def _wide(values: np.ndarray, codes: np.ndarray, place: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    out = np.full(shape, np.nan)
    out[codes, place] = values
    return out


def _per_unit(values: np.ndarray, codes: np.ndarray, place: np.ndarray, first: np.ndarray, T: int) -> np.ndarray:
    """(n, k) if the columns never change within a unit, else (n, T, k)."""
    constant = values[first]
    if (values == constant[codes]).all():
        return constant
    return _wide(values, codes, place, (len(first), T, values.shape[1]))


def _cluster_of_units(df: pd.DataFrame, columns: Columns, codes: np.ndarray, first: np.ndarray) -> np.ndarray | None:
    if columns.cluster is None or columns.cluster == columns.unit:
        return None
    cluster = read_cluster(df, columns.cluster)
    moving = len(np.unique(codes[cluster != cluster[first][codes]]))
    if moving:
        raise InvalidColumn(
            f"frame column {columns.cluster!r} changes within {moving} values of {columns.unit!r}; "
            "clusters must hold whole units. Use each unit's first cluster."
        )
    return pd.factorize(cluster[first])[0]


def read_cluster(df: pd.DataFrame, name: str) -> np.ndarray:
    """Each row's cluster as a whole number."""
    codes, _ = _unit_codes(df, name)
    return codes
