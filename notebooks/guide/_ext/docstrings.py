"""Our parameters are written ``name : meaning``, over several lines; Napoleon reads ``name`` with the meaning below."""

import re

from sphinx.application import Sphinx

_UNDERLINE = re.compile(r"-{3,}\s*$")
_FIELD = re.compile(r"(\S.*?) : (.*)")
_SECTIONS = ("Parameters", "Attributes", "Other Parameters")


def setup(app: Sphinx) -> dict:
    # Before Napoleon, which listens at 500.
    app.connect("autodoc-process-docstring", _rewrite, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _rewrite(_app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]) -> None:
    lines[:] = meaning_below_name(lines)


def meaning_below_name(lines: list[str]) -> list[str]:
    """Put what follows `` : `` on a line of its own, so that a meaning of several lines stays one paragraph."""
    section, found = "", []
    lines = _names_on_one_line(lines)
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and _UNDERLINE.match(lines[number + 1]):
            section = line.strip()
        field = _FIELD.fullmatch(line) if section in _SECTIONS and not line.startswith(" ") else None
        found += [field[1], f"    {field[2]}"] if field else [line]
    return found


def _names_on_one_line(lines: list[str]) -> list[str]:
    """Join a list of names that ends in a comma with the line on which it goes on."""
    found: list[str] = []
    for line in lines:
        if found and re.fullmatch(r"(\w+, )*\w+,", found[-1]):
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
    return found
