"""Evidence locks, our own, and the months cross-walk that has a meaning for school outcomes alone."""

from dataclasses import dataclass

from whatworks.evidence.grading.rating import Rating, Reason, not_assessable

# Ours: independent studies (level 3 and more on the Maryland scale) needed for 1, 2, 3, 4, 5 locks.
LOCK_STUDIES = (1, 2, 4, 8, 15)
LOCK_SHARE, LOCK_AGE = 0.5, 15
# Upper ends of 0, 1, ... 12 months of progress, Education Endowment Foundation's table; rounded to 2 decimals first.
MONTH_ENDS = (0.01, 0.09, 0.18, 0.26, 0.35, 0.44, 0.52, 0.61, 0.69, 0.78, 0.87, 0.95, 1.00)
_WORDS = ("very low", "low", "low", "moderate", "moderate", "moderate", "high", "high", "high")
_NOISE = 1e-9


@dataclass(frozen=True, kw_only=True)
class LockFacts:
    """What the locks ask of a body. None: not known.

    Attributes
    ----------
    solid : independent studies at level 3 or more on the Maryland scale
    not_randomised, old, developer : shares of weight: without drawn lots, older than 15 years, run by the developer
    next_place_doubtful : whether the prediction interval holds 0 while the interval of the mean does not
    nordic : Nordic studies
    """

    solid: int
    not_randomised: float | None = None
    old: float | None = None
    developer: float | None = None
    next_place_doubtful: bool | None = None
    nordic: int | None = None


@dataclass(frozen=True, kw_only=True)
class Months:
    """Months of progress, the source's word for it, and whether the effect lies above its table."""

    months: int
    word: str
    above_table: bool


def locks(facts: LockFacts) -> Rating:
    """Locks from 0 to 5: by the number of solid studies, less one for each threat. With 0, no effect belongs on a front page.

    Inspired by the padlocks of the Education Endowment Foundation, whose counts could not be verified; the numbers are ours and
    the name is not theirs.

    Examples
    --------
    >>> found = locks(LockFacts(solid=5, not_randomised=0.8, old=0.1, developer=0.2, next_place_doubtful=False, nordic=1))
    >>> found.value, [reason.code for reason in found.reasons]
    ('2', ['base', 'not_randomised'])
    """
    base = sum(facts.solid >= needed for needed in LOCK_STUDIES)
    said = Reason(
        code="base", en=f"{facts.solid} solid studies give {base}", da=f"solide undersøgelser: {facts.solid}, det giver {base}"
    )
    if base == 0:
        return _locks(0, said)
    missing = [
        name for name in ("not_randomised", "old", "developer", "next_place_doubtful", "nordic") if getattr(facts, name) is None
    ]
    lost = _threats(facts)
    if missing and base > len(lost):
        return not_assessable(missing, said, *lost)
    return _locks(max(0, base - len(lost)), said, *lost)


def months_of_progress(g: float) -> Months:
    """Months of progress in school for an effect of g. Only for school outcomes: they mean nothing for quality of life.

    Examples
    --------
    >>> [months_of_progress(g).months for g in (0.095, -0.20, 0.52, 0.53)]
    [2, -3, 6, 7]
    >>> months_of_progress(1.4)
    Months(months=12, word='very high', above_table=True)
    """
    # Half a hundredth is rounded away from zero, as people do by hand; Python would round it to the even neighbour.
    size = int(abs(g) * 100 + 0.5 + _NOISE) / 100
    found = sum(size > end + _NOISE for end in MONTH_ENDS)
    months = min(found, 12)
    word = _WORDS[months] if months < len(_WORDS) else "very high"
    return Months(months=months if g >= 0 else -months, word=word, above_table=size > MONTH_ENDS[-1] + _NOISE)


def _threats(facts: LockFacts) -> tuple[Reason, ...]:
    met = (
        (facts.not_randomised, "not_randomised", "most weight is without drawn lots", "mest vægt er uden lodtrækning"),
        (facts.old, "old", "most weight is older than 15 years", "mest vægt er ældre end 15 år"),
        (facts.developer, "developer", "most weight is from the developer", "mest vægt er fra udvikleren"),
    )
    found = [Reason(code=code, en=en, da=da) for share, code, en, da in met if share is not None and share > LOCK_SHARE]
    if facts.next_place_doubtful:
        found.append(
            Reason(code="next_place", en="it may not help in the next place", da="det hjælper måske ikke det næste sted")
        )
    if facts.nordic == 0:
        found.append(Reason(code="no_nordic", en="no Nordic study", da="ingen nordiske undersøgelser"))
    return tuple(found)


def _locks(count: int, *reasons: Reason) -> Rating:
    return Rating(value=str(count), order=count, label_en=f"{count} of 5 locks", label_da=f"{count} af 5 låse", reasons=reasons)
