"""A roll-out that no design can answer from: the finding that says so, and what its page says instead of a number."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks.core.errors import InvalidResult
from whatworks.design import Choice
from whatworks.findings.advice import HELPS, advice_reason, named
from whatworks.findings.finding import Finding
from whatworks.findings.language import translator
from whatworks.findings.next_step import nothing_to_go_by
from whatworks.findings.question import Question


def refused(question: Question, choice: Choice, *, source: Mapping[str, str] | None = None) -> Finding:
    """The finding of a question that no design can answer: the advice with its reasons, and no number.

    Parameters
    ----------
    question : from :func:`ask`
    choice : of :func:`whatworks.design.choose`, with no design
    source : where the data come from, ``{"da", "en"}``

    Returns
    -------
    A finding without results; its page says that we cannot know, why, and what would help.

    Raises
    ------
    InvalidResult
        If a design can answer after all.

    Examples
    --------
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5", "design": "rollout"}
    >>> everyone = pd.DataFrame({"town": np.repeat(range(9), 8), "quarter": np.tile(range(8), 9), "start": 4})
    >>> advice = ww.design.advise(everyone, unit="town", time="quarter", first_treated="start")
    >>> finding = refused(ww.findings.ask(ww.evidence.load(), **about), ww.design.choose(advice))
    >>> finding.answer is None, list(finding.tables)
    (True, ['advice'])
    """
    if choice.design is not None:
        raise InvalidResult(
            f"The design {choice.design!r} can answer, so there is nothing to refuse. Run it, and save its result."
        )
    return question.answered(tables={"advice": choice.table}, source=source)


def is_refusal(finding: Finding) -> bool:
    """Whether a finding says that no design can answer."""
    advice = finding.tables.get("advice")
    return finding.answer is None and advice is not None and "role" in advice and not (advice["role"] == "answers").any()


def refusal_view(finding: Finding, language: str) -> dict[str, Any]:
    """What the page says instead of an answer: that we cannot know, why, and what would help."""
    _ = translator(language)
    advice = finding.tables["advice"]
    asked = advice[advice["role"] == "asked"]
    about = (asked if len(asked) else advice).iloc[0]
    others = advice.loc[advice["verdict"] != "cannot", "design"].tolist() if len(asked) else []
    why = [_("No way of calculating can tell what the method does from how it was rolled out here.")]
    if len(asked):
        why = [
            _("The report was asked to use one design, and it cannot be used here: {design}.").format(
                design=named(about["design"], language)
            )
        ]
    why.append(advice_reason(about.to_dict(), language))
    if others:
        names = "; ".join(named(design, language) for design in others)
        why.append(_("These can be used: {designs}.").format(designs=names))
    why.append(_("That is not the same as no difference. No result has been looked at."))
    return {"lead": _("We cannot know."), "why": why, "lift": _lifts(about, language), "step": nothing_to_go_by(language)}


def _lifts(about: "pd.Series[Any]", language: str) -> list[str]:
    _ = translator(language)
    own = [_(HELPS[about["reason"]])] if about["reason"] in HELPS else []
    return [
        *own,
        _("A gradual start where a draw of lots decides the order."),
        _("A comparison with people who are alike, where the background of each is known."),
    ]
