"""GRADE for one outcome and one comparison: where certainty starts, what lowers it, and why."""

from dataclasses import dataclass
from math import ceil, isfinite

from scipy.stats import norm

from whatworks.evidence.grading.inputs import input_words
from whatworks.evidence.grading.rating import Rating, Reason, not_assessable

LEVELS = ("very_low", "low", "moderate", "high")
LABELS = {
    "very_low": ("Very low", "Meget lav"),
    "low": ("Low", "Lav"),
    "moderate": ("Moderate", "Moderat"),
    "high": ("High", "Høj"),
}
# Smallest effect that matters where nobody has set one for the outcome, in standard deviations. Ours.
DEFAULT_SMALLEST = 0.20
# Ours: how much weight at high risk of bias, and how large a shift of the effect without it, lowers certainty.
RISK_SHARE, RISK_SHARE_LARGE, RISK_SHIFT = 0.25, 0.50, 0.25
# British Journal of Sports Medicine criteria for I2; the prediction-interval rule beside it is ours.
I2_SOME, I2_LARGE, FEW_STUDIES = 50.0, 75.0, 3
# Egger's test says nothing with fewer than 10 studies: Sterne et al. (2011), BMJ 343:d4002. Developer share: ours.
EGGER_STUDIES, EGGER_P, DEVELOPER_SHARE = 10, 0.10, 0.50
# Below this share of the optimal information size precision is doubly in doubt. General knowledge.
VERY_SMALL = 0.3
ROBINS_STEPS = {"low": 1, "moderate": 1, "serious": 2, "critical": 3}
LARGE_RR, VERY_LARGE_RR = 2.0, 5.0
_NOISE = 1e-9


@dataclass(frozen=True, kw_only=True)
class GradeFacts:
    """What GRADE asks of a body of studies on one outcome. Effects in standard deviations, above 0 is better. None: not known.

    Attributes
    ----------
    randomised : whether the studies that carry most of the weight are trials
    k, n : studies and people
    estimate, conf_low, conf_high : the pooled effect
    prediction_low, prediction_high : where a new study is expected
    i2 : per cent
    high_risk_share, high_risk_shift : trials: share of weight at high risk of bias; relative change of the effect without it
    bias : other studies: overall ROBINS-I, ``"low"`` to ``"critical"``
    mismatches : elements of the question, of five, that the studies do not match; a coded judgement
    egger_p, developer_share : test of small-study effects; share of weight from studies the developer ran
    smallest_important : the smallest effect that matters
    risk_ratio, dose_response, confounding_weakens : grounds to raise, for other studies than trials
    """

    randomised: bool
    k: int
    n: float | None = None
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    i2: float | None = None
    high_risk_share: float | None = None
    high_risk_shift: float | None = None
    bias: str | None = None
    mismatches: int | None = None
    egger_p: float | None = None
    developer_share: float | None = None
    smallest_important: float = DEFAULT_SMALLEST
    risk_ratio: float | None = None
    dose_response: bool | None = None
    confounding_weakens: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One domain: how many levels it takes away (None where it cannot be assessed), and why."""

    domain: str
    down: int | None
    reason: Reason
    missing: tuple[str, ...] = ()


def optimal_information_size(smallest: float, *, inflation: float = 1.0) -> int:
    """People in all that a trial would need to see the smallest important effect (two-sided 5 per cent, power 80 per cent).

    ``inflation`` is 1 + (m - 1) rho for services with m citizens each.

    Examples
    --------
    >>> [optimal_information_size(size) for size in (0.10, 0.20, 0.50)]
    [3140, 786, 126]
    """
    per_arm = 2 * (norm.ppf(0.975) + norm.ppf(0.80)) ** 2 / smallest**2
    return 2 * ceil(per_arm * inflation - _NOISE)


def risk_of_bias_step(facts: GradeFacts) -> Step:
    """D1. Trials by the weight at high risk and what it moves; other studies by ROBINS-I."""
    if facts.randomised:
        if facts.high_risk_share is None:
            return _unknown("risk_of_bias", "rob2_overall")
        share, shift = facts.high_risk_share, facts.high_risk_shift
        if share > RISK_SHARE_LARGE:
            return _step("risk_of_bias", 2)
        if share <= RISK_SHARE and shift is None and share > 0:
            return _unknown("risk_of_bias", "effect without high-risk studies")
        return _step("risk_of_bias", int(share > RISK_SHARE or (shift or 0.0) >= RISK_SHIFT))
    return _unknown("risk_of_bias", "robins_overall") if facts.bias is None else _step("risk_of_bias", ROBINS_STEPS[facts.bias])


def inconsistency_step(facts: GradeFacts) -> Step:
    """D2. Differences between studies: I2, and whether a new study might point the other way. Fewer than 3: not assessed."""
    if facts.k < FEW_STUDIES:
        return _step("inconsistency", 0, code="few_studies")
    if (
        facts.i2 is None
        or facts.prediction_low is None
        or facts.prediction_high is None
        or facts.conf_low is None
        or facts.conf_high is None
    ):
        return _unknown("inconsistency", "I2 and prediction interval")
    t = facts.smallest_important
    if facts.i2 >= I2_LARGE and facts.prediction_low < -t and facts.prediction_high > t:
        return _step("inconsistency", 2)
    contradicts = facts.prediction_low < 0 < facts.prediction_high and not facts.conf_low <= 0 <= facts.conf_high
    return _step("inconsistency", int(facts.i2 >= I2_SOME or contradicts))


def indirectness_step(facts: GradeFacts) -> Step:
    """D3. Elements of the question that the studies do not match."""
    if facts.mismatches is None:
        return _unknown("indirectness", "match_population, match_method, match_comparator, match_outcome, match_setting")
    return _step("indirectness", min(facts.mismatches, 2))


def imprecision_step(facts: GradeFacts) -> Step:
    """D4. Whether the range crosses 0 or the smallest important effect either way, and whether there are people enough.

    One step where it crosses a threshold or people are too few; two where it holds important effects both ways, or people are
    fewer than 0.3 of the optimal information size. Further thresholds, and so a third step, are not used.
    """
    low, high, t = facts.conf_low, facts.conf_high, facts.smallest_important
    if low is None or high is None or facts.n is None or not (isfinite(low) and isfinite(high)):
        return _unknown("imprecision", "range and number of people")
    crossed = sum(low < threshold < high for threshold in (-t, 0.0, t))
    needed = optimal_information_size(t)
    if low < -t and high > t:
        return _step("imprecision", 2)
    if facts.n < VERY_SMALL * needed:
        return _step("imprecision", 2, code="very_few_people")
    return _step("imprecision", int(crossed > 0 or facts.n < needed), code=None if crossed or facts.n >= needed else "few_people")


def publication_step(facts: GradeFacts) -> Step:
    """D5. Small-study effects where 10 studies or more can show them, and the weight of studies the developer ran."""
    if facts.developer_share is None:
        return _unknown("publication_bias", "developer_involved")
    if facts.k >= EGGER_STUDIES and facts.egger_p is None:
        return _unknown("publication_bias", "Egger's test")
    lopsided = facts.k >= EGGER_STUDIES and facts.egger_p is not None and facts.egger_p < EGGER_P
    return _step("publication_bias", int(lopsided or facts.developer_share > DEVELOPER_SHARE))


def grade_steps(facts: GradeFacts) -> tuple[Step, ...]:
    """D1 to D5 in order, then what raises certainty (negative numbers)."""
    down = (
        risk_of_bias_step(facts),
        inconsistency_step(facts),
        indirectness_step(facts),
        imprecision_step(facts),
        publication_step(facts),
    )
    return (*down, *_raised(facts, down))


def grade(facts: GradeFacts) -> Rating:
    """The certainty of one outcome. Every study starts high; risk of bias pulls non-randomised ones down (the ROBINS-I route).

    References
    ----------
    Guyatt et al. (2011), Journal of Clinical Epidemiology 64:383-394; Schunemann et al. (2019), 111:105-114 (GRADE 18).

    Examples
    --------
    >>> facts = GradeFacts(randomised=True, k=12, n=1500, conf_low=0.20, conf_high=0.40, prediction_low=0.05,
    ...                    prediction_high=0.55, i2=30, high_risk_share=0.1, high_risk_shift=0.05, mismatches=0,
    ...                    egger_p=0.4, developer_share=0.2)
    >>> grade(facts).value
    'high'
    """
    if facts.k == 0:
        return not_assessable(["a study"])
    steps = grade_steps(facts)
    missing = [name for step in steps for name in step.missing]
    reasons = tuple(step.reason for step in steps if step.down != 0 or step.reason.code == "few_studies")
    if missing:
        return not_assessable(
            missing, *(reason for step, reason in zip(steps, (s.reason for s in steps), strict=True) if step.down)
        )
    order = min(4, max(1, 4 - sum(step.down or 0 for step in steps)))
    value = LEVELS[order - 1]
    return Rating(value=value, order=order, label_en=LABELS[value][0], label_da=LABELS[value][1], reasons=reasons)


def _raised(facts: GradeFacts, down: tuple[Step, ...]) -> tuple[Step, ...]:
    """U1 to U3, for other studies than trials, where nothing but the step every such study takes has lowered certainty."""
    if facts.randomised or down[0].down != 1 or any(step.down != 0 for step in down[1:]):
        return ()
    steps = []
    if facts.risk_ratio is not None:
        size = max(facts.risk_ratio, 1 / facts.risk_ratio)
        if size > LARGE_RR:
            steps.append(_step("large_effect", -2 if size > VERY_LARGE_RR else -1))
    if facts.dose_response:
        steps.append(_step("dose_response", -1))
    if facts.confounding_weakens:
        steps.append(_step("confounding_weakens", -1))
    return tuple(steps)


_SAID = {
    "risk_of_bias": ("the studies are at risk of bias", "undersøgelserne har risiko for skævhed"),
    "inconsistency": ("the studies disagree", "undersøgelserne peger i forskellige retninger"),
    "few_studies": ("too few studies to tell whether they disagree", "for få undersøgelser til at se, om de er uenige"),
    "indirectness": ("the studies are not about quite our question", "undersøgelserne handler ikke helt om vores spørgsmål"),
    "imprecision": ("the range is wide", "intervallet er bredt"),
    "few_people": ("there are too few citizens in the studies", "der er for få borgere i undersøgelserne"),
    "very_few_people": ("there are far too few citizens in the studies", "der er alt for få borgere i undersøgelserne"),
    "publication_bias": (
        "small or developer-run studies dominate",
        "små undersøgelser eller undersøgelser lavet af metodens egne udviklere fylder mest",
    ),
    "large_effect": ("the effect is large", "effekten er stor"),
    "dose_response": ("a larger dose gives a larger effect", "en større dosis giver en større effekt"),
    "confounding_weakens": ("what is left of confounding would hide an effect", "resterende forskelle ville skjule en effekt"),
}


def _step(domain: str, down: int, *, code: str | None = None) -> Step:
    said = code or domain
    en, da = _SAID[said]
    change = f" ({-down:+d})" if down else ""
    return Step(domain=domain, down=down, reason=Reason(code=said, en=en + change, da=da + change.replace("-", "−")))


def _unknown(domain: str, missing: str) -> Step:
    en, da = input_words([missing])
    said = Reason(code=domain, en=f"not known: {en}", da=f"ikke oplyst: {da}")
    return Step(domain=domain, down=None, reason=said, missing=(missing,))
