"""Who can be compared fairly, and why not: every provider that cannot be carries the reason."""

from dataclasses import dataclass

import numpy as np

from whatworks.benchmarking.citizens import Citizens
from whatworks.core.disclosure import checked_k

REASONS = (
    "too_few_citizens", "few_events", "different_mix", "dominant", "low_baseline", "low_follow_up", "too_few_providers",
)  # fmt: skip
# Fewer providers than this tell too little about how much providers differ.
FEWEST_PROVIDERS = 8
# Documented before the start, and followed up, for at least so many: below it those who are missing decide the answer.
LOWEST_BASELINE, LOWEST_FOLLOW_UP = 0.7, 0.6
# A provider with more than half of all citizens is compared with itself.
LARGEST_SHARE = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Gate:
    """Verdict on each of J providers.

    Attributes
    ----------
    reasons : (J,) reasons parted by "; ", empty for those that can be compared
    comparable : (J,) whether no reason stands against a comparison
    hidden : (J,) whether numbers rest on so few that they must not be published
    difference : (J,) largest standardised difference between the provider's citizens and all others', over the case mix
    """

    reasons: tuple[str, ...]
    comparable: np.ndarray
    hidden: np.ndarray
    difference: np.ndarray


def fair_comparison(citizens: Citizens, *, min_citizens: int, max_difference: float, k: int) -> Gate:
    """Hold every provider against what a fair comparison asks for.

    Parameters
    ----------
    citizens : usable rows
    min_citizens : fewest citizens with a known outcome
    max_difference : largest difference, in standard deviations, between a provider's case mix and everyone else's. Beyond about
        one, adjustment is extrapolation: hardly anyone elsewhere is like the provider's citizens
    k : smallest published count

    References
    ----------
    Rubin (2001), Health Services & Outcomes Research Methodology 2:169-188 (what regression cannot adjust for).
    """
    k = checked_k(k)
    n = np.bincount(citizens.codes, minlength=citizens.count)
    few = _few_events(citizens, k)
    hidden = ((n > 0) & (n < k)) | few
    difference = mix_difference(citizens)
    with np.errstate(divide="ignore", invalid="ignore"):
        baseline, followed = citizens.baseline / citizens.rows, citizens.followed / citizens.baseline
    found = {
        "too_few_citizens": n < min_citizens,
        "few_events": few & (n >= min_citizens),
        "different_mix": difference > max_difference,
        "dominant": n > LARGEST_SHARE * n.sum(),
        "low_baseline": baseline < LOWEST_BASELINE,
        "low_follow_up": ~(followed >= LOWEST_FOLLOW_UP),
        "too_few_providers": np.full(citizens.count, citizens.count < FEWEST_PROVIDERS),
    }
    against = np.column_stack([found[reason] for reason in REASONS])
    # One common verdict for all is looked up once: most providers have none.
    reasons = [
        "; ".join(reason for reason, holds in zip(REASONS, row, strict=True) if holds) if row.any() else "" for row in against
    ]
    return Gate(reasons=tuple(reasons), comparable=np.asarray(~against.any(axis=1)), hidden=hidden, difference=difference)


def _few_events(citizens: Citizens, k: int) -> np.ndarray:
    """Events, or their absence, that tell of fewer than k citizens; none at all tells of nobody."""
    if citizens.family == "linear":
        return np.zeros(citizens.count, dtype=bool)
    return few_events(citizens, citizens.codes, citizens.count, k)


def few_events(citizens: Citizens, groups: np.ndarray, count: int, k: int) -> np.ndarray:
    """The same for any grouping of the rows."""
    with_event = np.bincount(groups, weights=(citizens.y > 0).astype(float), minlength=count)
    without = np.bincount(groups, minlength=count) - with_event
    few = (with_event > 0) & (with_event < k)
    return few | ((without > 0) & (without < k)) if citizens.family == "logistic" else few


def mix_difference(citizens: Citizens) -> np.ndarray:
    """Largest standardised difference of a factor's mean between a provider and everyone else; 0 without a case mix."""
    n = np.bincount(citizens.codes, minlength=citizens.count).astype(float)
    total, worst = float(len(citizens.y)), np.zeros(citizens.count)
    for values in citizens.X.T[1:]:
        own, spread = citizens.sums(values), float(values.std())
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(own / n - (values.sum() - own) / (total - n)) / spread
        worst = np.fmax(worst, np.nan_to_num(apart, nan=0.0, posinf=0.0))
    return worst
