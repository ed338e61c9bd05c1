"""What a provider's result is worth: estimates drawn towards the average by how little they say, and ranks with intervals."""

from dataclasses import dataclass

import numpy as np

from whatworks.core.options import seed_or_none


@dataclass(frozen=True, kw_only=True, eq=False)
class Shrunken:
    """Empirical-Bayes estimates (J,) with their standard deviations, and how much of each is the provider's own."""

    estimate: np.ndarray
    std_error: np.ndarray
    reliability: np.ndarray


def shrink(y: np.ndarray, std_error: np.ndarray, *, target: float, tau2: float) -> Shrunken:
    """Best guess of what each provider would show in the long run.

    Parameters
    ----------
    y, std_error : (J,) estimates and their errors under chance alone
    target : the average
    tau2 : variance between providers

    References
    ----------
    Efron & Morris (1975), J. Amer. Statist. Assoc. 70:311-319.

    Examples
    --------
    >>> shrink(np.array([2.0]), np.array([1.0]), target=0.0, tau2=1.0).estimate
    array([1.])
    """
    reliability = tau2 / (tau2 + std_error**2)
    return Shrunken(
        estimate=target + reliability * (y - target), std_error=np.sqrt(reliability) * std_error, reliability=reliability
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranks:
    """Central intervals of the ranks (1 is best), and the probability of each third."""

    low: np.ndarray
    high: np.ndarray
    top_third: np.ndarray
    bottom_third: np.ndarray


def rank_intervals(
    estimate: np.ndarray, std_error: np.ndarray, *, good: str, draws: int, seed: int | None, conf_level: float
) -> Ranks:
    """Ranks that providers may have, from draws of what they would show in the long run.

    Parameters
    ----------
    estimate, std_error : (J,) of :class:`Shrunken`
    good : "up" where more is better
    draws : at least 1

    References
    ----------
    Goldstein & Spiegelhalter (1996), J. R. Statist. Soc. A 159:385-443.

    Examples
    --------
    >>> sure = rank_intervals(np.array([0.0, 9.0]), np.array([0.1, 0.1]), good="up", draws=50, seed=0, conf_level=0.95)
    >>> sure.low, sure.high
    (array([2, 1]), array([2, 1]))
    """
    rng = np.random.default_rng(seed_or_none(seed))
    sign = np.float32(-1.0 if good == "up" else 1.0)
    count = len(estimate)
    drawn = rng.standard_normal((draws, count), dtype=np.float32)
    drawn *= std_error.astype(np.float32)
    drawn += estimate.astype(np.float32)
    order = np.argsort(sign * drawn, axis=1)
    ranks = np.empty((draws, count), dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, count + 1, dtype=np.int32)[None, :], axis=1)
    tail = (1 - conf_level) / 2
    places = [int(np.floor(tail * (draws - 1))), int(np.ceil((1 - tail) * (draws - 1)))]
    ends = np.partition(ranks, places, axis=0)[places]
    third = count / 3
    return Ranks(
        low=ends[0].astype(int),
        high=ends[1].astype(int),
        top_third=(ranks <= third).mean(axis=0),
        bottom_third=(ranks > count - third).mean(axis=0),
    )
