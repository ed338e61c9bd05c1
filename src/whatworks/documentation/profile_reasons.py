"""Why scores are missing, by unit, so that no hidden count can be found from a row, a column or both."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, is_small, suppress_line, suppress_table
from whatworks.core.errors import DisclosureRisk, MissingData
from whatworks.core.options import one_of
from whatworks.documentation.profile_episodes import day_of, episode_facts
from whatworks.documentation.profiles import LEVELS, lies_in, unit_names


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
    column, so that no sum gives it back; nor does what stands about its municipality.

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
    within = lies_in(tables, by)
    shown = _inside(counts, within, _two_way(_by_municipality(tables, rows), k=k), k=k) if within else _two_way(counts, k=k)
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
    if len(counts) == 1 and any(is_small(float(count), k) for count in counts.iloc[0]):
        # All together are the one unit: there is nowhere to hide a cell, and nothing is shown.
        return _nothing(counts)
    return _on_top(counts, _safe(counts, k=k), k=k)


def _inside(counts: pd.DataFrame, within: Mapping[str, str], above: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """The same for services, whose sums are their municipality's and stand on its page.

    Where something of the municipality is hidden there, nothing of its services is shown: no sum of theirs gives it back.
    """
    places = pd.Series([within.get(str(unit), "") for unit in counts.index], index=counts.index, dtype="str")
    shown = counts.astype("float64")
    for place, units in places.groupby(places):
        gone = place in above.index and bool(above.loc[place].isna().any())
        shown.loc[units.index] = np.nan if gone else _safe(counts.loc[units.index], k=k)
    return _on_top(counts, shown, k=k)


def _safe(counts: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """Counts without those that their rows and columns would tell; nothing where there is nowhere to hide one."""
    if len(counts) == 1:
        return counts.astype("float64").mask(suppress_line(counts.iloc[0], k).to_frame(counts.index[0]).T)
    try:
        return suppress_table(counts, k=k, small_totals_hidden=True)
    except DisclosureRisk:
        return _nothing(counts)


def _nothing(counts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(np.nan, index=counts.index, columns=counts.columns)


def _on_top(counts: pd.DataFrame, shown: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """With all together on top; how many scores are missing in all stands in the profile, so a few of one reason need company."""
    if shown.isna().all(axis=None):
        return shown
    sums = counts.sum()
    gone = suppress_line(sums, k)
    # A reason hidden only on top would be the sum of its column.
    shown = shown.mask(gone & shown.notna().all(), axis=1)
    everybody = sums.astype("float64").mask(gone).to_frame("").T
    return pd.concat([everybody, shown]).rename_axis("unit").rename_axis("reason", axis=1)


def _by_municipality(tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> pd.DataFrame:
    episode = tables["episode"].drop_duplicates("episode_id").set_index("episode_id")
    return pd.crosstab(rows["episode_id"].map(episode["acting_municipality"]), rows["reason"])
