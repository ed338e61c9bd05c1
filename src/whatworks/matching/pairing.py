"""Who is compared with whom: nearest-neighbour matching on the propensity score or on the covariates themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, one_of
from whatworks.core.errors import InvalidOption, NoMatches, NotIdentified, TooFewUnits
from whatworks.core.samples import MatchedSample
from whatworks.matching.calipers import read_calipers
from whatworks.matching.encoding import Encoded, arms, covariate_list, encode, refuse_constant, sampling_weights, strata
from whatworks.matching.geometry import DISTANCES, LEVELS, stretch
from whatworks.matching.propensity import score_rows
from whatworks.matching.samples import Pairs, matched_sample
from whatworks.matching.search import Rules, pair_up

METHODS = ("nearest",)
ESTIMANDS = ("ATT", "ATC", "ATE")
ORDERS = ("largest", "smallest", "data", "closest")
TIES = ("first", "average")


def match(
    df: pd.DataFrame,
    *,
    treatment: str,
    covariates: str | Sequence[str],
    method: str = "nearest",
    distance: str = "propensity",
    estimand: str = "ATT",
    ratio: int = 1,
    replace: bool = False,
    caliper: float | Mapping[str, Any] | None = None,
    exact: str | Sequence[str] | None = None,
    order: str | None = None,
    ties: str = "first",
    tie_tolerance: float = 1e-8,
    weights: str | None = None,
) -> MatchedSample:
    """Give every treated person the comparison people who are most alike. No outcome is read.

    Parameters
    ----------
    df : one row per person, each with its own index label
    treatment : 0/1 or boolean column
    covariates : columns known before treatment; the score is a logit of treatment on all of them
    method : ``"nearest"`` neighbour
    distance : ``"propensity"`` (difference in score), ``"mahalanobis"`` (covariance within arms), ``"robust_mahalanobis"``
        (ranks), ``"sample_mahalanobis"`` or ``"inverse_variance"`` (covariance or variances of everybody)
    estimand : ``"ATT"`` finds comparison people for the treated, ``"ATC"`` treated people for the comparison arm, ``"ATE"``
        both (with ``replace=True``)
    ratio : how many neighbours each person gets; without replacement everybody gets a first one before anybody a second
    replace : True lets a neighbour be used more than once
    caliper : largest difference allowed: a number is in standard deviations (n - 1) of the score over the whole sample; a
        mapping names columns or ``"propensity"``, e.g. ``{"propensity": 0.2, "age": ("raw", 5)}``: in standard deviations
        of the whole sample, or raw units
    exact : columns on which pairs must agree
    order : whose turn it is without replacement: ``"largest"`` or ``"smallest"`` score first, ``"data"`` row order,
        ``"closest"`` pair first. None is ``"largest"`` for the score and ``"data"`` for the other distances
    ties : ``"first"`` takes one of several equally near: on the score the one met first when walking outward along scores
        sorted with rows in order (the first row at or above the own score, the last row below), on covariates the highest in
        the first covariate, then the last row. ``"average"`` keeps all, each with its share (with ``replace=True``)
    tie_tolerance : what counts as equal. With ``"first"`` scores are rounded to, and distances counted in, this share of
        their standard deviation; with ``"average"`` in squared distance, the score in standard deviations
    weights : column of positive sampling weights: they enter the score, and a neighbour takes over the weight of whom it
        is compared with

    Returns
    -------
    :class:`~whatworks.core.MatchedSample`. Weights sum, in each arm, to its number of matched rows; without sampling weights
    the people matched for have weight 1. ``pairs`` also has ``focal`` (the arm the pair was made for) and ``weight`` (the
    neighbour's share). The estimand says how many it is reached for. Checks: dropped_treated (dropped_rows for ATC),
    common_support, far_pairs, effective_sample_size.

    Raises
    ------
    NoMatches
        If no pair satisfies the calipers and exact columns.
    TooFewUnits
        If more neighbours are asked for than there are people.
    InvalidOption
        If an option does not exist or cannot be used with the others.
    MissingValues, InvalidColumn, NotIdentified, NoTreatedGroup, NoComparisonGroup, DuplicateRows, MissingColumn

    References
    ----------
    Rosenbaum & Rubin (1985), American Statistician 39:33-38; Stuart (2010), Statistical Science 25:1-21. Weights passed on:
    Lenis, Nguyen, Dong & Stuart (2019), Biostatistics 20:147-163.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5]})
    >>> sample = ww.matching.match(df, treatment="treated", covariates=["need"])
    >>> sample.pairs[["treated", "control"]].to_numpy().tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    call: dict[str, Any] = {
        "treatment": treatment,
        "covariates": covariate_list(covariates, treatment),
        "method": method,
        "distance": distance,
        "estimand": estimand,
        "ratio": ratio,
        "replace": replace,
        "caliper": caliper,
        "exact": [] if exact is None else as_list(exact),
        "order": order or ("largest" if distance == "propensity" else "data"),
        "ties": ties,
        "tie_tolerance": tie_tolerance,
        "weights": weights,
    }
    _refuse_bad_options(call)
    treated, base = arms(df, treatment), sampling_weights(df, weights)
    encoded = encode(df, call["covariates"])
    refuse_constant(encoded)
    scores = _scores(encoded, treated, base, needed=_needs_score(call))
    pairs = _both_ways(df, call, treated, scores, encoded)
    _refuse_without_pairs(pairs, call, treated)
    return matched_sample(df, pairs, treated=treated, scores=scores, base=base, call=call)


def _refuse_bad_options(call: Mapping[str, Any]) -> None:
    for name, allowed in (
        ("method", METHODS), ("distance", DISTANCES), ("estimand", ESTIMANDS), ("order", ORDERS), ("ties", TIES),
    ):  # fmt: skip
        one_of(call[name], allowed, name=name)
    ratio, tolerance = call["ratio"], call["tie_tolerance"]
    if isinstance(ratio, bool) or not isinstance(ratio, (int, np.integer)) or ratio < 1:
        raise InvalidOption(f"ratio={ratio!r}; a whole number of neighbours, 1 or more, is needed.")
    if not (np.isfinite(tolerance) and tolerance >= 0):
        raise InvalidOption(f"tie_tolerance={tolerance!r}; a number of 0 or more is needed.")
    if not call["replace"]:
        if call["ties"] == "average":
            raise InvalidOption("ties='average' uses neighbours more than once. Add replace=True, or use ties='first'.")
        if call["estimand"] == "ATE":
            raise InvalidOption("estimand='ATE' matches both arms and needs replace=True. Add it, or choose 'ATT' or 'ATC'.")
    if call["ties"] == "average" and isinstance(call["caliper"], Mapping):
        raise InvalidOption("ties='average' takes a caliper on the score only. Give one number, or use ties='first'.")


def _refuse_without_pairs(pairs: Pairs, call: Mapping[str, Any], treated: np.ndarray) -> None:
    if len(pairs.focal) == 0:
        raise NoMatches(
            f"No pair satisfies the rules: {int(treated.sum())} treated and {int((~treated).sum())} comparison people, "
            f"caliper={call['caliper']!r}, exact={call['exact']!r}. Widen the caliper, or match exactly on less."
        )


def _needs_score(call: Mapping[str, Any]) -> bool:
    in_turn = not call["replace"] and call["order"] in ("largest", "smallest")
    caliper = call["caliper"]
    limited = caliper is not None and (not isinstance(caliper, Mapping) or "propensity" in caliper)
    return call["distance"] == "propensity" or in_turn or limited


def _scores(encoded: Encoded, treated: np.ndarray, base: np.ndarray, *, needed: bool) -> np.ndarray | None:
    """The score of everybody. Where matching does not need it, separated arms leave it out and a check says so."""
    try:
        return score_rows(encoded, treated, weights=base)
    except NotIdentified:
        if needed:
            raise
        return None


def coordinates(
    df: pd.DataFrame, call: Mapping[str, Any], treated: np.ndarray, scores: np.ndarray | None
) -> tuple[np.ndarray, float]:
    """Where everybody stands, (n, k), and the unit in which distances and ``tie_tolerance`` are counted."""
    if call["distance"] != "propensity":
        encoded = encode(df, call["covariates"], levels=LEVELS[call["distance"]])
        return stretch(encoded.matrix, treated, call["distance"]), 1.0
    if scores is None:
        raise NotIdentified("The sample has no propensity score. Match again with distance='propensity'.")
    # Squared tolerances are printed in the units of Abadie and Imbens, whose standard deviation divides by n.
    spread = float(scores.std(ddof=0 if call["ties"] == "average" else 1))
    return scores[:, None], spread if spread > 0 else 1.0


def _both_ways(
    df: pd.DataFrame, call: Mapping[str, Any], treated: np.ndarray, scores: np.ndarray | None, encoded: Encoded
) -> Pairs:
    """Pairs made for the treated (ATT), for the comparison arm (ATC), or one after the other (ATE)."""
    positions, unit = coordinates(df, call, treated, scores)
    rules = Rules(
        ratio=call["ratio"],
        replace=call["replace"],
        order=call["order"],
        ties=call["ties"],
        tolerance=call["tie_tolerance"],
        unit=unit,
        line=call["distance"] == "propensity",
        turn=scores,
        first=encoded.matrix[:, 0],
    )
    groups = strata(df, call["exact"])
    calipers = read_calipers(df, call["caliper"], scores, call["distance"])
    found = []
    for focal in {"ATT": [treated], "ATC": [~treated], "ATE": [treated, ~treated]}[call["estimand"]]:
        pool = int((~focal).sum())
        if rules.ratio > pool:
            raise TooFewUnits(f"ratio={rules.ratio} neighbours are asked for and {pool} people are there. Ask for fewer.")
        found.append(pair_up(positions, focal, groups, calipers, rules))
    return Pairs.joined(found)
