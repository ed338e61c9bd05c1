"""Bytes of a text file to text: UTF-8, with or without a byte order mark, UTF-16 or UTF-32 with one, or Latin-1."""

import codecs
import re
from dataclasses import dataclass

# UTF-8 once read as Latin-1 and saved again: "Ã" before the second half of æ, ø, å, Æ, Ø, Å, é, ö or ü.
_TWICE_ENCODED = tuple(letter.encode("utf-8").decode("cp1252", "ignore") for letter in "æøåÆØéöü")
# The mark of UTF-32 begins like that of UTF-16, so it is looked for first.
_WIDE = (
    ("UTF-32", (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),
    ("UTF-16", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
)
# A file in UTF-8 or Latin-1 has none of these; a picture or a program has many.
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_NOT_TEXT = re.compile("[" + re.escape(_CONTROL.decode()) + "]")


@dataclass(frozen=True)
class Decoded:
    """A file's text, and the name of its encoding where it was not UTF-8."""

    text: str
    converted_from: str | None = None


def decode(content: bytes) -> Decoded:
    """Text of a file.

    Raises
    ------
    ValueError
        If it is not text: it holds NUL or other control characters.

    Examples
    --------
    >>> decode("Lærken".encode("latin-1"))
    Decoded(text='Lærken', converted_from='Latin-1')
    >>> decode("Lærken".encode()).text, decode("Lærken".encode().decode("latin-1").encode()).converted_from
    ('Lærken', 'UTF-8 encoded twice')
    """
    for name, marks in _WIDE:
        if content.startswith(marks):
            text = content.decode(name)
            if _NOT_TEXT.search(text):
                raise ValueError("control characters")
            return Decoded(text, name)
    if content.translate(None, _CONTROL) != content:
        raise ValueError("control characters")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows-1252 is Latin-1 with the quotation marks and dashes that Excel writes.
        return Decoded(content.decode("cp1252", "replace"), "Latin-1")
    return _once(text)


def _once(text: str) -> Decoded:
    if text.isascii() or not any(twice in text for twice in _TWICE_ENCODED):
        return Decoded(text)
    for encoding in ("cp1252", "latin-1"):
        try:
            return Decoded(text.encode(encoding).decode("utf-8"), "UTF-8 encoded twice")
        except UnicodeError:
            continue
    return Decoded(text)
