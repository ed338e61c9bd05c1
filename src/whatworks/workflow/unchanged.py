"""Has anything changed at all? Answered from digests alone, so that a run with nothing to do imports next to nothing."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from whatworks.workflow import digests
from whatworks.workflow.digests import LONGEST_PATH, digest_of, tree
from whatworks.workflow.manifest import DONE, is_whole, read_site
from whatworks.workflow.project import Project


def inputs(project: Project, named: Iterable[str] = ()) -> dict[str, object]:
    """Everything that a site is made from, in one name.

    Parameters
    ----------
    project : its notebook, questions, evidence and lock count, and the package that makes the pages
    named : files and folders of the project that questions name beside these

    Returns
    -------
    ``digest`` and ``named``, as a site's manifest keeps them.
    """
    named = sorted(set(named))
    parts = [
        *tree(digests.SOURCE),
        *tree(project.evidence, skip=(".md",)),
        *tree(project.lock),
        *(part for notebook in project.notebooks for part in tree(notebook)),
        *((f"questions/{name}", content) for name, content in tree(project.parameters)),
        ("python", ".".join(map(str, sys.version_info[:2])).encode()),
    ]
    for name in named:
        place = project.root / name
        parts.append((name, digest_of(tree(place)).encode() if place.exists() else b""))
    return {"digest": digest_of(parts), "named": named}


def named_in(project: Project, parameters: Iterable[object]) -> list[str]:
    """Files and folders outside evidence/ that parameters of questions name, from the project's root."""
    root, evidence = project.root.resolve(), project.evidence.resolve()
    found = []
    for value in parameters:
        if not isinstance(value, str) or not value or len(value) > LONGEST_PATH:
            continue
        place = (root / value).resolve()
        if place != root and place.is_relative_to(root) and not place.is_relative_to(evidence):
            found.append(place.relative_to(root).as_posix())
    return found


def untouched(project: Project, target: Path, *, languages: Sequence[str]) -> tuple[str, ...] | None:
    """Folders of all reports of a site that is what running everything would make it; None where that is not sure.

    Raises
    ------
    SiteNotWritable
        If the folder holds a site whose manifest is damaged.
    """
    site = read_site(target)
    named = site.inputs.get("named")
    if not isinstance(named, list) or tuple(languages) != site.languages:
        return None
    done = all(entry["status"] == DONE for entry in site.reports.values())
    if not done or not is_whole(target, site, list(site.files)) or site.inputs != inputs(project, named):
        return None
    return tuple(site.reports)
