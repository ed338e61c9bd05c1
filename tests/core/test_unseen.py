"""Characters that a terminal obeys or that turn letters round are written out, and nothing else is touched."""

import pytest

from whatworks.core.errors import MissingData, WhatworksError
from whatworks.core.unseen import quoted, spelt_out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("over\rwritten", "over\\x0dwritten"),
        ("\u202efdp.exe\u2066", "\\u202efdp.exe\\u2066"),
        ("nul\0 half \ud83d", "nul\\x00 half \\ud83d"),
    ],
)
def test_what_nobody_sees_is_written_out(text, told):
    assert spelt_out(text) == told


def test_what_can_be_seen_stays_as_it_is():
    text = "Ærø – Høje-Taastrup\n\t“ja” 👩\u200d🏫 العربية \u00a0%"
    assert spelt_out(text) == text


def test_a_value_is_quoted_in_one_short_line():
    assert quoted("a\n\u202eb") == r"'a\n\u202eb'"
    assert len(quoted("x" * 5000)) == 80


@pytest.mark.parametrize("kind", [WhatworksError, MissingData])
def test_no_message_of_ours_steers_the_terminal_or_the_log(kind):
    assert str(kind("no file '\x1b]0;owned\x07.csv'")) == "no file '\\x1b]0;owned\\x07.csv'"
