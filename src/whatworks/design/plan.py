"""An analysis plan, frozen before outcomes are read, and how an analysis departs from it."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.errors import InvalidParameters, PlanChanged
from whatworks.core.located_yaml import Located, read_located

# What a plan says, and whether it must.
FIELDS: Mapping[str, bool] = {
    "question": True,
    "target_group": True,
    "method": True,
    "estimand": True,
    "outcome": True,
    "design": True,
    "covariates": True,
    "exclusions": True,
    "smallest_important": True,
    "subgroups": True,
    "estimator": False,
    "control": False,
    "conf_level": False,
    "other_outcomes": False,
    "data": False,
    "written_by": False,
}
LISTS = ("covariates", "exclusions", "subgroups", "other_outcomes")
NUMBERS = ("smallest_important", "conf_level")
# Said in words of one's own: only a reader can tell whether two texts mean the same.
PROSE = ("question", "estimand")
SUFFIX = ".frozen.json"
FROZEN_NEEDED = "{file} is not frozen. Freeze it before outcomes are read: whatworks plan {file}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A question as it was asked beforehand.

    Attributes
    ----------
    content : the plan, by field
    fingerprint : of the content, so that a change shows
    frozen_at : when it was frozen, UTC; None for a plan that is not

    Examples
    --------
    >>> Plan(content={"outcome": "who5"}, fingerprint="example")["outcome"]
    'who5'
    """

    content: Mapping[str, Any]
    fingerprint: str
    frozen_at: str | None = None

    def __getitem__(self, name: str) -> Any:
        return self.content.get(name)


def read_plan(path: str | Path) -> Plan:
    """Read a plan; frozen if a frozen copy stands beside it.

    Parameters
    ----------
    path : YAML file with the fields of :data:`FIELDS`

    Returns
    -------
    :class:`Plan`; its ``frozen_at`` is None where it has not been frozen.

    Raises
    ------
    InvalidParameters
        With every fault at once: file, line, what is allowed.
    PlanChanged
        If the file no longer says what was frozen, naming the fields.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "plan.yml"
    >>> written = file.write_text(EXAMPLE, encoding="utf-8")
    >>> read_plan(file)["smallest_important"], read_plan(file).frozen_at
    (10, None)
    """
    file = Path(path)
    if not file.is_file():
        raise InvalidParameters(f"{file} does not exist. Write the plan first; whatworks plan --example prints one.")
    plan = _checked(read_located(file))
    frozen = _frozen_beside(file)
    if frozen is None:
        return plan
    if frozen.fingerprint != plan.fingerprint:
        changed = sorted(name for name in {*plan.content, *frozen.content} if plan[name] != frozen[name])
        raise PlanChanged(
            f"{file} was changed after it was frozen on {frozen.frozen_at}: {', '.join(changed)}. Put the file back, or write "
            "the new wish into a plan of its own and report both."
        )
    return frozen


def freeze(path: str | Path, *, now: dt.datetime | None = None) -> Plan:
    """Freeze a plan: write its content, fingerprint and the time beside it. A plan is frozen once.

    Parameters
    ----------
    path : YAML file
    now : the time to write; the clock's when left out

    Returns
    -------
    The frozen plan; the one already frozen, if it still says the same.

    Raises
    ------
    InvalidParameters, PlanChanged

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "plan.yml"
    >>> written = file.write_text(EXAMPLE, encoding="utf-8")
    >>> freeze(file).fingerprint == read_plan(file).fingerprint
    True
    """
    file = Path(path)
    plan = read_plan(file)
    if plan.frozen_at is not None:
        return plan
    moment = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="seconds")
    frozen = Plan(content=plan.content, fingerprint=plan.fingerprint, frozen_at=moment)
    text = json.dumps(
        {"plan": dict(frozen.content), "fingerprint": frozen.fingerprint, "frozen_at": moment}, ensure_ascii=False, indent=1
    )
    beside = file.with_name(file.stem + SUFFIX)
    partial = beside.with_name(beside.name + ".part")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(beside)
    return frozen


def deviations(plan: Plan, analysis: Mapping[str, Any]) -> pd.DataFrame:
    """What was planned beside what was done.

    Parameters
    ----------
    plan : of :func:`read_plan`
    analysis : what was done, by the same fields; fields left out were not said

    Returns
    -------
    One row per field: field, planned, done, status (``"as_planned"``, ``"deviates"``, ``"added"``, ``"not_said"``, and
    ``"to_judge"`` where the plan's own words differ from ours). Order of lists does not matter; numbers are compared as numbers.

    Raises
    ------
    InvalidParameters
        If the analysis names a field that plans do not have.

    Examples
    --------
    >>> plan = Plan(content={"outcome": "who5", "control": "never"}, fingerprint="example")
    >>> deviations(plan, {"outcome": "who5", "control": "not_yet"})["status"].tolist()
    ['as_planned', 'deviates']
    """
    unknown = sorted(set(analysis) - set(FIELDS))
    if unknown:
        raise InvalidParameters(f"A plan has no field {', '.join(unknown)}; it has {', '.join(FIELDS)}.")
    rows = []
    for name in FIELDS:
        planned, done = plan.content.get(name), analysis.get(name)
        if planned is None and done is None:
            continue
        rows.append(
            {"field": name, "planned": _said(planned), "done": _said(done), "status": _status(name, planned, done, analysis)}
        )
    return pd.DataFrame(rows, columns=["field", "planned", "done", "status"])


def _status(name: str, planned: Any, done: Any, analysis: Mapping[str, Any]) -> str:
    if name not in analysis:
        return "not_said"
    if planned is None:
        return "added"
    same = sorted(map(str, planned)) == sorted(map(str, done or ())) if name in LISTS else _equal(planned, done)
    return "as_planned" if same else "to_judge" if name in PROSE else "deviates"


def _equal(planned: Any, done: Any) -> bool:
    try:
        return float(planned) == float(done)
    except (TypeError, ValueError):
        return str(planned).strip() == str(done).strip()


def _said(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _checked(located: Located) -> Plan:
    content = located.value
    if not isinstance(content, dict):
        raise InvalidParameters(
            f"{located.path}: a plan is a list of fields, each `name: value`; whatworks plan --example prints one."
        )
    faults = [f"{located.where(name)}: there is no field {name!r}" for name in content if name not in FIELDS]
    faults += [f"{located.path}: {name!r} is missing" for name, needed in FIELDS.items() if needed and content.get(name) is None]
    for name in LISTS:
        if content.get(name) is not None and not isinstance(content[name], list):
            faults.append(f"{located.where(name)}: {name!r} must be a list; [] says that there are none")
    for name in NUMBERS:
        value = content.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0):
            faults.append(f"{located.where(name)}: {name!r} must be a number above 0, in units of the outcome")
    if faults:
        raise InvalidParameters(
            "\n".join([f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in the plan:", *(f"  {f}" for f in faults)])
        )
    plain = {name: _plain(content[name]) for name in FIELDS if content.get(name) is not None}
    return Plan(content=plain, fingerprint=_fingerprint(plain))


def _plain(value: Any) -> Any:
    return (
        [_plain(item) for item in value] if isinstance(value, list) else value if isinstance(value, (int, float)) else str(value)
    )


def _fingerprint(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def _frozen_beside(file: Path) -> Plan | None:
    beside = file.with_name(file.stem + SUFFIX)
    if not beside.is_file():
        return None
    try:
        content = json.loads(beside.read_text(encoding="utf-8"))
        frozen = Plan(content=content["plan"], fingerprint=content["fingerprint"], frozen_at=content["frozen_at"])
    except (ValueError, KeyError, TypeError):
        raise PlanChanged(f"{beside} cannot be read; it was changed by hand. Restore it from your records.") from None
    if _fingerprint(frozen.content) != frozen.fingerprint:
        raise PlanChanged(f"{beside} was changed by hand: its content has another fingerprint. Restore it from your records.")
    return frozen


EXAMPLE = """\
# What is asked, before any outcome is read. Freeze it with: whatworks plan FILE.yml
question: Does the method raise well-being among young people with mental health difficulties?
target_group: youth_mental_difficulties
method: laerkemodellen
estimand: average effect on those who got it, all quarters after the start
outcome: who5
design: rollout
estimator: group_time
control: not_yet
covariates: []
exclusions: []
smallest_important: 10
subgroups: []
"""
