"""What is known of one outcome: a range in which above 0 is better, how sure, and what difference matters."""

from dataclasses import dataclass
from math import isfinite

from whatworks.core import EffectResult
from whatworks.core.errors import InvalidEffect
from whatworks.core.measures import PLAIN_RATIOS
from whatworks.core.options import one_of
from whatworks.evidence.grading.grade import LEVELS


@dataclass(frozen=True, kw_only=True)
class OutcomeEvidence:
    """What is known of one outcome.

    Attributes
    ----------
    outcome : its code
    conf_low, conf_high : the range of the effect, above 0 is better; None where there is none
    certainty : ``"high"``, ``"moderate"``, ``"low"``, ``"very_low"``; None where nobody has assessed it
    smallest_important : the smallest effect that matters, in the unit of the range, above 0; None where nobody has set one: then
        nothing can be called large enough to matter, nor too small
    studies : how many; 0 is no study
    critical : whether the headline rests on it
    probability_better : probability that the effect is above 0, where one was computed

    Examples
    --------
    >>> known = OutcomeEvidence(outcome="who5", conf_low=2.0, conf_high=8.0, certainty="moderate", smallest_important=1.0)
    >>> known.studies, known.critical
    (1, True)
    """

    outcome: str
    conf_low: float | None
    conf_high: float | None
    certainty: str | None
    smallest_important: float | None
    studies: int = 1
    critical: bool = True
    probability_better: float | None = None

    def __post_init__(self) -> None:
        if self.certainty is not None:
            one_of(self.certainty, LEVELS, name="certainty")
        if self.smallest_important is not None and not self.smallest_important > 0:
            raise InvalidEffect(f"{self.outcome[:80]}: smallest_important is {self.smallest_important:g}; it must be above 0.")
        if self.known and not self.low <= self.high:
            raise InvalidEffect(f"{self.outcome[:80]}: conf_low {self.low:g} is above conf_high {self.high:g}.")
        if self.probability_better is not None and not 0 <= self.probability_better <= 1:
            raise InvalidEffect(f"{self.outcome[:80]}: probability_better is {self.probability_better:g}; it lies from 0 to 1.")

    @property
    def known(self) -> bool:
        """Whether there is a range."""
        return None not in (self.conf_low, self.conf_high) and isfinite(self.low) and isfinite(self.high)

    @property
    def low(self) -> float:
        """The low end, or minus infinity where there is none."""
        return float("-inf") if self.conf_low is None else self.conf_low

    @property
    def high(self) -> float:
        """The high end, or infinity where there is none."""
        return float("inf") if self.conf_high is None else self.conf_high

    @property
    def large(self) -> bool:
        """Whether even the low end is above half of what matters."""
        return self.smallest_important is not None and self.low > self.smallest_important / 2

    @property
    def held(self) -> bool:
        """Whether any loss is smaller than what matters."""
        return self.smallest_important is not None and self.low > -self.smallest_important

    @property
    def inside(self) -> bool:
        """Whether any difference, either way, is smaller than what matters."""
        return self.held and self.smallest_important is not None and self.high < self.smallest_important

    @property
    def level(self) -> int:
        """Certainty from 1 (very low) to 4 (high); 0 where nobody assessed it or nothing is known."""
        return LEVELS.index(self.certainty) + 1 if self.certainty is not None and self.studies > 0 and self.known else 0


def outcome_evidence(
    result: EffectResult,
    *,
    outcome: str,
    certainty: str | None,
    smallest_important: float | None,
    studies: int = 1,
    critical: bool = True,
    probability_better: float | None = None,
) -> OutcomeEvidence:
    """Read an effect so that above 0 is better.

    Parameters
    ----------
    result : an effect with a known direction of good; a difference, or the logarithm of a ratio
    outcome, certainty, smallest_important, studies, critical, probability_better : see :class:`OutcomeEvidence`

    Returns
    -------
    :class:`OutcomeEvidence`, its range turned so that above 0 is better.

    Raises
    ------
    InvalidEffect
        If the direction of good is not known, or the effect is a ratio.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [-2.0], "std_error": [0.5],
    ...                         "conf_low": [-3.0], "conf_high": [-1.0], "p_value": [0.0]})
    >>> fewer = ww.EffectResult(method="example", estimand="ATT", measure="MD", unit="days", good="down", effects=effects,
    ...                         provenance=ww.Provenance(data_fingerprint="0"))
    >>> read = outcome_evidence(fewer, outcome="days_of_absence", certainty=None, smallest_important=None)
    >>> read.conf_low, read.conf_high
    (1.0, 3.0)
    """
    if result.good is None:
        raise InvalidEffect(f"{result.method}: which direction is good is not known, so no verdict can be given. Set good.")
    if result.measure in PLAIN_RATIOS:
        raise InvalidEffect(f"{result.method}: the effect is a ratio ({result.measure}); a verdict needs its logarithm.")
    low, high = float(result.headline.conf_low), float(result.headline.conf_high)
    if result.good == "down":
        low, high = -high, -low
    return OutcomeEvidence(
        outcome=outcome,
        conf_low=low if isfinite(low) else None,
        conf_high=high if isfinite(high) else None,
        certainty=certainty,
        smallest_important=smallest_important,
        studies=studies,
        critical=critical,
        probability_better=probability_better,
    )
