"""What an investment case asks: about the same method and group as the effect it rests on, and no more certain than that."""

from collections.abc import Mapping

from whatworks.core.errors import InvalidResult
from whatworks.findings.answer import conclude
from whatworks.findings.finding import Finding
from whatworks.findings.labels import speaking
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.names import N_
from whatworks.findings.question import Question

# What ww.economics.implementation_costs calls its items, and common one-off costs.
_COSTS: Mapping[str, str] = {
    "advisers": N_("staff who work with the citizens"),
    "leaders": N_("leaders"),
    "supervision": N_("supervision of the staff"),
    "initial_training": N_("training before the start"),
    "retraining": N_("training of new staff"),
    "project_lead": N_("project lead"),
    "data_system": N_("data system"),
}


def money_question(
    rests_on: Finding, *, names: Mapping[str, Mapping[str, str]] | None = None, synthetic: bool = False
) -> Question:
    """The question whether a method pays, asked of the finding that says how well it works.

    Parameters
    ----------
    rests_on : the saved finding whose effect the money is calculated from
    names : what a reader calls the consequences and costs, from :func:`item_names`
    synthetic : the amounts are invented; the pages then say so, whatever the effect

    Returns
    -------
    :class:`Question` with the design ``"investment"``.

    Raises
    ------
    InvalidResult
        If the finding has no effect of our own to calculate with.

    Examples
    --------
    >>> nothing = ww.findings.Finding(target_group="a", method="b", outcome=None, design="reviews", labels={})
    >>> money_question(nothing)
    Traceback (most recent call last):
    whatworks.core.errors.InvalidResult: The finding about a, b has no effect of our own. Run a matched or rollout report first.
    """
    spoken = speaking(rests_on)
    if spoken is None:
        raise InvalidResult(
            f"The finding about {rests_on.target_group}, {rests_on.method} has no effect of our own. "
            "Run a matched or rollout report first."
        )
    conclusion, _sure = conclude(rests_on, spoken[0], LANGUAGES[0])
    labels = {key: rests_on.labels[key] for key in ("target_group", "method") if key in rests_on.labels}
    return Question(
        target_group=rests_on.target_group,
        method=rests_on.method,
        outcome=None,
        design="investment",
        labels={
            **labels,
            "measured": rests_on.labels.get("outcome"),
            "trusted": conclusion.code != "not_trustworthy",
            "items": dict(names or {}),
        },
        synthetic=rests_on.synthetic or synthetic,
    )


def item_names(consequences: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What a reader calls each consequence and each cost.

    Parameters
    ----------
    consequences : code -> ``{"da", "en"}``, as ``ww.evidence.read_investment`` gives them

    Returns
    -------
    Code to ``{"da", "en"}``, the costs first.

    Examples
    --------
    >>> item_names({})["leaders"]
    {'da': 'ledere', 'en': 'leaders'}
    """
    costs = {code: {language: translator(language)(words) for language in LANGUAGES} for code, words in _COSTS.items()}
    return {**costs, **{code: dict(names) for code, names in consequences.items()}}
