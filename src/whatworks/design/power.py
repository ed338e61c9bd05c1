"""How small an effect a roll-out or a matched sample can find, before any outcome is read."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.check import Check
from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidOption, NotIdentified
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.design.noise import Noise
from whatworks.design.rollout import read_rollout
from whatworks.design.weights import outcome_weights
from whatworks.inference import few_treated_clusters

_CURVE_TO, _CURVE_STEPS = 2.0, 21


@dataclass(frozen=True, kw_only=True, eq=False)
class Power:
    """What a design can find.

    Attributes
    ----------
    smallest : smallest effect found with the wanted probability, in units of the outcome
    std_error : of the estimate, under the noise assumed; NaN where it was simulated
    df : degrees of freedom of the interval
    power, conf_level : the probability wanted and the level of the interval
    curve : one row per effect: effect, power, and mc_error where it was simulated
    counts : units or people by arm, clusters, people measured
    checks : what the number leaves out

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(24), 8), "quarter": np.tile(range(8), 24), "start": np.repeat([4, 0], 96)})
    >>> found = power(plan, noise=ww.design.Noise(sd=18.0), people=10, unit="town", time="quarter", first_treated="start")
    >>> found.power
    0.8
    """

    smallest: float
    std_error: float
    df: float
    power: float
    conf_level: float
    curve: pd.DataFrame = field(repr=False)
    counts: dict[str, float]
    checks: tuple[Check, ...] = ()

    def _repr_html_(self) -> str:
        table = self.curve.to_html(index=False, border=0, float_format=lambda x: f"{x:,.3g}")
        doubts = "".join(f"<li>{check}</li>" for check in self.checks)
        said = f"Finds an effect of {self.smallest:,.3g} in {self.power:.0%} of cases"
        return f"<p><strong>{said}</strong></p>{table}<ul>{doubts}</ul>"


def power(
    data: pd.DataFrame | MatchedSample | WeightedSample,
    *,
    noise: Noise,
    unit: str | None = None,
    time: str | None = None,
    first_treated: str | None = None,
    people: str | float | None = None,
    cluster: str | None = None,
    estimator: str = "group_time",
    control: str = "not_yet",
    target: float = 0.8,
    conf_level: float = 0.95,
) -> Power:
    """How small an effect can be found, from the design and an assumption about noise; no outcome is read.

    Parameters
    ----------
    data : a frame with a row per unit and time of the roll-out, or a sample of ww.matching
    noise : :class:`~whatworks.design.Noise`, in units of the outcome
    unit, time, first_treated : columns of a roll-out
    people : column or number of people measured in each unit at each time; for a roll-out
    cluster : column above persons in which ``noise.icc`` is shared; for a sample
    estimator, control : for a roll-out, ``"group_time"`` or ``"imputation"``, compared with those ``"not_yet"`` or ``"never"``
        treated; the average over all treated unit-times
    target : wanted probability of an interval without 0
    conf_level : of the interval

    Returns
    -------
    :class:`Power`. The standard error is that of the estimator's own weights on the outcomes, under units that vary
    independently; the interval has t quantiles with units (clusters) less one. Checks: few_treated_clusters, unestimated_cells,
    balance_assumed for samples.

    Raises
    ------
    NotIdentified
        If nobody has a before and an after, or nobody waits.
    InvalidOption
        If an option does not belong to the data.
    MissingColumn, DuplicateRows, TreatmentReversal, MissingValues, InvalidColumn, EmptyData

    References
    ----------
    Bloom (1995), Evaluation Review 19:547-556 (smallest detectable effect); Burlig, Preonas & Woerman (2020), Journal of
    Development Economics 144:102458 (panels with serially correlated errors).

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(20), 8), "quarter": np.tile(range(8), 20),
    ...                      "start": np.repeat([4, 6, 0, 0], 40)})
    >>> found = power(plan, noise=Noise(sd=18, icc=0.02), unit="town", time="quarter", first_treated="start", people=25)
    >>> round(found.smallest, 1)
    6.0
    """
    _refuse_shares(target, conf_level)
    if isinstance(data, (MatchedSample, WeightedSample)):
        _refuse_given("a sample", unit=unit, time=time, first_treated=first_treated, people=people)
        return _of_sample(data, noise, cluster, target, conf_level)
    _refuse_given("a roll-out", cluster=cluster)
    if unit is None or time is None or first_treated is None:
        raise InvalidOption("A roll-out needs unit=, time= and first_treated=, the columns that say who starts when.")
    rollout = read_rollout(data, unit=unit, time=time, first_treated=first_treated, people=people)
    c, lost = outcome_weights(rollout, estimator=estimator, control=control)
    if not c.any():
        raise NotIdentified("No treated unit-time has anyone to be compared with. Add units that start later or never.")
    own = noise.alone / np.where(rollout.people > 0, rollout.people, 1.0)
    variance = float((c**2 * own).sum() + np.einsum("it,ts,is->", c, noise.between_times(rollout.times), c))
    used = c.any(axis=1)
    n_treated = int((used & rollout.treated).sum())
    counts = {
        "units": float(used.sum()), "n_treated": float(n_treated), "n_comparison": float((used & rollout.never).sum()),
        "people": float(rollout.people[used].sum()),
    }  # fmt: skip
    checks = (few_treated_clusters(n_treated), _unestimated(lost))
    return _power(np.sqrt(variance), used.sum() - 1, target, conf_level, counts, checks)


def _of_sample(
    sample: MatchedSample | WeightedSample, noise: Noise, cluster: str | None, target: float, conf_level: float
) -> Power:
    weights = sample.weights.to_numpy(dtype=float)
    treated = sample.data[sample.treatment].to_numpy(dtype=float) == 1
    signed = np.where(treated, weights / weights[treated].sum(), -weights / weights[~treated].sum())
    variance, df = noise.alone * float((signed**2).sum()), np.inf
    if cluster is None:
        if noise.icc:
            raise InvalidOption(f"noise.icc={noise.icc} needs cluster=, the column of those who share it. Add it, or use icc=0.")
    else:
        require_columns(sample.data, [cluster])
        codes = pd.factorize(sample.data[cluster])[0]
        together = np.bincount(codes[weights > 0], signed[weights > 0])
        variance += noise.shared * float((together**2).sum())
        df = float(len(np.unique(codes[weights > 0])) - 1)
    counts: dict[str, float] = {}
    for arm, who in (("treated", treated), ("comparison", ~treated)):
        counts[f"n_{arm}"] = float((weights[who] > 0).sum())
        counts[f"ess_{arm}"] = float(weights[who].sum() ** 2 / (weights[who] ** 2).sum())
    return _power(np.sqrt(variance), df, target, conf_level, counts, ())


def _power(
    std_error: float, df: float, target: float, conf_level: float, counts: dict[str, float], checks: tuple[Check, ...]
) -> Power:
    """The smallest effect is where the noncentral t leaves the interval's quantile with the wanted probability."""
    limit = stats.t.ppf((1 + conf_level) / 2, df)
    smallest = float((limit + stats.t.ppf(target, df)) * std_error)
    effects = np.linspace(0, _CURVE_TO * smallest, _CURVE_STEPS)
    ratio = effects / std_error
    chances = stats.t.sf(limit - ratio, df) + stats.t.cdf(-limit - ratio, df)
    return Power(
        smallest=smallest,
        std_error=float(std_error),
        df=float(df),
        power=target,
        conf_level=conf_level,
        curve=pd.DataFrame({"effect": effects, "power": chances}),
        counts=counts,
        checks=checks,
    )


def _unestimated(lost: int) -> Check:
    return Check(
        name="unestimated_cells",
        passed=lost == 0,
        message=f"{lost} treated unit-times have nobody to be compared with and are left out of the average.",
        statistics={"cells": float(lost)},
    )


def _refuse_given(what: str, **options: object) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise InvalidOption(f"{', '.join(given)} cannot be used with {what}. Leave {'it' if len(given) == 1 else 'them'} out.")


def _refuse_shares(target: float, conf_level: float) -> None:
    for name, value in (("target", target), ("conf_level", conf_level)):
        if not 0.5 <= value < 1:
            raise InvalidOption(f"{name}={value!r} is a probability between 0.5 and 1, such as 0.8 or 0.95.")
