"""What panels and repeated cross-sections have in common: who was observed, sorted by cohort."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list
from whatworks.core.errors import EmptyData, InvalidOption
from whatworks.core.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Names of the columns an estimator reads; ``unit`` is None for repeated cross-sections."""

    outcome: str
    unit: str | None
    time: str
    covariates: Sequence[str] = ()
    weights: str | None = None
    cluster: str | None = None

    @property
    def of_units(self) -> str:
        """The column of units, of a method that follows them.

        Raises
        ------
        InvalidOption
        """
        if self.unit is None:
            raise InvalidOption("unit=None leaves nobody to follow over time. Name the column of units.")
        return self.unit

    def used(self, *more: str) -> list[str]:
        """Every column read, each once, in a fixed order."""
        names = [self.outcome, self.unit, self.time, *as_list(self.covariates), self.weights, self.cluster, *more]
        return list(dict.fromkeys(name for name in names if name is not None))


def refuse_nothing_seen(used: np.ndarray) -> None:
    """Refuse data without any row to estimate from.

    Parameters
    ----------
    used : marks of the rows that can be used

    Raises
    ------
    EmptyData
    """
    if not used.any():
        raise EmptyData("No row has an outcome, its covariates and a weight above 0. Check those columns, or the selection.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Observed:
    """Arrays whose first axis is units, or rows where every row is another person.

    Attributes
    ----------
    cohort : (n,) ordinal of the first treated time, ascending, infinite for never
    names : (k,) of the covariates, as messages may show them
    cluster : (n,) whole numbers from 0, or None
    n_rows, n_dropped : rows of the frame, and those of them that are not used
    """

    timeline: Timeline
    outcome: np.ndarray = field(repr=False)
    cohort: np.ndarray = field(repr=False)
    covariates: np.ndarray = field(repr=False)
    names: tuple[str, ...]
    weights: np.ndarray = field(repr=False)
    cluster: np.ndarray | None = field(repr=False)
    n_rows: int
    n_dropped: int

    def _only(self, keep: np.ndarray, *, lost: int, **more: Any) -> Self:
        """The marked units, their clusters numbered anew, and ``lost`` rows counted as dropped."""
        return replace(
            self,
            outcome=self.outcome[keep],
            cohort=self.cohort[keep],
            covariates=self.covariates[keep],
            weights=self.weights[keep],
            cluster=None if self.cluster is None else pd.factorize(self.cluster[keep])[0],
            n_dropped=self.n_dropped + lost,
            **more,
        )
