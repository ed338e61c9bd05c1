"""Coarsened exact matching: people who fall into the same bins of every covariate are alike."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption
from whatworks.core.options import whole
from whatworks.matching.encoding import is_number, plain, refuse_missing

# Products of bins beyond this are renumbered before the next covariate comes in, so that no number overflows.
_LARGEST_CODE = 2**62


def exact_strata(df: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A number from 0 for each combination of values of the columns.

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn
    """
    return coarsened_strata(df, columns, cutpoints={}, exact=columns)


def coarsened_strata(
    df: pd.DataFrame, covariates: Sequence[str], *, cutpoints: Mapping[str, Any], exact: Sequence[str] = ()
) -> np.ndarray:
    """A number from 0 for each combination of bins that somebody falls into.

    Parameters
    ----------
    cutpoints : for numeric covariates, a number of equally wide bins or a list of cuts; without, Sturges' number of bins.
        A value on a cut belongs to the bin above it
    exact : columns whose every value is a bin of its own

    Raises
    ------
    InvalidOption
        If cut points name a column that is not a numeric covariate, or are not increasing numbers.
    MissingColumn, MissingValues, InvalidColumn

    References
    ----------
    Iacus, King & Porro (2012), Political Analysis 20:1-24; Sturges (1926), Journal of the American Statistical Association
    21:65-66.

    Examples
    --------
    >>> df = pd.DataFrame({"age": [20, 34, 35, 61], "sex": list("mmfm")})
    >>> coarsened_strata(df, ["age", "sex"], cutpoints={"age": [30, 60]}).tolist()
    [0, 1, 2, 3]
    """
    columns = list(dict.fromkeys([*covariates, *exact]))
    _refuse_unknown(cutpoints, covariates)
    require_columns(df, columns)
    refuse_missing(df, columns)
    codes = np.zeros(len(df), dtype=np.int64)
    size = 1
    for column in columns:
        values = plain(df, column)
        if is_number(values):
            values = pd.Series(numeric(pd.DataFrame({column: values}), column))
        if is_number(values) and column not in exact:
            bins, count = _bins(values.to_numpy(), column, cutpoints.get(column))
        else:
            _refuse_cuts(column, cutpoints)
            bins, count = _levels(values, column)
        if size > _LARGEST_CODE // max(count, 1):
            codes, found = pd.factorize(codes)
            size = len(found)
        codes = codes * count + bins
        size *= count
    return pd.factorize(codes)[0].astype(np.int64)


def sturges(n: int) -> int:
    """Number of bins for ``n`` values: one more than their binary logarithm, rounded up.

    Examples
    --------
    >>> sturges(500)
    10
    """
    return int(np.ceil(np.log2(n) + 1))


def _bins(values: np.ndarray, column: str, cuts: Any) -> tuple[np.ndarray, int]:
    if values.min() == values.max():
        raise _constant(column, len(values))
    edges = _edges(values, column, cuts)
    return np.searchsorted(edges, values, side="right"), len(edges) + 1


def _edges(values: np.ndarray, column: str, cuts: Any) -> np.ndarray:
    """Inner edges of the bins."""
    if cuts is None or isinstance(cuts, (int, np.integer)):
        bins = sturges(len(values)) if cuts is None else whole(f"cutpoints[{column!r}]", cuts)
        return np.linspace(values.min(), values.max(), bins + 1)[1:-1]
    edges = np.asarray(cuts, dtype=float) if _are_numbers(cuts) else np.array([np.nan])
    if edges.ndim != 1 or not np.isfinite(edges).all() or not (np.diff(edges) > 0).all():
        raise InvalidOption(f"cutpoints[{column!r}]={cuts!r}; a number of bins or a list of increasing numbers is needed.")
    return edges


def _are_numbers(cuts: Any) -> bool:
    return isinstance(cuts, (list, tuple, np.ndarray, pd.Series)) and all(
        isinstance(cut, (int, float, np.number)) and not isinstance(cut, bool) for cut in cuts
    )


def _levels(values: pd.Series, column: str) -> tuple[np.ndarray, int]:
    codes, found = pd.factorize(values)
    if len(found) == 1:
        raise _constant(column, len(values))
    return codes, len(found)


def _constant(column: str, n: int) -> InvalidColumn:
    return InvalidColumn(f"Covariate {column!r} has the same value in all {n} rows and tells nobody apart. Leave it out.")


def _refuse_unknown(cutpoints: Mapping[str, Any], covariates: Sequence[str]) -> None:
    if not isinstance(cutpoints, Mapping):
        raise InvalidOption(
            f"cutpoints={cutpoints!r}; a mapping from covariates is needed, such as {{'age': [30, 45]}} or {{'age': 4}}."
        )
    unknown = [name for name in cutpoints if name not in covariates]
    if unknown:
        raise InvalidOption(
            f"cutpoints names {', '.join(map(repr, unknown))}, not among the covariates {', '.join(map(repr, covariates))}. "
            "Add it there, or leave it out."
        )


def _refuse_cuts(column: str, cutpoints: Mapping[str, Any]) -> None:
    if column in cutpoints:
        raise InvalidOption(
            f"cutpoints names {column!r}, which is matched exactly: it is no number, or stands in exact=. Leave it out there."
        )
