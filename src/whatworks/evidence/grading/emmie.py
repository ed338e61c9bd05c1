"""EMMIE (effect, mechanism, moderators, implementation, economics) and the majority rule of the Evidence Store."""

from collections.abc import Mapping, Sequence
from math import floor

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidEffect
from whatworks.evidence.grading.rating import Rating, Reason, not_assessable
from whatworks.evidence.questions import COVERAGE

DIMENSIONS = ("mechanism", "moderator", "implementation", "economics")
SIGNS = {"none": "○", "described": "◔", "data": "◑", "tested": "●"}
_NOISE = 1e-9
_VOTES = {
    "consistently_positive": (2.0, "Consistently positive", "Gennemgående positiv"),
    "tends_positive": (1.0, "Tends to positive", "Overvejende positiv"),
    "mixed": (0.0, "Mixed", "Blandet"),
    "tends_negative": (-1.0, "Tends to negative", "Overvejende negativ"),
    "consistently_negative": (-2.0, "Consistently negative", "Gennemgående negativ"),
}
_EFFECTS = {
    "reliable_improvement": (3.0, "Reliable improvement", "Sikker forbedring"),
    "mixed": (2.0, "Mixed findings", "Blandede fund"),
    "no_reliable_effect": (1.0, "No reliable effect", "Ingen sikker effekt"),
    "reliable_worsening": (0.0, "Reliable worsening", "Sikker forværring"),
}


def effect_category(conf_low: float | None, conf_high: float | None, findings: Sequence[str | None]) -> Rating:
    """E1. The effect category: the pooled range, and whether single studies clearly say the opposite.

    Parameters
    ----------
    conf_low, conf_high : pooled range, above 0 is better
    findings : ``"positive"``, ``"negative"``, ``"unclear"`` or None for each study

    Examples
    --------
    >>> effect_category(0.1, 0.4, ["positive", "unclear"]).value, effect_category(0.1, 0.4, ["positive", "negative"]).value
    ('reliable_improvement', 'mixed')
    """
    if conf_low is None or conf_high is None:
        return not_assessable(["effect with a range"])
    side = "positive" if conf_low > 0 else "negative" if conf_high < 0 else None
    against = {"positive": "negative", "negative": "positive"}
    both = "positive" in findings and "negative" in findings
    if both or (side is not None and against[side] in findings):
        return _effect("mixed")
    return _effect({"positive": "reliable_improvement", "negative": "reliable_worsening", None: "no_reliable_effect"}[side])


def majority(directions: Sequence[bool | None], people: Sequence[float]) -> Rating:
    """E2. The majority rule: most studies and most participants must show the direction. Signs and people, never significance.

    Parameters
    ----------
    directions : whether each study points the good way; None where it is not known
    people : participants of each study

    References
    ----------
    What Works for Children's Social Care, Evidence Store: our ratings explained. The five names are general knowledge.

    Examples
    --------
    >>> majority([True, True, False], [100, 100, 500]).value
    'tends_positive'
    """
    if not directions:
        return not_assessable(["a study"])
    agreed = None not in directions and len(set(directions)) == 1
    if any(way is None for way in directions) or (any(not n > 0 for n in people) and not agreed):
        return not_assessable(["direction and people of every study"])
    studies = sum(bool(way) for way in directions) / len(directions)
    # Where all point the same way so do all people in them, however many they are.
    persons = studies if agreed else sum(n for way, n in zip(directions, people, strict=True) if way) / sum(people)
    value = _voted(studies, persons)
    order, en, da = _VOTES[value]
    said = Reason(
        code="shares",
        en=f"{100 * studies:.0f} per cent of studies and {100 * persons:.0f} per cent of participants point the good way",
        da=f"{100 * studies:.0f} procent af undersøgelserne og {100 * persons:.0f} procent af deltagerne peger den gode vej",
    )
    return Rating(value=value, order=order, label_en=en, label_da=da, reasons=(said,))


def coverage(answers: Mapping[str, str | None]) -> Rating:
    """E3. What is known of mechanism, moderators, implementation and economics: ○ nothing, ◔ described, ◑ data, ● tested."""
    missing = [f"emmie_{name}" for name in DIMENSIONS if answers.get(name) is None]
    if missing:
        return not_assessable(missing)
    given = {name: str(answers[name]) for name in DIMENSIONS}
    signs = "".join(SIGNS[given[name]] for name in DIMENSIONS)
    order = float(sum(COVERAGE.index(given[name]) for name in DIMENSIONS))
    return Rating(value=signs, order=order, label_en=f"M M I E {signs}", label_da=f"M M I E {signs}")


def quality(share: float) -> int:
    """E4. EMMIE-Q from 0 to 4 from the share of the checklist that is met; the floor is ours.

    Examples
    --------
    >>> [quality(share) for share in (0.0, 0.74, 0.75, 1.0)]
    [0, 2, 3, 4]
    """
    if not 0 <= share <= 1:
        raise InvalidEffect(f"a share of a checklist is {share:g}; it must lie from 0 to 1.")
    return floor(4 * share + _NOISE)


def best_review(qualities: pd.DataFrame) -> pd.DataFrame:
    """E5. For each dimension the review with the highest quality on it; the first named one where several tie.

    Parameters
    ----------
    qualities : columns review, dimension, share (of the checklist that is met, 0 to 1)

    Returns
    -------
    Columns dimension, review, quality (0 to 4).
    """
    require_columns(qualities, ["review", "dimension", "share"], what="qualities")
    table = qualities.assign(quality=[quality(float(share)) for share in qualities["share"]])
    best = table.sort_values(["dimension", "quality"], ascending=[True, False], kind="stable").drop_duplicates("dimension")
    return best[["dimension", "review", "quality"]].reset_index(drop=True)


def _voted(studies: float, persons: float) -> str:
    """Both majorities: consistently; one of them: tends. The good way is asked first, as the rule is written."""
    for name, shares in (("positive", (studies, persons)), ("negative", (1 - studies, 1 - persons))):
        most = sum(share > 0.5 + _NOISE for share in shares)
        if most:
            return f"{'consistently' if most == 2 else 'tends'}_{name}"
    return "mixed"


def _effect(value: str) -> Rating:
    order, en, da = _EFFECTS[value]
    return Rating(value=value, order=order, label_en=en, label_da=da)
