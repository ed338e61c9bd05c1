"""What to expect in a place like the reader's: the next place, and published and own results beside each other."""

import math
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings import charts
from whatworks.findings.bodies import Body
from whatworks.findings.checks import check_sentence
from whatworks.findings.labels import decimals_of, unit_of
from whatworks.findings.language import number, translator
from whatworks.findings.wording import LOGGED, RATIOS, STANDARDISED, shown, shown_decimals

_SAID = ("conflict", "transport")


def place_view(body: Body, language: str) -> dict[str, Any]:
    """What the section shows: the prediction interval in words, the three results on one axis, and what is not known.

    Parameters
    ----------
    body : everything known of the method on this outcome for this target group
    language : ``"da"`` or ``"en"``

    Returns
    -------
    texts (sentences), figure (empty where own and published results cannot be put together), checks (sentences). Without any
    published study the texts say that nobody can tell how much places differ.
    """
    _ = translator(language)
    texts = []
    spread = predicted(body.published)
    if spread is not None:
        assert body.published is not None
        texts.append(next_place_sentence(body, spread, language))
        if spread[0] < _null(body.published) < spread[1]:
            texts.append(_("In some places it may not help."))
    elif body.reviews.empty and body.studies.empty:
        texts.append(_("We know of no published studies of the method for this group."))
        texts.append(_("So nobody can say how much the result differs from place to place."))
    else:
        texts.append(_("Too few of the published results can be pooled to say how much the result differs from place to place."))
    figure, checks = "", []
    if body.combined is not None:
        figure = _together(body, language)
        checks = [check_sentence(check, language) for check in body.combined.checks if check.name in _SAID]
    return {"texts": texts, "figure": figure, "checks": checks}


def predicted(pooled: EffectResult | None) -> tuple[float, float] | None:
    """Both ends of the prediction interval on the scale that is read aloud; None where there is none."""
    if pooled is None:
        return None
    rows = pooled.effects[pooled.effects["kind"] == "prediction"]
    if rows.empty:
        return None
    low, high = float(rows["conf_low"].iloc[0]), float(rows["conf_high"].iloc[0])
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return (math.exp(low), math.exp(high)) if pooled.measure in LOGGED else (low, high)


def next_place_sentence(body: Body, spread: tuple[float, float], language: str) -> str:
    """What the published studies lead one to expect in a place that none of them has seen."""
    _ = translator(language)
    pooled = body.published
    assert pooled is not None
    ratio = pooled.measure in RATIOS
    places = 2 if ratio else shown_decimals((spread[0] + spread[1]) / 2, *spread)
    low, high = (number(value, language, decimals=places, signed=not ratio) for value in spread)
    return _("In a new place the published studies make us expect an average effect between {low} and {high} {unit}.").format(
        low=low, high=high, unit=_unit(body, pooled, language)
    )


def _unit(body: Body, pooled: EffectResult, language: str) -> str:
    _ = translator(language)
    if pooled.measure in STANDARDISED:
        return _("standard deviations (above 0 is better)") if pooled.good == "up" else _("standard deviations")
    if pooled.measure in RATIOS:
        return _("times")
    if pooled.measure == "RD":
        return _("out of 100")
    return str(body.registry.outcomes[body.outcome].fields["unit"][language])


def _null(pooled: EffectResult) -> float:
    return 1.0 if pooled.measure in RATIOS else 0.0


def _together(body: Body, language: str) -> str:
    combined = body.combined
    assert combined is not None
    natural = combined.measure == "MD"
    unit = dict(body.registry.outcomes[body.outcome].fields["unit"]) if natural else None
    return charts.combination_figure(
        combined,
        smallest_important=body.smallest_important if natural else None,
        good=combined.good,
        unit=unit,
        language=language,
        synthetic=body.synthetic,
    )


def own_text(body: Body, language: str) -> str:
    """Our own number with its range, as short as a table wants it; empty where there is none that may be shown."""
    if body.own is None or not body.own.trusted:
        return ""
    finding = body.own.finding
    outcome = body.registry.outcomes[body.outcome]
    unit = str(outcome.fields["unit"][language]) if finding is None else unit_of(finding, body.own.result, language)
    places = int(outcome.fields["decimals"]) if finding is None else decimals_of(finding)
    size, span = shown(body.own.result, language, unit=unit, decimals=places)
    return f"{size} ({span})" if span else size
