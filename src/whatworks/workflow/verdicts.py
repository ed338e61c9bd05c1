"""What the site said before: a small file beside the front page, carried from site to site."""

import datetime
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whatworks.core.errors import WhatworksError
from whatworks.core.version import __version__
from whatworks.findings import Finding
from whatworks.findings.finding import load
from whatworks.findings.history import entry_of, with_latest, with_newest
from whatworks.workflow.manifest import DONE, SiteManifest, read_report
from whatworks.workflow.question import EFFECTS
from whatworks.workflow.question_places import ONE_PLACE

VERDICTS = "verdicts.json"
_FORMAT = 1


@dataclass(frozen=True)
class History:
    """What the findings of a site said, version by version.

    Attributes
    ----------
    findings : folder -> versions, newest first
    changes : the latest changes of verdicts, newest first
    since : day of the first run that was written down; None before it
    """

    findings: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    changes: Sequence[Mapping[str, Any]] = ()
    since: str | None = None

    def to_json(self) -> str:
        """As written to ``verdicts.json``; equal histories give equal bytes."""
        content = {"format": _FORMAT, "since": self.since, "findings": self.findings, "changes": list(self.changes)}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def history_before(target: Path, site: SiteManifest) -> History:
    """What the site that stands in a folder said; from its reports' results where it kept no history of its own.

    Parameters
    ----------
    target, site : the folder, and the manifest of the site in it
    """
    kept = _read(target / VERDICTS)
    if kept is not None:
        return kept
    done = [folder for folder, entry in site.reports.items() if entry["status"] == DONE]
    findings = {folder: found for folder in done if (found := _earlier_version(target / folder)) is not None}
    return History(findings=findings)


def history_now(
    before: History, findings: Mapping[str, Finding], failed: Sequence[str], *, untouched: Sequence[str] = (), date: str
) -> History:
    """The history with what this run found.

    Parameters
    ----------
    before : of :func:`history_before`
    findings : by folder, of effects, of published reviews and of single municipalities; changes of the last are told on their
        own pages only
    failed : folders of reports that could not be made this time; what they said last stays written down
    untouched : folders of reports that this run left as they were
    date : day of this run
    """
    now: dict[str, Sequence[Mapping[str, Any]]] = {
        folder: before.findings[folder] for folder in failed if folder in before.findings
    }
    for folder, finding in findings.items():
        versions = before.findings.get(folder, ())
        if folder in untouched and versions:
            now[folder] = versions
        else:
            now[folder] = with_newest(versions, entry_of(finding), date=date, version=__version__)
    told = {folder: now[folder] for folder, finding in findings.items() if finding.design != ONE_PLACE}
    changes = with_latest(before.changes, before.findings, told)
    return History(findings=now, changes=changes, since=before.since or date)


def today() -> str:
    """The day of this run. SOURCE_DATE_EPOCH sets it, for whoever builds the same site twice (reproducible-builds.org)."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed.isdecimal():
        return datetime.datetime.fromtimestamp(int(fixed), tz=datetime.UTC).date().isoformat()
    return datetime.datetime.now().astimezone().date().isoformat()


def _read(path: Path) -> History | None:
    """The history in a file; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            return None
        findings = {
            str(folder): [_dated(each) for each in versions] for folder, versions in content["findings"].items() if versions
        }
        changes = [
            {"finding": each["finding"], "before": each["before"], "after": each["after"], **_dated(each)}
            for each in content["changes"]
        ]
        return History(findings, changes, _dated({"date": content["since"]})["date"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _dated(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it was written, once its date is known to be one."""
    if entry["date"] is not None:
        datetime.date.fromisoformat(entry["date"])
    return dict(entry)


def _earlier_version(folder: Path) -> Sequence[Mapping[str, Any]] | None:
    """What a report of a site without a history said; its day was never written down."""
    try:
        finding = load(folder)
        if finding.design not in EFFECTS:
            return None
        entry = entry_of(finding)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, WhatworksError):
        # Results of an older library may not be readable any more; then there is nothing to hold the new ones against.
        return None
    version = read_report(folder).get("versions", {}).get("whatworks")
    return with_newest([], entry, date=None, version=version)
