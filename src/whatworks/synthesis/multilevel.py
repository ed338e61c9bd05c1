"""Several effects from each study: a three-level model whose standard errors hold whatever the dependence within studies."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption, TooFewStudies
from whatworks.core.options import confidence, is_finite, one_of, shown
from whatworks.synthesis.meta_regression import VCOVS, coefficient_table
from whatworks.synthesis.moderators import moderator_matrix
from whatworks.synthesis.nested import Block, Point, blocks_of, by_row, fit_nested, whole_covariance
from whatworks.synthesis.pooling import FEW_STUDIES, UNITS
from whatworks.synthesis.robust import RobustCoefficients, robust_coefficients
from whatworks.synthesis.studies import Studies, direction_checks, read_studies

Array = np.ndarray

METHODS = ("REML", "ML")
# The robust variance holds the covariance of all effects at once: 800 MB at this many.
MOST_EFFECTS = 10_000


def multilevel(
    es: pd.DataFrame,
    *,
    study: str,
    effect: str,
    yi: str = "yi",
    vi: str = "vi",
    moderators: str | Sequence[str] = (),
    rho: float = 0.6,
    vcov: str = "CR2",
    method: str = "REML",
    measure: str | None = None,
    unit: str | None = None,
    good: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """The average effect where studies report several: effects vary within studies, studies vary, and errors go together.

    Parameters
    ----------
    es : one row per effect, as :func:`effect_sizes` returns it
    study, effect : columns that name the study, and the effect within it
    yi, vi : columns with effects on one scale and with sampling variances in squared units of it
    moderators : columns that may explain differences; text becomes one 0/1 column for each level after the first
    rho : correlation assumed between sampling errors of one study; 0 is the plain three-level model. With a robust ``vcov`` a
        wrong guess costs precision, not validity
    vcov : "CR2" clustered by study with Satterthwaite's degrees of freedom (default), "CR0", "CR1", or "model", which believes
        ``rho`` and uses normal quantiles
    method : "REML" or "ML" for the two variances
    measure, unit, good, conf_level : as in :func:`pool`

    Returns
    -------
    EffectResult
        Without moderators: headline the average; parts the effects with normal intervals and columns ``study``, ``effect`` and
        ``weight`` (per cent; the weights reproduce the average); prediction the interval for the true effect of a new study's
        effect. With moderators: headline the first, parts every coefficient with ``df``, and ``vcov``; statistics then hold the
        joint test of all moderators (HTZ: qm, qm_df, qm_df_residual, qm_pvalue). Statistics: k, n_studies, sigma2_study,
        sigma2_effect, df (of the headline), q, q_df, q_pvalue, log_likelihood, rho. Checks: few_studies,
        few_degrees_of_freedom, prediction_spans_zero.

    Raises
    ------
    TooFewStudies, NotIdentified
        If there are fewer than two studies or not more effects than coefficients; if no study has two effects.
    InvalidOption, EmptyData, MissingColumn, MissingValues, InvalidColumn, InvalidEffect, DuplicateRows
        As :func:`pool`; ``rho`` must lie from 0 to below 1.

    References
    ----------
    Van den Noortgate et al. (2013), Behavior Research Methods 45:576-594; Pustejovsky & Tipton (2022), Prevention Science
    23:425-438; Tipton & Pustejovsky (2015), J. Educ. Behav. Statist. 40:604-634.

    Examples
    --------
    >>> es = pd.DataFrame({"study": list("AABBCCD"), "effect": [1, 2, 1, 2, 1, 2, 1],
    ...                    "yi": [0.1, 0.3, 0.5, 0.45, 0.2, 0.3, 0.4], "vi": [0.02] * 7})
    >>> result = ww.synthesis.multilevel(es, study="study", effect="effect")
    >>> round(result.headline.estimate, 3), round(result.statistics["sigma2_study"], 4)
    (0.328, 0.0005)
    """
    _refuse_options(rho, vcov, method, conf_level)
    studies = read_studies(es, yi=yi, vi=vi, study=study, effect=effect, measure=measure)
    if vcov != "model" and studies.k > MOST_EFFECTS:
        raise TooFewStudies(
            f"{studies.k} effects are more than the {MOST_EFFECTS} that vcov={vcov!r} can hold in memory. Average the effects of "
            "each study first, or use vcov='model'."
        )
    named = as_list(moderators)
    X, terms = moderator_matrix(es, named) if named else (np.ones((studies.k, 1)), ["intercept"])
    blocks = blocks_of(studies.yi, studies.vi, X, studies.codes, rho=rho)
    sigma2, point = fit_nested(blocks, restricted=method == "REML")
    rows = _coefficients(blocks, sigma2, point, X, studies, vcov)
    effects = (
        coefficient_table(terms, rows, conf_level=conf_level)
        if named
        else _effects(studies, blocks, point, rows, sigma2, conf_level)
    )
    arguments = {
        "study": study, "effect": effect, "yi": yi, "vi": vi, "moderators": named, "rho": rho, "vcov": vcov, "method": method,
        "measure": measure, "conf_level": conf_level,
    }  # fmt: skip
    return EffectResult(
        method="synthesis.multilevel",
        estimand=f"difference in effect per unit of {terms[1]}"
        if named
        else f"average effect over studies (three levels, {method})",
        measure=studies.measure,
        unit=unit or UNITS.get(studies.measure, "units of the effect"),
        good=good,
        conf_level=conf_level,
        effects=effects,
        statistics=_statistics(studies, blocks, sigma2, point, rows, rho),
        checks=_checks(studies, rows, effects),
        vcov=pd.DataFrame(rows.covariance, index=terms, columns=terms) if named else None,
        provenance=Provenance(data_fingerprint=fingerprint(es, [yi, vi, study, effect, *named]), arguments=arguments),
    )


def _refuse_options(rho: float, vcov: str, method: str, conf_level: float) -> None:
    one_of(vcov, VCOVS, name="vcov")
    one_of(method, METHODS, name="method")
    if not (is_finite(rho) and 0 <= rho < 1):
        raise InvalidOption(f"rho={shown(rho)} must lie from 0 to below 1; 0.6 is usual where studies do not report it.")
    confidence(conf_level)


def _coefficients(
    blocks: Sequence[Block], sigma2: Array, point: Point, X: Array, studies: Studies, vcov: str
) -> RobustCoefficients:
    if vcov == "model":
        df = np.full(len(point.coefficients), np.inf)
        return RobustCoefficients(estimates=point.coefficients, covariance=point.covariance, df=df)
    residuals = by_row(blocks, point.residuals)
    working = whole_covariance(blocks, sigma2)
    return robust_coefficients(point.coefficients, residuals, X, studies.codes, working=working, kind=vcov)


def _effects(
    studies: Studies, blocks: Sequence[Block], point: Point, rows: RobustCoefficients, sigma2: Array, conf_level: float
) -> pd.DataFrame:
    """Headline, prediction and the effects themselves, with the weights that reproduce the average."""
    headline = coefficient_table(["pooled"], rows, conf_level=conf_level).head(1)
    head, df = headline.iloc[0], float(rows.df[0])
    ahead = float(np.sqrt(sigma2.sum() + head["std_error"] ** 2))
    reach = float(stats.t.ppf(0.5 + conf_level / 2, df)) * ahead
    prediction = headline.assign(
        term="prediction", kind="prediction", std_error=ahead, p_value=np.nan,
        conf_low=head["estimate"] - reach, conf_high=head["estimate"] + reach,
    )  # fmt: skip
    std_error = np.sqrt(studies.vi)
    around = float(stats.norm.ppf(0.5 + conf_level / 2)) * std_error
    pull = by_row(blocks, [W.sum(axis=2) for W in point.weights])
    parts = pd.DataFrame(
        {
            "term": pd.Series(studies.term, dtype="str"),
            "kind": "part",
            "estimate": studies.yi,
            "std_error": std_error,
            "conf_low": studies.yi - around,
            "conf_high": studies.yi + around,
            "p_value": 2 * stats.norm.sf(np.abs(studies.yi / std_error)),
            "study": pd.Series(studies.study, dtype="str"),
            "effect": pd.Series(
                [term.removeprefix(f"{name}: ") for term, name in zip(studies.term, studies.study, strict=True)], dtype="str"
            ),
            "weight": 100 * pull / pull.sum(),
        }
    )
    return pd.concat([headline.drop(columns="df"), prediction.drop(columns="df"), parts], ignore_index=True)


def _statistics(
    studies: Studies, blocks: Sequence[Block], sigma2: Array, point: Point, rows: RobustCoefficients, rho: float
) -> dict[str, Any]:
    p = len(point.coefficients)
    q = _residual_heterogeneity(blocks)
    out: dict[str, Any] = {
        "k": studies.k,
        "nobs": studies.k,
        "n_studies": studies.n_studies,
        "n_dropped": 0,
        "sigma2_study": float(sigma2[0]),
        "sigma2_effect": float(sigma2[1]),
        "df": float(rows.df[min(1, p - 1)]),
        "q": q,
        "q_df": studies.k - p,
        "q_pvalue": float(stats.chi2.sf(q, studies.k - p)),
        "log_likelihood": point.log_likelihood,
        "rho": rho,
    }
    return out | dict(_joint(rows)) if p > 1 else out


def _joint(rows: RobustCoefficients) -> Mapping[str, float]:
    places = np.arange(1, len(rows.estimates))
    if rows.robust is not None:
        return rows.joint(places)
    b = rows.estimates[places]
    statistic = float(b @ np.linalg.solve(rows.covariance[np.ix_(places, places)], b))
    return {"qm": statistic, "qm_df": len(b), "qm_df_residual": np.inf, "qm_pvalue": float(stats.chi2.sf(statistic, len(b)))}


def _residual_heterogeneity(blocks: Sequence[Block]) -> float:
    """Weighted sum of squares with both variances at zero."""
    W = [np.linalg.inv(block.V) for block in blocks]
    gram = sum(np.einsum("mnp,mnk,mkq->pq", block.X, w, block.X) for block, w in zip(blocks, W, strict=True))
    right = sum(np.einsum("mnp,mnk,mk->p", block.X, w, block.y) for block, w in zip(blocks, W, strict=True))
    b = np.linalg.solve(np.asarray(gram), np.asarray(right))
    residuals = [block.y - block.X @ b for block in blocks]
    return float(sum(np.einsum("mn,mnk,mk->", r, w, r) for r, w in zip(residuals, W, strict=True)))


def _checks(studies: Studies, rows: RobustCoefficients, effects: pd.DataFrame) -> tuple[Check, ...]:
    n = studies.n_studies
    few = Check(name="few_studies", passed=n >= FEW_STUDIES, message=f"{n} studies (limit {FEW_STUDIES}).", statistics={"k": n})
    ahead = effects[effects["kind"] == "prediction"]
    if ahead.empty:
        return (few, *rows.checks, *direction_checks(studies))
    low, high = float(ahead["conf_low"].iloc[0]), float(ahead["conf_high"].iloc[0])
    spans = low <= 0 <= high
    message = (
        f"A new study's effect is expected between {low:.3g} and {high:.3g}, which {'holds' if spans else 'does not hold'} zero."
    )
    return (
        few,
        *rows.checks,
        *direction_checks(studies),
        Check(name="prediction_spans_zero", passed=not spans, message=message, statistics={"low": low, "high": high}),
    )
