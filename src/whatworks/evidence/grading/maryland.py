"""The Maryland Scientific Methods Scale, in the version of the What Works Centre for Local Economic Growth."""

from dataclasses import dataclass

from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.grading.rating import Rating, Reason, not_assessable

# Marked [P] below: our own cut-offs where the scale names a condition and no number.
RCT_BALANCE = 0.25  # absolute standardised difference
MATCHED_BALANCE = 0.10  # [P]
PRETREND_P, PRETREND_GAP = 0.05, 0.10  # [P] test level; largest gap before start in standard deviations
FIRST_STAGE_F = 10.0  # [P]
DENSITY_P = 0.05
_NOISE = 1e-9
_TRENDED = ("did", "event_study")
# What a study becomes when its conditions fail: the level of the design beneath it.
_FALLBACK = {5: 3, 4: 3, 3: 2, 2: 1, 1: 1}


@dataclass(frozen=True, kw_only=True)
class ScaleFacts:
    """What the scale asks of one study. None means: not known.

    Attributes
    ----------
    design : a code of :data:`~whatworks.evidence.designs.DESIGNS`
    conditions : the coded judgement ``design_conditions``: ``"met"``, ``"fails_mildly"`` or ``"not_met"``
    low_attrition : for trials
    balance : worst absolute standardised difference at baseline; after weighting for matched studies
    pretrend_p, pretrend_gap : test of differing trends before start, and the largest gap in standard deviations
    first_stage_f : for instrumental variables
    density_p : test of manipulation at the threshold, for regression discontinuities
    """

    design: str
    conditions: str | None = None
    low_attrition: bool | None = None
    balance: float | None = None
    pretrend_p: float | None = None
    pretrend_gap: float | None = None
    first_stage_f: float | None = None
    density_p: float | None = None


def maryland_level(facts: ScaleFacts) -> Rating:
    """The level of one study, 1 to 5: the ceiling of its design, lowered when a condition of the design fails.

    A trial that fails one condition mildly scores 4 (ours), else 3; other designs fall to the level beneath them. A trial that
    is not met falls to a quasi-experiment with the same data.

    References
    ----------
    What Works Centre for Local Economic Growth (2016), Guide to scoring methods using the Maryland Scientific Methods Scale.

    Examples
    --------
    >>> found = maryland_level(ScaleFacts(design="did", conditions="met", pretrend_p=0.01, pretrend_gap=0.04))
    >>> found.value, found.reasons[0].en
    ('2', 'design ceiling 3, achieved 2: trends before start differ (p = 0.01)')
    """
    design = DESIGNS[facts.design]
    ceiling = design.maryland
    if ceiling is None:
        said = Reason(code="not_scoreable", en=f"{design.en} cannot be scored", da=f"{design.da} kan ikke scores")
        return Rating(value="not_scoreable", order=None, label_en="Not scoreable", label_da="Kan ikke bedømmes", reasons=(said,))
    if ceiling == 1:
        return _level(1, 1, None)
    failed = _failed(facts)
    if failed is not None:
        mild = ceiling == 5 and facts.conditions == "fails_mildly" and failed.code == "conditions"
        return _level(ceiling, 4 if mild else _FALLBACK[ceiling], failed)
    missing = _missing(facts)
    if missing:
        return not_assessable(missing)
    return _level(ceiling, ceiling, None)


def _failed(facts: ScaleFacts) -> Reason | None:
    """The first condition that is known to fail."""
    design = DESIGNS[facts.design]
    if facts.conditions == "not_met" or (facts.conditions == "fails_mildly"):
        return Reason(
            code="conditions", en="the conditions of the design are not all met", da="ikke alle designets betingelser er opfyldt"
        )
    if design.randomised and facts.low_attrition is False:
        return Reason(code="attrition", en="too many left", da="for mange faldt fra")
    limit = RCT_BALANCE if design.randomised else MATCHED_BALANCE if facts.design == "matching" else None
    if limit is not None and facts.balance is not None and abs(facts.balance) > limit + _NOISE:
        return Reason(code="balance", en="the groups differ at baseline", da="grupperne er forskellige ved start")
    if facts.design in _TRENDED:
        if facts.pretrend_p is not None and facts.pretrend_p <= PRETREND_P:
            p = f"{facts.pretrend_p:.2g}"
            return Reason(
                code="pretrend",
                en=f"trends before start differ (p = {p})",
                da=f"udviklingen før start er forskellig (p = {p.replace('.', ',')})",
            )
        if facts.pretrend_gap is not None and abs(facts.pretrend_gap) >= PRETREND_GAP:
            return Reason(code="pretrend_gap", en="the gap before start is too large", da="afstanden før start er for stor")
    if facts.design == "iv" and facts.first_stage_f is not None and facts.first_stage_f < FIRST_STAGE_F:
        return Reason(code="weak_instrument", en="the instrument is weak", da="instrumentet er svagt")
    if facts.design == "rdd" and facts.density_p is not None and facts.density_p <= DENSITY_P:
        return Reason(
            code="manipulation", en="people may have sorted at the threshold", da="nogen kan have flyttet sig hen over grænsen"
        )
    return None


def _missing(facts: ScaleFacts) -> list[str]:
    """Inputs that the ceiling of the design needs and nobody gave."""
    design = DESIGNS[facts.design]
    needed: dict[str, object] = {"design_conditions": facts.conditions}
    if design.randomised:
        needed |= {"assigned and analysed numbers": facts.low_attrition, "balance_smd": facts.balance}
    if facts.design == "matching":
        needed["balance_smd"] = facts.balance
    if facts.design in _TRENDED:
        needed |= {"pretrend_p": facts.pretrend_p, "pretrend_gap": facts.pretrend_gap}
    if facts.design == "iv":
        needed["first_stage_f"] = facts.first_stage_f
    if facts.design == "rdd":
        needed["density_p"] = facts.density_p
    return [name for name, value in needed.items() if value is None]


def _level(ceiling: int, achieved: int, why: Reason | None) -> Rating:
    en, da = f"design ceiling {ceiling}, achieved {achieved}", f"designet kan højst nå {ceiling}, nåede {achieved}"
    said = Reason(
        code="ceiling" if why is None else why.code,
        en=en if why is None else f"{en}: {why.en}",
        da=da if why is None else f"{da}: {why.da}",
    )
    return Rating(
        value=str(achieved),
        order=achieved,
        label_en=f"Level {achieved} of 5",
        label_da=f"Niveau {achieved} af 5",
        reasons=(said,),
    )
