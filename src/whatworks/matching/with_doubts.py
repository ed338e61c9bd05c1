"""What is doubtful about a matched sample follows it into every result made on it, in whatever room."""

from dataclasses import replace

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample
from whatworks.matching.covariate_balance import worst_difference
from whatworks.matching.doubts import balance_reached


def with_doubts(result: EffectResult, sample: MatchedSample) -> EffectResult:
    """The same effect, with the doubts about the matching it rests on.

    Other rooms take the people and weights of a sample and cannot know how it was made; :func:`~whatworks.matching.estimate`
    carries these checks by itself.

    Parameters
    ----------
    result : of another room, made on the people of the sample with its weights, e.g. of ``did.two_by_two``
    sample : of :func:`~whatworks.matching.match`

    Returns
    -------
    The result with balance (worst standardised difference after matching, in standard deviations, above 0.10) and the checks of
    the sample before its own; numbers and estimand are untouched. No name stands twice: a check that passed gives way to one
    that did not, and otherwise the result's own is kept.

    Raises
    ------
    InvalidOption
        If the sample was not matched.

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
    if sample.call["method"] == "unmatched":
        raise InvalidOption(
            "The sample holds everybody as they are, so there is no matching to doubt. Give the sample of ww.matching.match, or "
            "use the result as it is."
        )
    known: dict[str, Check] = {}
    for check in (balance_reached(worst_difference(sample)), *sample.checks, *result.checks):
        if check.name not in known or known[check.name].passed or not check.passed:
            known[check.name] = check
    return replace(result, checks=tuple(known.values()))
