"""What a municipality would be expected to spend, given the people who live there, and who resembles whom."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2, t

from whatworks.benchmarking.inputs import one_value
from whatworks.benchmarking.order import alphabetical
from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidColumn, InvalidOption, MissingValues, NotIdentified, TooFewUnits
from whatworks.inference import fit_least_squares, independent_columns

# Fewer than this for each factor and the model describes these municipalities, not need: Harrell (2015), Regression Modeling
# Strategies, 2nd ed., section 4.4.
WANTED_PER_FACTOR = 10
# Need that explains less than half of the differences leaves too much that is neither need nor choice.
LEAST_EXPLAINED = 0.5
# A municipality with more than half of its expectation resting on itself has nobody like it.
LARGEST_LEVERAGE = 0.5


def need(
    df: pd.DataFrame,
    *,
    municipality: str,
    spending: str,
    factors: str | Sequence[str],
    price_level: str,
    payer: str = "municipality",
    unit: str = "kroner per inhabitant",
    conf_level: float = 0.95,
) -> EffectResult:
    """Spending compared with what demography and socio-economic factors lead one to expect.

    Each municipality's expectation comes from the others alone, so nobody sets the norm it is held against.

    Parameters
    ----------
    df : one row per municipality
    municipality : column with names
    spending : column with spending per inhabitant of the group that the effort is for, above 0
    factors : numeric columns with what a municipality cannot choose: age groups, education, housing, disability pensions
    price_level : column with the price level of the spending, one value in all rows
    payer : who pays, for the unit
    unit : of the spending
    conf_level : coverage of the intervals

    Returns
    -------
    EffectResult
        Headline: how far municipalities typically are from what need explains (residual standard deviation). Parts, in Danish
        alphabetical order: municipality, spending, expected, estimate (spending minus expected) with the interval outside
        which it is more than the ordinary distance, ratio, leverage. Statistics: nobs, n_dropped, r2, r2_left_out (of
        municipalities left out of the model), df. Checks: need_explained, units_per_measure, nobody_alike,
        service_or_productivity.

    Raises
    ------
    TooFewUnits
        If there are not at least three municipalities more than factors.
    InvalidColumn
        If spending is zero or negative, or price levels are mixed.
    NotIdentified
        If a factor is constant or follows from others, or spending is the same everywhere.
    DuplicateRows, MissingColumn, MissingValues

    References
    ----------
    Cook & Weisberg (1982), Residuals and Influence in Regression, chapter 2 (predictions of rows left out).

    Examples
    --------
    >>> towns = pd.DataFrame({"town": list("abcdefgh"), "old": [1.0, 2, 3, 4, 5, 6, 7, 8], "prices": 2025,
    ...                       "kr": [11.0, 19, 31, 39, 51, 59, 71, 99]})
    >>> result = ww.benchmarking.need(towns, municipality="town", spending="kr", factors="old", price_level="prices")
    >>> result.parts[["municipality", "expected", "estimate"]].round(1).tail(2)
      municipality  expected  estimate
    6            g      78.5      -7.5
    7            h      80.1      18.9
    """
    factors = as_list(factors)
    require_columns(df, [municipality, spending, price_level, *factors], what="municipalities")
    one_value(df, price_level)
    names = _names(df, municipality)
    y = numeric(df, spending, what="municipalities")
    _refuse_spending(y, spending)
    if len(y) < len(factors) + 3:
        raise TooFewUnits(f"{len(y)} municipalities for {len(factors)} factors. Use fewer factors, or more municipalities.")
    X = _design(df, factors, len(y))
    fit = fit_least_squares(X, y)
    leverage = np.einsum("ij,jk,ik->i", X, fit.bread, X)
    if (leverage > 1 - 1e-9).any():
        raise NotIdentified(
            f"{int((leverage > 1 - 1e-9).sum())} municipalities decide a factor alone, so nothing can be expected of them. "
            "Leave out the factor, or the municipalities."
        )
    order = alphabetical(names)
    level = str(df[price_level].iloc[0])
    return EffectResult(
        method="benchmarking.need",
        estimand="distance between spending and what need explains (residual standard deviation)",
        measure="money",
        unit=f"{unit}, {level} prices, paid by {payer}",
        conf_level=conf_level,
        effects=_effects(names, y, fit.residuals, leverage, X.shape[1], order, conf_level),
        statistics=_statistics(y, fit.residuals, leverage, X.shape[1]),
        checks=_checks(y, fit.residuals, leverage, len(factors)),
        provenance=Provenance(
            data_fingerprint=fingerprint(df, [municipality, spending, price_level, *factors]),
            arguments={
                "municipality": municipality, "spending": spending, "factors": factors, "price_level": price_level,
                "payer": payer,
                "unit": unit, "conf_level": conf_level,
            },
        ),
    )  # fmt: skip


def comparison_group(
    df: pd.DataFrame, *, unit: str, factors: str | Sequence[str], size: int = 10, of: str | None = None
) -> pd.DataFrame:
    """The units that resemble each unit most in what it cannot choose: a list with distances, not a rank.

    Parameters
    ----------
    df : one row per unit
    unit : column with names
    factors : numeric columns; distances are Mahalanobis', so no factor counts twice because another goes along with it
    size : units in each group
    of : one unit's group; every unit's by default

    Returns
    -------
    Columns unit, similar, distance (standard deviations), both names in Danish alphabetical order. A unit is never in its own
    group.

    Raises
    ------
    TooFewUnits
        If there are not more units than ``size`` and than factors.
    NotIdentified
        If a factor is constant or follows from others.
    InvalidOption, DuplicateRows, MissingColumn, MissingValues

    References
    ----------
    Mahalanobis (1936), Proc. Nat. Inst. Sci. India 2:49-55.

    Examples
    --------
    >>> towns = pd.DataFrame({"town": ["Aarup", "Bro", "Ege", "Søby"], "old": [1.0, 1.1, 3.0, 3.2]})
    >>> comparison_group(towns, unit="town", factors="old", size=1)[["unit", "similar"]].values.tolist()
    [['Bro', 'Aarup'], ['Ege', 'Søby'], ['Søby', 'Ege'], ['Aarup', 'Bro']]
    """
    factors = as_list(factors)
    require_columns(df, [unit, *factors], what="units")
    names = _names(df, unit)
    if size < 1 or len(names) <= max(size, len(factors)):
        raise TooFewUnits(
            f"{len(names)} units, {len(factors)} factors and groups of {size}; more units than both, and a size of 1 or more, "
            "are needed. Use a smaller size or fewer factors."
        )
    if of is not None and of not in names:
        raise InvalidOption(f"of={of!r} is no unit in {unit!r}. Check the spelling.")
    Z = _design(df, factors, len(names))[:, 1:]
    whitened = np.linalg.solve(np.linalg.cholesky(np.cov(Z, rowvar=False).reshape(len(factors), -1)), Z.T).T
    squares = (whitened**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares - 2 * whitened @ whitened.T, 0.0))
    np.fill_diagonal(distance, np.inf)
    rows = []
    for place in [names.index(of)] if of is not None else alphabetical(names):
        # Stable, so that of equally distant ones the first in the frame is taken every time.
        nearest = np.argsort(distance[place], kind="stable")[:size]
        near = [names[each] for each in nearest]
        rows += [(names[place], near[each], float(distance[place, nearest[each]])) for each in alphabetical(near)]
    return pd.DataFrame(rows, columns=["unit", "similar", "distance"]).astype({"unit": "str", "similar": "str"})


def _names(df: pd.DataFrame, column: str) -> list[str]:
    if df[column].isna().any():
        raise MissingValues(f"{int(df[column].isna().sum())} rows have no name in {column!r}. Name every row.")
    names = df[column].astype(str)
    if names.duplicated().any():
        raise DuplicateRows(
            f"{int(names.duplicated().sum())} rows repeat a name in {column!r}. Give each one row: one year at a time."
        )
    return list(names)


def _refuse_spending(y: np.ndarray, spending: str) -> None:
    if (y <= 0).any():
        raise InvalidColumn(
            f"Column {spending!r} is zero or negative in {int((y <= 0).sum())} of {len(y)} rows; spending is above zero."
        )
    if y.min() == y.max():
        raise NotIdentified(f"Column {spending!r} is the same in all {len(y)} rows, so there is nothing to explain.")


def _design(df: pd.DataFrame, factors: list[str], rows: int) -> np.ndarray:
    if not factors:
        raise InvalidOption("No factors were named. Name columns that differ between places and that nobody there can choose.")
    columns = [numeric(df, factor, what="places") for factor in factors]
    X = np.column_stack([np.ones(rows), *[(each - each.mean()) / (each.std() or 1.0) for each in columns]])
    kept = independent_columns(X)
    if not kept.all():
        lost = [factor for factor, keep in zip(factors, kept[1:], strict=True) if not keep]
        raise NotIdentified(f"These factors are constant or follow from the others: {', '.join(lost)}. Leave them out.")
    return X


def _left_out(residuals: np.ndarray, leverage: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Errors of predictions of each row from all the others, and their standard errors."""
    n = len(residuals)
    error = residuals / (1 - leverage)
    without = (residuals @ residuals - residuals * error) / (n - k - 1)
    return error, np.sqrt(np.maximum(without, 0.0) / (1 - leverage))


def _effects(
    names: list[str], y: np.ndarray, residuals: np.ndarray, leverage: np.ndarray, k: int, order: list[int], conf_level: float
) -> pd.DataFrame:
    n = len(y)
    error, std_error = _left_out(residuals, leverage, k)
    reach = float(t.ppf((1 + conf_level) / 2, n - k - 1)) * std_error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * t.sf(np.abs(error / std_error), n - k - 1)
    parts = pd.DataFrame(
        {
            "term": names, "kind": "part", "estimate": error, "std_error": std_error, "conf_low": error - reach,
            "conf_high": error + reach, "p_value": p_value, "municipality": names, "spending": y, "expected": y - error,
            "ratio": y / (y - error), "leverage": leverage,
        }
    ).iloc[order]  # fmt: skip
    square = float(residuals @ residuals)
    tail = (1 - conf_level) / 2
    low, high = (float(np.sqrt(square / chi2.ppf(each, n - k))) for each in (1 - tail, tail))
    head = pd.DataFrame([["distance from need", "headline", float(np.sqrt(square / (n - k))), np.nan, low, high, np.nan]])
    head.columns = parts.columns[:7]
    out = pd.concat([head, parts], ignore_index=True)[list(parts.columns)]
    return out.astype({"term": "str", "kind": "str", "municipality": "str", "std_error": float, "p_value": float})


def _explained(y: np.ndarray, residuals: np.ndarray, leverage: np.ndarray) -> tuple[float, float]:
    """Share of the differences that need explains, within the model and for municipalities left out of it."""
    n = len(y)
    around = y - y.mean()
    # The mean of the others, too, has to be found without the municipality.
    left_out = float(((residuals / (1 - leverage)) ** 2).sum() / ((around * n / (n - 1)) ** 2).sum())
    return 1 - float(residuals @ residuals / (around @ around)), 1 - left_out


def _statistics(y: np.ndarray, residuals: np.ndarray, leverage: np.ndarray, k: int) -> dict[str, float]:
    r2, left_out = _explained(y, residuals, leverage)
    return {"nobs": len(y), "n_dropped": 0, "r2": r2, "r2_left_out": left_out, "df": len(y) - k}


def _checks(y: np.ndarray, residuals: np.ndarray, leverage: np.ndarray, factors: int) -> tuple[Check, ...]:
    explained = _explained(y, residuals, leverage)[1]
    wanted, alone = WANTED_PER_FACTOR * factors, int((leverage > LARGEST_LEVERAGE).sum())
    return (
        Check(
            name="need_explained",
            passed=explained >= LEAST_EXPLAINED,
            message=f"Need explains {100 * explained:.0f} per cent of the differences between places left out (limit 50).",
            statistics={"share": max(explained, 0.0)},
        ),
        Check(
            name="units_per_measure",
            passed=len(y) >= wanted,
            message=f"{len(y)} municipalities for {factors} factors; {wanted} or more are wanted.",
            statistics={"services": len(y), "wanted": wanted},
        ),
        Check(
            name="nobody_alike",
            passed=alone == 0,
            message=f"{alone} municipalities rest more than half on themselves: nobody is like them.",
            statistics={"alone": alone},
        ),
        Check(
            name="service_or_productivity",
            passed=None,
            message="Spending above need can be more service or less productivity; spending alone cannot tell which.",
        ),
    )
