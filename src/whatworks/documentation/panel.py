"""From a delivery's tables to a panel: one row per municipality and quarter."""

from collections.abc import Mapping

import pandas as pd

from whatworks.core.errors import EmptyData, InvalidColumn, MissingData, TreatmentReversal, UnknownCode
from whatworks.documentation.schema import TABLES

_NEEDED = ("municipality", "method", "target_group", "instrument", "adoption", "episode", "measurement")


def build_panel(tables: Mapping[str, pd.DataFrame], *, target_group: str, method: str, outcome: str) -> pd.DataFrame:
    """Mean scores of a target group's citizens by municipality and quarter, with the quarter in which the method began.

    A citizen counts in the municipality that acts in the episode. Several measurements of a citizen in a quarter are
    averaged first, so that every citizen counts once.

    Parameters
    ----------
    tables : frames by English table name, as :func:`read_delivery` and :func:`simulate` give them
    target_group : code in the table target_group
    method : code in the table method; a municipality is treated from the quarter in which it starts the method
    outcome : code of an instrument in the table instrument, in capital or small letters

    Returns
    -------
    One row per municipality and quarter with a measurement, sorted: municipality (code), quarter (Period, Q-DEC), a column
    named as ``outcome`` (mean score in the instrument's unit), n_citizens (citizens behind the mean), first_treated
    (Period; NaT for never), municipality_name. ``panel.attrs["flow"]`` lists ``(step, n)``: measurements delivered,
    then those left after each step, then the citizen-quarters, municipality-quarters and municipalities they make up.

    Raises
    ------
    MissingData
        If a table is missing.
    UnknownCode
        If a code is not in its table; those that are, are listed.
    TreatmentReversal
        If a municipality's adoption ends, or has two starts: an effect of stopping is another question.
    InvalidColumn
        If the method was adopted below the level of municipalities, or scores of several informants or subscales would
        be mixed.
    EmptyData
        If no measurement is left.

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> panel = build_panel(tables, target_group="youth_mental_difficulties", method="laerkemodellen", outcome="who5")
    >>> panel.columns.tolist()
    ['municipality', 'quarter', 'who5', 'n_citizens', 'first_treated', 'municipality_name']
    >>> len(panel), int(panel["first_treated"].isna().sum())
    (1640, 400)
    """
    missing = [name for name in _NEEDED if name not in tables]
    if missing:
        raise MissingData(f"The delivery lacks the table {', '.join(missing)}. A panel needs {', '.join(_NEEDED)}.")
    _require_code(tables, "target_group", target_group)
    _require_code(tables, "method", method)
    instrument = _instrument_code(tables, outcome)
    starts = _first_treated(tables["adoption"], method)
    scores, flow = _selected_scores(tables, target_group, instrument)
    panel = _municipality_means(scores, outcome)
    flow += [("municipality_quarters", len(panel)), ("municipalities", int(panel["municipality"].nunique()))]
    panel["first_treated"] = pd.PeriodIndex(starts.reindex(panel["municipality"]).array, freq="Q-DEC")
    names = tables["municipality"].set_index("municipality_code")["municipality_name"]
    panel["municipality_name"] = panel["municipality"].map(names).astype("str")
    panel.attrs["flow"] = flow
    return panel


def _require_code(tables: Mapping[str, pd.DataFrame], table: str, code: str) -> None:
    known = tables[table][TABLES[table].key[0]].tolist()
    if code not in known:
        raise UnknownCode(f"The delivery has no {table} {code!r}; it has {', '.join(map(repr, known)) or 'none'}.")


def _instrument_code(tables: Mapping[str, pd.DataFrame], outcome: str) -> str:
    known = tables["instrument"]["instrument"].tolist()
    found = [code for code in known if code.casefold() == outcome.casefold()]
    if len(found) != 1:
        raise UnknownCode(
            f"The delivery has no instrument for outcome {outcome!r}; it has {', '.join(map(repr, known)) or 'none'}."
        )
    return found[0]


def _first_treated(adoption: pd.DataFrame, method: str) -> pd.Series:
    """Quarter in which each adopting municipality started, by its code."""
    rows = adoption[adoption["method_id"] == method]
    elsewhere = int((rows["level"] != "municipality").sum())
    if elsewhere:
        raise InvalidColumn(
            f"{elsewhere} of {len(rows)} adoptions of {method!r} are at the level of a service or team. "
            "A panel of municipalities needs level municipality."
        )
    ended = int(rows["end"].notna().sum()) if "end" in rows else 0
    if ended:
        raise TreatmentReversal(
            f"{ended} of {len(rows)} adoptions of {method!r} have ended. "
            "Leave those municipalities out knowingly, or stop the panel before the first end."
        )
    twice = int(rows["unit_id"].duplicated().sum())
    if twice:
        raise TreatmentReversal(f"{twice} municipalities adopt {method!r} more than once. Keep the first start of each.")
    return pd.Series(rows["start"].dt.to_period("Q-DEC").to_numpy(), index=rows["unit_id"].to_numpy(), dtype="period[Q-DEC]")


def _selected_scores(
    tables: Mapping[str, pd.DataFrame], target_group: str, instrument: str
) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """One row per citizen, municipality and quarter, and how many rows each step left."""
    measurement, episode = tables["measurement"], tables["episode"]
    flow = [("measurements", len(measurement))]
    rows = measurement[measurement["instrument"] == instrument]
    flow.append(("instrument", len(rows)))
    group = episode.loc[episode["target_group_code"] == target_group, ["episode_id", "citizen_id", "acting_municipality"]]
    rows = rows.merge(group, on="episode_id", how="inner", validate="many_to_one")
    flow.append(("target_group", len(rows)))
    rows = rows[rows["value"].notna()]
    flow.append(("with_value", len(rows)))
    if rows.empty:
        steps = ", ".join(f"{step} {n}" for step, n in flow)
        raise EmptyData(f"No measurement of {instrument!r} is left for {target_group!r} ({steps}). Check codes and delivery.")
    for column in ("informant", "subscale"):
        kinds = len(rows[column].drop_duplicates()) if column in rows else 1
        if kinds > 1:
            raise InvalidColumn(
                f"Scores of {kinds} different kinds of {column} would be mixed in one mean. "
                "Keep the rows of one of them in the table measurement."
            )
    scores = (
        rows.groupby(
            ["acting_municipality", "quarter", "citizen_id"],
        )["value"]
        .mean()
        .reset_index()
    )
    flow.append(("citizen_quarters", len(scores)))
    return scores, flow


def _municipality_means(scores: pd.DataFrame, outcome: str) -> pd.DataFrame:
    cells = scores.groupby(["acting_municipality", "quarter"])["value"].agg(["mean", "size"]).reset_index()
    return pd.DataFrame(
        {
            "municipality": cells["acting_municipality"].astype("str"),
            "quarter": pd.PeriodIndex(cells["quarter"].str.replace("K", "Q"), freq="Q-DEC"),
            outcome: cells["mean"].astype("float64"),
            "n_citizens": cells["size"].astype("int64"),
        }
    )
