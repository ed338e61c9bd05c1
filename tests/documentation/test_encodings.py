"""Text in every encoding that Danish systems write is read, and it is said what was done."""

import pytest

from whatworks.documentation.encodings import decode

WORDS = "måling;værdi;ø\nmå;æ;Ø\n"


@pytest.mark.parametrize(
    ("content", "converted_from"),
    [
        (WORDS.encode(), None),
        (WORDS.encode("utf-8-sig"), None),
        (WORDS.encode("latin-1"), "Latin-1"),
        (WORDS.encode("utf-16"), "UTF-16"),
        (WORDS.encode().decode("latin-1").encode(), "UTF-8 encoded twice"),
    ],
)
def test_the_same_words_come_out_of_every_encoding(content, converted_from):
    decoded = decode(content)
    assert (decoded.text, decoded.converted_from) == (WORDS, converted_from)


def test_quotation_marks_that_excel_writes_are_kept():
    assert decode("“Lærken” – 2".encode("cp1252")).text == "“Lærken” – 2"


@pytest.mark.parametrize("content", [b"a,b\n1,\0\n", b"\x7fELF\x02\x01\x01\0", b"a\x01b"])
def test_what_is_not_text_is_refused(content):
    with pytest.raises(ValueError, match="control"):
        decode(content)
