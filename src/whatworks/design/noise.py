"""What outcomes are assumed to vary by when nothing is done, before they are read or from what was measured before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import positive

# Fewer units or times than these tell a shared shock from chance poorly.
_LEAST_UNITS, _LEAST_TIMES = 5, 4


@dataclass(frozen=True, kw_only=True)
class Noise:
    """How much one citizen's outcome differs from what unit and time make one expect.

    Parameters
    ----------
    sd : standard deviation of a citizen's outcome about the mean of her unit, in units of the outcome, above 0
    icc : share of ``sd`` squared that citizens of one unit share at one time, beyond what the unit always and everybody at that
        time have, 0 to below 1
    autocorrelation : of that shared part from one time to the next, above -1 and below 1
    explained : share of ``sd`` squared that background variables take out, 0 to below 1

    Raises
    ------
    InvalidOption

    Examples
    --------
    >>> Noise(sd=18.0, icc=0.02).sd
    18.0
    """

    sd: float
    icc: float = 0.0
    autocorrelation: float = 0.0
    explained: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.sd) and self.sd > 0):
            raise InvalidOption(f"sd={self.sd!r} must be above 0: the standard deviation of one citizen's outcome.")
        for name in ("icc", "explained"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidOption(f"{name}={getattr(self, name)!r} is a share: at least 0 and below 1.")
        if not -1 < self.autocorrelation < 1:
            raise InvalidOption(f"autocorrelation={self.autocorrelation!r} must lie between -1 and 1.")

    @property
    def alone(self) -> float:
        """Variance of what is a citizen's own."""
        return self.sd**2 * (1 - self.icc) * (1 - self.explained)

    @property
    def shared(self) -> float:
        """Variance of what citizens of a unit share at a time."""
        return self.sd**2 * self.icc

    def between_times(self, times: np.ndarray) -> np.ndarray:
        """(T, T) covariance of the shared part at some times, given as whole numbers."""
        apart = np.abs(times[:, None] - times[None, :])
        return self.shared * np.power(float(self.autocorrelation), apart)


def learn_noise(history: pd.DataFrame, *, outcome: str, unit: str, time: str, people: str, sd: float) -> Noise:
    """Learn the shared part from unit means of a time before anybody started.

    Parameters
    ----------
    history : one row per unit and time, untreated times only, at least 5 units and 4 times
    outcome : mean of the unit's citizens at that time
    unit, time : columns; times are whole numbers one apart
    people : column with the number of citizens behind each mean
    sd : standard deviation of one citizen's outcome about the mean of her unit, which means alone do not show

    Returns
    -------
    :class:`Noise`: what is left of the means when units and times are taken out, less what citizens' own variation makes of it
    (method of moments, times n(T-1)/((n-1)(T-1)) for what was taken out); the autocorrelation of successive remainders, corrected
    for the time mean that was taken out (Nickell 1981) and for citizens' own variation, which has none.

    Raises
    ------
    TooFewUnits
    MissingColumn, MissingValues, InvalidColumn

    References
    ----------
    Burlig, Preonas & Woerman (2020), Journal of Development Economics 144:102458; Nickell (1981), Econometrica 49:1417-1426.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> history = pd.DataFrame({"town": np.repeat(range(30), 8), "quarter": np.tile(range(8), 30), "n": 20,
    ...                         "days": rng.normal(50, 4, 240)})
    >>> noise = learn_noise(history, outcome="days", unit="town", time="quarter", people="n", sd=15.0)
    >>> 0.0 < noise.icc < 0.1
    True
    """
    sd = positive("sd", sd)
    require_columns(history, [unit, time])
    values, counts = numeric(history, outcome), numeric(history, people)
    wide = pd.DataFrame({"unit": history[unit], "time": history[time], "y": values, "n": counts})
    table = wide.pivot_table(index="unit", columns="time", values="y").dropna()
    if table.shape[0] < _LEAST_UNITS or table.shape[1] < _LEAST_TIMES:
        raise TooFewUnits(
            f"{table.shape[0]} units seen at all of {table.shape[1]} times; at least {_LEAST_UNITS} and {_LEAST_TIMES} are "
            "needed. Add earlier times, or give icc and autocorrelation from the literature: ww.design.Noise(sd=..., icc=...)."
        )
    n, T = table.shape
    y = table.to_numpy()
    left = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    variance = float((left**2).sum() / ((n - 1) * (T - 1)))
    own = sd**2 * float((1 / wide["n"]).mean())
    # Shared and own variance make sd squared together: shared + (sd² - shared)/m = what is seen.
    per_head = own / sd**2
    icc = float(np.clip((variance - own) / (sd**2 * (1 - per_head)), 0.0, 0.99)) if per_head < 1 else 0.0
    successive = float((left[:, 1:] * left[:, :-1]).sum() / ((n - 1) * (T - 1)))
    shared = sd**2 * icc
    rho = _without_time_mean(successive, variance, shared, T) if shared > 0 else 0.0
    return Noise(sd=sd, icc=icc, autocorrelation=rho)


def _without_time_mean(successive: float, variance: float, shared: float, T: int) -> float:
    """Autocorrelation of the shared part: taking a mean of T times out lowers every covariance by about variance/T."""
    return float(np.clip((successive + variance / T) / shared, -0.99, 0.99))
