"""Turning pairs into a sample: weights, subclasses, counts, and what is already doubtful before any outcome is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import as_list
from whatworks.core.disclosure import K_PUBLISH, is_small
from whatworks.core.errors import NotIdentified
from whatworks.core.options import truth
from whatworks.core.samples import MatchedSample
from whatworks.matching.doubts import doubts_of_matching, people_meant
from whatworks.matching.encoding import arms, covariate_list, encode, sampling_weights
from whatworks.matching.propensity import score_rows


@dataclass(frozen=True, eq=False)
class Pairs:
    """Who was chosen for whom, by row number.

    Attributes
    ----------
    focal, neighbour : (p,) row numbers in the frame
    share : (p,) of a focal row's comparison that this neighbour makes up; sums to 1 for every focal row
    distance : (p,) in the measure matched on
    ties : focal rows with more equally near neighbours than places for them
    """

    focal: np.ndarray
    neighbour: np.ndarray
    share: np.ndarray
    distance: np.ndarray
    ties: int = 0

    @staticmethod
    def made_for(focal: np.ndarray, neighbour: np.ndarray, positions: np.ndarray, *, ties: int = 0) -> "Pairs":
        """Pairs with equal shares for the neighbours of one focal row."""
        chosen = np.bincount(focal, minlength=len(positions))
        distance = np.sqrt(((positions[focal] - positions[neighbour]) ** 2).sum(axis=1))
        return Pairs(focal, neighbour, 1 / chosen[focal], distance, ties)

    @staticmethod
    def none() -> "Pairs":
        """No pair at all."""
        rows, numbers = np.empty(0, dtype=np.int64), np.empty(0)
        return Pairs(rows, rows, numbers, numbers)

    @staticmethod
    def joined(parts: Sequence["Pairs"]) -> "Pairs":
        """Several lists one after the other."""
        return Pairs(
            focal=np.concatenate([part.focal for part in parts]),
            neighbour=np.concatenate([part.neighbour for part in parts]),
            share=np.concatenate([part.share for part in parts]),
            distance=np.concatenate([part.distance for part in parts]),
            ties=sum(part.ties for part in parts),
        )


def matched_sample(
    df: pd.DataFrame,
    pairs: Pairs,
    *,
    treated: np.ndarray,
    scores: np.ndarray | None,
    base: np.ndarray,
    call: Mapping[str, Any],
    sets: np.ndarray | None = None,
    checks: tuple[Check, ...] = (),
) -> MatchedSample:
    """What :func:`~whatworks.matching.match` hands over.

    ``sets`` numbers each row's set from 1, 0 for rows in none; None takes each focal row with its neighbours for a set.
    ``checks`` are the design's own.
    """
    weights = _matching_weights(pairs, treated, base)
    subclass = _subclasses(pairs, len(df)) if sets is None else pd.arrays.IntegerArray(sets, sets == 0)
    counts = arm_counts(treated, weights)
    return MatchedSample(
        data=df,
        treatment=call["treatment"],
        covariates=tuple(call["covariates"]),
        pairs=pair_table(df.index, pairs, treated, sets),
        weights=pd.Series(weights, index=df.index, name="weight"),
        subclass=pd.Series(subclass, index=df.index, name="subclass"),
        propensity=None if scores is None else pd.Series(scores, index=df.index, name="propensity"),
        counts=counts,
        estimand=estimand_reached(call["estimand"], rows_marked(pairs.focal, len(df)), treated),
        call=dict(call),
        checks=(*doubts_of_matching(pairs.focal, pairs.neighbour, treated, weights, scores, call["estimand"]), *checks),
    )


def unmatched(
    df: pd.DataFrame,
    *,
    treatment: str,
    covariates: str | Sequence[str] = (),
    randomised: bool = False,
    weights: str | None = None,
) -> MatchedSample:
    """Everybody as they are, so that a raw gap or an experiment goes through the same ``estimate`` as a matched sample.

    Parameters
    ----------
    df : one row per person, each with its own index label
    treatment : 0/1 or boolean column
    covariates : columns known before treatment, for balance tables and overlap; may be empty
    randomised : True only where lots were drawn. Otherwise every estimate carries the failed check ``unadjusted``
    weights : column of positive sampling weights; None counts every row once

    Returns
    -------
    :class:`~whatworks.core.MatchedSample` without pairs; without sampling weights everybody has weight 1. The score is left
    out where there are no covariates, or where they separate the arms.

    Raises
    ------
    MissingValues, InvalidColumn, InvalidOption, NoTreatedGroup, NoComparisonGroup, DuplicateRows, MissingColumn

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 0, 0], "days": [3.0, 5, 6, 8]})
    >>> trial = ww.matching.unmatched(df, treatment="treated", randomised=True)
    >>> round(ww.matching.estimate(trial, outcome="days").headline.estimate, 6)
    -3.0
    """
    names = covariate_list(covariates, treatment) if as_list(covariates) else []
    treated, base = arms(df, treatment), sampling_weights(df, weights)
    call = {
        "treatment": treatment,
        "covariates": names,
        "method": "unmatched",
        "estimand": "ATE",
        "randomised": truth("randomised", randomised),
        "weights": weights,
    }
    scores = _scores_if_any(df, names, treated, base)
    everybody = on_one_scale(base, treated)
    return MatchedSample(
        data=df,
        treatment=treatment,
        covariates=tuple(names),
        pairs=pair_table(df.index, Pairs.none(), treated),
        weights=pd.Series(everybody, index=df.index, name="weight"),
        subclass=pd.Series(pd.NA, index=df.index, name="subclass", dtype="Int64"),
        propensity=None if scores is None else pd.Series(scores, index=df.index, name="propensity"),
        counts=arm_counts(treated, everybody),
        estimand="average effect, by randomisation" if randomised else "difference between the arms as they are",
        call=call,
    )


def _scores_if_any(df: pd.DataFrame, covariates: list[str], treated: np.ndarray, base: np.ndarray) -> np.ndarray | None:
    if not covariates:
        return None
    encoded = encode(df, covariates)
    try:
        return score_rows(encoded, treated, weights=base)
    except NotIdentified:
        return None


def effective_size(weights: np.ndarray) -> float:
    """How many equally weighted people tell as much: the squared sum over the sum of squares (Kish 1965)."""
    squared = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squared if squared > 0 else 0.0


def arm_counts(treated: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Rows by arm: all, matched, dropped, and the effective sample size."""
    rows = []
    for arm, member in (("treated", treated), ("comparison", ~treated)):
        matched = int((weights[member] > 0).sum())
        total = int(member.sum())
        ess = effective_size(weights[member])
        rows.append({"arm": arm, "all": total, "matched": matched, "dropped": total - matched, "ess": ess})
    return pd.DataFrame(rows)


def _matching_weights(pairs: Pairs, treated: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Focal rows stand for themselves; neighbours take over what they make up of each focal row."""
    weights = np.where(rows_marked(pairs.focal, len(treated)), base, 0.0)
    weights += np.bincount(pairs.neighbour, pairs.share * base[pairs.focal], minlength=len(treated))
    return on_one_scale(weights, treated)


def on_one_scale(weights: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """In each arm the weights sum to the number of rows that have one."""
    scaled = weights.copy()
    for arm in (treated, ~treated):
        total = weights[arm].sum()
        if total > 0:
            scaled[arm] *= (weights[arm] > 0).sum() / total
    return scaled


def _subclasses(pairs: Pairs, size: int) -> pd.arrays.IntegerArray:
    """The number of a row's pair or set; none for rows left out or standing in several."""
    focal = rows_marked(pairs.focal, size)
    number = np.cumsum(focal)
    sets = focal + np.bincount(pairs.neighbour, minlength=size)
    subclass = np.where(focal, number, 0)
    subclass[pairs.neighbour] = number[pairs.focal]
    return pd.arrays.IntegerArray(subclass, sets != 1)


def pair_table(index: pd.Index, pairs: Pairs, treated: np.ndarray, sets: np.ndarray | None = None) -> pd.DataFrame:
    """Pairs by label, as a sample carries them; ``sets`` numbers each row's set, else focal rows are counted."""
    made_for_treated = treated[pairs.focal]
    numbers = np.cumsum(rows_marked(pairs.focal, len(treated))) if sets is None else sets
    return pd.DataFrame(
        {
            "treated": index[np.where(made_for_treated, pairs.focal, pairs.neighbour)],
            "control": index[np.where(made_for_treated, pairs.neighbour, pairs.focal)],
            "distance": pairs.distance,
            "subclass": numbers[pairs.focal],
            "weight": pairs.share,
            "focal": pd.Categorical(np.where(made_for_treated, "treated", "control"), categories=["treated", "control"]),
        }
    )


def rows_marked(rows: np.ndarray, size: int) -> np.ndarray:
    """(size,) True for the rows named."""
    marked = np.zeros(size, dtype=bool)
    marked[rows] = True
    return marked


def estimand_reached(estimand: str, has_match: np.ndarray, treated: np.ndarray) -> str:
    """The estimand asked for, and for how many of its people the answer holds where that tells of no few."""
    wanted = people_meant(estimand, treated)
    served = int((wanted & has_match).sum())
    if served == wanted.sum():
        return estimand
    who = {"ATT": "treated", "ATC": "comparison people", "ATE": "people"}[estimand]
    # The text is published, and the difference of two counts tells of as few people as a small cell does.
    if is_small(int(wanted.sum()) - served):
        return f"{estimand} among the {who} who have a match (fewer than {K_PUBLISH} have none)"
    return f"{estimand} among the {served} of {int(wanted.sum())} {who} who have a match"
