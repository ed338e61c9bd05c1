"""Complete panels for synthetic comparisons: what is read, what is refused, how covariates enter."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric
from whatworks.core.errors import InvalidOption, MissingValues, NoComparisonGroup, NotIdentified, NoTreatedGroup
from whatworks.core.timeline import Timeline
from whatworks.did.observed import Columns
from whatworks.did.panel import Panel, read_units
from whatworks.did.synthetic_paths import Design
from whatworks.inference import independent_columns


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """A design, and what tells where it came from.

    Attributes
    ----------
    labels : (n,) of the units, in the design's order
    people : (n, T) people behind each unit at each time; ones where nobody told
    always : units left out because they are treated from the first time on
    lost : names of covariates that add nothing
    """

    design: Design
    timeline: Timeline
    labels: np.ndarray = field(repr=False)
    people: np.ndarray = field(repr=False)
    n_rows: int
    n_dropped: int
    always: int
    lost: tuple[str, ...]


def read_design(df: pd.DataFrame, columns: Columns, first_treated: str, *, method: str, people: str | None) -> Data:
    """Read a complete panel; units of one start are put in the order of their outcomes, so that the frame's order is nothing.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, InvalidOption, DuplicateRows, TreatmentReversal, NotIdentified
    NoTreatedGroup, NoComparisonGroup
        If no unit starts after the first time, or none is never treated.
    MissingValues
        If a unit lacks an outcome or a covariate at some time.
    """
    units = read_units(df, columns, first_treated)
    panel = units.panel(columns.outcome)
    always = panel.cohort <= panel.timeline.ordinals[0]
    counts = np.ones(panel.outcome.shape)
    if people is not None:
        counts = units.layout.wide(numeric(df, people), units.order)
    labels = units.layout.of_units(df[columns.of_units].to_numpy())[units.order][~always]
    panel, counts = panel.take(~always), counts[~always]
    _refuse_without_groups(panel, columns, method)
    _refuse_incomplete(panel, columns)
    order = np.lexsort((*panel.outcome.T[::-1], panel.cohort))
    design = Design(
        outcome=panel.outcome[order],
        cohort=panel.cohort[order],
        ordinals=panel.timeline.ordinals,
        predictors=np.empty((len(order), 0)),
        method=method,
    )
    design, lost = _with_covariates(design, panel.covariates[order], panel.names)
    return Data(
        design=design,
        timeline=panel.timeline,
        labels=labels[order],
        people=counts[order],
        n_rows=panel.n_rows,
        n_dropped=panel.n_dropped,
        always=int(always.sum()),
        lost=lost,
    )


def _refuse_without_groups(panel: Panel, columns: Columns, method: str) -> None:
    treated = np.isfinite(panel.cohort)
    if not treated.any():
        raise NoTreatedGroup("No unit starts treatment after the first observed time. Check the column, or add earlier times.")
    if treated.all():
        raise NoComparisonGroup(
            "Every unit is treated at some time, so there is nobody to build a comparison from. Add units that are never "
            f"treated, or leave out the rows of frame column {columns.time!r} from the last start on."
        )
    if method == "control" and treated.sum() > 1:
        raise InvalidOption(
            f"method='control' is for one treated unit; found {int(treated.sum())}. "
            "Use method='sdid', or one treated unit at a time."
        )
    before = (panel.timeline.ordinals < panel.cohort[treated, None]).sum(axis=1)
    short = int((before < 2).sum())
    if short and method != "did":
        raise NotIdentified(
            f"{short} of {len(before)} treated units have one time before their start; weights need at least 2. "
            "Add earlier times, leave those units out knowingly, or use method='did'."
        )


def _refuse_incomplete(panel: Panel, columns: Columns) -> None:
    lacking = ~panel.usable
    if lacking.any():
        units = int(lacking.any(axis=1).sum())
        raise MissingValues(
            f"{int(lacking.sum())} of {lacking.size} pairs of {columns.unit!r} and {columns.time!r} lack an outcome or a "
            f"covariate, in {units} of {len(lacking)} units; weights need every unit at every time. Keep the complete units or "
            "times knowingly, or use ww.did.att_gt, which takes gaps."
        )


def _with_covariates(design: Design, covariates: np.ndarray, names: tuple[str, ...]) -> tuple[Design, tuple[str, ...]]:
    """Covariates as predictors for the synthetic control, as adjustment of the outcome for the others."""
    if not names:
        return design, ()
    over_time = covariates if covariates.ndim == 3 else np.repeat(covariates[:, None, :], design.outcome.shape[1], axis=1)
    return (_as_predictors if design.method == "control" else _adjusted)(design, over_time, names)


def _as_predictors(design: Design, covariates: np.ndarray, names: tuple[str, ...]) -> tuple[Design, tuple[str, ...]]:
    """Means before the start, in standard deviations over the units."""
    before = design.ordinals < design.cohort.min()
    means = covariates[:, before].mean(axis=1)
    spread = means.std(axis=0)
    tells = spread > 1e-12 * np.abs(means).max(axis=0)
    lost = tuple(name for name, kept in zip(names, tells, strict=True) if not kept)
    return replace(design, predictors=means[:, tells] / spread[tells]), lost


def _adjusted(design: Design, covariates: np.ndarray, names: tuple[str, ...]) -> tuple[Design, tuple[str, ...]]:
    """Outcomes less what the covariates explain among the never treated, net of unit and time effects.

    References
    ----------
    Arkhangelsky et al. (2021), footnote on covariates; Clarke, Pailañir, Athey & Imbens (2024), Stata Journal 24:557-598, section
    2.4, "projected".
    """
    never = np.isinf(design.cohort)
    within = _net_of_effects(covariates[never])
    X = within.reshape(-1, within.shape[2])
    largest = np.abs(covariates[never]).reshape(-1, within.shape[2]).max(axis=0)
    X = np.where(np.abs(X).max(axis=0) > 1e-10 * largest, X, 0.0)
    kept = independent_columns(X)
    y = _net_of_effects(design.outcome[never][:, :, None]).ravel()
    slopes = np.linalg.lstsq(X[:, kept], y, rcond=None)[0]
    centred = covariates[:, :, kept] - covariates[:, :, kept].mean(axis=(0, 1))
    lost = tuple(name for name, stays in zip(names, kept, strict=True) if not stays)
    return replace(design, outcome=design.outcome - centred @ slopes), lost


def _net_of_effects(values: np.ndarray) -> np.ndarray:
    """(n, T, k) less unit means and time means."""
    units, times = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    return np.asarray(values - units - times + values.mean(axis=(0, 1)))
