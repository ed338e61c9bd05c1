"""The data dictionary as a page: every table and column of the shared documentation concept, in both languages."""

from typing import Any

from whatworks.core.alphabet import sort_key
from whatworks.core.options import one_of
from whatworks.documentation.schema import TABLES, Column, Table
from whatworks.findings.language import LANGUAGES, number, translator
from whatworks.findings.names import N_
from whatworks.findings.page_frame import document
from whatworks.findings.rendering import render

_KINDS = {
    "text": N_("Text"),
    "code": N_("One of the codes"),
    "codes": N_("Codes, between semicolons"),
    "grades": N_("Grades from A to D, as effect=B, between semicolons"),
    "integer": N_("A whole number"),
    "number": N_("A number"),
    "boolean": N_("Yes or no (true or false)"),
    "date": N_("A date, yyyy-mm-dd or dd-mm-yyyy"),
    "quarter": N_("A quarter, like 2014K1"),
    "year": N_("A year"),
}
_UNITS = {
    "kr": N_("kroner"),
    "days": N_("days"),
    "years": N_("years"),
    "hours": N_("hours"),
    "places": N_("places"),
    "%": N_("per cent"),
}
_PATTERNS = {
    r"\d{3}": N_("Three digits"),
    r"\d{8}": N_("Eight digits"),
    r"\d{10}": N_("Ten digits"),
    r"b_[0-9a-z]{16}": N_("A pseudonym: b_ and 16 letters and digits"),
    r"108[1-5]": N_("A region's code, from 1081 to 1085"),
    r"[0-9A-Za-z_.:\-]{1,64}": N_("An id without spaces"),
}


def dictionary_page(*, language: str = "da", home: str | None = None, other_language: str | None = None) -> str:
    """Every table and column of the data model: names in both languages, what may stand there, whether it is needed.

    Parameters
    ----------
    language : ``"da"`` or ``"en"``
    home, other_language : relative addresses of the front page and of the same page in the other language

    Returns
    -------
    HTML text of a whole page, made from the same declarations that deliveries are held to.

    Examples
    --------
    >>> html = dictionary_page(language="da")
    >>> "vaerdi" in html, "measurement" in html, "<script" in html
    (True, True, False)
    """
    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    tables = [_table(table, language) for table in TABLES.values()]
    return document(
        title=_("Data dictionary"),
        body=render("dictionary.html", language, tables=tables),
        language=language,
        breadcrumbs=[(_("Data dictionary"), None)],
        home=home,
        other_language=other_language,
        description=_("Every table and column of the shared documentation concept."),
    )


def _table(table: Table, language: str) -> dict[str, Any]:
    return {
        "name": table.name,
        "alias": table.alias,
        "title": table.label if language == "da" else _spoken(table.name),
        "meaning": table.meaning[language],
        "columns": [_column(column, language) for column in table.columns],
    }


def _column(column: Column, language: str) -> dict[str, Any]:
    alias = column.alias or column.name
    first, second = (alias, column.name) if language == "da" else (column.name, alias)
    codes = [(danish, english) if language == "da" else (english, danish) for english, danish in column.codes.items()]
    return {
        "first": first,
        "second": second if second != first else "",
        "label": (column.label or _spoken(column.name)) if language == "da" else _spoken(column.name),
        "holds": _holds(column, language),
        "codes": sorted((" = ".join(dict.fromkeys(pair)) for pair in codes), key=lambda code: sort_key(code, language)),
        "needed": _needed(column, language),
    }


def _holds(column: Column, language: str) -> str:
    _ = translator(language)
    parts = [_(_PATTERNS[column.pattern]) if column.pattern in _PATTERNS else _(_KINDS[column.kind])]
    if column.kind != "year" and column.low is not None and column.high is not None:
        parts.append(_("from {low} to {high}").format(low=_number(column.low, language), high=_number(column.high, language)))
    elif column.kind != "year" and column.low is not None:
        parts.append(_("at least {low}").format(low=_number(column.low, language)))
    if column.unit:
        parts.append(_(_UNITS[column.unit]))
    if column.references:
        table = TABLES[column.references]
        parts.append(_("found in the table {table}").format(table=table.alias if language == "da" else table.name))
    return ", ".join(parts)


def _needed(column: Column, language: str) -> str:
    _ = translator(language)
    if column.off:
        return _("Only where it was agreed")
    if column.part_of_key:
        return _("Yes; part of what names the row")
    if column.required:
        return _("Yes; a cell may be empty") if column.empty else _("Yes")
    return _("No")


def _number(value: float, language: str) -> str:
    return number(value, language, decimals=0 if float(value).is_integer() else 1)


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
