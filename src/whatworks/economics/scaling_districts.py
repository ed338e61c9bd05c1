"""Districts that could take an effort up: who could start, and whether there is staff for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidColumn, MissingValues
from whatworks.economics.errors import ImplausibleAmount
from whatworks.economics.money import above_zero

_QUARTERS = 4


@dataclass(frozen=True, kw_only=True)
class District:
    """One candidate.

    Attributes
    ----------
    name : as the caller names it
    intake : citizens served in each year of the plan, as many entries for every district
    lacking : full-time advisers missing to serve all who could start
    start : the year it starts in
    """

    name: str
    intake: tuple[float, ...]
    lacking: float
    start: int

    def shifted(self, costs: pd.DataFrame) -> pd.DataFrame:
        """The costs of one district, from the year it starts in."""
        require_columns(costs, ["first_year", "last_year"], what="costs")
        years = {column: numeric(costs, column, what="costs") + self.start for column in ("first_year", "last_year")}
        return costs.assign(**years)

    def delayed(self, ramp: Sequence[float]) -> tuple[float, ...]:
        """The ramp, from the year it starts in."""
        return (*([0.0] * _QUARTERS * self.start), *ramp)


def read_districts(df: pd.DataFrame, *, ratio: float) -> list[District]:
    """Read and check the candidates; columns as in :func:`~whatworks.economics.scaling_plan`.

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn, ImplausibleAmount
    DuplicateRows
        If a district stands twice.
    """
    what = "districts"
    require_columns(df, ["district", "citizens", "staff"], what=what)
    if not (np.isfinite(ratio) and ratio > 0):
        raise ImplausibleAmount(f"ratio is {ratio:g} citizens per adviser; it must be above 0.")
    if df["district"].isna().any():
        raise MissingValues(f"{what} column 'district' lacks a name in {int(df['district'].isna().sum())} of {len(df)} rows.")
    twice = int(df["district"].duplicated().sum())
    if twice:
        raise DuplicateRows(f"{what} names {twice} districts twice. Give each district one row.")
    citizens, staff = above_zero(df, "citizens", what=what), above_zero(df, "staff", what=what)
    start, years = _whole(df, "start_year", default=0, least=0), _whole(df, "years", default=1, least=1)
    length = int((start + years).max())
    places = []
    for row, name in enumerate(df["district"].astype(str)):
        served = min(citizens[row], staff[row] * ratio)
        intake = np.zeros(length)
        intake[start[row] : start[row] + years[row]] = served
        lacking = max(0.0, float(citizens[row] / ratio - staff[row]))
        places.append(District(name=name, intake=tuple(intake.tolist()), lacking=lacking, start=int(start[row])))
    return places


def _whole(df: pd.DataFrame, column: str, *, default: int, least: int) -> np.ndarray:
    if column not in df:
        return np.full(len(df), default)
    values = numeric(df, column, what="districts")
    wrong = int(((values < least) | (values % 1 != 0)).sum())
    if wrong:
        raise InvalidColumn(f"districts column {column!r} needs whole numbers from {least} up; {wrong} rows differ.")
    return values.astype(int)
