"""Citizens of providers: who can be used, how they differ before the effort, and what is refused."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.benchmarking.errors import MeasuredAfterStart
from whatworks.benchmarking.order import alphabetical
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidOption, MissingValues, NotIdentified, TooFewUnits
from whatworks.inference import independent_columns

FAMILIES = ("linear", "logistic", "poisson")


@dataclass(frozen=True, kw_only=True, eq=False)
class Citizens:
    """Rows that can be used, and for every provider how many could not.

    Attributes
    ----------
    providers : (J,) names in alphabetical order
    ownership : (J,) owner of each provider, or None
    codes : (n,) provider of each usable row
    y : (n,) outcome
    exposure : (n,) time at risk, 1 where none is given
    X : (n, p) case mix, first a column of ones, then factors with mean 0
    factors : (p - 1,) names of the columns after the first
    period : (n,) number of the period of each row, or None; names in ``periods``
    rows, baseline, followed : (J,) rows of the provider, those with a complete case mix, and those of them with an outcome
    family : "linear", "logistic" or "poisson"
    """

    providers: tuple[str, ...]
    ownership: tuple[str, ...] | None
    codes: np.ndarray
    y: np.ndarray
    exposure: np.ndarray
    X: np.ndarray
    factors: tuple[str, ...]
    period: np.ndarray | None
    periods: tuple[str, ...]
    rows: np.ndarray
    baseline: np.ndarray
    followed: np.ndarray
    family: str

    @property
    def count(self) -> int:
        return len(self.providers)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum of the values of each provider's usable rows."""
        return np.bincount(self.codes, weights=values, minlength=self.count)


def refuse_what_came_after(case_mix: list[str], measured_after: list[str], roles: Iterable[str]) -> None:
    """Only what was there before the effort may explain differences in what came of it.

    Raises
    ------
    MeasuredAfterStart
        If a factor of the case mix is measured after the start.
    InvalidOption
        If a factor is also the outcome, the provider or its owner.
    """
    after = [column for column in case_mix if column in set(measured_after)]
    if after:
        raise MeasuredAfterStart(
            f"Measured after the effort began, so the effort may have changed it: {', '.join(after)}. Adjusting for it would "
            "take away part of what providers do. Adjust for what was known before the start, or show it as an attribute."
        )
    shared = [column for column in case_mix if column in set(roles)]
    if shared:
        raise InvalidOption(
            f"Named as case mix and in another role: {', '.join(shared)}. Provider, owner, outcome and period are no case mix."
        )


def read_citizens(
    df: pd.DataFrame,
    *,
    provider: str,
    outcome: str,
    case_mix: list[str],
    family: str,
    exposure: str | None,
    ownership: str | None,
    period: str | None,
) -> Citizens:
    """Rows of citizens as arrays; those without outcome or case mix are counted for the gate and left out.

    Raises
    ------
    TooFewUnits
        If there is one provider.
    NotIdentified
        If the outcome is constant, or factors of the case mix say the same.
    InvalidColumn, MissingColumn, MissingValues, EmptyData
    """
    named = [column for column in (exposure, ownership, period) if column is not None]
    require_columns(df, [provider, outcome, *case_mix, *named], what="citizens")
    names, codes = _providers(df, provider)
    y = numeric(df, outcome, allow_missing=True, what="citizens")
    complete = np.ones(len(df), dtype=bool)
    for column in case_mix:
        complete &= df[column].notna().to_numpy()
    usable = complete & ~np.isnan(y)
    if not usable.any():
        raise EmptyData(
            f"No row has both the outcome {outcome!r} and a complete case mix. Leave out a factor that is never filled in."
        )
    family = _checked_family(family, y[usable], outcome, exposure)
    X, factors = _case_mix(df, case_mix, usable)
    at = _positive(df, exposure)[usable] if exposure else np.ones(int(usable.sum()))
    when, periods = _periods(df, period, usable)
    count = len(names)
    return Citizens(
        providers=names,
        ownership=_owners(df, ownership, codes, count),
        codes=codes[usable],
        y=y[usable],
        exposure=at,
        X=X,
        factors=factors,
        period=when,
        periods=periods,
        rows=np.bincount(codes, minlength=count),
        baseline=np.bincount(codes[complete], minlength=count),
        followed=np.bincount(codes[usable], minlength=count),
        family=family,
    )


def _providers(df: pd.DataFrame, provider: str) -> tuple[tuple[str, ...], np.ndarray]:
    codes, levels = pd.factorize(df[provider])
    if (codes < 0).any():
        raise MissingValues(
            f"{int((codes < 0).sum())} rows have no provider in {provider!r}. Fill it in, or drop them knowingly."
        )
    if len(levels) < 2:
        raise TooFewUnits(f"There is one provider in {provider!r}; a comparison needs at least two. Widen the selection.")
    names = [str(level) for level in levels]
    order = alphabetical(names)
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return tuple(names[each] for each in order), place[codes]


def _checked_family(family: str, y: np.ndarray, outcome: str, exposure: str | None) -> str:
    if y.min() == y.max():
        raise NotIdentified(f"The outcome {outcome!r} is the same for all {len(y)} citizens, so providers cannot differ in it.")
    yes_or_no = bool(np.isin(y, (0.0, 1.0)).all())
    if family == "auto":
        family = "poisson" if exposure else "logistic" if yes_or_no else "linear"
    if family == "logistic" and not yes_or_no:
        raise InvalidColumn(f"The outcome {outcome!r} is not 0/1, which family='logistic' needs. Use family='linear'.")
    if family == "poisson" and ((y < 0) | (y != np.round(y))).any():
        raise InvalidColumn(
            f"The outcome {outcome!r} is no count of 0, 1, 2 ..., which family='poisson' needs. Use family='linear'."
        )
    if exposure and family != "poisson":
        raise InvalidOption(f"exposure={exposure!r} goes with counts (family='poisson'), not with family={family!r}.")
    return family


def _positive(df: pd.DataFrame, column: str) -> np.ndarray:
    values = numeric(df, column, what="citizens")
    if (values <= 0).any():
        raise InvalidColumn(
            f"Column {column!r} is zero or negative in {int((values <= 0).sum())} rows; time at risk is above zero."
        )
    return values


def _case_mix(df: pd.DataFrame, case_mix: list[str], usable: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    columns, names = [np.ones(int(usable.sum()))], []
    for column in case_mix:
        values = df[column]
        if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
            numbers = numeric(df, column, allow_missing=True, what="citizens")[usable]
            columns.append(numbers - numbers.mean())
            names.append(column)
            continue
        levels = values[usable].astype("category").cat.remove_unused_categories()
        # The most common level is what the others are held against, so that no factor rests on a rare one.
        shares = levels.value_counts(normalize=True)
        for level in shares.index[1:]:
            columns.append((levels == level).to_numpy(dtype=float) - float(shares[level]))
            names.append(f"{column} {level}")
    X = np.column_stack(columns)
    kept = independent_columns(X)
    if not kept.all():
        lost = [names[place - 1] for place in range(1, X.shape[1]) if not kept[place]]
        raise NotIdentified(
            f"These factors of the case mix are constant or follow from the others: {', '.join(lost)}. Leave them out."
        )
    return X, tuple(names)


def _periods(df: pd.DataFrame, period: str | None, usable: np.ndarray) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if period is None:
        return None, ()
    values = df[period]
    if values.isna().any():
        raise MissingValues(f"{int(values.isna().sum())} rows have no {period!r}. Fill it in, or drop them knowingly.")
    codes, levels = pd.factorize(values[usable], sort=True)
    return codes, tuple(str(level) for level in levels)


def _owners(df: pd.DataFrame, ownership: str | None, codes: np.ndarray, count: int) -> tuple[str, ...] | None:
    if ownership is None:
        return None
    kinds, levels = pd.factorize(df[ownership])
    if (kinds < 0).any():
        raise MissingValues(f"{int((kinds < 0).sum())} rows have no owner in {ownership!r}. Fill it in.")
    seen = np.zeros((count, len(levels)), dtype=bool)
    seen[codes, kinds] = True
    several = int((seen.sum(axis=1) > 1).sum())
    if several:
        raise InvalidColumn(
            f"{several} providers have several owners in {ownership!r}. Give a provider that changed hands two names."
        )
    return tuple(str(levels[each]) for each in seen.argmax(axis=1))
