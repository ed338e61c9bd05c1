"""From a caller's columns to arms, sampling weights and a numeric design; everything unusable is refused by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, binary, numeric, require_columns, unwrapped
from whatworks.core.errors import (
    DuplicateRows,
    InvalidColumn,
    InvalidOption,
    MissingValues,
    NoComparisonGroup,
    NoTreatedGroup,
)

# Every level becomes a column. All 98 municipalities fit; a person's number does not.
_MOST_LEVELS = 200


@dataclass(frozen=True, eq=False)
class Encoded:
    """Covariates as numbers: one column each, and one per level of a categorical one.

    Attributes
    ----------
    matrix : (n, k), without a constant
    names : (k,) readable, e.g. ``"age"`` or ``"living=shelter"``; a level is somebody's value, so no message holds one
    sources : (k,) the covariate each column came from
    """

    matrix: np.ndarray
    names: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def mentions(self) -> tuple[str, ...]:
        """(k,) how a message names each column, without any level: ``"'age'"``, ``"'living' (one of its levels)"``."""
        return tuple(
            repr(source) if name == source else f"{source!r} (one of its levels)"
            for name, source in zip(self.names, self.sources, strict=True)
        )


def arms(df: pd.DataFrame, treatment: str) -> np.ndarray:
    """True for treated rows; both arms must be there, and rows must have names of their own.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, NoTreatedGroup, NoComparisonGroup, DuplicateRows
    """
    require_columns(df, [treatment])
    if not df.index.is_unique:
        repeated = int(df.index.duplicated().sum())
        raise DuplicateRows(
            f"The frame's index repeats a label in {repeated} of {len(df)} rows, and pairs are named by label. "
            "Remove the repeated rows, or call reset_index(drop=True) if they are different people."
        )
    treated = binary(pd.DataFrame({treatment: plain(df, treatment)}), treatment)
    if not treated.any():
        raise NoTreatedGroup(f"Column {treatment!r} is 0 in all {len(df)} rows. Choose the column that marks who was treated.")
    if treated.all():
        raise NoComparisonGroup(f"Column {treatment!r} is 1 in all {len(df)} rows. Add rows of people who were not treated.")
    return treated


def sampling_weights(df: pd.DataFrame, weights: str | None) -> np.ndarray:
    """Positive sampling weights with mean 1; ones where no column is named.

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    """
    if weights is None:
        return np.ones(len(df))
    values = numeric(df, weights)
    bad = int((values <= 0).sum())
    if bad:
        raise InvalidColumn(
            f"Weight column {weights!r} is zero or negative in {bad} of {len(df)} rows; a weight says how many people a row "
            "stands for. Drop those rows knowingly."
        )
    return values / values.mean()


def covariate_list(covariates: str | Sequence[str], treatment: str) -> list[str]:
    """The covariates as a list without repeats, refusing none at all and the treatment itself.

    Raises
    ------
    InvalidOption
    """
    names = as_list(covariates)
    if not names:
        raise InvalidOption("covariates is empty; name at least one column to compare people on.")
    if treatment in names:
        raise InvalidOption(f"covariates contains the treatment {treatment!r} itself. Leave it out.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidOption(f"covariates names {', '.join(map(repr, repeated))} more than once. Name each column once.")
    return names


def encode(df: pd.DataFrame, covariates: Sequence[str], *, levels: str = "reference") -> Encoded:
    """Covariates as a numeric matrix.

    Parameters
    ----------
    df : one row per person
    covariates : numeric, boolean, text or categorical columns
    levels : ``"reference"`` leaves out the first sorted level of a categorical covariate; ``"every"`` keeps all levels
        when there are more than two, so that no level is treated differently from the others

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn
    """
    require_columns(df, covariates)
    refuse_missing(df, covariates)
    read = [_columns_of(df, covariate, levels) for covariate in covariates]
    names = [name for columns in read for name in columns.names]
    sources = [covariate for covariate, columns in zip(covariates, read, strict=True) for _ in columns.names]
    # Column by column in memory, as it is read from here on.
    matrix = np.empty((len(df), len(names)), order="F")
    place = 0
    for columns in read:
        if columns.kept is None:
            matrix[:, place] = columns.values
        else:
            for offset, level in enumerate(columns.kept):
                np.equal(columns.values, level, out=matrix[:, place + offset])
        place += len(columns.names)
    return Encoded(matrix=matrix, names=tuple(names), sources=tuple(sources))


def refuse_missing(df: pd.DataFrame, columns: Sequence[str], *, what: str = "rows") -> None:
    """Refuse missing values, with a count for each column.

    Raises
    ------
    MissingValues
    """
    missing = {column: plain(df, column).isna() for column in columns}
    counts = {column: int(lacks.sum()) for column, lacks in missing.items()}
    if any(counts.values()):
        affected = int(np.logical_or.reduce([lacks.to_numpy() for lacks in missing.values()]).sum())
        listed = ", ".join(f"{column!r} {count}" for column, count in counts.items() if count)
        raise MissingValues(
            f"{affected} of {len(df)} {what} lack a value ({listed}). Drop those rows knowingly, fill them in, "
            "or leave the columns out."
        )


def refuse_constant(encoded: Encoded) -> None:
    """Refuse covariates that are the same for everybody: they cannot tell the arms apart.

    Raises
    ------
    InvalidColumn
    """
    varies = np.ptp(encoded.matrix, axis=0) > 0
    constant = [name for name in dict.fromkeys(encoded.sources) if not any(_of(encoded, name, varies))]
    if constant:
        raise InvalidColumn(
            f"Covariates {', '.join(map(repr, constant))} have the same value in all {len(encoded.matrix)} rows and tell "
            "nothing about who is treated. Leave them out."
        )


def strata(df: pd.DataFrame, exact: Sequence[str]) -> np.ndarray:
    """A number for each combination of the columns that must agree exactly.

    Raises
    ------
    MissingColumn, MissingValues
    """
    if not exact:
        return np.zeros(len(df), dtype=np.int64)
    require_columns(df, exact)
    refuse_missing(df, exact)
    return df.groupby(list(exact), sort=False, observed=True).ngroup().to_numpy(dtype=np.int64)


def _of(encoded: Encoded, source: str, marks: np.ndarray) -> list[bool]:
    return [bool(mark) for name, mark in zip(encoded.sources, marks, strict=True) if name == source]


def plain(df: pd.DataFrame, column: str) -> pd.Series:
    """The column with Python objects turned into what they are: numbers where all are numbers."""
    values = df[column]
    if isinstance(values, pd.DataFrame):
        raise InvalidColumn(f"The frame has {values.shape[1]} columns named {column!r}. Rename them.")
    return values.infer_objects() if values.dtype == object else values


def is_number(values: pd.Series) -> bool:
    """True for numbers and truth values, pandas' nullable ones included."""
    return bool(pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype))


@dataclass(frozen=True, eq=False)
class _Columns:
    """What one covariate becomes: numbers, or for every level in ``kept`` where the codes in ``values`` are equal to it."""

    values: np.ndarray
    names: list[str]
    kept: list[int] | None = None


def _columns_of(df: pd.DataFrame, covariate: str, levels: str) -> _Columns:
    values = unwrapped(plain(df, covariate), covariate)
    if is_number(values):
        return _Columns(numeric(pd.DataFrame({covariate: values}), covariate), [covariate])
    return _indicators(values, covariate, levels)


def _indicators(values: pd.Series, covariate: str, levels: str) -> _Columns:
    """One 0/1 column for each level after the first; for every level where that is asked."""
    known = isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(values.dtype)
    if not known:
        raise InvalidColumn(f"Covariate {covariate!r} is of type {values.dtype}; numbers, text or categories are needed.")
    codes, found = pd.factorize(values, sort=False)
    if len(found) > _MOST_LEVELS:
        raise InvalidColumn(
            f"Covariate {covariate!r} has {len(found)} levels; at most {_MOST_LEVELS} can become columns. "
            "Merge levels, or match on it with exact=."
        )
    labels = list(found)
    keys = labels if _sortable(labels) else [str(label) for label in labels]
    by_label = sorted(range(len(labels)), key=keys.__getitem__)
    first = 0 if levels == "every" and len(labels) > 2 else 1
    # A single level is kept as a column of ones, so that a constant covariate can be named.
    kept = by_label[first:] or by_label
    return _Columns(codes, [f"{covariate}={labels[place]}" for place in kept], kept)


def _sortable(labels: list) -> bool:
    return all(isinstance(label, str) for label in labels) or all(isinstance(label, (int, float, np.number)) for label in labels)
