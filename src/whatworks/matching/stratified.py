"""Samples in which people are compared stratum by stratum: weights, subclass numbers, and who is left out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import NoMatches
from whatworks.core.samples import MatchedSample
from whatworks.matching.doubts import doubts_of_strata
from whatworks.matching.samples import Pairs, arm_counts, estimand_reached, on_one_scale, pair_table


def stratified_sample(
    df: pd.DataFrame,
    strata: np.ndarray,
    *,
    treated: np.ndarray,
    scores: np.ndarray | None,
    base: np.ndarray,
    call: Mapping[str, Any],
) -> MatchedSample:
    """What :func:`~whatworks.matching.match` hands over where strata, not pairs, say who is compared with whom.

    Parameters
    ----------
    strata : (n,) number of each row's stratum, 0 or more; a stratum without both arms is left out
    base : (n,) sampling weights

    Raises
    ------
    NoMatches
        If no stratum holds both arms.
    """
    number = common_strata(strata, treated)
    served = number > 0
    if not served.any():
        raise NoMatches(
            f"None of the {int(strata.max()) + 1} strata holds both treated and comparison people ({int(treated.sum())} and "
            f"{int((~treated).sum())} in all). Use fewer covariates or coarser categories."
        )
    weights = stratum_weights(number, treated, base, call["estimand"])
    return MatchedSample(
        data=df,
        treatment=call["treatment"],
        covariates=tuple(call["covariates"]),
        pairs=pair_table(df.index, Pairs.none(), treated),
        weights=pd.Series(weights, index=df.index, name="weight"),
        subclass=pd.Series(pd.arrays.IntegerArray(number, ~served), index=df.index, name="subclass"),
        propensity=None if scores is None else pd.Series(scores, index=df.index, name="propensity"),
        counts=arm_counts(treated, weights),
        estimand=estimand_reached(call["estimand"], served, treated),
        call=dict(call),
        checks=doubts_of_strata(served, treated, weights, scores, call["estimand"]),
    )


def common_strata(strata: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Strata that hold both arms, numbered from 1 in their order; 0 for everybody else.

    Examples
    --------
    >>> common_strata(np.array([0, 2, 2, 1, 1]), np.array([True, True, False, False, False])).tolist()
    [0, 1, 1, 0, 0]
    """
    size = int(strata.max()) + 1
    everybody, ours = np.bincount(strata, minlength=size), np.bincount(strata[treated], minlength=size)
    both = (ours > 0) & (ours < everybody)
    return np.where(both, np.cumsum(both), 0)[strata]


def stratum_weights(number: np.ndarray, treated: np.ndarray, base: np.ndarray, estimand: str) -> np.ndarray:
    """Each arm weighted so that its strata are as large as among the people the effect is about.

    Parameters
    ----------
    number : (n,) stratum from 1, 0 for rows left out
    base : (n,) sampling weights
    estimand : ``"ATT"``, ``"ATC"`` or ``"ATE"``

    Returns
    -------
    (n,) summing, in each arm, to its number of rows with a weight.

    References
    ----------
    Stuart (2010), Statistical Science 25:1-21, section 3.2; Imbens & Rubin (2015), Causal Inference, section 17.8.

    Examples
    --------
    >>> number, treated = np.array([1, 1, 1, 1]), np.array([True, True, True, False])
    >>> stratum_weights(number, treated, np.ones(4), "ATC").round(3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    base = np.where(number > 0, base, 0.0)
    ours = np.bincount(number, base * treated)
    theirs = np.bincount(number, base * ~treated)
    meant = {"ATT": ours, "ATC": theirs, "ATE": ours + theirs}[estimand]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(treated, (meant / ours)[number], (meant / theirs)[number])
    return on_one_scale(np.where(number > 0, base * factor, 0.0), treated)
