"""Doubts that every difference-in-differences answer carries, by the names the findings room knows."""

from collections.abc import Mapping

import numpy as np

from whatworks.core.check import Check

# Smaller cells are blinded when published, and their standard errors rest on a handful of units.
SMALL_CELL = 5


def dropped_rows(n_dropped: int, n_rows: int, always_treated: int = 0) -> Check:
    """Rows no estimate rests on."""
    why = f", or treated from the first time on ({always_treated} units)" if always_treated else ""
    return Check(
        name="dropped_rows",
        passed=n_dropped == 0,
        message=f"{n_dropped} of {n_rows} rows could not be used: a value missing, or nobody untreated then{why}.",
        statistics={"n_dropped": float(n_dropped)},
    )


def small_cells(n_treated: np.ndarray, n_comparison: np.ndarray) -> Check:
    """Estimated cells with very few units."""
    small = int((np.minimum(n_treated, n_comparison) < SMALL_CELL).sum())
    return Check(
        name="small_cells",
        passed=small == 0,
        message=f"{small} of {len(n_treated)} estimated cells have fewer than {SMALL_CELL} treated or comparison units.",
        statistics={"cells": float(small)},
    )


def unestimated_cells(reasons: Mapping[str, str], cells: int) -> Check:
    """Cells without an answer, and why."""
    grouped: dict[str, list[str]] = {}
    for term, reason in reasons.items():
        grouped.setdefault(reason, []).append(term)
    why = " ".join(f"{', '.join(terms)}: {reason.rstrip('.')}." for reason, terms in grouped.items())
    return Check(
        name="unestimated_cells",
        passed=not reasons,
        message=f"{len(reasons)} of {cells} cells have no estimate and are left out of averages. {why}".strip(),
        statistics={"cells": float(len(reasons))},
    )


def overlap(units: int) -> Check:
    """Units that nobody of the other arm resembles."""
    return Check(
        name="overlap",
        passed=units == 0,
        message=f"{units} units are so surely treated (probability at or above 0.995) that no comparison unit is like them.",
        statistics={"units": float(units)},
    )


def cohorts_of_one_cluster(alone: int, cohorts: int) -> Check:
    """Cohorts whose treated units share one cluster, so that nothing tells how they would differ from another such cluster."""
    return Check(
        name="cohorts_of_one_cluster",
        passed=alone == 0,
        message=f"{alone} of {cohorts} treated cohorts lie in one cluster each: their standard errors hold only the spread of "
        "the comparison units and are too small. Compare with ww.did.conley_taber or ww.did.randomisation_test.",
        statistics={"cohorts": float(alone)},
    )


def collinear_covariates(lost: Mapping[str, int]) -> Check:
    """Covariates left out where they add nothing."""
    named = ", ".join(f"{name} in {cells} cells" for name, cells in lost.items())
    return Check(
        name="collinear_covariates",
        passed=False,
        message=f"Left out because constant or a combination of the covariates before: {named}.",
        statistics={"covariates": float(len(lost)), "cells": float(max(lost.values()))},
    )


def no_never_treated() -> Check:
    """Everybody starts at some time."""
    return Check(
        name="no_never_treated",
        passed=False,
        message="No unit is never treated: effects are estimated only until the last cohort starts, and not for that cohort.",
    )


def forbidden_comparisons(share: float) -> Check:
    """Weight that a two-way regression gives to comparisons with units that are already treated."""
    # Up to a twentieth, such a comparison must be off by the size of the effect to move the estimate by 5 per cent.
    limit = 0.05
    return Check(
        name="forbidden_comparisons",
        passed=share <= limit,
        message=f"{share:.0%} of the two-way estimate's weight compares with units that are already treated (limit {limit:.0%}).",
        statistics={"share": share, "limit": limit},
    )
