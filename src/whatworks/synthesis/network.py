"""Many treatments at once: every comparison that studies made, direct and by way of others."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.options import confidence, one_of
from whatworks.synthesis.inconsistency import design_decomposition, split_evidence
from whatworks.synthesis.network_model import Network, NetworkFit, network_tau2, read_network, solve_network
from whatworks.synthesis.pooling import HIGH_I2, UNITS
from whatworks.synthesis.ranking import p_scores, with_reference

Array = np.ndarray

TAU2_IN_NETWORKS = ("EE", "DL", "REML")
# Inconsistency tests have little power, so the field looks at them at 10 per cent.
_INCONSISTENT = 0.10


def network(
    contrasts: pd.DataFrame,
    *,
    reference: str,
    study: str = "study",
    treat1: str = "treat1",
    treat2: str = "treat2",
    te: str = "te",
    se: str = "se",
    tau2: str = "DL",
    good: str = "up",
    measure: str = "GEN",
    unit: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Every treatment against one, from all studies that compare any two of them, with one variance between studies.

    It rests on transitivity: studies that compare A with B and studies that compare B with C must be alike in what changes the
    effect. The checks look at what can be seen of that.

    Parameters
    ----------
    contrasts : one row per comparison; a study with m treatments has all m (m - 1) / 2 of them
    reference : treatment that the others are compared with, usually the usual service
    study, treat1, treat2, te, se : columns with the study, two treatments, the effect (``treat1`` minus ``treat2``, on an additive
        scale such as SMD or log odds) and its standard error
    tau2 : variance between studies by moments ("DL"), restricted likelihood ("REML"), or none ("EE", common effects)
    good : direction that is good for the citizen, "up" or "down"; it decides which treatment is best
    measure, unit : what the effects are
    conf_level : coverage of the intervals (normal quantiles)

    Returns
    -------
    EffectResult
        Headline: the best treatment (highest P-score) against the reference. Parts: every other treatment against it, with columns
        ``treatment``, ``reference``, ``n_studies`` (that compare the two directly) and ``proportion_direct``; predictions the
        intervals for a new study (t with the degrees of freedom of Q). ``vcov`` is the parts' covariance, from which
        :func:`league` and :func:`rank` read every other comparison. Statistics: k (studies), n_contrasts, n_treatments, tau2, i2
        (per cent), q, q_df, q_pvalue, q_within and q_within_df (between studies of the same design), q_inconsistency,
        q_inconsistency_df, q_inconsistency_pvalue (between designs, given the variance within them). Checks: heterogeneity,
        inconsistency, indirect_only.

    Raises
    ------
    NotIdentified
        If the network is not connected, or the reference is not in it.
    InvalidEffect
        If a standard error is not above 0, a treatment is compared with itself, or the comparisons of a study with several arms
        are incomplete or do not add up.
    DuplicateRows, MissingColumn, MissingValues, EmptyData, InvalidColumn, InvalidOption, TooFewStudies

    References
    ----------
    Lu & Ades (2006), J. Am. Stat. Assoc. 101:447-459; Rucker (2012), Research Synthesis Methods 3:312-324; Rucker & Schwarzer
    (2014), Statistics in Medicine 33:4353-4369 (arms of a study); Jackson, White & Riley (2013), Biometrical Journal 55:231-245.

    Examples
    --------
    >>> trials = pd.DataFrame({"study": ["A", "B", "C"], "treat1": ["coach", "peer", "coach"], "treat2": ["usual", "usual", "peer"],
    ...                        "te": [0.4, 0.2, 0.1], "se": [0.1, 0.1, 0.1]})
    >>> result = ww.synthesis.network(trials, reference="usual", tau2="EE")
    >>> result.parts[["term", "estimate", "proportion_direct"]].round(3).to_dict("records")
    [{'term': 'coach vs usual', 'estimate': 0.367, 'proportion_direct': 0.667}, {'term': 'peer vs usual', 'estimate': 0.233, 'proportion_direct': 0.667}]
    """  # noqa: E501
    one_of(tau2, TAU2_IN_NETWORKS, name="tau2")
    one_of(good, ("up", "down"), name="good")
    confidence(conf_level)
    columns = (study, treat1, treat2, te, se)
    net = read_network(contrasts, columns, reference)
    fit = solve_network(net, network_tau2(net, tau2))
    effects = _effects(net, fit, good, conf_level, predicted=tau2 != "EE")
    statistics = _statistics(net, fit, tau2)
    terms = effects.loc[effects["kind"] == "part", "term"].tolist()
    arguments = {
        **dict(zip(("study", "treat1", "treat2", "te", "se"), columns, strict=True)),
        "reference": reference,
        "tau2": tau2,
    }
    return EffectResult(
        method="synthesis.network",
        estimand="effect of each treatment against the reference, direct and indirect evidence together",
        measure=measure,
        unit=unit or UNITS.get(measure, "units of the effect"),
        good=good,
        conf_level=conf_level,
        effects=effects,
        statistics=statistics,
        checks=_checks(statistics, effects),
        vcov=pd.DataFrame(fit.covariance, index=terms, columns=terms),
        provenance=Provenance(
            data_fingerprint=fingerprint(contrasts, list(columns)),
            arguments={**arguments, "good": good, "conf_level": conf_level},
        ),
    )


def _effects(net: Network, fit: NetworkFit, good: str, conf_level: float, *, predicted: bool) -> pd.DataFrame:
    """Headline, every treatment against the reference, and what a new study would find."""
    reference, others = net.treatments[0], net.treatments[1:]
    std_error = np.sqrt(np.diag(fit.covariance))
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * std_error
    split = split_evidence(net, fit)
    direct = split[split["treat2"] == reference].set_index("treat1").reindex(others)
    parts = pd.DataFrame(
        {
            "term": pd.Series([f"{name} vs {reference}" for name in others], dtype="str"),
            "kind": pd.Series(["part"] * len(others), dtype="str"),
            "estimate": fit.coefficients,
            "std_error": std_error,
            "conf_low": fit.coefficients - reach,
            "conf_high": fit.coefficients + reach,
            "p_value": 2 * stats.norm.sf(np.abs(fit.coefficients / std_error)),
            "treatment": pd.Series(others, dtype="str"),
            "reference": pd.Series([reference] * len(others), dtype="str"),
            "n_studies": direct["n_studies"].fillna(0).to_numpy(dtype=float),
            "proportion_direct": direct["proportion_direct"].fillna(0.0).to_numpy(),
        }
    )
    scores = p_scores(np.r_[0.0, fit.coefficients], with_reference(fit.covariance), good)
    headline = parts.iloc[[int(np.argmax(scores[1:]))]].assign(kind="headline")
    frames = [headline, parts]
    if predicted and net.df > 0:
        ahead = np.sqrt(fit.tau2 + std_error**2)
        far = float(stats.t.ppf(0.5 + conf_level / 2, net.df)) * ahead
        frames.append(
            parts.assign(
                term="prediction: " + parts["term"],
                kind="prediction",
                std_error=ahead,
                p_value=np.nan,
                conf_low=fit.coefficients - far,
                conf_high=fit.coefficients + far,
            )
        )
    return pd.concat(frames, ignore_index=True)


def _statistics(net: Network, fit: NetworkFit, tau2: str) -> dict[str, Any]:
    common = solve_network(net)
    between = design_decomposition(net, "EE" if tau2 == "EE" else "DL")
    df = net.df
    return {
        "k": len(net.studies),
        "nobs": len(net.direct),
        "n_contrasts": len(net.direct),
        "n_treatments": len(net.treatments),
        "n_dropped": 0,
        "tau2": fit.tau2,
        "i2": 100 * max(0.0, (common.q - df) / common.q) if common.q > 0 else 0.0,
        "q": common.q,
        "q_df": df,
        "q_pvalue": float(stats.chi2.sf(common.q, df)) if df > 0 else np.nan,
        **between,
    }


def _checks(statistics: dict[str, Any], effects: pd.DataFrame) -> tuple[Check, ...]:
    i2, p = statistics["i2"], statistics["q_inconsistency_pvalue"]
    heterogeneity = Check(
        name="heterogeneity",
        passed=i2 < HIGH_I2,
        message=f"I2 is {i2:.0f} per cent (limit {HIGH_I2:.0f}): the share of the variation that is more than chance.",
        statistics={"i2": i2, "limit": HIGH_I2},
    )
    if np.isnan(p):
        message, passed = (
            "No comparison is closed by another way round, so direct and indirect evidence cannot be held together.",
            None,
        )
    else:
        passed = p >= _INCONSISTENT
        verdict = "agree" if passed else "disagree by more than chance would make them"
        message = f"Designs {verdict} (p = {p:.3f}, limit {_INCONSISTENT})."
    inconsistency = Check(name="inconsistency", passed=passed, message=message, statistics={"p_value": p, "limit": _INCONSISTENT})
    parts = effects[effects["kind"] == "part"]
    indirect = int((parts["n_studies"] == 0).sum())
    alone = Check(
        name="indirect_only",
        passed=indirect == 0,
        message=f"{indirect} of {len(parts)} treatments were never compared with the reference in one study.",
        statistics={"treatments": indirect, "of": len(parts)},
    )
    return heterogeneity, inconsistency, alone
