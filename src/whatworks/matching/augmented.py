"""Weighting and outcome regression at once: right if either model is, and efficient if both are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import as_list, require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, one_of, whole
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.inference import covariance_of_sums
from whatworks.matching.contrasts import MEASURES, contrast, measure_name
from whatworks.matching.encoding import Encoded, arms, covariate_list, encode, refuse_missing, sampling_weights
from whatworks.matching.folds import in_folds
from whatworks.matching.inputs import outcome_column, refuse_as_outcome, refuse_constant_outcome
from whatworks.matching.intervals import Row, effects_frame, interval_row
from whatworks.matching.outcome_doubts import of_clusters
from whatworks.matching.propensity import score_rows
from whatworks.matching.regression import Design, arm_means
from whatworks.matching.samples import effective_size
from whatworks.matching.subgroups import (
    Subgroups,
    balance_in_parts,
    divided,
    interaction,
    interaction_statistics,
    many_subgroups,
    part_rows,
)
from whatworks.matching.suspects import suspect_covariates
from whatworks.matching.weight_models import weights_by_score
from whatworks.matching.weighting_doubts import doubts_of_weighting

ESTIMANDS = ("ATE", "ATT")


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """Everybody's columns as numbers.

    Attributes
    ----------
    y, treated, base : (n,) outcome, arm, sampling weight
    encoded : the covariates
    clusters : (n,) or None
    """

    y: np.ndarray = field(repr=False)
    treated: np.ndarray = field(repr=False)
    base: np.ndarray = field(repr=False)
    encoded: Encoded = field(repr=False)
    clusters: np.ndarray | None = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pseudo:
    """Augmented outcomes, whose averages are the mean outcomes had nobody (first) and had everybody (second) been treated.

    Attributes
    ----------
    outcomes : (n, 2)
    meant : (n,) how much each row counts among the people the effect is about
    scores : (n,)
    """

    outcomes: np.ndarray = field(repr=False)
    meant: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)


def aipw(
    df: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    covariates: str | Sequence[str],
    estimand: str = "ATE",
    folds: int | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    link: str = "logit",
    measure: str = "difference",
    by: str | None = None,
    seed: int | None = None,
    conf_level: float = 0.95,
    measured_after: str | Sequence[str] = (),
) -> EffectResult:
    """The average effect by augmented inverse probability weighting.

    An outcome regression predicts everybody's outcome under either arm; where somebody was seen, the inverse of the propensity
    score weighs the prediction's error back in. The effect is right if the score or the regression is.

    Parameters
    ----------
    df : one row per person, each with its own index label
    outcome : numeric or 0/1 column, known after treatment
    treatment : 0/1 or boolean column
    covariates : columns known before treatment, for both models; text and categories become one column per level
    estimand : ``"ATE"`` everybody, ``"ATT"`` the treated
    folds : None fits both models on everybody; 2 or more fits them, fold by fold, on the other folds (cross-fitting)
    cluster : column of clusters above persons; folds keep them whole
    weights : column of positive sampling weights; None counts every row once
    link : of the score, ``"logit"`` or ``"probit"``
    measure : ``"difference"`` (regression by least squares in each arm); for a 0/1 outcome also ``"risk_difference"``,
        ``"risk_ratio"``, ``"odds_ratio"`` (by a logit in each arm; ratios on the log scale)
    by : column whose values divide people into subgroups, each with an effect of its own
    seed : of the folds; needed with them
    conf_level : of the intervals
    measured_after : columns known to be measured after treatment; covariates among them fail a check

    Returns
    -------
    :class:`~whatworks.core.EffectResult`, measure ``"MD"``, ``"RD"``, ``"logRR"`` or ``"logOR"``, with standard errors from the
    efficient influence function and normal intervals (Student's t with clusters less one where ``cluster`` is named). Parts: one
    row per subgroup. Statistics: nobs, n_treated, n_comparison, ess_treated, ess_comparison (of the inverse probability weights),
    n_dropped (0: nobody is left out), folds where asked for. Checks: balance, common_support, effective_sample_size and
    extreme_weights of those weights, few_clusters, few_treated_clusters, outcome_among_covariates, many_subgroups,
    balance_within_subgroups.

    Raises
    ------
    MissingValues, InvalidColumn, InvalidOption, MissingColumn, NoTreatedGroup, NoComparisonGroup, DuplicateRows
    NotIdentified
        If a covariate separates the arms or cannot be told from the treatment; it is named.
    TooFewUnits
        If an arm has too few rows for its regression, in a fold too.

    References
    ----------
    Robins, Rotnitzky & Zhao (1994), Journal of the American Statistical Association 89:846-866; Hahn (1998), Econometrica
    66:315-331 (ATT); Chernozhukov et al. (2018), Econometrics Journal 21:C1-C68 (cross-fitting).

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> need = rng.normal(size=400)
    >>> treated = rng.random(400) < 1 / (1 + np.exp(-need))
    >>> df = pd.DataFrame({"treated": treated, "need": need, "days": 2 * treated + 3 * need + rng.normal(size=400)})
    >>> result = ww.matching.aipw(df, outcome="days", treatment="treated", covariates="need")
    >>> round(float(result.headline.estimate), 1)
    1.9
    """
    one_of(estimand, ESTIMANDS, name="estimand")
    one_of(measure, MEASURES, name="measure")
    names, late = covariate_list(covariates, treatment), as_list(measured_after)
    _refuse_options(folds, seed, conf_level)
    refuse_as_outcome(outcome, treatment)
    require_columns(df, [treatment, outcome, *late])
    people = _people(df, outcome, treatment, names, cluster, weights)
    said = measure_name(measure, outcome, people.y)
    fold_of = None if folds is None else in_folds(people.treated, people.clusters, folds, int(seed or 0))
    pseudo = _augmented(people, fold_of, estimand=estimand, link=link, yes_or_no=measure != "difference")
    groups = None if by is None else divided(_refused_gaps(df, by), people.treated, by)
    rows, vcov, extra, more = _answer(people, pseudo, estimand, measure, groups, conf_level)
    arguments = {"outcome": outcome, "treatment": treatment, "covariates": names, "estimand": estimand, "folds": folds}
    rest = {"cluster": cluster, "weights": weights, "link": link, "measure": measure, "by": by, "measured_after": late}
    used = [treatment, outcome, *names, *(name for name in (cluster, weights, by) if name is not None)]
    return EffectResult(
        method="matching.aipw",
        estimand=estimand,
        measure=said,
        unit=outcome,
        conf_level=conf_level,
        effects=effects_frame(rows),
        statistics={**_statistics(people, pseudo, estimand), **({} if folds is None else {"folds": float(folds)}), **extra},
        checks=(*_doubts(people, pseudo, estimand), *suspect_covariates(df, names, outcome=outcome, measured_after=late), *more),
        vcov=vcov,
        provenance=Provenance(
            data_fingerprint=fingerprint(df, list(dict.fromkeys(used))), arguments={**arguments, **rest}, seed=seed
        ),
    )


def _refuse_options(folds: int | None, seed: int | None, conf_level: float) -> None:
    confidence(conf_level)
    if folds is None and seed is not None:
        raise InvalidOption("seed belongs to folds, which are drawn; without them nothing is. Leave it out, or add folds=5.")
    if folds is not None and (whole("folds", folds) < 2 or seed is None):
        raise InvalidOption(f"folds must be at least 2 and come with a seed (seed=1, say); got folds={folds!r}, seed={seed!r}.")


def _people(df: pd.DataFrame, outcome: str, treatment: str, names: list[str], cluster: str | None, weights: str | None) -> People:
    treated, base = arms(df, treatment), sampling_weights(df, weights)
    encoded = encode(df, names)
    # Columns that are asked for must be there before anybody looks for gaps in them.
    named = [outcome, *([] if cluster is None else [cluster])]
    require_columns(df, named)
    refuse_missing(df, named)
    y = outcome_column(df, outcome, treatment)
    refuse_constant_outcome(y, outcome)
    clusters = None if cluster is None else pd.factorize(df[cluster])[0]
    return People(y=y, treated=treated, base=base, encoded=encoded, clusters=clusters)


def _refused_gaps(df: pd.DataFrame, by: str) -> pd.Series:
    require_columns(df, [by])
    refuse_missing(df, [by])
    return df[by]


def _augmented(people: People, fold_of: np.ndarray | None, *, estimand: str, link: str, yes_or_no: bool) -> Pseudo:
    """Both models on everybody, or on the other folds, and the outcomes they make up together."""
    n = len(people.y)
    e, predicted = np.empty(n), np.empty((n, 2))
    everybody = np.zeros(n, dtype=np.int64)
    for fold in np.unique(everybody if fold_of is None else fold_of):
        here = everybody == 0 if fold_of is None else fold_of == fold
        learn = people.base if fold_of is None else np.where(here, 0.0, people.base)
        e[here] = score_rows(people.encoded, people.treated, link=link, weights=learn)[here]
        predicted[here] = _predictions(people, learn, yes_or_no)[here]
    t = people.treated.astype(float)
    if estimand == "ATE":
        inverse = np.column_stack([(1 - t) / (1 - e), t / e])
        outcomes = predicted + inverse * (people.y[:, None] - predicted)
        return Pseudo(outcomes=outcomes, meant=people.base, scores=e)
    # Among the treated: their own outcomes, and predictions with the comparison people's errors weighted by the odds.
    untreated = t * predicted[:, 0] + (1 - t) * e / (1 - e) * (people.y - predicted[:, 0])
    return Pseudo(outcomes=np.column_stack([untreated, t * people.y]), meant=people.base * t, scores=e)


def _predictions(people: People, learn: np.ndarray, yes_or_no: bool) -> np.ndarray:
    design = Design(
        y=people.y,
        treated=people.treated,
        weights=learn,
        target=people.base,
        covariates=people.encoded.matrix,
        mentions=people.encoded.mentions,
    )
    return arm_means(design, interact=True, yes_or_no=yes_or_no).predicted


def _answer(
    people: People, pseudo: Pseudo, estimand: str, measure: str, groups: Subgroups | None, conf_level: float
) -> tuple[list[Row], pd.DataFrame | None, dict[str, float], tuple[Check, ...]]:
    """Rows of the table, covariance of the parts, the interaction's statistics, checks of the parts."""
    members = [np.ones(len(people.y), dtype=bool), *(() if groups is None else groups.members)]
    told = [_effect(people, pseudo, here, measure) for here in members]
    n = len(people.y)
    # The usual variance of a mean divides by n - 1 where the effect is a plain mean of independent rows.
    factor = n / (n - 1) if estimand == "ATE" and people.clusters is None else 1.0
    groupings = [] if people.clusters is None else [people.clusters]
    matrix = covariance_of_sums(np.column_stack([part for _, part in told]), groupings, factor=factor)
    effects = np.array([effect for effect, _ in told])
    freedom = np.inf if people.clusters is None else float(people.clusters.max())
    error = float(np.sqrt(matrix[0, 0]))
    rows = [interval_row(estimand, "headline", effects[0], error, freedom=freedom, conf_level=conf_level)]
    if groups is None:
        return rows, None, {}, ()
    parts = part_rows(groups, effects[1:], matrix[1:, 1:], people.treated, conf_level=conf_level, freedom=freedom)
    test = interaction(effects[1:], matrix[1:, 1:])
    terms = [part["term"] for part in parts]
    weights = people.base * weights_by_score(pseudo.scores, people.treated, estimand=estimand)
    checks = (
        many_subgroups(test, len(parts)),
        *balance_in_parts(people.encoded, people.treated, people.base, weights, groups),
    )
    return [*rows, *parts], pd.DataFrame(matrix[1:, 1:], index=terms, columns=terms), interaction_statistics(test), checks


def _effect(people: People, pseudo: Pseudo, here: np.ndarray, measure: str) -> tuple[float, np.ndarray]:
    """The effect among some people, and what every row adds to its error."""
    weight, meant = np.where(here, people.base, 0.0), np.where(here, pseudo.meant, 0.0)
    total = meant.sum()
    means = weight @ pseudo.outcomes / total
    effect, slope = contrast(measure, means)
    return effect, (weight[:, None] * pseudo.outcomes - meant[:, None] * means) @ slope / total


def _statistics(people: People, pseudo: Pseudo, estimand: str) -> dict[str, float]:
    weights = people.base * weights_by_score(pseudo.scores, people.treated, estimand=estimand)
    return {
        "nobs": len(people.y),
        "n_treated": int(people.treated.sum()),
        "n_comparison": int((~people.treated).sum()),
        "ess_treated": effective_size(weights[people.treated]),
        "ess_comparison": effective_size(weights[~people.treated]),
        "n_dropped": 0,
    }


def _doubts(people: People, pseudo: Pseudo, estimand: str) -> tuple[Check, ...]:
    weights = people.base * weights_by_score(pseudo.scores, people.treated, estimand=estimand)
    clustered = () if people.clusters is None else of_clusters(pd.Series(people.clusters), people.treated)
    about = doubts_of_weighting(people.encoded, people.treated, people.base, weights, pseudo.scores, estimand=estimand)
    return (*about, *clustered)
