"""The content key of a report: everything its pages depend on, in one name.

Equal keys mean that running again would write the same, so the report is carried over instead.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whatworks.workflow.notebooks import for_design, read_notebook
from whatworks.workflow.project import Project
from whatworks.workflow.questions import CODES, Question

SOURCE = Path(__file__).resolve().parents[1]
# What a run leaves behind or an editor drops; no report reads it.
_SKIPPED_FOLDERS = frozenset({"__pycache__", ".ipynb_checkpoints"})
_SKIPPED_SUFFIXES = (".pyc", ".pyo", "~", ".swp", ".tmp")
# Longer text cannot be a file's name on any common file system, and asking would raise.
_LONGEST_PATH = 255


def report_keys(project: Project, questions: Sequence[Question], *, source: Path | None = None) -> dict[str, str]:
    """The key of every question's report, by its folder.

    Parameters
    ----------
    project : supplies the notebook, the evidence and the lock
    questions : what is asked
    source : the package whose code, catalogues and templates make the pages; this one by default

    Returns
    -------
    64 hexadecimal digits each. A key changes with the notebook's code or text (not its outputs), any file of the package,
    any evidence file but the codebooks, the lock, the Python version, the question's parameters, and the content of a file
    or folder that a parameter names.
    """
    common = _digest(
        [
            *_tree(source or SOURCE),
            *_tree(project.evidence, skip=(".md",)),
            *_tree(project.lock),
            ("python", ".".join(map(str, sys.version_info[:2])).encode()),
        ]
    )
    notebook = read_notebook(project.notebook)
    cells: dict[str, str] = {}
    keys = {}
    for question in questions:
        if question.design not in cells:
            cells[question.design] = _cells_digest(for_design(notebook["cells"], question.design))
        asked = json.dumps(dict(question.parameters), sort_keys=True, ensure_ascii=False, default=str)
        parts = [("common", common.encode()), ("cells", cells[question.design].encode()), ("asked", asked.encode())]
        keys[question.folder] = _digest([*parts, *_named_files(project, question.parameters)])
    return keys


def _cells_digest(cells: Iterable[Mapping[str, Any]]) -> str:
    content = [[cell["cell_type"], cell["source"], cell.get("metadata", {}).get("tags", [])] for cell in cells]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _named_files(project: Project, parameters: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Files and folders outside evidence/ that a parameter names; those inside are in every key already."""
    for name, value in sorted(parameters.items()):
        if name in CODES or not isinstance(value, str) or not value or len(value) > _LONGEST_PATH:
            continue
        path = (project.root / value).resolve()
        inside = path.is_relative_to(project.root.resolve()) and path != project.root.resolve()
        if inside and path.exists() and not path.is_relative_to(project.evidence.resolve()):
            yield from ((f"{name}:{place}", content) for place, content in _tree(path))


def _tree(top: Path, *, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """Relative name and digest of a file, or of every file below a folder, in a fixed order."""
    if top.is_file():
        yield top.name, _file_digest(top)
        return
    for path in sorted(top.rglob("*")):
        parts = path.relative_to(top).parts
        hidden = any(part.startswith(".") or part in _SKIPPED_FOLDERS for part in parts)
        if not hidden and not path.name.endswith((*_SKIPPED_SUFFIXES, *skip)) and path.is_file():
            yield "/".join(parts), _file_digest(path)


def _file_digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, content in parts:
        # Lengths in front, so that no two different lists of parts read the same.
        whole.update(f"{len(name)}:{name}:{len(content)}:".encode())
        whole.update(content)
    return whole.hexdigest()
