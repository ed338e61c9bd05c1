"""Two languages from one source: message catalogues, and numbers as each language writes them."""

import datetime
import gettext
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from whatworks.core.options import one_of

LANGUAGES = ("da", "en")
# A real minus and a no-break space keep a number on one line and in one piece when read aloud.
_MINUS, _SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


def translator(language: str) -> Callable[[str], str]:
    """Return the function that looks an English message up in the language's catalogues.

    Messages are English sentences with named places: ``_("{n} studies").format(n=number(4, language))``. The Danish
    catalogues stand in ``locale/da/*.po``; a test holds them complete.

    Parameters
    ----------
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A function from an English message to that message in the language.

    Examples
    --------
    >>> translator("da")("We do not know")
    'Vi ved det ikke'
    """
    return _catalogue(one_of(language, LANGUAGES, name="language")).gettext


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    merged: gettext.GNUTranslations | None = None
    folder = files("whatworks.findings") / "locale" / language
    for path in sorted((item for item in folder.iterdir() if item.name.endswith(".po")), key=lambda item: item.name):
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
        compiled.seek(0)
        translations = gettext.GNUTranslations(compiled)
        if merged is not None:
            translations.add_fallback(merged)
        merged = translations
    return merged or gettext.NullTranslations()


def number(value: float, language: str, *, decimals: int = 0, signed: bool = False) -> str:
    """A number as the language writes it: ``1.234,5`` in Danish, ``1,234.5`` in English, with a real minus sign.

    Parameters
    ----------
    value : in any unit
    language : ``"da"`` or ``"en"``
    decimals : how many are written
    signed : whether a plus sign is written

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> number(-1234.56, "da", decimals=1), number(0.5, "en", decimals=2, signed=True)
    ('−1.234,6', '+0.50')
    """
    rounded = round(float(value), decimals)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    text = format_decimal(abs(rounded), format=pattern, locale=language)
    sign = _MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def percent(share: float, language: str, *, decimals: int = 0) -> str:
    """A share of 1 as per cent: ``18 %`` in Danish, ``18%`` in English.

    Parameters
    ----------
    share : 0.18 is 18 per cent
    language : ``"da"`` or ``"en"``
    decimals : how many are written

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> percent(0.18, "en")
    '18%'
    """
    gap = _SPACE if language == "da" else ""
    return f"{number(100 * share, language, decimals=decimals)}{gap}%"


def interval(low: float, high: float, language: str, *, decimals: int = 0, signed: bool = False) -> str:
    """Both ends of an interval in words: ``4 til 18``, ``4 to 18``.

    Parameters
    ----------
    low, high : the ends, in any unit
    language : ``"da"`` or ``"en"``
    decimals : how many are written
    signed : whether a plus sign is written

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> interval(4, 18, "da"), interval(-1.5, 2, "en", decimals=1, signed=True)
    ('4 til 18', '−1.5 to +2.0')
    """
    joint = translator(language)("{low} to {high}")
    return joint.format(
        low=number(low, language, decimals=decimals, signed=signed),
        high=number(high, language, decimals=decimals, signed=signed),
    )


def written_date(day: str | datetime.date, language: str) -> str:
    """A date as the language writes it, day before month in both: ``22. november 2026``, ``22 November 2026``.

    Parameters
    ----------
    day : a date, or one as text, yyyy-mm-dd
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> written_date("2026-11-22", "da"), written_date("2026-11-22", "en")
    ('22. november 2026', '22 November 2026')
    """
    read = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    return format_date(read, format="long", locale={"en": "en_GB"}.get(language, language))
