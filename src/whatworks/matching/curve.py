"""Every reasonable specification at once: how much of an answer hangs on the choices behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption, NoMatches, WhatworksError
from whatworks.core.options import one_of, shown, whole
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample
from whatworks.matching.covariate_balance import worst_difference
from whatworks.matching.curve_summary import curve_checks, curve_statistics, headline_row
from whatworks.matching.doubts import BALANCE_LIMIT
from whatworks.matching.effect import estimate
from whatworks.matching.encoding import arms, covariate_list, encode, sampling_weights
from whatworks.matching.inputs import outcome_column
from whatworks.matching.intervals import COMMON, Row, effects_frame
from whatworks.matching.options import ALL_ESTIMANDS
from whatworks.matching.rows import Sample
from whatworks.matching.shuffled_null import Specified, p_values_under_null
from whatworks.matching.specifications import CHOICES, ESTIMATORS, Caliper, Design, Options, designs, estimate_options, sets_of

METHODS = ("nearest", "nearest_2", "nearest_replace", "mahalanobis", "subclass", "entropy", "ipw", "regression")


def specification_curve(
    df: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    covariates: str | Sequence[str],
    methods: Sequence[str] | Mapping[str, Options] = METHODS,
    calipers: Sequence[Caliper] = (None, 0.2),
    covariate_sets: Mapping[str, Sequence[str]] | None = None,
    estimators: Sequence[str] = ("difference", "g_computation"),
    estimand: str = "ATT",
    weights: str | None = None,
    preferred: Mapping[str, str] | None = None,
    expected: str | None = None,
    most: int = 600,
    resamples: int = 0,
    seed: int | None = None,
) -> EffectResult:
    """The effect under every combination of design, caliper, covariates and estimator.

    Parameters
    ----------
    df : one row per person, each with its own index label
    outcome, treatment, covariates : as in :func:`~whatworks.matching.match` and :func:`~whatworks.matching.estimate`
    methods : names among nearest, nearest_2, nearest_3, nearest_replace, mahalanobis, robust_mahalanobis, optimal, full, exact,
        cem, subclass, cardinality, ipw, entropy, cbps, regression (nobody matched); or a mapping from own names to options of
        :func:`~whatworks.matching.match` or :func:`~whatworks.matching.weight`
    calipers : of nearest, optimal and full; a number is in standard deviations of the score
    covariate_sets : mapping from names to lists of covariates; None takes all, and all but each one
    estimators : ``"difference"``, ``"additive"``, ``"g_computation"`` (as ``covariates`` and ``interact`` of estimate), or
        ``"bias_adjusted"`` for matching with replacement
    estimand : ``"ATT"``, ``"ATC"`` or ``"ATE"``, as far as the method is defined for it
    weights : column of sampling weights
    preferred : the choices of the specification decided on beforehand, e.g. ``{"method": "nearest", "caliper": "0.2",
        "covariate_set": "all", "estimator": "difference"}``; then it is the headline. None takes the median of all
    expected : ``"up"`` or ``"down"``: the direction expected beforehand
    most : refuse more specifications than this
    resamples, seed : how many outcomes without any effect to draw, to see how odd the curve would be; 0 draws none

    Returns
    -------
    :class:`~whatworks.core.EffectResult` in units of the outcome. One part per specification, also those that failed, with the
    columns method, caliper, covariate_set, estimator, estimand (the one reached), n_treated, n_comparison, worst_smd (after, of
    all ``covariates``, also those left out), balanced (worst_smd at most 0.10) and reason (why it failed, else empty). A median
    has no interval of its own; with resamples it has a p-value. Statistics: n_specifications, n_failed, median, median_balanced
    (of balanced specifications), lowest, highest, share_positive, share_significant (at 5 %), share_significant_expected (and
    in the direction expected, if any is), share_balanced; with resamples p_median, p_share and p_stouffer (chance of a median
    so far from 0, of so many significant results in one direction, of a mean z-value so large, had there been no effect).
    Checks: specification_curve (failed where more than 1 in 20 specifications point the other way than the headline) and
    failed_specifications.

    Under no effect the outcome is what a regression on all covariates predicts, without its treatment, plus or minus that
    person's own residual by the toss of a coin. Who is compared stays, and so do standard errors: the draws say what chance and
    imperfect balance alone would do.

    Raises
    ------
    InvalidOption
        If a choice does not exist, there are more specifications than ``most``, or draws have no seed.
    NoMatches
        If every specification failed; the first reason is told.
    MissingColumn, MissingValues, InvalidColumn, NoTreatedGroup, NoComparisonGroup, DuplicateRows

    References
    ----------
    Simonsohn, Simmons & Nelson (2020), Nature Human Behaviour 4:1208-1214. Coin tosses: Liu (1988), Annals of Statistics
    16:1696-1708.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> df = pd.DataFrame({"treated": [1] * 30 + [0] * 90, "need": rng.normal(size=120), "age": rng.normal(size=120)})
    >>> df["days"] = 2.0 * df["treated"] + df["need"] + rng.normal(size=120)
    >>> curve = ww.matching.specification_curve(df, outcome="days", treatment="treated", covariates=["need", "age"],
    ...                                         methods=["nearest", "regression"])
    >>> curve.statistics["n_specifications"], round(curve.headline.estimate, 1)
    (15, 2.3)
    """
    names = covariate_list(covariates, treatment)
    sets = sets_of(names) if covariate_sets is None else _named_sets(covariate_sets, treatment)
    found = designs(methods, calipers, sets)
    pairs = [(design, each) for design in found for each in as_list(estimators) if _known(each) and design.suits(each)]
    _refuse_bad_options(pairs, preferred, expected, most, resamples, seed)
    asked: dict[str, Any] = {"treatment": treatment, "estimand": estimand, "weights": weights}
    _refuse_bad_data(df, outcome, [*names, *(name for listed in sets.values() for name in listed)], **asked)
    rows, specified = _all_rows(df, outcome, pairs, asked, names, keep=resamples > 0)
    statistics = curve_statistics(pd.DataFrame(rows), expected)
    drawn = (
        {}
        if not resamples
        else p_values_under_null(
            df, specified, outcome=outcome, treatment=treatment, covariates=names, draws=resamples, seed=seed
        )
    )
    head = headline_row(rows, preferred, statistics["median"], drawn)
    return EffectResult(
        method="matching.specification_curve",
        estimand=f"{estimand}, {len(rows)} specifications",
        measure="RD" if df[outcome].dropna().isin([0, 1]).all() else "MD",
        unit=outcome,
        effects=_typed(effects_frame([head, *rows])),
        statistics={**statistics, **drawn},
        checks=curve_checks(pd.DataFrame(rows), head["estimate"]),
        provenance=Provenance(
            data_fingerprint=fingerprint(df, list(dict.fromkeys([treatment, *names, outcome, *([weights] if weights else [])]))),
            arguments={
                **asked, "outcome": outcome, "covariates": names, "methods": list(dict.fromkeys(each.method for each in found)),
                "calipers": list(dict.fromkeys(each.caliper for each in found)), "covariate_sets": sets,
                "estimators": as_list(estimators), "preferred": preferred, "expected": expected, "resamples": resamples,
            },
            seed=seed,
        ),
    )  # fmt: skip


def _known(estimator: str) -> bool:
    one_of(estimator, ESTIMATORS, name="estimators")
    return True


def _refuse_bad_options(
    pairs: Sequence[tuple[Design, str]],
    preferred: Mapping[str, str] | None,
    expected: str | None,
    most: int,
    resamples: int,
    seed: int | None,
) -> None:
    if not pairs:
        raise InvalidOption("No estimator fits any of the methods. Add estimators=('difference',), or another method.")
    if len(pairs) > whole("most", most):
        raise InvalidOption(
            f"There are {len(pairs)} specifications, more than most={most}. Name fewer methods, calipers, covariate_sets or "
            "estimators, or raise most."
        )
    if expected is not None:
        one_of(expected, ("up", "down"), name="expected")
    if (whole("resamples", resamples, least=0) > 0) != (seed is not None):
        raise InvalidOption(
            f"resamples={resamples!r} with seed={seed!r}; draws need a number of 1 or more and a seed. Give both, or neither."
        )
    if preferred is not None:
        if not isinstance(preferred, Mapping):
            raise InvalidOption(f"preferred={shown(preferred)}; a mapping such as {{'method': 'nearest'}} is needed.")
        made = [_choices(design, estimator) for design, estimator in pairs]
        fitting = sum(choice == dict(preferred) for choice in made)
        if fitting != 1:
            raise InvalidOption(
                f"preferred={dict(preferred)!r} is {fitting} of the {len(made)} specifications; exactly one is needed. It names "
                f"{', '.join(CHOICES)}, e.g. {made[0]!r}."
            )


def _named_sets(covariate_sets: Mapping[str, Sequence[str]], treatment: str) -> dict[str, list[str]]:
    if not isinstance(covariate_sets, Mapping):
        raise InvalidOption("covariate_sets must map names to lists of covariates, e.g. {'age alone': ['age']}.")
    return {label: covariate_list(listed, treatment) for label, listed in covariate_sets.items()}


def _refuse_bad_data(
    df: pd.DataFrame, outcome: str, names: Sequence[str], *, treatment: str, estimand: str, weights: str | None
) -> None:
    """What would make every specification fail is refused at once."""
    one_of(estimand, ALL_ESTIMANDS, name="estimand")
    arms(df, treatment)
    sampling_weights(df, weights)
    encode(df, list(dict.fromkeys(names)))
    outcome_column(df, outcome, treatment, allow_missing=True)


def _choices(design: Design, estimator: str) -> dict[str, str]:
    return dict(zip(CHOICES, (design.method, design.caliper, design.covariate_set, estimator), strict=True))


def _all_rows(
    df: pd.DataFrame,
    outcome: str,
    pairs: Sequence[tuple[Design, str]],
    asked: Mapping[str, Any],
    covariates: Sequence[str],
    *,
    keep: bool,
) -> tuple[list[Row], list[Specified]]:
    """A row for each specification; people are matched once per design."""
    rows: list[Row] = []
    specified: list[Specified] = []
    sample, made, worst, why = None, None, np.nan, ""
    for design, estimator in pairs:
        if design is not made:
            sample, worst, why = _sample(df, design, asked, covariates)
            made = design
        row: Row = {"reason": why, "worst_smd": worst}
        if sample is not None:
            row = _estimated(sample, outcome, design, estimator, worst)
            if keep and not row["reason"]:
                specified.append(Specified(sample, outcome, estimate_options(estimator, design.names), row["std_error"]))
        rows.append(_completed(row, design, estimator))
    if all(row["reason"] for row in rows):
        raise NoMatches(f"All {len(rows)} specifications failed, the first because: {rows[0]['reason']}")
    return rows, specified


def _sample(
    df: pd.DataFrame, design: Design, asked: Mapping[str, Any], covariates: Sequence[str]
) -> tuple[Sample | None, float, str]:
    """The people of a design, their worst difference in any covariate, and why there are none."""
    try:
        sample = design.sample(df, **asked)
    except WhatworksError as error:
        return None, np.nan, str(error)
    return sample, worst_difference(replace(sample, covariates=tuple(covariates))), ""


def _estimated(sample: Sample, outcome: str, design: Design, estimator: str, worst: float) -> Row:
    try:
        result = estimate(sample, outcome=outcome, **estimate_options(estimator, design.names))
    except WhatworksError as error:
        return {"reason": str(error), "worst_smd": worst}
    return {
        **{str(column): value for column, value in result.effects.iloc[0].items()},
        "estimand": sample.estimand,
        "n_treated": result.statistics["n_treated"],
        "n_comparison": result.statistics["n_comparison"],
        "worst_smd": worst,
        # With nobody matched, it is the regression that makes the arms alike.
        "balanced": None
        if isinstance(sample, MatchedSample) and design.options["method"] == "regression"
        else worst <= BALANCE_LIMIT,
        "reason": "",
    }


def _completed(row: Row, design: Design, estimator: str) -> Row:
    choices = _choices(design, estimator)
    blank = {**dict.fromkeys(COMMON, np.nan), "n_treated": np.nan, "n_comparison": np.nan, "balanced": None, "estimand": ""}
    return {**blank, **row, **choices, "term": ", ".join(choices.values()), "kind": "part"}


def _typed(effects: pd.DataFrame) -> pd.DataFrame:
    order = [*COMMON, *CHOICES, "estimand", "n_treated", "n_comparison", "worst_smd", "balanced", "reason"]
    counts = {"n_treated": "Int64", "n_comparison": "Int64", "balanced": "boolean"}
    return effects[order].astype({column: "float64" for column in COMMON[2:]} | counts)
