"""How many more succeed because of the effort: read from an effect, never from a before-after rate."""

import math
from typing import Any

import numpy as np
from scipy.stats import norm

from whatworks.core import Check, EffectResult
from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.economics.errors import NotCausal
from whatworks.economics.ranges import Z95

# What compares with what would have happened otherwise. Diagnostics and descriptions of the same rooms are not among them.
CAUSAL_METHODS = (
    "did.aggregate",
    "did.att_gt",
    "did.conley_taber",
    "did.event_study",
    "did.ferman_pinto",
    "did.honest",
    "did.imputation",
    "did.randomisation_test",
    "did.stacked",
    "did.synthetic",
    "did.twfe",
    "did.two_by_two",
    "matching.aipw",
    "matching.estimate",
    "matching.multiple_imputation",
    "synthesis.combine",
    "synthesis.multilevel",
    "synthesis.network",
    "synthesis.pool",
    "synthesis.pool_counts",
)
_DIFFERENCES = ("RD", "MD")
_RATIOS = ("RR", "OR", "logRR", "logOR")


def success_difference(
    effect: EffectResult, *, share_without: float | None = None, allow_not_causal: bool = False
) -> tuple[tuple[float, float, float], tuple[Check, ...]]:
    """The improvement per citizen that an effect stands for, with its 95 per cent range.

    Parameters
    ----------
    effect : a causal effect with an interval. A difference in shares (measure "RD") counts successes; a difference in
        means ("MD") counts units of the outcome. Ratios ("RR", "OR" and their logarithms) need ``share_without``
    share_without : share that succeeds without the effort, for ratios
    allow_not_causal : take a number that is no causal effect, and carry a failed check with it

    Returns
    -------
    Central value, low and high, positive where more succeed or the outcome improves; and the checks causal_effect and
    effect_doubts.

    Raises
    ------
    NotCausal
        If it is no effect, or one of a method that does not compare with what would have happened otherwise.
    InvalidEffect
        If it has no interval.
    InvalidOption
        If its measure or its direction of good does not say how many more succeed.

    References
    ----------
    The national investment model (SØM) multiplies citizens by the difference between the success rates with and without
    the effort; here the difference is an estimate with its uncertainty.
    """
    checks = causal_checks(effect, allow_not_causal)
    head = effect.headline
    values = np.array([head.estimate, head.conf_low, head.conf_high], dtype=float)
    if not np.isfinite(values).all() or not values[1] < values[2]:
        raise InvalidEffect(
            f"The headline of {effect.method} has no interval, so nothing says how sure the extra successes are. "
            "Estimate it with a standard error, or use a published effect with its interval."
        )
    # The interval is scaled to 95 per cent, the range that every other input is given with.
    values = values[0] + (values - values[0]) * Z95 / half_width(effect.conf_level)
    return _improvement(values, effect, share_without), checks


def half_width(conf_level: float) -> float:
    """Half the width of an interval in standard errors."""
    return float(norm.ppf((1 + conf_level) / 2))


def causal_checks(effect: Any, allow_not_causal: bool) -> tuple[Check, ...]:
    """Whether a number is an effect, and whether its own checks held.

    Raises
    ------
    NotCausal
        If it is none, and the caller has not accepted that knowingly.
    """
    if not isinstance(effect, EffectResult):
        raise NotCausal(
            f"The effect is a {type(effect).__name__}; a causal estimate with its interval is needed. A success rate before and "
            "after, or typed in, is not an effect. Estimate it with ww.did, ww.matching or ww.synthesis."
        )
    unadjusted = any(check.name == "unadjusted" and check.passed is False for check in effect.checks)
    causal = effect.method in CAUSAL_METHODS and not unadjusted
    if not causal and not allow_not_causal:
        why = "it compares the groups as they are" if unadjusted else "the method does not compare with what would have happened"
        raise NotCausal(
            f"{effect.method} is no causal effect: {why}. Use an estimate of ww.did, ww.matching or ww.synthesis, or accept the "
            "number knowingly with allow_not_causal=True; every page then says so."
        )
    verdict = "is a causal estimate" if causal else "is no causal estimate and was accepted by the caller"
    failed = len(effect.failed_checks)
    return (
        Check(name="causal_effect", passed=causal, message=f"The effect behind the gains ({effect.method}) {verdict}."),
        Check(
            name="effect_doubts",
            passed=failed == 0,
            message=f"{failed} checks of the effect behind the gains failed.",
            statistics={"n_failed": float(failed)},
        ),
    )


def _improvement(values: np.ndarray, effect: EffectResult, share_without: float | None) -> tuple[float, float, float]:
    """Estimate, low and high as an improvement: positive is good."""
    measure = effect.measure
    if measure not in (*_DIFFERENCES, *_RATIOS):
        raise InvalidOption(
            f"An effect of measure {measure!r} does not say how many more succeed. Use a difference in shares ('RD') or in the "
            "outcome's own unit ('MD'), or a risk or odds ratio with share_without."
        )
    if effect.good not in ("up", "down"):
        raise InvalidOption(
            f"{effect.method} does not say which direction is good, so more cannot be told from less. Estimate it with good='up' "
            "or 'down'."
        )
    if measure in _RATIOS:
        values = _difference_of_shares(values, measure, share_without)
    elif share_without is not None:
        raise InvalidOption(f"share_without belongs to ratios; an effect of measure {measure!r} is a difference already.")
    if measure != "MD":
        values = np.clip(values, -1.0, 1.0)
    central, low, high = values.tolist()
    return (central, low, high) if effect.good == "up" else (-central, -high, -low)


def _difference_of_shares(values: np.ndarray, measure: str, share_without: float | None) -> np.ndarray:
    """Share with the effort less share without, from a risk or odds ratio."""
    if share_without is None or not (math.isfinite(share_without) and 0 < share_without < 1):
        raise InvalidOption(
            f"An effect of measure {measure!r} needs share_without, the share that succeeds without the effort, between 0 and 1; "
            f"it is {share_without!r}."
        )
    ratio = np.exp(values) if measure.startswith("log") else values
    if measure.endswith("OR"):
        odds = ratio * share_without / (1 - share_without)
        return odds / (1 + odds) - share_without
    return np.clip(share_without * ratio, 0.0, 1.0) - share_without
