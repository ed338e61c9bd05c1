"""What is doubtful about a matched sample follows it into every result made on it, in whatever room."""

from collections.abc import Sequence
from dataclasses import replace

from whatworks.core.check import Check
from whatworks.core.columns import as_list, require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.matching.inputs import require_sample
from whatworks.matching.outcome_doubts import doubts_of_design
from whatworks.matching.placebos import placebo as placebo_test
from whatworks.matching.suspects import suspect_covariates


def with_doubts(
    result: EffectResult,
    sample: MatchedSample | WeightedSample,
    *,
    placebo: str | Sequence[str] = (),
    measured_after: str | Sequence[str] = (),
) -> EffectResult:
    """The same effect, with the doubts about the matching it rests on.

    Other rooms take the people and weights of a sample and cannot know how it was made; :func:`~whatworks.matching.estimate`
    carries these checks by itself.

    Parameters
    ----------
    result : of another room, made on the people of the sample with its weights, e.g. of ``did.two_by_two``
    sample : of :func:`~whatworks.matching.match` or :func:`~whatworks.matching.weight`
    placebo : columns of the sample's frame that treatment cannot have changed, each put to :func:`~whatworks.matching.placebo`
    measured_after : columns known to be measured after treatment

    Returns
    -------
    The result with balance (worst standardised difference after matching, in standard deviations, above 0.10) and the checks of
    the sample before its own, placebo where asked for, and outcome_among_covariates where a covariate is measured after
    treatment or looks so; numbers and estimand are untouched. No name stands twice: a check that passed gives way to one that
    did not, and otherwise the result's own is kept.

    Raises
    ------
    InvalidOption
        If the sample was neither matched nor weighted, or a placebo outcome was matched on.
    MissingColumn, MissingValues, InvalidColumn

    References
    ----------
    Limit of balance: Austin (2009), Statistics in Medicine 28:3083-3107.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": range(7), "treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5]})
    >>> sample = ww.matching.match(people, treatment="treated", covariates=["need"])
    >>> matched = people.assign(weight=sample.weights).query("weight > 0")
    >>> long = pd.concat([matched.assign(year=0, days=[5.0, 6, 9, 3, 4, 6]), matched.assign(year=1, days=[3.0, 5, 5, 3, 5, 6])])
    >>> effect = ww.did.two_by_two(long, outcome="days", unit="unit", time="year", treated="treated", weights="weight")
    >>> [check.name for check in ww.matching.with_doubts(effect, sample).checks][:4]
    ['balance', 'dropped_treated', 'common_support', 'far_pairs']
    """
    require_sample(sample)
    require_columns(sample.data, as_list(measured_after))
    if sample.call["method"] == "unmatched":
        raise InvalidOption(
            "The sample holds everybody as they are, so there is no matching to doubt. Give the sample of ww.matching.match, or "
            "use the result as it is."
        )
    known: dict[str, Check] = {}
    doubts = [*doubts_of_design(sample, adjusted=False), *sample.checks]
    doubts += [placebo_test(sample, outcome=column).checks[0] for column in as_list(placebo)]
    for check in (*doubts, *_suspects(result, sample, as_list(measured_after)), *result.checks):
        if check.name not in known or known[check.name].passed or not check.passed:
            known[check.name] = check
    return replace(result, checks=tuple(known.values()))


def _suspects(result: EffectResult, sample: MatchedSample | WeightedSample, measured_after: Sequence[str]) -> tuple[Check, ...]:
    """Another room's outcome may stand in another frame; then names alone are looked at."""
    people = sample.data.loc[sample.weights > 0]
    outcome = str(result.provenance.arguments.get("outcome", result.unit))
    if outcome not in people.columns:
        people = people.assign(**{outcome: ""})
    return suspect_covariates(people, sample.covariates, outcome=outcome, measured_after=measured_after)
