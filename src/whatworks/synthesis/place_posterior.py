"""The effect in one place, from its own estimate and studies elsewhere, over everything the places' spread may be."""

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special

Array = np.ndarray

# Values of the spread that are weighed, denser near 0, and how many times the observed spread the largest is.
_VALUES, _REACH = 400, 10.0
# Standard deviations around every component within which any quantile that is asked for lies.
_FAR = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class PlacePosterior:
    """A mixture of normal distributions, one for each value of the spread between places.

    Attributes
    ----------
    probability : (G,) of each value
    mean, variance : (G,) of the effect, were that the spread
    share : (G,) how much of the mean is the place's own estimate, from 0 to 1
    """

    probability: Array = field(repr=False)
    mean: Array = field(repr=False)
    variance: Array = field(repr=False)
    share: Array = field(repr=False)

    @property
    def estimate(self) -> float:
        """The mean of the mixture."""
        return float(self.probability @ self.mean)

    @property
    def std_error(self) -> float:
        """The standard deviation of the mixture."""
        return float(np.sqrt(self.probability @ (self.variance + (self.mean - self.estimate) ** 2)))

    @property
    def weight(self) -> float:
        """How much of the estimate is the place's own, from 0 to 1."""
        return float(self.probability @ self.share)

    def below(self, value: float) -> float:
        """Probability that the effect is smaller."""
        return float(self.probability @ special.ndtr((value - self.mean) / np.sqrt(self.variance)))

    def quantile(self, probability: float) -> float:
        """The value that the effect is below with that probability."""
        spread = _FAR * np.sqrt(self.variance)
        low, high = float((self.mean - spread).min()), float((self.mean + spread).max())
        return float(optimize.brentq(lambda value: self.below(value) - probability, low, high, xtol=1e-12 * (high - low)))


def known_spread(ours: float, ours_variance: float, theirs: float, theirs_variance: float) -> PlacePosterior:
    """The posterior where what to expect in a place like ours has a known variance: two inverse variances."""
    share = theirs_variance / (theirs_variance + ours_variance)
    mean = share * ours + (1 - share) * theirs
    return PlacePosterior(
        probability=np.ones(1), mean=np.array([mean]), variance=np.array([share * ours_variance]), share=np.array([share])
    )


def unknown_spread(ours: float, ours_variance: float, effects: Array, variances: Array) -> PlacePosterior:
    """The posterior averaged over the spread between places, which the studies and our own estimate tell together.

    The restricted likelihood of the spread with every standard deviation equally likely beforehand: a variance that is taken as
    known when few studies estimated it makes intervals that hold the truth too seldom.

    Parameters
    ----------
    ours, ours_variance : the place's own estimate
    effects, variances : (k,) the published ones, at least 2

    References
    ----------
    Gelman (2006), Bayesian Analysis 1:515-534 (the prior); Röver (2020), J. Statist. Software 93(6) (averaging over a grid).
    """
    y, v = np.r_[ours, effects], np.r_[ours_variance, variances]
    steps = (np.arange(_VALUES) + 0.5) / _VALUES
    tau2 = (_REACH * np.sqrt(np.var(y, ddof=1) + v.mean()) * steps**2) ** 2
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    q = (w * (y - (w @ y / total)[:, None]) ** 2).sum(axis=1)
    # The steps grow with their distance from 0.
    log_density = 0.5 * (np.log(w).sum(axis=1) - np.log(total) - q) + np.log(steps)
    probability = np.exp(log_density - log_density.max())
    elsewhere = w[:, 1:]
    expected, expected_variance = elsewhere @ effects / elsewhere.sum(axis=1), 1 / elsewhere.sum(axis=1) + tau2
    share = expected_variance / (expected_variance + ours_variance)
    return PlacePosterior(
        probability=probability / probability.sum(),
        mean=share * ours + (1 - share) * expected,
        variance=share * ours_variance,
        share=share,
    )
