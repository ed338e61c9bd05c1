"""Every message of the charts is in the Danish catalogue, with the same places to fill."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import whatworks.findings

ROOM = Path(whatworks.findings.__file__).parent
_PLACES = re.compile(r"\{(\w+)\}")


def _messages() -> set[str]:
    """English messages in the code: arguments of ``_`` and of ``translator(language)``."""
    found = set()
    for path in [ROOM / "figures.py", ROOM / "notebook.py", *sorted((ROOM / "charts").glob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            called = node.func
            asks = isinstance(called, ast.Name) and called.id == "_"
            asks |= isinstance(called, ast.Call) and isinstance(called.func, ast.Name) and called.func.id == "translator"
            if asks and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


def _catalogue(*names: str) -> dict[str, str]:
    out = {}
    for name in names:
        with (ROOM / "locale" / "da" / name).open("rb") as file:
            out.update({message.id: message.string for message in read_po(file) if message.id})
    return out


def test_every_message_is_translated():
    assert len(_messages()) > 50
    known = _catalogue(*sorted(path.name for path in (ROOM / "locale" / "da").glob("*.po")))
    assert sorted(message for message in _messages() if not known.get(message)) == []


def test_no_translation_is_left_over():
    assert sorted(set(_catalogue("charts.po")) - _messages()) == []


def test_translations_fill_the_same_places():
    for english, danish in _catalogue("charts.po").items():
        assert set(_PLACES.findall(english)) == set(_PLACES.findall(danish)), english


@pytest.mark.parametrize(
    "banned", ["significan", "signifikan", "proven", "bevist", "no effect", "ingen effekt", "evidence-based", "best method"]
)
def test_no_message_overclaims(banned):
    catalogue = _catalogue("charts.po")
    assert not [text for pair in catalogue.items() for text in pair if banned in text.lower()]
