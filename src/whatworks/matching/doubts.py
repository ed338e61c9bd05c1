"""What can be doubted about a matched comparison, and from where on it is."""

import numpy as np

from whatworks.core.check import Check

# Above a tenth of a standard deviation an imbalance is worth mention: Austin (2009), Statistics in Medicine 28:3083-3107.
BALANCE_LIMIT = 0.10
# The caliper that removes nearly all bias: Austin (2011), Pharmaceutical Statistics 10:150-161.
FAR = 0.2
# One in twenty may be odd before the whole comparison is called so.
ODD_SHARE = 0.05
# Reuse of neighbours that halves what the comparison arm tells.
LEAST_EFFECTIVE_SHARE = 0.5
# Fewer people than this are cases, not an average, however evenly they are used.
LEAST_EFFECTIVE = 20


def people_meant(estimand: str, treated: np.ndarray) -> np.ndarray:
    """True for the people an effect is asked for."""
    return {"ATT": treated, "ATC": ~treated, "ATE": np.ones(len(treated), dtype=bool)}[estimand]


def doubts_of_matching(
    focal: np.ndarray,
    neighbour: np.ndarray,
    treated: np.ndarray,
    weights: np.ndarray,
    scores: np.ndarray | None,
    estimand: str,
) -> tuple[Check, ...]:
    """Checks that need no outcome: who was dropped, common support, far pairs, effective sample size."""
    served = np.zeros(len(treated), dtype=bool)
    served[focal] = True
    checks = [_dropped(served, treated, estimand), common_support(scores, treated, served)]
    if scores is not None:
        checks.append(_far_pairs(np.abs(scores[focal] - scores[neighbour]), float(scores.std(ddof=1))))
    return (*checks, *_effective(treated, weights, estimand))


def neighbours_found(focal: np.ndarray, ratio: int) -> tuple[Check, ...]:
    """Whether everybody compared got as many neighbours as were asked for; nothing is said where one was."""
    if ratio == 1:
        return ()
    short = float((np.unique(focal, return_counts=True)[1] < ratio).mean())
    message = (
        f"{short:.1%} of the people matched have fewer than {ratio} neighbours within the rules (limit {ODD_SHARE:.0%})."
        if short
        else f"Everybody matched has {ratio} neighbours."
    )
    return (
        Check(name="neighbours_short", passed=short <= ODD_SHARE, message=message, statistics={"share": short, "ratio": ratio}),
    )


def doubts_of_strata(
    served: np.ndarray, treated: np.ndarray, weights: np.ndarray, scores: np.ndarray | None, estimand: str
) -> tuple[Check, ...]:
    """Checks that need no outcome, where people are compared stratum by stratum: ``served`` marks those in a stratum with both
    arms; a design without a score says nothing about its support."""
    support = () if scores is None else (common_support(scores, treated, served & people_meant(estimand, treated)),)
    return (_dropped(served, treated, estimand), *support, *_effective(treated, weights, estimand))


def common_support(scores: np.ndarray | None, treated: np.ndarray, served: np.ndarray) -> Check:
    """Whether those the effect is about have scores that the other arm has too."""
    if scores is None:
        return Check(
            name="common_support",
            passed=False,
            message="The covariates separate the arms, so that nobody has a counterpart with the same score.",
            statistics={"share_outside": 1.0},
        )
    outside = np.zeros(len(treated), dtype=bool)
    for arm in (treated, ~treated):
        other = scores[~arm]
        outside[arm] = (scores[arm] < other.min()) | (scores[arm] > other.max())
    share = float(outside[served].mean())
    return Check(
        name="common_support",
        passed=share <= ODD_SHARE,
        message=f"{share:.1%} of the people the effect is about have a score outside the range of the other arm "
        f"(limit {ODD_SHARE:.0%}).",
        statistics={"share_outside": share},
    )


def unadjusted(randomised: bool, adjusted: bool) -> tuple[Check, ...]:
    """A gap between arms as they are is no effect, unless lots were drawn."""
    if randomised:
        return ()
    message = (
        "Nobody was matched; differences between the arms are taken out by the regression alone."
        if adjusted
        else "The arms are compared as they are; nothing is taken into account."
    )
    return (Check(name="unadjusted", passed=None if adjusted else False, message=message),)


def balance_reached(worst: float) -> Check:
    """Whether the arms look alike after matching, in the covariate where they differ most."""
    return Check(
        name="balance",
        passed=bool(worst <= BALANCE_LIMIT),
        message=f"The worst standardised difference after matching is {worst:.3f} (limit {BALANCE_LIMIT:.2f}).",
        statistics={"worst_smd": worst, "limit": BALANCE_LIMIT},
    )


def _dropped(served: np.ndarray, treated: np.ndarray, estimand: str) -> Check:
    wanted = people_meant(estimand, treated)
    dropped = int((wanted & ~served).sum())
    who = {"ATT": "treated people", "ATC": "comparison people", "ATE": "people"}[estimand]
    statistics = {"n_dropped": dropped}
    if estimand == "ATT":
        statistics["n_treated"] = int(treated.sum())
    return Check(
        name="dropped_treated" if estimand == "ATT" else "dropped_rows",
        passed=dropped == 0,
        message=f"{dropped} of {int(wanted.sum())} {who} have no match within the rules and are left out.",
        statistics=statistics,
    )


def _far_pairs(differences: np.ndarray, spread: float) -> Check:
    share = float((differences > FAR * spread).mean())
    return Check(
        name="far_pairs",
        passed=share <= ODD_SHARE,
        message=f"{share:.1%} of the pairs differ by more than {FAR} standard deviations in the score (limit {ODD_SHARE:.0%}).",
        statistics={"share": share},
    )


def _effective(treated: np.ndarray, weights: np.ndarray, estimand: str) -> tuple[Check, ...]:
    """The arm that neighbours come from: how many people its weights amount to."""
    pool = weights[treated] if estimand == "ATC" else weights[~treated]
    used = pool[pool > 0]
    ess = float(used.sum() ** 2 / (used**2).sum())
    return (
        Check(
            name="effective_sample_size",
            passed=ess >= max(LEAST_EFFECTIVE, LEAST_EFFECTIVE_SHARE * len(used)),
            message=f"The {len(used)} people compared with count as {ess:.1f} "
            f"(limit {LEAST_EFFECTIVE_SHARE:.0%} of their number, and {LEAST_EFFECTIVE}).",
            statistics={"ess": ess, "n_comparison": len(used)},
        ),
    )
