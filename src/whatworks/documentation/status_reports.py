"""The status report: where the documentation stands on a day, written once, and held against the one before."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.encoding import decode_frame, encode_frame
from whatworks.core.errors import MissingData, WhatworksError
from whatworks.core.version import __version__
from whatworks.documentation.coverage import coverage_map
from whatworks.documentation.profile_reasons import missing_reasons
from whatworks.documentation.profiles import profile

KIND, FORMAT = "whatworks status", 1
# Two statuses a few days apart would tell about the few who came or were measured in between.
_DAYS_APART = 28


class StatusStands(WhatworksError):
    """A status report is there already; it is never written over, and none is written a few days from it."""


class ChangedStatus(WhatworksError):
    """A status report that was changed after it was written, or is none."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """Where the documentation stood on a day.

    Attributes
    ----------
    day : the day
    by : municipality or service
    profile, reasons : as :func:`profile` and :func:`missing_reasons` give them
    coverage : as :func:`coverage_map` gives it; None where services were not delivered
    synthetic : were the people simulated?
    k : smallest count shown
    version : of whatworks that wrote it
    fingerprint : of its content

    Examples
    --------
    >>> nothing = pd.DataFrame()
    >>> status = Status(day=date(2023, 12, 31), by="service", profile=nothing, reasons=None, coverage=None, synthetic=True, k=5,
    ...                 version="0", fingerprint="0")
    >>> status.day.year
    2023
    """

    day: date
    by: str
    profile: pd.DataFrame = field(repr=False)
    reasons: pd.DataFrame | None = field(repr=False)
    coverage: pd.DataFrame | None = field(repr=False)
    synthetic: bool
    k: int
    version: str
    fingerprint: str


def status_report(
    tables: Mapping[str, pd.DataFrame], *, day: date, synthetic: bool, by: str = "municipality", k: int = K_PUBLISH
) -> Status:
    """Where the documentation stands on a day: profile, reasons for missing scores, and the coverage map.

    Parameters
    ----------
    tables : of a store as of the day (``store.tables(as_of=day)``)
    day : the day of the status
    synthetic : were the people simulated?
    by : "municipality" or "service"
    k : smallest count shown

    Returns
    -------
    :class:`Status`; :func:`write_status` writes it.

    Raises
    ------
    MissingData, EmptyData, InvalidOption, DisclosureRisk

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> now = status_report(tables, day=date(2023, 12, 31), synthetic=True)
    >>> float(ww.documentation.compare_status(now, now)["change"].abs().max())
    0.0
    """
    rows = profile(tables, by=by, as_of=day, k=k)
    reasons = missing_reasons(tables, by=by, as_of=day, k=k) if "measurement" in tables else None
    mapped = coverage_map(tables, year=day.year, k=k) if {"service", "approval"} <= set(tables) else None
    frames = {"profile": rows, "reasons": reasons, "coverage": mapped}
    return _status(
        {
            "kind": KIND,
            "format": FORMAT,
            "day": day.isoformat(),
            "by": by,
            "synthetic": bool(synthetic),
            "k": int(k),
            "version": __version__,
            **{name: None if frame is None else encode_frame(frame) for name, frame in frames.items()},
        }
    )


def write_status(status: Status, folder: str | Path) -> Path:
    """Write a status under its day; one that is there stands, and may not be written over.

    Parameters
    ----------
    status : of :func:`status_report`
    folder : where to; it is made where it is not there

    Returns
    -------
    The file: ``status-<day>-<by>.json``, readable and no longer writable. The same status again changes nothing.

    Raises
    ------
    StatusStands
        If another status of that day is there, or one of fewer than 28 days before or after: what differs between the two
        would tell about the few people who came in between.

    Examples
    --------
    >>> from datetime import date
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> now = ww.documentation.status_report(tables, day=date(2023, 12, 31), synthetic=True)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = write_status(now, place)
    ...     file.name
    'status-2023-12-31-municipality.json'
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"status-{status.day.isoformat()}-{status.by}.json"
    _refuse_close(path, status)
    text = (
        json.dumps({**_content(status), "fingerprint": status.fingerprint}, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    )
    descriptor, beside = tempfile.mkstemp(dir=folder, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o444)
    try:
        # A link appears whole or not at all, and never in the place of another file.
        os.link(beside, path)
    except FileExistsError:
        if read_status(path).fingerprint != status.fingerprint:
            raise StatusStands(
                f"{path.name} stands already with other numbers, and a status is never written over. "
                f"Write the new one as of a day {_DAYS_APART} days later or more."
            ) from None
    finally:
        Path(beside).unlink()
    return path


def _refuse_close(path: Path, status: Status) -> None:
    days = [
        date.fromisoformat(found[1])
        for other in path.parent.glob(f"status-*-{status.by}.json")
        if other.name != path.name and (found := re.fullmatch(rf"status-(\d{{4}}-\d\d-\d\d)-{status.by}\.json", other.name))
    ]
    close = [day for day in days if abs((day - status.day).days) < _DAYS_APART]
    if close:
        raise StatusStands(
            f"A status of {close[0].isoformat()} stands already. Another one fewer than {_DAYS_APART} days from it would tell "
            "about the few people who came or were measured in between. Write it as of a later day."
        )


def read_status(path: str | Path) -> Status:
    """Read a status and hold it against its fingerprint.

    Parameters
    ----------
    path : a file that :func:`write_status` wrote

    Returns
    -------
    :class:`Status`.

    Raises
    ------
    MissingData, ChangedStatus

    Examples
    --------
    >>> from datetime import date
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> now = ww.documentation.status_report(tables, day=date(2023, 12, 31), synthetic=True)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = write_status(now, place)
    ...     read_status(file).fingerprint == now.fingerprint
    True
    """
    path = Path(path)
    if not path.is_file():
        raise MissingData(f"There is no status report {path.name!r}. Check the path.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        named = content.pop("fingerprint")
        if content["kind"] != KIND or content["format"] > FORMAT or named != _fingerprint(content):
            raise ValueError
        return _status(content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ChangedStatus(
            f"{path.name} is not a status report as it was written. It was changed, cut short, or made by a newer version. "
            "Bring it back from a copy."
        ) from None


def last_status(folder: str | Path, *, before: date, by: str) -> Status | None:
    """The newest status of the folder from before a day; None when there is none.

    Parameters
    ----------
    folder : where :func:`write_status` wrote
    before : the day that it must be older than
    by : ``"municipality"`` or ``"service"``

    Returns
    -------
    :class:`Status`, or None.

    Raises
    ------
    ChangedStatus

    Examples
    --------
    >>> from datetime import date
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> now = ww.documentation.status_report(tables, day=date(2023, 12, 31), synthetic=True)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = write_status(now, place)
    ...     last_status(place, before=date(2024, 1, 1), by="municipality").day
    datetime.date(2023, 12, 31)
    """
    names = sorted(path for path in Path(folder).glob(f"status-*-{by}.json") if path.name < f"status-{before.isoformat()}")
    return read_status(names[-1]) if names else None


def _status(content: Mapping[str, Any]) -> Status:
    frames = {name: None if content[name] is None else decode_frame(content[name]) for name in ("profile", "reasons", "coverage")}
    assert frames["profile"] is not None
    return Status(
        day=date.fromisoformat(content["day"]),
        by=content["by"],
        profile=frames["profile"],
        reasons=frames["reasons"],
        coverage=frames["coverage"],
        synthetic=content["synthetic"],
        k=content["k"],
        version=content["version"],
        fingerprint=_fingerprint(content),
    )


def _content(status: Status) -> dict[str, Any]:
    frames = {"profile": status.profile, "reasons": status.reasons, "coverage": status.coverage}
    return {
        "kind": KIND,
        "format": FORMAT,
        "day": status.day.isoformat(),
        "by": status.by,
        "synthetic": status.synthetic,
        "k": status.k,
        "version": status.version,
        **{name: None if frame is None else encode_frame(frame) for name, frame in frames.items()},
    }


def _fingerprint(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]
