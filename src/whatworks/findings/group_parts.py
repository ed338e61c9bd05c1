"""What the page of a target group says of each of its methods: published, our own, both together, rated, and the verdict."""

from collections.abc import Sequence
from typing import Any

from whatworks.findings import charts
from whatworks.findings.answer import conclude
from whatworks.findings.bodies import Body, Own
from whatworks.findings.checks import check_sentence
from whatworks.findings.labels import decimals_of, short, smallest_important, unit_of, within
from whatworks.findings.language import translator
from whatworks.findings.marks import dots_mark, interval_mark
from whatworks.findings.question import PUBLISHED
from whatworks.findings.reviews import count_reviews, published, sides_told_once, tally
from whatworks.findings.standards_panel import panel_rows, unrated_rows
from whatworks.findings.verdicts import certainty, hedged, verdict
from whatworks.findings.view import counted
from whatworks.findings.wording import sentence

TONES = {"works": "good", "promising": "good", "harmful": "bad", "trade_off": "neutral", "no_clear_difference": "neutral"}
# An unknown for one of these says that nobody has looked at it yet, not that the answer is unclear.
UNRATED = ("not_assessed", "no_range")


def why_apart(code: str, language: str) -> str:
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


def part_of_page(bodies: Sequence[Body], linked: set[str], language: str, *, synthetic: bool) -> dict[str, Any]:
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
            {"title": title_of(body, language), "rows": panel_rows(body.panel, language)}
            for body in bodies
            if not body.rated.empty
        ],
        "unrated": unrated_rows(language) if any(body.rated.empty for body in bodies) else [],
    }


def title_of(body: Body, language: str) -> str:
    method = short(body.registry.label("method", body.method, language))
    outcome = within(body.registry.label("outcome", body.outcome, language))
    return f"{method}: {outcome}"


def verdict_word(body: Body, language: str) -> str:
    _ = translator(language)
    return _("Not rated yet") if body.headline.reason in UNRATED else getattr(body.headline, f"label_{language}")


def _verdict_row(body: Body, linked: set[str], language: str) -> dict[str, Any]:
    _ = translator(language)
    headline, sides = body.headline, sides_told_once(body.reviews, language)
    studies = body.studies["study_id"].nunique()
    said = tally(sides, language) if sides else ""
    if studies:
        said = f"{said} {counted(studies, _('1 single study.'), _('{n} single studies.'), language)}".strip()
    rated = headline.reason not in UNRATED
    return {
        "method": short(body.registry.label("method", body.method, language)),
        "outcome": body.registry.label("outcome", body.outcome, language),
        "address": f"{body.method}/finding.{language}.html" if body.method in linked else "",
        "published": said or _("None found"),
        "known": bool(sides) or studies > 0,
        "mark": dots_mark(sides) if sides else "",
        "own": concluded(body, body.own, language)[0] if body.own is not None else _("None yet"),
        "has_own": body.own is not None,
        "verdict": verdict_word(body, language),
        "rated": rated,
        "tone": TONES.get(headline.code, "unknown") if rated else "unknown",
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
    return {"title": title_of(body, language), "figure": figure, "source": cited, "count": body.studies["study_id"].nunique()}


def concluded(body: Body, own: Own | None, language: str) -> tuple[str, str, str, str]:
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
    word, reason, sure, sure_reason = concluded(body, own, language)
    outcome = body.registry.outcomes[body.outcome]
    unit = str(outcome.fields["unit"][language]) if own.finding is None else unit_of(own.finding, own.result, language)
    places = int(outcome.fields["decimals"]) if own.finding is None else decimals_of(own.finding)
    limit = body.smallest_important if own.finding is None else smallest_important(own.finding)
    said = sentence(own.result, language, unit=unit, decimals=places) if own.trusted else reason
    tone = {"Helps": "good"}.get(word, "neutral")
    return {
        "title": title_of(body, language),
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
        return {"title": title_of(body, language), "figure": "", "why": why_apart(body.apart, language), "checks": []}
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
    return {"title": title_of(body, language), "figure": figure, "why": "", "checks": told}
