"""The units a method is taken up by: municipalities, or services, which merge and follow one another."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidColumn, TreatmentReversal, UnknownCode
from whatworks.documentation.lookup import positions
from whatworks.documentation.schema import TABLES

UNITS = ("municipality", "service")
# A chain of successors, or of departments in departments, is never longer.
_LONGEST_CHAIN = 20


def require_code(tables: Mapping[str, pd.DataFrame], table: str, code: str) -> None:
    """Refuse a code that is not in its table, listing those that are.

    Raises
    ------
    UnknownCode
    """
    known = tables[table][TABLES[table].key[0]].tolist()
    if code not in known:
        raise UnknownCode(f"The delivery has no {table} {code!r}; it has {', '.join(map(repr, known)) or 'none'}.")


def instrument_code(tables: Mapping[str, pd.DataFrame], outcome: str) -> str:
    """The instrument that an outcome is measured with, however it is spelled.

    Raises
    ------
    UnknownCode
    """
    known = tables["instrument"]["instrument"].tolist()
    found = [code for code in known if code.casefold() == outcome.casefold()]
    if len(found) != 1:
        raise UnknownCode(
            f"The delivery has no instrument for outcome {outcome!r}; it has {', '.join(map(repr, known)) or 'none'}."
        )
    return found[0]


def final_services(service: pd.DataFrame) -> pd.Series:
    """The service that each became in the end, by service_id: a merger is one unit before and after.

    Raises
    ------
    InvalidColumn
        If services follow one another in a circle.

    Examples
    --------
    >>> service = pd.DataFrame({"service_id": ["a", "b", "c"], "successor_id": ["c", "c", None]}).astype("str")
    >>> final_services(service).to_dict()
    {'a': 'c', 'b': 'c', 'c': 'c'}
    """
    ids = service["service_id"]
    here = np.arange(len(service))
    if "successor_id" in service:
        following = positions(service["successor_id"], ids)
        following = np.where(following < 0, np.arange(len(service)), following)
        for _step in range(_LONGEST_CHAIN):
            here = following[here]
        if (following[here] != here).any():
            raise InvalidColumn("Services follow one another in a circle. Correct successor_id.")
    return pd.Series(ids.array.take(here), index=ids)


def unit_of_episodes(tables: Mapping[str, pd.DataFrame], unit: str) -> pd.Series:
    """The municipality or service, mergers mapped, of each episode; missing where none is given."""
    episode = tables["episode"]
    if unit == "municipality":
        return episode["acting_municipality"].astype("str")
    if "service" not in tables or "service_id" not in episode:
        raise InvalidColumn("A panel of services needs the table service, and service_id in the table episode.")
    final = final_services(tables["service"])
    place = positions(episode["service_id"], final.index.to_series())
    return pd.Series(final.array.take(place, allow_fill=True), index=episode.index)


def first_starts(tables: Mapping[str, pd.DataFrame], method: str, unit: str) -> tuple[pd.Series, list[str]]:
    """The day on which each unit that uses a method began, and units that cannot be told apart.

    Returns
    -------
    ``(starts, mixed)``: days by unit; units made by a merger of services of which some used the method before and some did not,
    or began at different times, so that before and after mean something else for each part.

    Raises
    ------
    TreatmentReversal
        If an adoption ends, or a unit begins twice.
    InvalidColumn
        If the method was adopted at another level.
    """
    adoption = tables["adoption"]
    rows = adoption[adoption["method_id"] == method]
    elsewhere = int((rows["level"] != unit).sum())
    if elsewhere:
        raise InvalidColumn(
            f"{elsewhere} of {len(rows)} adoptions of {method!r} are at another level. "
            f"A panel of {unit} units needs level {unit}; adoptions by services go with unit='service'."
        )
    ended = int(rows["end"].notna().sum()) if "end" in rows else 0
    if ended:
        raise TreatmentReversal(
            f"{ended} of {len(rows)} adoptions of {method!r} have ended. "
            "Leave those units out knowingly, or stop the panel before the first end."
        )
    twice = int(rows["unit_id"].duplicated().sum())
    if twice:
        units = "municipalities" if unit == "municipality" else "services"
        raise TreatmentReversal(f"{twice} {units} adopt {method!r} more than once. Keep the first start of each.")
    starts = pd.Series(rows["start"].to_numpy(), index=rows["unit_id"].astype("str").to_numpy())
    return (starts, []) if unit == "municipality" else _of_merged(starts, tables["service"])


def _of_merged(starts: pd.Series, service: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Starts by final service. A department begins with the service it belongs to."""
    final = final_services(service)
    own = service["service_id"].map(starts)
    if "parent_id" in service:
        above = positions(service["parent_id"], service["service_id"])
        for _step in range(_LONGEST_CHAIN):
            inherited = pd.Series(own.array.take(above, allow_fill=True), index=own.index)
            own = own.fillna(inherited)
    # A service that was opened by the merger itself did not begin anything: it goes on with what its parts did.
    followed = set(final[final.index != final.to_numpy()])
    founding = ~service["service_id"].isin(followed).to_numpy() | own.notna().to_numpy()
    parts = pd.DataFrame({"unit": final.to_numpy(), "start": own.dt.to_period("Q-DEC").to_numpy()})[founding]
    by_unit = parts.groupby("unit")["start"]
    mixed = (by_unit.min() < by_unit.max()) | ((by_unit.count() > 0) & (by_unit.count() < by_unit.size()))
    days = pd.DataFrame({"unit": final.to_numpy(), "start": own.to_numpy()}).groupby("unit")["start"].min().dropna()
    return days, sorted(mixed.index[mixed].astype(str))
