"""Characters that nobody sees and that change what is seen: they are written out, so that text stays text."""

import re

# What a terminal obeys (escape sequences begin with one of these), what turns the order of the letters after it round, and
# halves of characters, which no file can hold.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_QUOTED = 80


def spelt_out(text: str, *, keep: str = "\t") -> str:
    """A text in which control characters and those that turn the order of letters stand as their number; lines stay lines.

    Parameters
    ----------
    text : words from anywhere, such as the name of a file that somebody sent
    keep : control characters that are left as they are

    Returns
    -------
    The text as a terminal, a log or a page can show it. What can be seen by itself is not changed.

    Examples
    --------
    >>> print(spelt_out("\\x1b[2Jgone.csv"))
    \\x1b[2Jgone.csv
    """
    return _UNSEEN.sub(lambda found: found[0] if found[0] in keep else _number(found[0]), text)


def quoted(value: object) -> str:
    """A value as a message can carry it: in quotes, control characters written out, and cut where it is very long.

    Examples
    --------
    >>> quoted("x" * 5000)[-8:]
    'xxxxx...'
    """
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 3]}..."


def _number(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
