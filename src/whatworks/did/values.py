"""Outcome, covariates and weights of a frame, row by row or unit by unit."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, numeric, require_columns, unwrapped
from whatworks.core.errors import InvalidColumn
from whatworks.core.layout import Grid, Layout


def read_rows(
    df: pd.DataFrame, *, outcome: str, covariates: Sequence[str], weights: str | None
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], np.ndarray]:
    """Outcome (rows,), covariates (rows, k) with their names, and weights (rows,).

    Text covariates become one 0/1 column per level but one. All levels share one name: a level is somebody's value, and names
    end up in messages.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues
    """
    y = numeric(df, outcome, allow_missing=True)
    labelled = [pair for name in as_list(covariates) for pair in _covariate(df, name)]
    X = np.column_stack([values for _, values in labelled]) if labelled else np.empty((len(df), 0))
    w = np.ones(len(df)) if weights is None else _checked_weights(numeric(df, weights), weights)
    return y, X, tuple(label for label, _ in labelled), w


def covariates_of_units(
    df: pd.DataFrame, names: Sequence[str], layout: Layout, order: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """(n, k) in the given order of units if no covariate changes within a unit, else (n, T, k); and their names."""
    columns, labels = [], []
    for name in as_list(names):
        fixed = fixed_numbers(df, name, layout)
        pairs = [(name, fixed)] if fixed is not None else [(label, _fold(x, layout)) for label, x in _covariate(df, name)]
        labels += [label for label, _ in pairs]
        columns += [values for _, values in pairs]
    if all(len(values) == layout.n for values in columns):
        out = np.empty((len(columns), layout.n))
        for row, values in zip(out, columns, strict=True):
            np.take(values, order, out=row)
        return out.T, tuple(labels)
    wide = [
        np.broadcast_to(values[order, None], (layout.n, layout.T)) if len(values) == layout.n else layout.wide(values, order)
        for values in columns
    ]
    return np.stack(wide, axis=2), tuple(labels)


def weights_of_units(df: pd.DataFrame, weights: str | None, layout: Layout, order: np.ndarray) -> np.ndarray:
    """(n,) in the given order of units, or (n, T) where weights change within a unit."""
    if weights is None:
        return np.ones(layout.n)
    fixed = fixed_numbers(df, weights, layout)
    if fixed is not None and fixed.min() >= 0 and fixed.any():
        return fixed[order]
    values = _fold(_checked_weights(numeric(df, weights), weights), layout)
    return values[order] if len(values) == layout.n else layout.wide(values, order)


def fixed_numbers(df: pd.DataFrame, name: str, layout: Layout) -> np.ndarray | None:
    """(n,) a plain column of finite numbers that never change within a unit; None for any other column."""
    require_columns(df, [name])
    column = df[name]
    if not (isinstance(layout, Grid) and isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb"):
        return None
    values = column.to_numpy()
    first = layout.of_units(values)
    # Bad values are counted row by row, so they are left to the reader that complains.
    return first.astype(float) if np.isfinite(first).all() and not layout.changing(values) else None


def _fold(values: np.ndarray, layout: Layout) -> np.ndarray:
    """(n,) if the values never change within a unit, else as they are."""
    return values if layout.changing(values) else layout.of_units(values)


def _covariate(df: pd.DataFrame, name: str) -> Iterator[tuple[str, np.ndarray]]:
    require_columns(df, [name])
    values = unwrapped(df[name], name)
    textual = (
        isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object or pd.api.types.is_string_dtype(values.dtype)
    )
    if not textual:
        yield name, numeric(values.to_frame(name), name, allow_missing=True)
        return
    codes, levels = pd.factorize(values, sort=True)
    for level in range(1, len(levels)):
        yield f"{name} (some of its levels)", np.where(codes < 0, np.nan, codes == level)


def _checked_weights(w: np.ndarray, name: str) -> np.ndarray:
    negative = int((w < 0).sum())
    if negative:
        raise InvalidColumn(f"frame column {name!r} has {negative} negative weights. Weights must be 0 or more.")
    if not w.any():
        raise InvalidColumn(f"frame column {name!r} is 0 in all {len(w)} rows. At least some rows need weight.")
    return w
