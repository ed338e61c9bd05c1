"""Whether the data that a question names exist, and are about what is asked."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from whatworks.core.errors import WhatworksError
from whatworks.core.unseen import quoted
from whatworks.documentation import is_synthetic, read_panel
from whatworks.documentation.kinds import is_panel_file, is_store
from whatworks.evidence.investments import is_synthetic_investment, read_investment

# What each open source of microdata is about.
OPEN_DATA: Mapping[str, Mapping[str, str]] = {
    "supported_work": {"target_group": "adults_outside_labour_market", "method": "supported_work", "outcome": "earnings"},
}
# Whether the data of a design are invented, asked of their place.
_INVENTED: Mapping[str, Callable[[Path], bool]] = {
    "rollout": is_synthetic,
    "investment": is_synthetic_investment,
    "benchmark": is_synthetic,
}


# Where the codes of each kind stand.
_CATALOGUES: Mapping[str, str] = {
    "target group": "evidence/target_groups.yml",
    "method": "evidence/methods.yml",
    "outcome": "evidence/outcomes.yml",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a question asks about: codes, and whether the method's name is invented."""

    target_group: str
    method: str
    outcome: str | None
    invented: bool


def data_faults(root: Path, design: str, data: str, asked: Asked) -> Iterator[str]:
    """What is wrong with the data of a question; nothing where they can answer it.

    Parameters
    ----------
    root : the project
    design : of the question, one that needs data
    data : name of an open source, or a path inside the project
    asked : what the data must be about
    """
    if design == "matched":
        yield from _open_data(data, asked)
        return
    missing = _missing(root, design, data)
    if missing:
        yield missing
        return
    try:
        simulated = _INVENTED[design](root / data)
        if design == "rollout" and is_panel_file(data):
            # One file is soon read: what is wrong with it is told before any report is run.
            read_panel(root / data, target_group=asked.target_group, method=asked.method, outcome=str(asked.outcome))
        if design == "investment":
            # Its report waits for the one about the effect, so its faults would come to light last of all.
            read_investment(root / data, root=root / "evidence")
    except WhatworksError as error:
        yield f"{data}: {error}"
        return
    if simulated and not asked.invented:
        yield f"{data} is simulated; only a method marked synthetic in the catalogue may stand over its results"
    if asked.invented and not simulated:
        yield f"{data} is about real people; a method marked synthetic in the catalogue cannot stand over it"


def settled_faults(root: Path, item: Mapping[str, Any], asked: Asked) -> Iterator[tuple[str, str]]:
    """What is wrong with the design and the plan that a question names, by the key they stand under.

    Parameters
    ----------
    root : the project
    item : the question as it is written
    asked : what the plan must be about
    """
    estimator, plan = item.get("estimator"), item.get("plan")
    if estimator:
        from whatworks.design.choice import AUTO, RULES

        message = unknown(estimator, (AUTO, *RULES), what="design of a roll-out")
        if message:
            yield "estimator", message
    if plan:
        from whatworks.design.plan import FROZEN_NEEDED, read_plan

        try:
            frozen = read_plan(root / plan)
        except (WhatworksError, OSError, UnicodeDecodeError) as error:
            said = str(error) if isinstance(error, WhatworksError) else f"{plan} cannot be read ({type(error).__name__})"
            yield "plan", said.replace(f"{root}/", "")
            return
        if frozen.frozen_at is None:
            yield "plan", FROZEN_NEEDED.format(file=plan)
        for key in ("target_group", "method"):
            if frozen[key] != getattr(asked, key):
                yield "plan", f"{plan} is about {key} {frozen[key]!r}; {getattr(asked, key)!r} was asked about"


def _open_data(data: str, asked: Asked) -> Iterator[str]:
    message = unknown(data, OPEN_DATA, what="source of matched data")
    if message:
        yield message
        return
    for key, code in OPEN_DATA[data].items():
        if getattr(asked, key) != code:
            yield f"{data} is about {key} {code!r}; {key} {getattr(asked, key)!r} cannot be answered with it"


def _missing(root: Path, design: str, data: str) -> str:
    """Says that there is nothing at the place that is named, and what was looked for; empty where there is."""
    place = root / data
    if design == "rollout" and is_panel_file(data):
        found = place.is_file()
        return "" if found else f"there is no file {data!r} in the project; name a CSV file with one row per unit and quarter"
    if place.is_dir() or (design == "rollout" and is_store(data) and place.is_file()):
        return ""
    if design == "rollout":
        kind = "store" if is_store(data) else "folder"
        return f"there is no {kind} {data!r} in the project; name the folder of a delivery, a store, or a CSV file of your own"
    return f"there is no folder {data!r} in the project"


def unknown(value: Any, allowed: Collection[str], *, what: str) -> str:
    """Says that a value is not among those allowed, with the nearest one; empty where it is."""
    if isinstance(value, str) and value in allowed:
        return ""
    near = get_close_matches(str(value)[:80], list(allowed), n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    added = f"; a new one is added in {_CATALOGUES[what]}" if what in _CATALOGUES else ""
    return f"{quoted(value)} is not a known {what}; {meant}{listed(allowed)}{added}"


def listed(allowed: Collection[str]) -> str:
    """Everything that may be written.

    Examples
    --------
    >>> listed(["da", "en"])
    'allowed: da, en'
    """
    return f"allowed: {', '.join(sorted(allowed)) or 'none'}"
