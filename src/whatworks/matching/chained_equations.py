"""Filling gaps by chained equations: each column in turn is drawn given all others, with the uncertainty of its own model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidColumn
from whatworks.inference import fit_binary, fit_least_squares, independent_columns
from whatworks.matching.encoding import encode, is_number, plain, refuse_missing

# Donors among whom a number is drawn: van Buuren (2018), Flexible Imputation of Missing Data, 2nd ed., section 3.4.3.
_DONORS = 5
# Weight of the pseudo-observations that keep a logit finite where a rare level is separated, shared over the rows.
_PSEUDO = 1.0
NUMBERS = ("donors", "normal")


@dataclass(frozen=True, eq=False)
class _Column:
    """One column as it was delivered.

    Attributes
    ----------
    name : of the column
    values : (n,) numbers, or codes of levels; anything where missing
    gap : (n,) True where it was not known
    levels : labels of the codes; None for numbers
    """

    name: str
    values: np.ndarray
    gap: np.ndarray
    levels: pd.Index | None

    def as_predictor(self, values: np.ndarray) -> np.ndarray:
        """(n, k) the column in another one's regression."""
        if self.levels is None:
            return values[:, None]
        return (values[:, None] == np.arange(1, len(self.levels))[None, :]).astype(float)


@dataclass(frozen=True, eq=False)
class Imputer:
    """A frame with gaps, ready to be filled in as often as is wanted.

    Attributes
    ----------
    df : as delivered
    columns : those that may have gaps, fewest gaps first
    fixed : (n, k) predictors without gaps
    """

    df: pd.DataFrame
    columns: tuple[_Column, ...]
    fixed: np.ndarray

    @staticmethod
    def of(df: pd.DataFrame, covariates: Sequence[str], predictors: Sequence[str]) -> "Imputer":
        """Read the columns.

        Raises
        ------
        MissingValues, InvalidColumn, MissingColumn
        """
        refuse_missing(df, predictors)
        columns = [_read(df, name) for name in covariates]
        fixed = encode(df, predictors).matrix if predictors else np.empty((len(df), 0))
        return Imputer(df, tuple(sorted(columns, key=lambda column: int(column.gap.sum()))), fixed)

    def filled(self, rng: np.random.Generator, *, cycles: int, numbers: str = "donors") -> pd.DataFrame:
        """A copy of the frame with every gap drawn once; ``numbers`` as of ``multiple_imputation``."""
        current = {column.name: _start(column, rng) for column in self.columns}
        gaps = [column for column in self.columns if column.gap.any()]
        # One incomplete column needs no second round: what it is drawn from does not change.
        for _ in range(cycles if len(gaps) > 1 else 1):
            for column in gaps:
                others = [each.as_predictor(current[each.name]) for each in self.columns if each is not column]
                X = _standardised(np.column_stack([self.fixed, *others]) if others else self.fixed)
                current[column.name] = _drawn(column, current[column.name], X, rng, numbers)
        out = self.df.copy()
        for column in gaps:
            out[column.name] = _as_delivered(column, current[column.name], self.df[column.name])
        return out


def _read(df: pd.DataFrame, name: str) -> _Column:
    values = plain(df, name)
    gap = values.isna().to_numpy()
    numeric = is_number(values)
    if numeric:
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        if np.isinf(numbers).any():
            raise InvalidColumn(f"Covariate {name!r} has {int(np.isinf(numbers).sum())} infinite values. Set them to missing.")
        if not np.isin(numbers[~gap], (0.0, 1.0)).all():
            return _Column(name, numbers, gap, None)
    codes, levels = pd.factorize(values, sort=numeric)
    return _Column(name, codes.astype(float), gap, pd.Index(levels))


def _start(column: _Column, rng: np.random.Generator) -> np.ndarray:
    """Gaps filled with values of other people, drawn blindly."""
    out = column.values.copy()
    out[column.gap] = rng.choice(column.values[~column.gap], int(column.gap.sum()))
    return out


def _standardised(X: np.ndarray) -> np.ndarray:
    """A constant and the predictors on one scale, without repetitions."""
    spread = X.std(axis=0)
    scaled = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.column_stack([np.ones(len(X)), scaled])


def _drawn(column: _Column, current: np.ndarray, X: np.ndarray, rng: np.random.Generator, numbers: str) -> np.ndarray:
    X = X[:, independent_columns(X[~column.gap])]
    out = current.copy()
    if column.levels is None:
        out[column.gap] = _number(column.values, column.gap, X, rng, numbers)
    elif len(column.levels) > 1:
        out[column.gap] = _level(column, X, rng)
    return out


def _number(values: np.ndarray, gap: np.ndarray, X: np.ndarray, rng: np.random.Generator, numbers: str) -> np.ndarray:
    """Numbers from a regression whose coefficients and spread are drawn too.

    References
    ----------
    Rubin (1987), section 5.3.
    """
    known = ~gap
    fit = fit_least_squares(X[known], values[known])
    freedom = max(int(known.sum()) - X.shape[1], 1)
    spread = np.sqrt(float(fit.residuals @ fit.residuals) / rng.chisquare(freedom))
    drawn = fit.coefficients + spread * np.linalg.cholesky(fit.bread) @ rng.normal(size=X.shape[1])
    wanted = X[gap] @ drawn
    if numbers == "normal":
        return wanted + spread * rng.normal(size=len(wanted))
    return _of_a_donor(values[known], X[known] @ fit.coefficients, wanted, rng)


def _of_a_donor(values: np.ndarray, expected: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Predictive mean matching: the value of one of the few people whose expectation is nearest to the one wanted.

    References
    ----------
    Little (1988), Journal of Business & Economic Statistics 6:287-296.
    """
    by_size = np.argsort(expected, kind="stable")
    donors = min(_DONORS, len(by_size))
    # The nearest few stand within as many places to either side of where the wanted value would stand.
    place = np.searchsorted(expected[by_size], wanted)
    near = np.clip(place[:, None] + np.arange(-donors, donors)[None, :], 0, len(by_size) - 1)
    distance = np.abs(expected[by_size][near] - wanted[:, None])
    # A place clipped at an end stands there twice and must not be chosen twice.
    distance[:, 1:][near[:, 1:] == near[:, :-1]] = np.inf
    each = np.arange(len(wanted))
    chosen = np.argsort(distance, axis=1, kind="stable")[each, rng.integers(0, donors, len(wanted))]
    return values[by_size][near[each, chosen]]


def _level(column: _Column, X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A level drawn from its chances: for each level after the first a logit against the first, coefficients drawn too.

    References
    ----------
    Begg & Gray (1984), Biometrika 71:11-18 (one logit for each level); the draw: Rubin (1987), section 5.3.
    """
    assert column.levels is not None
    known = ~column.gap
    odds = np.zeros((int(column.gap.sum()), len(column.levels)))
    for level in range(1, len(column.levels)):
        rows = known & np.isin(column.values, (0.0, float(level)))
        odds[:, level] = X[column.gap] @ _logit_draw(X[rows], column.values[rows] == level, rng)
    chances = np.exp(odds - odds.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return (
        (rng.random(len(odds))[:, None] > np.cumsum(chances, axis=1)).sum(axis=1).clip(max=len(column.levels) - 1).astype(float)
    )


def _logit_draw(X: np.ndarray, yes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Coefficients drawn around those of a logit; a little weight on both answers for everybody keeps them finite.

    References
    ----------
    White, Daniel & Royston (2010), Computational Statistics & Data Analysis 54:2267-2275 (perfect prediction).
    """
    kept = independent_columns(X)
    rows = X[:, kept]
    both = np.vstack([rows, rows, rows])
    answers = np.concatenate([yes, np.ones(len(yes), dtype=bool), np.zeros(len(yes), dtype=bool)])
    weights = np.concatenate([np.ones(len(yes)), np.full(2 * len(yes), _PSEUDO * rows.shape[1] / (2 * len(yes)))])
    fit = fit_binary(both, answers, weights=weights)
    drawn = np.zeros(X.shape[1])
    drawn[kept] = fit.coefficients + np.linalg.cholesky(fit.vcov) @ rng.normal(size=int(kept.sum()))
    return drawn


def _as_delivered(column: _Column, values: np.ndarray, original: pd.Series) -> pd.Series:
    """The column in its own type, with the drawn values where it had none."""
    drawn = pd.Series(values, index=original.index)
    if column.levels is not None:
        drawn = pd.Series(column.levels.take(values.astype(np.int64)), index=original.index)
    try:
        return original.where(~column.gap, drawn.astype(original.dtype))
    except (TypeError, ValueError):
        # What pandas says names a value.
        raise InvalidColumn(
            f"Covariate {column.name!r} of type {original.dtype} cannot hold the values drawn for its gaps. Use "
            "numbers='donors', which draws values seen, or convert it with astype('float64')."
        ) from None
