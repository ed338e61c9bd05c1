"""Who was compared with whom. Matching makes these; estimators of several rooms take them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from whatworks.core.check import Check


@dataclass(frozen=True, kw_only=True, eq=False)
class MatchedSample:
    """Treated citizens with the comparison citizens they were paired with.

    Attributes
    ----------
    data : the frame that was matched, all rows
    treatment : its 0/1 treatment column
    covariates : the columns matched on
    pairs : one row per pair: treated, control (labels of the frame's index), distance, subclass
    weights : matching weight of every row of the frame; 0 for rows left out
    subclass : subclass of every row; NA for rows left out, and for controls used in several pairs
    propensity : score of every row; None when the distance needs none
    counts : rows by arm: all, matched, dropped, and effective sample size
    estimand : the estimand **reached**: a caliper that drops treated citizens says so
    call : the arguments, as plain values
    checks : doubts already known before any outcome is read

    Examples
    --------
    >>> people = pd.DataFrame({"treated": [1, 1, 0, 0, 0], "age": [20.0, 40.0, 21.0, 39.0, 60.0]})
    >>> sample = ww.matching.match(people, treatment="treated", covariates=["age"], distance="mahalanobis")
    >>> isinstance(sample, MatchedSample), len(sample.pairs)
    (True, 2)
    """

    data: pd.DataFrame = field(repr=False)
    treatment: str
    covariates: tuple[str, ...]
    pairs: pd.DataFrame = field(repr=False)
    weights: pd.Series = field(repr=False)
    subclass: pd.Series = field(repr=False)
    propensity: pd.Series | None = field(repr=False)
    counts: pd.DataFrame
    estimand: str
    call: Mapping[str, Any]
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedSample:
    """Everyone, weighted so that the arms look alike.

    Attributes
    ----------
    data : the frame, all rows
    treatment : its 0/1 treatment column
    covariates : the columns made alike
    weights : weight of every row of the frame
    propensity : score of every row; None when the weights need none
    counts : rows by arm: all, and effective sample size
    estimand : whom the weighted comparison is about
    call : the arguments, as plain values
    checks : doubts already known before any outcome is read

    Examples
    --------
    >>> people = pd.DataFrame({"treated": [1, 1, 0, 0, 0], "age": [20.0, 40.0, 21.0, 39.0, 60.0]})
    >>> sample = ww.matching.weight(people, treatment="treated", covariates=["age"], method="entropy")
    >>> isinstance(sample, WeightedSample), sample.estimand
    (True, 'ATT')
    """

    data: pd.DataFrame = field(repr=False)
    treatment: str
    covariates: tuple[str, ...]
    weights: pd.Series = field(repr=False)
    propensity: pd.Series | None = field(repr=False)
    counts: pd.DataFrame
    estimand: str
    call: Mapping[str, Any]
    checks: tuple[Check, ...] = ()
