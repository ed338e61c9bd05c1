"""Every public name says what it is, what goes in and comes out, what it refuses, where its formula is printed, and shows it."""

import inspect
import re
from importlib import import_module

import pytest

import whatworks as ww

ROOMS = (
    *("benchmarking", "core", "design", "did", "documentation", "economics", "evidence"),
    *("findings", "inference", "matching", "synthesis", "workflow"),
)
# Rooms whose results are estimates, so that a formula stands behind each.
ESTIMATE = ("benchmarking", "did", "matching", "synthesis")


def public():
    """(name, object) of every function and class that a room names as its own."""
    rooms = {"whatworks": ww, **{room: import_module(f"whatworks.{room}") for room in ROOMS}}
    for room, module in rooms.items():
        for name in getattr(module, "__all__", ()):
            found = getattr(module, name)
            if inspect.isfunction(found) or inspect.isclass(found):
                yield f"{room}.{name}", found


def sections(doc: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Za-z ]+)\n-{3,}$", doc, re.MULTILINE))


def wanting(name: str, found) -> list[str]:
    """What a docstring lacks."""
    if inspect.isclass(found):
        doc = inspect.cleandoc(found.__dict__.get("__doc__") or "")
        if issubclass(found, BaseException):
            return [] if doc else ["words"]
        lacks = [] if sections(doc) & {"Attributes", "Parameters"} else ["Attributes"]
        return lacks + ([] if ">>>" in doc else ["Examples"])
    doc = inspect.getdoc(found) or ""
    signature, there = inspect.signature(found), sections(doc)
    needed = ["Parameters"] if signature.parameters else []
    needed += ["Returns"] if signature.return_annotation not in (None, "None", inspect.Signature.empty) else []
    needed += ["Raises"] if re.search(r"^\s+raise ", inspect.getsource(found), re.MULTILINE) else []
    estimates = "EffectResult" in str(signature.return_annotation) and name.partition(".")[0] in ESTIMATE
    needed += ["References"] if estimates else []
    lacks = [section for section in needed if section not in there]
    return lacks + ([] if ">>>" in doc else ["Examples"])


def test_every_public_name_has_a_whole_docstring():
    names = list(public())
    assert len(names) > 250
    assert {name: lacks for name, found in names if (lacks := wanting(name, found))} == {}


def test_a_docstring_that_lacks_something_is_found():
    def estimate(df: list) -> "ww.EffectResult":
        """An estimate."""
        raise ValueError

    assert wanting("did.estimate", estimate) == ["Parameters", "Returns", "Raises", "References", "Examples"]


@pytest.mark.parametrize("shown", [ww.EffectResult, ww.did.att_gt])
def test_what_is_whole_lacks_nothing(shown):
    assert wanting("did.one", shown) == []
