"""From a delivery's tables to a panel: one row per municipality, or service, and quarter."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.errors import EmptyData, InvalidColumn, MissingData
from whatworks.core.options import one_of
from whatworks.documentation.lookup import positions
from whatworks.documentation.units import UNITS, first_starts, instrument_code, require_code, unit_of_episodes

_KEYS = {"municipality": "code", "service": "id"}
_NEEDED = ("municipality", "method", "target_group", "instrument", "adoption", "episode", "measurement")


def build_panel(
    tables: Mapping[str, pd.DataFrame], *, target_group: str, method: str, outcome: str, unit: str = "municipality"
) -> pd.DataFrame:
    """Mean scores of a target group's citizens by municipality and quarter, with the quarter in which the method began.

    A citizen counts in the municipality that acts in the episode, or in the service. Several measurements of a citizen in a
    quarter are averaged first, so that every citizen counts once. Services that merged are one unit before and after, so that
    a reorganisation is not read as an effect; where some of them used the method before the merger and others did not, the
    unit is left out and counted.

    Parameters
    ----------
    tables : frames by English table name, as :func:`read_delivery` and :func:`simulate` give them
    target_group : code in the table target_group
    method : code in the table method; a unit is treated from the quarter in which it starts the method
    outcome : code of an instrument in the table instrument, in capital or small letters
    unit : ``"municipality"``, or ``"service"`` where services adopted the method

    Returns
    -------
    One row per unit and quarter with a measurement, sorted: municipality or service (code), quarter (Period, Q-DEC), a column
    named as ``outcome`` (mean score in the instrument's unit), n_citizens (citizens behind the mean), first_treated
    (Period; NaT for never), municipality_name or service_name. ``panel.attrs["flow"]`` lists ``(step, n)``: measurements
    delivered (twice where rows were kept aside on reading: with them and without), then those left after each step, then the
    citizen-quarters, unit-quarters and units they make up.

    Raises
    ------
    MissingData
        If a table is missing.
    UnknownCode
        If a code is not in its table; those that are, are listed.
    TreatmentReversal
        If a unit's adoption ends, or has two starts: an effect of stopping is another question.
    InvalidColumn
        If the method was adopted at another level, services follow one another in a circle, or scores of several informants or
        subscales would be mixed.
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
    one_of(unit, UNITS, name="unit")
    require_code(tables, "target_group", target_group)
    require_code(tables, "method", method)
    instrument = instrument_code(tables, outcome)
    starts, mixed = first_starts(tables, method, unit)
    scores, flow = _selected_scores(tables, target_group, instrument, unit, mixed)
    panel = _unit_means(scores, outcome, unit)
    plural = {"municipality": "municipalities", "service": "services"}[unit]
    flow += [(f"{unit}_quarters", len(panel)), (plural, int(panel[unit].nunique()))]
    began = pd.PeriodIndex(pd.to_datetime(starts.reindex(panel[unit])), freq="Q-DEC")
    panel["first_treated"] = began.array
    names = tables[unit].drop_duplicates(f"{unit}_{_KEYS[unit]}").set_index(f"{unit}_{_KEYS[unit]}")[f"{unit}_name"]
    panel[f"{unit}_name"] = panel[unit].map(names).astype("str")
    panel.attrs["flow"] = flow
    return panel


def _selected_scores(
    tables: Mapping[str, pd.DataFrame], target_group: str, instrument: str, unit: str, mixed: list[str]
) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """One row per citizen, unit and quarter, and how many rows each step left. Numbers stand for text until the end."""
    measurement, episode = tables["measurement"], tables["episode"]
    # What was read from files knows which rows were kept aside at the door.
    aside = len(getattr(tables, "quarantined", {}).get("measurement", ()))
    flow = [("delivered", len(measurement) + aside)] if aside else []
    flow.append(("measurements", len(measurement)))
    rows = measurement[(measurement["instrument"] == instrument).to_numpy(dtype=bool)]
    flow.append(("instrument", len(rows)))
    units = unit_of_episodes(tables, unit)
    place = positions(rows["episode_id"], episode["episode_id"])
    in_group = np.append((episode["target_group_code"] == target_group).to_numpy(dtype=bool), False)[place]
    rows, place = rows[in_group], place[in_group]
    flow.append(("target_group", len(rows)))
    if unit == "service":
        usable = np.append((units.notna() & ~units.isin(mixed)).to_numpy(dtype=bool), False)[place]
        rows, place = rows[usable], place[usable]
        flow.append(("service_known_and_not_mixed", len(rows)))
    measured = rows["value"].notna().to_numpy()
    rows, place = rows[measured], place[measured]
    flow.append(("with_value", len(rows)))
    if rows.empty:
        steps = ", ".join(f"{step} {n}" for step, n in flow)
        raise EmptyData(f"No measurement of {instrument!r} is left for {target_group!r} ({steps}). Check codes and delivery.")
    for column in ("informant", "subscale"):
        kinds = rows[column].nunique(dropna=False) if column in rows else 1
        if kinds > 1:
            raise InvalidColumn(
                f"Scores of {kinds} different kinds of {column} would be mixed in one mean. "
                "Keep the rows of one of them in the table measurement."
            )
    coded = {"unit": pd.factorize(units, sort=True), "quarter": pd.factorize(rows["quarter"], sort=True)}
    citizens = pd.factorize(episode["citizen_id"])[0]
    scores = pd.DataFrame(
        {
            "unit": coded["unit"][0][place],
            "quarter": coded["quarter"][0],
            "citizen": citizens[place],
            "value": rows["value"].to_numpy(dtype="float64"),
        }
    )
    scores = scores.groupby(["unit", "quarter", "citizen"])["value"].mean().reset_index()
    flow.append(("citizen_quarters", len(scores)))
    for name, (_codes, values) in coded.items():
        scores[name] = pd.Series(values, dtype="str").array.take(scores[name].to_numpy())
    return scores, flow


def _unit_means(scores: pd.DataFrame, outcome: str, unit: str) -> pd.DataFrame:
    cells = scores.groupby(["unit", "quarter"])["value"].agg(["mean", "size"]).reset_index()
    return pd.DataFrame(
        {
            unit: cells["unit"].astype("str"),
            "quarter": pd.PeriodIndex(cells["quarter"].str.replace("K", "Q"), freq="Q-DEC"),
            outcome: cells["mean"].astype("float64"),
            "n_citizens": cells["size"].astype("int64"),
        }
    )
