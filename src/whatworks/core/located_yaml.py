"""YAML that remembers which line each key stood on, so that an error can point at it."""

import re
from collections.abc import Iterator
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


# Deeper than anything a person writes, far from where a reader runs out of stack.
_DEEPEST = 100
# What YAML refuses without saying where.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def read_located(path: Path) -> Located:
    """Read a YAML file safely (no tags that build objects, no references), with line numbers.

    Raises
    ------
    InvalidParameters
        If the file is not valid YAML, a key stands twice or something stands for another, with file and line.
    """
    text = path.read_text(encoding="utf-8")
    unseen = _NO_TEXT.search(text)
    if unseen:
        raise InvalidParameters(
            f"{path}:{text.count(chr(10), 0, unseen.start()) + 1}: not valid YAML (it holds the control character "
            f"{ord(unseen[0])}, which nobody sees). Write the line again."
        )
    try:
        value, lines = _Document(text, path).read()
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise InvalidParameters(f"{path}{line}: not valid YAML ({problem}). Check indentation, colons and quotes.") from None
    return Located(value=value, path=path, lines=lines)


class _Document:
    """One document, built from the events of the compiled parser: its own builder of trees can be made to overflow."""

    def __init__(self, text: str, path: Path) -> None:
        self.path = path
        self.lines: dict[tuple[str | int, ...], int] = {}
        self._events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        # Resolves scalars: dates, numbers, booleans and text, nothing that can run.
        self._scalars: Any = yaml.SafeLoader("")

    def read(self) -> tuple[Any, dict[tuple[str | int, ...], int]]:
        """The value and the lines; None for an empty file."""
        value, documents = None, 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refusal(event, "a second document starts here. Write one.")
                value = self._value(next(self._events), ())
        return value, self.lines

    def _value(self, event: Any, keys: tuple[str | int, ...]) -> Any:
        self.lines.setdefault(keys, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            raise self._refusal(event, f"*{event.anchor} stands for something written elsewhere. Write it out.")
        if len(keys) > _DEEPEST:
            raise self._refusal(event, f"nested deeper than {_DEEPEST} levels. Write it flatter.")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if event.tag is not None and event.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise self._refusal(event, f"the tag {event.tag!r} is not allowed. Write plain values.")
        return self._block(keys) if isinstance(event, yaml.MappingStartEvent) else self._list(keys)

    def _block(self, keys: tuple[str | int, ...]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refusal(event, "a key is a block, a list or a reference. Write a word.")
            found: Any = event
            key, line = found.value, found.start_mark.line + 1
            if key in out:
                raise self._refusal(event, f"the key {key!r} stands twice in the same block. Remove one.")
            self.lines[(*keys, key)] = line
            out[key] = self._value(next(self._events), (*keys, key))
        return out

    def _list(self, keys: tuple[str | int, ...]) -> list[Any]:
        out: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            out.append(self._value(event, (*keys, len(out))))
        return out

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == "tag:yaml.org,2002:str":
            return event.value
        if not tag.startswith("tag:yaml.org,2002:") or "python" in tag:
            raise self._refusal(event, f"the tag {tag!r} is not allowed. Write plain values.")
        return self._scalars.construct_object(yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark))

    def _refusal(self, event: Any, problem: str) -> InvalidParameters:
        return InvalidParameters(f"{self.path}:{event.start_mark.line + 1}: {problem}")
