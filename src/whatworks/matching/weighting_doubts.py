"""What can be doubted about a weighted comparison before any outcome is read."""

import numpy as np

from whatworks.core.check import Check
from whatworks.matching.covariate_balance import worst_in
from whatworks.matching.doubts import (
    LEAST_EFFECTIVE,
    LEAST_EFFECTIVE_SHARE,
    ODD_SHARE,
    balance_reached,
    common_support,
)
from whatworks.matching.encoding import Encoded

# One person who makes up more than this of an arm's average is a case, not an average.
LARGEST_SHARE = 0.05


def doubts_of_weighting(
    encoded: Encoded,
    treated: np.ndarray,
    base: np.ndarray,
    weights: np.ndarray,
    scores: np.ndarray | None,
    *,
    estimand: str,
) -> tuple[Check, ...]:
    """Checks of balance, common support, effective sample size and extreme weights.

    Parameters
    ----------
    encoded : the covariates
    treated, base, weights : (n,) arm, sampling weights, weights reached
    scores : (n,) or None where each arm has a tilt of its own; then support is looked at covariate by covariate
    estimand : whom the effect is about
    """
    used = (weights > 0) & {"ATT": treated, "ATC": ~treated}.get(estimand, True)
    support = _support_by_covariate(encoded.matrix, treated, used) if scores is None else common_support(scores, treated, used)
    return (
        balance_reached(worst_in(encoded, treated, base, weights)),
        support,
        _effective(treated, weights),
        _extreme(treated, weights),
    )


def _support_by_covariate(X: np.ndarray, treated: np.ndarray, used: np.ndarray) -> Check:
    outside = np.zeros(len(X), dtype=bool)
    for arm in (treated, ~treated):
        low, high = X[~arm].min(axis=0), X[~arm].max(axis=0)
        outside[arm] = ((X[arm] < low) | (X[arm] > high)).any(axis=1)
    share = float(outside[used].mean())
    return Check(
        name="common_support",
        passed=share <= ODD_SHARE,
        message=f"{share:.1%} of the people the effect is about lie, in at least one covariate, outside the range of the other "
        f"arm (limit {ODD_SHARE:.0%}).",
        statistics={"share_outside": share},
    )


def _effective(treated: np.ndarray, weights: np.ndarray) -> Check:
    """The arm whose number of people shrinks most when weights count."""
    arms = []
    for arm in (treated, ~treated):
        used = weights[arm & (weights > 0)]
        arms.append((float(used.sum() ** 2 / (used @ used)), len(used)))
    ess, count = min(arms, key=lambda arm: arm[0] / arm[1])
    return Check(
        name="effective_sample_size",
        passed=ess >= max(LEAST_EFFECTIVE, LEAST_EFFECTIVE_SHARE * count),
        message=f"The {count} people of the arm weighted most unevenly count as {ess:.1f} "
        f"(limit {LEAST_EFFECTIVE_SHARE:.0%} of their number, and {LEAST_EFFECTIVE}).",
        statistics={"ess": ess, "n_comparison": count},
    )


def _extreme(treated: np.ndarray, weights: np.ndarray) -> Check:
    largest = max(float(weights[arm].max() / weights[arm].sum()) for arm in (treated, ~treated))
    return Check(
        name="extreme_weights",
        passed=largest <= LARGEST_SHARE,
        message=f"The person weighted most makes up {largest:.1%} of an arm's average (limit {LARGEST_SHARE:.0%}).",
        statistics={"largest_share": largest, "limit": LARGEST_SHARE},
    )


def trimmed_people(touched: np.ndarray, meant: np.ndarray, *, capped: bool) -> Check:
    """Whom a rule about scores or weights has touched: the answer is about other people where it left out some of those meant,
    and the arms are less alike where it capped weights."""
    count, of_those = int(touched.sum()), int((touched & meant).sum())
    what = "have their weight capped" if capped else "are left out by their score"
    return Check(
        name="trimmed",
        passed=(count if capped else of_those) == 0,
        message=f"{count} of {len(touched)} people {what}, of them {of_those} of those the effect was asked for; the answer is "
        "not about exactly those.",
        statistics={"n_trimmed": count, "n_trimmed_meant": of_those, "n": len(touched)},
    )
