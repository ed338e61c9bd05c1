"""evidence/local/: our own results, promoted into the evidence base one version at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core import EffectResult
from whatworks.core.errors import WhatworksError
from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.faults import Fault, not_allowed

FOLDER = "local"
FORMAT = 1
SORTING = ("target_group", "method", "outcome")
_KEYS = ("format", *SORTING, "version", "design", "note", "result")
_STATISTICS = ("nobs", "n_treated", "n_comparison")
LOCAL_COLUMNS = (
    *SORTING, "version", "design", "measure", "unit", "good", "estimate", "std_error", "conf_low", "conf_high", "p_value",
    *_STATISTICS, "checks_failed", "note", "file",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LocalResult:
    """One of our own results in the evidence base.

    Attributes
    ----------
    target_group, method, outcome : codes of the catalogues
    version : 1 for the first; a later result never takes the place of an earlier one
    design : a code of the designs
    note : why there is a later version; "" for the first
    result : the result, after disclosure control
    file : its file below evidence/
    """

    target_group: str
    method: str
    outcome: str
    version: int
    design: str
    note: str
    result: EffectResult
    file: str


def local_path(folder: Path, codes: Mapping[str, str], version: int) -> Path:
    """Where a version stands: ``local/<target_group>/<method>/<outcome>.v<version>.json``."""
    return folder / FOLDER / codes["target_group"] / codes["method"] / f"{codes['outcome']}.v{version}.json"


def local_text(found: LocalResult) -> str:
    """A result as JSON text; equal input gives equal bytes."""
    content = {
        "format": FORMAT,
        **{code: getattr(found, code) for code in SORTING},
        "version": found.version,
        "design": found.design,
        "note": found.note,
        "result": json.loads(found.result.to_json()),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def read_local(
    folder: Path, shown: str, codes: Mapping[str, tuple[str, ...] | None], invented: tuple[str, ...] = ()
) -> tuple[tuple[LocalResult, ...], list[Fault]]:
    """Read and check every result under evidence/local/; a base without the folder has none.

    Parameters
    ----------
    folder : where the evidence base lies
    shown : the folder as messages name it
    codes : known codes by catalogue; None where it could not be read
    invented : methods marked synthetic, which no result of ours may stand under

    Returns
    -------
    The results, every version of each, in the order of their files; and every fault. Nothing is raised.
    """
    found, faults = [], []
    for path in sorted((folder / FOLDER).rglob("*.json")):
        name = f"{shown}/{path.relative_to(folder).as_posix()}"
        content, wrong = _read(path, name)
        wrong += [Fault(name, 0, message) for message in _problems(content, codes, invented)] if content else []
        if content and not wrong and path != local_path(folder, content, content["version"]):
            wrong.append(
                Fault(name, 0, f"the file stands where {local_path(Path(shown), content, content['version']).as_posix()} should.")
            )
        faults += wrong
        if not wrong:
            result = EffectResult.from_json(json.dumps(content["result"]))
            fields = {key: content[key] for key in (*SORTING, "version", "design", "note")}
            found.append(LocalResult(**fields, result=result, file=path.relative_to(folder).as_posix()))
    return (() if faults else tuple(found)), faults


def local_frame(results: tuple[LocalResult, ...]) -> pd.DataFrame:
    """The latest version of each result, one row each."""
    latest: dict[tuple[str, ...], LocalResult] = {}
    for found in sorted(results, key=lambda one: one.version):
        latest[tuple(getattr(found, code) for code in SORTING)] = found
    return pd.DataFrame([_frame_row(found) for _, found in sorted(latest.items())], columns=list(LOCAL_COLUMNS))


def _frame_row(found: LocalResult) -> dict[str, Any]:
    head = found.result.headline
    numbers = {name: float(getattr(head, name)) for name in ("estimate", "std_error", "conf_low", "conf_high", "p_value")}
    counts = {name: found.result.statistics.get(name, float("nan")) for name in _STATISTICS}
    about = {name: getattr(found, name) for name in (*SORTING, "version", "design", "note", "file")}
    kind = {"measure": found.result.measure, "unit": found.result.unit, "good": found.result.good}
    return {**about, **kind, **numbers, **counts, "checks_failed": len(found.result.failed_checks)}


def _read(path: Path, name: str) -> tuple[dict[str, Any], list[Fault]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        return {}, [Fault(name, error.lineno, f"is not valid JSON ({error.msg}). Promote the result again.")]
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        return {}, [Fault(name, 0, f"cannot be read ({type(error).__name__}). Promote the result again.")]
    if not isinstance(content, dict) or set(content) != set(_KEYS):
        return {}, [Fault(name, 0, f"needs the keys {', '.join(_KEYS)}. Promote the result again.")]
    return content, []


def _problems(content: Mapping[str, Any], codes: Mapping[str, tuple[str, ...] | None], invented: tuple[str, ...]) -> list[str]:
    out = [
        not_allowed(code, content[code], known)
        for code in SORTING
        if (known := codes[code]) is not None and content[code] not in known
    ]
    if content["method"] in invented:
        out.append(f"{content['method']} is an invented method; no result of ours may stand under it.")
    if content["design"] not in DESIGNS:
        out.append(not_allowed("design", content["design"], tuple(DESIGNS)))
    if content["format"] != FORMAT or not isinstance(content["version"], int) or content["version"] < 1:
        out.append(f"format must be {FORMAT} and version a whole number from 1.")
    try:
        head = EffectResult.from_json(json.dumps(content["result"])).headline
    except (WhatworksError, KeyError, TypeError, ValueError, AttributeError) as error:
        return [*out, f"its result cannot be read ({type(error).__name__}). Promote it again."]
    if all(map(isfinite, (head.conf_low, head.conf_high))) and not head.conf_low <= head.estimate <= head.conf_high:
        out.append("the interval of its headline does not hold its estimate.")
    return out
