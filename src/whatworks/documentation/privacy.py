"""Values that look like a Danish civil registration number (CPR), and columns that name a person.

A number is DDMMYY and four digits, with or without a hyphen. Administrative numbers add 60 to the day; replacement
numbers have letters among the last four. The checksum is not consulted: since 2007 numbers are issued without it,
so it can never clear a value.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_SEPARATOR = r"[-./ ]?"
_LONG = rf"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]){_SEPARATOR}(?:0[13578]|1[02])"
_SHORT = rf"(?:0[1-9]|[12]\d|30|6[1-9]|[78]\d|90){_SEPARATOR}(?:0[469]|11)"
_FEBRUARY = rf"(?:0[1-9]|[12]\d|6[1-9]|[78]\d){_SEPARATOR}02"
_DATE = rf"(?:{_LONG}|{_SHORT}|{_FEBRUARY}){_SEPARATOR}\d\d"

CPR_LIKE = re.compile(
    rf"(?<!\d){_DATE}[-‐–—./ ]{{0,3}}\d{{4}}(?!\d)|(?<!\d)0{{10}}(?!\d)"
    rf"|(?<![0-9A-Za-z]){_DATE}-?(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{{4}}(?![0-9A-Za-z])"
)

# Inside a pseudonym nothing marks where a number would begin, so any ten digits in a row are looked at.
CPR_LIKE_INSIDE = re.compile(rf"{_DATE}\d{{4}}|0{{10}}")

# A measured number with decimals is not a number of a person, whatever its digits.
_DECIMAL = re.compile(r"[-+]?\d{0,6}[.,]\d+")

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
    return CPR_LIKE.search(_plain_digits(text)) is not None


def names_a_person(header: str) -> str | None:
    """The direct identifier that a column's header is for (``"cpr"``, ``"adresse"`` ...); None when it is not.

    Examples
    --------
    >>> names_a_person("CPR-nr."), names_a_person("e-mail"), names_a_person("quarter")
    ('cpr', 'email', None)
    """
    letters = "".join(char for char in header.casefold() if char.isalpha())
    return next((word for word in _IDENTIFIERS if word in letters), None)


def cpr_rows(cells: Sequence[str], *, pseudonyms: bool = False, numbers: bool = False) -> list[bool]:
    """Which cells of a column look like a civil registration number.

    Parameters
    ----------
    cells : the column's cells as text
    pseudonyms : the column holds pseudonyms, in which such a number may hide between other characters
    numbers : the column holds measured numbers, whose decimals are not looked at

    Examples
    --------
    >>> cpr_rows(["WHO5", "0" * 10])
    [False, True]
    """
    pattern = CPR_LIKE_INSIDE if pseudonyms else CPR_LIKE
    cells = [_plain_digits(cell) for cell in cells]
    # One search through the whole column: clean columns, nearly all of them, cost nothing more.
    if not pattern.search("\n".join(cells)):
        return [False] * len(cells)
    return [pattern.search(cell) is not None and not (numbers and _is_decimal(cell)) for cell in cells]


def any_cpr(texts: Iterable[str]) -> bool:
    """True when any of the texts looks like it holds a civil registration number."""
    return any(looks_like_cpr(text) for text in texts)


def _plain_digits(text: str) -> str:
    """Full-width digits and hard spaces as their plain selves."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _is_decimal(cell: str) -> bool:
    return _DECIMAL.fullmatch(cell.strip()) is not None
