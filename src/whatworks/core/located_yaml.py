"""YAML that remembers which line each key stood on, so that an error can point at it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from whatworks.core.errors import InvalidParameters


@dataclass(frozen=True)
class Located:
    """A YAML document with the line of every key and list item.

    Attributes
    ----------
    value : plain dicts, lists and scalars
    lines : line number (from 1) by path, e.g. ``("questions", 0, "method")``
    path : the file
    """

    value: Any
    path: Path
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def where(self, *keys: str | int) -> str:
        """``file:line`` of a key, or of the nearest parent that has one."""
        for end in range(len(keys), -1, -1):
            if keys[:end] in self.lines:
                return f"{self.path}:{self.lines[keys[:end]]}"
        return str(self.path)


def read_located(path: Path) -> Located:
    """Read a YAML file safely (no tags that build objects), with line numbers.

    Raises
    ------
    InvalidParameters
        If the file is not valid YAML or a key stands twice, with file and line.
    """
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        lines: dict[tuple[str | int, ...], int] = {}
        value = None if node is None else _walk(node, (), lines, path)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise InvalidParameters(f"{path}{line}: not valid YAML ({problem}). Check indentation, colons and quotes.") from None
    return Located(value=value, path=path, lines=lines)


def _walk(node: yaml.Node, keys: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], path: Path) -> Any:
    lines.setdefault(keys, node.start_mark.line + 1)
    if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
        raise InvalidParameters(f"{path}:{node.start_mark.line + 1}: the tag {node.tag!r} is not allowed. Write plain values.")
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in out:
                raise InvalidParameters(f"{path}:{line}: the key {key!r} stands twice in the same block. Remove one.")
            lines[(*keys, key)] = line
            out[key] = _walk(value_node, (*keys, key), lines, path)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*keys, place), lines, path) for place, item in enumerate(node.value)]
    # A scalar is resolved by the safe loader alone: dates, numbers, booleans and text, nothing that can run.
    return yaml.SafeLoader("").construct_object(node)
