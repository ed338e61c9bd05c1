"""What a parameter of a question may hold: plain values that stay inside the project."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whatworks.documentation.privacy import looks_like_cpr


def is_plain(value: Any) -> bool:
    """Text, a finite number, true, false, nothing, or lists and blocks of them.

    Examples
    --------
    >>> is_plain(["a", 1.5, None]), is_plain(float("nan"))
    (True, False)
    """
    if isinstance(value, dict):
        return all(is_plain(item) for item in value.values())
    if isinstance(value, list):
        return all(is_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, int))


def same_kind(value: Any, default: Any) -> bool:
    """Whether a value can stand where the default stands.

    Examples
    --------
    >>> same_kind(1, 0.5), same_kind("1", 1)
    (True, False)
    """
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    if isinstance(default, tuple):
        return isinstance(value, list)
    return isinstance(value, type(default))


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def lines_with_people(path: Path) -> list[int]:
    """Numbers of the lines of a text file, comments too, that hold what looks like a civil registration number."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, start=1) if looks_like_cpr(line)]


def leads_out(text: str, root: Path) -> bool:
    """True for a value that, read as a path from the project's root, ends up outside it."""
    if "\0" in text or text.startswith("~") or "://" in text:
        return True
    parts = text.replace("\\", "/")
    if len(parts) > 1 and parts[1] == ":" and parts[0].isalpha():
        return True
    try:
        return not (root / parts).resolve().is_relative_to(root.resolve())
    except OSError:
        # Too long for a path, so nothing can open it as one.
        return False
