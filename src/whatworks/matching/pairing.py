"""Who is compared with whom: neighbours, optimal pairs and sets, strata, and the largest balanced sample."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption, NoMatches, NotIdentified
from whatworks.core.samples import MatchedSample
from whatworks.matching.coarsened import coarsened_strata, exact_strata
from whatworks.matching.designs import PAIRED, Inputs
from whatworks.matching.doubts import neighbours_found, people_meant
from whatworks.matching.encoding import Encoded, arms, covariate_list, encode, refuse_constant, sampling_weights
from whatworks.matching.geometry import LEVELS, stretch
from whatworks.matching.options import design_options
from whatworks.matching.propensity import score_rows, spread_of
from whatworks.matching.samples import Pairs, matched_sample
from whatworks.matching.stratified import stratified_sample
from whatworks.matching.subclasses import score_subclasses


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
    cutpoints: Mapping[str, Any] | None = None,
    subclasses: int | None = None,
    min_controls: float | None = None,
    max_controls: int | None = None,
    tolerance: float | None = None,
    time_limit: float | None = None,
) -> MatchedSample:
    """Find the comparison people who are most like the treated. No outcome is read.

    Parameters
    ----------
    df : one row per person, each with its own index label
    treatment : 0/1 or boolean column
    covariates : columns known before treatment; the score is a logit of treatment on all of them
    method : ``"nearest"`` neighbour, one person at a time; ``"optimal"`` pairs, the smallest sum of distances; ``"full"``, sets
        of one treated with several comparison people or the reverse, everybody used, the smallest sum of distances (of several
        such, that with the least sum of squares, unless ``min_controls`` is set; rows decide only between people in one place);
        ``"exact"``, people alike in every covariate; ``"cem"``, people in the same bin of every covariate; ``"subclass"``,
        people with scores between the same quantiles of those the effect is about; ``"cardinality"``, the largest sample in
        which all means are within ``tolerance``, then paired optimally. A design refuses options it cannot use
    distance : ``"propensity"`` (difference in score), ``"mahalanobis"`` (covariance within arms), ``"robust_mahalanobis"``
        (ranks), ``"sample_mahalanobis"`` or ``"inverse_variance"`` (covariance or variances of everybody)
    estimand : ``"ATT"`` finds comparison people for the treated, ``"ATC"`` treated people for the comparison arm, ``"ATE"``
        both (nearest with ``replace=True``; not for optimal and cardinality)
    ratio : how many neighbours each person gets; without replacement everybody gets a first one before anybody a second
    replace : nearest: True lets a neighbour be used more than once
    caliper : largest difference allowed: a number is in standard deviations (n - 1) of the score over the whole sample; a
        mapping names columns or ``"propensity"``, e.g. ``{"propensity": 0.2, "age": ("raw", 5)}``: in standard deviations
        of the whole sample, or raw units
    exact : columns on which pairs must agree; for cem, columns that are not put into bins
    order : whose turn it is, without replacement only: ``"largest"`` or ``"smallest"`` score first, ``"data"`` row order,
        ``"closest"`` pair first. None is ``"largest"`` for the score and ``"data"`` for the other distances
    ties : ``"first"`` takes one of several equally near: on the score the one met first when walking outward along scores
        sorted with rows in order (the first row at or above the own score, the last row below), on covariates the highest in
        the first covariate, then the last row. ``"average"`` keeps all, each with its share (with ``replace=True``)
    tie_tolerance : what counts as equal. With ``"first"`` scores are rounded to, and distances counted in, this share of
        their standard deviation; with ``"average"`` in squared distance, the score in standard deviations
    weights : column of positive sampling weights: they enter the score, and a neighbour takes over the weight of whom it
        is compared with (in strata, everybody keeps their own)
    cutpoints : cem: for numeric covariates a number of equally wide bins or a list of cuts, e.g. ``{"age": [30, 45]}``; without,
        one bin more than the binary logarithm of the number of rows (Sturges)
    subclasses : subclass: how many; None is 6
    min_controls, max_controls : full: comparison people per treated person in a set; ``min_controls=1/3`` lets up to three
        treated share one. As few people as possible are left out
    tolerance : cardinality: largest difference in means, in standard deviations of the arm the effect is about; None is 0.05
    time_limit : cardinality: seconds for the search, None is 60; a search cut short fails the check ``optimum_proved``, and
        another machine may end elsewhere

    Returns
    -------
    :class:`~whatworks.core.MatchedSample`. Weights sum, in each arm, to its number of matched rows; without sampling weights
    the people matched for have weight 1. ``pairs`` also has ``focal`` (the arm the pair was made for) and ``weight`` (the
    neighbour's share); it is empty for exact, cem and subclass, where ``subclass`` says who is compared with whom. The weighted
    difference in means is the estimate. The estimand says how many it is reached for. Checks: dropped_treated (dropped_rows
    for ATC and ATE), common_support (where there is a score), far_pairs (where there are pairs), effective_sample_size,
    ties_broken (nearest, optimal, full), neighbours_short (ratio above 1), optimum_proved (cardinality).

    Raises
    ------
    NoMatches
        If no pair or stratum satisfies the rules.
    TooFewUnits
        If more neighbours are asked for than there are people.
    InvalidOption
        If an option does not exist, cannot be used by the design or with the others, or an optimum would need more than
        25 million distances at once.
    MissingValues, InvalidColumn, NotIdentified, NoTreatedGroup, NoComparisonGroup, DuplicateRows, MissingColumn

    References
    ----------
    Rosenbaum & Rubin (1985), American Statistician 39:33-38; Stuart (2010), Statistical Science 25:1-21. Weights passed on:
    Lenis, Nguyen, Dong & Stuart (2019), Biostatistics 20:147-163. Optimal pairs and full matching: Rosenbaum (1989), Journal of
    the American Statistical Association 84:1024-1032; Hansen & Klopfer (2006), Journal of Computational and Graphical Statistics
    15:609-627. Coarsened: Iacus, King & Porro (2012), Political Analysis 20:1-24. Subclasses: Cochran (1968), Biometrics
    24:295-313. Cardinality: Zubizarreta, Paredes & Rosenbaum (2014), Annals of Applied Statistics 8:204-231.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5]})
    >>> sample = ww.matching.match(df, treatment="treated", covariates=["need"])
    >>> sample.pairs[["treated", "control"]].to_numpy().tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    wishes = {
        "distance": distance, "ratio": ratio, "replace": replace, "caliper": caliper, "exact": exact, "order": order,
        "ties": ties, "tie_tolerance": tie_tolerance, "cutpoints": cutpoints, "subclasses": subclasses, "tolerance": tolerance,
        "min_controls": min_controls, "max_controls": max_controls, "time_limit": time_limit,
    }  # fmt: skip
    names = covariate_list(covariates, treatment)
    options = design_options(method, estimand, wishes)
    call = {"treatment": treatment, "covariates": names, "method": method, "estimand": estimand, **options, "weights": weights}
    call |= {"exact": as_list(exact) if exact is not None else []} if "exact" in options else {}
    _refuse_what_does_not_go_together(call)
    if "order" in options:
        call["order"] = order or ("largest" if distance == "propensity" else "data")
    treated, base = arms(df, treatment), sampling_weights(df, weights)
    return (_paired if method in PAIRED else _in_strata)(df, call, treated, base)


def _refuse_what_does_not_go_together(call: Mapping[str, Any]) -> None:
    limited = call.get("caliper")
    if call["treatment"] in [*(call.get("exact") or []), *(limited if isinstance(limited, Mapping) else [])]:
        raise InvalidOption(
            f"exact= or caliper= names the treatment {call['treatment']!r} itself, in which no two people compared agree. Leave "
            "it out."
        )
    if call["method"] != "nearest":
        return
    if call["replace"] and call["order"] is not None:
        raise InvalidOption(
            f"order={call['order']!r} says whose turn it is, and with replace=True nobody waits for one. Leave it out, or use "
            "replace=False."
        )
    if not call["replace"]:
        if call["ties"] == "average":
            raise InvalidOption("ties='average' uses neighbours more than once. Add replace=True, or use ties='first'.")
        if call["estimand"] == "ATE":
            raise InvalidOption("estimand='ATE' matches both arms and needs replace=True. Add it, or choose 'ATT' or 'ATC'.")
    if call["ties"] == "average" and isinstance(call["caliper"], Mapping):
        raise InvalidOption("ties='average' takes a caliper on the score only. Give one number, or use ties='first'.")


def _paired(df: pd.DataFrame, call: Mapping[str, Any], treated: np.ndarray, base: np.ndarray) -> MatchedSample:
    encoded = encode(df, call["covariates"])
    refuse_constant(encoded)
    scores = _scores(encoded, treated, base, needed=_needs_score(call))
    positions, unit = coordinates(df, call, treated, scores)
    found = PAIRED[call["method"]](
        Inputs(df=df, call=call, treated=treated, scores=scores, positions=positions, unit=unit, encoded=encoded)
    )
    _refuse_without_pairs(found.pairs, call, treated)
    checks = (*found.checks, *neighbours_found(found.pairs.focal, call.get("ratio", 1)))
    return matched_sample(df, found.pairs, treated=treated, scores=scores, base=base, call=call, sets=found.sets, checks=checks)


def _in_strata(df: pd.DataFrame, call: Mapping[str, Any], treated: np.ndarray, base: np.ndarray) -> MatchedSample:
    names, scores = call["covariates"], None
    if call["method"] == "exact":
        numbers = exact_strata(df, names)
    elif call["method"] == "cem":
        numbers = coarsened_strata(df, names, cutpoints=call["cutpoints"] or {}, exact=call["exact"])
    else:
        scores = score_rows(encode(df, names), treated, weights=base)
        numbers = score_subclasses(scores, people_meant(call["estimand"], treated), subclasses=call["subclasses"])
    return stratified_sample(df, numbers, treated=treated, scores=scores, base=base, call=call)


def _refuse_without_pairs(pairs: Pairs, call: Mapping[str, Any], treated: np.ndarray) -> None:
    if len(pairs.focal) == 0:
        rules = ", ".join(f"{name}={call[name]!r}" for name in ("caliper", "exact", "tolerance") if name in call)
        raise NoMatches(
            f"No pair satisfies the rules: {int(treated.sum())} treated and {int((~treated).sum())} comparison people, {rules}. "
            "Widen the caliper or tolerance, or match exactly on less."
        )


def _needs_score(call: Mapping[str, Any]) -> bool:
    in_turn = call["method"] == "nearest" and not call["replace"] and call["order"] in ("largest", "smallest")
    caliper = call.get("caliper")
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
    return scores[:, None], spread_of(scores, ddof=0 if call.get("ties") == "average" else 1) or 1.0
