"""Why do studies differ? Effects regressed on what is known about the studies."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, one_of
from whatworks.synthesis.many import TAU2_ESTIMATORS
from whatworks.synthesis.mixed_effects import TAU2_WITH_MODERATORS, MixedEffects, fit_mixed_effects
from whatworks.synthesis.moderators import moderator_matrix
from whatworks.synthesis.pooling import UNITS
from whatworks.synthesis.robust import ROBUST, RobustCoefficients, robust_coefficients
from whatworks.synthesis.studies import Studies, direction_checks, read_studies

Array = np.ndarray

TESTS = ("z", "t", "knha")
VCOVS = ("model", *ROBUST)
# Deeks, Higgins & Altman, Cochrane Handbook 10.11.4: at least ten studies for each characteristic modelled.
STUDIES_PER_MODERATOR = 10


def meta_regression(
    es: pd.DataFrame,
    *,
    moderators: str | Sequence[str],
    yi: str = "yi",
    vi: str = "vi",
    tau2: str = "REML",
    test: str = "knha",
    vcov: str = "model",
    study: str | None = None,
    effect: str | None = None,
    measure: str | None = None,
    unit: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """How effects change with what is known about the studies, by a regression with a variance left between studies.

    A moderator compares studies, which nobody drew lots among: what goes with a larger effect need not cause it.

    Parameters
    ----------
    es : one row per effect, as :func:`effect_sizes` returns it
    moderators : columns; text becomes one 0/1 column for each level after the first
    yi, vi : columns with effects on one scale and with sampling variances in squared units of it
    tau2 : "REML" (default), "ML", "DL", "PM", "EB", "HE", or "EE" for no variance left between studies
    test : "knha" Knapp and Hartung's variance with t quantiles (default), "t" and "z" the usual variance
    vcov : "model", or a variance that allows effects of one study to go together: "CR0", "CR1" or "CR2" with Satterthwaite's
        degrees of freedom (needs ``study``; ``test`` is then not used)
    study, effect, measure : as in :func:`pool`
    unit : unit of the effect, readable aloud
    conf_level : coverage of the intervals

    Returns
    -------
    EffectResult
        Headline: the first moderator. Parts: every coefficient, "intercept" first, with column ``df`` (infinite under "z").
        ``vcov`` holds their covariance. Statistics: k, n_studies, tau2, i2 and r2 (per cent of the variance between studies
        that the moderators account for), h2, q, q_df, q_pvalue (what is left), qm, qm_df, qm_df_residual, qm_pvalue (all
        moderators together), log_likelihood. Checks: few_studies (fewer than ten for each moderator), few_degrees_of_freedom
        where Satterthwaite's fall below 4.

    Raises
    ------
    TooFewStudies, NotIdentified, InvalidOption
        If there are not more studies than coefficients, moderators are constant or collinear, or options do not fit.
    EmptyData, MissingColumn, MissingValues, InvalidColumn, InvalidEffect, DuplicateRows
        As :func:`pool`.

    References
    ----------
    Raudenbush (2009) in The Handbook of Research Synthesis and Meta-Analysis, ch. 16; Knapp & Hartung (2003), Statistics in
    Medicine 22:2693-2710; Hedges, Tipton & Johnson (2010), Research Synthesis Methods 1:39-65; Tipton (2015), Psychological
    Methods 20:375-393; Lopez-Lopez et al. (2014), Br. J. Math. Stat. Psychol. 67:30-48 (R2).

    Examples
    --------
    >>> es = pd.DataFrame({"yi": [0.1, 0.5, 0.35, 0.7, 0.2], "vi": [0.02] * 5, "months": [3.0, 9, 6, 12, 4]})
    >>> result = ww.synthesis.meta_regression(es, moderators="months")
    >>> result.headline.term, round(result.headline.estimate, 3), round(result.statistics["r2"], 1)
    ('months', 0.064, 100.0)
    """
    _refuse_options(tau2, test, vcov, study, conf_level)
    studies = read_studies(es, yi=yi, vi=vi, study=study, effect=effect, measure=measure)
    X, terms = moderator_matrix(es, moderators)
    fit = fit_mixed_effects(studies.yi, studies.vi, X, tau2=tau2)
    rows = model_coefficients(fit, test)
    if vcov != "model":
        rows = robust_coefficients(fit.coefficients, fit.residuals, X, studies.codes, working=1 / fit.weights, kind=vcov)
    arguments = {
        "moderators": as_list(moderators), "yi": yi, "vi": vi, "tau2": tau2, "test": test, "vcov": vcov, "study": study,
        "effect": effect, "measure": measure, "conf_level": conf_level,
    }  # fmt: skip
    columns = [column for column in (yi, vi, study, effect, *as_list(moderators)) if column is not None]
    return EffectResult(
        method="synthesis.meta_regression",
        estimand=f"difference in effect per unit of {terms[1]}",
        measure=studies.measure,
        unit=unit or UNITS.get(studies.measure, "units of the effect"),
        conf_level=conf_level,
        effects=coefficient_table(terms, rows, conf_level=conf_level),
        statistics=_statistics(studies, fit, X, rows, tau2),
        checks=_checks(studies, X, rows),
        vcov=pd.DataFrame(rows.covariance, index=terms, columns=terms),
        provenance=Provenance(data_fingerprint=fingerprint(es, columns), arguments=arguments),
    )


def _refuse_options(tau2: str, test: str, vcov: str, study: str | None, conf_level: float) -> None:
    one_of(tau2, TAU2_WITH_MODERATORS, name="tau2")
    one_of(test, TESTS, name="test")
    one_of(vcov, VCOVS, name="vcov")
    confidence(conf_level)
    if vcov != "model" and study is None:
        raise InvalidOption(f"vcov={vcov!r} lets effects of one study go together and needs study=. Name the column.")
    if tau2 == "EE" and test == "knha" and vcov == "model":
        raise InvalidOption(
            "test='knha' estimates the spread between studies, and tau2='EE' says that there is none. Use test='z'."
        )


def model_coefficients(fit: MixedEffects, test: str) -> RobustCoefficients:
    """Coefficients with the variance that the model gives, or Knapp and Hartung's."""
    covariance = fit.covariance * (fit.spread if test == "knha" else 1.0)
    df = np.full(len(fit.coefficients), np.inf if test == "z" else float(fit.df))
    return RobustCoefficients(estimates=fit.coefficients, covariance=covariance, df=df)


def coefficient_table(terms: Sequence[str], rows: RobustCoefficients, *, conf_level: float) -> pd.DataFrame:
    """The rows of an EffectResult: the first moderator as headline, then every coefficient."""
    std_error = np.sqrt(np.diag(rows.covariance))
    # A t distribution with infinite degrees of freedom is the normal one.
    reach = stats.t.ppf(0.5 + conf_level / 2, rows.df) * std_error
    parts = pd.DataFrame(
        {
            "term": pd.Series(list(terms), dtype="str"),
            "kind": pd.Series(["part"] * len(terms), dtype="str"),
            "estimate": rows.estimates,
            "std_error": std_error,
            "conf_low": rows.estimates - reach,
            "conf_high": rows.estimates + reach,
            "p_value": 2 * stats.t.sf(np.abs(rows.estimates / std_error), rows.df),
            "df": rows.df,
        }
    )
    first = 1 if len(terms) > 1 else 0
    headline = parts.iloc[[first]].assign(kind="headline")
    return pd.concat([headline, parts], ignore_index=True)


def omnibus(rows: RobustCoefficients, fit: MixedEffects, places: Array) -> Mapping[str, float]:
    """Whether the coefficients at ``places`` are all zero: chi-squared under "z", else F with the residual degrees of freedom."""
    b, m = rows.estimates[places], len(places)
    statistic = float(b @ np.linalg.solve(rows.covariance[np.ix_(places, places)], b))
    if np.isinf(rows.df).all():
        return {"qm": statistic, "qm_df": m, "qm_df_residual": np.inf, "qm_pvalue": float(stats.chi2.sf(statistic, m))}
    return {"qm": statistic / m, "qm_df": m, "qm_df_residual": fit.df, "qm_pvalue": float(stats.f.sf(statistic / m, m, fit.df))}


def _statistics(studies: Studies, fit: MixedEffects, X: Array, rows: RobustCoefficients, tau2: str) -> dict[str, Any]:
    typical = fit.df / fit.growth
    places = np.arange(1, X.shape[1])
    together = omnibus(rows, fit, places) if rows.robust is None else rows.joint(places)
    # Without moderators the same estimators are those of pooling, which are quicker.
    before = float(TAU2_ESTIMATORS[tau2](studies.yi[:, None], studies.vi[:, None])[0])
    return {
        "k": studies.k,
        "nobs": studies.k,
        "n_studies": studies.n_studies,
        "n_dropped": 0,
        "tau2": fit.tau2,
        "i2": 100 * fit.tau2 / (fit.tau2 + typical),
        "h2": (fit.tau2 + typical) / typical,
        "r2": 100 * max(0.0, (before - fit.tau2) / before) if before > 0 else np.nan,
        "q": fit.q,
        "q_df": fit.df,
        "q_pvalue": float(stats.chi2.sf(fit.q, fit.df)),
        **together,
        "log_likelihood": fit.log_likelihood,
    }


def _checks(studies: Studies, X: Array, rows: RobustCoefficients) -> tuple[Check, ...]:
    needed = STUDIES_PER_MODERATOR * (X.shape[1] - 1)
    message = f"{studies.n_studies} studies for {X.shape[1] - 1} moderator columns; {needed} are a usual minimum."
    enough = Check(
        name="few_studies",
        passed=studies.n_studies >= needed,
        message=message,
        statistics={"k": studies.n_studies, "limit": needed},
    )
    return (enough, *rows.checks, *direction_checks(studies))
