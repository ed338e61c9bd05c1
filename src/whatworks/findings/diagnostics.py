"""Tables that put an answer to the test: other designs, drift that would go unseen, hidden factors, who was compared."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from whatworks.core.columns import require_columns
from whatworks.core.errors import NotIdentified
from whatworks.core.result import EffectResult
from whatworks.findings.figures import table_html
from whatworks.findings.finding import Finding
from whatworks.findings.labels import decimals_of, unit_of
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import covariate_name, design_explanation, design_name
from whatworks.findings.wording import shown

# Results that answer another question than "how large is the effect", and are shown in a way of their own.
_OTHER_QUESTIONS = (
    "did.bacon",
    "did.honest",
    "did.pretrend_power",
    "matching.e_value",
    "matching.omitted_variable_bias",
    "matching.rosenbaum_bounds",
    "matching.specification_curve",
)


def robustness_table(finding: Finding, language: str = "da") -> str:
    """The answer and what other designs make of the same question, and which of them could not answer.

    Parameters
    ----------
    finding : with its tests; a table ``refused`` (result, message) names those that could not answer
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML, with a sentence below it where a design refused.

    Examples
    --------
    >>> finding = ww.findings.Finding(target_group="a", method="b", outcome=None, design="rollout", labels={},
    ...                               tables={"refused": pd.DataFrame({"result": ["stacked"], "message": ["too few"]})})
    >>> "Could not answer here: Start by start." in robustness_table(finding, "en")
    True
    """
    _ = translator(language)
    answer = {} if finding.answer is None else {finding.answer: finding.results[finding.answer]}
    rows = []
    for name, result in {**answer, **_of_the_same_kind(finding)}.items():
        size, around = shown(result, language, unit=unit_of(finding, result, language), decimals=decimals_of(finding))
        # A heading tells the answer from what tests it; a reader of the table alone sees it too.
        label = design_name(name, language)
        label = _("{design} (the answer)").format(design=label) if name == finding.answer else label
        rows.append((label, size, around or _("not stated"), design_explanation(name, language), len(result.failed_checks)))
    headings = [_("Design"), _("Effect"), _("95% interval"), _("What is compared"), _("Failed checks")]
    table = table_html(
        pd.DataFrame(rows, columns=headings), caption=_("The same question, answered in other ways"), language=language
    )
    silent = finding.tables.get("refused", pd.DataFrame({"result": []}))["result"].tolist()
    if not silent:
        return table
    names = "; ".join(design_name(name, language) for name in silent)
    said = Markup('<p class="small">{}</p>').format(_("Could not answer here: {designs}.").format(designs=names))
    return Markup(table) + said  # noqa: S704 (markup already)


def first_years(event: EffectResult, *, most: int) -> dict[int, float]:
    """Equal weights over the event times after the start that have an estimate, for an average over the first years.

    Parameters
    ----------
    event : of ``ww.did.aggregate(cells, by="event")``
    most : no more than so many, counted from the start

    Returns
    -------
    Event time to weight; the weights sum to 1.

    Raises
    ------
    NotIdentified
        If nothing after the start has an estimate.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT", "0", "1"], "kind": ["headline", "part", "part"], "estimate": 1.0,
    ...     "std_error": 0.1, "conf_low": 0.8, "conf_high": 1.2, "p_value": 0.01, "event_time": [None, 0, 1]})
    >>> event = ww.EffectResult(method="example", estimand="ATT", measure="MD", unit="points",
    ...                         effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> first_years(event, most=8)
    {0: 0.5, 1: 0.5}
    """
    parts = event.parts
    seen = parts.loc[(parts["event_time"] >= 0) & parts["std_error"].gt(0), "event_time"].astype(int)
    times = sorted(time for time in seen if time < most)
    if not times:
        raise NotIdentified("No time after the start has an estimate with a range. Add later times, or places that wait longer.")
    return dict.fromkeys(times, 1 / len(times))


def same_question(finding: Finding) -> Mapping[str, EffectResult]:
    """The answer and the other designs' answers to it, for a figure; those in another measure are left to their own tables.

    Parameters
    ----------
    finding : with its tests

    Returns
    -------
    Name to result, the answer first.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> finding = ww.findings.Finding(target_group="a", method="b", outcome="c", design="rollout", labels={}, answer="overall",
    ...                               results={"overall": effect})
    >>> list(same_question(finding))
    ['overall']
    """
    answer = {} if finding.answer is None else {finding.answer: finding.results[finding.answer]}
    return {**answer, **_of_the_same_kind(finding)}


def _of_the_same_kind(finding: Finding) -> dict[str, EffectResult]:
    if finding.answering is None:
        return {}
    return {
        name: result
        for name, result in finding.robustness.items()
        if result.method not in _OTHER_QUESTIONS and result.measure == finding.answering.measure
    }


def pretrend_power_table(power: EffectResult, *, unit: Mapping[str, str] | None = None, language: str = "da") -> str:
    """How strong a drift before the start would have been found, and what such a drift would look like as an effect.

    Parameters
    ----------
    power : of ``ww.did.pretrend_power``
    unit : the outcome's unit in both languages
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(60), 6), "year": [2016, 2017, 2018, 2019, 2020, 2021] * 60})
    >>> panel["start"] = np.where(panel["unit"] < 30, 2020, 0)
    >>> panel["score"] = np.random.default_rng(1).normal(0, 1, 360)
    >>> study = ww.did.event_study(panel, outcome="score", unit="unit", time="year", first_treated="start")
    >>> "A drift that we could have overlooked" in pretrend_power_table(ww.did.pretrend_power(study), language="en")
    True
    """
    _ = translator(language)
    spoken = "" if unit is None else f" ({unit[language]})"
    after = power.parts[power.parts["event_time"] >= 0]
    slope = power.statistics.get("slope_50", np.nan)
    # The drift is a straight line, so another slope's bias is the same in proportion.
    by_half = float(after["hypothesised"].mean())
    rows = [
        (_("Drift per time step that is found half of the time{unit}"), slope, by_half),
        (
            _("Drift per time step that is found four times out of five{unit}"),
            power.statistics.get("slope_80", np.nan),
            by_half * power.statistics.get("slope_80", np.nan) / slope if slope else np.nan,
        ),
    ]
    table = pd.DataFrame(
        [(label.format(unit=spoken), _number(drift, language), _number(effect, language)) for label, drift, effect in rows],
        columns=[_("What the look at the time before the start would have seen"), _("Drift"), _("Would look like an effect of")],
    )
    return table_html(table, caption=_("A drift that we could have overlooked"), language=language)


def compared_table(who: pd.DataFrame, language: str = "da") -> str:
    """Who was compared, before and after: means or shares, and how far the groups are apart.

    Parameters
    ----------
    who : of ``ww.matching.who_was_compared``; what it hides stays hidden
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> people = pd.DataFrame({"treated": [1] * 6 + [0] * 12, "age": [2.0, 3, 4, 3, 2, 4] + [1.0, 2.5, 3.5, 2, 3, 4] * 2})
    >>> sample = ww.matching.match(people, treatment="treated", covariates="age")
    >>> "Age" in compared_table(ww.matching.who_was_compared(sample), "en")
    True
    """
    _ = translator(language)
    needed = [
        "covariate",
        "level",
        "kind",
        "treated_before",
        "comparison_before",
        "treated_after",
        "comparison_after",
        "smd_after",
    ]
    require_columns(who, [*needed, "smd_before"], what="who was compared")
    arms = ("treated_before", "comparison_before", "treated_after", "comparison_after")
    rows = []
    for row in who.to_dict("records"):
        values = [_value(row[arm], row["kind"], language) for arm in arms]
        apart = [_number(row[name], language, decimals=2) for name in ("smd_before", "smd_after")]
        rows.append((_label(row, language), values[0], values[1], apart[0], values[2], values[3], apart[1]))
    headings = [
        _("Characteristic"),
        _("Participants, before"),
        _("Comparison, before"),
        _("Difference, before"),
        _("Participants, after"),
        _("Comparison, after"),
        _("Difference, after"),
    ]
    caption = _("Who was compared, before and after matching (difference in standard deviations; – is not shown)")
    return table_html(pd.DataFrame(rows, columns=headings), caption=caption, language=language)


def _value(value: Any, kind: str, language: str) -> str:
    if value is None or pd.isna(value):
        return "–"
    if kind == "share":
        return percent(float(value), language)
    size = float(value)
    return number(size, language, decimals=0 if kind in ("people", "effective") or abs(size) >= 100 else 1)


def _number(value: Any, language: str, decimals: int | None = None) -> str:
    if value is None or pd.isna(value):
        return "–"
    size = float(value)
    places = decimals if decimals is not None else 0 if abs(size) >= 100 else 1 if abs(size) >= 10 else 2
    return number(size, language, decimals=places)


def _label(row: Mapping[Hashable, Any], language: str) -> str:
    _ = translator(language)
    if row["kind"] in ("people", "effective"):
        return _("Number of people") if row["kind"] == "people" else _("Counts as (number of people)")
    name = covariate_name(str(row["covariate"]), language)
    return name if row["level"] is None or pd.isna(row["level"]) else f"{name}: {row['level']}"
