"""The designs by name: from a frame's arms, strata and distances to pairs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import TooFewUnits
from whatworks.matching.calipers import Caliper, read_calipers
from whatworks.matching.cardinality import largest_balanced_sample
from whatworks.matching.encoding import Encoded, encode, strata
from whatworks.matching.full import full_pairs
from whatworks.matching.optimal import optimal_pairs
from whatworks.matching.samples import Pairs, rows_marked
from whatworks.matching.search import Rules, pair_up
from whatworks.matching.ties import ties_broken


@dataclass(frozen=True, kw_only=True, eq=False)
class Inputs:
    """What every design starts from.

    Attributes
    ----------
    call : the arguments, as plain values
    treated : (n,) boolean
    scores : (n,) propensity scores, None where the distance needs none and the arms are separated
    positions : (n, k) coordinates in which the Euclidean distance is the wanted one
    unit : what ``tie_tolerance`` is a share of
    encoded : the covariates as numbers
    """

    df: pd.DataFrame
    call: Mapping[str, Any]
    treated: np.ndarray
    scores: np.ndarray | None
    positions: np.ndarray
    unit: float
    encoded: Encoded

    @property
    def focal(self) -> list[np.ndarray]:
        """(n,) marks of whom neighbours are looked for, one for each direction."""
        sides = {"ATT": [self.treated], "ATC": [~self.treated], "ATE": [self.treated, ~self.treated]}
        return sides[self.call["estimand"]]

    @property
    def groups(self) -> np.ndarray:
        """(n,) strata that pairs must not cross."""
        return strata(self.df, self.call["exact"])

    @property
    def calipers(self) -> list[Caliper]:
        """Largest differences within a pair."""
        return read_calipers(self.df, self.call["caliper"], self.scores, self.call["distance"])


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """Pairs of a design; ``sets`` numbers each row's set from 1 where sets are more than a focal row with its neighbours."""

    pairs: Pairs
    sets: np.ndarray | None = None
    checks: tuple[Check, ...] = ()


def nearest(inputs: Inputs) -> Found:
    """Nearest neighbours: for the treated (ATT), for the comparison arm (ATC), or one after the other (ATE)."""
    call = inputs.call
    rules = Rules(
        ratio=call["ratio"],
        replace=call["replace"],
        order=call["order"],
        ties=call["ties"],
        tolerance=call["tie_tolerance"],
        unit=inputs.unit,
        line=call["distance"] == "propensity",
        turn=inputs.scores,
        first=inputs.encoded.matrix[:, 0],
    )
    groups, calipers = inputs.groups, inputs.calipers
    for focal in inputs.focal:
        _refuse_too_few(call["ratio"], focal)
    pairs = Pairs.joined([pair_up(inputs.positions, focal, groups, calipers, rules) for focal in inputs.focal])
    served = int(rows_marked(pairs.focal, len(inputs.df)).sum())
    return Found(pairs=pairs, checks=(ties_broken(pairs.ties, served, call["ties"]),))


def optimal(inputs: Inputs) -> Found:
    """Pairs with the smallest sum of distances."""
    (focal,) = inputs.focal
    ratio = inputs.call["ratio"]
    _refuse_too_few(ratio, focal)
    pairs = optimal_pairs(inputs.positions, focal, inputs.groups, inputs.calipers, ratio=ratio)
    return Found(pairs=pairs, checks=(ties_broken(pairs.ties, len(np.unique(pairs.focal)), "least"),))


def full(inputs: Inputs) -> Found:
    """Sets around one person each, with the smallest sum of distances."""
    pairs, sets = full_pairs(
        inputs.positions,
        inputs.treated,
        inputs.groups,
        inputs.calipers,
        estimand=inputs.call["estimand"],
        min_controls=inputs.call["min_controls"],
        max_controls=inputs.call["max_controls"],
    )
    # Of every link, the end that has no other link was put there: with an estimand of both arms each link is listed twice.
    links = len(pairs.focal) // len(inputs.focal)
    return Found(pairs=pairs, sets=sets, checks=(ties_broken(pairs.ties, links, "least"),))


def cardinality(inputs: Inputs) -> Found:
    """The largest sample with means alike, its people paired afterwards so that the sum of distances is smallest."""
    call, (focal,) = inputs.call, inputs.focal
    _refuse_too_few(call["ratio"], focal)
    columns = encode(inputs.df, call["covariates"], levels="every").matrix
    within, overall = columns[focal].std(axis=0, ddof=1) if focal.sum() > 1 else np.zeros(columns.shape[1]), columns.std(axis=0)
    spread = np.where(within > 0, within, np.where(overall > 0, overall, 1.0))
    sample = largest_balanced_sample(
        (columns - columns[focal].mean(axis=0)) / spread,
        focal,
        inputs.groups,
        ratio=call["ratio"],
        tolerance=call["tolerance"],
        time_limit=call["time_limit"],
    )
    rows = np.flatnonzero(sample.kept)
    if len(rows) == 0:
        return Found(pairs=Pairs.none())
    pairs = optimal_pairs(inputs.positions[rows], focal[rows], inputs.groups[rows], [], ratio=call["ratio"])
    pairs = replace(pairs, focal=rows[pairs.focal], neighbour=rows[pairs.neighbour])
    return Found(pairs=pairs, checks=(sample.check,))


PAIRED: dict[str, Callable[[Inputs], Found]] = {
    "nearest": nearest, "optimal": optimal, "full": full, "cardinality": cardinality,
}  # fmt: skip


def _refuse_too_few(ratio: int, focal: np.ndarray) -> None:
    pool = int((~focal).sum())
    if ratio > pool:
        raise TooFewUnits(f"ratio={ratio} neighbours are asked for and {pool} people are there. Ask for fewer.")
