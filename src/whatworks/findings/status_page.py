"""The status report as a page: where the documentation stands, and what has changed since the last one."""

from typing import Any

import pandas as pd

from whatworks.core.alphabet import sort_key
from whatworks.core.options import one_of
from whatworks.documentation import Status, compare_status
from whatworks.findings.figures import table_html
from whatworks.findings.language import LANGUAGES, translator, written_date
from whatworks.findings.page_frame import document
from whatworks.findings.profile_page import facts, unsaid
from whatworks.findings.profile_words import THEMES, hidden_words, indicator_name, value_written, written
from whatworks.findings.rendering import render

# What the overview of units shows: how well they document. It is no ranking of how well they work.
_OVERVIEW = ("baseline", "follow_up", "before_and_after", "fresh")


def page_of_status(
    status: Status,
    *,
    before: Status | None = None,
    language: str = "da",
    home: str | None = None,
    other_language: str | None = None,
) -> str:
    """A status report, beside the one before where there is one.

    Parameters
    ----------
    status : of ``ww.documentation.status_report`` or ``read_status``
    before : the last one, of ``ww.documentation.last_status``
    language : ``"da"`` or ``"en"``
    home, other_language : relative addresses of the front page and of the same page in the other language

    Returns
    -------
    HTML text of a whole page. Units stand in alphabetical order, never by a number.

    Raises
    ------
    InvalidOption
        If the two reports cannot be compared.

    Examples
    --------
    >>> from datetime import date
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> now = ww.documentation.status_report(tables, day=date(2023, 12, 31), synthetic=True)
    >>> "siden 31. december 2023" in page_of_status(now, before=now, language="da")
    True
    """
    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    title = _("Status of the documentation, {day}").format(day=written_date(status.day, language))
    lead = _("This is the first status.")
    if before is not None:
        lead = _("What has changed since {day}, and where we stand now.").format(day=written_date(before.day, language))
    view: dict[str, Any] = {
        "title": title,
        "lead": lead,
        "sections": _sections(status, before, language),
        "overview": _overview(status, language),
        "unsaid": unsaid(language),
        "facts": [
            *facts(status.profile, language),
            _("A status is written once and never changed. Fingerprint: {fingerprint}.").format(fingerprint=status.fingerprint),
        ],
    }
    return document(
        title=title,
        body=render("status.html", language, view=view),
        language=language,
        breadcrumbs=[(_("Status reports"), None), (written_date(status.day, language), None)],
        other_language=other_language,
        synthetic=status.synthetic,
        home=home,
        description=lead,
    )


def _sections(status: Status, before: Status | None, language: str) -> list[dict[str, Any]]:
    """All units together, a table for each theme: now, and before with the change where there is one."""
    _ = translator(language)
    compared = [] if before is None else compare_status(status, before).to_dict("records")
    changes = {(one["unit"], one["indicator"], one["measure"]): one for one in compared}
    out = []
    for theme, (heading, asked) in THEMES.items():
        rows = status.profile[(status.profile["unit"] == "") & (status.profile["theme"] == theme)]
        if rows.empty or (rows["hidden"] == "unknown").all():
            continue
        lines = []
        for row in rows.to_dict("records"):
            line = {_("Indicator"): indicator_name(row, language), _("Now"): written(row, language)}
            old = changes.get(("", row["indicator"], row["measure"]))
            if old is not None:
                line[_("Then")] = value_written(float(old["before"]), row, language)
                line[_("Change")] = value_written(float(old["change"]), row, language, change=True)
            lines.append(line)
        out.append({"heading": _(heading), "table": table_html(pd.DataFrame(lines), caption=_(asked), language=language)})
    return out


def _overview(status: Status, language: str) -> str:
    """Every unit's documentation side by side, in alphabetical order."""
    _ = translator(language)
    units = status.profile[status.profile["unit"] != ""]
    lines = []
    for _unit, own in units.groupby("unit"):
        cells = {row["indicator"]: row for row in own.to_dict("records")}
        line = {_("Municipality") if status.by == "municipality" else _("Service"): str(own["unit_name"].iloc[0])}
        for indicator in _OVERVIEW:
            row = cells.get(indicator)
            said = hidden_words("unknown", language) if row is None else written(row, language)
            line[indicator_name(row or {"indicator": indicator, "measure": ""}, language)] = said
        lines.append(line)
    ordered = sorted(lines, key=lambda line: sort_key(next(iter(line.values())), language))
    caption = _("How the work is documented, unit by unit, in alphabetical order")
    return table_html(pd.DataFrame(ordered), caption=caption, language=language) if ordered else ""
