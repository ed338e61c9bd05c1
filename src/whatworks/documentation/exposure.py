"""Who was using the method when: the two groups of the simple comparison."""

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import NoTreatedGroup


def exposed(panel: pd.DataFrame) -> pd.DataFrame:
    """The quarters since anybody started, with who was using the method in each.

    Parameters
    ----------
    panel : from :func:`build_panel`

    Returns
    -------
    The panel's rows from the first start on, with a column ``using`` (True from a municipality's own start on).

    Raises
    ------
    NoTreatedGroup
        If no municipality ever starts.
    MissingColumn, EmptyData

    Examples
    --------
    >>> quarter = pd.PeriodIndex(["2020Q1", "2020Q2", "2020Q1", "2020Q2"], freq="Q-DEC")
    >>> start = pd.PeriodIndex(["2020Q2", "2020Q2", None, None], freq="Q-DEC")
    >>> exposed(pd.DataFrame({"quarter": quarter, "first_treated": start}))["using"].tolist()
    [True, False]
    """
    require_columns(panel, ["quarter", "first_treated"], what="panel")
    if panel["first_treated"].isna().all():
        raise NoTreatedGroup("No municipality in the panel starts the method. Check the method's code, or wait for a start.")
    since = panel[panel["quarter"] >= panel["first_treated"].min()]
    return since.assign(using=(since["quarter"] >= since["first_treated"]).to_numpy(dtype=bool)).reset_index(drop=True)
