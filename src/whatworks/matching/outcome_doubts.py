"""What can be doubted once the outcome is named: what was adjusted for, and how the sample was made."""

from collections.abc import Sequence

from whatworks.core.check import Check
from whatworks.core.samples import MatchedSample
from whatworks.inference import few_clusters
from whatworks.matching.covariate_balance import worst_difference
from whatworks.matching.doubts import balance_reached, unadjusted
from whatworks.matching.rows import Sample


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
    return (*more, *measured_too_late([*sample.covariates, *adjusted_for], outcome, measured_after), *sample.checks)


def measured_too_late(covariates: Sequence[str], outcome: str, measured_after: Sequence[str]) -> tuple[Check, ...]:
    """Whether the outcome, or a column named as measured after treatment, is among the covariates.

    Adjusting for what treatment changes takes part of the effect away (Rosenbaum 1984, Journal of the Royal Statistical Society A
    147:656-666).
    """
    suspects = [name for name in dict.fromkeys(covariates) if name == outcome or name in measured_after]
    if not suspects and not measured_after:
        return ()
    named = ", ".join(map(repr, suspects)) or "none"
    return (
        Check(
            name="outcome_among_covariates",
            passed=not suspects,
            message=f"Covariates that are the outcome, or measured after treatment: {named}. Adjusting for what the treatment "
            "changes takes part of the effect away.",
            statistics={"suspects": float(len(suspects))},
        ),
    )
