"""What a result means and what it does not, in plain words, for whoever meets it in a notebook."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from whatworks.core.errors import InvalidOption
from whatworks.core.measures import PLAIN_RATIOS
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.language import LANGUAGES, percent, translator
from whatworks.findings.names import N_
from whatworks.findings.wording import sentence

# How the number came about, by the room that made it and, where one sentence is not enough for a room, by the function.
_HOW: Mapping[str, str] = {
    "did": N_(
        "It is how much more those who got the intervention changed than those who had not got it. That is the effect if the two "
        "would have changed alike without it."
    ),
    "did.honest": N_("It is the same effect, with room for the groups to have drifted apart by themselves."),
    "did.synthetic": N_(
        "Places without the intervention are mixed to look like those with it before the start. The number is how far the two "
        "part afterwards."
    ),
    "matching": N_(
        "It is the difference between those who got the intervention and others who look like them in what was measured. That is "
        "the effect if nothing that was not measured sets them apart."
    ),
    "synthesis": N_("It is an average over studies, in which studies that know more count for more."),
    "synthesis.network": N_(
        "It is put together from studies that compare different things with each other, directly and by way of a third."
    ),
    "synthesis.combine": N_("It is our own result and those of others put together, each counting for as much as it knows."),
    "benchmarking": N_("It is what was reached, held against what one would expect with those citizens."),
    "economics": N_("It is an amount of money in the prices of one year. Whose money it is stands with it."),
}
_AVERAGE = N_("It is an average. Some people gain more than that, some less, and some may be worse off.")
_RANGE = N_(
    "The range says how far chance alone may have moved the number: of ranges made like this, about {level} hold the true "
    "number, if what is said above holds. It does not say how much single people differ."
)
_NO_RANGE = N_("There is no range, so nobody can tell how far chance may have moved the number.")
_HOLDS_NOTHING = N_(
    "The range holds both better and worse. That does not mean that there is no difference. It means that we cannot tell."
)
_CLEAR = N_(
    "Chance alone is an unlikely explanation. Other explanations than the intervention are not ruled out by that, and the "
    "difference need not be large enough to matter."
)
_NO_DOUBT = N_("None of the checks that were made came out badly. Checks cannot find everything.")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Short paragraphs in one language, with headings.

    Attributes
    ----------
    language : ``"da"`` or ``"en"``
    said : the number in a sentence
    parts : heading and paragraphs
    """

    language: str
    said: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        blocks = [self.said, *("\n".join([heading, *(f"- {each}" for each in told)]) for heading, told in self.parts)]
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        told = "".join(f"<h4>{escape(heading)}</h4><ul>{_items(said)}</ul>" for heading, said in self.parts)
        return f'<div lang="{self.language}"><p><strong>{escape(self.said)}</strong></p>{told}</div>'


def explain(result: EffectResult, *, language: str = "da", unit: str | None = None) -> Explanation:
    """Say in plain words what a result means, what it does not mean, and what may be wrong with it.

    Parameters
    ----------
    result : any result
    language : ``"da"`` or ``"en"``
    unit : the unit in that language; ``result.unit`` by default

    Returns
    -------
    :class:`Explanation`: ``print`` it, or leave it as the last line of a cell.

    Raises
    ------
    InvalidOption
        If it is no result, or the language is not known.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "treated": np.repeat([1, 1, 1, 0, 0, 0], 2),
    ...                       "days": [10.0, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> result = ww.did.two_by_two(panel, outcome="days", unit="unit", time="year", treated="treated")
    >>> print(str(explain(result, language="en")).splitlines()[0])
    With the intervention the average is 3.3 units of days lower than without it (probably 1.9 to 4.7 lower).
    """
    one_of(language, LANGUAGES, name="language")
    if not isinstance(result, EffectResult):
        raise InvalidOption(
            f"explain takes a result of an estimator; this is a {type(result).__name__}. Call an estimator first."
        )
    _ = translator(language)
    meaning = [*_how(result.method, language), *([_(_AVERAGE)] if _about_people(result.method) else [])]
    row = result.headline
    known = math.isfinite(row.conf_low) and math.isfinite(row.conf_high)
    meaning.append(_(_RANGE).format(level=percent(result.conf_level, language)) if known else _(_NO_RANGE))
    parts = [(_("What the number means"), tuple(meaning))]
    if known:
        # Ratios are kept as logarithms, so that nothing lies at zero there too; the few that are not have nothing at one.
        nothing = 1.0 if result.measure in PLAIN_RATIOS else 0.0
        unclear = row.conf_low <= nothing <= row.conf_high
        parts.append((_("What it does not mean"), (_(_HOLDS_NOTHING if unclear else _CLEAR),)))
    doubts = tuple(check_sentence(check, language).striptags() for check in result.failed_checks)
    parts.append((_("What may be wrong with it"), doubts or (_(_NO_DOUBT),)))
    return Explanation(language=language, said=sentence(result, language, unit=unit), parts=tuple(parts))


def _how(method: str, language: str) -> list[str]:
    words = _HOW.get(method) or _HOW.get(method.partition(".")[0])
    return [] if words is None else [translator(language)(words)]


def _about_people(method: str) -> bool:
    return method.partition(".")[0] in ("did", "matching", "synthesis")


def _items(said: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(each)}</li>" for each in said)
