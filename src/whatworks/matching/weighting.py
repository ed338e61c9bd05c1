"""Weights instead of pairs: everybody stays, and counts as much as it takes to make the arms alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.disclosure import K_PUBLISH, is_small
from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import one_of, whole
from whatworks.core.samples import WeightedSample
from whatworks.matching.encoding import Encoded, arms, covariate_list, encode, sampling_weights
from whatworks.matching.entropy import Moments, moments_of
from whatworks.matching.samples import arm_counts
from whatworks.matching.trimming import parse_trim, trimmed
from whatworks.matching.weight_models import (
    WeightModel,
    balancing_score_for_all,
    balancing_weights,
    both_arms_tilted,
    inverse_probability,
)
from whatworks.matching.weighting_doubts import doubts_of_weighting, trimmed_people

METHODS = ("ipw", "entropy", "cbps")
ESTIMANDS = ("ATT", "ATE", "ATC", "ATO", "ATM")
MOST_MOMENTS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedWeights(WeightedSample):
    """A weighted sample that still knows which equations its weights solve; ``estimate`` counts their uncertainty by them.

    Attributes
    ----------
    design : the columns balanced or scored on
    model : :class:`~whatworks.matching.weight_models.WeightModel`, after trimming
    """

    design: Moments = field(repr=False)
    model: WeightModel = field(repr=False)


def weight(
    df: pd.DataFrame,
    *,
    treatment: str,
    covariates: str | Sequence[str],
    method: str = "ipw",
    estimand: str = "ATT",
    moments: int = 1,
    trim: float | tuple[str, float] | None = None,
    weights: str | None = None,
    link: str = "logit",
) -> FittedWeights:
    """Weigh people so that treated and comparison people look alike.

    Parameters
    ----------
    df : one row per person, each with its own index label
    treatment : 0/1 or boolean column
    covariates : columns known before treatment; text and categories become one column per level
    method : ``"ipw"`` weighs by the inverse of the propensity score; ``"entropy"`` stays as close to equal weights as exact
        balance of the covariate means allows; ``"cbps"`` fits the score by the balance it gives instead of by likelihood
        (just identified; for ATT and ATC the same weights as entropy balancing)
    estimand : whom the effect is about: ``"ATT"`` the treated, ``"ATC"`` the comparison people, ``"ATE"`` everybody, ``"ATO"``
        those who could have been in either arm (overlap weights), ``"ATM"`` those whom pairs would hold (matching weights). The
        last two are for ipw
    moments : 1, 2 or 3: balance means, squares, cubes of numeric covariates; for entropy and cbps
    trim : None keeps everybody. A number such as 0.05, or ``("score", 0.05)``, leaves out people with a score below it or above
        1 minus it; ``("weight", 0.99)`` caps the weights of each arm at that quantile. For ipw and cbps. The score is not
        fitted again. Both change whom the effect is about, and the sample says so
    weights : column of positive sampling weights; None counts every row once
    link : ``"logit"`` or ``"probit"``, for ipw

    Returns
    -------
    :class:`~whatworks.core.WeightedSample`. What weights sum to: with ATT every treated person weighs 1 and the comparison people
    about as many as the treated (exactly, for entropy and cbps); with ATC the other way round; with ATE by entropy each arm its
    own number, by a score about everybody's number; all times the sampling weights. Checks: balance (worst standardised
    difference above 0.10), common_support (share outside the other arm's range of scores, or of covariates where there is no
    score), effective_sample_size, extreme_weights (one person above 5 % of an arm), trimmed where asked for.

    Raises
    ------
    NotConverged
        If no weights balance the covariates; the covariate whose mean lies outside the other arm's range is named.
    NotIdentified
        If a covariate separates the arms, or is a combination of others; the column is named.
    TooFewUnits
        If trimming leaves an arm empty.
    InvalidOption
        If an option does not exist, or the method cannot use it.
    MissingValues, InvalidColumn, MissingColumn, NoTreatedGroup, NoComparisonGroup, DuplicateRows

    References
    ----------
    Hirano, Imbens & Ridder (2003), Econometrica 71:1161-1189; Hainmueller (2012), Political Analysis 20:25-46; Imai & Ratkovic
    (2014), Journal of the Royal Statistical Society B 76:243-263; Li, Morgan & Zaslavsky (2018), Journal of the American
    Statistical Association 113:390-400. Trimming: Crump, Hotz, Imbens & Mitnik (2009), Biometrika 96:187-199; capping: Cole &
    Hernán (2008), American Journal of Epidemiology 168:656-664.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5]})
    >>> sample = ww.matching.weight(df, treatment="treated", covariates=["need"], method="entropy")
    >>> comparison = df["treated"] == 0
    >>> float(np.average(df["need"][comparison], weights=sample.weights[comparison]).round(10))
    3.0
    """
    rule = parse_trim(trim)
    _refuse_what_cannot_be_used(method, estimand, moments, rule, link)
    names = covariate_list(covariates, treatment)
    treated, base = arms(df, treatment), sampling_weights(df, weights)
    encoded = encode(df, names)
    call = {
        "treatment": treatment,
        "covariates": names,
        "method": method,
        "estimand": estimand,
        "moments": moments,
        "trim": None if rule is None else list(rule),
        "weights": weights,
        "link": link if method == "ipw" else None,
    }
    design = moments_of(encoded, moments)
    model, touched = trimmed(fit_weights(encoded, design, treated, base, call), treated, base, rule)
    _refuse_empty_arm(model.weights, treated, rule)
    checks = doubts_of_weighting(encoded, treated, base, model.weights, model.scores, estimand=estimand)
    return FittedWeights(
        data=df,
        treatment=treatment,
        covariates=tuple(names),
        weights=pd.Series(model.weights, index=df.index, name="weight"),
        propensity=None if model.scores is None else pd.Series(model.scores, index=df.index, name="propensity"),
        counts=arm_counts(treated, model.weights),
        estimand=_estimand_reached(estimand, rule, touched, treated),
        call=call,
        checks=(*_trimmed_check(rule, touched, _meant(estimand, treated)), *checks),
        design=design,
        model=model,
    )


def fit_weights(encoded: Encoded, design: Moments, treated: np.ndarray, base: np.ndarray, call: Mapping[str, Any]) -> WeightModel:
    """The weights that a call asks for, before trimming."""
    method, estimand = call["method"], call["estimand"]
    if method == "ipw":
        return inverse_probability(encoded, design, treated, base, estimand=estimand, link=call["link"])
    if estimand != "ATE":
        return balancing_weights(design, treated, base, estimand=estimand)
    if method == "entropy":
        return both_arms_tilted(design, treated, base)
    return balancing_score_for_all(design, treated, base)


def _refuse_what_cannot_be_used(method: str, estimand: str, moments: int, rule: tuple[str, float] | None, link: str) -> None:
    one_of(method, METHODS, name="method")
    one_of(estimand, ESTIMANDS, name="estimand")
    one_of(link, ("logit", "probit"), name="link")
    if whole("moments", moments) > MOST_MOMENTS:
        raise InvalidOption(f"moments must be 1, 2 or {MOST_MOMENTS}; got {moments!r}.")
    if method == "ipw" and moments > 1:
        raise InvalidOption(
            f"moments={moments} is not used by method='ipw', which balances no moments exactly. Use method='entropy' or 'cbps', "
            "or add squared columns to covariates."
        )
    if method != "ipw" and estimand in ("ATO", "ATM"):
        raise InvalidOption(
            f"estimand={estimand!r} is for method='ipw'; {method!r} balances towards the treated, the comparison people or "
            "everybody (ATT, ATC, ATE)."
        )
    if method != "ipw" and link != "logit":
        raise InvalidOption(f"link={link!r} is for method='ipw'; the weights of {method!r} are odds of a logit.")
    if method == "entropy" and rule is not None:
        raise InvalidOption("trim would undo the exact balance of method='entropy'. Leave it out, or use method='ipw' or 'cbps'.")


def _refuse_empty_arm(weights: np.ndarray, treated: np.ndarray, rule: tuple[str, float] | None) -> None:
    left = [int((weights[arm] > 0).sum()) for arm in (treated, ~treated)]
    if min(left) == 0:
        raise TooFewUnits(f"trim={rule!r} leaves {left[0]} treated and {left[1]} comparison people. Trim less.")


def _trimmed_check(rule: tuple[str, float] | None, touched: np.ndarray, meant: np.ndarray) -> tuple[Check, ...]:
    return () if rule is None else (trimmed_people(touched, meant, capped=rule[0] == "weight"),)


def _meant(estimand: str, treated: np.ndarray) -> np.ndarray:
    return {"ATT": treated, "ATC": ~treated}.get(estimand, np.ones(len(treated), dtype=bool))


def _estimand_reached(estimand: str, rule: tuple[str, float] | None, touched: np.ndarray, treated: np.ndarray) -> str:
    """The estimand asked for, and what trimming has made of it; small counts are not told, as the text is published."""
    if rule is None or not touched.any():
        return estimand
    if rule[0] == "weight":
        return f"{estimand}, with weights capped at their quantile {rule[1]:g}"
    wanted = _meant(estimand, treated)
    out = int((wanted & touched).sum())
    among = f"{estimand} among people with a score from {rule[1]:g} to {1 - rule[1]:g}"
    if is_small(out):
        return f"{among} (fewer than {K_PUBLISH} have another)"
    return f"{among} ({int(wanted.sum()) - out} of {int(wanted.sum())})"
