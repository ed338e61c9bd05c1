"""Words and tables for what is settled before outcomes are read: which designs can answer, and how small an effect is found."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.design.choice import AUTO, RESULTS
from whatworks.findings.figures import table_html
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_, design_name

if TYPE_CHECKING:
    from whatworks.design import Choice, Power

VERDICTS: Mapping[str, str] = {
    "carries": N_("Can be used"),
    "carries_with_doubt": N_("Can be used with caution"),
    "cannot": N_("Cannot be used"),
}
REASONS: Mapping[str, str] = {
    "fits": N_("There is a time before, a time after, and enough to compare with."),
    "no_before": N_(
        "Those who got the method had it from the first measurement on ({count}). We know nothing of the time before."
    ),
    "nobody_starts": N_("Nobody starts in the time we have measurements from."),
    "nobody_waits": N_("Everyone starts at the same time ({count}). Nobody shows what would have happened without the method."),
    "few_treated": N_("Few places start: {count}. The usual range needs {limit}."),
    "too_few_to_show": N_(
        "Few places start: {count}. Numbers about fewer than {limit} places are not shown, so that no place can be told apart."
    ),
    "one_time_before": N_(
        "There is only one measurement before the start. We cannot see whether the groups followed each other."
    ),
    "one_time_after": N_("There is only one measurement after the start. We cannot see whether a difference lasts."),
    "everybody_starts": N_("Everyone starts sooner or later. The last group to start has nobody left to be compared with."),
    "staggered": N_("The method starts at {count} different times. Then late starters are compared with early ones."),
    "short_before": N_("There are few measurements before the start: {count}. There should be at least {limit}."),
    "few_donors": N_("Few places never start: {count}. There should be at least {limit}."),
    "gaps": N_("Measurements are missing in {count} places and quarters. This design needs them all."),
    "few_never": N_("Few places never start: {count}. This design reads chance from them and needs {limit}."),
    "many_treated": N_("Many places start ({count}). Then the usual range tells more."),
    "few_ways": N_("The starts can only be handed out in {count} ways. There should be at least {limit}."),
    "not_by_lot": N_("It shows what chance alone can do. It is only exact if lots decided who started when."),
    "no_counterfactual": N_("People may have improved anyway. Without a comparison nobody can tell."),
}
# What would let a design answer, by the reason why it cannot.
HELPS: Mapping[str, str] = {
    "no_before": N_("Measurements from before the start."),
    "nobody_starts": N_("Measurements that go on until somebody has started."),
    "nobody_waits": N_("Measurements from places that start later or never."),
    "few_treated": N_("More places that start."),
    "too_few_to_show": N_("More places that start."),
    "short_before": N_("More measurements from before the start."),
    "few_donors": N_("More places that never start."),
    "few_never": N_("More places that never start."),
    "gaps": N_("Measurements from every place in every quarter."),
    "few_ways": N_("More places to hand the starting times out to."),
    "no_counterfactual": N_("Somebody to compare with."),
}


def advice_table(advice: pd.DataFrame, *, language: str = "da") -> str:
    """Which designs a roll-out can carry, with the reason.

    Parameters
    ----------
    advice : of :func:`whatworks.design.advise`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Raises
    ------
    MissingColumn
        If it is no such advice.

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(24), 8), "quarter": np.tile(range(8), 24), "start": np.repeat([4, 0], 96)})
    >>> advice = ww.design.advise(plan, unit="town", time="quarter", first_treated="start")
    >>> "Can be used with caution" in advice_table(advice, language="en")
    True
    """
    require_columns(advice, ["design", "verdict", "reason", "count", "limit"])
    _ = translator(language)
    rows = [
        (named(row["design"], language), _(VERDICTS[row["verdict"]]), advice_reason(row, language))
        for row in advice.to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=[_("Design"), _("Can it be used?"), _("Why")])
    return table_html(table, caption=_("What can be told from how the method was rolled out"), language=language)


def named(design: str, language: str) -> str:
    """What a reader calls a design of the advice: the name that its result has on every page.

    Examples
    --------
    >>> named("group_time", "en")
    'Comparison with those who wait'
    """
    return design_name(RESULTS.get(design, design), language)


def advice_reason(row: Mapping[Hashable, Any], language: str) -> str:
    """One sentence with the numbers behind a verdict."""
    said = translator(language)(REASONS[row["reason"]])
    return said.format(**{name: "" if np.isnan(row[name]) else number(row[name], language) for name in ("count", "limit")})


def choice_sentence(choice: "Choice", language: str = "da") -> str:
    """Which design answers, in one sentence or two; where none can, that the report stops here.

    Parameters
    ----------
    choice : of :func:`whatworks.design.choose`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> everyone = pd.DataFrame({"town": np.repeat(range(9), 8), "quarter": np.tile(range(8), 9), "start": 4})
    >>> advice = ww.design.advise(everyone, unit="town", time="quarter", first_treated="start")
    >>> choice_sentence(ww.design.choose(advice), "en")
    'No design can answer. We stop here, before any result has been looked at.'
    """
    _ = translator(language)
    if choice.design is not None:
        said = (
            _("The design was asked for: {design}.")
            if choice.asked != AUTO
            else _("The best that can be used answers: {design}.")
        )
        return said.format(design=named(choice.design, language))
    if choice.asked != AUTO:
        return _(
            "The design was asked for, and it cannot answer: {design}. We stop here, before any result has been looked at."
        ).format(design=named(choice.asked, language))
    return _("No design can answer. We stop here, before any result has been looked at.")


def power_table(found: "Power", *, unit: str, decimals: int = 1, language: str = "da") -> str:
    """How often effects of different sizes would be found.

    Parameters
    ----------
    found : of :func:`whatworks.design.power` or ``simulated_power``
    unit : of the outcome, in the language asked for
    decimals : of the effects
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(24), 8), "quarter": np.tile(range(8), 24), "start": np.repeat([4, 0], 96)})
    >>> timing = {"unit": "town", "time": "quarter", "first_treated": "start"}
    >>> found = ww.design.power(plan, noise=ww.design.Noise(sd=18.0), people=10, **timing)
    >>> "we find it in" in power_table(found, unit="points", language="en")
    True
    """
    _ = translator(language)
    shown = found.curve.iloc[:: max(1, len(found.curve) // 6)]
    rows = [
        (f"{number(effect, language, decimals=decimals)} {unit}", percent(chance, language))
        for effect, chance in zip(shown["effect"], shown["power"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=[_("If the effect is"), _("we find it in")])
    caption = power_sentence(found, unit=unit, decimals=decimals, language=language)
    return table_html(table, caption=caption, language=language)


def power_sentence(found: "Power", *, unit: str, decimals: int = 1, language: str = "da") -> str:
    """How small an effect can be found, in one sentence.

    Parameters
    ----------
    found : of :func:`whatworks.design.power` or ``simulated_power``
    unit : of the outcome, in the language asked for
    decimals : of the effects
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(24), 8), "quarter": np.tile(range(8), 24), "start": np.repeat([4, 0], 96)})
    >>> timing = {"unit": "town", "time": "quarter", "first_treated": "start"}
    >>> found = ww.design.power(plan, noise=ww.design.Noise(sd=18.0), people=10, **timing)
    >>> "80% of such studies" in power_sentence(found, unit="points", language="en")
    True
    """
    _ = translator(language)
    wanted = percent(found.power, language)
    if np.isnan(found.smallest):
        return _("None of the effects tried would be found in {wanted} of such studies.").format(wanted=wanted)
    said = _("An effect of {size} {unit} would be found in {wanted} of such studies. Smaller effects are likely to be missed.")
    return said.format(size=number(found.smallest, language, decimals=decimals), unit=unit, wanted=wanted)
