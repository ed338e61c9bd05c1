"""A roll-out of few groups, as the methods for few treated groups see it: complete, one mean per group and time."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidColumn, NoComparisonGroup, NoTreatedGroup, TooFewUnits, TreatmentReversal
from whatworks.core.options import confidence
from whatworks.core.timeline import read_start, read_time
from whatworks.did import checks
from whatworks.did.panel import Columns, Panel, read_cluster, read_panel

# Simulated with 2 treated units and 6 periods (800 draws or more), 95 per cent intervals of Conley and Taber covered 93, 92, 94
# and 94 per cent with 7, 10, 18 and 24 comparison units.
FEW_CONTROLS = 25
# Names that no column of a caller's frame has, for what is handed on beside the outcome.
_SIZE, _STRATA = "size of the group (whatworks)", "stratum of the group (whatworks)"


@dataclass(frozen=True, kw_only=True)
class GroupColumns:
    """Names of the columns read; ``strata`` and ``size`` where a method uses them."""

    outcome: str
    unit: str
    time: str
    first_treated: str
    strata: str | None = None
    size: str | None = None

    def used(self) -> list[str]:
        """Every column read, each once, in a fixed order."""
        names = [self.outcome, self.unit, self.time, self.first_treated, self.strata, self.size]
        return list(dict.fromkeys(name for name in names if name is not None))


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Groups observed at every time and untreated at the first, sorted by start.

    Attributes
    ----------
    panel : the means; ``panel.cluster`` holds strata, ``panel.weights`` sizes
    starts : (C,) distinct starts, ascending, infinite for never
    code : (n,) position in ``starts`` of each group's
    nobs, n_rows : rows used, and rows of the frame
    always_treated : groups left out since they are treated from the first time on
    counted : True where sizes are numbers of rows, and some differ from 1
    """

    panel: Panel
    starts: np.ndarray
    code: np.ndarray = field(repr=False)
    nobs: int
    n_rows: int
    always_treated: int
    counted: bool

    @property
    def n_treated(self) -> int:
        """Groups that start within the observed times."""
        return int(np.isfinite(self.panel.cohort).sum())

    @property
    def n_comparison(self) -> int:
        """Groups that never start within the observed times."""
        return len(self.code) - self.n_treated

    @property
    def paths(self) -> np.ndarray:
        """(C, T) treated or not, 1 or 0, of each distinct start."""
        return (self.panel.timeline.ordinals >= self.starts[:, None]).astype(float)

    def statistics(self) -> dict[str, float]:
        """Counts that every result of these methods carries."""
        return {
            "nobs": self.nobs,
            "n_units": len(self.code),
            "n_treated": self.n_treated,
            "n_comparison": self.n_comparison,
            "n_dropped": self.n_rows - self.nobs,
        }

    def dropped_rows(self) -> Check:
        """Rows of groups that are left out."""
        return checks.dropped_rows(self.n_rows - self.nobs, self.n_rows, self.always_treated)


def read_groups(df: pd.DataFrame, columns: GroupColumns) -> Groups:
    """Average the rows of each group and time, and keep the groups that are observed at every time.

    Groups are put in an order of their own, by outcome, so that random draws do not hang on row order or labels.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, NotIdentified
    TreatmentReversal
        If the start changes within a group.
    TooFewUnits
        If no group is observed at every time.
    NoTreatedGroup
        If no complete group starts after the first time.
    """
    when, timeline = read_time(df, columns.time)
    start = read_start(df, columns.first_treated, timeline)
    start[start > timeline.ordinals[-1]] = np.inf
    unit = read_cluster(df, columns.unit)
    y = numeric(df, columns.outcome, allow_missing=True)
    T, n = len(timeline.ordinals), int(unit.max()) + 1
    start = _one_start_per_unit(start, unit, columns)
    cell = unit * T + np.searchsorted(timeline.ordinals, when)
    known = ~np.isnan(y)
    count = np.bincount(cell[known], minlength=n * T).reshape(n, T)
    total = np.bincount(cell[known], y[known], minlength=n * T).reshape(n, T)
    complete, always = (count > 0).all(axis=1), start <= timeline.ordinals[0]
    keep = complete & ~always
    if not keep.any():
        raise TooFewUnits(
            f"None of {n} units is observed at all {T} times and untreated at the first. Select times, or add rows."
        )
    if not np.isfinite(start[keep]).any():
        raise NoTreatedGroup(
            f"No unit that is observed at all {T} times starts treatment after the first. Check the column, or select times."
        )
    order = np.flatnonzero(keep)[np.lexsort((total[keep] / count[keep]).T[::-1])]
    each = {_SIZE: count.mean(axis=1) if columns.size is None else _sizes(df, columns.size, unit)}
    if columns.strata is not None:
        each[_STRATA] = _strata(df, columns.strata, unit)
    frame = pd.DataFrame({columns.unit: order, **{name: values[order] for name, values in each.items()}})
    means = total[order] / count[order]
    # No statistic depends on a group's level, but sums of large levels would leave rounding where nothing ever changed.
    frame = frame.loc[frame.index.repeat(T)].assign(**{columns.outcome: (means - means[:, :1]).ravel()})
    strata = None if columns.strata is None else _STRATA
    names = Columns(outcome=columns.outcome, unit=columns.unit, time=columns.time, weights=_SIZE, cluster=strata)
    panel = read_panel(frame, names, np.tile(timeline.ordinals, len(order)), timeline, np.repeat(start[order], T))
    starts, code = np.unique(panel.cohort, return_inverse=True)
    return Groups(
        panel=panel,
        starts=starts,
        code=code,
        nobs=int(count[keep].sum()),
        n_rows=len(df),
        always_treated=int((always & complete).sum()),
        counted=bool((count[keep] > 1).any()),
    )


def two_way_weights(groups: Groups) -> np.ndarray:
    """Weights (C, T) such that the two-way coefficient of "treated now" is the sum over groups of weights times outcomes.

    References
    ----------
    Frisch & Waugh (1933), Econometrica 1:387-401.
    """
    within = groups.paths - groups.paths.mean(axis=1, keepdims=True)
    share = np.bincount(groups.code) / len(groups.code)
    left = within - share @ within
    return left / (np.bincount(groups.code) @ (left**2).sum(axis=1))


def two_way_residuals(values: np.ndarray) -> np.ndarray:
    """Values (n, T) without their unit and period means."""
    return values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()


def refuse_bad_level(conf_level: float) -> None:
    """Refuse a level that is no level."""
    confidence(conf_level)


def refuse_no_controls(groups: Groups) -> None:
    """Refuse a roll-out in which everybody starts: the spread is learned from those who never do."""
    if not groups.n_comparison:
        raise NoComparisonGroup(
            f"All {groups.n_treated} units start treatment, so nobody is left to learn the spread from. "
            "Add never treated units, or use ww.did.randomisation_test with statistic='twfe'."
        )


def few_controls(comparison: int) -> Check:
    """Whether there are comparison groups enough to learn the spread of outcomes from."""
    return Check(
        name="few_controls",
        passed=comparison >= FEW_CONTROLS,
        message=(
            f"The spread is learned from {comparison} comparison units; the method is made for many (limit {FEW_CONTROLS})."
        ),
        statistics={"n_comparison": float(comparison), "limit": float(FEW_CONTROLS)},
    )


def interval_table(estimate: float, limits: tuple[float, float], p_value: float) -> pd.DataFrame:
    """The headline row of a method that has an interval and a p-value but no standard error."""
    return pd.DataFrame(
        {
            "term": pd.Series(["ATT"], dtype="str"),
            "kind": pd.Series(["headline"], dtype="str"),
            "estimate": [float(estimate)],
            "std_error": [np.nan],
            "conf_low": [limits[0]],
            "conf_high": [limits[1]],
            "p_value": [p_value],
        }
    )


def _one_start_per_unit(start: np.ndarray, unit: np.ndarray, columns: GroupColumns) -> np.ndarray:
    first = _first_rows(unit)
    changing = len(np.unique(unit[start != start[first][unit]]))
    if changing:
        raise TreatmentReversal(
            f"The first treated time changes within {changing} values of {columns.unit!r}; treatment that starts must stay on. "
            "Give each unit the time of its first treatment, or use a finer unit."
        )
    return start[first]


def _first_rows(unit: np.ndarray) -> np.ndarray:
    return np.unique(unit, return_index=True)[1]


def _sizes(df: pd.DataFrame, size: str, unit: np.ndarray) -> np.ndarray:
    values = numeric(df, size)
    bad = int((values <= 0).sum())
    if bad:
        raise InvalidColumn(f"frame column {size!r} is 0 or less in {bad} rows. Sizes must be above 0.")
    return np.bincount(unit, values) / np.bincount(unit)


def _strata(df: pd.DataFrame, strata: str, unit: np.ndarray) -> np.ndarray:
    codes = read_cluster(df, strata)
    changing = len(np.unique(unit[codes != codes[_first_rows(unit)][unit]]))
    if changing:
        raise InvalidColumn(f"frame column {strata!r} changes within {changing} units. Strata must hold whole units.")
    return codes[_first_rows(unit)]
