"""The summary of findings: what was measured, what it showed, and the parts of life that nobody has measured."""

from collections.abc import Sequence
from typing import Any

from whatworks.core.alphabet import sort_key
from whatworks.core.result import EffectResult
from whatworks.evidence import Registry
from whatworks.findings.answer import conclude
from whatworks.findings.bodies import Body
from whatworks.findings.language import translator
from whatworks.findings.place import own_text
from whatworks.findings.reviews import sides_told_once, tally
from whatworks.findings.verdicts import certainty
from whatworks.findings.view import circles, counted
from whatworks.findings.wording import shown


def summary_rows(bodies: Sequence[Body], registry: Registry, language: str) -> list[dict[str, Any]]:
    """One row for each outcome that is known of, then one for each part of life in which nothing was measured.

    Parameters
    ----------
    bodies : what is known of one method for one target group
    registry : supplies the parts of life that an outcome can belong to
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Rows with name, effect, source, sure, circles, known. A part of life without data is a row of its own: silence there is not
    the same as no difference.

    Examples
    --------
    >>> registry = ww.evidence.load()
    >>> from whatworks.findings.bodies import bodies_of
    >>> rows = summary_rows(bodies_of(registry, "intellectual_disability"), registry, "en")
    >>> rows[0]["name"], rows[0]["known"], rows[-1]["effect"]
    ('Mental health', True, 'No data')
    """
    _ = translator(language)
    rows = [_known(body, language) for body in bodies]
    told = {str(body.registry.outcomes[body.outcome].fields["domain"]) for body in bodies}
    silent = [registry.label("domain", code, language) for code in registry.domains if code not in told]
    nothing = {"effect": _("No data"), "source": "–", "sure": _("We do not know"), "circles": "", "known": False}
    return rows + [{"name": name, **nothing} for name in sorted(silent, key=lambda each: sort_key(each, language))]


def _known(body: Body, language: str) -> dict[str, Any]:
    _ = translator(language)
    sure, level = _sure(body, language)
    return {
        "name": body.registry.label("outcome", body.outcome, language),
        "effect": _effect(body, language),
        "source": _source(body, language),
        "sure": sure,
        "circles": circles(level),
        "known": True,
    }


def _effect(body: Body, language: str) -> str:
    _ = translator(language)
    if body.own is not None:
        return own_text(body, language) or _("Not shown: the comparison is not reliable.")
    if body.published is not None:
        return _pooled(body, body.published, language)
    sides = sides_told_once(body.reviews, language)
    return tally(sides, language) if sides else _("Too few of the studies print an effect with a range to be pooled.")


def _pooled(body: Body, pooled: EffectResult, language: str) -> str:
    size, span = shown(pooled, language, unit=str(body.registry.outcomes[body.outcome].fields["unit"][language]))
    return f"{size} ({span})" if span else size


def _source(body: Body, language: str) -> str:
    _ = translator(language)
    parts = [_("our own numbers")] if body.own is not None else []
    studies = int(body.studies["study_id"].nunique())
    if studies:
        parts.append(counted(studies, _("1 published study"), _("{n} published studies"), language))
    if len(body.reviews):
        parts.append(counted(len(body.reviews), _("1 pooled result"), _("{n} pooled results"), language))
    return ", ".join(parts)


def _sure(body: Body, language: str) -> tuple[str, str]:
    """How sure we are of the number in the row, in a word and a code."""
    _ = translator(language)
    if body.own is not None:
        if body.own.finding is not None:
            sure = conclude(body.own.finding, body.own.name, language)[1]
        else:
            sure = certainty(body.own.result, language=language)
        return sure.word, sure.code
    return _("Not rated yet"), ""
