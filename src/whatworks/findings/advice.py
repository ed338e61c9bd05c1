"""Words and tables for what is settled before outcomes are read: designs, power, and the plan beside the analysis."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.findings.figures import table_html
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_

if TYPE_CHECKING:
    from whatworks.design import Power

VERDICTS: Mapping[str, str] = {
    "carries": N_("Can be used"),
    "carries_with_doubt": N_("Can be used with caution"),
    "cannot": N_("Cannot be used"),
}
DESIGNS: Mapping[str, str] = {
    "group_time": N_("Comparison with those who wait"),
    "imputation": N_("Comparison with what would have been expected"),
    "event_study": N_("From quarter to quarter"),
    "synthetic": N_("Composed comparison"),
    "conley_taber": N_("Two-way comparison, few places started"),
    "randomisation": N_("Starting times drawn again"),
    "twfe": N_("Two-way comparison"),
    "before_after": N_("Before and after alone"),
}
REASONS: Mapping[str, str] = {
    "fits": N_("There is a time before, a time after, and enough to compare with."),
    "no_before": N_(
        "Those who got the method had it from the first measurement on ({count}). We know nothing of the time before."
    ),
    "nobody_starts": N_("Nobody starts in the time we have measurements from."),
    "nobody_waits": N_("Everyone starts at the same time ({count}). Nobody shows what would have happened without the method."),
    "few_treated": N_("Few places start: {count}. The usual range needs {limit}."),
    "one_time_before": N_(
        "There is only one measurement before the start. We cannot see whether the groups followed each other."
    ),
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
FIELDS: Mapping[str, str] = {
    "question": N_("Question"),
    "target_group": N_("Target group"),
    "method": N_("Method"),
    "estimand": N_("What is to be estimated"),
    "outcome": N_("Outcome"),
    "design": N_("Design"),
    "covariates": N_("Background variables"),
    "exclusions": N_("Who is left out"),
    "smallest_important": N_("Smallest change that matters"),
    "subgroups": N_("Subgroups"),
    "estimator": N_("Way of calculating"),
    "control": N_("Compared with"),
    "conf_level": N_("Level of the range"),
    "other_outcomes": N_("Other outcomes"),
    "data": N_("Data"),
    "written_by": N_("Written by"),
}
STATUSES: Mapping[str, str] = {
    "as_planned": N_("As planned"),
    "deviates": N_("Differs from the plan"),
    "added": N_("Not in the plan"),
    "not_said": N_("Not stated"),
}


def advice_table(advice: pd.DataFrame, *, language: str = "da") -> str:
    """Which designs a roll-out can carry, from :func:`whatworks.design.advise`, with the reason."""
    require_columns(advice, ["design", "verdict", "reason", "count", "limit"])
    _ = translator(language)
    rows = [
        (_(DESIGNS[row["design"]]), _(VERDICTS[row["verdict"]]), advice_reason(row, language))
        for row in advice.to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=[_("Design"), _("Can it be used?"), _("Why")])
    return table_html(table, caption=_("What can be told from how the method was rolled out"), language=language)


def advice_reason(row: Mapping[Hashable, Any], language: str) -> str:
    """One sentence with the numbers behind a verdict."""
    said = translator(language)(REASONS[row["reason"]])
    return said.format(**{name: "" if np.isnan(row[name]) else number(row[name], language) for name in ("count", "limit")})


def power_table(found: "Power", *, unit: str, decimals: int = 1, language: str = "da") -> str:
    """How often effects of different sizes would be found, from :func:`whatworks.design.power` or ``simulated_power``.

    ``unit`` is the outcome's, in the language asked for.
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
    """How small an effect can be found, in one sentence."""
    _ = translator(language)
    wanted = percent(found.power, language)
    if np.isnan(found.smallest):
        return _("None of the effects tried would be found in {wanted} of such studies.").format(wanted=wanted)
    said = _("An effect of {size} {unit} would be found in {wanted} of such studies. Smaller effects are likely to be missed.")
    return said.format(size=number(found.smallest, language, decimals=decimals), unit=unit, wanted=wanted)


def plan_table(departures: pd.DataFrame, *, language: str = "da") -> str:
    """What was planned beside what was done, from :func:`whatworks.design.deviations`; departures first."""
    require_columns(departures, ["field", "planned", "done", "status"])
    _ = translator(language)
    order = departures["status"].map({"deviates": 0, "added": 1, "not_said": 2, "as_planned": 3})
    rows = [
        (_(FIELDS[row["field"]]), row["planned"] or "–", row["done"] or "–", _(STATUSES[row["status"]]))
        for row in departures.iloc[np.argsort(order.to_numpy(), kind="stable")].to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=[_("Item"), _("Planned"), _("Done"), _("Status")])
    return table_html(table, caption=_("The plan and the analysis side by side"), language=language)
