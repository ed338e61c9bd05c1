"""What Works Clearinghouse, version 5, group designs: is a study sound, and how far does a body of studies reach?

The logic is applied outside education here; "students" read as citizens and "sites" as services or municipalities.
"""

from dataclasses import dataclass

from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.grading.attrition import Attrition, low_attrition
from whatworks.evidence.grading.rating import Rating, Reason, not_assessable

EQUIVALENT, ADJUSTABLE = 0.05, 0.25
SIGNIFICANT = 0.05
# 350 people and 2 sites: ESSA tiers, What Works Clearinghouse. The share of weight is general knowledge of version 5.
TIER_PEOPLE, TIER_SITES, TIER_WEIGHT = 350, 2, 0.5
# Distances such as 0.30 - 0.05 carry rounding noise; a tie with a limit is within it.
_NOISE = 1e-9

_STUDY = {
    "mwor": (3.0, "Meets standards without reservations", "Opfylder standarden uden forbehold"),
    "mwr": (2.0, "Meets standards with reservations", "Opfylder standarden med forbehold"),
    "dnm": (1.0, "Does not meet standards", "Opfylder ikke standarden"),
    "not_covered": (None, "Not covered by these standards", "Ikke dækket af denne standard"),
}
_TIERS = {
    "tier_1": (5.0, "Tier 1: strong evidence", "Trin 1: stærk evidens"),
    "tier_2": (4.0, "Tier 2: moderate evidence", "Trin 2: moderat evidens"),
    "tier_3": (3.0, "Tier 3: promising evidence", "Trin 3: lovende evidens"),
    "uncertain": (2.0, "Uncertain effects", "Usikker effekt"),
    "negative": (1.0, "Negative effects", "Negativ effekt"),
    "no_rating": (0.0, "No study meets the standards", "Ingen undersøgelser opfylder standarden"),
}


@dataclass(frozen=True, kw_only=True)
class StudyFacts:
    """What the clearinghouse asks of one study. None means: not known.

    Attributes
    ----------
    design : a code of :data:`~whatworks.evidence.designs.DESIGNS`
    attrition : drop-out; asked of randomised studies only
    boundary : ``"cautious"`` or ``"optimistic"``
    baseline : largest absolute standardised difference on a required baseline measure, in the analysed sample
    adjusted : whether the analysis adjusts for it
    confounding_factor, invalid_outcome, compromised : coded judgements
    """

    design: str
    attrition: Attrition | None = None
    boundary: str = "cautious"
    baseline: float | None = None
    adjusted: bool | None = None
    confounding_factor: bool | None = None
    invalid_outcome: bool | None = None
    compromised: bool | None = None


def baseline_equivalence(difference: float, *, adjusted: bool) -> bool:
    """W6. Whether groups that were not made alike by lot are alike enough on the worst required baseline measure.

    Examples
    --------
    >>> baseline_equivalence(0.05, adjusted=False), baseline_equivalence(0.12, adjusted=False)
    (True, False)
    >>> baseline_equivalence(0.25, adjusted=True), baseline_equivalence(0.26, adjusted=True)
    (True, False)
    """
    size = abs(difference)
    return size <= EQUIVALENT + _NOISE or (adjusted and size <= ADJUSTABLE + _NOISE)


def study_rating(facts: StudyFacts) -> Rating:
    """W7. The rating of one study: the first rule that fits decides.

    A confounding factor or an invalid outcome ends it; a randomised study with low attrition needs nothing more; every other
    study needs groups alike at baseline. Regression discontinuities and single cases have standards of their own.

    References
    ----------
    What Works Clearinghouse (2022), Procedures and Standards Handbook, version 5.0, chapters II and IV.

    Examples
    --------
    >>> facts = StudyFacts(design="did", baseline=0.12, adjusted=True, confounding_factor=False, invalid_outcome=False)
    >>> study_rating(facts).value
    'mwr'
    """
    design = DESIGNS[facts.design]
    if not design.clearinghouse:
        return _study(
            "not_covered",
            Reason(code="not_covered", en=f"{design.en} has its own standards", da=f"{design.da} har sin egen standard"),
        )
    if not design.compared:
        return _study("dnm", Reason(code="no_comparison", en="nobody to compare with", da="ingen at sammenligne med"))
    for judged, reason in (
        (
            facts.confounding_factor,
            Reason(
                code="confounded",
                en="another factor falls together with one arm",
                da="en anden faktor falder sammen med den ene gruppe",
            ),
        ),
        (
            facts.invalid_outcome,
            Reason(code="invalid_outcome", en="the outcome is not valid", da="resultatmålet er ikke gyldigt"),
        ),
    ):
        if judged:
            return _study("dnm", reason)
    missing = [name for name in ("confounding_factor", "invalid_outcome") if getattr(facts, name) is None]
    if design.randomised:
        missing += ["compromised"] if facts.compromised is None else []
        missing += ["assigned and analysed numbers"] if facts.attrition is None and not facts.compromised else []
    if missing:
        return not_assessable(missing)
    if (
        design.randomised
        and not facts.compromised
        and facts.attrition
        and low_attrition(facts.attrition, boundary=facts.boundary)
    ):
        return _study(
            "mwor", Reason(code="low_attrition", en="lots were drawn and few left", da="der blev trukket lod, og få faldt fra")
        )
    return _by_baseline(facts)


def finding(g: float | None, p_value: float | None) -> str | None:
    """W10. ``"positive"``, ``"negative"`` or ``"unclear"`` at the two-sided 5 per cent level; None where it is not known."""
    if g is None or p_value is None:
        return None
    return "unclear" if p_value >= SIGNIFICANT or g == 0 else ("positive" if g > 0 else "negative")


def effectiveness(
    *, rated: int, result: str | None, n: float | None, sites: int | None, share_without_reservations: float | None
) -> Rating:
    """W11. The tier of a body of studies on one outcome.

    Parameters
    ----------
    rated : studies that meet standards, with or without reservations
    result : ``finding`` of their mean effect
    n, sites : people, and services or municipalities, in those studies together
    share_without_reservations : share of the weight in the mean effect that lies with studies without reservations

    Examples
    --------
    >>> effectiveness(rated=3, result="positive", n=400, sites=3, share_without_reservations=0.8).value
    'tier_1'
    """
    if rated == 0:
        return _tier(
            "no_rating",
            Reason(code="none_meets", en="no study meets the standards", da="ingen undersøgelser opfylder standarden"),
        )
    if result is None:
        return not_assessable(["effect with a range"])
    if result == "negative":
        return _tier(
            "negative", Reason(code="negative", en="the mean effect is negative", da="den gennemsnitlige effekt er negativ")
        )
    if result == "unclear":
        return _tier(
            "uncertain",
            Reason(code="unclear", en="the mean effect may be chance", da="den gennemsnitlige effekt kan være tilfældig"),
        )
    missing = [name for name, value in (("n", n), ("sites", sites), ("weights", share_without_reservations)) if value is None]
    if n is None or sites is None or share_without_reservations is None:
        return not_assessable(missing)
    if n < TIER_PEOPLE:
        return _tier("tier_3", Reason(code="few_people", en=f"{n:.0f} people, 350 needed", da=f"{n:.0f} personer, 350 kræves"))
    if sites < TIER_SITES:
        return _tier("tier_3", Reason(code="one_site", en="one site, 2 needed", da="ét sted, 2 kræves"))
    share = 100 * share_without_reservations
    said = Reason(
        code="weight_without_reservations",
        en=f"{share:.0f} per cent of the weight is without reservations",
        da=f"{share:.0f} procent af vægten er uden forbehold",
    )
    return _tier("tier_1" if share_without_reservations > TIER_WEIGHT else "tier_2", said)


def _by_baseline(facts: StudyFacts) -> Rating:
    if facts.baseline is None:
        return _study(
            "dnm",
            Reason(code="baseline_missing", en="no baseline difference is reported", da="forskellen ved start er ikke oplyst"),
        )
    if facts.adjusted is None and EQUIVALENT < abs(facts.baseline) <= ADJUSTABLE:
        return not_assessable(["baseline_adjusted"])
    alike = baseline_equivalence(facts.baseline, adjusted=bool(facts.adjusted))
    code = "baseline_alike" if alike else "baseline_differs"
    size = f"{abs(facts.baseline):.2f}"
    said = Reason(
        code=code,
        en=f"the groups differ by {size} standard deviations at baseline",
        da=f"grupperne er {size.replace('.', ',')} standardafvigelser fra hinanden ved start",
    )
    return _study("mwr" if alike else "dnm", said)


def _study(value: str, *reasons: Reason) -> Rating:
    order, en, da = _STUDY[value]
    return Rating(value=value, order=order, label_en=en, label_da=da, reasons=reasons)


def _tier(value: str, *reasons: Reason) -> Rating:
    order, en, da = _TIERS[value]
    return Rating(value=value, order=order, label_en=en, label_da=da, reasons=reasons)
