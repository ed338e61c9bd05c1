"""The documentation profile of a municipality or a service as a page for those who work there."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.core.alphabet import sort_key
from whatworks.core.columns import require_columns
from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.errors import UnknownCode
from whatworks.core.options import one_of
from whatworks.findings.figures import table_html
from whatworks.findings.language import LANGUAGES, number, percent, translator, written_date
from whatworks.findings.names import N_
from whatworks.findings.page_frame import document
from whatworks.findings.profile_words import REASONS, THEMES, hidden_words, indicator_name, meaning, measure_name, written
from whatworks.findings.rendering import render
from whatworks.findings.view import Cell

NEEDED = ("unit", "unit_name", "theme", "indicator", "measure", "instrument_name", "kind", "value", "n", "hidden")
# The indicator that stands for each theme of the strategy on top of the page.
LEADING = {
    "necessary_knowledge": "before_and_after",
    "targeted_effort": "method_and_group",
    "better_life": "progress",
    "for_more": "citizens",
}
_TWICE = ("progress", "mean_change")
# What stands for each unit on the page about all together; scores are of different instruments and stand on a unit's own page.
_UNIT_BY_UNIT = ("baseline", "before_and_after", "method_and_group", "citizens")
_LEVELS = {
    "municipality": (N_("Municipality by municipality"), N_("Municipality")),
    "service": (N_("Service by service"), N_("Service")),
}
Row = Mapping[Hashable, Any]


def page_of_profile(
    profile: pd.DataFrame,
    *,
    unit: str,
    reasons: pd.DataFrame | None = None,
    direction: pd.DataFrame | None = None,
    language: str = "da",
    synthetic: bool = False,
    home: str | None = None,
    other_language: str | None = None,
) -> str:
    """How a unit documents its work, and what the documentation says by the four themes of the strategy.

    Parameters
    ----------
    profile : of ``ww.documentation.profile``; what it hides stays hidden
    unit : code of the municipality or service; empty for all together, with a table of the units in alphabetical order
    reasons : of ``ww.documentation.missing_reasons``; left out without it
    direction : of ``ww.documentation.direction_check``; left out without it
    language : ``"da"`` or ``"en"``
    synthetic : True puts the warning about simulated data above everything else
    home, other_language : relative addresses of the front page and of the same page in the other language

    Returns
    -------
    HTML text of a whole page.

    Raises
    ------
    UnknownCode, MissingColumn, InvalidOption

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> html = page_of_profile(ww.documentation.profile(tables), unit="751", language="da", synthetic=True)
    >>> "Hvordan dokumenterer Aarhus sit arbejde?" in html
    True
    """
    one_of(language, LANGUAGES, name="language")
    require_columns(profile, NEEDED, what="profile")
    _ = translator(language)
    own = profile[profile["unit"] == unit]
    if own.empty:
        raise UnknownCode(f"The profile has no unit {unit!r}; it has {', '.join(profile['unit'].unique()[1:13])} ...")
    name = str(own["unit_name"].iloc[0]) if unit else _("All together")
    title = _("How does {unit} document its work?").format(unit=name) if unit else _("How is the work documented?")
    lead = _lead(own, language)
    view = {
        "title": title,
        "lead": lead,
        "strip": [_theme_cell(own, theme, language) for theme in LEADING],
        "sections": _sections(profile, unit, language),
        "units": [] if unit else _unit_by_unit(profile, language),
        "reasons": Markup("") if reasons is None else _reasons_table(reasons, unit, language),
        "direction": [] if direction is None else _direction(direction, profile, unit, language),
        "checked": direction is not None,
        "meanings": [
            f"{indicator_name({'indicator': one, 'measure': ''}, language)}: {meaning(one, language)}" for one in _TWICE
        ],
        "unsaid": unsaid(language),
        "advice": _advice(language),
        "facts": facts(profile, language),
    }
    return document(
        title=title,
        body=render("profile.html", language, view=view),
        language=language,
        breadcrumbs=[(_("Documentation profiles"), None), (name, None)],
        other_language=other_language,
        synthetic=synthetic,
        home=home,
        description=lead,
    )


def _advice(language: str) -> list[str]:
    """Questions to take to the next meeting."""
    _ = translator(language)
    return [
        _("Who was not asked at the start, and why?"),
        _("Are there groups of citizens for whom the instrument does not fit?"),
        _("Do you look at the scores together with the citizen, so that measuring is worth the time?"),
        _("What will you look at again at the next status?"),
    ]


def unsaid(language: str) -> list[str]:
    """What a profile cannot say."""
    _ = translator(language)
    return [
        _("Whether the effort made the difference. Citizens may have made progress anyway: there is no comparison group."),
        _("How one citizen fares. The numbers are about groups."),
        _("Whether one unit is better than another. They may have different citizens and different tasks."),
        _("How those fare who were not measured."),
    ]


def facts(profile: pd.DataFrame, language: str) -> list[str]:
    """The day the profile looks back from, and what is hidden."""
    _ = translator(language)
    day = profile.attrs.get("as_of")
    k = int(profile.attrs.get("k", K_PUBLISH))
    hidden = _("Numbers about fewer than {k} people are not shown, nor those that would give them back.")
    said = [_("The numbers are as of {day}.").format(day=written_date(day, language))] if day else []
    return [*said, hidden.format(k=number(k, language))]


def _lead(own: pd.DataFrame, language: str) -> str:
    _ = translator(language)
    row = _row(own, "before_and_after")
    if row is None or row["hidden"]:
        return _("It cannot be said how many citizens are measured both at the start and later.")
    return _("In {share} of the episodes of half a year or more, the citizen was measured both at the start and later.").format(
        share=percent(float(row["value"]), language)
    )


def _theme_cell(own: pd.DataFrame, theme: str, language: str) -> Cell:
    _ = translator(language)
    row = _row(own, LEADING[theme])
    if row is None or row["hidden"]:
        reason = "unknown" if row is None else row["hidden"]
        return Cell(_(THEMES[theme][0]), "–", hidden_words(reason, language), "unknown")
    said = indicator_name(row, language)
    return Cell(_(THEMES[theme][0]), written(row, language), f"{said}. {meaning(row['indicator'], language)}", "neutral")


def _row(own: pd.DataFrame, indicator: str) -> Row | None:
    """The indicator's row; of several measures the one that most citizens have."""
    rows = own[own["indicator"] == indicator]
    if rows.empty:
        return None
    return rows.iloc[int(rows["n"].fillna(0).astype(float).to_numpy().argmax())].to_dict()


def _sections(profile: pd.DataFrame, unit: str, language: str) -> list[dict[str, Any]]:
    """One table for each theme: the unit beside all together, and what each number means."""
    _ = translator(language)
    out = []
    for theme, (heading, asked) in THEMES.items():
        own = profile[(profile["unit"] == unit) & (profile["theme"] == theme)]
        section = {"heading": _(heading), "theme": theme, "table": Markup("")}
        out.append(section)
        # What nobody delivered is said once, below the tables.
        if not own.empty and not (own["hidden"] == "unknown").all():
            lines = _by_measure if theme == "better_life" else _by_indicator
            section["table"] = table_html(pd.DataFrame(lines(own, profile, unit, language)), caption=_(asked), language=language)
    return out


def _unit_by_unit(profile: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """A table with a row for each municipality or service; no ranking, since they may have different citizens and tasks."""
    _ = translator(language)
    heading, what = _LEVELS[str(profile.attrs.get("by", "municipality"))]
    named = [(str(own["unit_name"].iloc[0]), own) for unit, own in profile.groupby("unit") if unit]
    lines = []
    for name, own in sorted(named, key=lambda each: sort_key(each[0], language)):
        line = {_(what): name}
        for indicator in _UNIT_BY_UNIT:
            row = _row(own, indicator)
            gone = "–" if row is None or row["hidden"] == "unknown" else _("hidden")
            said = written(row, language) if row is not None and not row["hidden"] else gone
            line[indicator_name({"indicator": indicator, "measure": ""}, language)] = said
        lines.append(line)
    if not lines:
        return []
    caption = _("In alphabetical order, not a ranking")
    return [{"heading": _(heading), "table": table_html(pd.DataFrame(lines), caption=caption, language=language)}]


def _by_indicator(own: pd.DataFrame, profile: pd.DataFrame, unit: str, language: str) -> list[dict[str, str]]:
    return [_line(row, profile, unit, language) for row in own.to_dict("records")]


def _by_measure(own: pd.DataFrame, profile: pd.DataFrame, unit: str, language: str) -> list[dict[str, str]]:
    """One row for each instrument and who told, the two indicators beside each other."""
    _ = translator(language)
    rows = {(row["measure"], row["indicator"]): row for row in own.to_dict("records")}
    whole = {(row["measure"], row["indicator"]): row for row in profile[profile["unit"] == ""].to_dict("records")}
    lines = []
    for measure in own["measure"].drop_duplicates():
        progress = rows[measure, "progress"]
        line = {_("Measured with"): measure_name(measure, language, named=progress["instrument_name"])}
        for indicator in _TWICE:
            name = indicator_name({"indicator": indicator, "measure": ""}, language)
            line[name] = written(rows[measure, indicator], language)
            if unit:
                line[_("{indicator}, all together").format(indicator=name)] = written(whole[measure, indicator], language)
        lines.append({**line, _("Out of"): "–" if progress["hidden"] else number(float(progress["n"]), language)})
    return lines


def _line(row: Row, profile: pd.DataFrame, unit: str, language: str) -> dict[str, str]:
    _ = translator(language)
    line = {_("Indicator"): indicator_name(row, language), _("Here") if unit else _("All together"): written(row, language)}
    if unit:
        same = (profile["unit"] == "") & (profile["indicator"] == row["indicator"]) & (profile["measure"] == row["measure"])
        whole = profile[same].to_dict("records")
        line[_("All together")] = written(whole[0], language) if whole else "–"
    behind = "–" if row["hidden"] or row["kind"] in ("count", "change") else number(float(row["n"]), language)
    return {**line, _("Out of"): behind, _("What it means"): meaning(row["indicator"], language)}


def _reasons_table(reasons: pd.DataFrame, unit: str, language: str) -> Markup:
    _ = translator(language)
    require_columns(reasons, ["unit", "reason", "n", "share", "hidden"], what="reasons") if len(reasons) else None
    own = reasons[reasons["unit"] == unit]
    if own.empty:
        return Markup("")
    lines = []
    for row in own.to_dict("records"):
        shown = hidden_words(row["hidden"], language) if row["hidden"] else number(float(row["n"]), language)
        share = "–" if pd.isna(row["share"]) else percent(float(row["share"]), language)
        lines.append({_("Reason"): _(REASONS[row["reason"]]), _("Measurements"): shown, _("Share"): share})
    return Markup(table_html(pd.DataFrame(lines), caption=_("Reasons, as they were typed in"), language=language))  # noqa: S704


def _direction(direction: pd.DataFrame, profile: pd.DataFrame, unit: str, language: str) -> list[str]:
    """The measures whose scale may be turned round, in words."""
    _ = translator(language)
    own = direction[direction["suspect"] & ((direction["unit"] == unit) | (unit == ""))]
    names = dict(zip(profile["measure"], profile["instrument_name"], strict=True))
    said = _("{measure}: the scores go the opposite way of everybody else's. Was the scale turned round when they were typed in?")
    return [said.format(measure=measure_name(one, language, named=names.get(one))) for one in dict.fromkeys(own["measure"])]
