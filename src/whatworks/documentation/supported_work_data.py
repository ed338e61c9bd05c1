"""The National Supported Work experiment, and the comparison group from the Current Population Survey."""

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import MissingData

_NUMBERS = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "re78")
_EARNINGS = {1974: "re74", 1975: "re75", 1978: "re78"}


def supported_work() -> pd.DataFrame:
    """Men who had been long without work, drawn by lot into supported work or not, and men of the same age in general.

    Returns
    -------
    16,437 rows: 445 men of the experiment (Dehejia and Wahba's subset: those of its 722 men whose earnings in 1974 could be
    established) in the order of its file, then the 15,992 men of the Current Population Survey. Columns: person (row number),
    sample ("nsw", "cps"), treated (1: offered supported work), age (years), educ (years of schooling), black, hisp, marr,
    nodegree (0/1), and re74, re75, re78: earnings in 1974, 1975 and 1978 in dollars of 1982. Numbers are float64, person
    and treated int64.

    Raises
    ------
    MissingData
        If the package ``causaldata`` is not installed.

    References
    ----------
    LaLonde (1986), American Economic Review 76:604-620. Dehejia & Wahba (1999), Journal of the American Statistical
    Association 94:1053-1062. Files as in Cunningham (2021), Causal Inference: The Mixtape, from the package causaldata (MIT).

    Examples
    --------
    >>> people = supported_work()
    >>> experiment = people[people["sample"] == "nsw"].groupby("treated")["re78"].mean()
    >>> float(round(experiment[1] - experiment[0], 2))
    1794.34
    """
    try:
        from causaldata import cps_mixtape, nsw_mixtape
    except ImportError:
        raise MissingData(
            "The National Supported Work data come with the package causaldata, which is not installed. "
            "Install it with: pip install 'whatworks[examples]'."
        ) from None
    samples = {"nsw": nsw_mixtape.load_pandas().data, "cps": cps_mixtape.load_pandas().data}
    people = pd.concat([data.assign(sample=name) for name, data in samples.items()], ignore_index=True)
    numbers = people[list(_NUMBERS)].astype("float64")
    front = pd.DataFrame(
        {
            "person": np.arange(len(people), dtype="int64"),
            "sample": people["sample"].astype("str"),
            "treated": people["treat"].astype("int64"),
        }
    )
    return pd.concat([front, numbers], axis=1)


def earnings_panel(people: pd.DataFrame) -> pd.DataFrame:
    """Earnings in the long form, one row per person and year, for difference-in-differences.

    Parameters
    ----------
    people : frame with re74, re75 and re78 (dollars), such as :func:`supported_work` or a part of it, and any other columns,
        such as matching weights

    Returns
    -------
    Three rows per row of ``people``, for the years 1974, 1975 and 1978 in that order: the other columns as they were, then year
    (int64) and earnings (float64, dollars).

    Raises
    ------
    MissingColumn, EmptyData
        If an earnings column is missing or there are no rows.

    Examples
    --------
    >>> earnings_panel(pd.DataFrame({"person": [7], "re74": [0.0], "re75": [10.0], "re78": [90.0]}))
       person  year  earnings
    0       7  1974       0.0
    1       7  1975      10.0
    2       7  1978      90.0
    """
    require_columns(people, _EARNINGS.values(), what="people")
    years = len(_EARNINGS)
    other = people.drop(columns=list(_EARNINGS.values()))
    panel = other.iloc[np.arange(len(other)).repeat(years)].reset_index(drop=True)
    panel["year"] = np.tile(np.array(list(_EARNINGS), dtype="int64"), len(people))
    panel["earnings"] = people[list(_EARNINGS.values())].to_numpy(dtype="float64").ravel()
    return panel
