"""One meta-analysis: the pooled effect, how much studies differ, and what a new study would find."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.errors import NotIdentified
from whatworks.core.options import one_of
from whatworks.synthesis.heterogeneity import q_profile
from whatworks.synthesis.many import check_options, critical_value, pooled_columns, two_sided_p
from whatworks.synthesis.studies import Studies, direction_checks, read_studies

Array = np.ndarray

# Bender et al. (2018), Research Synthesis Methods 9:382-392: fewer than 5 studies are "very few", and intervals that allow
# for differences between them are wide or unreliable.
FEW_STUDIES = 5
# Higgins et al. (2003), BMJ 327:557-560: I2 of 75 per cent is high.
HIGH_I2 = 75.0
UNITS = {
    "SMD": "standard deviations",
    "MD": "units of the outcome",
    "ROM": "log ratio of means",
    "logOR": "log odds ratio",
    "logRR": "log risk ratio",
    "RD": "difference in proportions",
}


def pool(
    es: pd.DataFrame,
    *,
    yi: str = "yi",
    vi: str = "vi",
    tau2: str = "REML",
    test: str = "knha",
    study: str | None = None,
    effect: str | None = None,
    measure: str | None = None,
    unit: str | None = None,
    good: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """The average effect over studies by the random-effects model, or the one effect of the common-effect model.

    Parameters
    ----------
    es : one row per study, as :func:`effect_sizes` returns it
    yi : column with effects on one scale, e.g. log risk ratios
    vi : column with sampling variances in squared units of ``yi``, all > 0
    tau2 : estimator of the between-study variance: "REML" (default), "ML", "DL" DerSimonian-Laird, "PM" Paule-Mandel,
        "EB" empirical Bayes, "HE" Hedges, "HS" Hunter-Schmidt, "SJ" Sidik-Jonkman; or "EE" for the common-effect model,
        in which studies differ by chance alone
    test : "knha" Knapp and Hartung's variance with t quantiles (default); "adhoc" the same, never below the usual
        variance; "t" and "z" the usual variance with t or normal quantiles
    study : column naming the study of each row; by default rows are studies, numbered from 1
    effect : column that tells several effects of one study apart; without it a study may stand only once
    measure : what ``yi`` is ("SMD", "logRR" ...); by default what the column ``measure`` says, else "GEN"
    unit : unit of the estimate, readable aloud; by default one that fits the measure
    good : "up" or "down", the direction that is good for the citizen
    conf_level : coverage of all intervals

    Returns
    -------
    EffectResult
        Headline: the pooled effect. Parts: the studies with normal intervals, and columns ``study`` and ``weight`` (per
        cent). Prediction: the interval in which the true effect of a new study is expected (normal quantile under "z",
        else t with k - 1 degrees of freedom); absent in the common-effect model. Statistics: k (effects pooled), nobs
        (the same), n_studies, n_dropped (always 0: rows are refused, not dropped), tau2 with its Q-profile limits
        tau2_conf_low and tau2_conf_high, i2 (per cent), h2, q, q_df, q_pvalue. Checks: few_studies, heterogeneity,
        prediction_spans_zero, dependent_effects where a study has several effects, and mixed_directions where a column
        ``direction_of_good`` or ``good`` says which way is good. One study is shown as it is.

    Raises
    ------
    EmptyData
        If there is no study.
    InvalidEffect, MissingValues, InvalidColumn, MissingColumn
        If a variance is not above 0, values are missing, the column ``measure`` names several, or a column is absent.
    DuplicateRows
        If a study stands twice and ``effect`` does not tell its effects apart.
    NotIdentified
        If all effects are equal, so that Knapp and Hartung's variance is zero.
    InvalidOption
        If an option is unknown or does not fit another.

    References
    ----------
    Viechtbauer (2005), J. Educ. Behav. Statist. 30:261-293 (estimators of tau2); Knapp & Hartung (2003), Statistics in
    Medicine 22:2693-2710; Viechtbauer (2007), Statistics in Medicine 26:37-52 (Q-profile); Higgins & Thompson (2002),
    Statistics in Medicine 21:1539-1558 (I2, H2); Riley, Higgins & Deeks (2011), BMJ 342:d549 (prediction interval).

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B", "C"], "yi": [0.1, 0.4, 0.3], "vi": [0.01, 0.02, 0.04]})
    >>> result = ww.synthesis.pool(es, study="trial", measure="SMD", good="up")
    >>> round(result.headline.estimate, 3), round(result.statistics["tau2"], 4)
    (0.24, 0.0143)
    >>> result.parts[["study", "weight"]].round(1)
      study  weight
    0     A    46.4
    1     B    32.9
    2     C    20.8
    """
    check_options(tau2=tau2, test=test, conf_level=conf_level)
    if good is not None:
        one_of(good, ("up", "down"), name="good")
    studies = read_studies(es, yi=yi, vi=vi, study=study, effect=effect, measure=measure)
    model = _fit(studies, tau2=tau2, test=test, conf_level=conf_level)
    arguments = {"yi": yi, "vi": vi, "tau2": tau2, "test": test, "study": study, "effect": effect, "measure": measure}
    columns = [column for column in (yi, vi, study, effect) if column is not None]
    return EffectResult(
        method="synthesis.pool",
        estimand=_estimand(studies.k, tau2),
        measure=studies.measure,
        unit=unit or UNITS.get(studies.measure, "units of the effect"),
        good=good,
        conf_level=conf_level,
        effects=_effects(studies, model, conf_level=conf_level),
        statistics=_statistics(studies, model),
        checks=_checks(studies, model),
        provenance=Provenance(data_fingerprint=fingerprint(es, columns), arguments={**arguments, "conf_level": conf_level}),
    )


@dataclass(frozen=True, kw_only=True)
class _Model:
    """The numbers of one meta-analysis, named as in :func:`~whatworks.synthesis.many.pool_many`."""

    k: int
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    h2: float
    q: float
    q_df: float
    q_pvalue: float
    tau2_conf_low: float = np.nan
    tau2_conf_high: float = np.nan


def _fit(studies: Studies, *, tau2: str, test: str, conf_level: float) -> _Model:
    if test == "knha" and studies.k > 1 and np.ptp(studies.yi) == 0:
        raise NotIdentified(
            f"All {studies.k} effects are equal, so Knapp and Hartung's variance is zero. Use test='adhoc' or test='z'."
        )
    yi, vi = studies.yi[:, None], studies.vi[:, None]
    numbers: dict[str, Any] = {
        name: values.item() for name, values in pooled_columns(yi, vi, tau2=tau2, test=test, conf_level=conf_level).items()
    }
    # The common-effect model has no between-study variance to be unsure of, and one study tells nothing about it.
    if tau2 != "EE" and studies.k > 1:
        low, high = q_profile(yi, vi, conf_level=conf_level)
        numbers |= {"tau2_conf_low": low.item(), "tau2_conf_high": high.item()}
    return _Model(**numbers)


def _estimand(k: int, tau2: str) -> str:
    if k == 1:
        return "effect in the only study"
    return "effect common to all studies" if tau2 == "EE" else f"average effect over studies (random effects, {tau2})"


def _effects(studies: Studies, model: _Model, *, conf_level: float) -> pd.DataFrame:
    """Headline, studies and prediction, as the rows of an EffectResult."""
    std_error = np.sqrt(studies.vi)
    reach = critical_value(np.inf, test="z", conf_level=conf_level) * std_error
    w = 1 / (studies.vi + (0.0 if studies.k == 1 else model.tau2))
    parts = pd.DataFrame(
        {
            "term": studies.term,
            "kind": "part",
            "estimate": studies.yi,
            "std_error": std_error,
            "conf_low": studies.yi - reach,
            "conf_high": studies.yi + reach,
            "p_value": two_sided_p(studies.yi / std_error, np.inf, test="z"),
            "study": studies.study,
            "weight": 100 * w / w.sum(),
        }
    )
    headline = ["pooled", "headline", model.estimate, model.std_error, model.conf_low, model.conf_high, model.p_value]
    ahead = np.sqrt(model.tau2 + model.std_error**2)
    prediction = ["prediction", "prediction", model.estimate, ahead, model.prediction_low, model.prediction_high, np.nan]
    rows = [headline] if np.isnan(model.prediction_low) else [headline, prediction]
    summary = pd.DataFrame([[*row, None, np.nan] for row in rows], columns=parts.columns)
    text = {"term": "str", "kind": "str", "study": "str"}
    return pd.concat([summary.astype(text).astype({"weight": float}), parts.astype(text)], ignore_index=True)


def _statistics(studies: Studies, model: _Model) -> dict[str, float]:
    kept = ("tau2", "tau2_conf_low", "tau2_conf_high", "i2", "h2", "q", "q_df", "q_pvalue")
    counts = {"k": studies.k, "nobs": studies.k, "n_studies": studies.n_studies, "n_dropped": 0}
    return {**counts, **{name: getattr(model, name) for name in kept}}


def _checks(studies: Studies, model: _Model) -> tuple[Check, ...]:
    checks = [_few_studies(studies)]
    if studies.n_studies < studies.k:
        checks.append(_dependent_effects(studies))
    if studies.k > 1:
        checks.append(_heterogeneity(model))
    if not np.isnan(model.prediction_low):
        checks.append(_prediction_spans_zero(model))
    return (*checks, *direction_checks(studies))


def _few_studies(studies: Studies) -> Check:
    k = studies.n_studies
    message = f"{k} studies (limit {FEW_STUDIES})."
    if k < FEW_STUDIES:
        message = f"Only {k} studies: how much studies differ can hardly be estimated, and the interval is wide or unreliable."
    if studies.k == 1:
        message = "There is one study. It is shown as it is; nothing is pooled."
    return Check(name="few_studies", passed=k >= FEW_STUDIES, message=message, statistics={"k": k})


def _dependent_effects(studies: Studies) -> Check:
    message = (
        f"{studies.k} effects come from {studies.n_studies} studies and are pooled as if independent, so the interval may be "
        "too narrow. Choose one effect per study, or a model for several effects."
    )
    return Check(
        name="dependent_effects", passed=False, message=message, statistics={"effects": studies.k, "studies": studies.n_studies}
    )


def _heterogeneity(model: _Model) -> Check:
    message = f"I2 is {model.i2:.0f} per cent (limit {HIGH_I2:.0f}): the share of the variation that is more than chance."
    return Check(name="heterogeneity", passed=model.i2 < HIGH_I2, message=message, statistics={"i2": model.i2, "limit": HIGH_I2})


def _prediction_spans_zero(model: _Model) -> Check:
    low, high = model.prediction_low, model.prediction_high
    spans = low <= 0 <= high
    message = f"A new study is expected between {low:.3g} and {high:.3g}, which {'holds' if spans else 'does not hold'} zero."
    return Check(name="prediction_spans_zero", passed=not spans, message=message, statistics={"low": low, "high": high})
