"""How far around its start a unit is seen: the reach that designs in event time can use."""

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import NotIdentified

_MOST = 8


def window(panel: pd.DataFrame, *, most: int = _MOST) -> tuple[int, int]:
    """Quarters before and after the start that a cohort is seen, for the cohort with the widest view to both sides.

    Parameters
    ----------
    panel : from :func:`build_panel` or :func:`read_panel`
    most : no more than so many on either side: two years, beyond which few cohorts are seen

    Returns
    -------
    ``(before, after)``: whole quarters before the one of the start, and after it.

    Raises
    ------
    NotIdentified
        If no cohort is seen at least two quarters before its start and one after it: no test of trends could be made.
    MissingColumn, EmptyData

    Examples
    --------
    >>> quarter = pd.period_range("2020Q1", "2021Q4", freq="Q-DEC")
    >>> window(pd.DataFrame({"quarter": quarter, "first_treated": pd.Period("2020Q4", freq="Q-DEC")}))
    (3, 4)
    """
    require_columns(panel, ["quarter", "first_treated"], what="panel")
    first, last = panel["quarter"].min().ordinal, panel["quarter"].max().ordinal
    starts = [start.ordinal for start in panel["first_treated"].dropna().unique()]
    reach = [(start - first, last - start) for start in starts]
    wide = [each for each in reach if each[0] >= 2 and each[1] >= 1]
    if not wide:
        raise NotIdentified(
            f"None of the {len(starts)} starting quarters has two quarters before it and one after it in the panel. "
            "Add earlier or later quarters."
        )
    before, after = max(wide, key=lambda each: (min(most, *each), sum(each)))
    return min(most, before), min(most, after)
