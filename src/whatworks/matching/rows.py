"""The rows of an outcome regression: who stands in them, with which weight, in which cluster, for which people."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.matching.encoding import arms, encode, refuse_missing, sampling_weights
from whatworks.matching.inputs import Sample, outcome_column, refuse_constant_outcome
from whatworks.matching.regression import Design

# Estimands about people whom the weights themselves describe.
TILTED = ("ATO", "ATM")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """A regression's rows and where they come from.

    Attributes
    ----------
    design : outcome, arm, weight, people meant, covariates of every row
    person : (r,) row numbers in the sample's frame; people used in several pairs stand in several rows
    groupings : clusterings of the rows, none to two
    """

    design: Design = field(repr=False)
    person: np.ndarray = field(repr=False)
    groupings: tuple[np.ndarray, ...] = field(default=(), repr=False)


def rows_of(
    sample: Sample, outcome: str, names: Sequence[str], *, by_set: bool, cluster: str | None, everybody: bool = False
) -> Rows:
    """The regression's rows. By set, people used in several sets stand in one row for each of them.

    Parameters
    ----------
    by_set : whether matched sets are clusters
    cluster : column of clusters above persons
    everybody : take rows without weight as well; bootstrap draws weigh some of them

    Raises
    ------
    MissingValues, InvalidColumn, MissingColumn
    """
    weights = sample.weights.to_numpy(dtype=float)
    used = np.ones(len(weights), dtype=bool) if everybody else weights > 0
    refuse_gaps(sample, used, [outcome, *names, *([] if cluster is None else [cluster])])
    groupings: list[np.ndarray] = []
    if by_set and isinstance(sample, MatchedSample) and sample.call.get("replace"):
        person, sets, part, own = _repeated_rows(sample)
        # However often repeated, a person weighs what the sample says.
        row_weights = part * weights[person] / np.bincount(person, part, minlength=len(weights))[person]
        groupings = [sets, person]
    else:
        person, own = np.flatnonzero(used), np.ones(int(used.sum()), dtype=bool)
        row_weights = weights[person]
        if by_set:
            groupings = [set_numbers(sample)[person]]
    if cluster is not None:
        groupings = [*groupings[:1], pd.factorize(sample.data[cluster])[0][person]]
    encoded = encode(sample.data.loc[used], names)
    design = Design(
        y=outcome_of(sample, outcome, used)[person],
        treated=arms(sample.data, sample.treatment)[person],
        weights=row_weights,
        target=np.where(own, people_meant_by(sample)[person], 0.0),
        covariates=encoded.matrix[np.cumsum(used)[person] - 1],
        mentions=encoded.mentions,
    )
    return Rows(design=design, person=person, groupings=tuple(groupings))


def refuse_gaps(sample: Sample, used: np.ndarray, columns: Sequence[str]) -> None:
    """Refuse rows that are used but lack a value."""
    require_columns(sample.data, columns)
    distinct = list(dict.fromkeys(columns))
    what = "matched rows" if isinstance(sample, MatchedSample) else "weighted rows"
    refuse_missing(sample.data.loc[used, distinct], distinct, what=what)


def outcome_of(sample: Sample, outcome: str, used: np.ndarray) -> np.ndarray:
    """The outcome of every row; rows that are not used may lack it.

    Raises
    ------
    InvalidColumn
        If it is the same for everybody used, so that there is nothing to compare.
    """
    values = np.full(len(sample.data), np.nan)
    values[used] = outcome_column(sample.data.loc[used, [outcome]], outcome, sample.treatment)
    refuse_constant_outcome(values[used], outcome)
    return values


def set_numbers(sample: Sample) -> np.ndarray:
    """The matched set of every row; 0 for rows in none."""
    assert isinstance(sample, MatchedSample)
    return sample.subclass.to_numpy(dtype=np.int64, na_value=0)


def has_sets(sample: Sample) -> bool:
    """Whether people were put together in pairs, sets or strata."""
    return isinstance(sample, MatchedSample) and (len(sample.pairs) > 0 or bool(sample.subclass.notna().any()))


def sets_are_clusters(sample: Sample, cluster: str | None) -> bool:
    """Whether people of one set hang together beside those of one cluster: pairs do, strata are large and fixed."""
    return has_sets(sample) and (cluster is None or (isinstance(sample, MatchedSample) and len(sample.pairs) > 0))


def people_meant_by(sample: Sample) -> np.ndarray:
    """How much each row counts among the people the effect is about; 0 for the others."""
    treated = arms(sample.data, sample.treatment)
    weights = sample.weights.to_numpy(dtype=float)
    base = sampling_weights(sample.data, sample.call.get("weights"))
    estimand = sample.call["estimand"]
    if isinstance(sample, WeightedSample):
        return people_meant_in(estimand, treated, base, weights)
    if len(sample.pairs) and sample.call["method"] == "nearest":
        meant = np.zeros(len(base))
        focal = np.unique(pair_rows(sample)[0])
        meant[focal] = base[focal]
        return meant
    if sample.call["method"] == "unmatched":
        return base
    # In sets and strata, weights say how many of those meant each row of either arm stands for.
    return np.where({"ATT": treated, "ATC": ~treated}.get(estimand, True), weights, 0.0)


def people_meant_in(estimand: str, treated: np.ndarray, base: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The same for balancing weights: sampling weights of an arm or of everybody, or the weights themselves (ATO, ATM)."""
    if estimand in TILTED:
        return weights
    wanted = (weights > 0) & {"ATT": treated, "ATC": ~treated}.get(estimand, True)
    return np.where(wanted, base, 0.0)


def pair_rows(sample: MatchedSample) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of focal people and their neighbours."""
    index = sample.data.index
    treated, control = (index.get_indexer(pd.Index(sample.pairs[arm])) for arm in ("treated", "control"))
    for_treated = (sample.pairs["focal"] == "treated").to_numpy()
    return np.where(for_treated, treated, control), np.where(for_treated, control, treated)


def _repeated_rows(sample: MatchedSample) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One row per member of every set: row number, set, part (in sampling weight), True for whom the set was made for."""
    focal, neighbour = pair_rows(sample)
    base = sampling_weights(sample.data, sample.call.get("weights"))
    own, first = np.unique(focal, return_index=True)
    sets = sample.pairs["subclass"].to_numpy()
    part = np.concatenate([base[own], sample.pairs["weight"].to_numpy() * base[focal]])
    made_for = np.concatenate([np.ones(len(own), dtype=bool), np.zeros(len(neighbour), dtype=bool)])
    return np.concatenate([own, neighbour]), np.concatenate([sets[first], sets]), part, made_for
