"""One report per municipality beside the one about all of them: which a question asks for, and what is asked of each."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whatworks.core.errors import WhatworksError
from whatworks.documentation import is_synthetic, read_panel
from whatworks.findings.one_place import place_name, places
from whatworks.workflow.question_data import Asked, unknown

# The design of a report about one municipality; nobody asks for it by this name.
ONE_PLACE = "municipality"
# How a question asks for such reports, and the designs that have them.
PLACE_KEYS = ("municipality", "municipalities")
WITH_PLACES = ("rollout",)
_ALL = "all"

Places = Mapping[str, Mapping[str, str]]


def asks_for_places(item: Mapping[str, Any]) -> bool:
    """Whether a question asks for reports about single municipalities."""
    return item.get("design") in WITH_PLACES and any(key in item for key in PLACE_KEYS)


def read_places(root: Path, item: Mapping[str, Any], asked: Asked) -> tuple[Places, list[str]]:
    """The municipalities that a question asks for, and what is wrong with how it asks.

    Parameters
    ----------
    root : the project
    item : the question as written; ``municipality`` is one code, ``municipalities`` a list of codes, or ``all`` that have begun
    asked : what the data are about

    Returns
    -------
    Code -> name in each language, in the order of codes; and faults.
    """
    if all(key in item for key in PLACE_KEYS):
        return {}, ["say municipality or municipalities, not both"]
    key = next(key for key in PLACE_KEYS if key in item)
    codes = _codes(item[key], several=key == "municipalities")
    if codes is None:
        shape = "all, or a list of codes such as ['751']" if key == "municipalities" else "one code such as '751'"
        return {}, [f"{key} must be {shape}; it is {item[key]!r}"]
    data = root / str(item["data"])
    try:
        panel = read_panel(data, target_group=asked.target_group, method=asked.method, outcome=str(asked.outcome))
    except WhatworksError as error:
        return {}, [f"{item['data']}: {error}"]
    known = places(panel)
    begun = set(panel.loc[panel["first_treated"].notna(), "municipality"].astype("str"))
    wanted = [code for code in known if code in begun] if codes == _ALL else codes
    faults = [message for code in wanted if (message := unknown(code, known, what="municipality in the data"))]
    invented = is_synthetic(data)
    return {code: place_name(*known[code], synthetic=invented) for code in known if code in wanted}, faults


def _codes(value: Any, *, several: bool) -> list[str] | str | None:
    """Codes as text, ``"all"``, or None where neither is written; YAML reads a bare code as a number."""
    if several and value == _ALL:
        return _ALL
    given = value if several and isinstance(value, list) else [] if several else [value]
    plain = all(isinstance(code, (str, int)) and not isinstance(code, bool) for code in given)
    return [str(code) for code in given] if given and plain else None


def asked_of_each(parameters: Mapping[str, Any], found: Places, names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The parameters of the report about each municipality.

    Parameters
    ----------
    parameters : of the question about all of them
    found : of :func:`read_places`
    names : the parameters that the notebook about one municipality has
    """
    for code in found:
        given = {**parameters, "design": ONE_PLACE, "municipality": code}
        yield {name: given[name] for name in names if name in given}
