"""What indicators of a documentation profile are called, what they mean, and how their numbers are written."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_

Row = Mapping[Hashable, Any]
# Name, and what it means in one sentence.
INDICATORS: Mapping[str, tuple[str, str]] = {
    "measured": (N_("Episodes with a score"), N_("At least one measurement has been made.")),
    "baseline": (N_("Score at the start"), N_("Measured within 60 days of the start of the episode.")),
    "follow_up": (N_("Follow-up"), N_("Of episodes of half a year or more: measured again, more than 60 days after the start.")),
    "fresh": (N_("Up to date"), N_("Of open episodes of half a year or more: measured within the last half year.")),
    "missing": (N_("Measurements without a score"), N_("The time had come, but no score was given.")),
    "before_and_after": (
        N_("Measured at the start and later"),
        N_("Of episodes of half a year or more. Only these can tell how it went."),
    ),
    "method_and_group": (N_("Method and target group documented"), N_("Of all episodes.")),
    "progress": (
        N_("Share with progress"),
        N_("Better than at the start; where the goal is to maintain, not worse."),
    ),
    "mean_change": (N_("Average change"), N_("In standard deviations. Above zero is better.")),
    "citizens": (N_("Citizens reached"), N_("In the last year.")),
    "citizens_change": (N_("Change in citizens reached"), N_("The last year against the year before.")),
    "per_million": (N_("Citizens per million kroner"), N_("In the last year, in the prices of one year.")),
    "actors": (N_("Actors per episode"), N_("How many took part, in episodes with contacts.")),
    "handovers": (N_("Hand-overs per episode"), N_("From one actor to another, in episodes with contacts.")),
    "waiting_days": (N_("Days of waiting"), N_("Half waited longer, half shorter.")),
    "staff_per_place": (N_("Full-time posts per place"), N_("In the newest year delivered.")),
    "sick_leave_days": (N_("Days of sick leave per full-time post"), N_("In the newest year delivered.")),
    "share_trained": (N_("Share of trained staff"), N_("In the newest year delivered.")),
}
# Heading, and the question that the table below it answers.
THEMES: Mapping[str, tuple[str, str]] = {
    "documentation": (N_("Documentation"), N_("How much is measured?")),
    "necessary_knowledge": (N_("Necessary knowledge"), N_("How much can be known about how it went?")),
    "targeted_effort": (N_("Targeted effort"), N_("Is it written down what is done, and for whom?")),
    "better_life": (N_("Better life"), N_("How did it go for those who were measured twice?")),
    "for_more": (N_("For more"), N_("How many citizens were reached?")),
    "coordination": (N_("Coordination"), N_("How many take part, and how long does it take?")),
    "staff": (N_("Staff"), N_("How many work there, and how are they?")),
}
REASONS: Mapping[str, str] = {
    "declined": N_("The citizen declined"),
    "not_asked": N_("Nobody asked"),
    "not_suitable": N_("Not suitable for the citizen"),
    "system_error": N_("Error in the system"),
    "not_stated": N_("No reason given"),
}
_INFORMANTS: Mapping[str, str] = {
    "citizen": N_("told by the citizen"),
    "parent": N_("told by a parent"),
    "teacher": N_("told by a teacher"),
    "staff": N_("told by staff"),
    "register": N_("from a register"),
}
_SUBSCALES: Mapping[str, str] = {"relations": N_("relations"), "self_care": N_("self-care")}
_HIDDEN: Mapping[str, str] = {
    "few": N_("Not shown: too few people, here or in a number beside it"),
    "unknown": N_("Not delivered"),
}
_DECIMALS = {"mean": 2, "days": 1, "per_million": 1, "count": 0}


def indicator_name(row: Row, language: str) -> str:
    """The indicator's name; with the instrument and who told, where scores are meant."""
    name = translator(language)(INDICATORS[str(row["indicator"])][0])
    return f"{name}: {measure_name(row['measure'], language, named=row.get('instrument_name'))}" if row["measure"] else name


def measure_name(measure: str, language: str, *, named: str | None = None) -> str:
    """An instrument with its subscale and who told: ``WHO5 (told by the citizen)``; by its name where that is known."""
    instrument, subscale, informant = measure.split("|")
    _ = translator(language)
    scale = f"{named or instrument}: {_(_SUBSCALES.get(subscale, subscale))}" if subscale else named or instrument
    return f"{scale} ({_(_INFORMANTS[informant])})" if informant in _INFORMANTS else scale


def meaning(indicator: str, language: str) -> str:
    """What an indicator means, in one sentence."""
    return translator(language)(INDICATORS[indicator][1])


def written(row: Row, language: str) -> str:
    """The value as the language writes it, or why it is not shown."""
    if row["hidden"]:
        return hidden_words(row["hidden"], language)
    return value_written(float(row["value"]), row, language)


def value_written(value: float, row: Row, language: str, *, change: bool = False) -> str:
    """A value, or a change of one, in the indicator's unit."""
    _ = translator(language)
    if pd.isna(value):
        return "–"
    share = row["kind"] == "share" or row["indicator"] == "share_trained" or (change and row["kind"] == "change")
    if change and share:
        return _("{points} percentage points").format(points=number(100 * value, language, signed=True))
    if share:
        return percent(value, language)
    if row["kind"] == "change":
        sign = "+" if value > 0 else ""
        return sign + percent(value, language)
    signed = change or row["indicator"] == "mean_change"
    return number(value, language, decimals=_DECIMALS[row["kind"]], signed=signed)


def hidden_words(reason: str, language: str) -> str:
    """Why a number is not shown."""
    return translator(language)(_HIDDEN[reason])
