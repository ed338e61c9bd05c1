"""What an executed notebook tells of the machine it ran on, taken out: equal runs leave equal bytes."""

import re
import sys
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from whatworks.core.version import __version__
from whatworks.workflow.jobs import Job
from whatworks.workflow.notebooks import tags

_CELL_FILE = re.compile(r"\S*ipykernel_\d+/\d+\.py")
_INJECTED = "injected-parameters"
_ENCODED = ("image/png", "image/jpeg", "application/pdf")


def without_traces(executed: Any, job: Job) -> Any:
    """The executed notebook without the output folder, other paths of this machine, run times and random cell names."""
    names = {key: executed.metadata[key] for key in ("kernelspec", "language_info") if key in executed.metadata}
    executed.metadata.clear()
    executed.metadata.update(names, whatworks={"parameters": dict(job.question.parameters), "version": __version__})
    places = _places(job)
    for place, cell in enumerate(executed.cells):
        if _INJECTED in tags(cell):
            cell["source"] = "\n".join(_without_places(cell["source"].split("\n"), job))
        kept = {key: value for key, value in cell["metadata"].items() if key in ("tags", "alt") and value}
        cell["metadata"].clear()
        cell["metadata"].update(kept)
        cell["id"] = f"cell-{place:03d}"
        if "outputs" in cell:
            cell["outputs"] = _joined(cell["outputs"])
        for output in cell.get("outputs", []):
            output.update(_neutral(dict(output), places))
    return executed


def _without_places(lines: list[str], job: Job) -> list[str]:
    """Injected parameters without where to write; what the report rests on by its place in the site."""
    effect = f'effect = "{job.question.effect}"'
    kept = [line for line in lines if not line.startswith("output = ")]
    return [effect if line.startswith("effect = ") else line for line in kept]


def _joined(outputs: list[Any]) -> list[Any]:
    """Neighbouring pieces of streams as one of each name: how a kernel cuts and orders them depends on how busy it is."""
    joined: list[Any] = []
    for streams, group in groupby(outputs, key=lambda output: output["output_type"] == "stream"):
        pieces = list(group)
        if not streams:
            joined += pieces
            continue
        for name in sorted({piece["name"] for piece in pieces}, reverse=True):
            own = [piece for piece in pieces if piece["name"] == name]
            own[0]["text"] = "".join(piece["text"] for piece in own)
            joined.append(own[0])
    return joined


def _places(job: Job) -> list[tuple[re.Pattern[str], str]]:
    """Paths of this machine, longest first, and what stands in their place."""
    places = {str(job.folder): "output", str(job.root): ".", sys.prefix: "environment", str(Path.home()): "~"}
    longest_first = sorted((path for path in places if len(path) > 1), key=len, reverse=True)
    return [(re.compile(re.escape(path) + r"(?![\w-])"), places[path]) for path in longest_first]


def _neutral(value: Any, places: list[tuple[re.Pattern[str], str]]) -> Any:
    if isinstance(value, str):
        for path, name in places:
            value = path.sub(name, value)
        return _CELL_FILE.sub("cell", value)
    if isinstance(value, Mapping):
        # Letters of an encoded picture can spell a short path by chance.
        return {key: item if key in _ENCODED else _neutral(item, places) for key, item in value.items()}
    return [_neutral(item, places) for item in value] if isinstance(value, list) else value
