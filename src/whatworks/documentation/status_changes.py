"""What changed from one status report to the next."""

import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.documentation.status_reports import Status

_ROW = ["unit", "theme", "indicator", "measure", "kind"]


def compare_status(now: Status, before: Status) -> pd.DataFrame:
    """What changed between two reports, indicator by indicator.

    Parameters
    ----------
    now, before : of :func:`status_report` or :func:`read_status`, by the same kind of unit

    Returns
    -------
    One row per unit, indicator and measure of either: the columns that name it, unit_name, before, now, change (now less
    before; missing where one of them is hidden or was not there).

    Raises
    ------
    InvalidOption
        If the two are not comparable: units of different kinds, simulated and real people, or the earlier one not earlier.

    Examples
    --------
    >>> from datetime import date
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> now = ww.documentation.status_report(tables, day=date(2023, 12, 31), synthetic=True)
    >>> earlier = ww.documentation.status_report(tables, day=date(2022, 12, 31), synthetic=True)
    >>> set(compare_status(now, earlier).columns) >= {"unit", "indicator", "before", "now", "change"}
    True
    """
    if (now.by, now.synthetic) != (before.by, before.synthetic) or before.day > now.day:
        raise InvalidOption(
            f"The status of {before.day} (by {before.by}) and that of {now.day} (by {now.by}) cannot be compared: "
            "both must be about the same kind of units and people, the earlier one first."
        )
    old = before.profile[[*_ROW, "unit_name", "value"]].rename(columns={"value": "before", "unit_name": "named"})
    new = now.profile[[*_ROW, "unit_name", "value"]].rename(columns={"value": "now"})
    table = new.merge(old, on=_ROW, how="outer", sort=False)
    table["unit_name"] = table["unit_name"].fillna(table["named"])
    table["change"] = table["now"] - table["before"]
    return table[[*_ROW, "unit_name", "before", "now", "change"]]
