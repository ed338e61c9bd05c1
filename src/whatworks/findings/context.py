"""What the evidence base adds to a finding: other places, other outcomes, what it takes, and how many of 100."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from whatworks.core.alphabet import sort_key
from whatworks.core.result import EffectResult
from whatworks.evidence import Registry
from whatworks.findings import charts
from whatworks.findings.bodies import Body, bodies_of
from whatworks.findings.finding import Finding
from whatworks.findings.labels import outcome_name, smallest_important, unit_of
from whatworks.findings.language import number, translator
from whatworks.findings.place import place_view
from whatworks.findings.practice import practice_view
from whatworks.findings.shares import Shares, saved_shares, shares_of, shares_sentence, source_words
from whatworks.findings.summary_table import summary_rows


def in_registry(finding: Finding, registry: Registry | None) -> bool:
    """Whether the evidence base knows the codes that the finding is about."""
    if registry is None or finding.target_group not in registry.target_groups:
        return False
    known_outcome = finding.outcome is None or finding.outcome in registry.outcomes
    return finding.design == "reviews" or (finding.method in registry.methods and known_outcome)


def own_context(
    finding: Finding, result: EffectResult, registry: Registry | None, *, trusted: bool, language: str
) -> dict[str, Any]:
    """The parts of a page about our own numbers that the evidence base supplies; empty without one.

    Parameters
    ----------
    finding, result : the finding, and the result that its page goes by
    registry : the evidence base; None leaves all but the icons out
    trusted : False withholds every number of the effect
    language : ``"da"`` or ``"en"``
    """
    view: dict[str, Any] = {"place": None, "summary": [], "practice": None, "icons": Markup(""), "of_100": "", "yardstick": ""}
    own: list[Body] = []
    if in_registry(finding, registry):
        assert registry is not None
        own = [body for body in bodies_of(registry, finding.target_group, [finding]) if body.method == finding.method]
        view["summary"] = summary_rows(own, registry, language)
        view["practice"] = practice_view(registry, finding.method, language)
        view["yardstick"] = yardstick(finding, result, registry, language) if trusted else ""
    main = next((body for body in own if body.outcome == finding.outcome), None)
    if trusted and main is not None:
        view["place"] = place_view(main, language)
    if not trusted:
        return view
    found = shares_of(finding, result, None if main is None else main.studies)
    names = (finding.labels.get("outcome") or {}).get("name") or {}
    told = saved_shares(finding) if found is None else (found, names, result.good or "up")
    return view if told is None else {**view, **_of_100(finding, *told, language=language)}


def yardstick(finding: Finding, result: EffectResult, registry: Registry | None, language: str) -> str:
    """What to hold a difference against: how far the scale goes, and how much it takes to matter; empty where neither is known.

    Parameters
    ----------
    finding, result : whose outcome, and the result in the outcome's unit
    registry : supplies the instrument that the outcome is measured with; None leaves the ends of the scale out
    language : ``"da"`` or ``"en"``
    """
    _ = translator(language)
    limit = smallest_important(finding)
    if limit is None or result.measure != "MD":
        return ""
    matters = number(limit, language, decimals=0 if limit == int(limit) else 1)
    scale = _instrument(finding, registry)
    if scale.get("min") is None or scale.get("max") is None:
        return _("It takes {matters} {unit} to matter.").format(matters=matters, unit=unit_of(finding, result, language))
    return _("The scale goes from {lowest} to {highest}, and it takes {matters} {unit} to matter.").format(
        lowest=number(float(scale["min"]), language),
        highest=number(float(scale["max"]), language),
        matters=matters,
        unit=unit_of(finding, result, language),
    )


def _instrument(finding: Finding, registry: Registry | None) -> Mapping[str, Any]:
    """What the outcome is measured with; empty where the evidence base does not know."""
    if registry is None or finding.outcome is None or finding.outcome not in registry.outcomes:
        return {}
    code = str(registry.outcomes[finding.outcome].fields.get("instrument") or "")
    return registry.instruments[code].fields if code in registry.instruments else {}


def _of_100(finding: Finding, found: Shares, names: Mapping[str, str], good: str, *, language: str) -> dict[str, Any]:
    outcome = str(names.get(language) or outcome_name(finding, language))
    return {
        "of_100": shares_sentence(found, outcome=outcome, language=language),
        "icons": charts.icon_array_figure(
            found.without,
            found.with_it,
            low=found.low,
            high=found.high,
            outcome=names,
            good=good,
            note=source_words(found, language),
            language=language,
            synthetic=finding.synthetic,
        ),
    }


def silent_domains(finding: Finding, registry: Registry | None, language: str) -> Sequence[str]:
    """Parts of life in which no method for the group has any published result, in the language's alphabet."""
    if registry is None or not in_registry(finding, registry):
        return []
    reviews = registry.select(target_group=finding.target_group)
    studies = registry.select_studies(target_group=finding.target_group)
    outcomes = {*reviews["outcome"], *studies.loc[~studies["synthetic"].astype(bool), "outcome"]}
    told = {str(registry.outcomes[code].fields["domain"]) for code in outcomes}
    silent = [registry.label("domain", code, language) for code in registry.domains if code not in told]
    return sorted(silent, key=lambda name: sort_key(name, language))
