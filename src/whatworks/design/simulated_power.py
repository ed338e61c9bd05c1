"""Power by simulation: the planned analysis itself, run on outcomes drawn with a known effect."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption, WhatworksError
from whatworks.core.options import whole
from whatworks.core.result import EffectResult
from whatworks.core.timeline import read_time
from whatworks.design.noise import Noise
from whatworks.design.power import Power
from whatworks.design.rollout import Rollout, read_rollout

_LEAST_DRAWS = 20
# More refusals than this and the power of what is left says little.
_MOST_REFUSED = 0.2


def simulated_power(
    df: pd.DataFrame,
    *,
    estimate: Callable[[pd.DataFrame], EffectResult],
    effects: Sequence[float],
    noise: Noise,
    unit: str,
    time: str,
    first_treated: str,
    outcome: str = "outcome",
    people: str | float | None = None,
    draws: int = 200,
    seed: int,
    target: float = 0.8,
) -> Power:
    """How often the planned analysis finds effects of given sizes.

    Parameters
    ----------
    df : one row per unit and time of the roll-out; no outcome is read
    estimate : the planned analysis: takes the frame with a column ``outcome`` and returns an EffectResult
    effects : sizes to try, in units of the outcome, at least two different ones; 0 shows how often nothing is called something
    noise : what outcomes vary by
    unit, time, first_treated, people : as for :func:`~whatworks.design.power`
    outcome : name of the column that is drawn
    draws : roll-outs drawn for every effect, at least 20
    seed : the same seed draws the same outcomes
    target : wanted probability of an interval without 0

    Returns
    -------
    :class:`~whatworks.design.Power`; ``smallest`` is read off the curve between the two effects around ``target``, NaN where no
    effect tried is found that often. ``curve`` has mc_error, the Monte Carlo standard error, and refused, the share of draws
    that the analysis refused.

    Raises
    ------
    InvalidOption
    WhatworksError
        Whatever the analysis says, where it refuses more than a fifth of the draws.

    References
    ----------
    Arnold, Hogan, Colford & Hubbard (2011), BMC Medical Research Methodology 11:94.

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(20), 6), "quarter": np.tile(range(6), 20),
    ...                      "start": np.repeat([3, 0], 60)})
    >>> def planned(frame):
    ...     return ww.did.twfe(frame, outcome="outcome", unit="town", time="quarter", first_treated="start")
    >>> found = simulated_power(plan, estimate=planned, effects=[0, 4], noise=Noise(sd=3), unit="town", time="quarter",
    ...                         first_treated="start", draws=20, seed=1)
    >>> bool(found.curve["power"].iloc[1] > found.curve["power"].iloc[0])
    True
    """
    sizes = sorted({float(effect) for effect in effects})
    if len(sizes) < 2:
        raise InvalidOption("effects= needs at least two different sizes, such as [0, 2, 4], for a curve through them.")
    if draws < _LEAST_DRAWS:
        raise InvalidOption(f"draws={draws} is too few to tell a share; use at least {_LEAST_DRAWS}.")
    rollout = read_rollout(df, unit=unit, time=time, first_treated=first_treated, people=people)
    places = _places(df, rollout, unit, time)
    rng = np.random.default_rng(whole("seed", seed, least=0))
    plain = [_drawn(rollout, noise, rng)[places] for _ in range(draws)]
    dose = rollout.under_treatment[places].astype(float)
    rows, last = [], None
    for size in sizes:
        found, refused = [], 0
        for y in plain:
            try:
                last = estimate(df.assign(**{outcome: y + size * dose}))
                found.append(not last.headline.conf_low <= 0 <= last.headline.conf_high)
            except WhatworksError:
                refused += 1
                if refused > _MOST_REFUSED * draws:
                    raise
        share = float(np.mean(found))
        error = float(np.sqrt(share * (1 - share) / len(found)))
        rows.append({"effect": size, "power": share, "mc_error": error, "refused": refused / draws})
    curve = pd.DataFrame(rows)
    used = rollout.treated
    return Power(
        smallest=_crossing(curve, target),
        std_error=float("nan"),
        df=float("inf"),
        power=target,
        conf_level=0.95 if last is None else last.conf_level,
        curve=curve,
        counts={"units": float(len(rollout.units)), "n_treated": float(used.sum()), "n_comparison": float(rollout.never.sum())},
    )


def _places(df: pd.DataFrame, rollout: Rollout, unit: str, time: str) -> tuple[np.ndarray, np.ndarray]:
    """Unit and time of every row, in the roll-out's order."""
    when, timeline = read_time(df, time)
    return rollout.units.get_indexer(pd.Index(df[unit])), np.searchsorted(timeline.ordinals, when)


def _drawn(rollout: Rollout, noise: Noise, rng: np.random.Generator) -> np.ndarray:
    """(n, T) means of people's outcomes without treatment; levels of units and times are left out, which estimators remove."""
    n, T = rollout.seen.shape
    shared = np.zeros((n, T))
    if noise.shared > 0:
        root = np.linalg.cholesky(noise.between_times(rollout.times) + 1e-12 * noise.shared * np.eye(T))
        shared = rng.normal(size=(n, T)) @ root.T
    own = rng.normal(size=(n, T)) * np.sqrt(noise.alone / np.where(rollout.people > 0, rollout.people, 1.0))
    return shared + own


def _crossing(curve: pd.DataFrame, target: float) -> float:
    """Smallest effect, straight between neighbours, at which the curve reaches the target for good."""
    positive = curve[curve["effect"] >= 0]
    effect, power = positive["effect"].to_numpy(), np.maximum.accumulate(positive["power"].to_numpy())
    if not len(power) or power[-1] < target:
        return float("nan")
    return float(np.interp(target, power, effect))
