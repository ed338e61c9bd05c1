"""Does the effect differ between kinds of studies? Each kind pooled by itself, and a test between them."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidOption, MissingValues, TooFewStudies
from whatworks.core.options import one_of
from whatworks.synthesis.many import check_options
from whatworks.synthesis.meta_regression import model_coefficients, omnibus
from whatworks.synthesis.mixed_effects import TAU2_WITH_MODERATORS, fit_mixed_effects
from whatworks.synthesis.moderators import moderator_matrix
from whatworks.synthesis.pooling import FEW_STUDIES, UNITS, pool
from whatworks.synthesis.studies import Studies, read_studies

Array = np.ndarray

VARIANCES = ("separate", "common")


def subgroups(
    es: pd.DataFrame,
    *,
    by: str,
    yi: str = "yi",
    vi: str = "vi",
    tau2: str = "REML",
    test: str = "knha",
    variance: str = "separate",
    study: str | None = None,
    measure: str | None = None,
    unit: str | None = None,
    good: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """The pooled effect of each group of studies, of all studies, and a test of whether groups differ.

    A difference between groups of studies is an association: nobody drew lots about which study did what.

    Parameters
    ----------
    es, yi, vi, tau2, test, study, measure, unit, good, conf_level : as in :func:`pool`
    by : column that names each study's group
    variance : every group has its own variance between studies ("separate"), or all share one ("common", steadier with few
        studies; ``tau2`` then one that allows for moderators)

    Returns
    -------
    EffectResult
        Headline: all studies pooled. Parts: one row per group, with columns ``subgroup``, ``k``, ``tau2`` and ``i2``.
        Statistics: k, n_studies, q_between, q_between_df, q_between_pvalue, and with a common variance under "knha" the F test's
        residual degrees of freedom q_between_df_residual. Checks: few_studies (the smallest group), subgroups_differ (passed
        where the test finds no difference).

    Raises
    ------
    InvalidOption
        If there is one group only, or options do not fit.
    TooFewStudies
        If no study is left within groups for a common variance.
    EmptyData, MissingColumn, MissingValues, InvalidColumn, InvalidEffect, DuplicateRows
        As :func:`pool`.

    References
    ----------
    Borenstein & Higgins (2013), Prevention Science 14:134-143; Cochrane Handbook, section 10.11.3.

    Examples
    --------
    >>> es = pd.DataFrame({"yi": [0.1, 0.15, 0.5, 0.55], "vi": [0.01, 0.01, 0.02, 0.02], "design": ["rct"] * 2 + ["matched"] * 2})
    >>> result = ww.synthesis.subgroups(es, by="design", test="z")
    >>> result.parts[["subgroup", "k", "estimate"]].round(3).to_dict("records")
    [{'subgroup': 'matched', 'k': 2.0, 'estimate': 0.525}, {'subgroup': 'rct', 'k': 2.0, 'estimate': 0.125}]
    """
    one_of(variance, VARIANCES, name="variance")
    check_options(tau2=tau2, test=test, conf_level=conf_level)
    studies = read_studies(es, yi=yi, vi=vi, study=study, measure=measure)
    labels = _groups(es, by)
    options: dict[str, Any] = {"yi": yi, "vi": vi, "tau2": tau2, "study": study, "measure": measure, "conf_level": conf_level}
    everything = pool(es, test=test, **options)
    if variance == "common":
        parts, between = _with_common_variance(es, studies, by, labels, tau2, test, conf_level)
    else:
        parts, between = _one_by_one(es, labels, test, options)
    effects = pd.concat(
        [everything.effects[everything.effects["kind"] == "headline"][list(parts.columns[:7])], parts], ignore_index=True
    )
    arguments = {**options, "by": by, "test": test, "variance": variance}
    columns = [column for column in (yi, vi, study, by) if column is not None]
    return EffectResult(
        method="synthesis.subgroups",
        estimand="average effect over studies, and in each group of them",
        measure=studies.measure,
        unit=unit or UNITS.get(studies.measure, "units of the effect"),
        good=good,
        conf_level=conf_level,
        effects=effects,
        statistics={"k": studies.k, "nobs": studies.k, "n_studies": studies.n_studies, "n_dropped": 0, **between},
        checks=(_few(parts), _differ(between)),
        provenance=Provenance(data_fingerprint=fingerprint(es, columns), arguments=arguments),
    )


def _groups(es: pd.DataFrame, by: str) -> pd.Categorical:
    require_columns(es, [by], what="es")
    missing = int(es[by].isna().sum())
    if missing:
        raise MissingValues(f"es column {by!r} lacks a value in {missing} of {len(es)} rows. Name every study's group.")
    labels = es[by].astype("category").cat.remove_unused_categories().array
    if len(labels.categories) < 2:
        raise InvalidOption(f"es column {by!r} names one group only, so there is nothing to compare. Use ww.synthesis.pool.")
    return labels


def _one_by_one(
    es: pd.DataFrame, labels: pd.Categorical, test: str, options: dict[str, Any]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Every group by itself; groups are then compared as if each were one study."""
    rows = []
    for group in labels.categories:
        result = pool(es[labels == group], test=test, **options)
        head = result.effects[result.effects["kind"] == "headline"].iloc[0].to_dict()
        kept = {name: head[name] for name in ("estimate", "std_error", "conf_low", "conf_high", "p_value")}
        about = {
            "subgroup": str(group),
            "k": int(result.statistics["k"]),
            "tau2": result.statistics["tau2"],
            "i2": result.statistics["i2"],
        }
        rows.append({"term": str(group), "kind": "part", **kept, **about})
    parts = pd.DataFrame(rows)
    w = 1 / parts["std_error"].to_numpy() ** 2
    b = parts["estimate"].to_numpy()
    q, df = float(w @ (b - np.average(b, weights=w)) ** 2), len(parts) - 1
    return parts, {"q_between": q, "q_between_df": df, "q_between_pvalue": float(stats.chi2.sf(q, df))}


def _with_common_variance(
    es: pd.DataFrame, studies: Studies, by: str, labels: pd.Categorical, tau2: str, test: str, conf_level: float
) -> tuple[pd.DataFrame, dict[str, float]]:
    """One regression on the groups: their means from one set of columns, the test between them from another."""
    one_of(tau2, TAU2_WITH_MODERATORS, name="tau2")
    if test == "adhoc":
        raise InvalidOption("variance='common' goes with test='z', 't' or 'knha'; 'adhoc' is for one pool.")
    if studies.k <= len(labels.categories):
        raise TooFewStudies(
            f"{len(labels.categories)} groups of {studies.k} studies leave nothing for a common variance. Merge groups."
        )
    member = (labels.codes[:, None] == np.arange(len(labels.categories))).astype(float)
    fit = fit_mixed_effects(studies.yi, studies.vi, member, tau2=tau2)
    rows = model_coefficients(fit, test)
    std_error = np.sqrt(np.diag(rows.covariance))
    reach = stats.t.ppf(0.5 + conf_level / 2, rows.df) * std_error
    names = [str(group) for group in labels.categories]
    parts = pd.DataFrame(
        {
            "term": names,
            "kind": "part",
            "estimate": rows.estimates,
            "std_error": std_error,
            "conf_low": rows.estimates - reach,
            "conf_high": rows.estimates + reach,
            "p_value": 2 * stats.t.sf(np.abs(rows.estimates / std_error), rows.df),
            "subgroup": names,
            "k": member.sum(axis=0).astype(int),
            "tau2": fit.tau2,
            "i2": np.nan,
        }
    )
    contrasts, _ = moderator_matrix(es.assign(**{by: labels}), [by])
    against = fit_mixed_effects(studies.yi, studies.vi, contrasts, tau2=tau2)
    found = omnibus(model_coefficients(against, test), against, np.arange(1, len(names)))
    between = {"q_between": found["qm"], "q_between_df": found["qm_df"], "q_between_pvalue": found["qm_pvalue"]}
    if np.isfinite(found["qm_df_residual"]):
        between["q_between_df_residual"] = found["qm_df_residual"]
    return parts, between


def _few(parts: pd.DataFrame) -> Check:
    smallest = int(parts["k"].min())
    message = f"The smallest group has {smallest} studies (limit {FEW_STUDIES})."
    return Check(
        name="few_studies", passed=smallest >= FEW_STUDIES, message=message, statistics={"k": smallest, "limit": FEW_STUDIES}
    )


def _differ(between: dict[str, float]) -> Check:
    p = between["q_between_pvalue"]
    verdict = "do not differ by more than chance would make them" if p >= 0.05 else "differ by more than chance would make them"
    return Check(name="subgroups_differ", passed=p >= 0.05, message=f"Groups {verdict} (p = {p:.3f}).", statistics={"p_value": p})
