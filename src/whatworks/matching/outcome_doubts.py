"""What can be doubted once the outcome is named: what was adjusted for, and how the sample was made."""

from collections.abc import Sequence

import pandas as pd

from whatworks.core.check import Check
from whatworks.core.samples import MatchedSample
from whatworks.inference import few_clusters
from whatworks.matching.covariate_balance import worst_difference
from whatworks.matching.doubts import balance_reached, unadjusted
from whatworks.matching.rows import Sample
from whatworks.matching.suspects import suspect_covariates


def doubts_of_estimate(
    sample: Sample, *, outcome: str, adjusted_for: Sequence[str], measured_after: Sequence[str], clusters: int | None
) -> tuple[Check, ...]:
    """Balance where the sample does not already carry it, clusters, covariates that the treatment may have changed.

    Parameters
    ----------
    clusters : how many the standard error rests on; None where no column of clusters was named
    """
    more: list[Check] = []
    if sample.call["method"] == "unmatched" and isinstance(sample, MatchedSample):
        more.extend(unadjusted(sample.call["randomised"], bool(adjusted_for)))
    elif all(check.name != "balance" for check in sample.checks):
        more.append(balance_reached(worst_difference(sample)))
    if clusters is not None:
        more.append(few_clusters(clusters))
    late = measured_too_late(sample.data, [*sample.covariates, *adjusted_for], outcome, measured_after)
    return (*more, *late, *sample.checks)


def measured_too_late(
    df: pd.DataFrame, covariates: Sequence[str], outcome: str, measured_after: Sequence[str]
) -> tuple[Check, ...]:
    """Whether a covariate is the outcome, or measured after treatment, or looks so; nothing where nothing speaks for it."""
    check = suspect_covariates(df, covariates, outcome=outcome, measured_after=measured_after)
    return () if check is None else (check,)
