"""The last door: what is about to be published is looked through for people, whichever road it came by."""

import re
from collections.abc import Iterator
from typing import Any

from whatworks.core.errors import DisclosureRisk
from whatworks.documentation.privacy import CPR_LIKE

# Pictures inside the page, styles and outlines of figures are no words; ids and addresses are the page's own.
_NO_WORDS = re.compile(r"<style\b.*?</style>|<script\b.*?</script>|data:[\w/+.-]+;base64,[\w+/=]+", re.DOTALL)
_SAID_IN_TAGS = re.compile(r'\b(?:alt|title|content|value|aria-label|data-[\w-]+)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
# Wider than any gap inside a number, so that two cells of a table are never read as one.
_APART = " " * 8
# Ten digits are a number of a person here only where nothing says that they are a measured one or part of a longer name.
_NUMBER = re.compile(r"(?<![0-9A-Za-z.,_])\d{6}[-‐–]?\d{4}(?![0-9A-Za-z_]|[.,]\d)")
_PSEUDONYM = re.compile(r"(?<![0-9A-Za-z_])b_[0-9a-z]{16}(?![0-9A-Za-z_])")


def refuse_people(html: str, *, what: str = "The page") -> None:
    """Refuse a page that holds a civil registration number or a citizen's pseudonym, in its words or in what is said in tags.

    Parameters
    ----------
    html : the page, or a part of one
    what : what it is called in the message

    Raises
    ------
    DisclosureRisk
        With the number of places, never with what stands there.

    Examples
    --------
    >>> refuse_people("<p>1.794 kr. om året, 480 til 3.109</p>")
    """
    _refuse((_in_words(html),), what)


def refuse_people_in_notebook(notebook: Any, *, what: str = "The notebook") -> None:
    """The same for a notebook: its sources, outputs and metadata, also what no page shows.

    Raises
    ------
    DisclosureRisk
    """
    _refuse(_texts(notebook), what)


def _refuse(texts: Iterator[str] | tuple[str, ...], what: str) -> None:
    numbers = pseudonyms = 0
    for text in texts:
        numbers += sum(CPR_LIKE.fullmatch(found) is not None for found in _NUMBER.findall(text))
        pseudonyms += len(_PSEUDONYM.findall(text))
    if numbers:
        raise DisclosureRisk(
            f"{what} holds {numbers} numbers that look like civil registration numbers. Nothing is published. Look for a table "
            "with a row for each person, or an id of ten digits, and take it out of what is shown."
        )
    if pseudonyms:
        raise DisclosureRisk(
            f"{what} holds {pseudonyms} pseudonyms of citizens, so it shows rows about people. Nothing is published. "
            "Show counts and means of groups instead."
        )


def _in_words(html: str) -> str:
    page = _NO_WORDS.sub(_APART, html)
    return _APART.join([_TAG.sub(_APART, page), *_SAID_IN_TAGS.findall(page)])


def _texts(value: Any) -> Iterator[str]:
    """Every text in a notebook; pictures, which are letters and digits at random, are left out."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not str(key).startswith("image/"):
                yield str(key)
                yield from _texts(item)
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield _in_words("".join(value))
        else:
            for item in value:
                yield from _texts(item)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield _in_words(str(value))
