"""The coverage map as a page: who can be helped where, what is full, and where nothing is."""

from typing import Any

import pandas as pd

from whatworks.core.alphabet import sort_key
from whatworks.core.columns import require_columns
from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.options import one_of
from whatworks.findings.figures import table_html
from whatworks.findings.language import LANGUAGES, number, percent, translator
from whatworks.findings.names import N_
from whatworks.findings.page_frame import document
from whatworks.findings.profile_words import hidden_words
from whatworks.findings.rendering import render
from whatworks.findings.view import Cell

# Sign and word, so that no meaning hangs on colour.
_GAPS = {
    "nothing": ("○", N_("No approved service in the area")),
    "full": ("●", N_("Full")),
    "room": ("◐", N_("Room")),
    "unknown": ("?", N_("Not known")),
}
_REGIONS = {"1081": "Nordjylland", "1082": "Midtjylland", "1083": "Syddanmark", "1084": "Hovedstaden", "1085": "Sjælland"}


def page_of_coverage(
    coverage: pd.DataFrame,
    *,
    language: str = "da",
    synthetic: bool = False,
    home: str | None = None,
    other_language: str | None = None,
) -> str:
    """The coverage map by target group, paragraph and area.

    Parameters
    ----------
    coverage : of ``ww.documentation.coverage_map``; what it hides stays hidden
    language : ``"da"`` or ``"en"``
    synthetic : True puts the warning about simulated data above everything else
    home, other_language : relative addresses of the front page and of the same page in the other language

    Returns
    -------
    HTML text of a whole page.

    Raises
    ------
    MissingColumn, EmptyData, InvalidOption

    Examples
    --------
    >>> service = pd.DataFrame({"service_id": ["s1"], "service_name": ["Eksempel"], "location_municipality": ["751"]})
    >>> approval = pd.DataFrame({"service_id": ["s1"], "law": ["SEL"], "paragraph": ["107"], "places": [12],
    ...                          "valid_from": pd.to_datetime(["2020-01-01"]), "target_group_codes": ["autism"]})
    >>> mapped = ww.documentation.coverage_map({"service": service, "approval": approval}, year=2023)
    >>> "Hvem kan få hjælp hvor?" in page_of_coverage(mapped, synthetic=True)
    True
    """
    one_of(language, LANGUAGES, name="language")
    require_columns(coverage, ["target_group_name", "law", "paragraph", "area_name", "places", "gap"], what="coverage")
    _ = translator(language)
    year = coverage.attrs.get("year")
    title = _("Who can be helped where?")
    view = {
        "title": title,
        "lead": _("Places, occupancy and gaps by target group, paragraph and geography{year}.").format(
            year=f", {year}" if year else ""
        ),
        "strip": [_gap_cell(coverage, gap, language) for gap in _GAPS],
        "groups": _groups(coverage, language),
        "facts": [
            _("A place may be approved for several target groups and stands in the row of each. Do not add the rows."),
            _("Some help, such as support at home, is given without approved places."),
            _("Full means that 98 per cent or more of the places are in use."),
            _("Citizens are counted where their acting municipality lies, places where the service lies."),
            _("Numbers about fewer than {k} people are not shown, nor those that would give them back.").format(
                k=number(int(coverage.attrs.get("k", K_PUBLISH)), language)
            ),
        ],
    }
    return document(
        title=title,
        body=render("coverage.html", language, view=view),
        language=language,
        breadcrumbs=[(_("Coverage map"), None)],
        other_language=other_language,
        synthetic=synthetic,
        home=home,
        description=str(view["lead"]),
    )


def _gap_cell(coverage: pd.DataFrame, gap: str, language: str) -> Cell:
    _ = translator(language)
    sign, word = _GAPS[gap]
    some, total = int((coverage["gap"] == gap).sum()), len(coverage)
    said = _("of {total} combinations of group, paragraph and area").format(total=number(total, language))
    return Cell(f"{sign} {_(word)}", number(some, language), said, "neutral")


def _groups(coverage: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """One table for each target group, in alphabetical order."""
    _ = translator(language)
    out = []
    for name, rows in coverage.groupby("target_group_name"):
        heading = str(name) or _("No target group stated")
        lines = [_line(row, language) for row in rows.to_dict("records")]
        lines.sort(key=lambda line: [sort_key(cell, language) for cell in list(line.values())[:2]])
        table = pd.DataFrame(lines)
        out.append(
            {"heading": heading, "table": table_html(table, caption=_("Places, occupancy and citizens"), language=language)}
        )
    return sorted(out, key=lambda group: sort_key(group["heading"], language))


def _line(row: dict[Any, Any], language: str) -> dict[str, str]:
    _ = translator(language)
    sign, word = _GAPS[row["gap"]]
    citizens = hidden_words(row["hidden"], language) if row["hidden"] else number(float(row["citizens"]), language)
    return {
        _("Area"): _REGIONS.get(str(row["area_name"]), str(row["area_name"])),
        _("Paragraph"): f"{row['law']} § {row['paragraph']}",
        _("Services"): number(float(row["services"]), language),
        _("Places"): number(float(row["places"]), language),
        _("Occupancy"): "–" if pd.isna(row["occupancy"]) else percent(float(row["occupancy"]), language),
        _("Citizens in the year"): citizens,
        _("Room?"): f"{sign} {_(word)}",
    }
