"""Omitted variable bias in closed form: the effect that a hidden factor of a given strength leaves, and whether any is left."""

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.check import Check


def robustness_value(t_value: float, freedom: float, *, q: float = 1.0, conf_level: float | None = None) -> float:
    """The share of what is left of both variances that a hidden factor must explain to take away the share ``q`` of an effect.

    Parameters
    ----------
    t_value : estimate over its classical standard error
    freedom : residual degrees of freedom of the regression
    q : share of the effect
    conf_level : None asks for the estimate, a level for the end of its interval

    Returns
    -------
    A share between 0 and 1; 0 where the interval reaches so far already.

    References
    ----------
    Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82:39-67, equations (13) and (15).

    Examples
    --------
    Violence and attitudes to peace in Darfur, their table 1: 13.9 and 7.6 per cent.

    >>> from whatworks.matching.hidden_factor import robustness_value
    >>> round(robustness_value(4.184, 783), 3), round(robustness_value(4.184, 783, conf_level=0.95), 3)
    (0.139, 0.076)
    """
    f = q * abs(t_value) / np.sqrt(freedom)
    critical = 0.0
    if conf_level is not None:
        # The hidden factor costs one degree of freedom.
        critical = float(stats.t.ppf(0.5 + conf_level / 2, freedom - 1)) / np.sqrt(freedom - 1)
    over = f - critical
    if over <= 0:
        return 0.0
    if critical > 0 and f > 1 / critical:
        # Explaining all of the outcome that is left is then not enough: what binds is the treatment alone.
        return float((f**2 - critical**2) / (1 + f**2))
    return float((np.sqrt(over**4 + 4 * over**2) - over**2) / 2)


def effect_left(
    estimate: float, std_error: float, freedom: float, r2_treatment: float | np.ndarray, r2_outcome: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Effect and standard error once a hidden factor of this strength, working against the effect, is taken out.

    Parameters
    ----------
    estimate, std_error : of the regression without the factor
    freedom : its residual degrees of freedom
    r2_treatment, r2_outcome : shares of what is left of the two variances that the factor explains; r2_treatment below 1

    References
    ----------
    Cinelli & Hazlett (2020), equations (7) and (8).
    """
    left = 1 - np.asarray(r2_treatment)
    bias = std_error * np.sqrt(freedom * r2_outcome * (1 - left) / left)
    error = std_error * np.sqrt((1 - np.asarray(r2_outcome)) / left * freedom / (freedom - 1))
    return np.sign(estimate) * (abs(estimate) - bias), error


def strength_implied(with_treatment: float, with_outcome: float, *, times: float) -> tuple[float, float]:
    """Strength of a hidden factor that is ``times`` as strong as an observed one.

    Parameters
    ----------
    with_treatment, with_outcome : partial shares of variance of the observed factor: of the treatment given the other
        covariates; of the outcome given those and the treatment

    Returns
    -------
    Shares of what is left of the treatment's and the outcome's variance; missing where no factor can be that strong.

    References
    ----------
    Cinelli & Hazlett (2020), section 4.4.
    """
    r2_treatment = times * with_treatment / (1 - with_treatment)
    # How far the hidden factor and the observed one lean on each other once the treatment is given.
    shared = times * with_treatment**2 / ((1 - times * with_treatment) * (1 - with_treatment))
    if not (r2_treatment < 1 and 0 <= shared < 1):
        return float("nan"), float("nan")
    scaled = (np.sqrt(times) + np.sqrt(shared)) ** 2 / (1 - shared)
    return float(r2_treatment), min(float(scaled * with_outcome / (1 - with_outcome)), 1.0)


def outlives_strongest(effects: pd.DataFrame) -> tuple[Check, ...]:
    """Whether the effect outlives a hidden factor as strong as the strongest observed one."""
    headline, parts = effects.iloc[0], effects[effects["kind"] == "part"]
    once = parts[(parts["multiple"] == 1.0) & parts["estimate"].notna()]
    if once.empty:
        return ()
    sign = float(np.sign(headline["estimate"]))
    # Rows end with the strongest.
    strongest = once.iloc[-1]
    side = "conf_low" if sign > 0 else "conf_high"
    # Where nothing of the outcome is left unexplained there is no interval, and the estimate itself decides.
    end = strongest["estimate"] if pd.isna(strongest[side]) else strongest[side]
    stands, found = bool(sign * float(end) > 0), bool(sign * float(headline[side]) > 0)
    moved = f"{headline['estimate']:.4g} to {strongest['estimate']:.4g}"
    message = (
        f"A hidden factor as strong as the strongest observed one would move the effect from {moved}, "
        f"{'and its interval would still leave out zero' if stands else 'with an interval that reaches zero'}."
    )
    return (
        Check(
            name="hidden_factor",
            passed=stands if found else None,
            message=message if found else "The interval reaches zero without any hidden factor, so there is nothing to remove.",
            statistics={
                "estimate": float(headline["estimate"]),
                "estimate_left": float(strongest["estimate"]),
                "r2_treatment": float(strongest["r2_treatment"]),
                "r2_outcome": float(strongest["r2_outcome"]),
            },
        ),
    )
