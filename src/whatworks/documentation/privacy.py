"""Values that look like a Danish civil registration number (CPR), and columns that name a person.

A number is DDMMYY and four digits, with or without a hyphen. Administrative numbers add 60 to the day; replacement
numbers have letters among the last four. The checksum is not consulted: since 2007 numbers are issued without it,
so it can never clear a value. A program that takes it for a number drops the zero in front, so nine digits are looked at, too.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SEPARATOR = r"[-./ ]?"
_LONG = rf"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]){_SEPARATOR}(?:0[13578]|1[02])"
_SHORT = rf"(?:0[1-9]|[12]\d|30|6[1-9]|[78]\d|90){_SEPARATOR}(?:0[469]|11)"
_FEBRUARY = rf"(?:0[1-9]|[12]\d|6[1-9]|[78]\d){_SEPARATOR}02"
_DATE = rf"(?:{_LONG}|{_SHORT}|{_FEBRUARY}){_SEPARATOR}\d\d"

# Between date and serial may stand what a keyboard, Word or a line break puts there; signs that part lists do not.
# Python and the search engine behind whole columns differ in what a space is, so every one is written out.
_SPACES = r"\t-\r\x1b-\x20\x7f-\xa0\x{115f}\x{1160}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_GAP_WIDE = rf"[-‐–—−_·~*./{_SPACES}]{{0,3}}"
_GAP = re.sub(r"\\x\{(\w{4})\}", r"\\u\1", _GAP_WIDE)
CPR_LIKE = re.compile(
    rf"(?<!\d){_DATE}{_GAP}\d\d ?\d\d(?!\d)|(?<!\d)0{{10}}(?!\d)"
    rf"|(?<![0-9A-Za-z]){_DATE}-?(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{{4}}(?![0-9A-Za-z])"
)

# Inside a pseudonym nothing marks where a number would begin, so any ten digits in a row are looked at.
CPR_LIKE_INSIDE = re.compile(rf"{_DATE}\d{{4}}|0{{10}}")

# A number that lost the zero in front: the day is one digit. In a long column of other numbers of nine digits 12 in 100 have
# a month that can be right; in a column of such numbers all have. What is more than chance gives is not let through.
_NINE = re.compile(r"(?<!\d)[1-9](?:0[1-9]|1[0-2])\d{6}(?!\d)")
_SERIES_LENGTH, _BY_CHANCE, _ERRORS = 20, 0.12, 3

# Ids of common terms are hexadecimal and may hold any digits.
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# What the search engine behind whole columns can do (it has no look-around): it may find too much, never too little.
_DATE_WIDE = _DATE.replace("(?:", "(")
_WIDE = (
    rf"{_DATE_WIDE}{_GAP_WIDE}[0-9]{{2}} ?[0-9]{{2}}|0{{10}}|{_DATE_WIDE}-?[0-9A-Za-z]{{4}}"
    r"|(^|[^0-9])[1-9](0[1-9]|1[0-2])[0-9]{6}([^0-9]|$)|[0-9][.,][0-9]{8,9}[eE][+]?0*[89]"
).replace(r"\d", "[0-9]")

# As a spreadsheet writes a long number: 1,01701234E+08 has all its digits.
_SCIENTIFIC = re.compile(r"(?<![\d.,])(\d)[.,](\d{8,9})[eE]\+?0*([89])(?!\d)")

# Digits of other alphabets, and signs that are not seen or only change the one before them, as the zero-width space.
_UNSEEN, _FOREIGN_DIGIT = r"[\p{Cf}\p{M}]", r"\p{Nd}"

# Whatever it is, it has six digits near one another. This is quick to ask.
_SIX_DIGITS = r"[0-9][^0-9]{0,3}[0-9][^0-9]{0,3}[0-9][^0-9]{0,3}[0-9][^0-9]{0,3}[0-9][^0-9]{0,3}[0-9]"

# A measured number with decimals is not a number of a person, whatever its digits.
_DECIMAL = re.compile(r"[-+]?\d{0,6}[.,]\d+")

_TEN_DIGITS = re.compile(r"\d{10}", re.ASCII)

_IDENTIFIERS = (
    "cpr",
    "personnummer",
    "personnr",
    "fornavn",
    "efternavn",
    "adresse",
    "telefon",
    "tlf",
    "mobil",
    "email",
    "firstname",
    "lastname",
    "surname",
    "address",
    "phone",
)


def looks_like_cpr(text: str) -> bool:
    """True when a text holds something like a civil registration number, with or without a valid checksum.

    Examples
    --------
    >>> looks_like_cpr("m_000123"), looks_like_cpr("2014-01-03")
    (False, False)
    """
    return CPR_LIKE.search(_plain(text)) is not None


def names_a_person(header: str) -> str | None:
    """The direct identifier that a column's header is for (``"cpr"``, ``"adresse"`` ...); None when it is not.

    Examples
    --------
    >>> names_a_person("CPR-nr."), names_a_person("e-mail"), names_a_person("quarter")
    ('cpr', 'email', None)
    """
    letters = "".join(char for char in header.casefold() if char.isalpha())
    return next((word for word in _IDENTIFIERS if word in letters), None)


def cpr_rows(
    cells: Sequence[str] | pa.ChunkedArray, *, pseudonyms: bool = False, numbers: bool = False, register: bool = False
) -> np.ndarray:
    """Which cells of a column look like a civil registration number.

    Parameters
    ----------
    cells : the column's cells as text, without missing ones
    pseudonyms : the column holds pseudonyms, in which such a number may hide between other characters
    numbers : the column holds measured numbers, whose decimals are not looked at
    register : the column is for another register's number of ten digits, as P-numbers; written so, it is let through

    Examples
    --------
    >>> cpr_rows(["WHO5", "0" * 10]).tolist()
    [False, True]
    """
    column = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([pa.array(cells, pa.large_string())])
    if not pc.all(pc.string_is_ascii(column), min_count=0).as_py():
        column = _plain_column(column)
    bad = np.zeros(len(column), dtype=bool)
    if not pc.any(pc.match_substring_regex(column, _SIX_DIGITS), min_count=0).as_py():
        return bad
    suspects = pc.indices_nonzero(pc.match_substring_regex(column, _WIDE)).to_numpy()
    # Clean columns, nearly all of them, end here.
    if not len(suspects):
        return bad
    texts = [_in_full(text) for text in column.take(pa.array(suspects)).to_pylist()]
    pattern = CPR_LIKE_INSIDE if pseudonyms else CPR_LIKE
    bad[suspects] = [
        pattern.search(text) is not None
        and not (numbers and _is_decimal(text))
        and not (register and _TEN_DIGITS.fullmatch(text.strip()))
        and not _UUID.fullmatch(text.strip())
        for text in texts
    ]
    short = np.array([_NINE.search(text) is not None and not (numbers and _is_decimal(text)) for text in texts], dtype=bool)
    if short.any() and not pseudonyms and not _is_series(column, int(short.sum())):
        bad[suspects[short]] = True
    return bad


def any_cpr(texts: Iterable[str]) -> bool:
    """True when any of the texts looks like it holds a civil registration number."""
    return any(looks_like_cpr(text) for text in texts)


def _plain(text: str) -> str:
    """A text with full-width and foreign digits and hard spaces as their plain selves, without signs that are not seen."""
    if text.isascii():
        return _in_full(text)
    seen = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char)[0] != "M")
    seen = (char for char in seen if unicodedata.category(char) != "Cf")
    return _in_full("".join(str(unicodedata.decimal(char, char)) for char in seen))


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same for a whole column; cells with signs of other alphabets, which are few, one by one."""
    column = pc.replace_substring_regex(pc.utf8_normalize(column, form="NFKC"), _UNSEEN, "")
    without = pc.replace_substring_regex(column, "[0-9]", "")
    foreign = pc.match_substring_regex(without, _FOREIGN_DIGIT)
    if not pc.any(foreign, min_count=0).as_py():
        return column
    plain = [_plain(text) if odd else text for text, odd in zip(column.to_pylist(), foreign.to_pylist(), strict=True)]
    return pa.chunked_array([pa.array(plain, pa.large_string())])


def _in_full(text: str) -> str:
    """Numbers written with an exponent, in full where all their digits are there."""
    if "e" not in text and "E" not in text:
        return text
    return _SCIENTIFIC.sub(lambda found: found[1] + found[2] if len(found[2]) == int(found[3]) else found[0], text)


def _is_decimal(cell: str) -> bool:
    return _DECIMAL.fullmatch(cell.strip()) is not None


def _is_series(column: pa.ChunkedArray, plausible: int) -> bool:
    """True where nine-digit numbers are a series of their own: many, with no more possible months than chance gives."""
    nine = pc.sum(pc.match_substring_regex(column, r"(^|[^0-9])[0-9]{9}([^0-9]|$)")).as_py() or 0
    expected = _BY_CHANCE * nine
    return nine >= _SERIES_LENGTH and plausible <= expected + _ERRORS * (expected * (1 - _BY_CHANCE)) ** 0.5
