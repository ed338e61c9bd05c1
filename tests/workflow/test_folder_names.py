"""A code names a folder that every computer can open, and that is nobody else's."""

import pytest

from whatworks.workflow.folder_names import OF_THE_SITE, folder_fault, place_faults
from whatworks.workflow.plan import DOCUMENTATION, FRONT_PAGES


@pytest.mark.parametrize("code", ["homelessness", "751", "0751", "A-1", "console", "a" * 60])
def test_an_ordinary_code_names_a_folder(code):
    assert folder_fault(code, of_site=True) == ""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("../../x", "use letters a to z, digits, - and _"),
        ("a/b", "use letters"),
        ("Ærø", "use letters"),
        ("-x", "use letters"),
        ("", "use letters"),
        ("x\n", r"'x\n' cannot name a folder; use letters"),
        ("\x1b[2J", r"'\x1b[2J' cannot name a folder; use letters"),
        ("a" * 61, "it has 61 characters, and 60 is the most"),
        ("CON", "cannot name a folder on Windows"),
        ("com1", "cannot name a folder on Windows"),
    ],
)
def test_a_code_that_cannot_is_told_with_what_can(code, told):
    assert told in folder_fault(code)
    assert len(folder_fault(code)) < 200


def test_no_target_group_takes_a_folder_of_the_sites_own():
    assert set(OF_THE_SITE) == {DOCUMENTATION, FRONT_PAGES["en"].partition("/")[0]}
    assert "the site has one of that name" in folder_fault("en", of_site=True)
    assert folder_fault("en") == ""


def test_a_place_that_cannot_have_a_folder_is_told_to_go_by_its_code():
    faults = list(place_faults(["751", "Aarhus", "AARHUS", "Ærø", "<script>"]))
    assert [fault.partition(" ")[0] for fault in faults] == ["the"] * 3
    assert all("in the data instead" in fault for fault in faults)
    assert "'AARHUS' and 'Aarhus' would share a folder" in "\n".join(faults)
