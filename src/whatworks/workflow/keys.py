"""The content key of a report: everything its pages depend on, in one name.

Equal keys mean that running again would write the same, so the report is carried over instead.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whatworks.documentation.kinds import is_store
from whatworks.workflow import digests
from whatworks.workflow.digests import LONGEST_PATH, digest_of, tree
from whatworks.workflow.notebooks import for_design, read_notebook
from whatworks.workflow.project import Project
from whatworks.workflow.question import CODES, Question

# As whatworks.design.plan names it; importing that room would cost a run that has nothing to do more than it takes.
FROZEN = ".frozen.json"


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
    any evidence file but the codebooks, the lock, the Python version, the question's parameters, the content of a file
    or folder that a parameter names (of a store, the deliveries in it), and the key of the report that the answer rests on.
    """
    common = digest_of(
        [
            *tree(source or digests.SOURCE),
            *tree(project.evidence, skip=(".md",)),
            *tree(project.lock),
            ("python", ".".join(map(str, sys.version_info[:2])).encode()),
        ]
    )
    cells: dict[str, str] = {}
    keys: dict[str, str] = {}
    # What rests on another report comes after it, and changes with it.
    for question in sorted(questions, key=lambda question: question.effect is not None):
        if question.design not in cells:
            notebook = read_notebook(project.notebook_of(question.design))
            cells[question.design] = _cells_digest(for_design(notebook["cells"], question.design))
        asked = json.dumps(dict(question.parameters), sort_keys=True, ensure_ascii=False, default=str)
        parts = [("common", common.encode()), ("cells", cells[question.design].encode()), ("asked", asked.encode())]
        if question.effect is not None:
            parts.append(("effect", keys[question.effect].encode()))
        if question.places:
            # The page about all of them leads to each.
            parts.append(("places", json.dumps(question.places, sort_keys=True).encode()))
        keys[question.folder] = digest_of([*parts, *_named_files(project, question.parameters)])
    return {question.folder: keys[question.folder] for question in questions}


def _cells_digest(cells: Iterable[Mapping[str, Any]]) -> str:
    content = [[cell["cell_type"], cell["source"], cell.get("metadata", {}).get("tags", [])] for cell in cells]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _named_files(project: Project, parameters: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Files and folders outside evidence/ that a parameter names; those inside are in every key already."""
    for name, value in sorted(parameters.items()):
        if name in CODES or not isinstance(value, str) or not value or len(value) > LONGEST_PATH:
            continue
        path = (project.root / value).resolve()
        inside = path.is_relative_to(project.root.resolve()) and path != project.root.resolve()
        if inside and path.exists() and not path.is_relative_to(project.evidence.resolve()):
            if path.is_file() and is_store(path):
                # Its bytes may change where nothing was delivered. Only a store draws in what reads one.
                from whatworks.documentation.stored import deliveries_digest

                yield f"{name}:deliveries", deliveries_digest(path).encode()
                continue
            yield from ((f"{name}:{place}", content) for place, content in tree(path))
            frozen = path.with_name(path.stem + FROZEN)
            if path.is_file() and frozen.is_file():
                # A plan's frozen copy stands beside it, and says when it was frozen.
                yield f"{name}:frozen", frozen.read_bytes()
