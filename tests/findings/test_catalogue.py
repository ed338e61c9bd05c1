"""Every message of the room is in the Danish catalogues, with the same places to fill and the same numbers."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import whatworks.findings

ROOM = Path(whatworks.findings.__file__).parent
PLACES = re.compile(r"\{(\w*)[^}]*\}")
BANNED = ["significan", "signifikan", "proven", "bevist", "no effect", "ingen effekt", "evidence-based", "evidensbaseret"]
DIGITS = re.compile(r"\d+")


def python_messages():
    """Arguments of ``_``, ``N_`` and ``translator(language)``; also inside f-strings, which extractors overlook."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            asks = isinstance(node.func, ast.Name) and node.func.id in ("_", "N_")
            asks |= isinstance(node.func, ast.Call) and getattr(node.func.func, "id", "") == "translator"
            if asks and isinstance(node.args[0].value, str):
                yield path.name, node.args[0].value


def template_messages():
    for path in sorted((ROOM / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _line, message, *_rest in extract("jinja2.ext:babel_extract", file, keywords={"_": None}):
                yield path.name, message


def catalogue():
    """Message to (file, Danish text, flags)."""
    entries = {}
    for path in sorted((ROOM / "locale" / "da").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    entries.setdefault(message.id, []).append((path.name, message.string, message.flags))
    return entries


MESSAGES = sorted({message for _place, message in [*python_messages(), *template_messages()]})
CATALOGUE = catalogue()


def test_the_messages_were_found_at_all():
    assert len(MESSAGES) > 250
    assert "We do not know" in MESSAGES
    assert "How to read a page" in MESSAGES


def test_every_message_is_translated_and_none_is_in_doubt():
    assert [message for message in MESSAGES if not any(text for _file, text, _flags in CATALOGUE.get(message, []))] == []
    assert [message for message, found in CATALOGUE.items() if any("fuzzy" in flags for _file, _text, flags in found)] == []


def test_no_translation_of_pages_and_wording_is_left_over():
    ours = [
        message for message, found in CATALOGUE.items() if {file for file, *_ in found} & {"pages.po", "wording.po", "checks.po"}
    ]
    assert sorted(set(ours) - set(MESSAGES)) == []


def test_a_message_has_one_translation_wherever_it_stands():
    torn = {message: found for message, found in CATALOGUE.items() if len({text for _file, text, _flags in found}) > 1}
    assert torn == {}


@pytest.mark.parametrize("message", sorted(CATALOGUE))
def test_a_translation_fills_the_same_places_and_holds_the_same_numbers(message):
    for _file, text, _flags in CATALOGUE[message]:
        assert Counter(PLACES.findall(message)).keys() == Counter(PLACES.findall(text)).keys()
        assert sorted(DIGITS.findall(message)) == sorted(DIGITS.findall(text))
        assert message.count("%") == text.count("%")


@pytest.mark.parametrize("banned", [*BANNED, "best method", "bedste metode"])
def test_no_message_overclaims_in_either_language(banned):
    texts = [*MESSAGES, *(text for found in CATALOGUE.values() for _file, text, _flags in found)]
    assert [text for text in texts if banned in text.casefold()] == []


TYPED = re.compile(
    r"(?<![\w{.,])\d+(?:[.,]\d+)?\s?(?:%|procent|per cent|point|kr\b|kroner|studies|studier|undersøgelser|citizens|borgere)", re.I
)
# The level of an interval, and what a name, a scale or a published rule itself says.
RULES = re.compile(r"95%|50% interval|places are in use")


def test_no_result_is_typed_into_a_message():
    """A number in words for readers comes from results through a place to fill; only rules and scales stand in the text."""
    assert [message for message in MESSAGES if TYPED.search(message) and not RULES.search(message)] == []


def test_templates_hold_no_words_but_those_of_the_catalogue_and_no_typed_number():
    """Text between tags in a template is a message, a value or a sign; a bare word would stand in one language only."""
    bare = {}
    for path in sorted((ROOM / "templates").glob("*.html")):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL)
        words = re.findall(r"\b(?!CSV\b|JSON\b)[^\W\d_]{2,}\b|\d+", text)
        if words:
            bare[path.name] = words
    assert bare == {}


@pytest.mark.parametrize("banned", [*BANNED, "best method", "bedste metode"])
def test_no_template_overclaims(banned):
    assert [
        path.name for path in sorted((ROOM / "templates").glob("*.html")) if banned in path.read_text("utf-8").casefold()
    ] == []


def test_no_message_is_built_by_adding_pieces():
    """A message given to the catalogue as an f-string or a sum can never be looked up."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_") and node.args:
                assert not isinstance(node.args[0], (ast.JoinedStr, ast.BinOp)), f"{path.name}:{node.lineno}"
