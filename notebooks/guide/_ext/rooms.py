"""``.. room:: whatworks.did``: a table of the room's public names, and each name's docstring."""

import inspect
from importlib import import_module
from types import ModuleType

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

import whatworks

ROLES = {"class": "class", "exception": "exc", "function": "func", "data": "data"}


class Room(SphinxDirective):
    """One room's page, from its public names; with ``:only: _chart`` a table alone, of names that end so."""

    required_arguments = 1
    option_spec = {"only": directives.unchanged}  # noqa: RUF012 - docutils asks for a plain dict

    def run(self) -> list[nodes.Node]:
        room = import_module(self.arguments[0])
        ending = self.options.get("only")
        lines = page(room) if ending is None else table(room, [n for n in public_names(room) if n.endswith(ending)], linked=False)
        found = nodes.Element()
        self.state.nested_parse(StringList(lines, source=room.__name__), 0, found)
        return found.children


def setup(app: Sphinx) -> dict:
    app.add_directive("room", Room)
    app.connect("missing-reference", _by_short_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def public_names(room: ModuleType) -> list[str]:
    """What the room lists in ``__all__``, or else what it defines; rooms within it have pages of their own."""
    own = [name for name, of in vars(room).items() if getattr(of, "__module__", None) == room.__name__ and name[0] != "_"]
    names = getattr(room, "__all__", own)
    return [name for name in names if not isinstance(getattr(room, name), ModuleType) and not name.startswith("__")]


def page(room: ModuleType) -> list[str]:
    """What the room is for, its names in a table, and every name in full."""
    names = public_names(room)
    entries = [line for name in names for line in _entry(room, name)]
    return [f".. automodule:: {room.__name__}", "   :no-members:", "", *table(room, names), *entries]


def table(room: ModuleType, names: list[str], *, linked: bool = True) -> list[str]:
    """One row for each name: the name, and the first line of what it says of itself."""
    rows = [line for name in names for line in _row(room, name, linked=linked)]
    return [".. list-table::", "   :widths: 30 70", "   :class: names", "", *rows, ""]


def _row(room: ModuleType, name: str, *, linked: bool) -> list[str]:
    of = getattr(room, name)
    role = f":py:{ROLES[_kind(of)]}:`~{room.__name__}.{name}`" if linked else f"``{name}``"
    said = "Constant." if _kind(of) == "data" else (inspect.getdoc(of) or "").partition("\n")[0]
    return [f"   * - {role}", f"     - {said}"]


def _entry(room: ModuleType, name: str) -> list[str]:
    kind, full = _kind(getattr(room, name)), f"{room.__name__}.{name}"
    if kind == "data":
        # The docstring of a constant is that of its type, which says nothing about it.
        return [f".. py:data:: {full}", ""]
    # Some rooms load a name when it is first used; autodoc looks for what is already there.
    vars(room)[name] = getattr(room, name)
    return [f".. auto{kind}:: {full}", *(["   :members:"] if kind == "class" else []), ""]


def _kind(of: object) -> str:
    if isinstance(of, type):
        return "exception" if issubclass(of, Exception) else "class"
    return "function" if callable(of) else "data"


def _by_short_name(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.TextElement) -> nodes.Node | None:
    """A docstring says ``EffectResult``, or names the module that defines it; its page is under the public name."""
    short = node.get("reftarget", "").rpartition(".")[2]
    if node.get("refdomain") != "py" or short not in whatworks.__all__:
        return None
    domain = env.get_domain("py")
    return domain.resolve_xref(env, node["refdoc"], app.builder, node["reftype"], f"whatworks.{short}", node, shown)
