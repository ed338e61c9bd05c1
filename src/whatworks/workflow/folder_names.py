"""Codes as names of folders: what every computer can open, none of the site's own, no two that are one to some computers."""

import re
from collections.abc import Collection, Iterator

from whatworks.core.unseen import quoted

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# A path on Windows holds 260 characters, and a report stands three folders deep in a folder of the reader's.
_LONGEST = 60
# Names that Windows keeps for devices, so that no folder there can have them.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
# Folders of the site beside those of the target groups: the pages about the documentation, the English front page.
OF_THE_SITE = ("documentation", "en")


def folder_fault(code: str, *, of_site: bool = False) -> str:
    """Why a code cannot name a folder, and what to do; empty where it can.

    Parameters
    ----------
    code : a target group, a method or a place
    of_site : True for a folder that stands beside the site's own

    Examples
    --------
    >>> folder_fault("adults_autism"), folder_fault("../up")
    ('', "the code '../up' cannot name a folder; use letters a to z, digits, - and _")
    """
    if not _NAME.fullmatch(code):
        return f"the code {quoted(code)} cannot name a folder; use letters a to z, digits, - and _"
    if len(code) > _LONGEST:
        return f"the code {quoted(code)} cannot name a folder; it has {len(code)} characters, and {_LONGEST} is the most"
    if code.casefold() in _DEVICES:
        return f"the code {code!r} cannot name a folder on Windows; choose another"
    if of_site and code.casefold() in OF_THE_SITE:
        return f"the code {code!r} cannot name a folder, since the site has one of that name; choose another"
    return ""


def place_faults(codes: Collection[str]) -> Iterator[str]:
    """Why there cannot be a folder for each of these places, and what to do.

    Parameters
    ----------
    codes : codes or names of places, as they stand in the data

    Examples
    --------
    >>> list(place_faults(["Aarhus", "AARHUS"]))
    ["the places 'AARHUS' and 'Aarhus' would share a folder on many computers; write their codes in the data instead"]
    """
    first: dict[str, str] = {}
    for code in sorted(codes):
        fault = folder_fault(code)
        if fault:
            yield f"{fault}; write the place's code in the data instead of its name, such as 751"
        elif code.casefold() in first:
            pair = f"{first[code.casefold()]!r} and {code!r}"
            yield f"the places {pair} would share a folder on many computers; write their codes in the data instead"
        first.setdefault(code.casefold(), code)
