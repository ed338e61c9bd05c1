"""Which cohorts are compared with whom, when: the list of group-time cells, before any outcome is looked at."""

from dataclasses import dataclass

import numpy as np

from whatworks.core.errors import NoComparisonGroup, NoTreatedGroup


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One 2x2 comparison.

    Attributes
    ----------
    cohort : ordinal of the cohort's first treated time
    time, base : positions of the two times on the timeline
    event_time : time since start, negative before
    not_yet_after : comparison units start later than this ordinal; infinite when they never start
    """

    cohort: int
    time: int
    base: int
    event_time: int
    not_yet_after: float

    @property
    def is_reference(self) -> bool:
        """True where time and base are the same, so the effect is zero by construction."""
        return self.time == self.base


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How cells are formed; see :func:`whatworks.did.att_gt`."""

    control: str = "never"
    base_period: str = "varying"
    anticipation: int = 0


def plan_cells(cohort: np.ndarray, ordinals: np.ndarray, rules: Rules) -> list[Cell]:
    """All cells that have a comparison group, by cohort and time.

    Parameters
    ----------
    cohort : (n,) of the units, infinite for never
    ordinals : (T,) of the timeline
    rules : control group, base period, anticipation

    Returns
    -------
    Cells in order of cohort and time. A cohort without any cell at or after its start only serves as comparison.

    Raises
    ------
    NoTreatedGroup
        If no cohort starts inside the observed time.
    NoComparisonGroup
        If nobody can be compared with.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, section 2.

    Examples
    --------
    >>> cells = plan_cells(np.array([2.0, np.inf]), np.array([1, 2, 3]), Rules())
    >>> [(cell.cohort, cell.time, cell.base) for cell in cells]
    [(2, 1, 0), (2, 2, 0)]
    """
    cohorts = np.unique(cohort)
    treated = [int(g) for g in cohorts if ordinals[0] < g - rules.anticipation and g <= ordinals[-1]]
    if not treated:
        raise NoTreatedGroup(
            f"No unit starts treatment between the second and the last of {len(ordinals)} times"
            f"{f', {rules.anticipation} times of anticipation set aside' if rules.anticipation else ''}. "
            "Check the column of first treatment, or add earlier times."
        )
    if rules.control == "never" and not np.isinf(cohorts[-1]):
        raise NoComparisonGroup('Every unit is treated at some time, so nobody is never treated. Use control="not_yet".')
    cells = [cell for g in treated for cell in _cells_of(g, ordinals, rules) if _somebody_compares(cell, cohorts)]
    estimated = {cell.cohort for cell in cells if cell.event_time >= 0}
    if not estimated:
        raise NoComparisonGroup(
            "No cohort has a comparison unit that is still untreated when it starts. Add units that start later or never."
        )
    return [cell for cell in cells if cell.cohort in estimated]


def _cells_of(g: int, ordinals: np.ndarray, rules: Rules) -> list[Cell]:
    clean = int(np.searchsorted(ordinals, g - rules.anticipation)) - 1
    cells = []
    for time in range(len(ordinals)):
        before = ordinals[time] < g - rules.anticipation
        base = time - 1 if before and rules.base_period == "varying" else clean
        if base < 0:
            continue
        latest = max(ordinals[time], ordinals[base])
        after = np.inf if rules.control == "never" else float(latest + rules.anticipation)
        event_time = int(ordinals[time] - g)
        cells.append(Cell(cohort=g, time=time, base=base, event_time=event_time, not_yet_after=after))
    return cells


def _somebody_compares(cell: Cell, cohorts: np.ndarray) -> bool:
    return bool(compares(cell, cohorts).any())


def compares(cell: Cell, cohort: np.ndarray) -> np.ndarray:
    """Mark the units that the cell's cohort is compared with."""
    if np.isinf(cell.not_yet_after):
        return np.isinf(cohort)
    return (cohort > cell.not_yet_after) & (cohort != cell.cohort)
