"""Why scores are missing, by unit, so that no hidden count can be found from a row, a column or both."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, suppress_table
from whatworks.core.errors import DisclosureRisk, MissingData
from whatworks.core.options import one_of
from whatworks.documentation.profile_episodes import day_of, episode_facts
from whatworks.documentation.profiles import LEVELS, unit_names


def missing_reasons(
    tables: Mapping[str, pd.DataFrame], *, by: str = "municipality", as_of: date | None = None, k: int = K_PUBLISH
) -> pd.DataFrame:
    """Why scores are missing: one row per unit and reason.

    Parameters
    ----------
    tables, by, as_of, k : as in :func:`profile`; ``measurement`` is needed

    Returns
    -------
    unit (empty for all together), unit_name, reason (declined, not_asked, not_suitable, system_error, or not_stated), n, share
    of the unit's missing scores where all its reasons are shown, hidden. Where one cell is hidden, so are others of its row and
    column, so that no sum gives it back.

    Raises
    ------
    MissingData, EmptyData, InvalidOption, DisclosureRisk

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> list(missing_reasons(tables).columns[:4])
    ['unit', 'unit_name', 'reason', 'n']
    """
    one_of(by, LEVELS, name="by")
    if "measurement" not in tables:
        raise MissingData("Reasons for missing scores stand in the table measurement. Deliver it.")
    day = day_of(tables, as_of)
    facts = episode_facts(tables, by=by, day=day)
    rows = tables["measurement"]
    rows = rows[rows["value"].isna() & (rows["date"] <= day)]
    told = rows["missing_reason"] if "missing_reason" in rows else pd.Series("-", index=rows.index, dtype="str")
    rows = rows.assign(reason=told.mask(told == "-").fillna("not_stated"))
    rows = rows.merge(facts[["episode_id", "unit"]], on="episode_id", how="inner")
    if rows.empty:
        text = pd.Series(dtype="str")
        return pd.DataFrame({"unit": text, "unit_name": text, "reason": text, "n": pd.Series(dtype="Int64"),
                             "share": pd.Series(dtype="float64"), "hidden": text})  # fmt: skip
    counts = pd.crosstab(rows["unit"], rows["reason"])
    shown = _two_way(counts, k=k)
    table = shown.rename_axis("unit").reset_index().melt("unit", var_name="reason", value_name="n")
    table = table.sort_values(["unit", "reason"], kind="stable")
    # Nothing is said about a reason that nobody of the unit gave, unless its absence is hidden.
    table = table[(table["n"] != 0) | (table["unit"] == "")]
    totals = shown.sum(axis=1, min_count=1).where(shown.notna().all(axis=1))
    out = table.assign(
        unit_name=table["unit"].map(unit_names(tables, by)).astype("str"),
        share=table["n"] / table["unit"].map(totals),
        # Not told: whether it is small itself or hidden beside a small one. Two small ones and their sum would tell.
        hidden=np.where(table["n"].notna(), "", "few"),
        n=table["n"].astype("Int64"),
    )
    return out[["unit", "unit_name", "reason", "n", "share", "hidden"]].reset_index(drop=True)


def _two_way(counts: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """Counts by unit and reason with all together on top; no hidden cell can be found from a row or a column."""
    try:
        shown = suppress_table(counts, k=k, small_totals_hidden=True)
    except DisclosureRisk:
        # A table of one row or column has nowhere to hide a cell: then nothing is shown.
        return pd.DataFrame(np.nan, index=counts.index, columns=counts.columns)
    everybody = counts.sum().where(lambda sums: (sums == 0) | (sums >= k)).to_frame("").T.astype("float64")
    return pd.concat([everybody, shown]).rename_axis("unit").rename_axis("reason", axis=1)
