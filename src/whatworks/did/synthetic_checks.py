"""Doubts of a synthetic comparison: how well it fitted before the start, and whether it hangs on one unit."""

import numpy as np

from whatworks.core.check import Check

# The What Works Clearinghouse lets adjustment repair baseline differences up to this many standard deviations (Standards
# Handbook, version 4.1, section II.C).
_WORST_FIT = 0.25


def synthetic_fit(rmspe: float, spread: float) -> Check:
    """Whether the synthetic comparison ran with the treated before the start.

    Parameters
    ----------
    rmspe : root mean squared distance before the start, in units of the outcome
    spread : standard deviation of the comparison units' outcomes, in the same unit
    """
    share = rmspe / spread if spread > 0 else float("nan")
    return Check(
        name="synthetic_fit",
        passed=bool(share <= _WORST_FIT) if spread > 0 else None,
        message=(
            f"Before the start the treated are on average {share:.2f} standard deviations of the comparison units' outcomes away "
            f"from their synthetic comparison (limit {_WORST_FIT:.2f})."
        ),
        statistics={"rmspe": rmspe, "share": share, "limit": _WORST_FIT},
    )


def leave_one_donor_out(estimate: float, without: np.ndarray) -> Check:
    """Whether the effect keeps its sign without each comparison unit that has weight.

    Parameters
    ----------
    estimate : with all of them, in units of the outcome
    without : (donors,) without each in turn
    """
    turned = int((np.sign(without) != np.sign(estimate)).sum())
    return Check(
        name="leave_one_donor_out",
        passed=turned == 0,
        message=(
            f"Without one comparison unit at a time the effect lies between {without.min():.4g} and {without.max():.4g}; "
            f"leaving out {turned} of {len(without)} turns its sign."
        ),
        statistics={"low": float(without.min()), "high": float(without.max()), "turned": float(turned)},
    )
