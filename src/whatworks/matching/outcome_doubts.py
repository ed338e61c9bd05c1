"""What can be doubted once the outcome is named: how the sample was made, what was adjusted for, what the error rests on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.samples import MatchedSample
from whatworks.inference import few_clusters, few_treated_clusters
from whatworks.matching.covariate_balance import worst_difference
from whatworks.matching.doubts import balance_reached, unadjusted
from whatworks.matching.encoding import arms
from whatworks.matching.inputs import Sample
from whatworks.matching.suspects import suspect_covariates


def doubts_of_estimate(
    sample: Sample,
    *,
    outcome: str,
    adjusted_for: Sequence[str],
    measured_after: Sequence[str] = (),
    clusters: tuple[Check, ...] = (),
) -> tuple[Check, ...]:
    """Doubts about the design, the clusters that a standard error rests on, and covariates that treatment may have changed."""
    late = suspect_covariates(sample.data, [*sample.covariates, *adjusted_for], outcome=outcome, measured_after=measured_after)
    return (*doubts_of_design(sample, adjusted=bool(adjusted_for)), *clusters, *late, *sample.checks)


def cluster_doubts(sample: Sample, kind: str, cluster: str | None) -> tuple[Check, ...]:
    """Whether a standard error rests on clusters enough: of the column named, else strata where these are taken for clusters."""
    used = sample.weights.to_numpy(dtype=float) > 0
    if cluster is not None:
        return of_clusters(sample.data.loc[used, cluster], arms(sample.data, sample.treatment)[used])
    if kind == "cluster" and isinstance(sample, MatchedSample) and len(sample.pairs) == 0:
        return (few_clusters(int(sample.subclass.nunique())),)
    return ()


def of_clusters(column: pd.Series, treated: np.ndarray) -> tuple[Check, ...]:
    """The same for a column without gaps and the arms beside it."""
    return few_clusters(int(column.nunique())), few_treated_clusters(int(column[treated].nunique()))


def doubts_of_design(sample: Sample, *, adjusted: bool) -> tuple[Check, ...]:
    """Balance where the sample does not already carry it; for people who were not matched, that they were not."""
    if sample.call["method"] == "unmatched" and isinstance(sample, MatchedSample):
        return unadjusted(sample.call["randomised"], adjusted)
    if any(check.name == "balance" for check in sample.checks):
        return ()
    return (balance_reached(worst_difference(sample)),)
