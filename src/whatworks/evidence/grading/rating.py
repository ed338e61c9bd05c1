"""What a rule answers: a value with its reasons, or what is missing before it can answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from whatworks.evidence.grading.inputs import input_words

# A rating that changes because a rule changed must be able to say so: the date of the rules as they stand here.
RULE_VERSION = "2026-11-22"
NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a rating is what it is: a machine code, and one plain clause in each language."""

    code: str
    en: str
    da: str


@dataclass(frozen=True, kw_only=True)
class Rating:
    """The answer of one rule.

    Attributes
    ----------
    value : machine code of the rating, e.g. ``"tier_1"``, or ``"not_assessable"``
    order : how good the rating is within its standard, higher is better; None where it cannot be assessed or has no order
    label_en, label_da : the rating for a reader
    reasons : why, in the order the rule met them
    missing : inputs without which the rule cannot answer; judgements among them are a person's to give
    """

    value: str
    order: float | None
    label_en: str
    label_da: str
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()


def not_assessable(missing: Iterable[str], *reasons: Reason) -> Rating:
    """A rating that waits for an input. Missing is never passed over in silence.

    Examples
    --------
    >>> not_assessable(["confounding_factor"]).value
    'not_assessable'
    """
    names = tuple(dict.fromkeys(missing))
    en, da = input_words(names)
    said = Reason(code="missing_input", en=f"not known: {en}", da=f"ikke oplyst: {da}")
    return Rating(
        value=NOT_ASSESSABLE,
        order=None,
        label_en="Not assessable",
        label_da="Kan ikke vurderes",
        reasons=(*reasons, said),
        missing=names,
    )
