"""``.. room:: whatworks.did``: a table of the room's public names, and each name's docstring."""

import inspect
from importlib import import_module
from types import ModuleType

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Room(SphinxDirective):
    """One room's page, from its ``__all__``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        room = import_module(self.arguments[0])
        found = nodes.Element()
        self.state.nested_parse(StringList(page(room), source=room.__name__), 0, found)
        return found.children


def setup(app: Sphinx) -> dict:
    app.add_directive("room", Room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def page(room: ModuleType) -> list[str]:
    """What the room is for, its names in a table, and every name in full."""
    names = [name for name in room.__all__ if not isinstance(getattr(room, name), ModuleType)]
    rows = [line for name in names for line in _row(room, name)]
    table = [".. list-table::", "   :widths: 30 70", "   :class: names", "", *rows, ""]
    return [
        f".. automodule:: {room.__name__}",
        "   :no-members:",
        "",
        *table,
        *(line for name in names for line in _entry(room, name)),
    ]


def _kind(of: object) -> str:
    if isinstance(of, type):
        return "exception" if issubclass(of, Exception) else "class"
    return "function" if callable(of) else "data"


def _row(room: ModuleType, name: str) -> list[str]:
    of, kind = getattr(room, name), _kind(getattr(room, name))
    role = {"class": "class", "exception": "exc", "function": "func", "data": "data"}[kind]
    said = "Constant." if kind == "data" else (inspect.getdoc(of) or "").partition("\n")[0]
    return [f"   * - :py:{role}:`~{room.__name__}.{name}`", f"     - {said}"]


def _entry(room: ModuleType, name: str) -> list[str]:
    kind = _kind(getattr(room, name))
    if kind == "data":
        # The docstring of a constant is that of its type, which says nothing about it.
        return [f".. py:data:: {room.__name__}.{name}", ""]
    return [f".. auto{kind}:: {room.__name__}.{name}", *(["   :members:"] if kind == "class" else []), ""]
