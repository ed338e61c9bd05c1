"""How far hidden differences between matched people could go before the effect is in doubt: Rosenbaum's bounds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import optimize, stats

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, is_finite, one_of
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample
from whatworks.matching.encoding import arms, refuse_missing
from whatworks.matching.inputs import outcome_column, refuse_as_outcome, refuse_constant_outcome, require_sample
from whatworks.matching.intervals import Row, effects_frame
from whatworks.matching.outcome_doubts import doubts_of_estimate
from whatworks.matching.rank_bounds import (
    Bounds,
    Sets,
    WalshAverages,
    aligned_ranks,
    mcnemar_p_values,
    set_bounds,
    signed_rank_bounds,
)

ALTERNATIVES = ("two-sided", "greater", "less")
# Beyond this the question is no longer one of a hidden factor that could be missed.
_LARGEST_GAMMA = 100.0
Ends = tuple[float, float, float, float]


def rosenbaum_bounds(
    sample: MatchedSample,
    *,
    outcome: str,
    gamma: Sequence[float] = (1, 1.25, 1.5, 1.75, 2, 2.5, 3),
    alternative: str = "two-sided",
    conf_level: float = 0.95,
) -> EffectResult:
    """What test and effect could be if matched people differed in something hidden.

    Gamma is how many times likelier one of two matched people may have been to be treated than the other, in odds, because of
    what nobody saw; 1 is a comparison as good as a draw of lots.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match` without replacement, in pairs or in sets with one treated or one untreated
        person; everybody counts once
    outcome : numeric or 0/1 column
    gamma : values of 1 or more; 1 is always among them
    alternative : ``"two-sided"`` doubles the smaller one-sided p-value; ``"greater"`` and ``"less"`` ask for an effect above or
        below zero
    conf_level : of the intervals and, as 1 - conf_level, of the test

    Returns
    -------
    :class:`~whatworks.core.EffectResult`, measure ``"MD"`` in units of the outcome, or ``"RD"`` for a 0/1 outcome. The headline
    (gamma 1) is the Hodges-Lehmann estimate: the shift that leaves nothing to be explained; for 0/1 the difference between
    shares. One part per gamma with the columns gamma, estimate_low and estimate_high (range of the estimate), conf_low and
    conf_high (of every interval in that range), p_lower and p_upper (range of the p-value; p_value is the upper one). A hidden
    factor leaves no single estimate, so it is missing in the parts; for 0/1 the ranges of estimate and interval are too.
    Statistics: nobs, n_treated, n_comparison, n_sets, n_sets_used (whose people differ), gamma_tolerated (up to where p_upper
    stays at or below 1 - conf_level; missing if it is above at once, 100 if it is below still there). Checks as of
    :func:`~whatworks.matching.estimate` without covariates.

    Tests are by normal approximation: Wilcoxon's signed rank for pairs, aligned ranks for larger sets; for 0/1 McNemar's,
    exact, for pairs, and Mantel-Haenszel's for larger sets. Intervals disregard ties.

    Raises
    ------
    InvalidOption
        If people are reused, weighted, or stand in sets with several of both arms; or an option does not exist.
    MissingValues, MissingColumn, InvalidColumn

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., sections 4.3.2-4.3.5; larger sets: Gastwirth, Krieger & Rosenbaum (2000),
    Journal of the Royal Statistical Society B 62:545-555.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> df = pd.DataFrame({"treated": [1] * 40 + [0] * 60, "need": rng.normal(size=100)})
    >>> df["days"] = df["need"] + 1.5 * df["treated"] + rng.normal(size=100)
    >>> sample = ww.matching.match(df, treatment="treated", covariates="need")
    >>> result = ww.matching.rosenbaum_bounds(sample, outcome="days", gamma=(1, 2))
    >>> round(result.headline.estimate, 1), round(result.statistics["gamma_tolerated"], 1)
    (1.4, 5.9)
    """
    one_of(alternative, ALTERNATIVES, name="alternative")
    gammas = _gammas(gamma)
    confidence(conf_level)
    sets = _sets(sample, outcome)
    yes_or_no = bool(np.isin(sets.y, (0.0, 1.0)).all())
    rows = [_row(sets, each, alternative, conf_level, yes_or_no) for each in gammas]
    head = _headline(sets, rows[0], yes_or_no, conf_level)
    alone = sets.differences != 0 if sets.paired else np.bincount(sets.code, sets.y != _firsts(sets)) > 0
    read = [sample.treatment, *sample.covariates, outcome]
    return EffectResult(
        method="matching.rosenbaum_bounds",
        estimand=sample.estimand,
        measure="RD" if yes_or_no else "MD",
        unit=outcome,
        conf_level=conf_level,
        effects=effects_frame([head, *rows]),
        statistics={
            "nobs": len(sets.y),
            "n_treated": int(sets.treated.sum()),
            "n_comparison": int((~sets.treated).sum()),
            "n_sets": len(sets.size),
            "n_sets_used": int(alone.sum()),
            "gamma_tolerated": _gamma_tolerated(sets, alternative, 1 - conf_level, yes_or_no),
        },
        checks=doubts_of_estimate(sample, outcome=outcome, adjusted_for=()),
        provenance=Provenance(
            data_fingerprint=fingerprint(sample.data, list(dict.fromkeys(read))),
            arguments={**sample.call, "outcome": outcome, "gamma": gammas, "alternative": alternative},
        ),
    )


def _gammas(gamma: float | Sequence[float]) -> list[float]:
    asked: list[Any] = [gamma] if np.ndim(gamma) == 0 else list(gamma)  # type: ignore[arg-type]
    if not all(is_finite(each) and each >= 1 for each in asked):
        raise InvalidOption(f"gamma={gamma!r}; numbers of 1 or more are needed (1 is no hidden factor).")
    return sorted({1.0, *map(float, asked)})


def _sets(sample: MatchedSample, outcome: str) -> Sets:
    """The matched people with their sets; designs that the bounds are not made for are refused."""
    require_sample(sample)
    if not isinstance(sample, MatchedSample):
        raise InvalidOption("The bounds are about people of one pair or set; this sample is weighted. Use ww.matching.match.")
    refuse_as_outcome(outcome, sample.treatment)
    require_columns(sample.data, [outcome])
    if sample.call.get("weights") is not None:
        raise InvalidOption("The bounds count everybody once and cannot use sampling weights. Match without weights=.")
    if sample.call.get("replace"):
        raise InvalidOption(
            "The bounds need every person in one pair or set; this sample reuses people. Match without replacement."
        )
    subclass = sample.subclass.to_numpy(dtype=np.int64, na_value=0)
    used = (sample.weights.to_numpy(dtype=float) > 0) & (subclass > 0)
    if not used.any():
        raise InvalidOption("The sample has no pairs or sets, and the bounds are about people of one set. Use ww.matching.match.")
    rows = sample.data.loc[used]
    refuse_missing(rows, [outcome], what="matched rows")
    treated = arms(sample.data, sample.treatment)[used]
    code = np.unique(subclass[used], return_inverse=True)[1]
    size = np.bincount(code)
    counts = np.bincount(code, treated, minlength=len(size))
    mixed = int((np.minimum(counts, size - counts) != 1).sum())
    if mixed:
        raise InvalidOption(
            f"{mixed} of {len(size)} sets do not have exactly one person in one of the arms, and the bounds are made for those "
            "only. Match in pairs, k to one, or fully."
        )
    one_treated = counts == 1
    # In a pair both are alone; the treated one is taken.
    lone = np.where(one_treated[code], treated, ~treated)
    y = outcome_column(rows[[outcome]], outcome, sample.treatment)
    refuse_constant_outcome(y, outcome)
    return Sets(y=y, code=code, lone=lone, treated=treated, size=size)


def _firsts(sets: Sets) -> np.ndarray:
    """(n,) outcome of the first person of each one's set."""
    first = np.unique(sets.code, return_index=True)[1]
    return sets.y[first][sets.code]


def _p_values(sets: Sets, gamma: float, alternative: str, yes_or_no: bool) -> tuple[float, float]:
    """Lower and upper bound of the p-value."""
    if alternative == "two-sided":
        up = _p_values(sets, gamma, "greater", yes_or_no)
        down = _p_values(sets, gamma, "less", yes_or_no)
        return min(1.0, 2 * min(up[0], down[0])), min(1.0, 2 * min(up[1], down[1]))
    sign = 1.0 if alternative == "greater" else -1.0
    if sets.paired and yes_or_no:
        return mcnemar_p_values(sign * sets.differences, gamma)
    bounds = _bounds(sets, sign * sets.y, gamma, yes_or_no)
    return bounds.p_lower, bounds.p_upper


def _bounds(sets: Sets, y: np.ndarray, gamma: float, yes_or_no: bool = False) -> Bounds:
    if sets.paired and not yes_or_no:
        return signed_rank_bounds(replace(sets, y=y).differences, gamma)
    return set_bounds(y if yes_or_no else aligned_ranks(y, sets.code, sets.size), sets, gamma)


def _row(sets: Sets, gamma: float, alternative: str, conf_level: float, yes_or_no: bool) -> Row:
    p_lower, p_upper = _p_values(sets, gamma, alternative, yes_or_no)
    ends: Ends = (np.nan,) * 4
    if not yes_or_no:
        find = _ends_of_pairs if sets.paired else _ends_of_sets
        ends = find(sets, gamma, conf_level)
    low, high, conf_low, conf_high = ends
    return {
        "term": f"gamma {gamma:g}", "kind": "part", "estimate": np.nan, "std_error": np.nan, "conf_low": conf_low,
        "conf_high": conf_high, "p_value": p_upper, "gamma": gamma, "estimate_low": low, "estimate_high": high,
        "p_lower": p_lower, "p_upper": p_upper,
    }  # fmt: skip


def _headline(sets: Sets, plain: Row, yes_or_no: bool, conf_level: float) -> Row:
    """The row without a hidden factor."""
    estimate, low, high = (plain["estimate_low"] + plain["estimate_high"]) / 2, plain["conf_low"], plain["conf_high"]
    error = np.nan
    if yes_or_no:
        served = np.bincount(sets.code[sets.treated], minlength=len(sets.size))
        gap = sets.differences
        estimate = float(served @ gap / served.sum())
        error = float(np.sqrt(served**2 @ (gap - estimate) ** 2) / served.sum())
        reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * error
        low, high = estimate - reach, estimate + reach
    return {**plain, "term": "no hidden factor", "kind": "headline", "estimate": estimate, "std_error": error,
            "conf_low": low, "conf_high": high}  # fmt: skip


def _ends_of_pairs(sets: Sets, gamma: float, conf_level: float) -> Ends:
    """Range of the Hodges-Lehmann estimate, and of its interval, from the averages of all pairs of differences."""
    averages = WalshAverages(sets.differences)
    pairs, share = len(sets.size), gamma / (1 + gamma)
    spread = np.sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 6 * share * (1 - share))
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * spread
    expected = averages.count * share

    def shift_with(statistic: float) -> float:
        """The shift at which so many averages are above it: midway where a whole stretch has as many."""
        below = averages.count - statistic
        lower, upper = averages.at(int(np.ceil(below - 1e-9))), averages.at(int(np.floor(below + 1e-9)) + 1)
        return lower if lower == upper else (lower + upper) / 2

    low, high = shift_with(expected), shift_with(averages.count - expected)
    outer = int(np.floor(averages.count - expected - reach)) + 1
    return low, high, averages.at(outer), averages.at(averages.count + 1 - outer)


def _ends_of_sets(sets: Sets, gamma: float, conf_level: float) -> Ends:
    """The same for larger sets, by trying shifts."""
    critical = float(stats.norm.ppf(0.5 + conf_level / 2))

    def excess(shift: float, sign: float, reach: float) -> float:
        bounds = _bounds(sets, sign * (sets.y - shift * sets.treated), gamma)
        return bounds.statistic - bounds.mean_high - reach * np.sqrt(bounds.variance_high)

    widest = float(np.ptp(sets.y))
    return (
        _crossing(lambda shift: excess(shift, 1.0, 0.0), widest, falling=True),
        _crossing(lambda shift: excess(shift, -1.0, 0.0), widest, falling=False),
        _crossing(lambda shift: excess(shift, 1.0, critical), widest, falling=True),
        _crossing(lambda shift: excess(shift, -1.0, critical), widest, falling=False),
    )


def _crossing(excess: Callable[[float], float], widest: float, *, falling: bool) -> float:
    """Where a step function of the shift changes sign; endless where it does not within every possible shift."""
    left, right = -1.01 * widest, 1.01 * widest
    rising_end = np.inf if falling else -np.inf
    if excess(left if falling else right) <= 0:
        return -rising_end
    if excess(right if falling else left) > 0:
        return rising_end
    for _ in range(60):
        middle = (left + right) / 2
        if (excess(middle) > 0) == falling:
            left = middle
        else:
            right = middle
    return (left + right) / 2


def _gamma_tolerated(sets: Sets, alternative: str, level: float, yes_or_no: bool) -> float:
    """The gamma at which the upper p-value reaches the level of the test."""

    def over(gamma: float) -> float:
        return _p_values(sets, gamma, alternative, yes_or_no)[1] - level

    if over(1.0) > 0:
        return np.nan
    return _LARGEST_GAMMA if over(_LARGEST_GAMMA) <= 0 else float(optimize.brentq(over, 1.0, _LARGEST_GAMMA, xtol=1e-12))
