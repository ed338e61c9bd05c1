"""A workbench for another centre: own catalogues, questions, data and evidence, and the report notebook; kept up to date."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from whatworks.core.errors import InvalidOption, MissingData, WhatworksError
from whatworks.core.version import __version__

# What was written, so that an upgrade can tell a file that was changed from one that is only old.
RECORD = ".whatworks.json"
NEW = ".new"
# Files that every workbench has as they stand in ours: records and the notebooks of reports, kept once.
SHARED = (
    "notebooks/method_report.ipynb",
    "notebooks/investment_case.ipynb",
    "notebooks/benchmark.ipynb",
    "notebooks/one_municipality.ipynb",
    "evidence/README.md",
    "evidence/areas.yml",
    "evidence/domains.yml",
    "evidence/instruments.yml",
    "evidence/prices",
)
# Without it there is no workbench, so it comes back when it was taken out.
_CANNOT_DO_WITHOUT = ("notebooks/method_report.ipynb",)
_OWN_NAMES = {"reports.gitignore": "reports/.gitignore"}


class FolderNotWritable(WhatworksError):
    """The folder of a workbench cannot be written."""


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What :func:`new_workbench` or :func:`upgrade_workbench` did; files are named from the workbench's folder.

    Attributes
    ----------
    folder : the workbench
    written : files that are new
    replaced : files of an older version that nobody had changed
    beside : files that were changed and stay so; the new version stands beside each as ``<file>.new``
    """

    folder: Path
    written: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def new_workbench(folder: str | Path) -> Workbench:
    """Make a workbench that ``whatworks reports`` runs in: an example with invented numbers, and room for your own.

    Parameters
    ----------
    folder : must not exist, or be empty

    Returns
    -------
    :class:`Workbench`, all of it ``written``.

    Raises
    ------
    InvalidOption
        If the folder holds anything.
    FolderNotWritable
        If it cannot be written; what had been written is taken away again.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = new_workbench(Path(place) / "ours")
    ...     (made.folder / "notebooks" / "method_report.ipynb").is_file()
    True
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        hint = "add --upgrade to bring it up to date" if (place / RECORD).is_file() else "name a new folder"
        raise InvalidOption(f"{place} is there already and is not an empty folder; {hint}.")
    contents = template()
    written: list[Path] = []
    try:
        for name, content in contents.items():
            written.append(_write(place / name, content))
        _write_record(place, contents)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise _not_writable(place, error) from None
    return Workbench(folder=place, written=tuple(contents))


def upgrade_workbench(folder: str | Path) -> Workbench:
    """Bring a workbench up to date with this version of whatworks, and keep every file that was changed.

    Parameters
    ----------
    folder : made by :func:`new_workbench`

    Returns
    -------
    :class:`Workbench`. Files nobody changed are replaced; beside one that was changed the new version is put as
    ``<file>.new``. Files that were taken out stay out, but for the report notebook.

    Raises
    ------
    MissingData
        If the folder is no workbench.
    FolderNotWritable
        If it cannot be written.
    """
    place = Path(folder)
    known = _read_record(place)
    contents = template()
    did: dict[str, list[str]] = {"written": [], "replaced": [], "beside": []}
    try:
        for name, content in contents.items():
            step = _step(place / name, content, known.get(name))
            if step is None:
                continue
            _write(place / (name + NEW if step == "beside" else name), content)
            did[step].append(name)
        _write_record(place, contents)
    except OSError as error:
        raise _not_writable(place, error) from None
    return Workbench(folder=place, **{step: tuple(names) for step, names in did.items()})


def template() -> Mapping[str, bytes]:
    """Every file of a new workbench by its place in it."""
    own = dict(_below(files("whatworks.workflow") / "workbench", ""))
    found = {_OWN_NAMES.get(name, name): content for name, content in own.items()}
    for name in SHARED:
        found.update(_below(_shared(name), name))
    return dict(sorted(found.items()))


def _shared(name: str) -> Traversable:
    """Where a file that we have once stands: inside an installed package, or in the repository beside an editable one."""
    packed = files("whatworks.workflow") / "workbench_shared" / name
    if packed.is_file() or packed.is_dir():
        return packed
    place = Path(__file__).resolve().parents[3] / name
    if not place.exists() and name in _CANNOT_DO_WITHOUT:
        raise MissingData(f"This installation of whatworks lacks {name}. Install it again from a wheel or from its repository.")
    return place


def _below(top: Traversable, name: str) -> Mapping[str, bytes]:
    if top.is_file():
        return {name: top.read_bytes()}
    if not top.is_dir():
        return {}
    found: dict[str, bytes] = {}
    for item in top.iterdir():
        if item.name not in ("__pycache__", ".ipynb_checkpoints"):
            found.update(_below(item, f"{name}/{item.name}" if name else item.name))
    return found


def _step(path: Path, content: bytes, written_then: str | None) -> str | None:
    """What to do with one file: nothing, write, replace, or put the new one beside it."""
    if not path.is_file():
        taken_out = written_then is not None and not path.as_posix().endswith(_CANNOT_DO_WITHOUT)
        return None if taken_out else "written"
    now = path.read_bytes()
    if now == content:
        return None
    return "replaced" if _digest(now) == written_then else "beside"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside first, then in place: a file is never half the old one and half the new.
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    return beside.replace(path)


def _write_record(place: Path, contents: Mapping[str, bytes]) -> None:
    record = {"version": __version__, "files": {name: _digest(content) for name, content in contents.items()}}
    _write(place / RECORD, (json.dumps(record, indent=1) + "\n").encode())


def _read_record(place: Path) -> Mapping[str, str]:
    try:
        known: Mapping[str, str] = json.loads((place / RECORD).read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        raise MissingData(f"{place} is no workbench: it has no {RECORD}. Make one with: whatworks init FOLDER") from None
    except (ValueError, KeyError, TypeError, OSError):
        raise MissingData(
            f"{place / RECORD} cannot be read. Take it away and put the files of a new workbench (whatworks init FOLDER) "
            "beside your own."
        ) from None
    return known


def _not_writable(place: Path, error: OSError) -> FolderNotWritable:
    return FolderNotWritable(
        f"{place} cannot be written ({error.strerror}). Choose a folder that is yours, or ask for the right to write."
    )
