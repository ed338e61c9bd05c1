"""The page of a target group: what others found, what we found, both together, how the standards rate it, and the verdict."""

from collections.abc import Mapping, Sequence
from typing import Any

from whatworks.core.options import one_of
from whatworks.core.version import __version__
from whatworks.evidence import Registry
from whatworks.evidence.headline import RULE_VERSION
from whatworks.findings.bodies import Body, bodies_of
from whatworks.findings.finding import Finding
from whatworks.findings.group_parts import TONES, UNRATED, concluded, part_of_page, title_of, verdict_word, why_apart
from whatworks.findings.labels import short, within
from whatworks.findings.language import LANGUAGES, translator, written_date
from whatworks.findings.page_frame import document, simulated_banner
from whatworks.findings.rendering import render
from whatworks.findings.reviews import sides_told_once, tally
from whatworks.findings.view import Cell, counted
from whatworks.findings.wording import shown

# Verdicts that a reader takes in before the table of them.
_SAID = 3
_HOMES = {"da": "../index.html", "en": "../en/index.html"}


def page_of_group(
    registry: Registry,
    target_group: str,
    findings: Sequence[Finding] = (),
    *,
    language: str,
    failed: Sequence[tuple[str, Mapping[str, Any]]] = (),
    bodies: Sequence[Body] | None = None,
    services: bool = False,
) -> str:
    """Everything known of one target group as a whole HTML page, from the evidence base and saved results.

    Parameters
    ----------
    registry : the evidence base, from ``ww.evidence.load()``
    target_group : its code
    findings : saved findings; those of other groups are passed over
    language : ``"da"`` or ``"en"``
    failed : (folder, labels) of this group's reports that could not be made
    bodies : what is known of the group, where it has been gathered already
    services : whether its services are compared on a page of their own

    Returns
    -------
    HTML text. For each method and outcome: the verdict with its reason, the published effects, our own estimate, both together or
    why they cannot be put together, and what each published standard says. Invented methods stand apart under the banner.

    Raises
    ------
    UnknownCode
        If the group is not in the catalogue.

    Examples
    --------
    >>> html = page_of_group(ww.evidence.load(), "acquired_brain_injury", language="en")
    >>> "<strong>We do not know.</strong>" in html
    True
    """
    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    name = registry.label("target_group", target_group, language)
    bodies = bodies_of(registry, target_group, findings) if bodies is None else bodies
    linked = {finding.method for finding in findings if finding.target_group == target_group}
    real, invented = ([body for body in bodies if body.synthetic is state] for state in (False, True))
    view: dict[str, Any] = {
        "question": _("What do we know about help for {group}?").format(group=within(name)),
        "lead": _lead(real or invented, language),
        "strip": _strip(real or invented, language) if bodies else [],
        "parts": [part_of_page(part, linked, language, synthetic=part is invented) for part in (real, invented) if part],
        "banner": simulated_banner(language) if real and invented else "",
        "failed": [folder.partition("/")[2] for folder, _labels in failed],
        "services": f"benchmark/finding.{language}.html" if services else "",
        "about": _about(registry, target_group, language),
        "rules": written_date(RULE_VERSION, language),
        "home": _HOMES[language],
        "citation": _("whatworks {version}: {group}.").format(version=__version__, group=name),
    }
    other = "en" if language == "da" else "da"
    return document(
        title=view["question"],
        body=render("group.html", language, view=view),
        language=language,
        breadcrumbs=[(short(name), None)],
        other_language=f"index.{other}.html",
        synthetic=bool(invented) and not real,
        home=_HOMES[language],
        description=view["lead"],
    )


def _about(registry: Registry, target_group: str, language: str) -> str:
    return str(registry.entry("target_group", target_group).description[language])


def _lead(bodies: Sequence[Body], language: str) -> str:
    _ = translator(language)
    if not bodies:
        return _("We do not know.")
    results = sum(len(body.reviews) for body in bodies)
    studies = sum(body.studies["study_id"].nunique() for body in bodies)
    own = sum(body.own is not None for body in bodies)
    told = [
        counted(results, _("1 published result"), _("{n} published results"), language) if results else "",
        counted(studies, _("1 effect from a single study"), _("{n} effects from single studies"), language) if studies else "",
        counted(own, _("1 answer of our own"), _("{n} answers of our own"), language) if own else "",
    ]
    rated = sum(body.headline.reason not in UNRATED for body in bodies)
    known = _("We have {list}.").format(list=_and([text for text in told if text], language))
    if rated == 0:
        return f"{known} {_('Nobody has judged yet how sure we can be of them, so there is no verdict.')}"
    return f"{_verdicts(bodies, language)} {known}".strip()


def _verdicts(bodies: Sequence[Body], language: str) -> str:
    """The verdict itself, where there are few enough to say; what it rests on comes after."""
    rated = [body for body in bodies if body.headline.reason not in UNRATED]
    if len(rated) > _SAID:
        return ""
    return " ".join(f"{title_of(body, language)} – {within(verdict_word(body, language))}." for body in rated)


def _and(parts: Sequence[str], language: str) -> str:
    _ = translator(language)
    if len(parts) < 2:
        return "".join(parts)
    return _("{list} and {last}").format(list=", ".join(parts[:-1]), last=parts[-1])


def _strip(bodies: Sequence[Body], language: str) -> list[Cell]:
    _ = translator(language)
    rated = [body for body in bodies if body.headline.reason not in UNRATED]
    words = [verdict_word(body, language) for body in rated]
    first = Cell(_("Verdict"), _("Not rated yet"), _("Nobody has judged how sure we can be of it."), "unknown")
    if rated:
        why = getattr(rated[0].headline, f"reason_{language}") if len(rated) == 1 else _("See each method below.")
        tone = TONES.get(rated[0].headline.code, "unknown") if len(set(words)) == 1 else "neutral"
        first = Cell(_("Verdict"), ", ".join(dict.fromkeys(words)), why, tone)
    return [first, _published_cell(bodies, language), _own_cell(bodies, language), _together_cell(bodies, language)]


def _published_cell(bodies: Sequence[Body], language: str) -> Cell:
    _ = translator(language)
    sides = [side for body in bodies for side in sides_told_once(body.reviews, language)]
    studies = sum(body.studies["study_id"].nunique() for body in bodies)
    if sides:
        return Cell(
            _("Published results"),
            counted(len(sides), _("1 result"), _("{n} results"), language),
            tally(sides, language),
            "neutral",
        )
    if studies:
        said = counted(studies, _("1 effect from a single study"), _("{n} effects from single studies"), language)
        return Cell(_("Published results"), said, _("We have pooled them ourselves."), "neutral")
    return Cell(_("Published results"), _("None found"), _("That is not the same as no difference."), "unknown")


def _own_cell(bodies: Sequence[Body], language: str) -> Cell:
    _ = translator(language)
    own = [(body, body.own) for body in bodies if body.own is not None]
    if not own:
        return Cell(_("Our own numbers"), _("None yet"), _("Nobody has measured it here yet."), "unknown")
    words = [concluded(body, result, language)[0] for body, result in own]
    return Cell(_("Our own numbers"), ", ".join(dict.fromkeys(words)), _("Taken alone."), "neutral")


def _together_cell(bodies: Sequence[Body], language: str) -> Cell:
    _ = translator(language)
    combined = [body for body in bodies if body.combined is not None]
    if len(combined) == 1 and combined[0].combined is not None:
        outcome = combined[0].registry.outcomes[combined[0].outcome]
        size, span = shown(
            combined[0].combined, language, unit=str(outcome.fields["unit"][language]), decimals=int(outcome.fields["decimals"])
        )
        why = _("probably {range}. Below stands how much each weighs.").format(range=span)
        return Cell(_("Both together"), size, why, "neutral")
    if combined:
        said = counted(len(combined), _("Put together for 1 method"), _("Put together for {n} methods"), language)
        return Cell(_("Both together"), said, _("With the weight of each shown."), "neutral")
    reasons = {body.apart for body in bodies}
    own = [body.apart for body in bodies if body.own is not None]
    why = why_apart(own[0] if own else "no_own" if "no_own" in reasons else "no_published", language)
    return Cell(_("Both together"), _("Cannot be put together"), why, "unknown")
