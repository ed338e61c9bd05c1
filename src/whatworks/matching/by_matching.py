"""The matching estimator with Abadie and Imbens' variances, from a sample made with replacement."""

import numpy as np

from whatworks.core.samples import MatchedSample
from whatworks.matching.abadie_imbens import Matches, matching_effect
from whatworks.matching.encoding import arms, encode, sampling_weights
from whatworks.matching.pairing import coordinates
from whatworks.matching.rows import outcome_of, pair_rows, refuse_gaps


def difference_by_matching(
    sample: MatchedSample, outcome: str, names: list[str], *, robust: bool, bias_adjust: bool
) -> tuple[float, float]:
    """Effect and standard error; see :func:`~whatworks.matching.abadie_imbens.matching_effect`.

    Parameters
    ----------
    names : covariates of the bias adjustment; those matched on where there are none
    robust : whether the spread of the outcome may differ between people; their neighbours in the own arm tell it
    """
    focal, neighbour = pair_rows(sample)
    treated = arms(sample.data, sample.treatment)
    known = np.ones(len(treated), dtype=bool) if robust else sample.weights.to_numpy(dtype=float) > 0
    refuse_gaps(sample, known, [outcome])
    matches = Matches(
        y=outcome_of(sample, outcome, known),
        treated=treated,
        base=sampling_weights(sample.data, sample.call.get("weights")),
        focal=focal,
        neighbour=neighbour,
        share=sample.pairs["weight"].to_numpy(),
    )
    adjust = encode(sample.data, names or sample.covariates).matrix if bias_adjust else None
    where, tolerance = None, sample.call["tie_tolerance"]
    if robust:
        if sample.call["ties"] == "first":
            # There the tolerance is one of distance, here one of its square.
            tolerance = tolerance**2
        scores = None if sample.propensity is None else sample.propensity.to_numpy()
        positions, unit = coordinates(sample.data, {**sample.call, "ties": "average"}, treated, scores)
        where = positions / unit
    return matching_effect(matches, adjust, where, tolerance)
