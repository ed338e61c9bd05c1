"""A roll-out as it is planned or has happened: which unit starts when, and when it is seen. No outcome is read."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidOption, NotIdentified, TreatmentReversal
from whatworks.core.layout import lay_out
from whatworks.core.timeline import Timeline, read_start, read_time


@dataclass(frozen=True, kw_only=True, eq=False)
class Rollout:
    """Units, times and starts.

    Attributes
    ----------
    timeline : the observed times
    units : (n,) labels
    start : (n,) ordinal of the first treated time, infinite for never and for later than observed
    seen : (n, T) whether there is a row
    people : (n, T) how many people are measured in each, 0 where there is no row
    """

    timeline: Timeline
    units: pd.Index = field(repr=False)
    start: np.ndarray = field(repr=False)
    seen: np.ndarray = field(repr=False)
    people: np.ndarray = field(repr=False)

    @property
    def times(self) -> np.ndarray:
        """(T,) ordinals."""
        return self.timeline.ordinals

    @property
    def always(self) -> np.ndarray:
        """(n,) units treated from the first time on, of which no before is known."""
        return self.start <= self.times[0]

    @property
    def never(self) -> np.ndarray:
        """(n,) units not treated within the observed time."""
        return ~np.isfinite(self.start)

    @property
    def treated(self) -> np.ndarray:
        """(n,) units with a before and an after."""
        return ~self.always & ~self.never

    @property
    def cohorts(self) -> np.ndarray:
        """Starts that have a before and an after, ascending."""
        return np.unique(self.start[self.treated])

    @property
    def under_treatment(self) -> np.ndarray:
        """(n, T) whether a unit is treated then."""
        return self.start[:, None] <= self.times[None, :]


def read_rollout(df: pd.DataFrame, *, unit: str, time: str, first_treated: str, people: str | float | None = None) -> Rollout:
    """Read who starts when from a frame with a row per unit and time.

    Parameters
    ----------
    df : one row per unit and time; outcomes may be missing altogether
    unit, time, first_treated : columns; 0, NaN, NaT and inf mean never treated
    people : column or number of people measured in a unit at a time; None is one

    Raises
    ------
    DuplicateRows
        If a unit has two rows at one time.
    TreatmentReversal
        If the start changes within a unit.
    NotIdentified
        If there is one time only.
    InvalidOption, InvalidColumn, MissingColumn, MissingValues, EmptyData
    """
    when, timeline = read_time(df, time)
    start = read_start(df, first_treated, timeline)
    layout = lay_out(df, unit, when, timeline)
    turned = layout.changing(start)
    if turned:
        raise TreatmentReversal(
            f"{first_treated!r} changes over time in {turned} of {layout.n} units. Give each unit the time it first started."
        )
    of_unit = layout.of_units(start).astype(float)
    of_unit[of_unit > timeline.ordinals[-1]] = np.inf
    in_order = np.arange(layout.n)
    counts = np.nan_to_num(layout.wide(np.broadcast_to(_people(df, people), len(df)).astype(float), in_order))
    labels = pd.Index(layout.of_units(df[unit].to_numpy()))
    # Whoever is measured is more than nobody, so that a row is where somebody is.
    return Rollout(timeline=timeline, units=labels, start=of_unit, seen=counts > 0, people=counts)


def _people(df: pd.DataFrame, people: str | float | None) -> Any:
    if people is None:
        return 1.0
    if isinstance(people, str):
        require_columns(df, [people])
        values = pd.to_numeric(df[people], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        bad = int((~(values > 0)).sum())
        if bad:
            raise InvalidOption(f"people={people!r} is not a number above 0 in {bad} of {len(df)} rows. Leave those rows out.")
        return values
    if not people > 0:
        raise InvalidOption(f"people={people!r} must be above 0: how many are measured in each unit at each time.")
    return float(people)


def refuse_without_comparison(rollout: Rollout) -> None:
    """Refuse a roll-out in which nobody has a before and an after, or nobody is ever to be compared with.

    Raises
    ------
    NotIdentified
    """
    if not rollout.treated.any():
        raise NotIdentified(
            f"None of {len(rollout.units)} units starts within the observed time with a time before it. Add earlier times, or "
            "units that start later."
        )
    if not rollout.never.any() and len(rollout.cohorts) < 2:
        raise NotIdentified(
            f"All {int(rollout.treated.sum())} units start at the same time and nobody waits. Add units that start "
            "later or never."
        )
