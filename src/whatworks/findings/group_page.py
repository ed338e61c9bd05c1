"""The page of a target group: what others found, what we found, both together, how the standards rate it, and the verdict."""

from collections.abc import Mapping, Sequence
from typing import Any

from whatworks.core.columns import one_of
from whatworks.core.version import __version__
from whatworks.evidence import Registry
from whatworks.evidence.headline import RULE_VERSION
from whatworks.findings import charts
from whatworks.findings.answer import conclude
from whatworks.findings.bodies import Body, Own, bodies_of
from whatworks.findings.checks import check_sentence
from whatworks.findings.document import document, simulated_banner
from whatworks.findings.finding import Finding
from whatworks.findings.labels import decimals_of, short, smallest_important, unit_of, within
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.marks import dots_mark, interval_mark
from whatworks.findings.question import PUBLISHED
from whatworks.findings.rendering import render
from whatworks.findings.reviews import count_reviews, published, sides_told_once, tally
from whatworks.findings.standards_panel import panel_rows, unrated_rows
from whatworks.findings.verdicts import certainty, hedged, verdict
from whatworks.findings.view import Cell, counted
from whatworks.findings.wording import sentence

_HOMES = {"da": "../index.html", "en": "../en/index.html"}
_TONES = {"works": "good", "promising": "good", "harmful": "bad", "trade_off": "neutral", "no_clear_difference": "neutral"}
# An unknown for one of these says that nobody has looked at it yet, not that the answer is unclear.
_UNRATED = ("not_assessed", "no_range")


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
        "parts": [_part(part, linked, language, synthetic=part is invented) for part in (real, invented) if part],
        "banner": simulated_banner(language) if real and invented else "",
        "failed": [folder.partition("/")[2] for folder, _labels in failed],
        "services": f"benchmark/finding.{language}.html" if services else "",
        "about": _about(registry, target_group, language),
        "rules": RULE_VERSION,
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
    rated = sum(body.headline.reason not in _UNRATED for body in bodies)
    judged = (
        _("Nobody has judged yet how sure we can be of them, so there is no verdict.")
        if rated == 0
        else _("Below is the verdict on each, and why.")
    )
    return f"{_('We have {list}.').format(list=_and([text for text in told if text], language))} {judged}"


def _and(parts: Sequence[str], language: str) -> str:
    _ = translator(language)
    if len(parts) < 2:
        return "".join(parts)
    return _("{list} and {last}").format(list=", ".join(parts[:-1]), last=parts[-1])


def _strip(bodies: Sequence[Body], language: str) -> list[Cell]:
    _ = translator(language)
    rated = [body for body in bodies if body.headline.reason not in _UNRATED]
    words = [_verdict(body, language) for body in rated]
    first = Cell(_("Verdict"), _("Not rated yet"), _("Nobody has judged how sure we can be of it."), "unknown")
    if rated:
        why = getattr(rated[0].headline, f"reason_{language}") if len(rated) == 1 else _("See each method below.")
        tone = _TONES.get(rated[0].headline.code, "unknown") if len(set(words)) == 1 else "neutral"
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
    words = [_concluded(body, result, language)[0] for body, result in own]
    return Cell(_("Our own numbers"), ", ".join(dict.fromkeys(words)), _("Taken alone."), "neutral")


def _together_cell(bodies: Sequence[Body], language: str) -> Cell:
    _ = translator(language)
    combined = [body for body in bodies if body.combined is not None]
    if combined:
        said = counted(len(combined), _("Put together for 1 method"), _("Put together for {n} methods"), language)
        return Cell(_("Both together"), said, _("With the weight of each shown."), "neutral")
    reasons = {body.apart for body in bodies}
    own = [body.apart for body in bodies if body.own is not None]
    why = _apart(own[0] if own else "no_own" if "no_own" in reasons else "no_published", language)
    return Cell(_("Both together"), _("Cannot be put together"), why, "unknown")


def _apart(code: str, language: str) -> str:
    """Why our own and the published results are not put together."""
    _ = translator(language)
    return {
        "no_own": _("We have no numbers of our own on it."),
        "no_published": _("We have found nothing published about the same method and the same outcome."),
        "not_trusted": _("Our own comparison is not reliable, so it is not put together with anything."),
        "only_pooled": _(
            "Only pooled results are published. They do not say how much places differ, so they cannot be weighed against ours."
        ),
        "too_few": _("Fewer than two published studies have an effect with a range, so we cannot tell how much places differ."),
        "other_scale": _("Our own numbers and the published ones are counted differently, so no average of them means anything."),
    }[code]


def _part(bodies: Sequence[Body], linked: set[str], language: str, *, synthetic: bool) -> dict[str, Any]:
    """Everything the page says of the real methods, or of the invented ones."""
    group = bodies[0].target_group
    reviews = published(bodies[0].registry, group)
    pairs = {(body.method, body.outcome) for body in bodies}
    reviews = reviews[[pair in pairs for pair in zip(reviews["method"], reviews["outcome"], strict=True)]]
    return {
        "synthetic": synthetic,
        "verdicts": [_verdict_row(body, linked, language) for body in bodies],
        "forest": charts.forest_figure(reviews, language=language, synthetic=synthetic) if len(reviews) else "",
        "reviews": f"{PUBLISHED}/finding.{language}.html" if len(reviews) and PUBLISHED in linked else "",
        "review_count": count_reviews(reviews),
        "studies": [_studies_view(body, language) for body in bodies if not body.studies.empty],
        "own": [_own_view(body, body.own, linked, language) for body in bodies if body.own is not None],
        "together": [_together_view(body, language) for body in bodies if body.own is not None],
        "panels": [
            {"title": _title(body, language), "rows": panel_rows(body.panel, language)} for body in bodies if not body.rated.empty
        ],
        "unrated": unrated_rows(language) if any(body.rated.empty for body in bodies) else [],
    }


def _title(body: Body, language: str) -> str:
    method = short(body.registry.label("method", body.method, language))
    outcome = within(body.registry.label("outcome", body.outcome, language))
    return f"{method}: {outcome}"


def _verdict(body: Body, language: str) -> str:
    _ = translator(language)
    return _("Not rated yet") if body.headline.reason in _UNRATED else getattr(body.headline, f"label_{language}")


def _verdict_row(body: Body, linked: set[str], language: str) -> dict[str, Any]:
    _ = translator(language)
    headline, sides = body.headline, sides_told_once(body.reviews, language)
    studies = body.studies["study_id"].nunique()
    said = tally(sides, language) if sides else ""
    if studies:
        said = f"{said} {counted(studies, _('1 single study.'), _('{n} single studies.'), language)}".strip()
    rated = headline.reason not in _UNRATED
    return {
        "method": short(body.registry.label("method", body.method, language)),
        "outcome": body.registry.label("outcome", body.outcome, language),
        "address": f"{body.method}/finding.{language}.html" if body.method in linked else "",
        "published": said or _("None found"),
        "known": bool(sides) or studies > 0,
        "mark": dots_mark(sides) if sides else "",
        "own": _concluded(body, body.own, language)[0] if body.own is not None else _("None yet"),
        "has_own": body.own is not None,
        "verdict": _verdict(body, language),
        "rated": rated,
        "tone": _TONES.get(headline.code, "unknown") if rated else "unknown",
        "reason": getattr(headline, f"reason_{language}"),
    }


def _studies_view(body: Body, language: str) -> dict[str, Any]:
    _ = translator(language)
    source = [body.registry.sources[review].fields for review in body.studies["review"].unique()]
    cited = "; ".join(f"{fields['citation']} {fields['licence']}".strip() for fields in source)
    figure = ""
    pooled = body.published
    if pooled is not None:
        unit = dict(body.registry.outcomes[body.outcome].fields["unit"]) if pooled.measure == "MD" else None
        figure = charts.study_forest_figure(pooled, unit=unit, language=language, synthetic=body.synthetic)
    return {"title": _title(body, language), "figure": figure, "source": cited, "count": body.studies["study_id"].nunique()}


def _concluded(body: Body, own: Own | None, language: str) -> tuple[str, str, str, str]:
    """Conclusion and certainty of our own result, each as a word with its reason, as its own page says them."""
    assert own is not None
    if own.finding is not None:
        conclusion, sure = conclude(own.finding, own.name, language)
    else:
        sure = certainty(own.result, language=language)
        conclusion = hedged(verdict(own.result, body.smallest_important, language=language), sure, language=language)
    return conclusion.word, conclusion.reason, sure.word, sure.reason


def _own_view(body: Body, own: Own | None, linked: set[str], language: str) -> dict[str, Any]:
    assert own is not None
    _ = translator(language)
    word, reason, sure, sure_reason = _concluded(body, own, language)
    outcome = body.registry.outcomes[body.outcome]
    unit = str(outcome.fields["unit"][language]) if own.finding is None else unit_of(own.finding, own.result, language)
    places = int(outcome.fields["decimals"]) if own.finding is None else decimals_of(own.finding)
    limit = body.smallest_important if own.finding is None else smallest_important(own.finding)
    said = sentence(own.result, language, unit=unit, decimals=places) if own.trusted else reason
    tone = {"Helps": "good"}.get(word, "neutral")
    return {
        "title": _title(body, language),
        "said": said,
        "conclusion": word,
        "reason": reason if own.trusted else "",
        "sure": sure,
        "sure_reason": sure_reason,
        "limit": limit,
        "mark": interval_mark(own.result, tone) if own.trusted else "",
        "address": f"{body.method}/finding.{language}.html" if body.method in linked else "",
        "promoted": own.finding is None,
    }


def _together_view(body: Body, language: str) -> dict[str, Any]:
    assert body.own is not None
    if body.combined is None:
        return {"title": _title(body, language), "figure": "", "why": _apart(body.apart, language), "checks": []}
    unit = dict(body.registry.outcomes[body.outcome].fields["unit"]) if body.combined.measure == "MD" else None
    figure = charts.combination_figure(
        body.combined,
        smallest_important=body.smallest_important if body.combined.measure == "MD" else None,
        good=body.combined.good,
        unit=unit,
        language=language,
        synthetic=body.synthetic,
    )
    told = [check_sentence(check, language) for check in body.combined.checks if check.name in ("conflict", "transport")]
    return {"title": _title(body, language), "figure": figure, "why": "", "checks": told}
