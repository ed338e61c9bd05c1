"""Matched and weighted samples as comparison groups of a panel: one function that every estimator calls before it reads.

given = from_sample(df, unit=unit, weights=weights, cluster=cluster)
... estimate with given.df, given.weights, given.cluster ...
return given.noted(result)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample, WeightedSample

Sample = MatchedSample | WeightedSample
Data = pd.DataFrame | MatchedSample | WeightedSample
Weights = str | MatchedSample | WeightedSample | None
AnyResult = TypeVar("AnyResult", bound=EffectResult)

WEIGHT = "whatworks: weight in the sample"
SET = "whatworks: matched set"
_TWO_LINES = (
    "sample = ww.matching.match(baseline, ...) with one row per unit, then the estimator on the panel with weights=sample"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class FromSample:
    """A frame ready to be read, and what its result has to say.

    Attributes
    ----------
    df : rows of units in the sample
    weights, cluster : columns of ``df``, or None
    described : arguments as they stand in the provenance
    checks : the sample's own, and what its use in a panel leaves open
    rows_left_out : rows of units outside the sample
    """

    df: pd.DataFrame = field(repr=False)
    weights: str | None
    cluster: str | None
    described: Mapping[str, Any] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    rows_left_out: int = 0

    def noted(self, result: AnyResult) -> AnyResult:
        """The result with the sample's checks, the rows left out counted, and the sample's call among its arguments."""
        if not self.described:
            return result
        dropped = result.statistics.get("n_dropped", 0) + self.rows_left_out
        return replace(
            result,
            statistics={**result.statistics, "n_dropped": dropped},
            checks=(*result.checks, *self.checks),
            provenance=replace(result.provenance, arguments={**result.provenance.arguments, **self.described}),
        )


def from_sample(df: Data, *, unit: str | None, weights: Weights, cluster: str | None) -> FromSample:
    """Give the units of a panel the weights of a matched or weighted sample.

    Parameters
    ----------
    df : the panel; or a sample whose frame is the panel, each unit with one weight
    unit : column with labels of units; the sample's frame has the same column, or an index of that name
    weights : column, sample, or None
    cluster : column; None takes the matched sets where nobody stands in two, and else each unit alone

    Returns
    -------
    :class:`FromSample`. Units outside the sample, or of weight 0 in it, are left out. Matched sets as clusters: Abadie & Spiess
    (2022), Journal of the American Statistical Association 117:983-995.

    Raises
    ------
    InvalidOption
        If a sample comes without units, or twice.
    InvalidColumn
        If the sample's frame does not name the units, gives one unit several weights, or shares no unit with the panel.
    """
    _refuse_other_types(df, weights, cluster)
    if isinstance(df, pd.DataFrame) and not isinstance(weights, (MatchedSample, WeightedSample)):
        return FromSample(df=df, weights=weights, cluster=cluster)
    sample, panel = _sample_and_panel(df, weights)
    if unit is None:
        raise InvalidOption("A sample weighs units, so it needs a panel. Name the column of units, or give weights as a column.")
    table = _table_of_units(sample, unit, itself=not isinstance(df, pd.DataFrame))
    require_columns(panel, [unit])
    weight = panel[unit].map(table["weight"]).to_numpy(dtype=float, na_value=np.nan)
    # Rows without a unit stay, so that the reader complains about them.
    keep = (weight > 0) | panel[unit].isna().to_numpy()
    if not (weight > 0).any():
        raise InvalidColumn(
            f"None of the panel's {panel[unit].nunique()} values of {unit!r} has a weight in the sample, whose frame has "
            f"{len(table)} (of type {table.index.dtype}; in the panel: {panel[unit].dtype}). Use the same labels in both."
        )
    left_out = int(panel.loc[~keep, unit].nunique())
    out = panel[keep].assign(**{WEIGHT: np.where(np.isnan(weight[keep]), 1.0, weight[keep])})
    by_set = cluster is None and _sets_are_disjoint(sample)
    if by_set:
        out[SET] = out[unit].map(table["set"])
    return FromSample(
        df=out,
        weights=WEIGHT,
        cluster=SET if by_set else cluster,
        described={"weights": dict(sample.call), "cluster": "matched set" if by_set else cluster},
        checks=(*sample.checks, _outside(sample, left_out, int((~keep).sum())), _standard_errors(sample, by_set)),
        rows_left_out=int((~keep).sum()),
    )


def _refuse_other_types(df: object, weights: object, cluster: object) -> None:
    """A frame or a sample as data, a column's name or a sample as weights, a column's name as cluster."""
    if not isinstance(df, (pd.DataFrame, MatchedSample, WeightedSample)):
        raise InvalidOption(
            f"The data are of type {type(df).__name__}; give a pandas DataFrame, or a matched or weighted sample."
        )
    if not (isinstance(weights, (MatchedSample, WeightedSample)) or _may_be_name(weights)):
        raise InvalidOption(f"weights is of type {type(weights).__name__}; name a column of the frame, or give a sample.")
    if not _may_be_name(cluster):
        raise InvalidOption(f"cluster is of type {type(cluster).__name__}; name one column of the frame.")


def _may_be_name(value: object) -> bool:
    """True for what a frame may have as a column's name; a column itself, or a list, has no hash."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _sample_and_panel(df: Data, weights: Weights) -> tuple[Sample, pd.DataFrame]:
    if isinstance(df, pd.DataFrame):
        assert isinstance(weights, (MatchedSample, WeightedSample))
        return weights, df
    if weights is not None:
        raise InvalidOption(
            "The sample given as the frame brings its own weights. Leave weights out, or give the panel itself first."
        )
    return df, df.data


def _table_of_units(sample: Sample, unit: str, *, itself: bool) -> pd.DataFrame:
    """Weight and set by unit."""
    data = sample.data
    if unit in data.columns:
        labels = data[unit].to_numpy()
    elif data.index.name == unit:
        labels = data.index.to_numpy()
    else:
        raise InvalidColumn(
            f"The sample's frame has no column {unit!r}, and no index of that name, to tell whom a weight belongs to. "
            "Keep the column of units in the frame that is matched or weighted."
        )
    table = pd.DataFrame({"weight": sample.weights.to_numpy(dtype=float)}, index=pd.Index(labels, name=unit))
    if isinstance(sample, MatchedSample):
        table["set"] = sample.subclass.to_numpy()
    if itself and not table.index.has_duplicates:
        raise InvalidOption(f"The sample's frame has one row per value of {unit!r}, so it is no panel. Write {_TWO_LINES}.")
    if not table.index.has_duplicates:
        return table
    by_unit = table["weight"].groupby(level=0)
    several = int((by_unit.max() > by_unit.min()).sum())
    if several:
        raise InvalidColumn(
            f"In the sample {several} of {table.index.nunique()} values of {unit!r} have several weights: rows of a panel were "
            f"matched one by one. Write {_TWO_LINES}."
        )
    return table[~table.index.duplicated()]


def _sets_are_disjoint(sample: Sample) -> bool:
    """True where matching made pairs or sets and nobody with a weight stands in two, or in none."""
    if not isinstance(sample, MatchedSample) or len(sample.pairs) == 0:
        return False
    return bool(sample.subclass[sample.weights.to_numpy(dtype=float) > 0].notna().all())


def _outside(sample: Sample, units: int, rows: int) -> Check:
    return Check(
        name="outside_sample",
        passed=True,
        message=f"{units} units ({rows} rows) of the panel are not in the sample or have weight 0 there, and are left out. "
        f"The sample reaches: {sample.estimand}.",
        statistics={"n_outside": float(units)},
    )


def _standard_errors(sample: Sample, by_set: bool) -> Check:
    if by_set:
        return Check(
            name="clustered_by_matched_set",
            passed=True,
            message="Standard errors cluster by matched set, so they hold for matching without reuse (Abadie & Spiess 2022).",
        )
    how = "matching" if isinstance(sample, MatchedSample) else "weighting"
    return Check(
        name="weights_taken_as_known",
        passed=None,
        message=f"Standard errors take the weights as known: what {how} adds to the uncertainty, or takes from it, is left out.",
    )
