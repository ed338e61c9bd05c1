"""An effect where there can be none: on an outcome from before treatment, or one that treatment cannot touch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scipy import stats

from whatworks.core.check import Check
from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption
from whatworks.core.options import is_finite
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.matching.effect import estimate
from whatworks.matching.inputs import refuse_as_outcome, require_sample

LEVEL = 0.05


def placebo(
    sample: MatchedSample | WeightedSample,
    *,
    outcome: str,
    margin: float | None = None,
    covariates: str | Sequence[str] | None = None,
    interact: bool = True,
    vcov: str = "auto",
    cluster: str | None = None,
) -> EffectResult:
    """The estimate of the effect, asked of an outcome that the treatment cannot have changed.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match` or :func:`~whatworks.matching.weight`
    outcome : numeric or 0/1 column measured before treatment, or a negative control: something that shares the causes of the
        true outcome but not the treatment. It must not be among the covariates matched on
    margin : an effect of this size, in the outcome's unit and either direction, would matter; None asks only if there is one
    covariates, interact, vcov, cluster : as in the :func:`~whatworks.matching.estimate` that is put to the test

    Returns
    -------
    :class:`~whatworks.core.EffectResult` as of :func:`~whatworks.matching.estimate`. Statistics also: could_hide (the largest
    effect, in the outcome's unit, that the data do not rule out: two one-sided tests at 5 %) and margin. Check placebo: failed
    where the interval leaves out zero; with a margin passed where could_hide is below it, and not to be told where neither
    holds; without one passed where the interval holds zero.

    Raises
    ------
    InvalidOption
        If the outcome was matched on (a caliper or exact agreement included), so that it is alike by construction, or the margin
        is not positive.
    MissingValues, InvalidColumn, MissingColumn, NotIdentified, TooFewUnits

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., section 6; Lipsitch, Tchetgen Tchetgen & Cohen (2010), Epidemiology
    21:383-388. Two one-sided tests: Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15:657-680; with placebo
    tests: Hartman & Hidalgo (2018), American Journal of Political Science 62:1000-1013.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5],
    ...                    "days_before": [5.0, 6, 9, 6, 5, 8, 2]})
    >>> sample = ww.matching.match(df, treatment="treated", covariates="need")
    >>> print(ww.matching.placebo(sample, outcome="days_before").checks[0])
    placebo: ok. The effect on 'days_before', where there can be none, is 0.333 (-1.13 to 1.79); one up to 1.56 could be hidden.
    """
    require_sample(sample)
    if margin is not None and not (is_finite(margin) and margin > 0):
        raise InvalidOption(f"margin={margin!r}; a positive number in the unit of {outcome!r} is needed.")
    refuse_as_outcome(outcome, sample.treatment)
    limited = sample.call.get("caliper")
    known = {*sample.covariates, *as_list(covariates or ()), *(sample.call.get("exact") or ())}
    known |= set(limited) if isinstance(limited, Mapping) else set()
    if outcome in known:
        raise InvalidOption(
            f"{outcome!r} was matched on or adjusted for, so the arms are alike in it by construction and it can test nothing. "
            "Choose an outcome that the design has not seen, or match without it."
        )
    options: dict[str, Any] = {"covariates": covariates, "interact": interact, "vcov": vcov, "cluster": cluster}
    result = estimate(sample, outcome=outcome, **options)
    check = _verdict(result, outcome, margin)
    statistics = {**result.statistics, "could_hide": check.statistics["could_hide"]}
    return replace(
        result,
        method="matching.placebo",
        estimand=f"placebo: {result.estimand}",
        checks=(check, *result.checks),
        statistics=statistics if margin is None else {**statistics, "margin": margin},
        provenance=replace(result.provenance, arguments={**result.provenance.arguments, "margin": margin}),
    )


def _verdict(result: EffectResult, outcome: str, margin: float | None) -> Check:
    head = result.headline
    one_sided = float(stats.norm.ppf(1 - LEVEL)) * head.std_error
    could_hide = max(abs(head.estimate - one_sided), abs(head.estimate + one_sided))
    found = not head.conf_low <= 0 <= head.conf_high
    passed: bool | None = not found
    if margin is not None and not found:
        passed = True if could_hide < margin else None
    asked = "" if margin is None else f" (margin {margin:.3g})"
    return Check(
        name="placebo",
        passed=passed,
        message=f"The effect on {outcome!r}, where there can be none, is {head.estimate:.3g} ({head.conf_low:.3g} to "
        f"{head.conf_high:.3g}); one up to {could_hide:.3g} could be hidden{asked}.",
        statistics={
            "estimate": float(head.estimate),
            "p_value": float(head.p_value),
            "could_hide": float(could_hide),
            **({} if margin is None else {"margin": float(margin)}),
        },
    )
