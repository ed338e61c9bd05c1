"""The validation report: what is wrong with a delivery and what to do, for those who sent it."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from whatworks.core.options import one_of
from whatworks.documentation.faults import QUARANTINE, REFUSE, WARN, Fault
from whatworks.documentation.rules import RULES
from whatworks.documentation.schema import TABLES
from whatworks.documentation.validation import Validation
from whatworks.findings.figures import table_html
from whatworks.findings.language import LANGUAGES, number, translator
from whatworks.findings.names import N_
from whatworks.findings.page_frame import document
from whatworks.findings.rendering import render

_SECTIONS = (
    (
        REFUSE,
        N_("What the delivery is refused for"),
        N_("None of it is used until this is put right."),
    ),
    (
        QUARANTINE,
        N_("Rows that are kept aside"),
        N_("The rest can be used. Put these rows right and send them again; until then they are not counted in any result."),
    ),
    (
        WARN,
        N_("What to look at"),
        N_("Nothing is left out for this. It may be right as it stands, but somebody should look."),
    ),
)
_CONSEQUENCES = {
    REFUSE: N_("The delivery is refused"),
    QUARANTINE: N_("The row is kept aside"),
    WARN: N_("A warning"),
}
_PLACES = {"a file": N_("a file"), "the folder": N_("the folder"), "the delivery": N_("the delivery")}


def validation_page(
    validation: Validation, *, language: str = "da", home: str | None = None, other_language: str | None = None
) -> str:
    """Everything that was found in a delivery, the gravest first: where, how often, in which rows, what to do.

    Parameters
    ----------
    validation : of ``ww.documentation.validate``
    language : ``"da"`` or ``"en"``
    home, other_language : relative addresses of the front page and of the same page in the other language

    Returns
    -------
    HTML text of a whole page. It holds no value from the delivery: names of files, tables and columns of the data model, counts
    and row numbers only.

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="AV", seed=1)
    >>> html = validation_page(ww.documentation.validate(tables), language="da")
    >>> "Kan leverancen bruges?" in html, "b_" in html
    (True, False)
    """
    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    by_severity = {severity: [fault for fault in validation.faults if fault.severity == severity] for severity in _CONSEQUENCES}
    view = {
        "lead": _lead(validation, language),
        "promise": _(
            "The report shows names of tables and columns, counts and row numbers. It never shows what stands in a cell."
        ),
        "rows": _rows(validation, language),
        "sections": [
            {"title": _(title), "lead": _(lead), "table": _faults(by_severity[severity], _(title), language)}
            for severity, title, lead in _SECTIONS
            if by_severity[severity]
        ],
        "suggestions": _suggestions(validation, language) if len(validation.suggestions) else "",
        "rules": _rules(validation.faults, language),
    }
    return document(
        title=_("Can the delivery be used?"),
        body=render("validation.html", language, view=view),
        language=language,
        breadcrumbs=[(_("Validation report"), None)],
        synthetic=bool(validation.synthetic),
        home=home,
        other_language=other_language,
        description=_("What was found in a delivery, and what to do about it."),
    )


def _lead(validation: Validation, language: str) -> str:
    _ = translator(language)
    aside = int(validation.rows["quarantined"].sum())
    if validation.refused:
        n = sum(fault.severity == REFUSE for fault in validation.faults)
        many = _("No. {n} things must be put right before it can be used.").format(n=number(n, language))
        return many if n > 1 else _("No. One thing must be put right before it can be used.")
    if aside:
        many = _("Yes, except for {n} rows that are kept aside.").format(n=number(aside, language))
        return many if aside > 1 else _("Yes, except for one row that is kept aside.")
    if validation.faults:
        return _("Yes. There is something to look at.")
    return _("Yes. Nothing was found that breaks a rule.")


def _rows(validation: Validation, language: str) -> str:
    _ = translator(language)
    table = pd.DataFrame(
        {
            _("Table"): [_table_name(name, language) for name in validation.rows["table"]],
            _("Rows delivered"): validation.rows["delivered"].to_numpy(),
            _("can be used"): validation.rows["kept"].to_numpy(),
            _("kept aside"): validation.rows["quarantined"].to_numpy(),
            _("refused"): validation.rows["refused"].to_numpy(),
        }
    )
    return table_html(table, caption=_("Rows in each table"), language=language)


def _faults(faults: Sequence[Fault], caption: str, language: str) -> str:
    _ = translator(language)
    table = pd.DataFrame(
        {
            _("Where"): [_where(fault, language) for fault in faults],
            _("What was found"): [_(fault.message).format(**_places(fault, language)) for fault in faults],
            _("What to do"): [_(fault.remedy).format(**_places(fault, language)) if fault.remedy else "" for fault in faults],
            _("Number of rows"): [number(fault.count, language) if fault.count else "" for fault in faults],
            _("The first rows"): [_first_rows(fault) for fault in faults],
            _("Rule"): [fault.rule for fault in faults],
        }
    )
    return table_html(table, caption=caption, language=language)


def _where(fault: Fault, language: str) -> str:
    _ = translator(language)
    file = _(_PLACES[fault.file]) if fault.file in _PLACES else fault.file
    if fault.column is None:
        return file
    kind, _space, place = fault.column.partition(" ")
    if kind == "number" and place:
        return _("{file}, column number {n}").format(file=file, n=place)
    return _("{file}, column {column}").format(file=file, column=_column_name(fault, language))


def _places(fault: Fault, language: str) -> dict[str, object]:
    """What fills the places of a message; names of tables and columns in Danish where they have a Danish name."""
    if language != "da":
        return dict(fault.places)
    table = TABLES.get(fault.table or "")
    names = {name: one.alias for name, one in TABLES.items()}
    names |= {column.name: column.alias for column in (table.columns if table else ()) if column.alias}
    return {
        key: ", ".join(names.get(part, part) for part in value.split(", ")) if isinstance(value, str) else value
        for key, value in fault.places.items()
    }


def _column_name(fault: Fault, language: str) -> str:
    """The column's name; in Danish its Danish one, as far as there is one."""
    table = TABLES.get(fault.table or "")
    column = table.column(str(fault.column)) if table else None
    return column.alias if column and column.alias and language == "da" else str(fault.column)


def _table_name(name: str, language: str) -> str:
    return TABLES[name].label if language == "da" else name.replace("_", " ").capitalize()


def _first_rows(fault: Fault) -> str:
    more = ", …" if fault.count > len(fault.rows) > 0 else ""
    return ", ".join(map(str, fault.rows)) + more


def _suggestions(validation: Validation, language: str) -> str:
    _ = translator(language)
    table = pd.DataFrame(
        {
            _("File"): validation.suggestions["file"].to_numpy(),
            _("Column number"): validation.suggestions["place"].to_numpy(),
            _("Nearest column of the data model"): validation.suggestions["suggested"].to_numpy(),
        }
    )
    return table_html(table, caption=_("Suggested columns"), language=language)


def _rules(faults: Sequence[Fault], language: str) -> str:
    _ = translator(language)
    times = Counter[str]()
    for fault in faults:
        times[fault.rule] += max(fault.count, 1)
    table = pd.DataFrame(
        {
            _("Rule"): list(RULES),
            _("What it says"): [_(rule.sentence) for rule in RULES.values()],
            _("What happens where it is broken"): [_(_CONSEQUENCES[rule.severity]) for rule in RULES.values()],
            _("Times broken"): [times[code] for code in RULES],
        }
    )
    return table_html(table, caption=_("The rules"), language=language)
