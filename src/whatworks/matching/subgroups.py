"""Effects in parts of the sample, whether they differ by more than chance, and how many parts were looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import InvalidColumn, InvalidOption, TooFewUnits
from whatworks.inference import WaldTest, wald_test
from whatworks.matching.covariate_balance import worst_in
from whatworks.matching.doubts import BALANCE_LIMIT
from whatworks.matching.encoding import Encoded, encode, sampling_weights
from whatworks.matching.intervals import Row, interval_row
from whatworks.matching.rows import Rows, Sample, refuse_gaps

# More groups than a table can be read for.
_MOST_GROUPS = 20
# An arm with one person has no spread to judge its mean by.
_LEAST_IN_ARM = 2
# With five true nothings, the chance that at least one looks like something at 5 % is 23 %. Wang et al. (2007), New England
# Journal of Medicine 357:2189-2194, work the example of ten (40 %).
_FEW_GROUPS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Subgroups:
    """Parts of a sample.

    Attributes
    ----------
    column : what divides people
    labels : (g,) its values as text, sorted
    members : (g,) of (r,) True for the rows in each part
    values : (g,) as they stand in the column
    """

    column: str
    labels: tuple[str, ...]
    members: tuple[np.ndarray, ...] = field(repr=False)
    values: pd.Index = field(repr=False)

    def places(self, column: pd.Series) -> np.ndarray:
        """The number of the part for every value of a column, -1 for values that are in none."""
        return self.values.get_indexer(pd.Index(column.infer_objects()))


def subgroups_of(sample: Sample, rows: Rows, by: str) -> Subgroups:
    """Divide the rows by a column's values.

    Raises
    ------
    TooFewUnits
        If a part lacks people of an arm.
    InvalidColumn
        If the column has one value or more than 20.
    MissingValues, MissingColumn, InvalidOption
    """
    if by == sample.treatment:
        raise InvalidOption(f"by={by!r} is the treatment itself. Name a column that divides both arms.")
    refuse_gaps(sample, sample.weights.to_numpy(dtype=float) > 0, [by])
    return divided(sample.data[by].iloc[rows.person], rows.design.treated, by)


def divided(values_by_row: pd.Series, treated: np.ndarray, by: str) -> Subgroups:
    """The same for a column and the arms beside it.

    Raises
    ------
    TooFewUnits, InvalidColumn
    """
    codes, values = pd.factorize(values_by_row.infer_objects(), sort=True)
    if not 2 <= len(values) <= _MOST_GROUPS:
        raise InvalidColumn(
            f"Column {by!r} has {len(values)} distinct values among the rows used; from 2 to {_MOST_GROUPS} can divide people. "
            "Cut it into groups first (pd.cut)."
        )
    members = tuple(codes == place for place in range(len(values)))
    thin = sum(min((treated & here).sum(), (~treated & here).sum()) < _LEAST_IN_ARM for here in members)
    if thin:
        raise TooFewUnits(
            f"{thin} of {len(values)} groups of {by!r} have fewer than {_LEAST_IN_ARM} people of an arm among the {len(treated)} "
            "rows used. Merge groups."
        )
    labels = tuple(str(value) for value in values)
    if len(set(labels)) < len(labels):
        raise InvalidColumn(
            f"Values of {by!r} that differ read alike, such as a number and the same number as text. Make them one type."
        )
    return Subgroups(column=by, labels=labels, members=members, values=pd.Index(values))


def part_rows(
    groups: Subgroups,
    effects: Sequence[float] | np.ndarray,
    vcov: np.ndarray,
    treated: np.ndarray,
    *,
    conf_level: float,
    freedom: float = np.inf,
) -> list[Row]:
    """One row per part, with Holm's p-values beside the plain ones (Holm 1979, Scandinavian Journal of Statistics 6:65-70)."""
    rows = [
        interval_row(
            f"{groups.column}={label}",
            "part",
            effect,
            float(np.sqrt(max(variance, 0.0))),
            freedom=freedom,
            conf_level=conf_level,
            subgroup=label,
            n_treated=int((treated & here).sum()),
            n_comparison=int((~treated & here).sum()),
        )
        for label, effect, variance, here in zip(groups.labels, effects, np.diag(vcov), groups.members, strict=True)
    ]
    for row, p_value in zip(rows, _holm(np.array([row["p_value"] for row in rows])), strict=True):
        row["p_value_holm"] = p_value
    return rows


def _holm(p_values: np.ndarray) -> np.ndarray:
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def interaction(effects: np.ndarray, vcov: np.ndarray) -> WaldTest:
    """Test that all parts have the same effect."""
    differences = np.column_stack([-np.ones(len(effects) - 1), np.eye(len(effects) - 1)])
    return wald_test(differences @ effects, differences @ vcov @ differences.T)


def interaction_statistics(test: WaldTest) -> dict[str, float]:
    """The test as it stands in a result's statistics."""
    return {"interaction_statistic": test.statistic, "interaction_df": float(test.df), "interaction_p": test.p_value}


def many_subgroups(test: WaldTest, count: int) -> Check:
    """How easily chance alone makes one of the parts look different."""
    alarm = 1 - 0.95**count
    return Check(
        name="many_subgroups",
        passed=count < _FEW_GROUPS,
        message=f"{count} subgroups were looked at: with no effect in any, at least one looks like one at 5 % with probability "
        f"{alarm:.0%}. Test that all effects are equal: p = {test.p_value:.3f}. p_value_holm counts the looks.",
        statistics={"subgroups": float(count), "false_alarm": alarm, "interaction_p": test.p_value},
    )


def balance_within(sample: Sample, rows: Rows, groups: Subgroups) -> tuple[Check, ...]:
    """Whether the arms are alike in every part of a sample, and not only in the whole."""
    if not sample.covariates:
        return ()
    encoded = encode(sample.data, sample.covariates)
    base = sampling_weights(sample.data, sample.call.get("weights"))
    return balance_in_parts(_rows_of(encoded, rows.person), rows.design.treated, base[rows.person], rows.design.weights, groups)


def balance_in_parts(
    encoded: Encoded, treated: np.ndarray, base: np.ndarray, weights: np.ndarray, groups: Subgroups
) -> tuple[Check, ...]:
    """The same for covariates, arms, sampling weights and weights of every row."""
    worst = max(worst_in(_rows_of(encoded, here), treated[here], base[here], weights[here]) for here in groups.members)
    return (
        Check(
            name="balance_within_subgroups",
            passed=bool(worst <= BALANCE_LIMIT),
            message=f"Within subgroups the worst standardised difference is {worst:.3f} (limit {BALANCE_LIMIT:.2f}). Match with "
            f"exact={groups.column!r}, or weigh each subgroup by itself, for parts that are alike too.",
            statistics={"worst_smd": worst, "limit": BALANCE_LIMIT},
        ),
    )


def _rows_of(encoded: Encoded, rows: np.ndarray) -> Encoded:
    return Encoded(matrix=encoded.matrix[rows], names=encoded.names, sources=encoded.sources)
