"""What could make a comparison of providers wrong or unfair, and whether it does."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from whatworks.core import Check

if TYPE_CHECKING:
    from whatworks.benchmarking.compare import Comparison

# Where chance alone gives less than 5 expected events or variance, limits by the normal distribution are rough.
FEWEST_EXPECTED = 5.0
# Beyond this much extra variation the case mix misses something: Spiegelhalter (2005) advises to look for why before judging.
LARGEST_PHI = 2.0


def comparison_checks(found: "Comparison", rows: pd.DataFrame, *, dropped: int) -> tuple[Check, ...]:
    """Checks in the order in which a reader needs them."""
    checks = [_dropped_rows(dropped), _fair_comparison(found)]
    if found.gate.comparable.sum() > 1:
        checks += [_overdispersion(found), _chance_alarms(rows)]
        if found.citizens.family != "linear":
            checks.append(_small_expected(found))
    return tuple(checks)


def _dropped_rows(dropped: int) -> Check:
    message = f"{dropped} rows lack the outcome or a factor of the case mix and were left out."
    return Check(name="dropped_rows", passed=dropped == 0, message=message, statistics={"n_dropped": dropped})


def _fair_comparison(found: "Comparison") -> Check:
    comparable, total = int(found.gate.comparable.sum()), found.citizens.count
    message = f"{total - comparable} of {total} providers cannot be compared; each row says why."
    statistics = {"comparable": comparable, "providers": total, "left": total - comparable}
    return Check(name="fair_comparison", passed=comparable == total, message=message, statistics=statistics)


def _overdispersion(found: "Comparison") -> Check:
    message = f"Providers vary {found.phi:.1f} times as much as chance gives (Winsorised; limit {LARGEST_PHI:.0f})."
    statistics = {"phi": found.phi, "limit": LARGEST_PHI}
    return Check(name="overdispersion", passed=bool(found.phi <= LARGEST_PHI), message=message, statistics=statistics)


def _chance_alarms(rows: pd.DataFrame) -> Check:
    """Among many providers some lie outside the inner funnel by chance; that many are no finding."""
    providers = rows[(rows["level"] == "provider") & rows["comparable"]]
    outside = int(providers["place"].isin(["outside_95", "outside_998"]).sum())
    by_chance = 0.05 * len(providers)
    message = (
        f"{outside} of {len(providers)} providers lie outside the 95 per cent funnel; about {by_chance:.1f} would by chance."
    )
    statistics = {"outside": outside, "by_chance": by_chance, "providers": len(providers)}
    # None outside is no alarm at all, so nothing can be a false one.
    passed = None if outside and outside <= 2 * by_chance else True
    return Check(name="chance_alarms", passed=passed, message=message, statistics=statistics)


def _small_expected(found: "Comparison") -> Check:
    fair = found.gate.comparable
    small = int((np.minimum(found.standardised.expected, found.standardised.variance)[fair] < FEWEST_EXPECTED).sum())
    message = f"{small} of {int(fair.sum())} providers would be expected to have fewer than 5 events; their limits are rough."
    return Check(
        name="small_expected", passed=small == 0, message=message, statistics={"small": small, "providers": int(fair.sum())}
    )
