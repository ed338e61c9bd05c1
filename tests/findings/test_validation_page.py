"""The validation report says what to do in both languages and shows nobody's data; the dictionary shows every column."""

import ast
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

import whatworks as ww
from whatworks.documentation import faults, validate
from whatworks.documentation.rules import RULES
from whatworks.documentation.schema import TABLES
from whatworks.findings.dictionary_page import dictionary_page
from whatworks.findings.validation_page import validation_page

ROOM = Path(faults.__file__).parent


@pytest.fixture(scope="module")
def validation():
    tables, _ = ww.documentation.simulate(scenario="AV", seed=4)
    tables["measurement"] = tables["measurement"].assign(
        value=tables["measurement"]["value"].where(lambda value: value != 48, 49)
    )
    return validate(tables)


def test_every_message_about_a_fault_has_its_danish_words():
    messages = {
        node.args[0].value
        for place in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(place.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_" and isinstance(node.args[0], ast.Constant)
    }
    folder = Path(ww.findings.__file__).parent / "locale" / "da"
    known = {message.id for place in folder.glob("*.po") for message in read_po(place.open("rb")) if message.string}
    assert len(messages) > 200
    assert sorted(messages - known) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("da", ["Ja, bortset fra", "kolonnen vaerdi", "uden for måleredskabets område", "Slå værdien op", "Måling"]),
        ("en", ["Yes, except for", "column value", "outside the instrument's range", "Look the value up", "Measurement"]),
    ],
)
def test_it_says_what_was_found_where_and_what_to_do(validation, language, words):
    text = " ".join(BeautifulSoup(validation_page(validation, language=language), "html.parser").get_text(" ").split())
    for word in words:
        assert word in text


def test_nobody_is_in_it(validation):
    html = validation_page(validation, language="da")
    for column in ("citizen_id", "episode_id"):
        assert not any(value in html for value in validation.tables["episode"][column].head(50))
    assert "<script" not in html


def test_what_refuses_comes_first_and_every_rule_is_listed():
    tables, _ = ww.documentation.simulate(scenario="AV", seed=4)
    tables["instrument"] = tables["instrument"].assign(step=0.0)
    page = BeautifulSoup(validation_page(validate(tables), language="en"), "html.parser")
    assert "No. One thing must be put right" in page.find(class_="lead").get_text()
    assert page.find("h2").get_text() == "What the delivery is refused for"
    rules = page.find("details").find_all("th", scope="row")
    assert [cell.get_text() for cell in rules] == list(RULES)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_dictionary_shows_every_table_column_and_code_in_both_languages(language):
    page = BeautifulSoup(dictionary_page(language=language), "html.parser")
    assert len(page.find_all("table")) == len(TABLES)
    assert sum(len(table.tbody.find_all("tr")) for table in page.find_all("table")) == len(ww.documentation.dictionary())
    text = page.get_text(" ")
    for table in TABLES.values():
        for column in table.columns:
            assert column.name in text
            assert (column.alias or column.name) in text
    ids = {link["href"][1:] for link in page.find("nav", attrs={"aria-label": ["Tabeller", "Tables"]}).find_all("a")}
    assert ids == {heading["id"] for heading in page.find_all("h2")}
