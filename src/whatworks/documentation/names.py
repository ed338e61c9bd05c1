"""Names of files, columns and codes as people write them, brought to one form."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from whatworks.documentation.schema import TABLES, Column, Table

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ö": "oe", "ä": "ae", "ü": "u"})
_OTHER = re.compile(r"[^a-z0-9]+")
_NEAR = 0.75

# Headers of the export layouts of Danish case systems, as far as they are known, to columns of ours.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "sagsnummer": ("episode_id",),
    "sagsnr": ("episode_id",),
    "startdato": ("start", "valid_from"),
    "indsatsstartdato": ("start",),
    "ivaerksat": ("start",),
    "slutdato": ("end", "valid_to"),
    "indsatsslutdato": ("end",),
    "ophoert": ("end",),
    "afslutningsaarsag": ("end_reason",),
    "opholdskommune": ("residence_municipality",),
    "afgoerelsesparagraf": ("paragraph",),
    "foranstaltningsparagraf": ("paragraph",),
    "lovhjemmel": ("paragraph",),
    "leverandoer": ("provider_id",),
    "tilbud": ("service_id",),
    "ydelsesbeloeb": ("amount",),
    "takst": ("amount",),
    "foedselsar": ("birth_year",),
    "pseudonym": ("citizen_id",),
    "score": ("value",),
    "maaledato": ("date",),
    "respondent": ("informant",),
    "skema": ("instrument",),
}


def plain(name: str) -> str:
    """A name in small letters without æ, ø, å, spaces and signs.

    Examples
    --------
    >>> plain("Årsag til afslutning") == plain("aarsag_til_afslutning")
    True
    """
    return _OTHER.sub("", name.casefold().translate(_LETTERS))


def printable(name: str) -> str:
    """A name as a message may show it: signs that break a line, colour a screen or turn writing round are replaced.

    Examples
    --------
    >>> printable("Lærken 2023.csv"), printable("a\\nb.csv")
    ('Lærken 2023.csv', 'a�b.csv')
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def table_named(name: str) -> Table | None:
    """The table with this English name, Danish alias or Danish label, however it is spelled; None when there is none."""
    wanted = plain(name)
    return next((table for table in TABLES.values() if wanted in _names(table.name, table.alias, table.label)), None)


def column_named(table: Table, header: str) -> Column | None:
    """The column of a table with this name, alias or label, however it is spelled; None when there is none, or two.

    Examples
    --------
    >>> column_named(TABLES["citizen"], "Fødselsår").name
    'birth_year'
    """
    exact = table.column(header)
    if exact is not None:
        return exact
    wanted = plain(header)
    found = [column for column in table.columns if wanted in _names(column.name, column.alias, column.label)]
    return found[0] if len(found) == 1 else None


def nearest_column(table: Table, header: str, *, taken: Iterable[str] = ()) -> str | None:
    """The column that a header most likely is for, among those that nobody else is for; None when none is near."""
    free = [column for column in table.columns if column.name not in set(taken)]
    wanted = plain(header[:100])
    for name in _SYNONYMS.get(wanted, ()):
        if any(column.name == name for column in free):
            return name
    spelled = {name: column.name for column in free for name in _names(column.name, column.alias, column.label)}
    close = get_close_matches(wanted, spelled, n=1, cutoff=_NEAR)
    return spelled[close[0]] if close else None


def nearest_table(name: str, headers: Sequence[str]) -> Table | None:
    """The table that a file is most likely for, by its name or by most of its headers; None when there is no telling.

    Examples
    --------
    >>> nearest_table("Scoringer", ["Sagsnummer", "Måledato", "Skema", "Point", "Respondent"]).name
    'measurement'
    """
    spelled = {form: table for table in TABLES.values() for form in _names(table.name, table.alias, table.label)}
    close = get_close_matches(plain(name), spelled, n=1, cutoff=_NEAR)
    if close:
        return spelled[close[0]]
    fits = {table.name: sum(nearest_column(table, header) is not None for header in headers) for table in TABLES.values()}
    best = max(fits, key=lambda table: fits[table])
    return TABLES[best] if fits[best] >= max(2, len(headers) / 2) else None


def code_names(column: Column) -> dict[str, str]:
    """Every accepted spelling of a column's codes, in plain form, to the English code."""
    danish = {plain(danish): code for code, danish in column.codes.items()}
    return danish | {plain(code): code for code in column.codes} | ({"-": "-"} if "-" in column.codes else {})


def _names(*names: str | None) -> set[str]:
    return {plain(name) for name in names if name}
