"""The plan that was written beforehand, beside the analysis that was made; every departure has a name."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidParameters
from whatworks.design import Plan, deviations, read_plan
from whatworks.design.plan import FROZEN_NEEDED
from whatworks.findings.advice import named
from whatworks.findings.figures import table_html
from whatworks.findings.finding import Finding
from whatworks.findings.labels import label, smallest_important, within
from whatworks.findings.language import number, percent, translator, written_date
from whatworks.findings.names import N_, covariate_name
from whatworks.findings.question import Question

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
    "to_judge": N_("Compare the words"),
}
DESIGN_WORDS: Mapping[str, str] = {
    "matched": N_("A matched comparison"),
    "rollout": N_("A gradual roll-out"),
}
CONTROLS: Mapping[str, str] = {
    "not_yet": N_("Those who have not started yet"),
    "never": N_("Those who never start"),
}
# Said about the plan as a whole; no analysis can depart from them.
_OF_THE_PLAN = ("question", "written_by")
_ORDER = {"deviates": 0, "added": 1, "to_judge": 2, "not_said": 3, "as_planned": 4}


def plan_of(question: Question, path: str | Path) -> Plan | None:
    """The frozen plan that a question names.

    Parameters
    ----------
    question : from :func:`ask`
    path : YAML file frozen by ``whatworks plan``; empty where the question names none

    Returns
    -------
    The plan as it was frozen; None where none is named.

    Raises
    ------
    InvalidParameters
        If the file is not there, is not frozen, or is about another target group or method.
    PlanChanged
        If it was changed after it was frozen, naming the fields.

    Examples
    --------
    >>> registry = ww.evidence.load()
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5", "design": "rollout"}
    >>> plan_of(ww.findings.ask(registry, **about), "") is None
    True
    """
    if not str(path):
        return None
    plan = read_plan(path)
    if plan.frozen_at is None:
        raise InvalidParameters(FROZEN_NEEDED.format(file=path))
    for name in ("target_group", "method"):
        if plan[name] != getattr(question, name):
            raise InvalidParameters(f"{path} is about {name} {plan[name]!r}; the question is about {getattr(question, name)!r}.")
    return plan


def beside_plan(finding: Finding, plan: Plan | None, done: Mapping[str, Any]) -> Finding:
    """The finding with its plan beside what was done, as the tables ``plan`` and ``plan_frozen``; as it is without a plan.

    Parameters
    ----------
    finding : with its results
    plan : of :func:`plan_of`
    done : what was done, by the fields of a plan: estimator, control, covariates, exclusions, subgroups, other_outcomes, data.
        What the finding knows itself need not be said

    Returns
    -------
    A finding.

    Raises
    ------
    InvalidParameters
        If ``done`` names a field that plans do not have.

    Examples
    --------
    >>> nothing = ww.findings.Finding(target_group="a", method="b", outcome=None, design="reviews", labels={})
    >>> beside_plan(nothing, None, {}) is nothing
    True
    """
    if plan is None:
        return finding
    result = finding.answering
    known: dict[str, Any] = {
        "target_group": finding.target_group,
        "method": finding.method,
        "outcome": finding.outcome,
        "design": finding.design,
        "smallest_important": smallest_important(finding),
    }
    if result is not None:
        known |= {"estimand": result.estimand, "conf_level": result.conf_level}
    departures = deviations(plan, {**known, **done})
    departures = departures[~departures["field"].isin(_OF_THE_PLAN)].reset_index(drop=True)
    frozen = pd.DataFrame([{"question": str(plan["question"]), "frozen_at": plan.frozen_at, "fingerprint": plan.fingerprint}])
    return replace(finding, tables={**finding.tables, "plan": departures, "plan_frozen": frozen})


def plan_sentence(finding: Finding, language: str = "da") -> str:
    """Whether there was a plan, when it was frozen, and how many departures there are.

    Parameters
    ----------
    finding : with or without a plan beside it
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> nothing = ww.findings.Finding(target_group="a", method="b", outcome=None, design="reviews", labels={})
    >>> plan_sentence(nothing, "en")
    'No plan for the analysis was frozen before the numbers were read.'
    """
    _ = translator(language)
    if "plan" not in finding.tables:
        return _("No plan for the analysis was frozen before the numbers were read.")
    frozen, departures = finding.tables["plan_frozen"].iloc[0], finding.tables["plan"]
    count = int(departures["status"].isin(("deviates", "added")).sum())
    said = _("The plan for the analysis was frozen on {date} (fingerprint {fingerprint}).").format(
        date=written_date(str(frozen["frozen_at"])[:10], language), fingerprint=frozen["fingerprint"]
    )
    if not count:
        return f"{said} {_('The analysis follows it.')}"
    kept = departures.loc[departures["status"].isin(("deviates", "added")), "field"]
    names = ", ".join(within(_(FIELDS[name])) for name in kept)
    departs = _("The analysis departs from it in {n} of {total} items: {names}.")
    return f"{said} {departs.format(n=count, total=len(departures), names=names)}"


def plan_section(finding: Finding, language: str = "da") -> Markup:
    """The plan beside the analysis: when it was frozen, what it asked, and a table with departures first.

    Parameters
    ----------
    finding : with or without a plan beside it; see :func:`beside_plan`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    HTML.

    Examples
    --------
    >>> nothing = ww.findings.Finding(target_group="a", method="b", outcome=None, design="reviews", labels={})
    >>> plan_section(nothing, "en")
    Markup('<p>No plan for the analysis was frozen before the numbers were read.</p>')
    """
    said = Markup("<p>{}</p>").format(plan_sentence(finding, language))
    if "plan" not in finding.tables:
        return said
    asked = escape(translator(language)("It asks: {question}").format(question=finding.tables["plan_frozen"]["question"].iloc[0]))
    return Markup("{}<p>{}</p>{}").format(
        said,
        asked,
        Markup(plan_table(finding.tables["plan"], labels=finding.labels, language=language)),  # noqa: S704 (escaped)
    )


def plan_table(departures: pd.DataFrame, *, labels: Mapping[str, Any] | None = None, language: str = "da") -> str:
    """What was planned beside what was done; departures first.

    Parameters
    ----------
    departures : of :func:`whatworks.design.deviations`
    labels : of a finding, so that codes stand by their names
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Raises
    ------
    MissingColumn

    Examples
    --------
    >>> plan = ww.design.Plan(content={"control": "never"}, fingerprint="example")
    >>> "Those who never start" in plan_table(ww.design.deviations(plan, {"control": "not_yet"}), language="en")
    True
    """
    require_columns(departures, ["field", "planned", "done", "status"])
    _ = translator(language)
    order = departures["status"].map(_ORDER)
    rows = []
    for row in departures.iloc[np.argsort(order.to_numpy(), kind="stable")].to_dict("records"):
        planned, done = (_value(str(row["field"]), str(row[side]), labels or {}, language) for side in ("planned", "done"))
        if row["status"] == "not_said":
            done = _("not stated")
        rows.append((_(FIELDS[row["field"]]), planned, done, _(STATUSES[row["status"]])))
    table = pd.DataFrame(rows, columns=[_("Item"), _("Planned"), _("Done"), _("Status")])
    return table_html(table, caption=_("The plan and the analysis side by side"), language=language)


def _value(field: str, text: str, labels: Mapping[str, Any], language: str) -> str:
    """A value of a plan as a reader says it; nothing listed is a dash."""
    if not text:
        return "–"
    _ = translator(language)
    if field in ("target_group", "method", "outcome") and field in labels:
        return label(labels, field, text, language)
    if field == "estimator":
        return named(text, language)
    if field == "design":
        return _(DESIGN_WORDS[text]) if text in DESIGN_WORDS else text
    if field == "control":
        return _(CONTROLS[text]) if text in CONTROLS else text
    if field == "covariates":
        return ", ".join(covariate_name(name, language) for name in text.split(", "))
    if field == "data":
        return Path(text).name.replace("_", " ")
    if field in ("smallest_important", "conf_level"):
        return _numeral(field, float(text), language)
    return text


def _numeral(field: str, value: float, language: str) -> str:
    """A number with as many decimals as the plan gives it: a level of 0.95 is 95 per cent, and 0.2 is not 0."""
    given = len(f"{value:g}".partition(".")[2])
    if field == "conf_level":
        return percent(value, language, decimals=max(0, given - 2))
    return number(value, language, decimals=given)
