"""What a site is made of: its reports with their keys, and every file it made; and what each report was made from."""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whatworks.core.errors import SiteNotWritable
from whatworks.core.version import __version__
from whatworks.workflow.failures import Failure
from whatworks.workflow.folder import write
from whatworks.workflow.project import Project

if TYPE_CHECKING:
    from whatworks.workflow.jobs import Job
    from whatworks.workflow.question import Question

MANIFEST = "manifest.json"
DONE, FAILED = "done", "failed"
_FORMAT = 1
_NAMED_VERSIONS = ("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "matplotlib", "papermill")


@dataclass(frozen=True)
class SiteManifest:
    """The site that stands in a folder.

    Attributes
    ----------
    key : name of the content of the front pages
    languages : languages of its pages
    reports : folder -> ``{"key", "status"}``; status is ``"done"`` or ``"failed"``
    files : every file the site made, with its size in bytes; None for manifests of reports, which hold run times
    inputs : one name for all it was made from; empty where a part of it is older than the rest
    """

    key: str = ""
    languages: tuple[str, ...] = ()
    reports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, int | None] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def files_of(self, report: str) -> list[str]:
        """The files of one report; those of a report below it are not its own."""
        below = tuple(f"{other}/" for other in self.reports if other.startswith(f"{report}/"))
        return [name for name in self.files if name.startswith(f"{report}/") and not name.startswith(below)]

    def to_json(self) -> str:
        """As written to ``manifest.json``; equal sites give equal bytes."""
        content = {"format": _FORMAT, "key": self.key, "languages": self.languages, "reports": self.reports}
        content |= {"files": self.files, "inputs": self.inputs}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_site(target: Path) -> SiteManifest:
    """The manifest of the site in a folder; an empty one where there is none.

    Raises
    ------
    SiteNotWritable
        If the manifest cannot be read: what is ours and what is not would be a guess.
    """
    path = target / MANIFEST
    if not path.is_file():
        return SiteManifest()
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise ValueError(content["format"])
        reports = {folder: {"key": entry["key"], "status": entry["status"]} for folder, entry in content["reports"].items()}
        whole = dict(content["files"]), dict(content.get("inputs", {}))
        return SiteManifest(content["key"], tuple(content["languages"]), reports, *whole)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SiteNotWritable(
            f"{path} is damaged, so it cannot be told which files in {target.name}/ the site made. "
            "Move the folder away and run again."
        ) from None


def is_whole(target: Path, site: SiteManifest, names: list[str]) -> bool:
    """True when all these files stand there in the size they were written in."""
    try:
        return all(site.files[name] in (None, (target / name).stat().st_size) for name in names)
    except (OSError, KeyError):
        return False


def files_below(folder: Path) -> dict[str, int | None]:
    """Every file below a folder with its size, by its relative name; see :class:`SiteManifest` for sizes left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in found}
    return {name: None if name.endswith(f"/{MANIFEST}") else path.lstat().st_size for path, name in names.items()}


def report_manifest(job: "Job", finding: Any, seconds: Mapping[str, float]) -> str:
    """What a report was made from, and the digest of every file of it.

    Parameters
    ----------
    job : the job that was done; its folder holds all other files of the report
    finding : what the report found
    seconds : by step
    """
    content = {
        "key": job.key,
        "status": DONE,
        "parameters": dict(job.question.parameters),
        "languages": job.languages,
        "results": {
            name: {
                "data_fingerprint": result.provenance.data_fingerprint,
                "seed": result.provenance.seed,
                "checks": {check.name: check.passed for check in result.checks},
            }
            for name, result in {**finding.results, **finding.robustness}.items()
        },
        "versions": {
            "whatworks": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            **{name: version(name) for name in _NAMED_VERSIONS},
        },
        "lock": digest(Project(job.root).lock),
        "engine": job.engine,
        "first_try": None if job.earlier is None else str(job.earlier),
        "seconds": dict(seconds),
        "files": {path.name: digest(path) for path in sorted(own_parts(job.folder)) if path.name != MANIFEST},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def own_parts(folder: Path) -> Iterator[Path]:
    """What stands in a report's folder. A folder in it with a manifest is another report, about one municipality."""
    return (path for path in folder.iterdir() if not (path / MANIFEST).is_file())


def clear(folder: Path) -> None:
    """Take a report away; others in its folder stay."""
    for path in list(own_parts(folder)) if folder.is_dir() else ():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def failed_manifest(question: "Question", key: str, failure: Failure) -> str:
    """The manifest of a report that was not made. It never counts as fresh."""
    error = {"type": failure.type, "message": failure.message, "cell": failure.cell}
    content = {"key": key, "status": FAILED, "parameters": dict(question.parameters), "error": error}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read_report(folder: Path) -> dict[str, Any]:
    """The manifest of a report; empty where there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def renew_digests(folder: Path, names: Iterable[str]) -> None:
    """Write down the digests of files that were written after the manifest of their report."""
    content = read_report(folder)
    content["files"] = {**content.get("files", {}), **{name: digest(folder / name) for name in names}}
    write(folder / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def digest(path: Path) -> str | None:
    """SHA-256 of a file's content; None where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
