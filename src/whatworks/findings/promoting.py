"""From a saved result to the evidence base: which of a finding's results answers, and under which design it stands."""

import json
from pathlib import Path
from typing import Any

from whatworks import evidence
from whatworks.core.errors import InvalidOption, InvalidResult
from whatworks.core.result import EffectResult
from whatworks.findings.bodies import OF_FINDING, design_of
from whatworks.findings.finding import RESULTS_JSON, Finding
from whatworks.findings.labels import speaking

_CODES = ("target_group", "method", "outcome", "design")


def promote_file(
    file: str | Path,
    *,
    root: str | Path = "evidence",
    revises: str = "",
    synthetic: bool | None = None,
    **codes: str | None,
) -> Path:
    """Promote what a file holds: a finding's ``results.json`` (or its folder), or a single result as JSON.

    Parameters
    ----------
    file : the file or a report's folder
    root : the evidence base
    revises : why a new version takes over from the one that stands there
    synthetic : for a single result: whether its data were simulated; a finding says so itself
    codes : target_group, method, outcome, design; for a single result all of them, for a finding none

    Returns
    -------
    The file written in ``evidence/local/``; see :func:`whatworks.evidence.promote` for what is refused.

    Raises
    ------
    InvalidOption
        If codes are missing for a single result, or given for a finding that has its own.
    InvalidResult
        If the file holds neither, or a finding without a result of our own.
    UnknownCode, DisclosureRisk, InvalidEffect
        As :func:`whatworks.evidence.promote`.
    """
    path = Path(file) / RESULTS_JSON if Path(file).is_dir() else Path(file)
    content = _read(path)
    given = {name: codes.get(name) for name in _CODES}
    if "results" in content:
        if any(given.values()):
            raise InvalidOption(f"{path.name} says itself what it is about; leave out {', '.join(_CODES)}.")
        return _promote_finding(Finding.from_json(path.read_text(encoding="utf-8")), path, root=root, revises=revises)
    missing = [name for name, code in given.items() if not code]
    if missing or synthetic is None:
        raise InvalidOption(
            f"{path.name} is a single result. Say {', '.join(missing or ['whether its data were simulated'])}"
            f"{' and whether its data were simulated' if missing and synthetic is None else ''}."
        )
    result = EffectResult.from_json(path.read_text(encoding="utf-8"))
    group, method, outcome, design = (str(given[name]) for name in _CODES)
    return evidence.promote(
        result,
        target_group=group,
        method=method,
        outcome=outcome,
        design=design,
        synthetic=synthetic,
        root=root,
        revises=revises,
    )


def _promote_finding(finding: Finding, path: Path, *, root: str | Path, revises: str) -> Path:
    spoken = speaking(finding)
    if spoken is None or finding.outcome is None or finding.design not in OF_FINDING:
        raise InvalidResult(f"{path.name} holds no result of our own; published effects stand in evidence/reviews.csv.")
    name, result = spoken
    return evidence.promote(
        result,
        target_group=finding.target_group,
        method=finding.method,
        outcome=finding.outcome,
        design=design_of(finding, name),
        synthetic=finding.synthetic,
        root=root,
        revises=revises,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidResult(f"{path} cannot be read ({type(error).__name__}). Name a report's folder or results.json.") from None
    if not isinstance(content, dict) or not {"results", "effects"} & set(content):
        raise InvalidResult(
            f"{path.name} holds neither a finding nor a result. Name a report's results.json, or result.to_json()."
        )
    return content
